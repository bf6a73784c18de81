//! A decision in the making.

use casefold_events::case::docket::{DocketEntryFiled, DocketEntryServed};
use casefold_events::entry::{AutomaticCode, EventCode, FiledEntry, ServedParty, Service};
use casefold_events::vocabulary::ServedPartiesCode;
use casefold_events::{CaseEvent, DocketEntryId, Personal, Timestamp};
use casefold_shared::case::Case;
use uuid::Uuid;

use super::Decision;
use crate::command::Attachment;
use crate::refusal::Refusal;
use crate::rules::event_codes;

/// Collects the events of a decision, and knows the next index on the record.
pub(crate) struct Draft<'a> {
    /// From when what is decided holds.
    pub(super) at: Timestamp,
    holds_from: Option<Timestamp>,
    ids: &'a mut dyn Iterator<Item = Uuid>,
    last_index: u32,
    events: Vec<CaseEvent>,
}

/// An entry of the docket record whose place on it is still open.
pub(super) struct NewEntry {
    filed: FiledEntry,
}

impl<'a> Draft<'a> {
    /// A decision on a case.
    pub(crate) fn on(case: &Case, at: Timestamp, ids: &'a mut dyn Iterator<Item = Uuid>) -> Self {
        Self {
            at,
            holds_from: None,
            ids,
            last_index: case.docket.last_index(),
            events: Vec::new(),
        }
    }

    /// A decision that begins a case.
    pub(super) fn of_new_case(at: Timestamp, ids: &'a mut dyn Iterator<Item = Uuid>) -> Self {
        Self {
            at,
            holds_from: None,
            ids,
            last_index: 0,
            events: Vec::new(),
        }
    }

    /// What is decided holds from another time, of which the command speaks by another name
    /// than `effectiveAt`.
    pub(super) fn hold_from(&mut self, at: Timestamp) {
        self.at = at;
        self.holds_from = Some(at);
    }

    /// A new id.
    pub(crate) fn id(&mut self) -> Uuid {
        self.ids.next().unwrap_or_default()
    }

    /// Adds an event.
    pub(crate) fn event(&mut self, event: impl Into<CaseEvent>) {
        self.events.push(event.into());
    }

    /// Puts an entry on the record, at its end.
    pub(super) fn record(&mut self, entry: NewEntry) -> DocketEntryId {
        let id = DocketEntryId(self.id());
        self.record_as(id, entry)
    }

    /// Puts an entry that has its id already, a draft, on the record, at its end.
    pub(super) fn record_as(&mut self, id: DocketEntryId, entry: NewEntry) -> DocketEntryId {
        self.last_index += 1;
        let index = self.last_index;
        self.file(
            id,
            FiledEntry {
                index: Some(index),
                is_on_docket_record: true,
                ..entry.filed
            },
        )
    }

    /// Keeps a draft with the case, off the record.
    pub(super) fn keep_draft(&mut self, id: DocketEntryId, entry: NewEntry) -> DocketEntryId {
        self.file(
            id,
            FiledEntry {
                is_draft: true,
                ..entry.filed
            },
        )
    }

    /// Files the statement of taxpayer identification, which has index 0 and never stands on
    /// the record.
    pub(super) fn keep_off_record(&mut self, entry: NewEntry) -> DocketEntryId {
        let id = DocketEntryId(self.id());
        self.file(
            id,
            FiledEntry {
                index: Some(0),
                is_on_docket_record: false,
                ..entry.filed
            },
        )
    }

    fn file(&mut self, id: DocketEntryId, entry: FiledEntry) -> DocketEntryId {
        let entry = FiledEntry {
            docket_entry_id: id,
            ..entry
        };
        self.event(DocketEntryFiled { entry });
        id
    }

    /// Puts a note on the record, which has no document.
    pub(crate) fn minute(&mut self, code: AutomaticCode, title: String) -> DocketEntryId {
        let entry = NewEntry::automatic(code, self.at)
            .titled(Personal::new(title))
            .minute();
        self.record(entry)
    }

    /// Serves an entry.
    pub(super) fn serve(
        &mut self,
        docket_entry_id: DocketEntryId,
        served_parties: Vec<ServedParty>,
        code: ServedPartiesCode,
    ) {
        let service = Service {
            served_at: self.at,
            served_parties,
            served_parties_code: Some(code),
        };
        self.event(DocketEntryServed {
            docket_entry_id,
            service,
        });
    }

    /// Whether nothing happens as yet.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The decision.
    ///
    /// # Errors
    /// [`Refusal::NothingToChange`] where nothing happens.
    pub(super) fn decide(self, effective_at: Option<Timestamp>) -> Result<Decision, Refusal> {
        if self.events.is_empty() {
            return Err(Refusal::NothingToChange);
        }
        Ok(Decision {
            events: self.events,
            effective_at: self.holds_from.or(effective_at),
            policy: None,
        })
    }

    /// What happens, if anything does.
    pub(crate) fn into_events(self) -> Vec<CaseEvent> {
        self.events
    }
}

impl NewEntry {
    /// An entry that is filed and received at a time.
    pub(super) fn of(event_code: EventCode, document_type: &str, at: Timestamp) -> Self {
        Self {
            filed: FiledEntry {
                docket_entry_id: DocketEntryId(Uuid::nil()),
                index: None,
                event_code,
                document_type: document_type.to_owned(),
                title: Personal::new(document_type.to_owned()),
                filed_by: None,
                filers: Vec::new(),
                filing_date: at,
                received_at: at,
                number_of_pages: None,
                is_paper: false,
                lodged: false,
                objections: None,
                pending: false,
                is_draft: false,
                is_minute_entry: false,
                is_on_docket_record: false,
                judge: None,
                due: None,
                signature: None,
                document: None,
            },
        }
    }

    /// An entry that the service makes by itself.
    pub(super) fn automatic(code: AutomaticCode, at: Timestamp) -> Self {
        let event_code = EventCode::from(code);
        let document_type = event_codes::document_type(&event_code).unwrap_or(code.as_str());
        Self::of(event_code, document_type, at)
    }

    /// Changes what else there is to an entry.
    pub(super) fn with(mut self, change: impl FnOnce(&mut FiledEntry)) -> Self {
        change(&mut self.filed);
        self
    }

    /// Gives it a title.
    pub(super) fn titled(self, title: Personal<String>) -> Self {
        self.with(|entry| entry.title = title)
    }

    /// Makes it a minute entry.
    pub(crate) fn minute(self) -> Self {
        self.with(|entry| entry.is_minute_entry = true)
    }

    /// Gives it its document.
    pub(super) fn with_document(self, document: &Attachment) -> Self {
        self.with(|entry| attach(entry, document))
    }
}

/// Gives an entry its document.
pub(super) fn attach(entry: &mut FiledEntry, document: &Attachment) {
    entry.number_of_pages = Some(document.number_of_pages);
    entry.document = Some(document.reference());
}
