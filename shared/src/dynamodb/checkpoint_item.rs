//! Checkpoints as items: a header for each, and what it stands over in a compact form.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::proof::checkpoint::{Checkpoint, SignedCheckpoint};
use casefold_events::proof::heads::{Bucket, BucketHead, GrownHead};
use casefold_events::proof::merkle::Peaks;
use casefold_events::{Digest, DocketNumber};
use uuid::Uuid;

use super::item::{Item, corrupt, get_number, get_parsed, get_text, number, text};
use super::tables::{RANGE_KEY, signed_checkpoint_key};
use crate::gateway::{BucketPlace, KeptCheckpoint, StoreError};

/// The attribute that has a part of a directory, or of a bucket.
const PART: &str = "part";

pub(super) fn header_to_item(kept: &KeptCheckpoint) -> Item {
    let Checkpoint {
        number: nth,
        at,
        cases,
        commits,
        root,
        previous,
        key_id,
        algorithm,
    } = &kept.signed.says;
    let mut item = signed_checkpoint_key(*nth);
    let texts = [
        ("taken_at", at.to_string()),
        ("root", root.to_string()),
        ("previous", previous.to_string()),
        ("key_id", key_id.to_string()),
        ("algorithm", algorithm.to_string()),
        ("signature", kept.signed.signature.to_string()),
        ("contents", kept.contents.to_string()),
    ];
    item.extend(texts.map(|(name, value)| (name.to_owned(), text(value))));
    item.insert("cases".to_owned(), number(*cases));
    item.insert("commits".to_owned(), number(*commits));
    item
}

pub(super) fn header_from_item(item: &Item) -> Result<KeptCheckpoint, StoreError> {
    Ok(KeptCheckpoint {
        signed: SignedCheckpoint {
            says: Checkpoint {
                number: number_of_header(item)?,
                at: get_parsed(item, "taken_at")?,
                cases: get_number(item, "cases")?,
                commits: get_number(item, "commits")?,
                root: get_parsed(item, "root")?,
                previous: get_parsed(item, "previous")?,
                key_id: get_parsed(item, "key_id")?,
                algorithm: get_parsed(item, "algorithm")?,
            },
            signature: get_parsed(item, "signature")?,
        },
        contents: get_parsed(item, "contents")?,
    })
}

pub(super) fn number_of_header(item: &Item) -> Result<u64, StoreError> {
    get_text(item, RANGE_KEY)?
        .parse()
        .map_err(|_| corrupt(item, "the key is not that of a checkpoint"))
}

/// A part of a directory or of a bucket, under its key.
pub(super) fn part_to_item(key: Item, part: Vec<u8>) -> Item {
    let mut item = key;
    item.insert(PART.to_owned(), AttributeValue::B(Blob::new(part)));
    item
}

pub(super) fn part_of_item(item: &Item) -> Result<&[u8], StoreError> {
    match item.get(PART) {
        Some(AttributeValue::B(part)) => Ok(part.as_ref()),
        Some(_) | None => Err(corrupt(item, "attribute part is no binary")),
    }
}

/// A bucket of a directory: year (2 bytes), which of it (4), the contents' name (16), cases and
/// commits (8 each), root (32). Numbers are big-endian.
pub(super) fn put_place(place: &BucketPlace, to: &mut Vec<u8>) {
    let BucketHead {
        bucket,
        cases,
        commits,
        root,
    } = place.head;
    to.extend_from_slice(&bucket.year().to_be_bytes());
    to.extend_from_slice(&bucket.nth().to_be_bytes());
    to.extend_from_slice(place.contents.as_bytes());
    to.extend_from_slice(&cases.to_be_bytes());
    to.extend_from_slice(&commits.to_be_bytes());
    to.extend_from_slice(root.as_bytes());
}

/// `None` where the bytes are no buckets.
pub(super) fn places_of(bytes: &[u8]) -> Option<Vec<BucketPlace>> {
    let mut bytes = Bytes(bytes);
    let mut places = Vec::new();
    while !bytes.0.is_empty() {
        let bucket = Bucket::new(bytes.u16()?, bytes.u32()?);
        let contents = Uuid::from_bytes(bytes.take()?);
        let head = BucketHead {
            bucket,
            cases: bytes.u64()?,
            commits: bytes.u64()?,
            root: bytes.digest()?,
        };
        places.push(BucketPlace { head, contents });
    }
    Some(places)
}

/// A case of a bucket: serial (4 bytes), version (8), head (32), and as many peaks (32 each) as
/// the version has bits that are set.
pub(super) fn put_head(case: &GrownHead, to: &mut Vec<u8>) {
    to.extend_from_slice(&case.docket_number.serial().to_be_bytes());
    to.extend_from_slice(&case.history.size().to_be_bytes());
    to.extend_from_slice(case.head.as_bytes());
    for peak in case.history.peaks() {
        to.extend_from_slice(peak.as_bytes());
    }
}

/// `None` where the bytes are no heads of cases of the bucket.
pub(super) fn heads_of(bucket: Bucket, bytes: &[u8]) -> Option<Vec<GrownHead>> {
    let year = u8::try_from(bucket.year() % 100).ok()?;
    let mut bytes = Bytes(bytes);
    let mut heads = Vec::new();
    while !bytes.0.is_empty() {
        let docket_number = DocketNumber::new(bytes.u32()?, year)?;
        let size = bytes.u64()?;
        let head = bytes.digest()?;
        let peaks = (0..size.count_ones()).map(|_| bytes.digest());
        let history = Peaks::new(size, peaks.collect::<Option<_>>()?)?;
        (Bucket::of(docket_number) == bucket).then_some(())?;
        heads.push(GrownHead {
            docket_number,
            head,
            history,
        });
    }
    Some(heads)
}

/// Bytes that are read from the front.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_be_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    fn digest(&mut self) -> Option<Digest> {
        self.take::<32>().map(Digest::from)
    }
}
