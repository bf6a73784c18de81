//! The fields of a document: each leaf of its JSON, by its path. Pure.
//!
//! An element of an array is named by its id where all elements of the array have one, so that
//! it keeps its path when another is inserted before it: `partyContacts[<contactId>].phone`;
//! another by its position, from 0: `statusHistory[2].since`. A name with other characters than
//! letters, digits, `_` and `-` is quoted: `["a.b"]`.

use std::collections::{BTreeMap, HashSet};

use serde_json::Value;

/// What elements of arrays are known by, as the way from the element to its id; of several,
/// the first that all elements have. An array that isn't listed here is compared by
/// position, so an id that is new in a document goes here.
pub const IDENTITIES: &[&[&str]] = &[
    &["docketEntryId"],
    &["filed", "docketEntryId"],
    &["contactId"],
    &["deadlineId"],
    &["correspondenceId"],
    &["statisticId"],
    &["trialSessionId"],
    &["session", "trialSessionId"],
    &["userId"],
    &["eventId"],
    &["docketNumber"],
    &["id"],
    &["index"],
];

/// The leaves of a document: texts, numbers, and what is empty, by their paths.
pub type Leaves = BTreeMap<String, Value>;

/// The leaves of a document, with paths that go on from this one; the empty path is the
/// document itself.
pub fn leaves(path: &str, document: Value) -> Leaves {
    let mut leaves = Leaves::new();
    descend(&mut path.to_owned(), document, &mut leaves);
    leaves
}

fn descend(path: &mut String, value: Value, leaves: &mut Leaves) {
    let here = path.len();
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                push_name(path, &name);
                descend(path, value, leaves);
                path.truncate(here);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            let ids = ids_of(&elements);
            for (at, element) in elements.into_iter().enumerate() {
                let id = ids.as_ref().and_then(|ids| ids.get(at));
                path.push('[');
                match id {
                    Some(id) => path.push_str(id),
                    None => path.push_str(&at.to_string()),
                }
                path.push(']');
                descend(path, element, leaves);
                path.truncate(here);
            }
        }
        leaf => {
            leaves.insert(path.clone(), leaf);
        }
    }
}

/// The ids of an array's elements, where each has one of its own.
fn ids_of(elements: &[Value]) -> Option<Vec<String>> {
    IDENTITIES.iter().find_map(|way| {
        let ids = elements.iter().map(|element| {
            let id = way.iter().try_fold(element, |value, name| value.get(name));
            match id? {
                Value::String(id) => Some(plain_or_quoted(id)),
                Value::Number(id) => Some(id.to_string()),
                Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
            }
        });
        let ids: Vec<String> = ids.collect::<Option<_>>()?;
        let distinct: HashSet<_> = ids.iter().collect();
        (distinct.len() == ids.len()).then_some(ids)
    })
}

fn push_name(path: &mut String, name: &str) {
    if is_plain(name) {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
    } else {
        path.push('[');
        path.push_str(&Value::from(name).to_string());
        path.push(']');
    }
}

fn plain_or_quoted(id: &str) -> String {
    if is_plain(id) {
        id.to_owned()
    } else {
        Value::from(id).to_string()
    }
}

fn is_plain(name: &str) -> bool {
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '-';
    !name.is_empty() && name.chars().all(plain)
}

/// Whether a field is meant by what somebody asks for: its path, or the beginning of one
/// (`partyContacts[…]`, `docketEntries[3]`); the same with `[]` for all elements
/// (`docketEntries[].servedAt`); or a name that stands in the path (`servedAt`).
pub fn is_meant(path: &str, asked: &str) -> bool {
    begins(path, asked) || begins(&general(path), asked) || names(path).any(|name| name == asked)
}

/// The names that stand in a path.
pub fn names(path: &str) -> impl Iterator<Item = &str> {
    let outside = path.split('[').enumerate().map(|(at, part)| match at {
        0 => part,
        _ => part.split_once(']').map_or("", |(_, after)| after),
    });
    outside
        .flat_map(|part| part.split('.'))
        .filter(|name| !name.is_empty())
}

fn begins(path: &str, asked: &str) -> bool {
    let rest = path.strip_prefix(asked);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// A path with `[]` in place of positions and ids.
fn general(path: &str) -> String {
    let mut general = String::with_capacity(path.len());
    for (at, part) in path.split('[').enumerate() {
        if at == 0 {
            general.push_str(part);
        } else {
            general.push_str("[]");
            general.push_str(part.split_once(']').map_or("", |(_, after)| after));
        }
    }
    general
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(document: Value) -> Vec<String> {
        leaves("", document).into_keys().collect()
    }

    #[test]
    fn a_leaf_is_a_text_a_number_or_what_is_empty() {
        let found = leaves(
            "",
            json!({"a": {"b": 1, "c": "x"}, "d": [], "e": {}, "f": null}),
        );
        assert_eq!(
            found.into_iter().collect::<Vec<_>>(),
            [
                ("a.b".to_owned(), json!(1)),
                ("a.c".to_owned(), json!("x")),
                ("d".to_owned(), json!([])),
                ("e".to_owned(), json!({})),
                ("f".to_owned(), json!(null)),
            ]
        );
    }

    #[test]
    fn elements_are_named_by_their_ids_and_else_by_their_positions() {
        let parties = json!({"parties": [{"contactId": "c-2", "n": 1}, {"contactId": "c-1"}]});
        assert_eq!(
            paths(parties),
            [
                "parties[c-1].contactId",
                "parties[c-2].contactId",
                "parties[c-2].n"
            ]
        );
        let twice = json!({"parties": [{"contactId": "c"}, {"contactId": "c"}]});
        assert_eq!(
            paths(twice),
            ["parties[0].contactId", "parties[1].contactId"]
        );
        assert_eq!(paths(json!(["x", ["y"]])), ["[0]", "[1][0]"]);
        assert_eq!(paths(json!({"a.b": {"c": 1}})), ["[\"a.b\"].c"]);
    }

    #[test]
    fn a_field_is_meant_by_its_path_its_beginning_its_general_form_and_its_name() {
        let path = "docketEntries[3].stamp.disposition";
        for asked in [
            path,
            "docketEntries",
            "docketEntries[3]",
            "docketEntries[3].stamp",
            "docketEntries[].stamp",
            "stamp",
            "disposition",
        ] {
            assert!(is_meant(path, asked), "{asked}");
        }
        for asked in ["docket", "docketEntries[4]", "docketEntries[3].st", "3", ""] {
            assert!(!is_meant(path, asked), "{asked}");
        }
    }
}
