//! Filing, checking and serving petitions.

use casefold_command_api::command::{FilePaperPetition, FilePetition};
use casefold_events::case::intake::Fee;
use casefold_events::vocabulary::{CaseStatus, PartyType, Role, ServiceIndicator};
use serde_json::{Value, json};

use crate::support::*;

fn petition_with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = FilePetition::example();
    change(&mut body);
    body
}

#[test]
fn a_petition_makes_entries_1_and_2_and_a_statement_off_the_record() {
    let outcome = when_filed(FilePetition::example())
        .by(petitioner())
        .then_events(FILED);
    assert_eq!(
        outcome.codes(),
        [("P", Some(1)), ("RQT", Some(2)), ("STIN", Some(0))]
    );
    assert_eq!(
        outcome.titles(),
        [
            "Petition",
            "Request for Place of Trial at Birmingham, Alabama",
            "Statement of Taxpayer Identification",
        ]
    );
    let off_record: Vec<_> = outcome.case.docket.off_record().iter().collect();
    assert_eq!(off_record.len(), 1);
    assert!(
        outcome
            .filed_entries()
            .all(|entry| entry.filed_by == Some("Petr. Nora Quist".into())
                && entry.filers == [outcome.case.parties[0].contact_id])
    );
}

#[test]
fn an_electronic_petition_is_received_now_and_its_fee_is_not_paid() {
    let case = when_filed(FilePetition::example())
        .by(petitioner())
        .then_events(FILED)
        .case;
    assert_eq!(case.received_at, time(NOW));
    assert_eq!(
        (case.is_paper, case.fee, case.status),
        (false, Fee::NotPaid, CaseStatus::New)
    );
}

#[test]
fn the_petitioner_who_files_owns_the_case_and_is_served_electronically() {
    let body = petition_with(|body| {
        let second = body["petitioners"][0].clone();
        body["petitioners"].as_array_mut().unwrap().push(second);
    });
    let case = when_filed(body).by(petitioner()).then_events(FILED).case;
    assert_eq!(case.parties[0].user_id, Some(petitioner().user_id));
    assert_eq!(
        case.parties[0].service_indicator,
        ServiceIndicator::Electronic
    );
    assert_eq!(case.parties[1].user_id, None);
    assert_eq!(case.parties[1].service_indicator, ServiceIndicator::Paper);
}

#[test]
fn a_practitioner_who_files_becomes_counsel_for_petitioners_who_are_not_served() {
    let outcome = when_filed(FilePetition::example())
        .by(practitioner())
        .then_events([
            "PetitionFiled",
            "CounselAssociated",
            "DocketEntryFiled",
            "DocketEntryFiled",
            "DocketEntryFiled",
        ]);
    let case = outcome.case;
    assert_eq!(case.parties[0].user_id, None);
    assert_eq!(case.parties[0].service_indicator, ServiceIndicator::None);
    assert_eq!(case.counsel[0].user_id, practitioner().user_id);
    assert_eq!(case.counsel[0].representing, [case.parties[0].contact_id]);
}

#[test]
fn a_practitioner_without_a_name_is_asked_for_one() {
    let mut nameless = practitioner();
    nameless.name = None;
    let refusal = when_filed(FilePetition::example())
        .by(nameless.clone())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("counsel.name"));
    let body = petition_with(|body| body["counsel"] = json!({"name": "Harriet Chan"}));
    when_filed(body).by(nameless).then_events([
        "PetitionFiled",
        "CounselAssociated",
        "DocketEntryFiled",
        "DocketEntryFiled",
        "DocketEntryFiled",
    ]);
}

#[test]
fn what_follows_from_who_files_is_not_given() {
    let counsel = petition_with(|body| body["counsel"] = json!({}));
    let refusal = when_filed(counsel)
        .by(petitioner())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("counsel"));
    for (field, value) in [("userId", "somebody-else"), ("serviceIndicator", "None")] {
        let body = petition_with(|body| body["petitioners"][0][field] = json!(value));
        let refusal = when_filed(body)
            .by(petitioner())
            .then_refused("INVALID_FIELD");
        assert_eq!(
            refusal.field(),
            Some(format!("petitioners[0].{field}").as_str())
        );
    }
}

#[test]
fn a_caption_that_is_not_given_is_made_of_the_names_and_the_party_type() {
    let cases = [
        (PartyType::Petitioner, None, "Selma Horn, Petitioner"),
        (
            PartyType::PetitionerSpouse,
            Some("Cairo Harris"),
            "Selma Horn & Cairo Harris, Petitioners",
        ),
        (
            PartyType::PetitionerDeceasedSpouse,
            Some("Cairo Harris"),
            "Selma Horn & Cairo Harris, Deceased, Selma Horn, Surviving Spouse, Petitioners",
        ),
        (PartyType::Donor, None, "Selma Horn, Donor, Petitioner"),
        (
            PartyType::Trust,
            Some("Leslie Bullock"),
            "Selma Horn, Leslie Bullock, Trustee, Petitioner(s)",
        ),
        (PartyType::Trust, None, "Selma Horn, Petitioner(s)"),
        (
            PartyType::EstateWithoutExecutor,
            None,
            "Estate of Selma Horn, Deceased, Petitioner",
        ),
        (
            PartyType::NextFriendForMinor,
            Some("Guy Fieri"),
            "Selma Horn, Minor, Guy Fieri, Next Friend, Petitioner",
        ),
    ];
    for (party_type, second, caption) in cases {
        let body = petition_with(|body| {
            body["partyType"] = json!(party_type);
            body["petitioners"][0]["name"] = json!("Selma Horn");
            body["petitioners"][0]["secondaryName"] = json!(second);
        });
        let case = when_filed(body).by(petitioner()).then_events(FILED).case;
        assert_eq!(case.caption.expose(), caption);
        assert_eq!(case.initial_caption.expose(), caption);
    }
}

#[test]
fn every_party_type_has_a_caption_that_names_the_petitioner() {
    for party_type in PartyType::ALL {
        let body = petition_with(|body| {
            body["partyType"] = json!(party_type);
            body["petitioners"][0]["secondaryName"] = json!("Cairo Harris");
        });
        let case = when_filed(body).by(petitioner()).then_events(FILED).case;
        assert!(case.caption.expose().contains("Nora Quist"), "{party_type}");
        assert!(
            case.caption.expose().contains(", Petitioner"),
            "{party_type}"
        );
    }
}

#[test]
fn several_petitioners_share_a_caption() {
    for (count, caption) in [
        (2, "Petitioner 1 & Petitioner 2, Petitioners"),
        (3, "Petitioner 1, et al., Petitioners"),
    ] {
        let body = petition_with(|body| {
            let petitioner = body["petitioners"][0].clone();
            let numbered = (1..=count).map(|at| {
                let mut petitioner = petitioner.clone();
                petitioner["name"] = json!(format!("Petitioner {at}"));
                petitioner
            });
            body["petitioners"] = numbered.collect();
        });
        let case = when_filed(body).by(petitioner()).then_events(FILED).case;
        assert_eq!(case.caption.expose(), caption);
    }
}

#[test]
fn spouses_are_both_named() {
    let body = petition_with(|body| body["partyType"] = json!("Petitioner & spouse"));
    when_filed(body)
        .by(petitioner())
        .then_refused("SPOUSE_MISSING");
}

#[test]
fn a_caption_that_is_given_is_kept() {
    let body = petition_with(|body| body["caption"] = json!("A caption of my own"));
    let case = when_filed(body).by(petitioner()).then_events(FILED).case;
    assert_eq!(case.caption.expose(), "A caption of my own");
}

#[test]
fn a_notice_is_not_of_the_future() {
    let body = petition_with(|body| body["irsNoticeDate"] = json!("2026-11-23T12:00:00.001Z"));
    let refusal = when_filed(body)
        .by(petitioner())
        .then_refused("TIME_IN_FUTURE");
    assert_eq!(refusal.field(), Some("irsNoticeDate"));
}

#[test]
fn a_paper_petition_holds_from_its_receipt() {
    let outcome = when_filed(FilePaperPetition::example())
        .by(petitions_clerk())
        .then_events(FILED);
    let received = time("2025-03-03T14:30:00.000Z");
    assert_eq!(outcome.effective_at, Some(received));
    assert_eq!(outcome.case.received_at, received);
    assert!(outcome.case.is_paper);
    assert!(
        outcome
            .filed_entries()
            .all(|entry| entry.is_paper && entry.filing_date == received)
    );
    assert_eq!(
        outcome.case.parties[0].service_indicator,
        ServiceIndicator::Paper
    );
}

#[test]
fn a_paper_petition_is_not_received_in_the_future_or_before_docket_numbers() {
    let body = paper_petition_with(|body| body["receivedAt"] = json!("2026-11-23T12:00:00.001Z"));
    when_filed(body)
        .by(petitions_clerk())
        .then_refused("TIME_IN_FUTURE");
    let body = paper_petition_with(|body| body["receivedAt"] = json!("1969-12-31T00:00:00.000Z"));
    when_filed(body)
        .by(petitions_clerk())
        .then_refused("INVALID_FIELD");
}

#[test]
fn a_paper_petition_may_come_before_its_scans_and_without_a_place_of_trial() {
    let body = paper_petition_with(|body| {
        let body = body.as_object_mut().unwrap();
        for field in [
            "petition",
            "statementOfTaxpayerIdentification",
            "preferredTrialCity",
        ] {
            body.remove(field);
        }
    });
    let outcome = when_filed(body).by(petitions_clerk()).then_events(FILED);
    assert_eq!(
        outcome.codes(),
        [("P", Some(1)), ("RQT", Some(2)), ("STIN", Some(0))]
    );
    assert_eq!(outcome.titles()[1], "Request for Place of Trial");
}

#[test]
fn a_fee_that_came_with_a_paper_petition_is_noted() {
    let body = paper_petition_with(|body| {
        body["fee"] = json!({"status": "Waived", "waivedAt": "2025-03-03T00:00:00.000Z"});
    });
    let outcome = when_filed(body).by(petitions_clerk()).then_events([
        "PetitionFiled",
        "DocketEntryFiled",
        "DocketEntryFiled",
        "DocketEntryFiled",
        "DocketEntryFiled",
    ]);
    assert_eq!(outcome.codes()[3], ("FEEW", Some(3)));
    let body = paper_petition_with(|body| {
        body["fee"] = json!({"status": "Waived", "waivedAt": "2027-01-01T00:00:00.000Z"});
    });
    when_filed(body)
        .by(petitions_clerk())
        .then_refused("TIME_IN_FUTURE");
}

#[test]
fn electronic_service_needs_somebody_to_reach() {
    let body = paper_petition_with(|body| {
        let petitioner = body["petitioners"][0].as_object_mut().unwrap();
        petitioner.insert("serviceIndicator".to_owned(), json!("Electronic"));
        petitioner.remove("email");
        petitioner.remove("userId");
    });
    when_filed(body.clone())
        .by(petitions_clerk())
        .then_refused("ELECTRONIC_SERVICE_UNREACHABLE");
    let mut reachable = body;
    reachable["petitioners"][0]["email"] = json!("osborne@example.com");
    when_filed(reachable)
        .by(petitions_clerk())
        .then_events(FILED);
}

#[test]
fn the_supervisor_and_the_clerk_of_court_take_petitions_in() {
    for role in [Role::ClerkOfCourt, Role::CaseServicesSupervisor] {
        when_filed(FilePaperPetition::example())
            .by(actor(role))
            .then_events(FILED);
    }
}
