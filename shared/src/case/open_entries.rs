//! The entries about which somebody still has to do something.
//!
//! They stand in the case itself, beside its docket record, so that rules and lists that
//! are about open work need not load the record, however long it is. A case has a few of
//! them. Where there are more than [`OPEN_ENTRIES_LISTED`], which a backlog or an import can
//! bring about, the others are counted, so that every commit on the case does not write them
//! all again; one of them is listed when it changes and there is room.

use std::sync::Arc;

use casefold_events::entry::{AutomaticCode, EventCode};
use casefold_events::{DocketEntryId, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::docket_record::Place;
use super::{Case, DocketEntry};

/// How many open entries a case lists; of more, their number is kept.
pub const OPEN_ENTRIES_LISTED: usize = 100;

/// An entry that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenEntry {
    /// The entry.
    pub docket_entry_id: DocketEntryId,
    /// Its place on the record.
    pub index: u32,
    /// The kind of document.
    pub event_code: EventCode,
    /// The title on the record.
    #[schema(value_type = String)]
    pub title: Personal<String>,
    /// Who filed it, as the record says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub filed_by: Option<Personal<String>>,
    /// The date of filing.
    pub filing_date: Timestamp,
    /// The court has still to act on it.
    pub pending: bool,
    /// It is not served yet.
    pub to_serve: bool,
    /// A party filed it electronically, and no clerk has checked it yet.
    pub to_check: bool,
}

impl DocketEntry {
    /// Whether a party filed it electronically: such a filing is checked by a clerk. The
    /// petition's own papers are checked with the petition.
    pub fn is_filed_electronically(&self) -> bool {
        let filed = &self.filed;
        let by_party = filed.filed_by.is_some() && filed.signature.is_none();
        self.is_work() && by_party && !filed.is_paper
    }

    /// Whether it is a document of its own: neither a note nor one of the petition's papers,
    /// which are checked and served with the petition.
    fn is_work(&self) -> bool {
        let filed = &self.filed;
        let is_paper_of_petition = filed.event_code == AutomaticCode::Petition
            || filed.event_code == AutomaticCode::RequestForPlaceOfTrial;
        !filed.is_minute_entry && !is_paper_of_petition
    }

    /// What of the entry is still to be done, if anything is.
    fn to_do(&self) -> Option<ToDo> {
        let filed = &self.filed;
        let index = filed.index.filter(|_| filed.is_on_docket_record)?;
        let to_do = ToDo {
            index,
            pending: filed.pending,
            to_serve: self.is_work() && !self.is_served(),
            to_check: self.is_filed_electronically() && self.checked.is_none(),
        };
        let is_open = to_do.pending || to_do.to_serve || to_do.to_check;
        (is_open && !self.is_stricken()).then_some(to_do)
    }

    /// The entry as one of the open ones.
    fn open(&self, to_do: ToDo) -> Arc<OpenEntry> {
        let filed = &self.filed;
        Arc::new(OpenEntry {
            docket_entry_id: self.id(),
            index: to_do.index,
            event_code: filed.event_code.clone(),
            title: filed.title.clone(),
            filed_by: filed.filed_by.clone(),
            filing_date: filed.filing_date,
            pending: to_do.pending,
            to_serve: to_do.to_serve,
            to_check: to_do.to_check,
        })
    }
}

/// What is still to be done about an entry on the record.
#[derive(Clone, Copy)]
struct ToDo {
    index: u32,
    pending: bool,
    to_serve: bool,
    to_check: bool,
}

/// How an entry stood before an event: whether it was open, and whether it was pending.
#[derive(Clone, Copy)]
pub(super) struct Before {
    open: bool,
    pending: bool,
}

impl Before {
    /// How the entry at a place of a case stands; there is none before it is filed.
    pub(super) fn of(case: &Case, place: Option<Place>) -> Self {
        let entry = place.and_then(|place| case.docket.entry_in(place));
        let to_do = entry.and_then(DocketEntry::to_do);
        Self {
            open: to_do.is_some(),
            pending: to_do.is_some_and(|to_do| to_do.pending),
        }
    }
}

impl Case {
    /// Has the open entries tell the indexes that the entries have.
    pub(crate) fn renumber_open_entries(&mut self) {
        for open in self.open_entries.edit() {
            let entry = self.docket.entry(open.docket_entry_id);
            if let Some(index) = entry.and_then(|entry| entry.filed.index) {
                Arc::make_mut(open).index = index;
            }
        }
    }

    /// Brings the open entries up to date with one that has changed, and where it is now.
    pub(super) fn note_open(&mut self, id: DocketEntryId, place: Option<Place>, before: Before) {
        let Some(entry) = place.and_then(|place| self.docket.entry_in(place)) else {
            return;
        };
        let to_do = entry.to_do();
        let pending = to_do.is_some_and(|to_do| to_do.pending);
        count(&mut self.pending_entries, before.pending, pending);
        let there = &mut self.open_entries;
        let at = there.iter().position(|entry| entry.docket_entry_id == id);
        let was_beyond = before.open && at.is_none();
        let has_room = there.len() < OPEN_ENTRIES_LISTED;
        let is_beyond = to_do.is_some() && at.is_none() && !has_room;
        match (at, to_do) {
            (Some(at), Some(to_do)) => there.edit()[at] = entry.open(to_do),
            (Some(at), None) => drop(there.edit().remove(at)),
            (None, Some(to_do)) if has_room => there.edit().push(entry.open(to_do)),
            (None, Some(_) | None) => {}
        }
        count(&mut self.open_entries_beyond, was_beyond, is_beyond);
    }
}

/// Counts one thing in or out.
const fn count(number: &mut u32, before: bool, after: bool) {
    match (before, after) {
        (false, true) => *number = number.saturating_add(1),
        (true, false) => *number = number.saturating_sub(1),
        (true, true) | (false, false) => {}
    }
}
