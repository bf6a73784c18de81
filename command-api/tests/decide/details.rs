//! Correcting a case's details, and its fee.

use casefold_command_api::command::CaseCommand;
use casefold_events::CaseEvent;
use casefold_events::case::intake::Fee;
use casefold_events::vocabulary::{CaseStatus, CaseType, DocketNumberSuffix, PartyType};
use serde_json::{Value, json};

use crate::support::*;

fn update(change: Value) -> Value {
    let mut body = json!({"type": "UpdateCaseDetails"});
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn paid(at: &str) -> Value {
    update(json!({"fee": {"status": "Paid", "paidAt": at, "method": "Check"}}))
}

#[test]
fn what_differs_is_corrected_and_the_suffix_follows() {
    let outcome = given(served())
        .when(update(json!({
            "caseType": "CDP (Lien/Levy)",
            "procedureType": "Small",
            "partyType": "Petitioner",
            "preferredTrialCity": "Mobile, Alabama",
            "irsNoticeDate": "2025-12-01T05:00:00.000Z",
            "mailingDate": "12/30/2025",
        })))
        .by(docket_clerk())
        .then_events(["CaseDetailsCorrected"]);
    let CaseEvent::CaseDetailsCorrected(details) = &outcome.events[0] else {
        panic!()
    };
    assert_eq!(details.party_type, None, "it was so already");
    let case = outcome.case;
    assert_eq!(case.case_type, CaseType::Cdp);
    assert_eq!(case.party_type, PartyType::Petitioner);
    assert_eq!(
        case.docket_number_suffix(),
        Some(DocketNumberSuffix::SmallLienLevy)
    );
    assert_eq!(
        case.preferred_trial_city.as_deref(),
        Some("Mobile, Alabama")
    );
    assert_eq!(case.mailing_date.as_deref(), Some("12/30/2025"));
    assert_eq!(case.initial_docket_number_suffix, None);
}

#[test]
fn details_are_corrected_before_service_and_after_closing() {
    for history in [filed(), served().status(CaseStatus::Closed)] {
        given(history)
            .when(update(json!({"caseType": "Passport"})))
            .by(petitions_clerk())
            .then_events(["CaseDetailsCorrected"]);
    }
}

#[test]
fn what_stays_as_it_is_makes_no_event() {
    for body in [
        json!({}),
        json!({"caseType": "Deficiency", "preferredTrialCity": "Birmingham, Alabama"}),
        json!({"fee": {"status": "Not paid"}}),
    ] {
        given(served())
            .when(update(body))
            .by(docket_clerk())
            .then_refused("NOTHING_TO_CHANGE");
    }
}

#[test]
fn when_a_petition_was_received_never_changes() {
    let body = update(json!({"receivedAt": "2026-01-01T00:00:00.000Z"}));
    let error = CaseCommand::parse(body).unwrap_err();
    assert_eq!(error.code(), "UNKNOWN_FIELD");
}

#[test]
fn a_fee_is_recorded_and_not_from_the_future() {
    let case = given(served())
        .when(paid(RECEIVED))
        .by(petitions_clerk())
        .then_events(["FeeRecorded"])
        .case;
    assert!(matches!(case.fee, Fee::Paid { .. }));
    given(served())
        .when(paid("2026-11-24T00:00:00.000Z"))
        .by(petitions_clerk())
        .then_refused("TIME_IN_FUTURE");
    let both = update(json!({
        "fee": {"status": "Waived", "waivedAt": RECEIVED},
        "caseType": "Passport",
    }));
    given(served())
        .when(both)
        .by(docket_clerk())
        .then_events(["CaseDetailsCorrected", "FeeRecorded"]);
}

#[test]
fn a_notice_is_not_dated_in_the_future() {
    given(served())
        .when(update(json!({"irsNoticeDate": "2026-11-24T00:00:00.000Z"})))
        .by(docket_clerk())
        .then_refused("TIME_IN_FUTURE");
}

#[test]
fn a_consolidated_case_changes_neither_procedure_nor_place_of_trial_alone() {
    let history = || at_issue("101-26").consolidated(&["101-26", "102-26"]);
    for body in [
        json!({"procedureType": "Small"}),
        json!({"preferredTrialCity": "Mobile, Alabama"}),
    ] {
        let refusal = given(history())
            .when(update(body))
            .by(docket_clerk())
            .then_refused("CASE_IS_CONSOLIDATED");
        assert!(refusal.to_string().contains("UpdateCaseDetails"));
    }
    given(history())
        .when(update(
            json!({"caseType": "Passport", "procedureType": "Regular"}),
        ))
        .by(docket_clerk())
        .then_events(["CaseDetailsCorrected"]);
}
