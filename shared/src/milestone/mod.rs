//! Milestones: a case folded as of every so many commits, so that its past is read as quickly
//! as its present. Pure.
//!
//! A milestone is derived, like a snapshot, and is no more than a place to begin a fold at: its
//! head names the commit that it stands at, by version and hash, and whoever begins there
//! compares that with the commit itself. Where there is none, or it can't be read, the fold
//! begins further back, with the same result.
//!
//! The generations are those of cases ([`crate::case::generation`]): a milestone of one is the
//! case as that one folds it.
//!
//! | file | job |
//! | --- | --- |
//! | this one | what a milestone's head says, and making heads while commits are folded |
//! | `pack` | a case as compressed JSON |
//! | [`plan`] | which milestone to begin at, and which commits to read |

mod pack;
pub mod plan;

use casefold_events::{Commit, Digest, DocketNumber, Timestamp, Version};
use serde::{Deserialize, Serialize};

use crate::as_of::effective::Anchor;
use crate::case::Case;

pub use pack::{PackError, document, pack, unpack};

/// The projection's name.
pub const NAME: &str = "milestone";

/// After how many commits a milestone stands. Between two of them a reader folds half as many
/// on average, which takes milliseconds; and a case has ten commits on average, so nearly none
/// has a milestone at all.
pub const EVERY: u64 = 256;

/// The last version at or before another at which a milestone stands; zero where that is none.
pub const fn at_or_before(version: Version, every: u64) -> Version {
    match version.0.checked_div(every) {
        Some(times) => Version(times * every),
        None => Version::ZERO,
    }
}

/// What is known of a milestone without reading the case in it: a stored form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MilestoneHead {
    /// The commit that it stands at.
    pub version: Version,
    /// Its hash.
    pub hash: Digest,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The index of the last entry on the record.
    pub last_index: u32,
    /// From when the petition holds.
    pub petition_effective_at: Timestamp,
    /// From when the last of the commits up to here holds, the petition apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub highest_effective_at: Option<Timestamp>,
    /// Whether the commits up to here, the petition apart, hold in the order in which they were
    /// recorded.
    pub in_order: bool,
    /// From when the first of the commits since the milestone before holds, the petition apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowest_effective_at: Option<Timestamp>,
}

impl MilestoneHead {
    /// The commit that it stands at, as a place from which commits are checked.
    pub const fn anchor(&self) -> Anchor {
        Anchor {
            version: self.version,
            hash: self.hash,
            last_index: self.last_index,
        }
    }

    /// Whether it stands at a commit.
    pub fn is_at(&self, commit: &Commit) -> bool {
        (self.version, self.hash) == (commit.version, commit.hash)
    }
}

/// A milestone.
#[derive(Clone, Debug, PartialEq)]
pub struct Milestone {
    /// What is known of it.
    pub head: MilestoneHead,
    /// The case, with its whole docket record.
    pub case: Case,
}

impl Milestone {
    /// The case's number.
    pub const fn docket_number(&self) -> DocketNumber {
        self.case.docket_number
    }
}

/// Follows the commits of a case, and tells what the head of the next milestone says.
#[derive(Clone, Debug)]
pub struct Marks {
    petition: Option<Timestamp>,
    highest: Option<Timestamp>,
    in_order: bool,
    lowest: Option<Timestamp>,
}

impl Marks {
    /// Before the first commit.
    pub const fn beginning() -> Self {
        Self {
            petition: None,
            highest: None,
            in_order: true,
            lowest: None,
        }
    }

    /// After a milestone.
    pub const fn after(head: &MilestoneHead) -> Self {
        Self {
            petition: Some(head.petition_effective_at),
            highest: head.highest_effective_at,
            in_order: head.in_order,
            lowest: None,
        }
    }

    /// Notes the next commit.
    pub fn note(&mut self, commit: &Commit) {
        let at = commit.effective_at;
        if commit.version == Version(1) {
            self.petition = Some(at);
            return;
        }
        self.in_order &= self.highest.is_none_or(|highest| highest <= at);
        self.highest = self.highest.max(Some(at));
        self.lowest = Some(self.lowest.map_or(at, |lowest| lowest.min(at)));
    }

    /// The head of a milestone at which a case stands, with which the next stretch begins.
    pub fn head(&mut self, case: &Case) -> MilestoneHead {
        MilestoneHead {
            version: case.version,
            hash: case.folded_from.head_hash,
            recorded_at: case.folded_from.recorded_at,
            last_index: case.docket.last_index(),
            petition_effective_at: self.petition.unwrap_or(case.folded_from.recorded_at),
            highest_effective_at: self.highest,
            in_order: self.in_order,
            lowest_effective_at: self.lowest.take(),
        }
    }
}
