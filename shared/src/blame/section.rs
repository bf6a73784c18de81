//! The fields of a case, or of one of its entries, and which events touched them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Origin;
use crate::fields::{Leaves, leaves};

/// Some fields that belong together.
pub(super) struct Section {
    path: String,
    shown: Map<String, Value>,
    fields: BTreeMap<String, State>,
    /// How fields stood before the commit that is on its way.
    before: BTreeMap<String, (Option<Value>, usize)>,
}

/// How a field stands.
#[derive(Default)]
struct State {
    /// Its value at the beginning, where it had one.
    first: Option<Value>,
    /// Its value now, where it has one.
    value: Option<Value>,
    /// The events that touched it, in order.
    touched_by: Vec<Arc<Origin>>,
}

/// Whether anything was touched.
pub(super) enum Touch {
    Nothing,
    Some,
}

/// A field of a case.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field<'a> {
    /// Its path: `docketEntries[3].servedAt`.
    pub path: &'a str,
    /// Its value.
    pub value: &'a Value,
    /// The event that gave it the value; `None` where nothing has touched it since the
    /// beginning.
    pub origin: Option<&'a Origin>,
}

/// A field that is another at the end than at the beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its value at the beginning, where it had one.
    pub from: Option<&'a Value>,
    /// Its value at the end, where it has one.
    pub to: Option<&'a Value>,
    touched_by: &'a [Arc<Origin>],
}

/// What happened to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It has another value.
    Changed,
}

impl<'a> Change<'a> {
    /// What happened to it.
    pub const fn kind(&self) -> ChangeKind {
        match (self.from, self.to) {
            (None, _) => ChangeKind::Added,
            (Some(_), None) => ChangeKind::Removed,
            (Some(_), Some(_)) => ChangeKind::Changed,
        }
    }

    /// The events that touched it, in order.
    pub fn touched_by(&self) -> impl DoubleEndedIterator<Item = &'a Origin> {
        self.touched_by.iter().map(|origin| &**origin)
    }
}

impl Section {
    /// Without any field.
    pub(super) fn empty(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            shown: Map::new(),
            fields: BTreeMap::new(),
            before: BTreeMap::new(),
        }
    }

    /// With the fields that it begins with.
    pub(super) fn at(path: &str, shown: Map<String, Value>) -> Self {
        let mut section = Self::empty(path);
        for (name, value) in &shown {
            for (path, leaf) in section.leaves_of(name, value) {
                let state = State {
                    first: Some(leaf.clone()),
                    value: Some(leaf),
                    touched_by: Vec::new(),
                };
                section.fields.insert(path, state);
            }
        }
        section.shown = shown;
        section
    }

    fn leaves_of(&self, name: &str, value: &Value) -> Leaves {
        let one = Map::from_iter([(name.to_owned(), value.clone())]);
        leaves(&self.path, Value::Object(one))
    }

    /// Has the fields become these, by an event.
    pub(super) fn become_now(&mut self, shown: Map<String, Value>, origin: &Arc<Origin>) -> Touch {
        let mut touch = Touch::Nothing;
        let names: BTreeSet<&String> = self.shown.keys().chain(shown.keys()).collect();
        let differs = |name: &&&String| self.shown.get(**name) != shown.get(**name);
        let differing: Vec<String> = names
            .iter()
            .filter(differs)
            .map(|it| (*it).clone())
            .collect();
        for name in differing {
            let leaves = |value: Option<&Value>| {
                value.map_or_else(Leaves::new, |value| self.leaves_of(&name, value))
            };
            let (old, new) = (leaves(self.shown.get(&name)), leaves(shown.get(&name)));
            let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for path in paths {
                if old.get(path) != new.get(path) {
                    touch = Touch::Some;
                    self.touch(path, new.get(path).cloned(), origin);
                }
            }
        }
        self.shown = shown;
        touch
    }

    fn touch(&mut self, path: &str, value: Option<Value>, origin: &Arc<Origin>) {
        let state = self.fields.entry(path.to_owned()).or_default();
        self.before
            .entry(path.to_owned())
            .or_insert_with(|| (state.value.clone(), state.touched_by.len()));
        state.value = value;
        state.touched_by.push(origin.clone());
    }

    /// Ends a commit: what is as it was before it was not touched by it.
    pub(super) fn settle(&mut self) {
        for (path, (value, touches)) in std::mem::take(&mut self.before) {
            if let Some(state) = self.fields.get_mut(&path)
                && state.value == value
            {
                state.touched_by.truncate(touches);
            }
        }
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.fields.iter().filter_map(|(path, state)| {
            Some(Field {
                path,
                value: state.value.as_ref()?,
                origin: state.touched_by.last().map(|origin| &**origin),
            })
        })
    }

    pub(super) fn changes(&self) -> impl Iterator<Item = Change<'_>> {
        let changed = |(_, state): &(&String, &State)| state.first != state.value;
        let fields = self.fields.iter().filter(changed);
        fields.map(|(path, state)| Change {
            path,
            from: state.first.as_ref(),
            to: state.value.as_ref(),
            touched_by: &state.touched_by,
        })
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }
}
