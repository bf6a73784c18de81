//! How far each shard is read, and by whom it is: leases of the control table.
//!
//! | lease | what is written under it |
//! | --- | --- |
//! | `shard/<id>` | the stream, and the last record that was delivered or that the shard is at its end |
//! | `process/<owner>` | that a process is there, and how many shards it reads at most |
//!
//! A checkpoint is written under its shard's lease, with its fence: whoever had the lease before
//! can't put an older one back. So the leases are all that is known of a stream's reading; the
//! checkpoints that earlier builds kept by themselves are read once, when a lease has none yet.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use casefold_events::Timestamp;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{ControlStore, Lease, LeaseStore, StoreError, Term};
use serde::{Deserialize, Serialize};

use super::source::{Shard, Start};

const SHARD: &str = "shard/";
const PROCESS: &str = "process/";

/// How far a shard is read, a stored form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    /// The stream that the shard is of: where a table is made anew, a shard may have the same
    /// name and nothing else in common.
    pub(super) stream: String,
    /// The last record that was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
    /// Whether all of it is delivered, and nothing will come any more.
    #[serde(default)]
    pub(super) ended: bool,
}

/// A process as its lease has it, a stored form.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_shards: Option<usize>,
}

/// All leases of a stream's reading, as they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// By the shards' ids.
    pub(super) shards: BTreeMap<String, ShardState>,
    /// The processes that are alive, with how many shards each reads at most.
    pub(super) processes: BTreeMap<String, usize>,
    /// The processes whose leases have ended.
    pub(super) dead: Vec<String>,
}

/// A shard's lease as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ShardState {
    /// Who has it; `None` where it has ended or was given back.
    pub(super) owner: Option<String>,
    /// How far it is read; `None` where nothing is written.
    pub(super) place: Option<Place>,
}

impl ShardState {
    pub(super) fn ends(&self) -> bool {
        self.place.as_ref().is_some_and(|place| place.ended)
    }
}

impl Standing {
    pub(super) fn owner(&self, shard: &str) -> Option<&str> {
        self.shards.get(shard)?.owner.as_deref()
    }

    pub(super) fn has_ended(&self, shard: &Shard) -> bool {
        let place = self.shards.get(&shard.id).and_then(|it| it.place.as_ref());
        place.is_some_and(|place| place.ended && place.stream == shard.stream)
    }
}

/// Where the leases are, and in whose name they are taken.
#[derive(Clone)]
pub(super) struct Ledger {
    pub(super) leases: Arc<dyn LeaseStore>,
    pub(super) control: Arc<dyn ControlStore>,
    pub(super) clock: Arc<dyn Clock>,
    /// Of one stream's several readers each but one has a name.
    pub(super) reader: Option<String>,
    pub(super) owner: String,
    /// How long a lease lasts that is not kept.
    pub(super) lasts: Duration,
}

/// A lease that this process has.
#[derive(Debug)]
pub(super) struct Held {
    ledger_lasts: Duration,
    lease: Lease,
    text: String,
    kept_at: Timestamp,
}

/// A shard that this process has, and how far it is read as far as that is written.
#[derive(Debug)]
pub(super) struct HeldShard {
    pub(super) held: Held,
    pub(super) shard: Shard,
    pub(super) place: Place,
}

impl HeldShard {
    pub(super) fn start(&self) -> Start {
        match &self.place.after {
            Some(number) => Start::After(number.clone()),
            None => Start::TrimHorizon,
        }
    }
}

/// What taking a shard came to.
#[derive(Debug)]
pub(super) struct TakenShard {
    pub(super) shard: HeldShard,
    /// Whether the lease told of another stream, of which not all was delivered.
    pub(super) cuts_off: bool,
}

impl Ledger {
    fn group(&self) -> String {
        match &self.reader {
            Some(reader) => format!("stream/{reader}"),
            None => "stream".to_owned(),
        }
    }

    /// All leases as they stand.
    pub(super) async fn look(&self) -> Result<Standing, StoreError> {
        let now = self.clock.now();
        let mut standing = Standing::default();
        for state in self.leases.leases(&self.group()).await? {
            let owner = state.owner.filter(|_| state.until > now);
            if let Some(id) = state.name.strip_prefix(SHARD) {
                let place = read(state.progress.as_deref());
                let state = ShardState { owner, place };
                standing.shards.insert(id.to_owned(), state);
            } else if let Some(name) = state.name.strip_prefix(PROCESS) {
                if owner.is_none() {
                    standing.dead.push(name.to_owned());
                    continue;
                }
                let registered: Registered = read(state.progress.as_deref()).unwrap_or_default();
                let most = registered.max_shards.unwrap_or(usize::MAX);
                standing.processes.insert(name.to_owned(), most);
            }
        }
        Ok(standing)
    }

    /// Takes a shard's lease; `None` where another has it.
    pub(super) async fn take(&self, shard: &Shard) -> Result<Option<TakenShard>, StoreError> {
        let Some(mut held) = self.lease(&format!("{SHARD}{}", shard.id)).await? else {
            return Ok(None);
        };
        let written: Option<Place> = read(held.lease.progress.as_deref());
        let (place, cuts_off) = match written {
            Some(place) if place.stream == shard.stream => (place, false),
            Some(place) => (Place::default(), !place.ended),
            None => (self.of_an_earlier_build(shard).await?, false),
        };
        let place = Place {
            stream: shard.stream.clone(),
            ..place
        };
        held.text = text(&place)?;
        let shard = HeldShard {
            held,
            shard: shard.clone(),
            place,
        };
        Ok(Some(TakenShard { shard, cuts_off }))
    }

    /// Clears the lease of a shard away that isn't listed any more, after `first`, which says
    /// whether it may. `false` where another has it.
    pub(super) async fn clear<E: From<StoreError>>(
        &self,
        id: &str,
        first: impl AsyncFnOnce(Option<Place>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let Some(held) = self.lease(&format!("{SHARD}{id}")).await? else {
            return Ok(false);
        };
        first(read(held.lease.progress.as_deref())).await?;
        self.leases.lease_remove(&held.lease).await?;
        Ok(true)
    }

    /// Registers this process; `None` where its name is somebody else's.
    pub(super) async fn register(
        &self,
        max_shards: Option<usize>,
    ) -> Result<Option<Held>, StoreError> {
        let Some(mut held) = self.lease(&format!("{PROCESS}{}", self.owner)).await? else {
            return Ok(None);
        };
        held.text = text(&Registered { max_shards })?;
        let is_kept = self.keep(&mut held).await?;
        Ok(is_kept.then_some(held))
    }

    /// Clears a dead process's registration away.
    pub(super) async fn bury(&self, process: &str) -> Result<(), StoreError> {
        match self.lease(&format!("{PROCESS}{process}")).await? {
            Some(held) => self.leases.lease_remove(&held.lease).await,
            None => Ok(()),
        }
    }

    /// Ends the registration of this process.
    pub(super) async fn leave(&self, registration: Held) -> Result<(), StoreError> {
        self.leases.lease_remove(&registration.lease).await
    }

    async fn lease(&self, name: &str) -> Result<Option<Held>, StoreError> {
        let now = self.clock.now();
        let term = Term {
            owner: &self.owner,
            now,
            until: later(now, self.lasts),
        };
        let lease = self.leases.lease_take(&self.group(), name, term).await?;
        Ok(lease.map(|lease| Held {
            ledger_lasts: self.lasts,
            text: lease.progress.clone().unwrap_or_default(),
            lease,
            kept_at: now,
        }))
    }

    /// Whether a lease is to be kept before anything else is done under it.
    pub(super) fn is_due(&self, held: &Held) -> bool {
        let now = self.clock.now();
        // A clock that was set back says nothing.
        now >= later(held.kept_at, held.keep_every()) || now < held.kept_at
    }

    /// Keeps a lease with what is written under it; `false` where it was taken over.
    pub(super) async fn keep(&self, held: &mut Held) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let until = later(now, self.lasts);
        let is_kept = self
            .leases
            .lease_keep(&held.lease, until, &held.text)
            .await?;
        if is_kept {
            held.kept_at = now;
        }
        Ok(is_kept)
    }

    /// Writes how far a shard is read, under its lease; `false` where that was taken over.
    pub(super) async fn write(
        &self,
        shard: &mut HeldShard,
        place: Place,
    ) -> Result<bool, StoreError> {
        shard.held.text = text(&place)?;
        let is_written = self.keep(&mut shard.held).await?;
        if is_written {
            shard.place = place;
        }
        Ok(is_written)
    }

    /// Gives a shard back, with how far it is read.
    pub(super) async fn release(&self, shard: HeldShard) -> Result<(), StoreError> {
        let text = text(&shard.place)?;
        self.leases.lease_release(&shard.held.lease, &text).await
    }

    /// Where an earlier build had come, which kept its checkpoints without leases.
    async fn of_an_earlier_build(&self, shard: &Shard) -> Result<Place, StoreError> {
        let name = match &self.reader {
            Some(reader) => format!("stream/{reader}/{}", shard.id),
            None => format!("stream/{}", shard.id),
        };
        let after = self.control.checkpoint_get(&name).await?;
        Ok(Place {
            after,
            ..Place::default()
        })
    }
}

impl Held {
    /// How often a lease is kept: thrice while it lasts, so that one that can't be written for
    /// a moment isn't lost.
    pub(super) fn keep_every(&self) -> Duration {
        self.ledger_lasts / 3
    }

    /// How often it was taken, by whomever.
    pub(super) const fn fence(&self) -> u64 {
        self.lease.fence
    }
}

/// What another build wrote and this one can't read counts as not written: a shard is then read
/// from its oldest record, which does no harm.
fn read<T: serde::de::DeserializeOwned>(progress: Option<&str>) -> Option<T> {
    progress.and_then(|text| serde_json::from_str(text).ok())
}

fn text<T: Serialize>(progress: &T) -> Result<String, StoreError> {
    serde_json::to_string(progress).map_err(|error| {
        StoreError::Refused("a place can't be written as JSON".to_owned(), error.into())
    })
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}
