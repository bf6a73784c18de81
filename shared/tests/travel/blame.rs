//! Each field is told with the event that gave it its value, and no other.

use std::collections::BTreeMap;

use casefold_events::{Commit, Version};
use casefold_shared::blame::{ChangeKind, Ledger, Portrait};
use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::case::{Case, DocketEntry};
use casefold_shared::fields::{Leaves, leaves};
use casefold_shared::gateway::Generation;
use proptest::prelude::*;
use serde_json::{Map, Value};

use crate::acts::{Act, Planned, fold, history, plans};

/// A case as it is.
struct Whole;

impl Portrait for Whole {
    fn header(&self, case: &Case) -> Map<String, Value> {
        let mut header = object(serde_json::to_value(case).unwrap());
        header.remove("version");
        header.remove("foldedFrom");
        header
    }

    fn entry(&self, _: &Case, entry: &DocketEntry) -> Map<String, Value> {
        object(serde_json::to_value(entry).unwrap())
    }
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn newest() -> CaseGeneration {
    CaseGeneration::of(Generation::OF_CASES)
}

/// The fields of a case, all of them made anew.
fn fields(case: &Case) -> Leaves {
    let mut all = leaves("", Value::Object(Whole.header(case)));
    for entry in case.docket.off_record() {
        let path = format!("docketEntries[{}]", entry.id());
        all.extend(leaves(&path, Value::Object(Whole.entry(case, entry))));
    }
    for entry in case.docket.on_record() {
        let path = format!("docketEntries[{}]", entry.filed.index.unwrap());
        all.extend(leaves(&path, Value::Object(Whole.entry(case, entry))));
    }
    all
}

fn followed(commits: &[Commit]) -> Ledger<'static, Whole> {
    let mut ledger = Ledger::begin(&Whole, newest());
    for commit in commits {
        ledger.fold(commit).unwrap();
    }
    ledger
}

proptest! {
    #[test]
    fn folding_up_to_the_version_of_a_blame_gives_the_value_and_the_version_before_does_not(
        plans in plans(0..16),
    ) {
        let commits = history("101-26".parse().unwrap(), &plans);
        let ledger = followed(&commits);
        let at_version: Vec<Leaves> = (1..=commits.len())
            .map(|version| fields(&fold(&commits[..version])))
            .collect();
        let now = at_version.last().unwrap();
        let mut told = BTreeMap::new();
        for field in ledger.fields() {
            told.insert(field.path.to_owned(), field.value.clone());
            let origin = field.origin.unwrap();
            let version = usize::try_from(origin.version.0).unwrap();
            let value = Some(field.value);
            prop_assert_eq!(at_version[version - 1].get(field.path), value);
            if version > 1 {
                prop_assert_ne!(at_version[version - 2].get(field.path), value);
            }
            // And nothing has changed it since.
            for later in &at_version[version..] {
                prop_assert_eq!(later.get(field.path), value);
            }
            let commit = &commits[version - 1];
            let event = commit.events.iter().find(|event| event.event_id == origin.event_id);
            prop_assert_eq!(&event.unwrap().event_type, &origin.event_type);
            prop_assert_eq!(&commit.actor, &origin.actor);
        }
        prop_assert_eq!(&told, now);
    }

    #[test]
    fn the_difference_of_two_versions_is_that_of_their_fields(
        plans in plans(1..16),
        from in any::<usize>(),
    ) {
        let commits = history("101-26".parse().unwrap(), &plans);
        let from = 1 + from % (commits.len() - 1);
        let before = fold(&commits[..from]);
        let (old, new) = (fields(&before), fields(&fold(&commits)));
        let mut ledger = Ledger::at(&Whole, newest(), before);
        for commit in &commits[from..] {
            ledger.fold(commit).unwrap();
        }
        let mut changed = 0;
        for change in ledger.changes() {
            changed += 1;
            prop_assert_eq!(change.from, old.get(change.path));
            prop_assert_eq!(change.to, new.get(change.path));
            prop_assert_ne!(change.from, change.to);
            let versions: Vec<_> = change.touched_by().map(|it| it.version.0).collect();
            prop_assert!(!versions.is_empty() && versions.is_sorted());
            prop_assert!(versions[0] > from as u64);
        }
        let paths: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
        let expected = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
        prop_assert_eq!(changed, expected.count());
    }
}

fn one(acts: &[Act]) -> Planned {
    Planned {
        acts: acts.to_vec(),
        after: 1,
        back: 0,
    }
}

/// The commit and the event that gave a field its value.
fn origin(ledger: &Ledger<'_, Whole>, path: &str) -> (u64, String) {
    let field = ledger.fields().find(|field| field.path == path).unwrap();
    let origin = field.origin.unwrap();
    (origin.version.0, origin.event_type.clone())
}

#[test]
fn given_a_field_that_was_changed_and_changed_back_in_one_commit_then_it_was_not_touched() {
    let plans = [
        one(&[Act::Caption(1)]),
        one(&[Act::Caption(2), Act::Caption(1), Act::Judge(1)]),
    ];
    let ledger = followed(&history("101-26".parse().unwrap(), &plans));
    let changed = |path| origin(&ledger, path);
    assert_eq!(changed("caption"), (2, "CaptionChanged".to_owned()));
    assert_eq!(changed("associatedJudge"), (3, "JudgeAssigned".to_owned()));
    assert_eq!(changed("caseType"), (1, "PetitionFiled".to_owned()));
}

#[test]
fn given_a_draft_that_goes_on_the_record_then_it_is_told_under_its_index() {
    let plans = [
        one(&[Act::Draft]),
        one(&[Act::Record(0)]),
        one(&[Act::Serve(0)]),
    ];
    let commits = history("101-26".parse().unwrap(), &plans);
    let ledger = followed(&commits);
    let served = origin(&ledger, "docketEntries[1].service.servedAt");
    assert_eq!(served, (4, "DocketEntryServed".to_owned()));
    let draft = fold(&commits[..2]).docket.off_record()[0].id().to_string();
    assert!(
        ledger
            .fields()
            .all(|field| !field.path.starts_with(&format!("docketEntries[{draft}]")))
    );
    // It was a field all the same, and is no unknown one.
    assert!(ledger.paths().any(|path| path.contains(&draft)));
}

#[test]
fn given_two_versions_then_a_field_that_is_gone_is_told_with_who_removed_it() {
    let plans = [one(&[Act::SealCase]), one(&[Act::UnsealCase])];
    let commits = history("101-26".parse().unwrap(), &plans);
    let mut ledger = Ledger::at(&Whole, newest(), fold(&commits[..2]));
    ledger.fold(&commits[2]).unwrap();
    let changes: Vec<_> = ledger.changes().collect();
    let [change] = changes[..] else {
        panic!("{changes:?}");
    };
    assert_eq!(
        (change.path, change.kind()),
        ("sealedAt", ChangeKind::Removed)
    );
    let versions: Vec<_> = change.touched_by().map(|origin| origin.version).collect();
    assert_eq!(versions, [Version(3)]);
}
