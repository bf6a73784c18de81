//! Every metric: its name, unit, dimensions and meaning.
//!
//! Names exist here alone. `docs/metrics.md` has the table, and a test compares; the tests of
//! Terraform hold its alarms and dashboard to [`ALL`].

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Casefold";

/// The dimension that every metric has: which deployment, named by the prefix of its tables.
pub const DEPLOYMENT: &str = "Deployment";

/// The dimension of refusals: the code of the problem that the caller was answered with.
pub const CODE: &str = "Code";

/// The dimension of what is counted by projection: its name, without a generation.
pub const PROJECTION: &str = "Projection";

/// Something that is counted or measured.
#[derive(Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its unit, as CloudWatch names it.
    pub unit: Unit,
    /// Who tells it.
    pub told_by: &'static str,
    /// What it means, and when it is told.
    pub meaning: &'static str,
    /// The dimension that it has beside the deployment, in a second set; `None` for most.
    pub also_by: Option<&'static str>,
}

/// The unit of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// How many.
    Count,
    /// Thousandths of a second.
    Milliseconds,
    /// Another one, which the meaning tells.
    None,
}

impl Unit {
    /// As CloudWatch names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::None => "None",
        }
    }
}

impl Metric {
    /// The sets of dimensions under which it is found.
    pub fn dimension_sets(&self) -> Vec<Vec<&'static str>> {
        let mut sets = vec![vec![DEPLOYMENT]];
        sets.extend(self.also_by.map(|also| vec![DEPLOYMENT, also]));
        sets
    }
}

/// Declares metrics, and the list of them all.
macro_rules! metrics {
    ($($constant:ident = $name:literal, $unit:ident, $told_by:literal $(, by $also:ident)?;
       $meaning:literal)+) => {
        $(
            #[doc = $meaning]
            pub static $constant: Metric = Metric {
                name: $name,
                unit: Unit::$unit,
                told_by: $told_by,
                meaning: $meaning,
                also_by: metrics!(@also $($also)?),
            };
        )+

        /// Every metric.
        pub static ALL: &[&Metric] = &[$(&$constant),+];
    };
    (@also) => { None };
    (@also $also:ident) => { Some($also) };
}

metrics! {
    COMMANDS = "Commands", Count, "command-api";
    "Commands that were decided: carried out, repeated, refused, or failed on the way. One that is cut off by its time or a panic is a failure alone."
    REFUSALS = "Refusals", Count, "command-api", by CODE;
    "Commands that were refused, by the rules or for what was asked (an answer of 4xx)."
    CONFLICTS = "Conflicts", Count, "command-api";
    "Races that a command lost to another one, after each of which it was decided again. Told with every command."
    BEHIND = "DecidedBehind", Count, "command-api";
    "How often a command was decided over a case that was behind its record, as the process remembered it or as its snapshot was, and then again over the record. Told with every command."
    COMMAND_MILLIS = "CommandMillis", Milliseconds, "command-api";
    "How long deciding and recording a command took, without reading the request and writing the answer."
    FAILURES = "Failures", Count, "command-api";
    "Requests of any kind that were answered with 5xx: failures of the store, time-outs, panics. Told as zero with every read."
    FOLDED_COMMITS = "FoldedCommits", Count, "projector";
    "Commits that a batch brought into snapshots of cases beyond the furthest that there was: each commit once, however many generations are kept and however often it is delivered."
    GAPS_REPAIRED = "GapsRepaired", Count, "projector";
    "Times that the event table was read because a batch lacked commits of a case, or had wrong ones."
    DUPLICATES_SKIPPED = "DuplicatesSkipped", Count, "projector";
    "Commits of a batch that the furthest snapshot had already, or that came twice in it."
    FOLD_CONFLICTS = "FoldConflicts", Count, "projector";
    "Writes of a batch that another projector was faster with, over all generations; the case is folded again."
    QUARANTINED = "Quarantined", Count, "projector";
    "Cases that a batch parked, because they can't be folded in a generation; not those that were parked there already."
    RECORDS_FAILED = "RecordsFailed", Count, "projector";
    "Stream records of a batch that are to be delivered again."
    ALTERED_RECORDS = "AlteredRecords", Count, "projector";
    "Stream records that tell of a change or a removal in the event table. Nobody may make one: any at all is tampering."
    UNREADABLE_RECORDS = "UnreadableRecords", Count, "projector";
    "Stream records that tell of no commit and can't be read."
    LAG_MILLIS = "LagMillis", Milliseconds, "projector";
    "From a commit's recording to its being folded into a snapshot, for each commit that is counted as folded. Zero where clocks differ by more than that."
    QUARANTINED_CASES = "QuarantinedCases", Count, "worker", by PROJECTION;
    "How many cases are parked now, in the generations that are folded live."
    CHECKPOINT_AGE_HOURS = "CheckpointAgeHours", None, "worker";
    "How old the last signed checkpoint is, in hours."
    RECONCILE_DIFFERING = "ReconcileDiffering", Count, "worker";
    "Cases of which something else is stored than follows from their commits, as a reconciliation of a generation found when it ended."
    RECONCILE_RUNS = "ReconcileRuns", Count, "worker";
    "Reconciliations of a generation that came to their end, whatever they found."
    REBUILD_CASES = "RebuildCases", Count, "worker";
    "Cases that a rebuild went through."
    CHECKPOINT_REFUSED = "CheckpointRefused", Count, "worker";
    "Times that nothing was signed because the record is not what it was. Any at all is tampering or loss."
    JOB_FAILURES = "JobFailures", Count, "worker";
    "Tasks and jobs that failed, or cases that a job failed on."
    READ_UNITS = "ReadUnits", None, "all";
    "Read capacity that DynamoDB reports for a command, a read, a batch or a task. Together they are all that was consumed."
    WRITE_UNITS = "WriteUnits", None, "all";
    "Write capacity, likewise. DynamoDB bills a write whose condition fails, and doesn't report it."
    STORE_REQUESTS = "StoreRequests", Count, "all";
    "Requests to DynamoDB, tries included, likewise."
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_of_one_form() {
        let names: BTreeSet<_> = ALL.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), ALL.len());
        for name in names.into_iter().chain([DEPLOYMENT, CODE, PROJECTION]) {
            assert!(name.starts_with(|c: char| c.is_ascii_uppercase()), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
        }
    }

    #[test]
    fn every_metric_is_found_by_its_deployment() {
        for metric in ALL {
            assert_eq!(metric.dimension_sets()[0], [DEPLOYMENT], "{}", metric.name);
        }
        assert_eq!(
            REFUSALS.dimension_sets(),
            [vec!["Deployment"], vec!["Deployment", "Code"]]
        );
    }
}
