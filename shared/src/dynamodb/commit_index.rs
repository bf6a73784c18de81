//! The audit index on DynamoDB.
//!
//! | partition key | sort key | row |
//! | --- | --- | --- |
//! | `audit@1#rows#<dimension>#<shard>#<value>` | position: time, docket number, version | a commit |
//! | `audit@1#<docket number>` | position | a commit of the case, with all entries that it is about |
//! | `audit@1#<docket number>` | `state` | how far the case is: version, and the hash of that commit |
//! | `quarantine@audit@1` | the docket number | a case that is parked |

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};
use futures::{StreamExt, TryStreamExt, stream};

use super::DynamoStore;
use super::inventory::{corrupt_row, to_json};
use super::item::{Item, check_size, get_number, get_parsed, get_text, number, text};
use super::page::Between;
use super::read::Consistency;
use super::tables::{
    STATE, index_partition, row_case_partition, rows_quarantine_partition, text_key,
};
use super::write::{Condition, ConditionalPut, Written};
use crate::audit::{Dimension, IndexRow, IndexedCommit, Place, Position, places_of};
use crate::gateway::{
    CommitIndex, Head, IndexRange, IndexRows, IndexedInCase, ProjectionId, PutOutcome, Quarantined,
    SortOrder, StoreError,
};

/// Before and after every position: it begins with a digit, and `:` follows the digits.
const LOWEST: &str = "0";
const HIGHEST: &str = ":";

/// Of how many commits of a case the rows are looked up at once.
const COMMITS_AT_ONCE: usize = 8;

#[async_trait]
impl CommitIndex for DynamoStore {
    async fn index_head(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Option<Head>, StoreError> {
        let key = text_key(row_case_partition(of, docket_number), STATE);
        let item = self.get(&self.tables.snapshots, key).await?;
        item.as_ref().map(head_of).transpose()
    }

    async fn index_heads(
        &self,
        of: ProjectionId,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.heads(cases, |number| (row_case_partition(of, number), STATE))
            .await
    }

    async fn index_put(&self, of: ProjectionId, rows: &[IndexRow]) -> Result<(), StoreError> {
        let items: Vec<_> = rows
            .iter()
            .map(|row| item_of(of, row))
            .collect::<Result<_, _>>()?;
        self.put_all(&self.tables.snapshots, items).await
    }

    async fn index_head_put(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
        read: Option<Head>,
        next: Head,
    ) -> Result<PutOutcome, StoreError> {
        let item = head_item(of, docket_number, next);
        let condition = match read {
            None => Condition::absent(),
            Some(read) => {
                let read = head_item(of, docket_number, read);
                let value = |name: &str| Some((format!(":{name}"), read.get(name)?.clone()));
                Condition {
                    expression: "version = :version AND head_hash = :head_hash".to_owned(),
                    values: ["version", "head_hash"]
                        .into_iter()
                        .filter_map(value)
                        .collect(),
                }
            }
        };
        let put = ConditionalPut {
            table: self.tables.snapshots.clone(),
            item: item.clone(),
            condition,
        };
        Ok(match self.put_if(put).await? {
            Written::Yes => PutOutcome::Written,
            // A put whose answer was lost is tried again and finds itself.
            Written::No(there) if there == item => PutOutcome::Written,
            Written::No(_) => PutOutcome::Superseded,
        })
    }

    async fn index_page(
        &self,
        of: ProjectionId,
        place: &Place,
        range: IndexRange,
    ) -> Result<IndexRows, StoreError> {
        // A time is how the positions of its moment begin, so it is before all of them.
        let from = range.from.map(|from| from.to_string());
        let to = range.to.map(|to| to.to_string());
        let after = range.after.map(|after| after.to_string());
        let (from, to) = (
            from.as_deref().unwrap_or(LOWEST),
            to.as_deref().unwrap_or(HIGHEST),
        );
        let (lowest, highest) = match (range.order, after.as_deref()) {
            (_, None) => (from, to),
            (SortOrder::Ascending, Some(after)) => (from.max(after), to),
            (SortOrder::Descending, Some(after)) => (from, to.min(after)),
        };
        let between = Between {
            partition: &index_partition(of, place),
            lowest,
            highest,
            not: after.as_deref(),
            order: range.order,
        };
        let mut found = Vec::new();
        if lowest <= highest && range.limit > 0 {
            // One more tells whether there are further ones.
            found = self.rows_between(between, range.limit + 1).await?;
        }
        let more = found.len() > range.limit;
        found.truncate(range.limit);
        let row = |(sort, item): (String, Item)| {
            Ok(IndexRow {
                place: place.clone(),
                position: position_of(&sort)?,
                commit: commit_of(&item)?,
            })
        };
        let rows: Result<_, StoreError> = found.into_iter().map(row).collect();
        Ok(IndexRows { rows: rows?, more })
    }

    async fn index_of(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Vec<IndexedInCase>, StoreError> {
        let partition = row_case_partition(of, docket_number);
        let mut rows = self
            .query_rows(&self.tables.snapshots, &partition, "", Consistency::Strong)
            .await?;
        rows.remove(STATE);
        let looks = rows.iter().map(|(sort, item)| self.indexed(of, sort, item));
        let looks: Vec<_> = looks.collect();
        stream::iter(looks)
            .buffered(COMMITS_AT_ONCE)
            .try_collect()
            .await
    }

    async fn index_clear(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
        surplus: &[(Place, Position)],
    ) -> Result<(), StoreError> {
        // The head first: whoever finds none puts all rows again, and none of these.
        let head = text_key(row_case_partition(of, docket_number), STATE);
        let table = &self.tables.snapshots;
        self.delete_all(table, vec![head]).await?;
        let key = |(place, position): &(Place, Position)| {
            text_key(index_partition(of, place), position.to_string())
        };
        self.delete_all(table, surplus.iter().map(key).collect())
            .await
    }

    async fn index_park(&self, of: ProjectionId, parked: &Quarantined) -> Result<(), StoreError> {
        self.park_in(rows_quarantine_partition(of), parked).await
    }

    async fn index_release(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.release_in(rows_quarantine_partition(of), docket_number)
            .await
    }

    async fn index_parked_get(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.parked_in(rows_quarantine_partition(of), docket_number)
            .await
    }

    async fn index_parked(&self, of: ProjectionId) -> Result<Vec<Quarantined>, StoreError> {
        self.all_parked_in(&rows_quarantine_partition(of)).await
    }
}

impl DynamoStore {
    /// What is stored of a commit, of which this is the row in its case.
    async fn indexed(
        &self,
        of: ProjectionId,
        sort: &str,
        item: &Item,
    ) -> Result<IndexedInCase, StoreError> {
        let position = position_of(sort)?;
        let Ok(commit) = commit_of(item) else {
            return Ok(IndexedInCase {
                position,
                commit: None,
                elsewhere: Vec::new(),
            });
        };
        let mut places = places_of(position.docket_number, &commit);
        places.retain(|place| place.dimension != Dimension::Case);
        let keys = places
            .iter()
            .map(|it| text_key(index_partition(of, it), sort));
        let found = self
            .get_items(&self.tables.snapshots, keys.collect(), "pk, sk, body")
            .await?;
        let stored = |place: Place| {
            let there = found.get(&index_partition(of, &place));
            let body = there.and_then(|item| get_text(item, "body").ok());
            (place, body.map(str::to_owned))
        };
        Ok(IndexedInCase {
            position,
            commit: Some(commit),
            elsewhere: places.into_iter().map(stored).collect(),
        })
    }
}

fn item_of(of: ProjectionId, row: &IndexRow) -> Result<Item, StoreError> {
    let number = row.position.docket_number;
    let mut item = text_key(index_partition(of, &row.place), row.position.to_string());
    item.insert("body".to_owned(), text(to_json(&row.commit, number)?));
    check_size(&item, || format!("a row of case {number} in {of}"))?;
    Ok(item)
}

fn commit_of(item: &Item) -> Result<IndexedCommit, StoreError> {
    let body = get_text(item, "body").map_err(|_| corrupt_row("it shows nothing"))?;
    serde_json::from_str(body).map_err(|_| corrupt_row("it is no row of the audit index"))
}

fn position_of(sort: &str) -> Result<Position, StoreError> {
    sort.parse()
        .map_err(|_| corrupt_row("its sort key is no position"))
}

fn head_item(of: ProjectionId, docket_number: DocketNumber, head: Head) -> Item {
    let mut item = text_key(row_case_partition(of, docket_number), STATE);
    item.insert("version".to_owned(), number(head.version.0));
    let hash = head.hash.unwrap_or_default();
    item.insert("head_hash".to_owned(), text(hash.to_string()));
    item
}

fn head_of(item: &Item) -> Result<Head, StoreError> {
    Ok(Head {
        version: Version(get_number(item, "version")?),
        hash: Some(get_parsed(item, "head_hash")?),
    })
}
