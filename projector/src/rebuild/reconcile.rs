//! Each case's head, as the event table has it, against what a generation has stored of it.
//!
//! A case of which live commits are still on their way is looked at again before it counts. A
//! look by heads compares version and hash, which by the chain stands for the whole history; a
//! **deep** look compares all that is stored with a pure fold of the history.
//!
//! It is shared, resumed and shown as a rebuild is. What it finds is noted with the generation,
//! and readers are switched to none that has differences.

mod look;

use std::collections::HashMap;
use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use casefold_events::{DocketNumber, Timestamp, Version};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    Consumed, ControlStore, OpenStores, Operation, ProjectionId, StoreError, Stores,
};
use casefold_shared::generations::change::{StepError, step};
use casefold_shared::generations::{NotSafe, Reconciled, Stage};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

use super::passage::Passage;
use super::segments::{Scanned, Sum};
use super::{OpenFolder, Progress, WorkError};
use look::Looker;

/// How many differences are kept by name in each segment; all are counted.
const NAMED: usize = 50;

/// For how long a look that was stopped can be gone on with; after that it begins anew.
const RESUMED_FOR: Duration = Duration::from_secs(3600);

/// A reconciliation of one generation.
#[derive(Clone)]
pub struct Reconcile {
    /// Which.
    pub id: ProjectionId,
    /// Where a worker has its stores from.
    pub stores: OpenStores,
    /// What folds into the generation.
    pub folder: OpenFolder,
    /// What folds into the generation that readers follow, where that is another: a case that
    /// is parked in both alike keeps nobody from switching.
    pub followed: Option<OpenFolder>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Who asked for it, for the log of operations.
    pub by: String,
}

/// How a reconciliation goes about it.
#[derive(Clone, Copy, Debug)]
pub struct ReconcileConfig {
    /// How many segments are worked on at once by this process.
    pub workers: usize,
    /// In how many segments the event table is scanned.
    pub segments: u32,
    /// Whether to compare all that is stored, and not only heads.
    pub deep: bool,
    /// Whether to mend what differs.
    pub repair: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// Cases that are as they should be.
    pub alike: u64,
    /// Cases that were mended, and are now.
    pub repaired: u64,
    /// Cases that are parked, and in the generation that readers follow alike.
    pub parked_alike: u64,
    /// Cases that differ.
    pub differing: u64,
    /// Some of the differences, and what was mended, by name.
    pub named: Vec<Difference>,
}

/// How a case differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The case.
    pub docket_number: DocketNumber,
    /// How.
    #[serde(flatten)]
    pub kind: Kind,
    /// Whether it was mended.
    pub repaired: bool,
}

/// The kinds of differences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "difference",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Kind {
    /// Nothing is stored of it.
    Missing {
        /// The case's version.
        expected: Version,
    },
    /// What is stored is older.
    Behind {
        /// The version that is stored.
        stored: Version,
        /// The case's version.
        expected: Version,
    },
    /// It is parked.
    Parked {
        /// The commit that can't be folded.
        at: Version,
        /// Why not.
        reason: String,
    },
    /// What is stored can't be read.
    Unreadable {
        /// Why not, without personal data.
        problem: String,
    },
    /// What is stored follows from other commits than the case has.
    OtherHistory {
        /// The version that is stored.
        stored: Version,
    },
    /// What is stored is not what follows from the case's commits.
    OtherContents {
        /// The version that is stored.
        stored: Version,
        /// Some of the fields that differ.
        fields: Vec<String>,
    },
}

impl AddAssign for Found {
    fn add_assign(&mut self, other: Self) {
        self.alike += other.alike;
        self.repaired += other.repaired;
        self.parked_alike += other.parked_alike;
        self.differing += other.differing;
        self.named.extend(other.named);
        // What still differs is named first.
        self.named.sort_by_key(|it| (it.repaired, it.docket_number));
        self.named.truncate(NAMED);
    }
}

/// How far a reconciliation is, over all processes that work on it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReconcileStatus {
    /// Segments at their end.
    pub segments_ended: u32,
    /// Of how many.
    pub segments: u32,
    /// What was read.
    #[serde(flatten)]
    pub scanned: Scanned,
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
    /// What it has cost.
    #[serde(flatten)]
    pub cost: Consumed,
}

/// How a reconciliation ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReconcileReport {
    /// The generation.
    pub projection: String,
    /// Whether every case was compared. If not, it was told to stop, and the next one goes on.
    pub complete: bool,
    /// Whether it was noted with the generation: it is while that is complete.
    pub noted: bool,
    /// How far it came, and what it found.
    #[serde(flatten)]
    pub status: ReconcileStatus,
}

impl ReconcileReport {
    /// Whether every case was compared and none differs.
    pub const fn is_clean(&self) -> bool {
        self.complete && self.status.found.differing == 0
    }
}

/// Why a reconciliation stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The generation can't be reconciled as things stand.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The stores can't be read now.
    #[error(transparent)]
    Work(#[from] WorkError),
}

impl From<StoreError> for ReconcileError {
    fn from(error: StoreError) -> Self {
        Self::Work(error.into())
    }
}

/// A look that was begun: written down, so that it can be gone on with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    look: Uuid,
    at: Timestamp,
    contents: Uuid,
    segments: u32,
    deep: bool,
    repair: bool,
}

impl Reconcile {
    /// Compares every case, and notes what was found. It ends early when `stop` turns true, and
    /// leaves the page that it is at.
    ///
    /// # Errors
    /// [`ReconcileError`]; running it again goes on.
    pub async fn run(
        &self,
        config: ReconcileConfig,
        progress: &dyn Progress<ReconcileStatus>,
        stop: &watch::Receiver<bool>,
    ) -> Result<ReconcileReport, ReconcileError> {
        let (stores, _) = (self.stores)();
        let (begun, stage) = self.begin(&stores, config).await?;
        let unknown = || WorkError::NotOfThisBuild(self.id);
        let folder = (self.folder)(&stores).ok_or_else(unknown)?;
        let parked = folder.parked().await?;
        let parked: HashMap<_, _> = parked
            .into_iter()
            .map(|parked| (parked.docket_number, parked))
            .collect();
        let parked = Arc::new(parked);
        let mut workers = Vec::new();
        for _ in 0..config.workers.max(1) {
            let (stores, meter) = (self.stores)();
            workers.push(Looker {
                folder: (self.folder)(&stores).ok_or_else(unknown)?,
                followed: self.followed.as_ref().and_then(|open| open(&stores)),
                events: stores.events,
                meter,
                parked: parked.clone(),
                deep: begun.deep,
                repair: begun.repair,
            });
        }
        let tell = |sum: &Sum<Found>| progress.at(&status_of(sum));
        let passage = Passage {
            leases: stores.leases.clone(),
            clock: self.clock.clone(),
            group: format!("reconcile/{}/{}", self.id, begun.look),
            of: begun.segments,
        };
        let sum = passage.run(workers, stop, &tell).await?;
        let complete = sum.ended == begun.segments;
        let noted = complete && stage == Stage::Complete;
        if noted {
            self.note(&stores, &begun, &sum).await?;
        }
        if complete {
            // The next one begins anew.
            stores.control.checkpoint_put(&self.place(), "").await?;
        }
        Ok(ReconcileReport {
            projection: self.id.to_string(),
            complete,
            noted,
            status: status_of(&sum),
        })
    }

    /// Goes on with a look that was begun not long ago, or begins one.
    async fn begin(
        &self,
        stores: &Stores,
        config: ReconcileConfig,
    ) -> Result<(Begun, Stage), ReconcileError> {
        let unknown = || StepError::Unknown(self.id.name.to_owned());
        let found = stores
            .generations
            .generations_get(self.id.name)
            .await?
            .ok_or_else(unknown)?;
        let standing = found
            .generations
            .of(self.id.generation)
            .ok_or(StepError::NotSafe(NotSafe::Unknown(self.id.generation)))?;
        if standing.stage == Stage::Retired {
            let retired = NotSafe::Retired(self.id.generation);
            return Err(StepError::NotSafe(retired).into());
        }
        let now = self.clock.now();
        let earlier = self.earlier(&*stores.control).await?.filter(|it| {
            let age = now.as_millis() - it.at.as_millis();
            it.contents == standing.contents
                && (it.deep, it.repair) == (config.deep, config.repair)
                && (0..i64::try_from(RESUMED_FOR.as_millis()).unwrap_or(i64::MAX)).contains(&age)
                // One that was begun too early could not be noted.
                && standing.completed_at.is_none_or(|completed| completed <= it.at)
        });
        let begun = match earlier {
            Some(earlier) => earlier,
            None => {
                let begun = Begun {
                    look: self.clock.new_id(),
                    at: now,
                    contents: standing.contents,
                    segments: config.segments.max(1),
                    deep: config.deep,
                    repair: config.repair,
                };
                let text = serde_json::to_string(&begun).map_err(|error| {
                    StoreError::Refused("a look can't be written".to_owned(), error.into())
                })?;
                stores.control.checkpoint_put(&self.place(), &text).await?;
                begun
            }
        };
        Ok((begun, standing.stage))
    }

    async fn earlier(&self, control: &dyn ControlStore) -> Result<Option<Begun>, StoreError> {
        let stored = control.checkpoint_get(&self.place()).await?;
        Ok(stored.and_then(|text| serde_json::from_str(&text).ok()))
    }

    async fn note(
        &self,
        stores: &Stores,
        begun: &Begun,
        sum: &Sum<Found>,
    ) -> Result<(), ReconcileError> {
        let found = Reconciled {
            at: begun.at,
            cases: sum.scanned.cases,
            differences: sum.counts.differing,
        };
        let generation = self.id.generation;
        step(
            &*stores.generations,
            self.id.name,
            |it| it.reconcile(generation, begun.contents, found),
            |_, _| Operation {
                id: self.clock.new_id(),
                at: self.clock.now(),
                by: self.by.clone(),
                operation: "reconcile".to_owned(),
                projection: self.id.name.to_owned(),
                detail: format!(
                    "{}: {} cases, {} differ, {} repaired",
                    self.id, found.cases, found.differences, sum.counts.repaired
                ),
            },
        )
        .await?;
        Ok(())
    }

    fn place(&self) -> String {
        format!("reconcile/{}", self.id)
    }
}

fn status_of(sum: &Sum<Found>) -> ReconcileStatus {
    ReconcileStatus {
        segments_ended: sum.ended,
        segments: sum.of,
        scanned: sum.scanned,
        found: sum.counts.clone(),
        cost: sum.cost,
    }
}
