use casefold_events::vocabulary::Role;
use casefold_events::{
    CommandId, CorrelationId, Digest, DraftCommit, EventId, StoredEvent, Timestamp, UserId,
};
use uuid::Uuid;

use super::*;
use crate::dynamodb::{case_from_rows, case_to_rows};
use crate::gateway::Generation;

const PETITION: &str = include_str!("../../../../events/examples/PetitionFiled.v2.json");

const ENTRY: &str = include_str!("../../../../events/examples/DocketEntryFiled.v3.json");

/// A case with so many entries on its record.
fn case(entries: u32) -> Case {
    let event = |nth: u32, event_type: &str, version, payload: &str| {
        let id = EventId(Uuid::from_u128(nth.into()));
        StoredEvent::read(id, event_type, version, payload)
    };
    let mut events = vec![event(0, "PetitionFiled", 2, PETITION)];
    for nth in 1..=entries {
        let mut filed: serde_json::Value = serde_json::from_str(ENTRY).unwrap();
        filed["entry"]["docketEntryId"] = Uuid::from_u128(nth.into()).to_string().into();
        filed["entry"]["isOnDocketRecord"] = true.into();
        events.push(event(nth, "DocketEntryFiled", 3, &filed.to_string()));
    }
    let draft = DraftCommit {
        docket_number: "101-26".parse().unwrap(),
        version: Version(1),
        command_id: CommandId::new("key-1").unwrap(),
        command: "FilePaperPetition".to_owned(),
        command_digest: Digest::of(b"body"),
        actor: UserId::new("clerk-1").unwrap(),
        role: Role::PetitionsClerk,
        recorded_at: Timestamp::from_millis(1_700_000_000_000),
        effective_at: Timestamp::from_millis(1_700_000_000_000),
        correlation_id: CorrelationId::new("c-1").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events,
        source: None,
    };
    Case::fold(None, &draft.seal(Digest::ZERO)).unwrap()
}

/// What is read of a case of so many entries with a number of its header altered.
fn read(entries: u32, name: &str, altered: u64) -> Result<Option<Case>, String> {
    let mut rows = case_to_rows(Generation::OF_CASES, &case(entries)).unwrap();
    rows[0].insert(name.to_owned(), number(altered));
    case_from_rows(rows).map_err(|error| error.to_string())
}

#[test]
fn a_case_comes_back_from_its_rows_however_long_its_record() {
    for entries in [0, 1, PAGE_ENTRIES, PAGE_ENTRIES + 1, 3 * PAGE_ENTRIES] {
        let case = case(entries);
        let rows = case_to_rows(Generation::OF_CASES, &case).unwrap();
        assert_eq!(case_from_rows(rows).unwrap(), Some(case), "{entries}");
    }
}

#[test]
fn rows_of_several_versions_and_rows_without_a_header_are_no_case() {
    let rows = case_to_rows(Generation::OF_CASES, &case(30)).unwrap();
    assert_eq!(case_from_rows(rows[1..].to_vec()).unwrap(), None);
    let mut moved = rows.clone();
    moved[1].insert("version".to_owned(), number(2_u64));
    assert_eq!(case_from_rows(moved).unwrap(), None);
    let mut lacking = rows;
    lacking.remove(1);
    let error = case_from_rows(lacking).unwrap_err().to_string();
    assert!(error.contains("page 0 is missing"), "{error}");
}

/// Damage must not be taken for a case of a size that no memory holds.
#[test]
fn a_header_that_names_rows_or_entries_without_end_is_damaged() {
    for parts in [101, 1 << 40, u64::MAX] {
        let error = read(1, "parts", parts).unwrap_err();
        assert!(error.contains("too many parts"), "{parts}: {error}");
    }
    for last_index in [2_500_001, u32::MAX.into(), u64::MAX] {
        let error = read(30, "last_index", last_index).unwrap_err();
        assert!(error.contains("last_index"), "{last_index}: {error}");
    }
}

#[test]
fn a_header_that_lacks_entries_of_its_short_record_is_damaged() {
    let error = read(1, "last_index", 2).unwrap_err();
    assert!(error.contains("is missing"), "{error}");
}

/// The header of a case, with its body as JSON, so that it can be altered.
fn header_of(entries: u32) -> (Item, serde_json::Value) {
    let rows = case_to_rows(Generation::OF_CASES, &case(entries)).unwrap();
    let first = rows.into_iter().next().unwrap();
    let body = assemble(HEADER, &first, &Rows::new()).unwrap().unwrap();
    (first, serde_json::from_slice(&body).unwrap())
}

/// What is decided over the header, and what becomes of its entries when one is needed.
fn read_later(first: &Item, body: &serde_json::Value) -> Result<Case, String> {
    let body = body.to_string();
    let told = |error: StoreError| error.to_string();
    let mut case = case_of_body_unread(first, body.as_bytes()).map_err(told)?;
    if case.docket.has_unread() {
        read_entries("case@3#101-26", &mut case).map_err(told)?;
    }
    Ok(case)
}

#[test]
fn entries_of_a_short_record_come_unread_and_are_read_when_they_are_needed() {
    for entries in [0, 1, PAGE_ENTRIES, PAGE_ENTRIES + 1] {
        let whole = case(entries);
        let (first, body) = header_of(entries);
        let unread = case_of_body_unread(&first, body.to_string().as_bytes()).unwrap();
        assert_eq!(unread.docket.loaded(), 0);
        assert_eq!(unread.docket.last_index(), entries);
        assert_eq!(unread.docket.off_record(), whole.docket.off_record());
        // Of a long one the pages are asked for.
        let is_short = (1..=PAGE_ENTRIES).contains(&entries);
        assert_eq!(unread.docket.has_unread(), is_short, "{entries}");
        if is_short {
            assert_eq!(read_later(&first, &body).as_ref(), Ok(&whole));
        }
    }
}

#[test]
fn damage_to_unread_entries_is_found_when_they_are_read_and_never_quoted() {
    let (first, body) = header_of(3);
    let damaged = |damage: &dyn Fn(&mut serde_json::Value)| {
        let mut body = body.clone();
        damage(&mut body["onRecord"]);
        read_later(&first, &body).unwrap_err()
    };
    let lacking = damaged(&|entries| drop(entries.as_array_mut().unwrap().pop()));
    assert!(lacking.contains("is missing"), "{lacking}");
    let none = damaged(&|entries| *entries = serde_json::Value::Null);
    assert!(none.contains("is missing"), "{none}");
    let twice = damaged(&|entries| entries[2] = entries[1].clone());
    assert!(twice.contains("is missing"), "{twice}");
    let other = damaged(&|entries| entries[1]["filed"]["title"] = serde_json::json!(["Vera"]));
    assert!(other.contains("not of its form"), "{other}");
    assert!(
        other.contains("101-26") && !other.contains("Vera"),
        "{other}"
    );
}
