//! The import against the embedded engine: written once, completed, left alone.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use casefold::engine::Engine;
use casefold::import::report::CaseOutcome;
use casefold::import::{Importer, Report, Silent, Source, plan_case};
use casefold_events::{Commit, Version};
use casefold_shared::case::Case;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::{Config, DEFAULT_TABLE_PREFIX};
use casefold_shared::dynamodb::{DynamoStore, sdk_config};
use casefold_shared::gateway::{
    BeginOutcome, ControlStore, EntrySelection, EventStore, Generation, SnapshotStore, Stores,
};
use casefold_shared::keys::Keyring;
use casefold_shared::keys::master::LocalMaster;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::snapshot::assert_explains;
use crate::support::{SMALL, at, commits, files, fold, items, small_plan, source, source_of};

/// A court with an empty event table, on an engine of its own.
struct Court {
    store: Arc<DynamoStore>,
    _engine: Engine,
    _dir: Option<TempDir>,
}

impl Court {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let court = Self::at(dir.path()).await;
        Self {
            _dir: Some(dir),
            ..court
        }
    }

    /// The court of a data directory.
    async fn at(dir: &Path) -> Self {
        let engine = Engine::start(dir).unwrap();
        let config = Config::for_endpoint(engine.endpoint_url(), DEFAULT_TABLE_PREFIX);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let master = LocalMaster::in_file(&dir.join("master.key"), clock.clone());
        let store = DynamoStore::new(&sdk_config(&config).await, &config)
            .with_keyring(Keyring::new(Arc::new(master), clock));
        store.create_tables().await.unwrap();
        Self {
            store: Arc::new(store),
            _engine: engine,
            _dir: None,
        }
    }

    async fn import(&self, source: Source) -> Report {
        let (_stop, stopped) = watch::channel(false);
        self.import_until(source, &stopped).await
    }

    async fn import_until(&self, source: Source, stop: &watch::Receiver<bool>) -> Report {
        let importer = Importer::new(&Stores::of(self.store.clone()));
        importer
            .run(source, at("2026-02-03T04:05:06Z"), &Silent, stop)
            .await
            .unwrap()
    }

    async fn commits(&self, number: &str) -> Vec<Commit> {
        Stores::of(self.store.clone())
            .events
            .commits_after(number.parse().unwrap(), Version::ZERO)
            .await
            .unwrap()
    }

    async fn folded(&self, number: &str) -> Case {
        fold(&self.commits(number).await)
    }
}

fn outcomes(report: &Report) -> Vec<(String, CaseOutcome)> {
    report
        .cases
        .iter()
        .map(|case| (case.docket_number.to_string(), case.outcome))
        .collect()
}

#[tokio::test]
async fn what_is_folded_from_the_event_table_holds_every_entry_of_the_files() {
    for (name, file) in files() {
        let court = Court::new().await;
        let report = court.import(source(&file)).await;
        assert!(report.complete, "{name}: {}", report.to_text());
        let mut entries = 0;
        for case in &source(&file).cases {
            entries += assert_explains(case, &court.folded(&case.docket_number.to_string()).await);
        }
        assert_eq!(report.totals.docket_entries, entries);
        eprintln!("{name}:\n{}\n", report.to_text());
    }
}

#[tokio::test]
async fn importing_again_doubles_nothing() {
    let court = Court::new().await;
    let first = court.import(source(SMALL)).await;
    let written = court.commits("301-22").await;

    let again = court.import(source(SMALL)).await;

    assert!(again.complete);
    assert_eq!(again.totals.commits_written, 0);
    assert_eq!(
        again.totals.commits_already_there,
        first.totals.commits_written
    );
    assert_eq!(
        (again.totals.cases_written, again.totals.cases_already_there),
        (0, 4)
    );
    assert_eq!(court.commits("301-22").await, written);
}

#[tokio::test]
async fn two_imports_at_once_write_one_history() {
    let court = Court::new().await;
    let (one, other) = tokio::join!(court.import(source(SMALL)), court.import(source(SMALL)));
    let planned: usize = source(SMALL)
        .cases
        .iter()
        .map(|c| plan_case(c).unwrap().commits.len())
        .sum();
    assert!(one.totals.commits_written + other.totals.commits_written <= planned);
    let again = court.import(source(SMALL)).await;
    assert!(again.complete, "{}", again.to_text());
    for case in &source(SMALL).cases {
        assert_explains(case, &court.folded(&case.docket_number.to_string()).await);
    }
}

#[tokio::test]
async fn an_import_that_was_cut_off_goes_on_where_it_ended() {
    let court = Court::new().await;
    let plan = small_plan("301-22");
    let planned = commits(&plan);
    assert_eq!(
        court.store.case_begin(&planned[0]).await.unwrap(),
        BeginOutcome::Written
    );
    for commit in &planned[1..7] {
        court.store.commit_append(commit).await.unwrap();
    }

    let report = court.import(source(SMALL)).await;

    let case = &report.cases[1];
    assert_eq!(
        (case.commits_already_there, case.commits_written),
        (7, planned.len() - 7)
    );
    assert_eq!(court.commits("301-22").await.len(), planned.len());
    assert_eq!(
        court.folded("301-22").await.version,
        Version(planned.len() as u64)
    );
}

#[tokio::test]
async fn a_case_with_another_history_is_reported_and_left_alone() {
    let court = Court::new().await;
    court.import(source(SMALL)).await;
    let before = court.commits("303-22").await;
    let mut changed = items(SMALL);
    let item = changed
        .iter_mut()
        .find(|item| item["sk"] == "case|303-22" && item["pk"] == item["sk"]);
    item.unwrap()["caseNote"] = json!("A later export");

    let report = court.import(source_of(changed)).await;

    assert!(!report.complete);
    let expected = [
        ("107-19", CaseOutcome::AlreadyThere),
        ("301-22", CaseOutcome::AlreadyThere),
        ("302-22", CaseOutcome::AlreadyThere),
        ("303-22", CaseOutcome::AnotherHistory),
    ];
    assert_eq!(
        outcomes(&report),
        expected.map(|(number, outcome)| (number.to_owned(), outcome))
    );
    assert_eq!(court.commits("303-22").await, before);
    // What it keeps is not counted: nothing of it was imported.
    let all = court.import(source(SMALL)).await.totals.residue_bytes;
    assert!(report.totals.residue_bytes < all);
}

#[tokio::test]
async fn what_people_did_to_a_case_since_is_no_other_history() {
    let court = Court::new().await;
    court.import(source(SMALL)).await;
    let there = court.commits("301-22").await;
    let mut later = there[there.len() - 1].draft.clone();
    later.version = later.version.next();
    later.command_id = casefold_events::CommandId::new("by-a-clerk").unwrap();
    later.command_digest = casefold_events::Digest::of(b"by a clerk");
    court
        .store
        .commit_append(&later.seal(there[there.len() - 1].hash))
        .await
        .unwrap();

    let report = court.import(source(SMALL)).await;

    assert!(report.complete);
    assert_eq!(court.commits("301-22").await.len(), there.len() + 1);
}

#[tokio::test]
async fn an_import_that_is_told_to_stop_reports_what_it_did_not_reach() {
    let court = Court::new().await;
    let (_stop, stopped) = watch::channel(true);

    let report = court.import_until(source(SMALL), &stopped).await;

    assert!(!report.complete);
    assert_eq!(report.totals.cases_not_placed, 4);
    assert!(
        report
            .cases
            .iter()
            .all(|case| case.outcome == CaseOutcome::NotReached)
    );
    assert!(court.commits("301-22").await.is_empty());
}

#[tokio::test]
async fn imported_docket_numbers_are_never_given_out_again() {
    let court = Court::new().await;
    court.import(source(SMALL)).await;
    let next = async |year| {
        court
            .store
            .docket_number_next(year)
            .await
            .unwrap()
            .to_string()
    };
    assert_eq!(
        (next(22).await, next(19).await),
        ("304-22".to_owned(), "108-19".to_owned())
    );
}

fn casefold(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_casefold"))
        .arg("--data-dir")
        .arg(dir)
        .args(args)
        .output()
        .unwrap()
}

#[tokio::test]
async fn after_the_tool_has_run_the_snapshots_hold_the_cases() {
    let small = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/data/court-items-small.json"
    );
    let dir = tempfile::tempdir().unwrap();
    let report_file = dir.path().join("report.json");

    let done = casefold(
        dir.path(),
        &[
            "--json",
            "import",
            small,
            "--report",
            report_file.to_str().unwrap(),
        ],
    );

    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["complete"], true);
    assert_eq!(report["totals"]["cases"], 4);
    assert!(report["totals"]["residueBytes"].as_u64().unwrap() > 1_000);
    let remains = report["remains"].as_array().unwrap();
    let country = json!({"item": "case", "field": "petitioners[].countryType", "count": 4});
    assert!(remains.contains(&country), "{remains:?}");
    let kept: Value = serde_json::from_slice(&std::fs::read(report_file).unwrap()).unwrap();
    assert_eq!(kept, report);
    let progress = String::from_utf8(done.stderr).unwrap();
    let lines: Vec<Value> = progress
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    assert!(
        lines.iter().any(|line| line["docketNumber"] == "107-19"),
        "{progress}"
    );

    let court = Court::at(dir.path()).await;
    for case in &source(SMALL).cases {
        let number = case.docket_number;
        let snapshot = court
            .store
            .case_get(Generation::OF_CASES, number, EntrySelection::All)
            .await;
        let snapshot = snapshot.unwrap().unwrap();
        assert_explains(case, &snapshot);
        assert_eq!(snapshot, court.folded(&number.to_string()).await);
    }
}

#[test]
fn the_tool_says_what_it_did_and_fails_where_a_case_could_not_be_placed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("items.json");
    let orphan = json!({"pk": "case|999-22", "sk": "docket-entry|1", "documentTitle": "Nobody's"});
    let mut all = items(SMALL);
    all.push(orphan);
    std::fs::write(&file, Value::from(all).to_string()).unwrap();

    let done = casefold(dir.path(), &["import", file.to_str().unwrap()]);

    assert!(!done.status.success());
    let told = String::from_utf8(done.stdout).unwrap();
    assert!(
        told.contains("4 written now, 0 already there, 0 not placed"),
        "{told}"
    );
    assert!(
        told.contains("its case is missing, not imported (1)"),
        "{told}"
    );
    assert!(told.contains("item     47"), "{told}");
    assert!(
        told.contains("imported as it stands, against a rule (1)"),
        "{told}"
    );
    let country = "     4 × case                             petitioners[].countryType";
    assert!(told.contains(country), "{told}");
    assert!(
        !casefold(dir.path(), &["import", "no-such-file.json"])
            .status
            .success()
    );
}
