//! Reading lists in pages.
//!
//! A list that is not split is one query. One that is goes bucket by bucket in their order:
//! first one, and where that does not fill the page two at once, then four, then eight, so
//! that buckets which have become empty cost little time.

use casefold_events::DocketNumber;
use futures::future::try_join_all;

use super::DynamoStore;
use super::item::Item;
use super::keep::{Owner, Target};
use super::lists_layout::line_of;
use super::page::Between;
use super::read::Consistency;
use super::tables::{buckets_partition, list_partition, list_place};
use crate::gateway::{Generation, ListPage, ListRange, SortOrder, StoreError, StoredRow};
use crate::lists::{List, ListRow, bucket};

/// Before and after every sort text: they begin with letters and digits.
const LOWEST: &str = "!";
const HIGHEST: &str = "~";

/// How many buckets are read at once at most.
const BUCKETS_AT_ONCE: usize = 8;

/// A part of a list, with the bounds that follow from where the page begins.
#[derive(Clone, Copy)]
struct Part<'a> {
    generation: Generation,
    list: List,
    key: &'a str,
    lowest: &'a str,
    highest: &'a str,
    /// The row at which the page before ended: within the bounds, and not on this page.
    not: Option<&'a str>,
    order: SortOrder,
}

impl DynamoStore {
    /// The rows that a case has, as its inventory names them.
    pub(super) async fn lists_stored(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Vec<StoredRow>, StoreError> {
        let target = Target::new(Owner::Lists(generation), docket_number);
        let there = self.kept_read(&target).await?;
        let mut rows = Vec::new();
        for key in there.inventory.keys() {
            let item = self
                .get(&self.tables.snapshots, target.row_key(&key))
                .await?;
            rows.push(StoredRow {
                line: item.as_ref().map(line_of).transpose()?,
                place: key.place,
                sort: key.sort,
            });
        }
        Ok(rows)
    }

    pub(super) async fn list_read(
        &self,
        generation: Generation,
        list: List,
        key: &str,
        range: ListRange<'_>,
    ) -> Result<ListPage, StoreError> {
        let from = range.from.unwrap_or(LOWEST);
        let to = range.to.unwrap_or(HIGHEST);
        let (lowest, highest) = match (range.order, range.after) {
            (_, None) => (from, to),
            (SortOrder::Ascending, Some(after)) => (from.max(after), to),
            (SortOrder::Descending, Some(after)) => (from, to.min(after)),
        };
        let part = Part {
            generation,
            list,
            key,
            lowest,
            highest,
            not: range.after,
            order: range.order,
        };
        let mut rows = Vec::new();
        if lowest <= highest && range.limit > 0 {
            // One more tells whether there is a next page.
            self.part_read(part, range.limit + 1, &mut rows).await?;
        }
        let more = rows.len() > range.limit;
        rows.truncate(range.limit);
        let next = rows.last().filter(|_| more).map(|row| row.sort.clone());
        Ok(ListPage { rows, next })
    }

    async fn part_read(
        &self,
        part: Part<'_>,
        wanted: usize,
        rows: &mut Vec<ListRow>,
    ) -> Result<(), StoreError> {
        let buckets = self.buckets(part).await?;
        let mut left = buckets.as_slice();
        let mut at_once = 1;
        while rows.len() < wanted && !left.is_empty() {
            let (now, later) = left.split_at(at_once.min(left.len()));
            let missing = wanted - rows.len();
            let read = now
                .iter()
                .map(|bucket| self.bucket_read(part, bucket, missing));
            for found in try_join_all(read).await? {
                rows.extend(found);
            }
            left = later;
            at_once = (at_once * 2).min(BUCKETS_AT_ONCE);
        }
        rows.truncate(wanted);
        Ok(())
    }

    /// The buckets that may have rows of a part, in order.
    async fn buckets(&self, part: Part<'_>) -> Result<Vec<String>, StoreError> {
        if part.list.bucket_bytes() == 0 {
            return Ok(vec![String::new()]);
        }
        let partition = buckets_partition(part.generation, part.list, part.key);
        let table = &self.tables.snapshots;
        let found = self
            .query_rows(table, &partition, "", Consistency::Eventual)
            .await?;
        // A bucket is the beginning of the sort texts in it.
        let first = bucket(part.list, part.lowest);
        let within = |bucket: &String| bucket.as_str() >= first && bucket.as_str() <= part.highest;
        let mut buckets: Vec<String> = found.into_keys().filter(within).collect();
        if part.order == SortOrder::Descending {
            buckets.reverse();
        }
        Ok(buckets)
    }

    /// At most so many rows of a bucket.
    async fn bucket_read(
        &self,
        part: Part<'_>,
        bucket: &str,
        wanted: usize,
    ) -> Result<Vec<ListRow>, StoreError> {
        let place = list_place(part.list, part.key, bucket);
        let partition = list_partition(part.generation, &place);
        let between = Between {
            partition: &partition,
            lowest: part.lowest,
            highest: part.highest,
            not: part.not,
            order: part.order,
        };
        let items = self.rows_between(between, wanted).await?;
        let row = |(sort, item): (String, Item)| {
            Ok(ListRow {
                list: part.list,
                key: part.key.to_owned(),
                sort,
                line: line_of(&item)?,
            })
        };
        items.into_iter().map(row).collect()
    }
}
