//! The model: a scenario's size, the rules, and the steps of everybody together.

use stateright::{Model, Property};

use crate::control::ControlStep;
use crate::live::LiveStep;
use crate::properties;
use crate::reading::ReadStep;
use crate::rebuild::RebuildStep;
use crate::state::{
    CASES, Control, Each, Generation, Hold, Left, Past, PerCase, Projector, Reader, Reconcile,
    Seen, Segment, Stage, State, Worker,
};

/// A rule of the protocol. Each is kept, unless a test breaks it to see what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A rebuild begins to scan when every projector's view is younger than its generation.
    RebuildWaitsForViews,
    /// A rebuild puts a case only where none is stored, or an older one: see [`Rebuild`].
    RebuildPutsOnCondition,
    /// A lease expires, and another worker takes it over.
    LeasesExpire,
    /// A checkpoint is written on condition that the lease is the segment's last.
    CheckpointIsFenced,
    /// A generation is complete when every segment is ended.
    CompleteWantsAllSegments,
    /// Reconciling begins when the generation is complete.
    ReconcileFollowsComplete,
    /// Reconciling reads which cases there are, and their heads, strongly consistently.
    ReconcileReadsTheNewest,
    /// Only a complete generation is switched to.
    SwitchWantsComplete,
    /// Only a generation that is reconciled clean is switched to.
    SwitchWantsClean,
    /// The active generation is not retired.
    ActiveIsNotRetired,
    /// A generation is retired when no reader has a pointer to it at hand.
    RetireWaitsForPointers,
    /// A generation is retired when no request under way has taken the pointer to it.
    RetireWaitsForRequests,
    /// A generation that was retired is not begun again.
    NumbersAreUsedOnce,
    /// The live fold serves a generation from its beginning.
    LiveFoldServesBuilding,
    /// Every projector's build can fold every generation that is live; one that can't leaves
    /// the record to be given again.
    ProjectorsKnowEveryGeneration,
    /// The live fold writes on condition that the version is still the one it read.
    LiveFoldWritesOnCondition,
    /// A record is dealt with when its commit is folded, not when it is given.
    HintStaysUntilFolded,
    /// A read that asks for a version folds what its snapshot lacks.
    ReadFoldsWhatIsMissing,
}

/// How a rebuild reads and writes a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rebuild {
    /// It may miss a case's newest commit, and it puts a case where none is stored: what is
    /// lacking then is left to reconciling.
    LeavesRestToReconciling,
    /// It reads strongly consistently, and puts a case also where an older version is stored.
    LeavesNothingBehind,
}

/// How large a scenario is.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) cases: usize,
    pub(crate) segments: usize,
    pub(crate) workers: usize,
    pub(crate) projectors: usize,
    /// How many commits each case has to begin with. Their records come once more.
    pub(crate) heads: PerCase,
    pub(crate) left: Left,
}

/// The protocol in a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    pub(crate) limits: Limits,
    pub(crate) rebuild: Rebuild,
    /// The rules that are broken.
    pub(crate) broken: &'static [Rule],
    /// What the scenario has to show, by its sentence in [`properties::SIGHTINGS`].
    pub(crate) sightings: &'static [&'static str],
}

/// A step of anybody.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Live(LiveStep),
    Rebuild(RebuildStep),
    Control(ControlStep),
    Read(ReadStep),
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Live(step) => step.fmt(f),
            Self::Rebuild(step) => step.fmt(f),
            Self::Control(step) => step.fmt(f),
            Self::Read(step) => step.fmt(f),
        }
    }
}

impl Protocol {
    pub(crate) fn keeps(&self, rule: Rule) -> bool {
        !self.broken.contains(&rule)
    }

    /// Whether nothing can happen any more.
    pub(crate) fn is_at_end(&self, state: &State) -> bool {
        let mut actions = Vec::new();
        self.actions(state, &mut actions);
        actions.is_empty()
    }
}

impl Model for Protocol {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let limits = &self.limits;
        let mut hints = [0; CASES];
        for (hints, head) in hints.iter_mut().zip(limits.heads) {
            *hints = (1..=head).fold(0, |bits, commit| bits | 1 << commit);
        }
        let projector = Projector {
            view: Each([Seen::Folded, Seen::Absent]),
            folding: None,
        };
        let segment = Segment {
            fence: 0,
            hold: Hold::Free,
            position: 0,
        };
        vec![State {
            heads: limits.heads,
            snapshots: Each([limits.heads, [0; CASES]]),
            control: Control {
                active: Generation::First,
                stages: Each([Some(Stage::Complete), None]),
                clean: Each([true, false]),
            },
            hints,
            projectors: vec![projector; limits.projectors],
            views_expired: false,
            segments: vec![segment; limits.segments],
            workers: vec![Worker::Idle; limits.workers],
            reconcile: Reconcile::Idle,
            removals: Each::default(),
            reader: Reader {
                cached: Generation::First,
                reading: None,
            },
            left: limits.left.clone(),
            past: Past {
                floor: Each([limits.heads, [0; CASES]]),
                ..Past::default()
            },
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.live_steps(state, &mut |step| actions.push(Action::Live(step)));
        self.rebuild_steps(state, &mut |step| actions.push(Action::Rebuild(step)));
        self.control_steps(state, &mut |step| actions.push(Action::Control(step)));
        self.read_steps(state, &mut |step| actions.push(Action::Read(step)));
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Live(step) => self.live_step(&mut state, step),
            Action::Rebuild(step) => self.rebuild_step(&mut state, step),
            Action::Control(step) => self.control_step(&mut state, step),
            Action::Read(step) => self.read_step(&mut state, step),
        }
        // Who is who among those that are alike makes no difference.
        state.projectors.sort_unstable();
        state.workers.sort_unstable();
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all(self.sightings)
    }
}
