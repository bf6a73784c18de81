//! Changing the generations of a projection by one conditional write, on what is there.

use super::{Generations, NotSafe};
use crate::gateway::{GenerationStore, Operation, Revised, StoreError};

/// Takes a step on the generations as they are, again where somebody else was faster; `None`
/// where there is nothing to change.
///
/// # Errors
/// [`StoreError`], where another try may do.
pub async fn change(
    store: &dyn GenerationStore,
    projection: &str,
    step: impl Fn(Generations) -> Option<Generations>,
    operation: impl Fn() -> Operation,
) -> Result<Option<Generations>, StoreError> {
    loop {
        let Some(found) = store.generations_get(projection).await? else {
            return Ok(None);
        };
        let Revised {
            revision,
            generations,
        } = found;
        let Some(next) = step(generations) else {
            return Ok(None);
        };
        if store
            .generations_put(projection, &next, Some(revision), &operation())
            .await?
        {
            return Ok(Some(next));
        }
    }
}

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// It is not safe, or makes no sense as things stand. Nothing was changed.
    #[error(transparent)]
    NotSafe(#[from] NotSafe),
    /// There is no projection of this name here.
    #[error("nothing is known of a projection {0}; start the service once, which establishes it")]
    Unknown(String),
    /// The store failed.
    #[error("the generations of a projection can't be read or written")]
    Store(#[from] StoreError),
}

/// Takes a step that may be refused, as [`change`] does. One that changes nothing is neither
/// written nor logged.
///
/// # Errors
/// [`StepError`] says why it was not taken.
pub async fn step(
    store: &dyn GenerationStore,
    projection: &str,
    step: impl Fn(Generations) -> Result<Generations, NotSafe>,
    operation: impl Fn(&Generations, &Generations) -> Operation,
) -> Result<Generations, StepError> {
    loop {
        let Some(found) = store.generations_get(projection).await? else {
            return Err(StepError::Unknown(projection.to_owned()));
        };
        let Revised {
            revision,
            generations,
        } = found;
        let next = step(generations.clone())?;
        if next == generations {
            return Ok(next);
        }
        let operation = operation(&generations, &next);
        if store
            .generations_put(projection, &next, Some(revision), &operation)
            .await?
        {
            return Ok(next);
        }
    }
}
