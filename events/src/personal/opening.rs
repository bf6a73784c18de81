//! A commit's personal values back to what they say, when it is read.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde_json::Value;

use super::keys::{CaseKeys, KeyName, KeyState};
use super::places::push;
use super::sealing::{PURPOSE, SEALED, SealedValue, source_place, value_place};
use crate::commit::{Commit, CommitRef};
use crate::ids::EventId;
use crate::stored::StoredEvent;

/// Why a commit's personal values can't be read. None of them says what the value is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Value or key were altered: the commit counts as altered.
    #[error("{place} doesn't open under {key}: value or key were altered")]
    Altered {
        /// Where the value is.
        place: Place,
        /// Under which key.
        key: KeyName,
    },
    /// The key is not there, and was not destroyed to forget somebody.
    #[error("the key {key} of {place} is lost: restore the table of keys")]
    KeyLost {
        /// Where the value is.
        place: Place,
        /// Which key.
        key: KeyName,
    },
    /// What stands there is not what an encrypted value looks like.
    #[error("{0} is no encrypted value")]
    Unlike(Place),
}

/// Where an encrypted value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In an event's payload, where a JSON pointer leads.
    Event(EventId, String),
    /// In a commit: where its command came from.
    Source(CommitRef),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(event, pointer) => write!(f, "the value at {pointer} of event {event}"),
            Self::Source(commit) => {
                let CommitRef {
                    docket_number,
                    version,
                } = commit;
                write!(
                    f,
                    "the source address of commit {version} of {docket_number}"
                )
            }
        }
    }
}

/// Whether a commit has encrypted values that are not opened yet.
pub fn is_closed(commit: &Commit) -> bool {
    let source = commit.source.as_ref();
    source.is_some_and(|source| source.told().is_none())
        || commit.events.iter().any(StoredEvent::is_closed)
}

/// Opens a commit's personal values, so that it can be understood: in memory, beside what is
/// stored and hashed. Those whose keys were destroyed say
/// [`FORGOTTEN`](crate::personal::FORGOTTEN).
///
/// # Errors
/// [`OpenError`] where a value can't be opened and was not forgotten; the commit stays closed.
pub fn open_values(commit: &mut Commit, keys: &CaseKeys) -> Result<(), OpenError> {
    let source = source(commit, keys)?;
    let mut told = Vec::with_capacity(commit.draft.events.len());
    for event in &commit.draft.events {
        told.push(match event.is_closed() {
            true => opened(event, keys)?,
            false => None,
        });
    }
    for (event, told) in commit.draft.events.iter_mut().zip(told) {
        if let Some(told) = told {
            event.open_as(told);
        }
    }
    if let (Some(at), Some(told)) = (&mut commit.draft.source, source) {
        at.tell(told);
    }
    Ok(())
}

/// Where a command came from; `None` where that is not known, or open.
fn source(commit: &Commit, keys: &CaseKeys) -> Result<Option<String>, OpenError> {
    let Some(source) = commit.source.as_ref().filter(|it| it.told().is_none()) else {
        return Ok(None);
    };
    let name = Place::Source(commit.reference());
    let mut value = serde_json::from_str::<Value>(source.stored()).unwrap_or_default();
    let sealed = value.get_mut(SEALED).map(Value::take).unwrap_or_default();
    match open(sealed, source_place(&commit.command_id), &name, keys)? {
        Value::String(told) => Ok(Some(told)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(OpenError::Unlike(name))
        }
    }
}

/// What an event says; `None` where its payload is no JSON, which decoding will tell.
fn opened(event: &StoredEvent, keys: &CaseKeys) -> Result<Option<String>, OpenError> {
    let Ok(mut payload) = serde_json::from_str(&event.payload) else {
        return Ok(None);
    };
    open_below(event, keys, &mut payload, &mut String::new())?;
    Ok(Some(payload.to_string()))
}

fn open_below(
    event: &StoredEvent,
    keys: &CaseKeys,
    value: &mut Value,
    pointer: &mut String,
) -> Result<(), OpenError> {
    let length = pointer.len();
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        Value::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                push(pointer, &at.to_string());
                open_below(event, keys, item, pointer)?;
                pointer.truncate(length);
            }
        }
        Value::Object(members) => {
            if let Some(sealed) = members.get_mut(SEALED) {
                let name = Place::Event(event.event_id, pointer.clone());
                *value = open(sealed.take(), value_place(event, pointer), &name, keys)?;
                return Ok(());
            }
            for (name, member) in members {
                push(pointer, name);
                open_below(event, keys, member, pointer)?;
                pointer.truncate(length);
            }
        }
    }
    Ok(())
}

/// What an encrypted value says.
fn open(
    sealed: Value,
    place: [&[u8]; 3],
    name: &Place,
    keys: &CaseKeys,
) -> Result<Value, OpenError> {
    let unlike = || OpenError::Unlike(name.clone());
    let sealed: SealedValue = serde_json::from_value(sealed).map_err(|_| unlike())?;
    let key_name: KeyName = sealed.key.parse().map_err(|_| unlike())?;
    let altered = |key| OpenError::Altered {
        place: name.clone(),
        key,
    };
    let key = match keys.keys.get(&key_name) {
        Some(KeyState::Live(key) | KeyState::Retired(key)) => key,
        Some(KeyState::Gone { .. }) => return Ok(sealed.form.forgotten()),
        Some(KeyState::Damaged) => return Err(altered(key_name)),
        None => {
            return Err(OpenError::KeyLost {
                place: name.clone(),
                key: key_name,
            });
        }
    };
    let ciphertext = BASE64
        .decode(&sealed.value)
        .map_err(|_| altered(key_name.clone()))?;
    let plain = key.decrypt(PURPOSE, &place, &ciphertext);
    let plain = plain.map_err(|_| altered(key_name.clone()))?;
    serde_json::from_slice(&plain).map_err(|_| altered(key_name))
}

impl StoredEvent {
    /// Whether personal values of it are stored encrypted: then all of them are.
    pub fn is_encrypted(&self) -> bool {
        self.payload.contains("\"$sealed\":")
    }

    /// Whether it has encrypted values that are not opened.
    fn is_closed(&self) -> bool {
        !self.is_opened() && self.is_encrypted()
    }
}
