//! Hash trees, checkpoints and proofs: against the vectors of RFC 6962's own tests, and by what
//! always holds.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod court;
mod files;
mod keys;
mod trees;
