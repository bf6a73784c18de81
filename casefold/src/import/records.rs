//! What the court keeps with a case beside its docket: deadlines, correspondence, the note.

use casefold_command_api::command::limits;
use casefold_events::case::records::{
    CaseNoteWritten, Correspondence, CorrespondenceAdded, CorrespondenceRemoved, Deadline,
    DeadlineAdded,
};
use casefold_events::entry::DocumentRef;
use casefold_events::ids::{CorrespondenceId, DeadlineId};
use casefold_events::{DocketNumber, Timestamp};
use uuid::Uuid;

use super::dates::read_date;
use super::door::DoorItem;
use super::finding::Finding;
use super::ids::id_in_case;
use super::reader::{NOT_RECORDED, Reader};
use super::timeline::{Kind, Timeline};

/// Plans every deadline. The source keeps the open ones only.
pub(super) fn plan_deadlines(
    case: DocketNumber,
    items: &mut [DoorItem],
    last: Timestamp,
    timeline: &mut Timeline,
    findings: &mut Vec<Finding>,
) {
    for item in items {
        let sk = item.about.sk.clone();
        item.read(findings, |reader| {
            if !reader.is_present("deadlineDate") {
                reader.unplaced("deadlineDate", "nothing says by when");
                return;
            }
            let Some(due) = reader.time("deadlineDate") else {
                return;
            };
            let deadline = Deadline {
                deadline_id: DeadlineId(own_id(case, &["caseDeadlineId"], &sk, reader)),
                due,
                description: words("description", reader).into(),
                set_by: None,
            };
            let at = reader.time("createdAt").unwrap_or_else(|| {
                reader.supposed(
                    "createdAt",
                    "it is set since the last thing the case tells of",
                );
                last
            });
            let event = DeadlineAdded { deadline }.into();
            timeline.add(Kind::Record, "ImportDeadline", at, vec![event]);
        });
    }
}

/// Plans every piece of correspondence.
pub(super) fn plan_correspondence(
    case: DocketNumber,
    items: &mut [DoorItem],
    last: Timestamp,
    timeline: &mut Timeline,
    findings: &mut Vec<Finding>,
) {
    for item in items {
        let sk = item.about.sk.clone();
        item.read(findings, |reader| {
            let fields = ["correspondenceId", "documentId"];
            // The court's object store has the document under its id.
            let stated = fields.iter().find_map(|field| own_text(field, reader));
            let key = stated.unwrap_or_else(|| key_of(&sk).to_owned());
            let id = CorrespondenceId(own_id(case, &fields, &sk, reader));
            let filing_date = filing_date(last, reader);
            let correspondence = Correspondence {
                correspondence_id: id,
                title: words("documentTitle", reader).into(),
                filing_date,
                filed_by: filed_by(reader).into(),
                number_of_pages: reader.count("numberOfPages"),
                document: DocumentRef { key, sha256: None },
            };
            let event = CorrespondenceAdded { correspondence }.into();
            let command = "ImportCorrespondence";
            timeline.add(Kind::Record, command, filing_date, vec![event]);
            if reader.peek_flag("archived") == Some(true) {
                reader.supposed(
                    "archivedAt",
                    "it was laid aside at the last thing the case tells of",
                );
                let event = CorrespondenceRemoved {
                    correspondence_id: id,
                };
                let command = "ImportCorrespondenceRemoval";
                let events = vec![event.into()];
                timeline.add_not_before(filing_date, Kind::Standing, command, last, events);
            }
        });
    }
}

fn filing_date(last: Timestamp, reader: &mut Reader<'_>) -> Timestamp {
    if let Some(at) = reader.time("filingDate") {
        return at;
    }
    reader.supposed("filingDate", "it is that of the record, or of the last one");
    let created = reader.peek_text("createdAt").and_then(read_date);
    created.unwrap_or(last)
}

fn filed_by(reader: &mut Reader<'_>) -> String {
    let stated = reader.text("filedBy").or_else(|| reader.text("userId"));
    stated.unwrap_or_else(|| {
        reader.supposed("filedBy", "who filed it is \"not recorded\"");
        NOT_RECORDED.to_owned()
    })
}

/// Plans the case's note.
pub(super) fn plan_note(last: Timestamp, reader: &mut Reader<'_>, timeline: &mut Timeline) {
    let Some(note) = reader.peek_text("caseNote") else {
        return;
    };
    if note.chars().count() > limits::CASE_NOTE {
        reader.unplaced("caseNote", "it has more than 9,000 characters");
        return;
    }
    reader.supposed(
        "caseNoteWrittenAt",
        "the note stands since the last thing the case tells of",
    );
    if let Some(note) = reader.text("caseNote") {
        let event = CaseNoteWritten { note: note.into() }.into();
        timeline.add(Kind::Standing, "ImportCaseNote", last, vec![event]);
    }
}

/// The id of a record: the first of these fields that has one, or else its sort key.
fn own_id(case: DocketNumber, fields: &[&str], sk: &str, reader: &mut Reader<'_>) -> Uuid {
    let convert = |id: &str| Some(id_in_case(case, id));
    let stated = fields
        .iter()
        .find_map(|field| reader.converted(field, convert));
    stated.unwrap_or_else(|| id_in_case(case, key_of(sk)))
}

fn own_text(field: &str, reader: &mut Reader<'_>) -> Option<String> {
    reader.peek_text(field).map(str::to_owned)
}

fn key_of(sk: &str) -> &str {
    sk.split_once('|').map_or(sk, |(_, key)| key)
}

fn words(field: &str, reader: &mut Reader<'_>) -> String {
    reader.text(field).unwrap_or_else(|| {
        reader.supposed(field, "it is \"not recorded\"");
        NOT_RECORDED.to_owned()
    })
}
