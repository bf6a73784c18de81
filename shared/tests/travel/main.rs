//! Travel in time: a case as of a point in its past, and what gave its fields their values.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod acts;
mod as_of;
mod blame;
mod packing;
