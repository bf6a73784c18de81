//! Up to when the index is complete. Pure.
//!
//! A watermark is a moment: **every commit that was durable before it is in the index**, but for
//! those of cases that are parked. Two know one:
//!
//! - The feed of one machine notes when it began the reads that found every shard of the stream
//!   at its end. Whatever was durable before that, it has delivered, and what it delivers is in
//!   the index before it reads on. It stands still while the feed does.
//! - A reconciliation that found no difference has seen every case's newest commit after it
//!   began.
//!
//! The later of both counts. The feed's doesn't where a commit was passed by: by the feed, which
//! sets a record aside that the projector can't take, or finds that the stream was trimmed
//! before it had read it; or by a projector of an older build. Then it counts again once a
//! reconciliation began after that and found all as it should be.

use casefold_events::Timestamp;
use serde::{Deserialize, Serialize};

use crate::generations::{MISSED_NOTED_EVERY, Standing};

/// The name of the checkpoint in which the feed notes what it knows.
pub const CHECKPOINT: &str = "watermark/feed";

/// What the feed knows, a stored form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Noted {
    /// Every commit that was durable before this moment was delivered, or passed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_to: Option<Timestamp>,
    /// When it last passed one by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_by_at: Option<Timestamp>,
}

impl Noted {
    /// What a checkpoint says; nothing where it can't be read.
    pub fn read(checkpoint: Option<&str>) -> Self {
        let read = checkpoint.and_then(|text| serde_json::from_str(text).ok());
        read.unwrap_or_default()
    }
}

/// The watermark of a generation that stands so, as it was known at a moment; `None` where
/// nothing is known.
pub fn watermark(noted: Noted, standing: &Standing, known_at: Timestamp) -> Option<Timestamp> {
    let reconciled = standing
        .reconciled
        .filter(|found| found.differences == 0)
        .map(|found| found.at);
    // A projector notes that it passes commits by, and then does so for a while unnoted.
    let missed = standing.missed_at.map(|at| {
        let unnoted = i64::try_from(MISSED_NOTED_EVERY.as_millis()).unwrap_or(i64::MAX);
        Timestamp::from_millis(at.as_millis().saturating_add(unnoted))
    });
    let passed_by = noted.passed_by_at.max(missed);
    let is_mended = |passed_by| reconciled.is_some_and(|at| at > passed_by);
    // What was passed by after the generation's standing was read may not be known yet.
    let delivered = noted.delivered_to.map(|at| at.min(known_at));
    let delivered = delivered.filter(|_| passed_by.is_none_or(is_mended));
    reconciled.max(delivered)
}
