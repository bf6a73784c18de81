//! Checking and serving petitions.

use casefold_events::CaseEvent;
use casefold_events::case::intake::Fee;
use casefold_events::vocabulary::{
    CaseStatus, CaseType, DocketNumberSuffix, ProcedureType, ServedPartiesCode,
};
use serde_json::json;

use crate::support::*;

#[test]
fn a_petition_is_checked_without_corrections() {
    given(filed())
        .when(json!({"type": "QcPetition"}))
        .by(petitions_clerk())
        .then_events(["PetitionChecked"]);
}

#[test]
fn a_check_corrects_what_differs_and_nothing_else() {
    let outcome = given(filed())
        .when(json!({
            "type": "QcPetition",
            "caption": "Brett T. Quist, Petitioner",
            "caseType": "Deficiency",
            "procedureType": "Small",
            "preferredTrialCity": "Mobile, Alabama",
        }))
        .by(petitions_clerk())
        .then_events(["PetitionChecked", "CaptionChanged", "CaseDetailsCorrected"]);
    assert_eq!(
        outcome.case.docket_number_suffix(),
        Some(DocketNumberSuffix::Small)
    );
    assert_eq!(outcome.case.initial_docket_number_suffix, None);
    let CaseEvent::CaseDetailsCorrected(details) = &outcome.events[2] else {
        panic!()
    };
    assert_eq!(details.case_type, None);
    assert_eq!(details.procedure_type, Some(ProcedureType::Small));
}

#[test]
fn a_fee_that_is_recorded_at_the_check_is_noted_once() {
    let paid = json!({"type": "QcPetition", "fee": {
        "status": "Paid", "paidAt": "2026-03-03T00:00:00.000Z", "method": "Pay.gov",
    }});
    let outcome = given(filed())
        .when(paid.clone())
        .by(petitions_clerk())
        .then_events(["PetitionChecked", "FeeRecorded"])
        .followed_by([("FeeEntries", &["DocketEntryFiled"])]);
    assert_eq!(outcome.codes_by_policy(), [("FEE", Some(3))]);
    let fee = Fee::Paid {
        paid_at: time("2026-03-03T00:00:00.000Z"),
        method: "Check".to_owned(),
    };
    // Only how it was paid is corrected: that it was paid is on the record already.
    given(filed_with(|petition| petition.fee = fee))
        .when(paid)
        .by(petitions_clerk())
        .then_events(["PetitionChecked", "FeeRecorded"])
        .followed_by([]);
}

#[test]
fn a_fee_is_not_paid_in_the_future() {
    given(filed())
        .when(json!({"type": "QcPetition", "fee": {
            "status": "Paid", "paidAt": "2026-11-24T00:00:00.000Z", "method": "Pay.gov",
        }}))
        .by(petitions_clerk())
        .then_refused("TIME_IN_FUTURE");
}

#[test]
fn a_second_check_needs_something_to_correct() {
    let body = json!({"type": "QcPetition", "caseType": "Deficiency"});
    given(filed().checked())
        .when(body)
        .by(petitions_clerk())
        .then_refused("NOTHING_TO_CHANGE");
    let body = json!({"type": "QcPetition", "caseType": "Whistleblower"});
    let case = given(filed().checked())
        .when(body)
        .by(petitions_clerk())
        .then_events(["PetitionChecked", "CaseDetailsCorrected"])
        .case;
    assert_eq!(case.case_type, CaseType::Whistleblower);
}

#[test]
fn a_served_petition_is_not_checked_any_more() {
    given(served())
        .when(json!({"type": "QcPetition", "caption": "Another"}))
        .by(petitions_clerk())
        .then_refused("PETITION_ALREADY_SERVED");
}

#[test]
fn serving_a_petition_serves_its_papers_and_tells_the_petitioners() {
    let outcome = given(filed().checked())
        .when(json!({"type": "ServePetition"}))
        .by(petitions_clerk())
        .then_events([
            "PetitionServed",
            "DocketEntryServed",
            "DocketEntryServed",
            "DocketEntryServed",
            "CaseStatusChanged",
            "DocketEntryFiled",
            "DocketEntryServed",
        ]);
    assert_eq!(outcome.codes(), [("NOTR", Some(3))]);
    assert_eq!(
        outcome.served_on(),
        [vec!["IRS"], vec!["IRS"], vec!["IRS"], vec!["Nora Quist"]]
    );
    let case = &outcome.case;
    assert_eq!(case.status, CaseStatus::NotAtIssue);
    assert_eq!(case.petition_served_at, Some(time(NOW)));
    let code = |index| {
        let service = case
            .docket
            .entry_at(index)
            .and_then(|entry| entry.service.clone());
        service.and_then(|service| service.served_parties_code)
    };
    assert_eq!(code(1), Some(ServedPartiesCode::Respondent));
    assert_eq!(code(3), Some(ServedPartiesCode::Petitioner));
    assert!(case.docket.off_record()[0].is_served());
}

#[test]
fn serving_a_corrected_petition_notes_the_caption_and_the_docket_number() {
    let history = filed()
        .and(casefold_events::case::standing::CaptionChanged {
            caption: "Another".into(),
        })
        .and(casefold_events::case::standing::CaseDetailsCorrected {
            procedure_type: Some(ProcedureType::Small),
            ..Default::default()
        })
        .checked();
    let outcome = given(history)
        .when(json!({"type": "ServePetition"}))
        .by(petitions_clerk())
        .then_events([
            "PetitionServed",
            "DocketEntryServed",
            "DocketEntryServed",
            "DocketEntryServed",
            "CaseStatusChanged",
            "DocketEntryFiled",
            "DocketEntryServed",
            "DocketEntryFiled",
            "DocketEntryFiled",
        ]);
    assert_eq!(
        outcome.codes(),
        [("NOTR", Some(3)), ("MINC", Some(4)), ("MIND", Some(5))]
    );
    assert_eq!(
        outcome.titles()[1..],
        [
            "Caption of case is amended from 'Nora Quist, Petitioner' to 'Another'",
            "Docket Number is amended from '101-26' to '101-26S'",
        ]
    );
}

#[test]
fn a_petition_is_served_once() {
    given(served())
        .when(json!({"type": "ServePetition"}))
        .by(petitions_clerk())
        .then_refused("PETITION_ALREADY_SERVED");
}

#[test]
fn an_unchecked_petition_is_not_served() {
    given(filed())
        .when(json!({"type": "ServePetition"}))
        .by(petitions_clerk())
        .then_refused("PETITION_NOT_CHECKED");
}

#[test]
fn a_petition_without_its_file_is_not_served() {
    let case = filed().checked().and(striking_of(entry_id(1)));
    given(case)
        .when(json!({"type": "ServePetition"}))
        .by(petitions_clerk())
        .then_refused("ENTRY_STRICKEN");
    let body = paper_petition_with(|body| {
        body.as_object_mut().unwrap().remove("petition");
    });
    let events = when_filed(body)
        .by(petitions_clerk())
        .then_events(FILED)
        .events;
    let mut history = filed().emptied();
    for event in events {
        history = history.and(event);
    }
    given(history.checked())
        .when(json!({"type": "ServePetition"}))
        .by(petitions_clerk())
        .then_refused("ENTRY_HAS_NO_FILE");
}

#[test]
fn what_a_clerk_records_holds_neither_from_the_future_nor_from_before_the_case() {
    let serve = |at: &str| json!({"type": "ServePetition", "effectiveAt": at});
    let clerk = petitions_clerk;
    given(filed().checked())
        .when(serve("2026-11-23T12:00:00.001Z"))
        .by(clerk())
        .then_refused("EFFECTIVE_IN_FUTURE");
    given(filed().checked())
        .when(serve("2026-03-02T08:59:59.999Z"))
        .by(clerk())
        .then_refused("EFFECTIVE_TOO_EARLY");
    let outcome = given(filed().checked())
        .when(serve("2026-05-01T00:00:00.000Z"))
        .by(clerk())
        .then_done();
    assert_eq!(outcome.effective_at, Some(time("2026-05-01T00:00:00.000Z")));
    assert_eq!(
        outcome.case.petition_served_at,
        Some(time("2026-05-01T00:00:00.000Z"))
    );
}
