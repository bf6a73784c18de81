//! A projection of this build, with how its generations stand: for whoever rebuilds,
//! reconciles or compares them.

use std::sync::Arc;

use casefold_shared::clock::Clock;
use casefold_shared::gateway::{Generation, OpenStores, ProjectionId, StoreError, Stores};
use casefold_shared::generations::{Generations, Stage};

use super::{Projections, opener};
use crate::rebuild::reconcile::Reconcile;
use crate::rebuild::{OpenFolder, Rebuild};

/// A projection, with how its generations stand.
#[derive(Clone)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// The generations that this build has, the oldest first.
    pub of_this_build: Vec<ProjectionId>,
    /// All generations that there are, as they stood when this was read.
    pub generations: Generations,
    clock: Arc<dyn Clock>,
}

/// Why a projection or a generation isn't known.
#[derive(Debug, thiserror::Error)]
pub enum KnownError {
    /// This build has no such projection.
    #[error("there is no projection {0}; there are {1}")]
    NoProjection(String, String),
    /// Nobody has established it here.
    #[error("nothing is known of {0} here; start the service once, which establishes it")]
    NotEstablished(&'static str),
    /// This build has no such generation of it.
    #[error("this build has no {name}@{generation}; it has {has}")]
    NoGeneration {
        /// The projection.
        name: &'static str,
        /// The generation that was asked for.
        generation: u32,
        /// The generations that there are.
        has: String,
    },
    /// The store failed.
    #[error("the generations of a projection can't be read")]
    Store(#[from] StoreError),
}

impl Known {
    /// A projection of this build by its name.
    ///
    /// # Errors
    /// [`KnownError`] where there is none, or the store fails.
    pub async fn read(
        stores: &Stores,
        clock: &Arc<dyn Clock>,
        name: &str,
    ) -> Result<Self, KnownError> {
        let projections = Projections::of_this_build(stores, clock);
        let names = projections.names();
        let Some(name) = names.iter().copied().find(|it| *it == name) else {
            return Err(KnownError::NoProjection(name.to_owned(), names.join(", ")));
        };
        let found = stores.generations.generations_get(name).await?;
        Ok(Self {
            name,
            of_this_build: projections.generations(name),
            generations: found.ok_or(KnownError::NotEstablished(name))?.generations,
            clock: clock.clone(),
        })
    }

    /// Every projection of this build.
    ///
    /// # Errors
    /// [`KnownError`] where one is not established, or the store fails.
    pub async fn all(stores: &Stores, clock: &Arc<dyn Clock>) -> Result<Vec<Self>, KnownError> {
        let mut all = Vec::new();
        for name in Projections::of_this_build(stores, clock).names() {
            all.push(Self::read(stores, clock, name).await?);
        }
        Ok(all)
    }

    /// A generation of it by its number, which this build must have.
    ///
    /// # Errors
    /// [`KnownError::NoGeneration`] where it hasn't.
    pub fn generation(&self, number: u32) -> Result<ProjectionId, KnownError> {
        let generation = Generation(number);
        let mut all = self.of_this_build.iter().copied();
        let found = all.find(|id| id.generation == generation);
        found.ok_or_else(|| self.has_no(number))
    }

    /// The generation of this number, or the newest of this build where none is said.
    ///
    /// # Errors
    /// [`KnownError::NoGeneration`] where this build hasn't it.
    pub fn generation_or_newest(&self, number: Option<u32>) -> Result<ProjectionId, KnownError> {
        match number {
            Some(number) => self.generation(number),
            None => {
                let newest = self.of_this_build.last().copied();
                newest.ok_or_else(|| self.has_no(0))
            }
        }
    }

    /// Those of this build that are begun and not retired.
    pub fn live(&self) -> Vec<ProjectionId> {
        let is_live = |id: &ProjectionId| {
            let standing = self.generations.of(id.generation);
            standing.is_some_and(|it| it.stage != Stage::Retired)
        };
        self.of_this_build.iter().copied().filter(is_live).collect()
    }

    /// What folds into a generation.
    pub fn folder(&self, id: ProjectionId) -> OpenFolder {
        opener(id, Some(self.generations.active), &self.clock)
    }

    /// A rebuild of a generation, by whom the log of operations is to name.
    pub fn rebuild(&self, id: ProjectionId, stores: OpenStores, by: &str) -> Rebuild {
        Rebuild {
            id,
            stores,
            folder: self.folder(id),
            clock: self.clock.clone(),
            by: by.to_owned(),
        }
    }

    /// A reconciliation of a generation, by whom the log of operations is to name.
    pub fn reconcile(&self, id: ProjectionId, stores: OpenStores, by: &str) -> Reconcile {
        let active = self.generations.active;
        let mut others = self.of_this_build.iter().filter(|it| **it != id);
        let followed = others.find(|it| it.generation == active);
        Reconcile {
            id,
            stores,
            folder: self.folder(id),
            followed: followed.map(|followed| self.folder(*followed)),
            clock: self.clock.clone(),
            by: by.to_owned(),
        }
    }

    fn has_no(&self, generation: u32) -> KnownError {
        let all: Vec<_> = self.of_this_build.iter().map(ToString::to_string).collect();
        KnownError::NoGeneration {
            name: self.name,
            generation,
            has: all.join(", "),
        }
    }
}
