//! What a process knows of a projection's generations: read strongly consistently, and read
//! again when it is [`KNOWN_FOR`] old.

use std::sync::Arc;

use casefold_events::Timestamp;
use tokio::sync::Mutex;
use uuid::Uuid;

use super::change::change;
use super::establish::{BY_ITSELF, establish};
use super::{Generations, KNOWN_FOR, Stage, Standing};
use crate::clock::Clock;
use crate::gateway::{
    EventStore, Generation, GenerationStore, Operation, ProjectionId, Revised, StoreError,
};

/// Follows the generations of one projection.
pub struct Follower {
    store: Arc<dyn GenerationStore>,
    events: Arc<dyn EventStore>,
    clock: Arc<dyn Clock>,
    name: &'static str,
    known: Vec<Generation>,
    read: Mutex<Option<Arc<Read>>>,
}

/// The generation that a reader is to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The generation.
    pub generation: Generation,
    /// Whether it has every case. One that doesn't may be read case by case, where what is
    /// missing is folded on the way, and must not be read as a list.
    pub is_whole: bool,
}

/// How the generation stands that a reader is to read.
#[derive(Clone, Debug)]
pub struct FollowedStanding {
    /// The generation.
    pub followed: Followed,
    /// How it stands; `None` where nobody has begun it.
    pub standing: Option<Standing>,
    /// As of when that is known.
    pub known_at: Timestamp,
}

/// What was read, and when.
struct Read {
    at: Timestamp,
    generations: Generations,
    followed: Followed,
}

impl Follower {
    /// A follower of a projection that this build has in these generations.
    pub fn new(
        store: Arc<dyn GenerationStore>,
        events: Arc<dyn EventStore>,
        clock: Arc<dyn Clock>,
        name: &'static str,
        known: Vec<Generation>,
    ) -> Self {
        Self {
            store,
            events,
            clock,
            name,
            known,
            read: Mutex::new(None),
        }
    }

    /// The generation to read from. One operation reads from one generation: ask once, and go
    /// by the answer to its end.
    ///
    /// A build that doesn't know the active generation reads the newest that it knows, that is
    /// not retired, and that has every case where there is one.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be known now.
    pub async fn followed(&self) -> Result<Followed, StoreError> {
        Ok(self.read().await?.followed)
    }

    /// The same, with how it stands.
    ///
    /// # Errors
    /// [`StoreError`] where it can't be known now.
    pub async fn followed_standing(&self) -> Result<FollowedStanding, StoreError> {
        let read = self.read().await?;
        Ok(FollowedStanding {
            followed: read.followed,
            standing: read.generations.of(read.followed.generation).cloned(),
            known_at: read.at,
        })
    }

    /// The generations that this build folds commits into.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be known now.
    pub async fn live(&self) -> Result<Vec<Generation>, StoreError> {
        let read = self.read().await?;
        let live = read.generations.live();
        Ok(live.filter(|it| self.known.contains(it)).collect())
    }

    /// The same for a projector, which acknowledges commits: that it passes by those of live
    /// generations which this build doesn't know is noted first, so that nobody is switched
    /// to one without a look at what it lacks.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be known now, or that can't be noted.
    pub async fn live_for_projecting(&self) -> Result<Vec<Generation>, StoreError> {
        let read = self.read().await?;
        let Read {
            at, generations, ..
        } = &*read;
        let (live, unknown): (Vec<_>, Vec<_>) =
            generations.live().partition(|it| self.known.contains(it));
        for unknown in unknown {
            // By what was read a moment ago: another process's note is as good.
            if generations.clone().miss(unknown, *at).is_some() {
                self.note_missed(unknown).await?;
            }
        }
        Ok(live)
    }

    async fn note_missed(&self, generation: Generation) -> Result<(), StoreError> {
        let id = ProjectionId {
            name: self.name,
            generation,
        };
        let now = self.clock.now();
        change(
            &*self.store,
            self.name,
            |generations| generations.miss(generation, now),
            || Operation {
                id: self.clock.new_id(),
                at: now,
                by: BY_ITSELF.to_owned(),
                operation: "miss".to_owned(),
                projection: self.name.to_owned(),
                detail: format!("a projector that doesn't know {id} passes its commits by"),
            },
        )
        .await?;
        tracing::error!(%id, "this build can't fold a generation that is live");
        self.forget().await;
        Ok(())
    }

    /// The marks of the contents of the generations that this build folds: another mark than
    /// before is another content.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be known now.
    pub async fn contents(&self) -> Result<Vec<Uuid>, StoreError> {
        let read = self.read().await?;
        let of_this_build = |(generation, standing): (&Generation, &Standing)| {
            self.known.contains(generation).then_some(standing.contents)
        };
        Ok(read
            .generations
            .standing
            .iter()
            .filter_map(of_this_build)
            .collect())
    }

    /// Forgets what was read, so that the next question reads again.
    pub async fn forget(&self) {
        *self.read.lock().await = None;
    }

    async fn read(&self) -> Result<Arc<Read>, StoreError> {
        // Whoever else asks meanwhile waits for the one read.
        let mut known = self.read.lock().await;
        let now = self.clock.now();
        if let Some(read) = known.as_ref().filter(|read| is_fresh(read.at, now)) {
            return Ok(read.clone());
        }
        let Revised { generations, .. } = establish(
            &*self.store,
            &*self.events,
            &*self.clock,
            self.name,
            &self.known,
        )
        .await?;
        let followed = self.choose(&generations).await?;
        // Dated from before the read, so that the bound holds however long that takes.
        let read = Arc::new(Read {
            at: now,
            generations,
            followed,
        });
        *known = Some(read.clone());
        Ok(read)
    }

    async fn choose(&self, generations: &Generations) -> Result<Followed, StoreError> {
        let mut generation = generations.active;
        if !self.known.contains(&generation) {
            // The newest that has every case, or else the newest at all.
            let live = generations.live().filter(|it| self.known.contains(it));
            let has_every_case = |it: &Generation| {
                generations
                    .of(*it)
                    .is_some_and(|standing| standing.stage == Stage::Complete)
            };
            let best = live.max_by_key(|it| (has_every_case(it), *it));
            let newest = self.known.iter().max().copied();
            generation = best.or(newest).unwrap_or(generation);
            tracing::warn!(
                projection = self.name,
                active = %generations.active,
                read = %generation,
                "this build doesn't know the generation that readers follow"
            );
        }
        let is_whole = match generations.of(generation) {
            Some(standing) if standing.stage == Stage::Complete => {
                let id = ProjectionId {
                    name: self.name,
                    generation,
                };
                self.store.contents_marked(id).await? == Some(standing.contents)
            }
            Some(_) | None => false,
        };
        Ok(Followed {
            generation,
            is_whole,
        })
    }
}

/// A clock that was set back makes what was read stale, not fresh for ever.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    let age = now.as_millis() - at.as_millis();
    (0..i64::try_from(KNOWN_FOR.as_millis()).unwrap_or(i64::MAX)).contains(&age)
}
