//! One case's history, link by link. Pure.
//!
//! What is looked at is what is stored: its hash, and the hash before it. Whether this build
//! understands the events is no question here, so a commit of a newer build is no finding.

use std::fmt;

use casefold_events::proof::heads::GrownHead;
use casefold_events::{CaseEvent, ChainError, Commit, Digest, DocketNumber, Version};
use serde::{Deserialize, Serialize};

use crate::history::History;

/// Something that is wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The case.
    pub docket_number: DocketNumber,
    /// Up to which version the case can be trusted all the same; 0 for not at all.
    pub trusted_to: Version,
    /// What is wrong.
    #[serde(flatten)]
    pub kind: Wrong,
}

/// What can be wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "finding",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Wrong {
    /// The commit's content is not that over which its hash was made.
    Altered {
        /// The commit.
        at: Version,
    },
    /// The commit does not name the hash of the commit before it.
    ChainBroken {
        /// The commit.
        at: Version,
    },
    /// A commit is not there, and a later one is.
    Gap {
        /// The commit that is missing.
        at: Version,
        /// The next one that is there.
        found: Version,
    },
    /// The commit's item is not of the form in which commits are stored.
    Unreadable {
        /// The commit.
        at: Version,
        /// What is wrong with it, without personal data.
        problem: String,
    },
    /// The case does not begin with a petition.
    NoPetition,
    /// The case ends before the version that it had in a checkpoint.
    Truncated {
        /// The version in the checkpoint.
        recorded: Version,
        /// The last commit that is there.
        found: Version,
    },
    /// The commit is another one than in a checkpoint.
    OtherHistory {
        /// The commit.
        at: Version,
    },
    /// The case is in a checkpoint, and not there any more.
    Dropped {
        /// The version in the checkpoint.
        recorded: Version,
    },
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered { at } => {
                write!(
                    f,
                    "commit {at} was altered: its hash does not fit its content"
                )
            }
            Self::ChainBroken { at } => {
                write!(f, "commit {at} does not follow the commit before it")
            }
            Self::Gap { at, found } => write!(f, "commit {at} is missing; {found} is there"),
            Self::Unreadable { at, problem } => write!(f, "commit {at} can't be read: {problem}"),
            Self::NoPetition => f.write_str("commit 1 is no petition"),
            Self::Truncated { recorded, found } => write!(
                f,
                "the last commits are gone: it had {recorded} at the checkpoint, and has {found}"
            ),
            Self::OtherHistory { at } => {
                write!(f, "commit {at} is another one than at the checkpoint")
            }
            Self::Dropped { recorded } => {
                write!(
                    f,
                    "the case is gone: it had {recorded} commits at the checkpoint"
                )
            }
        }
    }
}

/// How a case stood at a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// How many commits it had.
    pub version: Version,
    /// The hash of the last of them.
    pub head: Digest,
}

/// What a history comes to.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The case, as far as its chain holds.
    pub head: GrownHead,
    /// What is wrong, where something is.
    pub finding: Option<Finding>,
}

/// Goes through a history from its first commit, and compares it with how the case stood at a
/// checkpoint, where it was in one.
pub fn look(history: &History, recorded: Option<Recorded>) -> Looked {
    let number = history.docket_number;
    let mut head = GrownHead::new(number);
    let mut broken = None;
    let mut other = None;
    for commit in &history.commits {
        if let Err(error) = commit.verify_after(head.version(), head.head) {
            broken = Some(match error {
                ChainError::Altered(at, _) => Wrong::Altered { at },
                ChainError::Broken(at, _) => Wrong::ChainBroken { at },
                ChainError::Gap {
                    expected, found, ..
                } => Wrong::Gap {
                    at: expected,
                    found,
                },
            });
            break;
        }
        if commit.docket_number != number || is_no_beginning(head.version(), commit) {
            broken = Some(Wrong::NoPetition);
            break;
        }
        head.push(commit.hash);
        let is_other = |it: &Recorded| it.version == commit.version && it.head != commit.hash;
        if recorded.as_ref().is_some_and(is_other) {
            other = Some(Wrong::OtherHistory { at: commit.version });
            break;
        }
    }
    let unreadable = history.unreadable.as_ref().map(|it| Wrong::Unreadable {
        at: it.version,
        problem: it.reason.clone(),
    });
    let found = head.version();
    let short = recorded
        .filter(|it| it.version > found)
        .map(|it| Wrong::Truncated {
            recorded: it.version,
            found,
        });
    // A commit that is another than at the checkpoint says that some of those before it are too,
    // and not which.
    let trusted_to = other.as_ref().map_or(found, |_| Version::ZERO);
    let wrong = other.or(broken).or(unreadable).or(short);
    Looked {
        head,
        finding: wrong.map(|kind| Finding {
            docket_number: number,
            trusted_to,
            kind,
        }),
    }
}

/// Whether a commit is a first one that begins no case. One with an event of a newer build may.
fn is_no_beginning(before: Version, commit: &Commit) -> bool {
    let mut types = commit.events.iter().map(|event| event.event_type.as_str());
    before == Version::ZERO && types.all(|it| it != "PetitionFiled" && CaseEvent::knows(it))
}
