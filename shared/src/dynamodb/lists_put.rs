//! Bringing the rows of a case in lists up to date, and the buckets that they are in.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use casefold_events::{DocketNumber, Version};

use super::DynamoStore;
use super::error::throttled;
use super::inventory::{Change, Stored, Wanted};
use super::keep::{Next, Owner, Superseded, Target};
use super::lists_layout::wanted;
use super::tables::text_key;
use super::write::{pauses, sleep};
use crate::gateway::{Generation, ListsOutcome, StoreError};
use crate::lists::ListRow;

/// How many buckets a process remembers before it begins anew.
const MAX_KNOWN_BUCKETS: usize = 50_000;

/// Buckets that are known to be written down. They are never removed, so a process need
/// not write one twice. It must not outlive the lists: whoever sees that they are others has
/// it forgotten, and a rebuild settles what was put before that was seen.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownBuckets(Arc<Mutex<HashSet<(String, String)>>>);

impl KnownBuckets {
    fn has(&self, bucket: &(String, String)) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains(bucket)
    }

    pub(super) fn forget(&self) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.clear();
    }

    fn add(&self, buckets: HashSet<(String, String)>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + buckets.len() > MAX_KNOWN_BUCKETS {
            known.clear();
        }
        known.extend(buckets);
    }
}

impl DynamoStore {
    pub(super) async fn lists_write(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        version: Version,
        rows: &[ListRow],
    ) -> Result<ListsOutcome, StoreError> {
        let wanted = wanted(rows, generation, docket_number)?;
        let target = Target::new(Owner::Lists(generation), docket_number);
        let next = Next {
            version,
            head_hash: None,
            kept: None,
            wanted: &wanted,
        };
        for pause in pauses() {
            sleep(pause).await;
            let there = self.kept_read(&target).await?;
            if there.state.version >= version {
                return Ok(ListsOutcome::Current);
            }
            self.buckets_put(&there, &wanted).await?;
            match self.kept_write(&target, there, &next).await? {
                Ok(0) => return Ok(ListsOutcome::Unchanged),
                Ok(changed) => return Ok(ListsOutcome::Changed(changed)),
                Err(Superseded) => {}
            }
        }
        Err(throttled(
            "other writers kept changing the lists of the case",
        ))
    }

    /// Writes the buckets down that rows are going to be put into, before they are: a reader
    /// goes through the buckets that are written down.
    async fn buckets_put(&self, there: &Stored, wanted: &Wanted) -> Result<(), StoreError> {
        let mut buckets = HashSet::new();
        for change in there.inventory.changes_to(wanted) {
            if let Change::Put(key) = change
                && !there.inventory.has(&key)
                && let Some(bucket) = wanted.get(&key).and_then(|row| row.bucket.as_ref())
            {
                buckets.insert(bucket.clone());
            }
        }
        self.buckets_written(buckets).await
    }

    /// Writes down every bucket that a case has rows in.
    pub(super) async fn lists_settled(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        rows: &[ListRow],
    ) -> Result<(), StoreError> {
        let wanted = wanted(rows, generation, docket_number)?;
        let buckets = wanted.values().filter_map(|row| row.bucket.clone());
        self.buckets_written(buckets.collect()).await
    }

    async fn buckets_written(
        &self,
        mut buckets: HashSet<(String, String)>,
    ) -> Result<(), StoreError> {
        buckets.retain(|bucket| !self.known_buckets.has(bucket));
        let items = buckets
            .iter()
            .map(|(partition, bucket)| text_key(partition, bucket));
        self.put_all(&self.tables.snapshots, items.collect())
            .await?;
        self.known_buckets.add(buckets);
        Ok(())
    }
}
