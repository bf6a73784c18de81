//! Changes of what is stored, many of them: over the very items of an engine, in memory.
//! `CASEFOLD_TAMPERS=50000` tries so many of each kind.

use std::collections::BTreeMap;

use casefold_events::{DocketNumber, Version};
use casefold_projector::verify::chain::{Finding, Recorded, Wrong, look};

use crate::court::{Cases, Court, history, version_of};
use crate::mischief::{Chance, HASHED, change_byte, swap, swap_events};
use crate::support::Item;

fn tries() -> usize {
    let variable = std::env::var("CASEFOLD_TAMPERS");
    variable.map_or(2_000, |text| text.parse().unwrap())
}

/// What is wrong with a case of these items, compared with how it stood before.
fn finding(number: DocketNumber, before: &[Item], items: &[Item]) -> Option<Finding> {
    look(&history(number, items), Some(recorded(number, before))).finding
}

fn recorded(number: DocketNumber, items: &[Item]) -> Recorded {
    let history = history(number, items);
    let last = history.last().unwrap();
    Recorded {
        version: last.version,
        head: last.hash,
    }
}

/// The first commit that a finding names.
fn first_bad(finding: &Finding) -> Version {
    match &finding.kind {
        Wrong::Altered { at }
        | Wrong::ChainBroken { at }
        | Wrong::Gap { at, .. }
        | Wrong::Unreadable { at, .. }
        | Wrong::OtherHistory { at } => *at,
        Wrong::NoPetition => Version(1),
        Wrong::Truncated { found, .. } => found.next(),
        Wrong::Dropped { .. } => Version(1),
    }
}

fn kind(finding: &Finding) -> &'static str {
    match finding.kind {
        Wrong::Altered { .. } => "altered",
        Wrong::ChainBroken { .. } => "chain broken",
        Wrong::Gap { .. } => "gap",
        Wrong::Unreadable { .. } => "unreadable",
        Wrong::NoPetition => "no petition",
        Wrong::Truncated { .. } => "truncated",
        Wrong::OtherHistory { .. } => "other history",
        Wrong::Dropped { .. } => "dropped",
    }
}

/// The commit that was tampered with is the first that is named, and all before it is trusted.
fn assert_caught(finding: Option<Finding>, at: u64, what: &str) -> &'static str {
    let finding = finding.unwrap_or_else(|| panic!("{what}: not caught"));
    assert_eq!(first_bad(&finding), Version(at), "{what}: {finding:?}");
    assert_eq!(finding.trusted_to, Version(at - 1), "{what}: {finding:?}");
    kind(&finding)
}

fn some_case<'a>(cases: &'a Cases, chance: &mut Chance) -> (DocketNumber, &'a Vec<Item>) {
    let (number, items) = cases.iter().nth(chance.below(cases.len())).unwrap();
    (*number, items)
}

async fn cases() -> Cases {
    let court = Court::of(96).await;
    let cases = court.cases().await;
    assert!(cases.values().map(Vec::len).sum::<usize>() > 900);
    for (number, items) in &cases {
        assert_eq!(finding(*number, items, items), None);
    }
    cases
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_byte_of_anything_that_is_hashed_is_caught_and_named() {
    let cases = cases().await;
    let mut chance = Chance(1);
    let mut caught: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut tried = 0;
    while tried < tries() {
        let (number, items) = some_case(&cases, &mut chance);
        let nth = chance.below(items.len());
        // A case has hundreds of bytes of payload to one of its role: each attribute has its turn.
        let attribute = *chance.pick(&HASHED);
        let mut changed = items.clone();
        if !change_byte(&mut changed[nth], attribute, &mut chance) {
            continue;
        }
        tried += 1;
        assert_ne!(changed[nth], items[nth]);
        let what = format!("{attribute} of {number}/{}", nth + 1);
        let version = version_of(&items[nth]);
        let kind = assert_caught(finding(number, items, &changed), version, &what);
        *caught.entry((attribute, kind)).or_default() += 1;
    }
    let attributes: std::collections::BTreeSet<_> = caught.keys().map(|(it, _)| *it).collect();
    assert_eq!(attributes.len(), HASHED.len(), "{attributes:?}");
    println!("{tried} bytes changed, {tried} caught: {caught:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_commit_that_is_missing_is_caught_and_named() {
    let cases = cases().await;
    let mut tried = 0;
    for (number, items) in &cases {
        for nth in 0..items.len() {
            let mut fewer = items.clone();
            fewer.remove(nth);
            let what = format!("without {number}/{}", nth + 1);
            if !fewer.is_empty() {
                assert_caught(finding(*number, items, &fewer), nth as u64 + 1, &what);
            }
            let kept = &items[..nth];
            let caught = finding(*number, items, kept);
            let kind = assert_caught(caught, nth as u64 + 1, &format!("only {nth} of {number}"));
            assert_eq!(kind, "truncated");
            tried += 2;
        }
    }
    println!("{tried} times commits left out, {tried} caught");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_swap_is_caught_and_named() {
    let cases = cases().await;
    let mut chance = Chance(2);
    let mut tried = [0; 3];
    for _ in 0..tries() {
        // Two commits of one case.
        let (number, items) = some_case(&cases, &mut chance);
        let (one, other) = (chance.below(items.len()), chance.below(items.len()));
        if one != other {
            let mut changed = items.clone();
            let (first, last) = (one.min(other), one.max(other));
            let (head, tail) = changed.split_at_mut(last);
            swap(&mut head[first], &mut tail[0]);
            let what = format!("{number}: {first} and {last} swapped");
            assert_caught(finding(number, items, &changed), first as u64 + 1, &what);
            tried[0] += 1;
        }
        // Commits of two cases.
        let (others_number, others) = some_case(&cases, &mut chance);
        if number != others_number {
            let nth = chance.below(items.len());
            let others_nth = chance.below(others.len());
            let (mut changed, mut others_changed) = (items.clone(), others.clone());
            swap(&mut changed[nth], &mut others_changed[others_nth]);
            let what = format!("{number}/{nth} and {others_number}/{others_nth} swapped");
            let caught = finding(number, items, &changed);
            assert_caught(caught, nth as u64 + 1, &what);
            let caught = finding(others_number, others, &others_changed);
            assert_caught(caught, others_nth as u64 + 1, &what);
            tried[1] += 1;
        }
        // Two events of a commit.
        let nth = chance.below(items.len());
        let mut changed = items.clone();
        if swap_events(&mut changed[nth], &mut chance) {
            let what = format!("events of {number}/{nth} swapped");
            assert_caught(finding(number, items, &changed), nth as u64 + 1, &what);
            tried[2] += 1;
        }
    }
    assert!(tried.iter().all(|tried| *tried > tries() / 10), "{tried:?}");
    println!("{tried:?} swaps of commits, of cases' commits, of events: all caught");
}
