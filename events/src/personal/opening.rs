//! A commit's personal values back to what they say, when it is read.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::keys::{CaseKeys, KeyName, KeyState};
use super::sealing::{PURPOSE, SEALED, SealedValue, source_place, value_place};
use crate::commit::{Commit, CommitRef};
use crate::ids::EventId;
use crate::pointer::push;
use crate::stored::StoredEvent;
use crate::text::with_text;

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
    let place = || Place::Source(commit.reference());
    let unlike = || OpenError::Unlike(place());
    let sealed: SealedSource<'_> = serde_json::from_str(source.stored()).map_err(|_| unlike())?;
    let bound = source_place(&commit.command_id);
    let plain = open(&sealed.sealed, bound, &place, keys)?;
    serde_json::from_slice(&plain)
        .map(Some)
        .map_err(|_| unlike())
}

/// An encrypted source address, as it is stored.
#[derive(Deserialize)]
struct SealedSource<'a> {
    #[serde(rename = "$sealed", borrow)]
    sealed: SealedValue<'a>,
}

/// What an event says; `None` where its payload is no JSON, which decoding will tell.
fn opened(event: &StoredEvent, keys: &CaseKeys) -> Result<Option<String>, OpenError> {
    let mut telling = Telling {
        event,
        keys,
        pointer: String::with_capacity(64),
        told: Vec::with_capacity(event.payload().len()),
        refused: None,
    };
    let mut payload = serde_json::Deserializer::from_str(event.payload());
    let read = telling.deserialize(&mut payload);
    match (read.and_then(|()| payload.end()), telling.refused) {
        (Ok(()), _) => Ok(String::from_utf8(telling.told).ok()),
        (Err(error), Some(refused)) if error.is_data() => Err(refused),
        (Err(_), _) => Ok(None),
    }
}

/// A payload that is written anew while it is read: what is encrypted as it says, and all else as
/// it stands.
struct Telling<'a> {
    event: &'a StoredEvent,
    keys: &'a CaseKeys,
    /// Where the value is that is being read.
    pointer: String,
    told: Vec<u8>,
    /// Why reading stopped, where it did for a value that can't be opened.
    refused: Option<OpenError>,
}

impl Telling<'_> {
    fn tell<E: de::Error>(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), E> {
        serde_json::to_writer(&mut self.told, value).map_err(E::custom)
    }

    /// Tells an encrypted value in place of the object that began at a byte.
    fn tell_sealed<E: de::Error>(
        &mut self,
        begun: usize,
        sealed: Result<SealedValue<'_>, E>,
    ) -> Result<(), E> {
        let place = || Place::Event(self.event.event_id, self.pointer.clone());
        let bound = value_place(self.event, &self.pointer);
        let opened = match &sealed {
            Ok(sealed) => open(sealed, bound, &place, self.keys),
            Err(_) => Err(OpenError::Unlike(place())),
        };
        match opened {
            Ok(plain) => {
                self.told.truncate(begun);
                self.told.extend_from_slice(&plain);
                Ok(())
            }
            Err(refused) => {
                self.refused = Some(refused);
                Err(sealed
                    .err()
                    .unwrap_or_else(|| E::custom("it can't be opened")))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for &mut Telling<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Telling<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.tell(&())
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<(), E> {
        self.tell(&value)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<(), E> {
        self.tell(&value)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<(), E> {
        self.tell(&value)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<(), E> {
        self.tell(&value)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<(), E> {
        self.tell(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let length = self.pointer.len();
        self.told.push(b'[');
        for at in 0_usize.. {
            let before = self.told.len();
            if at > 0 {
                self.told.push(b',');
            }
            with_text(at, |at| push(&mut self.pointer, at));
            let item = items.next_element_seed(&mut *self)?;
            self.pointer.truncate(length);
            if item.is_none() {
                self.told.truncate(before);
                break;
            }
        }
        self.told.push(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let (length, begun) = (self.pointer.len(), self.told.len());
        self.told.push(b'{');
        while let Some(name) = members.next_key_seed(Name(self))? {
            if name == Member::Sealed {
                let sealed = members.next_value();
                self.tell_sealed(begun, sealed)?;
                while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(());
            }
            members.next_value_seed(&mut *self)?;
            self.pointer.truncate(length);
            self.told.push(b',');
        }
        // The comma after the last member.
        if self.told.last() == Some(&b',') {
            self.told.pop();
        }
        self.told.push(b'}');
        Ok(())
    }
}

/// The name of a member, which is told unless it stands for an encrypted value.
struct Name<'a, 'b>(&'a mut Telling<'b>);

#[derive(PartialEq)]
enum Member {
    Sealed,
    Other,
}

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = Member;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Member, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = Member;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Member, E> {
        if name == SEALED {
            return Ok(Member::Sealed);
        }
        push(&mut self.0.pointer, name);
        self.0.tell(name)?;
        self.0.told.push(b':');
        Ok(Member::Other)
    }
}

/// What an encrypted value says: the JSON text of it.
fn open(
    sealed: &SealedValue<'_>,
    bound: [&[u8]; 3],
    place: &dyn Fn() -> Place,
    keys: &CaseKeys,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let key_name = sealed.key.parse::<KeyName>();
    let key_name = key_name.map_err(|_| OpenError::Unlike(place()))?;
    let altered = || OpenError::Altered {
        place: place(),
        key: key_name.clone(),
    };
    let key = match keys.keys.get(&key_name) {
        Some(KeyState::Live(key) | KeyState::Retired(key)) => key,
        Some(KeyState::Gone { .. }) => {
            return Ok(Zeroizing::new(sealed.form.forgotten().into()));
        }
        Some(KeyState::Damaged) => return Err(altered()),
        None => {
            return Err(OpenError::KeyLost {
                place: place(),
                key: key_name,
            });
        }
    };
    let ciphertext = BASE64.decode(&*sealed.value).map_err(|_| altered())?;
    let plain = key.decrypt(PURPOSE, &bound, &ciphertext);
    let plain = plain.map_err(|_| altered())?;
    // What was encrypted is the text of a value, and nothing else goes into a payload.
    serde_json::from_slice::<IgnoredAny>(&plain).map_err(|_| altered())?;
    Ok(plain)
}

impl StoredEvent {
    /// Whether personal values of it are stored encrypted: then all of them are.
    pub fn is_encrypted(&self) -> bool {
        self.payload().contains("\"$sealed\":")
    }

    /// Whether it has encrypted values that are not opened.
    fn is_closed(&self) -> bool {
        !self.is_opened() && self.is_encrypted()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;
    use crate::canonical::tests::any_json;
    use crate::canonical::to_canonical;
    use crate::personal::keys::{DataKey, Subject};

    /// Every text is encrypted, each for its place.
    fn seal_texts(event: &StoredEvent, key: &DataKey, value: &mut Value, pointer: &str) {
        let below = |part: &str| {
            let mut pointer = pointer.to_owned();
            push(&mut pointer, part);
            pointer
        };
        match value {
            Value::String(_) => {
                let plain = value.to_string();
                let bound = value_place(event, pointer);
                let sealed = BASE64.encode(key.encrypt(PURPOSE, &bound, plain.as_bytes()));
                *value = json!({SEALED: {"form": "text", "key": "texts/1", "value": sealed}});
            }
            Value::Array(items) => items.iter_mut().enumerate().for_each(|(at, item)| {
                seal_texts(event, key, item, &below(&at.to_string()));
            }),
            Value::Object(members) => members.iter_mut().for_each(|(name, member)| {
                seal_texts(event, key, member, &below(name));
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    proptest! {
        #[test]
        fn what_was_encrypted_anywhere_is_told_as_the_text_that_it_was(said in any_json()) {
            let key = DataKey::of([7; 32]);
            let id = EventId(Uuid::from_u128(7));
            let mut event = StoredEvent::read(id, "Anything", 1, "");
            let mut payload = said.clone();
            seal_texts(&event, &key, &mut payload, "");
            event.seal_as(to_canonical(&payload).unwrap());
            let mut keys = CaseKeys::none("101-26".parse().unwrap());
            let name = KeyName { subject: Subject::Texts, epoch: 1 };
            keys.keys.insert(name, KeyState::Live(key));
            prop_assert_eq!(opened(&event, &keys), Ok(Some(said.to_string())));
        }
    }
}
