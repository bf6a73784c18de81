//! What happened to a docket entry after its filing: signing, check, service, laying aside,
//! striking and sealing, a step each.

use casefold_events::case::docket::{
    DocketEntryChecked, DocketEntrySealed, DocketEntryServed, DocketEntryStricken, DraftArchived,
    DraftSigned,
};
use casefold_events::case::intake::{PetitionChecked, PetitionServed};
use casefold_events::entry::{FiledEntry, ServedParty, Service};
use casefold_events::vocabulary::{SealedTo, ServedPartiesCode};
use casefold_events::{CaseEvent, DocketEntryId, Personal, Timestamp};

use super::dates::{read_date, read_service_remark};
use super::reader::{NOT_RECORDED, Reader};
use super::timeline::{Kind, Timeline};

/// An entry at its filing.
pub(super) struct Filing<'a> {
    pub(super) entry: &'a FiledEntry,
    /// Its signature, where it was filed before it was signed.
    pub(super) signed: Option<DraftSigned>,
    /// Its place in time.
    pub(super) filed_at: Timestamp,
    /// Whether its service is that of the petition on the respondent.
    pub(super) serves_petition: bool,
}

/// What of an entry's life the rest of the history needs to know.
#[derive(Clone, Copy)]
pub(super) struct Happened {
    pub(super) served_at: Option<Timestamp>,
    /// Whether the history has its check.
    pub(super) is_checked: bool,
}

/// Plans what happened to an entry after its filing.
pub(super) fn plan(
    filing: Filing<'_>,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) -> Happened {
    let Filing {
        entry,
        signed,
        filed_at,
        serves_petition,
    } = filing;
    let docket_entry_id = entry.docket_entry_id;
    let signed_at = signed.as_ref().map(|signed| signed.signature.signed_at);
    if let (Some(signed), Some(at)) = (signed, signed_at) {
        let events = vec![signed.into()];
        timeline.add_not_before(filed_at, Kind::Signing, "ImportSignature", at, events);
    }
    let mut is_checked = checked(entry, filed_at, serves_petition, reader, timeline);
    let served_at = served_at(entry.filing_date, reader);
    if let Some(served_at) = served_at {
        let service = service(served_at, reader);
        let mut events: Vec<CaseEvent> = Vec::new();
        // It is served only after it was checked (domain of the court, "intake").
        if serves_petition && !is_checked {
            reader.supposed("qcAt", "the petition was checked when it was served");
            events.push(PetitionChecked {}.into());
            is_checked = true;
        }
        events.push(
            DocketEntryServed {
                docket_entry_id,
                service,
            }
            .into(),
        );
        if serves_petition {
            events.push(PetitionServed { served_at }.into());
        }
        timeline.add_not_before(filed_at, Kind::Service, "ImportService", served_at, events);
    }
    if reader.peek_flag("archived") == Some(true) {
        let is_on_record = entry.is_on_docket_record || served_at.is_some();
        archived(entry, is_on_record, signed_at, filed_at, reader, timeline);
    }
    if reader.peek_flag("isStricken") == Some(true) {
        let stricken = stricken(
            docket_entry_id,
            served_at.unwrap_or(entry.filing_date),
            reader,
        );
        let at = stricken.stricken_at;
        timeline.add_not_before(
            filed_at,
            Kind::Striking,
            "ImportStriking",
            at,
            vec![stricken.into()],
        );
    }
    if let Some(sealed_to) = sealed_to(reader) {
        let at = sealed_at(entry.filing_date, reader);
        let event = DocketEntrySealed {
            docket_entry_id,
            sealed_to,
        }
        .into();
        timeline.add_not_before(filed_at, Kind::Sealing, "ImportSealing", at, vec![event]);
    }
    Happened {
        served_at,
        is_checked,
    }
}

/// Plans the check that the entry itself tells of, and says whether there is one.
fn checked(
    entry: &FiledEntry,
    filed_at: Timestamp,
    is_petition: bool,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) -> bool {
    let Some(qc_at) = reader.time("qcAt") else {
        return false;
    };
    let event: CaseEvent = if is_petition {
        PetitionChecked {}.into()
    } else {
        let qc_by = reader.text("qcBy").or_else(|| reader.text("qcByUserId"));
        DocketEntryChecked {
            docket_entry_id: entry.docket_entry_id,
            qc_at,
            qc_by: qc_by.unwrap_or_else(|| {
                reader.supposed("qcBy", "who checked it is \"not recorded\"");
                NOT_RECORDED.to_owned()
            }),
        }
        .into()
    };
    timeline.add_not_before(filed_at, Kind::Checking, "ImportCheck", qc_at, vec![event]);
    true
}

/// Plans the laying aside of a draft. The source doesn't say when it was.
fn archived(
    entry: &FiledEntry,
    is_on_record: bool,
    signed_at: Option<Timestamp>,
    filed_at: Timestamp,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) {
    if is_on_record {
        reader.unplaced("archived", "only a draft is laid aside");
        return;
    }
    reader.supposed(
        "archivedAt",
        "it was laid aside when it was signed, or else filed",
    );
    let archived_at = signed_at
        .unwrap_or(entry.filing_date)
        .max(entry.filing_date);
    let event = DraftArchived {
        docket_entry_id: entry.docket_entry_id,
        archived_at,
    };
    timeline.add_not_before(
        filed_at,
        Kind::Archiving,
        "ImportArchiving",
        archived_at,
        vec![event.into()],
    );
}

/// When an entry was served. By the court's system it was where it has a date of service,
/// or where it is marked as served before that system began; a docket record of 2020 may
/// say it in a remark. A mere `served` without any date is reported: an event of service
/// tells when.
fn served_at(filing_date: Timestamp, reader: &mut Reader<'_>) -> Option<Timestamp> {
    if let Some(at) = reader.time("servedAt") {
        return Some(at);
    }
    if reader.peek_flag("isLegacyServed") == Some(true) {
        reader.supposed("servedAt", "a legacy entry was served when it was filed");
        return Some(filing_date);
    }
    if let Some(at) = reader
        .peek_text("docketRecordStatus")
        .and_then(read_service_remark)
    {
        reader.supposed(
            "servedAt",
            "it was served when the docket record's remark says",
        );
        return Some(at);
    }
    if reader.peek_text("status") == Some("served") {
        reader.unplaced(
            "status",
            "it says that the entry was served, and nothing says when",
        );
    }
    None
}

fn service(served_at: Timestamp, reader: &mut Reader<'_>) -> Service {
    let served_parties = reader.each("servedParties", |_, party| {
        let name = party.text("name");
        if name.is_none() {
            party.supposed("name", "a party was served whom the source does not name");
        }
        ServedParty {
            name: name
                .unwrap_or_else(|| "name not recorded".to_owned())
                .into(),
            email: party.text("email").map(Personal::new),
        }
    });
    let code = reader.word(
        "servedPartiesCode",
        ServedPartiesCode::ALL,
        ServedPartiesCode::as_str,
    );
    let remark = reader.peek_text("docketRecordStatus");
    let by_remark = remark.is_some_and(|remark| remark.starts_with("R served on "));
    Service {
        served_at,
        served_parties,
        served_parties_code: code.or(by_remark.then_some(ServedPartiesCode::Respondent)),
    }
}

fn stricken(
    docket_entry_id: DocketEntryId,
    not_before: Timestamp,
    reader: &mut Reader<'_>,
) -> DocketEntryStricken {
    let stricken_at = reader.time("strickenAt").unwrap_or_else(|| {
        reader.supposed(
            "strickenAt",
            "it was stricken when it was served, or else filed",
        );
        not_before
    });
    let stricken_by = reader.text("strickenBy").unwrap_or_else(|| {
        reader.supposed("strickenBy", "who struck it is \"not recorded\"");
        "not recorded".to_owned()
    });
    DocketEntryStricken {
        docket_entry_id,
        stricken_at,
        stricken_by,
    }
}

/// From whom an entry is sealed. Where the source says only that it is, the stricter of the
/// two holds: what was opened by mistake can't be closed again.
fn sealed_to(reader: &mut Reader<'_>) -> Option<SealedTo> {
    let is_sealed = reader.peek_flag("isSealed");
    let is_legacy_sealed = reader.peek_flag("isLegacySealed") == Some(true);
    let says_to_whom = is_sealed.is_none() && reader.is_present("sealedTo");
    if is_sealed != Some(true) && !is_legacy_sealed && !says_to_whom {
        return None;
    }
    let stated = reader.word("sealedTo", SealedTo::ALL, SealedTo::as_str);
    Some(stated.unwrap_or_else(|| {
        reader.supposed("sealedTo", "it is sealed from everybody outside the court");
        SealedTo::External
    }))
}

/// A seal without a date holds from the filing on, so that no look into the past opens it.
fn sealed_at(filing_date: Timestamp, reader: &mut Reader<'_>) -> Timestamp {
    let stated = ["sealedAt", "sealedDate"]
        .iter()
        .find_map(|name| reader.peek_text(name).and_then(read_date));
    stated.unwrap_or_else(|| {
        reader.supposed("sealedAt", "it is sealed since it was filed");
        filing_date
    })
}
