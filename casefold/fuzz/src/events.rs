//! Events of any type and schema version.

use casefold_events::{CaseEvent, EventId, StoredEvent};
use uuid::Uuid;

use crate::Outcome;

/// An event: its type, a blank and its schema version in the first line, and its payload in the
/// rest.
///
/// # Panics
/// Where an event that was lifted is not of the newest version, or not the same when it is written
/// and read again.
pub fn upcast(data: &[u8]) -> Outcome {
    let Some(stored) = stored(data) else {
        return Outcome::Refused;
    };
    let Ok(events) = stored.decode() else {
        return Outcome::Refused;
    };
    assert!(!events.is_empty(), "what happened doesn't get lost");
    let again = stored.decode().expect("what was read is read again");
    assert_eq!(again, events, "an event says the same each time");
    events.iter().for_each(same_again);
    Outcome::Taken
}

fn stored(data: &[u8]) -> Option<StoredEvent> {
    let (head, payload) = std::str::from_utf8(data).ok()?.split_once('\n')?;
    let (event_type, version) = head.split_once(' ')?;
    let id = EventId(Uuid::nil());
    Some(StoredEvent::read(
        id,
        event_type,
        version.parse().ok()?,
        payload,
    ))
}

/// That an event is the same when it is written under the newest version and read again.
pub(crate) fn same_again(event: &CaseEvent) {
    let id = EventId(Uuid::nil());
    let written = StoredEvent::encode(id, event).expect("an event is written");
    let newest = CaseEvent::SCHEMAS
        .iter()
        .find(|(name, _)| *name == written.event_type);
    assert_eq!(newest, Some(&(event.event_type(), written.schema_version)));
    let read = written.decode().expect("what is written is read");
    assert_eq!(read.as_slice(), std::slice::from_ref(event));
    let again = StoredEvent::encode(id, event).expect("an event is written");
    assert_eq!(again, written, "an event has one form");
}
