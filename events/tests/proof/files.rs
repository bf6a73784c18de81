//! Proofs as files: every commit has one, and nothing in it can be changed.

use casefold_events::proof::file::{Proof, Proven, Unproven};
use casefold_events::proof::heads::Bucket;
use casefold_events::proof::key::SignatureError;
use casefold_events::{Digest, DraftCommit, Timestamp};
use ed25519_dalek::SigningKey;

use crate::court::{checkpoint, histories, number, proof, public, secret, without_content};

fn text(proof: &Proof) -> String {
    serde_json::to_string_pretty(proof).unwrap()
}

/// What a proof says to whoever checks it.
#[derive(Debug, PartialEq)]
struct Claims {
    commit: String,
    of_case: u64,
    content: Option<DraftCommit>,
    checkpoint: (u64, Timestamp, Digest),
}

impl Claims {
    fn of(proven: &Proven<'_>) -> Self {
        let Proven {
            docket_number,
            version,
            hash,
            case_version,
            content,
            checkpoint,
        } = proven;
        Self {
            commit: format!("{docket_number}/{version}/{hash}"),
            of_case: case_version.0,
            content: content.ok().cloned(),
            checkpoint: (
                checkpoint.says.number,
                checkpoint.says.at,
                checkpoint.says.hash(),
            ),
        }
    }
}

#[test]
fn every_commit_of_every_case_has_a_proof_that_is_read_back_and_holds() {
    let histories = histories();
    for commit in histories.iter().flatten() {
        let proof = proof(&histories, commit.docket_number, commit.version.0);
        let read = Proof::parse(&text(&proof)).unwrap();
        assert_eq!(read, proof);
        let proven = read.check(&public(&secret())).unwrap();
        assert_eq!(proven.hash, commit.hash);
        assert_eq!(proven.content, Ok(&commit.draft));
        let without = without_content(&proof);
        let proven = without.check(&public(&secret())).unwrap();
        assert_eq!(proven.hash, commit.hash);
        assert!(proven.content.is_err());
    }
}

#[test]
fn every_change_of_a_byte_of_a_proof_is_rejected_or_changes_no_claim() {
    let histories = histories();
    let key = public(&secret());
    let whole = proof(&histories, number("101-26"), 17);
    for proof in [&whole, &without_content(&whole)] {
        let claims = Claims::of(&proof.check(&key).unwrap());
        let text = text(proof);
        let (mut tried, mut held) = (0, 0);
        for at in 0..text.len() {
            for change in [1, 2, 4, 32] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= change;
                tried += 1;
                let Ok(changed) = String::from_utf8(bytes) else {
                    continue;
                };
                let Ok(changed) = Proof::parse(&changed) else {
                    continue;
                };
                if let Ok(proven) = changed.check(&key) {
                    held += 1;
                    assert_eq!(Claims::of(&proven), claims, "byte {at}");
                }
            }
        }
        assert!(tried > 5_000);
        // Blanks between tokens may change, and little else.
        assert!(held < tried / 50, "{held} of {tried}");
    }
}

#[test]
fn what_was_changed_is_told() {
    let histories = histories();
    let key = public(&secret());
    let good = proof(&histories, number("101-26"), 17);
    let other_case = proof(&histories, number("255-26"), 3);
    let changed = |change: &dyn Fn(&mut Proof)| {
        let mut proof = good.clone();
        change(&mut proof);
        proof.check(&key).map(|_| ()).unwrap_err()
    };
    let swap_content = |it: &mut Proof| it.commit.content = other_case.commit.content.clone();
    assert_eq!(changed(&swap_content), Unproven::Content);
    let swap_commit = |it: &mut Proof| it.commit = other_case.commit.clone();
    assert_eq!(changed(&swap_commit), Unproven::Content);
    let none = |it: &mut Proof| it.case.version.0 = 16;
    assert_eq!(changed(&none), Unproven::Commit);
    let elsewhere = |it: &mut Proof| it.bucket.name = Bucket::new(2026, 1);
    assert_eq!(changed(&elsewhere), Unproven::Case);
    let more = |it: &mut Proof| it.bucket.commits += 1;
    assert_eq!(changed(&more), Unproven::Bucket);
    let later = |it: &mut Proof| it.checkpoint.says.at = Timestamp::from_millis(0);
    assert_eq!(changed(&later), Unproven::Signature(SignatureError::Unfit));

    let other = SigningKey::from_bytes(&[8; 32]);
    let with_other_key = good.check(&public(&other)).unwrap_err();
    let named = SignatureError::OtherKey(key.id());
    assert_eq!(with_other_key, Unproven::Signature(named));
    let by_other = |it: &mut Proof| it.checkpoint = checkpoint(&histories, &other);
    let named = SignatureError::OtherKey(public(&other).id());
    assert_eq!(changed(&by_other), Unproven::Signature(named));
    let claims_key = |it: &mut Proof| {
        it.checkpoint = checkpoint(&histories, &other);
        it.checkpoint.says.key_id = key.id();
    };
    assert_eq!(
        changed(&claims_key),
        Unproven::Signature(SignatureError::Unfit)
    );
}

#[test]
fn what_this_build_does_not_write_is_no_proof_that_it_reads() {
    let good = text(&proof(&histories(), number("101-26"), 17));
    assert!(Proof::parse(&good).is_ok());
    let others = [
        good.replace("casefold.proof.v1", "casefold.proof.v2"),
        good.replacen('{', "{\"more\": 1,", 1),
        good.replace(
            "\"commandId\"",
            "\"fromWhere\": \"10.0.0.1\", \"commandId\"",
        ),
        good.replace("\"number\": 12", "\"number\": 12.0"),
        good.replace(".017Z", ".0170Z"),
        "{}".to_owned(),
        String::new(),
    ];
    for other in others {
        assert!(Proof::parse(&other).is_err(), "{other}");
    }
}
