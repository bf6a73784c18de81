//! What no event holds: the source's items without the values that stand in events.

use std::collections::{BTreeMap, BTreeSet};

use casefold_events::DocketNumber;
use serde_json::{Map, Value};

use super::door::{Door, Origin};
use super::source::SourceCase;

/// How many bytes of residue go into one commit, counted as the event's payload writes
/// them before it is encrypted, which makes a third more of them. A commit is one item, and
/// DynamoDB takes 400 KB an item.
pub(super) const PART_BYTES: usize = 300_000;

/// Which fields of which kind of item are left, and how often. Items of which nothing was
/// taken are not counted by their fields.
pub type Remains = BTreeMap<(String, String), usize>;

/// What of a case no event holds.
pub(super) struct Residue {
    /// Canonical JSON text: a list of the case's items in the order of their keys, each with
    /// `pk`, `sk` and the fields that are left.
    pub(super) text: String,
    /// The same by field.
    pub(super) remains: Remains,
}

/// The residue of a case.
pub(super) fn residue(case: &SourceCase, door: &Door) -> Residue {
    let mut left: Vec<_> = case
        .items
        .iter()
        .map(|item| Value::Object(item.fields.clone()))
        .collect();
    for item in door.items() {
        for origin in item.origins() {
            let (before, after) = item.before_and_after(&origin.door);
            if let (Some(left), Some(before)) = (left.get_mut(origin.item), before) {
                settle_at(left, origin, &before, after.as_ref());
            }
        }
    }
    for (left, item) in left.iter_mut().zip(&case.items) {
        prune(left, &Value::Object(item.fields.clone()));
    }
    let at_the_door: BTreeSet<_> = door
        .items()
        .flat_map(|item| item.origins())
        .map(|origin| origin.item)
        .collect();
    let mut remains = Remains::new();
    for at in at_the_door {
        if let (Some(item), Some(left)) = (case.items.get(at), left.get(at)) {
            count(left, String::new(), &item.kind(), &mut remains);
        }
    }
    let mut texts: Vec<_> = case
        .items
        .iter()
        .zip(left)
        .map(|(item, left)| (&item.pk, &item.sk, left.to_string()))
        .collect();
    texts.sort_unstable();
    let texts: Vec<_> = texts.into_iter().map(|(_, _, text)| text).collect();
    Residue {
        text: format!("[{}]", texts.join(",")),
        remains,
    }
}

/// Counts the fields of what is left of an item, but for its keys.
fn count(left: &Value, path: String, kind: &str, remains: &mut Remains) {
    match left {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                if path.is_empty() && (name == "pk" || name == "sk") {
                    continue;
                }
                count(value, field_path(&path, name), kind, remains);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for value in list {
                count(value, format!("{path}[]"), kind, remains);
            }
        }
        // A place in a list that is kept for what stands behind it.
        Value::Object(_) if path.ends_with("[]") => {}
        Value::Object(_)
        | Value::Array(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_) => {
            let key = (kind.to_owned(), path);
            *remains.entry(key).or_default() += 1;
        }
    }
}

/// A name that is an id, a docket number or an address may be personal, and is no field.
fn field_path(path: &str, name: &str) -> String {
    let is_id = uuid::Uuid::try_parse(name).is_ok() || name.parse::<DocketNumber>().is_ok();
    let name = if is_id || name.contains('@') {
        "*"
    } else {
        name
    };
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Settles the part of an item from which a part of a door item came.
fn settle_at(left: &mut Value, origin: &Origin, before: &Value, after: Option<&Value>) {
    if let (Some(part), Some(after)) = (left.pointer_mut(&origin.source), after) {
        return settle(part, before, after);
    }
    let Some((parent, field)) = origin.source.rsplit_once('/') else {
        return;
    };
    let parent = left.pointer_mut(parent).and_then(Value::as_object_mut);
    if let Some(parent) = parent
        && parent.get(field) == Some(before)
    {
        parent.remove(field);
    }
}

/// Removes from `left` what was `before` and is gone `after`: it was taken into an event.
/// A value that the door shows otherwise than the source has it stays.
fn settle(left: &mut Value, before: &Value, after: &Value) {
    match (left, before, after) {
        (Value::Object(left), Value::Object(before), Value::Object(after)) => {
            left.retain(|name, value| match (before.get(name), after.get(name)) {
                (Some(before), None) => value != before,
                (Some(before), Some(after)) => {
                    settle(value, before, after);
                    true
                }
                (None, _) => true,
            });
        }
        (Value::Array(left), Value::Array(before), Value::Array(after))
            if left.len() == before.len() && before.len() == after.len() =>
        {
            for ((left, before), after) in left.iter_mut().zip(before).zip(after) {
                settle(left, before, after);
            }
        }
        _ => {}
    }
}

/// Drops objects and lists of which nothing is left.
fn prune(left: &mut Value, source: &Value) {
    match (left, source) {
        (Value::Object(left), Value::Object(source)) => left.retain(|name, value| {
            let Some(source) = source.get(name) else {
                return true;
            };
            prune(value, source);
            is_hollow(source) || !is_hollow(value)
        }),
        (Value::Array(left), Value::Array(source)) => {
            for (left, source) in left.iter_mut().zip(source) {
                prune(left, source);
            }
        }
        _ => {}
    }
}

fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.values().all(is_hollow),
        Value::Array(elements) => elements.iter().all(is_hollow),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Cuts a text into parts that each fit a commit; put together they are the text again.
pub(super) fn parts(text: &str, most_bytes: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (at, c) in text.char_indices() {
        let width = width_in_json(c);
        if bytes + width > most_bytes && at > start {
            parts.push(&text[start..at]);
            (start, bytes) = (at, 0);
        }
        bytes += width;
    }
    parts.push(&text[start..]);
    parts
}

fn width_in_json(c: char) -> usize {
    match c {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        c if c.is_ascii_control() => 6,
        c => c.len_utf8(),
    }
}

/// An item's text, by which a source is told from another: canonical JSON.
pub(super) fn canonical(fields: &Map<String, Value>) -> String {
    // `serde_json::Map` is sorted in this workspace; casefold-events' tests hold it to that.
    Value::Object(fields.clone()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_taken_goes_and_what_is_written_otherwise_stays() {
        let source =
            json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 4}, {"f": 5}], "g": {}, "h": 6});
        let before =
            json!({"a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 4}, {"f": 5}], "g": {}, "h": 7});
        let after = json!({"b": {"d": 3}, "e": [{}, {}], "g": {}});
        let mut left = source.clone();
        settle(&mut left, &before, &after);
        prune(&mut left, &source);
        assert_eq!(left, json!({"b": {"d": 3}, "g": {}, "h": 6}));
    }

    #[test]
    fn a_list_keeps_its_places_where_something_of_it_is_left() {
        let source = json!({"e": [{"f": 4}, {"f": 5}]});
        let mut left = source.clone();
        settle(&mut left, &source, &json!({"e": [{}, {"f": 5}]}));
        prune(&mut left, &source);
        assert_eq!(left, json!({"e": [{}, {"f": 5}]}));
    }

    #[test]
    fn what_is_left_is_counted_by_field_and_no_id_is_named() {
        let left = json!({
            "pk": "case|101-20", "sk": "case|101-20", "a": [{"b": 1}, {}, {"b": 2, "c": null}],
            "d": {"nora@example.org": 1, "101-20": 2}, "e": [],
        });
        let mut remains = Remains::new();
        count(&left, String::new(), "case", &mut remains);
        let counted: Vec<_> = remains
            .iter()
            .map(|((kind, field), count)| format!("{kind} {field} {count}"))
            .collect();
        assert_eq!(
            counted,
            ["case a[].b 2", "case a[].c 1", "case d.* 2", "case e 1"]
        );
    }

    #[test]
    fn a_text_is_cut_into_parts_that_fit_and_make_the_text_again() {
        let text = "[\"quotes\", \"Déjà vu\", 1234567890]".repeat(20);
        for most in [7, 64, 100_000] {
            let parts = parts(&text, most);
            assert_eq!(parts.concat(), text);
            for part in parts {
                let written = serde_json::to_string(part).unwrap();
                assert!(written.len() <= most + 2, "{} > {most}", written.len());
            }
        }
    }
}
