//! JSON Schemas of the events' payloads, made from the types themselves.
//!
//! The schema of every event type and version is a committed file in `events/schemas`. That
//! of the newest version follows from the code; that of an older one is as it was written
//! when it was the newest. A test holds files and code together.

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Where OpenAPI keeps the schemas that others refer to, and where JSON Schema does.
const OPENAPI_PLACE: &str = "#/components/schemas/";
const PLACE: &str = "#/$defs/";

/// The schema of a payload type, as a JSON Schema document (draft 2020-12).
pub(crate) fn document<T: ToSchema>(event_type: &str, version: u32) -> Value {
    let mut named = Vec::new();
    T::schemas(&mut named);
    let definitions: Map<String, Value> = named
        .into_iter()
        .map(|(name, schema)| (name, moved(json!(schema))))
        .collect();
    let mut document = moved(json!(T::schema()));
    if let Some(members) = document.as_object_mut() {
        let dialect = "https://json-schema.org/draft/2020-12/schema";
        members.insert("$schema".to_owned(), json!(dialect));
        let title = format!("{event_type}, version {version}");
        members.insert("title".to_owned(), json!(title));
        if !definitions.is_empty() {
            members.insert("$defs".to_owned(), Value::Object(definitions));
        }
    }
    document
}

/// The same schema with its references where JSON Schema has them.
fn moved(schema: Value) -> Value {
    match schema {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| match (name.as_str(), &value) {
                    ("$ref", Value::String(to)) => {
                        let to = to.replacen(OPENAPI_PLACE, PLACE, 1);
                        (name, Value::String(to))
                    }
                    _ => (name, moved(value)),
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(moved).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema,
    }
}
