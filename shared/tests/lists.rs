//! Which rows a case has in which list.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::sync::Arc;

use casefold_events::case::intake::{Fee, PetitionFiled};
use casefold_events::case::records::Deadline;
use casefold_events::case::trial::{Hearing, TrialSession};
use casefold_events::party::{Contact, Counsel};
use casefold_events::vocabulary::{
    AutomaticBlockReason, CaseStatus, CaseType, ContactType, CounselType, PartyType, ProcedureType,
    Role, ServiceIndicator,
};
use casefold_events::{
    CommandId, ContactId, CorrelationId, DeadlineId, Digest, DocketEntryId, DraftCommit, EventId,
    StoredEvent, Timestamp, TrialSessionId, UserId, Version,
};
use casefold_shared::case::{AutomaticBlock, Because, Case, Consolidation, OpenEntry};
use casefold_shared::lists::{Line, List, ListRow, docket_sort, rows, words};
use uuid::Uuid;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

fn contact(n: u128, name: &str) -> Contact {
    Contact {
        contact_id: ContactId(Uuid::from_u128(n)),
        contact_type: ContactType::Petitioner,
        user_id: Some(user(&format!("user-{n}"))),
        name: name.into(),
        secondary_name: None,
        in_care_of: None,
        title: None,
        address: None,
        phone: None,
        email: None,
        service_indicator: ServiceIndicator::Paper,
        is_address_sealed: false,
    }
}

fn counsel(id: &str, name: &str) -> Counsel {
    Counsel {
        user_id: user(id),
        counsel_type: CounselType::PrivatePractitioner,
        name: name.into(),
        bar_number: None,
        firm_name: None,
        email: None,
        phone: None,
        address: None,
        service_indicator: ServiceIndicator::Electronic,
        representing: Vec::new(),
    }
}

/// A case as its petition begins it.
fn new_case() -> Case {
    let petition = PetitionFiled {
        received_at: at("2026-03-02T10:00:00.000Z"),
        is_paper: false,
        caption: "Nora Quist, Petitioner".into(),
        case_type: CaseType::Deficiency,
        procedure_type: ProcedureType::Small,
        party_type: PartyType::Petitioner,
        preferred_trial_city: Some("Houston, Texas".to_owned()),
        petitioners: vec![contact(1, "Nora Quist")],
        fee: Fee::NotPaid,
        irs_notice_date: None,
        mailing_date: None,
    };
    let event = StoredEvent::encode(EventId(Uuid::from_u128(1)), &petition.into()).unwrap();
    let commit = DraftCommit {
        docket_number: "101-26".parse().unwrap(),
        version: Version(1),
        command_id: CommandId::new("c1").unwrap(),
        command: "Test".to_owned(),
        command_digest: Digest::ZERO,
        actor: user("clerk"),
        role: Role::DocketClerk,
        recorded_at: at("2026-03-02T10:00:00.000Z"),
        effective_at: at("2026-03-02T10:00:00.000Z"),
        correlation_id: CorrelationId::new("test").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events: vec![event],
        source: None,
    };
    Case::fold(None, &commit.seal(Digest::ZERO)).unwrap()
}

/// The case, served, in a status.
fn case_in(status: CaseStatus) -> Case {
    let served = Some(at("2026-03-09T10:00:00.000Z"));
    Case {
        status,
        petition_checked_at: served,
        petition_served_at: served,
        ..new_case()
    }
}

fn because() -> Option<Because> {
    Some(Because {
        reason: "as the judge asked".to_owned(),
        since: at("2026-04-01T00:00:00.000Z"),
    })
}

fn session(n: u128) -> TrialSession {
    TrialSession {
        trial_session_id: TrialSessionId(Uuid::from_u128(n)),
        trial_date: at("2026-10-05T14:00:00.000Z"),
        trial_location: "Houston, Texas".to_owned(),
        judge: None,
    }
}

fn open_entry(index: u32) -> OpenEntry {
    OpenEntry {
        docket_entry_id: DocketEntryId(Uuid::from_u128(index.into())),
        index,
        event_code: "M000".parse().unwrap(),
        title: "Motion for Continuance".into(),
        filed_by: Some("Petr. Nora Quist".into()),
        filing_date: at("2026-05-01T09:00:00.000Z"),
        pending: false,
        to_serve: false,
        to_check: false,
    }
}

/// The rows in one list, as key and sort text.
fn within(case: &Case, list: List) -> Vec<(String, String)> {
    let of_list = rows(case).into_iter().filter(|row| row.list == list);
    of_list.map(|row| (row.key, row.sort)).collect()
}

fn row(key: &str, sort: &str) -> (String, String) {
    (key.to_owned(), sort.to_owned())
}

const NONE: [(String, String); 0] = [];

#[test]
fn an_open_case_is_listed_under_its_status_its_judge_and_its_city() {
    let case = case_in(CaseStatus::NotAtIssue);
    let sort = "2026-000101";
    let status = within(&case, List::Status);
    assert_eq!(status, [row("General Docket - Not at Issue", sort)]);
    assert_eq!(within(&case, List::OpenOfJudge), [row("Chief Judge", sort)]);
    assert_eq!(
        within(&case, List::OpenOfCity),
        [row("Houston, Texas", sort)]
    );
    assert_eq!(within(&case, List::ClosedOfJudge), NONE);
    assert_eq!(within(&case, List::ClosedOfCity), NONE);
}

#[test]
fn a_closed_case_is_listed_apart_from_the_work_at_hand() {
    let case = case_in(CaseStatus::ClosedDismissed);
    assert_eq!(within(&case, List::Status).len(), 1);
    assert_eq!(within(&case, List::OpenOfJudge), NONE);
    assert_eq!(within(&case, List::OpenOfCity), NONE);
    assert_eq!(within(&case, List::ClosedOfJudge).len(), 1);
    assert_eq!(within(&case, List::ClosedOfCity).len(), 1);
}

#[test]
fn a_case_at_issue_is_eligible_for_trial_until_something_keeps_it_from_it() {
    let ready = case_in(CaseStatus::AtIssue);
    let houston = |sort| [row("Houston, Texas", sort)];
    let eligible = |case: &Case| within(case, List::EligibleForTrial);
    assert_eq!(eligible(&ready), houston("1#2026-000101"));

    let first = Case {
        priority: because(),
        ..ready.clone()
    };
    assert_eq!(eligible(&first), houston("0#2026-000101"));

    let blocked = Case {
        blocked: because(),
        ..ready.clone()
    };
    assert_eq!(eligible(&blocked), NONE);
    let blocked_by_itself = Case {
        automatic_block: Some(AutomaticBlock {
            reason: AutomaticBlockReason::of(true, false).unwrap(),
            since: at("2026-04-01T00:00:00.000Z"),
        }),
        ..ready.clone()
    };
    assert_eq!(eligible(&blocked_by_itself), NONE);
    let in_session = Case {
        trial_session: Some(session(1)),
        ..ready.clone()
    };
    assert_eq!(eligible(&in_session), NONE);
    let without_city = Case {
        preferred_trial_city: None,
        ..ready
    };
    assert_eq!(eligible(&without_city), NONE);
    assert_eq!(eligible(&case_in(CaseStatus::NotAtIssue)), NONE);
}

#[test]
fn a_person_has_a_case_once_however_many_parts_they_have_in_it() {
    let mut case = case_in(CaseStatus::NotAtIssue);
    let mut spouse = contact(2, "Vera Lindholm");
    spouse.user_id = Some(user("user-1"));
    case.parties.edit().push(spouse);
    case.counsel.edit().push(counsel("irs-7", "Ida Berg"));
    let sort = "2026-000101";
    let people = within(&case, List::Person);
    assert_eq!(people, [row("irs-7", sort), row("user-1", sort)]);
}

#[test]
fn a_case_of_a_group_is_listed_under_its_lead() {
    let mut case = case_in(CaseStatus::AtIssue);
    assert_eq!(within(&case, List::Group), NONE);
    let lead_docket_number = "4321-25".parse().unwrap();
    case.consolidation = Some(Consolidation {
        lead_docket_number,
        members: vec![lead_docket_number, case.docket_number],
    });
    assert_eq!(within(&case, List::Group), [row("4321-25", "2026-000101")]);
}

#[test]
fn a_session_lists_trials_and_hearings() {
    let mut case = case_in(CaseStatus::Calendared);
    case.trial_session = Some(session(1));
    let hearing = |n| Hearing {
        session: session(n),
        calendar_notes: None,
    };
    case.hearings = vec![hearing(2), hearing(1)].into();
    let listed: Vec<_> = rows(&case)
        .into_iter()
        .filter_map(|row| match row.line {
            Line::Session(line) => Some((row.key, line.is_hearing)),
            Line::Case(_) | Line::Deadline(_) | Line::Entry(_) | Line::Name(_) => None,
        })
        .collect();
    let id = |n| TrialSessionId(Uuid::from_u128(n)).to_string();
    assert_eq!(listed, [(id(1), false), (id(2), true)]);
}

#[test]
fn a_petition_waits_for_its_check_then_for_its_service_and_then_for_nothing() {
    let new = new_case();
    let sort = "2026-03-02T10:00:00.000Z#2026-000101";
    assert_eq!(within(&new, List::PetitionsToCheck), [row("", sort)]);
    assert_eq!(within(&new, List::PetitionsToServe), NONE);
    let checked = Case {
        petition_checked_at: Some(at("2026-03-03T10:00:00.000Z")),
        ..new
    };
    assert_eq!(within(&checked, List::PetitionsToCheck), NONE);
    assert_eq!(within(&checked, List::PetitionsToServe), [row("", sort)]);
    let served = case_in(CaseStatus::NotAtIssue);
    assert_eq!(within(&served, List::PetitionsToServe), NONE);
}

#[test]
fn an_answered_case_waits_for_readiness_until_it_is_at_issue() {
    let mut case = case_in(CaseStatus::NotAtIssue);
    assert_eq!(within(&case, List::AwaitingReadiness), NONE);
    case.answered_at = Some(at("2026-05-01T00:00:00.000Z"));
    let sort = "2026-05-01T00:00:00.000Z#2026-000101";
    assert_eq!(within(&case, List::AwaitingReadiness), [row("", sort)]);
    case.status = CaseStatus::AtIssue;
    assert_eq!(within(&case, List::AwaitingReadiness), NONE);
}

#[test]
fn an_open_deadline_is_listed_by_its_date() {
    let mut case = case_in(CaseStatus::AtIssue);
    let deadline_id = DeadlineId(Uuid::from_u128(5));
    case.deadlines.edit().push(Deadline {
        deadline_id,
        due: at("2026-12-01T00:00:00.000Z"),
        description: "Status report".into(),
        set_by: None,
    });
    let sort = format!("2026-12-01T00:00:00.000Z#2026-000101#{deadline_id}");
    assert_eq!(within(&case, List::Deadlines), [row("", &sort)]);
    let listed = rows(&case);
    let listed = listed.iter().find(|row| row.list == List::Deadlines);
    assert_eq!(listed.unwrap().bucket(), "2026-12");
}

#[test]
fn an_open_entry_is_listed_by_what_it_waits_for() {
    let mut case = case_in(CaseStatus::AtIssue);
    let entry = |index, pending, to_serve, to_check| {
        Arc::new(OpenEntry {
            pending,
            to_serve,
            to_check,
            ..open_entry(index)
        })
    };
    case.open_entries = vec![
        entry(4, true, false, false),
        entry(5, false, true, false),
        entry(6, false, false, true),
    ]
    .into();
    let sort = |index| format!("2026-05-01T09:00:00.000Z#2026-000101#00000{index}");
    assert_eq!(within(&case, List::Pending), [row("", &sort(4))]);
    let of_judge = within(&case, List::PendingOfJudge);
    assert_eq!(of_judge, [row("Chief Judge", &sort(4))]);
    assert_eq!(within(&case, List::FilingsToServe), [row("", &sort(5))]);
    assert_eq!(within(&case, List::FilingsToCheck), [row("", &sort(6))]);

    // Before its petition is served nothing of a case can be.
    case.petition_served_at = None;
    assert_eq!(within(&case, List::FilingsToServe), NONE);
}

#[test]
fn a_case_is_found_by_its_number_its_caption_and_its_people() {
    let mut case = case_in(CaseStatus::NotAtIssue);
    case.parties.edit()[0].secondary_name = Some("Ewa Łęcka".into());
    case.counsel.edit().push(counsel("pp-1", "Nora Quill"));
    let sort = |word: &str| format!("{word}#2026-000101");
    let public =
        ["101-26s", "ewa", "lecka", "nora", "quist"].map(|word| row(&word[..2], &sort(word)));
    assert_eq!(within(&case, List::Names), public);
    // Counsel's names are for the court; a word that everybody knows is there once.
    assert_eq!(within(&case, List::CourtNames), [row("qu", &sort("quill"))]);
}

#[test]
fn a_sealed_case_is_found_by_the_court_alone() {
    let mut case = case_in(CaseStatus::NotAtIssue);
    let open = within(&case, List::Names);
    case.sealed_at = Some(at("2026-06-01T00:00:00.000Z"));
    assert_eq!(within(&case, List::Names), NONE);
    assert_eq!(within(&case, List::CourtNames), open);
}

#[test]
fn a_case_with_very_many_people_does_not_carry_their_names_in_each_row() {
    let mut case = case_in(CaseStatus::NotAtIssue);
    let many = (2..=400).map(|n| contact(n, &format!("Partner{n} Holding{n}")));
    case.parties.edit().extend(many);
    let carried = rows(&case).into_iter().find_map(|row| match row.line {
        Line::Name(line) => Some(line.words),
        Line::Case(_) | Line::Session(_) | Line::Deadline(_) | Line::Entry(_) => None,
    });
    assert_eq!(carried, Some(None));
    assert_eq!(words(&case).len(), 3 + 2 * 399);
    assert_distinct_and_in_their_buckets(&rows(&case));
}

/// What a store rests on.
fn assert_distinct_and_in_their_buckets(rows: &[ListRow]) {
    let mut names = BTreeSet::new();
    for row in rows {
        assert!(
            names.insert((row.list, &row.key, &row.sort)),
            "{row:?} is there twice"
        );
        assert_eq!(row.bucket().len(), row.list.bucket_bytes(), "{row:?}");
        assert!(row.sort.starts_with(row.bucket()), "{row:?}");
        assert!(
            row.sort.bytes().all(|b| (b'!'..b'~').contains(&b)),
            "{row:?}"
        );
    }
}

#[test]
fn rows_are_distinct_and_in_the_order_of_their_buckets() {
    let mut case = case_in(CaseStatus::NotAtIssue);
    case.parties.edit().push(contact(2, "Nora Quist-Quist"));
    case.counsel.edit().push(counsel("user-1", "Quist"));
    case.answered_at = Some(at("2026-05-01T00:00:00.000Z"));
    case.open_entries = (1..=3)
        .map(|index| {
            Arc::new(OpenEntry {
                pending: true,
                to_serve: true,
                to_check: true,
                ..open_entry(index)
            })
        })
        .collect();
    assert_distinct_and_in_their_buckets(&rows(&case));
    assert_distinct_and_in_their_buckets(&rows(&new_case()));
}

#[test]
fn docket_numbers_are_in_the_order_of_years_and_serials() {
    let numbers = ["101-99", "999-00", "1000-00", "101-26", "20000-26"];
    let sorts: Vec<_> = numbers
        .iter()
        .map(|number| docket_sort(number.parse().unwrap()))
        .collect();
    assert!(sorts.is_sorted(), "{sorts:?}");
    assert_eq!(sorts[0], "1999-000101");
}

#[test]
fn a_row_reads_back_as_it_was_written_and_changes_only_with_what_it_shows() {
    let mut case = case_in(CaseStatus::AtIssue);
    case.open_entries = vec![Arc::new(OpenEntry {
        pending: true,
        ..open_entry(4)
    })]
    .into();
    case.trial_session = Some(session(1));
    let before = rows(&case);
    for row in &before {
        let text = serde_json::to_string(&row.line).unwrap();
        assert_eq!(serde_json::from_str::<Line>(&text).unwrap(), row.line);
    }
    case.version = Version(77);
    case.case_note = Some("call the parties".into());
    assert_eq!(rows(&case), before);
}
