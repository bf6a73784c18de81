//! The docket record as it is kept: entries by index, found by id, shared between copies.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use casefold_events::{DocketEntryId, Version};
use rpds::RedBlackTreeMapSync;

use super::docket::DocketEntry;

/// How many entries a page has room for. A page is copied where one of its entries changes, and
/// the list of pages with each copy of a record.
const PAGE: u32 = 16;

/// Up to how many entries are looked through for an id.
const LOOKED_THROUGH: usize = 64;

/// The entries of a case: those on the record in the order of their index, and those off
/// it (drafts, the statement of taxpayer identification).
///
/// A record can be **partial**: a store may load only the entries on the record that a
/// command or an event is about. [`Self::last_index`] and the entries off the record are
/// always whole; an entry on the record that was not loaded is looked up in the store
/// before the fold and never assumed absent. A short record may bring its entries along
/// unread ([`Self::of_unread`]): they are not loaded until [`Self::read`] is called.
///
/// Copies share their entries: copying a record, and changing one entry of a copy, cost next
/// to nothing however long it is. So does finding an entry by its id.
#[derive(Clone, Default)]
pub struct DocketRecord {
    /// By the number of the page, from 0.
    pages: BTreeMap<u32, Arc<Page>>,
    /// How many entries on the record are loaded.
    loaded: usize,
    /// Where each loaded entry on the record is; of two of one id, the later. It is empty as
    /// long as there are few: then they are looked through.
    index_of: RedBlackTreeMapSync<DocketEntryId, u32>,
    off_record: Arc<Vec<DocketEntry>>,
    last_index: u32,
    /// Entries on the record as a store has them, a JSON list, until somebody needs one.
    unread: Option<Arc<str>>,
}

/// Entries with neighbouring indexes, each in its place. The ids stand beside them, so that
/// looking for one goes through a page and not through the entries.
#[derive(Clone, Default)]
struct Page(Vec<Option<(DocketEntryId, Arc<DocketEntry>)>>);

/// Where an entry is.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// On the record, with this index.
    OnRecord(u32),
    /// Off the record, the so many-th from 0.
    OffRecord(usize),
}

impl DocketRecord {
    /// Puts a record together from what a store kept. Entries on the record have an index
    /// between 1 and `last_index`; others are left out.
    pub fn from_parts(
        on_record: impl IntoIterator<Item = DocketEntry>,
        off_record: Vec<DocketEntry>,
        last_index: u32,
    ) -> Self {
        let mut record = Self {
            off_record: Arc::new(off_record),
            last_index,
            ..Self::default()
        };
        for entry in on_record {
            if let Some(index) = entry.filed.index.filter(|index| *index <= last_index) {
                record.put(index, entry);
            }
        }
        record
    }

    /// A record whose entries a store has in a JSON list, which is not read yet: most commands need
    /// none of them.
    pub fn of_unread(on_record: &str, off_record: Vec<DocketEntry>, last_index: u32) -> Self {
        Self {
            unread: Some(Arc::from(on_record)),
            ..Self::from_parts([], off_record, last_index)
        }
    }

    /// Whether the record brought entries along that are not read yet.
    pub const fn has_unread(&self) -> bool {
        self.unread.is_some()
    }

    /// How much memory they take, in bytes.
    pub(super) fn unread_bytes(&self) -> usize {
        self.unread.as_deref().map_or(0, str::len)
    }

    /// Loads the entries that the record brought along unread.
    ///
    /// # Errors
    /// The parser's, where they are no docket entries; none of them is loaded then.
    pub fn read(&mut self) -> Result<(), serde_json::Error> {
        if let Some(unread) = &self.unread {
            let entries: Vec<DocketEntry> = serde_json::from_str(unread)?;
            self.unread = None;
            self.load(entries);
        }
        Ok(())
    }

    /// Adds entries on the record that were not loaded yet.
    pub fn load(&mut self, entries: impl IntoIterator<Item = DocketEntry>) {
        for entry in entries {
            let index = entry.filed.index.filter(|index| *index <= self.last_index);
            if let Some(index) = index.filter(|index| self.entry_at(*index).is_none()) {
                self.put(index, entry);
            }
        }
    }

    /// The loaded entries on the record, in the order of their index.
    pub fn on_record(&self) -> impl DoubleEndedIterator<Item = &DocketEntry> {
        let slots = self.pages.values().flat_map(|page| &page.0);
        slots.flatten().map(|(_, entry)| &**entry)
    }

    /// The entries off the record, in the order in which they were added.
    pub fn off_record(&self) -> &[DocketEntry] {
        &self.off_record
    }

    /// The index of the last entry on the record, 0 where there is none. As the indexes
    /// have no gap it is the number of entries on the record, loaded or not.
    pub const fn last_index(&self) -> u32 {
        self.last_index
    }

    /// How many entries on the record are loaded.
    pub const fn loaded(&self) -> usize {
        self.loaded
    }

    /// Whether every entry on the record is loaded.
    pub const fn is_whole(&self) -> bool {
        self.loaded == self.last_index as usize
    }

    /// The entry with this id, among those that are loaded; of two on the record, the later.
    pub fn entry(&self, id: DocketEntryId) -> Option<&DocketEntry> {
        self.entry_in(self.place(id)?)
    }

    /// The entry at a place.
    pub(super) fn entry_in(&self, place: Place) -> Option<&DocketEntry> {
        match place {
            Place::OnRecord(index) => self.entry_at(index),
            Place::OffRecord(at) => self.off_record.get(at),
        }
    }

    /// The entry with this index, if it is loaded.
    pub fn entry_at(&self, index: u32) -> Option<&DocketEntry> {
        let (page, at) = slot(index)?;
        let (_, entry) = self.pages.get(&page)?.0.get(at)?.as_ref()?;
        Some(entry)
    }

    /// Where the entry with this id is.
    pub(super) fn place(&self, id: DocketEntryId) -> Option<Place> {
        let recorded = if self.index_of.is_empty() {
            self.pages.iter().rev().find_map(|(number, page)| {
                let at = page
                    .0
                    .iter()
                    .rposition(|slot| slot.as_ref().is_some_and(|it| it.0 == id));
                Some(index(*number, at?))
            })
        } else {
            self.index_of.get(&id).copied()
        };
        recorded.map(Place::OnRecord).or_else(|| {
            let at = self.off_record.iter().position(|entry| entry.id() == id);
            at.map(Place::OffRecord)
        })
    }

    /// The entry at a place, to be changed. Its id and index stay.
    pub(super) fn entry_mut(&mut self, place: Place) -> Option<&mut DocketEntry> {
        match place {
            Place::OnRecord(index) => {
                let (page, at) = slot(index)?;
                let page = Arc::make_mut(self.pages.get_mut(&page)?);
                let (_, entry) = page.0.get_mut(at)?.as_mut()?;
                Some(Arc::make_mut(entry))
            }
            Place::OffRecord(at) => Arc::make_mut(&mut self.off_record).get_mut(at),
        }
    }

    /// Adds an entry with the next index.
    pub(super) fn add_on_record(&mut self, mut entry: DocketEntry) {
        self.last_index += 1;
        entry.filed.index = Some(self.last_index);
        self.put(self.last_index, entry);
    }

    /// Adds an entry off the record.
    pub(super) fn add_off_record(&mut self, entry: DocketEntry) {
        Arc::make_mut(&mut self.off_record).push(entry);
    }

    /// Takes an entry off the record out.
    pub(super) fn take_off_record(&mut self, id: DocketEntryId) -> Option<DocketEntry> {
        let at = self.off_record.iter().position(|entry| entry.id() == id)?;
        Some(Arc::make_mut(&mut self.off_record).remove(at))
    }

    /// Gives entries on the record the indexes that they had when they were recorded, in
    /// whatever order their commits were folded: those that a commit filed, in their order,
    /// from the commit's first index on. The record may have gaps then, and its last index is
    /// the highest that is there.
    pub(crate) fn renumber(&mut self, first_index: &BTreeMap<Version, u32>) {
        let mut filed: BTreeMap<Version, u32> = BTreeMap::new();
        let pages = std::mem::take(&mut self.pages);
        (self.loaded, self.last_index) = (0, 0);
        self.index_of = RedBlackTreeMapSync::default();
        for slot in pages.values().flat_map(|page| &page.0).flatten() {
            let mut entry = DocketEntry::clone(&slot.1);
            if let Some(first) = first_index.get(&entry.filed_in) {
                let nth = filed.entry(entry.filed_in).or_default();
                entry.filed.index = Some(first.saturating_add(*nth));
                *nth += 1;
            }
            if let Some(index) = entry.filed.index {
                self.last_index = self.last_index.max(index);
                self.put(index, entry);
            }
        }
    }

    /// Puts an entry into its place; index 0 is none.
    fn put(&mut self, index: u32, entry: DocketEntry) {
        let Some((page, at)) = slot(index) else {
            return;
        };
        let page = &mut Arc::make_mut(self.pages.entry(page).or_default()).0;
        if page.len() <= at {
            page.resize(at + 1, None);
        }
        let id = entry.id();
        let replaced = page[at].replace((id, Arc::new(entry)));
        self.loaded += usize::from(replaced.is_none());
        if replaced.is_some_and(|(before, _)| before != id) || self.index_of.is_empty() {
            self.index();
        } else {
            self.note_index(id, index);
        }
    }

    /// Notes where every entry is, where there are so many that they are not looked through.
    fn index(&mut self) {
        self.index_of = RedBlackTreeMapSync::default();
        if self.loaded > LOOKED_THROUGH {
            let places = self
                .on_record()
                .filter_map(|entry| Some((entry.id(), entry.filed.index?)));
            for (id, index) in places.collect::<Vec<_>>() {
                self.note_index(id, index);
            }
        }
    }

    fn note_index(&mut self, id: DocketEntryId, index: u32) {
        if self.index_of.get(&id).is_none_or(|there| *there < index) {
            self.index_of.insert_mut(id, index);
        }
    }
}

/// On which page an index is, and where there.
fn slot(index: u32) -> Option<(u32, usize)> {
    let from_zero = index.checked_sub(1)?;
    Some((from_zero / PAGE, (from_zero % PAGE) as usize))
}

/// The index at a place of a page.
fn index(page: u32, at: usize) -> u32 {
    u32::try_from(at).map_or(u32::MAX, |at| page * PAGE + at + 1)
}

/// Two are the same that hold the same entries.
impl PartialEq for DocketRecord {
    fn eq(&self, other: &Self) -> bool {
        self.last_index == other.last_index
            && self.loaded == other.loaded
            && self.off_record == other.off_record
            && self.on_record().eq(other.on_record())
    }
}

impl Eq for DocketRecord {}

impl fmt::Debug for DocketRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DocketRecord")
            .field("on_record", &self.on_record().collect::<Vec<_>>())
            .field("off_record", &self.off_record)
            .field("last_index", &self.last_index)
            .finish()
    }
}

#[cfg(test)]
mod tests;
