//! A reader: it follows the pointer that it has read last.

use crate::model::{Protocol, Rule};
use crate::state::{Generation, State};

/// A step of the reader. What a request reads is looked at by the properties, in every state
/// in which it could read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReadStep {
    /// Its pointer has expired, and it reads the control item, strongly consistently.
    ReadPointer,
    /// A request takes the pointer that is at hand.
    BeginRequest,
    /// The request has read what it wants.
    EndRequest,
}

impl Protocol {
    pub(crate) fn read_steps(&self, state: &State, offer: &mut impl FnMut(ReadStep)) {
        if state.reader.cached != state.control.active {
            offer(ReadStep::ReadPointer);
        }
        match state.reader.reading {
            Some(_) => offer(ReadStep::EndRequest),
            None if state.left.reads > 0 => offer(ReadStep::BeginRequest),
            None => {}
        }
    }

    pub(crate) fn read_step(&self, state: &mut State, step: ReadStep) {
        match step {
            ReadStep::ReadPointer => state.reader.cached = state.control.active,
            ReadStep::BeginRequest => {
                state.left.reads -= 1;
                state.reader.reading = Some(state.reader.cached);
            }
            ReadStep::EndRequest => state.reader.reading = None,
        }
    }

    /// The version that a request sees which asks for at least this one: the snapshot where
    /// that suffices, and else what the event table has, folded on the way.
    pub(crate) fn read_at_least(
        &self,
        state: &State,
        generation: Generation,
        case: usize,
        least: u8,
    ) -> u8 {
        let snapshot = state.snapshot(generation, case);
        if snapshot >= least || !self.keeps(Rule::ReadFoldsWhatIsMissing) {
            return snapshot;
        }
        state.heads[case]
    }
}

/// The generations that may be read from now: by a request under way, and by the next one.
pub(crate) fn read_from(state: &State) -> impl Iterator<Item = Generation> {
    [Some(state.reader.cached), state.reader.reading]
        .into_iter()
        .flatten()
}
