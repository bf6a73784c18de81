//! Differences of a case as it is stored, made by folding its events.

use casefold_events::case::docket::DocketEntryFiled;
use casefold_events::case::intake::{Fee, PetitionFiled};
use casefold_events::case::parties::CounselAssociated;
use casefold_events::case::records::{
    Correspondence, CorrespondenceAdded, Deadline, DeadlineAdded, Statistic, StatisticAdded,
};
use casefold_events::case::standing::CaseStatusChanged;
use casefold_events::case::trial::{Hearing, HearingSet, TrialSession};
use casefold_events::entry::{DocumentRef, FiledEntry};
use casefold_events::party::{Contact, Counsel};
use casefold_events::vocabulary::{
    CaseStatus, CaseType, ContactType, CounselType, PartyType, ProcedureType, Role,
    ServiceIndicator, StatisticPeriod,
};
use casefold_events::{
    CaseEvent, CommandId, Commit, ContactId, CorrelationId, CorrespondenceId, DeadlineId, Digest,
    DocketEntryId, DocketNumber, DraftCommit, EventId, Personal, StatisticId, StoredEvent,
    Timestamp, TrialSessionId, UserId, Version,
};
use casefold_shared::case::Case;
use casefold_shared::gateway::Generation;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Comparison, Rules, Summary, Values, case_text, changes};

fn noon() -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000)
}

fn commit(events: &[CaseEvent]) -> Commit {
    let stored = |(event, n): (&CaseEvent, u128)| {
        StoredEvent::encode(EventId(Uuid::from_u128(n)), event).unwrap()
    };
    DraftCommit {
        docket_number: "101-26".parse().unwrap(),
        version: Version(1),
        command_id: CommandId::new("c1").unwrap(),
        command: "Test".to_owned(),
        command_digest: Digest::ZERO,
        actor: UserId::new("clerk").unwrap(),
        role: Role::DocketClerk,
        recorded_at: noon(),
        effective_at: noon(),
        correlation_id: CorrelationId::new("test").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events: events.iter().zip(1..).map(stored).collect(),
        source: None,
    }
    .seal(Digest::ZERO)
}

fn contact(id: u128) -> Contact {
    Contact {
        contact_id: ContactId(Uuid::from_u128(id)),
        contact_type: ContactType::Petitioner,
        user_id: None,
        name: Personal::from("Vera Lund"),
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

fn petition() -> CaseEvent {
    PetitionFiled {
        received_at: noon(),
        is_paper: false,
        caption: Personal::from("Vera Lund, Petitioner"),
        case_type: CaseType::Cdp,
        procedure_type: ProcedureType::Regular,
        party_type: PartyType::Petitioner,
        preferred_trial_city: None,
        petitioners: vec![contact(1), contact(2)],
        fee: Fee::NotPaid,
        irs_notice_date: None,
        mailing_date: None,
    }
    .into()
}

fn entry(n: u128) -> CaseEvent {
    DocketEntryFiled {
        entry: FiledEntry {
            docket_entry_id: DocketEntryId(Uuid::from_u128(n)),
            index: None,
            event_code: "O".parse().unwrap(),
            document_type: "Order".to_owned(),
            title: Personal::from("Order"),
            filed_by: None,
            filers: Vec::new(),
            filing_date: noon(),
            received_at: noon(),
            number_of_pages: Some(1),
            is_paper: false,
            lodged: false,
            objections: None,
            pending: true,
            is_draft: false,
            is_minute_entry: false,
            is_on_docket_record: true,
            judge: None,
            due: None,
            signature: None,
            document: None,
        },
    }
    .into()
}

/// One of everything that a case has many of.
fn one_of_each(n: u128) -> [CaseEvent; 7] {
    let id = Uuid::from_u128(n);
    let counsel = Counsel {
        user_id: UserId::new(format!("counsel-{n}")).unwrap(),
        counsel_type: CounselType::IrsPractitioner,
        name: Personal::from("Ada Berg"),
        bar_number: None,
        firm_name: None,
        email: None,
        phone: None,
        address: None,
        service_indicator: ServiceIndicator::Electronic,
        representing: Vec::new(),
    };
    let hearing = Hearing {
        session: TrialSession {
            trial_session_id: TrialSessionId(id),
            trial_date: noon(),
            trial_location: "Boise, Idaho".to_owned(),
            judge: None,
        },
        calendar_notes: None,
    };
    let deadline = Deadline {
        deadline_id: DeadlineId(id),
        due: noon(),
        description: Personal::from("Status report"),
        set_by: None,
    };
    let correspondence = Correspondence {
        correspondence_id: CorrespondenceId(id),
        title: Personal::from("Letter"),
        filing_date: noon(),
        filed_by: "clerk".into(),
        number_of_pages: None,
        document: DocumentRef {
            key: "documents/letter".to_owned(),
            sha256: None,
        },
    };
    let statistic = Statistic {
        statistic_id: StatisticId(id),
        period: StatisticPeriod::Year,
        year: Some(2020),
        last_date_of_period: None,
        irs_deficiency_cents: 100,
        determined_deficiency_cents: None,
        penalties: Vec::new(),
    };
    let status = CaseStatusChanged {
        status: CaseStatus::Rule155,
        closed_date: None,
    };
    [
        CounselAssociated { counsel }.into(),
        HearingSet { hearing }.into(),
        DeadlineAdded { deadline }.into(),
        CorrespondenceAdded { correspondence }.into(),
        StatisticAdded { statistic }.into(),
        entry(n),
        status.into(),
    ]
}

/// A case with two of everything, as a document.
fn given() -> Value {
    let mut events = vec![petition()];
    events.extend(one_of_each(11));
    events.extend(one_of_each(12));
    let case = Case::fold(None, &commit(&events)).unwrap();
    let mut document = serde_json::to_value(&case).unwrap();
    let entries: Vec<_> = case.docket.on_record().collect();
    document["docketEntries"] = serde_json::to_value(entries).unwrap();
    document
}

fn lines(old: &Value, new: &Value) -> Vec<String> {
    let changes = changes(old, new).into_iter();
    changes.map(|change| format!("{change:?}")).collect()
}

/// The case as the second generation has it.
fn without_who_set_a_status(mut case: Value) -> Value {
    for status in case["statusHistory"].as_array_mut().unwrap() {
        status.as_object_mut().unwrap().remove("by");
    }
    case
}

#[test]
fn given_a_case_when_any_of_its_lists_loses_its_first_element_then_the_others_are_equal() {
    let new = given();
    for list in [
        "parties",
        "counsel",
        "hearings",
        "deadlines",
        "correspondence",
        "statistics",
        "openEntries",
        "docketEntries",
    ] {
        let mut old = new.clone();
        let elements = old[list].as_array_mut().unwrap();
        assert_eq!(elements.len(), 2, "{list}");
        elements.remove(0);
        // The other one differs as well, so that it must be found by its id.
        elements[0]["note"] = json!(1);
        let found = changes(&old, &new);
        let paths: Vec<_> = found.iter().map(|change| change.path.to_string()).collect();
        assert_eq!(paths.len(), 2, "{paths:?}");
        assert!(paths[0].contains("Id="), "{paths:?}");
        assert!(paths[1].ends_with("].note"), "{paths:?}");
    }
}

#[test]
fn given_a_case_when_fields_come_go_and_change_then_each_is_named_by_its_path_in_the_case() {
    let (old, mut new) = (without_who_set_a_status(given()), given());
    new.as_object_mut().unwrap().remove("pendingEntries");
    new["docketEntries"][1]["filed"]["title"] = json!("Order to show cause");
    assert_eq!(
        lines(&old, &new),
        [
            "changed docketEntries[docketEntryId=00000000-0000-0000-0000-00000000000c].filed.title: \
             string → string",
            "removed pendingEntries: number → nothing",
            "added statusHistory[0].by: nothing → object",
            "added statusHistory[1].by: nothing → object",
            "added statusHistory[2].by: nothing → object",
        ]
    );
}

#[test]
fn given_rules_for_a_new_fold_when_cases_differ_as_they_say_then_it_is_as_expected() {
    let comparison = Comparison {
        projection: "case".to_owned(),
        from: Generation(2),
        to: Generation(3),
    };
    let file = r#"{ "projection": "case", "from": 2, "to": 3,
        "expected": [{ "field": "statusHistory[].by", "change": "added", "in": "every" }] }"#;
    let rules = Rules::parse(file, &comparison).unwrap();
    let mut summary = Summary::new(comparison, Values::Hidden);
    let (old, mut new) = (without_who_set_a_status(given()), given());
    summary.add_case("101-26".parse().unwrap(), &changes(&old, &new));
    assert!(rules.judge(&summary).is_as_expected());

    new["caption"] = json!("Vera Lund & Nils Lund, Petitioners");
    let docket_number: DocketNumber = "102-26".parse().unwrap();
    let found = changes(&old, &new);
    summary.add_case(docket_number, &found);
    let verdict = rules.judge(&summary);
    assert!(!verdict.is_as_expected());
    assert!(!verdict.to_text().contains("Lund"));
    let text = case_text(docket_number, Version(1), Version(1), &found);
    assert!(text.contains("~ caption  \"Vera Lund, Petitioner\" → \"Vera Lund & Nils Lund"));
}
