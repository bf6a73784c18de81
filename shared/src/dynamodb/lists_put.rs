//! Bringing the rows of a case up to date.
//!
//! One transaction moves them from one version to the next: the state, on the condition
//! that it is the one that was read; the inventory; the rows that are put and removed. Where
//! more change than a transaction takes, several follow one another. Each writes the
//! inventory as it is after it and moves the state's step, and the last one moves the
//! version: so after each of them the inventory is exactly what is stored, whoever stops
//! where, and whoever comes next goes on from there. The step is in the condition because
//! two writers may be at the same version, halfway to different ones: the slower of them
//! would else put its inventory over the other's.
//!
//! Where no row changes, a plain put moves the version alone, for one write unit. It can't
//! be left out: else a worker that was held up, with rows that are older but differ, would
//! find the state as it had read it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use casefold_events::{DocketNumber, Version};

use super::DynamoStore;
use super::error::throttled;
use super::item::{Item, number};
use super::lists_layout::{
    Change, Inventory, State, Wanted, inventory_sort, row_item, state_item, stored, wanted,
};
use super::read::Consistency;
use super::tables::{buckets_partition, list_partition, lists_partition, text_key};
use super::write::{
    Condition, ConditionalPut, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_ITEMS, Step, Written, pauses,
    sleep,
};
use crate::gateway::{Generation, ListsOutcome, StoreError};
use crate::lists::ListRow;

/// The most of a transaction's bytes that rows take; the rest is the inventory's.
const ROW_BYTES: usize = MAX_TRANSACTION_BYTES / 2;

/// How many buckets a process remembers before it begins anew.
const MAX_KNOWN_BUCKETS: usize = 50_000;

/// Buckets that are known to be written down. They are never removed, so a process need
/// not write one twice. It must not outlive the table.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownBuckets(Arc<Mutex<HashSet<(String, String)>>>);

impl KnownBuckets {
    fn has(&self, bucket: &(String, String)) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains(bucket)
    }

    fn add(&self, buckets: HashSet<(String, String)>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + buckets.len() > MAX_KNOWN_BUCKETS {
            known.clear();
        }
        known.extend(buckets);
    }
}

/// Where the rows of one case are written.
struct Target<'a> {
    generation: Generation,
    docket_number: DocketNumber,
    partition: &'a str,
}

impl DynamoStore {
    pub(super) async fn lists_write(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        version: Version,
        rows: &[ListRow],
    ) -> Result<ListsOutcome, StoreError> {
        let wanted = wanted(rows, docket_number)?;
        let target = Target {
            generation,
            docket_number,
            partition: &lists_partition(generation, docket_number),
        };
        for pause in pauses() {
            sleep(pause).await;
            let there = self
                .query_rows(
                    &self.tables.snapshots,
                    target.partition,
                    "",
                    Consistency::Strong,
                )
                .await?;
            let Some((state, inventory)) = stored(&there)? else {
                continue;
            };
            if state.version >= version {
                return Ok(ListsOutcome::Current);
            }
            let changes = inventory.changes_to(&wanted);
            let written = if changes.is_empty() {
                self.lists_move(&target, state, version).await?
            } else {
                self.buckets_put(&target, &changes, &inventory, &wanted)
                    .await?;
                self.lists_change(&target, (state, inventory), version, &changes, &wanted)
                    .await?
            };
            match (written, changes.len()) {
                (Written::No(()), _) => {}
                (Written::Yes, 0) => return Ok(ListsOutcome::Unchanged),
                (Written::Yes, changed) => return Ok(ListsOutcome::Changed(changed)),
            }
        }
        Err(throttled(
            "other writers kept changing the lists of the case",
        ))
    }

    /// Moves the version alone.
    async fn lists_move(
        &self,
        target: &Target<'_>,
        state: State,
        version: Version,
    ) -> Result<Written<()>, StoreError> {
        let moved = State { version, ..state };
        let put = self.state_put(target, state, moved);
        Ok(match self.put_if(put).await? {
            Written::Yes => Written::Yes,
            Written::No(_) => Written::No(()),
        })
    }

    /// Carries changes out, in as many transactions as they need.
    async fn lists_change(
        &self,
        target: &Target<'_>,
        (mut state, mut inventory): (State, Inventory),
        version: Version,
        changes: &[Change],
        wanted: &Wanted,
    ) -> Result<Written<()>, StoreError> {
        let mut left = changes;
        while !left.is_empty() {
            let (now, later) =
                left.split_at(self.fitting(state, &inventory, left, wanted, target)?);
            for change in now {
                inventory.note(change, wanted);
            }
            let items = inventory.items(target.partition, target.docket_number, state.step + 1)?;
            let next = State {
                version: if later.is_empty() {
                    version
                } else {
                    state.version
                },
                step: state.step + 1,
                parts: items.len(),
            };
            let steps = self.change_steps(target, state, next, items, now, wanted);
            match self.transact(&steps).await? {
                Written::Yes => state = next,
                Written::No(_) => return Ok(Written::No(())),
            }
            left = later;
        }
        Ok(Written::Yes)
    }

    /// How many of the changes fit into one transaction, one at least.
    fn fitting(
        &self,
        state: State,
        inventory: &Inventory,
        changes: &[Change],
        wanted: &Wanted,
        target: &Target<'_>,
    ) -> Result<usize, StoreError> {
        // The inventory as it is at its largest: with all that is put, and nothing removed.
        let mut largest = inventory.clone();
        let puts = changes
            .iter()
            .filter(|change| matches!(change, Change::Put(_)));
        puts.for_each(|change| largest.note(change, wanted));
        let parts = largest
            .items(target.partition, target.docket_number, state.step)?
            .len();
        let most = MAX_TRANSACTION_ITEMS
            .saturating_sub(1 + parts.max(state.parts))
            .max(1);
        let mut bytes = 0;
        let fit = changes.iter().take(most).take_while(|change| {
            bytes += row_bytes(change, wanted);
            bytes <= ROW_BYTES
        });
        Ok(fit.count().max(1))
    }

    fn change_steps(
        &self,
        target: &Target<'_>,
        from: State,
        to: State,
        inventory: Vec<Item>,
        changes: &[Change],
        wanted: &Wanted,
    ) -> Vec<Step> {
        let table = &self.tables.snapshots;
        let mut steps = vec![Step::PutIf(self.state_put(target, from, to))];
        steps.extend(inventory.into_iter().map(|item| Step::Put {
            table: table.clone(),
            item,
        }));
        for part in to.parts..from.parts {
            let key = text_key(target.partition, inventory_sort(part));
            steps.push(Step::Delete {
                table: table.clone(),
                key,
            });
        }
        for change in changes {
            let partition = |place: &str| list_partition(target.generation, place);
            match change {
                Change::Put(key) => {
                    let Some(row) = wanted.get(key) else { continue };
                    steps.push(Step::Put {
                        table: table.clone(),
                        item: row_item(partition(&key.place), key, row),
                    });
                }
                Change::Remove(key) => steps.push(Step::Delete {
                    table: table.clone(),
                    key: text_key(partition(&key.place), &key.sort),
                }),
            }
        }
        steps
    }

    fn state_put(&self, target: &Target<'_>, from: State, to: State) -> ConditionalPut {
        ConditionalPut {
            table: self.tables.snapshots.clone(),
            item: state_item(target.partition, to),
            condition: is_still(from),
        }
    }

    /// Writes the buckets down that rows are going to be put into, before they are: a reader
    /// goes through the buckets that are written down.
    async fn buckets_put(
        &self,
        target: &Target<'_>,
        changes: &[Change],
        inventory: &Inventory,
        wanted: &Wanted,
    ) -> Result<(), StoreError> {
        let mut buckets = HashSet::new();
        for change in changes {
            if let Change::Put(key) = change
                && !inventory.has(key)
                && let Some((list, of, bucket)) =
                    wanted.get(key).and_then(|row| row.bucket.as_ref())
            {
                let partition = buckets_partition(target.generation, *list, of);
                buckets.insert((partition, bucket.clone()));
            }
        }
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

/// The condition that the rows of a case are as they were read.
pub(super) fn is_still(state: State) -> Condition {
    if state == State::default() {
        return Condition::absent();
    }
    Condition {
        expression: "version = :version AND step = :step".to_owned(),
        values: Item::from([
            (":version".to_owned(), number(state.version.0)),
            (":step".to_owned(), number(state.step)),
        ]),
    }
}

/// About what a change weighs.
fn row_bytes(change: &Change, wanted: &Wanted) -> usize {
    match change {
        Change::Put(key) => {
            let body = wanted.get(key).map_or(0, |row| row.bytes());
            key.place.len() + key.sort.len() + body
        }
        Change::Remove(key) => key.place.len() + key.sort.len(),
    }
}
