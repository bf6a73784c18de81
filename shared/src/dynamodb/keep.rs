//! Bringing the rows that a projection has of a case up to date.
//!
//! One transaction moves them from one version to the next: the state, on the condition
//! that it is the one that was read; the inventory; what is kept of the case, where that has
//! changed; the rows that are put and removed. Where more change than a transaction takes,
//! several follow one another. Each writes the inventory as it is after it and moves the
//! state's step, and the last one moves the version, with what is kept of the case: so after
//! each of them the inventory is exactly what is stored, whoever stops where, and whoever
//! comes next goes on from there. The step is in the condition because two writers may be at
//! the same version, halfway to different ones: the slower of them would else put its
//! inventory over the other's.
//!
//! Where no row changes and nothing that is kept, a plain put moves the version alone, for one
//! write unit. It can't be left out: else a worker that was held up, with rows that are older
//! but differ, would find the state as it had read it.

use casefold_events::{Digest, DocketNumber, Version};

use super::DynamoStore;
use super::error::throttled;
use super::inventory::{
    Change, Inventory, Kept, Placed, RowKey, State, Stored, Wanted, part_sort, state_item, stored,
    stored_in_state, text_items,
};
use super::item::{Item, number};
use super::read::Consistency;
use super::tables::{
    INVENTORY, KEPT, STATE, list_partition, lists_partition, row_case_partition, row_partition,
    text_key,
};
use super::write::{
    Condition, ConditionalPut, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_ITEMS, Step, Written, pauses,
    sleep,
};
use crate::gateway::{Generation, ProjectionId, StoreError};

/// The most of a transaction's bytes that rows take; the rest is for the inventory and what
/// is kept of the case.
const ROW_BYTES: usize = MAX_TRANSACTION_BYTES / 4;

/// Of what a case has rows.
#[derive(Clone, Copy)]
pub(super) enum Owner {
    Lists(Generation),
    Rows(ProjectionId),
}

/// Where the rows of one case are written.
pub(super) struct Target {
    owner: Owner,
    pub(super) docket_number: DocketNumber,
    pub(super) partition: String,
}

/// What the rows of a case are brought to.
pub(super) struct Next<'a> {
    pub(super) version: Version,
    pub(super) head_hash: Option<Digest>,
    /// What is kept of the case.
    pub(super) kept: Option<&'a str>,
    pub(super) wanted: &'a Wanted,
}

impl Target {
    pub(super) fn new(owner: Owner, docket_number: DocketNumber) -> Self {
        let partition = match owner {
            Owner::Lists(generation) => lists_partition(generation, docket_number),
            Owner::Rows(of) => row_case_partition(of, docket_number),
        };
        Self {
            owner,
            docket_number,
            partition,
        }
    }

    fn row_partition(&self, place: &str) -> String {
        match self.owner {
            Owner::Lists(generation) => list_partition(generation, place),
            Owner::Rows(of) => row_partition(of, place),
        }
    }

    /// The key of a row.
    pub(super) fn row_key(&self, key: &RowKey) -> Item {
        text_key(self.row_partition(&key.place), &*key.sort)
    }
}

impl DynamoStore {
    /// What is stored of a case, strongly consistent, and of one moment. Of nearly every case it
    /// is in one item.
    pub(super) async fn kept_read(&self, target: &Target) -> Result<Stored, StoreError> {
        let table = &self.tables.snapshots;
        let key = text_key(&*target.partition, STATE);
        let Some(item) = self.get(table, key).await? else {
            // All else is written and removed together with the state.
            return Ok(Stored::default());
        };
        if let Some(stored) = stored_in_state(&item)? {
            return Ok(stored);
        }
        for pause in pauses() {
            sleep(pause).await;
            let there = self
                .query_rows(table, &target.partition, "", Consistency::Strong)
                .await?;
            if let Some(stored) = stored(&there)? {
                return Ok(stored);
            }
        }
        Err(throttled("the rows of the case kept changing"))
    }

    /// Brings what is stored of a case, as it was read, to what comes next; tells how many
    /// rows have changed, or that what is stored is not what was read any more.
    pub(super) async fn kept_write(
        &self,
        target: &Target,
        from: Stored,
        next: &Next<'_>,
    ) -> Result<Result<usize, Superseded>, StoreError> {
        let changes = from.inventory.changes_to(next.wanted);
        let written = if changes.is_empty() && from.kept.as_deref() == next.kept {
            self.kept_move(target, from, next).await?
        } else {
            self.kept_change(target, from, next, &changes).await?
        };
        Ok(match written {
            Written::Yes => Ok(changes.len()),
            Written::No(()) => Err(Superseded),
        })
    }

    /// Moves the version alone.
    async fn kept_move(
        &self,
        target: &Target,
        from: Stored,
        next: &Next<'_>,
    ) -> Result<Written<()>, StoreError> {
        let Stored {
            state,
            inventory,
            beside,
            ..
        } = from;
        let moved = State {
            version: next.version,
            head_hash: next.head_hash,
            ..state
        };
        let beside = match (beside, state.parts) {
            (Some(beside), _) => Some(beside),
            (None, 0) => {
                let placed = inventory.placed(&target.partition, state.step, target.docket_number);
                placed?.beside
            }
            (None, _) => None,
        };
        let put = self.state_put(target, state, moved, beside);
        Ok(match self.put_if(put).await? {
            Written::Yes => Written::Yes,
            Written::No(_) => Written::No(()),
        })
    }

    /// Carries changes out, in as many transactions as they need.
    async fn kept_change(
        &self,
        target: &Target,
        from: Stored,
        next: &Next<'_>,
        changes: &[Change],
    ) -> Result<Written<()>, StoreError> {
        let Stored {
            mut state,
            mut inventory,
            kept,
            ..
        } = from;
        let keeps_the_same = kept.as_deref() == next.kept;
        let mut left = changes;
        loop {
            let fit = fitting((state, &inventory), left, next, target)?;
            let (now, later) = left.split_at(fit);
            for change in now {
                inventory.note(change, next.wanted);
            }
            let step = state.step + 1;
            let Placed { beside, mut items } =
                inventory.placed(&target.partition, step, target.docket_number)?;
            let mut to = State {
                step,
                parts: items.len(),
                ..state
            };
            if later.is_empty() {
                to.version = next.version;
                to.head_hash = next.head_hash;
                if !keeps_the_same {
                    let kept = kept_items(target, step, next);
                    let parts = kept.len();
                    to.kept = Kept { step, parts };
                    items.extend(kept);
                }
            }
            let state_put = self.state_put(target, state, to, beside);
            let steps =
                self.change_steps(target, (state, to), (state_put, items), now, next.wanted);
            match self.transact(&steps).await? {
                Written::Yes if later.is_empty() => return Ok(Written::Yes),
                Written::Yes => state = to,
                Written::No(_) => return Ok(Written::No(())),
            }
            left = later;
        }
    }

    fn change_steps(
        &self,
        target: &Target,
        (from, to): (State, State),
        (state_put, texts): (ConditionalPut, Vec<Item>),
        changes: &[Change],
        wanted: &Wanted,
    ) -> Vec<Step> {
        let table = &self.tables.snapshots;
        let put = |item| Step::Put {
            table: table.clone(),
            item,
        };
        let delete = |key| Step::Delete {
            table: table.clone(),
            key,
        };
        let mut steps = vec![Step::PutIf(state_put)];
        steps.extend(texts.into_iter().map(put));
        let left_over = |sort, parts: std::ops::Range<usize>| {
            parts.map(move |part| text_key(&*target.partition, part_sort(sort, part)))
        };
        steps.extend(left_over(INVENTORY, to.parts..from.parts).map(delete));
        steps.extend(left_over(KEPT, to.kept.parts..from.kept.parts).map(delete));
        for change in changes {
            match change {
                Change::Put(key) => {
                    let Some(row) = wanted.get(key) else { continue };
                    steps.push(put(row.item(target.row_partition(&key.place), &key.sort)));
                }
                Change::Remove(key) => steps.push(delete(target.row_key(key))),
            }
        }
        steps
    }

    fn state_put(
        &self,
        target: &Target,
        from: State,
        to: State,
        beside: Option<Vec<u8>>,
    ) -> ConditionalPut {
        ConditionalPut {
            table: self.tables.snapshots.clone(),
            item: state_item(&target.partition, to, beside),
            condition: is_still(from),
        }
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

/// What is stored is not what was read any more. Nothing of this step was written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Superseded;

/// What is kept of a case, as the rows in which a step writes it.
fn kept_items(target: &Target, step: u64, next: &Next<'_>) -> Vec<Item> {
    next.kept.map_or_else(Vec::new, |kept| {
        text_items(&target.partition, KEPT, step, kept)
    })
}

/// How many of the changes fit into one transaction; where there is any, one at least.
///
/// # Errors
/// [`StoreError::TooLarge`] where no number of steps is enough, before the first is taken.
fn fitting(
    (state, inventory): (State, &Inventory),
    changes: &[Change],
    next: &Next<'_>,
    target: &Target,
) -> Result<usize, StoreError> {
    // The inventory as it is at its largest: with all that is put, and nothing removed.
    let mut largest = inventory.clone();
    let puts = changes
        .iter()
        .filter(|change| matches!(change, Change::Put(_)));
    puts.for_each(|change| largest.note(change, next.wanted));
    let (bytes, parts) = largest.at_most(target.docket_number)?;
    let bytes = bytes + next.kept.map_or(0, str::len);
    if bytes > MAX_TRANSACTION_BYTES - ROW_BYTES {
        return Err(StoreError::TooLarge {
            what: format!(
                "what is to be known of the rows of case {}",
                target.docket_number
            ),
            bytes,
            limit: MAX_TRANSACTION_BYTES - ROW_BYTES,
        });
    }
    let kept = kept_items(target, state.step, next).len();
    let most = MAX_TRANSACTION_ITEMS
        .saturating_sub(1 + parts.max(state.parts) + kept.max(state.kept.parts))
        .max(1);
    let mut bytes = 0;
    let fit = changes.iter().take(most).take_while(|change| {
        bytes += row_bytes(change, next.wanted);
        bytes <= ROW_BYTES
    });
    Ok(fit.count().max(1).min(changes.len()))
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
