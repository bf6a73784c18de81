//! Personal values are encrypted, opened again, and forgotten; no hash changes by it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use casefold_events::personal::FORGOTTEN;
use casefold_events::personal::keys::{CaseKeys, DataKey, KeyName, KeyState, Subject};
use casefold_events::personal::opening::{OpenError, is_closed, open_values};
use casefold_events::personal::sealing::Sealing;
use casefold_events::personal::source::SourceAddress;
use casefold_events::vocabulary::Role;
use casefold_events::{
    CaseEvent, CommandId, Commit, CorrelationId, DecodeError, Digest, DocketNumber, DraftCommit,
    EventId, StoredEvent, Timestamp, UserId, Version,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

/// What every text of the examples begins with here, so that it is found wherever it stands.
const TELLING: &str = "Quillfeather";

fn case() -> DocketNumber {
    "101-26".parse().unwrap()
}

fn at() -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000)
}

/// The example of an event type and version, its personal texts made telling.
fn example(event_type: &str, version: u32) -> StoredEvent {
    let file = format!("examples/{event_type}.v{version}.json");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let value: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let id = EventId(Uuid::from_u128(u128::from(version)));
    StoredEvent::read(id, event_type, version, value.to_string())
}

fn all() -> impl Iterator<Item = StoredEvent> {
    CaseEvent::SCHEMAS
        .iter()
        .flat_map(|(event_type, newest)| (1..=*newest).map(|version| example(event_type, version)))
}

fn draft(events: Vec<StoredEvent>) -> DraftCommit {
    DraftCommit {
        docket_number: case(),
        version: Version(1),
        command_id: CommandId::new("key-1").unwrap(),
        command: "Test".to_owned(),
        command_digest: Digest::of(b"body"),
        actor: UserId::new("clerk-1").unwrap(),
        role: Role::DocketClerk,
        recorded_at: at(),
        effective_at: at(),
        correlation_id: CorrelationId::new("c-1").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events,
        source: None,
    }
}

fn name(subject: &Subject) -> KeyName {
    KeyName {
        subject: subject.clone(),
        epoch: 1,
    }
}

/// A key for each subject of a draft.
fn keys_for(sealing: &Sealing) -> CaseKeys {
    let mut keys = CaseKeys::none(case());
    for (nth, subject) in (1..).zip(sealing.subjects()) {
        let key = KeyState::Live(DataKey::of([nth; 32]));
        keys.keys.insert(name(&subject), key);
    }
    keys
}

fn sealed(events: Vec<StoredEvent>) -> (Commit, CaseKeys) {
    let sealing = Sealing::of(draft(events)).unwrap();
    let keys = keys_for(&sealing);
    (sealing.with(&keys).unwrap().seal(Digest::ZERO), keys)
}

/// The event with this payload in the place of its own, and nothing of it opened.
fn with_payload(event: &StoredEvent, payload: impl Into<String>) -> StoredEvent {
    let (id, kind) = (event.event_id, &*event.event_type);
    StoredEvent::read(id, kind, event.schema_version, payload)
}

/// Puts another payload in the place of a commit's first.
fn alter(commit: &mut Commit, payload: String) {
    let first = &mut commit.draft.events[0];
    *first = with_payload(first, payload);
}

/// The commit as the store has it: nothing of it is opened.
fn stored(commit: &Commit) -> Commit {
    let mut commit = commit.clone();
    for event in &mut commit.draft.events {
        *event = with_payload(event, event.payload());
    }
    commit
}

/// Where the commands of a test come from.
const SOURCE: &str = "203.0.113.7";

/// A commit of a command that came from there, under the key of its sender where they have one.
fn from_somewhere(sender: Option<KeyState>) -> (Commit, CaseKeys) {
    let mut draft = draft(Vec::new());
    draft.source = Some(SourceAddress::known(SOURCE));
    let user = Subject::User(draft.actor.clone());
    let sealing = Sealing::of(draft).unwrap();
    let mut keys = keys_for(&sealing);
    keys.keys.extend(sender.map(|key| (name(&user), key)));
    (sealing.with(&keys).unwrap().seal(Digest::ZERO), keys)
}

fn with_source_as_stored(commit: &Commit) -> Commit {
    let mut commit = commit.clone();
    let source = commit.draft.source.as_mut().unwrap();
    *source = SourceAddress::read(source.stored());
    commit
}

fn told_source(commit: &Commit, keys: &CaseKeys) -> String {
    let mut read = with_source_as_stored(commit);
    assert!(is_closed(&read) && read.source_address().is_none());
    open_values(&mut read, keys).unwrap();
    assert!(is_intact(&read) && read == *commit);
    read.source_address().unwrap().expose().clone()
}

#[test]
fn where_a_command_came_from_is_stored_encrypted_and_hashed_so() {
    for sender in [None, Some(KeyState::Live(DataKey::of([9; 32])))] {
        let is_senders = sender.is_some();
        let (commit, keys) = from_somewhere(sender);
        let stored = commit.source.as_ref().unwrap().stored();
        assert!(!stored.contains(SOURCE), "{stored}");
        assert_eq!(stored.contains("user/clerk-1/1"), is_senders, "{stored}");
        assert_eq!(told_source(&commit, &keys), SOURCE);
    }
}

#[test]
fn where_a_command_came_from_is_forgotten_with_its_key_and_the_hash_stays() {
    let (commit, mut keys) = from_somewhere(None);
    let texts = keys.keys.get_mut(&name(&Subject::Texts)).unwrap();
    *texts = KeyState::Gone { at: at() };
    assert_eq!(told_source(&commit, &keys), FORGOTTEN);
}

#[test]
fn an_altered_source_address_is_noticed() {
    let (commit, keys) = from_somewhere(None);
    let stored = commit.source.as_ref().unwrap().stored().to_owned();
    for at in 0..stored.len() {
        let mut bytes = stored.clone().into_bytes();
        bytes[at] ^= 1;
        let Ok(altered) = String::from_utf8(bytes) else {
            continue;
        };
        let mut read = commit.clone();
        read.draft.source = Some(SourceAddress::read(altered));
        assert!(!is_intact(&read));
        // Without the mark it is taken for an address that was never encrypted.
        if is_closed(&read) {
            assert!(open_values(&mut read, &keys).is_err(), "byte {at}");
        }
    }
}

#[test]
fn an_address_that_was_stored_in_clear_says_what_it_is() {
    let read = SourceAddress::read(SOURCE);
    assert_eq!(read.told().unwrap().expose(), SOURCE);
}

fn is_intact(commit: &Commit) -> bool {
    commit.verify_after(Version::ZERO, Digest::ZERO).is_ok()
}

#[test]
fn an_event_that_was_just_written_is_sealed_as_one_that_was_read() {
    for event in all().flat_map(|example| example.decode().unwrap()) {
        let written = StoredEvent::encode(EventId(Uuid::from_u128(7)), &event).unwrap();
        let read = with_payload(&written, written.payload());
        let ((of_written, _), (of_read, _)) = (sealed(vec![written]), sealed(vec![read]));
        assert_eq!(of_written, of_read, "{}", event.event_type());
        assert_eq!(of_written.events[0].told(), of_read.events[0].told());
        assert_eq!(of_written.decode().unwrap(), [event]);
    }
}

#[test]
fn every_version_of_every_event_says_after_opening_what_it_said_before_sealing() {
    for event in all() {
        let before = event.decode().unwrap();
        let (commit, keys) = sealed(vec![event.clone()]);
        assert_eq!(commit.decode().unwrap(), before, "{}", event.event_type);
        let mut read = stored(&commit);
        open_values(&mut read, &keys).unwrap();
        assert_eq!(read.decode().unwrap(), before, "{}", event.event_type);
        assert_eq!(read.events[0].told(), event.payload());
        assert!(is_intact(&read) && read == commit);
    }
}

/// Each text of a payload, at whatever depth, as its pointer and itself.
fn texts(value: &Value, at: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((at.to_owned(), text.clone())),
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                texts(item, &format!("{at}/{nth}"), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                texts(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The members that tell of people, by their names in any version of any event.
const PERSONAL_NAMES: &[&str] = &[
    "name",
    "secondaryName",
    "inCareOf",
    "phone",
    "email",
    "address1",
    "address2",
    "address3",
    "caption",
    "title",
    "description",
    "filedBy",
    "note",
    "residue",
    "reason",
    "text",
    "calendarNotes",
    "barNumber",
    "firmName",
];

#[test]
fn whatever_tells_of_people_is_nowhere_in_the_stored_payload() {
    let mut checked = 0;
    for event in all() {
        // A penalty has a name, and a contact a title such as "Executor": nobody's own.
        let is_personal = |pointer: &str| {
            let last = pointer.rsplit('/').next().unwrap();
            let of_person = ["ontact", "etitioner"]
                .iter()
                .any(|it| pointer.contains(it));
            let of_nobody = pointer.contains("/penalties/")
                || (of_person && last == "title")
                || event.event_type == "AutomaticallyBlocked";
            PERSONAL_NAMES.contains(&last) && !of_nobody
        };
        let mut payload: Value = serde_json::from_str(event.payload()).unwrap();
        let mut found = Vec::new();
        texts(&payload, "", &mut found);
        let personal: Vec<_> = found
            .into_iter()
            .filter(|(at, _)| is_personal(at))
            .collect();
        for (nth, (pointer, _)) in personal.iter().enumerate() {
            *payload.pointer_mut(pointer).unwrap() = json!(format!("{TELLING} {nth}"));
        }
        let event = with_payload(&event, payload.to_string());
        let (commit, _) = sealed(vec![event]);
        let there = commit.events[0].payload();
        assert!(
            !there.contains(TELLING),
            "{}: {there}",
            commit.events[0].event_type
        );
        checked += personal.len();
    }
    assert!(checked > 50, "{checked} values were looked for");
}

#[test]
fn sealing_again_gives_the_same_bytes() {
    let first = sealed(all().collect()).0;
    let second = sealed(all().collect()).0;
    assert_eq!(first, second);
}

/// Commits and their hashes rest on it: this text is pinned.
#[test]
fn the_form_of_an_encrypted_value_never_changes() {
    let (commit, _) = sealed(vec![example("CaptionChanged", 1)]);
    assert_eq!(
        commit.events[0].payload(),
        concat!(
            r#"{"caption":{"$sealed":{"form":"text","key":"texts/1","value":""#,
            "6DNYoEoAIKt938TF4nUwr0PrukPAJkGoUkLVJYf9r9bBoDPWro3E9Rrkvwitvr/wHPJ4PM4B",
            r#""}}}"#,
        )
    );
}

#[test]
fn what_is_not_opened_is_refused_by_that_name_and_not_misread() {
    let (commit, _) = sealed(vec![example("CaptionChanged", 1)]);
    let closed = stored(&commit);
    assert!(is_closed(&closed) && !is_closed(&commit));
    assert!(matches!(closed.decode(), Err(DecodeError::Closed { .. })));
}

#[test]
fn a_payload_from_before_values_were_encrypted_is_read_as_it_is() {
    let commit = draft(all().collect()).seal(Digest::ZERO);
    let mut read = commit.clone();
    open_values(&mut read, &CaseKeys::none(case())).unwrap();
    assert_eq!(read.decode().unwrap(), commit.decode().unwrap());
    assert_eq!(read.events[0].told(), commit.events[0].payload());
}

#[test]
fn forgetting_one_person_leaves_every_hash_and_everybody_else() {
    let petition = example("PetitionFiled", 2);
    let (commit, mut keys) = sealed(vec![petition.clone()]);
    let CaseEvent::PetitionFiled(before) = petition.decode().unwrap().remove(0) else {
        panic!("a petition")
    };
    let whom = Subject::Contact(before.petitioners[0].contact_id);
    keys.keys.insert(name(&whom), KeyState::Gone { at: at() });
    let mut read = stored(&commit);
    open_values(&mut read, &keys).unwrap();
    assert!(is_intact(&read));
    let CaseEvent::PetitionFiled(after) = read.decode().unwrap().remove(0) else {
        panic!("a petition")
    };
    assert_eq!(after.petitioners[0].name.expose(), FORGOTTEN);
    if let Some(address) = &after.petitioners[0].address {
        assert_eq!(address.expose().address1, FORGOTTEN);
        assert_eq!(address.expose().address2, None);
    }
    assert_eq!(after.caption, before.caption);
    assert_eq!(
        after.petitioners[0].contact_id,
        before.petitioners[0].contact_id
    );
}

#[test]
fn with_every_key_destroyed_every_event_still_says_what_is_nobodys() {
    let (commit, mut keys) = sealed(all().collect());
    for state in keys.keys.values_mut() {
        *state = KeyState::Gone { at: at() };
    }
    let mut read = stored(&commit);
    open_values(&mut read, &keys).unwrap();
    assert!(is_intact(&read));
    let before = commit.decode().unwrap();
    let after = read.decode().unwrap();
    assert_eq!(before.len(), after.len());
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.event_type(), after.event_type());
        assert_eq!(before.docket_entry_id(), after.docket_entry_id());
    }
}

#[test]
fn a_key_that_is_lost_is_told_apart_from_one_that_was_destroyed() {
    let (commit, mut keys) = sealed(vec![example("CaptionChanged", 1)]);
    keys.keys.remove(&name(&Subject::Texts));
    let mut read = stored(&commit);
    let error = open_values(&mut read, &keys).unwrap_err();
    assert!(matches!(error, OpenError::KeyLost { .. }), "{error}");
    assert!(is_closed(&read), "it stays closed");
    keys.keys.insert(name(&Subject::Texts), KeyState::Damaged);
    let error = open_values(&mut read, &keys).unwrap_err();
    assert!(matches!(error, OpenError::Altered { .. }), "{error}");
}

#[test]
fn what_was_forgotten_and_is_told_again_needs_no_new_key() {
    let caption = StoredEvent::read(
        EventId(Uuid::nil()),
        "CaptionChanged",
        1,
        json!({"caption": FORGOTTEN}).to_string(),
    );
    let sealing = Sealing::of(draft(vec![caption.clone()])).unwrap();
    assert_eq!(
        sealing.subjects().into_iter().collect::<Vec<_>>(),
        [Subject::Commands]
    );
    let keys = keys_for(&sealing);
    assert_eq!(sealing.with(&keys).unwrap().events, [caption]);
}

#[test]
fn the_digest_of_a_command_is_not_one_that_can_be_guessed() {
    let (commit, keys) = sealed(vec![example("JudgeAssigned", 1)]);
    let plain = Digest::of(b"body");
    assert_ne!(commit.command_digest, plain);
    assert!(keys.is_digest_of(commit.command_digest, at(), plain));
}

#[test]
fn a_value_that_is_moved_to_another_place_is_noticed() {
    let (commit, keys) = sealed(vec![example("PetitionFiled", 2)]);
    let mut read = stored(&commit);
    let mut payload: Value = serde_json::from_str(read.events[0].payload()).unwrap();
    let name = payload["petitioners"][0]["name"].take();
    payload["petitioners"][0]["secondaryName"] = name.clone();
    payload["petitioners"][0]["name"] = name;
    alter(&mut read, payload.to_string());
    let error = open_values(&mut read, &keys).unwrap_err();
    assert!(matches!(error, OpenError::Altered { .. }), "{error}");
}

proptest! {
    #[test]
    fn any_text_comes_back_as_it_was(caption in ".*", note in ".*") {
        let event = |kind: &str, value: Value, n| {
            StoredEvent::read(EventId(Uuid::from_u128(n)), kind, 1, value.to_string())
        };
        let events = vec![
            event("CaptionChanged", json!({"caption": caption}), 1),
            event("CaseNoteWritten", json!({"note": note}), 2),
        ];
        let before: Vec<_> = events.iter().map(|event| event.decode().unwrap()).collect();
        let (commit, keys) = sealed(events);
        let mut read = stored(&commit);
        open_values(&mut read, &keys).unwrap();
        prop_assert_eq!(read.decode().unwrap(), before.concat());
    }

    #[test]
    fn any_other_byte_of_a_stored_payload_breaks_the_chain(place in any::<prop::sample::Index>(), byte in 0x20_u8..0x7f) {
        let (commit, _) = sealed(vec![example("PetitionFiled", 2)]);
        let mut read = stored(&commit);
        let mut bytes = read.events[0].payload().as_bytes().to_vec();
        let at = place.index(bytes.len());
        prop_assume!(bytes[at] != byte && bytes[at].is_ascii());
        bytes[at] = byte;
        alter(&mut read, String::from_utf8(bytes).unwrap());
        prop_assert!(!is_intact(&read));
    }

    #[test]
    fn any_other_byte_of_a_ciphertext_does_not_open(place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let key = DataKey::of([3; 32]);
        let mut sealed = key.encrypt("test", &[b"place"], TELLING.as_bytes());
        let at = place.index(sealed.len());
        sealed[at] ^= 1 << bit;
        prop_assert!(key.decrypt("test", &[b"place"], &sealed).is_err());
    }
}
