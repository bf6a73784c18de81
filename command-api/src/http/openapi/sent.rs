//! What a caller sends, described as narrowly as it is taken, and what they are shown as widely
//! as it may be.
//!
//! A type says a field's longest length where it is declared. That a text isn't blank and has no
//! control character is the same for all of them ([`Check::text`](crate::command::Check::text)),
//! and so it is added here, once. Forms that the record has, too, are taken more narrowly than
//! they are shown, for a court's old records may have anything in them: bodies have forms of
//! their own for these, named `Given…`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::command::limits;

/// Control characters and marks of direction, as a class of a regular expression has them.
macro_rules! invisible {
    ($but:literal) => {
        concat!($but, r"\u007F-\u009F\u200E\u200F\u202A-\u202E\u2066-\u2069")
    };
}

/// Text of one line that isn't blank.
const TEXT: &str = concat!(
    "^[^",
    invisible!(r"\u0000-\u001F"),
    r"]*[^\s",
    invisible!(r"\u0000-\u001F"),
    "][^",
    invisible!(r"\u0000-\u001F"),
    "]*$"
);
/// Text of several lines that isn't blank.
const LINES: &str = concat!(
    "^[^",
    invisible!(r"\u0000-\u0008\u000B\u000C\u000E-\u001F"),
    r"]*[^\s",
    invisible!(r"\u0000-\u001F"),
    "][^",
    invisible!(r"\u0000-\u0008\u000B\u000C\u000E-\u001F"),
    "]*$"
);
/// An e-mail address.
const EMAIL: &str = concat!(
    r"^[^@\s",
    invisible!(r"\u0000-\u001F"),
    r"]+@[^@\s",
    invisible!(r"\u0000-\u001F"),
    "]+$"
);

/// Forms of the record that bodies have, too, and how long the texts in them may be there.
const GIVEN: &[(&str, &[(&str, usize)])] = &[
    (
        "Address",
        &[
            ("address1", limits::LINE),
            ("address2", limits::LINE),
            ("address3", limits::LINE),
            ("city", limits::LINE),
            ("state", limits::LINE),
            ("postalCode", limits::LINE),
            ("country", limits::LINE),
        ],
    ),
    ("Fee", &[("method", limits::LINE)]),
    ("OtherStatistics", &[]),
    ("Penalty", &[("name", limits::LINE)]),
    (
        "TrialSession",
        &[("trialLocation", limits::LINE), ("judge", limits::NAME)],
    ),
];

/// Lists in which nothing may stand twice.
const DISTINCT: &[&str] = &[
    "contacts",
    "docketNumbers",
    "filers",
    "remove",
    "representing",
];

/// How the names of the schemas begin of what is counted from one.
const FROM_ONE: &[&str] = &["ContactRef", "RecordRef"];

const SCHEMAS: &str = "#/components/schemas/";

/// Narrows the description of what is sent.
pub(super) fn narrow(document: &mut Value) {
    let (bodies, answers) = (of_bodies(document), of_answers(document));
    let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") else {
        return;
    };
    let sent = reached(schemas, bodies);
    let shown = reached(schemas, answers);
    let own: Vec<&String> = sent.difference(&shown).collect();
    for name in &shown {
        if let Some(Value::Object(schema)) = schemas.get_mut(name) {
            any_of_its_forms(schema);
        }
    }
    for (name, texts) in GIVEN {
        if let Some(mut form) = schemas.get(*name).cloned() {
            each(&mut form, &mut |name, schema| {
                let limit = texts.iter().find(|(text, _)| *text == name);
                if let Some((_, limit)) = limit {
                    schema.insert("maxLength".to_owned(), json!(limit));
                }
                if name.ends_with("Cents") {
                    schema.insert("maximum".to_owned(), json!(limits::CENTS));
                }
                narrow_field(name, schema);
            });
            schemas.insert(format!("Given{name}"), form);
        }
    }
    for name in own {
        if let Some(schema) = schemas.get_mut(name) {
            each(schema, &mut narrow_field);
            if FROM_ONE.iter().any(|begin| name.starts_with(begin)) {
                each(schema, &mut |_, schema| {
                    if schema.get("type") == Some(&json!("integer")) {
                        schema.insert("minimum".to_owned(), json!(1));
                    }
                });
            }
        }
    }
}

/// What is shown as one of several forms without a word that tells which may fit several: one
/// reader sees all that another does, and more.
fn any_of_its_forms(schema: &mut Map<String, Value>) {
    let is_form = |choice: &Value| choice.get("$ref").is_some();
    let forms = schema.get("oneOf").and_then(Value::as_array);
    let has_forms = forms.is_some_and(|forms| forms.iter().all(is_form));
    if has_forms && !schema.contains_key("discriminator") {
        let forms = schema.remove("oneOf").unwrap_or_default();
        schema.insert("anyOf".to_owned(), forms);
    }
}

/// What is true of a field of its name and kind in every body.
fn narrow_field(name: &str, schema: &mut Map<String, Value>) {
    if let Some(Value::String(reference)) = schema.get_mut("$ref") {
        let form = reference.strip_prefix(SCHEMAS).unwrap_or_default();
        if GIVEN.iter().any(|(given, _)| *given == form) {
            *reference = format!("{SCHEMAS}Given{form}");
        }
    }
    let is = |kind: &str| match schema.get("type") {
        Some(Value::String(only)) => only == kind,
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
        Some(_) | None => false,
    };
    let is_list = is("array");
    let is_text = is("string")
        && ["enum", "format", "pattern"]
            .iter()
            .all(|said| !schema.contains_key(*said));
    if is_list && DISTINCT.contains(&name) {
        schema.insert("uniqueItems".to_owned(), json!(true));
    }
    if is_text {
        let pattern = match name {
            "email" => EMAIL,
            "note" => LINES,
            _ => TEXT,
        };
        schema.insert("minLength".to_owned(), json!(1));
        schema.insert("pattern".to_owned(), json!(pattern));
    }
}

/// Calls a function with every schema within a schema, and the name of the property that it
/// belongs to: its own, or that of the list or choice that it stands in.
fn each(schema: &mut Value, call: &mut impl FnMut(&str, &mut Map<String, Value>)) {
    fn within(
        name: &str,
        schema: &mut Value,
        call: &mut impl FnMut(&str, &mut Map<String, Value>),
    ) {
        let Value::Object(schema) = schema else {
            return;
        };
        call(name, schema);
        if let Some(Value::Object(properties)) = schema.get_mut("properties") {
            for (name, property) in properties {
                within(name, property, call);
            }
        }
        if let Some(items) = schema.get_mut("items") {
            within(name, items, call);
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            if let Some(Value::Array(choices)) = schema.get_mut(choice) {
                choices.iter_mut().for_each(|one| within(name, one, call));
            }
        }
    }
    within("", schema, call);
}

fn of_bodies(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for operation in operations(document) {
        references(&operation["requestBody"], &mut names);
    }
    names
}

fn of_answers(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for operation in operations(document) {
        references(&operation["responses"], &mut names);
    }
    names
}

fn operations(document: &Value) -> impl Iterator<Item = &Value> {
    let paths = document["paths"].as_object();
    let items = paths.into_iter().flat_map(Map::values);
    items.filter_map(Value::as_object).flat_map(Map::values)
}

/// The names of the schemas that are referred to from something.
fn references(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                names.extend(reference.strip_prefix(SCHEMAS).map(str::to_owned));
            }
            members.values().for_each(|it| references(it, names));
        }
        Value::Array(items) => items.iter().for_each(|it| references(it, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// These schemas, and all that they refer to.
fn reached(schemas: &Map<String, Value>, mut from: BTreeSet<String>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    while let Some(name) = from.pop_first() {
        let mut further = BTreeSet::new();
        if let Some(schema) = schemas.get(&name) {
            references(schema, &mut further);
        }
        reached.insert(name);
        from.extend(further.difference(&reached).cloned());
    }
    reached
}
