//! Operating figures: lines that CloudWatch takes, and the page that tells of them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    unreachable_pub,
    reason = "a part of it is shared by other crates' tests"
)]

#[path = "../support/emf.rs"]
mod emf;
mod lines;
mod page;
