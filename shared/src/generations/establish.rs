//! The generations of a projection that has none yet: in a new court, and where the control
//! table was lost.

use casefold_events::Timestamp;

use super::Generations;
use crate::clock::Clock;
use crate::gateway::{
    EventStore, Generation, GenerationStore, Operation, ProjectionId, Revised, StoreError,
};

/// Who is logged for what a process does by itself.
pub const BY_ITSELF: &str = "casefold";

/// The generations of a projection, established where there are none:
/// - without any commit, the newest generation that the build knows, which is complete: it
///   misses nothing, and none that is older is ever begun;
/// - with commits, the oldest that has contents, or else the newest. It counts as unfilled,
///   for nobody knows any more whether it has every case: what hides nothing is to rebuild it.
///
/// # Errors
/// [`StoreError`], where another try may do.
pub async fn establish(
    store: &dyn GenerationStore,
    events: &dyn EventStore,
    clock: &dyn Clock,
    name: &'static str,
    known: &[Generation],
) -> Result<Revised, StoreError> {
    loop {
        if let Some(found) = store.generations_get(name).await? {
            return Ok(found);
        }
        let now = clock.now();
        let first = first(store, events, clock, name, known, now).await?;
        let standing = first.of(first.active).map(|standing| standing.stage);
        let stage = standing.map_or("unknown", super::Stage::as_str);
        let operation = Operation {
            id: clock.new_id(),
            at: now,
            by: BY_ITSELF.to_owned(),
            operation: "establish".to_owned(),
            projection: name.to_owned(),
            detail: format!(
                "readers follow generation {}, which is {stage}",
                first.active
            ),
        };
        // Where another process was faster, its generations hold.
        if store
            .generations_put(name, &first, None, &operation)
            .await?
        {
            tracing::info!(projection = name, generation = %first.active, stage, "established");
        }
    }
}

async fn first(
    store: &dyn GenerationStore,
    events: &dyn EventStore,
    clock: &dyn Clock,
    name: &'static str,
    known: &[Generation],
    now: Timestamp,
) -> Result<Generations, StoreError> {
    let newest = known.iter().max().copied().unwrap_or(Generation::FIRST);
    let is_new = events.any_case().await?.is_none();
    let mut generation = newest;
    if !is_new {
        let mut oldest_first = known.to_vec();
        oldest_first.sort_unstable();
        for candidate in oldest_first {
            let id = ProjectionId {
                name,
                generation: candidate,
            };
            if store.contents_marked(id).await?.is_some() {
                generation = candidate;
                break;
            }
        }
    }
    let id = ProjectionId { name, generation };
    let contents = store.contents_mark(id, clock.new_id()).await?;
    Ok(match is_new {
        true => Generations::from_the_first(generation, contents, now),
        false => Generations::unfilled(generation, contents, now),
    })
}
