//! The parameters that several operations have, each described once, by its name.

use serde_json::{Value, json};

use crate::audit;

/// What stands in a header between commas and quotes is a tag: printable ASCII without quotes.
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#;
/// The one version that a command is to find, with or without its generation.
const VERSION_TAG: &str = r#"^(\*|"[1-9][0-9]{0,18}(\.[1-9][0-9]{0,8})?")$"#;

/// Describes the known parameters of every operation.
pub(super) fn describe(document: &mut Value) {
    let Some(Value::Object(paths)) = document.get_mut("paths") else {
        return;
    };
    let items = paths.values_mut().filter_map(Value::as_object_mut);
    for operation in items.flat_map(|item| item.values_mut()) {
        let Some(Value::Array(parameters)) = operation.get_mut("parameters") else {
            continue;
        };
        for parameter in parameters {
            if parameter["schema"]["$ref"] == "#/components/schemas/EntryRef" {
                parameter["schema"] = index_or_id();
            }
            let name = parameter["name"].as_str().unwrap_or_default();
            // Of a difference they are versions, and numbers.
            let is_number = parameter["schema"]["type"] == "integer";
            if let Some(schema) = schema_of(name).filter(|_| !is_number) {
                parameter["schema"] = schema;
            }
        }
    }
}

/// The schema of a parameter that is the same wherever it is; `None` for one that says its own.
fn schema_of(name: &str) -> Option<Value> {
    let text = |pattern: &str| json!({"type": "string", "minLength": 1, "pattern": pattern});
    Some(match name {
        "cursor" => text("^[A-Za-z0-9_-]+$"),
        "If-None-Match" => text(TAGS),
        "If-Match" => text(VERSION_TAG),
        "Content-Digest" => text("^sha-256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=:$"),
        "X-Audit-Reason" => json!({
            "type": "string", "pattern": "^[!-~][ -~]*[!-~]$", "minLength": 3, "maxLength": 500,
        }),
        // Whatever can't be one is replaced, and not refused: a request is not lost for it.
        "X-Correlation-Id" => json!({
            "type": "string", "examples": ["0193586e-5a6b-7c80-8000-000000000000"],
        }),
        "effectiveOn" | "from" | "to" => day_or_time(),
        "command" => json!({"anyOf": [
            {"enum": audit::known_commands(), "type": "string"},
            {"pattern": "^Import[A-Za-z]*$", "type": "string"},
        ]}),
        "eventType" => json!({"enum": audit::known_event_types(), "type": "string"}),
        "sourceAddress" => json!({"anyOf": [
            {"format": "ipv4", "type": "string"}, {"format": "ipv6", "type": "string"},
        ]}),
        _ => return None,
    })
}

/// A docket entry, by the index or the id that a path or query has of it.
fn index_or_id() -> Value {
    json!({"anyOf": [
        {"format": "int32", "minimum": 0, "type": "integer"},
        {"format": "uuid", "type": "string"},
    ]})
}

/// A day, or a time.
fn day_or_time() -> Value {
    json!({"anyOf": [
        {"format": "date", "type": "string"}, {"format": "date-time", "type": "string"},
    ]})
}
