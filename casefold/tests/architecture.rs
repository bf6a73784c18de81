//! The invariants of ARCHITECTURE.md that can be read off the sources.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Every Rust source below some folders, with its path from the root.
fn sources(folders: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{folder:?}: {e}")) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{folders:?} have sources");
    found
}

/// The lines of code (no comments) in which one of some words stands.
fn lines_with(folders: &[&str], words: &[&str]) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, text) in sources(folders) {
        for (line, number) in text.lines().zip(1..) {
            let code = line.split("//").next().unwrap_or_default();
            if words.iter().any(|word| code.contains(word)) {
                lines.push(format!("{name}:{number}: {}", line.trim()));
            }
        }
    }
    lines
}

const ALL: &[&str] = &[
    "events/src",
    "shared/src",
    "command-api/src",
    "projector/src",
    "casefold/src",
];

#[test]
fn the_vocabulary_the_fold_and_deciding_know_no_aws_no_tokio_and_no_clock() {
    let pure = [
        "events/src",
        "shared/src/case",
        "command-api/src/decide",
        "command-api/src/rules",
    ];
    let words = [
        "aws_",
        "tokio",
        "Utc::now",
        "SystemTime",
        "Instant",
        "std::fs",
        "std::env",
    ];
    assert_eq!(lines_with(&pure, &words), Vec::<String>::new());
}

#[test]
fn dynamodb_is_known_in_one_place() {
    let lines = lines_with(ALL, &["aws_sdk_dynamodb::"]);
    let elsewhere: Vec<_> = lines
        .iter()
        .filter(|line| !line.starts_with("shared/src/dynamodb/"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    assert!(!lines.is_empty(), "the check finds what it looks for");
}

#[test]
fn object_stores_are_known_in_one_place() {
    let lines = lines_with(ALL, &["object_store::"]);
    let elsewhere: Vec<_> = lines
        .iter()
        .filter(|line| !line.starts_with("shared/src/documents/"))
        .collect();
    assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    assert!(!lines.is_empty(), "the check finds what it looks for");
}

#[test]
fn documents_are_kept_by_a_way_that_writes_over_nothing() {
    let words = [
        "PutMode::Overwrite",
        "RenameTargetMode::Overwrite",
        ".copy(",
        ".put(",
    ];
    let lines = lines_with(&["shared/src/documents"], &words);
    assert_eq!(lines, Vec::<String>::new());
    // What is on its way is all that is ever removed.
    let removing = lines_with(&["shared/src/documents"], &[".delete(", "remove_"]);
    assert!(!removing.is_empty(), "the check finds what it looks for");
    for line in removing {
        assert!(
            line.contains("self.at") || line.contains("INCOMING"),
            "{line}"
        );
    }
}

#[test]
fn nothing_updates_or_deletes_an_item_of_the_event_table_or_of_the_log_of_accesses() {
    let words = [
        "update_item()",
        "delete_item()",
        "DeleteRequest",
        "Delete::builder",
    ];
    for line in lines_with(&["shared/src/dynamodb"], &words) {
        let file = line.split(':').next().unwrap_or_default();
        assert!(!file.ends_with("events.rs"), "{line}");
        assert!(!file.ends_with("access_log.rs"), "{line}");
    }
    for (name, text) in sources(&["shared/src/dynamodb"]) {
        let mut rest = text.as_str();
        while let Some(at) = ["update_item()", "delete_item()"]
            .iter()
            .find_map(|w| rest.find(w))
        {
            let request: String = rest[at..].chars().take(200).collect();
            for table in ["tables.events", "tables.accesses"] {
                assert!(!request.contains(table), "{name}: {request}");
            }
            rest = &rest[at + 1..];
        }
    }
}

#[test]
fn the_log_of_accesses_is_known_in_one_place() {
    let lines = lines_with(&["shared/src/dynamodb"], &["tables.accesses"]);
    assert!(!lines.is_empty(), "the check finds what it looks for");
    for line in lines {
        assert!(
            line.starts_with("shared/src/dynamodb/access_log.rs"),
            "{line}"
        );
    }
}

#[test]
fn nothing_updates_deletes_or_writes_over_an_item_of_the_table_of_checkpoints() {
    let is_of_checkpoints = |line: &String| line.starts_with("shared/src/dynamodb/checkpoint");
    let folder = &["shared/src/dynamodb"];
    let mut lines = lines_with(folder, &["update_item", "elete", "put_all", "Step::"]);
    lines.retain(is_of_checkpoints);
    assert_eq!(lines, Vec::<String>::new());
    // Nobody else has to do with it.
    let uses = lines_with(folder, &["tables.checkpoints"]);
    assert!(!uses.is_empty(), "the check finds what it looks for");
    assert!(uses.iter().all(is_of_checkpoints), "{uses:?}");
}

#[test]
fn the_gateway_knows_no_dynamodb_and_no_object_store() {
    let words = ["aws_", "AttributeValue", "dynamodb::", "object_store"];
    assert_eq!(
        lines_with(&["shared/src/gateway"], &words),
        Vec::<String>::new()
    );
}
