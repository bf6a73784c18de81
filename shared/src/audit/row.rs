//! The rows of a commit. Pure.

use std::collections::BTreeSet;

use casefold_events::vocabulary::Role;
use casefold_events::{
    CaseEvent, Commit, CorrelationId, Digest, DocketEntryId, DocketNumber, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};

use super::{Dimension, Place, Position};

/// How many docket entries a row names. A commit of an import is about thousands, and has a row
/// for each: were all named in each, its rows would grow with the square of them. The row of
/// the case names all.
pub const MAX_ENTRIES: usize = 8;

/// How many characters of a digest stand for a source address: 128 bits.
const SOURCE_CHARACTERS: usize = 32;

/// What the index tells of a commit, a stored form: all that is filtered by, and nothing that
/// an event says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexedCommit {
    /// From when it holds.
    pub effective_at: Timestamp,
    /// Who sent the command.
    pub actor: UserId,
    /// In which role.
    pub role: Role,
    /// The command.
    pub command: String,
    /// The types of its events, each once, in the order in which they came.
    pub event_types: Vec<String>,
    /// The docket entries that its events are about, each once, in order; the first
    /// [`MAX_ENTRIES`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub docket_entries: Vec<DocketEntryId>,
    /// How many more entries it is about.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_docket_entries: u64,
    /// Ties the commits of one act together.
    pub correlation_id: CorrelationId,
    /// What stands for the address that the command came from, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A row of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRow {
    /// Where it is.
    pub place: Place,
    /// Which commit it is of, and where that stands among the others.
    pub position: Position,
    /// What it tells.
    pub commit: IndexedCommit,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The rows of a commit, of which these are the events. They follow from the commit alone.
pub fn rows(commit: &Commit, events: &[CaseEvent]) -> Vec<IndexRow> {
    let position = Position {
        recorded_at: commit.recorded_at,
        docket_number: commit.docket_number,
        version: commit.version,
    };
    let whole = IndexedCommit::of(commit, events);
    let short = whole.clone().shortened();
    let row = |place: Place| IndexRow {
        commit: match place.dimension {
            Dimension::Case => whole.clone(),
            Dimension::All
            | Dimension::Actor
            | Dimension::Role
            | Dimension::Command
            | Dimension::EventType
            | Dimension::Entry
            | Dimension::Correlation
            | Dimension::Source => short.clone(),
        },
        place,
        position,
    };
    let places = places_of(commit.docket_number, &whole);
    places.into_iter().map(row).collect()
}

/// Where a commit of a case has rows, by what the row of the case tells of it.
pub fn places_of(docket_number: DocketNumber, whole: &IndexedCommit) -> Vec<Place> {
    let place = |dimension, value: &str| Place::of(dimension, value, docket_number);
    let mut places = vec![
        place(Dimension::Case, &docket_number.to_string()),
        place(Dimension::All, ""),
        place(Dimension::Actor, whole.actor.as_str()),
        place(Dimension::Role, whole.role.as_str()),
        place(Dimension::Command, &whole.command),
        place(Dimension::Correlation, whole.correlation_id.as_str()),
    ];
    let types: BTreeSet<_> = whole.event_types.iter().collect();
    places.extend(types.iter().map(|it| place(Dimension::EventType, it)));
    let entries: BTreeSet<_> = whole.docket_entries.iter().collect();
    places.extend(
        entries
            .iter()
            .map(|it| place(Dimension::Entry, &it.to_string())),
    );
    if let Some(source) = &whole.source {
        places.push(place(Dimension::Source, source));
    }
    places
}

impl IndexedCommit {
    /// What is told of a commit, all its entries among it.
    fn of(commit: &Commit, events: &[CaseEvent]) -> Self {
        let types = commit.events.iter().map(|event| event.event_type.clone());
        let entries = events.iter().filter_map(CaseEvent::docket_entry_id);
        Self {
            effective_at: commit.effective_at,
            actor: commit.actor.clone(),
            role: commit.role,
            command: commit.command.clone(),
            event_types: each_once(types),
            docket_entries: each_once(entries),
            more_docket_entries: 0,
            correlation_id: commit.correlation_id.clone(),
            source: commit.source_address().map(|it| source_key(it.expose())),
        }
    }

    /// The same, naming no more than [`MAX_ENTRIES`] of its entries.
    #[must_use]
    pub fn shortened(mut self) -> Self {
        let more = self.docket_entries.len().saturating_sub(MAX_ENTRIES);
        self.docket_entries.truncate(MAX_ENTRIES);
        self.more_docket_entries += more as u64;
        self
    }
}

/// What stands for a source address in the index. It keeps the address from being read there;
/// it does not keep somebody from trying addresses out.
pub(super) fn source_key(address: &str) -> String {
    let mut digest = Digest::of_fields("casefold.source.v1", [address.as_bytes()]).to_string();
    digest.truncate(SOURCE_CHARACTERS);
    digest
}

fn each_once<T: Clone + Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut seen = BTreeSet::new();
    all.filter(|one| seen.insert(one.clone())).collect()
}
