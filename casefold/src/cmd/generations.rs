//! What the sub-commands that deal with generations of projections have in common.

use std::sync::Arc;

use casefold_projector::Projections;
use casefold_projector::projections::{Known, KnownError};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{Operation, Stores};
use clap::Args;

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

/// A projection of this build by its name, with how its generations stand.
pub(super) async fn known(store: &Arc<DynamoStore>, name: &str) -> Result<Known, KnownError> {
    Known::read(&Stores::of(store.clone()), &clock(), name).await
}

/// The projections of this build.
pub(super) fn projections(store: &Arc<DynamoStore>) -> Projections {
    Projections::of_this_build(&Stores::of(store.clone()), &clock())
}

pub(super) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
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
