//! The stored form of an event.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{CanonicalError, PersonalPlace, Written, written};
use crate::case::CaseEvent;
use crate::ids::EventId;
use crate::personal::Marked;
use crate::personal::sealing::{SealError, Told};
use crate::upcast::{self, Payload};

/// An event as it stands in the event table. The payload is canonical JSON text and is
/// hashed as it stands; it is never rewritten, whatever later versions of the code make
/// of it.
///
/// Personal values in it are encrypted (see [`crate::personal`]). What it says is opened beside
/// it, in memory alone: that is neither serialized nor hashed, and two events are the same where
/// what is stored of them is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredEvent {
    /// The event's id.
    pub event_id: EventId,
    /// The event's type, say `DocketEntryServed`.
    pub event_type: String,
    /// The version of the payload's schema: 1, 2, 3 …
    pub schema_version: u32,
    payload: String,
    #[serde(skip)]
    opened: Option<Told>,
    /// Where in the payload personal values are, which whoever wrote it knows, until they are
    /// encrypted.
    #[serde(skip)]
    personal: Option<Vec<PersonalPlace>>,
}

impl PartialEq for StoredEvent {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            event_id,
            event_type,
            schema_version,
            payload,
            opened: _,
            personal: _,
        } = self;
        *event_id == other.event_id
            && *event_type == other.event_type
            && *schema_version == other.schema_version
            && *payload == other.payload
    }
}

impl Eq for StoredEvent {}

/// Why a stored event can't be understood by this build.
///
/// None of them loses anything: the event stays where it is, the case is parked with the
/// reason, and is picked up by a build that understands it.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Written by a newer build.
    #[error("event type {event_type:?} is unknown to this build; deploy the build that writes it")]
    UnknownType {
        /// The type that is unknown.
        event_type: String,
    },
    /// Written by a newer build.
    #[error(
        "{event_type} has schema version {found}, and this build knows versions 1 to {known}; deploy the build that writes it"
    )]
    UnknownVersion {
        /// The event's type.
        event_type: &'static str,
        /// The version that was found.
        found: u32,
        /// The newest version that this build knows.
        known: u32,
    },
    /// The payload is not of its schema.
    #[error("the payload of {event_type} version {schema_version} does not fit its schema")]
    Payload {
        /// The event's type.
        event_type: &'static str,
        /// The version of its schema.
        schema_version: u32,
        /// What the parser says; it may quote the payload, so it is for the repair and not
        /// for the log.
        #[source]
        source: serde_json::Error,
    },
    /// Its personal values are encrypted, and were not opened before it was asked what it says.
    #[error("the personal values of {event_type} are encrypted, and were not opened")]
    Closed {
        /// The event's type.
        event_type: &'static str,
    },
    /// An upcaster could not lift the payload.
    #[error("the payload of {event_type} can't be lifted from schema version {from}")]
    Upcast {
        /// The event's type.
        event_type: &'static str,
        /// The version that it could not be lifted from.
        from: u32,
    },
}

impl StoredEvent {
    /// An event as it was read: nothing of it is opened.
    pub fn read(
        event_id: EventId,
        event_type: impl Into<String>,
        schema_version: u32,
        payload: impl Into<String>,
    ) -> Self {
        Self {
            event_id,
            event_type: event_type.into(),
            schema_version,
            payload: payload.into(),
            opened: None,
            personal: None,
        }
    }

    /// The payload: canonical JSON, as it is stored and hashed.
    pub fn payload(&self) -> &str {
        &self.payload
    }

    /// The payload as it is told: with its personal values, or what stands for those that were
    /// forgotten. It is the stored one where nothing of it is encrypted, or nothing was opened.
    pub fn told(&self) -> &str {
        self.opened
            .as_ref()
            .map_or(&self.payload, |told| told.expose())
    }

    /// Whether what it says was opened beside what is stored.
    pub(crate) const fn is_opened(&self) -> bool {
        self.opened.is_some()
    }

    /// Keeps in memory what it says.
    pub(crate) fn open_as(&mut self, told: String) {
        self.opened = Some(Told::new(told));
    }

    /// Stores another payload, with what is personal encrypted, and keeps in memory what it said
    /// before.
    pub(crate) fn seal_as(&mut self, payload: String) {
        let told = std::mem::replace(&mut self.payload, payload);
        self.open_as(told);
    }

    /// Where in its payload personal values are. One that was read, and not written just now, is
    /// written again for that.
    pub(crate) fn personal_places(&mut self) -> Result<Vec<PersonalPlace>, SealError> {
        if let Some(places) = self.personal.take() {
            return Ok(places);
        }
        let Written { text, personal } = self.written_again()?;
        self.payload = text;
        Ok(personal)
    }

    fn written_again(&self) -> Result<Written, SealError> {
        let (event_type, newest) = self.schema()?;
        let not_written = || SealError::NotWritten {
            event_type: self.event_type.clone(),
            version: self.schema_version,
        };
        let payload: Value =
            serde_json::from_str(&self.payload).map_err(|source| self.unfit(event_type, source))?;
        let pointers = if self.schema_version == newest {
            let event = CaseEvent::from_payload(event_type, &self.payload);
            let event = event.map_err(|source| self.unfit(event_type, source))?;
            let places = event.written().map_err(|_| not_written())?.personal;
            places.into_iter().map(|place| place.pointer).collect()
        } else {
            let patterns = upcast::personal(event_type, self.schema_version);
            upcast::places(&payload, patterns.ok_or_else(not_written)?)
        };
        written(&Marked::of(&payload, &pointers)).map_err(|_| not_written())
    }

    fn schema(&self) -> Result<(&'static str, u32), DecodeError> {
        CaseEvent::schema(&self.event_type).ok_or_else(|| DecodeError::UnknownType {
            event_type: self.event_type.clone(),
        })
    }

    fn unfit(&self, event_type: &'static str, source: serde_json::Error) -> DecodeError {
        if self.opened.is_none() && self.is_encrypted() {
            return DecodeError::Closed { event_type };
        }
        DecodeError::Payload {
            event_type,
            schema_version: self.schema_version,
            source,
        }
    }

    /// The stored form of an event, under the newest version of its schema.
    ///
    /// # Errors
    /// [`CanonicalError`] where the payload has no canonical form.
    pub fn encode(event_id: EventId, event: &CaseEvent) -> Result<Self, CanonicalError> {
        let Written { text, personal } = event.written()?;
        Ok(Self {
            event_id,
            event_type: event.event_type().to_owned(),
            schema_version: event.schema_version(),
            payload: text,
            opened: None,
            personal: Some(personal),
        })
    }

    /// The event, lifted to the newest version of its schema where it was stored under an
    /// older one: usually one, and several where what was one fact then is several now.
    ///
    /// # Errors
    /// [`DecodeError`] where this build doesn't know the type or version, or the payload
    /// doesn't fit.
    pub fn decode(&self) -> Result<Vec<CaseEvent>, DecodeError> {
        let mut events = Vec::with_capacity(1);
        self.decode_into(&mut events)?;
        Ok(events)
    }

    /// Adds what [`Self::decode`] gives.
    pub(crate) fn decode_into(&self, events: &mut Vec<CaseEvent>) -> Result<(), DecodeError> {
        let (event_type, known) = self.schema()?;
        if self.schema_version == 0 || self.schema_version > known {
            return Err(DecodeError::UnknownVersion {
                event_type,
                found: self.schema_version,
                known,
            });
        }
        let fits = |source| self.unfit(event_type, source);
        if self.schema_version == known {
            events.push(CaseEvent::from_payload(event_type, self.told()).map_err(fits)?);
            return Ok(());
        }
        let old = Payload {
            event_type,
            version: self.schema_version,
            value: serde_json::from_str(self.told()).map_err(fits)?,
        };
        let newest = |event_type| CaseEvent::schema(event_type).map_or(0, |(_, newest)| newest);
        for Payload {
            event_type, value, ..
        } in upcast::lift(old, newest)?
        {
            let event = CaseEvent::from_payload(event_type, &value.to_string());
            events.push(event.map_err(fits)?);
        }
        Ok(())
    }
}
