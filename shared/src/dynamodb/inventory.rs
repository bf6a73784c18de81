//! Which rows of a case a projection has stored, and how that is laid out. Pure.
//!
//! Lists and projections of rows keep the same three things in one partition a case:
//!
//! | sort key | row |
//! | --- | --- |
//! | `state` | the version at which the case's rows are; of a projection of rows also the hash of that commit; and which rows the case has, with a digest of each, where that is short |
//! | `rows`, `rows+0001` … | the same where it is long |
//! | `kept`, `kept+0001` … | what a projection of rows keeps of the case, where that is anything |
//!
//! Which rows a case has is its **inventory**. It tells what to put and what to remove without
//! reading a single row, and after each transaction it is what is stored, exactly. It is packed
//! ([`crate::packing`]): that of nearly every case stands in the state's row, which stays within
//! one write unit. Builds before this one kept it as text, and never beside the state.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold_events::{Digest, DocketNumber, Version};
use serde::{Deserialize, Serialize};

use super::item::{Item, corrupt, get_number, get_number_or_none, get_parsed, get_text};
use super::item::{number, text};
use super::layout::{MAX_PART_BYTES, split};
use super::read::Rows;
use super::tables::{INVENTORY, KEPT, STATE, continuation_sort, text_key};
use crate::gateway::StoreError;
use crate::packing;

/// Up to how many bytes of an inventory, packed, stand in the state's row: the row is one
/// kilobyte then at most.
const BESIDE_BYTES: usize = 768;

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
    /// In how many rows the inventory is; none where it stands beside the state.
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
    /// The inventory as it stands beside the state, where it was read from there: whoever changes
    /// nothing of it need not pack it again.
    pub(super) beside: Option<Vec<u8>>,
    pub(super) kept: Option<String>,
}

/// Which rows a case has, by place and sort key, with a digest of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Inventory(pub(super) BTreeMap<String, BTreeMap<String, String>>);

/// An inventory as a step writes it.
pub(super) struct Placed {
    /// What stands beside the state.
    pub(super) beside: Option<Vec<u8>>,
    /// The rows in which it is else.
    pub(super) items: Vec<Item>,
}

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

    /// The inventory as a step writes it: an empty one not at all.
    pub(super) fn placed(
        &self,
        partition: &str,
        step: u64,
        docket_number: DocketNumber,
    ) -> Result<Placed, StoreError> {
        let mut placed = Placed {
            beside: None,
            items: Vec::new(),
        };
        if self.0.is_empty() {
            return Ok(placed);
        }
        let json = to_json(self, docket_number)?;
        let packed = packing::pack(json.as_bytes()).map_err(|error| {
            let what = format!("the inventory of case {docket_number} can't be packed");
            StoreError::Refused(what, error.into())
        })?;
        if packed.len() <= BESIDE_BYTES {
            placed.beside = Some(packed);
            return Ok(placed);
        }
        let items = packed.chunks(MAX_PART_BYTES).enumerate();
        placed.items = items
            .map(|(part, bytes)| {
                let mut item = text_key(partition, part_sort(INVENTORY, part));
                item.insert("step".to_owned(), number(step));
                item.insert("body".to_owned(), AttributeValue::B(Blob::new(bytes)));
                item
            })
            .collect();
        Ok(placed)
    }

    /// How many bytes it is as a text, which is more than it takes, and in how many rows that
    /// would be.
    pub(super) fn at_most(
        &self,
        docket_number: DocketNumber,
    ) -> Result<(usize, usize), StoreError> {
        let bytes = to_json(self, docket_number)?.len();
        Ok((bytes, bytes.div_ceil(MAX_PART_BYTES)))
    }

    /// An inventory from its JSON.
    fn of_json(json: &[u8], state: &Item) -> Result<Self, StoreError> {
        serde_json::from_slice(json)
            .map_err(|_| corrupt(state, "the inventory of rows is not of its form"))
    }

    /// An inventory that was packed.
    fn of_packed(packed: &[u8], state: &Item) -> Result<Self, StoreError> {
        let json = packing::unpack(packed).map_err(|error| {
            corrupt(
                state,
                format!("the inventory of rows can't be unpacked: {error}"),
            )
        })?;
        Self::of_json(&json, state)
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

/// The inventory that is in rows of its own; `None` where it was read while it changed.
fn inventory_apart(
    rows: &Rows,
    item: &Item,
    State { parts, step, .. }: State,
) -> Result<Option<Inventory>, StoreError> {
    let mut packed = Vec::new();
    for part in 0..parts {
        match rows.get(&part_sort(INVENTORY, part)) {
            Some(row) if get_number_or_none(row, "step")? == Some(step) => match row.get("body") {
                Some(AttributeValue::B(bytes)) => packed.extend_from_slice(bytes.as_ref()),
                // As a build wrote it that packed nothing.
                Some(_) | None => {
                    return match text_of(rows, INVENTORY, parts, step)? {
                        Some(json) => Inventory::of_json(json.as_bytes(), item).map(Some),
                        None => Ok(None),
                    };
                }
            },
            Some(_) | None => return Ok(None),
        }
    }
    Inventory::of_packed(&packed, item).map(Some)
}

/// How far the rows of a case are, and which they are, where the row of the state tells all of
/// it.
pub(super) fn stored_in_state(item: &Item) -> Result<Option<Stored>, StoreError> {
    let state = state_of(item)?;
    if state.parts > 0 || state.kept.parts > 0 {
        return Ok(None);
    }
    let (inventory, beside) = inventory_beside(item)?;
    Ok(Some(Stored {
        state,
        inventory,
        beside,
        kept: None,
    }))
}

/// The inventory that stands beside the state, and as it stands there.
fn inventory_beside(item: &Item) -> Result<(Inventory, Option<Vec<u8>>), StoreError> {
    match item.get(INVENTORY) {
        None => Ok((Inventory::default(), None)),
        Some(AttributeValue::B(packed)) => {
            let inventory = Inventory::of_packed(packed.as_ref(), item)?;
            Ok((inventory, Some(packed.as_ref().to_vec())))
        }
        Some(_) => Err(corrupt(item, "the inventory of rows is not packed")),
    }
}

/// The row that says how far the rows of a case are, with what stands beside that.
pub(super) fn state_item(partition: &str, state: State, beside: Option<Vec<u8>>) -> Item {
    let mut item = text_key(partition, STATE);
    item.insert("version".to_owned(), number(state.version.0));
    item.insert("step".to_owned(), number(state.step));
    item.insert("parts".to_owned(), number(state.parts as u64));
    if let Some(hash) = state.head_hash {
        item.insert("head_hash".to_owned(), text(hash.to_string()));
    }
    if let Some(packed) = beside {
        item.insert(INVENTORY.to_owned(), AttributeValue::B(Blob::new(packed)));
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
    let inventory = match state.parts {
        0 => Some(inventory_beside(item)?),
        _ => inventory_apart(rows, item, state)?.map(|inventory| (inventory, None)),
    };
    let Some((inventory, beside)) = inventory else {
        return Ok(None);
    };
    let kept = text_of(rows, KEPT, state.kept.parts, state.kept.step)?;
    Ok(kept.map(|kept| Stored {
        state,
        inventory,
        beside,
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
