//! What memory costs and saves, and commands that come again.

use casefold_shared::gateway::EventStore;
use futures::{StreamExt, TryStreamExt};

use super::*;
use crate::support::history::{Chain, docket, entry, filed, petition, sealed, unsealed};

fn seal() -> Value {
    json!({"type": "SealCase"})
}

fn unseal() -> Value {
    json!({"type": "UnsealCase"})
}

#[tokio::test]
async fn a_case_that_a_process_knows_is_written_by_one_request_and_one_it_does_not_by_few() {
    let court = Court::open().await;
    let clock = Hand::default();
    let (one, other) = (Process::of(&court, &clock), Process::of(&court, &clock));
    let number = one.file_and_serve().await;
    other.file().await;
    fold_all(&court, number).await;
    let (_, warm) = one.cost_of(one.send(number, seal())).await;
    assert_eq!(
        (warm.requests, warm.read_units, warm.write_units),
        (1, 0.0, 1.0),
        "one put, and nothing is read"
    );
    fold_all(&court, number).await;
    let (_, cold) = other.cost_of(other.send(number, unseal())).await;
    assert_eq!(
        cold.requests, 2,
        "snapshot and keys together, then the put: {cold:?}"
    );
    let (_, warm) = other.cost_of(other.send(number, seal())).await;
    assert_eq!((warm.requests, warm.read_units), (1, 0.0));
}

#[tokio::test]
async fn a_process_that_is_behind_learns_of_it_by_the_condition_and_decides_again() {
    let court = Court::open().await;
    let clock = Hand::default();
    let (one, other) = (Process::of(&court, &clock), Process::of(&court, &clock));
    let number = one.file_and_serve().await;
    other.send(number, seal()).await.unwrap();
    // It remembers a case that isn't sealed, and must neither seal it again nor refuse to unseal.
    let again = one.send(number, seal()).await.unwrap_err();
    assert_eq!(again.code(), "CASE_ALREADY_SEALED");
    let (done, cost) = one.cost_of(one.send(number, unseal())).await;
    assert_eq!(done.unwrap().version, Version(5));
    assert!(cost.requests <= 3, "{cost:?}");
    let filed = one.send(number, paper_filing()).await.unwrap();
    assert_eq!(filed.version, Version(6));
}

#[tokio::test]
async fn where_others_write_by_turns_a_process_looks_first() {
    let court = Court::open().await;
    let clock = Hand::default();
    let processes = [Process::of(&court, &clock), Process::of(&court, &clock)];
    let number = processes[0].file_and_serve().await;
    for _ in 0..12 {
        for process in &processes {
            process.send(number, paper_filing()).await.unwrap();
        }
    }
    let (done, cost) = processes[0]
        .cost_of(processes[0].send(number, paper_filing()))
        .await;
    done.unwrap();
    assert_eq!(cost.requests, 2, "the tail, then the put: {cost:?}");
}

#[tokio::test]
async fn a_command_that_comes_again_is_known_by_every_process_with_and_without_a_projector() {
    let court = Court::open().await;
    let clock = Hand::default();
    let processes = [Process::of(&court, &clock), Process::of(&court, &clock)];
    let number = processes[0].file_and_serve().await;
    for (n, folded) in [false, true, false].into_iter().enumerate() {
        let key = format!("filing-{n}");
        let first = processes[0]
            .send_with_key(number, paper_filing(), &key)
            .await
            .unwrap();
        assert!(!first.repeated);
        if folded {
            fold_all(&court, number).await;
        }
        let fresh = Process::of(&court, &clock);
        for process in [&processes[0], &processes[1], &fresh] {
            let again = process
                .send_with_key(number, paper_filing(), &key)
                .await
                .unwrap();
            assert!(again.repeated);
            assert_eq!(again.events, first.events);
            let other = process.send_with_key(number, seal(), &key).await;
            assert_eq!(other.unwrap_err().code(), "IDEMPOTENCY_KEY_REUSED");
        }
    }
    let commits = commits_of(&court, number).await;
    let filings = commits.iter().filter(|it| it.command == "AddPaperFiling");
    assert_eq!(filings.count(), 3);
}

#[tokio::test]
async fn a_long_case_is_as_cheap_as_a_short_one() {
    let court = Court::open().await;
    let clock = Hand::default();
    let process = Process::of(&court, &clock);
    let number = process.file_and_serve().await;
    let (mut warm, mut cold) = (0, 0);
    for filing in 1..=600 {
        let (done, cost) = process.cost_of(process.send(number, paper_filing())).await;
        done.unwrap();
        match cost.requests {
            1 => warm += 1,
            _ => cold += 1,
        }
        if filing % 50 == 0 {
            fold_all(&court, number).await;
        }
    }
    assert!(cold <= 1, "{warm} by one request, {cold} by more");
}

#[tokio::test]
async fn of_a_case_far_past_its_snapshot_no_more_is_remembered_than_the_bound() {
    let court = Court::open().await;
    let process = Process::of(&court, &Hand::default());
    for (serial, commits, is_remembered) in [(101, 1_000, true), (102, 4_200, false)] {
        let mut chain = Chain::of(docket(serial));
        let begins = chain.commit([petition(), filed(entry(1))]);
        let goes_on = (1..commits).map(|n| match n % 2 {
            1 => chain.commit([sealed(1)]),
            _ => chain.commit([unsealed(1)]),
        });
        let all: Vec<_> = std::iter::once(begins).chain(goes_on).collect();
        let appends = all.iter().map(|commit| court.store.commit_append(commit));
        let appends: Vec<_> = futures::stream::iter(appends)
            .buffer_unordered(16)
            .try_collect()
            .await
            .unwrap();
        assert_eq!(appends.len(), commits);

        process
            .send(docket(serial), json!({"type": "SealCase"}))
            .await
            .unwrap();

        let remembered = process.remembered(docket(serial)).await;
        assert_eq!(remembered.is_some(), is_remembered, "{commits} commits");
    }
}

#[tokio::test]
async fn a_process_that_may_remember_nothing_reads_each_time_and_decides_alike() {
    let court = Court::open().await;
    let mut process = Process::of(&court, &Hand::default());
    process.service = process.service.remembering(0);
    let number = process.file_and_serve().await;
    fold_all(&court, number).await;
    for body in [seal(), unseal(), paper_filing()] {
        let (done, cost) = process.cost_of(process.send(number, body)).await;
        done.unwrap();
        assert!(cost.requests > 1, "{cost:?}");
        assert!(process.remembered(number).await.is_none());
    }
    assert_eq!(pure_fold(&court, number).await.version.0, 6);
}
