//! Whatever happens on the way, the stored lists end as the rows of the pure fold.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use casefold_events::{DocketNumber, Version};
use casefold_projector::{CaseFolder, Hints, ListsFolder, Projections, Projector};
use casefold_shared::case::Case;
use casefold_shared::clock::SystemClock;
use casefold_shared::gateway::{
    Generation, Head, ListPage, ListRange, ListStore, ListsOutcome, Quarantined, StoreError,
    StoredRow,
};
use casefold_shared::lists::{List, ListRow, rows};

use super::faults::{assert_whole, case, counts, failures, number};
use super::handle;
use super::world::{Court, GENERATION, World};

/// Rows by partition and sort key, with what they show.
type Stored = BTreeMap<(String, String), String>;

/// That the stored rows are those of these cases as their snapshots stand, and no others.
pub(crate) async fn assert_lists_are_those_of(court: &Court, numbers: &[DocketNumber]) {
    let mut expected = Stored::new();
    for number in numbers {
        let Some(version) = court.snapshot(*number).await.map(|case| case.version) else {
            continue;
        };
        let commits = court.commits(*number, version).await;
        let folded = commits
            .iter()
            .fold(None, |case, commit| Some(Case::fold(case, commit).unwrap()));
        for row in rows(&folded.unwrap()) {
            let partition = format!(
                "list@{GENERATION}#{}#{}#{}",
                row.list.as_str(),
                row.key,
                row.bucket()
            );
            let body = serde_json::to_string(&row.line).unwrap();
            let twice = expected.insert((partition, row.sort), body);
            assert_eq!(twice, None);
        }
        let stored = court.store.lists_version(GENERATION, *number).await;
        assert_eq!(stored.unwrap(), Some(version));
    }
    assert_eq!(stored(court).await, expected);
}

async fn stored(court: &Court) -> Stored {
    let mut rows = Stored::new();
    let mut from = None;
    loop {
        let page = court
            .client
            .scan()
            .table_name(&court.store.tables().snapshots)
            .consistent_read(true)
            .set_exclusive_start_key(from)
            .send()
            .await
            .unwrap();
        for item in page.items() {
            let text = |name: &str| item[name].as_s().unwrap().clone();
            if text("pk").starts_with("list@") {
                rows.insert((text("pk"), text("sk")), text("body"));
            }
        }
        from = page.last_evaluated_key;
        if from.is_none() {
            return rows;
        }
    }
}

/// The real lists, of which one case can't be written while something is wrong.
struct Faulty {
    store: Arc<dyn ListStore>,
    case: DocketNumber,
    fault: fn() -> StoreError,
    is_mended: AtomicBool,
}

#[async_trait]
impl ListStore for Faulty {
    async fn lists_put(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        version: Version,
        rows: &[ListRow],
    ) -> Result<ListsOutcome, StoreError> {
        if docket_number == self.case && !self.is_mended.load(Ordering::Relaxed) {
            return Err((self.fault)());
        }
        self.store
            .lists_put(generation, docket_number, version, rows)
            .await
    }

    async fn lists_settle(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        rows: &[ListRow],
    ) -> Result<(), StoreError> {
        self.store
            .lists_settle(generation, docket_number, rows)
            .await
    }

    fn lists_forget(&self) {
        self.store.lists_forget();
    }

    async fn lists_version(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Option<Version>, StoreError> {
        self.store.lists_version(generation, docket_number).await
    }

    async fn lists_heads(
        &self,
        generation: Generation,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.store.lists_heads(generation, cases).await
    }

    async fn lists_of(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Vec<StoredRow>, StoreError> {
        self.store.lists_of(generation, docket_number).await
    }

    async fn lists_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.store.lists_remove(generation, docket_number).await
    }

    fn list_place(&self, row: &ListRow) -> String {
        self.store.list_place(row)
    }

    async fn list_page(
        &self,
        generation: Generation,
        list: List,
        key: &str,
        range: ListRange<'_>,
    ) -> Result<ListPage, StoreError> {
        self.store.list_page(generation, list, key, range).await
    }

    async fn lists_park(
        &self,
        generation: Generation,
        parked: &Quarantined,
    ) -> Result<(), StoreError> {
        self.store.lists_park(generation, parked).await
    }

    async fn lists_release(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.store.lists_release(generation, docket_number).await
    }

    async fn lists_parked_get(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.store.lists_parked_get(generation, docket_number).await
    }

    async fn lists_parked(&self, generation: Generation) -> Result<Vec<Quarantined>, StoreError> {
        self.store.lists_parked(generation).await
    }
}

fn projector(court: &Court, faulty: &Arc<Faulty>) -> Projector {
    let clock = Arc::new(SystemClock);
    let store = court.store.clone();
    let lists = ListsFolder::new(store.clone(), faulty.clone(), clock.clone(), GENERATION);
    let folder = CaseFolder::new(store.clone(), store, clock, GENERATION);
    Projector::new(Projections::always(vec![folder], vec![lists]))
}

fn faulty(court: &Court, case: DocketNumber, fault: fn() -> StoreError) -> Arc<Faulty> {
    Arc::new(Faulty {
        store: court.store.clone(),
        case,
        fault,
        is_mended: AtomicBool::new(false),
    })
}

#[test]
fn lists_that_may_do_later_hold_up_no_case_and_are_made_up_for() {
    World::run(async |court: Court| {
        let (held_up, sound) = (case(101, 3), case(102, 3));
        court.append(&held_up).await;
        court.append(&sound).await;
        let records = court.records().await;
        let faulty = faulty(&court, number(101), || {
            StoreError::Throttled("slow down".into())
        });

        let response = handle(&projector(&court, &faulty), records.clone()).await;

        // Both cases are folded, and the lists of the one are asked for again.
        assert_eq!(failures(&response).len(), held_up.len());
        assert_whole(&court, &held_up).await;
        assert_whole(&court, &sound).await;
        let of = async |serial| court.store.lists_version(GENERATION, number(serial)).await;
        assert_eq!(of(101).await.unwrap(), None);
        assert_eq!(of(102).await.unwrap(), Some(Version(4)));

        counts(&court.projector(), &records[..1]).await;
        assert_lists_are_those_of(&court, &[number(101), number(102)]).await;
    });
}

#[test]
fn lists_that_can_not_be_written_are_parked_and_released_when_they_can() {
    World::run(async |court: Court| {
        let commits = case(101, 3);
        court.append(&commits).await;
        let records = court.records().await;
        let faulty = faulty(&court, number(101), || StoreError::TooLarge {
            what: "the rows".to_owned(),
            bytes: 2,
            limit: 1,
        });
        let projector = projector(&court, &faulty);

        let response = handle(&projector, records.clone()).await;

        assert_eq!(failures(&response), Vec::<&str>::new());
        assert_whole(&court, &commits).await;
        let [parked] = &court.store.lists_parked(GENERATION).await.unwrap()[..] else {
            panic!("one case is parked");
        };
        assert_eq!(
            (parked.docket_number, parked.version),
            (number(101), Version(4))
        );
        assert_eq!(court.parked().await, []);

        faulty.is_mended.store(true, Ordering::Relaxed);
        handle(&projector, records).await;
        assert_eq!(court.store.lists_parked(GENERATION).await.unwrap(), []);
        assert_lists_are_those_of(&court, &[number(101)]).await;
    });
}

#[test]
fn lists_are_brought_forward_where_whoever_folded_the_case_did_not_get_to_them() {
    World::run(async |court: Court| {
        let commits = case(101, 3);
        court.append(&commits).await;
        let records = court.records().await;
        // A projector that knows of no lists stands for one that is gone before them.
        let store = court.store.clone();
        let folder = CaseFolder::new(store.clone(), store, Arc::new(SystemClock), GENERATION);
        let alone = Projections::always(vec![folder], Vec::new());
        counts(&Projector::new(alone), &records).await;
        assert_eq!(stored(&court).await, Stored::new());

        let advances = court
            .projector()
            .advance(number(101), &Hints::default())
            .await;

        assert!(advances.iter().all(Result::is_ok));
        assert_lists_are_those_of(&court, &[number(101)]).await;
    });
}
