//! How much memory a case takes, roughly, for whoever keeps many.

use super::{Case, DocketEntry};

/// What the texts and lists of one item take on average, beside the item itself: of an entry its
/// title, kind, document and who was served, of a contact the names and the address.
const TEXTS_OF_ENTRY: usize = 500;
const TEXTS_OF_ITEM: usize = 250;
const TEXTS_OF_CASE: usize = 1_000;

impl Case {
    /// About how many bytes the case takes in memory, with the entries that are loaded. It is an
    /// estimate by the number of things, so that asking costs nothing. What copies share counts in
    /// each of them.
    pub fn weight(&self) -> usize {
        let entries = self.docket.loaded() + self.docket.off_record().len();
        let lists = [
            items(&self.status_history),
            items(&self.parties),
            items(&self.counsel),
            items(&self.hearings),
            items(&self.deadlines),
            items(&self.correspondence),
            items(&self.statistics),
            items(&self.open_entries),
        ];
        size_of::<Self>()
            + TEXTS_OF_CASE
            + entries * (size_of::<DocketEntry>() + TEXTS_OF_ENTRY)
            + self.docket.unread_bytes()
            + lists.iter().sum::<usize>()
    }
}

const fn items<T>(items: &[T]) -> usize {
    items.len() * (size_of::<T>() + TEXTS_OF_ITEM)
}
