//! Noting accesses: durable before the caller goes on.

use std::sync::Arc;

use casefold_events::{Digest, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::chain::{Chain, Ended, Link, Month, Opening};
use super::{Access, NotedAccess, SHARDS};
use crate::clock::Clock;
use crate::gateway::{AccessLog, LinkOutcome, Order, StoreError};

/// How often a link is tried that others were faster to write. They are few: the processes of
/// one shard.
const TRIES: u32 = 16;

/// How many links are read at a time.
const PAGE: usize = 500;

/// Notes the accesses of one process, one after the other, in one shard of the log.
pub struct Recorder {
    log: Arc<dyn AccessLog>,
    clock: Arc<dyn Clock>,
    shard: u32,
    end: Mutex<Option<End>>,
}

/// Where the process's chain ends, as it knows.
#[derive(Clone)]
struct End {
    month: Month,
    number: u64,
    hash: Digest,
    at: Timestamp,
}

impl Recorder {
    /// A recorder in a shard that is drawn by lot.
    pub fn new(log: Arc<dyn AccessLog>, clock: Arc<dyn Clock>) -> Self {
        let lot = clock.new_id().as_u128() % u128::from(SHARDS);
        Self {
            log,
            shard: u32::try_from(lot).unwrap_or_default(),
            clock,
            end: Mutex::new(None),
        }
    }

    /// Notes an access. It is durable when this returns; where it fails, nothing may be shown.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be written.
    pub async fn note(&self, access: &Access) -> Result<(), StoreError> {
        let id = self.clock.new_id();
        let mut end = self.end.lock().await;
        for _ in 0..TRIES {
            // Taken out, so that whatever ends this early is read again by the next.
            let known = end.take();
            let now = self.clock.now();
            let last = match known.filter(|end| end.month >= Month::of(now)) {
                Some(last) => last,
                None => self.open(now).await?,
            };
            let at = now.max(last.at);
            let link = Link::seal(
                self.chain(&last.month),
                last.number + 1,
                to_json(&NotedAccess::of(access, id, at))?,
                last.hash,
            );
            match self.log.link_append(&link).await? {
                LinkOutcome::Written => {
                    *end = Some(End {
                        month: last.month,
                        number: link.number,
                        hash: link.hash,
                        at,
                    });
                    return Ok(());
                }
                // Another process of this shard: it is gone on from its end.
                LinkOutcome::Taken => {}
            }
        }
        Err(StoreError::Throttled(
            "others kept writing to this shard of the log of accesses".into(),
        ))
    }

    fn chain(&self, month: &Month) -> Chain {
        Chain::Accesses {
            month: month.clone(),
            shard: self.shard,
        }
    }

    /// The end of this month's chain, which is opened where it isn't.
    async fn open(&self, now: Timestamp) -> Result<End, StoreError> {
        let month = Month::of(now);
        let chain = self.chain(&month);
        for _ in 0..TRIES {
            let links = openings(&*self.log).await?;
            let openings = links.iter().filter_map(|link| {
                let opening: Opening = parsed(link).ok()?;
                Some((opening, link))
            });
            // The newest of this shard; one of a later month where this clock is slow.
            let mut newest: Option<(Opening, &Link)> = None;
            for (opening, link) in openings {
                if shard_of(&opening.chain) != Some(self.shard) {
                    continue;
                }
                if newest
                    .as_ref()
                    .is_none_or(|(it, _)| it.chain < opening.chain)
                {
                    newest = Some((opening, link));
                }
            }
            let before = match newest {
                Some((opening, link)) if opening.chain >= chain => {
                    return self.end_of(&opening, link).await;
                }
                Some((opening, link)) => {
                    let end = self.end_of(&opening, link).await?;
                    Some(Ended {
                        chain: opening.chain,
                        number: end.number,
                        hash: end.hash,
                    })
                }
                None => None,
            };
            let opening = Opening {
                at: now,
                chain: chain.clone(),
                before,
            };
            let last = links.last();
            let link = Link::seal(
                Chain::Openings,
                last.map_or(0, |last| last.number) + 1,
                to_json(&opening)?,
                last.map_or(Digest::ZERO, |last| last.hash),
            );
            match self.log.link_append(&link).await? {
                LinkOutcome::Written => return self.end_of(&opening, &link).await,
                // Another shard, or another process of this one.
                LinkOutcome::Taken => {}
            }
        }
        Err(StoreError::Throttled(
            "others kept opening chains of the log of accesses".into(),
        ))
    }

    /// Where a chain ends that was opened by a link.
    async fn end_of(&self, opening: &Opening, link: &Link) -> Result<End, StoreError> {
        let month = match &opening.chain {
            Chain::Accesses { month, .. } => month.clone(),
            Chain::Openings => Month::of(opening.at),
        };
        let Some(last) = self.log.link_last(&opening.chain).await? else {
            return Ok(End {
                month,
                number: 0,
                hash: link.hash,
                at: opening.at,
            });
        };
        // An access that can't be read is gone on from all the same: verifying tells of it.
        let at = parsed::<NotedAccess>(&last).map_or(opening.at, |noted| noted.at);
        Ok(End {
            month,
            number: last.number,
            hash: last.hash,
            at,
        })
    }
}

const fn shard_of(chain: &Chain) -> Option<u32> {
    match chain {
        Chain::Openings => None,
        Chain::Accesses { shard, .. } => Some(*shard),
    }
}

/// All links of the openings, in order.
///
/// # Errors
/// [`StoreError`] where they can't be read.
pub(super) async fn openings(log: &dyn AccessLog) -> Result<Vec<Link>, StoreError> {
    let mut links: Vec<Link> = Vec::new();
    loop {
        let after = links.last().map(|link| link.number);
        let page = log.links_page(&Chain::Openings, after, PAGE, Order::OldestFirst);
        let page = page.await?;
        links.extend(page.links);
        if !page.more {
            return Ok(links);
        }
    }
}

/// What a link says.
pub(super) fn parsed<T: DeserializeOwned>(link: &Link) -> Result<T, StoreError> {
    serde_json::from_str(&link.body).map_err(|_| StoreError::Corrupt {
        at: format!("{}/{}", link.chain, link.number),
        problem: "it is no entry of the log of accesses".to_owned(),
    })
}

fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| {
        StoreError::Refused(
            "an access can't be written as JSON".to_owned(),
            error.into(),
        )
    })
}
