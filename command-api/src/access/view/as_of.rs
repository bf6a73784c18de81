//! As of which point in its past a case is shown.

use casefold_events::{Timestamp, Version};
use casefold_shared::as_of::{AsOf, Extent};
use serde::Serialize;
use utoipa::ToSchema;

/// As of which point in its past a case is shown, and which commits that includes. One of
/// `atVersion`, `recordedAt` and `effectiveOn` is there: the one that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AsOfView {
    /// The version as of which it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_version: Option<Version>,
    /// The time as of which it was asked for: what the court knew then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Timestamp>,
    /// The day of the court, or the time, on which what is shown held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-03-03")]
    pub effective_on: Option<String>,
    /// The last moment of that day, or the time itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<Timestamp>,
    /// The highest version that is included. Without an effective date all before it are, too.
    pub version: Version,
    /// When that was recorded.
    pub version_recorded_at: Timestamp,
    /// Of an effective date: the version up to which the history was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known_through: Option<Version>,
    /// Of an effective date: how many commits hold from later on, and are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u64>,
    /// Of an effective date: how many commits hold from earlier than one that was recorded
    /// before them, and stand before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reordered: Option<u64>,
}

impl AsOfView {
    /// What was asked for, and what it came to.
    pub fn of(asked: &AsOf, extent: Extent) -> Self {
        let (at_version, recorded_at, effective) = match asked {
            AsOf::Version(version) => (Some(*version), None, None),
            AsOf::RecordedAt(at) => (None, Some(*at), None),
            AsOf::EffectiveOn(day) => (None, None, Some(day)),
        };
        let sifted = extent.effective;
        Self {
            at_version,
            recorded_at,
            effective_on: effective.map(ToString::to_string),
            effective_until: effective.map(|day| day.until()),
            version: extent.version,
            version_recorded_at: extent.recorded_at,
            known_through: sifted.map(|sifted| sifted.known_through),
            left_out: sifted.map(|sifted| sifted.left_out),
            reordered: sifted.map(|sifted| sifted.reordered),
        }
    }
}
