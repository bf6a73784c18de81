//! The time and new ids: the only place that reads the clock or draws randomness.
//!
//! Deciding and folding get both as arguments, so that they can be repeated exactly.

use casefold_events::Timestamp;
use uuid::Uuid;

/// Gives the time and new ids to a process's shell.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// A new id, a UUIDv7: later ids sort after earlier ones.
    fn new_id(&self) -> Uuid;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::new(chrono::Utc::now())
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that makes ids")]
    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
