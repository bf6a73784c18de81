//! A case of 2020 is told in the events of 2020.
//!
//! Its petition has `contactPrimary`, `contactSecondary` and `otherPetitioners`, the entries
//! of its docket record a `description`, and its seals don't say from whom. Who reads them
//! lifts them (see `casefold_events::upcast`). What an older form can't say is told in
//! today's: the service that a document of 2020 had inside is dated by a commit of its own.

use casefold_events::canonical::{CanonicalError, to_canonical};
use casefold_events::{CaseEvent, EventId, StoredEvent};
use serde_json::{Map, Value, json};

use super::source::SourceItem;

/// An event type that 2020 knew in another form.
struct Form {
    event_type: &'static str,
    version: u32,
    /// Today's payload in that form; `None` where the form can't say it.
    told: fn(&SourceItem, Value) -> Option<Value>,
}

const FORMS: [Form; 3] = [
    Form {
        event_type: "PetitionFiled",
        version: 1,
        told: petition,
    },
    Form {
        event_type: "DocketEntryFiled",
        version: 1,
        told: filing,
    },
    Form {
        event_type: "DocketEntrySealed",
        version: 1,
        told: seal,
    },
];

/// The stored form of an event of a case of 2020: the older form where there is one and it
/// says just the same, else today's. `own` is the item that is the case itself.
///
/// # Errors
/// [`CanonicalError`] where the payload has no canonical form.
pub(super) fn encode(
    own: &SourceItem,
    event_id: EventId,
    event: &CaseEvent,
) -> Result<StoredEvent, CanonicalError> {
    let today = StoredEvent::encode(event_id, event)?;
    let form = FORMS
        .iter()
        .find(|form| form.event_type == today.event_type);
    let told = form.and_then(|form| {
        let payload = serde_json::from_str(today.payload()).ok()?;
        Some((form.version, (form.told)(own, payload)?))
    });
    let Some((schema_version, payload)) = told else {
        return Ok(today);
    };
    let payload = to_canonical(&payload)?;
    let older = StoredEvent::read(event_id, &*today.event_type, schema_version, payload);
    let says_the_same = older
        .decode()
        .is_ok_and(|events| events == std::slice::from_ref(event));
    Ok(if says_the_same { older } else { today })
}

fn petition(own: &SourceItem, mut payload: Value) -> Option<Value> {
    let petition = payload.as_object_mut()?;
    let Value::Array(petitioners) = petition.remove("petitioners")? else {
        return None;
    };
    let mut people = petitioners.into_iter().map(person);
    petition.insert("contactPrimary".to_owned(), people.next()??);
    if has_secondary(own) {
        petition.insert("contactSecondary".to_owned(), people.next()??);
    }
    let others = people.collect::<Option<Vec<_>>>()?;
    if !others.is_empty() {
        petition.insert("otherPetitioners".to_owned(), json!(others));
    }
    Some(payload)
}

fn has_secondary(own: &SourceItem) -> bool {
    let secondary = own.fields.get("contactSecondary");
    secondary
        .and_then(Value::as_object)
        .is_some_and(|person| !person.is_empty())
}

/// The address stood among the contact's own fields. Of an address, what is not known is
/// empty today, and was absent then.
fn person(contact: Value) -> Option<Value> {
    let Value::Object(mut person) = contact else {
        return None;
    };
    person.remove("contactType");
    person.remove("isAddressSealed");
    if let Some(Value::Object(address)) = person.remove("address") {
        let known = |(_, part): &(String, Value)| *part != json!("");
        person.extend(address.into_iter().filter(known).collect::<Map<_, _>>());
    }
    Some(Value::Object(person))
}

fn filing(_: &SourceItem, mut payload: Value) -> Option<Value> {
    let entry = payload.get_mut("entry")?.as_object_mut()?;
    let title = entry.remove("title")?;
    entry.insert("description".to_owned(), title);
    Some(payload)
}

fn seal(_: &SourceItem, mut payload: Value) -> Option<Value> {
    payload.as_object_mut()?.remove("sealedTo")?;
    Some(payload)
}
