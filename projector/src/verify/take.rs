//! A new checkpoint: the whole record is gone through and verified, compared with the checkpoint
//! before, and then signed.
//!
//! One process makes it, with as many workers as it is given, and keeps all heads in its memory
//! meanwhile. One that is stopped has signed nothing, and the next begins anew. Commits go on
//! being appended; each case is in the checkpoint as the scan met it, which is sound by itself.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, PoisonError};

use casefold_events::proof::checkpoint::{Checkpoint, SignedCheckpoint};
use casefold_events::proof::heads::{Bucket, BucketHead, CourtHead, GrownHead};
use casefold_events::{Digest, DocketNumber};
use casefold_shared::gateway::{
    BucketPlace, CheckpointOutcome, KeptCheckpoint, NewCheckpoint, StoreError,
};
use casefold_shared::signing::{SignError, Signer};
use serde::Serialize;
use tokio::sync::watch;
use uuid::Uuid;

use super::alone::Alone;
use super::record::{Record, note};
use super::{Heads, Verify, VerifyConfig, VerifyReport, VerifyStatus};
use crate::rebuild::Progress;
use crate::rebuild::passage::Passage;

/// What became of a new checkpoint.
#[derive(Clone, Debug)]
pub enum Taken {
    /// It was signed and written.
    Written {
        /// The checkpoint.
        signed: Box<SignedCheckpoint>,
        /// How many buckets had changed and were written with it.
        buckets: usize,
    },
    /// Nothing has changed since the last one, which is this; none was written.
    Unchanged(Box<SignedCheckpoint>),
    /// There is no case yet.
    Empty,
    /// Something is wrong, so nothing was signed.
    Found,
    /// It was told to stop.
    Stopped,
}

/// What became of a new checkpoint, as it is told.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    /// In a word: `written`, `unchanged`, `empty`, `notSigned` or `stopped`.
    pub outcome: &'static str,
    /// The checkpoint, where there is one now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<ToldCheckpoint>,
    /// How many buckets were written with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buckets_written: Option<usize>,
}

/// A checkpoint as it is told.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToldCheckpoint {
    /// What it says.
    #[serde(flatten)]
    pub says: Checkpoint,
    /// The hash of that, by which the next one names it.
    pub hash: Digest,
}

impl Taken {
    /// What to tell of it.
    pub fn told(&self) -> Told {
        let (outcome, signed, buckets_written) = match self {
            Self::Written { signed, buckets } => ("written", Some(signed), Some(*buckets)),
            Self::Unchanged(signed) => ("unchanged", Some(signed), None),
            Self::Empty => ("empty", None, None),
            Self::Found => ("notSigned", None, None),
            Self::Stopped => ("stopped", None, None),
        };
        Told {
            outcome,
            checkpoint: signed.map(|signed| ToldCheckpoint {
                says: signed.says.clone(),
                hash: signed.says.hash(),
            }),
            buckets_written,
        }
    }
}

/// Why there is no new checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The store failed.
    #[error("the store failed; nothing was signed, run it again")]
    Store(#[from] StoreError),
    /// There is no signature to be had.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// Another process was faster.
    #[error("another checkpoint of number {0} was written meanwhile; run it again")]
    NumberTaken(u64),
}

impl Verify {
    /// Verifies the whole record and signs what it is, unless something is wrong with it, or it
    /// is as it was at the last checkpoint.
    ///
    /// # Errors
    /// [`TakeError`]; nothing was signed then, or nothing that can be found.
    pub async fn take_checkpoint(
        &self,
        signer: &dyn Signer,
        config: VerifyConfig,
        progress: &dyn Progress<VerifyStatus>,
        stop: &watch::Receiver<bool>,
    ) -> Result<(Taken, VerifyReport), TakeError> {
        let (stores, _) = (self.stores)();
        let at = self.clock.now();
        let record = Arc::new(self.record(&*stores.control).await?);
        let passage = Passage {
            leases: Arc::new(Alone::default()),
            clock: self.clock.clone(),
            group: "checkpoint".to_owned(),
            of: config.segments.max(1),
        };
        let heads = Arc::new(Heads::default());
        let workers = self.workers(config.workers, &record, Some(&heads));
        let mut sum = passage
            .run(workers, stop, &|sum| {
                progress.at(&VerifyStatus::of(sum.clone()));
            })
            .await?;
        let complete = sum.ended == sum.of;
        if complete {
            self.add_dropped(&stores, &record, &mut sum.counts).await?;
        }
        let report = VerifyReport::new(&record, VerifyStatus::of(sum), complete);
        if !complete {
            return Ok((Taken::Stopped, report));
        }
        if !report.has_no_findings() {
            return Ok((Taken::Found, report));
        }
        let heads = mem::take(&mut *heads.lock().unwrap_or_else(PoisonError::into_inner));
        let draft = Draft::of(&record, heads, self.clock.new_id());
        let latest = record.latest.as_ref().map(|kept| &kept.signed);
        let taken = match latest {
            None if draft.court.cases == 0 => Taken::Empty,
            Some(latest) if latest.says.root == draft.court.root => {
                Taken::Unchanged(Box::new(latest.clone()))
            }
            Some(_) | None => {
                let previous = latest.map_or(Digest::ZERO, |latest| latest.says.hash());
                let CourtHead {
                    cases,
                    commits,
                    root,
                } = draft.court;
                let says = Checkpoint {
                    number: record.highest + 1,
                    at,
                    cases,
                    commits,
                    root,
                    previous,
                    key_id: signer.public_key().id(),
                    algorithm: signer.public_key().algorithm(),
                };
                let signature = signer.sign(&says.message()).await?;
                let signed = SignedCheckpoint { says, signature };
                let buckets = draft.changed.len();
                self.write(&signed, draft).await?;
                note(&*stores.control, &signed).await?;
                let signed = Box::new(signed);
                Taken::Written { signed, buckets }
            }
        };
        Ok((taken, report))
    }

    async fn write(&self, signed: &SignedCheckpoint, draft: Draft) -> Result<(), TakeError> {
        let Draft {
            contents,
            directory,
            changed,
            ..
        } = draft;
        let changed: Vec<_> = changed
            .iter()
            .map(|(place, heads)| (*place, heads.as_slice()))
            .collect();
        let kept = KeptCheckpoint {
            signed: signed.clone(),
            contents,
        };
        let new = NewCheckpoint {
            kept: &kept,
            directory: &directory,
            changed: &changed,
        };
        match self.checkpoints.signed_checkpoint_append(new).await? {
            CheckpointOutcome::Written => Ok(()),
            CheckpointOutcome::NumberTaken => Err(TakeError::NumberTaken(signed.says.number)),
        }
    }
}

/// What a checkpoint will stand over.
struct Draft {
    contents: Uuid,
    court: CourtHead,
    directory: Vec<BucketPlace>,
    changed: Vec<(BucketPlace, Vec<GrownHead>)>,
}

impl Draft {
    /// Takes over the buckets that are as they were at the last checkpoint.
    fn of(
        record: &Record,
        heads: BTreeMap<Bucket, BTreeMap<DocketNumber, GrownHead>>,
        contents: Uuid,
    ) -> Self {
        let (mut directory, mut changed) = (Vec::new(), Vec::new());
        for (bucket, heads) in heads {
            let head = BucketHead::of(bucket, heads.values());
            let before = record.directory.get(&bucket);
            if let Some(before) = before.filter(|it| it.head == head) {
                directory.push(*before);
                continue;
            }
            let place = BucketPlace { head, contents };
            directory.push(place);
            changed.push((place, heads.into_values().collect()));
        }
        Self {
            contents,
            court: CourtHead::of(directory.iter().map(|place| &place.head)),
            directory,
            changed,
        }
    }
}
