//! The proof of one commit, from the last checkpoint that is in order.
//!
//! What goes into it is what is stored, ciphertext where that is what is stored. What is sealed
//! stays sealed: then the proof is of the commit's hash alone.

use std::collections::BTreeSet;

use casefold_events::proof::checkpoint::SignedCheckpoint;
use casefold_events::proof::file::{
    Content, Form, Proof, ProvenBucket, ProvenCase, ProvenCommit, Withheld,
};
use casefold_events::proof::heads::{Bucket, GrownHead, commit_leaf};
use casefold_events::proof::merkle;
use casefold_events::{
    CaseEvent, Commit, CommitRef, ContactId, Digest, DocketEntryId, DocketNumber, Timestamp,
};
use casefold_shared::case::{Case, DocketEntry};
use casefold_shared::gateway::{
    BucketPlace, CheckpointStore, EventStore, FoundCheckpoint, KeptCheckpoint, StoreError,
};

use super::chain::{Finding, Recorded, look};
use super::record::{CheckpointFinding, CheckpointWrong, directory, heads};
use crate::history::History;

/// Whether a proof has what the commit says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// All of it, unless something of it is sealed.
    WhatIsNotSealed,
    /// Its hash alone.
    TheHashAlone,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// There is no such commit.
    #[error("there is no commit {} of case {}", .0.version, .0.docket_number)]
    NoSuchCommit(CommitRef),
    /// No checkpoint has it yet.
    #[error(
        "commit {} of case {} is in no checkpoint yet{}; write one with `casefold checkpoint`, or \
         say --new-checkpoint", .commit.version, .commit.docket_number, last_of(.last)
    )]
    NotCovered {
        /// The commit.
        commit: CommitRef,
        /// The last checkpoint: its number and its time.
        last: Option<(u64, Timestamp)>,
    },
    /// The case is not what it was.
    #[error("case {} can't be proved: {}; see `casefold verify`", .0.docket_number, .0.kind)]
    Broken(Finding),
    /// The checkpoint is not what it was.
    #[error("checkpoint {} {}; see `casefold verify`", .0.number, .0.kind)]
    Checkpoint(CheckpointFinding),
    /// The store failed.
    #[error("the store can't be read now; try again")]
    Store(#[from] StoreError),
}

fn last_of(last: &Option<(u64, Timestamp)>) -> String {
    last.map_or_else(String::new, |(number, at)| {
        format!(" (the last one, {number}, is of {at})")
    })
}

/// Makes the proof of a commit.
///
/// # Errors
/// [`ProveError`] says why there is none.
pub async fn prove(
    events: &dyn EventStore,
    checkpoints: &dyn CheckpointStore,
    commit: CommitRef,
    telling: Telling,
) -> Result<Proof, ProveError> {
    let history = History::read(events, commit.docket_number).await?;
    let is_there = |it: &&Commit| it.version == commit.version;
    let Some(proven) = history.commits.iter().find(is_there) else {
        let finding = look(&history, None).finding;
        return Err(match finding {
            Some(finding) => ProveError::Broken(finding),
            None => ProveError::NoSuchCommit(commit),
        });
    };
    let Some(covered) = Covered::find(checkpoints, commit.docket_number).await? else {
        return Err(ProveError::NotCovered { commit, last: None });
    };
    let says = &covered.checkpoint.says;
    let recorded = covered.case().filter(|it| it.version() >= commit.version);
    let Some(recorded) = recorded else {
        return Err(ProveError::NotCovered {
            commit,
            last: Some((says.number, says.at)),
        });
    };
    let case_version = recorded.version();
    let looked = look(
        &history,
        Some(Recorded {
            version: case_version,
            head: recorded.head,
        }),
    );
    // What is wrong further on keeps nobody from proving what came before.
    if let Some(finding) = looked.finding.filter(|it| it.trusted_to < case_version) {
        return Err(ProveError::Broken(finding));
    }
    let leaves: Vec<Digest> = history
        .commits
        .iter()
        .map(|it| commit_leaf(&it.hash))
        .collect();
    let leaves = &leaves[..index(case_version.0).min(leaves.len())];
    let path = merkle::path(leaves, index(commit.version.0 - 1));
    let content = match withheld(&history, proven, telling) {
        Some(reason) => Content::Withheld(reason),
        None => Content::Stored {
            prev_hash: proven.prev_hash,
            draft: Box::new(proven.draft.clone()),
        },
    };
    let of_commit = ProvenCommit {
        version: commit.version,
        hash: proven.hash,
        path: path.unwrap_or_default(),
        content,
    };
    covered
        .proof(of_commit)
        .ok_or(ProveError::NoSuchCommit(commit))
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The checkpoint and the bucket that a case is in, or would be.
struct Covered {
    docket_number: DocketNumber,
    checkpoint: SignedCheckpoint,
    directory: Vec<BucketPlace>,
    /// Where in the directory the bucket is, and its cases.
    bucket: Option<(usize, Vec<GrownHead>)>,
}

impl Covered {
    /// `None` where there is no checkpoint.
    async fn find(
        checkpoints: &dyn CheckpointStore,
        docket_number: DocketNumber,
    ) -> Result<Option<Self>, ProveError> {
        let Some(FoundCheckpoint { number, kept }) = checkpoints.signed_checkpoint_latest().await?
        else {
            return Ok(None);
        };
        let wrong = |kind| ProveError::Checkpoint(CheckpointFinding { number, kind });
        let kept = kept.map_err(|problem| wrong(CheckpointWrong::Unreadable { problem }))?;
        let contents = |bucket| wrong(CheckpointWrong::Contents { bucket });
        let directory = directory(checkpoints, &kept).await?;
        let directory = directory.ok_or_else(|| contents(None))?;
        let name = Bucket::of(docket_number);
        let at = directory.iter().position(|it| it.head.bucket == name);
        let bucket = match at.and_then(|at| Some((at, directory.get(at)?))) {
            None => None,
            Some((at, place)) => {
                let heads = heads(checkpoints, place).await?;
                Some((at, heads.ok_or_else(|| contents(Some(name)))?))
            }
        };
        let KeptCheckpoint { signed, .. } = kept;
        Ok(Some(Self {
            docket_number,
            checkpoint: signed,
            directory,
            bucket,
        }))
    }

    fn case(&self) -> Option<&GrownHead> {
        let (_, heads) = self.bucket.as_ref()?;
        heads
            .iter()
            .find(|it| it.docket_number == self.docket_number)
    }

    fn proof(self, commit: ProvenCommit) -> Option<Proof> {
        let case = self.case()?.case_head();
        let (at, heads) = self.bucket?;
        let in_bucket = heads
            .iter()
            .position(|it| it.docket_number == case.docket_number)?;
        let leaves: Vec<_> = heads.iter().map(|it| it.case_head().leaf()).collect();
        let of_bucket = self.directory.get(at)?.head;
        let buckets: Vec<_> = self.directory.iter().map(|it| it.head.leaf()).collect();
        Some(Proof {
            form: Form::V1,
            commit,
            case: ProvenCase {
                docket_number: case.docket_number,
                version: case.version,
                head: case.head,
                index: in_bucket as u64,
                path: merkle::path(&leaves, in_bucket)?,
            },
            bucket: ProvenBucket {
                name: of_bucket.bucket,
                cases: of_bucket.cases,
                commits: of_bucket.commits,
                index: at as u64,
                of: buckets.len() as u64,
                path: merkle::path(&buckets, at)?,
            },
            checkpoint: self.checkpoint,
        })
    }
}

/// Why the content of a commit is kept back, where it is. What this build can't tell is taken
/// for sealed.
fn withheld(history: &History, commit: &Commit, telling: Telling) -> Option<Withheld> {
    if telling == Telling::TheHashAlone {
        return Some(Withheld::Asked);
    }
    let (Some(sealed), Ok(events)) = (Sealed::of(history), commit.decode()) else {
        return Some(Withheld::Unknown);
    };
    if sealed.case {
        return Some(Withheld::CaseSealed);
    }
    // What is kept of a source, whole, has what was sealed since.
    let of_source = |event: &CaseEvent| matches!(event, CaseEvent::CaseImported(_));
    let has_source = events.iter().any(of_source);
    let mut entries = events.iter().filter_map(CaseEvent::docket_entry_id);
    if entries.any(|id| sealed.entries.contains(&id)) || has_source && !sealed.entries.is_empty() {
        return Some(Withheld::EntrySealed);
    }
    let mut contacts = events.iter().flat_map(CaseEvent::contacts);
    let has_address = contacts.any(|it| sealed.addresses.contains(&it.contact_id));
    (has_address || has_source && !sealed.addresses.is_empty()).then_some(Withheld::AddressSealed)
}

/// What is sealed of a case now.
#[derive(Default)]
struct Sealed {
    case: bool,
    entries: BTreeSet<DocketEntryId>,
    addresses: BTreeSet<ContactId>,
}

impl Sealed {
    /// `None` where it can't be told. What is not in the case any more stays as it was left.
    fn of(history: &History) -> Option<Self> {
        let mut case: Option<Case> = None;
        let mut sealed = Self::default();
        for commit in &history.commits {
            for event in commit.decode().ok()? {
                sealed.after(&event);
            }
            case = Some(Case::fold(case, commit).ok()?);
        }
        let case = case.filter(|_| history.unreadable.is_none())?;
        sealed.case = case.is_sealed();
        let of_docket = case
            .docket
            .off_record()
            .iter()
            .chain(case.docket.on_record());
        let entries = of_docket.filter(|it| it.sealed_to.is_some());
        sealed.entries.extend(entries.map(DocketEntry::id));
        let contacts = case.parties.iter().filter(|it| it.is_address_sealed);
        sealed.addresses.extend(contacts.map(|it| it.contact_id));
        Some(sealed)
    }

    fn after(&mut self, event: &CaseEvent) {
        for contact in event.contacts().iter().filter(|it| it.is_address_sealed) {
            self.addresses.insert(contact.contact_id);
        }
        if let CaseEvent::DocketEntrySealed(event) = event {
            self.entries.insert(event.docket_entry_id);
        } else if let CaseEvent::DocketEntryUnsealed(event) = event {
            self.entries.remove(&event.docket_entry_id);
        } else if let CaseEvent::AddressSealed(event) = event {
            self.addresses.insert(event.contact_id);
        } else if let CaseEvent::AddressUnsealed(event) = event {
            self.addresses.remove(&event.contact_id);
        }
    }
}
