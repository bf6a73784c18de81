//! What is counted of a task, for whoever watches over the service.

use std::collections::BTreeMap;

/// Figures of a task. What the task doesn't tell of is left out, or zero where it is a count.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// How many cases are parked, each counted once.
    pub quarantined_cases: Option<u64>,
    /// The same by projection, each case counted once in it.
    pub quarantined_by_projection: BTreeMap<&'static str, u64>,
    /// How old the last signed checkpoint is, in hours; left out where there is none.
    pub checkpoint_age_hours: Option<f64>,
    /// Reconciliations that came to their end.
    pub reconcile_runs: u64,
    /// How many cases differed in them and were not mended.
    pub reconcile_differing: u64,
    /// Cases of a rebuild's segment that came to its end.
    pub rebuild_cases: u64,
    /// Checkpoints that were not signed because the record is not what it was.
    pub checkpoint_refused: u64,
}
