//! Trial sessions, hearings and the trial calendar.
//!
//! A trial session is a value that a command brings along: the court's sessions themselves
//! are kept elsewhere.

use casefold_events::case::trial::TrialSession;
use casefold_events::ids::TrialSessionId;
use casefold_events::{DocketNumber, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::consolidation::{EXAMPLE_CASES, check_cases};
use super::parse::{self, CommandParseError};
use super::{Body, Check, GroupCommand, InvalidField, check, limits};

/// Puts a case into a trial session. Where the session's calendar is set already, the case
/// is set on it. A case that is kept from trial by itself can be put into a session by hand
/// all the same; one that somebody blocked can't.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddToTrialSession {
    /// The session.
    pub session: TrialSession,
    /// Whether the session's calendar is set already: the case is Calendared then.
    #[serde(default)]
    pub is_calendared: bool,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for AddToTrialSession {
    const NAME: &'static str = "AddToTrialSession";

    fn check(&self, check: &mut Check) {
        check_session(&self.session, check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl AddToTrialSession {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME, "session": example_session(1), "isCalendared": true})
    }
}

/// Takes a case out of its trial session. A case that was Calendared is ready for trial
/// again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveFromTrialSession {
    /// The session.
    pub trial_session_id: TrialSessionId,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for RemoveFromTrialSession {
    const NAME: &'static str = "RemoveFromTrialSession";

    fn check(&self, _: &mut Check) {}

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl RemoveFromTrialSession {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME, "trialSessionId": EXAMPLE_SESSIONS[1]})
    }
}

/// Sets a hearing in a trial session, beside the case's own trial. A decided case can have
/// a hearing, too: a motion may come after the decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetHearing {
    /// The session in which it is held.
    pub session: TrialSession,
    /// What the calendar says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 250)]
    pub calendar_notes: Option<String>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for SetHearing {
    const NAME: &'static str = "SetHearing";

    fn check(&self, check: &mut Check) {
        check_session(&self.session, check);
        check.optional(
            "calendarNotes",
            self.calendar_notes.as_ref(),
            limits::REASON,
        );
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl SetHearing {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "session": example_session(2),
            "calendarNotes": "Motion for Continuance, by telephone",
        })
    }
}

/// Takes a hearing off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveHearing {
    /// The session in which it was to be held.
    pub trial_session_id: TrialSessionId,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for RemoveHearing {
    const NAME: &'static str = "RemoveHearing";

    fn check(&self, _: &mut Check) {}

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl RemoveHearing {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME, "trialSessionId": EXAMPLE_SESSIONS[2]})
    }
}

/// Says that a case is ready for trial: the respondent's answer is older than 45 days. The
/// service itself sends it, on a schedule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MarkReadyForTrial {}

impl Body for MarkReadyForTrial {
    const NAME: &'static str = "MarkReadyForTrial";

    fn check(&self, _: &mut Check) {}

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

impl MarkReadyForTrial {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME})
    }
}

/// Sets cases on the calendar of a trial session: all of them, or none. A consolidated
/// group is set as a whole. A case that is kept from trial by itself and that is listed is
/// set all the same; one that somebody blocked is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetTrialCalendar {
    /// The session.
    pub session: TrialSession,
    /// The cases. More than these go to `/v1/trial-calendars`.
    #[schema(min_items = 1, max_items = 100)]
    pub docket_numbers: Vec<DocketNumber>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for SetTrialCalendar {
    const NAME: &'static str = "SetTrialCalendar";

    fn check(&self, check: &mut Check) {
        check_session(&self.session, check);
        check_cases(&self.docket_numbers, 1, check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl SetTrialCalendar {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "session": example_session(0),
            "docketNumbers": EXAMPLE_CASES,
        })
    }
}

/// A whole trial calendar: up to 5,000 cases, set step by step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrialCalendar {
    /// The session.
    pub session: TrialSession,
    /// The cases. A consolidated group is listed as a whole.
    #[schema(min_items = 1, max_items = 5_000)]
    pub docket_numbers: Vec<DocketNumber>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for TrialCalendar {
    const NAME: &'static str = "TrialCalendar";

    fn check(&self, check: &mut Check) {
        check_session(&self.session, check);
        let found = self.docket_numbers.len();
        check.count("docketNumbers", found, 1, limits::CALENDAR);
        check.distinct("docketNumbers", &self.docket_numbers);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl TrialCalendar {
    /// Reads a calendar from JSON. It has no `type`: nothing else is sent to its address.
    ///
    /// # Errors
    /// [`CommandParseError`] names the field that is not of its form.
    pub fn parse(value: Value) -> Result<Self, CommandParseError> {
        parse::body(value)
    }

    /// Checks lengths and forms.
    ///
    /// # Errors
    /// [`InvalidField`] names the first field that can't be taken.
    pub fn validate(&self) -> Result<(), InvalidField> {
        check::validate(self)
    }

    /// The command that sets some of the cases.
    pub fn step(&self, docket_numbers: Vec<DocketNumber>) -> GroupCommand {
        GroupCommand::SetTrialCalendar(SetTrialCalendar {
            session: self.session.clone(),
            docket_numbers,
            effective_at: self.effective_at,
        })
    }

    /// A complete body.
    pub fn example() -> Value {
        json!({"session": example_session(0), "docketNumbers": ["103-25", "104-25"]})
    }
}

/// The sessions of the examples.
const EXAMPLE_SESSIONS: [&str; 3] = [
    "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b01",
    "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b02",
    "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b03",
];

fn example_session(at: usize) -> Value {
    json!({
        "trialSessionId": EXAMPLE_SESSIONS.get(at),
        "trialDate": "2027-03-01T15:00:00.000Z",
        "trialLocation": "Birmingham, Alabama",
        "judge": "Buch",
    })
}

fn check_session(session: &TrialSession, check: &mut Check) {
    check.within("session", |check| {
        check.text("trialLocation", &session.trial_location, limits::LINE);
        check.optional("judge", session.judge.as_ref(), limits::NAME);
    });
}
