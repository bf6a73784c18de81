//! Why a step between generations is refused.

use casefold_events::Timestamp;

use super::{KEPT_AFTER_SWITCH, RECONCILED_HOLDS};
use crate::gateway::Generation;

/// Why a step is not taken. Nothing was changed. Each has a stable code, for scripts; the tool
/// ends with exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSafe {
    /// There is no such generation.
    #[error(
        "generation {0} was never begun; `casefold rebuild` begins it, where this build has it"
    )]
    Unknown(Generation),
    /// Cases may be missing in it.
    #[error("generation {0} is still being built; let its rebuild come to its end")]
    Building(Generation),
    /// It is complete, and its contents are there.
    #[error("generation {0} is complete; `casefold reconcile --repair` mends single cases of it")]
    CompleteAlready(Generation),
    /// Nobody has compared it with the event table.
    #[error("generation {0} has not been reconciled since it was begun; run `casefold reconcile`")]
    NotReconciled(Generation),
    /// It differs from the event table.
    #[error(
        "generation {0} differed in {1} cases when it was last reconciled; run `casefold reconcile --repair`"
    )]
    Differs(Generation, u64),
    /// It was compared too long ago.
    #[error("generation {0} was last reconciled at {1}, more than {hours} hours ago; run `casefold reconcile` again", hours = RECONCILED_HOLDS.as_secs() / 3600)]
    ReconciledLongAgo(Generation, Timestamp),
    /// Readers follow it already.
    #[error("readers follow generation {0} already")]
    ActiveAlready(Generation),
    /// Readers follow it.
    #[error("readers follow generation {0}; switch them to another first")]
    Active(Generation),
    /// Readers may still follow it.
    #[error("readers were switched away from generation {0} at {1}; wait {seconds} seconds from then", seconds = KEPT_AFTER_SWITCH.as_secs())]
    JustLeft(Generation, Timestamp),
    /// It is retired.
    #[error("generation {0} is retired for good; rebuild what it had as a new generation")]
    Retired(Generation),
    /// It is not retired.
    #[error("generation {0} is not retired; nothing of it may be removed")]
    NotRetired(Generation),
    /// There is nothing to go back to.
    #[error("there is no earlier generation that is still kept; name one to switch to")]
    NoPrevious,
    /// A projector has passed commits by that belong into it.
    #[error(
        "a projector of an older build passed commits of generation {0} by at {1}; stop it, and \
         run `casefold reconcile --repair`"
    )]
    Missed(Generation, Timestamp),
    /// Its contents were thrown away meanwhile.
    #[error("the contents of generation {0} are not the ones that were begun; rebuild it")]
    Lost(Generation),
}

impl NotSafe {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown(_) => "GENERATION_UNKNOWN",
            Self::Building(_) => "GENERATION_BUILDING",
            Self::CompleteAlready(_) => "GENERATION_COMPLETE",
            Self::NotReconciled(_) => "GENERATION_NOT_RECONCILED",
            Self::Differs(..) => "GENERATION_DIFFERS",
            Self::ReconciledLongAgo(..) => "GENERATION_RECONCILED_LONG_AGO",
            Self::ActiveAlready(_) => "GENERATION_ACTIVE_ALREADY",
            Self::Active(_) => "GENERATION_ACTIVE",
            Self::JustLeft(..) => "GENERATION_JUST_LEFT",
            Self::Retired(_) => "GENERATION_RETIRED",
            Self::NotRetired(_) => "GENERATION_NOT_RETIRED",
            Self::NoPrevious => "GENERATION_NO_PREVIOUS",
            Self::Missed(..) => "GENERATION_MISSED",
            Self::Lost(_) => "GENERATION_LOST",
        }
    }
}
