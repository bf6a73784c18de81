//! Taking over cases from a court's present system, whose cases are DynamoDB items.
//!
//! The items say how a case *is*; the event table keeps how it *became* so. The import
//! writes for each case a history that explains its items: the petition, each docket entry
//! with its filing, service, striking and sealing at their own dates, the people, the
//! standing of the case, what the court keeps beside its docket, and a closing
//! `CaseImported`, which carries the digest of the source and every field that no event
//! holds. So nothing of the source is lost, and
//! running an import again doubles nothing: every id is derived from the source.
//!
//! A pure planner, and a thin writer:
//!
//! | file | job | does I/O |
//! | --- | --- | --- |
//! | [`source`] | a file's text to cases and their items | no |
//! | [`plan`] | a case's items to the commits of its history | no |
//! | `older` | the schema of 2020 lifted to the shape of 2022 | no |
//! | `as_it_stood` | a case of 2020 told in the events of 2020 | no |
//! | `petition`, `parties`, `standing`, `trial`, `statistics`, `records` | one theme of a case each | no |
//! | `entries`, `lifecycle`, `checks` | its docket: filing, what happened after, who checked it | no |
//! | [`sessions`] | trial sessions, which belong to no case and which cases name | no |
//! | `reader`, `door`, `residue` | taking values out of items; what is left over | no |
//! | `rules` | where an imported case stands against a rule of the court | no |
//! | [`finding`] | what could not be placed, and why | no |
//! | [`run`] | planned commits to the event store | the event store's |
//! | [`report`] | the outcome, for people and for programs | no |
//!
//! *Invariants:* a field leaves the residue only where an event, or its commit's date or
//! docket number, holds the very same value; what is always true of a case is true of an
//! imported one, and what of the source would break it is reported and stays in the residue;
//! what the source doesn't say is supposed in one place and reported; no value of the
//! source stands in a finding, for it may be personal.

mod as_it_stood;
mod checks;
pub mod dates;
mod door;
mod entries;
pub mod finding;
mod ids;
mod lifecycle;
mod money;
mod older;
mod parties;
mod petition;
pub mod plan;
mod reader;
mod records;
pub mod report;
mod residue;
mod rules;
pub mod run;
pub mod sessions;
pub mod source;
mod standing;
mod statistics;
mod timeline;
mod trial;

pub use finding::{Finding, FindingKind};
pub use plan::{CasePlan, PlannedCommit, plan_case};
pub use report::Report;
pub use residue::Remains;
pub use run::{ImportError, Importer, Progress, Silent};
pub use source::{Source, SourceCase, SourceItem};
