//! A page of an answer of the index.

use std::ops::Range;

use futures::future::try_join_all;

use super::merge::Merge;
use super::{Filter, IndexRow, Place, Position};
use crate::gateway::{CommitIndex, IndexRange, ProjectionId, SortOrder, StoreError};

/// How many rows a page looks at, at most, to find those that are meant. A page of a rare
/// combination may therefore be short, or empty, and have a next one.
pub const MAX_LOOKED_AT: usize = 1_000;

/// How many rows of a shard are read at a time: a few at the least, because the shards of a busy
/// value have about as many each as their part of a page.
const ROWS_OF_SHARD: Range<usize> = 8..250;

/// Which page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageOf {
    /// In which order: by the time at which commits were recorded.
    pub order: SortOrder,
    /// The position at which the page before ended.
    pub after: Option<Position>,
    /// The most rows.
    pub limit: usize,
}

/// Some commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexPage {
    /// A row of each, in order.
    pub rows: Vec<IndexRow>,
    /// Where the next page goes on; `None` where there is none.
    pub next: Option<Position>,
}

/// A page of the commits that a filter means.
///
/// The shards of the dimension that is read are read side by side, as far as the page needs
/// them; a page costs by the rows that it looks at, never by how many there are.
///
/// # Errors
/// [`StoreError`] where the index can't be read.
pub async fn page(
    index: &dyn CommitIndex,
    of: ProjectionId,
    filter: &Filter,
    page: PageOf,
) -> Result<IndexPage, StoreError> {
    let places = filter.places();
    let mut shards: Vec<_> = places.into_iter().map(Shard::new).collect();
    let mut merge = Merge::new(shards.len(), page.order);
    let part = page.limit.div_ceil(shards.len().max(1)) + ROWS_OF_SHARD.start / 2;
    let mut rows_of_shard = part.clamp(ROWS_OF_SHARD.start, ROWS_OF_SHARD.end);
    let mut rows = Vec::new();
    let mut last = page.after;
    let mut looked_at = 0;
    loop {
        let wanting = merge.wanting();
        let reads = wanting.iter().filter_map(|at| shards.get(*at));
        let reads = reads.map(|shard| {
            let range = IndexRange {
                from: filter.from,
                to: filter.to,
                after: shard.read_to.or(page.after),
                order: page.order,
                limit: rows_of_shard,
            };
            index.index_page(of, &shard.place, range)
        });
        for (at, read) in wanting.iter().zip(try_join_all(reads).await?) {
            if let (Some(shard), Some(row)) = (shards.get_mut(*at), read.rows.last()) {
                shard.read_to = Some(row.position);
            }
            let found = read.rows.into_iter().map(|row| (row.position, row));
            merge.add(*at, found.collect(), !read.more);
        }
        while rows.len() < page.limit && looked_at < MAX_LOOKED_AT {
            let Some((position, row)) = merge.next() else {
                break;
            };
            looked_at += 1;
            last = Some(position);
            if filter.means(&row) {
                rows.push(row);
            }
        }
        if merge.is_at_end() {
            return Ok(IndexPage { rows, next: None });
        }
        if rows.len() >= page.limit || looked_at >= MAX_LOOKED_AT {
            return Ok(IndexPage { rows, next: last });
        }
        // Few of them are meant: then larger pieces cost fewer round trips.
        rows_of_shard = (rows_of_shard * 2).min(ROWS_OF_SHARD.end);
    }
}

/// A shard, and how far it is read.
struct Shard {
    place: Place,
    read_to: Option<Position>,
}

impl Shard {
    const fn new(place: Place) -> Self {
        Self {
            place,
            read_to: None,
        }
    }
}
