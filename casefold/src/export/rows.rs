//! The rows of a history. Pure.

use std::collections::BTreeSet;

use casefold_events::{CaseEvent, Commit, DocketEntryId, StoredEvent, Timestamp, Version};
use casefold_projector::history::History;

/// A commit, as a row.
#[derive(Clone, Copy, Debug)]
pub struct CommitRow<'a> {
    /// The commit.
    pub commit: &'a Commit,
}

/// An event, as a row.
#[derive(Clone, Copy, Debug)]
pub struct EventRow<'a> {
    /// The commit that it came in.
    pub commit: &'a Commit,
    /// Its place in the commit: 1, 2, 3 …
    pub position: usize,
    /// The event.
    pub event: &'a StoredEvent,
    /// The docket entry that it is about, where it is about one and this build understands it.
    pub docket_entry_id: Option<DocketEntryId>,
    /// Its payload as it is stored; `None` where it is withheld.
    pub payload: Option<&'a str>,
}

/// What of a case is sealed at the end of a history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// The whole case.
    pub case: bool,
    /// These entries.
    pub entries: BTreeSet<DocketEntryId>,
}

/// What a history has to be written of, beyond a version.
#[derive(Clone, Debug)]
pub struct ToWrite<'a> {
    /// Whether all rows of the case are written, for something was sealed or unsealed since: then
    /// those that were written before must go.
    pub anew: bool,
    /// The commits, in order.
    pub commits: Vec<CommitRow<'a>>,
    /// Their events, in order.
    pub events: Vec<EventRow<'a>>,
}

/// What the events of a commit say, as far as this build understands them.
struct Understood<'a> {
    commit: &'a Commit,
    /// For each stored event: what it is, or `None` where it isn't understood.
    events: Vec<Option<Vec<CaseEvent>>>,
}

impl<'a> ToWrite<'a> {
    /// What is to be written of a history of which the commits up to a version are written;
    /// `None` where that is nothing.
    pub fn of(history: &'a History, written: Version) -> Option<Self> {
        if history.last().is_none_or(|last| last.version <= written) {
            return None;
        }
        let understood: Vec<_> = history.commits.iter().map(Understood::of).collect();
        let sealed = Sealed::of(&understood);
        let changed = |commit: &Understood<'_>| {
            commit.commit.version > written && commit.all().any(seals_or_unseals)
        };
        let anew = written > Version::ZERO && understood.iter().any(changed);
        let from = if anew { Version::ZERO } else { written };
        let beyond = || understood.iter().filter(|it| it.commit.version > from);
        Some(Self {
            anew,
            commits: beyond().map(|it| CommitRow { commit: it.commit }).collect(),
            events: beyond().flat_map(|it| it.rows(&sealed)).collect(),
        })
    }
}

impl Sealed {
    fn of(history: &[Understood<'_>]) -> Self {
        let mut sealed = Self::default();
        for event in history.iter().flat_map(Understood::all) {
            if let CaseEvent::CaseSealed(_) = event {
                sealed.case = true;
            } else if let CaseEvent::CaseUnsealed(_) = event {
                sealed.case = false;
            } else if let CaseEvent::DocketEntrySealed(event) = event {
                sealed.entries.insert(event.docket_entry_id);
            } else if let CaseEvent::DocketEntryUnsealed(event) = event {
                sealed.entries.remove(&event.docket_entry_id);
            }
        }
        sealed
    }
}

fn seals_or_unseals(event: &CaseEvent) -> bool {
    matches!(
        event,
        CaseEvent::CaseSealed(_)
            | CaseEvent::CaseUnsealed(_)
            | CaseEvent::DocketEntrySealed(_)
            | CaseEvent::DocketEntryUnsealed(_)
    )
}

impl<'a> Understood<'a> {
    fn of(commit: &'a Commit) -> Self {
        Self {
            commit,
            events: commit.events.iter().map(|it| it.decode().ok()).collect(),
        }
    }

    fn all(&self) -> impl Iterator<Item = &CaseEvent> {
        self.events.iter().flatten().flatten()
    }

    fn rows(&self, sealed: &Sealed) -> Vec<EventRow<'a>> {
        let stored = self.commit.events.iter().zip(&self.events);
        let row = |(position, (event, understood)): (usize, (&'a StoredEvent, &Option<_>))| {
            let understood: Option<&Vec<CaseEvent>> = understood.as_ref();
            let docket_entry_id =
                understood.and_then(|events| events.iter().find_map(CaseEvent::docket_entry_id));
            // What isn't understood may be about anything, and tell of anybody.
            let is_of_people =
                understood.is_none_or(|events| events.iter().any(CaseEvent::tells_of_people));
            let is_withheld = sealed.case
                || understood.is_none()
                || (is_of_people && !event.is_encrypted())
                || docket_entry_id.is_some_and(|entry| sealed.entries.contains(&entry));
            EventRow {
                commit: self.commit,
                position,
                event,
                docket_entry_id,
                payload: (!is_withheld).then_some(event.payload()),
            }
        };
        (1..).zip(stored).map(row).collect()
    }
}

/// The month in which something was recorded, in UTC: `2026-03`.
pub fn month_of(at: Timestamp) -> String {
    at.as_datetime().format("%Y-%m").to_string()
}
