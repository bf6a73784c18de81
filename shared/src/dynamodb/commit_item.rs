//! A commit as an item of the event table.
//!
//! A write is billed by the kilobyte that is begun, and a commit of one event is about one. So what
//! has a shorter form than text is kept in it: digests and the ids of events are bytes, and a
//! commit that holds from when it is recorded names that time once. Items that were written
//! before have the longer forms, and are read as they are; they are never rewritten.

use std::fmt::Display;
use std::str::FromStr;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::personal::source::SourceAddress;
use casefold_events::{
    CommandId, Commit, CommitRef, CorrelationId, Digest, DocketNumber, DraftCommit, EventId,
    StoredEvent, Timestamp, UserId, Version,
};
use uuid::Uuid;

use super::item::{Item, corrupt, get_text, number, text};
use super::tables::{HASH_KEY, RANGE_KEY, case_of_partition, commit_key};
use crate::gateway::StoreError;

/// The commit's item: every field as an attribute of its own, each event's payload byte
/// for byte as it is hashed.
pub(super) fn commit_to_item(commit: &Commit) -> Item {
    let mut item = commit_key(commit.reference());
    let mut put = |name: &str, value| {
        item.insert(name.to_owned(), value);
    };
    put(
        "events",
        AttributeValue::L(commit.events.iter().map(event_to_map).collect()),
    );
    put("command_id", text(commit.command_id.as_str()));
    put("command", text(&commit.command));
    put("command_digest", digest(commit.command_digest));
    put("actor", text(commit.actor.as_str()));
    put("role", text(commit.role.as_str()));
    put("recorded_at", text(commit.recorded_at.to_string()));
    if commit.effective_at != commit.recorded_at {
        put("effective_at", text(commit.effective_at.to_string()));
    }
    put("correlation_id", text(commit.correlation_id.as_str()));
    if let Some(cause) = commit.causation {
        put("causation_id", text(reference_text(cause)));
    }
    if !commit.committed_with.is_empty() {
        let together = commit
            .committed_with
            .iter()
            .map(|other| text(reference_text(*other)));
        put("committed_with", AttributeValue::L(together.collect()));
    }
    if let Some(source) = &commit.source {
        put("source", text(source.stored()));
    }
    put("prev_hash", digest(commit.prev_hash));
    put("hash", digest(commit.hash));
    item
}

fn digest(digest: Digest) -> AttributeValue {
    AttributeValue::B(Blob::new(digest.as_bytes()))
}

fn event_to_map(event: &StoredEvent) -> AttributeValue {
    AttributeValue::M(Item::from([
        (
            "id".to_owned(),
            AttributeValue::B(Blob::new(event.event_id.0.as_bytes())),
        ),
        ("type".to_owned(), text(&event.event_type)),
        ("v".to_owned(), number(event.schema_version)),
        ("payload".to_owned(), text(event.payload())),
    ]))
}

/// The item of a commit in the event table, and so the new image of its stream record.
pub fn commit_to_stream_image(commit: &Commit) -> Item {
    commit_to_item(commit)
}

/// The commit in the new image of a stream record, or in an item of the event table.
///
/// # Errors
/// [`StoreError::Corrupt`] where the image is not that of a commit.
pub fn commit_from_stream_image(image: &Item) -> Result<Commit, StoreError> {
    commit_from_item(image)
}

/// Which commit a stream record is about, from the record's keys.
///
/// # Errors
/// [`StoreError::Corrupt`] where they are not the keys of a commit.
pub fn commit_ref_from_stream_keys(keys: &Item) -> Result<CommitRef, StoreError> {
    let docket_number = case_of_partition(get_text(keys, HASH_KEY)?)
        .ok_or_else(|| corrupt(keys, "the partition is not that of a case"))?;
    let version = match keys.get(RANGE_KEY) {
        Some(AttributeValue::N(version)) => exact(version).filter(|version| *version > 0),
        Some(_) | None => None,
    };
    let version = version.ok_or_else(|| corrupt(keys, "the version is not that of a commit"))?;
    Ok(CommitRef {
        docket_number,
        version: Version(version),
    })
}

/// The commit in an item of the event table.
///
/// Only what [`commit_to_item`] writes is read: the hash runs over values, so another way to
/// write the same value (an id in capitals, a time with a blank) would be a change of the item
/// that no hash shows.
pub(super) fn commit_from_item(item: &Item) -> Result<Commit, StoreError> {
    let CommitRef {
        docket_number,
        version,
    } = commit_ref_from_stream_keys(item)?;
    let id = |name: &'static str| move |_| corrupt(item, format!("attribute {name} is no id"));
    let draft = DraftCommit {
        docket_number,
        version,
        command_id: CommandId::new(get_text(item, "command_id")?).map_err(id("command_id"))?,
        command: get_text(item, "command")?.to_owned(),
        command_digest: get_digest(item, "command_digest")?,
        actor: UserId::new(get_text(item, "actor")?).map_err(id("actor"))?,
        role: get_exact(item, "role")?,
        recorded_at: get_exact::<Timestamp>(item, "recorded_at")?,
        effective_at: match item.contains_key("effective_at") {
            true => get_exact::<Timestamp>(item, "effective_at")?,
            false => get_exact::<Timestamp>(item, "recorded_at")?,
        },
        correlation_id: CorrelationId::new(get_text(item, "correlation_id")?)
            .map_err(id("correlation_id"))?,
        causation: match item.get("causation_id") {
            Some(cause) => Some(reference(item, cause)?),
            None => None,
        },
        committed_with: match item.get("committed_with") {
            Some(AttributeValue::L(together)) => together
                .iter()
                .map(|other| reference(item, other))
                .collect::<Result<_, _>>()?,
            Some(_) => return Err(corrupt(item, "attribute committed_with is no list")),
            None => Vec::new(),
        },
        events: match item.get("events") {
            Some(AttributeValue::L(events)) => events
                .iter()
                .map(|event| event_from_map(item, event))
                .collect::<Result<_, _>>()?,
            Some(_) | None => return Err(corrupt(item, "attribute events is no list")),
        },
        source: match item.contains_key("source") {
            true => Some(SourceAddress::read(get_text(item, "source")?)),
            false => None,
        },
    };
    Ok(Commit {
        draft,
        prev_hash: get_digest(item, "prev_hash")?,
        hash: get_digest(item, "hash")?,
    })
}

fn event_from_map(item: &Item, event: &AttributeValue) -> Result<StoredEvent, StoreError> {
    let unfit = |problem: &str| corrupt(item, format!("an event {problem}"));
    let AttributeValue::M(event) = event else {
        return Err(unfit("is no map"));
    };
    let field = |name: &str| match event.get(name) {
        Some(AttributeValue::S(value)) => Ok(value),
        Some(_) | None => Err(unfit(&format!("has no {name}"))),
    };
    let id = match event.get("id") {
        Some(AttributeValue::B(bytes)) => Uuid::from_slice(bytes.as_ref()).ok(),
        Some(AttributeValue::S(text)) => exact(text),
        Some(_) | None => None,
    };
    let id = id.ok_or_else(|| unfit("has an id that is no UUID"))?;
    let version = event.get("v").and_then(|version| version.as_n().ok());
    let version = version
        .and_then(|version| exact(version))
        .ok_or_else(|| unfit("has no whole version"))?;
    let (event_type, payload) = (field("type")?, field("payload")?);
    Ok(StoredEvent::read(EventId(id), event_type, version, payload))
}

/// A value that is written in its own form and no other.
fn exact<T: FromStr + Display>(text: &str) -> Option<T> {
    let value = text.parse::<T>().ok()?;
    (value.to_string() == text).then_some(value)
}

/// A text attribute that must be there and of a value's own form. What it is instead is not
/// told: it may be personal.
fn get_exact<T: FromStr + Display>(item: &Item, name: &str) -> Result<T, StoreError> {
    exact(get_text(item, name)?)
        .ok_or_else(|| corrupt(item, format!("attribute {name} is not of its form")))
}

/// A digest that must be there.
fn get_digest(item: &Item, name: &str) -> Result<Digest, StoreError> {
    match item.get(name) {
        Some(AttributeValue::B(bytes)) => <[u8; 32]>::try_from(bytes.as_ref())
            .map(Digest::from)
            .map_err(|_| corrupt(item, format!("attribute {name} is no digest"))),
        Some(_) | None => get_exact(item, name),
    }
}

/// A commit's name in one text: `101-26/3`.
pub(super) fn reference_text(commit: CommitRef) -> String {
    format!("{}/{}", commit.docket_number, commit.version)
}

fn reference(item: &Item, value: &AttributeValue) -> Result<CommitRef, StoreError> {
    let parse = || {
        let (docket_number, version) = value.as_s().ok()?.split_once('/')?;
        Some(CommitRef {
            docket_number: docket_number.parse::<DocketNumber>().ok()?,
            version: Version(exact(version)?),
        })
    };
    parse().ok_or_else(|| corrupt(item, "a name of a commit is not of its form"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use casefold_events::vocabulary::Role;

    fn commit() -> Commit {
        let at = CommitRef {
            docket_number: "101-26".parse().unwrap(),
            version: Version(3),
        };
        let other = CommitRef {
            docket_number: "102-26".parse().unwrap(),
            version: Version(9),
        };
        let id = EventId(Uuid::from_u128(7));
        let event = StoredEvent::read(id, "FromALaterBuild", 4, r#"{"a":"é \" 	"}"#);
        let draft = DraftCommit {
            docket_number: at.docket_number,
            version: at.version,
            command_id: CommandId::new("key-1").unwrap(),
            command: "ServePetition".to_owned(),
            command_digest: Digest::of(b"body"),
            actor: UserId::new("clerk-1").unwrap(),
            role: Role::PetitionsClerk,
            recorded_at: Timestamp::from_millis(1_700_000_000_123),
            effective_at: Timestamp::from_millis(1_600_000_000_000),
            correlation_id: CorrelationId::new("c-1").unwrap(),
            causation: Some(other),
            committed_with: vec![at, other],
            events: vec![event],
            source: None,
        };
        draft.seal(Digest::of(b"before"))
    }

    #[test]
    fn a_source_address_comes_back_and_is_there_only_where_it_is_known() {
        let mut draft = commit().draft;
        assert!(!commit_to_item(&commit()).contains_key("source"));
        draft.source = Some(SourceAddress::known("203.0.113.7"));
        let commit = draft.seal(Digest::of(b"before"));
        let item = commit_to_item(&commit);
        assert_eq!(get_text(&item, "source").unwrap(), "203.0.113.7");
        assert_eq!(commit_from_item(&item).unwrap(), commit);
    }

    #[test]
    fn a_commit_comes_back_as_it_was_and_its_hash_still_fits() {
        let commit = commit();
        let read = commit_from_item(&commit_to_item(&commit)).unwrap();
        assert_eq!(read, commit);
        assert!(read.verify_after(Version(2), Digest::of(b"before")).is_ok());
    }

    /// The item as it was written when digests and ids were texts, and both times stood there.
    fn in_longer_forms(commit: &Commit) -> Item {
        let mut item = commit_to_item(commit);
        let digests = [
            ("command_digest", commit.command_digest),
            ("prev_hash", commit.prev_hash),
            ("hash", commit.hash),
        ];
        for (name, digest) in digests {
            item.insert(name.to_owned(), text(digest.to_string()));
        }
        item.insert(
            "effective_at".to_owned(),
            text(commit.effective_at.to_string()),
        );
        let Some(AttributeValue::L(events)) = item.get_mut("events") else {
            panic!("a commit has events");
        };
        for (event, stored) in events.iter_mut().zip(&commit.events) {
            let AttributeValue::M(event) = event else {
                panic!("an event is a map");
            };
            event.insert("id".to_owned(), text(stored.event_id.to_string()));
        }
        item
    }

    #[test]
    fn an_item_of_before_is_read_as_the_same_commit() {
        let mut draft = commit().draft;
        for effective_at in [draft.effective_at, draft.recorded_at] {
            draft.effective_at = effective_at;
            let commit = draft.clone().seal(Digest::of(b"before"));
            let (now, before) = (commit_to_item(&commit), in_longer_forms(&commit));
            assert_eq!(commit_from_item(&before).unwrap(), commit);
            assert_eq!(commit_from_item(&now).unwrap(), commit);
            let saved =
                super::super::item::item_bytes(&before) - super::super::item::item_bytes(&now);
            let of_times = match effective_at == commit.recorded_at {
                true => "effective_at2026-01-02T03:04:05.678Z".len(),
                false => 0,
            };
            assert_eq!(saved, 3 * 32 + 20 + of_times);
        }
    }

    #[test]
    fn an_item_that_is_no_commit_is_named_by_its_key_and_never_quoted() {
        let mut item = commit_to_item(&commit());
        item.insert("role".to_owned(), text("Vera Lindholm"));
        let error = commit_from_item(&item).unwrap_err().to_string();
        assert!(
            error.contains("CASE#101-26/3") && error.contains("role"),
            "{error}"
        );
        assert!(!error.contains("Astra"), "{error}");
    }

    #[test]
    fn a_value_that_is_written_in_another_form_is_not_taken_for_the_value() {
        let others = [
            ("recorded_at", "2023-11-14 22:13:20.123Z"),
            ("recorded_at", "2023-11-14T22:13:20.123z"),
            ("effective_at", "2020-09-13T12:26:40.000+00:00"),
            ("causation_id", "102-26/+9"),
            ("causation_id", "102-26/09"),
        ];
        for (name, other) in others {
            let mut item = commit_to_item(&commit());
            item.insert(name.to_owned(), text(other));
            assert!(commit_from_item(&item).is_err(), "{name}: {other}");
        }
        for version in ["+3", "03", "0"] {
            let mut item = commit_to_item(&commit());
            item.insert(RANGE_KEY.to_owned(), AttributeValue::N(version.to_owned()));
            assert!(commit_from_item(&item).is_err(), "{version}");
        }
        for short in [31, 33, 0] {
            let mut item = commit_to_item(&commit());
            let bytes = AttributeValue::B(Blob::new(vec![0; short]));
            item.insert("prev_hash".to_owned(), bytes);
            assert!(commit_from_item(&item).is_err(), "{short} bytes");
        }
        let of_event = [
            ("id", text("00000000000000000000000000000007")),
            ("id", text("urn:uuid:00000000-0000-0000-0000-000000000007")),
            ("id", AttributeValue::B(Blob::new([7; 15]))),
            ("v", AttributeValue::N("+4".to_owned())),
            ("v", text("4")),
            ("payload", number(4_u64)),
        ];
        for (name, other) in of_event {
            let mut item = commit_to_item(&commit());
            let Some(AttributeValue::L(events)) = item.get_mut("events") else {
                panic!("a commit has events");
            };
            let Some(AttributeValue::M(event)) = events.first_mut() else {
                panic!("an event is a map");
            };
            event.insert(name.to_owned(), other);
            assert!(commit_from_item(&item).is_err(), "{name}");
        }
    }
}
