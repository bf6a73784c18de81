//! What each rule is for: without it, the checker finds what goes wrong.
//!
//! Each line breaks a rule, or the two that stand in for each other, in a scenario that is
//! just large enough; with all rules kept, nothing goes wrong in that scenario.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;

use stateright::{Checker, HasDiscoveries, Model};

use crate::model::{Action, Limits, Protocol, Rebuild, Rule};
use crate::properties::{
    INVARIANTS, NO_GOING_BACK, NO_INCOMPLETE, NO_LOSS, NO_OLDER, NO_RETIRED, REBUILD_ENDS,
};
use crate::scenarios::BEGIN;
use crate::state::Left;

/// What is broken, where, and which property falls.
struct Mutation {
    broken: &'static [Rule],
    scenario: fn() -> Limits,
    falls: &'static str,
}

const MUTATIONS: &[Mutation] = &[
    // A record is dealt with by a projector that doesn't know the generation, and the scan
    // was before its commit.
    Mutation {
        broken: &[Rule::RebuildWaitsForViews, Rule::SwitchWantsClean],
        scenario: switching,
        falls: NO_LOSS,
    },
    // Reconciling alone doesn't help: the old view may live on after it.
    Mutation {
        broken: &[Rule::RebuildWaitsForViews],
        scenario: rebuilding,
        falls: NO_LOSS,
    },
    // Waiting alone doesn't help: the scan is eventually consistent.
    Mutation {
        broken: &[Rule::SwitchWantsClean],
        scenario: switching,
        falls: NO_INCOMPLETE,
    },
    Mutation {
        broken: &[Rule::RebuildPutsOnCondition],
        scenario: rebuilding,
        falls: NO_GOING_BACK,
    },
    Mutation {
        broken: &[Rule::LeasesExpire],
        scenario: crashing,
        falls: REBUILD_ENDS,
    },
    Mutation {
        broken: &[Rule::ReconcileFollowsComplete],
        scenario: rebuilding,
        falls: NO_LOSS,
    },
    // A case is not repaired whose newest commit reconciling misses as the scan did.
    Mutation {
        broken: &[Rule::ReconcileReadsTheNewest],
        scenario: rebuilding,
        falls: NO_LOSS,
    },
    Mutation {
        broken: &[Rule::SwitchWantsComplete, Rule::SwitchWantsClean],
        scenario: switching,
        falls: NO_INCOMPLETE,
    },
    Mutation {
        broken: &[Rule::CompleteWantsAllSegments, Rule::SwitchWantsClean],
        scenario: switching,
        falls: NO_INCOMPLETE,
    },
    Mutation {
        broken: &[Rule::ActiveIsNotRetired],
        scenario: switching,
        falls: NO_RETIRED,
    },
    Mutation {
        broken: &[Rule::RetireWaitsForPointers],
        scenario: switching,
        falls: NO_RETIRED,
    },
    Mutation {
        broken: &[Rule::RetireWaitsForRequests],
        scenario: switching,
        falls: NO_RETIRED,
    },
    // What is still being removed belongs to the new beginning by then.
    Mutation {
        broken: &[Rule::NumbersAreUsedOnce],
        scenario: beginning_twice,
        falls: NO_INCOMPLETE,
    },
    Mutation {
        broken: &[Rule::LiveFoldServesBuilding],
        scenario: rebuilding,
        falls: NO_LOSS,
    },
    Mutation {
        broken: &[Rule::ProjectorsKnowEveryGeneration],
        scenario: rebuilding,
        falls: NO_LOSS,
    },
    Mutation {
        broken: &[Rule::LiveFoldWritesOnCondition],
        scenario: racing,
        falls: NO_GOING_BACK,
    },
    Mutation {
        broken: &[Rule::HintStaysUntilFolded],
        scenario: racing,
        falls: NO_LOSS,
    },
    Mutation {
        broken: &[Rule::ReadFoldsWhatIsMissing],
        scenario: switching,
        falls: NO_OLDER,
    },
];

/// A rule whose breaking does no harm by itself, and where.
struct Harmless {
    broken: &'static [Rule],
    scenario: fn() -> Limits,
}

const HARMLESS: &[Harmless] = &[
    // A worker that has lost its lease can only move the checkpoint to where it has put all
    // cases before, and what it puts is put only where nothing is. Fencing saves work: without
    // it a checkpoint moves back, and cases are scanned again.
    Harmless {
        broken: &[Rule::CheckpointIsFenced],
        scenario: crashing,
    },
    // What is noted clean was complete already.
    Harmless {
        broken: &[Rule::SwitchWantsComplete],
        scenario: switching,
    },
    // Reconciling repairs all that was not scanned, if one case after the other.
    Harmless {
        broken: &[Rule::CompleteWantsAllSegments],
        scenario: switching,
    },
];

/// One case, one worker, one projector.
const SMALL: Limits = Limits {
    cases: 1,
    segments: 1,
    workers: 1,
    projectors: 1,
    heads: [1, 0],
    left: BEGIN,
};

const fn rebuilding() -> Limits {
    let left = Left {
        appends: 2,
        ..BEGIN
    };
    Limits { left, ..SMALL }
}

const fn crashing() -> Limits {
    let left = Left {
        appends: 1,
        worker_crashes: 1,
        lease_expiries: 1,
        ..BEGIN
    };
    Limits {
        cases: 2,
        workers: 2,
        left,
        ..SMALL
    }
}

const fn racing() -> Limits {
    let left = Left {
        appends: 2,
        projector_crashes: 1,
        ..BEGIN
    };
    Limits {
        projectors: 2,
        left,
        ..SMALL
    }
}

const fn switching() -> Limits {
    let left = Left {
        appends: 1,
        switches: 2,
        retirements: 1,
        reads: 1,
        ..BEGIN
    };
    Limits { left, ..SMALL }
}

const fn beginning_twice() -> Limits {
    let left = Left {
        begins: 2,
        switches: 1,
        retirements: 1,
        ..BEGIN
    };
    Limits { left, ..SMALL }
}

fn protocol(limits: Limits, broken: &'static [Rule]) -> Protocol {
    Protocol {
        limits,
        rebuild: Rebuild::LeavesRestToReconciling,
        broken,
        sightings: &[],
    }
}

/// The shortest way to where one of these properties doesn't hold.
fn counterexample(protocol: &Protocol, properties: &[&'static str]) -> Option<Vec<Action>> {
    let wanted: BTreeSet<_> = properties.iter().copied().collect();
    let mut shortest: Option<Vec<Action>> = None;
    loop {
        let mut checker = protocol.clone().checker();
        checker = checker.finish_when(HasDiscoveries::AnyOf(wanted.clone()));
        // The checker goes on a little after its first find. Ask for a shorter one, until
        // there is none. It counts states, of which there is one more than steps.
        if let Some(found) = &shortest {
            let depth = NonZeroUsize::new(found.len() + 1).map_or(1, NonZeroUsize::get);
            checker = checker.target_max_depth(depth);
        }
        let mut discoveries = checker.spawn_bfs().join().discoveries();
        discoveries.retain(|name, _| wanted.contains(name));
        let paths = discoveries.into_values().map(|path| path.into_actions());
        match paths.min_by_key(Vec::len) {
            Some(path) => shortest = Some(path),
            None => return shortest,
        }
    }
}

#[test]
fn a_protocol_with_a_rule_broken_is_found_out() {
    for mutation in MUTATIONS {
        let whole = protocol((mutation.scenario)(), &[]);
        let broken = protocol((mutation.scenario)(), mutation.broken);
        assert_eq!(
            counterexample(&whole, &INVARIANTS.map(|(name, _)| name)),
            None
        );
        let found = counterexample(&broken, &[mutation.falls]);
        assert!(
            found.is_some(),
            "without {:?} it still holds that {}",
            mutation.broken,
            mutation.falls
        );
        let found = found.unwrap_or_default();
        let (broken, falls) = (mutation.broken, mutation.falls);
        println!("without {broken:?} it doesn't hold that {falls}: {found:?}\n");
    }
}

#[test]
fn some_rules_only_save_work() {
    for harmless in HARMLESS {
        let broken = protocol((harmless.scenario)(), harmless.broken);
        let found = counterexample(&broken, &INVARIANTS.map(|(name, _)| name));
        assert_eq!(found, None, "{:?} are needed", harmless.broken);
    }
}
