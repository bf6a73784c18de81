//! Keeping signed checkpoints, with all that they stand over.

use async_trait::async_trait;
use casefold_events::proof::checkpoint::SignedCheckpoint;
use casefold_events::proof::heads::{BucketHead, GrownHead};
use uuid::Uuid;

use super::StoreError;

/// Keeps checkpoints for ever. There is nothing here that changes or removes one.
#[async_trait]
pub trait CheckpointStore: Send + Sync {
    /// Writes what a checkpoint stands over, and then the checkpoint itself, on the condition
    /// that there is none of its number. One that died half-way does not exist; what it left
    /// behind is in nobody's way.
    async fn signed_checkpoint_append(
        &self,
        checkpoint: NewCheckpoint<'_>,
    ) -> Result<CheckpointOutcome, StoreError>;

    /// The checkpoint of the highest number, where there is one. Strongly consistent.
    async fn signed_checkpoint_latest(&self) -> Result<Option<FoundCheckpoint>, StoreError>;

    /// Every checkpoint, in the order of their numbers. Strongly consistent.
    async fn signed_checkpoints(&self) -> Result<Vec<FoundCheckpoint>, StoreError>;

    /// The buckets that a checkpoint stands over, in their order.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where what is there is not what was written.
    async fn checkpoint_directory(&self, contents: Uuid) -> Result<Vec<BucketPlace>, StoreError>;

    /// The heads of a bucket's cases, in their order; none where nothing is there.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where what is there is not what was written.
    async fn checkpoint_bucket(&self, place: &BucketPlace) -> Result<Vec<GrownHead>, StoreError>;
}

/// A checkpoint as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCheckpoint {
    /// The checkpoint.
    pub signed: SignedCheckpoint,
    /// Under which name its directory is kept. It is not signed, for what is found there proves
    /// itself by the root.
    pub contents: Uuid,
}

/// A checkpoint that was looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundCheckpoint {
    /// Its number, by its key.
    pub number: u64,
    /// The checkpoint, or what keeps it from being read, without personal data.
    pub kept: Result<KeptCheckpoint, String>,
}

/// A bucket as a checkpoint has it: its head, and where its cases are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketPlace {
    /// What stands for its cases.
    pub head: BucketHead,
    /// The [contents](KeptCheckpoint::contents) of the checkpoint in which the bucket was last
    /// written: one that hasn't changed since is not written again.
    pub contents: Uuid,
}

/// A checkpoint to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewCheckpoint<'a> {
    /// The checkpoint, under contents of a new name.
    pub kept: &'a KeptCheckpoint,
    /// All buckets, in their order.
    pub directory: &'a [BucketPlace],
    /// The heads of the cases of each bucket that is written with this checkpoint.
    pub changed: &'a [(BucketPlace, &'a [GrownHead])],
}

/// How writing a checkpoint went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointOutcome {
    /// It is durable.
    Written,
    /// Another one of its number is there. Nothing that can be found was written.
    NumberTaken,
}
