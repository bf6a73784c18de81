//! What a batch tells of itself beside its outcome: in the log, a line for each case that it
//! brought forward, by which a command is followed to its snapshot; and the figures of the batch.
//!
//! A commit is folded into every generation that is live, and is told of once: when the first
//! snapshot of its case has it. So what is told of adds up to the commits that there are, however
//! many generations are kept, and however often a record is delivered.

use casefold_events::{DocketNumber, Timestamp};
use casefold_shared::gateway::{Consumed, ProjectionId};
use casefold_shared::metrics::Line;
use casefold_shared::metrics::table::{
    ALTERED_RECORDS, DUPLICATES_SKIPPED, FOLD_CONFLICTS, FOLDED_COMMITS, GAPS_REPAIRED, LAG_MILLIS,
    QUARANTINED, RECORDS_FAILED, UNREADABLE_RECORDS,
};

use crate::fold::Counts;
use crate::folder::{Advanced, FoldedCommit, Progress};
use crate::stream::BatchOutcome;

/// The name of the service in its figures.
const SERVICE: &str = "projector";

/// The most correlation ids in a line of the log. An import's commits share one; a case that a
/// batch brings more commits of than this has been waiting for long.
const MAX_IDS: usize = 50;

/// What a batch tells of one case.
pub(crate) struct CaseTold {
    docket_number: DocketNumber,
    /// The commits that were folded into some snapshot, and how far the furthest was before.
    progress: Progress,
    /// What folded any.
    into: Vec<ProjectionId>,
    gaps: u64,
    duplicates: u64,
    conflicts: u64,
    is_quarantined: bool,
}

impl CaseTold {
    /// Nothing yet.
    pub(crate) fn new(docket_number: DocketNumber) -> Self {
        Self {
            docket_number,
            progress: Progress::default(),
            into: Vec::new(),
            gaps: 0,
            duplicates: 0,
            conflicts: 0,
            is_quarantined: false,
        }
    }

    /// What came of the case in one generation.
    pub(crate) fn add(&mut self, id: ProjectionId, advanced: &Advanced) {
        let counts = &advanced.advance.counts;
        self.add_counts(counts);
        if counts.folded > 0 {
            self.into.push(id);
        }
        let Some(progress) = &advanced.progress else {
            return;
        };
        // The furthest snapshot knows what is new, and what it lacked.
        self.gaps = self.gaps.max(counts.gaps);
        self.duplicates = self.duplicates.max(counts.duplicates);
        self.progress.before = self.progress.before.max(progress.before);
        self.progress.folded.extend(progress.folded.iter().cloned());
        let before = self.progress.before;
        self.progress.folded.retain(|it| it.version > before);
        self.progress.folded.sort_by_key(|it| it.version);
        self.progress.folded.dedup_by_key(|it| it.version);
    }

    /// What is counted wherever it happens.
    pub(crate) fn add_counts(&mut self, counts: &Counts) {
        self.conflicts += counts.conflicts;
        self.is_quarantined |= counts.newly_parked > 0;
    }

    /// Logs how far the case was brought, where it was. `lags` has how long that took after each
    /// commit was recorded.
    fn log(&self, lags: &[u64]) {
        let commits = &self.progress.folded;
        let (Some(first), Some(last)) = (commits.first(), commits.last()) else {
            return;
        };
        let mut ids: Vec<&str> = Vec::new();
        for id in commits.iter().map(|it| it.correlation_id.as_str()) {
            // Commits of one step stand beside each other; others seldom share an id.
            if !ids.contains(&id) && ids.len() < MAX_IDS {
                ids.push(id);
            }
        }
        let into: Vec<_> = self.into.iter().map(ToString::to_string).collect();
        tracing::info!(
            docket_number = %self.docket_number,
            correlation_ids = ids.join(" "),
            from_version = first.version.0,
            to_version = last.version.0,
            commits = commits.len(),
            lag_ms = lags.iter().max(),
            generations = into.join(" "),
            "folded"
        );
    }
}

/// What a batch tells of all its cases.
#[derive(Default)]
pub(crate) struct BatchTold {
    cases: u64,
    folded: u64,
    gaps: u64,
    duplicates: u64,
    conflicts: u64,
    quarantined: u64,
    lags: Vec<u64>,
}

impl BatchTold {
    /// Adds a case that is through, and logs it. Without the time nothing is told of lags.
    pub(crate) fn add(&mut self, told: &CaseTold, now: Option<Timestamp>) {
        let commits = &told.progress.folded;
        let lag = |now: Timestamp, commit: &FoldedCommit| {
            // Another machine's clock may be ahead of this one's.
            u64::try_from(now.as_millis() - commit.recorded_at.as_millis()).unwrap_or_default()
        };
        let lags: Vec<_> = match now {
            Some(now) => commits.iter().map(|it| lag(now, it)).collect(),
            None => Vec::new(),
        };
        told.log(&lags);
        self.lags.extend(lags);
        self.cases += 1;
        self.folded += commits.len() as u64;
        self.gaps += told.gaps;
        self.duplicates += told.duplicates;
        self.conflicts += told.conflicts;
        self.quarantined += u64::from(told.is_quarantined);
    }

    /// The figures of a batch of so many records.
    pub(crate) fn figures(
        self,
        records: usize,
        outcome: &BatchOutcome,
        consumed: Consumed,
    ) -> Line {
        Line::of(SERVICE)
            .count(&FOLDED_COMMITS, self.folded)
            .count(&GAPS_REPAIRED, self.gaps)
            .count(&DUPLICATES_SKIPPED, self.duplicates)
            .count(&FOLD_CONFLICTS, self.conflicts)
            .count(&QUARANTINED, self.quarantined)
            .count(&RECORDS_FAILED, outcome.failed.len() as u64)
            .count(&ALTERED_RECORDS, outcome.ignored.altered)
            .count(&UNREADABLE_RECORDS, outcome.ignored.unreadable)
            .values(&LAG_MILLIS, self.lags)
            .consumed(consumed)
            .about("records", records)
            .about("cases", self.cases)
    }
}

#[cfg(test)]
mod tests {
    use casefold_events::{CorrelationId, Version};
    use casefold_shared::gateway::Generation;

    use super::*;
    use crate::fold::{Advance, Outcome};

    fn id(generation: u32) -> ProjectionId {
        ProjectionId {
            name: "case",
            generation: Generation(generation),
        }
    }

    /// A generation that was at a version and was brought to another.
    fn advanced(before: u64, to: u64, counts: Counts) -> Advanced {
        let commit = |version| FoldedCommit {
            version: Version(version),
            recorded_at: Timestamp::from_millis(1_790_000_000_000),
            correlation_id: CorrelationId::new(format!("c-{version}")).unwrap(),
        };
        Advanced {
            advance: Advance {
                outcome: Outcome::Folded(Version(to)),
                counts: Counts {
                    folded: to - before,
                    ..counts
                },
            },
            case: None,
            progress: Some(Progress {
                before: Version(before),
                folded: (before + 1..=to).map(commit).collect(),
            }),
        }
    }

    fn versions(told: &CaseTold) -> Vec<u64> {
        told.progress.folded.iter().map(|it| it.version.0).collect()
    }

    #[test]
    fn a_commit_is_told_of_once_however_many_generations_fold_it() {
        let mut told = CaseTold::new("101-26".parse().unwrap());
        told.add(id(2), &advanced(3, 5, Counts::default()));
        told.add(id(3), &advanced(3, 5, Counts::default()));
        assert_eq!(versions(&told), [4, 5]);
        assert_eq!(told.into, [id(2), id(3)]);
    }

    #[test]
    fn what_a_generation_lacked_that_another_had_is_not_told_of_again() {
        for furthest_first in [true, false] {
            let mut told = CaseTold::new("101-26".parse().unwrap());
            let mut generations = [
                advanced(5, 6, Counts::default()),
                advanced(0, 6, Counts::default()),
            ];
            if !furthest_first {
                generations.reverse();
            }
            for generation in &generations {
                told.add(id(2), generation);
            }
            assert_eq!(versions(&told), [6]);
            // Delivered again to one that failed, there is nothing to tell.
            let mut again = CaseTold::new("101-26".parse().unwrap());
            again.add(id(2), &advanced(6, 6, Counts::default()));
            again.add(id(3), &advanced(4, 6, Counts::default()));
            assert_eq!(versions(&again), Vec::<u64>::new());
        }
    }

    #[test]
    fn a_lag_of_each_commit_is_told_and_none_is_below_zero() {
        let mut told = CaseTold::new("101-26".parse().unwrap());
        told.add(id(2), &advanced(0, 2, Counts::default()));
        let mut batch = BatchTold::default();
        batch.add(&told, Some(Timestamp::from_millis(1_790_000_000_250)));
        batch.add(&told, Some(Timestamp::from_millis(1_789_999_999_000)));
        batch.add(&told, None);
        assert_eq!(batch.lags, [250, 250, 0, 0]);
        assert_eq!((batch.folded, batch.cases), (6, 3));
    }

    #[test]
    fn a_case_is_quarantined_once_in_a_batch_and_conflicts_add_up() {
        let counts = Counts {
            parked: 1,
            newly_parked: 1,
            conflicts: 2,
            gaps: 1,
            duplicates: 3,
            ..Counts::default()
        };
        let mut told = CaseTold::new("101-26".parse().unwrap());
        told.add(id(2), &advanced(3, 3, counts));
        told.add(id(3), &advanced(3, 3, counts));
        told.add_counts(&counts);
        let mut batch = BatchTold::default();
        batch.add(&told, None);
        assert_eq!((batch.quarantined, batch.conflicts), (1, 6));
        assert_eq!((batch.gaps, batch.duplicates), (1, 3));
    }
}
