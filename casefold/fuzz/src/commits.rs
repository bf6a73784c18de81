//! Commits, as they stand in the event table and as its stream tells of them.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{Commit, Digest, Version};
use casefold_projector::record::{self, Meaning};
use casefold_shared::case::Case;
use casefold_shared::dynamodb::{commit_from_stream_image, commit_to_stream_image};
use serde_json::Value;

use crate::Outcome;
use crate::items::{Item, item};

/// A commit's item as JSON, or an invocation: an object with `Records`.
///
/// # Panics
/// Where a commit that was read is not the one that is stored.
pub fn commit(data: &[u8]) -> Outcome {
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return Outcome::Refused;
    };
    if value.get("Records").is_some() {
        return invocation(value);
    }
    let Some(item) = item(value) else {
        return Outcome::Refused;
    };
    let Ok(commit) = commit_from_stream_image(&item) else {
        return Outcome::Refused;
    };
    check(&commit, Some(&item));
    Outcome::Taken
}

fn invocation(payload: Value) -> Outcome {
    let count = payload["Records"].as_array().map_or(0, Vec::len);
    let batch = record::batch(payload);
    assert_eq!(batch.records.len(), count, "each record is told of");
    let mut outcome = Outcome::Refused;
    for record in batch.records {
        match record::read(record) {
            Meaning::Commit(commit) => {
                check(&commit, None);
                outcome = Outcome::Taken;
            }
            Meaning::Named { .. } => outcome = Outcome::Taken,
            Meaning::Altered | Meaning::Unreadable { .. } => {}
        }
    }
    outcome
}

/// What must hold of a commit that was read.
fn check(commit: &Commit, stored: Option<&Item>) {
    let again = commit_to_stream_image(commit);
    let read = commit_from_stream_image(&again).expect("what is written is read");
    assert_eq!(read, *commit);
    if let Some(stored) = stored {
        is_stored(commit, stored, &again);
    }
    is_the_only_one(commit);
    if let Ok(events) = commit.decode() {
        // However the commit came about, the fold doesn't fail.
        let case = Case::apply(None, commit, events.clone());
        let _ = case.and_then(|case| Case::apply(Some(case), commit, events));
    }
}

/// What is stored is what would be written, but for the longer forms of earlier builds.
fn is_stored(commit: &Commit, stored: &Item, written: &Item) {
    for (name, value) in written {
        let there = stored.get(name).expect("nothing is made up");
        match (name.as_str(), there) {
            ("events", AttributeValue::L(events)) => assert_eq!(events.len(), commit.events.len()),
            ("prev_hash" | "hash" | "command_digest", AttributeValue::S(text)) => {
                let AttributeValue::B(bytes) = value else {
                    panic!("a digest is written as bytes");
                };
                let bytes = <[u8; 32]>::try_from(bytes.as_ref()).expect("a digest has 32 bytes");
                assert_eq!(*text, Digest::from(bytes).to_string());
            }
            (_, there) => assert_eq!(there, value, "{name} is stored in its one form"),
        }
    }
}

/// Two commits of one hash that holds are the same: the hash stands for all of it.
fn is_the_only_one(commit: &Commit) {
    /// The commits whose hash holds, of those that were seen in this process.
    static SEEN: LazyLock<Mutex<HashMap<Digest, Commit>>> = LazyLock::new(Mutex::default);

    let before = commit.version.0.checked_sub(1).map(Version);
    let before = before.expect("the first commit is number 1");
    if commit.verify_after(before, commit.prev_hash).is_ok() {
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        let first = seen.entry(commit.hash).or_insert_with(|| commit.clone());
        assert_eq!(first, commit);
    }
}
