//! All that the fuzzer has found worth keeping, through every target.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use casefold_fuzz::{Outcome, TARGETS};

/// The most bytes of one input, and of all.
const MOST_OF_ONE: usize = 16 * 1024;
const MOST_OF_ALL: usize = 2 * 1024 * 1024;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// The files of a folder, by their names.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let read = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut files: Vec<_> = read
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// What was taken once, or worse, and must not be.
const REFUSED: [&str; 9] = [
    "commit/version-with-a-sign",
    "commit/version-zero",
    "cursor/number-with-a-sign",
    "cursor/number-with-a-zero",
    // As many rows or entries as no memory holds.
    "snapshot/entries-without-end",
    "snapshot/rows-without-end",
    // One entry fewer than the last index says.
    "snapshot/header-lacks-an-entry",
    "snapshot/milestone-lacks-an-entry",
    // An Ed25519 key of 23 bytes.
    "token/short-key",
];

#[test]
fn what_is_damaged_or_forged_is_refused() {
    for input in REFUSED {
        let (name, _) = input.split_once('/').unwrap();
        let (_, target) = TARGETS.iter().find(|(it, _)| *it == name).unwrap();
        let bytes = fs::read(folder("corpus").join(input)).unwrap();
        assert_eq!(target(&bytes), Outcome::Refused, "{input}");
    }
}

#[test]
fn every_kept_input_goes_through_every_target() {
    let kept = TARGETS.map(|(name, _)| (name, files(&folder("corpus").join(name))));
    let mut failed = Vec::new();
    for (name, target) in TARGETS {
        let mut taken = 0;
        for (of, inputs) in &kept {
            for (input, bytes) in inputs {
                match catch_unwind(|| target(bytes)) {
                    Ok(Outcome::Taken) if *of == name => taken += 1,
                    Ok(Outcome::Taken | Outcome::Refused) => {}
                    Err(_) => failed.push(format!("{name} on corpus/{of}/{input}")),
                }
            }
        }
        assert!(taken > 0, "{name} takes something of its own corpus");
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn what_is_kept_is_small() {
    let mut all = 0;
    for (name, _) in TARGETS {
        for (input, bytes) in files(&folder("corpus").join(name)) {
            assert!(bytes.len() <= MOST_OF_ONE, "corpus/{name}/{input}");
            all += bytes.len();
        }
    }
    assert!(all <= MOST_OF_ALL, "{all} bytes");
}

#[test]
fn each_target_has_its_program_and_its_folder() {
    let names = |folder: PathBuf| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| {
                let path = entry.unwrap().path();
                path.file_stem().unwrap().to_string_lossy().into_owned()
            })
            .collect()
    };
    let targets: BTreeSet<_> = TARGETS.map(|(name, _)| name.to_owned()).into();
    assert_eq!(names(folder("fuzz_targets")), targets);
    assert_eq!(names(folder("corpus")), targets);
}
