//! The generator of histories: what it makes, and writing it to the embedded engine.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "helpers of tests are tests too"
)]

#[path = "../support/mod.rs"]
mod support;

mod always;
mod histories;
mod likeness;
mod writing;
