//! The scenarios: each is as large as its question needs, and no larger.

use crate::model::{Limits, Protocol, Rebuild};
use crate::properties::{
    ABANDONED, BEHIND_WHEN_COMPLETE, COMMIT_DURING_SCAN, CRASH_AFTER_PUT, FIRST_RETIRED, FOLD_RACE,
    LEASE_LOST, LEFT_BEHIND, OLD_POINTER, PUT_TOO_LATE, RECONCILED, ROLLED_BACK, SWITCHED,
};
use crate::state::Left;

/// Says how large the scenarios are: `deep`, or else as they are always run.
const VARIABLE: &str = "CASEFOLD_MODEL";

/// How large the scenarios are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// All of them together take seconds.
    Usual,
    /// Each takes minutes.
    Deep,
}

impl Size {
    pub(crate) fn asked_for() -> Self {
        match std::env::var(VARIABLE).as_deref() {
            Ok("deep") => Self::Deep,
            Ok(_) | Err(_) => Self::Usual,
        }
    }

    const fn or(self, usual: u8, deep: u8) -> u8 {
        match self {
            Self::Usual => usual,
            Self::Deep => deep,
        }
    }
}

/// All of them.
pub(crate) const ALL: [fn(Size) -> Protocol; 4] =
    [two_segments, one_segment, two_projectors, readers];

/// A beginning, and nothing else that is limited.
pub(crate) const BEGIN: Left = Left {
    appends: 0,
    begins: 1,
    worker_crashes: 0,
    lease_expiries: 0,
    projector_crashes: 0,
    switches: 0,
    retirements: 0,
    reads: 0,
};

/// Two workers, each with a segment of its own or one after the other, and one takes over
/// what the other has lost.
pub(crate) fn two_segments(size: Size) -> Protocol {
    Protocol {
        limits: Limits {
            cases: 2,
            segments: 2,
            workers: 2,
            projectors: 1,
            heads: [1, 0],
            left: Left {
                appends: size.or(1, 2),
                worker_crashes: 1,
                lease_expiries: size.or(1, 2),
                ..BEGIN
            },
        },
        rebuild: Rebuild::LeavesRestToReconciling,
        broken: &[],
        sightings: &[LEASE_LOST, CRASH_AFTER_PUT, RECONCILED],
    }
}

/// Two workers over one segment of two cases: a checkpoint in its middle, and a worker that
/// goes on with a lease that it has lost.
pub(crate) fn one_segment(size: Size) -> Protocol {
    Protocol {
        limits: Limits {
            cases: 2,
            segments: 1,
            workers: 2,
            projectors: 1,
            heads: [1, 0],
            left: Left {
                appends: 2,
                worker_crashes: size.or(1, 2),
                lease_expiries: size.or(1, 2),
                ..BEGIN
            },
        },
        rebuild: Rebuild::LeavesRestToReconciling,
        broken: &[],
        sightings: &[
            LEASE_LOST,
            COMMIT_DURING_SCAN,
            CRASH_AFTER_PUT,
            PUT_TOO_LATE,
            BEHIND_WHEN_COMPLETE,
            RECONCILED,
        ],
    }
}

/// Two projectors with views of different age, the rebuild and reconciling write one case.
pub(crate) fn two_projectors(size: Size) -> Protocol {
    Protocol {
        limits: Limits {
            cases: usize::from(size.or(1, 2)),
            segments: 1,
            workers: 1,
            projectors: 2,
            heads: [1, 0],
            left: Left {
                appends: size.or(2, 3),
                projector_crashes: size.or(1, 2),
                ..BEGIN
            },
        },
        rebuild: Rebuild::LeavesRestToReconciling,
        broken: &[],
        sightings: &[
            FOLD_RACE,
            COMMIT_DURING_SCAN,
            BEHIND_WHEN_COMPLETE,
            RECONCILED,
        ],
    }
}

/// Readers are switched, rolled back and switched again; a generation is retired under them,
/// or while it is built.
pub(crate) fn readers(size: Size) -> Protocol {
    Protocol {
        limits: Limits {
            cases: 2,
            segments: 1,
            workers: usize::from(size.or(1, 2)),
            projectors: 1,
            heads: [1, 0],
            left: Left {
                appends: 2,
                lease_expiries: size.or(0, 1),
                switches: 3,
                retirements: 1,
                reads: 1,
                ..BEGIN
            },
        },
        rebuild: Rebuild::LeavesRestToReconciling,
        broken: &[],
        sightings: &[
            RECONCILED,
            SWITCHED,
            ROLLED_BACK,
            FIRST_RETIRED,
            ABANDONED,
            OLD_POINTER,
            LEFT_BEHIND,
        ],
    }
}
