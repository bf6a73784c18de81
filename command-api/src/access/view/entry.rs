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
    /// For the court.
    Court(Box<CourtEntryView>),
    /// For the parties and the respondent.
    Party(Box<PartyEntryView>),
    /// For everybody.
    Public(Box<EntryView>),
    /// That there is an entry, sealed from the reader.
    Withheld(WithheldEntryView),
}

/// A docket entry, for the court.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CourtEntryView {
    /// What everybody sees as well.
    #[serde(flatten)]
    pub entry: EntryView,
    /// The contacts who filed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filers: Vec<ContactId>,
    /// On whom it was served.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub served_parties: Vec<ServedParty>,
    /// The stamp on it, of a motion that was stamped. For the court alone: a stamp makes a
    /// draft, and what it says is not said before the draft is on the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// When it was checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qc_at: Option<Timestamp>,
    /// Who checked it, as the record says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qc_by: Option<String>,
    /// When a draft was laid aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
}

/// A docket entry, for the parties and the respondent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PartyEntryView {
    /// What everybody sees as well.
    #[serde(flatten)]
    pub entry: EntryView,
    /// The contacts who filed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub filers: Vec<ContactId>,
    /// On whom it was served.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub served_parties: Vec<ServedName>,
}

/// A person on whom an entry was served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServedName {
    /// Full name.
    #[schema(value_type = String)]
    pub name: Personal<String>,
}

/// What everybody sees of a docket entry.
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
    /// On which side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub served_parties_code: Option<ServedPartiesCode>,
    /// The judge named in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
    /// The date by which the order wants something done, where the reader may have the order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When it was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Timestamp>,
    /// Who signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
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
        let view = match reader.entry_sight(entry) {
            EntrySight::Hidden => return None,
            EntrySight::Withheld => {
                return Some(Self::Withheld(WithheldEntryView {
                    index: entry.filed.index,
                    event_code: entry.filed.event_code.clone(),
                    filing_date: entry.filed.filing_date,
                    is_sealed: true,
                    sealed_to: entry.sealed_to,
                }));
            }
            EntrySight::Whole => EntryView::of(entry),
            EntrySight::WithoutDocument => EntryView {
                document: None,
                due: None,
                ..EntryView::of(entry)
            },
        };
        match reader.sight() {
            Sight::Whole => Some(Self::Court(Box::new(CourtEntryView::of(view, entry)))),
            Sight::Own => Some(Self::Party(Box::new(PartyEntryView::of(view, entry)))),
            Sight::Public => Some(Self::Public(Box::new(view))),
            Sight::Sealed => None,
        }
    }
}

impl CourtEntryView {
    fn of(view: EntryView, entry: &DocketEntry) -> Self {
        let checked = entry.checked.as_ref();
        Self {
            entry: view,
            filers: entry.filed.filers.clone(),
            served_parties: served_parties(entry).to_vec(),
            stamp: entry.stamp.clone(),
            qc_at: checked.map(|checked| checked.qc_at),
            qc_by: checked.map(|checked| checked.qc_by.clone()),
            archived_at: entry.archived_at,
        }
    }
}

impl PartyEntryView {
    fn of(view: EntryView, entry: &DocketEntry) -> Self {
        let name = |party: &ServedParty| ServedName {
            name: party.name.clone(),
        };
        Self {
            entry: view,
            filers: entry.filed.filers.clone(),
            served_parties: served_parties(entry).iter().map(name).collect(),
        }
    }
}

impl EntryView {
    fn of(entry: &DocketEntry) -> Self {
        let DocketEntry {
            filed,
            service,
            stricken,
            sealed_to,
            // For the court alone.
            stamp: _,
            checked: _,
            archived_at: _,
            filed_in: _,
            changed_in: _,
        } = entry;
        let signature = filed.signature.as_ref();
        Self {
            docket_entry_id: filed.docket_entry_id,
            index: filed.index,
            event_code: filed.event_code.clone(),
            document_type: filed.document_type.clone(),
            document_title: filed.title.clone(),
            filed_by: filed.filed_by.clone(),
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
            served_parties_code: service
                .as_ref()
                .and_then(|service| service.served_parties_code),
            judge: filed.judge.clone(),
            due: filed.due,
            signed_at: signature.map(|signature| signature.signed_at),
            signed_by: signature.map(|signature| signature.signed_by.clone()),
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

fn served_parties(entry: &DocketEntry) -> &[ServedParty] {
    entry
        .service
        .as_ref()
        .map_or(&[], |service| &service.served_parties)
}
