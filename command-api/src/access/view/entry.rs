//! What is sent of a docket entry: flat, under the court's own field names.

use casefold_events::case::docket::Stamp;
use casefold_events::entry::{DocumentRef, EventCode, ServedParty};
use casefold_events::vocabulary::{Objections, SealedTo, ServedPartiesCode};
use casefold_events::{ContactId, DocketEntryId, Personal, Timestamp};
use casefold_shared::case::DocketEntry;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{EntrySight, Reader, Sight};

/// A docket entry, as its reader may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum DocketEntryView {
    /// The entry.
    Entry(Box<EntryView>),
    /// That there is an entry, sealed from the reader.
    Withheld(WithheldEntryView),
}

/// A docket entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EntryView {
    /// The entry's id in its case.
    pub docket_entry_id: DocketEntryId,
    /// The entry's place on the docket record; 0 for the statement of taxpayer
    /// identification, absent for drafts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// The kind of document.
    pub event_code: EventCode,
    /// The kind of document, in words.
    pub document_type: String,
    /// The title on the docket record.
    #[schema(value_type = String)]
    pub document_title: Personal<String>,
    /// Who filed it, as the docket record says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub filed_by: Option<Personal<String>>,
    /// The contacts who filed it. Absent for readers outside the case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filers: Vec<ContactId>,
    /// The date of filing.
    pub filing_date: Timestamp,
    /// When the court received it.
    pub received_at: Timestamp,
    /// Pages of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number_of_pages: Option<u32>,
    /// Whether it came on paper.
    pub is_paper: bool,
    /// Lodged, and not yet filed by leave of the court.
    pub lodged: bool,
    /// What the filer says of objections.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objections: Option<Objections>,
    /// Whether something is still to be done about it.
    pub pending: bool,
    /// A draft is not yet on the record.
    pub is_draft: bool,
    /// A minute entry has no document.
    pub is_minute_entry: bool,
    /// Whether it stands on the docket record.
    pub is_on_docket_record: bool,
    /// When it was served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served_at: Option<Timestamp>,
    /// On whom; e-mail addresses for the court alone. Absent for readers outside the case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub served_parties: Vec<ServedParty>,
    /// On which side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served_parties_code: Option<ServedPartiesCode>,
    /// The judge named in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
    /// The date by which the order wants something done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// Who signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// The stamp on it, of a motion that was stamped. For the court alone: a stamp makes a
    /// draft, and what it says is not said before the draft is on the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// When it was checked. For the court alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qc_at: Option<Timestamp>,
    /// Who checked it, as the record says it. For the court alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qc_by: Option<String>,
    /// When a draft was laid aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// Whether it was stricken.
    pub is_stricken: bool,
    /// When it was stricken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stricken_at: Option<Timestamp>,
    /// Who struck it, as the record says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stricken_by: Option<String>,
    /// Whether it is sealed.
    pub is_sealed: bool,
    /// From whom it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_to: Option<SealedTo>,
    /// Where the content is, where the reader may have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentRef>,
}

/// A docket entry that is sealed from its reader: that it is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithheldEntryView {
    /// The entry's place on the docket record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// The kind of document.
    pub event_code: EventCode,
    /// The date of filing.
    pub filing_date: Timestamp,
    /// Whether it is sealed: it is.
    pub is_sealed: bool,
    /// From whom it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sealed_to: Option<SealedTo>,
}

impl DocketEntryView {
    /// What a reader sees of an entry, if anything.
    pub fn of(reader: &Reader<'_>, entry: &DocketEntry) -> Option<Self> {
        match reader.entry_sight(entry) {
            EntrySight::Hidden => None,
            EntrySight::Withheld => Some(Self::Withheld(WithheldEntryView {
                index: entry.filed.index,
                event_code: entry.filed.event_code.clone(),
                filing_date: entry.filed.filing_date,
                is_sealed: true,
                sealed_to: entry.sealed_to,
            })),
            EntrySight::Whole => Some(Self::Entry(Box::new(EntryView::of(reader, entry)))),
            EntrySight::WithoutDocument => {
                let mut view = EntryView::of(reader, entry);
                view.document = None;
                Some(Self::Entry(Box::new(view)))
            }
        }
    }
}

impl EntryView {
    fn of(reader: &Reader<'_>, entry: &DocketEntry) -> Self {
        let DocketEntry {
            filed,
            service,
            stricken,
            sealed_to,
            stamp,
            checked,
            archived_at,
            filed_in: _,
            changed_in: _,
        } = entry;
        let people = People::shown_to(reader, entry);
        let signature = filed.signature.as_ref();
        let court = reader.sight() == Sight::Whole;
        let checked = checked.as_ref().filter(|_| court);
        Self {
            docket_entry_id: filed.docket_entry_id,
            index: filed.index,
            event_code: filed.event_code.clone(),
            document_type: filed.document_type.clone(),
            document_title: filed.title.clone(),
            filed_by: filed.filed_by.clone(),
            filers: people.filers,
            filing_date: filed.filing_date,
            received_at: filed.received_at,
            number_of_pages: filed.number_of_pages,
            is_paper: filed.is_paper,
            lodged: filed.lodged,
            objections: filed.objections,
            pending: filed.pending,
            is_draft: filed.is_draft,
            is_minute_entry: filed.is_minute_entry,
            is_on_docket_record: filed.is_on_docket_record,
            served_at: service.as_ref().map(|service| service.served_at),
            served_parties: people.served,
            served_parties_code: service
                .as_ref()
                .and_then(|service| service.served_parties_code),
            judge: filed.judge.clone(),
            due: filed.due,
            signed_at: signature.map(|signature| signature.signed_at),
            signed_by: signature.map(|signature| signature.signed_by.clone()),
            stamp: stamp.clone().filter(|_| court),
            qc_at: checked.map(|checked| checked.qc_at),
            qc_by: checked.map(|checked| checked.qc_by.clone()),
            archived_at: *archived_at,
            is_stricken: stricken.is_some(),
            stricken_at: stricken.as_ref().map(|stricken| stricken.stricken_at),
            stricken_by: stricken
                .as_ref()
                .map(|stricken| stricken.stricken_by.clone()),
            is_sealed: sealed_to.is_some(),
            sealed_to: *sealed_to,
            document: filed.document.clone(),
        }
    }
}

/// The people of an entry, as far as they are shown.
struct People {
    filers: Vec<ContactId>,
    served: Vec<ServedParty>,
}

impl People {
    fn shown_to(reader: &Reader<'_>, entry: &DocketEntry) -> Self {
        let filers = entry.filed.filers.clone();
        let served = entry
            .service
            .as_ref()
            .map(|service| service.served_parties.clone())
            .unwrap_or_default();
        match reader.sight() {
            Sight::Whole => Self { filers, served },
            Sight::Own => {
                let without_email = |party: ServedParty| ServedParty {
                    email: None,
                    ..party
                };
                Self {
                    filers,
                    served: served.into_iter().map(without_email).collect(),
                }
            }
            Sight::Public | Sight::Sealed => Self {
                filers: Vec::new(),
                served: Vec::new(),
            },
        }
    }
}
