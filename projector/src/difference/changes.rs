//! Two documents in, what differs out.

use std::collections::{HashMap, HashSet};
use std::fmt;

use casefold_shared::fields::IDENTITIES;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::path::{FieldPath, Identity, Step};
use super::text::type_of;

/// What happened to a field between the old generation and the new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// Only the new document has it.
    Added,
    /// Only the old document has it.
    Removed,
    /// Both have it, with different values.
    Changed,
}

impl ChangeKind {
    /// The word for it, which is the one in rule files: `added`, `removed`, `changed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// A difference between two documents at one field.
///
/// It holds values of the case, which may be personal. Its `Debug` text doesn't show them.
#[derive(Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// The field. An object or element that is added or removed whole is one change, at its
    /// root.
    pub path: FieldPath,
    /// What happened to it.
    pub kind: ChangeKind,
    /// Its value in the old document, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// Its value in the new document, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

impl fmt::Debug for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            kind,
            old,
            new,
        } = self;
        let types = [old, new].map(|value| value.as_ref().map_or("nothing", type_of));
        let [old, new] = types;
        write!(f, "{} {path}: {old} → {new}", kind.as_str())
    }
}

/// What differs between the old document of a case and the new one, in document order: none
/// where they are equal.
///
/// Elements of an array are matched by their id where all of them have one, so that an
/// inserted element doesn't make those after it differ. If matched elements stand in another
/// order, that is one change at the array itself, whose values are the ids in both orders.
/// Elements without an id are matched by position, from the first that differs to the last.
pub fn changes(old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut walk = Walk::default();
    walk.values(old, new);
    walk.found
}

#[derive(Default)]
struct Walk {
    at: FieldPath,
    found: Vec<FieldChange>,
}

impl Walk {
    fn values(&mut self, old: &Value, new: &Value) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => self.objects(old, new),
            (Value::Array(old), Value::Array(new)) => match Matched::by_identity(old, new) {
                Some(matched) => self.matched(&matched),
                None => self.by_position(old, new),
            },
            _ if old == new => {}
            _ => self.changed(old.clone(), new.clone()),
        }
    }

    fn objects(&mut self, old: &Map<String, Value>, new: &Map<String, Value>) {
        let names = |map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
        for name in in_both_orders(&names(old), &names(new)) {
            let (old, new) = (old.get(&name), new.get(&name));
            self.step(Step::Field(name), old, new);
        }
    }

    fn matched(&mut self, matched: &Matched<'_>) {
        let Matched { field, old, new } = matched;
        let [common_old, common_new] = [(old, new), (new, old)].map(|(these, those)| {
            let common = these.ids.iter().filter(|id| those.at.contains_key(*id));
            common.cloned().collect::<Vec<_>>()
        });
        if common_old != common_new {
            self.changed(common_old.into(), common_new.into());
        }
        for value in in_both_orders(&old.ids, &new.ids) {
            let (before, after) = (old.at.get(&value), new.at.get(&value));
            let Some((at, _)) = after.or(before).copied() else {
                continue;
            };
            let id = Some(Identity { field, value });
            let [before, after] = [before, after].map(|found| found.map(|(_, element)| *element));
            self.step(Step::Element { at, id }, before, after);
        }
    }

    /// Leaves the equal elements at both ends alone, and matches what is between by
    /// position: an element more then is one change, if the others are as they were.
    fn by_position(&mut self, old: &[Value], new: &[Value]) {
        let equal = |(old, new): &(&Value, &Value)| old == new;
        let start = old.iter().zip(new).take_while(equal).count();
        let (old, new) = (&old[start..], &new[start..]);
        let end = old.iter().rev().zip(new.iter().rev());
        let end = end.take_while(equal).count();
        let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
        for n in 0..old.len().max(new.len()) {
            let at = start + n;
            self.step(Step::Element { at, id: None }, old.get(n), new.get(n));
        }
    }

    fn step(&mut self, step: Step, old: Option<&Value>, new: Option<&Value>) {
        self.at.push(step);
        match (old, new) {
            (Some(old), Some(new)) => self.values(old, new),
            (None, Some(new)) => self.note(ChangeKind::Added, None, Some(new.clone())),
            (Some(old), None) => self.note(ChangeKind::Removed, Some(old.clone()), None),
            (None, None) => {}
        }
        self.at.pop();
    }

    fn changed(&mut self, old: Value, new: Value) {
        self.note(ChangeKind::Changed, Some(old), Some(new));
    }

    fn note(&mut self, kind: ChangeKind, old: Option<Value>, new: Option<Value>) {
        let path = self.at.clone();
        self.found.push(FieldChange {
            path,
            kind,
            old,
            new,
        });
    }
}

/// Two arrays whose elements are known by an id.
struct Matched<'a> {
    field: &'static str,
    old: Identified<'a>,
    new: Identified<'a>,
}

/// The elements of an array by their id, and the ids in their order.
struct Identified<'a> {
    ids: Vec<Value>,
    at: HashMap<Value, (usize, &'a Value)>,
}

impl<'a> Matched<'a> {
    fn by_identity(old: &'a [Value], new: &'a [Value]) -> Option<Self> {
        if old.is_empty() && new.is_empty() {
            return None;
        }
        IDENTITIES.iter().find_map(|way| {
            Some(Self {
                field: way.last()?,
                old: Identified::by(way, old)?,
                new: Identified::by(way, new)?,
            })
        })
    }
}

impl<'a> Identified<'a> {
    /// `None` where an element has no such id, or two have the same.
    fn by(way: &[&str], elements: &'a [Value]) -> Option<Self> {
        let mut identified = Self {
            ids: Vec::with_capacity(elements.len()),
            at: HashMap::with_capacity(elements.len()),
        };
        for (at, element) in elements.iter().enumerate() {
            let id = way.iter().try_fold(element, |value, name| value.get(name));
            let id = id.filter(|id| id.is_string() || id.is_number())?;
            identified.ids.push(id.clone());
            let other = identified.at.insert(id.clone(), (at, element));
            if other.is_some() {
                return None;
            }
        }
        Some(identified)
    }
}

/// The names of both, each once: in the order of the new, and what only the old has where
/// it stood in the old.
fn in_both_orders<T: Clone + Eq + std::hash::Hash>(old: &[T], new: &[T]) -> Vec<T> {
    let in_new: HashSet<_> = new.iter().collect();
    let positions: HashMap<_, _> = old.iter().zip(0..).collect();
    let mut names = Vec::with_capacity(old.len().max(new.len()));
    let mut passed = 0;
    let only_in_old = |from: usize, to: usize| {
        let between = old.get(from..to).unwrap_or_default();
        between.iter().filter(|name| !in_new.contains(name))
    };
    for name in new {
        if let Some(position) = positions.get(name).copied().filter(|at| *at >= passed) {
            names.extend(only_in_old(passed, position).cloned());
            passed = position + 1;
        }
        names.push(name.clone());
    }
    names.extend(only_in_old(passed, old.len()).cloned());
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is found, as `kind path`.
    fn found(old: &Value, new: &Value) -> Vec<String> {
        let line = |change: FieldChange| format!("{} {}", change.kind.as_str(), change.path);
        changes(old, new).into_iter().map(line).collect()
    }

    #[test]
    fn given_equal_documents_then_nothing_differs() {
        let document = json!({"a": [1, {"id": 2, "b": [null]}], "c": {"d": 1.5}});
        assert_eq!(changes(&document, &document), []);
    }

    #[test]
    fn given_fields_added_removed_and_changed_then_each_is_one_change_at_its_root() {
        let old = json!({"gone": {"x": 1, "y": 2}, "kept": 1, "value": "a", "type": [1]});
        let new = json!({"kept": 1, "more": {"z": [1, 2]}, "value": "b", "type": {"x": 1}});
        assert_eq!(
            found(&old, &new),
            [
                "removed gone",
                "added more",
                "changed type",
                "changed value"
            ]
        );
    }

    #[test]
    fn given_null_where_nothing_was_then_it_is_added() {
        let found = changes(&json!({}), &json!({"a": null}));
        assert_eq!(found[0].kind, ChangeKind::Added);
        assert_eq!((&found[0].old, &found[0].new), (&None, &Some(Value::Null)));
    }

    #[test]
    fn given_elements_with_ids_when_one_is_inserted_then_the_others_are_equal() {
        let old = json!({"parties": [{"contactId": "a", "name": "A"}, {"contactId": "b"}]});
        let new = json!({"parties": [
            {"contactId": "n"}, {"contactId": "a", "name": "AA"}, {"contactId": "b"}]});
        assert_eq!(
            found(&old, &new),
            [
                "added parties[contactId=n]",
                "changed parties[contactId=a].name",
            ]
        );
        assert_eq!(
            found(&new, &old),
            [
                "removed parties[contactId=n]",
                "changed parties[contactId=a].name",
            ]
        );
    }

    #[test]
    fn given_elements_with_ids_in_another_order_then_the_order_is_one_change_at_the_array() {
        let old = json!([{"id": 1}, {"id": 2}, {"id": 3, "a": 1}]);
        let new = json!([{"id": 3, "a": 2}, {"id": 4}, {"id": 1}]);
        let changes = changes(&old, &new);
        assert_eq!(changes[0].old, Some(json!([1, 3])));
        assert_eq!(changes[0].new, Some(json!([3, 1])));
        assert_eq!(
            found(&old, &new),
            [
                "changed .",
                "removed [id=2]",
                "changed [id=3].a",
                "added [id=4]"
            ]
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
        );
    }

    #[test]
    fn given_ids_that_are_missing_or_twice_then_position_counts() {
        let missing = json!([{"id": 1, "a": 1}, {"a": 2}]);
        assert_eq!(
            found(&missing, &json!([{"id": 1, "a": 3}, {"a": 2}])),
            ["changed [0].a"]
        );
        let twice = json!([{"id": 1, "a": 1}, {"id": 1, "a": 2}]);
        assert_eq!(
            found(&twice, &json!([{"id": 1, "a": 1}, {"id": 1, "a": 3}])),
            ["changed [1].a"]
        );
    }

    #[test]
    fn given_elements_without_ids_when_one_is_inserted_or_removed_then_it_alone_differs() {
        let short = json!({"members": ["101-26", "103-26"]});
        let long = json!({"members": ["101-26", "102-26", "103-26"]});
        assert_eq!(found(&short, &long), ["added members[1]"]);
        assert_eq!(found(&long, &short), ["removed members[1]"]);
    }

    #[test]
    fn given_a_first_element_then_it_is_named_by_its_id() {
        let found = found(
            &json!({"deadlines": []}),
            &json!({"deadlines": [{"deadlineId": "d", "due": "x"}]}),
        );
        assert_eq!(found, ["added deadlines[deadlineId=d]"]);
    }

    #[test]
    fn a_change_printed_for_a_log_shows_no_value() {
        let change = &changes(&json!({"name": "Vera"}), &json!({"name": ["Vera"]}))[0];
        assert_eq!(format!("{change:?}"), "changed name: string → array");
    }
}
