//! Pages of the log: the chains of a month merged by time, month after month.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use casefold_events::{DocketNumber, Timestamp};
use futures::future::try_join_all;

use super::NotedAccess;
use super::chain::{Chain, Month, Opening};
use super::recorder::{openings, parsed};
use crate::audit::merge::Merge;
use crate::gateway::{AccessLog, Order, SortOrder, StoreError};

/// How many accesses a page looks at, at most. One of a rare kind may therefore be short, or
/// empty, and have a next one.
pub const MAX_LOOKED_AT: usize = 1_000;

/// How many links are read of a chain at a time.
const LINKS: usize = 50;

/// Which accesses are meant: those of which everything that is given holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessFilter {
    /// By this user.
    pub user: Option<String>,
    /// To this case.
    pub docket_number: Option<DocketNumber>,
    /// At this time or later.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
}

/// How far the log was read: the month, and the number reached in each shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadTo {
    month: Month,
    shards: BTreeMap<u32, u64>,
}

/// Some accesses.
#[derive(Clone, Debug)]
pub struct AccessPage {
    /// The accesses, in order.
    pub accesses: Vec<NotedAccess>,
    /// Where the next page goes on; `None` where there is none.
    pub next: Option<ReadTo>,
}

/// A page of the accesses that a filter means, by time.
///
/// # Errors
/// [`StoreError`] where the log can't be read.
pub async fn page(
    log: &dyn AccessLog,
    filter: &AccessFilter,
    order: SortOrder,
    after: Option<ReadTo>,
    limit: usize,
) -> Result<AccessPage, StoreError> {
    let mut months = months(log, filter).await?;
    if order == SortOrder::Descending {
        months.reverse();
    }
    if let Some(after) = &after {
        months.retain(|(month, _)| match order {
            SortOrder::Ascending => *month >= after.month,
            SortOrder::Descending => *month <= after.month,
        });
    }
    let mut reading = Reading {
        filter,
        order,
        limit,
        looked_at: 0,
        accesses: Vec::new(),
    };
    for (at, (month, shards)) in months.iter().enumerate() {
        let begun = after.clone().filter(|after| after.month == *month);
        let read_to = begun.unwrap_or_else(|| ReadTo::begin(month.clone()));
        let stopped = reading.month(log, shards, read_to).await?;
        if let Some(stopped) = stopped {
            return Ok(reading.ended(Some(stopped)));
        }
        if reading.is_full()
            && let Some((next, _)) = months.get(at + 1)
        {
            return Ok(reading.ended(Some(ReadTo::begin(next.clone()))));
        }
    }
    Ok(reading.ended(None))
}

/// The months that have chains, the first one first, each with its shards.
async fn months(
    log: &dyn AccessLog,
    filter: &AccessFilter,
) -> Result<Vec<(Month, BTreeSet<u32>)>, StoreError> {
    let mut months: BTreeMap<Month, BTreeSet<u32>> = BTreeMap::new();
    for link in openings(log).await? {
        // One that can't be read is told by verifying, and hides no other.
        let Ok(Opening { chain, .. }) = parsed(&link) else {
            continue;
        };
        if let Chain::Accesses { month, shard } = chain {
            months.entry(month).or_default().insert(shard);
        }
    }
    let (from, to) = (filter.from.map(Month::of), filter.to.map(Month::of));
    months.retain(|month, _| {
        from.as_ref().is_none_or(|from| from <= month) && to.as_ref().is_none_or(|to| month <= to)
    });
    Ok(months.into_iter().collect())
}

/// A page that is being read.
struct Reading<'a> {
    filter: &'a AccessFilter,
    order: SortOrder,
    limit: usize,
    looked_at: usize,
    accesses: Vec<NotedAccess>,
}

impl Reading<'_> {
    /// Reads a month on; gives where it stopped, where it isn't at its end.
    async fn month(
        &mut self,
        log: &dyn AccessLog,
        shards: &BTreeSet<u32>,
        read_to: ReadTo,
    ) -> Result<Option<ReadTo>, StoreError> {
        let shards: Vec<_> = shards.iter().copied().collect();
        let order = match self.order {
            SortOrder::Ascending => Order::OldestFirst,
            SortOrder::Descending => Order::NewestFirst,
        };
        let mut merge = Merge::new(shards.len(), self.order);
        // How far each shard was read, and how far its accesses were given.
        let mut fetched = read_to.shards.clone();
        let mut given = read_to;
        loop {
            let wanting = merge.wanting();
            let chains: Vec<_> = wanting
                .iter()
                .filter_map(|at| {
                    let shard = *shards.get(*at)?;
                    let month = given.month.clone();
                    Some((*at, shard, Chain::Accesses { month, shard }))
                })
                .collect();
            let reads = chains.iter().map(|(_, shard, chain)| {
                log.links_page(chain, fetched.get(shard).copied(), LINKS, order)
            });
            for ((at, shard, _), page) in chains.iter().zip(try_join_all(reads).await?) {
                if let Some(last) = page.links.last() {
                    fetched.insert(*shard, last.number);
                }
                let mut found = Vec::new();
                for link in &page.links {
                    // Verifying tells of one that can't be read; it hides no other.
                    if let Ok(noted) = parsed::<NotedAccess>(link) {
                        found.push(((noted.at, *shard, link.number), noted));
                    }
                }
                merge.add(*at, found, !page.more);
            }
            while !self.is_full() {
                let Some(((at, shard, number), noted)) = merge.next() else {
                    break;
                };
                if self.is_beyond(at) {
                    return Ok(None);
                }
                self.looked_at += 1;
                given.shards.insert(shard, number);
                if self.means(&noted) {
                    self.accesses.push(noted);
                }
            }
            if merge.is_at_end() {
                return Ok(None);
            }
            if self.is_full() {
                return Ok(Some(given));
            }
        }
    }

    const fn is_full(&self) -> bool {
        self.accesses.len() >= self.limit || self.looked_at >= MAX_LOOKED_AT
    }

    /// Whether what follows in the order is all out of the times that are asked for.
    fn is_beyond(&self, at: Timestamp) -> bool {
        match self.order {
            SortOrder::Ascending => self.filter.to.is_some_and(|to| at >= to),
            SortOrder::Descending => self.filter.from.is_some_and(|from| at < from),
        }
    }

    fn means(&self, noted: &NotedAccess) -> bool {
        let AccessFilter {
            user,
            docket_number,
            from,
            to,
        } = self.filter;
        user.as_ref().is_none_or(|user| *user == noted.user)
            && docket_number.is_none_or(|case| noted.docket_number == Some(case))
            && from.is_none_or(|from| noted.at >= from)
            && to.is_none_or(|to| noted.at < to)
    }

    fn ended(self, next: Option<ReadTo>) -> AccessPage {
        AccessPage {
            accesses: self.accesses,
            next,
        }
    }
}

impl ReadTo {
    const fn begin(month: Month) -> Self {
        Self {
            month,
            shards: BTreeMap::new(),
        }
    }
}

/// `2026-11,3:57,9:4`.
impl fmt::Display for ReadTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.month.as_str())?;
        self.shards
            .iter()
            .try_for_each(|(shard, number)| write!(f, ",{shard}:{number}"))
    }
}

/// Text that says no place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no place in the log of accesses")]
pub struct ReadToError;

impl FromStr for ReadTo {
    type Err = ReadToError;

    fn from_str(text: &str) -> Result<Self, ReadToError> {
        let parse = || {
            let mut parts = text.split(',');
            let month = format!("{}-01T00:00:00Z", parts.next()?);
            let mut read_to = Self::begin(Month::of(month.parse().ok()?));
            for part in parts {
                let (shard, number) = part.split_once(':')?;
                read_to
                    .shards
                    .insert(shard.parse().ok()?, number.parse().ok()?);
            }
            Some(read_to)
        };
        parse()
            .filter(|read_to| read_to.to_string() == text)
            .ok_or(ReadToError)
    }
}
