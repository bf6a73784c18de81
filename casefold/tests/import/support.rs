//! Files to import, and folding what is planned of them.

use std::path::Path;

use casefold::import::{CasePlan, FindingKind, Source, SourceCase, plan_case};
use casefold_events::{Commit, Digest, Timestamp};
use casefold_shared::case::Case;
use serde_json::Value;

pub(crate) const SMALL: &str = include_str!("../data/court-items-small.json");

/// Cases on their way to trial, with what the court keeps beside the docket.
pub(crate) const TRIAL: &str = include_str!("../data/court-items-trial.json");

/// Our own small files, and the court's two sample files where they are present.
pub(crate) fn files() -> Vec<(String, String)> {
    let mut files = vec![
        ("small".to_owned(), SMALL.to_owned()),
        ("trial".to_owned(), TRIAL.to_owned()),
    ];
    for year in ["2020", "2022"] {
        let name = format!("../../shared/data/court-items-{year}.json");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        match std::fs::read_to_string(&path) {
            Ok(text) => files.push((year.to_owned(), text)),
            Err(_) => eprintln!("{name} is not here; the test goes on without it"),
        }
    }
    files
}

pub(crate) fn source(text: &str) -> Source {
    Source::read(text).unwrap()
}

pub(crate) fn items(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn source_of(items: Vec<Value>) -> Source {
    Source::of(items.into_iter().map(Some).collect())
}

pub(crate) fn case(source: &Source, number: &str) -> SourceCase {
    let of_number = |case: &&SourceCase| case.docket_number.to_string() == number;
    source.cases.iter().find(of_number).unwrap().clone()
}

pub(crate) fn small_plan(number: &str) -> CasePlan {
    plan_case(&case(&source(SMALL), number)).unwrap()
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The commits of a plan, chained.
pub(crate) fn commits(plan: &CasePlan) -> Vec<Commit> {
    let recorded_at = at("2026-01-01T00:00:00Z");
    let mut head = Digest::ZERO;
    (0..plan.commits.len())
        .map(|step| {
            let commit = plan.draft(step, recorded_at).unwrap().seal(head);
            head = commit.hash;
            commit
        })
        .collect()
}

pub(crate) fn fold<'a>(commits: impl IntoIterator<Item = &'a Commit>) -> Case {
    let folded = commits
        .into_iter()
        .fold(None, |case, commit| Some(Case::fold(case, commit).unwrap()));
    folded.unwrap()
}

pub(crate) fn folded(plan: &CasePlan) -> Case {
    fold(&commits(plan))
}

/// An id of the trial file.
pub(crate) fn id(n: u16) -> String {
    format!("5eed0000-0000-4000-8000-{n:012x}")
}

/// A case of the trial file.
pub(crate) fn folded_case(number: &str) -> Case {
    folded(&plan_case(&case(&source(TRIAL), number)).unwrap())
}

/// The fields of a case that were reported so.
pub(crate) fn reported(number: &str, kind: FindingKind) -> Vec<String> {
    let plan = plan_case(&case(&source(TRIAL), number)).unwrap();
    let findings = plan.findings.into_iter().filter(|it| it.kind == kind);
    findings.filter_map(|finding| finding.field).collect()
}

/// The dates of a case's steps of one command.
pub(crate) fn dates(number: &str, command: &str) -> Vec<String> {
    let plan = plan_case(&case(&source(TRIAL), number)).unwrap();
    let steps = plan.commits.iter().filter(|it| it.command == command);
    steps.map(|step| step.effective_at.to_string()).collect()
}
