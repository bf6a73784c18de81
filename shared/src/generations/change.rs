//! Changing the generations of a projection by one conditional write, on what is there.

use super::Generations;
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
