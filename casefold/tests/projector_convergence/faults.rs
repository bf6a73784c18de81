//! What the projector does about one fault at a time.

use std::sync::Arc;

use aws_lambda_events::dynamodb::EventRecord;
use casefold_events::{Commit, DocketNumber, Version};
use casefold_projector::fold::Counts;
use casefold_projector::stream::Ignored;
use casefold_projector::{Hints, Projector};
use casefold_shared::gateway::EventStore;
use tokio::sync::Mutex;

use super::faulty::{Fault, Faulty};
use super::history::{Act, following, history};
use super::lists::assert_lists_are_those_of;
use super::world::{Court, World};
use super::{cut_off, handle};

pub(crate) fn number(serial: u32) -> DocketNumber {
    DocketNumber::new(serial, 26).unwrap()
}

/// A case of a petition and so many further commits.
pub(crate) fn case(serial: u32, further: usize) -> Vec<Commit> {
    history(number(serial), &vec![vec![Act::AddParty]; further])
}

pub(crate) async fn assert_whole(court: &Court, commits: &[Commit]) {
    let last = commits.last().unwrap();
    let snapshot = court.snapshot(last.docket_number).await;
    assert_eq!(
        snapshot.as_ref().map(|case| case.version),
        Some(last.version)
    );
    court
        .assert_is_fold_up_to(snapshot.as_ref(), last.docket_number)
        .await;
}

pub(crate) fn failures(response: &aws_lambda_events::streams::DynamoDbEventResponse) -> Vec<&str> {
    let failures = response.batch_item_failures.iter();
    failures
        .map(|failure| failure.item_identifier.as_deref().unwrap())
        .collect()
}

fn sequence_number(record: &EventRecord) -> &str {
    record.change.sequence_number.as_deref().unwrap()
}

pub(crate) async fn counts(projector: &Projector, records: &[EventRecord]) -> Counts {
    let outcome = projector.project(records.to_vec()).await;
    assert_eq!(outcome.failed, Vec::<String>::new());
    outcome.counts
}

#[test]
fn commits_of_one_batch_are_folded_together_and_a_second_delivery_changes_nothing() {
    World::run(async |court: Court| {
        let commits = case(101, 4);
        court.append(&commits).await;
        let records = court.records().await;

        let mut before = court.store.consumed();
        let first = counts(&court.projector(), &records).await;
        let cost_of_first = court.store.consumed() - before;
        before = court.store.consumed();
        let second = counts(&court.projector(), &records).await;
        let cost_of_second = court.store.consumed() - before;

        assert_eq!(
            first,
            Counts {
                folded: 5,
                ..Counts::default()
            }
        );
        assert_eq!(
            second,
            Counts {
                duplicates: 5,
                ..Counts::default()
            }
        );
        assert_whole(&court, &commits).await;
        assert!(cost_of_first.write_units > 0.0);
        assert_eq!(cost_of_second.write_units, 0.0);
    });
}

#[test]
fn a_lost_record_is_made_up_for_by_a_later_one() {
    World::run(async |court: Court| {
        let commits = case(101, 4);
        court.append(&commits).await;
        let records = court.records().await;

        counts(&court.projector(), &records[..2]).await;
        let later = counts(&court.projector(), &records[4..]).await;

        assert_eq!(
            later,
            Counts {
                folded: 3,
                gaps: 1,
                ..Counts::default()
            }
        );
        assert_whole(&court, &commits).await;
    });
}

#[test]
fn a_projector_that_is_overtaken_reads_and_folds_again() {
    World::run(async |court: Court| {
        // Given a projector that has read a case's four commits, but not written them yet
        let commits = case(101, 4);
        court.append(&commits[..4]).await;
        let records = court.records().await;

        // When another command is carried out, and another projector folds all five
        let (store, other, fifth) = (court.store.clone(), court.projector(), commits[4].clone());
        let meanwhile = async move {
            store.commit_append(&fifth).await.unwrap();
            let advance = other.advance(number(101), &Hints::default()).await;
            assert_eq!(advance[0].as_ref().unwrap().counts.folded, 5);
        };
        let faulty = Faulty {
            store: court.store.clone(),
            fault: Fault::Overtaken(Mutex::new(Some(Box::pin(meanwhile)))),
        };
        let projector = court.projector_reading(Arc::new(faulty));
        let counted = counts(&projector, &records[3..]).await;

        // Then it finds its write refused, and everything done already.
        assert_eq!((counted.conflicts, counted.folded), (1, 0));
        assert_whole(&court, &commits).await;
    });
}

#[test]
fn where_a_command_can_not_be_remembered_its_commit_is_not_folded() {
    World::run(async |court: Court| {
        let commits = case(101, 2);
        court.append(&commits).await;
        let records = court.records().await;

        let response = handle(&court.projector_forgetting_commands(), records.clone()).await;

        let expected: Vec<_> = records.iter().map(sequence_number).collect();
        assert_eq!(failures(&response), expected);
        assert_eq!(court.snapshot(number(101)).await, None);
    });
}

#[test]
fn a_projector_that_is_cut_off_at_any_point_leaves_nothing_half_done() {
    World::run(async |court: Court| {
        for polls in 1.. {
            let commits = case(100 + polls, 2);
            let number = commits[0].docket_number;
            court.append(&commits).await;
            let mut hints = Hints::default();
            commits
                .iter()
                .for_each(|commit| hints.add_commit(commit.clone()));

            let projector = court.projector();
            let advancing = projector.advance(number, &hints);
            let done = cut_off(advancing, polls as usize).await.is_some();

            // What is there is right, commands included, before anybody repairs anything.
            let snapshot = court.snapshot(number).await;
            court.assert_is_fold_up_to(snapshot.as_ref(), number).await;
            court.projector().advance(number, &hints).await;
            assert_whole(&court, &commits).await;
            if done {
                let all: Vec<_> = (1..=polls)
                    .map(|polls| super::faults::number(100 + polls))
                    .collect();
                assert_lists_are_those_of(&court, &all).await;
                return;
            }
        }
    });
}

#[test]
fn a_record_that_was_altered_on_its_way_is_corrected_from_the_event_table() {
    World::run(async |court: Court| {
        let commits = case(101, 2);
        court.append(&commits).await;
        let mut records = court.records().await;
        let command = serde_dynamo::AttributeValue::S("Forged".to_owned());
        records[1]
            .change
            .new_image
            .inner_mut()
            .insert("command".to_owned(), command);

        let counted = counts(&court.projector(), &records).await;

        assert_eq!(
            counted,
            Counts {
                folded: 3,
                gaps: 1,
                ..Counts::default()
            }
        );
        assert_eq!(court.parked().await, []);
        assert_whole(&court, &commits).await;
    });
}

#[test]
fn records_that_tell_of_no_commit_hold_up_nothing() {
    World::run(async |court: Court| {
        let commits = case(101, 1);
        court.append(&commits).await;
        let mut records = court.records().await;
        let mut removal = records[0].clone();
        removal.event_name = "REMOVE".to_owned();
        let mut unreadable = records[0].clone();
        unreadable.change.keys.inner_mut().clear();
        unreadable.change.new_image.inner_mut().clear();
        records.splice(0..0, [removal, unreadable]);

        let outcome = court.projector().project(records).await;

        assert_eq!(outcome.failed, Vec::<String>::new());
        assert_eq!(
            outcome.ignored,
            Ignored {
                altered: 1,
                unreadable: 1
            }
        );
        assert_whole(&court, &commits).await;
    });
}

#[test]
fn a_hint_at_a_commit_that_is_not_there_changes_nothing() {
    World::run(async |court: Court| {
        let commits = case(101, 1);
        court.append(&commits).await;
        let mut hints = Hints::default();
        hints.add_commit(following(&following(&commits[1])));
        hints.add_version(Version(99));

        let [advance] = &court.projector().advance(number(101), &hints).await[..] else {
            panic!("one generation")
        };

        assert_eq!(advance.as_ref().unwrap().counts.folded, 2);
        assert_whole(&court, &commits).await;
        assert_eq!(court.parked().await, []);
        let nowhere = court.projector().advance(number(102), &hints).await;
        assert!(nowhere[0].is_ok());
        assert_eq!(court.snapshot(number(102)).await, None);
    });
}

#[test]
fn the_records_of_a_case_that_may_do_later_are_reported_and_no_others() {
    World::run(async |court: Court| {
        let (throttled, sound) = (case(101, 3), case(102, 3));
        court.append(&throttled).await;
        court.append(&sound).await;
        let records = court.records().await;
        let fault = Fault::Throttled(number(101));
        let faulty = Faulty {
            store: court.store.clone(),
            fault,
        };
        // A gap, so that the event table is read: both cases' second records are lost.
        let delivered = [&records[2..4], &records[6..]].concat();

        let response = handle(
            &court.projector_reading(Arc::new(faulty)),
            delivered.clone(),
        )
        .await;

        let expected = [sequence_number(&records[2]), sequence_number(&records[3])];
        assert_eq!(failures(&response), expected);
        assert_eq!(court.snapshot(number(101)).await, None);
        assert_eq!(court.parked().await, []);
        assert_whole(&court, &sound).await;

        let again = handle(&court.projector(), delivered).await;
        assert_eq!(failures(&again), Vec::<&str>::new());
        assert_whole(&court, &throttled).await;
    });
}

#[test]
fn an_entry_far_back_on_a_long_record_is_found_and_changed() {
    World::run(async |court: Court| {
        // Given a record of some 2.5 MB, folded
        let long = Act::File {
            on_record: true,
            title_bytes: 60_000,
        };
        let mut acts = vec![vec![long; 3]; 14];
        acts.push(vec![Act::Serve(0)]);
        acts.push(vec![Act::Seal(10), Act::Strike(5)]);
        acts.push(vec![Act::AddParty]);
        let commits = history(number(101), &acts);
        court.append(&commits[..15]).await;
        let records = court.records().await;
        counts(&court.projector(), &records).await;
        assert_whole(&court, &commits[..15]).await;

        // When an old entry is served, and others are sealed and stricken by a lost record
        court.append(&commits[15..]).await;
        let records = court.records().await;
        counts(&court.projector(), &records[15..16]).await;
        counts(&court.projector(), &records[17..]).await;

        // Then the snapshot says so
        assert_whole(&court, &commits).await;
        let case = court.snapshot(number(101)).await.unwrap();
        assert!(case.docket.entry_at(1).unwrap().is_served());
        assert!(case.docket.on_record().any(|entry| entry.is_stricken()));
        assert!(case.docket.last_index() > 40);
    });
}
