//! What is always true of differences, for documents of any shape.

use casefold_events::{DocketNumber, Version};
use casefold_shared::gateway::Generation;
use proptest::prelude::*;
use serde_json::{Map, Value};

use super::path::Step;
use super::{ChangeKind, Comparison, FieldChange, Summary, Values, changes};

/// A small document. Few names, so that two documents have some in common, and some of them
/// ids, so that arrays have elements with one.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4u8).prop_map(Value::from),
        "[ab.]{0,2}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let name = prop_oneof![Just("a"), Just("b"), Just("c.d"), Just("id"), Just("")];
        let fields = prop::collection::btree_map(name.prop_map(str::to_owned), inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((0..8u8, inner), 0..5).prop_map(identified),
            fields.prop_map(|fields| fields.into_iter().collect::<Map<_, _>>().into()),
        ]
    })
}

/// An array whose elements mostly have an id of their own.
fn identified(elements: Vec<(u8, Value)>) -> Value {
    let element = |(id, value): (u8, Value)| {
        let fields = [("id", Value::from(id)), ("a", value)];
        Value::from_iter(fields.map(|(name, value)| (name.to_owned(), value)))
    };
    elements.into_iter().map(element).collect()
}

/// An array whose elements each have an id of their own, in any order.
fn list() -> impl Strategy<Value = Value> {
    let ids = prop::sample::subsequence((0..6u8).collect::<Vec<_>>(), 0..=6).prop_shuffle();
    let values = prop::collection::vec(document(), 6);
    (ids, values).prop_map(|(ids, values)| identified(ids.into_iter().zip(values).collect()))
}

/// Two documents: of any shape, nearly equal, or lists of the same things.
fn pairs() -> impl Strategy<Value = (Value, Value)> {
    prop_oneof![(document(), document()), documents(), (list(), list())]
}

/// Two documents, often alike: the second is another or the first with a part replaced.
fn documents() -> impl Strategy<Value = (Value, Value)> {
    let pairs = (document(), document(), any::<prop::sample::Index>());
    pairs.prop_map(|(old, other, at)| {
        let mut new = old.clone();
        let nodes = count(&new);
        if let Some(node) = node(&mut new, &mut at.index(nodes)) {
            *node = other;
        }
        (old, new)
    })
}

fn children(value: &mut Value) -> Vec<&mut Value> {
    match value {
        Value::Array(elements) => elements.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn count(value: &Value) -> usize {
    let children: usize = match value {
        Value::Array(elements) => elements.iter().map(count).sum(),
        Value::Object(fields) => fields.values().map(count).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    children + 1
}

/// The part with this number, counted from the root.
fn node<'a>(value: &'a mut Value, number: &mut usize) -> Option<&'a mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    children(value)
        .into_iter()
        .find_map(|child| node(child, number))
}

/// The old document with the changes carried out: what is changed and removed first, then
/// arrays put into their new order, then what is added at its place.
fn apply(mut document: Value, changes: &[FieldChange]) -> Value {
    let is = |kind| move |change: &&FieldChange| change.kind == kind;
    // From the end, so that positions before it stay what they are.
    for change in changes.iter().rev().filter(is(ChangeKind::Removed)) {
        let (last, above) = change.path.steps().split_last().unwrap();
        match (at(&mut document, above), last) {
            (Value::Object(fields), Step::Field(name)) => drop(fields.remove(name)),
            (Value::Array(elements), step) => drop(elements.remove(position(elements, step))),
            _ => panic!("{change:?}"),
        }
    }
    for change in changes.iter().filter(is(ChangeKind::Changed)) {
        let value = at(&mut document, change.path.steps());
        match (value, change.new.clone().unwrap()) {
            (Value::Array(elements), Value::Array(order)) => {
                let place = |element: &Value| order.iter().position(|id| *id == element["id"]);
                elements.sort_by_key(place);
            }
            (value, new) => *value = new,
        }
    }
    for change in changes.iter().filter(is(ChangeKind::Added)) {
        let (last, above) = change.path.steps().split_last().unwrap();
        let new = change.new.clone().unwrap();
        match (at(&mut document, above), last) {
            (Value::Object(fields), Step::Field(name)) => {
                fields.insert(name.clone(), new);
            }
            (Value::Array(elements), Step::Element { at, .. }) => elements.insert(*at, new),
            _ => panic!("{change:?}"),
        }
    }
    document
}

fn at<'a>(document: &'a mut Value, steps: &[Step]) -> &'a mut Value {
    steps
        .iter()
        .fold(document, |value, step| match (value, step) {
            (Value::Object(fields), Step::Field(name)) => fields.get_mut(name).unwrap(),
            (Value::Array(elements), step) => {
                let position = position(elements, step);
                &mut elements[position]
            }
            (value, _) => panic!("no step into {value}"),
        })
}

fn position(elements: &[Value], step: &Step) -> usize {
    match step {
        Step::Field(name) => panic!("{name} of an array"),
        Step::Element { at, id: None } => *at,
        Step::Element { id: Some(id), .. } => {
            let is = |element: &Value| element[id.field] == id.value;
            elements.iter().position(is).unwrap()
        }
    }
}

/// Each change as `kind path old new`, in order of that text.
fn texts(changes: Vec<FieldChange>) -> Vec<String> {
    let text = |change: FieldChange| {
        let FieldChange {
            path,
            kind,
            old,
            new,
        } = change;
        format!("{} {path} {old:?} {new:?}", kind.as_str())
    };
    let mut texts: Vec<_> = changes.into_iter().map(text).collect();
    texts.sort();
    texts
}

fn swapped(change: FieldChange) -> FieldChange {
    FieldChange {
        kind: match change.kind {
            ChangeKind::Added => ChangeKind::Removed,
            ChangeKind::Removed => ChangeKind::Added,
            ChangeKind::Changed => ChangeKind::Changed,
        },
        old: change.new,
        new: change.old,
        path: change.path,
    }
}

fn empty() -> Summary {
    let comparison = Comparison {
        projection: "case".to_owned(),
        from: Generation(2),
        to: Generation(3),
    };
    Summary::new(comparison, Values::Shown)
}

#[derive(Clone, Debug)]
enum Found {
    Both(Value, Value),
    Old,
    New,
    Versions,
}

fn found() -> impl Strategy<Value = Found> {
    prop_oneof![
        6 => pairs().prop_map(|(old, new)| Found::Both(old, new)),
        1 => Just(Found::Old),
        1 => Just(Found::New),
        1 => Just(Found::Versions),
    ]
}

fn add(summary: &mut Summary, serial: u32, found: &Found) {
    let docket_number = DocketNumber::new(serial, 26).unwrap();
    match found {
        Found::Both(old, new) => summary.add_case(docket_number, &changes(old, new)),
        Found::Old => summary.only_in_old(docket_number),
        Found::New => summary.only_in_new(docket_number),
        Found::Versions => summary.versions_differ(docket_number, Version(1), Version(2)),
    }
}

proptest! {
    #[test]
    fn a_document_does_not_differ_from_itself(document in document()) {
        prop_assert_eq!(changes(&document, &document), []);
    }

    #[test]
    fn the_changes_carried_out_on_the_old_document_make_the_new(
        (old, new) in pairs(),
    ) {
        let changes = changes(&old, &new);
        prop_assert_eq!(changes.is_empty(), old == new);
        prop_assert_eq!(apply(old, &changes), new);
    }

    #[test]
    fn the_other_way_round_what_was_added_is_removed(
        (old, new) in pairs(),
    ) {
        let back = changes(&new, &old).into_iter().map(swapped).collect();
        prop_assert_eq!(texts(back), texts(changes(&old, &new)));
    }

    #[test]
    fn no_two_changes_are_at_one_path(
        (old, new) in pairs(),
    ) {
        let changes = changes(&old, &new);
        let paths = changes.iter().map(|change| (change.path.to_string(), change.kind));
        let distinct: std::collections::HashSet<_> = paths.collect();
        prop_assert_eq!(distinct.len(), changes.len());
    }

    #[test]
    fn summaries_of_parts_merge_to_the_summary_of_all_in_any_order(
        cases in prop::collection::vec((found(), 0..3usize), 0..12),
    ) {
        let mut all = empty();
        let mut parts = [empty(), empty(), empty()];
        for ((found, part), serial) in cases.iter().zip(101..) {
            add(&mut all, serial, found);
            add(&mut parts[*part], serial, found);
        }
        let forwards = parts.iter().cloned().reduce(Summary::merge).unwrap();
        let backwards = parts.into_iter().rev().reduce(Summary::merge).unwrap();
        prop_assert_eq!(&forwards, &all);
        prop_assert_eq!(&backwards, &all);
    }
}
