//! Which rows of a case a projection has stored, and how that is laid out. Pure.
//!
//! Lists and projections of rows keep the same three things in one partition a case:
//!
//! | sort key | row |
//! | --- | --- |
//! | `state` | the version at which the case's rows are; of a projection of rows also the hash of that commit |
//! | `rows`, `rows+0001` … | which rows the case has, with a digest of each |
//! | `kept`, `kept+0001` … | what a projection of rows keeps of the case, where that is anything |
//!
//! The second is the case's **inventory**. It tells what to put and what to remove without
//! reading a single row, and after each transaction it is what is stored, exactly.

use std::collections::BTreeMap;

use casefold_events::{Digest, DocketNumber, Version};
use serde::{Deserialize, Serialize};

use super::item::{Item, corrupt, get_number, get_number_or_none, get_parsed, get_text};
use super::item::{number, text};
use super::layout::split;
use super::read::Rows;
use super::tables::{INVENTORY, KEPT, STATE, continuation_sort, text_key};
use crate::gateway::StoreError;

/// How many characters of a row's digest the inventory keeps: 64 bits. A row that changed
/// without its digest would be shown as it was until it changes again.
const DIGEST_CHARACTERS: usize = 16;

/// Where a row is: place and sort key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RowKey {
    pub(super) place: String,
    pub(super) sort: String,
}

/// A row as it is to be stored.
pub(super) struct WantedRow {
    body: String,
    digest: String,
    /// The key of the item that says that there is such a bucket, where the row is in one.
    pub(super) bucket: Option<(String, String)>,
}

impl WantedRow {
    pub(super) fn new(body: String, bucket: Option<(String, String)>) -> Self {
        let mut digest = Digest::of(body.as_bytes()).to_string();
        digest.truncate(DIGEST_CHARACTERS);
        Self {
            body,
            digest,
            bucket,
        }
    }

    /// How many bytes it shows.
    pub(super) fn bytes(&self) -> usize {
        self.body.len()
    }

    /// The row as an item.
    pub(super) fn item(&self, partition: String, sort: &str) -> Item {
        let mut item = text_key(partition, sort);
        item.insert("body".to_owned(), text(&self.body));
        item
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
    /// The hash of that commit, where it is kept.
    pub(super) head_hash: Option<Digest>,
    /// How often the inventory was written. It tells two writers apart that are at the same
    /// version, halfway through.
    pub(super) step: u64,
    /// In how many rows the inventory is.
    pub(super) parts: usize,
    /// Where what is kept of the case is.
    pub(super) kept: Kept,
}

/// Where what a projection keeps of a case is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// The step that wrote it: it is not written again where it has not changed.
    pub(super) step: u64,
    /// In how many rows it is; none where nothing is kept.
    pub(super) parts: usize,
}

/// All that is known of a case in a projection, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) state: State,
    pub(super) inventory: Inventory,
    pub(super) kept: Option<String>,
}

/// Which rows a case has, by place and sort key, with a digest of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Inventory(pub(super) BTreeMap<String, BTreeMap<String, String>>);

/// The rows of a case, as they are to be stored.
pub(super) type Wanted = BTreeMap<RowKey, WantedRow>;

impl Inventory {
    /// What must change so that the stored rows are those that are wanted: what is put comes
    /// first, so that a row which moves is there twice for a moment, and never nowhere.
    pub(super) fn changes_to(&self, wanted: &Wanted) -> Vec<Change> {
        let differs = |(key, row): &(&RowKey, &WantedRow)| self.digest(key) != Some(&row.digest);
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

    /// The inventory as a text.
    pub(super) fn text(&self, docket_number: DocketNumber) -> Result<String, StoreError> {
        to_json(self, docket_number)
    }
}

/// A text as the rows in which a step writes it, under a sort key and what continues it.
pub(super) fn text_items(partition: &str, sort: &str, step: u64, body: &str) -> Vec<Item> {
    let items = split(body).enumerate().map(|(part, body)| {
        let mut item = text_key(partition, part_sort(sort, part));
        item.insert("step".to_owned(), number(step));
        item.insert("body".to_owned(), text(body));
        item
    });
    items.collect()
}

/// The sort key of a part of a text.
pub(super) fn part_sort(sort: &str, part: usize) -> String {
    match part {
        0 => sort.to_owned(),
        part => continuation_sort(sort, part),
    }
}

/// Puts a text together again; `None` where it was read while it changed.
fn text_of(rows: &Rows, sort: &str, parts: usize, step: u64) -> Result<Option<String>, StoreError> {
    let mut body = String::new();
    for part in 0..parts {
        match rows.get(&part_sort(sort, part)) {
            Some(row) if get_number_or_none(row, "step")? == Some(step) => {
                body.push_str(get_text(row, "body")?);
            }
            Some(_) | None => return Ok(None),
        }
    }
    Ok(Some(body))
}

/// The row that says how far the rows of a case are.
pub(super) fn state_item(partition: &str, state: State) -> Item {
    let mut item = text_key(partition, STATE);
    item.insert("version".to_owned(), number(state.version.0));
    item.insert("step".to_owned(), number(state.step));
    item.insert("parts".to_owned(), number(state.parts as u64));
    if let Some(hash) = state.head_hash {
        item.insert("head_hash".to_owned(), text(hash.to_string()));
    }
    if state.kept.parts > 0 {
        item.insert("kept_step".to_owned(), number(state.kept.step));
        item.insert("kept_parts".to_owned(), number(state.kept.parts as u64));
    }
    item
}

/// What is in the row that says how far the rows of a case are.
pub(super) fn state_of(item: &Item) -> Result<State, StoreError> {
    let parts = |parts| usize::try_from(parts).map_err(|_| corrupt(item, "too many parts"));
    let head_hash = match item.contains_key("head_hash") {
        true => Some(get_parsed(item, "head_hash")?),
        false => None,
    };
    Ok(State {
        version: Version(get_number(item, "version")?),
        head_hash,
        step: get_number(item, "step")?,
        parts: parts(get_number(item, "parts")?)?,
        kept: Kept {
            step: get_number_or_none(item, "kept_step")?.unwrap_or_default(),
            parts: parts(get_number_or_none(item, "kept_parts")?.unwrap_or_default())?,
        },
    })
}

/// How far the rows of a case are, and which they are, from the rows of its partition;
/// `None` where they were read while they changed.
pub(super) fn stored(rows: &Rows) -> Result<Option<Stored>, StoreError> {
    let Some(item) = rows.get(STATE) else {
        // An inventory is written together with its state.
        return Ok(rows.is_empty().then(Default::default));
    };
    let state = state_of(item)?;
    let Some(body) = text_of(rows, INVENTORY, state.parts, state.step)? else {
        return Ok(None);
    };
    let inventory = match &*body {
        "" => Inventory::default(),
        body => serde_json::from_str(body)
            .map_err(|_| corrupt(item, "the inventory of rows is not of its form"))?,
    };
    let kept = text_of(rows, KEPT, state.kept.parts, state.kept.step)?;
    Ok(kept.map(|kept| Stored {
        state,
        inventory,
        kept: Some(kept).filter(|_| state.kept.parts > 0),
    }))
}

/// The key of a row may have a name in it, and is not told.
pub(super) fn corrupt_row(problem: &str) -> StoreError {
    StoreError::Corrupt {
        at: "a stored row".to_owned(),
        problem: problem.to_owned(),
    }
}

/// A value of a case as JSON.
pub(super) fn to_json<T: Serialize>(
    value: &T,
    docket_number: DocketNumber,
) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| {
        StoreError::Refused(
            format!("the rows of case {docket_number} can't be written as JSON"),
            error.into(),
        )
    })
}
