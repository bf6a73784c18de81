//! A small court, its checkpoint, and the proof of any of its commits.

use casefold_events::proof::checkpoint::{Checkpoint, SignedCheckpoint};
use casefold_events::proof::file::{
    Content, Form, Proof, ProvenBucket, ProvenCase, ProvenCommit, Withheld,
};
use casefold_events::proof::heads::{Bucket, BucketHead, CourtHead, GrownHead, commit_leaf};
use casefold_events::proof::key::{PublicKey, Signature};
use casefold_events::proof::merkle::path;
use casefold_events::vocabulary::Role;
use casefold_events::{
    CommandId, Commit, CorrelationId, Digest, DocketNumber, DraftCommit, EventId, StoredEvent,
    Timestamp, UserId, Version,
};
use ed25519_dalek::{Signer as _, SigningKey};

pub(crate) fn number(text: &str) -> DocketNumber {
    text.parse().unwrap()
}

pub(crate) fn secret() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

pub(crate) fn public(secret: &SigningKey) -> PublicKey {
    PublicKey::ed25519(secret.verifying_key().as_bytes()).unwrap()
}

/// The commits of a case; what they say matters to nobody here.
pub(crate) fn history(docket_number: DocketNumber, commits: u64) -> Vec<Commit> {
    let mut history: Vec<Commit> = Vec::new();
    for version in 1..=commits {
        let event = StoredEvent::read(
            EventId(uuid::Uuid::from_u128(u128::from(version))),
            "CaseNoteWritten",
            1,
            format!(r#"{{"text":"note {version} of {docket_number}"}}"#),
        );
        let draft = DraftCommit {
            docket_number,
            version: Version(version),
            command_id: CommandId::new(format!("command-{version}")).unwrap(),
            command: "WriteCaseNote".to_owned(),
            command_digest: Digest::of(b"body"),
            actor: UserId::new("judge-1").unwrap(),
            role: Role::Judge,
            recorded_at: Timestamp::from_millis(1_700_000_000_000 + version as i64),
            effective_at: Timestamp::from_millis(1_700_000_000_000),
            correlation_id: CorrelationId::new("act-1").unwrap(),
            causation: None,
            committed_with: Vec::new(),
            source: None,
            events: vec![event],
        };
        let before = history.last().map_or(Digest::ZERO, |commit| commit.hash);
        history.push(draft.seal(before));
    }
    history
}

/// Cases in three buckets of two years.
pub(crate) fn histories() -> Vec<Vec<Commit>> {
    [
        ("101-25", 3),
        ("101-26", 21),
        ("102-26", 1),
        ("255-26", 8),
        ("256-26", 5),
    ]
    .map(|(text, commits)| history(number(text), commits))
    .to_vec()
}

fn head(history: &[Commit]) -> GrownHead {
    let mut head = GrownHead::new(history[0].docket_number);
    history.iter().for_each(|commit| head.push(commit.hash));
    head
}

fn buckets(histories: &[Vec<Commit>]) -> Vec<(BucketHead, Vec<GrownHead>)> {
    let heads: Vec<_> = histories.iter().map(|it| head(it)).collect();
    let chunks = heads.chunk_by(|a, b| Bucket::of(a.docket_number) == Bucket::of(b.docket_number));
    chunks
        .map(|heads| {
            let bucket = Bucket::of(heads[0].docket_number);
            (BucketHead::of(bucket, heads), heads.to_vec())
        })
        .collect()
}

pub(crate) fn checkpoint(histories: &[Vec<Commit>], secret: &SigningKey) -> SignedCheckpoint {
    let buckets = buckets(histories);
    let CourtHead {
        cases,
        commits,
        root,
    } = CourtHead::of(buckets.iter().map(|(head, _)| head));
    let key = public(secret);
    let says = Checkpoint {
        number: 12,
        at: Timestamp::from_millis(1_700_000_100_000),
        cases,
        commits,
        root,
        previous: Digest::of(b"the checkpoint before"),
        key_id: key.id(),
        algorithm: key.algorithm(),
    };
    let signature = Signature::new(secret.sign(&says.message()).to_bytes().to_vec());
    SignedCheckpoint { says, signature }
}

pub(crate) fn proof(histories: &[Vec<Commit>], of: DocketNumber, version: u64) -> Proof {
    let buckets = buckets(histories);
    let name = Bucket::of(of);
    let place = buckets
        .iter()
        .position(|(it, _)| it.bucket == name)
        .unwrap();
    let (bucket, heads) = &buckets[place];
    let index = heads.iter().position(|it| it.docket_number == of).unwrap();
    let case = heads[index].case_head();
    let history = histories
        .iter()
        .find(|it| it[0].docket_number == of)
        .unwrap();
    let at = usize::try_from(version).unwrap() - 1;
    let leaves: Vec<_> = history.iter().map(|it| commit_leaf(&it.hash)).collect();
    let of_cases: Vec<_> = heads.iter().map(|it| it.case_head().leaf()).collect();
    let of_buckets: Vec<_> = buckets.iter().map(|(it, _)| it.leaf()).collect();
    Proof {
        form: Form::V1,
        commit: ProvenCommit {
            version: Version(version),
            hash: history[at].hash,
            path: path(&leaves, at).unwrap(),
            content: Content::Stored {
                prev_hash: history[at].prev_hash,
                draft: Box::new(history[at].draft.clone()),
            },
        },
        case: ProvenCase {
            docket_number: of,
            version: case.version,
            head: case.head,
            index: index as u64,
            path: path(&of_cases, index).unwrap(),
        },
        bucket: ProvenBucket {
            name,
            cases: bucket.cases,
            commits: bucket.commits,
            index: place as u64,
            of: buckets.len() as u64,
            path: path(&of_buckets, place).unwrap(),
        },
        checkpoint: checkpoint(histories, &secret()),
    }
}

/// The same proof without what the commit says.
pub(crate) fn without_content(proof: &Proof) -> Proof {
    let mut proof = proof.clone();
    proof.commit.content = Content::Withheld(Withheld::CaseSealed);
    proof
}
