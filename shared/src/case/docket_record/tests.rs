//! The record against the simplest one: entries in a map, looked through from the end.

use casefold_events::entry::FiledEntry;
use casefold_events::{Personal, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

#[derive(Clone, Debug, Default, PartialEq)]
struct Simple {
    on_record: BTreeMap<u32, DocketEntry>,
    off_record: Vec<DocketEntry>,
    last_index: u32,
}

impl Simple {
    fn entry(&self, id: DocketEntryId) -> Option<&DocketEntry> {
        let recorded = self.on_record.values().rev().find(|entry| entry.id() == id);
        recorded.or_else(|| self.off_record.iter().find(|entry| entry.id() == id))
    }

    fn entry_mut(&mut self, id: DocketEntryId) -> Option<&mut DocketEntry> {
        let mut recorded = self.on_record.values_mut().rev();
        let recorded = recorded.find(|entry| entry.id() == id);
        recorded.or_else(|| self.off_record.iter_mut().find(|entry| entry.id() == id))
    }
}

fn id(n: u32) -> DocketEntryId {
    DocketEntryId(Uuid::from_u128(u128::from(n)))
}

fn entry(n: u32, index: Option<u32>) -> DocketEntry {
    let at = Timestamp::from_millis(i64::from(n));
    DocketEntry {
        filed: FiledEntry {
            docket_entry_id: id(n),
            index,
            event_code: "M000".parse().unwrap(),
            document_type: "Motion".to_owned(),
            title: Personal::from("Motion"),
            filed_by: None,
            filers: Vec::new(),
            filing_date: at,
            received_at: at,
            number_of_pages: None,
            is_paper: false,
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
        },
        service: None,
        stricken: None,
        sealed_to: None,
        stamp: None,
        checked: None,
        archived_at: None,
        filed_in: Version(u64::from(n)),
        changed_in: Version(u64::from(n)),
    }
}

#[derive(Clone, Debug)]
enum Act {
    /// So many entries are filed, with ids from one on.
    File(u32, u32),
    Draft(u32),
    TakeDraft(u32),
    Change(u32, u64),
    /// A copy is kept, as it is.
    Copy,
}

const IDS: u32 = 260;

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0..IDS, 1..40_u32).prop_map(|(from, count)| Act::File(from, count)),
        1 => (0..IDS).prop_map(Act::Draft),
        1 => (0..IDS).prop_map(Act::TakeDraft),
        6 => (0..IDS, 1_000..2_000_u64).prop_map(|(n, version)| Act::Change(n, version)),
        1 => Just(Act::Copy),
    ]
}

fn same(record: &DocketRecord, simple: &Simple) -> Result<(), TestCaseError> {
    prop_assert!(record.on_record().eq(simple.on_record.values()));
    prop_assert!(record.on_record().rev().eq(simple.on_record.values().rev()));
    prop_assert_eq!(record.off_record(), simple.off_record.as_slice());
    prop_assert_eq!(record.last_index(), simple.last_index);
    prop_assert_eq!(record.loaded(), simple.on_record.len());
    let whole = simple.on_record.len() == simple.last_index as usize;
    prop_assert_eq!(record.is_whole(), whole);
    for n in 0..IDS {
        prop_assert_eq!(record.entry(id(n)), simple.entry(id(n)));
    }
    for index in 0..=simple.last_index.saturating_add(PAGE) {
        prop_assert_eq!(record.entry_at(index), simple.on_record.get(&index));
    }
    Ok(())
}

proptest! {
    #[test]
    fn a_record_is_the_simple_one_whatever_happens_to_it_and_its_copies(
        acts in prop::collection::vec(act(), 0..40),
    ) {
        let mut now = (DocketRecord::default(), Simple::default());
        let mut copies = Vec::new();
        for act in acts {
            let (record, simple) = &mut now;
            match act {
                Act::File(from, count) => {
                    // Ids may come again: a history can say so.
                    for n in (from..from + count).map(|n| n % IDS) {
                        record.add_on_record(entry(n, None));
                        simple.last_index += 1;
                        let filed = entry(n, Some(simple.last_index));
                        simple.on_record.insert(simple.last_index, filed);
                    }
                }
                Act::Draft(n) => {
                    record.add_off_record(entry(n, None));
                    simple.off_record.push(entry(n, None));
                }
                Act::TakeDraft(n) => {
                    let at = simple.off_record.iter().position(|entry| entry.id() == id(n));
                    let taken = at.map(|at| simple.off_record.remove(at));
                    prop_assert_eq!(record.take_off_record(id(n)), taken);
                }
                Act::Change(n, version) => {
                    let changed_in = Version(version);
                    let place = record.place(id(n));
                    if let Some(entry) = place.and_then(|place| record.entry_mut(place)) {
                        entry.changed_in = changed_in;
                    }
                    if let Some(entry) = simple.entry_mut(id(n)) {
                        entry.changed_in = changed_in;
                    }
                }
                Act::Copy => copies.push(now.clone()),
            }
        }
        copies.push(now);
        for (record, simple) in &copies {
            same(record, simple)?;
        }
    }

    #[test]
    fn what_a_store_loads_bit_by_bit_is_the_simple_record(
        at_first in prop::collection::vec((0..300_u32, 0..IDS), 0..120),
        later in prop::collection::vec((0..300_u32, 0..IDS), 0..120),
        last_index in 0..250_u32,
    ) {
        let entries = |them: &[(u32, u32)]| {
            let entry = |&(index, n)| entry(n, Some(index));
            them.iter().map(entry).collect::<Vec<_>>()
        };
        let mut simple = Simple { last_index, ..Simple::default() };
        for (index, n) in at_first.iter().filter(|it| (1..=last_index).contains(&it.0)) {
            simple.on_record.insert(*index, entry(*n, Some(*index)));
        }
        let mut record = DocketRecord::from_parts(entries(&at_first), Vec::new(), last_index);
        same(&record, &simple)?;
        for (index, n) in later.iter().filter(|it| (1..=last_index).contains(&it.0)) {
            simple.on_record.entry(*index).or_insert_with(|| entry(*n, Some(*index)));
        }
        record.load(entries(&later));
        same(&record, &simple)?;
        let again = DocketRecord::from_parts(record.on_record().cloned(), Vec::new(), last_index);
        prop_assert_eq!(again, record);
    }

    #[test]
    fn entries_that_came_along_unread_are_the_same_once_they_are_read(
        stored in 0..25_u32,
        filed_meanwhile in 0..90_u32,
    ) {
        let entries: Vec<_> = (1..=stored).map(|index| entry(index, Some(index))).collect();
        let text = serde_json::to_string(&entries).unwrap();
        let mut unread = DocketRecord::of_unread(&text, vec![entry(900, None)], stored);
        let mut record = DocketRecord::from_parts(entries, vec![entry(900, None)], stored);
        for n in 100..100 + filed_meanwhile {
            unread.add_on_record(entry(n, None));
            record.add_on_record(entry(n, None));
        }
        prop_assert!(unread.has_unread());
        prop_assert_eq!(unread.is_whole(), stored == 0);
        prop_assert_eq!(unread.entry(id(1)), None);
        prop_assert_eq!(unread.entry(id(900)), record.entry(id(900)));
        let mut copy = unread.clone();
        copy.read().unwrap();
        prop_assert!(unread.has_unread() && !copy.has_unread());
        prop_assert_eq!((copy.unread_bytes(), unread.unread_bytes()), (0, text.len()));
        prop_assert_eq!(&copy, &record);
        for n in 1..=stored {
            prop_assert_eq!(copy.entry(id(n)), record.entry(id(n)));
        }
    }

    #[test]
    fn renumbering_gives_the_entries_of_each_commit_its_indexes(
        // How many entries each commit files, and in which order the commits were folded.
        order in Just((1..=40_u64).collect::<Vec<_>>()).prop_shuffle(),
        filed in prop::collection::vec(1..5_u32, 40),
        left_out in prop::collection::vec(any::<bool>(), 40),
    ) {
        let mut first_index = BTreeMap::new();
        let mut next = 1;
        for (version, count) in (1..).zip(&filed) {
            first_index.insert(Version(version), next);
            next += count;
        }
        let mut record = DocketRecord::default();
        for version in order.into_iter().filter(|it| !left_out[*it as usize - 1]) {
            let first = first_index[&Version(version)];
            for n in first..first + filed[version as usize - 1] {
                let filed_in = Version(version);
                record.add_on_record(DocketEntry { filed_in, ..entry(n, None) });
            }
        }
        record.renumber(&first_index);
        for entry in record.on_record() {
            prop_assert_eq!(Some(entry.id()), entry.filed.index.map(id));
            prop_assert_eq!(record.entry(entry.id()), Some(entry));
        }
        let last = record.on_record().next_back().and_then(|entry| entry.filed.index);
        prop_assert_eq!(record.last_index(), last.unwrap_or(0));
    }
}

#[test]
fn copies_share_what_neither_changed() {
    let mut record = DocketRecord::default();
    (0..10_000).for_each(|n| record.add_on_record(entry(n, None)));
    let mut copy = record.clone();
    let place = copy.place(id(77)).unwrap();
    copy.entry_mut(place).unwrap().changed_in = Version(9);
    assert_ne!(copy, record);
    let is_shared = |index| {
        let of = |record: &DocketRecord| std::ptr::from_ref(record.entry_at(index).unwrap());
        of(&copy) == of(&record)
    };
    let copied: Vec<u32> = (1..=10_000).filter(|index| !is_shared(*index)).collect();
    assert_eq!(copied, [78]);
}

#[test]
fn unread_entries_that_are_none_are_refused_and_none_is_loaded() {
    let good = serde_json::to_string(&entry(1, Some(1))).unwrap();
    let mut record = DocketRecord::of_unread(&format!("[{good}, {{}}]"), Vec::new(), 2);
    record.read().unwrap_err();
    assert_eq!(record.loaded(), 0);
    assert!(record.has_unread());
}
