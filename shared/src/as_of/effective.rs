//! What held on a day, by what is known now.
//!
//! The commits that hold from the day at the latest are folded in the order in which they hold
//! (those that hold from the same moment in the order in which they were recorded), and the
//! petition before all of them, whatever its date: nothing is before a case begins. Were the
//! petition itself left out, there would be no case yet.
//!
//! The chain is checked before, in the order in which the commits were recorded
//! ([`Stretch::verified`]); the order of effect breaks it on purpose.
//!
//! An entry keeps the index that it has on the docket record. The number under which everybody
//! knows it is not another one because an earlier entry did not hold yet; so there may be gaps.

use std::collections::BTreeMap;

use casefold_events::{CaseEvent, Commit, Digest, Timestamp, Version};

use super::Sifted;
use crate::case::generation::CaseGeneration;
use crate::case::{Case, FoldError, FoldedFrom, understand_after};

/// Commits that follow one another, from which a fold may take.
#[derive(Clone, Debug)]
pub struct Stretch {
    /// The index of the last entry on the record before them.
    last_index: u32,
    commits: Vec<(Commit, Vec<CaseEvent>)>,
}

/// Where a stretch begins: after this commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Its version; zero before the first.
    pub version: Version,
    /// Its hash; [`Digest::ZERO`] before the first.
    pub hash: Digest,
    /// The index of the last entry on the record after it.
    pub last_index: u32,
}

impl Anchor {
    /// Before the first commit.
    pub const BEGINNING: Self = Self {
        version: Version::ZERO,
        hash: Digest::ZERO,
        last_index: 0,
    };
}

impl Stretch {
    /// Commits that follow a commit, whole and unaltered, and understood.
    ///
    /// # Errors
    /// [`FoldError`] where they don't follow, or this build doesn't understand one.
    pub fn verified(after: Anchor, commits: Vec<Commit>) -> Result<Self, FoldError> {
        let (mut version, mut hash) = (after.version, after.hash);
        let mut understood = Vec::with_capacity(commits.len());
        for commit in commits {
            let events = understand_after(version, hash, &commit)?;
            (version, hash) = (commit.version, commit.hash);
            understood.push((commit, events));
        }
        Ok(Self {
            last_index: after.last_index,
            commits: understood,
        })
    }

    /// The first moment from which one of its commits holds that counts, the petition's apart.
    pub fn lowest_until(&self, until: Timestamp) -> Option<Timestamp> {
        let commits = self.commits.iter().map(|(commit, _)| commit);
        commits
            .filter(|commit| commit.version != Version(1) && commit.effective_at <= until)
            .map(|commit| commit.effective_at)
            .min()
    }
}

/// From where a fold goes on: a case at whose version the order in which commits were recorded
/// is the order in which they hold, and all of them count.
#[derive(Clone, Debug)]
pub struct Start {
    /// The case.
    pub case: Case,
    /// The last moment from which one of its commits holds, the petition's apart.
    pub highest: Option<Timestamp>,
}

/// What held.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The case; `None` where it had not begun.
    pub case: Option<Case>,
    /// What became of the commits.
    pub sifted: Sifted,
}

/// What was read of a history for a fold.
#[derive(Clone, Debug)]
pub struct Reading {
    /// From where the fold goes on; `None`: from the first commit.
    pub start: Option<Start>,
    /// The commits after that, in the order in which they were recorded.
    pub stretches: Vec<Stretch>,
    /// How many commits between them were not read, because none of them counts.
    pub skipped: u64,
    /// The last commit that was looked at, or known not to count.
    pub known_through: Version,
}

/// A commit that counts.
struct Counting {
    commit: Commit,
    events: Vec<CaseEvent>,
}

/// Folds what held until a moment.
///
/// # Errors
/// [`FoldError::NoPetition`] where the history doesn't begin with a petition.
pub fn fold(
    generation: CaseGeneration,
    reading: Reading,
    until: Timestamp,
) -> Result<Held, FoldError> {
    let Reading {
        start,
        stretches,
        skipped,
        known_through,
    } = reading;
    let mut sifted = Sifted {
        known_through,
        left_out: skipped,
        reordered: 0,
    };
    let (mut case, mut highest) = match start {
        Some(Start { case, highest }) => (Some(case), highest),
        None => (None, None),
    };
    let mut counting: Vec<Counting> = Vec::new();
    // The index that the first entry of each commit was given when it was recorded.
    let mut first_index: BTreeMap<Version, u32> = BTreeMap::new();
    let mut begins = case.is_some();
    for stretch in stretches {
        let mut last_index = stretch.last_index;
        for (commit, events) in stretch.commits {
            first_index.insert(commit.version, last_index.saturating_add(1));
            last_index = last_index.saturating_add(filed_on_record(&events));
            let is_petition = commit.version == Version(1);
            if commit.effective_at > until {
                sifted.left_out += 1;
                continue;
            }
            begins |= is_petition;
            if !is_petition {
                sifted.reordered +=
                    u64::from(highest.is_some_and(|highest| commit.effective_at < highest));
                highest = highest.max(Some(commit.effective_at));
            }
            counting.push(Counting { commit, events });
        }
    }
    if !begins {
        return Ok(Held { case: None, sifted });
    }
    counting.sort_by_key(|it| {
        let (at, version) = (it.commit.effective_at, it.commit.version);
        (version != Version(1), at, version)
    });
    let newest = counting.iter().max_by_key(|it| it.commit.version);
    let newest = newest.map(|it| it.commit.clone());
    for Counting { commit, events } in counting {
        case = generation.apply(case, &commit, events);
        if case.is_none() {
            return Err(FoldError::NoPetition(commit.docket_number));
        }
    }
    if let (Some(case), Some(newest)) = (&mut case, newest) {
        as_recorded(case, &newest);
        case.docket.renumber(&first_index);
        case.renumber_open_entries();
    }
    Ok(Held { case, sifted })
}

/// Has a case tell the commit that was recorded last as its last, in whatever order they were
/// folded.
fn as_recorded(case: &mut Case, newest: &Commit) {
    case.version = newest.version;
    case.folded_from = FoldedFrom {
        events: case.folded_from.events,
        last_event_id: newest
            .events
            .last()
            .map_or(case.folded_from.last_event_id, |event| event.event_id),
        last_command_id: newest.command_id.clone(),
        correlation_id: newest.correlation_id.clone(),
        recorded_at: newest.recorded_at,
        head_hash: newest.hash,
    };
}

/// How many entries events put on the record.
fn filed_on_record(events: &[CaseEvent]) -> u32 {
    let filed = events.iter().filter(|event| {
        matches!(event, CaseEvent::DocketEntryFiled(filed) if filed.entry.is_on_docket_record)
    });
    u32::try_from(filed.count()).unwrap_or(u32::MAX)
}
