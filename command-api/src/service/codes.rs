//! The stable codes of what went wrong, and whether it was the command's fault or the service's.
//!
//! HTTP answers with the same codes, and the log and the figures tell them.

use casefold_shared::case::FoldError;
use casefold_shared::gateway::StoreError;

use super::{CommandError, ReadError};

impl CommandError {
    /// The code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::KeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::VersionMismatch { .. } => "VERSION_MISMATCH",
            Self::Contended => "CONTENDED",
            Self::NoSuchCase(_) => "CASE_NOT_FOUND",
            Self::Encode(_) => "EVENT_UNSTORABLE",
            Self::Read(error) => error.code(),
        }
    }

    /// Whether the command is refused, by the rules or for what was asked. Else the service
    /// failed, and HTTP answers with 5xx.
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Refused(_)
            | Self::KeyReused
            | Self::VersionMismatch { .. }
            | Self::Contended
            | Self::NoSuchCase(_) => true,
            Self::Encode(_) => false,
            Self::Read(error) => error.is_refusal(),
        }
    }
}

impl ReadError {
    /// The code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(error) => of_store(error),
            Self::Fold(error) => of_fold(error),
            Self::ListsIncomplete => "LISTS_INCOMPLETE",
            Self::AuditIncomplete => "AUDIT_INCOMPLETE",
            Self::NotReached { .. } | Self::NotYetRecorded { .. } => "VERSION_NOT_REACHED",
            Self::NotBegun => "CASE_NOT_BEGUN",
            Self::Moving => "CASE_MOVING",
        }
    }

    const fn is_refusal(&self) -> bool {
        match self {
            Self::Store(StoreError::TooLarge { .. })
            | Self::NotReached { .. }
            | Self::NotYetRecorded { .. }
            | Self::NotBegun => true,
            Self::Store(_)
            | Self::Fold(_)
            | Self::ListsIncomplete
            | Self::AuditIncomplete
            | Self::Moving => false,
        }
    }
}

/// The code of a failure of the store.
pub(crate) const fn of_store(error: &StoreError) -> &'static str {
    match error {
        StoreError::Throttled(_) => "STORE_THROTTLED",
        StoreError::Unavailable(_) => "STORE_UNAVAILABLE",
        StoreError::Refused(..) | StoreError::Corrupt { .. } => "STORE_FAILED",
        StoreError::TooLarge { .. } => "COMMIT_TOO_LARGE",
    }
}

/// The code of a history that can't be folded.
pub(crate) const fn of_fold(error: &FoldError) -> &'static str {
    match error {
        FoldError::Chain(_) => HISTORY_BROKEN,
        FoldError::Decode { .. } | FoldError::NoPetition(_) => "CASE_PARKED",
    }
}

/// The code of a history that is not what was recorded.
pub(crate) const HISTORY_BROKEN: &str = "HISTORY_BROKEN";

#[cfg(test)]
mod tests {
    use casefold_events::Version;

    use super::*;
    use crate::http::problem::Problem;
    use crate::refusal::Refusal;

    fn errors() -> Vec<CommandError> {
        let (current, wanted) = (Version(3), Version(4));
        let store = [
            StoreError::Throttled("slow down".into()),
            StoreError::Unavailable("connection refused".into()),
            StoreError::Refused("no such table".to_owned(), "ResourceNotFound".into()),
            StoreError::Corrupt {
                at: "CASE#101-26".to_owned(),
                problem: "it has no hash".to_owned(),
            },
            StoreError::TooLarge {
                what: "a commit".to_owned(),
                bytes: 500_000,
                limit: 400_000,
            },
        ];
        let reads = [
            ReadError::Fold(FoldError::NoPetition("101-26".parse().unwrap())),
            ReadError::ListsIncomplete,
            ReadError::AuditIncomplete,
            ReadError::NotReached { current, wanted },
            ReadError::NotYetRecorded { current, wanted },
            ReadError::NotBegun,
            ReadError::Moving,
        ];
        let reads = store.into_iter().map(ReadError::Store).chain(reads);
        let commands = [
            CommandError::Refused(Refusal::PetitionAlreadyServed {}),
            CommandError::KeyReused,
            CommandError::VersionMismatch { current },
            CommandError::Contended,
            CommandError::NoSuchCase("101-26".parse().unwrap()),
        ];
        let reads = reads.map(CommandError::Read);
        reads.chain(commands).collect()
    }

    #[test]
    fn a_caller_is_answered_with_the_code_that_is_told_and_a_failure_with_5xx() {
        for error in errors() {
            let (code, is_refusal) = (error.code(), error.is_refusal());
            let problem = Problem::from(error);
            assert_eq!(problem.code(), code);
            assert_eq!(problem.status().is_client_error(), is_refusal, "{code}");
        }
    }
}
