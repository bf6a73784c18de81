//! Signed checkpoints: kept for ever, whole or not at all.

use casefold_events::proof::checkpoint::{Checkpoint, SignedCheckpoint};
use casefold_events::proof::heads::{Bucket, BucketHead, CourtHead, GrownHead};
use casefold_events::proof::key::{Algorithm, Signature};
use casefold_events::{Digest, DocketNumber};
use casefold_shared::gateway::{
    BucketPlace, CheckpointOutcome, CheckpointStore, FoundCheckpoint, KeptCheckpoint, NewCheckpoint,
};
use uuid::Uuid;

use crate::support::Court;
use crate::support::faults::{Fault, Proxy};
use crate::support::history::at;

/// Cases of a bucket with histories of many lengths.
fn heads(bucket: Bucket, cases: u32) -> Vec<GrownHead> {
    let first = (bucket.nth() * 256).max(100);
    let year = u8::try_from(bucket.year() % 100).unwrap();
    let head = |serial: u32| {
        let mut head = GrownHead::new(DocketNumber::new(serial, year).unwrap());
        for n in 0..=serial % 37 {
            let commit = [serial.to_be_bytes(), n.to_be_bytes()].concat();
            head.push(Digest::of(&commit));
        }
        head
    };
    (first..first + cases).map(head).collect()
}

fn place(bucket: Bucket, heads: &[GrownHead], contents: Uuid) -> BucketPlace {
    BucketPlace {
        head: BucketHead::of(bucket, heads),
        contents,
    }
}

fn kept(number: u64, contents: Uuid, directory: &[BucketPlace]) -> KeptCheckpoint {
    let CourtHead {
        cases,
        commits,
        root,
    } = CourtHead::of(directory.iter().map(|place| &place.head));
    let says = Checkpoint {
        number,
        at: at(number),
        cases,
        commits,
        root,
        previous: Digest::of(&number.to_be_bytes()),
        key_id: Digest::of(b"key"),
        algorithm: Algorithm::EcdsaP256Sha256,
    };
    let signature = Signature::new(vec![1, 2, 3]);
    KeptCheckpoint {
        signed: SignedCheckpoint { says, signature },
        contents,
    }
}

fn found(kept: &KeptCheckpoint) -> FoundCheckpoint {
    FoundCheckpoint {
        number: kept.signed.says.number,
        kept: Ok(kept.clone()),
    }
}

#[tokio::test]
async fn a_checkpoint_comes_back_with_all_that_it_stands_over() {
    let court = Court::open().await;
    assert_eq!(court.store.signed_checkpoint_latest().await.unwrap(), None);
    assert_eq!(court.store.signed_checkpoints().await.unwrap(), []);
    let contents = Uuid::from_u128(1);
    let buckets = [
        Bucket::new(1999, 3),
        Bucket::new(2026, 0),
        Bucket::new(2026, 1),
    ];
    let heads: Vec<_> = [256, 156, 1]
        .iter()
        .zip(buckets)
        .map(|(cases, bucket)| heads(bucket, *cases))
        .collect();
    let places: Vec<_> = buckets
        .iter()
        .zip(&heads)
        .map(|(bucket, heads)| place(*bucket, heads, contents))
        .collect();
    let changed: Vec<_> = places
        .iter()
        .copied()
        .zip(heads.iter().map(Vec::as_slice))
        .collect();
    let kept = kept(1, contents, &places);
    let new = NewCheckpoint {
        kept: &kept,
        directory: &places,
        changed: &changed,
    };

    let outcome = court.store.signed_checkpoint_append(new).await.unwrap();

    assert_eq!(outcome, CheckpointOutcome::Written);
    let latest = court.store.signed_checkpoint_latest().await.unwrap();
    assert_eq!(latest, Some(found(&kept)));
    let directory = court.store.checkpoint_directory(contents).await.unwrap();
    assert_eq!(directory, places);
    for (place, expected) in &changed {
        let heads = court.store.checkpoint_bucket(place).await.unwrap();
        assert_eq!(heads, *expected);
    }
    let nowhere = Uuid::from_u128(2);
    assert_eq!(court.store.checkpoint_directory(nowhere).await.unwrap(), []);
}

#[tokio::test]
async fn of_two_of_one_number_the_first_is_kept_as_it_was() {
    let court = Court::open().await;
    let (one, other) = (
        kept(1, Uuid::from_u128(1), &[]),
        KeptCheckpoint {
            contents: Uuid::from_u128(2),
            ..kept(1, Uuid::from_u128(2), &[])
        },
    );
    let new = |kept| NewCheckpoint {
        kept,
        directory: &[],
        changed: &[],
    };
    let first = court
        .store
        .signed_checkpoint_append(new(&one))
        .await
        .unwrap();
    let second = court
        .store
        .signed_checkpoint_append(new(&other))
        .await
        .unwrap();
    let again = court
        .store
        .signed_checkpoint_append(new(&one))
        .await
        .unwrap();
    assert_eq!(
        [first, second, again],
        [
            CheckpointOutcome::Written,
            CheckpointOutcome::NumberTaken,
            CheckpointOutcome::Written
        ]
    );
    assert_eq!(
        court.store.signed_checkpoints().await.unwrap(),
        [found(&one)]
    );
}

#[tokio::test]
async fn they_are_in_the_order_of_their_numbers_however_many_there_are() {
    let court = Court::open().await;
    for number in [1, 2, 9, 10, 11, 100] {
        let kept = kept(number, Uuid::from_u128(number.into()), &[]);
        let new = NewCheckpoint {
            kept: &kept,
            directory: &[],
            changed: &[],
        };
        court.store.signed_checkpoint_append(new).await.unwrap();
    }
    let all = court.store.signed_checkpoints().await.unwrap();
    let numbers: Vec<_> = all.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [1, 2, 9, 10, 11, 100]);
    let latest = court.store.signed_checkpoint_latest().await.unwrap();
    assert_eq!(latest.unwrap().number, 100);
}

#[tokio::test]
async fn a_directory_of_a_court_of_a_million_cases_goes_in_parts() {
    let court = Court::open().await;
    let contents = Uuid::from_u128(1);
    let heads = heads(Bucket::new(2026, 0), 1);
    let of_year = |year| (0..400).map(move |nth| Bucket::new(year, nth));
    let buckets = (2000..2012).flat_map(of_year);
    let places: Vec<_> = buckets
        .map(|bucket| BucketPlace {
            head: BucketHead {
                bucket,
                ..BucketHead::of(bucket, &heads)
            },
            contents,
        })
        .collect();
    let kept = kept(1, contents, &places);
    let new = NewCheckpoint {
        kept: &kept,
        directory: &places,
        changed: &[],
    };
    court.store.signed_checkpoint_append(new).await.unwrap();
    let directory = court.store.checkpoint_directory(contents).await.unwrap();
    assert!(directory == places);
}

#[tokio::test]
async fn one_that_died_half_way_does_not_exist_and_the_next_is_not_in_its_way() {
    let court = Court::open().await;
    let proxy = Proxy::before(&court.endpoint_url).await;
    let store = court.store_by_way_of(&proxy.endpoint_url).await;
    let bucket = Bucket::new(2026, 0);
    let heads = heads(bucket, 3);
    let write = async |contents| {
        let places = [place(bucket, &heads, contents)];
        let changed = [(places[0], heads.as_slice())];
        let kept = kept(1, contents, &places);
        let new = NewCheckpoint {
            kept: &kept,
            directory: &places,
            changed: &changed,
        };
        (store.signed_checkpoint_append(new).await, kept)
    };
    // It gets as far as its first item, and then as far as its last but one.
    for passed in [1, 2] {
        for _ in 0..passed {
            proxy.inject("PutItem", Fault::Pass);
        }
        proxy.inject("PutItem", Fault::Refuse("ValidationException"));
        let (died, _) = write(Uuid::from_u128(passed)).await;
        assert!(died.is_err());
        assert_eq!(store.signed_checkpoint_latest().await.unwrap(), None);
    }
    // The next one loses the answer to each of its writes.
    for _ in 0..3 {
        proxy.inject("PutItem", Fault::LoseAnswer);
        proxy.inject("PutItem", Fault::Pass);
    }
    let (written, kept) = write(Uuid::from_u128(7)).await;
    assert_eq!(written.unwrap(), CheckpointOutcome::Written);
    let latest = store.signed_checkpoint_latest().await.unwrap();
    assert_eq!(latest, Some(found(&kept)));
}
