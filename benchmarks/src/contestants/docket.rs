//! The small aggregate that the peers keep: a docket, of the same entries that Casefold files.

use casefold_events::entry::FiledEntry;
use casefold_events::{ContactId, DocketEntryId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Outcome;

/// The title of every entry. With it an event's payload has about the court's average length.
pub(crate) const TITLE: &str = "Letter about Records";

/// The event code of every entry.
pub(crate) const CODE: &str = "MISC";

/// What happens to a docket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum DocketEvent {
    /// An entry was filed.
    EntryFiled(Box<FiledEntry>),
}

/// A docket as its events make it: little, so that a snapshot costs little.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Docket {
    /// How many entries.
    pub(crate) entries: u64,
    /// The index of the last.
    pub(crate) last_index: u32,
    /// The sum of all indexes, by which a gap or a double shows.
    pub(crate) indexes: u64,
    /// When the last was filed.
    pub(crate) last_filed: Option<Timestamp>,
}

impl Docket {
    /// Decides: the next entry on the record.
    pub(crate) fn file(&self) -> Outcome<DocketEvent> {
        let index = self.last_index + 1;
        Ok(DocketEvent::EntryFiled(Box::new(entry(index)?)))
    }

    /// Folds.
    pub(crate) fn apply(&mut self, event: &DocketEvent) {
        let DocketEvent::EntryFiled(entry) = event;
        self.entries += 1;
        self.last_index = entry.index.unwrap_or_default();
        self.indexes += u64::from(self.last_index);
        self.last_filed = Some(entry.filing_date);
    }

    /// As so many entries make it.
    pub(crate) fn of(entries: u64) -> Outcome<Self> {
        let mut docket = Self::default();
        for _ in 0..entries {
            docket.apply(&docket.file()?);
        }
        Ok(docket)
    }
}

/// The `n`th entry of a case.
pub(crate) fn entry(n: u32) -> Outcome<FiledEntry> {
    let at = Timestamp::from_millis(1_740_000_000_000 + i64::from(n) * 60_000);
    Ok(FiledEntry {
        docket_entry_id: DocketEntryId(Uuid::from_u128(
            0x0195_0000_0000_7000_8000_0000_0000_0000 + u128::from(n),
        )),
        index: Some(n),
        event_code: CODE.parse()?,
        document_type: "Miscellaneous".to_owned(),
        title: TITLE.into(),
        filed_by: Some("Petr. Nora Quist".into()),
        filers: vec![ContactId(Uuid::from_u128(
            0x0195_0000_0000_7000_8000_0000_0000_0001,
        ))],
        filing_date: at,
        received_at: at,
        number_of_pages: None,
        is_paper: true,
        lodged: false,
        objections: None,
        pending: false,
        is_draft: false,
        is_minute_entry: false,
        is_on_docket_record: true,
        judge: None,
        due: None,
        signature: None,
        document: None,
    })
}

/// A docket number's stand-in where a case has a name.
pub(crate) fn name_of(case: usize) -> String {
    format!("{}-25", 101 + case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_docket_of_three_entries_has_them_in_their_order() {
        let docket = Docket::of(3).unwrap();
        assert_eq!(
            (docket.entries, docket.last_index, docket.indexes),
            (3, 3, 6)
        );
    }
}
