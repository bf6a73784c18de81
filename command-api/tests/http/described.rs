//! What the description says of a field is what is taken, and nothing else: each text, number
//! and list of each command, at its bounds and past them.

use casefold_command_api::command::{CaseCommand, GroupCommand, PetitionCommand};
use casefold_command_api::http::openapi;
use serde_json::{Value, json};

/// A field of a body that has a bound.
struct Field {
    /// Where it is, as a JSON pointer.
    pointer: String,
    /// Where it is, as a problem says it.
    path: String,
    schema: Value,
}

/// What is wrong with a field of this path, if anything.
type Refusing = fn(Value, &str) -> Option<String>;

macro_rules! refusing {
    ($commands:ty) => {
        |body, path| {
            let error = match <$commands>::parse(body) {
                Err(error) => (error.field().to_owned(), error.to_string()),
                Ok(command) => match command.validate() {
                    Err(error) => (error.path.clone(), error.to_string()),
                    Ok(()) => return None,
                },
            };
            // One that stands in a list is refused where it stands there for the second time.
            let list = |path: &str| path.rsplit_once('[').map(|(list, _)| list.to_owned());
            let about = error.0 == path
                || list(&error.0).is_some_and(|of| of == path || list(path) == Some(of));
            about.then_some(error.1)
        }
    };
}

#[test]
fn each_field_of_each_command_is_taken_as_it_is_described() {
    let document = openapi::document().unwrap();
    let groups: [(Vec<(&str, Value)>, Refusing); 3] = [
        (PetitionCommand::examples(), refusing!(PetitionCommand)),
        (CaseCommand::examples(), refusing!(CaseCommand)),
        (GroupCommand::examples(), refusing!(GroupCommand)),
    ];
    let endpoints = ["PetitionCommand", "CaseCommand", "GroupCommand"];
    let (mut tried, mut differences) = (0, Vec::new());
    for ((examples, refusal), commands) in groups.into_iter().zip(endpoints) {
        for (name, example) in examples {
            let pointer = format!("/components/schemas/{commands}/discriminator/mapping/{name}");
            let reference = document.pointer(&pointer).unwrap();
            let schema = json!({"$ref": reference, "components": document["components"]});
            let validator = jsonschema::validator_for(&schema).unwrap();
            let mut fields = Vec::new();
            let body = document
                .pointer(reference.as_str().unwrap().trim_start_matches('#'))
                .unwrap();
            collect(&document, body, ("", ""), &mut fields);
            for field in fields {
                for value in values(&field.schema) {
                    let mut body = example.clone();
                    if !put(&mut body, &field.pointer, value.clone()) {
                        continue;
                    }
                    tried += 1;
                    let described = validator
                        .iter_errors(&body)
                        .any(|error| is_about(&error.instance_path().to_string(), &field.pointer));
                    let refused = refusal(body, &field.path);
                    if described != refused.is_some() {
                        let not = if described { "" } else { "not " };
                        let (path, text) = (&field.path, value.to_string());
                        differences.push(format!(
                            "{name}, {path}: {text:.60} is {not}described as wrong, and {refused:?}"
                        ));
                    }
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(tried > 1_000, "{tried}");
}

/// The fields of a schema that have a bound.
fn collect(document: &Value, schema: &Value, at: (&str, &str), fields: &mut Vec<Field>) {
    let (pointer, path) = at;
    if let Some(reference) = schema["$ref"].as_str() {
        let form = document.pointer(reference.trim_start_matches('#')).unwrap();
        return collect(document, form, at, fields);
    }
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        collect(document, choice, at, fields);
    }
    let bounds = ["maxLength", "minimum", "maximum", "uniqueItems"];
    if bounds.iter().any(|bound| !schema[bound].is_null()) {
        fields.push(Field {
            pointer: pointer.to_owned(),
            path: path.to_owned(),
            schema: schema.clone(),
        });
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let inner = match path {
            "" => name.clone(),
            _ => format!("{path}.{name}"),
        };
        collect(
            document,
            property,
            (&format!("{pointer}/{name}"), &inner),
            fields,
        );
    }
    if schema["items"]["$ref"].is_string() {
        let at = (&*format!("{pointer}/0"), &*format!("{path}[0]"));
        collect(document, &schema["items"], at, fields);
    }
}

/// Values at the bounds of a field, and past them.
fn values(schema: &Value) -> Vec<Value> {
    let mut values = Vec::new();
    if let Some(most) = schema["maxLength"].as_u64() {
        let most = usize::try_from(most).unwrap();
        let texts = [
            String::new(),
            " ".to_owned(),
            "\u{a0}\u{2003}".to_owned(),
            "x".repeat(most),
            "é".repeat(most),
            "x".repeat(most + 1),
            "x y".to_owned(),
            "x\u{0}y".to_owned(),
            "x\u{7f}y".to_owned(),
            "x\u{85}y".to_owned(),
            "x\ny".to_owned(),
            "x\ty".to_owned(),
            "x\u{202e}y".to_owned(),
            "x\u{2069}".to_owned(),
            "x@y".to_owned(),
            "x@y@z".to_owned(),
            "@y".to_owned(),
            "x@".to_owned(),
            "\u{1f600}".to_owned(),
        ];
        values.extend(texts.map(Value::from));
    }
    for bound in ["minimum", "maximum"] {
        if let Some(number) = schema[bound].as_i64() {
            values.extend([number - 1, number, number + 1].map(Value::from));
        }
    }
    if schema["uniqueItems"] == true {
        values.push(json!(["101-26", "101-26"]));
        values.push(json!([1, 1]));
    }
    values
}

/// Whether something that is wrong at one place is about another: it is the same, or in it, or
/// a choice that it is a part of.
fn is_about(wrong: &str, pointer: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    !wrong.is_empty() && (within(wrong, pointer) || within(pointer, wrong))
}

/// Puts a value to a place, where there is something that can hold it.
fn put(body: &mut Value, pointer: &str, value: Value) -> bool {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match body.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.insert(name.to_owned(), value);
            true
        }
        Some(Value::Array(items)) => match items.first_mut() {
            Some(first) => {
                *first = value;
                true
            }
            None => false,
        },
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => false,
    }
}
