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
use serde::Deserialize;
use serde_json::json;

use super::Personal;
use super::keys::{CaseKeys, KeyName, Subject};
use crate::canonical::PersonalPlace;
use crate::commit::{CommitRef, DraftCommit};
use crate::ids::CommandId;
use crate::stored::{DecodeError, StoredEvent};

/// The reserved member of an object that stands for an encrypted value.
pub(super) const SEALED: &str = "$sealed";

/// About how many bytes more an encrypted value takes.
const MORE: usize = 128;

/// What a value's ciphertext is bound to.
pub(super) const PURPOSE: &str = "casefold.personal.v1";

/// What kind of value was encrypted: what stands in its place when it is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    /// A text.
    Text,
    /// A postal address.
    Address,
}

impl Form {
    /// By how the value's JSON text begins.
    const fn of(text: &str) -> Option<Self> {
        match text.as_bytes() {
            [b'"', ..] => Some(Self::Text),
            [b'{', ..] => Some(Self::Address),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Address => "address",
        }
    }

    /// The canonical text of what stands in the place of a value that was
    /// [forgotten](super::FORGOTTEN).
    pub(super) const fn forgotten(self) -> &'static str {
        match self {
            Self::Text => r#""[forgotten]""#,
            Self::Address => r#"{"address1":"[forgotten]","city":"[forgotten]"}"#,
        }
    }
}

/// An encrypted value, as it is stored.
#[derive(Debug, Deserialize)]
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
    events: Vec<Personals>,
}

/// The personal values of a payload that are to be encrypted, in their order.
type Personals = Vec<(PersonalPlace, Form)>;

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
        let values = self.events.iter().flatten();
        let subjects = values.map(|(place, _)| place.subject.clone());
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
            if personals.is_empty() {
                continue;
            }
            let payload = event.payload();
            let mut sealed = String::with_capacity(payload.len() + personals.len() * MORE);
            let mut from = 0;
            for (place, form) in personals {
                let PersonalPlace {
                    pointer,
                    bytes,
                    subject,
                } = place;
                let (name, key) = key_of(&subject)?;
                let plain = &payload.as_bytes()[bytes.clone()];
                let cipher = key.encrypt(PURPOSE, &value_place(event, &pointer), plain);
                sealed.push_str(&payload[from..bytes.start]);
                push_sealed(&mut sealed, form, name, &cipher);
                from = bytes.end;
            }
            sealed.push_str(&payload[from..]);
            event.seal_as(sealed);
        }
        if let Some(source) = draft.source.as_mut().filter(|it| !it.is_sealed()) {
            let sender = keys.current(&Subject::User(draft.actor.clone()));
            let (name, key) = sender.map_or_else(|| key_of(&Subject::Texts), Ok)?;
            let place = source_place(&draft.command_id);
            let plain = zeroize::Zeroizing::new(json!(source.stored()).to_string());
            let cipher = key.encrypt(PURPOSE, &place, plain.as_bytes());
            let mut sealed = String::new();
            push_sealed(&mut sealed, Form::Text, name, &cipher);
            source.store_as(sealed);
        }
        let (_, key) = key_of(&Subject::Commands)?;
        draft.command_digest = key.keyed(draft.command_digest);
        Ok(draft)
    }
}

/// Adds what stands in the place of a value, as canonical text.
fn push_sealed(text: &mut String, form: Form, name: &KeyName, cipher: &[u8]) {
    let (form, key) = (form.name(), json!(name.to_string()));
    for part in [
        "{\"",
        SEALED,
        "\":{\"form\":\"",
        form,
        "\",\"key\":",
        &key.to_string(),
        ",\"value\":\"",
    ] {
        text.push_str(part);
    }
    BASE64.encode_string(cipher, text);
    text.push_str("\"}}");
}

/// What an encrypted value is bound to.
pub(super) fn value_place<'a>(event: &'a StoredEvent, pointer: &'a str) -> [&'a [u8]; 3] {
    [
        event.event_id.0.as_bytes(),
        pointer.as_bytes(),
        event.event_type.as_bytes(),
    ]
}

/// The personal values of an event; none where they are encrypted already, or forgotten: what was
/// forgotten needs no key again.
fn personals(event: &mut StoredEvent) -> Result<Personals, SealError> {
    if event.is_opened() {
        return Ok(Vec::new());
    }
    let places = event.personal_places()?;
    let mut values = Vec::with_capacity(places.len());
    for place in places {
        let text = &event.payload()[place.bytes.clone()];
        let form = Form::of(text).ok_or_else(|| SealError::Form(place.pointer.clone()))?;
        if text != form.forgotten() {
            values.push((place, form));
        }
    }
    Ok(values)
}

/// What the encrypted address of a command is bound to.
pub(super) fn source_place(command: &CommandId) -> [&[u8]; 3] {
    [command.as_str().as_bytes(), b"/source", b"commit"]
}

/// A payload as it is told, kept from debug prints.
pub(crate) type Told = Personal<String>;
