//! What follows by itself.

use casefold_command_api::command::{AddDeadline, AddPetitioner, GroupCommand};
use casefold_command_api::decide::{self, Ask};
use casefold_command_api::policy::{self, LEAD_ELECTION, POLICIES};
use casefold_events::case::parties::ContactUpdated;
use casefold_events::case::records::{Deadline, DeadlineAdded};
use casefold_events::case::standing::JudgeAssigned;
use casefold_events::case::trial::{
    AutomaticallyBlocked, CaseCalendared, CasePrioritized, TrialSession,
};
use casefold_events::ids::DeadlineId;
use casefold_events::vocabulary::{AutomaticBlockReason, CaseStatus, ServiceIndicator};
use casefold_events::{CommitRef, TrialSessionId, Version};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::*;

fn motion() -> Value {
    json!({"type": "FileDocument", "eventCode": "M006", "document": document()})
}

fn status(status: CaseStatus) -> Value {
    json!({"type": "UpdateCaseContext", "status": status})
}

fn deadline() -> DeadlineAdded {
    DeadlineAdded {
        deadline: Deadline {
            deadline_id: DeadlineId(Uuid::from_u128(1)),
            due: time("2026-12-31T05:00:00.000Z"),
            description: "Amended petition".into(),
            set_by: None,
        },
    }
}

fn calendared() -> History {
    at_issue("101-26").and(CaseCalendared {
        session: TrialSession {
            trial_session_id: TrialSessionId(Uuid::from_u128(7)),
            trial_date: time("2027-03-01T15:00:00.000Z"),
            trial_location: "Birmingham, Alabama".to_owned(),
            judge: Some("Buch".to_owned()),
        },
    })
}

#[test]
fn a_pending_motion_keeps_a_case_from_trial() {
    let outcome = given(served())
        .when(motion())
        .by(petitioner())
        .then_events(["DocketEntryFiled"])
        .followed_by([("AutomaticBlocking", &["AutomaticallyBlocked"])]);
    let block = outcome.case.automatic_block.unwrap();
    assert_eq!(block.reason, AutomaticBlockReason::PendingItem);
    given(served())
        .when(json!({"type": "FileDocument", "eventCode": "MISC", "document": document()}))
        .by(petitioner())
        .then_done()
        .followed_by([]);
}

#[test]
fn a_second_reason_changes_why_a_case_is_kept_from_trial() {
    let history = served().and(deadline()).and(AutomaticallyBlocked {
        reason: AutomaticBlockReason::DueDate,
    });
    let outcome = given(history)
        .when(motion())
        .by(petitioner())
        .then_done()
        .followed_by([("AutomaticBlocking", &["AutomaticallyBlocked"])]);
    let block = outcome.case.automatic_block.unwrap();
    assert_eq!(block.reason, AutomaticBlockReason::DueDateAndPendingItem);
}

#[test]
fn neither_a_calendared_nor_a_prioritized_case_is_kept_from_trial_by_itself() {
    let prioritized = served().and(CasePrioritized {
        reason: "A test case".into(),
    });
    for history in [calendared(), prioritized] {
        given(history)
            .when(motion())
            .by(petitioner())
            .then_done()
            .followed_by([]);
    }
}

#[test]
fn what_is_stricken_keeps_no_case_from_trial() {
    let history = served()
        .entry_with("M006", |entry| entry.pending = true)
        .and(AutomaticallyBlocked {
            reason: AutomaticBlockReason::PendingItem,
        });
    let outcome = given(history)
        .when(json!({"type": "StrikeDocketEntry", "docketEntry": 3}))
        .by(docket_clerk())
        .then_done()
        .followed_by([("AutomaticBlocking", &["AutomaticBlockLifted"])]);
    assert_eq!(outcome.case.automatic_block, None);
}

#[test]
fn a_case_that_leaves_the_calendar_leaves_its_session_and_judge() {
    let outcome = given(calendared())
        .when(status(CaseStatus::AtIssue))
        .by(docket_clerk())
        .then_events(["CaseStatusChanged"])
        .followed_by([
            ("JudgeReset", &["JudgeAssigned"]),
            ("DropTrialSession", &["RemovedFromTrialSession"]),
        ]);
    assert_eq!(outcome.case.trial_session, None);
    assert_eq!(outcome.case.associated_judge, "Chief Judge");
    // A case that is tried keeps its judge, and its session is over.
    given(calendared())
        .when(status(CaseStatus::Submitted))
        .by(docket_clerk())
        .then_done()
        .followed_by([("DropTrialSession", &["RemovedFromTrialSession"])]);
    given(at_issue("101-26"))
        .when(status(CaseStatus::Submitted))
        .by(docket_clerk())
        .then_done()
        .followed_by([]);
}

#[test]
fn what_is_pending_counts_again_once_the_trial_session_is_dropped() {
    let history = calendared().entry_with("M006", |entry| entry.pending = true);
    given(history)
        .when(status(CaseStatus::Submitted))
        .by(docket_clerk())
        .then_done()
        .followed_by([
            ("DropTrialSession", &["RemovedFromTrialSession"]),
            ("AutomaticBlocking", &["AutomaticallyBlocked"]),
        ]);
}

#[test]
fn closing_lifts_whatever_kept_a_case_from_trial() {
    let history = served().and(deadline()).and(AutomaticallyBlocked {
        reason: AutomaticBlockReason::DueDate,
    });
    let outcome = given(history)
        .when(status(CaseStatus::Closed))
        .by(docket_clerk())
        .then_events(["CaseStatusChanged"])
        .followed_by([]);
    assert_eq!(outcome.case.automatic_block, None);
}

#[test]
fn an_order_with_a_date_sets_a_deadline_when_it_is_served() {
    let due = time("2026-12-31T05:00:00.000Z");
    let serve = json!({"type": "ServeCourtIssuedDocument", "docketEntry": 3});
    let outcome = given(served().entry_with("OF", |entry| entry.due = Some(due)))
        .when(serve.clone())
        .by(docket_clerk())
        .then_events(["DocketEntryServed"])
        .followed_by([
            ("DeadlinesFromOrders", &["DeadlineAdded"]),
            ("AutomaticBlocking", &["AutomaticallyBlocked"]),
        ]);
    assert_eq!(outcome.case.deadlines[0].due, due);
    assert_eq!(outcome.case.deadlines[0].set_by, Some(entry_id(4)));
    given(served().entry("O"))
        .when(serve)
        .by(docket_clerk())
        .then_done()
        .followed_by([]);
}

#[test]
fn a_represented_party_is_served_by_counsel_and_again_by_themselves_when_counsel_leaves() {
    let enter = json!({
        "type": "AssociateCounsel",
        "userId": "vera",
        "counselType": "privatePractitioner",
        "counsel": {"name": "Vera Lindholm"},
        "representing": [1],
    });
    let service = |outcome: &Outcome| outcome.case.parties[0].service_indicator;
    let entered = given(served())
        .when(enter)
        .by(docket_clerk())
        .then_events(["CounselAssociated"])
        .followed_by([("ServiceOfRepresented", &["ContactUpdated"])]);
    assert_eq!(service(&entered), ServiceIndicator::None);

    let represented = served().with_practitioner().and(ContactUpdated {
        contact: entered.case.parties[0].clone(),
    });
    let counsel = practitioner().user_id.to_string();
    let left = given(represented)
        .when(json!({"type": "RemoveCounsel", "userId": counsel}))
        .by(docket_clerk())
        .then_events(["CounselRemoved"])
        .followed_by([("ServiceOfRepresented", &["ContactUpdated"])]);
    assert_eq!(service(&left), ServiceIndicator::Electronic);
}

#[test]
fn a_new_deadline_keeps_a_case_from_trial_until_it_is_removed() {
    let blocked = given(served())
        .when(AddDeadline::example())
        .by(docket_clerk())
        .then_events(["DeadlineAdded"])
        .followed_by([("AutomaticBlocking", &["AutomaticallyBlocked"])]);
    let reason = blocked.case.automatic_block.unwrap().reason;
    assert_eq!(reason, AutomaticBlockReason::DueDate);
    let history = served()
        .and(deadline())
        .and(AutomaticallyBlocked { reason });
    given(history)
        .when(json!({"type": "RemoveDeadline", "deadline": 1}))
        .by(docket_clerk())
        .then_events(["DeadlineRemoved"])
        .followed_by([("AutomaticBlocking", &["AutomaticBlockLifted"])]);
}

#[test]
fn a_judge_stays_where_the_status_does() {
    let history = served().and(JudgeAssigned {
        judge: "Buch".to_owned(),
    });
    given(history)
        .when(AddPetitioner::example())
        .by(docket_clerk())
        .then_done()
        .followed_by([("CaptionNotices", &["DocketEntryFiled"])]);
}

#[test]
fn the_cases_that_a_lead_leaves_behind_change_by_a_policy() {
    let all = ["101-26", "102-26", "103-26"];
    let cases = all.map(|name| at_issue(name).consolidated(&all).case());
    let command = json!({"type": "UnconsolidateCases", "docketNumbers": ["101-26"]});
    let mut ids = ids();
    let ask = Ask {
        actor: &docket_clerk(),
        now: time(NOW),
        ids: &mut ids,
    };
    let command = GroupCommand::parse(command).unwrap();
    let decisions = decide::group(&cases, &command, ask).unwrap();
    let policies: Vec<_> = decisions
        .iter()
        .map(|(number, decision)| (number.to_string(), decision.policy))
        .collect();
    let elected = Some((LEAD_ELECTION, number("101-26")));
    assert_eq!(
        policies,
        [
            ("101-26".to_owned(), None),
            ("102-26".to_owned(), elected),
            ("103-26".to_owned(), elected),
        ]
    );
}

#[test]
fn a_policy_acts_once_on_a_cause_and_each_has_an_id_of_its_own() {
    let cause = |version| CommitRef {
        docket_number: number("101-26"),
        version: Version(version),
    };
    let mut ids = std::collections::BTreeSet::new();
    for policy in POLICIES {
        for version in 1..4 {
            let id = policy::command_id(policy.name, cause(version));
            assert_eq!(id, policy::command_id(policy.name, cause(version)));
            assert!(ids.insert(id));
        }
    }
    assert_eq!(policy::actor().as_str(), policy::ACTOR);
}
