//! The projector: folds the commits of the event table into snapshots.
//!
//! It trusts nothing that it is sent. DynamoDB orders a stream by item and not by case, and
//! Lambda delivers at least once, so a stream record is a hint that a case has moved on:
//! duplicates are skipped, gaps are read from the event table, and a case that can't be
//! folded is parked while every other goes on.
//!
//! | module | holds | never knows |
//! | --- | --- | --- |
//! | [`projections`] | what is derived, as pure functions of commits | stores, Lambda |
//! | [`folder`] | what a generation of a projection can do: be folded, rebuilt, compared | which one it is |
//! | [`history`] | the whole history of a case, and folding it | stores, but for reading it |
//! | [`hints`] | what a batch tells of one case | stores, Lambda |
//! | [`fold`] | one case forward: read, fold, write on condition, or park | Lambda, DynamoDB |
//! | `everywhere` | cases forward in every live generation, side by side | Lambda, DynamoDB |
//! | [`anew`] | a case cleared and folded from its first commit in all that is derived | Lambda, DynamoDB |
//! | [`lag`] | how far live folding is behind, for whoever operates it | how it comes about |
//! | [`rebuild`] | filling, reconciling and comparing generations, from the whole event table | Lambda, DynamoDB |
//! | [`record`] | a stream record's meaning | stores |
//! | [`difference`] | what two generations of a projection hold differently, and what was expected | stores |
//! | [`relational`] | cases as rows for an SQL database: what is written, and when | SQL's dialects |
//! | [`verify`] | every hash chain, signed checkpoints over all heads, and the proof of a commit | Lambda, DynamoDB |
//! | [`work`] | the same in pieces of a bounded time, for a worker that is called again and again | Lambda, DynamoDB |
//! | [`stream`] | a batch in, `batchItemFailures` out | how a case is folded |
//! | [`lambda`] | the shell of a Lambda function: which handler, what it is made of | how anything is done |
//! | `told` | what a batch tells: a line for each case in the log, and figures | stores, Lambda |

pub mod anew;
pub mod difference;
mod everywhere;
pub mod fold;
pub mod folder;
pub mod hints;
pub mod history;
pub mod lag;
pub mod lambda;
pub mod projections;
pub mod rebuild;
pub mod record;
pub mod relational;
pub mod stream;
mod told;
pub mod verify;
pub mod work;

pub use fold::{CaseFolder, IndexFolder, ListsFolder, MilestoneFolder, RowsFolder};
pub use folder::Folder;
pub use hints::Hints;
pub use history::History;
pub use projections::Projections;
pub use stream::Projector;
