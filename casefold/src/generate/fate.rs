//! How cases end.

use casefold_events::vocabulary::CaseStatus;

use super::chance::Chance;

/// Where a case comes to in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes on.
    Open,
    /// A document of this code is served and closes it.
    Decided(&'static str),
    /// It is on a trial calendar.
    Calendared,
    /// A clerk gave it this status.
    Given(CaseStatus),
}

/// Cases that are long enough, in thousandths. Most of what a court keeps is closed.
const FATES: [(u64, Fate); 17] = [
    (470, Fate::Decided("SDEC")),
    (110, Fate::Decided("DEC")),
    (40, Fate::Decided("OAD")),
    (80, Fate::Decided("ODJ")),
    (70, Fate::Decided("OD")),
    (30, Fate::Decided("ODD")),
    (75, Fate::Open),
    (45, Fate::Calendared),
    (15, Fate::Given(CaseStatus::AssignedCase)),
    (10, Fate::Given(CaseStatus::AssignedMotion)),
    (5, Fate::Given(CaseStatus::Cav)),
    (10, Fate::Given(CaseStatus::Submitted)),
    (6, Fate::Given(CaseStatus::SubmittedRule122)),
    (8, Fate::Given(CaseStatus::Rule155)),
    (4, Fate::Given(CaseStatus::JurisdictionRetained)),
    (12, Fate::Given(CaseStatus::OnAppeal)),
    (10, Fate::Given(CaseStatus::Closed)),
];

/// With fewer commits a case is not closed: petition, check, fee, service, order, its service.
const LEAST_TO_CLOSE: usize = 6;
/// With fewer commits it is not answered, so it comes to nothing but a dismissal.
const LEAST_TO_DECIDE: usize = 8;

impl Fate {
    /// The fate of a case of so many commits.
    pub(super) fn draw(commits: usize, chance: &mut Chance) -> Self {
        if commits < LEAST_TO_CLOSE {
            Self::Open
        } else if commits < LEAST_TO_DECIDE {
            chance.weighted(&[
                (60, Self::Decided("ODJ")),
                (20, Self::Decided("OD")),
                (20, Self::Open),
            ])
        } else {
            chance.weighted(&FATES)
        }
    }

    /// How many commits it takes to come there.
    pub(super) const fn commits(self) -> usize {
        match self {
            Self::Open => 0,
            Self::Decided(_) => 2,
            Self::Calendared | Self::Given(_) => 1,
        }
    }

    /// Whether the respondent answers first. A case over which the court has no jurisdiction
    /// is dismissed before.
    pub(super) fn is_answered(self) -> bool {
        match self {
            Self::Decided(code) => code != "ODJ",
            Self::Open | Self::Calendared | Self::Given(_) => true,
        }
    }
}
