//! The generations of a projection: which there are, how each stands, and which one readers
//! follow. Pure; the time comes in as an argument.
//!
//! A projection's generations are one value in the store, replaced by one conditional write.
//! So each step is taken on what is there, by one of several who try, and there is no moment
//! at which readers could follow two generations or none.
//!
//! ```text
//!            begin                complete               switch to it
//!   (none) ────────► building ───────────────► complete ────────────► active
//!                        ▲  contents are lost      │ ▲  switch away      │
//!                        └─────────────────────────┘ └───────────────────┘
//!   retired ◄──────────────────── retire ──────────┘
//! ```
//!
//! A retired number is never begun again: somebody who was held up may still write into it, or
//! remove what is there. What was retired comes back as a generation of its own.
//!
//! | file | job |
//! | --- | --- |
//! | this one | the generations and the steps between their stages, with what is refused |
//! | [`change`] | a step by one conditional write, again where somebody was faster |
//! | [`follow`] | what a reader or a projector knows of them, read again after a bounded time |
//! | [`establish`] | the generations of a projection that has none yet |

pub mod change;
pub mod establish;
pub mod follow;
mod refused;

use std::collections::BTreeMap;
use std::time::Duration;

use casefold_events::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::gateway::Generation;

pub use refused::NotSafe;

/// How long a process may go by what it has read of generations: readers follow a switch, and
/// projectors begin to fold a new generation, at most so much later.
pub const KNOWN_FOR: Duration = Duration::from_secs(5);

/// How long a clean reconciliation lets readers be switched to a generation for the first
/// time.
pub const RECONCILED_HOLDS: Duration = Duration::from_secs(24 * 3600);

/// How long a generation is kept after readers were switched away from it: whoever still
/// follows it, and whatever read it last, is done by then.
pub const KEPT_AFTER_SWITCH: Duration = Duration::from_secs(60);

/// How often a projector that passes commits by notes it again. A reconciliation must have
/// begun longer than that after the last note: what is passed by between two notes is then
/// before it.
pub const MISSED_NOTED_EVERY: Duration = Duration::from_secs(30);

/// The generations of one projection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Generations {
    /// The one that readers follow.
    pub active: Generation,
    /// The one that they followed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Generation>,
    /// How each stands.
    pub standing: BTreeMap<Generation, Standing>,
}

/// How a generation stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// The stage.
    pub stage: Stage,
    /// The mark that its contents bear. A generation whose contents bear none, or another, has
    /// lost them.
    pub contents: Uuid,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// In how many segments its rebuild goes; `None` where it has none, because it was folded
    /// from the first commit of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segments: Option<u32>,
    /// When it had every case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    /// The last reconciliation since it was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reconciled: Option<Reconciled>,
    /// When a projector of a build that doesn't know the generation last passed commits by: a
    /// reconciliation that began before that doesn't count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_at: Option<Timestamp>,
    /// When readers were switched away from it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<Timestamp>,
    /// When a retired generation's contents were all removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emptied_at: Option<Timestamp>,
}

/// The stage of a generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Live commits are folded into it, and older ones are being so. A case may be missing.
    Building,
    /// It has every case, and live commits are folded into it.
    Complete,
    /// Nothing is folded into it any more, and its contents may be removed.
    Retired,
}

/// What a reconciliation found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reconciled {
    /// When it began: what was recorded later it may not have seen.
    pub at: Timestamp,
    /// How many cases it compared.
    pub cases: u64,
    /// How many differed and were not mended.
    pub differences: u64,
}

impl Stage {
    /// The stage in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Complete => "complete",
            Self::Retired => "retired",
        }
    }
}

impl Standing {
    fn begun(contents: Uuid, segments: Option<u32>, now: Timestamp) -> Self {
        Self {
            stage: Stage::Building,
            contents,
            begun_at: now,
            segments,
            completed_at: None,
            reconciled: None,
            missed_at: None,
            left_at: None,
            emptied_at: None,
        }
    }
}

impl Generations {
    /// The generations of a projection that begins with its first commit: one, which misses
    /// nothing.
    pub fn from_the_first(generation: Generation, contents: Uuid, now: Timestamp) -> Self {
        let mut generations = Self::unfilled(generation, contents, now);
        if let Some(standing) = generations.standing.get_mut(&generation) {
            standing.stage = Stage::Complete;
            standing.completed_at = Some(now);
        }
        generations
    }

    /// The generations of a projection of which nothing is stored though there are commits:
    /// one, which readers follow and which has still to be filled.
    pub fn unfilled(generation: Generation, contents: Uuid, now: Timestamp) -> Self {
        Self {
            active: generation,
            previous: None,
            standing: BTreeMap::from([(generation, Standing::begun(contents, None, now))]),
        }
    }

    /// How a generation stands.
    pub fn of(&self, generation: Generation) -> Option<&Standing> {
        self.standing.get(&generation)
    }

    /// The generations that commits are folded into.
    pub fn live(&self) -> impl Iterator<Item = Generation> {
        self.standing
            .iter()
            .filter(|(_, standing)| standing.stage != Stage::Retired)
            .map(|(generation, _)| *generation)
    }

    /// Begins a generation, or begins anew one whose contents are lost: from now on live
    /// commits are folded into it. One that is being built stays as it is, so a rebuild goes
    /// on with it.
    ///
    /// # Errors
    /// [`NotSafe`] where the generation is complete and its contents are there, or where it is
    /// retired.
    pub fn begin(
        mut self,
        generation: Generation,
        segments: u32,
        contents: Uuid,
        now: Timestamp,
    ) -> Result<Self, NotSafe> {
        let begun = Standing::begun(contents, Some(segments), now);
        match self.standing.get_mut(&generation) {
            None => {
                self.standing.insert(generation, begun);
            }
            Some(standing) => match standing.stage {
                Stage::Retired => return Err(NotSafe::Retired(generation)),
                Stage::Complete if standing.contents == contents => {
                    return Err(NotSafe::CompleteAlready(generation));
                }
                Stage::Building if standing.contents == contents => {
                    standing.segments.get_or_insert(segments);
                }
                Stage::Building | Stage::Complete => *standing = begun,
            },
        }
        Ok(self)
    }

    /// Notes that a generation has every case.
    ///
    /// # Errors
    /// [`NotSafe`] where it is not being built, or its contents are others by now.
    pub fn complete(
        mut self,
        generation: Generation,
        contents: Uuid,
        now: Timestamp,
    ) -> Result<Self, NotSafe> {
        let standing = self.standing_mut(generation)?;
        if standing.contents != contents {
            return Err(NotSafe::Lost(generation));
        }
        match standing.stage {
            Stage::Retired => return Err(NotSafe::Retired(generation)),
            // Two workers may come to the end of the last two segments together.
            Stage::Complete => {}
            Stage::Building => {
                standing.stage = Stage::Complete;
                standing.completed_at = Some(now);
            }
        }
        Ok(self)
    }

    /// Notes what a reconciliation found.
    ///
    /// # Errors
    /// [`NotSafe`] where the generation is not complete, or its contents are others by now.
    pub fn reconcile(
        mut self,
        generation: Generation,
        contents: Uuid,
        found: Reconciled,
    ) -> Result<Self, NotSafe> {
        let standing = self.standing_mut(generation)?;
        if standing.contents != contents {
            return Err(NotSafe::Lost(generation));
        }
        match standing.stage {
            Stage::Retired => return Err(NotSafe::Retired(generation)),
            Stage::Building => return Err(NotSafe::Building(generation)),
            Stage::Complete => standing.reconciled = Some(found),
        }
        Ok(self)
    }

    /// Notes that commits were passed by; `None` where that was noted a moment ago
    /// ([`MISSED_NOTED_EVERY`]).
    pub fn miss(mut self, generation: Generation, now: Timestamp) -> Option<Self> {
        let standing = self.standing.get_mut(&generation)?;
        let is_noted = standing
            .missed_at
            .is_some_and(|at| !is_older(at, MISSED_NOTED_EVERY, now));
        if standing.stage == Stage::Retired || is_noted {
            return None;
        }
        standing.missed_at = Some(now);
        Some(self)
    }

    /// Switches readers to a generation.
    ///
    /// One that readers have never followed must have been reconciled clean in the last
    /// [`RECONCILED_HOLDS`]. One that they have followed before has been folded live ever
    /// since, so going back needs no new look at every case; but what the last look found
    /// counts.
    ///
    /// # Errors
    /// [`NotSafe`] says why readers are better off where they are.
    pub fn switch(mut self, to: Generation, now: Timestamp) -> Result<Self, NotSafe> {
        if self.active == to {
            return Err(NotSafe::ActiveAlready(to));
        }
        let standing = self.standing_mut(to)?;
        match standing.stage {
            Stage::Building => return Err(NotSafe::Building(to)),
            Stage::Retired => return Err(NotSafe::Retired(to)),
            Stage::Complete => {}
        }
        let was_active = standing.left_at.is_some();
        if let Some(missed_at) = standing.missed_at
            && standing
                .reconciled
                .is_none_or(|found| !is_older(missed_at, MISSED_NOTED_EVERY, found.at))
        {
            return Err(NotSafe::Missed(to, missed_at));
        }
        match standing.reconciled {
            Some(found) if found.differences > 0 => {
                return Err(NotSafe::Differs(to, found.differences));
            }
            Some(found) if was_active || !is_older(found.at, RECONCILED_HOLDS, now) => {}
            Some(found) => return Err(NotSafe::ReconciledLongAgo(to, found.at)),
            None if was_active => {}
            None => return Err(NotSafe::NotReconciled(to)),
        }
        let from = std::mem::replace(&mut self.active, to);
        self.previous = Some(from);
        if let Some(standing) = self.standing.get_mut(&from) {
            standing.left_at = Some(now);
        }
        Ok(self)
    }

    /// Switches readers back to the generation that they followed before.
    ///
    /// # Errors
    /// [`NotSafe`] where there is none, or it is not safe any more.
    pub fn roll_back(self, now: Timestamp) -> Result<Self, NotSafe> {
        let previous = self.previous.ok_or(NotSafe::NoPrevious)?;
        self.switch(previous, now)
    }

    /// Retires a generation: nothing is folded into it any more, and what is stored of it may
    /// be removed.
    ///
    /// # Errors
    /// [`NotSafe`] where readers follow it, or may still.
    pub fn retire(mut self, generation: Generation, now: Timestamp) -> Result<Self, NotSafe> {
        if self.active == generation {
            return Err(NotSafe::Active(generation));
        }
        let standing = self.standing_mut(generation)?;
        match standing.stage {
            Stage::Retired => return Err(NotSafe::Retired(generation)),
            Stage::Building | Stage::Complete => {}
        }
        if let Some(left_at) = standing.left_at
            && !is_older(left_at, KEPT_AFTER_SWITCH, now)
        {
            return Err(NotSafe::JustLeft(generation, left_at));
        }
        standing.stage = Stage::Retired;
        if self.previous == Some(generation) {
            self.previous = None;
        }
        Ok(self)
    }

    /// Notes that nothing is stored of a retired generation any more.
    ///
    /// # Errors
    /// [`NotSafe`] where it is not retired.
    pub fn empty(mut self, generation: Generation, now: Timestamp) -> Result<Self, NotSafe> {
        let standing = self.standing_mut(generation)?;
        match standing.stage {
            Stage::Retired => standing.emptied_at = Some(now),
            Stage::Building | Stage::Complete => return Err(NotSafe::NotRetired(generation)),
        }
        Ok(self)
    }

    fn standing_mut(&mut self, generation: Generation) -> Result<&mut Standing, NotSafe> {
        self.standing
            .get_mut(&generation)
            .ok_or(NotSafe::Unknown(generation))
    }
}

/// Whether a time is longer ago than this.
fn is_older(at: Timestamp, than: Duration, now: Timestamp) -> bool {
    now.as_millis() - at.as_millis() > i64::try_from(than.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
