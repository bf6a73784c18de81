//! A draft's personal values to ciphertext before it is chained.
//!
//! In the place of a personal value stands
//!
//! ```json
//! {"$sealed": {"form": "text", "key": "contact/0193…/1", "value": "base64 …"}}
//! ```
//!
//! and nothing else of a payload changes. `$sealed` is reserved: no schema has it. A payload
//! without it, from before values were encrypted, is read as it is.

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::keys::{CaseKeys, DataKey, Subject};
use super::{FORGOTTEN, Personal};
use crate::canonical::text_of;
use crate::commit::{CommitRef, DraftCommit};
use crate::ids::{CommandId, ContactId, UserId};
use crate::stored::{DecodeError, StoredEvent};

/// The reserved member of an object that stands for an encrypted value.
pub(super) const SEALED: &str = "$sealed";

/// What a value's ciphertext is bound to.
pub(super) const PURPOSE: &str = "casefold.personal.v1";

/// What kind of value was encrypted: what stands in its place when it is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    /// A text.
    Text,
    /// A postal address.
    Address,
}

impl Form {
    const fn of(value: &Value) -> Option<Self> {
        match value {
            Value::String(_) => Some(Self::Text),
            Value::Object(_) => Some(Self::Address),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
        }
    }

    pub(super) fn forgotten(self) -> Value {
        match self {
            Self::Text => json!(FORGOTTEN),
            Self::Address => json!({"address1": FORGOTTEN, "city": FORGOTTEN}),
        }
    }
}

/// An encrypted value, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedValue<'a> {
    pub(super) form: Form,
    #[serde(borrow)]
    pub(super) key: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) value: Cow<'a, str>,
}

/// Why a draft's personal values can't be encrypted. It is a fault of whoever made the draft.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The event can't be understood by this build.
    #[error("an event whose personal values are to be encrypted can't be understood")]
    Decode(#[from] DecodeError),
    /// The payload is of an older schema version that this build doesn't write.
    #[error("this build doesn't write {event_type} of version {version}")]
    NotWritten {
        /// The event's type.
        event_type: String,
        /// The version of its schema.
        version: u32,
    },
    /// A value is neither a text nor an address.
    #[error("the personal value at {0} is neither a text nor an address")]
    Form(String),
    /// A subject has no key.
    #[error("there is no key for {0}")]
    NoKey(Subject),
}

/// A draft with the places of its personal values: first ask for its subjects, then encrypt.
#[derive(Debug)]
pub struct Sealing {
    draft: DraftCommit,
    events: Vec<Option<Personals>>,
}

/// A payload that this process wrote, with where personal values are in it, as JSON pointers.
#[derive(Clone, Debug)]
pub(crate) struct Plain {
    payload: Personal<Value>,
    places: Vec<String>,
}

impl Plain {
    pub(crate) const fn new(payload: Value, places: Vec<String>) -> Self {
        Self {
            payload: Personal::new(payload),
            places,
        }
    }
}

/// The personal values of a payload.
#[derive(Debug)]
struct Personals {
    payload: Value,
    values: Vec<(String, Form, Subject)>,
}

impl Sealing {
    /// Looks for the personal values of a draft.
    ///
    /// # Errors
    /// [`SealError`], where an event is not one that this build writes.
    pub fn of(mut draft: DraftCommit) -> Result<Self, SealError> {
        let events = draft.events.iter_mut().map(personals);
        let events = events.collect::<Result<_, _>>();
        Ok(Self {
            events: events?,
            draft,
        })
    }

    /// Which commit it is to be.
    pub const fn reference(&self) -> CommitRef {
        CommitRef {
            docket_number: self.draft.docket_number,
            version: self.draft.version,
        }
    }

    /// The subjects whose keys are needed. That of commands is always among them, for the
    /// digest.
    pub fn subjects(&self) -> BTreeSet<Subject> {
        let values = self.events.iter().flatten().flat_map(|it| &it.values);
        let subjects = values.map(|(_, _, subject)| subject.clone());
        // Whoever sent the command need not have a key of their own here: each clerk would get
        // one in each case.
        let source = self.draft.source.as_ref().map(|_| Subject::Texts);
        subjects.chain([Subject::Commands]).chain(source).collect()
    }

    /// The draft with its personal values, and the digest of its command, under these keys. It
    /// still says in memory what it says, so that it can be understood without a key.
    ///
    /// # Errors
    /// [`SealError::NoKey`] where one of [`Self::subjects`] has none.
    pub fn with(self, keys: &CaseKeys) -> Result<DraftCommit, SealError> {
        let Self { mut draft, events } = self;
        let key_of = |subject: &Subject| {
            let key = keys.current(subject);
            key.ok_or_else(|| SealError::NoKey(subject.clone()))
        };
        for (event, personals) in draft.events.iter_mut().zip(events) {
            let Some(Personals {
                mut payload,
                values,
            }) = personals
            else {
                continue;
            };
            for (pointer, form, subject) in values {
                let (name, key) = key_of(&subject)?;
                let Some(value) = payload.pointer_mut(&pointer) else {
                    return Err(SealError::Form(pointer));
                };
                let sealed = seal(event, &pointer, key, value);
                *value = json!({SEALED: SealedValue {
                    form,
                    key: name.to_string().into(),
                    value: sealed.into(),
                }});
            }
            event.seal_as(text_of(&payload));
        }
        if let Some(source) = draft.source.as_mut().filter(|it| !it.is_sealed()) {
            let sender = keys.current(&Subject::User(draft.actor.clone()));
            let (name, key) = sender.map_or_else(|| key_of(&Subject::Texts), Ok)?;
            let place = source_place(&draft.command_id);
            let plain = zeroize::Zeroizing::new(json!(source.stored()).to_string());
            let sealed = key.encrypt(PURPOSE, &place, plain.as_bytes());
            let sealed = json!({SEALED: SealedValue {
                form: Form::Text,
                key: name.to_string().into(),
                value: BASE64.encode(sealed).into(),
            }});
            source.store_as(sealed.to_string());
        }
        let (_, key) = key_of(&Subject::Commands)?;
        draft.command_digest = key.keyed(draft.command_digest);
        Ok(draft)
    }
}

fn seal(event: &StoredEvent, pointer: &str, key: &DataKey, value: &Value) -> String {
    let plain = zeroize::Zeroizing::new(text_of(value));
    BASE64.encode(key.encrypt(PURPOSE, &value_place(event, pointer), plain.as_bytes()))
}

/// What an encrypted value is bound to.
pub(super) fn value_place<'a>(event: &'a StoredEvent, pointer: &'a str) -> [&'a [u8]; 3] {
    [
        event.event_id.0.as_bytes(),
        pointer.as_bytes(),
        event.event_type.as_bytes(),
    ]
}

/// The personal values of an event; `None` where it has none, or they are encrypted already.
fn personals(event: &mut StoredEvent) -> Result<Option<Personals>, SealError> {
    let plain = event.take_plain();
    if event.is_opened() {
        return Ok(None);
    }
    let Some(Plain { payload, places }) =
        plain.map_or_else(|| plain_of(event), |it| Ok(Some(it)))?
    else {
        return Ok(None);
    };
    let payload = payload.into_exposed();
    let mut values = Vec::with_capacity(places.len());
    for pointer in places {
        let value = payload.pointer(&pointer);
        let form = value.and_then(Form::of);
        let (Some(value), Some(form)) = (value, form) else {
            return Err(SealError::Form(pointer));
        };
        // What was forgotten already needs no key again.
        if *value != form.forgotten() {
            let subject = subject_at(&payload, &pointer);
            values.push((pointer, form, subject));
        }
    }
    Ok((!values.is_empty()).then_some(Personals { payload, values }))
}

/// The payload as it is read from its text; `None` where nothing of it is personal.
fn plain_of(event: &StoredEvent) -> Result<Option<Plain>, SealError> {
    let places = event.personal_places()?;
    if places.is_empty() {
        return Ok(None);
    }
    Ok(Some(Plain::new(event.to_value()?, places)))
}

/// Whose the value at a pointer is: the nearest object around it that names a contact or a user
/// says so; where none does, it is one of the case's texts.
fn subject_at(payload: &Value, pointer: &str) -> Subject {
    let mut around = pointer;
    while let Some((above, _)) = around.rsplit_once('/') {
        around = above;
        let Some(object) = payload.pointer(around).and_then(Value::as_object) else {
            continue;
        };
        if let Some(subject) = named(object) {
            return subject;
        }
    }
    Subject::Texts
}

fn named(object: &Map<String, Value>) -> Option<Subject> {
    let text = |name| object.get(name).and_then(Value::as_str);
    let contact = text("contactId").and_then(|id| uuid::Uuid::try_parse(id).ok());
    if let Some(id) = contact {
        return Some(Subject::Contact(ContactId(id)));
    }
    let user = text("userId").and_then(|id| UserId::new(id).ok());
    user.map(Subject::User)
}

/// What the encrypted address of a command is bound to.
pub(super) fn source_place(command: &CommandId) -> [&[u8]; 3] {
    [command.as_str().as_bytes(), b"/source", b"commit"]
}

/// A payload as it is told, kept from debug prints.
pub(crate) type Told = Personal<String>;
