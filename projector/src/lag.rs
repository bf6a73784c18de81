//! How far live folding is behind: written down now and then, for whoever operates it.
//!
//! Each generation's newest folded commit is noted, with how long after its recording it was
//! folded; at most once in a few seconds and process, so that it costs next to nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use casefold_events::Timestamp;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{ControlStore, ProjectionId, StoreError};
use serde::{Deserialize, Serialize};

/// How often a process notes the lag of a generation, in milliseconds.
const NOTE_EVERY_MILLIS: i64 = 5_000;

/// How live folding into a generation stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lag {
    /// When that was.
    pub at: Timestamp,
    /// When the newest commit of the batch was recorded.
    pub recorded_at: Timestamp,
    /// How long after that it was folded, in milliseconds.
    pub millis: i64,
}

/// Notes lags.
#[derive(Clone)]
pub(crate) struct Lags {
    control: Arc<dyn ControlStore>,
    clock: Arc<dyn Clock>,
    noted: Arc<Mutex<HashMap<ProjectionId, Timestamp>>>,
}

impl Lags {
    pub(crate) fn new(control: Arc<dyn ControlStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            control,
            clock,
            noted: Arc::new(Mutex::new(HashMap::new())),
        }
    }

    /// The time, by which lags are told.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Notes that a commit recorded then is folded into these generations. A failure is no
    /// matter: the next one is noted.
    pub(crate) async fn note(&self, ids: &[ProjectionId], recorded_at: Timestamp) {
        let at = self.clock.now();
        let due: Vec<ProjectionId> = {
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = |id: &&ProjectionId| {
                noted.get(id).is_none_or(|noted| {
                    (at.as_millis() - noted.as_millis()).abs() >= NOTE_EVERY_MILLIS
                })
            };
            let due: Vec<_> = ids.iter().filter(is_due).copied().collect();
            noted.extend(due.iter().map(|id| (*id, at)));
            due
        };
        let lag = Lag {
            at,
            recorded_at,
            millis: at.as_millis() - recorded_at.as_millis(),
        };
        for id in due {
            let Ok(text) = serde_json::to_string(&lag) else {
                continue;
            };
            if let Err(error) = self.control.checkpoint_put(&place(id), &text).await {
                tracing::debug!(%error, %id, "the lag could not be noted");
            }
        }
    }
}

/// How live folding into a generation stood last; `None` where nothing was folded into it yet.
///
/// # Errors
/// [`StoreError`] where that can't be read.
pub async fn read(control: &dyn ControlStore, id: ProjectionId) -> Result<Option<Lag>, StoreError> {
    let stored = control.checkpoint_get(&place(id)).await?;
    Ok(stored.and_then(|text| serde_json::from_str(&text).ok()))
}

fn place(id: ProjectionId) -> String {
    format!("lag/{id}")
}
