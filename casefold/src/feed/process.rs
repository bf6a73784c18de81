//! One of the processes that read a stream: a look at what is listed and leased, and what follows
//! from it.
//!
//! A look reads the leases first and then the list, so that a shard that is known to be at its end
//! is listed together with those that follow it. It writes only what changes hands, and now and
//! then that this process is alive.

use std::collections::{BTreeMap, BTreeSet};

use casefold_events::Timestamp;

use super::ledger::{Held, Ledger, Place, TakenShard};
use super::plan::{Capacity, Plan, Planner, plan};
use super::reader::ShardReader;
use super::source::Listing;
use super::{Feed, FeedError};

/// A process that reads a stream, alone or beside others.
pub struct Process {
    feed: Feed,
    registration: Option<Held>,
    /// Since when shards are missing from the list of which not all was read.
    missing: BTreeMap<String, Timestamp>,
    /// How many shards nobody may read, as far as that was told.
    beyond: usize,
}

/// What follows from a look.
#[derive(Default)]
pub struct Look {
    /// Shards that this process reads from now on.
    pub taken: Vec<ShardReader>,
    /// Shards that this process is to give back: their readers are told to stop.
    pub give_back: Vec<String>,
    /// The stream.
    pub stream: String,
    /// How many shards can be read now, by whomever.
    pub ready: usize,
    /// How many processes read the stream, this one included.
    pub processes: usize,
}

impl Process {
    /// A process of a feed, which has taken nothing yet.
    pub fn new(feed: Feed) -> Self {
        Self {
            feed,
            registration: None,
            missing: BTreeMap::new(),
            beyond: 0,
        }
    }

    /// Looks once, given the shards that are read by this process, and those that it is done with
    /// whatever becomes of them.
    ///
    /// # Errors
    /// [`FeedError`], where the next look may succeed. Nothing is lost: what was taken and isn't
    /// in the answer is taken again.
    pub async fn look(
        &mut self,
        mine: &BTreeSet<String>,
        done: &BTreeSet<String>,
    ) -> Result<Look, FeedError> {
        self.be_registered().await?;
        let ledger = self.feed.ledger.clone();
        let standing = ledger.look().await?;
        let listing = self.feed.source.list().await?;
        let capacity = match self.feed.sharing {
            None => Capacity::All,
            Some(sharing) => Capacity::Share(sharing.max_shards.unwrap_or(usize::MAX)),
        };
        let planner = Planner {
            owner: &ledger.owner,
            capacity,
            mine,
            done,
        };
        let plan = plan(&planner, &listing, &standing);
        if let Some(watermark) = &self.feed.watermark {
            watermark.list(&listing.shards, &plan.ended).await;
        }
        self.tell_what_nobody_reads(&plan);
        for process in &standing.dead {
            ledger.bury(process).await?;
        }
        self.clear_unlisted(&ledger, &plan, &listing).await?;
        let mut taken = Vec::new();
        for shard in &plan.free {
            if taken.len() == plan.room {
                break;
            }
            if let Some(shard) = ledger.take(shard).await?
                && let Some(reader) = self.begin(&ledger, shard).await?
            {
                taken.push(reader);
            }
        }
        Ok(Look {
            taken,
            give_back: plan.give_back,
            stream: listing.stream,
            ready: plan.ready,
            processes: plan.processes,
        })
    }

    /// Ends the registration, so that others needn't wait for its end.
    pub async fn leave(mut self) {
        if let Some(registration) = self.registration.take()
            && let Err(error) = self.feed.ledger.leave(registration).await
        {
            tracing::warn!(%error, "the others will see in a moment that this process is gone");
        }
    }

    /// Registers this process where it has others beside it, and says now and then that it is
    /// alive.
    async fn be_registered(&mut self) -> Result<(), FeedError> {
        let Some(sharing) = self.feed.sharing else {
            return Ok(());
        };
        let ledger = &self.feed.ledger;
        if let Some(held) = &mut self.registration
            && (!ledger.is_due(held) || ledger.keep(held).await?)
        {
            return Ok(());
        }
        // New, or held up for so long that the others have buried it.
        self.registration = ledger.register(sharing.max_shards).await?;
        Ok(())
    }

    /// A reader of a shard that was taken.
    async fn begin(
        &self,
        ledger: &Ledger,
        taken: TakenShard,
    ) -> Result<Option<ShardReader>, FeedError> {
        let TakenShard {
            mut shard,
            cuts_off,
        } = taken;
        if cuts_off {
            // Before the lease forgets it.
            self.feed
                .pass_by("the table has another stream, and not all of the one before was read")
                .await?;
        }
        let place = shard.place.clone();
        if !ledger.write(&mut shard, place).await? {
            return Ok(None);
        }
        let (id, fence) = (&shard.shard.id, shard.held.fence());
        tracing::info!(shard = %id, fence, after = shard.place.after, "a shard is read");
        Ok(Some(ShardReader::new(self.feed.clone(), shard)))
    }

    /// Clears away the leases of shards that the stream has no more. Where one was not read to
    /// its end, that is noted first; and a list that lacks it is believed when it has lacked it
    /// for as long as a lease lasts.
    async fn clear_unlisted(
        &mut self,
        ledger: &Ledger,
        plan: &Plan,
        listing: &Listing,
    ) -> Result<(), FeedError> {
        let now = ledger.clock.now();
        let lasts = i64::try_from(ledger.lasts.as_millis()).unwrap_or(i64::MAX);
        self.missing.retain(|id, _| plan.unlisted.contains(id));
        for id in &plan.unlisted {
            let since = *self.missing.entry(id.clone()).or_insert(now);
            if now.as_millis().saturating_sub(since.as_millis()) < lasts {
                continue;
            }
            let feed = &self.feed;
            let may = async |place: Option<Place>| match place {
                Some(place) if place.ended => Ok(()),
                Some(place) if place.stream != listing.stream => {
                    feed.pass_by(
                        "the table has another stream, and not all of the one before was read",
                    )
                    .await
                }
                Some(_) | None => {
                    feed.pass_by("a shard is gone before it was read to its end")
                        .await
                }
            };
            if ledger.clear(id, may).await? {
                tracing::info!(shard = %id, "the lease of a shard that is gone is cleared away");
            }
            self.missing.remove(id);
        }
        Ok(())
    }

    fn tell_what_nobody_reads(&mut self, plan: &Plan) {
        if plan.beyond > 0 && plan.beyond != self.beyond {
            let (shards, processes) = (plan.beyond, plan.processes);
            tracing::warn!(
                shards,
                processes,
                "some shards are read by nobody: all processes together may read too few; start \
                 another, or raise --max-shards"
            );
        }
        self.beyond = plan.beyond;
    }
}
