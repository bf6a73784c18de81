//! The lists projection: the rows that a case has in lists, by
//! [`rows`](casefold_shared::lists::rows).
//!
//! It follows from the case and not from single commits, so it is brought forward from the
//! case that was folded; writing its rows is the folder's work ([`crate::fold`]).

use casefold_shared::gateway::Generation;

/// The projection's name.
pub const NAME: &str = "lists";

/// The generation of the case projection from which lists are made.
pub const MADE_FROM: Generation = Generation::OF_CASES;
