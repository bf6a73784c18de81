//! Cases on their way to trial: sessions, hearings, blocks and priority.

use casefold::import::{FindingKind, plan_case};
use casefold_events::vocabulary::{AutomaticBlockReason, CaseStatus};
use serde_json::json;

use crate::support::{TRIAL, at, case, dates, folded, folded_case, id, items, reported, source_of};

#[test]
fn a_calendared_case_is_in_its_session_since_the_notice_of_trial() {
    let case = folded_case("401-22");
    let session = case.trial_session.as_ref().unwrap();
    assert_eq!(session.trial_session_id.to_string(), id(0x201));
    assert_eq!(session.trial_date, at("2022-11-07T14:00:00Z"));
    assert_eq!(session.trial_location, "Boise, Idaho");
    // The session of the file says who holds it.
    assert_eq!(session.judge.as_deref(), Some("Marlow"));
    assert_eq!(case.associated_judge, "Marlow");
    let calendared = case.status_history.last().unwrap();
    assert_eq!(calendared.status, CaseStatus::Calendared);
    assert_eq!(calendared.since, at("2022-06-01T12:00:00Z"));
    // The judge came with the session.
    assert!(dates("401-22", "ImportJudge").is_empty());
}

#[test]
fn a_judge_who_is_not_the_sessions_has_the_case_all_the_same() {
    let mut items = items(TRIAL);
    items[0]["associatedJudge"] = json!("Chief Judge");
    let plan = plan_case(&case(&source_of(items), "401-22")).unwrap();
    let case = folded(&plan);
    assert_eq!(case.associated_judge, "Chief Judge");
    assert_eq!(case.trial_session.unwrap().judge.as_deref(), Some("Marlow"));
}

#[test]
fn a_hearing_is_set_in_its_session_with_the_calendars_note_on_the_case() {
    let [hearing] = folded_case("401-22").hearings.to_vec().try_into().unwrap();
    assert_eq!(hearing.session.trial_session_id.to_string(), id(0x202));
    assert_eq!(hearing.session.trial_date, at("2022-09-05T14:00:00Z"));
    assert_eq!(hearing.session.trial_location, "Reno, Nevada");
    assert_eq!(hearing.session.judge.as_deref(), Some("Underhill"));
    assert_eq!(hearing.calendar_notes, Some("By telephone".into()));
}

#[test]
fn a_case_that_is_calendared_nowhere_is_reported_and_gets_the_nearest_status() {
    let case = folded_case("405-22");
    assert_eq!(case.status, CaseStatus::AtIssue);
    assert_eq!(case.trial_session, None);
    assert!(reported("405-22", FindingKind::Unplaced).contains(&"status".to_owned()));

    let mut items = items(TRIAL);
    let item = items
        .iter_mut()
        .find(|it| it["sk"] == "case|405-22")
        .unwrap();
    item["associatedJudge"] = json!("Marlow");
    let plan = plan_case(&crate::support::case(&source_of(items), "405-22")).unwrap();
    let case = folded(&plan);
    assert_eq!(case.status, CaseStatus::AssignedCase);
    assert_eq!(case.associated_judge, "Marlow");
}

#[test]
fn a_case_that_names_a_session_and_is_not_calendared_waits_in_it() {
    let case = folded_case("403-22");
    assert_eq!(case.status, CaseStatus::AtIssue);
    let session = case.trial_session.unwrap();
    // The case doesn't say when and where; its session does.
    assert_eq!(session.trial_date, at("2022-12-05T14:00:00Z"));
    assert_eq!(session.trial_location, "Boise, Idaho");
    assert_eq!(session.judge, None);
    assert_eq!(session.trial_session_id.0.get_version_num(), 8);
    assert!(reported("403-22", FindingKind::Supposed).contains(&"trialDate".to_owned()));
    let unplaced = reported("403-22", FindingKind::Unplaced);
    assert!(
        unplaced.contains(&"trialSessionId".to_owned()),
        "{unplaced:?}"
    );
}

#[test]
fn a_block_holds_since_its_own_date_and_keeps_its_reason() {
    let case = folded_case("402-22");
    let blocked = case.blocked.unwrap();
    assert_eq!(blocked.reason, "Petitioner is abroad");
    assert_eq!(blocked.since, at("2022-05-05T10:00:00Z"));
    let automatic = case.automatic_block.unwrap();
    assert_eq!(
        automatic.reason,
        AutomaticBlockReason::DueDateAndPendingItem
    );
    assert_eq!(automatic.since, at("2022-05-06T10:00:00Z"));
    assert_eq!(case.priority, None);
    // The rule says the same: nothing to report.
    assert!(reported("402-22", FindingKind::AgainstRule).is_empty());
}

#[test]
fn priority_excludes_the_automatic_block_and_a_block_excludes_priority() {
    let case = folded_case("403-22");
    assert_eq!(case.priority.unwrap().reason, "Remanded");
    assert_eq!(case.automatic_block, None);
    let unplaced = reported("403-22", FindingKind::Unplaced);
    assert!(
        unplaced.contains(&"automaticBlocked".to_owned()),
        "{unplaced:?}"
    );

    // An empty reason is none.
    assert!(!unplaced.contains(&"blockedReason".to_owned()));

    let case = folded_case("405-22");
    assert_eq!(case.blocked.unwrap().reason, "not recorded");
    assert_eq!(case.priority, None);
    let unplaced = reported("405-22", FindingKind::Unplaced);
    assert!(
        unplaced.contains(&"highPriority".to_owned()),
        "{unplaced:?}"
    );
}

#[test]
fn a_closed_case_has_neither_block_nor_priority_and_stays_in_its_session_against_the_rule() {
    let case = folded_case("404-22");
    assert_eq!(case.closed_date, Some(at("2022-07-01T10:00:00Z")));
    assert_eq!(
        (case.blocked, case.priority, case.automatic_block),
        (None, None, None)
    );
    assert!(case.trial_session.is_some());
    assert_eq!(
        reported("404-22", FindingKind::AgainstRule),
        ["trialSessionId"]
    );
    assert_eq!(
        reported("404-22", FindingKind::Unplaced),
        ["blocked", "highPriority", "automaticBlocked"]
    );
}

#[test]
fn an_automatic_block_that_the_rule_would_not_set_is_reported() {
    let mut items = items(TRIAL);
    items.retain(|item| item["sk"] != format!("case-deadline|{}", id(0x141)));
    let plan = plan_case(&case(&source_of(items), "402-22")).unwrap();
    let against: Vec<_> = plan
        .findings
        .iter()
        .filter(|finding| finding.kind == FindingKind::AgainstRule)
        .filter_map(|finding| finding.field.as_deref())
        .collect();
    assert_eq!(against, ["automaticBlocked"]);
    // What the source says is imported all the same.
    assert!(folded(&plan).automatic_block.is_some());
}
