//! Proofs.

use std::sync::LazyLock;

use casefold_events::proof::checkpoint::Checkpoint;
use casefold_events::proof::file::{Proof, Proven};
use casefold_events::proof::key::PublicKey;
use casefold_events::{Digest, DocketNumber, DraftCommit, Version};

use crate::Outcome;

/// The key that a court's checkpoint was signed with. Its other half is gone.
const KEY: &str = include_str!("../genuine/key.pem");

/// What that court's proofs are, as `casefold prove` wrote them.
const GENUINE: [&str; 3] = [
    include_str!("../genuine/begun.json"),
    include_str!("../genuine/first.json"),
    include_str!("../genuine/hash-only.json"),
];

/// What a proof proves.
#[derive(Debug, PartialEq)]
struct Claims {
    commit: (DocketNumber, Version, Digest),
    of: Version,
    checkpoint: Checkpoint,
}

/// A court whose proofs are known.
struct Court {
    key: PublicKey,
    /// What they prove, with what the commit says where that is told.
    known: Vec<(Claims, Option<DraftCommit>)>,
}

static COURT: LazyLock<Court> = LazyLock::new(|| {
    let key = KEY.parse().expect("the key is one");
    let known = GENUINE.map(|text| {
        let proof = Proof::parse(text).expect("it is a proof");
        claims(&proof.check(&key).expect("it proves"))
    });
    let known = known.into();
    Court { key, known }
});

fn claims(proven: &Proven<'_>) -> (Claims, Option<DraftCommit>) {
    let claims = Claims {
        commit: (proven.docket_number, proven.version, proven.hash),
        of: proven.case_version,
        checkpoint: proven.checkpoint.says.clone(),
    };
    (claims, proven.content.ok().cloned())
}

/// A proof, as a file has it.
///
/// # Panics
/// Where a proof is accepted that proves something that was not in the record.
pub fn proof(data: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(data) else {
        return Outcome::Refused;
    };
    let Ok(proof) = Proof::parse(text) else {
        return Outcome::Refused;
    };
    let written = serde_json::to_string(&proof).expect("a proof is written");
    assert_eq!(Proof::parse(&written).expect("and read"), proof);
    let Court { key, known } = &*COURT;
    let Ok(proven) = proof.check(key) else {
        return Outcome::Refused;
    };
    let (claims, content) = claims(&proven);
    let (_, genuine) = known
        .iter()
        .find(|(known, _)| *known == claims)
        .expect("nothing is proven but what was in the record");
    if let (Some(told), Some(genuine)) = (&content, genuine) {
        assert_eq!(told, genuine, "what a commit says stands in its hash");
    }
    Outcome::Taken
}
