//! The relational projection: cases as rows of an SQL database, for questions that tables and
//! joins answer.
//!
//! It is a projection like the others: a pure function of a case's commits, thrown away and
//! filled again at will, and never read by a command. What differs is where it goes: to a
//! [`Target`] outside the store. How SQL is spoken is the target's matter; here is what is
//! written, and when.
//!
//! | file | job |
//! | --- | --- |
//! | `rows`, `value` | the rows of a folded case, purely |
//! | `schema.sql` | the tables, for SQLite and PostgreSQL alike |
//! | `target` | what a database must do: the version gate |
//! | `write` | cases into the target, from their histories; parking those that can't be |
//! | `live` | a batch of stream records in, the records to deliver again out |
//! | `rebuild` | all cases that are behind, in a passage through the event table |
//!
//! *Invariants:* a case's rows are replaced together and by those of a later version alone;
//! a case that can't be folded, or that the database refuses, is parked in the target and
//! holds up no other; a failure of the target holds up no other projection.

mod live;
mod rebuild;
mod rows;
mod target;
mod value;
mod write;

pub use live::RelationalProjector;
pub use rebuild::{Rebuild, RebuildConfig, RebuildReport};
pub use rows::{CaseRows, rows};
pub use target::{Parked, Target, TargetError};
pub use value::{Row, Value};
pub use write::RelationalError;

/// The projection's name.
pub const NAME: &str = "cases-sql";

/// The generation of the tables and of what is written into them. It rises with either, and a
/// target of another generation is refused: the next generation is filled into a database of
/// its own, beside the present one, and readers are pointed to it when it is complete.
pub const GENERATION: u32 = 1;

/// The tables: what a target executes before it is used. Executing it again changes nothing.
pub const SCHEMA: &str = include_str!("schema.sql");
