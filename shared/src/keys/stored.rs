//! What is stored of a case's keys, read and changed. Pure.

use std::collections::{BTreeMap, BTreeSet};

use casefold_events::DocketNumber;
use casefold_events::personal::keys::{CaseKeys, DataKey, KeyName, KeyState, Subject};

use super::PURPOSE;
use crate::gateway::{StoredKey, StoredKeys, WrappedKey};

/// The key that is to be added for a subject; `None` where it has one that new values are
/// encrypted under. Somebody who was forgotten gets another key and never the old name again.
pub(super) fn to_add(there: &StoredKeys, subject: &Subject) -> Option<KeyName> {
    let last = of(there, subject).last();
    let epoch = match last {
        Some((_, StoredKey::Live(_))) => return None,
        Some((name, StoredKey::Retired { .. } | StoredKey::Gone { .. })) => name.epoch + 1,
        None => 1,
    };
    Some(KeyName {
        subject: subject.clone(),
        epoch,
    })
}

/// All keys of a subject, the oldest first.
pub(super) fn of<'a>(
    there: &'a StoredKeys,
    subject: &Subject,
) -> impl Iterator<Item = (&'a KeyName, &'a StoredKey)> + use<'a> {
    let key = |epoch| KeyName {
        subject: subject.clone(),
        epoch,
    };
    there.keys.range(key(0)..=key(u32::MAX))
}

/// The numbers of the court's keys under which some are wrapped.
pub(super) fn court_keys(there: &StoredKeys) -> BTreeSet<u32> {
    let wrapped = there.keys.values().filter_map(wrapped);
    wrapped.map(|key| key.court_key).collect()
}

const fn wrapped(key: &StoredKey) -> Option<&WrappedKey> {
    match key {
        StoredKey::Live(key) | StoredKey::Retired { key, .. } => Some(key),
        StoredKey::Gone { .. } => None,
    }
}

/// The keys themselves.
pub(super) fn unwrapped(
    number: DocketNumber,
    there: &StoredKeys,
    court: &BTreeMap<u32, DataKey>,
) -> CaseKeys {
    let case = number.to_string();
    let open = |name: &KeyName, wrapped: &WrappedKey| {
        let key = court.get(&wrapped.court_key)?;
        let name = name.to_string();
        let place = [case.as_bytes(), name.as_bytes()];
        let bytes = key.decrypt(PURPOSE, &place, &wrapped.wrapped).ok()?;
        Some(DataKey::of(bytes.as_slice().try_into().ok()?))
    };
    let state = |(name, key): (&KeyName, &StoredKey)| {
        let state = match key {
            StoredKey::Live(key) => open(name, key).map_or(KeyState::Damaged, KeyState::Live),
            StoredKey::Retired { key, .. } => {
                open(name, key).map_or(KeyState::Damaged, KeyState::Retired)
            }
            StoredKey::Gone { at, .. } => KeyState::Gone { at: *at },
        };
        (name.clone(), state)
    };
    CaseKeys {
        docket_number: number,
        keys: there.keys.iter().map(state).collect(),
    }
}
