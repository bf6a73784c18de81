//! Each case's head, as the event table has it, against what a generation has stored of it.
//!
//! A case of which live commits are still on their way is looked at again before it counts. A
//! look by heads compares version and hash, which by the chain stands for the whole history; a
//! **deep** look compares all that is stored with a pure fold of the history.
//!
//! It is shared, resumed and shown as a rebuild is. What it finds is noted with the generation,
//! and readers are switched to none that has differences.

use std::collections::{BTreeMap, HashMap};
use std::ops::AddAssign;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use casefold_events::{CommitRef, DocketNumber, Timestamp, Version};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    Consumed, ControlStore, EventStore, Head, Meter, Operation, ProjectionId, Quarantined,
    StoreError, Stores,
};
use casefold_shared::generations::change::{StepError, step};
use casefold_shared::generations::{NotSafe, Reconciled, Stage};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

use super::segments::{Scanned, Segments, Sum, Work};
use super::{OpenFolder, OpenStores, Progress, WorkError};
use crate::difference::changes;
use crate::folder::Folder;
use crate::hints::Hints;
use crate::history::History;

/// How many differences are kept by name in each segment; all are counted.
const NAMED: usize = 50;

/// How many fields of a difference are named.
const FIELDS_NAMED: usize = 5;

/// How often cases that are behind are looked at again, and the pause before that: live
/// commits are folded within a second, as a rule.
const LOOKS: u32 = 4;
const LOOK_AGAIN: Duration = Duration::from_millis(700);

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
        let segments = Segments {
            leases: stores.leases.clone(),
            clock: self.clock.clone(),
            group: format!("reconcile/{}/{}", self.id, begun.look),
            of: begun.segments,
            stop,
            tell: &tell,
            known: Mutex::new(BTreeMap::new()),
        };
        let sum = segments.run(&workers).await?;
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

/// Looks at the cases of segments.
struct Looker {
    folder: Arc<dyn Folder>,
    followed: Option<Arc<dyn Folder>>,
    events: Arc<dyn EventStore>,
    meter: Arc<dyn Meter>,
    parked: Arc<HashMap<DocketNumber, Quarantined>>,
    deep: bool,
    repair: bool,
}

#[async_trait]
impl Work for Looker {
    type Counts = Found;
    type Error = WorkError;

    fn events(&self) -> &dyn EventStore {
        &*self.events
    }

    async fn cases(&self, histories: &[History]) -> Result<Found, WorkError> {
        let mut found = Found::default();
        let mut differing = self.look(histories.iter().collect(), &mut found).await?;
        for _ in 1..LOOKS {
            // Of a parked case nothing is on its way.
            let on_its_way = |(_, kind): &(&History, Kind)| {
                matches!(kind, Kind::Missing { .. } | Kind::Behind { .. })
            };
            if !differing.iter().any(on_its_way) {
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
            let again = differing.into_iter().map(|(history, _)| history).collect();
            differing = self.look(again, &mut found).await?;
        }
        for (history, kind) in differing {
            self.settle(history, kind, &mut found).await?;
        }
        Ok(found)
    }

    fn consumed(&self) -> Consumed {
        self.meter.consumed()
    }
}

impl Looker {
    /// Looks at cases, and gives those that differ.
    async fn look<'a>(
        &self,
        histories: Vec<&'a History>,
        found: &mut Found,
    ) -> Result<Vec<(&'a History, Kind)>, WorkError> {
        let numbers: Vec<_> = histories.iter().map(|it| it.docket_number).collect();
        let heads = match self.folder.heads(&numbers).await {
            Ok(heads) => Ok(heads),
            Err(error) if error.may_pass() => return Err(error.into()),
            // One of them can't be read: each is asked for by itself.
            Err(error) => Err(error),
        };
        let mut differing = Vec::new();
        for history in histories {
            let number = history.docket_number;
            let head = match &heads {
                Ok(heads) => Ok(heads.get(&number).copied()),
                Err(_) => self.head(number).await?,
            };
            let kind = match head {
                Ok(head) => self.difference(history, head).await?,
                Err(problem) => Some(Kind::Unreadable { problem }),
            };
            match kind {
                None => found.alike += 1,
                Some(kind) => differing.push((history, kind)),
            }
        }
        Ok(differing)
    }

    /// How far a case is, or why that can't be read.
    async fn head(
        &self,
        docket_number: DocketNumber,
    ) -> Result<Result<Option<Head>, String>, WorkError> {
        match self.folder.heads(&[docket_number]).await {
            Ok(heads) => Ok(Ok(heads.get(&docket_number).copied())),
            Err(error) if error.may_pass() => Err(error.into()),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    async fn difference(
        &self,
        history: &History,
        head: Option<Head>,
    ) -> Result<Option<Kind>, WorkError> {
        let docket_number = history.docket_number;
        if let Some(obstacle) = &history.unreadable {
            return Ok(Some(Kind::Parked {
                at: obstacle.version,
                reason: obstacle.reason.clone(),
            }));
        }
        let Some(last) = history.last() else {
            return Ok(None);
        };
        if let Some(Quarantined {
            version, reason, ..
        }) = self.parked.get(&docket_number)
            && head.is_none_or(|head| head.version < *version)
        {
            return Ok(Some(Kind::Parked {
                at: *version,
                reason: reason.clone(),
            }));
        }
        let expected = last.version;
        let Some(Head {
            version: stored,
            hash,
        }) = head
        else {
            return Ok(Some(Kind::Missing { expected }));
        };
        if stored < expected {
            return Ok(Some(Kind::Behind { stored, expected }));
        }
        let hash_there = if stored == expected {
            Some(last.hash)
        } else {
            // It has moved on since it was scanned.
            let commit = CommitRef {
                docket_number,
                version: stored,
            };
            self.events.commit_get(commit).await?.map(|it| it.hash)
        };
        if hash.is_some_and(|hash| Some(hash) != hash_there) {
            return Ok(Some(Kind::OtherHistory { stored }));
        }
        if self.deep {
            return self.deep_difference(history, stored).await;
        }
        Ok(None)
    }

    /// Compares all that is stored with what should be, at the same version: a case that moves
    /// on meanwhile is read again.
    async fn deep_difference(
        &self,
        history: &History,
        stored: Version,
    ) -> Result<Option<Kind>, WorkError> {
        let docket_number = history.docket_number;
        let mut now = None;
        let mut fields = Vec::new();
        for _ in 0..LOOKS {
            let history = now.as_ref().unwrap_or(history);
            let last = history.last().map(|it| it.version);
            let there = match self.folder.stored(docket_number).await {
                Ok(there) => there,
                Err(error) if error.may_pass() => return Err(error.into()),
                Err(error) => {
                    return Ok(Some(Kind::Unreadable {
                        problem: error.to_string(),
                    }));
                }
            };
            let expected = match self.folder.expected(history) {
                Ok(expected) => expected,
                Err(obstacle) => {
                    return Ok(Some(Kind::Parked {
                        at: obstacle.version,
                        reason: obstacle.reason,
                    }));
                }
            };
            let nothing = serde_json::Value::Null;
            let changed = changes(
                there.as_ref().unwrap_or(&nothing),
                expected.as_ref().unwrap_or(&nothing),
            );
            if changed.is_empty() {
                return Ok(None);
            }
            let named = changed.iter().take(FIELDS_NAMED);
            fields = named.map(|it| it.path.general()).collect();
            let read = History::read(&*self.events, docket_number).await?;
            let head = self.folder.heads(&[docket_number]).await?;
            let head = head.get(&docket_number).map(|head| head.version);
            if read.last().map(|it| it.version) == last && head == last {
                break;
            }
            now = Some(read);
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(Some(Kind::OtherContents { stored, fields }))
    }

    /// Mends a case where that is asked for, and counts it.
    async fn settle(
        &self,
        history: &History,
        kind: Kind,
        found: &mut Found,
    ) -> Result<(), WorkError> {
        let docket_number = history.docket_number;
        let mut repaired = false;
        let mut kind = kind;
        if self.repair {
            match &kind {
                Kind::Missing { .. } | Kind::Behind { .. } | Kind::Parked { .. } => {}
                // Nothing that follows can be right: it is folded from the first commit.
                Kind::Unreadable { .. }
                | Kind::OtherHistory { .. }
                | Kind::OtherContents { .. } => {
                    self.folder.clear(docket_number).await?;
                }
            }
            self.folder
                .advance(docket_number, &Hints::default())
                .await?;
            let read = History::read(&*self.events, docket_number).await?;
            let head = self.folder.heads(&[docket_number]).await?;
            let head = head.get(&docket_number).copied();
            let is_released = head
                .is_some_and(|head| read.last().is_some_and(|last| head.version >= last.version));
            let left = if is_released && read.unreadable.is_none() {
                self.without_parked().difference(&read, head).await?
            } else {
                self.difference(&read, head).await?
            };
            match left {
                None => repaired = true,
                Some(left) => kind = left,
            }
        }
        if repaired {
            found.repaired += 1;
        } else if self.is_parked_alike(docket_number, &kind).await? {
            found.parked_alike += 1;
        } else {
            found.differing += 1;
        }
        *found += Found {
            named: vec![Difference {
                docket_number,
                kind,
                repaired,
            }],
            ..Found::default()
        };
        Ok(())
    }

    /// The same, which doesn't go by what was parked when it began.
    fn without_parked(&self) -> Self {
        Self {
            folder: self.folder.clone(),
            followed: self.followed.clone(),
            events: self.events.clone(),
            meter: self.meter.clone(),
            parked: Arc::new(HashMap::new()),
            deep: self.deep,
            repair: self.repair,
        }
    }

    /// Whether readers lose nothing of a parked case by being switched: it is no further in
    /// the generation that they follow.
    async fn is_parked_alike(
        &self,
        docket_number: DocketNumber,
        kind: &Kind,
    ) -> Result<bool, WorkError> {
        let (Kind::Parked { .. }, Some(followed)) = (kind, &self.followed) else {
            return Ok(false);
        };
        let number = [docket_number];
        let version = |heads: BTreeMap<DocketNumber, Head>| {
            heads.get(&docket_number).map(|head| head.version)
        };
        let there = version(followed.heads(&number).await?);
        Ok(there <= version(self.folder.heads(&number).await?))
    }
}
