//! Panics: a line in the log like any other, without what may not stand there.
//!
//! A panic's message may hold anything, a name as well as a number, for it is put together of the
//! values that were unexpected. So the log gets the place in the code, the thread and, of the
//! message, only what is a text of the source: what was put together is left out. With
//! `RUST_BACKTRACE=1` the stack is told too, which names functions and no values.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{AssertUnwindSafe, PanicHookInfo};

use futures::FutureExt;

/// Some work panicked. What it said is not kept: whoever is told of this may tell others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it panicked; the log has the place in the code")]
pub struct Panicked;

/// Logs panics of all threads from now on, in place of Rust's own text on standard error.
pub(super) fn log_all() {
    std::panic::set_hook(Box::new(log));
}

/// Logs a panic. It is in the spans of the work that panicked, so its line has what theirs have,
/// such as the correlation id of a request.
pub fn log(panic: &PanicHookInfo<'_>) {
    let at = panic.location().map(ToString::to_string);
    let thread = std::thread::current();
    // A text of the source is this type; what was put together of values is a `String`.
    let said = panic.payload().downcast_ref::<&'static str>();
    let stack = Backtrace::capture();
    let is_captured = stack.status() == BacktraceStatus::Captured;
    tracing::error!(
        at,
        thread = thread.name(),
        said,
        stack = is_captured.then(|| stack.to_string()),
        "panicked"
    );
}

/// Does some work; a panic of it ends as an error that tells nothing of it.
///
/// # Errors
/// [`Panicked`]. The log has the place, where [`super::init`] was called.
pub async fn caught<F: Future>(work: F) -> Result<F::Output, Panicked> {
    // What the work left half done is dropped with it.
    let caught = AssertUnwindSafe(work).catch_unwind().await;
    caught.map_err(|_| Panicked)
}
