//! What two generations of a projection hold differently, found before readers are switched
//! from the one to the other.
//!
//! Both generations of a case come in as documents: JSON, as they are stored. Differences
//! are counted over all cases by field, and a rule file says which are expected.
//!
//! | file | job |
//! | --- | --- |
//! | `path` | where in a document: of one case, and over cases |
//! | `changes` | two documents in, what differs out |
//! | `summary` | differences of many cases, counted in bounded memory |
//! | `examples` | how many cases, and a few of them |
//! | `rules`, `error` | the rule file: what is expected; why one is refused |
//! | `verdict` | a summary held against the rules |
//! | `text` | what people read |
//!
//! *Invariants:* nothing here reads a store or a clock; what is counted doesn't depend on the
//! order of cases, nor on how they were split among workers; no value of a case, but for the
//! ids in paths, gets into a summary unless the caller says so ([`Values`]), nor into a
//! `Debug` text at all.

mod changes;
mod error;
mod examples;
mod path;
mod rules;
mod summary;
mod text;
mod verdict;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod realistic;

pub use changes::{ChangeKind, FieldChange, changes};
pub use error::{EntryName, RulesError};
pub use examples::{Cases, Example, Values, VersionsExample};
pub use path::FieldPath;
pub use rules::{ExpectedKind, Rules};
pub use summary::{Comparison, FieldSummary, Summary};
pub use text::case_text;
pub use verdict::{Missing, Unexpected, Unused, Verdict};
