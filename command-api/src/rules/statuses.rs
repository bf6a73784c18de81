//! Statuses: how a case comes from one to another, and what follows from one.
//!
//! Source: domain of the court, "A case" and "What people do to a case".

use casefold_events::vocabulary::CaseStatus::{
    self, AssignedCase, AssignedMotion, AtIssue, Calendared, Cav, Closed, ClosedDismissed,
    JurisdictionRetained, New, NotAtIssue, OnAppeal, Rule155, Submitted, SubmittedRule122,
};

/// By what a case comes to another status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The petition is served (ServePetition).
    PetitionServed,
    /// A clerk gives it the status (UpdateCaseContext).
    ByHand,
    /// The service finds that the respondent's answer is old enough (MarkReadyForTrial).
    MarkedReady,
    /// It is set on the calendar of a trial session (SetTrialCalendar, AddToTrialSession).
    Calendar,
    /// It is taken out of the session on whose calendar it is (RemoveFromTrialSession).
    RemovedFromSession,
    /// A decision or an order of dismissal is served (ServeCourtIssuedDocument).
    DecisionServed,
}

impl Cause {
    /// The cause, in words that go on after "by".
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PetitionServed => "service of the petition",
            Self::ByHand => "a clerk's hand",
            Self::MarkedReady => "an answer that is older than 45 days",
            Self::Calendar => "the calendar of a trial session",
            Self::RemovedFromSession => "removal from its trial session",
            Self::DecisionServed => "service of a decision or an order of dismissal",
        }
    }
}

/// Transitions that have one cause: from any of some statuses to any of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transitions {
    /// By what.
    pub cause: Cause,
    /// From which statuses.
    pub from: &'static [CaseStatus],
    /// To which.
    pub to: &'static [CaseStatus],
}

/// The table: every way in which a case comes to a status. There is no other.
pub const TRANSITIONS: &[Transitions] = &[
    Transitions {
        cause: Cause::PetitionServed,
        from: &[New],
        to: &[NotAtIssue],
    },
    Transitions {
        cause: Cause::ByHand,
        from: SERVED,
        to: SET_BY_HAND,
    },
    Transitions {
        cause: Cause::MarkedReady,
        from: &[NotAtIssue],
        to: &[AtIssue],
    },
    Transitions {
        cause: Cause::Calendar,
        from: CALENDARED_FROM,
        to: &[Calendared],
    },
    Transitions {
        cause: Cause::RemovedFromSession,
        from: &[Calendared],
        to: &[AtIssue],
    },
    Transitions {
        cause: Cause::DecisionServed,
        from: OPEN,
        to: &[Closed, ClosedDismissed],
    },
];

/// The statuses of a case whose petition is served: all but New.
pub const SERVED: &[CaseStatus] = &[
    NotAtIssue,
    AtIssue,
    Calendared,
    AssignedCase,
    AssignedMotion,
    Cav,
    Submitted,
    SubmittedRule122,
    Rule155,
    JurisdictionRetained,
    OnAppeal,
    Closed,
    ClosedDismissed,
];

/// The statuses that a clerk may set. `New` and `Calendared` follow from the petition and
/// from the trial calendar.
pub const SET_BY_HAND: &[CaseStatus] = &[
    NotAtIssue,
    AtIssue,
    AssignedCase,
    AssignedMotion,
    Cav,
    Submitted,
    SubmittedRule122,
    Rule155,
    JurisdictionRetained,
    OnAppeal,
    Closed,
    ClosedDismissed,
];

/// The statuses from which a case is set on a calendar: a served one that is neither
/// calendared nor closed nor before another court.
pub const CALENDARED_FROM: &[CaseStatus] = &[
    NotAtIssue,
    AtIssue,
    AssignedCase,
    AssignedMotion,
    Cav,
    Submitted,
    SubmittedRule122,
    Rule155,
    JurisdictionRetained,
];

/// The statuses of a served case that is not closed.
pub const OPEN: &[CaseStatus] = &[
    NotAtIssue,
    AtIssue,
    Calendared,
    AssignedCase,
    AssignedMotion,
    Cav,
    Submitted,
    SubmittedRule122,
    Rule155,
    JurisdictionRetained,
    OnAppeal,
];

/// The statuses that a case of a consolidated group can have.
pub const CONSOLIDATABLE: &[CaseStatus] = &[
    AtIssue,
    Calendared,
    AssignedCase,
    AssignedMotion,
    Cav,
    Submitted,
    SubmittedRule122,
    Rule155,
    JurisdictionRetained,
];

/// The statuses in which the Chief Judge has every case: nobody else was given it yet.
pub const WITH_CHIEF_JUDGE: &[CaseStatus] = &[New, NotAtIssue, AtIssue];

/// The statuses in which there is no trial: the case is before another court, or decided.
pub const WITHOUT_TRIAL: &[CaseStatus] = &[OnAppeal, Closed, ClosedDismissed];

/// How old the respondent's answer must be before a case is ready for trial, in days.
pub const ANSWER_AGE_DAYS: u32 = 45;

/// Whether a case can come from one status to another by a cause.
pub fn allows(cause: Cause, from: CaseStatus, to: CaseStatus) -> bool {
    TRANSITIONS
        .iter()
        .any(|row| row.cause == cause && row.from.contains(&from) && row.to.contains(&to))
}

/// Whether a clerk may set a status.
pub fn is_set_by_hand(status: CaseStatus) -> bool {
    SET_BY_HAND.contains(&status)
}

/// Whether a case of this status can be in a consolidated group.
pub fn is_consolidatable(status: CaseStatus) -> bool {
    CONSOLIDATABLE.contains(&status)
}

/// Whether the Chief Judge has every case of this status.
pub fn has_chief_judge(status: CaseStatus) -> bool {
    WITH_CHIEF_JUDGE.contains(&status)
}

/// Whether there can be a trial of a case of this status, now or later.
pub fn is_triable(status: CaseStatus) -> bool {
    !WITHOUT_TRIAL.contains(&status)
}
