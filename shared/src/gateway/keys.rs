//! Keeping the keys under which personal values are encrypted.

use std::collections::BTreeMap;

use async_trait::async_trait;
use casefold_events::personal::keys::KeyName;
use casefold_events::{DocketNumber, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Operation, Segment, StoreError};
use crate::keys::Keyring;
use crate::keys::forget::Whom;

/// Keeps the keys of each case's subjects, wrapped under keys of the court, and these under a
/// master key that is kept elsewhere. A case has one item, so its keys are one read. A key that
/// is destroyed leaves a trace that says by which order; it is never there again.
#[async_trait]
pub trait KeyStore: Send + Sync {
    /// The keys of some cases; a case that has none is left out. Strongly consistent.
    async fn case_keys_get(
        &self,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, StoredKeys>, StoreError>;

    /// Replaces the keys of a case, if, and only if, they are still at the revision before that
    /// of `next`. Where they are not, gives what is there, and nothing is written.
    async fn case_keys_put(
        &self,
        case: DocketNumber,
        next: &StoredKeys,
    ) -> Result<KeysPut, StoreError>;

    /// The keys of some cases of a segment of the whole table, going on from where an earlier
    /// page ended. Strongly consistent.
    async fn case_keys_scan(
        &self,
        segment: Segment,
        from: Option<DocketNumber>,
    ) -> Result<KeysPage, StoreError>;

    /// The keys of the court, by their numbers. Strongly consistent.
    async fn court_keys(&self) -> Result<BTreeMap<u32, WrappedCourtKey>, StoreError>;

    /// Adds a key of the court, unless there is one of its number.
    async fn court_key_add(&self, number: u32, key: &WrappedCourtKey) -> Result<(), StoreError>;

    /// Writes down an act of forgetting as far as it is, with a line in the log of operations.
    async fn forgetting_put(
        &self,
        forgetting: &Forgetting,
        operation: &Operation,
    ) -> Result<(), StoreError>;

    /// Every act of forgetting, the first one first.
    async fn forgettings(&self) -> Result<Vec<Forgetting>, StoreError>;

    /// What this process has to open keys with, and remembers of them.
    fn keyring(&self) -> Keyring;
}

/// The keys of a case as they are stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredKeys {
    /// Counts the changes; 0 before there is anything.
    pub revision: u64,
    /// Each key, or what is left of it.
    pub keys: BTreeMap<KeyName, StoredKey>,
}

/// A key as it is stored, or what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredKey {
    /// New values are encrypted under it.
    Live(WrappedKey),
    /// It is about to be destroyed: nothing new is encrypted under it.
    Retired {
        /// The key.
        key: WrappedKey,
        /// By which act.
        by: ForgottenBy,
    },
    /// It was destroyed.
    Gone {
        /// When.
        at: Timestamp,
        /// By which act.
        by: ForgottenBy,
    },
}

/// A key under a key of the court.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey {
    /// The number of the court's key.
    pub court_key: u32,
    /// The ciphertext.
    pub wrapped: Vec<u8>,
}

/// By which act a key is destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgottenBy {
    /// The act's id: see [`Forgetting`].
    pub forgetting: Uuid,
    /// The order that it carries out.
    pub order: String,
}

/// A key of the court under the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedCourtKey {
    /// The name of the master key.
    pub master: String,
    /// The ciphertext.
    pub wrapped: Vec<u8>,
}

/// How a write of keys went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysPut {
    /// They are durable.
    Written,
    /// Somebody else was faster; this is what is there.
    Superseded(StoredKeys),
}

/// The keys of some cases.
#[derive(Clone, Debug)]
pub struct KeysPage {
    /// The cases with their keys.
    pub cases: Vec<(DocketNumber, StoredKeys)>,
    /// Where the next page goes on; `None` where the segment is at its end.
    pub next: Option<DocketNumber>,
}

/// An act of forgetting: the record that remains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Forgetting {
    /// Its id, a UUIDv7.
    pub id: Uuid,
    /// When it began.
    pub at: Timestamp,
    /// Who did it.
    pub by: String,
    /// The order that it carries out.
    pub order: String,
    /// Who is forgotten.
    pub whom: Whom,
    /// Whether the free texts of the cases are kept.
    pub keep_texts: bool,
    /// The cases in which keys are destroyed.
    pub cases: Vec<DocketNumber>,
    /// When it was done, projections and all; `None` while it isn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
}
