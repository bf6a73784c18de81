//! The one door through which both schemas come: items in the shape of 2022, each with
//! where its fields came from.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::finding::{Finding, FindingKind};
use super::older;
use super::reader::{About, Reader};
use super::source::{SourceCase, SourceItem};

/// The schema of a case's items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// With `contactPrimary`, `document` and `docket-record`.
    Of2020,
    /// With `petitioners` and `docket-entry`.
    Of2022,
}

impl Schema {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Of2020 => "2020",
            Self::Of2022 => "2022",
        }
    }
}

/// A case at the door.
pub(super) struct Door {
    pub(super) schema: Schema,
    pub(super) case: DoorItem,
    pub(super) entries: Vec<DoorItem>,
    pub(super) counsel: Vec<DoorItem>,
    pub(super) hearings: Vec<DoorItem>,
    pub(super) deadlines: Vec<DoorItem>,
    pub(super) correspondence: Vec<DoorItem>,
    /// Completed work on entries.
    pub(super) work: Vec<DoorItem>,
    /// Users under whom the court's system lists the case.
    pub(super) users: Vec<String>,
}

/// An item in the shape of 2022, and what of it is not taken yet.
pub(super) struct DoorItem {
    pub(super) fields: Map<String, Value>,
    pub(super) about: About,
    /// The fields as they came to the door.
    built: Map<String, Value>,
    origins: Vec<Origin>,
}

/// Where a part of a door item came from. Both places are JSON pointers.
pub(super) struct Origin {
    pub(super) item: usize,
    pub(super) source: String,
    pub(super) door: String,
}

impl Origin {
    pub(super) fn new(item: usize, source: &str, door: &str) -> Self {
        Self {
            item,
            source: source.to_owned(),
            door: door.to_owned(),
        }
    }
}

impl Door {
    /// Brings a case to the door. Items that no event expresses stay behind and are
    /// reported; `None` where the case's own item is missing.
    pub(super) fn of(case: &SourceCase, findings: &mut Vec<Finding>) -> Option<Self> {
        let live = live_items(case, findings);
        let of_kind = |kind: &'static str| {
            live.iter()
                .map(|at| (*at, &case.items[*at]))
                .filter(move |(_, item)| {
                    item.pk.starts_with("case|")
                        && item.sk.split_once('|').is_some_and(|(of, _)| of == kind)
                })
        };
        // Deadlines, and work in 2020, are in partitions of their own.
        let of_own_kind = |kind: &'static str| {
            let items = live.iter().map(|at| (*at, &case.items[*at]));
            items.filter(move |(_, item)| {
                let is_of_kind = item.sk.split_once('|').is_some_and(|(of, _)| of == kind);
                is_of_kind && item.pk == item.sk
            })
        };
        let is_done = |(_, item): &(usize, &SourceItem)| item.text("completedAt").is_some();
        let whole = |(at, item): (usize, &SourceItem)| DoorItem::whole(case, at, item);
        let case_item = of_kind("case").find(|(_, item)| item.is_case())?;
        let documents: Vec<_> = of_kind("document").collect();
        let records: Vec<_> = of_kind("docket-record").collect();
        let is_older = !documents.is_empty()
            || !records.is_empty()
            || case_item.1.fields.contains_key("contactPrimary");
        let mut entries: Vec<_> = of_kind("docket-entry").map(whole).collect();
        entries.extend(older::entries(case, &records, &documents));
        let practitioners = of_kind("privatePractitioner").chain(of_kind("irsPractitioner"));
        let mut door = Self {
            schema: if is_older {
                Schema::Of2020
            } else {
                Schema::Of2022
            },
            case: whole(case_item),
            entries,
            counsel: practitioners.map(whole).collect(),
            hearings: of_kind("hearing").map(whole).collect(),
            deadlines: of_own_kind("case-deadline").map(whole).collect(),
            correspondence: of_kind("correspondence").map(whole).collect(),
            work: of_kind("work-item")
                .chain(of_own_kind("work-item"))
                .filter(is_done)
                .map(whole)
                .collect(),
            users: users(case),
        };
        if is_older {
            older::lift_people(case, &mut door);
        }
        report_others(case, &door, &live, findings);
        Some(door)
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &DoorItem> {
        std::iter::once(&self.case)
            .chain(&self.entries)
            .chain(&self.counsel)
            .chain(&self.hearings)
            .chain(&self.deadlines)
            .chain(&self.correspondence)
            .chain(&self.work)
    }

    pub(super) fn items_mut(&mut self) -> impl Iterator<Item = &mut DoorItem> {
        std::iter::once(&mut self.case)
            .chain(&mut self.entries)
            .chain(&mut self.counsel)
            .chain(&mut self.hearings)
            .chain(&mut self.deadlines)
            .chain(&mut self.correspondence)
            .chain(&mut self.work)
    }
}

impl DoorItem {
    /// An item that comes as it is. The keys stay outside: they name it in the residue.
    pub(super) fn whole(case: &SourceCase, at: usize, item: &SourceItem) -> Self {
        let mut fields = item.fields.clone();
        fields.remove("pk");
        fields.remove("sk");
        Self::new(about(case, item), fields, vec![Origin::new(at, "", "")])
    }

    pub(super) fn new(about: About, fields: Map<String, Value>, origins: Vec<Origin>) -> Self {
        Self {
            built: fields.clone(),
            fields,
            about,
            origins,
        }
    }

    /// Sets a field that came from other places of the source.
    pub(super) fn set(&mut self, name: &str, value: Value, origins: Vec<Origin>) {
        self.fields.insert(name.to_owned(), value.clone());
        self.built.insert(name.to_owned(), value);
        self.origins.extend(origins);
    }

    /// Puts a field in the place of others, and of one of the same name with another
    /// meaning, which stay behind.
    pub(super) fn replace(
        &mut self,
        others: &[&str],
        (name, value): (&str, Value),
        origins: Vec<Origin>,
    ) {
        let item = self.origins.first().map_or(0, |origin| origin.item);
        self.fields
            .retain(|field, _| field != name && !others.contains(&field.as_str()));
        let as_they_are = self.fields.keys().map(|field| {
            let pointer = pointer_to(field);
            Origin::new(item, &pointer, &pointer)
        });
        self.origins = as_they_are.collect();
        self.built.clone_from(&self.fields);
        self.set(name, value, origins);
    }

    pub(super) fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// A part as it came to the door, and what of it is not taken.
    pub(super) fn before_and_after(&self, pointer: &str) -> (Option<Value>, Option<Value>) {
        let at =
            |fields: &Map<String, Value>| Value::Object(fields.clone()).pointer(pointer).cloned();
        (at(&self.built), at(&self.fields))
    }

    pub(super) fn read<R>(
        &mut self,
        findings: &mut Vec<Finding>,
        read: impl FnOnce(&mut Reader<'_>) -> R,
    ) -> R {
        read(&mut Reader::new(&mut self.fields, &self.about, findings))
    }
}

/// The JSON pointer to a field.
pub(super) fn pointer_to(field: &str) -> String {
    format!("/{}", field.replace('~', "~0").replace('/', "~1"))
}

pub(super) fn about(case: &SourceCase, item: &SourceItem) -> About {
    About {
        position: item.position,
        item: item.kind(),
        docket_number: case.docket_number.to_string(),
        sk: item.sk.clone(),
    }
}

/// The items that count, by their place in the case. Of items with the same keys only one
/// can stand in a table: the last, as a later write would.
fn live_items(case: &SourceCase, findings: &mut Vec<Finding>) -> Vec<usize> {
    let mut last: HashMap<(&str, &str), usize> = HashMap::new();
    for (at, item) in case.items.iter().enumerate() {
        if let Some(earlier) = last.insert((&item.pk, &item.sk), at) {
            let earlier = &case.items[earlier];
            let reason = if earlier.fields == item.fields {
                "the same item stands again further down"
            } else {
                "an item with the same keys and another content stands further down, and counts"
            };
            findings.push(about(case, earlier).finding(FindingKind::KeptWhole, None, reason));
        }
    }
    let mut live: Vec<_> = last.into_values().collect();
    live.sort_unstable();
    live
}

/// Reports the items that no event expresses.
fn report_others(case: &SourceCase, door: &Door, live: &[usize], findings: &mut Vec<Finding>) {
    for at in live {
        let item = &case.items[*at];
        let is_at_the_door = door
            .items()
            .flat_map(DoorItem::origins)
            .any(|o| o.item == *at);
        // A row of nothing but keys that leads to an item says nothing beside it.
        let leads_there = || {
            let is_bare = item.fields.keys().all(|name| name == "pk" || name == "sk");
            is_bare && door.items().any(|at_door| at_door.about.sk == item.sk)
        };
        if !is_at_the_door && !leads_there() {
            let about = about(case, item);
            findings.push(about.finding(
                FindingKind::KeptWhole,
                None,
                "no event expresses this kind of item",
            ));
        }
    }
}

/// The users under whom the court's system lists the case: rows `user|…` / `case|…`.
fn users(case: &SourceCase) -> Vec<String> {
    let rows = case
        .items
        .iter()
        .filter(|item| item.sk.starts_with("case|"));
    let users = rows.filter_map(|item| item.pk.strip_prefix("user|"));
    let mut users: Vec<_> = users.map(str::to_owned).collect();
    users.sort_unstable();
    users.dedup();
    users
}
