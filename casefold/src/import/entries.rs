//! The docket entries of a case: their order, and the filing of each.

use std::collections::{HashMap, HashSet};

use casefold_command_api::rules::event_codes::{Effect, Origin, origin};
use casefold_events::case::docket::{DocketEntryFiled, DraftSigned};
use casefold_events::entry::{AutomaticCode, DocumentRef, EventCode, FiledEntry, Signature};
use casefold_events::vocabulary::Objections;
use casefold_events::{ContactId, DocketEntryId, DocketNumber, Personal, Timestamp};

use super::checks;
use super::dates::read_date;
use super::door::DoorItem;
use super::finding::Finding;
use super::ids::{derived_in_case, id_in_case};
use super::lifecycle;
use super::parties::take_id;
use super::reader::Reader;
use super::timeline::{Kind, Timeline};

/// The words for a document whose event code alone is known.
const DOCUMENT_TYPES: [(AutomaticCode, &str); 3] = [
    (AutomaticCode::Petition, "Petition"),
    (
        AutomaticCode::RequestForPlaceOfTrial,
        "Request for Place of Trial",
    ),
    (
        AutomaticCode::StatementOfTaxpayerIdentification,
        "Statement of Taxpayer Identification",
    ),
];

/// The court's own event code for everything that has no other.
pub(super) const MISCELLANEOUS: &str = "MISC";

/// What the source says of when an entry was filed, where an entry needs it and it is
/// silent: the petition's receipt.
pub(super) struct Backdrop {
    pub(super) case: DocketNumber,
    pub(super) received_at: Timestamp,
    /// The event code of an entry that has none that can be read.
    pub(super) miscellaneous: EventCode,
}

/// The earliest filing date among the entries, where there is one.
pub(super) fn first_filing(items: &[DoorItem]) -> Option<Timestamp> {
    let date = |item: &DoorItem| read_date(item.fields.get("filingDate")?.as_str()?);
    items.iter().filter_map(date).min()
}

/// What the rest of a history needs to know of the entries.
#[derive(Default)]
pub(super) struct Planned {
    /// When the petition was served, where it was.
    pub(super) petition_served: Option<Timestamp>,
    /// Every entry.
    pub(super) filed: HashMap<DocketEntryId, checks::Filed>,
}

/// Plans every entry.
pub(super) fn plan(
    items: &mut [DoorItem],
    backdrop: &Backdrop,
    timeline: &mut Timeline,
    findings: &mut Vec<Finding>,
) -> Planned {
    let order = in_order(items, findings);
    let mut ids = HashSet::new();
    let mut next_index = 1;
    let mut place = backdrop.received_at;
    let mut planned = Planned::default();
    for (at, is_on_record) in order {
        items[at].read(findings, |reader| {
            let index = index(is_on_record.then_some(next_index), reader);
            let (entry, signed) = filed(index, is_on_record, backdrop, &mut ids, reader);
            // The fold numbers entries on the record as they come.
            let filed_at = if is_on_record {
                next_index += 1;
                place = place.max(entry.filing_date);
                place
            } else {
                entry.filing_date.max(backdrop.received_at)
            };
            let is_petition = is_on_record && entry.event_code == AutomaticCode::Petition;
            // A file may have the petition twice; the case was served by the first.
            let serves_petition = is_petition && planned.petition_served.is_none();
            let filing = lifecycle::Filing {
                entry: &entry,
                signed,
                filed_at,
                serves_petition,
            };
            let happened = lifecycle::plan(filing, reader, timeline);
            if serves_petition {
                planned.petition_served = happened.served_at;
            }
            planned.filed.insert(
                entry.docket_entry_id,
                checks::Filed {
                    at: filed_at,
                    is_petition,
                    is_checked: happened.is_checked,
                },
            );
            let filing_date = entry.filing_date;
            let event = DocketEntryFiled { entry }.into();
            timeline.add_not_before(
                filed_at,
                Kind::Filing,
                "ImportDocketEntry",
                filing_date,
                vec![event],
            );
        });
    }
    planned
}

/// The entries in the order in which they are filed: those on the record by index, then
/// date, then id; those off it after them, for their own dates place them.
fn in_order(items: &mut [DoorItem], findings: &mut Vec<Finding>) -> Vec<(usize, bool)> {
    let key = |(at, item): (usize, &mut DoorItem)| {
        item.read(findings, |reader| {
            let is_on_record = is_on_record(reader);
            let index = reader.peek_count("index").unwrap_or(u32::MAX);
            let date = |reader: &mut Reader<'_>, name| reader.peek_text(name).and_then(read_date);
            let dates = (date(reader, "filingDate"), date(reader, "createdAt"));
            let id = reader
                .peek_text("docketEntryId")
                .unwrap_or_default()
                .to_owned();
            (!is_on_record, index, dates, id, at)
        })
    };
    let mut keys: Vec<_> = items.iter_mut().enumerate().map(key).collect();
    keys.sort_unstable();
    keys.into_iter()
        .map(|(is_off_record, .., at)| (at, !is_off_record))
        .collect()
}

fn is_on_record(reader: &mut Reader<'_>) -> bool {
    if let Some(stated) = reader.peek_flag("isOnDocketRecord") {
        return stated;
    }
    let is_draft = reader.peek_flag("isDraft").unwrap_or_default();
    let supposed = !is_draft && reader.peek_count("index").is_some_and(|index| index > 0);
    let reason = if supposed {
        "it is on the record"
    } else {
        "it is off the record"
    };
    reader.supposed("isOnDocketRecord", reason);
    supposed
}

/// The index of an entry: on the record the next one, which the source's should be; off
/// it whatever the source says.
fn index(next: Option<u32>, reader: &mut Reader<'_>) -> Option<u32> {
    let Some(next) = next else {
        return reader.count("index");
    };
    match reader.peek_count("index") {
        Some(stated) if stated == next => {
            reader.count("index");
        }
        Some(stated) => reader.unplaced(
            "index",
            format!("it is {stated} and becomes {next}: indexes have neither gap nor duplicate"),
        ),
        None => reader.supposed("index", format!("it is {next}, the next one on the record")),
    }
    Some(next)
}

fn filed(
    index: Option<u32>,
    is_on_docket_record: bool,
    backdrop: &Backdrop,
    ids: &mut HashSet<DocketEntryId>,
    reader: &mut Reader<'_>,
) -> (FiledEntry, Option<DraftSigned>) {
    let key = reader
        .peek_text("docketEntryId")
        .unwrap_or_default()
        .to_owned();
    let docket_entry_id = entry_id(backdrop.case, ids, reader);
    let event_code = event_code(&backdrop.miscellaneous, reader);
    let title = reader.text("documentTitle");
    let document_type = document_type(&event_code, title.as_deref(), reader);
    let (filing_date, received_at) = dates(backdrop, reader);
    reader.flag("isOnDocketRecord");
    let other_case = |number: &str| number != backdrop.case.to_string();
    if reader.peek_text("docketNumber").is_some_and(other_case) {
        reader.unplaced(
            "docketNumber",
            "it names another case than the item's key, which counts",
        );
    }
    if reader.within("stampData", |stamp| stamp.is_present("disposition")) == Some(true) {
        reader.unplaced("stampData", "nothing says which order the stamp makes");
    }
    let is_draft = reader.flag("isDraft").unwrap_or_default();
    // The court's object store has the document under the entry's id; there is one only
    // where a file is attached.
    let document = (reader.peek_flag("isFileAttached") == Some(true) && !key.is_empty())
        .then_some(DocumentRef { key, sha256: None });
    let signature = signature(reader);
    // An entry that is no draft is filed signed.
    let (signature, document, signed) = match signature {
        Some(signature) if is_draft => {
            let (before, after) = around_signature(document, reader);
            let signed = DraftSigned {
                docket_entry_id,
                signature,
                document: after,
            };
            (None, before, Some(signed))
        }
        signature => (signature, document, None),
    };
    let entry = FiledEntry {
        docket_entry_id,
        index,
        due: due(&event_code, reader),
        event_code,
        title: title.unwrap_or_else(|| document_type.clone()).into(),
        document_type,
        filed_by: reader.text("filedBy").map(Personal::new),
        filers: reader.texts("filers", |contact| {
            ContactId(id_in_case(backdrop.case, contact))
        }),
        filing_date,
        received_at,
        number_of_pages: reader.count("numberOfPages"),
        is_paper: reader.flag("isPaper").unwrap_or_default(),
        lodged: reader.flag("lodged").unwrap_or_default(),
        objections: reader.word("objections", Objections::ALL, Objections::as_str),
        pending: reader.flag("pending").unwrap_or_default(),
        is_draft,
        is_minute_entry: reader.flag("isMinuteEntry").unwrap_or_default(),
        is_on_docket_record,
        judge: reader.text("judge"),
        signature,
        document,
    };
    (entry, signed)
}

/// The document of a draft before it was signed, and the other one after. The court's system
/// keeps both where signing made another.
fn around_signature(
    document: Option<DocumentRef>,
    reader: &mut Reader<'_>,
) -> (Option<DocumentRef>, Option<DocumentRef>) {
    let before = document
        .is_some()
        .then(|| reader.text("documentIdBeforeSignature"))
        .flatten();
    match before {
        Some(key) => (Some(DocumentRef { key, sha256: None }), document),
        None => (document, None),
    }
}

/// The date by which an order wants something done, of one that sets a deadline.
fn due(event_code: &EventCode, reader: &mut Reader<'_>) -> Option<Timestamp> {
    let sets_deadline = match origin(event_code) {
        Origin::Court { effect, .. } => match effect {
            Effect::SetsDeadline => true,
            Effect::None | Effect::Closes(_) => false,
        },
        Origin::Petition | Origin::Automatic | Origin::Party { .. } => false,
    };
    sets_deadline.then(|| reader.time("date")).flatten()
}

fn entry_id(
    case: DocketNumber,
    ids: &mut HashSet<DocketEntryId>,
    reader: &mut Reader<'_>,
) -> DocketEntryId {
    let stated = reader
        .peek_text("docketEntryId")
        .map(|id| DocketEntryId(id_in_case(case, id)));
    let place = ids.len();
    let id = match stated {
        Some(id) if !ids.contains(&id) => DocketEntryId(take_id(case, "docketEntryId", reader)),
        Some(_) => {
            reader.unplaced(
                "docketEntryId",
                "another entry of the case has it; one is derived",
            );
            DocketEntryId(derived_in_case(case, &format!("docketEntries/{place}")))
        }
        None => {
            reader.supposed("docketEntryId", "an id is derived from the entry's place");
            DocketEntryId(derived_in_case(case, &format!("docketEntries/{place}")))
        }
    };
    ids.insert(id);
    id
}

fn event_code(miscellaneous: &EventCode, reader: &mut Reader<'_>) -> EventCode {
    if let Some(code) = reader.converted("eventCode", |code| code.parse().ok()) {
        return code;
    }
    if reader.is_present("eventCode") {
        reader.unplaced(
            "eventCode",
            "it is no event code; the entry is filed as MISC",
        );
    } else {
        reader.supposed("eventCode", "the entry is filed as MISC");
    }
    miscellaneous.clone()
}

fn document_type(code: &EventCode, title: Option<&str>, reader: &mut Reader<'_>) -> String {
    if let Some(stated) = reader.text("documentType") {
        return stated;
    }
    let known = DOCUMENT_TYPES.iter().find(|(known, _)| code == known);
    let supposed = known
        .map(|(_, words)| *words)
        .or(title)
        .unwrap_or(code.as_str());
    reader.supposed(
        "documentType",
        "it follows from the event code, or is the title",
    );
    supposed.to_owned()
}

/// The dates of filing and of receipt. Each stands in for the other, and the date of the
/// record for both.
fn dates(backdrop: &Backdrop, reader: &mut Reader<'_>) -> (Timestamp, Timestamp) {
    let filing_date = reader.time("filingDate");
    let received_at = reader.time("receivedAt");
    let created_at = reader.peek_text("createdAt").and_then(read_date);
    if filing_date.is_none() {
        reader.supposed("filingDate", "it is that of the receipt, or of the record");
    }
    if received_at.is_none() {
        reader.supposed("receivedAt", "it is that of the filing, or of the record");
    }
    let other = created_at.unwrap_or(backdrop.received_at);
    let filing = filing_date.or(received_at).unwrap_or(other);
    (filing, received_at.unwrap_or(filing))
}

fn signature(reader: &mut Reader<'_>) -> Option<Signature> {
    reader.peek_text("signedAt")?;
    if reader.peek_text("signedJudgeName").is_none() {
        reader.unplaced("signedAt", "the source does not name who signed");
        return None;
    }
    let signed_at = reader.time("signedAt")?;
    let signed_by = reader.text("signedJudgeName")?;
    Some(Signature {
        signed_at,
        signed_by,
    })
}
