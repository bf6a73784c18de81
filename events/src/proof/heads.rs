//! The trees of a court: over the commits of each case, and over the heads of all cases.
//!
//! Cases are in the order of their docket numbers, in **buckets** of 256 consecutive numbers of a
//! year. A checkpoint is over many cases, of which few change from one to the next: only their
//! buckets are stored anew, and a proof has one bucket's path and the path over the buckets.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::merkle::{self, Peaks};
use crate::commit::Digest;
use crate::ids::{DocketNumber, Version};

/// How many consecutive docket numbers a bucket is for.
pub const NUMBERS_A_BUCKET: u32 = 256;

/// The names of the encodings over which leaves are hashed.
const CASE_DOMAIN: &str = "casefold.proof.case.v1";
const BUCKET_DOMAIN: &str = "casefold.proof.bucket.v1";

/// The leaf of a commit in its case's history tree.
pub fn commit_leaf(hash: &Digest) -> Digest {
    merkle::leaf(hash.as_bytes())
}

/// The head of a case: how far its history has come, and what stands for all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseHead {
    /// The case.
    pub docket_number: DocketNumber,
    /// How many commits it has.
    pub version: Version,
    /// The hash of the last of them.
    pub head: Digest,
    /// The root of the tree over the hashes of all of them.
    pub history: Digest,
}

impl CaseHead {
    /// The leaf of the case in its bucket's tree.
    pub fn leaf(&self) -> Digest {
        let (number, version) = (self.docket_number.to_string(), self.version.to_string());
        let fields: [&[u8]; 4] = [
            number.as_bytes(),
            version.as_bytes(),
            self.head.as_bytes(),
            self.history.as_bytes(),
        ];
        merkle::leaf(Digest::of_fields(CASE_DOMAIN, fields).as_bytes())
    }
}

/// The head of a case with the peaks of its history's tree, from which it can grow on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrownHead {
    /// The case.
    pub docket_number: DocketNumber,
    /// The hash of its last commit.
    pub head: Digest,
    /// The tree over the hashes of all its commits; its size is the case's version.
    pub history: Peaks,
}

impl GrownHead {
    /// A case before its first commit.
    pub fn new(docket_number: DocketNumber) -> Self {
        Self {
            docket_number,
            head: Digest::ZERO,
            history: Peaks::default(),
        }
    }

    /// Goes on by a commit of this hash.
    pub fn push(&mut self, hash: Digest) {
        self.history.push(commit_leaf(&hash));
        self.head = hash;
    }

    /// How many commits the case has.
    pub const fn version(&self) -> Version {
        Version(self.history.size())
    }

    /// The head without the peaks.
    pub fn case_head(&self) -> CaseHead {
        CaseHead {
            docket_number: self.docket_number,
            version: self.version(),
            head: self.head,
            history: self.history.root(),
        }
    }
}

/// A bucket of consecutive docket numbers, written `2026/3`: the year, and which 256 of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket {
    year: u16,
    nth: u32,
}

impl Bucket {
    /// The bucket of a case.
    pub const fn of(docket_number: DocketNumber) -> Self {
        Self {
            year: docket_number.full_year(),
            nth: docket_number.serial() / NUMBERS_A_BUCKET,
        }
    }

    /// A bucket from its parts: the year in full, and which 256 numbers of it, from 0.
    pub const fn new(year: u16, nth: u32) -> Self {
        Self { year, nth }
    }

    /// The year in full.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// Which 256 numbers of the year, from 0.
    pub const fn nth(self) -> u32 {
        self.nth
    }
}

impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.year, self.nth)
    }
}

/// Text that is not the name of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a bucket is a year, a slash and a number, for example 2026/3")]
pub struct BucketError;

impl FromStr for Bucket {
    type Err = BucketError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, nth) = text.split_once('/').ok_or(BucketError)?;
        let bucket = Self {
            year: year.parse().map_err(|_| BucketError)?,
            nth: nth.parse().map_err(|_| BucketError)?,
        };
        // One bucket, one name.
        (bucket.to_string() == text)
            .then_some(bucket)
            .ok_or(BucketError)
    }
}

impl Serialize for Bucket {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Bucket {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer)
    }
}

/// What stands for all cases of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketHead {
    /// Which bucket.
    pub bucket: Bucket,
    /// How many cases there are in it.
    pub cases: u64,
    /// How many commits these have.
    pub commits: u64,
    /// The root of the tree over their heads.
    pub root: Digest,
}

impl BucketHead {
    /// The head of a bucket from those of its cases, which are all of the bucket and in their
    /// order.
    pub fn of<'a>(bucket: Bucket, cases: impl IntoIterator<Item = &'a GrownHead>) -> Self {
        let mut commits = 0;
        let leaves: Vec<_> = cases
            .into_iter()
            .map(|case| {
                commits += case.version().0;
                case.case_head().leaf()
            })
            .collect();
        Self {
            bucket,
            cases: leaves.len() as u64,
            commits,
            root: merkle::root(&leaves),
        }
    }

    /// The leaf of the bucket in the tree over all buckets.
    pub fn leaf(&self) -> Digest {
        let texts = [
            self.bucket.to_string(),
            self.cases.to_string(),
            self.commits.to_string(),
        ];
        let fields: [&[u8]; 4] = [
            texts[0].as_bytes(),
            texts[1].as_bytes(),
            texts[2].as_bytes(),
            self.root.as_bytes(),
        ];
        merkle::leaf(Digest::of_fields(BUCKET_DOMAIN, fields).as_bytes())
    }
}

/// What stands for all cases of a court.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CourtHead {
    /// How many cases there are.
    pub cases: u64,
    /// How many commits these have.
    pub commits: u64,
    /// The root of the tree over all buckets.
    pub root: Digest,
}

impl CourtHead {
    /// The head of a court from those of its buckets, in their order.
    pub fn of<'a>(buckets: impl IntoIterator<Item = &'a BucketHead>) -> Self {
        let (mut cases, mut commits) = (0, 0);
        let leaves: Vec<_> = buckets
            .into_iter()
            .map(|bucket| {
                cases += bucket.cases;
                commits += bucket.commits;
                bucket.leaf()
            })
            .collect();
        Self {
            cases,
            commits,
            root: merkle::root(&leaves),
        }
    }
}
