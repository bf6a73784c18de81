//! The operators' steps: begin, complete, reconcile, switch, roll back, retire.

use crate::model::{Protocol, Rule};
use crate::state::{GENERATIONS, Generation, Hold, Reconcile, Stage, State, Written};

/// A step that writes the control item, or leads to one. Each is refused, and so not offered,
/// where its rule says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ControlStep {
    /// The second generation begins.
    Begin,
    /// All its segments are ended, and it is complete.
    Complete,
    /// Reconciling begins.
    BeginReconcile,
    /// It reads a case's head, strongly consistently.
    ReadHead,
    /// It reads the case's snapshot; where it is behind, it folds it.
    Compare,
    /// It writes what it has folded, as the live fold does, and compares again.
    Repair,
    /// It notes that nothing is left to repair.
    NoteClean,
    /// Readers are to follow this generation. Rolling back is a switch to the earlier one.
    Switch(Generation),
    /// A generation is given up.
    Retire(Generation),
    /// One of its snapshots is removed.
    Remove(Generation, usize),
}

impl Protocol {
    pub(crate) fn control_steps(&self, state: &State, offer: &mut impl FnMut(ControlStep)) {
        let second = state.stage(Generation::Second);
        let begun_before = match second {
            None => false,
            Some(Stage::Building | Stage::Complete) => true,
            Some(Stage::Retired) => self.keeps(Rule::NumbersAreUsedOnce),
        };
        if state.left.begins > 0 && !begun_before {
            offer(ControlStep::Begin);
        }
        let scanned = state.views_expired
            && (self.segments_are_ended(state) || !self.keeps(Rule::CompleteWantsAllSegments));
        if second == Some(Stage::Building) && scanned {
            offer(ControlStep::Complete);
        }
        self.reconcile_steps(state, offer);
        for generation in GENERATIONS {
            if state.left.switches > 0 && self.may_switch(state, generation) {
                offer(ControlStep::Switch(generation));
            }
            if state.left.retirements > 0 && self.may_retire(state, generation) {
                offer(ControlStep::Retire(generation));
            }
            for case in 0..self.limits.cases {
                if state.removals.of(generation) & (1 << case) != 0 {
                    offer(ControlStep::Remove(generation, case));
                }
            }
        }
    }

    fn reconcile_steps(&self, state: &State, offer: &mut impl FnMut(ControlStep)) {
        let second = state.stage(Generation::Second);
        match state.reconcile {
            Reconcile::Idle => {
                let may_begin = match second {
                    None | Some(Stage::Retired) => false,
                    Some(Stage::Building) => !self.keeps(Rule::ReconcileFollowsComplete),
                    Some(Stage::Complete) => true,
                };
                if may_begin && !state.control.clean.of(Generation::Second) {
                    offer(ControlStep::BeginReconcile);
                }
            }
            Reconcile::Heads(..) => offer(ControlStep::ReadHead),
            Reconcile::Snapshots(..) => offer(ControlStep::Compare),
            Reconcile::Repairs(..) => offer(ControlStep::Repair),
            Reconcile::Compared(_) => match second {
                // It is not refused for good: it may be complete later.
                None | Some(Stage::Building) => {}
                Some(Stage::Complete | Stage::Retired) => offer(ControlStep::NoteClean),
            },
        }
    }

    fn may_switch(&self, state: &State, generation: Generation) -> bool {
        let complete = match state.stage(generation) {
            None | Some(Stage::Retired) => false,
            Some(Stage::Building) => !self.keeps(Rule::SwitchWantsComplete),
            Some(Stage::Complete) => true,
        };
        let clean = *state.control.clean.of(generation) || !self.keeps(Rule::SwitchWantsClean);
        complete && clean && state.control.active != generation
    }

    fn may_retire(&self, state: &State, generation: Generation) -> bool {
        let stands = match state.stage(generation) {
            None | Some(Stage::Retired) => false,
            Some(Stage::Building | Stage::Complete) => true,
        };
        let active = state.control.active == generation && self.keeps(Rule::ActiveIsNotRetired);
        // A pointer is kept for a bounded time: to wait as long after a switch away is to
        // wait until no reader has the old one. A request that took it goes on a while.
        let cached = state.reader.cached == generation && self.keeps(Rule::RetireWaitsForPointers);
        let reading =
            state.reader.reading == Some(generation) && self.keeps(Rule::RetireWaitsForRequests);
        stands && !active && !cached && !reading
    }

    pub(crate) fn control_step(&self, state: &mut State, step: ControlStep) {
        let second = Generation::Second;
        match step {
            ControlStep::Begin => {
                state.left.begins -= 1;
                *state.control.stages.of_mut(second) = Some(Stage::Building);
                *state.control.clean.of_mut(second) = false;
                *state.past.floor.of_mut(second) = state.heads;
                state.views_expired = false;
                for segment in &mut state.segments {
                    segment.hold = Hold::Free;
                    segment.position = 0;
                }
            }
            ControlStep::Complete => {
                *state.control.stages.of_mut(second) = Some(Stage::Complete);
            }
            ControlStep::BeginReconcile => {
                state.reconcile = Reconcile::Heads(0, Default::default());
            }
            ControlStep::ReadHead | ControlStep::Compare | ControlStep::Repair => {
                state.reconcile = self.reconcile_on(state);
            }
            ControlStep::NoteClean => {
                if let Reconcile::Compared(seen) = state.reconcile
                    && state.stage(second) == Some(Stage::Complete)
                {
                    *state.control.clean.of_mut(second) = true;
                    *state.past.floor.of_mut(second) = seen;
                }
                state.reconcile = Reconcile::Idle;
            }
            ControlStep::Switch(generation) => {
                state.left.switches -= 1;
                state.control.active = generation;
            }
            ControlStep::Retire(generation) => {
                state.left.retirements -= 1;
                *state.control.stages.of_mut(generation) = Some(Stage::Retired);
                *state.removals.of_mut(generation) = (1 << self.limits.cases) - 1;
            }
            ControlStep::Remove(generation, case) => {
                *state.removals.of_mut(generation) &= !(1 << case);
                state.snapshots.of_mut(generation)[case] = 0;
            }
        }
    }

    /// One step of reconciling.
    fn reconcile_on(&self, state: &mut State) -> Reconcile {
        let second = Generation::Second;
        match state.reconcile {
            Reconcile::Heads(case, mut seen) => {
                let missed = u8::from(!self.keeps(Rule::ReconcileReadsTheNewest));
                seen[case] = state.heads[case].saturating_sub(missed);
                Reconcile::Snapshots(case, seen)
            }
            Reconcile::Snapshots(case, seen) => {
                let stored = state.snapshot(second, case);
                if stored < seen[case] {
                    Reconcile::Repairs(case, seen, stored, state.heads[case])
                } else if case + 1 < self.limits.cases {
                    Reconcile::Heads(case + 1, seen)
                } else {
                    Reconcile::Compared(seen)
                }
            }
            Reconcile::Repairs(case, seen, read, folded) => {
                match state.write_onto(second, case, read, folded) {
                    Written::Done | Written::Refused => Reconcile::Snapshots(case, seen),
                }
            }
            Reconcile::Idle | Reconcile::Compared(_) => state.reconcile.clone(),
        }
    }
}
