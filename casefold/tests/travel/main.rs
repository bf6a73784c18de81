//! Travel in time on the real engine: milestones, and reading with and without them.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../../../shared/tests/travel/acts.rs"]
mod acts;
#[path = "../support/mod.rs"]
mod support;

mod folding;
mod reading;
mod world;
