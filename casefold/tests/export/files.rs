//! Reading the files of an export back.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Int32Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use casefold::export::{Directory, Export, ExportReport, ExportStatus, Table};
use casefold_events::{CaseEvent, Commit, DocketNumber, Version};
use casefold_projector::rebuild::Progress;
use casefold_shared::clock::SystemClock;
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{EventStore, Meter, Stores};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tokio::sync::watch;

use crate::support::history::Chain;

/// An export of a store into a directory.
pub(crate) fn export(store: &DynamoStore, directory: &Path, rows_a_note: usize) -> Export {
    let store = store.clone();
    Export {
        stores: Arc::new(move || {
            let store = Arc::new(store.counted_apart());
            let meter: Arc<dyn Meter> = store.clone();
            (Stores::of(store), meter)
        }),
        directory: directory.to_owned(),
        clock: Arc::new(SystemClock),
        segments: 3,
        rows_a_note,
    }
}

/// Writes commits as the service does: with their personal values encrypted.
pub(crate) struct Writing {
    stores: Stores,
}

impl Writing {
    /// To a store.
    pub(crate) fn to(store: &DynamoStore) -> Self {
        Self {
            stores: Stores::of(Arc::new(store.clone())),
        }
    }

    /// The next commit of a case.
    pub(crate) async fn commit(&self, chain: &mut Chain, events: Vec<CaseEvent>) -> Commit {
        let before = chain.head;
        let draft = chain.commit(events).draft;
        let mut drafts = self.stores.vault.seal(vec![draft]).await.unwrap();
        let commit = drafts.remove(0).seal(before);
        chain.head = commit.hash;
        commit
    }

    /// Writes the next commit of a case.
    pub(crate) async fn append(&self, chain: &mut Chain, events: Vec<CaseEvent>) {
        let commit = self.commit(chain, events).await;
        self.stores.events.commit_append(&commit).await.unwrap();
    }
}

/// Says nothing.
pub(crate) struct Silent;

impl Progress<ExportStatus> for Silent {
    fn at(&self, _: &ExportStatus) {}
}

/// Runs an export to its end.
pub(crate) async fn run(export: &Export) -> ExportReport {
    let (_stop, stopped) = watch::channel(false);
    let report = export.run(Arc::new(Silent), &stopped).await.unwrap();
    assert!(report.complete);
    report
}

/// A row of events, of what tests look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) month: String,
    pub(crate) event_type: String,
    pub(crate) withheld: bool,
    pub(crate) payload: Option<String>,
}

/// The rows of events, by case, version and position; no two may be of one place.
pub(crate) fn events(root: &Path) -> BTreeMap<(String, i64, i32), EventRow> {
    let mut rows = BTreeMap::new();
    for (month, batch) in batches(root, Table::Events) {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>();
        let versions = batch.column_by_name("version").unwrap();
        let positions = batch.column_by_name("position").unwrap();
        let withheld = batch.column_by_name("withheld").unwrap().as_boolean();
        let payloads = text("payload");
        for at in 0..batch.num_rows() {
            let place = (
                text("docket_number").value(at).to_owned(),
                versions.as_primitive::<Int64Type>().value(at),
                positions.as_primitive::<Int32Type>().value(at),
            );
            let row = EventRow {
                month: month.clone(),
                event_type: text("event_type").value(at).to_owned(),
                withheld: withheld.value(at),
                payload: payloads.is_valid(at).then(|| payloads.value(at).to_owned()),
            };
            assert_eq!(rows.insert(place, row), None, "a row is there twice");
        }
    }
    rows
}

/// The hash of each commit, by case and version, and when it was recorded.
pub(crate) fn commits(root: &Path) -> BTreeMap<(String, i64), (String, i64)> {
    let mut rows = BTreeMap::new();
    for (_, batch) in batches(root, Table::Commits) {
        let text = |name: &str| batch.column_by_name(name).unwrap().as_string::<i32>();
        let versions = batch.column_by_name("version").unwrap();
        let times = batch.column_by_name("recorded_at").unwrap();
        for at in 0..batch.num_rows() {
            let number = text("docket_number").value(at).to_owned();
            let version = versions.as_primitive::<Int64Type>().value(at);
            let hash = text("hash").value(at).to_owned();
            let time = times.as_primitive::<TimestampMillisecondType>().value(at);
            let before = rows.insert((number, version), (hash, time));
            assert_eq!(before, None, "a row is there twice");
        }
    }
    rows
}

fn batches(root: &Path, table: Table) -> Vec<(String, RecordBatch)> {
    let mut batches = Vec::new();
    let files = Directory::files(root, table).unwrap();
    let files = files
        .into_iter()
        .flat_map(|(month, paths)| paths.into_iter().map(move |path| (month.clone(), path)));
    for (month, path) in files {
        let folder = path.parent().unwrap().file_name().unwrap();
        assert_eq!(folder.to_str().unwrap(), format!("month={month}"));
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap());
        for batch in reader.unwrap().build().unwrap() {
            batches.push((month.clone(), batch.unwrap()));
        }
    }
    batches
}

/// The files that are in the folders of the months, whatever the manifest says.
pub(crate) fn in_place(root: &Path) -> usize {
    let of_table = |table: Table| {
        let months = std::fs::read_dir(root.join(table.name())).unwrap();
        let files = months.flat_map(|month| std::fs::read_dir(month.unwrap().path()).unwrap());
        files.count()
    };
    Table::ALL.into_iter().map(of_table).sum()
}

/// The files have these cases' commits and events, as they are stored, and nothing else.
pub(crate) async fn assert_has_all(root: &Path, store: &DynamoStore, cases: &[DocketNumber]) {
    let mut all: Vec<Commit> = Vec::new();
    for number in cases {
        all.extend(store.commits_after(*number, Version::ZERO).await.unwrap());
    }
    let (commits, events) = (commits(root), events(root));
    assert_eq!(commits.len(), all.len());
    let stored: usize = all.iter().map(|commit| commit.events.len()).sum();
    assert_eq!(events.len(), stored);
    for commit in &all {
        let number = commit.docket_number.to_string();
        let version = i64::try_from(commit.version.0).unwrap();
        let expected = (commit.hash.to_string(), commit.recorded_at.as_millis());
        assert_eq!(commits[&(number.clone(), version)], expected);
        for (position, event) in (1..).zip(&commit.events) {
            let row = &events[&(number.clone(), version, position)];
            assert_eq!(row.event_type, event.event_type);
            assert!(commit.recorded_at.to_string().starts_with(&row.month));
            if !row.withheld {
                assert_eq!(row.payload.as_deref(), Some(event.payload()));
            }
        }
    }
}
