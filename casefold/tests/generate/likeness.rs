//! Made-up histories are like a court's (domain of the court, "Real sizes").

use std::collections::{BTreeMap, BTreeSet};

use casefold::generate::{CASES_A_BLOCK, Generator, History, Recipe, Tally};
use casefold_command_api::command::{CaseCommand, GroupCommand, PetitionCommand};
use casefold_events::vocabulary::CaseStatus;
use casefold_shared::case::Case;

use crate::always::{assert_history, assert_together};
use crate::histories::{blocks, generator};

const CASES: u64 = 2_000;

fn share(cases: &[&Case], of: impl Fn(&Case) -> bool) -> f64 {
    let found = cases.iter().filter(|case| of(case)).count();
    found as f64 / cases.len() as f64
}

#[test]
fn sizes_statuses_and_commands_are_like_a_courts() {
    let mut tally = Tally::default();
    let mut histories: Vec<History> = Vec::new();
    for block in blocks(&generator(1, CASES)) {
        tally.add(block.tally);
        histories.extend(block.histories);
    }
    let cases: Vec<_> = histories.iter().map(|history| &history.case).collect();

    let commits: usize = histories.iter().map(|it| it.commits.len()).sum();
    let wanted = (CASES * 10) as usize;
    assert!(commits.abs_diff(wanted) * 100 < wanted, "{commits} commits");
    let entries = |case: &Case| case.docket.last_index() as usize + case.docket.off_record().len();
    let all: usize = cases.iter().map(|case| entries(case)).sum();
    let average = all as f64 / cases.len() as f64;
    assert!((7.0..9.0).contains(&average), "{average} entries a case");

    let mut statuses = BTreeMap::<CaseStatus, usize>::new();
    for case in &cases {
        *statuses.entry(case.status).or_default() += 1;
    }
    println!("{average:.2} entries a case; {statuses:?}");
    assert_eq!(statuses.len(), CaseStatus::ALL.len(), "{statuses:?}");
    let closed = share(&cases, |case| case.status.is_closed());
    assert!((0.6..0.85).contains(&closed), "{closed} closed");
    let sealed = share(&cases, Case::is_sealed);
    assert!((0.001..0.03).contains(&sealed), "{sealed} sealed");
    let together = share(&cases, |case| case.consolidation.is_some());
    assert!((0.01..0.08).contains(&together), "{together} consolidated");
    let represented = share(&cases, |case| case.counsel.len() > 1);
    assert!(
        (0.1..0.6).contains(&represented),
        "{represented} with counsel"
    );
    for (what, of) in [
        ("a draft", has_draft as fn(&Case) -> bool),
        ("something pending", |it| {
            it.open_entries.iter().any(|it| it.pending)
        }),
        ("a deadline", |it| !it.deadlines.is_empty()),
        ("a trial session", |it| it.trial_session.is_some()),
        ("an automatic block", |it| it.automatic_block.is_some()),
        ("a block", |it| it.blocked.is_some()),
        ("priority", |it| it.priority.is_some()),
        ("a hearing", |it| !it.hearings.is_empty()),
        ("a letter", |it| !it.correspondence.is_empty()),
        ("a statistic", |it| !it.statistics.is_empty()),
        ("a note", |it| it.case_note.is_some()),
    ] {
        let found = share(&cases, of);
        println!("{found:.3} of the cases have {what}");
        assert!((0.001..0.3).contains(&found), "{found} have {what}");
    }
    let crowd = cases.iter().map(|case| case.petitioners().count()).max();
    assert!(crowd >= Some(80), "one case has 80 people: {crowd:?}");
    assert_commands(&tally);
}

fn has_draft(case: &Case) -> bool {
    let off_record = case.docket.off_record();
    off_record.iter().any(|entry| entry.filed.is_draft)
}

/// Nearly every command occurs, and little of what is sent is refused.
fn assert_commands(tally: &Tally) {
    let all: BTreeSet<_> = CaseCommand::NAMES
        .iter()
        .chain(GroupCommand::NAMES)
        .chain(PetitionCommand::NAMES)
        .copied()
        .collect();
    let done: BTreeSet<_> = tally.done.keys().copied().collect();
    let never: Vec<_> = all.difference(&done).collect();
    println!("never carried out: {never:?}; refused: {:?}", tally.refused);
    assert!(never.len() * 6 < all.len(), "never carried out: {never:?}");
    let done: u64 = tally.done.values().sum();
    let refused: u64 = tally.refused.values().sum();
    assert!(refused * 50 < done, "{refused} refused, {done} carried out");
}

#[test]
fn in_every_hundred_thousand_commits_one_case_has_about_800_entries() {
    let recipe = Recipe::new(1, Some(100_000), Some(10_000)).unwrap();
    // In the middle of its share of the cases.
    let block = Generator::new(recipe).block(5_000 / CASES_A_BLOCK).unwrap();
    let long = block.histories.iter().max_by_key(|it| it.commits.len());
    let long = long.unwrap();
    let entries = long.case.docket.last_index();
    println!("{entries} entries by {} commits", long.commits.len());
    assert!((700..900).contains(&entries), "{entries} entries");
    assert_history(long);
    assert_together(&block.histories);
}
