//! The command projection: which commit carried out a command id, so that a retry, however
//! late, is answered with the first answer.

use casefold_events::Commit;
use casefold_shared::gateway::CommandRow;

/// The row of a commit.
pub fn row(commit: &Commit) -> CommandRow {
    CommandRow {
        docket_number: commit.docket_number,
        command_id: commit.command_id.clone(),
        version: commit.version,
        command_digest: commit.command_digest,
    }
}
