//! What a process has to open keys with, and what it remembers of them.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_config::SdkConfig;
use casefold_events::personal::keys::{CaseKeys, DataKey};
use casefold_events::{DocketNumber, Timestamp};

use super::master::{LocalMaster, MasterKey};
use super::{KNOWN_FOR, Reason};
use crate::clock::Clock;
use crate::config::MasterKeyConfig;
use crate::gateway::StoreError;

/// Of how many cases keys are remembered at most: a passage through the whole event table must
/// not fill the memory.
const MOST_CASES: usize = 4_096;

/// The master key, the keys of the court that it has opened, and for [`KNOWN_FOR`] the keys of
/// cases. A clone is cheap, and remembers the same.
#[derive(Clone, Default)]
pub struct Keyring(Option<Arc<Inner>>);

struct Inner {
    master: Arc<dyn MasterKey>,
    clock: Arc<dyn Clock>,
    court: Mutex<BTreeMap<u32, DataKey>>,
    cases: Mutex<HashMap<DocketNumber, Known>>,
}

struct Known {
    at: Timestamp,
    keys: Arc<CaseKeys>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Some(_) => "Keyring(redacted)",
            None => "Keyring(locked)",
        })
    }
}

impl Keyring {
    /// A keyring with a master key.
    pub fn new(master: Arc<dyn MasterKey>, clock: Arc<dyn Clock>) -> Self {
        Self(Some(Arc::new(Inner {
            master,
            clock,
            court: Mutex::default(),
            cases: Mutex::default(),
        })))
    }

    /// A keyring with the master key of a configuration: of KMS, or in a file. Without either it
    /// is locked.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where this build can't use the key.
    pub fn of(
        config: &MasterKeyConfig,
        sdk: &SdkConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, StoreError> {
        if let Some(key) = &config.kms_key {
            return Ok(Self::new(in_kms(sdk, key)?, clock));
        }
        Ok(match &config.file {
            Some(file) => Self::new(Arc::new(LocalMaster::in_file(file, clock.clone())), clock),
            None => Self::locked(),
        })
    }

    /// A keyring without a master key: with it nothing can be encrypted, and nothing that is
    /// can be read.
    pub const fn locked() -> Self {
        Self(None)
    }

    fn inner(&self) -> Result<&Inner, StoreError> {
        self.0.as_deref().ok_or_else(|| {
            let told = "this process has no master key, and personal data is encrypted; set \
                        CASEFOLD_KMS_KEY or CASEFOLD_MASTER_KEY_FILE";
            StoreError::Refused(told.to_owned(), Reason("no master key").into())
        })
    }

    pub(super) fn master(&self) -> Result<&dyn MasterKey, StoreError> {
        Ok(&*self.inner()?.master)
    }

    pub(super) fn now(&self) -> Timestamp {
        match &self.0 {
            Some(inner) => inner.clock.now(),
            None => Timestamp::from_millis(0),
        }
    }

    /// A new key, from the operating system.
    pub(super) fn new_key(&self) -> Result<DataKey, StoreError> {
        let key = self.inner()?.clock.new_key();
        key.map(DataKey::of)
            .map_err(|error| StoreError::Unavailable(error.into()))
    }

    pub(super) fn court_key(&self, number: u32) -> Option<DataKey> {
        let inner = self.0.as_deref()?;
        lock(&inner.court).get(&number).cloned()
    }

    pub(super) fn newest_court_key(&self) -> Option<(u32, DataKey)> {
        let inner = self.0.as_deref()?;
        let court = lock(&inner.court);
        let (number, key) = court.last_key_value()?;
        Some((*number, key.clone()))
    }

    pub(super) fn remember_court_key(&self, number: u32, key: DataKey) {
        if let Some(inner) = &self.0 {
            lock(&inner.court).insert(number, key);
        }
    }

    /// The keys of a case, where they were read a moment ago.
    pub(super) fn known(&self, number: DocketNumber) -> Option<Arc<CaseKeys>> {
        let inner = self.0.as_deref()?;
        let now = inner.clock.now();
        let cases = lock(&inner.cases);
        let known = cases.get(&number)?;
        is_fresh(known.at, now).then(|| known.keys.clone())
    }

    pub(super) fn remember(&self, at: Timestamp, keys: Arc<CaseKeys>) {
        let Some(inner) = &self.0 else { return };
        let mut cases = lock(&inner.cases);
        if cases.len() >= MOST_CASES {
            cases.retain(|_, known| is_fresh(known.at, at));
        }
        if cases.len() >= MOST_CASES {
            cases.clear();
        }
        cases.insert(keys.docket_number, Known { at, keys });
    }

    /// Remembers keys that were just written, from the time of the write where nothing was
    /// known, else for as long as what was known before.
    pub(super) fn replace(&self, keys: Arc<CaseKeys>) {
        let now = self.now();
        let at = match &self.0 {
            Some(inner) => lock(&inner.cases)
                .get(&keys.docket_number)
                .map_or(now, |known| known.at),
            None => now,
        };
        self.remember(if is_fresh(at, now) { at } else { now }, keys);
    }
}

#[cfg(feature = "kms")]
fn in_kms(sdk: &SdkConfig, key: &str) -> Result<Arc<dyn MasterKey>, StoreError> {
    Ok(Arc::new(super::kms::KmsMaster::new(sdk, key)))
}

#[cfg(not(feature = "kms"))]
fn in_kms(_: &SdkConfig, _: &str) -> Result<Arc<dyn MasterKey>, StoreError> {
    let told = "this build can't use a master key of KMS: build it with the feature kms";
    Err(StoreError::Refused(
        told.to_owned(),
        Reason("no KMS").into(),
    ))
}

/// A clock that was set back makes what was read stale, not fresh for ever.
fn is_fresh(at: Timestamp, now: Timestamp) -> bool {
    let age = now.as_millis() - at.as_millis();
    (0..i64::try_from(KNOWN_FOR.as_millis()).unwrap_or(i64::MAX)).contains(&age)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
