use super::*;

const SECOND: Generation = Generation(2);
const THIRD: Generation = Generation(3);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_790_000_000_000 + seconds * 1_000)
}

fn mark(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn found(seconds: i64, differences: u64) -> Reconciled {
    Reconciled {
        at: at(seconds),
        cases: 10,
        differences,
    }
}

/// Readers follow the second generation, and the third is being built.
fn building() -> Generations {
    Generations::from_the_first(SECOND, mark(2), at(0))
        .begin(THIRD, 8, mark(3), at(10))
        .unwrap()
}

fn clean() -> Generations {
    let complete = building().complete(THIRD, mark(3), at(20)).unwrap();
    complete.reconcile(THIRD, mark(3), found(30, 0)).unwrap()
}

fn switched() -> Generations {
    clean().switch(THIRD, at(40)).unwrap()
}

#[test]
fn a_generation_is_begun_completed_reconciled_and_then_switched_to() {
    let building = building();
    assert_eq!(building.active, SECOND);
    assert_eq!(building.live().collect::<Vec<_>>(), [SECOND, THIRD]);

    let switched = switched();
    assert_eq!(switched.active, THIRD);
    assert_eq!(switched.previous, Some(SECOND));
    assert_eq!(switched.of(SECOND).unwrap().left_at, Some(at(40)));
    assert_eq!(switched.live().collect::<Vec<_>>(), [SECOND, THIRD]);
}

#[test]
fn no_reader_is_switched_to_a_generation_that_may_lack_a_case() {
    assert_eq!(
        building().switch(THIRD, at(11)),
        Err(NotSafe::Building(THIRD))
    );
    let complete = building().complete(THIRD, mark(3), at(20)).unwrap();
    assert_eq!(
        complete.clone().switch(THIRD, at(21)),
        Err(NotSafe::NotReconciled(THIRD))
    );
    let differing = complete.reconcile(THIRD, mark(3), found(30, 2)).unwrap();
    assert_eq!(
        differing.switch(THIRD, at(31)),
        Err(NotSafe::Differs(THIRD, 2))
    );
    assert_eq!(
        building().reconcile(THIRD, mark(3), found(30, 0)),
        Err(NotSafe::Building(THIRD))
    );
    let a_day_later = at(30).as_millis() + 24 * 3_600_000 + 1;
    assert_eq!(
        clean().switch(THIRD, Timestamp::from_millis(a_day_later)),
        Err(NotSafe::ReconciledLongAgo(THIRD, at(30)))
    );
    assert_eq!(
        clean().switch(Generation(9), at(31)),
        Err(NotSafe::Unknown(Generation(9)))
    );
    assert_eq!(
        clean().switch(SECOND, at(31)),
        Err(NotSafe::ActiveAlready(SECOND))
    );
}

#[test]
fn rolling_back_needs_no_new_look_at_every_case_but_heeds_the_last() {
    let back = switched().roll_back(at(50)).unwrap();
    assert_eq!((back.active, back.previous), (SECOND, Some(THIRD)));
    // And forth again, days later.
    let days_later = at(500_000);
    let forth = back.clone().roll_back(days_later).unwrap();
    assert_eq!(forth.active, THIRD);

    let differing = back.reconcile(THIRD, mark(3), found(60, 1)).unwrap();
    assert_eq!(differing.roll_back(at(70)), Err(NotSafe::Differs(THIRD, 1)));
    assert_eq!(clean().roll_back(at(31)), Err(NotSafe::NoPrevious));
}

#[test]
fn a_generation_is_retired_when_nobody_can_still_read_it() {
    assert_eq!(
        switched().retire(THIRD, at(45)),
        Err(NotSafe::Active(THIRD))
    );
    assert_eq!(
        switched().retire(SECOND, at(45)),
        Err(NotSafe::JustLeft(SECOND, at(40)))
    );
    let retired = switched().retire(SECOND, at(101)).unwrap();
    assert_eq!(retired.live().collect::<Vec<_>>(), [THIRD]);
    assert_eq!(retired.clone().roll_back(at(102)), Err(NotSafe::NoPrevious));
    assert_eq!(
        retired.switch(SECOND, at(102)),
        Err(NotSafe::Retired(SECOND))
    );
    // One that nobody ever followed can go at once.
    assert!(building().retire(THIRD, at(11)).is_ok());
}

#[test]
fn a_retired_generation_never_comes_back_under_its_number() {
    let retired = switched().retire(SECOND, at(101)).unwrap();
    assert_eq!(
        retired.clone().begin(SECOND, 8, mark(4), at(110)),
        Err(NotSafe::Retired(SECOND))
    );
    assert_eq!(
        retired.clone().empty(THIRD, at(105)),
        Err(NotSafe::NotRetired(THIRD))
    );
    let emptied = retired.empty(SECOND, at(105)).unwrap();
    assert_eq!(emptied.of(SECOND).unwrap().emptied_at, Some(at(105)));
    assert_eq!(
        emptied.begin(SECOND, 8, mark(4), at(110)),
        Err(NotSafe::Retired(SECOND))
    );
}

#[test]
fn what_an_older_build_passed_by_is_looked_for_before_readers_are_switched() {
    let missed = clean().miss(THIRD, at(31)).unwrap();
    assert_eq!(
        missed.clone().switch(THIRD, at(32)),
        Err(NotSafe::Missed(THIRD, at(31)))
    );
    assert_eq!(missed.clone().miss(THIRD, at(61)), None, "noted just now");
    assert!(missed.clone().miss(THIRD, at(62)).is_some(), "and again");

    // What was passed by before the next note would have come is not before this look.
    let too_early = missed.clone().reconcile(THIRD, mark(3), found(61, 0));
    assert_eq!(
        too_early.unwrap().switch(THIRD, at(63)),
        Err(NotSafe::Missed(THIRD, at(31)))
    );
    let clean = missed.reconcile(THIRD, mark(3), found(62, 0)).unwrap();
    assert!(clean.switch(THIRD, at(63)).is_ok());
}

#[test]
fn a_rebuild_goes_on_with_what_was_begun_and_leaves_alone_what_is_there() {
    let again = building().begin(THIRD, 32, mark(3), at(15)).unwrap();
    assert_eq!(again, building(), "as many segments as it was begun with");
    assert_eq!(
        clean().begin(THIRD, 8, mark(3), at(35)),
        Err(NotSafe::CompleteAlready(THIRD))
    );
}

#[test]
fn contents_that_are_lost_are_begun_anew_even_while_readers_follow_them() {
    let lost = switched().begin(THIRD, 4, mark(9), at(60)).unwrap();
    assert_eq!(lost.active, THIRD);
    let standing = lost.of(THIRD).unwrap();
    assert_eq!(
        (standing.stage, standing.segments),
        (Stage::Building, Some(4))
    );
    // Who still works on the old contents can't pass them off as the new.
    assert_eq!(
        lost.clone().complete(THIRD, mark(3), at(61)),
        Err(NotSafe::Lost(THIRD))
    );
    assert!(lost.complete(THIRD, mark(9), at(61)).is_ok());
}

#[test]
fn generations_are_stored_and_read_back() {
    let text = serde_json::to_string(&switched()).unwrap();
    assert_eq!(
        serde_json::from_str::<Generations>(&text).unwrap(),
        switched()
    );
}
