//! What is done to the tables themselves is caught by going through them.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::proof::heads::Bucket;
use casefold_events::{Commit, Digest, DocketNumber, Version};
use casefold_projector::verify::chain::{Finding, Wrong};
use casefold_projector::verify::record::{CheckpointWrong, Seen};
use casefold_projector::verify::take::Taken;
use casefold_projector::verify::{Verify, VerifyReport};
use casefold_shared::gateway::{CheckpointStore, ControlStore, EventStore};
use casefold_shared::signing::{LocalSigner, Signer};

use crate::court::{Cases, Court, LOOK, Quiet, go_on, key};
use crate::mischief::{Chance, HASHED, change_byte, swap};
use crate::support::Item;

fn tries() -> usize {
    let variable = std::env::var("CASEFOLD_STORE_TAMPERS");
    variable.map_or(24, |text| text.parse().unwrap())
}

/// The one finding that there is.
fn only(report: &VerifyReport) -> &Finding {
    let found = &report.status.found;
    assert_eq!((found.broken, found.named.len()), (1, 1), "{found:?}");
    assert!(report.checkpoints.is_empty(), "{report:?}");
    &found.named[0]
}

/// What is wrong with checkpoints, and that nothing is with cases.
fn of_checkpoints(report: &VerifyReport) -> Vec<(u64, CheckpointWrong)> {
    assert_eq!(report.status.found.broken, 0, "{report:?}");
    let findings = report.checkpoints.iter();
    findings.map(|it| (it.number, it.kind.clone())).collect()
}

async fn signed(cases: u64) -> (Court, Cases) {
    let court = Court::of(cases).await;
    assert_eq!(court.checkpoint().await.0, 1);
    let cases = court.cases().await;
    let report = court.verify().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.status.found.sound, cases.len() as u64);
    (court, cases)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_byte_is_named_and_every_other_case_is_looked_at_all_the_same() {
    let (court, cases) = signed(32).await;
    let mut chance = Chance(7);
    let mut tried = 0;
    while tried < tries() {
        let (number, items) = cases.iter().nth(chance.below(cases.len())).unwrap();
        let nth = chance.below(items.len());
        let mut changed = items[nth].clone();
        let attribute = *chance.pick(&HASHED);
        if !change_byte(&mut changed, attribute, &mut chance) {
            continue;
        }
        court.put(court.events(), &changed).await;

        let report = court.verify().await;

        let finding = only(&report);
        let named = (finding.docket_number, finding.trusted_to);
        assert_eq!(named, (*number, Version(nth as u64)), "{attribute}");
        assert_eq!(report.status.found.sound, cases.len() as u64 - 1);
        assert_eq!(report.status.scanned.cases, cases.len() as u64);
        let alone = court.verifier().case(*number).await.unwrap().unwrap();
        assert_eq!(only(&alone), finding);
        court.put(court.events(), &items[nth]).await;
        tried += 1;
    }
    println!("{tried} bytes changed in the table, {tried} caught");
    assert!(court.verify().await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_a_middle_a_beginning_and_a_whole_case_that_are_gone_are_named() {
    let (court, cases) = signed(16).await;
    let events = court.events();
    let (number, items) = cases.iter().find(|(_, items)| items.len() > 4).unwrap();
    let of = Version(items.len() as u64);
    let middle = items.len() / 2;
    let some: [(&[Item], Wrong); 4] = [
        (
            &items[middle..],
            Wrong::Truncated {
                recorded: of,
                found: Version(middle as u64),
            },
        ),
        (
            &items[middle..=middle],
            Wrong::Gap {
                at: Version(middle as u64 + 1),
                found: Version(middle as u64 + 2),
            },
        ),
        (
            &items[..2],
            Wrong::Gap {
                at: Version(1),
                found: Version(3),
            },
        ),
        (items, Wrong::Dropped { recorded: of }),
    ];
    for (gone, expected) in some {
        for item in gone {
            court.delete(events, item).await;
        }
        let report = court.verify().await;
        let finding = only(&report);
        assert_eq!(finding.docket_number, *number);
        assert_eq!(finding.kind, expected);
        let alone = court.verifier().case(*number).await.unwrap().unwrap();
        assert_eq!(only(&alone), finding);
        let (taken, _) = court.try_checkpoint().await;
        assert!(matches!(taken, Taken::Found), "nothing is signed over it");
        for item in gone {
            court.put(events, item).await;
        }
    }
    assert!(court.verify().await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_and_cases_that_change_places_are_named() {
    let (court, cases) = signed(16).await;
    let events = court.events();
    let mut with_some = cases.iter().filter(|(_, items)| items.len() > 2);
    let (number, items) = with_some.next().unwrap();
    let (others_number, others) = with_some.next().unwrap();

    let (mut one, mut other) = (items[1].clone(), items[2].clone());
    swap(&mut one, &mut other);
    court.put(events, &one).await;
    court.put(events, &other).await;
    let report = court.verify().await;
    let expected = Wrong::ChainBroken { at: Version(2) };
    assert_eq!(
        (only(&report).docket_number, &only(&report).kind),
        (*number, &expected)
    );
    court.put(events, &items[1]).await;
    court.put(events, &items[2]).await;

    // The whole histories of two cases.
    let longest = items.len().min(others.len());
    for nth in 0..longest {
        let (mut one, mut other) = (items[nth].clone(), others[nth].clone());
        swap(&mut one, &mut other);
        court.put(events, &one).await;
        court.put(events, &other).await;
    }
    let report = court.verify().await;
    let named = report.status.found.named.iter();
    let named: Vec<_> = named.map(|it| (it.docket_number, it.trusted_to)).collect();
    assert_eq!(
        named,
        [(*number, Version::ZERO), (*others_number, Version::ZERO)]
    );
}

/// Another history of a case, of as many commits, with a chain of its own that holds.
fn forged(commits: &[Commit]) -> Vec<Commit> {
    let mut forged: Vec<Commit> = Vec::new();
    for commit in commits {
        let mut draft = commit.draft.clone();
        draft.actor = casefold_events::UserId::new("somebody-else").unwrap();
        let before = forged.last().map_or(Digest::ZERO, |commit| commit.hash);
        forged.push(draft.seal(before));
    }
    forged
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_was_written_anew_with_a_chain_that_holds_is_another_than_was_signed() {
    let (court, cases) = signed(16).await;
    let (number, items) = cases.iter().find(|(_, items)| items.len() > 2).unwrap();
    let commits = court.store.commits_after(*number, Version::ZERO).await;
    let forged = forged(&commits.unwrap());
    for item in items {
        court.delete(court.events(), item).await;
    }
    court.append(&forged).await;

    let report = court.verify().await;

    let at = Version(items.len() as u64);
    let finding = only(&report);
    assert_eq!(finding.docket_number, *number);
    assert_eq!(finding.kind, Wrong::OtherHistory { at });
    assert_eq!(finding.trusted_to, Version::ZERO);
    let (taken, _) = court.try_checkpoint().await;
    assert!(matches!(taken, Taken::Found));
}

/// A court with three checkpoints, each over a case more.
async fn with_three() -> (Court, Vec<Item>) {
    use crate::support::history::{chain, docket, petition};
    let court = Court::open().await;
    for (serial, number) in [(101, 1), (102, 2), (700, 3)] {
        court
            .append(&chain(docket(serial), [vec![petition()]]))
            .await;
        assert_eq!(court.checkpoint().await.0, number);
    }
    assert!(court.verify().await.is_clean());
    let mut items = court.items(court.checkpoints()).await;
    items.retain(|item| item["pk"] == AttributeValue::S("CHECKPOINTS".to_owned()));
    items.sort_by_key(|item| item["sk"].as_s().unwrap().clone());
    assert_eq!(items.len(), 3);
    (court, items)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_was_removed_is_missed() {
    let (court, headers) = with_three().await;
    let table = court.checkpoints();
    for (gone, number) in headers.iter().zip(1..) {
        court.delete(table, gone).await;
        let missing = vec![(number, CheckpointWrong::Missing)];
        assert_eq!(of_checkpoints(&court.verify().await), missing);
        court.put(table, gone).await;
    }
    // Where the note beside it was changed as well, somebody who has seen it misses it.
    let third = court
        .store
        .signed_checkpoint_latest()
        .await
        .unwrap()
        .unwrap();
    let hash = third.kept.unwrap().signed.says.hash();
    court.delete(table, &headers[2]).await;
    let noted = court.store.checkpoint_put("signed-checkpoint", "");
    noted.await.unwrap();
    assert!(court.verify().await.is_clean());
    let seen = Seen { number: 3, hash };
    let verify = Verify {
        seen: vec![seen],
        ..court.verifier()
    };
    let report = verify.run(LOOK, &Quiet, &go_on()).await.unwrap();
    assert_eq!(of_checkpoints(&report), [(3, CheckpointWrong::Missing)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_that_was_changed_is_named_and_the_one_before_it_still_counts() {
    let (court, headers) = with_three().await;
    let table = court.checkpoints();
    let texts = ["taken_at", "root", "previous", "key_id", "signature"];
    for attribute in texts {
        for (header, number) in headers.iter().zip(1..) {
            let mut changed = header.clone();
            let text = changed[attribute].as_s().unwrap();
            let last = text
                .char_indices()
                .rev()
                .find(|(_, it)| it.is_ascii_digit());
            let (at, digit) = last.unwrap();
            let other = if digit == '1' { "2" } else { "1" };
            let other = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            changed.insert(attribute.to_owned(), AttributeValue::S(other));
            court.put(table, &changed).await;

            let report = court.verify().await;

            let named: Vec<_> = of_checkpoints(&report).into_iter().map(|it| it.0).collect();
            assert!(
                named.contains(&number),
                "{attribute} of {number}: {report:?}"
            );
            let compared = report.checkpoint.unwrap().number;
            assert_eq!(compared, if number == 3 { 2 } else { 3 }, "{attribute}");
            let (taken, _) = court.try_checkpoint().await;
            assert!(matches!(taken, Taken::Found));
            court.put(table, header).await;
        }
    }
    let mut unreadable = headers[1].clone();
    unreadable.remove("cases");
    court.put(table, &unreadable).await;
    let found = of_checkpoints(&court.verify().await);
    assert!(
        matches!(&found[..], [(2, CheckpointWrong::Unreadable { .. })]),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn contents_of_a_checkpoint_that_were_changed_are_not_believed() {
    let (court, _) = with_three().await;
    let table = court.checkpoints();
    let changed = |item: &Item| {
        let mut item = item.clone();
        let AttributeValue::B(part) = &item["part"] else {
            panic!("a part is binary");
        };
        let mut bytes = part.clone().into_inner();
        let at = bytes.len() - 1;
        bytes[at] ^= 1;
        item.insert("part".to_owned(), AttributeValue::B(Blob::new(bytes)));
        item
    };
    let mut directories = Vec::new();
    for number in 1..=3_usize {
        let all = court.store.signed_checkpoints().await.unwrap();
        directories.push(all[number - 1].kept.clone().unwrap().contents);
    }
    for item in court.items(table).await {
        let partition = item["pk"].as_s().unwrap().clone();
        let Some(place) = partition.strip_prefix("CONTENTS#") else {
            continue;
        };
        court.put(table, &changed(&item)).await;
        let found = of_checkpoints(&court.verify().await);
        let third = directories[2].to_string();
        let is_directory = !place.contains('/');
        // Only what the last one stands over is looked at.
        let expected = match (is_directory, place.starts_with(&third)) {
            (true, true) => vec![(3, CheckpointWrong::Contents { bucket: None })],
            (true, false) => Vec::new(),
            (false, true) => {
                let bucket = Some(Bucket::new(2026, 2));
                vec![(3, CheckpointWrong::Contents { bucket })]
            }
            (false, false) if place.starts_with(&directories[1].to_string()) => {
                let bucket = Some(Bucket::new(2026, 0));
                vec![(3, CheckpointWrong::Contents { bucket })]
            }
            (false, false) => Vec::new(),
        };
        assert_eq!(found, expected, "{place}");
        court.put(table, &item).await;
    }
    assert!(court.verify().await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn checkpoints_with_another_key_are_forged_unless_the_courts_key_vouches_for_them() {
    let (court, _) = with_three().await;
    let other = LocalSigner::new(&[6; 32]).unwrap();
    let by_other = Verify {
        keys: vec![other.public_key().clone()],
        ..court.verifier()
    };
    let report = by_other.run(LOOK, &Quiet, &go_on()).await.unwrap();
    let found = of_checkpoints(&report);
    assert_eq!(found.len(), 3, "{found:?}");
    let forged = |it: &(u64, CheckpointWrong)| matches!(it.1, CheckpointWrong::Forged { .. });
    assert!(found.iter().all(forged));

    // A new key takes over, once it was told of the old one.
    let serial = 900;
    let number = DocketNumber::new(serial, 26).unwrap();
    use crate::support::history::{chain, petition};
    court.append(&chain(number, [vec![petition()]])).await;
    let both = Verify {
        keys: vec![other.public_key().clone(), key()],
        ..court.verifier()
    };
    let taken = both.take_checkpoint(&other, LOOK, &Quiet, &go_on()).await;
    assert!(matches!(taken.unwrap().0, Taken::Written { .. }));
    let report = by_other.run(LOOK, &Quiet, &go_on()).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    // And the old key alone doesn't know the new one.
    let found = of_checkpoints(&court.verify().await);
    assert!(
        matches!(&found[..], [(4, CheckpointWrong::Forged { .. })]),
        "{found:?}"
    );
}
