//! The row store on DynamoDB.
//!
//! | partition key | sort key | row |
//! | --- | --- | --- |
//! | `<name>@1#rows#<key>` | `<sort text>#<docket number>` | a row |
//! | `<name>@1#<docket number>` | `state`, `rows`, `kept` … | which rows a case has, and what is kept of it: see `inventory` |
//! | `quarantine@<name>@1` | the docket number | a case that is parked |
//!
//! The docket number at the end of the sort key keeps cases apart, so no projection can make
//! one write over another's row.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::{Digest, DocketNumber};
use serde_json::Value;

use super::DynamoStore;
use super::inventory::{
    Inventory, Kept, RowKey, State, Stored, Wanted, WantedRow, corrupt_row, to_json,
};
use super::item::{Item, check_size, get_text};
use super::keep::{Next, Owner, Superseded, Target};
use super::page::Between;
use super::tables::{STATE, row_case_partition, row_partition, rows_quarantine_partition};
use super::write::MAX_TRANSACTION_BYTES;
use crate::gateway::{
    CaseRows, Head, ListRange, ProjectionId, PutOutcome, Quarantined, Row, RowOfCase, RowPage,
    RowStore, RowsMark, RowsPut, SortOrder, StoreError,
};

/// The most bytes of a key: a partition key takes 2,048.
const MAX_KEY_BYTES: usize = 1_024;

/// The most bytes of a sort text: a sort key takes 1,024, and a docket number follows.
const MAX_SORT_BYTES: usize = 960;

/// The most that is kept of a case; the inventory of its rows goes into the same step.
const MAX_KEPT_BYTES: usize = MAX_TRANSACTION_BYTES / 2;

/// Before and after every sort text.
const LOWEST: &str = " ";
const HIGHEST: &str = "\u{10ffff}";

#[async_trait]
impl RowStore for DynamoStore {
    async fn rows_get(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<CaseRows, StoreError> {
        let target = Target::new(Owner::Rows(of), docket_number);
        Ok(case_rows(self.kept_read(&target).await?))
    }

    async fn rows_put(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
        read: &CaseRows,
        next: RowsPut<'_>,
    ) -> Result<PutOutcome, StoreError> {
        let target = Target::new(Owner::Rows(of), docket_number);
        let wanted = wanted(next.rows, of, docket_number)?;
        let bytes = next.kept.map_or(0, str::len);
        if bytes > MAX_KEPT_BYTES {
            return Err(StoreError::TooLarge {
                what: format!("what {of} keeps of case {docket_number}"),
                bytes,
                limit: MAX_KEPT_BYTES,
            });
        }
        let next = Next {
            version: next.version,
            head_hash: Some(next.head_hash),
            kept: next.kept,
            wanted: &wanted,
        };
        Ok(match self.kept_write(&target, stored(read), &next).await? {
            Ok(_) => PutOutcome::Written,
            Err(Superseded) => PutOutcome::Superseded,
        })
    }

    async fn rows_heads(
        &self,
        of: ProjectionId,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.heads(cases, |number| (row_case_partition(of, number), STATE))
            .await
    }

    async fn rows_of(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Vec<RowOfCase>, StoreError> {
        let target = Target::new(Owner::Rows(of), docket_number);
        let there = self.kept_read(&target).await?;
        let mut rows = Vec::new();
        for (key, sorts) in there.inventory.0 {
            let partition = row_partition(of, &key);
            let wanted = sorts.keys().cloned().collect();
            let found = self
                .get_rows(&self.tables.snapshots, &partition, wanted)
                .await?;
            for sort in sorts.keys() {
                rows.push(RowOfCase {
                    key: key.clone(),
                    body: found.get(sort).map(body_of).transpose()?,
                    sort: split_sort(sort)?.0.to_owned(),
                });
            }
        }
        Ok(rows)
    }

    async fn rows_remove(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.kept_remove(&Target::new(Owner::Rows(of), docket_number))
            .await
    }

    async fn row_page(
        &self,
        of: ProjectionId,
        key: &str,
        range: ListRange<'_>,
    ) -> Result<RowPage, StoreError> {
        let (from, to) = (range.from.unwrap_or(LOWEST), range.to.unwrap_or(HIGHEST));
        let (lowest, highest) = match (range.order, range.after) {
            (_, None) => (from, to),
            (SortOrder::Ascending, Some(after)) => (from.max(after), to),
            (SortOrder::Descending, Some(after)) => (from, to.min(after)),
        };
        let between = Between {
            partition: &row_partition(of, key),
            lowest,
            highest,
            not: range.after,
            order: range.order,
        };
        let mut found = Vec::new();
        if lowest <= highest && range.limit > 0 && key.len() <= MAX_KEY_BYTES {
            // One more tells whether there is a next page.
            found = self.rows_between(between, range.limit + 1).await?;
        }
        let more = found.len() > range.limit;
        found.truncate(range.limit);
        let next = found.last().filter(|_| more).map(|(sort, _)| sort.clone());
        let row = |(sort, item): (String, Item)| {
            let (sort, docket_number) = split_sort(&sort)?;
            let row = Row {
                key: key.to_owned(),
                sort: sort.to_owned(),
                body: body_of(&item)?,
            };
            Ok((docket_number, row))
        };
        let rows: Result<_, StoreError> = found.into_iter().map(row).collect();
        Ok(RowPage { rows: rows?, next })
    }

    async fn rows_park(&self, of: ProjectionId, parked: &Quarantined) -> Result<(), StoreError> {
        self.park_in(rows_quarantine_partition(of), parked).await
    }

    async fn rows_release(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.release_in(rows_quarantine_partition(of), docket_number)
            .await
    }

    async fn rows_parked_get(
        &self,
        of: ProjectionId,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.parked_in(rows_quarantine_partition(of), docket_number)
            .await
    }

    async fn rows_parked(&self, of: ProjectionId) -> Result<Vec<Quarantined>, StoreError> {
        self.all_parked_in(&rows_quarantine_partition(of)).await
    }
}

/// What is stored of a case, as the gateway gives it.
fn case_rows(stored: Stored) -> CaseRows {
    let Stored {
        state,
        inventory: Inventory(places),
        beside,
        kept,
    } = stored;
    CaseRows {
        version: state.version,
        head_hash: state.head_hash.unwrap_or(Digest::ZERO),
        kept,
        mark: RowsMark {
            step: state.step,
            parts: state.parts,
            kept_step: state.kept.step,
            kept_parts: state.kept.parts,
            places,
            beside,
        },
    }
}

/// What is stored of a case, from what the gateway gave of it.
fn stored(read: &CaseRows) -> Stored {
    let CaseRows {
        version,
        head_hash,
        kept,
        mark,
    } = read;
    let state = State {
        version: *version,
        head_hash: Some(*head_hash).filter(|hash| *hash != Digest::ZERO),
        step: mark.step,
        parts: mark.parts,
        kept: Kept {
            step: mark.kept_step,
            parts: mark.kept_parts,
        },
    };
    Stored {
        state,
        inventory: Inventory(mark.places.clone()),
        beside: mark.beside.clone(),
        kept: kept.clone(),
    }
}

/// Rows as they are to be stored.
///
/// # Errors
/// Where one can't be, before any is: of a step's items DynamoDB would refuse all.
fn wanted(
    rows: &[Row],
    of: ProjectionId,
    docket_number: DocketNumber,
) -> Result<Wanted, StoreError> {
    let mut wanted = Wanted::new();
    for row in rows {
        check_keys(row, of, docket_number)?;
        let key = RowKey {
            place: row.key.clone(),
            sort: format!("{}#{docket_number}", row.sort),
        };
        let stored = WantedRow::new(to_json(&row.body, docket_number)?, None);
        let item = stored.item(row_partition(of, &row.key), &key.sort);
        check_size(&item, || format!("a row of case {docket_number} in {of}"))?;
        if wanted.insert(key, stored).is_some() {
            let refused = format!("two rows of case {docket_number} in {of} are in one place");
            return Err(StoreError::Refused(refused, "each needs its own".into()));
        }
    }
    Ok(wanted)
}

fn check_keys(row: &Row, of: ProjectionId, docket_number: DocketNumber) -> Result<(), StoreError> {
    let what = |what| format!("the {what} of a row of case {docket_number} in {of}");
    for (part, bytes, limit) in [
        ("key", row.key.len(), MAX_KEY_BYTES),
        ("sort text", row.sort.len(), MAX_SORT_BYTES),
    ] {
        if bytes > limit {
            return Err(StoreError::TooLarge {
                what: what(part),
                bytes,
                limit,
            });
        }
    }
    match row.sort.chars().next() {
        Some(first) if !first.is_control() => Ok(()),
        Some(_) | None => Err(StoreError::Refused(
            what("sort text"),
            "it is empty, or begins with a control character".into(),
        )),
    }
}

/// A row's sort text and its case, of a sort key.
fn split_sort(sort: &str) -> Result<(&str, DocketNumber), StoreError> {
    let parts = sort.rsplit_once('#');
    parts
        .and_then(|(sort, number)| Some((sort, number.parse().ok()?)))
        .ok_or_else(|| corrupt_row("its sort key ends with no docket number"))
}

/// What a stored row shows.
fn body_of(item: &Item) -> Result<Value, StoreError> {
    serde_json::from_str(get_text(item, "body")?).map_err(|_| corrupt_row("it is no JSON"))
}
