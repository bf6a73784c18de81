//! A batch of stream records in, the records to deliver again out.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use casefold_events::DocketNumber;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{EventStore, ListStore, SnapshotStore};
use futures::StreamExt;

use crate::fold::{Advance, AdvanceError, CaseFolder, Counts, ListsFolder};
use crate::hints::Hints;
use crate::projections::{case_generations, lists_generations};
use crate::record::{self, Meaning};

/// How many cases of a batch are folded at once: enough to hide the store's round trips
/// behind one another, few enough to stay far from its limits.
const CASES_AT_ONCE: usize = 16;

/// How long a build that starts tries parked cases again before it takes its first batch.
/// Lambda gives a start ten seconds.
pub const RETRY_LIMIT: Duration = Duration::from_secs(5);

/// Folds batches of stream records into one or several generations, side by side.
#[derive(Clone)]
pub struct Projector {
    folders: Vec<CaseFolder>,
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    /// The sequence numbers of the records that are to be delivered again.
    pub failed: Vec<String>,
    /// What folding came across, over all cases and generations.
    pub counts: Counts,
    /// Records that tell of no commit.
    pub ignored: Ignored,
}

/// Records that tell of no commit, by why. Nothing is lost by passing them over: the event
/// table has every commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    /// Of a change or a removal of an item. Nobody has the permission to make one, so each
    /// is a warning.
    pub altered: u64,
    /// Of which nothing can be read, or which are of something else than a commit.
    pub unreadable: u64,
}

/// One case's part of a batch.
#[derive(Default)]
struct CaseBatch {
    hints: Hints,
    sequence_numbers: Vec<String>,
}

impl Projector {
    /// A projector into these generations. Each commit is folded into every one of them, and
    /// a record is done when all have it.
    pub fn new(folders: Vec<CaseFolder>) -> Self {
        Self { folders }
    }

    /// A projector into every generation that this build folds.
    pub fn of_this_build(
        events: Arc<dyn EventStore>,
        snapshots: Arc<dyn SnapshotStore>,
        lists: Arc<dyn ListStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let folder = |generation| {
            let lists = lists_generations(generation)
                .map(|generation| ListsFolder::new(lists.clone(), clock.clone(), generation));
            CaseFolder::new(events.clone(), snapshots.clone(), clock.clone(), generation)
                .with_lists(lists.collect())
        };
        Self::new(case_generations().map(folder).collect())
    }

    /// Folds a batch. It never fails as a whole: what may pass is reported record by record,
    /// and what does not has parked its case.
    ///
    /// Lambda delivers a stream again from the lowest sequence number that is reported (with
    /// `ReportBatchItemFailures`), so other cases' records may come twice; they are skipped.
    pub async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        let failed = self.project(batch.records).await.failed;
        let mut response = DynamoDbEventResponse::default();
        response.batch_item_failures = failed
            .into_iter()
            .map(|sequence_number| {
                let mut failure = DynamoDbBatchItemFailure::default();
                failure.item_identifier = Some(sequence_number);
                failure
            })
            .collect();
        response
    }

    /// Folds records, and tells what became of them. The commits of one case are folded
    /// together and written once; cases are folded concurrently.
    pub async fn project(&self, records: Vec<EventRecord>) -> BatchOutcome {
        let mut outcome = BatchOutcome::default();
        let cases = by_case(records, &mut outcome.ignored);
        let folding = cases.into_iter().map(|(docket_number, batch)| async move {
            let advances = self.advance(docket_number, &batch.hints).await;
            (batch.sequence_numbers, advances)
        });
        let mut folding = futures::stream::iter(folding).buffer_unordered(CASES_AT_ONCE);
        while let Some((sequence_numbers, advances)) = folding.next().await {
            let mut passed = true;
            for advance in advances {
                match advance {
                    Ok(advance) => outcome.counts += advance.counts,
                    Err(error) => {
                        passed = false;
                        log_failure(&error);
                    }
                }
            }
            if !passed {
                outcome.failed.extend(sequence_numbers);
            }
        }
        let BatchOutcome {
            failed,
            counts,
            ignored,
        } = &outcome;
        tracing::debug!(
            ?counts,
            ?ignored,
            failed = failed.len(),
            "a batch is folded"
        );
        outcome
    }

    /// Tries every parked case again, as a build does when it starts: it may understand what
    /// an older one did not. It takes no longer than [`RETRY_LIMIT`] and never fails; a case
    /// that it doesn't reach is tried again with the case's next record.
    pub async fn retry_parked(&self) -> Counts {
        let mut counts = Counts::default();
        let retrying = async {
            for folder in &self.folders {
                match folder.retry_parked().await {
                    Ok(tried) => counts += tried,
                    Err(error) => tracing::warn!(%error, "parked cases can't be read"),
                }
            }
        };
        if tokio::time::timeout(RETRY_LIMIT, retrying).await.is_err() {
            tracing::warn!("not every parked case was tried again in time");
        }
        if counts != Counts::default() {
            tracing::info!(?counts, "parked cases were tried again");
        }
        counts
    }

    /// Brings one case forward in every generation.
    pub async fn advance(
        &self,
        docket_number: DocketNumber,
        hints: &Hints,
    ) -> Vec<Result<Advance, AdvanceError>> {
        let folders = self.folders.iter();
        futures::future::join_all(folders.map(|folder| folder.advance(docket_number, hints))).await
    }
}

fn by_case(records: Vec<EventRecord>, ignored: &mut Ignored) -> BTreeMap<DocketNumber, CaseBatch> {
    let mut cases: BTreeMap<DocketNumber, CaseBatch> = BTreeMap::new();
    for record in records {
        // Lambda takes an identifier that names no record for the failure of the whole batch,
        // which is what a failed record without a number has to be.
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        let event_id = record.event_id.clone();
        match record::read(record) {
            Meaning::Commit(commit) => {
                let case = cases.entry(commit.docket_number).or_default();
                case.hints.add_commit(*commit);
                case.sequence_numbers.push(sequence_number);
            }
            Meaning::Named { commit, problem } => {
                tracing::warn!(
                    ?commit,
                    problem,
                    "a record's image can't be read; its keys can"
                );
                let case = cases.entry(commit.docket_number).or_default();
                case.hints.add_version(commit.version);
                case.sequence_numbers.push(sequence_number);
            }
            Meaning::Altered => {
                tracing::warn!(
                    event_id,
                    "an item of the event table was changed or removed"
                );
                ignored.altered += 1;
            }
            Meaning::Unreadable { problem } => {
                tracing::warn!(event_id, problem, "a stream record can't be read");
                ignored.unreadable += 1;
            }
        }
    }
    cases
}

fn log_failure(error: &AdvanceError) {
    let causes: Vec<String> = std::iter::successors(error.source(), |&cause| cause.source())
        .map(ToString::to_string)
        .collect();
    tracing::warn!(%error, ?causes, "a case's records are to be delivered again");
}
