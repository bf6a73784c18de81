//! How the rows of a case in lists are laid out in the snapshot table. Pure.
//!
//! | partition key | sort key | row |
//! | --- | --- | --- |
//! | `list@1#<list>#<key>#<bucket>` | the row's sort text | a row of a list |
//! | `buckets@1#<list>#<key>` | the bucket | that a split list has a bucket under a key |
//! | `lists@1#<docket number>` | `state` | the version at which the case's rows are |
//! | `lists@1#<docket number>` | `rows`, `rows+0001` … | which rows the case has, with a digest of each |
//!
//! The last is the case's **inventory**. It tells what to put and what to remove without
//! reading a single row, and after each transaction it is what is stored, exactly.

use std::collections::BTreeMap;

use casefold_events::{Digest, DocketNumber, Version};
use serde::{Deserialize, Serialize};

use super::item::{Item, corrupt, get_number, get_number_or_none, get_text, number, text};
use super::layout::split;
use super::read::Rows;
use super::tables::{LISTS_ROWS, LISTS_STATE, continuation_sort, list_place, text_key};
use crate::gateway::StoreError;
use crate::lists::{Line, List, ListRow};

/// How many characters of a row's digest the inventory keeps: 64 bits. A row that changed
/// without its digest would be shown as it was until it changes again.
const DIGEST_CHARACTERS: usize = 16;

/// Where a row is: place and sort text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RowKey {
    pub(super) place: String,
    pub(super) sort: String,
}

/// A row as it is to be stored.
pub(super) struct StoredRow {
    body: String,
    digest: String,
    /// List and key, where the list is split.
    pub(super) bucket: Option<(List, String, String)>,
}

impl StoredRow {
    /// How many bytes it shows.
    pub(super) fn bytes(&self) -> usize {
        self.body.len()
    }
}

/// What one step changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Put(RowKey),
    Remove(RowKey),
}

/// How far the rows of a case are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// All rows are as the case was at this version; while a change in several steps is on
    /// its way, they are between this one and a later one.
    pub(super) version: Version,
    /// How often the inventory was written. It tells two writers apart that are at the same
    /// version, halfway through.
    pub(super) step: u64,
    /// In how many rows the inventory is.
    pub(super) parts: usize,
}

/// Which rows a case has, by place and sort text, with a digest of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Inventory(BTreeMap<String, BTreeMap<String, String>>);

/// The rows of a case, as they are to be stored.
pub(super) type Wanted = BTreeMap<RowKey, StoredRow>;

/// Rows as they are to be stored.
pub(super) fn wanted(rows: &[ListRow], docket_number: DocketNumber) -> Result<Wanted, StoreError> {
    let stored = |row: &ListRow| {
        let key = RowKey {
            place: list_place(row.list, &row.key, row.bucket()),
            sort: row.sort.clone(),
        };
        let body = to_json(&row.line, docket_number)?;
        let mut digest = Digest::of(body.as_bytes()).to_string();
        digest.truncate(DIGEST_CHARACTERS);
        let is_split = row.list.bucket_bytes() > 0;
        let bucket = is_split.then(|| (row.list, row.key.clone(), row.bucket().to_owned()));
        Ok((
            key,
            StoredRow {
                body,
                digest,
                bucket,
            },
        ))
    };
    rows.iter().map(stored).collect()
}

impl Inventory {
    /// What must change so that the stored rows are those that are wanted: what is put comes
    /// first, so that a row which moves is twice in lists for a moment, and never nowhere.
    pub(super) fn changes_to(&self, wanted: &Wanted) -> Vec<Change> {
        let differs = |(key, row): &(&RowKey, &StoredRow)| self.digest(key) != Some(&row.digest);
        let puts = wanted
            .iter()
            .filter(differs)
            .map(|(key, _)| Change::Put(key.clone()));
        let removals = self
            .keys()
            .filter(|key| !wanted.contains_key(key))
            .map(Change::Remove);
        puts.chain(removals).collect()
    }

    fn digest(&self, key: &RowKey) -> Option<&String> {
        self.0.get(&key.place)?.get(&key.sort)
    }

    /// Where rows are stored, in their order.
    pub(super) fn keys(&self) -> impl Iterator<Item = RowKey> {
        self.0.iter().flat_map(|(place, sorts)| {
            sorts.keys().map(|sort| RowKey {
                place: place.clone(),
                sort: sort.clone(),
            })
        })
    }

    /// Whether a row is stored, whatever it shows.
    pub(super) fn has(&self, key: &RowKey) -> bool {
        self.digest(key).is_some()
    }

    /// Notes a change.
    pub(super) fn note(&mut self, change: &Change, wanted: &Wanted) {
        match change {
            Change::Put(key) => {
                let digest = wanted.get(key).map(|row| row.digest.clone());
                let sorts = self.0.entry(key.place.clone()).or_default();
                sorts.insert(key.sort.clone(), digest.unwrap_or_default());
            }
            Change::Remove(key) => {
                if let Some(sorts) = self.0.get_mut(&key.place) {
                    sorts.remove(&key.sort);
                    if sorts.is_empty() {
                        self.0.remove(&key.place);
                    }
                }
            }
        }
    }

    /// The inventory as rows, after so many steps.
    pub(super) fn items(
        &self,
        partition: &str,
        docket_number: DocketNumber,
        step: u64,
    ) -> Result<Vec<Item>, StoreError> {
        let body = to_json(self, docket_number)?;
        let items = split(&body).enumerate().map(|(part, body)| {
            let mut item = text_key(partition, inventory_sort(part));
            item.insert("step".to_owned(), number(step));
            item.insert("body".to_owned(), text(body));
            item
        });
        Ok(items.collect())
    }
}

/// The sort key of a part of the inventory.
pub(super) fn inventory_sort(part: usize) -> String {
    match part {
        0 => LISTS_ROWS.to_owned(),
        part => continuation_sort(LISTS_ROWS, part),
    }
}

/// The row that says how far the rows of a case are.
pub(super) fn state_item(partition: &str, state: State) -> Item {
    let mut item = text_key(partition, LISTS_STATE);
    item.insert("version".to_owned(), number(state.version.0));
    item.insert("step".to_owned(), number(state.step));
    item.insert("parts".to_owned(), number(state.parts as u64));
    item
}

/// What is in the row that says how far the rows of a case are.
pub(super) fn state_of(item: &Item) -> Result<State, StoreError> {
    let parts = get_number(item, "parts")?;
    Ok(State {
        version: Version(get_number(item, "version")?),
        step: get_number(item, "step")?,
        parts: usize::try_from(parts).map_err(|_| corrupt(item, "too many parts"))?,
    })
}

/// How far the rows of a case are, and which they are, from the rows of its partition;
/// `None` where they were read while they changed.
pub(super) fn stored(rows: &Rows) -> Result<Option<(State, Inventory)>, StoreError> {
    let Some(item) = rows.get(LISTS_STATE) else {
        // An inventory is written together with its state.
        return Ok(rows.is_empty().then(Default::default));
    };
    let state = state_of(item)?;
    let mut body = String::new();
    for part in 0..state.parts {
        match rows.get(&inventory_sort(part)) {
            Some(row) if get_number_or_none(row, "step")? == Some(state.step) => {
                body.push_str(get_text(row, "body")?);
            }
            Some(_) | None => return Ok(None),
        }
    }
    if body.is_empty() {
        return Ok(Some((state, Inventory::default())));
    }
    let inventory = serde_json::from_str(&body)
        .map_err(|_| corrupt(item, "the inventory of rows is not of its form"))?;
    Ok(Some((state, inventory)))
}

/// A row of a list.
pub(super) fn row_item(partition: String, key: &RowKey, row: &StoredRow) -> Item {
    let mut item = text_key(partition, &key.sort);
    item.insert("body".to_owned(), text(&row.body));
    item
}

/// What a stored row of a list shows. The parser's own words are left out: they may quote
/// what it reads.
pub(super) fn line_of(item: &Item) -> Result<Line, StoreError> {
    serde_json::from_str(get_text(item, "body")?)
        .map_err(|_| corrupt_row("a row of a list is not of its form"))
}

/// The key of a row may have a name in it, and is not told.
pub(super) fn corrupt_row(problem: &str) -> StoreError {
    StoreError::Corrupt {
        at: "a row of a list".to_owned(),
        problem: problem.to_owned(),
    }
}

fn to_json<T: Serialize>(value: &T, docket_number: DocketNumber) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| {
        StoreError::Refused(
            format!("the rows of case {docket_number} can't be written as JSON"),
            error.into(),
        )
    })
}
