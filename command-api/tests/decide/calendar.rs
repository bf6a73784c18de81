//! A trial calendar that is set step by step.

use casefold_command_api::command::TrialCalendar;
use casefold_command_api::decide::calendar::{Outlook, Packing, admit, outlook, units};
use casefold_command_api::decide::{Actor, Ask};
use casefold_events::case::trial::CaseCalendared;
use casefold_events::vocabulary::{CaseStatus, Role};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::*;

fn calendar(numbers: &[&str]) -> TrialCalendar {
    TrialCalendar::parse(json!({"session": session(1), "docketNumbers": numbers})).unwrap()
}

fn calendared(docket_number: &str, at: u128) -> History {
    at_issue(docket_number).and(CaseCalendared {
        session: session(at),
    })
}

fn outlook_of(histories: &[History]) -> Vec<String> {
    let cases: Vec<_> = histories.iter().map(History::case).collect();
    let numbers: Vec<_> = cases
        .iter()
        .map(|it| it.docket_number.to_string())
        .collect();
    let numbers: Vec<_> = numbers.iter().map(String::as_str).collect();
    let mut ids = ids();
    let ask = Ask {
        actor: &petitions_clerk(),
        now: time(NOW),
        ids: &mut ids,
    };
    outlook(&cases, &calendar(&numbers), ask)
        .into_iter()
        .map(|outlook| match outlook {
            Outlook::Ready => "ready".to_owned(),
            Outlook::Set => "set".to_owned(),
            Outlook::Refused(refusal) => refusal.code().to_owned(),
        })
        .collect()
}

fn steps(sizes: &[usize], most: usize) -> Vec<Vec<Vec<usize>>> {
    let mut packing = Packing::new(most);
    let mut steps = Vec::new();
    for (at, size) in sizes.iter().enumerate() {
        steps.extend(packing.add(vec![at; *size]));
    }
    steps.extend(packing.finish());
    steps
}

#[test]
fn a_step_is_filled_up_before_the_next_begins() {
    assert_eq!(steps(&[], 3), Vec::<Vec<Vec<usize>>>::new());
    assert_eq!(steps(&[1, 1, 1], 3), [[vec![0], vec![1], vec![2]]]);
    assert_eq!(
        steps(&[1, 1, 1, 1], 3),
        [vec![vec![0], vec![1], vec![2]], vec![vec![3]]]
    );
}

#[test]
fn what_goes_together_is_in_one_step() {
    assert_eq!(
        steps(&[2, 2, 1], 3),
        [vec![vec![0, 0]], vec![vec![1, 1], vec![2]]]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

    #[test]
    fn steps_hold_every_unit_once_whole_in_order_and_are_not_too_large(
        sizes in prop::collection::vec(1..=100usize, 0..200),
    ) {
        let steps = steps(&sizes, 100);
        let packed: Vec<_> = steps.concat();
        let expected: Vec<_> = sizes.iter().enumerate().map(|(at, size)| vec![at; *size]).collect();
        prop_assert_eq!(packed, expected);
        for step in &steps {
            let cases = step.iter().map(Vec::len).sum::<usize>();
            prop_assert!(0 < cases && cases <= 100);
        }
        // No two steps that follow on each other would fit into one.
        for pair in steps.windows(2) {
            let cases: usize = pair.concat().iter().map(Vec::len).sum();
            prop_assert!(cases > 100);
        }
    }
}

#[test]
fn the_cases_of_a_group_are_one_unit() {
    let pair = ["101-26", "103-26"];
    let cases = [
        at_issue("103-26").consolidated(&pair),
        at_issue("102-26"),
        at_issue("101-26").consolidated(&pair),
    ];
    let units = units(cases.iter().map(History::case).collect());
    let numbers: Vec<Vec<_>> = units
        .iter()
        .map(|unit| {
            unit.iter()
                .map(|case| case.docket_number.to_string())
                .collect()
        })
        .collect();
    assert_eq!(numbers, [vec!["103-26", "101-26"], vec!["102-26"]]);
}

#[test]
fn a_case_is_ready_or_set_in_this_session_or_refused() {
    assert_eq!(outlook_of(&[at_issue("101-26")]), ["ready"]);
    assert_eq!(outlook_of(&[calendared("101-26", 1)]), ["set"]);
    assert_eq!(outlook_of(&[calendared("101-26", 2)]), ["CASE_CALENDARED"]);
    assert_eq!(outlook_of(&[filed()]), ["PETITION_NOT_SERVED"]);
}

#[test]
fn a_group_is_ready_or_refused_as_a_whole() {
    let pair = ["101-26", "102-26"];
    let one = || at_issue("101-26").consolidated(&pair);
    let other = || at_issue("102-26").consolidated(&pair);
    assert_eq!(outlook_of(&[one(), other()]), ["ready", "ready"]);
    assert_eq!(outlook_of(&[one()]), ["GROUP_INCOMPLETE"]);
    assert_eq!(
        outlook_of(&[one(), other().status(CaseStatus::Closed)]),
        ["STATUS_NOT_TRIABLE", "STATUS_NOT_TRIABLE"]
    );
    let set = calendared("102-26", 1).consolidated(&pair);
    assert_eq!(outlook_of(&[one(), set]), ["CASE_CALENDARED", "set"]);
}

#[test]
fn a_group_that_fits_into_no_step_is_refused() {
    let names: Vec<_> = (101..=201).map(|serial| format!("{serial}-26")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let group: Vec<_> = names
        .iter()
        .map(|name| at_issue(name).consolidated(&names))
        .collect();
    assert_eq!(outlook_of(&group), ["GROUP_TOO_LARGE"; 101]);
}

fn admitted(actor: &Actor, body: Value) -> Result<(), &'static str> {
    let mut ids = ids();
    let ask = Ask {
        actor,
        now: time(NOW),
        ids: &mut ids,
    };
    admit(&TrialCalendar::parse(body).unwrap(), &ask).map_err(|refusal| refusal.code())
}

#[test]
fn a_calendar_is_refused_as_a_whole_before_a_case_is_looked_at() {
    let with = |numbers: Vec<String>| json!({"session": session(1), "docketNumbers": numbers});
    let some = |count: u32| (0..count).map(|at| format!("{}-26", 1_000 + at)).collect();
    let clerk = petitions_clerk();
    assert_eq!(admitted(&clerk, with(some(5_000))), Ok(()));
    assert_eq!(admitted(&clerk, with(some(5_001))), Err("INVALID_FIELD"));
    assert_eq!(admitted(&clerk, with(Vec::new())), Err("INVALID_FIELD"));
    let twice = vec!["101-26".to_owned(); 2];
    assert_eq!(admitted(&clerk, with(twice)), Err("INVALID_FIELD"));
    assert_eq!(
        admitted(&actor(Role::DocketClerk), with(some(1))),
        Err("ROLE_NOT_ALLOWED")
    );
    let mut body = with(some(1));
    body["effectiveAt"] = json!("2026-11-24T00:00:00.000Z");
    assert_eq!(admitted(&clerk, body), Err("EFFECTIVE_IN_FUTURE"));
}

#[test]
fn the_example_of_a_calendar_is_taken_as_it_stands() {
    assert_eq!(
        admitted(&petitions_clerk(), TrialCalendar::example()),
        Ok(())
    );
}
