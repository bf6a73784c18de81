//! What was sent to make the histories, and what the rules refused of it.

use std::collections::BTreeMap;

/// How often each command was carried out, and refused for which reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Commands that were carried out.
    pub done: BTreeMap<&'static str, u64>,
    /// Commands that were refused, each with the refusal's code.
    pub refused: BTreeMap<(&'static str, &'static str), u64>,
}

impl Tally {
    pub(super) fn done(&mut self, command: &'static str) {
        *self.done.entry(command).or_default() += 1;
    }

    pub(super) fn refused(&mut self, command: &'static str, code: &'static str) {
        *self.refused.entry((command, code)).or_default() += 1;
    }

    /// Adds another's to this.
    pub fn add(&mut self, other: Self) {
        for (command, times) in other.done {
            *self.done.entry(command).or_default() += times;
        }
        for (refusal, times) in other.refused {
            *self.refused.entry(refusal).or_default() += times;
        }
    }
}
