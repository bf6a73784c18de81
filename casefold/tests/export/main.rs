//! The history as Parquet files: all of it, once, however often a run is stopped; what is sealed
//! is withheld, in files that were written before as well. On the real embedded engine.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

#[cfg(feature = "datafusion")]
mod asking;
mod files;
mod runs;
mod sealed;
#[path = "../support/mod.rs"]
mod support;
mod tool;
