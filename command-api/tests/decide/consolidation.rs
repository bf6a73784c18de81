//! Consolidated groups.

use casefold_command_api::command::GroupCommand;
use casefold_command_api::decide::{self, Actor, Ask};
use casefold_events::UserId;
use casefold_events::case::standing::{CaseDetailsCorrected, JudgeAssigned};
use casefold_events::vocabulary::{CaseStatus, ProcedureType, Role};
use casefold_shared::case::Case;
use serde_json::{Value, json};

use crate::support::*;

fn consolidate(numbers: &[&str]) -> Value {
    json!({"type": "ConsolidateCases", "docketNumbers": numbers})
}

fn unconsolidate(numbers: &[&str]) -> Value {
    json!({"type": "UnconsolidateCases", "docketNumbers": numbers})
}

fn file(numbers: &[&str]) -> Value {
    json!({
        "type": "FileDocument",
        "docketNumbers": numbers,
        "eventCode": "M006",
        "document": document(),
    })
}

fn grouped(docket_number: &str, members: &[&str]) -> History {
    at_issue(docket_number).consolidated(members)
}

/// The lead and the members of a case's group.
fn group(case: &Case) -> Option<(String, Vec<String>)> {
    case.consolidation.as_ref().map(|group| {
        let members = group.members.iter().map(ToString::to_string).collect();
        (group.lead_docket_number.to_string(), members)
    })
}

fn group_of(members: &[&str]) -> Option<(String, Vec<String>)> {
    Some((
        members[0].to_owned(),
        members.iter().map(|it| (*it).to_owned()).collect(),
    ))
}

#[test]
fn the_lead_of_a_group_is_its_lowest_docket_number() {
    let cases = given_cases([at_issue("1000-20"), at_issue("101-21"), at_issue("999-20")])
        .when(consolidate(&["1000-20", "101-21", "999-20"]))
        .by(actor(Role::Floater))
        .then_events([
            ("999-20", "CaseConsolidated"),
            ("1000-20", "CaseConsolidated"),
            ("101-21", "CaseConsolidated"),
        ]);
    for case in cases {
        assert_eq!(group(&case), group_of(&["999-20", "1000-20", "101-21"]));
    }
}

#[test]
fn a_listed_case_brings_its_group_along() {
    let cases = given_cases([
        grouped("102-26", &["102-26", "103-26"]),
        grouped("103-26", &["102-26", "103-26"]),
        at_issue("101-26"),
    ])
    .when(consolidate(&["101-26", "103-26"]))
    .by(docket_clerk())
    .then_events([
        ("101-26", "CaseConsolidated"),
        ("102-26", "CaseConsolidated"),
        ("103-26", "CaseConsolidated"),
    ]);
    for case in cases {
        assert_eq!(group(&case), group_of(&["101-26", "102-26", "103-26"]));
    }
}

#[test]
fn cases_that_are_consolidated_already_have_nothing_to_change() {
    let pair = ["101-26", "102-26"];
    given_cases([grouped("101-26", &pair), grouped("102-26", &pair)])
        .when(consolidate(&pair))
        .by(docket_clerk())
        .then_refused("NOTHING_TO_CHANGE");
}

#[test]
fn cases_of_some_statuses_are_not_consolidated() {
    for status in CaseStatus::ALL.iter().copied() {
        let of = |docket_number| served().numbered(docket_number).status(status);
        let then = given_cases([of("101-26"), of("102-26")])
            .when(consolidate(&["101-26", "102-26"]))
            .by(docket_clerk());
        let refused = matches!(
            status,
            CaseStatus::New
                | CaseStatus::NotAtIssue
                | CaseStatus::OnAppeal
                | CaseStatus::Closed
                | CaseStatus::ClosedDismissed
        );
        if refused {
            then.then_refused("STATUS_NOT_CONSOLIDATABLE");
        } else {
            then.then_events([
                ("101-26", "CaseConsolidated"),
                ("102-26", "CaseConsolidated"),
            ]);
        }
    }
}

#[test]
fn cases_that_differ_are_not_consolidated() {
    let different = [
        (at_issue("102-26").status(CaseStatus::Submitted), "status"),
        (
            at_issue("102-26").and(JudgeAssigned {
                judge: "Buch".to_owned(),
            }),
            "judge",
        ),
        (
            at_issue("102-26").and(CaseDetailsCorrected {
                procedure_type: Some(ProcedureType::Small),
                ..Default::default()
            }),
            "procedure",
        ),
        (
            at_issue("102-26").and(CaseDetailsCorrected {
                preferred_trial_city: Some("Mobile, Alabama".to_owned()),
                ..Default::default()
            }),
            "place of trial",
        ),
    ];
    for (other, what) in different {
        let refusal = given_cases([at_issue("101-26"), other])
            .when(consolidate(&["101-26", "102-26"]))
            .by(docket_clerk())
            .then_refused("CASES_DIFFER");
        assert!(refusal.to_string().contains(what));
    }
}

#[test]
fn one_case_alone_or_one_case_twice_is_no_group() {
    for numbers in [&["101-26"][..], &["101-26", "101-26"]] {
        given_cases([at_issue("101-26")])
            .when(consolidate(numbers))
            .by(docket_clerk())
            .then_refused("INVALID_FIELD");
    }
}

#[test]
fn a_group_has_a_hundred_cases_at_most() {
    let names: Vec<_> = (101..=200).map(|serial| format!("{serial}-26")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut cases: Vec<_> = names
        .iter()
        .map(|name| grouped(name, &names).case())
        .collect();
    cases.push(at_issue("201-26").case());
    let command = GroupCommand::parse(consolidate(&["101-26", "201-26"])).unwrap();
    let mut ids = ids();
    let ask = Ask {
        actor: &docket_clerk(),
        now: time(NOW),
        ids: &mut ids,
    };
    let refusal = decide::group(&cases, &command, ask).unwrap_err();
    assert_eq!(refusal.code(), "GROUP_TOO_LARGE");
}

#[test]
fn a_member_that_was_not_loaded_is_told_and_never_forgotten() {
    let cases = [
        grouped("102-26", &["102-26", "103-26"]).case(),
        at_issue("101-26").case(),
    ];
    let command = GroupCommand::parse(consolidate(&["101-26", "102-26"])).unwrap();
    assert_eq!(decide::group_members(&command, &cases), [number("103-26")]);
    let mut ids = ids();
    let ask = Ask {
        actor: &docket_clerk(),
        now: time(NOW),
        ids: &mut ids,
    };
    assert_eq!(
        decide::group(&cases, &command, ask).unwrap_err().code(),
        "GROUP_CHANGED"
    );
}

#[test]
fn a_lead_that_leaves_is_followed_by_the_next() {
    let trio = ["101-26", "102-26", "103-26"];
    let cases = given_cases([
        grouped("101-26", &trio),
        grouped("102-26", &trio),
        grouped("103-26", &trio),
    ])
    .when(unconsolidate(&["101-26"]))
    .by(docket_clerk())
    .then_events([
        ("101-26", "CaseUnconsolidated"),
        ("102-26", "CaseConsolidated"),
        ("103-26", "CaseConsolidated"),
    ]);
    assert_eq!(group(&cases[0]), None);
    assert_eq!(group(&cases[1]), group_of(&["102-26", "103-26"]));
    assert_eq!(group(&cases[2]), group_of(&["102-26", "103-26"]));
}

#[test]
fn a_group_of_one_dissolves() {
    let pair = ["101-26", "102-26"];
    let cases = given_cases([grouped("101-26", &pair), grouped("102-26", &pair)])
        .when(unconsolidate(&["102-26"]))
        .by(docket_clerk())
        .then_events([
            ("101-26", "CaseUnconsolidated"),
            ("102-26", "CaseUnconsolidated"),
        ]);
    assert!(cases.iter().all(|case| case.consolidation.is_none()));
}

#[test]
fn a_case_in_no_group_does_not_leave_one() {
    given_cases([at_issue("101-26")])
        .when(unconsolidate(&["101-26"]))
        .by(docket_clerk())
        .then_refused("CASE_NOT_CONSOLIDATED");
}

#[test]
fn a_party_to_one_case_files_to_its_whole_group() {
    let pair = ["101-26", "102-26"];
    let of_another = || {
        let petitioner = contact(1, "Selma Horn", None);
        filed_with(|petition| petition.petitioners = vec![petitioner])
            .checked()
            .served()
            .numbered("102-26")
            .status(CaseStatus::AtIssue)
            .consolidated(&pair)
    };
    let cases = given_cases([grouped("101-26", &pair), of_another()])
        .when(file(&pair))
        .by(petitioner())
        .then_events([
            ("101-26", "DocketEntryFiled"),
            ("102-26", "DocketEntryFiled"),
        ]);
    let filed: Vec<_> = cases
        .iter()
        .filter_map(|case| case.docket.on_record().next_back())
        .collect();
    assert!(
        filed
            .iter()
            .all(|entry| entry.filed.filed_by == Some("Petr. Nora Quist".into()))
    );
    assert_eq!(filed[0].filed.filers, [contact_id(1)]);
    assert!(filed[1].filed.filers.is_empty());
    let stranger = Actor {
        user_id: UserId::new("stranger").unwrap(),
        ..petitioner()
    };
    given_cases([grouped("101-26", &pair), of_another()])
        .when(file(&pair))
        .by(stranger)
        .then_refused("NOT_A_PARTY");
}

#[test]
fn a_document_is_filed_to_several_cases_of_one_group_alone() {
    given_cases([at_issue("101-26"), at_issue("102-26")])
        .when(file(&["101-26", "102-26"]))
        .by(petitioner())
        .then_refused("NOT_ONE_GROUP");
    given_cases([
        grouped("101-26", &["101-26", "102-26"]),
        grouped("102-26", &["101-26", "102-26"]),
        grouped("103-26", &["103-26", "104-26"]),
        grouped("104-26", &["103-26", "104-26"]),
    ])
    .when(file(&["101-26", "103-26"]))
    .by(petitioner())
    .then_refused("NOT_ONE_GROUP");
}
