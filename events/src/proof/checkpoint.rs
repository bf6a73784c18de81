//! What is signed: the root over all heads of a court at a time.

use serde::{Deserialize, Serialize};

use super::encode_fields;
use super::key::{Algorithm, PublicKey, Signature, SignatureError};
use crate::commit::Digest;
use crate::time::Timestamp;

/// The name of the encoding that is signed and hashed.
const DOMAIN: &str = "casefold.checkpoint.v1";

/// What a checkpoint says: all that a court's record was at a time, as one hash. Each names the
/// one before, so that none can be taken out between two others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Checkpoint {
    /// The checkpoint's number: 1, 2, 3 …
    pub number: u64,
    /// When its making was begun. What it says of a case was so at this time or a little later.
    pub at: Timestamp,
    /// How many cases there were.
    pub cases: u64,
    /// How many commits these had.
    pub commits: u64,
    /// The root of the tree over all of them.
    pub root: Digest,
    /// The [hash](Self::hash) of the checkpoint before; [`Digest::ZERO`] before the first.
    pub previous: Digest,
    /// The [id](PublicKey::id) of the key that signs it.
    pub key_id: Digest,
    /// How it is signed.
    pub algorithm: Algorithm,
}

impl Checkpoint {
    /// The bytes that are signed: each field in the order of this struct as its length (8 bytes,
    /// big-endian) and its bytes, beginning with the encoding's name (`casefold.checkpoint.v1`).
    /// Numbers and times are text, digests 32 bytes.
    pub fn message(&self) -> Vec<u8> {
        let texts = [
            self.number.to_string(),
            self.at.to_string(),
            self.cases.to_string(),
            self.commits.to_string(),
        ];
        let [number, at, cases, commits] = texts.each_ref().map(|text| text.as_bytes());
        let fields: [&[u8]; 8] = [
            number,
            at,
            cases,
            commits,
            self.root.as_bytes(),
            self.previous.as_bytes(),
            self.key_id.as_bytes(),
            self.algorithm.as_str().as_bytes(),
        ];
        encode_fields(DOMAIN, &fields)
    }

    /// SHA-256 over the [message](Self::message): what the next checkpoint names.
    pub fn hash(&self) -> Digest {
        Digest::of(&self.message())
    }
}

/// A checkpoint with its signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignedCheckpoint {
    /// What it says.
    pub says: Checkpoint,
    /// The signature over its [message](Checkpoint::message).
    pub signature: Signature,
}

impl SignedCheckpoint {
    /// Checks that it was signed with a key, by the key's own algorithm.
    ///
    /// # Errors
    /// [`SignatureError`] says how it wasn't.
    pub fn verify(&self, key: &PublicKey) -> Result<(), SignatureError> {
        if self.says.key_id != key.id() || self.says.algorithm != key.algorithm() {
            return Err(SignatureError::OtherKey(self.says.key_id));
        }
        key.verify(&self.says.message(), &self.signature)
    }
}
