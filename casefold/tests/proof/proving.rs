//! Proofs of commits, and what is kept back in them.

use casefold_events::case::parties::{AddressSealed, AddressUnsealed};
use casefold_events::case::standing::{CaseSealed, CaseUnsealed};
use casefold_events::proof::file::{Content, Proof, Withheld};
use casefold_events::{CaseEvent, Commit, CommitRef, ContactId, DocketNumber, Version};
use casefold_projector::verify::prove::{ProveError, Telling, prove};
use uuid::Uuid;

use crate::court::{Court, key};
use crate::support::history::{Chain, at, chain, docket, entry, filed, petition, sealed, unsealed};

async fn try_prove(court: &Court, number: DocketNumber, version: u64) -> Result<Proof, ProveError> {
    let commit = CommitRef {
        docket_number: number,
        version: Version(version),
    };
    let store = &*court.store;
    prove(store, store, commit, Telling::WhatIsNotSealed).await
}

/// What is kept back of each commit of a case; each proof holds.
async fn withheld(court: &Court, commits: &[Commit]) -> Vec<Option<Withheld>> {
    let mut all = Vec::new();
    for commit in commits {
        let proof = try_prove(court, commit.docket_number, commit.version.0).await;
        let text = serde_json::to_string(&proof.unwrap()).unwrap();
        let proof = Proof::parse(&text).unwrap();
        let proven = proof.check(&key()).unwrap();
        assert_eq!(proven.hash, commit.hash);
        all.push(match &proof.commit.content {
            Content::Withheld(reason) => {
                for event in &commit.events {
                    assert!(!text.contains(&event.event_type), "{text}");
                }
                assert!(!text.contains(commit.actor.as_str()), "{text}");
                Some(*reason)
            }
            Content::Stored { draft, .. } => {
                assert_eq!(**draft, commit.draft);
                None
            }
        });
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_commit_of_a_court_has_a_proof_that_holds() {
    let court = Court::of(16).await;
    court.checkpoint().await;
    for (number, items) in court.cases().await {
        for version in 1..=items.len() as u64 {
            let proof = try_prove(&court, number, version).await.unwrap();
            let proven = proof.check(&key()).unwrap();
            assert_eq!((proven.docket_number, proven.version.0), (number, version));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_in_no_checkpoint_says_so_and_what_to_do() {
    let mut case = Chain::of(docket(101));
    let court = Court::with([&case.commit([petition()])]).await;
    let refused = try_prove(&court, docket(101), 1).await.unwrap_err();
    assert!(matches!(refused, ProveError::NotCovered { last: None, .. }));
    court.checkpoint().await;
    court.append(&[case.commit([filed(entry(1))])]).await;
    let refused = try_prove(&court, docket(101), 2).await.unwrap_err();
    let text = refused.to_string();
    assert!(
        text.contains("in no checkpoint yet (the last one, 1, is of"),
        "{text}"
    );
    assert!(text.contains("casefold checkpoint"), "{text}");
    court.append(&chain(docket(700), [vec![petition()]])).await;
    let refused = try_prove(&court, docket(700), 1).await.unwrap_err();
    assert!(matches!(
        refused,
        ProveError::NotCovered { last: Some(_), .. }
    ));
    for (number, version) in [(docket(101), 3), (docket(102), 1)] {
        let refused = try_prove(&court, number, version).await.unwrap_err();
        assert!(matches!(refused, ProveError::NoSuchCommit(_)), "{refused}");
    }
    // What was covered still is, at the version of the checkpoint.
    assert!(try_prove(&court, docket(101), 1).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_sealed_case_the_hashes_alone_are_told_for_as_long_as_it_is_sealed() {
    let seal = CaseSealed { sealed_at: at(9) };
    let mut case = Chain::of(docket(101));
    let mut commits = vec![
        case.commit([petition()]),
        case.commit([CaseEvent::from(seal)]),
    ];
    let court = Court::with(&commits).await;
    court.checkpoint().await;
    let all = [Some(Withheld::CaseSealed); 2];
    assert_eq!(withheld(&court, &commits).await, all);

    commits.push(case.commit([CaseEvent::from(CaseUnsealed {})]));
    court.append(&commits[2..]).await;
    court.checkpoint().await;
    assert_eq!(withheld(&court, &commits).await, [None; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_sealed_entry_and_a_sealed_address_the_hashes_alone_are_told() {
    let contact = ContactId(Uuid::from_u128(1));
    let seal = AddressSealed {
        contact_id: contact,
    };
    let mut case = Chain::of(docket(101));
    let mut commits = vec![
        case.commit([petition()]),
        case.commit([filed(entry(1)), filed(entry(2))]),
        case.commit([filed(entry(3))]),
        case.commit([sealed(2)]),
        case.commit([CaseEvent::from(seal)]),
    ];
    let court = Court::with(&commits).await;
    court.checkpoint().await;
    let (entry, address) = (Some(Withheld::EntrySealed), Some(Withheld::AddressSealed));
    let expected = [address, entry, None, entry, None];
    assert_eq!(withheld(&court, &commits).await, expected);

    let unseal = AddressUnsealed {
        contact_id: contact,
    };
    commits.push(case.commit([unsealed(2), CaseEvent::from(unseal)]));
    court.append(&commits[5..]).await;
    court.checkpoint().await;
    assert_eq!(withheld(&court, &commits).await, [None; 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_this_build_does_not_understand_may_be_sealed() {
    let mut case = Chain::of(docket(101));
    let first = case.commit([petition()]);
    let mut second = case.commit([filed(entry(1))]).draft;
    second.events[0].event_type = "SealedByALaterBuild".to_owned();
    let commits = [first.clone(), second.seal(first.hash)];
    let court = Court::with(&commits).await;
    court.checkpoint().await;
    let all = [Some(Withheld::Unknown); 2];
    assert_eq!(withheld(&court, &commits).await, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_not_what_it_was_is_not_proved() {
    let mut case = Chain::of(docket(101));
    let commits = [
        case.commit([petition()]),
        case.commit([filed(entry(1))]),
        case.commit([filed(entry(2))]),
    ];
    let court = Court::with(&commits).await;
    court.checkpoint().await;
    let items = court.cases().await.remove(&docket(101)).unwrap();
    court.delete(court.events(), &items[2]).await;
    for version in [1, 2] {
        let refused = try_prove(&court, docket(101), version).await.unwrap_err();
        assert!(matches!(refused, ProveError::Broken(_)), "{refused}");
    }
}
