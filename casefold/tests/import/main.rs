//! The import of a court's items: what is planned, what the plan folds to, what is left
//! over, and what is written to the embedded engine.

#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "helpers of tests are tests too"
)]

mod engine;
mod lost;
mod older_forms;
mod plan;
mod records;
mod snapshot;
mod standing;
mod support;
mod trial;
