//! The audit index and the log of accesses, on the real engine, over HTTP, and as the program.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[path = "../support/mod.rs"]
mod support;

mod asking;
mod court;
mod folding;
mod noting;
mod program;
mod property;
mod tampering;
