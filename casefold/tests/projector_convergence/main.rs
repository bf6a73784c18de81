//! However the stream's records are delivered, a snapshot ends as the pure fold of the
//! event table, the lists as the rows of that fold, and a projection of rows as its own. On
//! the real embedded engine, its real stream, the projector's own handler.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod faults;
mod faulty;
mod forgetful;
mod history;
mod lists;
mod parking;
mod rows;
mod rows_faults;
mod world;

use std::collections::HashMap;
use std::pin::pin;
use std::task::Poll;

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::DynamoDbEventResponse;
use casefold_events::{Commit, DocketNumber, Version};
use casefold_projector::Projector;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_dynamo::AttributeValue;

use history::{Acts, acts, following, history, undecodable};
use world::{Court, World};

/// Runs, where `PROPTEST_CASES` says nothing else.
const RUNS: u32 = 24;

/// A case: what happens to it, and whether it then gets a commit that no build knows.
#[derive(Clone, Debug)]
struct Given {
    acts: Acts,
    poisoned: bool,
}

/// Batches that are delivered at the same time, each to a projector of its own.
type Wave = Vec<Delivery>;

#[derive(Clone, Debug)]
struct Delivery {
    /// Any records of the stream, in any order, any of them twice.
    records: Vec<(usize, Tampering)>,
    /// After how many polls the projector is gone, where it doesn't live to the end.
    cut_off_after: Option<usize>,
}

/// What happened to a record on its way.
#[derive(Clone, Debug)]
enum Tampering {
    Nothing,
    ImageLost,
    KeysAndImageLost,
    AttributeLost(usize),
    AttributeAltered(usize),
}

fn given() -> impl Strategy<Value = Vec<Given>> {
    let case = (acts(), prop::bool::weighted(0.2));
    let case = case.prop_map(|(acts, poisoned)| Given { acts, poisoned });
    prop::collection::vec(case, 2..5)
}

fn waves() -> impl Strategy<Value = Vec<Wave>> {
    let tampering = prop_oneof![
        12 => Just(Tampering::Nothing),
        1 => Just(Tampering::ImageLost),
        1 => Just(Tampering::KeysAndImageLost),
        1 => any::<usize>().prop_map(Tampering::AttributeLost),
        1 => any::<usize>().prop_map(Tampering::AttributeAltered),
    ];
    let records = prop::collection::vec((any::<usize>(), tampering), 1..16);
    let cut_off_after = prop_oneof![2 => Just(None), 1 => (1..40_usize).prop_map(Some)];
    let delivery = (records, cut_off_after).prop_map(|(records, cut_off_after)| Delivery {
        records,
        cut_off_after,
    });
    prop::collection::vec(prop::collection::vec(delivery, 1..4), 0..5)
}

fn config() -> ProptestConfig {
    let runs = std::env::var("PROPTEST_CASES")
        .ok()
        .and_then(|runs| runs.parse().ok());
    ProptestConfig {
        cases: runs.unwrap_or(RUNS),
        // A run that fails is printed whole; shrinking it runs the engine again each time.
        max_shrink_iters: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn every_delivery_of_the_stream_ends_in_the_pure_fold_of_the_event_table(
        given in given(),
        waves in waves(),
    ) {
        World::run(async |court| converge(&court, &given, &waves).await)?;
    }
}

async fn converge(court: &Court, given: &[Given], waves: &[Wave]) -> Result<(), TestCaseError> {
    // Given cases with their histories, in the event table
    let cases: Vec<(Vec<Commit>, Version)> = (101..).zip(given).map(written).collect();
    append_interleaved(court, &cases).await;
    let records = court.records().await;
    prop_assert_eq!(
        records.len(),
        cases
            .iter()
            .map(|(commits, _)| commits.len())
            .sum::<usize>()
    );

    // When records are delivered in waves
    for wave in waves {
        let deliveries = wave
            .iter()
            .map(|delivery| deliver(court, delivery, &records));
        futures::future::join_all(deliveries).await;
    }

    // Then what stands there by now is right, as far as it goes
    for (commits, _) in &cases {
        let number = commits[0].docket_number;
        court
            .assert_is_fold_up_to(court.snapshot(number).await.as_ref(), number)
            .await;
        rows::assert_kept_is_fold_up_to(court, number).await;
    }

    // And when at last each case's newest record comes
    let newest = newest_of_each_case(&cases, &records);
    let response = handle(&court.projector_of_all(), newest).await;

    // Then each snapshot has every commit up to one that can't be folded
    prop_assert!(response.batch_item_failures.is_empty());
    let mut expected_parked = Vec::new();
    for (commits, foldable) in &cases {
        let number = commits[0].docket_number;
        let snapshot = court.snapshot(number).await;
        prop_assert_eq!(snapshot.as_ref().map(|case| case.version), Some(*foldable));
        court.assert_is_fold_up_to(snapshot.as_ref(), number).await;
        if commits.len() as u64 > foldable.0 {
            expected_parked.push((number, foldable.next()));
        }
    }
    // And the cases that have such a commit are parked at it, and no others.
    let parked = court.parked().await;
    let parked: Vec<_> = parked
        .iter()
        .map(|case| (case.docket_number, case.version))
        .collect();
    prop_assert_eq!(&parked, &expected_parked);
    // And the lists are those of the cases, without anything that was before.
    let numbers: Vec<_> = cases
        .iter()
        .map(|(commits, _)| commits[0].docket_number)
        .collect();
    lists::assert_lists_are_those_of(court, &numbers).await;
    // And so are the rows, as far as the commits can be folded.
    rows::assert_parked_at(court, &expected_parked).await;
    for (commits, foldable) in &cases {
        let foldable = usize::try_from(foldable.0).unwrap_or(usize::MAX);
        rows::assert_rows_are_those_of(court, &commits[..foldable]).await;
    }
    Ok(())
}

/// The commits of a case, and how many of them can be folded.
fn written((serial, given): (u32, &Given)) -> (Vec<Commit>, Version) {
    let mut commits = history(DocketNumber::new(serial, 26).unwrap(), &given.acts);
    let foldable = Version(commits.len() as u64);
    if given.poisoned {
        commits.push(undecodable(&commits));
        commits.push(following(&commits[commits.len() - 1]));
    }
    (commits, foldable)
}

async fn append_interleaved(court: &Court, cases: &[(Vec<Commit>, Version)]) {
    let longest = cases
        .iter()
        .map(|(commits, _)| commits.len())
        .max()
        .unwrap_or(0);
    for at in 0..longest {
        for (commits, _) in cases {
            court.append(commits.get(at..=at).unwrap_or_default()).await;
        }
    }
}

async fn deliver(court: &Court, delivery: &Delivery, records: &[EventRecord]) {
    let tampered =
        |(at, tampering): &(usize, Tampering)| tamper(&records[at % records.len()], tampering);
    let batch = delivery.records.iter().map(tampered).collect();
    let projector = court.projector_of_all();
    let handling = handle(&projector, batch);
    match delivery.cut_off_after {
        None => {
            handling.await;
        }
        Some(polls) => {
            cut_off(handling, polls).await;
        }
    }
}

pub(crate) async fn handle(
    projector: &Projector,
    records: Vec<EventRecord>,
) -> DynamoDbEventResponse {
    let mut batch = Event::default();
    batch.records = records;
    projector.handle(batch).await
}

/// Polls a future so often, then drops it wherever it stands: `None` where it was not done.
async fn cut_off<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// A record without one attribute of its image, or with another value of it.
fn tamper_attribute(record: &EventRecord, at: usize, altered: bool) -> EventRecord {
    let mut record = record.clone();
    let image = record.change.new_image.inner_mut();
    let mut names: Vec<String> = image.keys().cloned().collect();
    names.sort();
    let name = &names[at % names.len()];
    match (altered, image.get_mut(name)) {
        (true, Some(AttributeValue::S(text))) => text.push('0'),
        (true, Some(AttributeValue::N(number))) => number.push('0'),
        (true, Some(_) | None) | (false, _) => {
            image.remove(name);
        }
    }
    record
}

fn tamper(record: &EventRecord, tampering: &Tampering) -> EventRecord {
    let mut tampered = record.clone();
    match tampering {
        Tampering::Nothing => {}
        Tampering::ImageLost => tampered.change.new_image.inner_mut().clear(),
        Tampering::KeysAndImageLost => {
            tampered.change.new_image.inner_mut().clear();
            tampered.change.keys.inner_mut().clear();
        }
        Tampering::AttributeLost(at) => tampered = tamper_attribute(record, *at, false),
        Tampering::AttributeAltered(at) => tampered = tamper_attribute(record, *at, true),
    }
    tampered
}

fn newest_of_each_case(
    cases: &[(Vec<Commit>, Version)],
    records: &[EventRecord],
) -> Vec<EventRecord> {
    let by_partition: HashMap<_, _> = records
        .iter()
        .map(|record| (partition(record), record.clone()))
        .collect();
    let newest = by_partition.into_values().collect::<Vec<_>>();
    assert_eq!(newest.len(), cases.len());
    newest
}

/// Which case a record is of, without a look at what the projector makes of it.
fn partition(record: &EventRecord) -> String {
    format!("{:?}", record.change.keys.get("pk"))
}
