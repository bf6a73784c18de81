//! Clerks append, and projectors fold what they are told of.

use crate::model::{Protocol, Rule};
use crate::state::{Each, Folding, GENERATIONS, Generation, Projector, Seen, Stage, State};
use crate::state::{PerCase, Written};

/// A step of a clerk or of a projector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LiveStep {
    /// A clerk appends a commit; its record will come, some time.
    Append { case: usize },
    /// A projector's view has expired, and it reads the control item, strongly consistently.
    ReadView { projector: usize },
    /// A projector is given a record. It folds the case in the first generation, and reads
    /// and folds it in the second.
    TakeHint {
        projector: usize,
        case: usize,
        commit: u8,
    },
    /// It writes what it has folded into the second generation.
    WriteFolded { projector: usize },
    /// It stops before that; the record will be given again.
    CrashProjector { projector: usize },
}

impl Protocol {
    pub(crate) fn live_steps(&self, state: &State, offer: &mut impl FnMut(LiveStep)) {
        if state.left.appends > 0 {
            (0..self.limits.cases).for_each(|case| offer(LiveStep::Append { case }));
        }
        let view = self.view(state);
        for (projector, its) in state.projectors.iter().enumerate() {
            if its.view != view {
                offer(LiveStep::ReadView { projector });
            }
            match its.folding {
                Some(_) => {
                    offer(LiveStep::WriteFolded { projector });
                    if state.left.projector_crashes > 0 {
                        offer(LiveStep::CrashProjector { projector });
                    }
                }
                None => each_hint(&state.hints, |case, commit| {
                    offer(LiveStep::TakeHint {
                        projector,
                        case,
                        commit,
                    });
                }),
            }
        }
    }

    pub(crate) fn live_step(&self, state: &mut State, step: LiveStep) {
        match step {
            LiveStep::Append { case } => {
                state.left.appends -= 1;
                state.heads[case] += 1;
                state.hints[case] |= 1 << state.heads[case];
            }
            LiveStep::ReadView { projector } => {
                state.projectors[projector].view = self.view(state);
            }
            LiveStep::TakeHint {
                projector,
                case,
                commit,
            } => self.take_hint(state, projector, case, commit),
            LiveStep::WriteFolded { projector } => self.write_folded(state, projector),
            LiveStep::CrashProjector { projector } => {
                state.left.projector_crashes -= 1;
                state.projectors[projector].folding = None;
            }
        }
    }

    /// The control item as a projector understands it.
    pub(crate) fn view(&self, state: &State) -> Each<Seen> {
        Each(GENERATIONS.map(|generation| match state.stage(generation) {
            None => Seen::Absent,
            Some(Stage::Building | Stage::Complete)
                if generation == Generation::Second
                    && !self.keeps(Rule::ProjectorsKnowEveryGeneration) =>
            {
                Seen::Skipped
            }
            Some(Stage::Building) if self.keeps(Rule::LiveFoldServesBuilding) => Seen::Folded,
            Some(Stage::Building) => Seen::Skipped,
            Some(Stage::Complete) => Seen::Folded,
            Some(Stage::Retired) => Seen::Retired,
        }))
    }

    /// The first generation is folded at once: only projectors write it, and how they race
    /// is seen in the second. Reading the second at the same moment leaves nothing out
    /// either: to read later is to take the record later.
    fn take_hint(&self, state: &mut State, projector: usize, case: usize, commit: u8) {
        if !self.keeps(Rule::HintStaysUntilFolded) {
            state.hints[case] &= !(1 << commit);
        }
        let view = state.projectors[projector].view;
        if folds(*view.of(Generation::First)) {
            let read = state.snapshot(Generation::First, case);
            let folded = fold(read, commit, state.heads[case]);
            state.write(Generation::First, case, folded);
        }
        match folds(*view.of(Generation::Second)) {
            true => read_and_fold(state, projector, case, commit),
            false => state.hints[case] &= !(1 << commit),
        }
    }

    /// Writes on condition; where another was faster, reads and folds again.
    fn write_folded(&self, state: &mut State, projector: usize) {
        let Some(folding) = state.projectors[projector].folding.take() else {
            return;
        };
        let Folding {
            case,
            hint,
            read,
            folded,
        } = folding;
        let written = match self.keeps(Rule::LiveFoldWritesOnCondition) {
            true => state.write_onto(Generation::Second, case, read, folded),
            false => {
                state.write(Generation::Second, case, folded);
                Written::Done
            }
        };
        match written {
            Written::Done => state.hints[case] &= !(1 << hint),
            Written::Refused => read_and_fold(state, projector, case, hint),
        }
    }
}

/// Reads and folds a case of the second generation. Where there is nothing to write, its
/// record is dealt with.
fn read_and_fold(state: &mut State, projector: usize, case: usize, hint: u8) {
    let read = state.snapshot(Generation::Second, case);
    let folded = fold(read, hint, state.heads[case]);
    if folded == read {
        state.hints[case] &= !(1 << hint);
        return;
    }
    state.projectors[projector].folding = Some(Folding {
        case,
        hint,
        read,
        folded,
    });
}

/// How far a snapshot is folded that is told of a commit: not at all where it has it, to it
/// where it follows, and at a gap as far as the event table goes.
const fn fold(snapshot: u8, commit: u8, head: u8) -> u8 {
    if commit <= snapshot {
        snapshot
    } else if commit == snapshot + 1 {
        commit
    } else {
        head
    }
}

const fn folds(seen: Seen) -> bool {
    match seen {
        Seen::Folded => true,
        Seen::Absent | Seen::Skipped | Seen::Retired => false,
    }
}

/// Every record that is yet to be dealt with. It may be with another projector already: it
/// is delivered at least once.
fn each_hint(hints: &PerCase, mut found: impl FnMut(usize, u8)) {
    for (case, bits) in hints.iter().enumerate() {
        for commit in 1..8 {
            if bits & (1 << commit) != 0 {
                found(case, commit);
            }
        }
    }
}

/// Whether no projector has anything in hand.
pub(crate) fn at_rest(projectors: &[Projector]) -> bool {
    projectors
        .iter()
        .all(|projector| projector.folding.is_none())
}
