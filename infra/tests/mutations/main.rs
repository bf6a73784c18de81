//! Each mistake in a list, made in a copy of the Terraform, is found by the check that is there for
//! it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod list;
#[path = "../support/mod.rs"]
mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use casefold_infra::checks;
use casefold_infra::workshop::{Outcome, copy_terraform};
use list::{Mutation, all};

/// How many processes plan at once: each keeps a core busy.
const AT_ONCE: usize = 2;

/// Names the variable with a part of the names of the mistakes that are made; all without it.
const ONLY: &str = "CASEFOLD_MISTAKES";

#[test]
fn every_mistake_is_found_by_the_check_that_is_there_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = std::env::var(ONLY).unwrap_or_default();
    let made: Vec<_> = all().filter(|it| it.name.contains(&wanted)).collect();
    let mutants: Vec<_> = made
        .iter()
        .enumerate()
        .map(|(nth, it)| mutant(folder.path(), nth, it))
        .collect();
    let Some(outcomes) = planned_at_once(&mutants) else {
        return;
    };
    let mut table = String::from("\n| mistake | found by |\n| --- | --- |\n");
    let mut missed = Vec::new();
    for (mutation, outcome) in made.iter().zip(outcomes) {
        let found = match &outcome {
            Outcome::Planned(plan) => names(plan),
            Outcome::Refused(_) => vec!["terraform"],
        };
        let _ = writeln!(table, "| {} | {} |", mutation.name, found.join(", "));
        if !found.contains(&mutation.by) {
            let why = match outcome {
                Outcome::Refused(why) => why,
                Outcome::Planned(_) => found.join(", "),
            };
            missed.push(format!(
                "{}: {} doesn't find it, but: {why}",
                mutation.name, mutation.by
            ));
        }
    }
    println!("{table}");
    assert!(missed.is_empty(), "\n{}", missed.join("\n"));
}

#[test]
fn every_check_finds_a_mistake() {
    let without: Vec<_> = checks::all()
        .iter()
        .map(|it| it.name)
        .filter(|name| !all().any(|mutation| mutation.by == *name))
        .collect();
    assert!(without.is_empty(), "no mistake is made for {without:?}");
}

/// The checks that find something, each once.
fn names(plan: &casefold_infra::plan::Plan) -> Vec<&'static str> {
    let mut names: Vec<_> = checks::look(plan).iter().map(|it| it.check).collect();
    names.dedup();
    names
}

/// A copy of this folder's Terraform with one mistake.
fn mutant(folder: &Path, nth: usize, mutation: &Mutation) -> PathBuf {
    let copy = folder.join(nth.to_string());
    copy_terraform(support::infra(), &copy).unwrap();
    let file = copy.join(mutation.file);
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, from) = mutation.from.split_once('…').unwrap_or(("", mutation.from));
    let start = if before.is_empty() {
        0
    } else {
        text.find(before).unwrap_or(text.len())
    };
    let at = text[start..].find(from).map(|at| start + at);
    let at = at.unwrap_or_else(|| panic!("{}: {} has no {from}", mutation.name, mutation.file));
    let again = !before.is_empty() || text[at + 1..].find(from).is_none();
    assert!(
        again,
        "{}: {} has {from} again",
        mutation.name, mutation.file
    );
    let mutated = [&text[..at], mutation.to, &text[at + from.len()..]].concat();
    std::fs::write(&file, mutated).unwrap();
    copy
}

fn planned_at_once(mutants: &[PathBuf]) -> Option<Vec<Outcome>> {
    let paths: Vec<&Path> = mutants.iter().map(PathBuf::as_path).collect();
    let share = paths.len().div_ceil(AT_ONCE);
    std::thread::scope(|scope| {
        let threads: Vec<_> = paths
            .chunks(share)
            .map(|some| scope.spawn(|| support::planned(some)))
            .collect();
        let outcomes = threads.into_iter().map(|thread| thread.join().unwrap());
        outcomes.collect::<Option<Vec<_>>>().map(|it| it.concat())
    })
}
