//! Every event type and version has a schema, an example, and a way to the newest version.
//!
//! `CASEFOLD_NEW_SCHEMAS=1 cargo test -p casefold-events --test schemas` writes the schemas
//! of versions that have none yet, new wording, and the digests of new schemas. What a
//! released schema allows is never written anew: it doesn't change. `schemas.sha256` holds
//! its digest, that of an old version too, which no code can make again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use casefold_events::upcast::STEPS;
use casefold_events::{CaseEvent, Digest, EventId, StoredEvent};
use serde_json::Value;
use uuid::Uuid;

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn file(of: &str, event_type: &str, version: u32) -> PathBuf {
    directory(of).join(format!("{event_type}.v{version}.json"))
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| {
        let name = path.file_name().unwrap_or_default();
        panic!("{}: {error}", name.display())
    });
    serde_json::from_str(&text).unwrap()
}

/// Every event type with each version of it, from 1 to the newest.
fn versions() -> impl Iterator<Item = (&'static str, u32)> {
    CaseEvent::SCHEMAS
        .iter()
        .flat_map(|(event_type, newest)| (1..=*newest).map(|version| (*event_type, version)))
}

/// Whether what has no file yet is to be written.
fn may_write() -> bool {
    std::env::var_os("CASEFOLD_NEW_SCHEMAS").is_some()
}

/// What doesn't fit its schema.
fn misfits(event_type: &str, version: u32, payload: &Value) -> Vec<String> {
    let schema = read(&file("schemas", event_type, version));
    jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(payload)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect()
}

/// What a schema allows, without what it says.
fn without_words(schema: &Value) -> Value {
    match schema {
        Value::Object(members) => members
            .iter()
            .filter(|(name, value)| *name != "description" || !value.is_string())
            .map(|(name, value)| (name.clone(), without_words(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_words).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
    }
}

fn stored(event_type: &str, schema_version: u32, payload: &Value) -> StoredEvent {
    let id = EventId(Uuid::nil());
    StoredEvent::read(id, event_type, schema_version, payload.to_string())
}

#[test]
fn a_released_schema_is_what_the_code_writes_and_never_changes() {
    for (event_type, version, schema) in CaseEvent::json_schemas() {
        let path = file("schemas", event_type, version);
        let write = || std::fs::write(&path, format!("{schema:#}\n")).unwrap();
        if may_write() && !path.exists() {
            write();
        }
        let released = read(&path);
        assert_eq!(
            without_words(&released),
            without_words(&schema),
            "{event_type} changed and has still version {version}; a changed payload is a new \
             version with an upcaster (or undo the change)"
        );
        if may_write() && released != schema {
            write();
        }
        assert_eq!(read(&path), schema, "the wording of {event_type} changed");
    }
}

#[test]
fn what_a_released_schema_allows_has_the_digest_that_it_was_released_with() {
    let path = directory("schemas.sha256");
    let released = std::fs::read_to_string(&path).unwrap_or_default();
    let mut now = String::new();
    for (event_type, version) in versions() {
        let schema = without_words(&read(&file("schemas", event_type, version)));
        let digest = Digest::of(schema.to_string().as_bytes());
        let name = format!("{event_type}.v{version}");
        let line = released
            .lines()
            .find(|line| line.ends_with(&format!(" {name}")));
        let line = match line {
            None if may_write() => format!("{digest} {name}"),
            None => panic!("{name} has no line in schemas.sha256"),
            Some(line) => line.to_owned(),
        };
        assert_eq!(
            line,
            format!("{digest} {name}"),
            "the released schema of {name} changed"
        );
        now.push_str(&line);
        now.push('\n');
    }
    if may_write() {
        std::fs::write(&path, &now).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        now,
        "a line of schemas.sha256 is of no version, or out of order"
    );
}

#[test]
fn every_version_has_its_schema_and_an_example_of_it() {
    for (event_type, version) in versions() {
        let example = read(&file("examples", event_type, version));
        let misfits = misfits(event_type, version, &example);
        assert!(misfits.is_empty(), "{event_type} v{version}: {misfits:?}");
    }
}

#[test]
fn an_example_of_an_old_version_shows_what_its_steps_do_and_fits_once_it_is_lifted() {
    for (event_type, newest) in CaseEvent::SCHEMAS {
        for version in 1..*newest {
            let example = read(&file("examples", event_type, version));
            assert!(
                !misfits(event_type, *newest, &example).is_empty()
                    || stored(event_type, version, &example)
                        .decode()
                        .unwrap()
                        .len()
                        > 1,
                "{event_type} v{version} could be read as v{newest}: it shows no difference"
            );
            for event in stored(event_type, version, &example).decode().unwrap() {
                let lifted = StoredEvent::encode(EventId(Uuid::nil()), &event).unwrap();
                let lifted = serde_json::from_str(lifted.payload()).unwrap();
                let misfits = misfits(event.event_type(), event.schema_version(), &lifted);
                assert!(misfits.is_empty(), "{event_type} v{version}: {misfits:?}");
            }
        }
    }
}

#[test]
fn no_file_is_of_a_version_that_the_code_does_not_know() {
    let known: BTreeSet<_> = versions()
        .map(|(event_type, version)| format!("{event_type}.v{version}.json"))
        .collect();
    for name in ["schemas", "examples"] {
        let found: BTreeSet<_> = std::fs::read_dir(directory(name))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(found, known, "{name}");
    }
}

#[test]
fn every_version_but_the_newest_has_one_step_to_the_next_and_there_is_no_other_step() {
    let old: Vec<_> = CaseEvent::SCHEMAS
        .iter()
        .flat_map(|(event_type, newest)| (1..*newest).map(|version| (*event_type, version)))
        .collect();
    let steps: Vec<_> = STEPS
        .iter()
        .map(|step| (step.event_type, step.from))
        .collect();
    let of = |steps: &[(&'static str, u32)]| steps.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(of(&steps), of(&old));
    assert_eq!(steps.len(), old.len(), "a step is listed twice");
}

#[test]
fn every_example_is_understood_and_one_of_the_newest_version_is_written_as_it_stands() {
    for (event_type, version) in versions() {
        let example = read(&file("examples", event_type, version));
        let events = stored(event_type, version, &example)
            .decode()
            .unwrap_or_else(|error| panic!("{event_type} v{version}: {error}"));
        assert!(!events.is_empty());
        let newest = CaseEvent::SCHEMAS
            .iter()
            .find(|(name, _)| *name == event_type)
            .unwrap()
            .1;
        if version == newest {
            let written = StoredEvent::encode(EventId(Uuid::nil()), &events[0]).unwrap();
            let written: Value = serde_json::from_str(written.payload()).unwrap();
            assert_eq!(written, example, "{event_type} loses or adds something");
        }
    }
}
