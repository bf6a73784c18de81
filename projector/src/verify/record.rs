//! What was signed: the checkpoints that there are, whether each is in order, and how each case
//! stood at the last one that is.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use casefold_events::proof::checkpoint::SignedCheckpoint;
use casefold_events::proof::heads::{Bucket, BucketHead, CourtHead, GrownHead};
use casefold_events::proof::key::PublicKey;
use casefold_events::{Digest, DocketNumber};
use casefold_shared::gateway::{
    BucketPlace, CheckpointStore, ControlStore, FoundCheckpoint, KeptCheckpoint, StoreError,
};
use futures::future::try_join_all;
use serde::Serialize;

use super::chain::Recorded;

/// How many buckets are read at a time.
const READS: usize = 16;

/// Under which name the control store has the last checkpoint. It can be lost; then a last
/// checkpoint that was removed is missed by nobody here.
const PLACE: &str = "signed-checkpoint";

/// Something that is wrong with a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckpointFinding {
    /// The checkpoint's number.
    pub number: u64,
    /// What is wrong.
    #[serde(flatten)]
    pub kind: CheckpointWrong,
}

/// What can be wrong with a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(
    tag = "finding",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum CheckpointWrong {
    /// It is not there, though a later one is, or it is known elsewhere that it was written.
    Missing,
    /// It is not of the form in which checkpoints are stored.
    Unreadable {
        /// What is wrong with it.
        problem: String,
    },
    /// It does not name the checkpoint before it.
    NotChained,
    /// It isn't signed with a key that was given.
    Forged {
        /// How not.
        problem: String,
    },
    /// It is another one than was seen before.
    Replaced,
    /// What it stands over is not what was signed, in this part or as a whole.
    Contents {
        /// The part.
        #[serde(skip_serializing_if = "Option::is_none")]
        bucket: Option<Bucket>,
    },
}

impl fmt::Display for CheckpointWrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Unreadable { problem } => write!(f, "can't be read: {problem}"),
            Self::NotChained => f.write_str("does not name the checkpoint before it"),
            Self::Forged { problem } => write!(f, "is forged: {problem}"),
            Self::Replaced => f.write_str("is another one than was seen before"),
            Self::Contents { bucket: None } => {
                f.write_str("stands over other contents than are stored")
            }
            Self::Contents {
                bucket: Some(bucket),
            } => write!(f, "stands over other heads than are stored for {bucket}"),
        }
    }
}

/// A checkpoint that somebody has seen, and keeps elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: Digest,
}

/// What was signed.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The last checkpoint that is in order.
    pub latest: Option<KeptCheckpoint>,
    /// The highest number that there is.
    pub highest: u64,
    /// The buckets of the last checkpoint, in their order.
    pub directory: BTreeMap<Bucket, BucketPlace>,
    /// How each case stood at it.
    pub cases: HashMap<DocketNumber, Recorded>,
    /// What is wrong.
    pub findings: Vec<CheckpointFinding>,
    /// Whether signatures were checked: against no key none can be.
    pub signatures_checked: bool,
}

/// Where checkpoints are, and what is known of them beside the store.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The checkpoints.
    pub checkpoints: &'a dyn CheckpointStore,
    /// Where the number of the last one is noted as well.
    pub control: &'a dyn ControlStore,
    /// The keys with which they may be signed; where there are none, signatures aren't checked.
    pub keys: &'a [PublicKey],
    /// Checkpoints that were seen before.
    pub seen: &'a [Seen],
}

impl Record {
    /// Reads all checkpoints, and how each case stood at the last one that is in order.
    ///
    /// # Errors
    /// [`StoreError`] where the store can't be read now. What is there and unreadable is a
    /// finding.
    pub async fn read(from: Sources<'_>) -> Result<Self, StoreError> {
        let (mut record, headers) = Self::read_headers(from).await?;
        // One whose contents are not what was signed says nothing of the cases; the one before
        // it may.
        for kept in headers.into_iter().rev() {
            if record.take_contents(from.checkpoints, kept).await? {
                break;
            }
        }
        Ok(record)
    }

    /// Reads all checkpoints without what they stand over: those that are in order, and what is
    /// wrong with the others.
    async fn read_headers(from: Sources<'_>) -> Result<(Self, Vec<KeptCheckpoint>), StoreError> {
        let found = from.checkpoints.signed_checkpoints().await?;
        let noted = from.control.checkpoint_get(PLACE).await?;
        let noted = noted.and_then(|text| text.parse().ok());
        let seen: Vec<Seen> = from.seen.iter().copied().chain(noted).collect();
        let mut record = Self {
            highest: found.last().map_or(0, |it| it.number),
            signatures_checked: !from.keys.is_empty(),
            ..Self::default()
        };
        let mut all = Vec::new();
        let mut before = Some(Digest::ZERO);
        let mut expected = 1;
        for FoundCheckpoint { number, kept } in found {
            for number in expected..number {
                record.add(number, CheckpointWrong::Missing);
                before = None;
            }
            expected = number + 1;
            let kept = match kept {
                Ok(kept) => kept,
                Err(problem) => {
                    record.add(number, CheckpointWrong::Unreadable { problem });
                    before = None;
                    continue;
                }
            };
            let wrongs = wrongs(&kept.signed, before, &seen);
            before = Some(kept.signed.says.hash());
            all.push((kept, wrongs));
        }
        check_signatures(&mut all, from.keys);
        let mut in_order = Vec::new();
        for (kept, wrongs) in all {
            let number = kept.signed.says.number;
            // One that is the court's own says what it says, whatever became of the one before.
            if wrongs
                .iter()
                .all(|wrong| *wrong == CheckpointWrong::NotChained)
            {
                in_order.push(kept);
            }
            for wrong in wrongs {
                record.add(number, wrong);
            }
        }
        let beyond: BTreeSet<u64> = seen.iter().map(|seen| seen.number).collect();
        for number in beyond.range(expected..) {
            record.add(*number, CheckpointWrong::Missing);
        }
        record.findings.sort_by_key(|finding| finding.number);
        Ok((record, in_order))
    }

    /// Takes over what a checkpoint stands over; `false` where that is not what was signed.
    async fn take_contents(
        &mut self,
        checkpoints: &dyn CheckpointStore,
        kept: KeptCheckpoint,
    ) -> Result<bool, StoreError> {
        let number = kept.signed.says.number;
        let Some(directory) = directory(checkpoints, &kept).await? else {
            self.add(number, CheckpointWrong::Contents { bucket: None });
            return Ok(false);
        };
        for some in directory.chunks(READS) {
            let reading = some.iter().map(|place| heads(checkpoints, place));
            for (place, heads) in some.iter().zip(try_join_all(reading).await?) {
                let Some(heads) = heads else {
                    let bucket = Some(place.head.bucket);
                    self.add(number, CheckpointWrong::Contents { bucket });
                    continue;
                };
                self.cases.extend(heads.iter().map(recorded));
            }
        }
        let by_bucket = directory
            .into_iter()
            .map(|place| (place.head.bucket, place));
        self.directory = by_bucket.collect();
        self.latest = Some(kept);
        Ok(true)
    }

    fn add(&mut self, number: u64, kind: CheckpointWrong) {
        self.findings.push(CheckpointFinding { number, kind });
    }
}

fn recorded(case: &GrownHead) -> (DocketNumber, Recorded) {
    let recorded = Recorded {
        version: case.version(),
        head: case.head,
    };
    (case.docket_number, recorded)
}

/// What is wrong with a checkpoint after the one before it, where that is known, and beside what
/// was seen of it.
fn wrongs(
    signed: &SignedCheckpoint,
    before: Option<Digest>,
    seen: &[Seen],
) -> Vec<CheckpointWrong> {
    let mut wrongs = Vec::new();
    let says = &signed.says;
    if before.is_some_and(|before| before != says.previous) {
        wrongs.push(CheckpointWrong::NotChained);
    }
    let is_other = |seen: &Seen| seen.number == says.number && seen.hash != says.hash();
    if seen.iter().any(is_other) {
        wrongs.push(CheckpointWrong::Replaced);
    }
    wrongs
}

/// Checks signatures, the last one first. A checkpoint that is signed with a key that counts
/// vouches for those before it, for it names their hashes; so a key that isn't used any more
/// need not be known.
fn check_signatures(all: &mut [(KeptCheckpoint, Vec<CheckpointWrong>)], keys: &[PublicKey]) {
    if keys.is_empty() {
        return;
    }
    let mut vouched_for = None;
    for (kept, wrongs) in all.iter_mut().rev() {
        let says = &kept.signed.says;
        let problem = match keys.iter().find(|key| key.id() == says.key_id) {
            Some(key) => kept.signed.verify(key).err().map(|error| error.to_string()),
            None if vouched_for == Some(says.hash()) => None,
            None => Some(format!(
                "it says that it is signed with the key {}, which was not given",
                says.key_id
            )),
        };
        vouched_for = problem.is_none().then_some(says.previous);
        wrongs.extend(problem.map(|problem| CheckpointWrong::Forged { problem }));
    }
}

/// The directory of a checkpoint; `None` where it is not what was signed.
pub(super) async fn directory(
    checkpoints: &dyn CheckpointStore,
    kept: &KeptCheckpoint,
) -> Result<Option<Vec<BucketPlace>>, StoreError> {
    let directory = match checkpoints.checkpoint_directory(kept.contents).await {
        Ok(directory) => directory,
        Err(StoreError::Corrupt { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let says = &kept.signed.says;
    let signed = CourtHead {
        cases: says.cases,
        commits: says.commits,
        root: says.root,
    };
    let court = CourtHead::of(directory.iter().map(|place| &place.head));
    Ok((court == signed).then_some(directory))
}

/// The heads of a bucket's cases; `None` where they are not what stands in the directory.
pub(super) async fn heads(
    checkpoints: &dyn CheckpointStore,
    place: &BucketPlace,
) -> Result<Option<Vec<GrownHead>>, StoreError> {
    let heads = match checkpoints.checkpoint_bucket(place).await {
        Ok(heads) => heads,
        Err(StoreError::Corrupt { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let found = BucketHead::of(place.head.bucket, &heads);
    Ok((found == place.head).then_some(heads))
}

/// Notes a checkpoint beside the store of checkpoints, so that it is missed there.
pub(super) async fn note(
    control: &dyn ControlStore,
    signed: &SignedCheckpoint,
) -> Result<(), StoreError> {
    let says = &signed.says;
    let text = format!("{}:{}", says.number, says.hash());
    control.checkpoint_put(PLACE, &text).await
}

/// Text that names no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a checkpoint is named by its number, a colon and its hash, as `casefold checkpoint` prints it"
)]
pub struct SeenError;

impl std::str::FromStr for Seen {
    type Err = SeenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, hash) = text.split_once(':').ok_or(SeenError)?;
        Ok(Self {
            number: number.parse().map_err(|_| SeenError)?,
            hash: hash.parse().map_err(|_| SeenError)?,
        })
    }
}
