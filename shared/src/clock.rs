//! The time, new ids and new keys: the only place that reads the clock or draws randomness.
//!
//! Deciding and folding get both as arguments, so that they can be repeated exactly.

use std::io;

use casefold_events::Timestamp;
use uuid::Uuid;

/// Gives the time and new ids to a process's shell.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// A new id, a UUIDv7: later ids sort after earlier ones.
    fn new_id(&self) -> Uuid;

    /// A new key of 256 bits, from the operating system's own source.
    ///
    /// # Errors
    /// Where the system has none to give.
    fn new_key(&self) -> io::Result<[u8; 32]> {
        let mut key = [0; 32];
        getrandom::fill(&mut key).map_err(io::Error::other)?;
        Ok(key)
    }
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
