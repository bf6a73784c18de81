//! Holding what a folded case keeps beside its docket, and what is done about its entries,
//! against the source's items, read anew by other code than the import's.

use casefold::import::SourceCase;
use casefold_shared::case::{Case, DocketEntry};
use serde_json::Value;

/// Dollars in the source are cents in the case.
fn cents(value: &Value) -> Option<i64> {
    let dollars = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    let cents = (dollars * 100.0).round();
    // Fractions of a cent are not taken.
    ((cents / 100.0 - dollars).abs() < 1e-9).then_some(cents as i64)
}

/// Absent, null, false and empty are nothing.
fn said<'a>(item: &'a Value, field: &str) -> Option<&'a str> {
    item[field].as_str().filter(|text| !text.is_empty())
}

fn is_time(text: &str, at: casefold_events::Timestamp) -> bool {
    text.parse() == Ok(at)
}

/// The items of a kind, wherever they stand, but for rows of keys alone.
fn of_kind(case: &SourceCase, kind: &str) -> Vec<Value> {
    let is_of_kind = |key: &str| key.split_once('|').is_some_and(|(of, _)| of == kind);
    let items = case.items.iter().filter(|item| {
        let is_placed = item.pk.starts_with("case|") || item.pk == item.sk;
        is_placed && is_of_kind(&item.sk) && item.fields.len() > 2
    });
    items
        .map(|item| Value::Object(item.fields.clone()))
        .collect()
}

pub(crate) fn assert_stands(case: &SourceCase, item: &Value, folded: &Case) {
    let number = case.docket_number;
    assert_status(item, folded);
    assert_blocks(item, folded);
    assert_eq!(folded.mailing_date.as_deref(), said(item, "mailingDate"));
    assert_eq!(
        folded.case_note.as_ref().map(|note| note.expose().as_str()),
        said(item, "caseNote"),
        "{number}"
    );
    assert_figures(item, folded);
    let deadlines: Vec<_> = of_kind(case, "case-deadline");
    let deadlines = deadlines
        .iter()
        .filter(|it| said(it, "deadlineDate").is_some());
    let mut found = folded.deadlines.iter();
    for expected in deadlines.clone() {
        let is_it = |it: &&casefold_events::case::records::Deadline| {
            let id = said(expected, "sk").and_then(|sk| sk.split_once('|'));
            id == Some(("case-deadline", it.deadline_id.to_string().as_str()))
        };
        let deadline = folded.deadlines.iter().find(is_it).unwrap();
        assert!(is_time(
            said(expected, "deadlineDate").unwrap(),
            deadline.due
        ));
        assert_eq!(
            said(expected, "description").unwrap_or("not recorded"),
            deadline.description.expose()
        );
        found.next();
    }
    assert!(found.next().is_none(), "{number} has more deadlines");
    for expected in of_kind(case, "correspondence") {
        let id = said(&expected, "correspondenceId").or(said(&expected, "documentId"));
        let found = folded
            .correspondence
            .iter()
            .find(|it| id == Some(&it.correspondence_id.to_string()));
        if expected["archived"] == true {
            assert_eq!(found, None);
            continue;
        }
        let found = found.unwrap();
        assert_eq!(
            said(&expected, "documentTitle"),
            Some(found.title.expose().as_str())
        );
        assert!(is_time(
            said(&expected, "filingDate").unwrap(),
            found.filing_date
        ));
        assert_eq!(Some(found.document.key.as_str()), id);
    }
    let hearings = of_kind(case, "hearing");
    assert_eq!(folded.hearings.len(), hearings.len(), "{number}");
    for (expected, found) in hearings.iter().zip(&folded.hearings) {
        assert!(is_time(
            said(expected, "startDate").unwrap(),
            found.session.trial_date
        ));
        assert_eq!(
            said(expected, "trialLocation"),
            Some(found.session.trial_location.as_str())
        );
    }
    let docket = folded.docket.on_record().chain(folded.docket.off_record());
    let of_entries: Vec<_> = ["docket-entry", "document"]
        .iter()
        .flat_map(|kind| of_kind(case, kind))
        .collect();
    let work = of_kind(case, "work-item");
    for entry in docket {
        assert_entry(&of_entries, &work, entry);
    }
}

fn assert_status(item: &Value, folded: &Case) {
    let in_session = said(item, "trialSessionId").is_some();
    let stated = said(item, "status").unwrap();
    let expected = match stated {
        "Calendared" if !in_session && item["associatedJudge"] == "Chief Judge" => {
            "General Docket - At Issue (Ready for Trial)"
        }
        "Calendared" if !in_session => "Assigned - Case",
        stated => stated,
    };
    assert_eq!(folded.status.as_str(), expected, "{}", folded.docket_number);
    assert_eq!(folded.trial_session.is_some(), in_session);
    if let Some(session) = &folded.trial_session {
        if let Some(date) = said(item, "trialDate") {
            assert!(is_time(date, session.trial_date));
        }
        if let Some(location) = said(item, "trialLocation") {
            assert_eq!(location, session.trial_location);
        }
    }
}

fn assert_blocks(item: &Value, folded: &Case) {
    let is = |field: &str| item[field] == true && !folded.status.is_closed();
    let number = folded.docket_number;
    assert_eq!(folded.blocked.is_some(), is("blocked"), "{number}");
    let has_priority = is("highPriority") && !is("blocked");
    assert_eq!(folded.priority.is_some(), has_priority, "{number}");
    let is_automatic =
        is("automaticBlocked") && !has_priority && said(item, "trialSessionId").is_none();
    assert_eq!(folded.automatic_block.is_some(), is_automatic, "{number}");
    for (because, reason, date) in [
        (&folded.blocked, "blockedReason", "blockedDate"),
        (&folded.priority, "highPriorityReason", "highPriorityDate"),
    ] {
        let Some(because) = because else { continue };
        assert_eq!(
            because.reason,
            said(item, reason).unwrap_or("not recorded"),
            "{number}"
        );
        if let Some(date) = said(item, date) {
            assert!(is_time(date, because.since), "{number}");
        }
    }
    if let Some(block) = folded.automatic_block {
        let stated = said(item, "automaticBlockedReason").unwrap();
        let stated = match stated {
            "Pending Item and Due Date" => "Due Date and Pending Item",
            stated => stated,
        };
        assert_eq!(block.reason.as_str(), stated);
        assert!(is_time(
            said(item, "automaticBlockedDate").unwrap(),
            block.since
        ));
    }
}

fn assert_figures(item: &Value, folded: &Case) {
    let number = folded.docket_number;
    let other = folded.other_statistics.unwrap_or_default();
    assert_eq!(other.damages_cents, cents(&item["damages"]), "{number}");
    assert_eq!(
        other.litigation_costs_cents,
        cents(&item["litigationCosts"]),
        "{number}"
    );
    let mut found = folded.statistics.iter();
    for stated in item["statistics"].as_array().into_iter().flatten() {
        let is_dated = ["year", "lastDateOfPeriod"]
            .iter()
            .any(|field| !stated[*field].is_null());
        let Some(deficiency) = cents(&stated["irsDeficiencyAmount"]).filter(|_| is_dated) else {
            continue;
        };
        let found = found.next().unwrap();
        assert_eq!(found.irs_deficiency_cents, deficiency);
        assert_eq!(
            said(stated, "statisticId"),
            Some(found.statistic_id.to_string().as_str())
        );
        let year = stated["year"].as_u64().map(|year| year.to_string());
        let year = year.or(said(stated, "year").map(str::to_owned));
        assert_eq!(found.year.map(|year| year.to_string()), year);
        // However they are itemized, penalties add up to the sum that the source has too.
        let sum: i64 = found.penalties.iter().map(|it| it.irs_amount_cents).sum();
        assert_eq!(Some(sum), cents(&stated["irsTotalPenalties"]));
        let determined = found
            .penalties
            .iter()
            .filter_map(|it| it.determined_amount_cents);
        let stated = cents(&stated["determinationTotalPenalties"]);
        assert_eq!(determined.sum::<i64>(), stated.unwrap_or_default());
    }
    assert!(found.next().is_none(), "{number} has more statistics");
}

fn assert_entry(of_entries: &[Value], work: &[Value], entry: &DocketEntry) {
    let id = entry.id().to_string();
    let is_it = |item: &&Value| {
        said(item, "docketEntryId").or(said(item, "documentId")) == Some(id.as_str())
    };
    let Some(item) = of_entries.iter().find(is_it) else {
        return;
    };
    assert_eq!(entry.filed.pending, item["pending"] == true, "{id}");
    assert_eq!(entry.filed.lodged, item["lodged"] == true, "{id}");
    assert_eq!(entry.filed.is_draft, item["isDraft"] == true, "{id}");
    let is_laid_aside = item["archived"] == true && !entry.filed.is_on_docket_record;
    assert_eq!(entry.archived_at.is_some(), is_laid_aside, "{id}");
    let signature = entry.filed.signature.as_ref();
    let signed_by = said(item, "signedAt").and(said(item, "signedJudgeName"));
    assert_eq!(signature.map(|it| it.signed_by.as_str()), signed_by, "{id}");
    if entry.filed.event_code.as_str() != "P" {
        let of_entry = |it: &&Value| {
            it["docketEntry"]["docketEntryId"] == id.as_str()
                || it["document"]["documentId"] == id.as_str()
        };
        let completed = work
            .iter()
            .filter(of_entry)
            .filter_map(|it| said(it, "completedAt"));
        let first = said(item, "qcAt").or(completed.min());
        let checked = entry.checked.as_ref().map(|it| it.qc_at.to_string());
        assert_eq!(checked.as_deref(), first, "{id}");
    }
}
