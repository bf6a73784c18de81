//! The sub-commands, one file each.

pub mod accesses;
pub mod audit;
pub mod blame;
pub mod changes;
pub mod check_proof;
pub mod checkpoint;
pub mod diff;
pub mod export;
pub mod forget;
pub mod generate;
mod generations;
pub mod history;
pub mod import;
mod interrupt;
pub mod job;
mod past;
mod progress;
pub mod project;
pub mod projections;
pub mod prove;
pub mod rebuild;
mod rebuild_sql;
pub mod reconcile;
pub mod rows;
pub mod serve;
pub mod show;
#[cfg(feature = "datafusion")]
pub mod sql;
pub mod subjects;
pub mod switch;
pub mod token;
pub mod verify;
mod why;

/// Why a sub-command failed, for the person at the terminal.
pub type CommandFailure = Box<dyn std::error::Error + Send + Sync>;

/// What a sub-command comes to: its exit status, or why it failed.
pub type Outcome = Result<std::process::ExitCode, CommandFailure>;
