//! The sub-commands, one file each.

pub mod generate;
pub mod import;
pub mod job;
pub mod rebuild_sql;
pub mod serve;
pub mod token;

/// Why a sub-command failed, for the person at the terminal.
pub type CommandFailure = Box<dyn std::error::Error + Send + Sync>;

/// What a sub-command comes to: its exit status, or why it failed.
pub type Outcome = Result<std::process::ExitCode, CommandFailure>;
