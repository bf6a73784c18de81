//! A projection that fails on a case parks that case in itself, and holds up nothing else.

use std::sync::Arc;

use casefold_events::{CaseEvent, Commit, CommitRef, DocketNumber, Version};
use casefold_projector::projections::rows::RowProjection;
use casefold_projector::projections::sealings::Sealings;
use casefold_projector::{CaseFolder, Folder, Hints, Projections, Projector};
use casefold_shared::clock::SystemClock;
use casefold_shared::gateway::{Generation, Row};
use serde::{Deserialize, Serialize, Serializer, ser};
use serde_json::json;

use super::faults::{assert_whole, case, failures, number};
use super::faulty::{Fault, Faulty};
use super::handle;
use super::history::assigned;
use super::lists::assert_lists_are_those_of;
use super::rows::{assert_folded_into, assert_rows_are_those_of, parked_in};
use super::world::{Court, GENERATION, World};

/// The judges of a case. It fails in the way that the name of a judge says.
struct Fragile;

/// The same as a later build has it, which fails on none.
struct Mended;

#[derive(Default, Serialize, Deserialize)]
struct Judges(#[serde(serialize_with = "readable")] Vec<String>);

fn readable<S: Serializer>(judges: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match judges.iter().any(|judge| judge == "can't be kept") {
        true => Err(ser::Error::custom("a secret of Vera Lindholm")),
        false => judges.serialize(serializer),
    }
}

fn judge_of(event: &CaseEvent) -> Option<&str> {
    match event {
        CaseEvent::JudgeAssigned(event) => Some(&event.judge),
        _ => None,
    }
}

fn row(nth: usize, judge: &str) -> Row {
    Row {
        key: "judges".to_owned(),
        sort: format!("{nth:05}"),
        body: json!(judge),
    }
}

impl RowProjection for Fragile {
    const NAME: &'static str = "fragile";
    const GENERATION: Generation = Generation::FIRST;
    type State = Judges;

    fn fold(state: &mut Judges, _: &Commit, event: &CaseEvent) {
        if let Some(judge) = judge_of(event) {
            state.0.push(judge.to_owned());
            assert!(judge != "breaks the fold", "a secret of Vera Lindholm");
        }
    }

    fn rows(_: DocketNumber, state: &Judges) -> Vec<Row> {
        let rows = state.0.iter().enumerate().map(|(nth, judge)| {
            assert!(judge != "breaks the rows", "a secret of Vera Lindholm");
            match &**judge {
                "has too large a row" => row(nth, &"x".repeat(500_000)),
                "has two rows in one place" => row(nth - 1, judge),
                judge => row(nth, judge),
            }
        });
        rows.collect()
    }
}

impl RowProjection for Mended {
    const NAME: &'static str = Fragile::NAME;
    const GENERATION: Generation = Fragile::GENERATION;
    type State = Vec<String>;

    fn fold(state: &mut Vec<String>, _: &Commit, event: &CaseEvent) {
        state.extend(judge_of(event).map(str::to_owned));
    }

    fn rows(_: DocketNumber, state: &Vec<String>) -> Vec<Row> {
        let rows = state.iter().enumerate();
        rows.map(|(nth, judge)| row(nth, judge)).collect()
    }
}

/// A projector into cases, lists and two projections of rows.
fn projector(court: &Court, of_judges: impl Folder + 'static) -> Projector {
    let store = court.store.clone();
    let folder = CaseFolder::new(store.clone(), store, Arc::new(SystemClock), GENERATION);
    let projections = Projections::always(vec![folder], court.lists());
    Projector::new(projections.and(of_judges).and(court.rows::<Sealings>()))
}

#[test]
fn what_fails_in_a_projection_of_rows_is_parked_there_alone_until_it_is_mended() {
    for fault in [
        "breaks the fold",
        "breaks the rows",
        "can't be kept",
        "has too large a row",
        "has two rows in one place",
    ] {
        World::run(async |court: Court| {
            let mut broken = case(101, 2);
            for judge in ["Judge Buch", fault, "Judge Colvin"] {
                broken.push(assigned(broken.last().unwrap(), judge));
            }
            let mut sound = case(102, 2);
            sound.push(assigned(&sound[2], "Judge Buch"));
            court.append(&broken).await;
            court.append(&sound).await;
            let records = court.records().await;
            let fragile = || court.rows::<Fragile>();

            let response = handle(&projector(&court, fragile()), records.clone()).await;

            // Nothing is delivered again, and everybody else has all of it.
            assert_eq!(failures(&response), Vec::<&str>::new());
            for commits in [&broken, &sound] {
                assert_whole(&court, commits).await;
                assert_rows_are_those_of(&court, commits).await;
            }
            assert_lists_are_those_of(&court, &[number(101), number(102)]).await;
            assert_eq!(court.parked().await, []);
            assert_eq!(parked_in(&court.rows::<Sealings>()).await, []);

            // The projection has the other case, and of this one what goes before the commit.
            assert_folded_into(&fragile(), &sound).await;
            assert_folded_into(&fragile(), &broken[..4]).await;
            let parked = fragile().parked().await.unwrap();
            let at = (number(101), Version(5));
            assert_eq!(parked_in(&fragile()).await, [at], "{fault}");
            assert!(
                !parked[0].reason.contains("Lindholm"),
                "{}",
                parked[0].reason
            );

            // So it stays however often it is delivered, for a rebuild too.
            handle(&projector(&court, fragile()), records[3..].to_vec()).await;
            let rebuilt = fragile().put_whole(&[super::rows::whole(&broken)]).await;
            assert_eq!(rebuilt.unwrap().parked, 1);
            assert_eq!(fragile().parked().await.unwrap(), parked);
            assert_folded_into(&fragile(), &broken[..4]).await;

            // The build that understands it starts.
            let mended = projector(&court, court.rows::<Mended>());
            let counts = mended.retry_parked().await;
            assert_eq!((counts.folded, counts.released), (2, 1), "{fault}");
            assert_folded_into(&court.rows::<Mended>(), &broken).await;
            assert_eq!(parked_in(&fragile()).await, []);
        });
    }
}

#[test]
fn a_commit_of_a_newer_build_waits_in_a_projection_of_rows_too() {
    World::run(async |court: Court| {
        let commits = case(101, 3);
        court.append(&commits).await;
        let at = CommitRef {
            docket_number: number(101),
            version: Version(3),
        };
        for fault in [Fault::OfNewerBuild(at), Fault::Unreadable(at)] {
            let events = Arc::new(Faulty {
                store: court.store.clone(),
                fault,
            });
            let older = court.rows_reading::<Sealings>(events);
            let nothing = Hints::default();
            let advanced = older.advance(number(101), &nothing).await.unwrap();
            assert_eq!(advanced.advance.counts.parked, 1);
            assert_folded_into(&older, &commits[..2]).await;
            assert_eq!(parked_in(&older).await, [(number(101), Version(3))]);
        }
        let projector = projector(&court, court.rows::<Fragile>());
        let counts = projector.retry_parked().await;
        assert_eq!((counts.folded, counts.released), (2, 1));
        assert_rows_are_those_of(&court, &commits).await;
    });
}

#[test]
fn reads_that_may_do_later_are_asked_for_again() {
    World::run(async |court: Court| {
        let commits = case(101, 3);
        court.append(&commits).await;
        let events = Arc::new(Faulty {
            store: court.store.clone(),
            fault: Fault::Throttled(number(101)),
        });
        let throttled = projector(&court, court.rows_reading::<Fragile>(events));
        let mut records = court.records().await;
        for record in &mut records {
            record.change.new_image.inner_mut().clear();
        }

        let response = handle(&throttled, records).await;

        // The case's records come again for the sake of the one, and it has parked nothing.
        assert_eq!(failures(&response).len(), commits.len());
        assert_whole(&court, &commits).await;
        assert_rows_are_those_of(&court, &commits).await;
        assert_eq!(parked_in(&court.rows::<Fragile>()).await, []);
    });
}
