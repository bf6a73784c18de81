//! The keys under which personal values are encrypted: making, keeping, opening, destroying.
//!
//! ```text
//!   master key            a file of one machine, or a key of KMS; never stored with the rest
//!     └─ keys of the court      wrapped by it, in the table of keys
//!          └─ keys of a case's subjects    wrapped by them, in the case's item
//!               └─ values in events
//! ```
//!
//! | file | job |
//! | --- | --- |
//! | this one | [`Vault`]: drafts are encrypted, commits are opened |
//! | `court` | the keys of the court |
//! | [`master`] | what wraps the keys of the court |
//! | `kms` | the same by a key of KMS (feature `kms`) |
//! | `keyring` | what a process remembers: keys of the court, and for seconds those of cases |
//! | `opened` | an event store that opens what it reads |
//! | [`forget`] | destroying the keys of somebody who is to be forgotten |
//!
//! A process goes by what it has read of a case's keys for [`KNOWN_FOR`] at most, so whoever
//! destroys a key waits that long, and then nobody has it.

mod court;
pub mod forget;
mod keyring;
#[cfg(feature = "kms")]
pub mod kms;
pub mod master;
mod opened;
mod stored;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use casefold_events::personal::keys::{CaseKeys, DataKey, KeyName, Subject};
use casefold_events::personal::opening::{OpenError, is_closed, open_values};
use casefold_events::personal::sealing::{SealError, Sealing};
use casefold_events::{Commit, CommitRef, Digest, DocketNumber, DraftCommit, Version};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::gateway::{KeyStore, KeysPut, StoreError, StoredKey, StoredKeys, WrappedKey};

pub use keyring::Keyring;
pub use opened::OpenedEvents;

/// How long a process may go by what it has read of a case's keys.
///
/// Long enough that a clerk who does one thing after another on a case has its keys read once, and
/// short enough to wait for where somebody is to be forgotten, which is seldom.
pub const KNOWN_FOR: Duration = Duration::from_secs(30);

/// How often keys are added to a case anew where others add some at the same time.
const TRIES: usize = 8;

/// How many cases are given keys at once.
const CASES_AT_ONCE: usize = 16;

/// Whose keys are needed, by case.
type Needs = BTreeMap<DocketNumber, BTreeSet<Subject>>;

/// The keys of cases.
type Keys = BTreeMap<DocketNumber, Arc<CaseKeys>>;

/// A reason that is told in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Reason(&'static str);

/// Encrypts what is personal in drafts, and opens it in commits.
pub struct Vault {
    store: Arc<dyn KeyStore>,
    keyring: Keyring,
}

impl Vault {
    /// A vault on a store of keys.
    pub fn of(store: Arc<dyn KeyStore>) -> Self {
        Self {
            keyring: store.keyring(),
            store,
        }
    }

    /// The keys of a case, where this process has read them in the last [`KNOWN_FOR`].
    pub fn known_keys(&self, case: DocketNumber) -> Option<Arc<CaseKeys>> {
        self.keyring.known(case)
    }

    /// The keys of a case as they are known, or else read.
    ///
    /// # Errors
    /// [`StoreError`] where they can't be read.
    pub async fn keys_of(&self, case: DocketNumber) -> Result<Arc<CaseKeys>, StoreError> {
        let mut known = self.known(&BTreeSet::from([case])).await?;
        let none = || Arc::new(CaseKeys::none(case));
        Ok(known.remove(&case).unwrap_or_else(none))
    }

    /// The store of keys.
    pub fn store(&self) -> &dyn KeyStore {
        &*self.store
    }

    /// Encrypts the personal values of drafts, and makes the keys that are missing: these are
    /// durable when it returns. The drafts are to be chained after it, for the chain runs over
    /// what is stored.
    ///
    /// # Errors
    /// [`StoreError`] where keys can't be read, made or kept.
    pub async fn seal(&self, drafts: Vec<DraftCommit>) -> Result<Vec<DraftCommit>, StoreError> {
        let sealings = drafts.into_iter().map(Sealing::of);
        let sealings: Vec<_> = sealings.collect::<Result<_, _>>().map_err(unsealed)?;
        let mut needs = Needs::new();
        let mut begun = BTreeSet::new();
        for sealing in &sealings {
            let CommitRef {
                docket_number,
                version,
            } = sealing.reference();
            let of_case = needs.entry(docket_number).or_default();
            of_case.extend(sealing.subjects());
            if version == Version::ZERO.next() {
                begun.insert(docket_number);
            }
        }
        let keys = self.keys_for(needs, &begun).await?;
        let seal = |sealing: Sealing| {
            let number = sealing.reference().docket_number;
            match keys.get(&number) {
                Some(keys) => sealing.with(keys).map_err(unsealed),
                None => Err(unsealed(SealError::NoKey(Subject::Commands))),
            }
        };
        sealings.into_iter().map(seal).collect()
    }

    /// Opens the personal values of commits, and tells of each that can't be opened why not;
    /// what is forgotten is opened as such.
    ///
    /// # Errors
    /// [`StoreError`] where keys can't be read.
    pub async fn open(
        &self,
        commits: &mut [Commit],
    ) -> Result<Vec<(CommitRef, OpenError)>, StoreError> {
        let mut closed: Vec<_> = commits.iter_mut().filter(|it| is_closed(it)).collect();
        let numbers = |closed: &[&mut Commit]| -> BTreeSet<DocketNumber> {
            closed.iter().map(|commit| commit.docket_number).collect()
        };
        let keys = self.known(&numbers(&closed)).await?;
        let mut failed = open_each(&mut closed, &keys);
        // What is known of a case's keys may be older than the commit.
        closed.retain(|commit| failed.iter().any(|(at, _)| *at == commit.reference()));
        if !closed.is_empty() {
            let keys = self.read(&numbers(&closed)).await?;
            failed = open_each(&mut closed, &keys);
        }
        Ok(failed)
    }

    /// Opens the personal values of one commit or several.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] names the first that can't be opened; another [`StoreError`] where
    /// keys can't be read.
    pub async fn open_all(&self, commits: &mut [Commit]) -> Result<(), StoreError> {
        match self.open(commits).await?.into_iter().next() {
            None => Ok(()),
            Some((at, error)) => Err(unreadable(at, &error)),
        }
    }

    /// Whether a commit was made by a command with this digest. Once somebody of the case was
    /// forgotten, that can't be told of earlier commits, and they count as made by it.
    ///
    /// # Errors
    /// [`StoreError`] where keys can't be read.
    pub async fn is_digest_of(&self, commit: &Commit, command: Digest) -> Result<bool, StoreError> {
        let number = BTreeSet::from([commit.docket_number]);
        let is_digest = |keys: Keys| {
            let mut keys = keys.into_values();
            keys.any(|keys| keys.is_digest_of(commit.command_digest, commit.recorded_at, command))
        };
        // What is known may be older than the commit, and lack the key.
        Ok(is_digest(self.known(&number).await?) || is_digest(self.read(&number).await?))
    }

    /// The keys of cases, with those of the subjects that are asked for. Of a case that begins
    /// nothing is read: the write itself finds whether there is something.
    async fn keys_for(
        &self,
        needs: Needs,
        begun: &BTreeSet<DocketNumber>,
    ) -> Result<Keys, StoreError> {
        let cases = needs.keys().filter(|number| !begun.contains(number));
        let mut keys = self.known(&cases.copied().collect()).await?;
        let lacking: Vec<_> = needs
            .into_iter()
            .filter(|(number, subjects)| {
                let has = |keys: &Arc<CaseKeys>| {
                    subjects
                        .iter()
                        .all(|subject| keys.current(subject).is_some())
                };
                !keys.get(number).is_some_and(has)
            })
            .collect();
        if lacking.is_empty() {
            return Ok(keys);
        }
        let added = lacking.into_iter().map(|(number, subjects)| {
            let known = keys.get(&number).is_some_and(|keys| !keys.keys.is_empty());
            async move {
                let added = self.add(number, &subjects, known).await?;
                Ok::<_, StoreError>((number, added))
            }
        });
        let added: Vec<_> = added.collect();
        let added: Vec<_> = stream::iter(added)
            .buffer_unordered(CASES_AT_ONCE)
            .try_collect()
            .await?;
        keys.extend(added);
        Ok(keys)
    }

    /// Adds the keys that a case lacks. Others may add some at the same time: one of them is
    /// first, and the others go by what is there.
    async fn add(
        &self,
        number: DocketNumber,
        subjects: &BTreeSet<Subject>,
        has_some: bool,
    ) -> Result<Arc<CaseKeys>, StoreError> {
        let (court_key, court) = self.court_key().await?;
        let mut there = match has_some {
            true => self.stored(number).await?,
            false => StoredKeys::default(),
        };
        for _ in 0..TRIES {
            let mut next = there.clone();
            for subject in subjects {
                let Some(name) = stored::to_add(&there, subject) else {
                    continue;
                };
                let key = self.keyring.new_key()?;
                let wrapped = wrap(&court, number, &name, &key);
                let key = WrappedKey { court_key, wrapped };
                next.keys.insert(name, StoredKey::Live(key));
            }
            if next == there {
                return self.remember(number, &there).await;
            }
            next.revision += 1;
            match self.store.case_keys_put(number, &next).await? {
                KeysPut::Written => return self.remember(number, &next).await,
                KeysPut::Superseded(now) => there = now,
            }
        }
        let reason = Reason("others added keys to the case each time");
        Err(StoreError::Throttled(reason.into()))
    }

    async fn stored(&self, number: DocketNumber) -> Result<StoredKeys, StoreError> {
        let mut found = self.store.case_keys_get(&[number]).await?;
        Ok(found.remove(&number).unwrap_or_default())
    }

    /// The keys of cases as they are known, or else read.
    async fn known(&self, cases: &BTreeSet<DocketNumber>) -> Result<Keys, StoreError> {
        let mut known = Keys::new();
        let mut rest = BTreeSet::new();
        for number in cases {
            match self.keyring.known(*number) {
                Some(keys) => drop(known.insert(*number, keys)),
                None => drop(rest.insert(*number)),
            }
        }
        if !rest.is_empty() {
            known.extend(self.read(&rest).await?);
        }
        Ok(known)
    }

    /// Reads the keys of cases.
    async fn read(&self, cases: &BTreeSet<DocketNumber>) -> Result<Keys, StoreError> {
        let numbers: Vec<_> = cases.iter().copied().collect();
        // Dated from before the read, so that the bound holds however long that takes.
        let at = self.keyring.now();
        let mut found = self.store.case_keys_get(&numbers).await?;
        let mut keys = Keys::new();
        for number in numbers {
            let stored = found.remove(&number).unwrap_or_default();
            let opened = Arc::new(self.unwrapped(number, &stored).await?);
            self.keyring.remember(at, opened.clone());
            keys.insert(number, opened);
        }
        Ok(keys)
    }

    async fn remember(
        &self,
        number: DocketNumber,
        stored: &StoredKeys,
    ) -> Result<Arc<CaseKeys>, StoreError> {
        let opened = Arc::new(self.unwrapped(number, stored).await?);
        // Not made fresher than the last read: what was written says nothing of what others did.
        self.keyring.replace(opened.clone());
        Ok(opened)
    }

    async fn unwrapped(
        &self,
        number: DocketNumber,
        stored: &StoredKeys,
    ) -> Result<CaseKeys, StoreError> {
        let mut court = BTreeMap::new();
        for needed in stored::court_keys(stored) {
            court.insert(needed, self.court_key_of(needed).await?);
        }
        Ok(stored::unwrapped(number, stored, &court))
    }
}

/// What a subject's key is bound to under a key of the court.
const PURPOSE: &str = "casefold.key.v1";

fn wrap(court: &DataKey, number: DocketNumber, name: &KeyName, key: &DataKey) -> Vec<u8> {
    let (case, name) = (number.to_string(), name.to_string());
    court.encrypt(PURPOSE, &[case.as_bytes(), name.as_bytes()], key.expose())
}

fn open_each(closed: &mut [&mut Commit], keys: &Keys) -> Vec<(CommitRef, OpenError)> {
    let mut failed = Vec::new();
    for commit in closed {
        let at = commit.reference();
        let none = CaseKeys::none(at.docket_number);
        let keys = keys.get(&at.docket_number).map_or(&none, |keys| keys);
        if let Err(error) = open_values(commit, keys) {
            failed.push((at, error));
        }
    }
    failed
}

/// A commit whose personal values can't be opened.
fn unreadable(at: CommitRef, error: &OpenError) -> StoreError {
    StoreError::Corrupt {
        at: format!("commit {} of case {}", at.version, at.docket_number),
        problem: error.to_string(),
    }
}

fn unsealed(error: SealError) -> StoreError {
    StoreError::Refused(error.to_string(), error.into())
}
