//! What consolidated cases share, changed together; and the trial calendar.

use casefold_events::case::trial::{
    AddedToTrialSession, AutomaticallyBlocked, CaseCalendared, TrialBlocked,
};
use casefold_events::vocabulary::{AutomaticBlockReason, CaseStatus, ProcedureType};
use serde_json::{Value, json};

use crate::support::*;

const PAIR: [&str; 2] = ["101-26", "102-26"];
const BOTH_CALENDARED: [(&str, &str); 2] =
    [("101-26", "CaseCalendared"), ("102-26", "CaseCalendared")];

fn context(numbers: &[&str], change: Value) -> Value {
    with(
        json!({"type": "UpdateCaseContext", "docketNumbers": numbers}),
        &change,
    )
}

fn details(numbers: &[&str], change: Value) -> Value {
    with(
        json!({"type": "UpdateCaseDetails", "docketNumbers": numbers}),
        &change,
    )
}

fn with(mut body: Value, change: &Value) -> Value {
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn calendar(numbers: &[&str]) -> Value {
    json!({"type": "SetTrialCalendar", "session": session(1), "docketNumbers": numbers})
}

fn grouped(docket_number: &str) -> History {
    at_issue(docket_number).consolidated(&PAIR)
}

fn group() -> [History; 2] {
    PAIR.map(grouped)
}

#[test]
fn a_group_changes_status_and_judge_together() {
    let cases = given_cases(group())
        .when(context(
            &PAIR,
            json!({"status": "Submitted", "judge": "Buch"}),
        ))
        .by(docket_clerk())
        .then_events([
            ("101-26", "CaseStatusChanged"),
            ("101-26", "JudgeAssigned"),
            ("102-26", "CaseStatusChanged"),
            ("102-26", "JudgeAssigned"),
        ]);
    for case in cases {
        assert_eq!(case.status, CaseStatus::Submitted);
        assert_eq!(case.associated_judge, "Buch");
    }
}

#[test]
fn a_group_has_no_status_that_consolidated_cases_do_not_have() {
    for status in CaseStatus::ALL.iter().copied() {
        let body = context(&PAIR, json!({"status": status}));
        let then = given_cases(group()).when(body).by(docket_clerk());
        match status {
            CaseStatus::New | CaseStatus::Calendared => {
                then.then_refused("STATUS_NOT_SETTABLE");
            }
            CaseStatus::NotAtIssue
            | CaseStatus::OnAppeal
            | CaseStatus::Closed
            | CaseStatus::ClosedDismissed => {
                then.then_refused("GROUP_STATUS_NOT_ALLOWED");
            }
            CaseStatus::AtIssue => {
                then.then_refused("NOTHING_TO_CHANGE");
            }
            CaseStatus::AssignedCase
            | CaseStatus::AssignedMotion
            | CaseStatus::Cav
            | CaseStatus::Submitted
            | CaseStatus::SubmittedRule122
            | CaseStatus::Rule155
            | CaseStatus::JurisdictionRetained => {
                then.then_events([
                    ("101-26", "CaseStatusChanged"),
                    ("102-26", "CaseStatusChanged"),
                ]);
            }
        }
    }
}

#[test]
fn a_group_on_the_general_docket_has_no_other_judge() {
    given_cases(group())
        .when(context(&PAIR, json!({"judge": "Buch"})))
        .by(docket_clerk())
        .then_refused("JUDGE_ON_GENERAL_DOCKET");
}

#[test]
fn a_group_is_listed_as_a_whole_and_alone() {
    let change = json!({"status": "Submitted"});
    given_cases(group())
        .when(context(&["101-26"], change.clone()))
        .by(docket_clerk())
        .then_refused("GROUP_INCOMPLETE");
    let [one, other] = group();
    given_cases([one.clone(), other.clone(), at_issue("103-26")])
        .when(context(&["101-26", "102-26", "103-26"], change.clone()))
        .by(docket_clerk())
        .then_refused("NOT_ONE_GROUP");
    let others = ["103-26", "104-26"];
    given_cases([
        one,
        other,
        at_issue("103-26").consolidated(&others),
        at_issue("104-26").consolidated(&others),
    ])
    .when(context(&["101-26", "102-26", "103-26", "104-26"], change))
    .by(docket_clerk())
    .then_refused("NOT_ONE_GROUP");
}

#[test]
fn the_refusal_of_one_case_names_the_form_for_its_group() {
    let body = json!({"type": "UpdateCaseContext", "status": "Submitted"});
    let refusal = given(grouped("101-26"))
        .when(body)
        .by(docket_clerk())
        .then_refused("CASE_IS_CONSOLIDATED");
    assert!(refusal.to_string().contains("/v1/commands"), "{refusal}");
}

#[test]
fn a_group_changes_procedure_and_place_of_trial_together() {
    let change = json!({"procedureType": "Small", "preferredTrialCity": "Mobile, Alabama"});
    let cases = given_cases(group())
        .when(details(&PAIR, change.clone()))
        .by(petitions_clerk())
        .then_events([
            ("101-26", "CaseDetailsCorrected"),
            ("102-26", "CaseDetailsCorrected"),
        ]);
    for case in cases {
        assert_eq!(case.procedure_type, ProcedureType::Small);
        assert_eq!(
            case.preferred_trial_city.as_deref(),
            Some("Mobile, Alabama")
        );
    }
    given_cases(group())
        .when(details(&PAIR, json!({"procedureType": "Regular"})))
        .by(petitions_clerk())
        .then_refused("NOTHING_TO_CHANGE");
    given_cases(group())
        .when(details(&["102-26"], change))
        .by(petitions_clerk())
        .then_refused("GROUP_INCOMPLETE");
}

#[test]
fn a_calendar_sets_each_of_its_cases() {
    let in_session = at_issue("102-26").and(AddedToTrialSession {
        session: session(1),
    });
    let cases = given_cases([served(), in_session])
        .when(calendar(&PAIR))
        .by(petitions_clerk())
        .then_events(BOTH_CALENDARED);
    for case in cases {
        assert_eq!(case.status, CaseStatus::Calendared);
        assert_eq!(case.trial_session, Some(session(1)));
        assert_eq!(case.associated_judge, "Buch");
    }
}

#[test]
fn a_calendar_takes_a_group_as_a_whole() {
    given_cases(group())
        .when(calendar(&PAIR))
        .by(petitions_clerk())
        .then_events(BOTH_CALENDARED);
    let refusal = given_cases(group())
        .when(calendar(&["102-26"]))
        .by(petitions_clerk())
        .then_refused("GROUP_INCOMPLETE");
    assert!(refusal.to_string().contains("101-26"));
}

#[test]
fn a_case_is_calendared_once() {
    for at in [1, 2] {
        let calendared = at_issue("102-26").and(CaseCalendared {
            session: session(at),
        });
        let refusal = given_cases([at_issue("101-26"), calendared])
            .when(calendar(&PAIR))
            .by(petitions_clerk())
            .then_refused("CASE_CALENDARED");
        assert!(refusal.to_string().contains("102-26"));
    }
}

#[test]
fn a_case_that_can_not_be_tried_in_the_session_is_not_calendared() {
    let reason = || "Settlement".into();
    let refused = [
        (filed().numbered("102-26"), "PETITION_NOT_SERVED"),
        (
            at_issue("102-26").status(CaseStatus::OnAppeal),
            "STATUS_NOT_TRIABLE",
        ),
        (
            at_issue("102-26").status(CaseStatus::Closed),
            "STATUS_NOT_TRIABLE",
        ),
        (
            at_issue("102-26").and(TrialBlocked { reason: reason() }),
            "CASE_BLOCKED",
        ),
        (at_issue("102-26").heard_in(1), "ALREADY_IN_TRIAL_SESSION"),
        (
            at_issue("102-26").and(AddedToTrialSession {
                session: session(2),
            }),
            "IN_ANOTHER_SESSION",
        ),
    ];
    for (other, code) in refused {
        given_cases([at_issue("101-26"), other])
            .when(calendar(&PAIR))
            .by(petitions_clerk())
            .then_refused(code);
    }
    let reason = AutomaticBlockReason::DueDate;
    given_cases([
        at_issue("101-26").heard_in(2),
        at_issue("102-26").and(AutomaticallyBlocked { reason }),
    ])
    .when(calendar(&PAIR))
    .by(petitions_clerk())
    .then_events(BOTH_CALENDARED);
}
