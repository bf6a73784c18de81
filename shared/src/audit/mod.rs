//! The audit index: every commit of the court, found by who, what, when and whence. Pure, but
//! for [`read`].
//!
//! It is a projection, of a kind of its own: its rows follow from **one** commit each, so it
//! keeps nothing of a case but how far it is, and a long history costs it no more a commit than
//! a short one. A commit has one row in every **dimension** that it belongs to:
//!
//! | dimension | rows of a commit | shards |
//! | --- | --- | --- |
//! | all commits | 1 | 16 |
//! | case | 1 | 1 |
//! | actor | 1 | 4 |
//! | role, command | 1 each | 8 |
//! | event type | 1 for each type in it | 8 |
//! | docket entry | 1 for each entry that it is about | 1 |
//! | correlation id | 1 | 1 |
//! | source address | 1 where it is known | 1 |
//!
//! Within a dimension's value rows are in the order of the time at which they were recorded,
//! then of docket number and version ([`Position`]). A value to which much of what happens
//! belongs is split into shards by the docket number, so that no partition takes all writes; a
//! reader merges them again ([`merge`]).
//!
//! A row tells who did what kind of thing to which case, and nothing that an event says. Of a
//! source address it has a digest, not the address.
//!
//! | file | job |
//! | --- | --- |
//! | `dimension` | the dimensions, their shards, and the places in which rows are |
//! | `row` | the rows of a commit |
//! | `filter` | what is asked for, which dimension answers it, and which rows are meant |
//! | [`merge`] | several sequences as one, in order |
//! | [`read`] | a page of an answer |
//! | [`watermark`] | up to when the index is complete |

mod dimension;
mod filter;
pub mod merge;
mod position;
pub mod read;
mod row;
#[cfg(test)]
mod tests;
pub mod watermark;

use crate::gateway::Generation;

pub use dimension::{Dimension, Place};
pub use filter::Filter;
pub use position::{Position, PositionError};
pub use row::{IndexRow, IndexedCommit, MAX_ENTRIES, places_of, rows};

/// The name of the projection.
pub const NAME: &str = "audit";

/// The generations that this build can fold. What makes other rows of a commit is a new one.
pub const GENERATIONS: &[Generation] = &[Generation::FIRST];
