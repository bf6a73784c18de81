//! How the rows of a case in lists are laid out in the snapshot table. Pure.
//!
//! | partition key | sort key | row |
//! | --- | --- | --- |
//! | `list@1#<list>#<key>#<bucket>` | the row's sort text | a row of a list |
//! | `buckets@1#<list>#<key>` | the bucket | that a split list has a bucket under a key |
//! | `lists@1#<docket number>` | `state`, `rows` … | which rows the case has: see `inventory` |

use casefold_events::DocketNumber;

use super::inventory::{RowKey, Wanted, WantedRow, corrupt_row, to_json};
use super::item::{Item, get_text};
use super::tables::{buckets_partition, list_place};
use crate::gateway::{Generation, StoreError};
use crate::lists::{Line, ListRow};

/// Rows as they are to be stored.
pub(super) fn wanted(
    rows: &[ListRow],
    generation: Generation,
    docket_number: DocketNumber,
) -> Result<Wanted, StoreError> {
    let stored = |row: &ListRow| {
        let key = RowKey {
            place: list_place(row.list, &row.key, row.bucket()),
            sort: row.sort.clone(),
        };
        let body = to_json(&row.line, docket_number)?;
        let is_split = row.list.bucket_bytes() > 0;
        let bucket = is_split.then(|| {
            let partition = buckets_partition(generation, row.list, &row.key);
            (partition, row.bucket().to_owned())
        });
        Ok((key, WantedRow::new(body, bucket)))
    };
    rows.iter().map(stored).collect()
}

/// What a stored row of a list shows. The parser's own words are left out: they may quote
/// what it reads.
pub(super) fn line_of(item: &Item) -> Result<Line, StoreError> {
    serde_json::from_str(get_text(item, "body")?)
        .map_err(|_| corrupt_row("a row of a list is not of its form"))
}
