//! Reading a case: the header, and the pages that are asked for.
//!
//! A header is read eventually consistently; directory and pages strongly. A page carries
//! the version of the last commit that changed one of its entries. So a page that is read
//! after a header of version v, and is of a version up to v, is the page as it stood at v:
//! nothing on it has changed since. A page of a later version says that the case moved on
//! between the two reads, and both are read again, the header strongly consistently then.
//! That costs twice the units for pages; the other way, a list of all pages' versions in
//! the header, would make each header grow with its record, and each writer read it first.

use std::collections::{BTreeMap, BTreeSet};

use casefold_events::{DocketEntryId, DocketNumber, Version};

use super::DynamoStore;
use super::error::Reason;
use super::item::{Item, corrupt, get_number, get_text};
use super::layout;
use super::read::{Consistency, Rows};
use super::tables::{
    HEADER, PAGES, RANGE_KEY, directory_sort, page_sort, snapshot_partition, text_key,
};
use super::write::{pauses, sleep};
use crate::case::{Case, DocketEntry};
use crate::gateway::{EntrySelection, Generation, StoreError};

/// A page as it was read.
pub(super) struct Page {
    pub(super) version: Version,
    pub(super) entries: Vec<DocketEntry>,
}

/// How filling a case with entries went.
enum Filled {
    /// All that is wanted is there.
    Yes,
    /// A page is of a later version than the case.
    Moved,
    /// A page is not there.
    Missing(u32),
}

impl DynamoStore {
    pub(super) async fn case_read(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        wanted: EntrySelection<'_>,
    ) -> Result<Option<Case>, StoreError> {
        let partition = snapshot_partition(generation, docket_number);
        let mut consistency = Consistency::Eventual;
        let mut missing = None;
        for pause in pauses() {
            sleep(pause).await;
            let key = text_key(&*partition, HEADER);
            let Some(first) = self
                .get_with(&self.tables.snapshots, key, consistency)
                .await?
            else {
                return Ok(None);
            };
            let read = self.case_of_header(&partition, first, wanted).await?;
            if let Some(mut case) = read {
                match self.case_fill(&partition, &mut case, wanted).await? {
                    Filled::Yes => return Ok(Some(case)),
                    Filled::Moved => missing = None,
                    Filled::Missing(page) => missing = Some(page_sort(page)),
                }
            }
            consistency = Consistency::Strong;
        }
        Err(match missing {
            Some(sort) => corrupt(&text_key(partition, sort), "the page is missing"),
            None => StoreError::Unavailable(
                Reason("the case was written again each time it was read").into(),
            ),
        })
    }

    /// The case in a header, with the entries that are there; `None` where its rows are of several
    /// versions.
    async fn case_of_header(
        &self,
        partition: &str,
        first: Item,
        wanted: EntrySelection<'_>,
    ) -> Result<Option<Case>, StoreError> {
        let unpacked = self.unpacked.as_ref();
        if let Some(case) = unpacked.and_then(|unpacked| unpacked.case_of(&first)) {
            return Ok(Some(case));
        }
        let sorts: BTreeSet<_> = layout::continuations(HEADER, &first)?.into_iter().collect();
        let is_one_row = sorts.is_empty();
        let more = self.rows_or_none(partition, sorts).await?;
        let Some(body) = layout::assemble(HEADER, &first, &more)? else {
            return Ok(None);
        };
        if wanted == EntrySelection::Later {
            // Whoever decides over it writes the next one.
            return layout::case_of_body_unread(&first, &body).map(Some);
        }
        let case = layout::case_of_body(&first, &body)?;
        if let Some(unpacked) = unpacked.filter(|_| is_one_row) {
            unpacked.keep(first, case.clone());
        }
        Ok(Some(case))
    }

    /// Loads more of a case that was read before. It needs no header: a page that is not
    /// past the case's version is as it was.
    pub(super) async fn case_read_more(
        &self,
        generation: Generation,
        case: &mut Case,
        entries: EntrySelection<'_>,
    ) -> Result<bool, StoreError> {
        let partition = snapshot_partition(generation, case.docket_number);
        match self.case_fill(&partition, case, entries).await? {
            Filled::Yes => Ok(true),
            Filled::Moved | Filled::Missing(_) => Ok(false),
        }
    }

    async fn case_fill(
        &self,
        partition: &str,
        case: &mut Case,
        wanted: EntrySelection<'_>,
    ) -> Result<Filled, StoreError> {
        let last_index = case.docket.last_index();
        let is_there = !layout::is_paged(last_index) || case.docket.is_whole();
        let pages = match wanted {
            EntrySelection::None | EntrySelection::Later => return Ok(Filled::Yes),
            EntrySelection::Some { .. } | EntrySelection::All if case.docket.has_unread() => {
                layout::read_entries(partition, case)?;
                return Ok(Filled::Yes);
            }
            EntrySelection::Some { .. } | EntrySelection::All if is_there => {
                return Ok(Filled::Yes);
            }
            EntrySelection::All => {
                let pages = layout::all_pages(last_index);
                let table = &self.tables.snapshots;
                let rows = self
                    .query_rows(table, partition, PAGES, Consistency::Strong)
                    .await?;
                pages_of_rows(&rows, &pages)?
            }
            EntrySelection::Some { ids, indexes } => {
                let found = self.indexes_of(partition, case, ids).await?;
                let wanted = indexes.iter().copied().chain(found);
                self.pages_read(partition, &pages_to_read(case, wanted))
                    .await?
            }
        };
        Ok(fill(case, pages))
    }

    /// The indexes of entries that are not loaded. An id that isn't in the directory is not
    /// on the record.
    async fn indexes_of(
        &self,
        partition: &str,
        case: &Case,
        ids: &[DocketEntryId],
    ) -> Result<Vec<u32>, StoreError> {
        let unknown = ids.iter().filter(|id| case.docket.entry(**id).is_none());
        let rows = self
            .rows_or_none(partition, unknown.map(|id| directory_sort(*id)).collect())
            .await?;
        let index = |row| {
            let index = get_number(row, "index")?;
            u32::try_from(index).map_err(|_| corrupt(row, "the index is out of range"))
        };
        rows.values().map(index).collect()
    }

    /// Reads pages with the rows that continue them; `None` for a page that isn't there.
    pub(super) async fn pages_read(
        &self,
        partition: &str,
        pages: &BTreeSet<u32>,
    ) -> Result<BTreeMap<u32, Option<Page>>, StoreError> {
        let sorts = pages.iter().map(|page| page_sort(*page)).collect();
        let mut rows = self.rows_or_none(partition, sorts).await?;
        let mut more = BTreeSet::new();
        for (sort, first) in &rows {
            more.extend(layout::continuations(sort, first)?);
        }
        rows.extend(self.rows_or_none(partition, more).await?);
        pages_of_rows(&rows, pages)
    }

    /// Reads rows; asks for nothing where nothing is wanted.
    async fn rows_or_none(
        &self,
        partition: &str,
        sorts: BTreeSet<String>,
    ) -> Result<Rows, StoreError> {
        if sorts.is_empty() {
            return Ok(Rows::new());
        }
        self.get_rows(&self.tables.snapshots, partition, sorts)
            .await
    }
}

/// The case in rows of the snapshot table, whole and without a store; `None` where they are of
/// several versions, as rows are that were read while they were written, or the header is not among
/// them. Rows that are not the case's are passed over.
///
/// # Errors
/// [`StoreError::Corrupt`] where a row is not of its form, or a page or an entry is missing.
pub fn case_from_rows(rows: impl IntoIterator<Item = Item>) -> Result<Option<Case>, StoreError> {
    let sorted = rows
        .into_iter()
        .map(|row| Ok((get_text(&row, RANGE_KEY)?.to_owned(), row)));
    let rows = sorted.collect::<Result<Rows, StoreError>>()?;
    let Some(first) = rows.get(HEADER) else {
        return Ok(None);
    };
    let Some(body) = layout::assemble(HEADER, first, &rows)? else {
        return Ok(None);
    };
    let mut case = layout::case_of_body(first, &body)?;
    let last_index = case.docket.last_index();
    if !layout::is_paged(last_index) {
        return Ok(Some(case));
    }
    let pages = pages_of_rows(&rows, &layout::all_pages(last_index))?;
    match fill(&mut case, pages) {
        Filled::Yes if case.docket.is_whole() => Ok(Some(case)),
        Filled::Yes => Err(corrupt(first, "an entry of its record is missing")),
        Filled::Moved => Ok(None),
        Filled::Missing(page) => Err(corrupt(first, format!("page {page} is missing"))),
    }
}

/// Fills a case with the entries of pages.
fn fill(case: &mut Case, pages: BTreeMap<u32, Option<Page>>) -> Filled {
    let mut entries = Vec::new();
    for (page, found) in pages {
        match found {
            None => return Filled::Missing(page),
            Some(found) if found.version > case.version => return Filled::Moved,
            Some(found) => entries.extend(found.entries),
        }
    }
    case.docket.load(entries);
    Filled::Yes
}

/// The pages of these indexes that are not loaded whole.
fn pages_to_read(case: &Case, indexes: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
    let last_index = case.docket.last_index();
    indexes
        .into_iter()
        .filter(|index| (1..=last_index).contains(index))
        .filter(|index| case.docket.entry_at(*index).is_none())
        .map(layout::page_of)
        .collect()
}

/// A page whose rows are of two versions was being written: it is taken for one of a later
/// version than any case, so that it is read again.
fn pages_of_rows(
    rows: &Rows,
    pages: &BTreeSet<u32>,
) -> Result<BTreeMap<u32, Option<Page>>, StoreError> {
    let mut found = BTreeMap::new();
    for page in pages {
        let sort = page_sort(*page);
        let read = match rows.get(&sort) {
            None => None,
            Some(first) => Some(match layout::assemble(&sort, first, rows)? {
                Some(body) => Page {
                    version: Version(get_number(first, "version")?),
                    entries: layout::entries_of_body(first, &body)?,
                },
                None => Page {
                    version: Version(u64::MAX),
                    entries: Vec::new(),
                },
            }),
        };
        found.insert(*page, read);
    }
    Ok(found)
}
