//! The stored form of an event.

use serde::{Deserialize, Serialize};

use crate::canonical::{CanonicalError, to_canonical};
use crate::case::CaseEvent;
use crate::ids::EventId;
use crate::upcast::{self, Payload};

/// An event as it stands in the event table. The payload is canonical JSON text and is
/// hashed as it stands; it is never rewritten, whatever later versions of the code make
/// of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredEvent {
    /// The event's id.
    pub event_id: EventId,
    /// The event's type, say `DocketEntryServed`.
    pub event_type: String,
    /// The version of the payload's schema: 1, 2, 3 …
    pub schema_version: u32,
    /// The payload: canonical JSON.
    pub payload: String,
}

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
    /// The stored form of an event, under the newest version of its schema.
    ///
    /// # Errors
    /// [`CanonicalError`] where the payload has no canonical form.
    pub fn encode(event_id: EventId, event: &CaseEvent) -> Result<Self, CanonicalError> {
        Ok(Self {
            event_id,
            event_type: event.event_type().to_owned(),
            schema_version: event.schema_version(),
            payload: event.payload()?,
        })
    }

    /// The event, lifted to the newest version of its schema where it was stored under an
    /// older one: usually one, and several where what was one fact then is several now.
    ///
    /// # Errors
    /// [`DecodeError`] where this build doesn't know the type or version, or the payload
    /// doesn't fit.
    pub fn decode(&self) -> Result<Vec<CaseEvent>, DecodeError> {
        let (event_type, known) =
            CaseEvent::schema(&self.event_type).ok_or_else(|| DecodeError::UnknownType {
                event_type: self.event_type.clone(),
            })?;
        if self.schema_version == 0 || self.schema_version > known {
            return Err(DecodeError::UnknownVersion {
                event_type,
                found: self.schema_version,
                known,
            });
        }
        let fits = |source| DecodeError::Payload {
            event_type,
            schema_version: self.schema_version,
            source,
        };
        if self.schema_version == known {
            let event = CaseEvent::from_payload(event_type, &self.payload).map_err(fits)?;
            return Ok(vec![event]);
        }
        let old = Payload {
            event_type,
            version: self.schema_version,
            value: serde_json::from_str(&self.payload).map_err(fits)?,
        };
        let newest = |event_type| CaseEvent::schema(event_type).map_or(0, |(_, newest)| newest);
        upcast::lift(old, newest)?
            .into_iter()
            .map(
                |Payload {
                     event_type, value, ..
                 }| {
                    CaseEvent::from_payload(event_type, &value.to_string()).map_err(fits)
                },
            )
            .collect()
    }
}

/// The canonical text of a payload.
///
/// # Errors
/// See [`to_canonical`].
pub(crate) fn payload_of<T: Serialize>(payload: &T) -> Result<String, CanonicalError> {
    to_canonical(payload)
}
