//! The schema of 2020, lifted to the shape of 2022.
//!
//! In 2020 a docket entry was a `docket-record` (its place on the record) and a `document`
//! (its content), tied by the document's id; a document that no record names was off the
//! record. The people of a case were `contactPrimary`, `contactSecondary`,
//! `otherPetitioners` and `otherFilers`, without ids.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

use super::door::{Door, DoorItem, Origin, about, pointer_to};
use super::ids::derived_in_case;
use super::source::{SourceCase, SourceItem};

/// Fields of a docket record under the names that they have in 2022.
const RENAMED: [(&str, &str); 2] = [
    ("description", "documentTitle"),
    ("status", "docketRecordStatus"),
];

type Placed<'a> = (usize, &'a SourceItem);

/// Each docket record joined with its document, then each document that none names.
pub(super) fn entries(
    case: &SourceCase,
    records: &[Placed<'_>],
    documents: &[Placed<'_>],
) -> Vec<DoorItem> {
    let mut joined = HashSet::new();
    let mut entries = Vec::with_capacity(records.len() + documents.len());
    for record in records {
        // A document stands behind one record only; a second record of it is an entry of
        // its own without one.
        let document = record.1.text("documentId").and_then(|id| {
            let of = |(at, item): &&Placed<'_>| {
                item.text("documentId") == Some(id) && !joined.contains(at)
            };
            documents.iter().find(of)
        });
        if let Some((at, _)) = document {
            joined.insert(*at);
        }
        entries.push(join(case, *record, document.copied()));
    }
    let alone = documents.iter().filter(|(at, _)| !joined.contains(at));
    entries.extend(alone.map(|document| off_record(case, *document)));
    entries
}

/// What the record says goes before what the document says: it is what the docket showed.
fn join(case: &SourceCase, record: Placed<'_>, document: Option<Placed<'_>>) -> DoorItem {
    let mut fields = Map::new();
    let mut origins = Vec::new();
    if let Some(document) = document {
        document_fields(&mut fields, &mut origins, document);
    } else {
        let id = record.1.text("docketRecordId").unwrap_or(&record.1.sk);
        fields.insert("docketEntryId".to_owned(), json!(id));
        origins.push(Origin::new(record.0, "/docketRecordId", "/docketEntryId"));
        fields.insert("isFileAttached".to_owned(), json!(false));
        fields.insert("isMinuteEntry".to_owned(), json!(true));
    }
    for (name, value) in &record.1.fields {
        if matches!(name.as_str(), "pk" | "sk" | "entityName" | "documentId") || value.is_null() {
            continue;
        }
        // Either side may say that an entry was stricken.
        if name == "isStricken" && *value == json!(false) && fields.contains_key(name) {
            continue;
        }
        let renamed = RENAMED
            .iter()
            .find(|(old, _)| old == name)
            .map_or(name.as_str(), |(_, new)| new);
        fields.insert(renamed.to_owned(), value.clone());
        origins.push(Origin::new(
            record.0,
            &pointer_to(name),
            &pointer_to(renamed),
        ));
    }
    fields.insert("isOnDocketRecord".to_owned(), json!(true));
    filers(case, &mut fields);
    DoorItem::new(about(case, record.1), fields, origins)
}

fn off_record(case: &SourceCase, document: Placed<'_>) -> DoorItem {
    let mut fields = Map::new();
    let mut origins = Vec::new();
    document_fields(&mut fields, &mut origins, document);
    fields.insert("isOnDocketRecord".to_owned(), json!(false));
    filers(case, &mut fields);
    DoorItem::new(about(case, document.1), fields, origins)
}

fn document_fields(
    fields: &mut Map<String, Value>,
    origins: &mut Vec<Origin>,
    (at, item): Placed<'_>,
) {
    fields.clone_from(&item.fields);
    fields.remove("pk");
    fields.remove("sk");
    origins.push(Origin::new(at, "", ""));
    if let Some(id) = item.fields.get("documentId") {
        fields.insert("docketEntryId".to_owned(), id.clone());
        origins.push(Origin::new(at, "/documentId", "/docketEntryId"));
    }
}

/// A document said by flags which contacts filed it.
fn filers(case: &SourceCase, fields: &mut Map<String, Value>) {
    if fields.contains_key("filers") {
        return;
    }
    let filers: Vec<_> = [("partyPrimary", PRIMARY), ("partySecondary", SECONDARY)]
        .iter()
        .filter(|(flag, _)| fields.get(*flag) == Some(&json!(true)))
        .map(|(_, contact)| json!(derived_in_case(case.docket_number, contact)))
        .collect();
    if !filers.is_empty() {
        fields.insert("filers".to_owned(), Value::Array(filers));
    }
}

const PRIMARY: &str = "contactPrimary";
const SECONDARY: &str = "contactSecondary";

/// Gives the case its `petitioners`, and private practitioners whom they represent.
pub(super) fn lift_people(case: &SourceCase, door: &mut Door) {
    lift_petitioners(case, door);
    for counsel in &mut door.counsel {
        if counsel.fields.contains_key("representing") {
            continue;
        }
        let flags = [
            ("representingPrimary", PRIMARY),
            ("representingSecondary", SECONDARY),
        ];
        let represented: Vec<_> = flags
            .iter()
            .filter(|(flag, _)| counsel.fields.get(*flag) == Some(&json!(true)))
            .map(|(_, contact)| json!(derived_in_case(case.docket_number, contact)))
            .collect();
        if !represented.is_empty() {
            counsel.set("representing", Value::Array(represented), Vec::new());
        }
    }
}

fn lift_petitioners(case: &SourceCase, door: &mut Door) {
    // With `contactPrimary` the `petitioners` of a case, where it has any, are its users;
    // they stay in the residue.
    if !door.case.fields.contains_key(PRIMARY) {
        return;
    }
    let Some(item) = door.case.origins().first().map(|origin| origin.item) else {
        return;
    };
    let fields = &case.items[item].fields;
    let mut people = Vec::new();
    let mut origins = Vec::new();
    let mut lift = |place: String, contact_type: &str, value: Option<&Value>| {
        let Some(Value::Object(person)) = value.filter(|value| **value != json!({})) else {
            return;
        };
        let mut person = person.clone();
        let id = derived_in_case(case.docket_number, &place);
        person.entry("contactId").or_insert_with(|| json!(id));
        person
            .entry("contactType")
            .or_insert_with(|| json!(contact_type));
        let door = format!("/petitioners/{}", people.len());
        origins.push(Origin::new(item, &format!("/{place}"), &door));
        people.push(Value::Object(person));
    };
    lift(PRIMARY.to_owned(), "petitioner", fields.get(PRIMARY));
    lift(SECONDARY.to_owned(), "petitioner", fields.get(SECONDARY));
    let list = |name: &str| {
        fields
            .get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    for (at, person) in list("otherPetitioners").iter().enumerate() {
        lift(format!("otherPetitioners/{at}"), "petitioner", Some(person));
    }
    for (at, person) in list("otherFilers").iter().enumerate() {
        // Besides "Intervenor" there are "Participant" and "Tax Matters Partner", who
        // take part without petitioning.
        let intervenes = person.get("otherFilerType") == Some(&json!("Intervenor"));
        let contact_type = if intervenes {
            "intervenor"
        } else {
            "participant"
        };
        lift(format!("otherFilers/{at}"), contact_type, Some(person));
    }
    let users = petitioning_users(door);
    if let (Some(Value::Object(primary)), [user]) = (people.first_mut(), users.as_slice()) {
        primary.entry("userId").or_insert_with(|| json!(user));
    }
    door.case.replace(
        &[PRIMARY, SECONDARY, "otherPetitioners", "otherFilers"],
        ("petitioners", Value::Array(people)),
        origins,
    );
}

/// The users under whom the case is listed and who aren't its counsel: where there is just
/// one, it is the primary contact.
fn petitioning_users(door: &Door) -> Vec<String> {
    let counsel: HashSet<_> = door
        .counsel
        .iter()
        .filter_map(|counsel| counsel.fields.get("userId")?.as_str())
        .collect();
    door.users
        .iter()
        .filter(|user| !counsel.contains(user.as_str()))
        .cloned()
        .collect()
}
