//! The fold: what a case is, given what happened to it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use casefold_events::case::docket::{
    DocketEntryEdited, DocketEntryFiled, DocketEntrySealed, DocketEntryServed, DocketEntryStricken,
    DocketEntryUnsealed,
};
use casefold_events::case::intake::{Fee, PetitionFiled, PetitionServed};
use casefold_events::case::parties::{ContactUpdated, PartyAdded};
use casefold_events::case::standing::{
    CaptionChanged, CaseDetailsCorrected, CaseSealed, CaseStatusChanged, CaseUnsealed,
};
use casefold_events::entry::{FiledEntry, Service};
use casefold_events::party::Contact;
use casefold_events::vocabulary::{
    CaseStatus, CaseType, ContactType, DocketNumberSuffix, PartyType, ProcedureType, Role,
    SealedTo, ServiceIndicator,
};
use casefold_events::{
    CaseEvent, CommandId, Commit, ContactId, CorrelationId, Digest, DocketEntryId, DraftCommit,
    EventId, Personal, StoredEvent, Timestamp, UserId, Version,
};
use casefold_shared::case::{Case, FoldError, OPEN_ENTRIES_LISTED};
use proptest::prelude::*;
use uuid::Uuid;

const NOON: i64 = 1_795_000_000_000;

fn commit(after: Option<&Commit>, events: &[CaseEvent]) -> Commit {
    let version = after.map_or(Version::ZERO, |commit| commit.version).next();
    let at = Timestamp::from_millis(NOON + i64::try_from(version.0).unwrap());
    let stored = |(event, n): (&CaseEvent, u128)| {
        StoredEvent::encode(
            EventId(Uuid::from_u128(u128::from(version.0) << 32 | n)),
            event,
        )
    };
    DraftCommit {
        docket_number: "101-26".parse().unwrap(),
        version,
        command_id: CommandId::new(format!("c{version}")).unwrap(),
        command: "Test".to_owned(),
        command_digest: Digest::ZERO,
        actor: UserId::new("clerk").unwrap(),
        role: Role::DocketClerk,
        recorded_at: at,
        effective_at: at,
        correlation_id: CorrelationId::new("test").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events: events
            .iter()
            .zip(1..)
            .map(stored)
            .collect::<Result<_, _>>()
            .unwrap(),
        source: None,
    }
    .seal(after.map_or(Digest::ZERO, |commit| commit.hash))
}

/// The case after one commit with a petition and one for each further event.
fn given(events: &[CaseEvent]) -> Case {
    let mut last = commit(None, &[petition()]);
    let mut case = Case::fold(None, &last).unwrap();
    for event in events {
        last = commit(Some(&last), std::slice::from_ref(event));
        case = Case::fold(Some(case), &last).unwrap();
    }
    case
}

fn contact(id: u128, name: &str) -> Contact {
    Contact {
        contact_id: ContactId(Uuid::from_u128(id)),
        contact_type: ContactType::Petitioner,
        user_id: None,
        name: Personal::from(name),
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
        received_at: Timestamp::from_millis(NOON),
        is_paper: false,
        caption: Personal::from("Vera Lund, Petitioner"),
        case_type: CaseType::Cdp,
        procedure_type: ProcedureType::Regular,
        party_type: PartyType::Petitioner,
        preferred_trial_city: Some("Boise, Idaho".to_owned()),
        petitioners: vec![contact(1, "Vera Lund")],
        fee: Fee::NotPaid,
        irs_notice_date: None,
        mailing_date: None,
    }
    .into()
}

fn id(n: u32) -> DocketEntryId {
    DocketEntryId(Uuid::from_u128(u128::from(n)))
}

fn filed(n: u32, is_on_docket_record: bool) -> CaseEvent {
    DocketEntryFiled {
        entry: FiledEntry {
            docket_entry_id: id(n),
            index: None,
            event_code: "O".parse().unwrap(),
            document_type: "Order".to_owned(),
            title: Personal::from("Order"),
            filed_by: None,
            filers: Vec::new(),
            filing_date: Timestamp::from_millis(NOON),
            received_at: Timestamp::from_millis(NOON),
            number_of_pages: Some(1),
            is_paper: false,
            lodged: false,
            objections: None,
            pending: false,
            is_draft: !is_on_docket_record,
            is_minute_entry: false,
            is_on_docket_record,
            judge: None,
            due: None,
            signature: None,
            document: None,
        },
    }
    .into()
}

fn served(n: u32) -> CaseEvent {
    let service = Service {
        served_at: Timestamp::from_millis(NOON),
        served_parties: Vec::new(),
        served_parties_code: None,
    };
    DocketEntryServed {
        docket_entry_id: id(n),
        service,
    }
    .into()
}

fn status(status: CaseStatus) -> CaseEvent {
    let closed_date = status.is_closed().then(|| Timestamp::from_millis(NOON + 7));
    CaseStatusChanged {
        status,
        closed_date,
    }
    .into()
}

#[test]
fn a_petition_begins_a_new_case_of_the_chief_judge() {
    let case = given(&[]);
    assert_eq!(case.status, CaseStatus::New);
    assert_eq!(case.associated_judge, "Chief Judge");
    assert_eq!(case.docket_number_with_suffix(), "101-26L");
    assert_eq!((case.version, case.folded_from.events), (Version(1), 1));
}

#[test]
fn a_history_that_does_not_begin_with_a_petition_is_no_case() {
    let stray = commit(None, &[served(1)]);
    assert!(matches!(
        Case::fold(None, &stray),
        Err(FoldError::NoPetition(_))
    ));
}

#[test]
fn a_commit_out_of_its_order_or_altered_is_not_folded() {
    let first = commit(None, &[petition()]);
    let second = commit(Some(&first), &[served(1)]);
    assert!(matches!(
        Case::fold(None, &second),
        Err(FoldError::Chain(_))
    ));
    let mut altered = first;
    altered.draft.actor = UserId::new("nobody").unwrap();
    assert!(matches!(
        Case::fold(None, &altered),
        Err(FoldError::Chain(_))
    ));
}

#[test]
fn the_suffix_follows_a_correction_and_the_initial_one_is_kept() {
    let correction = CaseDetailsCorrected {
        procedure_type: Some(ProcedureType::Small),
        ..CaseDetailsCorrected::default()
    };
    let case = given(&[correction.into()]);
    assert_eq!(
        case.docket_number_suffix(),
        Some(DocketNumberSuffix::SmallLienLevy)
    );
    assert_eq!(
        case.initial_docket_number_suffix,
        Some(DocketNumberSuffix::LienLevy)
    );
    assert_eq!(case.preferred_trial_city.as_deref(), Some("Boise, Idaho"));
}

#[test]
fn a_caption_changes_and_the_initial_one_is_kept() {
    let case = given(&[CaptionChanged {
        caption: Personal::from("Lund Trust"),
    }
    .into()]);
    assert_eq!(case.caption.expose(), "Lund Trust");
    assert_eq!(case.initial_caption.expose(), "Vera Lund, Petitioner");
}

#[test]
fn closing_sets_the_closed_date_and_reopening_clears_it() {
    let closed = given(&[status(CaseStatus::Closed)]);
    assert_eq!(closed.closed_date, Some(Timestamp::from_millis(NOON + 7)));
    let reopened = given(&[status(CaseStatus::Closed), status(CaseStatus::OnAppeal)]);
    assert_eq!(reopened.closed_date, None);
    let history: Vec<_> = reopened
        .status_history
        .iter()
        .map(|change| change.status)
        .collect();
    assert_eq!(
        history,
        [CaseStatus::New, CaseStatus::Closed, CaseStatus::OnAppeal]
    );
}

#[test]
fn entries_on_the_record_are_numbered_without_a_gap() {
    let case = given(&[filed(1, true), filed(2, false), filed(3, true)]);
    let indexes: Vec<_> = case
        .docket
        .on_record()
        .map(|e| (e.id(), e.filed.index))
        .collect();
    assert_eq!(indexes, [(id(1), Some(1)), (id(3), Some(2))]);
    assert_eq!(case.docket.off_record().len(), 1);
}

#[test]
fn a_draft_that_is_filed_moves_onto_the_record() {
    let case = given(&[filed(1, false), filed(1, true)]);
    assert_eq!(case.docket.off_record().len(), 0);
    assert_eq!(case.docket.entry_at(1).map(|entry| entry.id()), Some(id(1)));
}

#[test]
fn a_draft_that_was_sealed_goes_on_the_record_sealed() {
    let sealed = DocketEntrySealed {
        docket_entry_id: id(1),
        sealed_to: SealedTo::External,
    };
    let case = given(&[filed(1, false), sealed.into(), filed(1, true)]);
    let entry = case.docket.entry_at(1).unwrap();
    assert_eq!(entry.sealed_to, Some(SealedTo::External));
}

#[test]
fn the_date_of_the_answer_follows_the_entry_that_is_the_answer() {
    let entry = |code: &str, lodged: bool, at: i64| {
        let CaseEvent::DocketEntryFiled(mut event) = filed(1, true) else {
            unreachable!("it is filed")
        };
        event.entry.event_code = code.parse().unwrap();
        event.entry.lodged = lodged;
        event.entry.filing_date = Timestamp::from_millis(at);
        event.entry
    };
    let answered = |first: FiledEntry, edits: &[FiledEntry]| {
        let mut events = vec![DocketEntryFiled { entry: first }.into()];
        let edits = edits.iter().cloned();
        events.extend(edits.map(|entry| DocketEntryEdited { entry }.into()));
        given(&events).answered_at
    };
    let answer = || entry("A", false, 5);
    let at = |millis| Some(Timestamp::from_millis(millis));
    assert_eq!(answered(answer(), &[]), at(5));
    assert_eq!(answered(answer(), &[entry("A", false, 6)]), at(6));
    assert_eq!(answered(answer(), &[entry("MISC", false, 5)]), None);
    assert_eq!(answered(entry("A", true, 5), &[]), None);
    assert_eq!(answered(entry("A", true, 5), &[answer()]), at(5));
    assert_eq!(answered(entry("MISC", false, 5), &[answer()]), at(5));
}

#[test]
fn an_entry_keeps_its_service_its_striking_and_its_seal() {
    let stricken = DocketEntryStricken {
        docket_entry_id: id(1),
        stricken_at: Timestamp::from_millis(NOON),
        stricken_by: "Clerk".to_owned(),
    };
    let sealed = DocketEntrySealed {
        docket_entry_id: id(1),
        sealed_to: SealedTo::Public,
    };
    let events = [filed(1, true), served(1), stricken.into(), sealed.into()];
    let case = given(&events);
    let entry = case.docket.entry(id(1)).unwrap();
    assert!(entry.is_served() && entry.is_stricken());
    assert_eq!(entry.sealed_to, Some(SealedTo::Public));
    assert_eq!((entry.filed_in, entry.changed_in), (Version(2), Version(5)));

    let unsealed = DocketEntryUnsealed {
        docket_entry_id: id(1),
    };
    let case = given(&[&events[..], &[unsealed.into()]].concat());
    assert_eq!(case.docket.entry(id(1)).unwrap().sealed_to, None);
}

#[test]
fn a_backlog_is_counted_beyond_what_a_case_lists_of_it() {
    let backlog: Vec<_> = (1..=150).map(|n| filed(n, true)).collect();
    let case = given(&backlog);
    assert_eq!(case.open_entries.len(), OPEN_ENTRIES_LISTED);
    assert_eq!(case.open_entries_beyond, 50);

    // One that is listed is served: there is room for one that wasn't when it changes.
    let mut events = backlog;
    events.push(served(1));
    let case = given(&events);
    assert_eq!(case.open_entries.len(), OPEN_ENTRIES_LISTED - 1);
    assert_eq!(case.open_entries_beyond, 50);
    events.push(
        DocketEntrySealed {
            docket_entry_id: id(150),
            sealed_to: SealedTo::Public,
        }
        .into(),
    );
    let case = given(&events);
    assert_eq!(case.open_entries.len(), OPEN_ENTRIES_LISTED);
    assert_eq!(case.open_entries_beyond, 49);

    // All that are left are served, listed or not.
    events.extend((2..=150).map(served));
    let case = given(&events);
    assert!(case.open_entries.is_empty());
    assert_eq!(case.open_entries_beyond, 0);
}

#[test]
fn a_contact_is_added_once_and_updated_whole() {
    let added = || {
        CaseEvent::from(PartyAdded {
            contact: contact(2, "Ida Lund"),
        })
    };
    let mut moved = contact(2, "Ida Lund");
    moved.phone = Some(Personal::from("555-0100"));
    let case = given(&[
        added(),
        added(),
        ContactUpdated {
            contact: moved.clone(),
        }
        .into(),
    ]);
    assert_eq!(case.petitioners().count(), 2);
    assert_eq!(case.party(moved.contact_id), Some(&moved));
}

#[test]
fn a_case_is_sealed_and_unsealed() {
    let seal = || {
        CaseEvent::from(CaseSealed {
            sealed_at: Timestamp::from_millis(NOON),
        })
    };
    assert!(given(&[seal()]).is_sealed());
    assert!(!given(&[seal(), CaseUnsealed {}.into()]).is_sealed());
}

#[test]
fn a_case_weighs_about_what_it_takes_in_memory() {
    let events: Vec<_> = (1..=500).map(|n| filed(n, true)).collect();
    for case in [given(&[]), given(&events)] {
        // In memory numbers are shorter than as text, and structs longer than what is left out.
        let entries: Vec<_> = case.docket.on_record().collect();
        let texts = serde_json::to_string(&(&case, entries)).unwrap().len();
        let weight = case.weight();
        assert!(
            (texts / 2..texts * 5).contains(&weight),
            "{weight} beside {texts}"
        );
    }
}

#[test]
fn nothing_personal_is_printed() {
    let printed = format!("{:?}", given(&[]));
    assert!(!printed.contains("Lund"), "{printed}");
}

fn any_event() -> impl Strategy<Value = CaseEvent> {
    let statuses = proptest::sample::select(CaseStatus::ALL);
    prop_oneof![
        (1..6_u32, any::<bool>()).prop_map(|(n, on_record)| filed(n, on_record)),
        (1..8_u32).prop_map(served),
        (1..8_u32).prop_map(|n| DocketEntryUnsealed {
            docket_entry_id: id(n)
        }
        .into()),
        statuses.prop_map(status),
        Just(petition()),
        Just(
            PetitionServed {
                served_at: Timestamp::from_millis(NOON)
            }
            .into()
        ),
        (1..4_u128).prop_map(|n| PartyAdded {
            contact: contact(n, "A")
        }
        .into()),
    ]
}

proptest! {
    #[test]
    fn any_history_folds_and_keeps_what_is_always_true(
        events in proptest::collection::vec(any_event(), 0..40),
    ) {
        let case = given(&events);
        prop_assert_eq!(case.closed_date.is_some(), case.status.is_closed());
        let indexes: Vec<_> = case.docket.on_record().filter_map(|e| e.filed.index).collect();
        let dense: Vec<u32> = (1..=case.docket.last_index()).collect();
        prop_assert_eq!(indexes, dense);
        prop_assert!(case.docket.is_whole());
        prop_assert_eq!(case.version, Version(1 + events.len() as u64));
        let text = serde_json::to_string(&case).unwrap();
        let mut read: Case = serde_json::from_str(&text).unwrap();
        read.docket = case.docket.clone();
        prop_assert_eq!(read, case);
    }
}
