//! A batch of stream records in, the records to deliver again out.

use std::collections::BTreeMap;
use std::error::Error;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use casefold_events::personal::opening::is_closed;
use casefold_events::{Commit, CommitRef, DocketNumber};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{Quarantined, StoreError, Stores, accounted, gathered};
use casefold_shared::keys::Vault;
use casefold_shared::metrics::Metrics;
use futures::StreamExt;
use futures::future::join_all;

use crate::everywhere::{Advances, advance_all};
use crate::fold::{AdvanceError, Counts};
use crate::folder::Folder;
use crate::hints::Hints;
use crate::lag::Lags;
use crate::projections::{Live, Projections};
use crate::record::{self, Meaning};
use crate::told::{BatchTold, CaseTold};

/// How many cases of a batch are folded in step, so that what they ask for at one moment goes in
/// one request: with four generations that is as much as a request takes.
const CASES_IN_STEP: usize = 25;

/// How many such groups are folded at once: enough to hide the store's round trips behind one
/// another, few enough to stay far from its limits.
const GROUPS_AT_ONCE: usize = 4;

/// How long a build that starts tries parked cases again before it takes its first batch.
/// Lambda gives a start ten seconds.
pub const RETRY_LIMIT: Duration = Duration::from_secs(5);

/// How many parked cases of a generation are tried again at once.
const PARKED_AT_ONCE: usize = 8;

/// Folds batches of stream records into all generations that are live, side by side.
#[derive(Clone)]
pub struct Projector {
    projections: Projections,
    lags: Option<Lags>,
    vault: Option<Arc<Vault>>,
    metrics: Metrics,
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
    /// A projector into these projections. Each commit is folded into every generation of
    /// them that is live, and a record is done when all have it.
    pub fn new(projections: Projections) -> Self {
        Self {
            projections,
            lags: None,
            vault: None,
            metrics: Metrics::off(),
        }
    }

    /// A projector into every generation of this build that is begun and not retired.
    pub fn of_this_build(stores: &Stores, clock: Arc<dyn Clock>) -> Self {
        Self {
            projections: Projections::of_this_build(stores, &clock),
            lags: Some(Lags::new(stores.control.clone(), clock)),
            vault: Some(stores.vault.clone()),
            metrics: Metrics::off(),
        }
    }

    /// The same projector, which opens what is personal in the commits that come along with a
    /// batch. Without it they are read from the event table.
    #[must_use]
    pub fn opening_with(self, vault: Arc<Vault>) -> Self {
        Self {
            vault: Some(vault),
            ..self
        }
    }

    /// The same projector, which tells what its batches come to.
    #[must_use]
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
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
        let (count, mut told) = (records.len(), BatchTold::default());
        let batch = gathered(self.project_batch(records, &mut told));
        let (outcome, consumed) = accounted(batch).await;
        self.metrics
            .tell(|| told.figures(count, &outcome, consumed));
        outcome
    }

    async fn project_batch(
        &self,
        records: Vec<EventRecord>,
        batch_told: &mut BatchTold,
    ) -> BatchOutcome {
        let mut outcome = BatchOutcome::default();
        let mut told = told_of(records, &mut outcome.ignored);
        self.open(&mut told.commits).await;
        let cases = told.by_case();
        let live = match self.projections.live().await {
            Ok(live) => live,
            Err(error) => {
                log_failure(&AdvanceError::Generations(error));
                outcome.failed = cases
                    .into_values()
                    .flat_map(|batch| batch.sequence_numbers)
                    .collect();
                return outcome;
            }
        };
        let newest = cases
            .values()
            .flat_map(|batch| batch.hints.commits())
            .map(|commit| commit.recorded_at)
            .max();
        let live = &live;
        let groups = futures::stream::iter(cases).chunks(CASES_IN_STEP);
        let folding = groups.map(|group| fold_group(live, group));
        let folding = folding.buffer_unordered(GROUPS_AT_ONCE);
        let mut folded = pin!(folding.flat_map(futures::stream::iter));
        while let Some((sequence_numbers, advances, told)) = folded.next().await {
            batch_told.add(&told, self.lags.as_ref().map(Lags::now));
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
        if let (Some(lags), Some(newest), true) = (&self.lags, newest, outcome.failed.is_empty()) {
            let ids: Vec<_> = live.all().iter().map(|folder| folder.id()).collect();
            lags.note(&ids, newest).await;
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

    /// Opens the personal values of commits that came along. One that can't be opened is read
    /// from the event table, which has the last word on it.
    async fn open(&self, commits: &mut [(Commit, String)]) {
        let Some(vault) = &self.vault else { return };
        let mut opened: Vec<_> = commits.iter().map(|(commit, _)| commit.clone()).collect();
        match vault.open(&mut opened).await {
            Ok(_) => {
                for ((commit, _), opened) in commits.iter_mut().zip(opened) {
                    *commit = opened;
                }
            }
            Err(error) => tracing::warn!(%error, "the keys of a batch's cases can't be read"),
        }
    }

    /// Tries every parked case again, as a build does when it starts: it may understand what
    /// an older one did not. It takes no longer than [`RETRY_LIMIT`] and never fails; a case
    /// that it doesn't reach is tried again with the case's next record.
    pub async fn retry_parked(&self) -> Counts {
        let mut counts = Counts::default();
        let retrying = async {
            let live = match self.projections.live().await {
                Ok(live) => live,
                Err(error) => {
                    log_failure(&AdvanceError::Generations(error));
                    return;
                }
            };
            let folders = live.all();
            let parked = join_all(folders.iter().map(|folder| folder.parked())).await;
            for (folder, parked) in folders.iter().zip(parked) {
                retry_parked_of(&**folder, parked, &mut counts).await;
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

    /// Brings one case forward in every generation that is live.
    pub async fn advance(&self, docket_number: DocketNumber, hints: &Hints) -> Advances {
        match self.projections.live().await {
            Ok(live) => {
                let case = [(docket_number, hints)];
                let advanced = gathered(advance_all(&live, &case)).await;
                advanced
                    .into_iter()
                    .flat_map(|(advances, _)| advances)
                    .collect()
            }
            Err(error) => vec![Err(AdvanceError::Generations(error))],
        }
    }
}

/// Folds a group of cases; gives the records that are about each with what became of it.
async fn fold_group(
    live: &Live,
    group: Vec<(DocketNumber, CaseBatch)>,
) -> Vec<(Vec<String>, Advances, CaseTold)> {
    let cases = group.iter().map(|(number, batch)| (*number, &batch.hints));
    let advanced = advance_all(live, &cases.collect::<Vec<_>>()).await;
    let records = group.into_iter().map(|(_, batch)| batch.sequence_numbers);
    records
        .zip(advanced)
        .map(|(records, (advances, told))| (records, advances, told))
        .collect()
}

/// Tries the parked cases of a generation again: a newer build may understand what parked
/// them. A case that still can't be folded stays parked, with the reason that this build has;
/// one that the store fails on stays as it is until the case's next record.
async fn retry_parked_of(
    folder: &dyn Folder,
    parked: Result<Vec<Quarantined>, StoreError>,
    counts: &mut Counts,
) {
    let parked = match parked {
        Ok(parked) => parked,
        Err(error) => {
            tracing::warn!(%error, "parked cases can't be read");
            return;
        }
    };
    let tries = parked.into_iter().map(|parked| async move {
        let nothing = Hints::default();
        folder.advance(parked.docket_number, &nothing).await
    });
    let mut tries = futures::stream::iter(tries).buffer_unordered(PARKED_AT_ONCE);
    while let Some(tried) = tries.next().await {
        match tried {
            Ok(advanced) => *counts += advanced.advance.counts,
            Err(error) => tracing::warn!(%error, "a parked case could not be tried again"),
        }
    }
}

/// What the records of a batch tell of, each with its sequence number.
#[derive(Default)]
struct Told {
    commits: Vec<(Commit, String)>,
    /// Those whose content did not come along.
    named: Vec<(CommitRef, String)>,
}

impl Told {
    fn by_case(self) -> BTreeMap<DocketNumber, CaseBatch> {
        let mut cases: BTreeMap<DocketNumber, CaseBatch> = BTreeMap::new();
        for (commit, sequence_number) in self.commits {
            let case = cases.entry(commit.docket_number).or_default();
            if is_closed(&commit) {
                case.hints.add_version(commit.version);
            } else {
                case.hints.add_commit(commit);
            }
            case.sequence_numbers.push(sequence_number);
        }
        for (commit, sequence_number) in self.named {
            let case = cases.entry(commit.docket_number).or_default();
            case.hints.add_version(commit.version);
            case.sequence_numbers.push(sequence_number);
        }
        cases
    }
}

fn told_of(records: Vec<EventRecord>, ignored: &mut Ignored) -> Told {
    let mut told = Told::default();
    for record in records {
        // Lambda takes an identifier that names no record for the failure of the whole batch,
        // which is what a failed record without a number has to be.
        let sequence_number = record.change.sequence_number.clone().unwrap_or_default();
        let event_id = record.event_id.clone();
        match record::read(record) {
            Meaning::Commit(commit) => told.commits.push((*commit, sequence_number)),
            Meaning::Named { commit, problem } => {
                tracing::warn!(
                    ?commit,
                    problem,
                    "a record's image can't be read; its keys can"
                );
                told.named.push((commit, sequence_number));
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
    told
}

fn log_failure(error: &AdvanceError) {
    let causes: Vec<String> = std::iter::successors(error.source(), |&cause| cause.source())
        .map(ToString::to_string)
        .collect();
    tracing::warn!(%error, ?causes, "a case's records are to be delivered again");
}
