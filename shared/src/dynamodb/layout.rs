//! How a case of any size is laid out in rows of the snapshot table. Pure.
//!
//! The layout follows from the case alone: however its commits were batched when they were
//! folded, the same case gives the same rows, byte for byte.
//!
//! | sort key | row |
//! | --- | --- |
//! | `header` | version, head hash, last index, and the body: the case without its docket record, entries off the record, and, up to [`PAGE_ENTRIES`], those on it |
//! | `page#00000` … | [`PAGE_ENTRIES`] entries on the record by their index, once there are more than fit into the header; its version is that of the last commit that changed one of them |
//! | `header+0001`, `page#00000+0001` … | what of a body exceeds [`MAX_PART_BYTES`], under its row's version |
//! | `entry#<id>` | the index of an entry on the record, where the record is in pages |
//!
//! A body is JSON, packed ([`crate::packing`]): a case of average length is in one item of two
//! kilobytes. Builds before this one wrote the JSON itself, as a text; that is read as well.

use std::collections::{BTreeMap, BTreeSet};

use casefold_events::{DocketNumber, Version};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, corrupt, get_number, get_number_or_none, number, text};
use super::read::Rows;
use super::tables::{HEADER, continuation_sort, directory_sort, page_sort, text_key};
use super::write::MAX_TRANSACTION_ITEMS;
use crate::case::{Case, DocketEntry, DocketRecord};
use crate::gateway::StoreError;
use crate::packing;

/// How many entries on the record are in a page; up to so many stand in the header.
pub(super) const PAGE_ENTRIES: u32 = 25;

/// The most entries on the record of a case that is read: a hundred thousand pages, whose numbers
/// have five digits.
const MAX_ENTRIES: u32 = 100_000 * PAGE_ENTRIES;

/// How much of a body or a text one row takes, of the 400 KB of an item; the rest goes to
/// rows that continue it.
pub(super) const MAX_PART_BYTES: usize = 300 * 1024;

/// Entries that were read to complete a page, by their index.
pub(super) type Entries = BTreeMap<u32, DocketEntry>;

/// A body with its version in one row, or in several where it is long.
pub(super) struct Document {
    /// The sort key of the first row.
    pub(super) sort: String,
    /// The first row.
    pub(super) first: Item,
    /// The rows that continue it.
    pub(super) more: Vec<Item>,
}

impl Document {
    fn new(partition: &str, sort: &str, version: Version, body: &[u8]) -> Self {
        let parts = body.chunks(MAX_PART_BYTES);
        let mut rows = parts.enumerate().map(|(part, bytes)| {
            let sort = if part == 0 {
                sort.to_owned()
            } else {
                continuation_sort(sort, part)
            };
            let mut row = text_key(partition, sort);
            row.insert("version".to_owned(), number(version.0));
            row.insert("body".to_owned(), AttributeValue::B(Blob::new(bytes)));
            row
        });
        let mut first = rows.next().unwrap_or_default();
        let more: Vec<_> = rows.collect();
        if !more.is_empty() {
            first.insert("parts".to_owned(), number(1 + more.len() as u64));
        }
        Self {
            sort: sort.to_owned(),
            first,
            more,
        }
    }

    /// In how many rows the document is.
    pub(super) fn parts(&self) -> usize {
        1 + self.more.len()
    }
}

/// A text in parts that fit into a row each; one at least.
pub(super) fn split(body: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(body);
    std::iter::from_fn(move || {
        let body = rest?;
        let (part, after) = body.split_at(body.floor_char_boundary(MAX_PART_BYTES));
        rest = Some(after).filter(|after| !after.is_empty());
        Some(part)
    })
}

/// In how many rows a stored document is.
pub(super) fn parts_of(first: &Item) -> Result<usize, StoreError> {
    let parts = get_number_or_none(first, "parts")?.unwrap_or(1);
    let parts = usize::try_from(parts).ok();
    // A document is written in one transaction. More rows than that are asked for by nothing but
    // damage, and would take memory without end.
    let parts = parts.filter(|parts| *parts <= MAX_TRANSACTION_ITEMS);
    parts.ok_or_else(|| corrupt(first, "too many parts"))
}

/// Which rows continue a stored document.
pub(super) fn continuations(sort: &str, first: &Item) -> Result<Vec<String>, StoreError> {
    Ok((1..parts_of(first)?)
        .map(|part| continuation_sort(sort, part))
        .collect())
}

/// Puts a document's JSON together again; `None` where a row is missing or is of another
/// version.
pub(super) fn assemble(
    sort: &str,
    first: &Item,
    rows: &Rows,
) -> Result<Option<Vec<u8>>, StoreError> {
    let version = get_number(first, "version")?;
    let (is_packed, part) = part_of(first)?;
    let mut body = part.to_vec();
    for sort in continuations(sort, first)? {
        match rows.get(&sort) {
            Some(row) if get_number(row, "version")? == version => match part_of(row)? {
                (as_first, part) if as_first == is_packed => body.extend_from_slice(part),
                _ => return Err(corrupt(row, "it is not of the form that it continues")),
            },
            Some(_) | None => return Ok(None),
        }
    }
    if !is_packed {
        return Ok(Some(body));
    }
    let unpacked = packing::unpack(&body);
    unpacked
        .map(Some)
        .map_err(|error| corrupt(first, format!("the body can't be unpacked: {error}")))
}

/// What of a body is in a row, and whether it is packed.
fn part_of(row: &Item) -> Result<(bool, &[u8]), StoreError> {
    match row.get("body") {
        Some(AttributeValue::B(bytes)) => Ok((true, bytes.as_ref())),
        Some(AttributeValue::S(text)) => Ok((false, text.as_bytes())),
        Some(_) | None => Err(corrupt(row, "it has no body")),
    }
}

/// The header's body, as it is written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BodyRef<'a> {
    case: &'a Case,
    off_record: &'a [DocketEntry],
    #[serde(skip_serializing_if = "Option::is_none")]
    on_record: Option<Vec<&'a DocketEntry>>,
}

/// The header's body, as it is read: with the entries on the record, or their text.
#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    bound(deserialize = "T: Default + Deserialize<'de>")
)]
struct Body<T> {
    case: Case,
    off_record: Vec<DocketEntry>,
    #[serde(default)]
    on_record: T,
}

/// Whether a record with so many entries is in pages.
pub(super) const fn is_paged(last_index: u32) -> bool {
    last_index > PAGE_ENTRIES
}

/// The page of an entry on the record.
pub(super) const fn page_of(index: u32) -> u32 {
    (index - 1) / PAGE_ENTRIES
}

/// The pages of a record that is in pages.
pub(super) fn all_pages(last_index: u32) -> BTreeSet<u32> {
    (0..=page_of(last_index)).collect()
}

/// The indexes in a page, as far as the record goes.
pub(super) fn indexes_of(page: u32, last_index: u32) -> std::ops::RangeInclusive<u32> {
    let first = page * PAGE_ENTRIES + 1;
    first..=last_index.min(page * PAGE_ENTRIES + PAGE_ENTRIES)
}

/// The header of a case.
pub(super) fn header(partition: &str, case: &Case) -> Result<Document, StoreError> {
    let last_index = case.docket.last_index();
    let on_record = (!is_paged(last_index)).then(|| case.docket.on_record().collect());
    if on_record.is_some() && !case.docket.is_whole() {
        return Err(incomplete(
            case.docket_number,
            "an entry on its short record",
        ));
    }
    let body = BodyRef {
        case,
        off_record: case.docket.off_record(),
        on_record,
    };
    let body = packed(&body, case.docket_number)?;
    let mut header = Document::new(partition, HEADER, case.version, &body);
    header
        .first
        .insert("last_index".to_owned(), number(last_index));
    header.first.insert(
        "head_hash".to_owned(),
        text(case.folded_from.head_hash.to_string()),
    );
    Ok(header)
}

/// A page of a case's record. Entries that are not loaded are taken from `others`.
pub(super) fn page(
    partition: &str,
    case: &Case,
    page: u32,
    others: &Entries,
) -> Result<Document, StoreError> {
    let entries = indexes_of(page, case.docket.last_index())
        .map(|index| {
            case.docket
                .entry_at(index)
                .or_else(|| others.get(&index))
                .ok_or_else(|| incomplete(case.docket_number, &format!("entry {index}")))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let version = entries
        .iter()
        .map(|entry| entry.changed_in)
        .max()
        .unwrap_or_default();
    let body = packed(&entries, case.docket_number)?;
    Ok(Document::new(partition, &page_sort(page), version, &body))
}

/// What changed on the record of a case since a version, as far as pages are concerned.
pub(super) struct Changes {
    /// The pages to write.
    pub(super) pages: BTreeSet<u32>,
    /// The directory rows to write: sort key and index.
    pub(super) directory: BTreeMap<String, u32>,
}

/// What changed since a version. An entry that is not loaded did not change.
pub(super) fn changes(case: &Case, base: Version) -> Changes {
    let last_index = case.docket.last_index();
    let mut changes = Changes {
        pages: BTreeSet::new(),
        directory: BTreeMap::new(),
    };
    if !is_paged(last_index) {
        return changes;
    }
    let filed = case
        .docket
        .on_record()
        .filter(|entry| entry.filed_in > base)
        .count();
    let index_at_base = last_index.saturating_sub(u32::try_from(filed).unwrap_or(u32::MAX));
    // A record that passes from the header into pages is written whole.
    let since = if is_paged(index_at_base) {
        base
    } else {
        Version::ZERO
    };
    for entry in case.docket.on_record() {
        let Some(index) = entry.filed.index else {
            continue;
        };
        if entry.changed_in > since {
            changes.pages.insert(page_of(index));
        }
        if entry.filed_in > since {
            // Of two entries with one id the later is found, here as in memory.
            changes.directory.insert(directory_sort(entry.id()), index);
        }
    }
    changes
}

/// A row of the directory.
pub(super) fn directory_row(partition: &str, sort: &str, index: u32) -> Item {
    let mut row = text_key(partition, sort);
    row.insert("index".to_owned(), number(index));
    row
}

/// The case in a header's body.
pub(super) fn case_of_body(first: &Item, body: &[u8]) -> Result<Case, StoreError> {
    let (body, last_index) = body_of::<Vec<DocketEntry>>(first, body)?;
    let mut case = body.case;
    case.docket = DocketRecord::from_parts(body.on_record, body.off_record, last_index);
    if !is_paged(last_index) {
        whole(first, &case)?;
    }
    Ok(case)
}

/// The same, with the entries on a short record unread.
pub(super) fn case_of_body_unread(first: &Item, body: &[u8]) -> Result<Case, StoreError> {
    let (body, last_index) = body_of::<Option<&RawValue>>(first, body)?;
    let mut case = body.case;
    case.docket = match body.on_record {
        Some(on_record) if last_index > 0 && !is_paged(last_index) => {
            DocketRecord::of_unread(on_record.get(), body.off_record, last_index)
        }
        Some(_) | None => DocketRecord::from_parts([], body.off_record, last_index),
    };
    if !is_paged(last_index) && !case.docket.has_unread() {
        whole(first, &case)?;
    }
    Ok(case)
}

/// Reads the entries that a case brought along unread.
pub(super) fn read_entries(partition: &str, case: &mut Case) -> Result<(), StoreError> {
    let header = text_key(partition, HEADER);
    let read = case.docket.read();
    read.map_err(|_| corrupt(&header, "an entry of its short record is not of its form"))?;
    whole(&header, case)
}

/// A header's body, of the header's version, with the index of the last entry on the record.
fn body_of<'a, T: Default + Deserialize<'a>>(
    first: &Item,
    body: &'a [u8],
) -> Result<(Body<T>, u32), StoreError> {
    let body: Body<T> = from_json(first, body)?;
    let last_index = u32::try_from(get_number(first, "last_index")?).ok();
    let last_index = last_index.filter(|last| *last <= MAX_ENTRIES);
    let last_index = last_index.ok_or_else(|| corrupt(first, "last_index is out of range"))?;
    if body.case.version.0 != get_number(first, "version")? {
        return Err(corrupt(
            first,
            "the version of the row is not that of the case in it",
        ));
    }
    Ok((body, last_index))
}

fn whole(first: &Item, case: &Case) -> Result<(), StoreError> {
    match case.docket.is_whole() {
        true => Ok(()),
        false => Err(corrupt(first, "an entry of its short record is missing")),
    }
}

/// The entries in a page's body.
pub(super) fn entries_of_body(first: &Item, body: &[u8]) -> Result<Vec<DocketEntry>, StoreError> {
    from_json(first, body)
}

fn packed<T: Serialize>(value: &T, docket_number: DocketNumber) -> Result<Vec<u8>, StoreError> {
    let refused =
        |cause| StoreError::Refused(format!("case {docket_number} can't be written down"), cause);
    let json = serde_json::to_vec(value).map_err(|error| refused(error.into()))?;
    packing::pack(&json).map_err(|error| refused(error.into()))
}

/// The parser's own words are left out: they may quote what it reads. That it is text is checked once,
/// and not again with each text in it.
fn from_json<'a, T: Deserialize<'a>>(first: &Item, body: &'a [u8]) -> Result<T, StoreError> {
    let body = std::str::from_utf8(body).map_err(|_| corrupt(first, "the body is no text"))?;
    serde_json::from_str(body).map_err(|error| {
        let column = error.column();
        corrupt(
            first,
            format!("the body is not of its form, at column {column}"),
        )
    })
}

fn incomplete(docket_number: DocketNumber, what: &str) -> StoreError {
    StoreError::Corrupt {
        at: format!("case {docket_number}"),
        problem: format!("{what} is missing, in memory and in the store"),
    }
}

#[cfg(test)]
mod tests;
