//! A proof that stands by itself: with it and a public key anybody can check, without asking
//! anybody, that a commit was in the court's record at the time of a checkpoint.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::checkpoint::SignedCheckpoint;
use super::heads::{Bucket, BucketHead, CaseHead, commit_leaf};
use super::key::{PublicKey, SignatureError};
use super::merkle::root_by_path;
use crate::commit::{Commit, Digest, DraftCommit};
use crate::ids::{DocketNumber, Version};

/// The form of proofs that this build writes and reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// The first.
    #[serde(rename = "casefold.proof.v1")]
    V1,
}

/// A proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Proof {
    /// Its form.
    pub form: Form,
    /// The commit, in its case's history.
    pub commit: ProvenCommit,
    /// The case, in its bucket.
    pub case: ProvenCase,
    /// The bucket, among all.
    pub bucket: ProvenBucket,
    /// The signed root over all.
    pub checkpoint: SignedCheckpoint,
}

/// A commit, and its way to the root of its case's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProvenCommit {
    /// Its number in the case.
    pub version: Version,
    /// Its hash.
    pub hash: Digest,
    /// The hashes beside the way, the lowest first.
    pub path: Vec<Digest>,
    /// What it says, where that is told.
    pub content: Content,
}

/// What a commit says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Content {
    /// All of it, as it is stored.
    Stored {
        /// The hash of the commit before.
        prev_hash: Digest,
        /// All fields over which the hash is made.
        draft: Box<DraftCommit>,
    },
    /// It is kept back, for this reason.
    Withheld(Withheld),
}

/// Why the content of a commit is kept back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Withheld {
    /// The case is sealed.
    CaseSealed,
    /// The commit is about a docket entry that is sealed.
    EntrySealed,
    /// The commit has an address that is sealed.
    AddressSealed,
    /// The build that made the proof could not tell whether something of it is sealed.
    Unknown,
    /// Whoever made the proof wanted it so.
    Asked,
}

impl Withheld {
    /// The reason, in words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::CaseSealed => "the case was sealed when the proof was made",
            Self::EntrySealed => "the docket entry was sealed when the proof was made",
            Self::AddressSealed => "an address in it was sealed when the proof was made",
            Self::Unknown => "it could not be told whether something of it is sealed",
            Self::Asked => "the proof was asked for without it",
        }
    }
}

/// A case, and its way to the root of its bucket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProvenCase {
    /// The case.
    pub docket_number: DocketNumber,
    /// How many commits it had.
    pub version: Version,
    /// The hash of the last of them.
    pub head: Digest,
    /// Its place among the cases of the bucket, from 0.
    pub index: u64,
    /// The hashes beside the way, the lowest first.
    pub path: Vec<Digest>,
}

/// A bucket, and its way to the checkpoint's root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProvenBucket {
    /// The bucket.
    pub name: Bucket,
    /// How many cases it had.
    pub cases: u64,
    /// How many commits these had.
    pub commits: u64,
    /// Its place among the buckets, from 0.
    pub index: u64,
    /// Of how many.
    pub of: u64,
    /// The hashes beside the way, the lowest first.
    pub path: Vec<Digest>,
}

/// What is no proof that this build can read.
#[derive(Debug, thiserror::Error)]
pub enum ProofFileError {
    /// It is not of the form.
    #[error("this is no proof of the form casefold.proof.v1: {0}")]
    Form(#[from] serde_json::Error),
    /// It has more than the form has, or has it written otherwise.
    #[error(
        "this proof has something that this build does not write; check it with the build that \
         made it"
    )]
    Other,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// The checkpoint wasn't signed with the key.
    #[error("the checkpoint is not signed with the given key: {0}")]
    Signature(#[from] SignatureError),
    /// The content isn't that of a commit of this hash.
    #[error("the content of the commit does not fit its hash, case and version")]
    Content,
    /// The commit isn't among those of the case.
    #[error("the commit is not in the history of the case that the proof tells of")]
    Commit,
    /// The case isn't in the bucket, or not in this one.
    #[error("the case is not in the part of the record that the proof tells of")]
    Case,
    /// The bucket isn't among those of the checkpoint.
    #[error("that part of the record is not in the checkpoint")]
    Bucket,
}

/// What a proof proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven<'a> {
    /// The case.
    pub docket_number: DocketNumber,
    /// The commit's number in it.
    pub version: Version,
    /// The commit's hash, which by the chain stands for all commits before it.
    pub hash: Digest,
    /// How many commits the case had.
    pub case_version: Version,
    /// What the commit says, or why that is kept back.
    pub content: Result<&'a DraftCommit, Withheld>,
    /// The checkpoint in which it was.
    pub checkpoint: &'a SignedCheckpoint,
}

impl Proof {
    /// Reads a proof. What isn't written as this build writes it is refused, so that nothing is
    /// passed over that a later build may have meant.
    ///
    /// # Errors
    /// [`ProofFileError`].
    pub fn parse(text: &str) -> Result<Self, ProofFileError> {
        let proof: Self = serde_json::from_str(text)?;
        let as_given: Value = serde_json::from_str(text)?;
        if serde_json::to_value(&proof)? != as_given {
            return Err(ProofFileError::Other);
        }
        Ok(proof)
    }

    /// Checks the proof against a key.
    ///
    /// # Errors
    /// [`Unproven`] says what doesn't hold.
    pub fn check(&self, key: &PublicKey) -> Result<Proven<'_>, Unproven> {
        self.checkpoint.verify(key)?;
        let number = self.case.docket_number;
        let content = match &self.commit.content {
            Content::Withheld(reason) => Err(*reason),
            Content::Stored { prev_hash, draft } => {
                let Commit { hash, .. } = draft.as_ref().clone().seal(*prev_hash);
                let reference = (draft.docket_number, draft.version, hash);
                if reference != (number, self.commit.version, self.commit.hash) {
                    return Err(Unproven::Content);
                }
                Ok(draft.as_ref())
            }
        };
        let court = self.bucket_head()?.leaf();
        let ProvenBucket {
            index, of, path, ..
        } = &self.bucket;
        let root = root_by_path(court, *index, *of, path).ok_or(Unproven::Bucket)?;
        if root != self.checkpoint.says.root {
            return Err(Unproven::Bucket);
        }
        Ok(Proven {
            docket_number: number,
            version: self.commit.version,
            hash: self.commit.hash,
            case_version: self.case.version,
            content,
            checkpoint: &self.checkpoint,
        })
    }

    /// The root of the case's history by the commit's path, as far as it can be one.
    fn case_head(&self) -> Result<CaseHead, Unproven> {
        let ProvenCommit {
            version,
            hash,
            path,
            ..
        } = &self.commit;
        let index = version.0.checked_sub(1).ok_or(Unproven::Commit)?;
        let leaf = commit_leaf(hash);
        let size = self.case.version;
        let history = root_by_path(leaf, index, size.0, path).ok_or(Unproven::Commit)?;
        if *version == size && *hash != self.case.head {
            return Err(Unproven::Commit);
        }
        Ok(CaseHead {
            docket_number: self.case.docket_number,
            version: size,
            head: self.case.head,
            history,
        })
    }

    fn bucket_head(&self) -> Result<BucketHead, Unproven> {
        let leaf = self.case_head()?.leaf();
        let ProvenCase {
            docket_number,
            index,
            path,
            ..
        } = &self.case;
        let ProvenBucket {
            name,
            cases,
            commits,
            ..
        } = self.bucket;
        if Bucket::of(*docket_number) != name {
            return Err(Unproven::Case);
        }
        Ok(BucketHead {
            bucket: name,
            cases,
            commits,
            root: root_by_path(leaf, *index, cases, path).ok_or(Unproven::Case)?,
        })
    }
}
