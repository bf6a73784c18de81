//! What verifying came to.

use std::ops::AddAssign;

use casefold_events::Timestamp;
use casefold_events::proof::heads::GrownHead;
use casefold_shared::gateway::Consumed;
use serde::{Deserialize, Serialize};

use super::chain::{Finding, Recorded, look};
use super::record::{CheckpointFinding, Record};
use crate::history::History;
use crate::rebuild::Scanned;
use crate::rebuild::segments::Sum;

/// How many findings are kept by name; all are counted.
const NAMED: usize = 1_000;

/// What was found in cases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// Cases in which nothing is wrong.
    pub sound: u64,
    /// Cases in which something is.
    pub broken: u64,
    /// Cases that were in the last checkpoint.
    pub covered: u64,
    /// Cases with a commit that can't be read.
    pub unreadable: u64,
    /// What is wrong, by name, in the order of the docket numbers.
    pub named: Vec<Finding>,
}

impl AddAssign for Found {
    fn add_assign(&mut self, other: Self) {
        self.sound += other.sound;
        self.broken += other.broken;
        self.covered += other.covered;
        self.unreadable += other.unreadable;
        self.named.extend(other.named);
        self.named.sort_by_key(|it| it.docket_number);
        self.named.truncate(NAMED);
    }
}

impl Found {
    pub(super) fn add(&mut self, finding: Finding) {
        self.broken += 1;
        *self += Self {
            named: vec![finding],
            ..Self::default()
        };
    }
}

/// How far verifying is, over all processes that work on it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyStatus {
    /// Segments at their end.
    pub segments_ended: u32,
    /// Of how many.
    pub segments: u32,
    /// What was read.
    #[serde(flatten)]
    pub scanned: Scanned,
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
    /// What it has cost.
    #[serde(flatten)]
    pub cost: Consumed,
}

impl VerifyStatus {
    pub(crate) fn of(sum: Sum<Found>) -> Self {
        Self {
            segments_ended: sum.ended,
            segments: sum.of,
            scanned: sum.scanned,
            found: sum.counts,
            cost: sum.cost,
        }
    }
}

/// What verifying came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VerifyReport {
    /// Whether every case was looked at. If not, it was told to stop, and the next one goes on.
    pub complete: bool,
    /// The checkpoint with which the cases were compared, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<ComparedWith>,
    /// Whether the checkpoints' signatures were checked.
    pub signatures_checked: bool,
    /// What is wrong with checkpoints.
    pub checkpoints: Vec<CheckpointFinding>,
    /// How far it came, and what it found.
    #[serde(flatten)]
    pub status: VerifyStatus,
}

/// A checkpoint with which cases were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComparedWith {
    /// Its number.
    pub number: u64,
    /// When it was made.
    pub at: Timestamp,
    /// How many cases it stands over.
    pub cases: u64,
    /// How many commits.
    pub commits: u64,
}

impl VerifyReport {
    /// Whether nothing is wrong with anything that was looked at, and that was all.
    pub const fn is_clean(&self) -> bool {
        self.complete && self.has_no_findings()
    }

    /// Whether nothing is wrong with anything that was looked at.
    pub const fn has_no_findings(&self) -> bool {
        self.status.found.broken == 0 && self.checkpoints.is_empty()
    }

    pub(super) fn new(record: &Record, status: VerifyStatus, complete: bool) -> Self {
        let compared = record.latest.as_ref().map(|kept| ComparedWith {
            number: kept.signed.says.number,
            at: kept.signed.says.at,
            cases: kept.signed.says.cases,
            commits: kept.signed.says.commits,
        });
        Self {
            complete,
            checkpoint: compared,
            signatures_checked: record.signatures_checked,
            checkpoints: record.findings.clone(),
            status,
        }
    }
}

impl Found {
    /// Looks at a case, and gives it as far as its chain holds.
    pub(super) fn look(&mut self, history: &History, recorded: Option<Recorded>) -> GrownHead {
        let looked = look(history, recorded);
        self.covered += u64::from(recorded.is_some());
        self.unreadable += u64::from(history.unreadable.is_some());
        match looked.finding {
            Some(finding) => self.add(finding),
            None => self.sound += 1,
        }
        looked.head
    }
}
