//! What always holds, and what has to be seen for that to mean something.

use stateright::Property;

use crate::live::at_rest;
use crate::model::Protocol;
use crate::reading::read_from;
use crate::state::{GENERATIONS, Generation, Hold, Reconcile, Stage, State, Worker};

pub(crate) const NO_INCOMPLETE: &str = "no reader sees an incomplete generation";
pub(crate) const NO_OLDER: &str = "no reader sees an older version than it was promised";
pub(crate) const NO_GOING_BACK: &str = "no snapshot goes back in version";
pub(crate) const NO_LOSS: &str = "no update is lost";
pub(crate) const REBUILD_ENDS: &str = "a rebuild ends";
pub(crate) const NO_RETIRED: &str = "a retired generation is never read";

type Condition = fn(&Protocol, &State) -> bool;

/// What always holds.
///
/// That a rebuild ends is said of the states in which nothing can happen any more. It
/// suffices, because no path of the model returns to a state that it has left (a test of its
/// own sees to that): every path therefore leads to such an end, however the steps of the
/// processes are mixed, as long as each that can be taken is taken some time. The checker's
/// own `eventually` would say less: it overlooks a path that meets one it has seen.
pub(crate) const INVARIANTS: [(&str, Condition); 6] = [
    (NO_INCOMPLETE, no_incomplete_generation_is_read),
    (NO_OLDER, reads_keep_the_promise),
    (NO_GOING_BACK, |_, state| !state.past.went_back),
    (NO_LOSS, no_update_is_lost),
    (REBUILD_ENDS, |protocol, state| {
        state.stage(Generation::Second) != Some(Stage::Building) || !protocol.is_at_end(state)
    }),
    (NO_RETIRED, |_, state| {
        read_from(state).all(|generation| state.stage(generation) != Some(Stage::Retired))
    }),
];

pub(crate) const LEASE_LOST: &str = "a worker loses its lease and works on";
pub(crate) const COMMIT_DURING_SCAN: &str = "a commit is appended to a case that was just scanned";
pub(crate) const CRASH_AFTER_PUT: &str = "a worker crashes between put and checkpoint";
pub(crate) const PUT_TOO_LATE: &str = "the live fold has stored a case before the rebuild puts it";
pub(crate) const BEHIND_WHEN_COMPLETE: &str =
    "a complete generation is behind, for good if not reconciled";
pub(crate) const RECONCILED: &str = "a generation is reconciled clean";
pub(crate) const SWITCHED: &str = "readers are switched to the second generation";
pub(crate) const ROLLED_BACK: &str = "readers are rolled back from the second generation";
pub(crate) const FIRST_RETIRED: &str = "the first generation is retired, and all of it removed";
pub(crate) const ABANDONED: &str = "the second generation is retired while it is built";
pub(crate) const OLD_POINTER: &str = "a request reads a generation that is active no longer";
pub(crate) const LEFT_BEHIND: &str = "a late writer leaves a snapshot in a retired generation";
pub(crate) const FOLD_RACE: &str = "two projectors fold the same case at once";

/// What has to be seen in one scenario or the other.
const SIGHTINGS: [(&str, Condition); 13] = [
    (LEASE_LOST, |_, state| {
        state.workers.iter().filter_map(Worker::lease).any(|lease| {
            let segment = &state.segments[lease.segment];
            segment.fence > lease.fence && segment.hold == Hold::Held
        })
    }),
    // A scan misses one commit at most, so a second one is new since.
    (COMMIT_DURING_SCAN, |protocol, state| {
        state.workers.iter().any(|worker| match worker {
            Worker::Scanned(lease, version) => state.heads[protocol.case_at(*lease)] > version + 1,
            Worker::Idle | Worker::Scanning(_) | Worker::Put(_) => false,
        })
    }),
    (CRASH_AFTER_PUT, |_, state| state.past.crashed_after_put),
    (PUT_TOO_LATE, |protocol, state| {
        state.workers.iter().any(|worker| match worker {
            Worker::Scanned(lease, version) => {
                state.snapshot(Generation::Second, protocol.case_at(*lease)) > *version
            }
            Worker::Idle | Worker::Scanning(_) | Worker::Put(_) => false,
        })
    }),
    (BEHIND_WHEN_COMPLETE, |_, state| {
        state.stage(Generation::Second) == Some(Stage::Complete)
            && !state.control.clean.of(Generation::Second)
            && state.reconcile == Reconcile::Idle
            && nothing_under_way(state)
            && is_behind(state, Generation::Second)
    }),
    (RECONCILED, |_, state| {
        *state.control.clean.of(Generation::Second)
    }),
    (SWITCHED, |_, state| {
        state.control.active == Generation::Second
    }),
    (ROLLED_BACK, |protocol, state| {
        let switches = protocol.limits.left.switches - state.left.switches;
        state.control.active == Generation::First && switches == 2
    }),
    (FIRST_RETIRED, |_, state| {
        state.stage(Generation::First) == Some(Stage::Retired)
            && *state.removals.of(Generation::First) == 0
    }),
    (ABANDONED, |protocol, state| {
        state.stage(Generation::Second) == Some(Stage::Retired)
            && state.views_expired
            && !protocol.segments_are_ended(state)
    }),
    (OLD_POINTER, |_, state| {
        read_from(state).any(|generation| generation != state.control.active)
    }),
    (LEFT_BEHIND, |_, state| {
        GENERATIONS.into_iter().any(|generation| {
            let stored = state.snapshots.of(generation).iter();
            state.stage(generation) == Some(Stage::Retired)
                && *state.removals.of(generation) == 0
                && stored.sum::<u8>() > 0
        })
    }),
    (FOLD_RACE, |_, state| {
        let mut folding = state.projectors.iter().map(|its| its.folding.as_ref());
        let first = folding.next().flatten().map(|folding| folding.case);
        first.is_some() && folding.any(|other| other.map(|other| other.case) == first)
    }),
];

/// All that a scenario is checked for.
pub(crate) fn all(sightings: &[&'static str]) -> Vec<Property<Protocol>> {
    let always = INVARIANTS.map(|(name, condition)| Property::always(name, condition));
    let wanted = SIGHTINGS
        .into_iter()
        .filter(|(name, _)| sightings.contains(name));
    let sometimes = wanted.map(|(name, condition)| Property::sometimes(name, condition));
    always.into_iter().chain(sometimes).collect()
}

/// Whoever reads through a pointer at hand finds every case that reconciling has seen, not
/// below the version at which it was seen. For a list this is the whole of it: a case that
/// has no row there is not seen at all.
fn no_incomplete_generation_is_read(protocol: &Protocol, state: &State) -> bool {
    read_from(state).all(|generation| match state.stage(generation) {
        // That is another property's.
        Some(Stage::Retired) => true,
        None => false,
        Some(Stage::Building | Stage::Complete) => (0..protocol.limits.cases)
            .all(|case| state.snapshot(generation, case) >= state.past.floor.of(generation)[case]),
    })
}

/// The last commit's clerk asks for its version, whichever generation the pointer leads to.
fn reads_keep_the_promise(protocol: &Protocol, state: &State) -> bool {
    read_from(state).all(|generation| {
        (0..protocol.limits.cases).all(|case| {
            let promised = state.heads[case];
            protocol.read_at_least(state, generation, case, promised) >= promised
        })
    })
}

/// When every record is dealt with and nobody is at work, a generation that is folded live
/// and may be read, or was reconciled, has everything.
fn no_update_is_lost(_: &Protocol, state: &State) -> bool {
    if !nothing_under_way(state) {
        return true;
    }
    GENERATIONS.into_iter().all(|generation| {
        let counts = state.stage(generation) == Some(Stage::Complete)
            && (*state.control.clean.of(generation) || state.control.active == generation);
        !counts || !is_behind(state, generation)
    })
}

/// No record is yet to be dealt with, and neither a projector nor reconciling is at work.
fn nothing_under_way(state: &State) -> bool {
    state.hints.iter().all(|bits| *bits == 0)
        && at_rest(&state.projectors)
        && match state.reconcile {
            Reconcile::Idle => true,
            Reconcile::Heads(..)
            | Reconcile::Snapshots(..)
            | Reconcile::Repairs(..)
            | Reconcile::Compared(_) => false,
        }
}

fn is_behind(state: &State, generation: Generation) -> bool {
    let stored = state.snapshots.of(generation).iter();
    stored.zip(&state.heads).any(|(stored, head)| stored < head)
}
