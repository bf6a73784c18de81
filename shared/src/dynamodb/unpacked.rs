//! Headers as they were read last, with the cases in them: whoever reads the same bytes again has
//! the same case, and needn't unpack and parse them.
//!
//! Nothing is taken for granted. A header is read each time, as it was before; what is saved is
//! the processor's time alone. A header that was written anew has other bytes, whoever wrote it and
//! for whatever reason, even where its version is the same.
//!
//! It is for those who read the same cases again and again. Whoever folds finds other bytes each
//! time, and whoever verifies is to unpack what is stored.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::item::{Item, item_bytes};
use super::tables::HASH_KEY;
use crate::case::Case;

/// How much memory they take at most unless it is said, in bytes as they are estimated. The
/// smallest function has a quarter of a gigabyte.
pub const UNPACKED_BYTES: u64 = 16 * 1024 * 1024;

/// How much a case takes, about, by which the store makes its first guess at how many there are.
const BYTES_OF_A_CASE: u64 = 16 * 1024;

/// How long anything is kept at most, as long as anybody reads: what was forgotten of somebody
/// shall not stay in memory where nobody reads the case again.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// The headers that a store has seen. A clone shares them.
#[derive(Clone)]
pub(super) struct Unpacked(Arc<Inner>);

struct Inner {
    headers: Cache<String, Arc<(Item, Case)>, Bytes>,
    /// Since when they are kept.
    since: Mutex<Instant>,
}

impl fmt::Debug for Unpacked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unpacked").finish_non_exhaustive()
    }
}

impl Unpacked {
    /// None yet, and never more than so many bytes.
    pub(super) fn up_to(most_bytes: u64) -> Self {
        let about = usize::try_from(most_bytes / BYTES_OF_A_CASE).unwrap_or_default();
        Self(Arc::new(Inner {
            headers: Cache::with_weighter(about, most_bytes, Bytes),
            since: Mutex::new(Instant::now()),
        }))
    }

    /// The case in a header, where this very header was seen before.
    pub(super) fn case_of(&self, header: &Item) -> Option<Case> {
        self.drop_old();
        let seen = self.0.headers.get(partition_of(header)?)?;
        let (same, case) = &*seen;
        (same == header).then(|| case.clone())
    }

    /// Keeps a header with the case in it.
    pub(super) fn keep(&self, header: Item, case: Case) {
        if let Some(partition) = partition_of(&header).map(str::to_owned) {
            self.0.headers.insert(partition, Arc::new((header, case)));
        }
    }

    fn drop_old(&self) {
        let mut since = self.0.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.elapsed() >= KEPT_FOR {
            *since = Instant::now();
            self.0.headers.clear();
        }
    }
}

fn partition_of(header: &Item) -> Option<&str> {
    match header.get(HASH_KEY) {
        Some(AttributeValue::S(partition)) => Some(partition),
        Some(_) | None => None,
    }
}

/// Weighs what is kept.
#[derive(Clone)]
struct Bytes;

impl Weighter<String, Arc<(Item, Case)>> for Bytes {
    fn weight(&self, _: &String, seen: &Arc<(Item, Case)>) -> u64 {
        let (header, case) = &**seen;
        (item_bytes(header) + case.weight()) as u64
    }
}
