//! Whether the record is what it was: every hash chain, and every case against the last signed
//! checkpoint.
//!
//! A chain shows that a commit was altered, left out or moved within its case. What it can't
//! show, for what is left is a chain as well, the checkpoint does: that the last commits of a
//! case are gone, that a whole case is, or that somebody has written another history with chains
//! of its own.
//!
//! | file | job |
//! | --- | --- |
//! | this one | going through the whole record, to verify it |
//! | `report` | what verifying came to |
//! | [`chain`] | one case's history, link by link: pure |
//! | [`record`] | the checkpoints that there are, and how each case stood at the last |
//! | [`take`] | a new checkpoint: the whole record is verified, and then signed |
//! | [`prove`] | the proof of one commit |
//! | `alone` | leases within one process |
//!
//! *Invariants:* what is verified is what is stored, not what this build makes of it. Nothing
//! that is wrong keeps anything else from being looked at. Nothing is signed over a finding.

mod alone;
pub mod chain;
pub mod prove;
pub mod record;
mod report;
pub mod take;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use casefold_events::proof::heads::{Bucket, GrownHead};
use casefold_events::proof::key::PublicKey;
use casefold_events::{CommitRef, DocketNumber, Timestamp, Version};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    CheckpointStore, Consumed, ControlStore, EventStore, Meter, OpenStores, StoreError, Stores,
};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

use self::chain::{Finding, Recorded, Wrong};
use self::record::{Record, Seen, Sources};
pub use self::report::{ComparedWith, Found, VerifyReport, VerifyStatus};
use crate::history::History;
use crate::rebuild::passage::Passage;
use crate::rebuild::segments::Work;
use crate::rebuild::{Progress, Scanned};

/// For how long a look that was stopped can be gone on with; after that it begins anew.
const RESUMED_FOR: Duration = Duration::from_secs(3600);

/// Where it is written down that a look was begun.
const PLACE: &str = "verify";

/// How many cases are looked for at a time that no scan has seen.
const READS: usize = 16;

/// Verifies a court's record.
#[derive(Clone)]
pub struct Verify {
    /// Where a worker has its stores from.
    pub stores: OpenStores,
    /// The checkpoints.
    pub checkpoints: Arc<dyn CheckpointStore>,
    /// The keys with which checkpoints may be signed; where there are none, signatures aren't
    /// checked.
    pub keys: Vec<PublicKey>,
    /// Checkpoints that were seen before, and must still be there.
    pub seen: Vec<Seen>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// How verifying goes about it.
#[derive(Clone, Copy, Debug)]
pub struct VerifyConfig {
    /// How many segments are worked on at once by this process.
    pub workers: usize,
    /// In how many segments the event table is scanned.
    pub segments: u32,
}

/// A look that was begun: written down, so that it can be gone on with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    look: Uuid,
    at: Timestamp,
    segments: u32,
    /// The checkpoint with which it compares.
    checkpoint: u64,
}

impl Verify {
    /// Looks at every case. Several processes may do so together. It ends early when `stop`
    /// turns true, and leaves the page that it is at.
    ///
    /// # Errors
    /// [`StoreError`] where the store can't be read now; running it again goes on.
    pub async fn run(
        &self,
        config: VerifyConfig,
        progress: &dyn Progress<VerifyStatus>,
        stop: &watch::Receiver<bool>,
    ) -> Result<VerifyReport, StoreError> {
        let (stores, _) = (self.stores)();
        let record = Arc::new(self.record(&*stores.control).await?);
        let begun = self.begin(&*stores.control, config, &record).await?;
        let passage = Passage {
            leases: stores.leases.clone(),
            clock: self.clock.clone(),
            group: format!("verify/{}", begun.look),
            of: begun.segments,
        };
        let workers = self.workers(config.workers, &record, None);
        let mut sum = passage
            .run(workers, stop, &|sum| {
                progress.at(&VerifyStatus::of(sum.clone()));
            })
            .await?;
        let complete = sum.ended == begun.segments;
        if complete {
            self.add_dropped(&stores, &record, &mut sum.counts).await?;
            // The next one begins anew.
            stores.control.checkpoint_put(PLACE, "").await?;
        }
        Ok(VerifyReport::new(&record, VerifyStatus::of(sum), complete))
    }

    /// Looks at one case alone; `None` where there is no such case, now or at the checkpoint.
    ///
    /// # Errors
    /// [`StoreError`] where the store can't be read now.
    pub async fn case(
        &self,
        docket_number: DocketNumber,
    ) -> Result<Option<VerifyReport>, StoreError> {
        let (stores, meter) = (self.stores)();
        let record = self.record(&*stores.control).await?;
        let recorded = record.cases.get(&docket_number).copied();
        let history = History::read(&*stores.events, docket_number).await?;
        let is_there = !history.commits.is_empty() || history.unreadable.is_some();
        if !is_there && recorded.is_none() {
            return Ok(None);
        }
        let mut found = Found::default();
        match recorded.filter(|_| !is_there) {
            Some(recorded) => found.add(dropped(docket_number, recorded)),
            None => {
                found.look(&history, recorded);
            }
        }
        let status = VerifyStatus {
            scanned: scanned(&history),
            found,
            cost: meter.consumed(),
            ..VerifyStatus::default()
        };
        Ok(Some(VerifyReport::new(&record, status, true)))
    }

    async fn record(&self, control: &dyn ControlStore) -> Result<Record, StoreError> {
        let sources = Sources {
            checkpoints: &*self.checkpoints,
            control,
            keys: &self.keys,
            seen: &self.seen,
        };
        Record::read(sources).await
    }

    fn workers(
        &self,
        workers: usize,
        record: &Arc<Record>,
        heads: Option<&Arc<Heads>>,
    ) -> Vec<Looker> {
        let worker = |_| {
            let (stores, meter) = (self.stores)();
            Looker {
                events: stores.events,
                meter,
                record: record.clone(),
                heads: heads.cloned(),
            }
        };
        (0..workers.max(1)).map(worker).collect()
    }

    /// Goes on with a look that was begun not long ago, or begins one.
    async fn begin(
        &self,
        control: &dyn ControlStore,
        config: VerifyConfig,
        record: &Record,
    ) -> Result<Begun, StoreError> {
        let now = self.clock.now();
        let latest = record.latest.as_ref();
        let checkpoint = latest.map_or(0, |kept| kept.signed.says.number);
        let earlier = control.checkpoint_get(PLACE).await?;
        let earlier = earlier.and_then(|text| serde_json::from_str::<Begun>(&text).ok());
        let goes_on = earlier.filter(|it| {
            let age = now.as_millis() - it.at.as_millis();
            let resumed_for = i64::try_from(RESUMED_FOR.as_millis()).unwrap_or(i64::MAX);
            it.checkpoint == checkpoint && (0..resumed_for).contains(&age)
        });
        if let Some(begun) = goes_on {
            return Ok(begun);
        }
        let begun = Begun {
            look: self.clock.new_id(),
            at: now,
            segments: config.segments.max(1),
            checkpoint,
        };
        let text = serde_json::to_string(&begun).map_err(|error| {
            StoreError::Refused("a look can't be written".to_owned(), error.into())
        })?;
        control.checkpoint_put(PLACE, &text).await?;
        Ok(begun)
    }

    /// Adds the cases of the checkpoint that are gone.
    ///
    /// No look remembers which cases it has seen, but it counts those of the checkpoint. Where
    /// the count is right none is missing. It may be too high where commits can't be read, for
    /// then a case may be read twice.
    async fn add_dropped(
        &self,
        stores: &Stores,
        record: &Record,
        found: &mut Found,
    ) -> Result<(), StoreError> {
        if found.covered == record.cases.len() as u64 && found.unreadable == 0 {
            return Ok(());
        }
        let cases: Vec<_> = record
            .cases
            .iter()
            .map(|(number, it)| (*number, *it))
            .collect();
        let events = &*stores.events;
        for some in cases.chunks(READS) {
            let looking = some
                .iter()
                .map(|(number, it)| is_there(events, *number, it.version));
            let there = try_join_all(looking).await?;
            for ((number, it), _) in some.iter().zip(there).filter(|(_, is_there)| !is_there) {
                found.add(dropped(*number, *it));
            }
        }
        Ok(())
    }
}

/// Whether anything is there of a case that had so many commits.
async fn is_there(
    events: &dyn EventStore,
    docket_number: DocketNumber,
    version: Version,
) -> Result<bool, StoreError> {
    for version in [Version(1), version] {
        let commit = CommitRef {
            docket_number,
            version,
        };
        match events.commit_get(commit).await {
            Ok(None) => {}
            // What can't be read is there.
            Ok(Some(_)) | Err(StoreError::Corrupt { .. }) => return Ok(true),
            Err(error) => return Err(error),
        }
    }
    // Of one whose first and last commits are gone something may still be there.
    match events.commits_after(docket_number, Version::ZERO).await {
        Ok(commits) => Ok(!commits.is_empty()),
        Err(StoreError::Corrupt { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

const fn dropped(docket_number: DocketNumber, recorded: Recorded) -> Finding {
    Finding {
        docket_number,
        trusted_to: Version::ZERO,
        kind: Wrong::Dropped {
            recorded: recorded.version,
        },
    }
}

fn scanned(history: &History) -> Scanned {
    let events =
        |commits: u64, commit: &casefold_events::Commit| commits + commit.events.len() as u64;
    Scanned {
        cases: 1,
        commits: history.commits.len() as u64,
        events: history.commits.iter().fold(0, events),
    }
}

/// The heads of all cases, as workers find them.
///
/// About 250 bytes a case: a million cases take a quarter of a gigabyte.
type Heads = Mutex<BTreeMap<Bucket, BTreeMap<DocketNumber, GrownHead>>>;

/// Looks at the cases of segments.
struct Looker {
    events: Arc<dyn EventStore>,
    meter: Arc<dyn Meter>,
    record: Arc<Record>,
    heads: Option<Arc<Heads>>,
}

#[async_trait]
impl Work for Looker {
    type Counts = Found;
    type Error = StoreError;

    fn events(&self) -> &dyn EventStore {
        &*self.events
    }

    async fn cases(&self, histories: &[History]) -> Result<Found, StoreError> {
        let mut found = Found::default();
        let mut heads = Vec::new();
        for history in histories {
            let recorded = self.record.cases.get(&history.docket_number).copied();
            heads.push(found.look(history, recorded));
        }
        if let Some(all) = &self.heads {
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            for head in heads {
                let of_bucket = all.entry(Bucket::of(head.docket_number)).or_default();
                // One that is read twice has grown since, or not.
                let known = of_bucket.get(&head.docket_number).map(GrownHead::version);
                if known.is_none_or(|known| known <= head.version()) {
                    of_bucket.insert(head.docket_number, head);
                }
            }
        }
        Ok(found)
    }

    fn consumed(&self) -> Consumed {
        self.meter.consumed()
    }
}
