//! Status, judge, caption and seal.

use casefold_events::case::standing::{CaseSealed, JudgeAssigned};
use casefold_events::vocabulary::CaseStatus;
use serde_json::{Value, json};

use crate::support::*;

fn update(change: Value) -> Value {
    let mut body = json!({"type": "UpdateCaseContext"});
    for (field, value) in change.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

fn set(status: CaseStatus) -> Value {
    update(json!({"status": status}))
}

#[test]
fn every_status_but_two_is_set_by_hand() {
    for status in CaseStatus::ALL
        .iter()
        .copied()
        .filter(|it| *it != CaseStatus::Cav)
    {
        let then = given(served().status(CaseStatus::Cav))
            .when(set(status))
            .by(docket_clerk());
        if matches!(status, CaseStatus::New | CaseStatus::Calendared) {
            then.then_refused("STATUS_NOT_SETTABLE");
        } else {
            let case = then.then_events(["CaseStatusChanged"]).case;
            assert_eq!(case.status, status);
        }
    }
}

#[test]
fn an_unserved_case_stays_new() {
    given(filed())
        .when(set(CaseStatus::Submitted))
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
}

#[test]
fn the_general_docket_gives_a_case_back_to_the_chief_judge() {
    let history = || {
        served().status(CaseStatus::Submitted).and(JudgeAssigned {
            judge: "Buch".to_owned(),
        })
    };
    for status in [CaseStatus::NotAtIssue, CaseStatus::AtIssue] {
        let case = given(history())
            .when(set(status))
            .by(docket_clerk())
            .then_events(["CaseStatusChanged"])
            .followed_by([("JudgeReset", &["JudgeAssigned"])])
            .case;
        assert_eq!(case.associated_judge, "Chief Judge");
        given(history())
            .when(update(json!({"status": status, "judge": "Colvin"})))
            .by(docket_clerk())
            .then_refused("JUDGE_ON_GENERAL_DOCKET");
    }
    given(served().status(CaseStatus::Submitted))
        .when(set(CaseStatus::AtIssue))
        .by(docket_clerk())
        .then_events(["CaseStatusChanged"])
        .followed_by([]);
}

#[test]
fn a_case_on_the_general_docket_has_no_other_judge() {
    given(served())
        .when(update(json!({"judge": "Colvin"})))
        .by(docket_clerk())
        .then_refused("JUDGE_ON_GENERAL_DOCKET");
    let case = given(served())
        .when(update(
            json!({"judge": "Colvin", "status": "Assigned - Case"}),
        ))
        .by(docket_clerk())
        .then_events(["CaseStatusChanged", "JudgeAssigned"])
        .case;
    assert_eq!(case.associated_judge, "Colvin");
}

#[test]
fn closing_sets_a_closed_date_and_reopening_clears_it() {
    for status in [CaseStatus::Closed, CaseStatus::ClosedDismissed] {
        let case = given(served())
            .when(set(status))
            .by(docket_clerk())
            .then_events(["CaseStatusChanged"])
            .case;
        assert_eq!(case.closed_date, Some(time(NOW)));
        let case = given(served().status(status))
            .when(set(CaseStatus::OnAppeal))
            .by(docket_clerk())
            .then_events(["CaseStatusChanged"])
            .case;
        assert_eq!(case.closed_date, None);
    }
}

#[test]
fn what_stays_as_it_is_makes_no_event() {
    let same = update(json!({
        "status": "General Docket - Not at Issue",
        "judge": "Chief Judge",
        "caption": "Nora Quist, Petitioner",
    }));
    given(served())
        .when(same)
        .by(docket_clerk())
        .then_refused("NOTHING_TO_CHANGE");
    given(served())
        .when(update(json!({})))
        .by(docket_clerk())
        .then_refused("NOTHING_TO_CHANGE");
}

#[test]
fn a_caption_that_changes_after_service_is_noted() {
    let body = update(json!({"caption": "Another"}));
    let outcome = given(served())
        .when(body.clone())
        .by(docket_clerk())
        .then_events(["CaptionChanged"])
        .followed_by([("CaptionNotices", &["DocketEntryFiled"])]);
    assert_eq!(outcome.codes_by_policy(), [("MINC", Some(3))]);
    given(filed())
        .when(body)
        .by(docket_clerk())
        .then_events(["CaptionChanged"])
        .followed_by([]);
}

#[test]
fn a_consolidated_case_changes_neither_status_nor_judge_alone() {
    let history = || {
        served()
            .status(CaseStatus::Submitted)
            .consolidated(&["101-26", "102-26"])
    };
    for body in [
        json!({"status": "CAV"}),
        json!({"status": "Closed"}),
        json!({"judge": "Buch"}),
    ] {
        let refusal = given(history())
            .when(update(body))
            .by(docket_clerk())
            .then_refused("CASE_IS_CONSOLIDATED");
        assert!(refusal.to_string().contains("101-26"));
    }
    given(history())
        .when(update(json!({"caption": "Another"})))
        .by(docket_clerk())
        .then_events(["CaptionChanged"]);
}

#[test]
fn a_case_is_sealed_once_and_unsealed_once() {
    let seal = || json!({"type": "SealCase"});
    let unseal = || json!({"type": "UnsealCase"});
    let sealed = || {
        served().and(CaseSealed {
            sealed_at: time(RECEIVED),
        })
    };
    let case = given(served())
        .when(seal())
        .by(docket_clerk())
        .then_events(["CaseSealed"])
        .case;
    assert_eq!(case.sealed_at, Some(time(NOW)));
    given(sealed())
        .when(seal())
        .by(docket_clerk())
        .then_refused("CASE_ALREADY_SEALED");
    let case = given(sealed())
        .when(unseal())
        .by(docket_clerk())
        .then_events(["CaseUnsealed"])
        .case;
    assert!(!case.is_sealed());
    given(served())
        .when(unseal())
        .by(docket_clerk())
        .then_refused("CASE_NOT_SEALED");
}
