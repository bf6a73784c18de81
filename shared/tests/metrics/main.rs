//! Operating figures: lines that CloudWatch takes, and the page that tells of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/emf.rs"]
mod emf;
mod lines;
mod page;
