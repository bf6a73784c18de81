//! What held on a day, with and without milestones.

use casefold_events::{Commit, Timestamp, Version};
use casefold_shared::as_of::effective::{self, Anchor, Held, Reading, Start, Stretch};
use casefold_shared::case::Case;
use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::gateway::Generation;
use casefold_shared::milestone::{Marks, Milestone, MilestoneHead, plan};
use proptest::prelude::*;

use crate::acts::{Act, Planned, at, fold, held, history, plans};

fn newest() -> CaseGeneration {
    CaseGeneration::of(Generation::OF_CASES)
}

/// Milestones after each so many commits.
fn milestones(commits: &[Commit], every: usize) -> Vec<Milestone> {
    let mut marks = Marks::beginning();
    let mut case: Option<Case> = None;
    let mut found = Vec::new();
    for (commit, nth) in commits.iter().zip(1..) {
        let next = Case::fold(case.take(), commit).unwrap();
        marks.note(commit);
        if nth % every == 0 {
            found.push(Milestone {
                head: marks.head(&next),
                case: next.clone(),
            });
        }
        case = Some(next);
    }
    found
}

fn between(commits: &[Commit], after: Option<&MilestoneHead>, to: Option<Version>) -> Stretch {
    let from = after.map_or(0, |head| usize::try_from(head.version.0).unwrap());
    let to = to.map_or(commits.len(), |to| usize::try_from(to.0).unwrap());
    let anchor = after.map_or(Anchor::BEGINNING, MilestoneHead::anchor);
    Stretch::verified(anchor, commits[from..to].to_vec()).unwrap()
}

/// What held, read by a plan over milestones; and how many commits were read.
fn read(commits: &[Commit], milestones: &[Milestone], until: Timestamp) -> Held {
    let heads: Vec<_> = milestones.iter().map(|it| it.head.clone()).collect();
    let tail = between(commits, heads.last(), None);
    let plan = plan::for_effective(&heads, until, tail.lowest_until(until));
    let start = plan.start.map(|head| {
        let milestone = milestones.iter().find(|it| it.head == *head).unwrap();
        Start {
            case: milestone.case.clone(),
            highest: head.highest_effective_at,
        }
    });
    let read = plan.read.iter();
    let mut stretches: Vec<_> = read
        .map(|(after, to)| between(commits, *after, Some(to.version)))
        .collect();
    stretches.push(tail);
    let reading = Reading {
        start,
        stretches,
        skipped: plan.skipped,
        known_through: commits.last().unwrap().version,
    };
    effective::fold(newest(), reading, until).unwrap()
}

proptest! {
    #[test]
    fn what_held_is_what_its_definition_says_with_and_without_milestones(
        plans in plans(0..24),
        every in 1..8_usize,
        second in -45..80_i64,
    ) {
        let commits = history("101-26".parse().unwrap(), &plans);
        let until = at(second);
        let expected = held(&commits, until);
        for milestones in [Vec::new(), milestones(&commits, every)] {
            let found = read(&commits, &milestones, until);
            match &expected {
                None => prop_assert_eq!(found.case, None),
                Some((case, left_out)) => {
                    prop_assert_eq!(found.case.as_ref(), Some(case));
                    prop_assert_eq!(found.sifted.left_out, *left_out);
                }
            }
        }
    }

    #[test]
    fn where_nothing_is_back_dated_what_holds_at_last_is_the_case_as_it_is(plans in plans(0..16)) {
        let mut plans = plans;
        plans.iter_mut().for_each(|plan| plan.back = 0);
        let commits = history("101-26".parse().unwrap(), &plans);
        let found = read(&commits, &[], at(1_000_000));
        prop_assert_eq!(found.case, Some(fold(&commits)));
        prop_assert_eq!((found.sifted.left_out, found.sifted.reordered), (0, 0));
    }
}

fn planned(act: Act, after: u8, back: u16) -> Planned {
    Planned {
        acts: vec![act],
        after,
        back,
    }
}

#[test]
fn given_a_correction_that_holds_from_earlier_then_it_is_there_on_that_day_and_told() {
    // Recorded at 10, 20 and 30; the last holds from 15.
    let plans = [
        planned(Act::Caption(1), 10, 0),
        planned(Act::Caption(2), 10, 0),
        planned(Act::Judge(1), 10, 15),
    ];
    let commits = history("101-26".parse().unwrap(), &plans);
    let on = |second| read(&commits, &[], at(second));

    let before = on(14);
    assert_eq!(before.case.unwrap().associated_judge, "Chief Judge");
    assert_eq!((before.sifted.left_out, before.sifted.reordered), (2, 0));

    let then = on(15);
    let case = then.case.unwrap();
    assert_eq!(case.associated_judge, "Judge 1");
    assert_eq!(case.caption.expose(), "Caption 1");
    assert_eq!(case.version, Version(4));
    assert_eq!((then.sifted.left_out, then.sifted.reordered), (1, 0));

    let now = on(30);
    assert_eq!((now.sifted.left_out, now.sifted.reordered), (0, 1));
    assert_eq!(on(-1).case, None, "there was no case yet");
}

#[test]
fn given_an_earlier_entry_that_did_not_hold_yet_then_the_later_one_keeps_its_index() {
    // The second entry is recorded later, and holds from before the first.
    let plans = [planned(Act::File, 10, 0), planned(Act::File, 10, 15)];
    let commits = history("101-26".parse().unwrap(), &plans);
    let case = read(&commits, &[], at(5)).case.unwrap();
    let indexes: Vec<_> = case.docket.on_record().map(|it| it.filed.index).collect();
    assert_eq!(indexes, [Some(2)]);
    assert_eq!(case.docket.last_index(), 2);
    let both = read(&commits, &[], at(20)).case.unwrap();
    let order: Vec<_> = both.docket.on_record().map(|it| it.filed_in.0).collect();
    assert_eq!(order, [2, 3], "in the order of the docket record");
}
