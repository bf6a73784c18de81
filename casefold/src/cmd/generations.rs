//! What the sub-commands that deal with generations of projections have in common.

use std::sync::Arc;

use casefold_projector::Projections;
use casefold_projector::projections::opener;
use casefold_projector::rebuild::{OpenFolder, OpenStores};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{
    Generation, GenerationStore, Meter, Operation, ProjectionId, Stores,
};
use casefold_shared::generations::Generations;
use clap::Args;

use super::CommandFailure;

/// Who does it, for the log of operations.
#[derive(Clone, Debug, Args)]
pub struct ByArgs {
    /// Who does it, for the log of operations; your user name where it isn't said
    #[arg(long, env = "CASEFOLD_OPERATOR", value_name = "NAME")]
    by: Option<String>,
}

impl ByArgs {
    /// The operator's name.
    pub fn name(&self) -> String {
        let said = self.by.clone().filter(|name| !name.is_empty());
        let user = || std::env::var("USER").ok().filter(|name| !name.is_empty());
        said.or_else(user).unwrap_or_else(|| "operator".to_owned())
    }
}

/// A projection, with how its generations stand.
pub(super) struct Known {
    pub(super) name: &'static str,
    /// Those that this build has, the oldest first.
    pub(super) of_this_build: Vec<ProjectionId>,
    pub(super) generations: Generations,
}

impl Known {
    /// A projection of this build by its name.
    pub(super) async fn read(store: &Arc<DynamoStore>, name: &str) -> Result<Self, CommandFailure> {
        let projections = projections(store);
        let names = projections.names();
        let Some(name) = names.iter().find(|it| **it == name) else {
            let names = names.join(", ");
            return Err(format!("there is no projection {name}; there are {names}").into());
        };
        let found = store.generations_get(name).await?;
        let found = found.ok_or_else(|| format!("nothing is known of {name} here"))?;
        Ok(Self {
            name,
            of_this_build: projections.generations(name),
            generations: found.generations,
        })
    }

    /// A generation of it by its number, which this build must have.
    pub(super) fn generation(&self, number: u32) -> Result<ProjectionId, CommandFailure> {
        let generation = Generation(number);
        let found = self
            .of_this_build
            .iter()
            .find(|it| it.generation == generation);
        found.copied().ok_or_else(|| {
            let all: Vec<_> = self.of_this_build.iter().map(ToString::to_string).collect();
            format!(
                "this build has no {}@{number}; it has {}",
                self.name,
                all.join(", ")
            )
            .into()
        })
    }

    /// What folds into a generation.
    pub(super) fn folder(&self, id: ProjectionId) -> OpenFolder {
        opener(id, Some(self.generations.active), &clock())
    }
}

/// The projections of this build.
pub(super) fn projections(store: &Arc<DynamoStore>) -> Projections {
    Projections::of_this_build(&Stores::of(store.clone()), &clock())
}

pub(super) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

/// Stores for each worker, whose requests are counted by themselves.
pub(crate) fn open_stores(store: &Arc<DynamoStore>) -> OpenStores {
    let store = store.clone();
    Arc::new(move || {
        let store = Arc::new(store.counted_apart());
        let meter: Arc<dyn Meter> = store.clone();
        (Stores::of(store), meter)
    })
}

/// The same, with commits as they are stored.
pub(crate) fn open_as_stored(store: &Arc<DynamoStore>) -> OpenStores {
    let store = store.clone();
    Arc::new(move || {
        let store = Arc::new(store.counted_apart());
        let meter: Arc<dyn Meter> = store.clone();
        let stores = Stores::of(store.clone()).with_commits_as_stored(store);
        (stores, meter)
    })
}

/// An operation for the log.
pub(super) fn operation(by: &str, operation: &str, projection: &str, detail: String) -> Operation {
    let clock = SystemClock;
    Operation {
        id: clock.new_id(),
        at: clock.now(),
        by: by.to_owned(),
        operation: operation.to_owned(),
        projection: projection.to_owned(),
        detail,
    }
}
