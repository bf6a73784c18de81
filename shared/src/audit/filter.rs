//! What is asked of the index. Pure.

use std::net::IpAddr;

use casefold_events::vocabulary::Role;
use casefold_events::{CorrelationId, DocketEntryId, DocketNumber, Personal, Timestamp, UserId};

use super::row::source_key;
use super::{Dimension, IndexRow, Place};

/// Which commits are meant: those of which everything that is given holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Sent by this user.
    pub actor: Option<UserId>,
    /// In this role.
    pub role: Option<Role>,
    /// By this command, or policy.
    pub command: Option<String>,
    /// With an event of this type.
    pub event_type: Option<String>,
    /// With an event about this docket entry.
    pub docket_entry: Option<DocketEntryId>,
    /// Of this case.
    pub docket_number: Option<DocketNumber>,
    /// Of this act.
    pub correlation_id: Option<CorrelationId>,
    /// Sent from this address.
    pub source: Option<Personal<IpAddr>>,
    /// Recorded at this time or later.
    pub from: Option<Timestamp>,
    /// Recorded before this time.
    pub to: Option<Timestamp>,
}

impl Filter {
    /// The dimension that is read, and its value: the one that is likely to have the fewest
    /// commits. What else is given filters them.
    ///
    /// An entry, an act, a case, an address have a handful. A person has fewer than a command is
    /// sent, a command fewer than its events happen, and a role has the most.
    pub fn read_by(&self) -> (Dimension, String) {
        if let Some(entry) = self.docket_entry {
            return (Dimension::Entry, entry.to_string());
        }
        if let Some(id) = &self.correlation_id {
            return (Dimension::Correlation, id.to_string());
        }
        if let Some(case) = self.docket_number {
            return (Dimension::Case, case.to_string());
        }
        if let Some(source) = self.source_key() {
            return (Dimension::Source, source);
        }
        if let Some(actor) = &self.actor {
            return (Dimension::Actor, actor.to_string());
        }
        if let Some(command) = &self.command {
            return (Dimension::Command, command.clone());
        }
        if let Some(event_type) = &self.event_type {
            return (Dimension::EventType, event_type.clone());
        }
        match self.role {
            Some(role) => (Dimension::Role, role.as_str().to_owned()),
            None => (Dimension::All, String::new()),
        }
    }

    /// The places that are read; those of one case in one shard.
    pub fn places(&self) -> Vec<Place> {
        let (dimension, value) = self.read_by();
        match self.docket_number {
            Some(case) => vec![Place::of(dimension, value, case)],
            None => Place::all(dimension, &value),
        }
    }

    /// Whether a row of a place that is read, within the times, is meant.
    ///
    /// A row doesn't name all entries, and needn't: where one is asked for, its own rows are
    /// read.
    pub fn means(&self, row: &IndexRow) -> bool {
        fn fits<T: PartialEq>(asked: Option<&T>, found: &T) -> bool {
            asked.is_none_or(|asked| asked == found)
        }
        let commit = &row.commit;
        let has_type = |asked: &String| commit.event_types.contains(asked);
        fits(self.actor.as_ref(), &commit.actor)
            && fits(self.role.as_ref(), &commit.role)
            && fits(self.command.as_ref(), &commit.command)
            && self.event_type.as_ref().is_none_or(has_type)
            && fits(self.docket_number.as_ref(), &row.position.docket_number)
            && fits(self.correlation_id.as_ref(), &commit.correlation_id)
            && (self.source.is_none() || self.source_key() == commit.source)
    }

    fn source_key(&self) -> Option<String> {
        let source = self.source.as_ref()?.expose();
        Some(source_key(&source.to_canonical().to_string()))
    }
}
