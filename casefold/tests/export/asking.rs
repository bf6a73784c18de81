//! Asking an export in SQL, by the real program.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::files::{Writing, export, run};
use crate::support::Court;
use crate::support::history::{Chain, docket, entry, filed, petition, sealed, served};

fn asked(directory: &Path, question: &str) -> std::process::Output {
    let mut tool = Command::new(env!("CARGO_BIN_EXE_casefold"));
    tool.env("CASEFOLD_LOG", "warn").arg("--json").arg("sql");
    let tool = tool.arg("--parquet").arg(directory).arg(question);
    tool.output().unwrap()
}

fn answer(directory: &Path, question: &str) -> Vec<Value> {
    let output = asked(directory, question);
    assert!(output.status.success(), "{}", complaint(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn complaint(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_are_answered_over_both_tables() {
    let (court, dir) = (Court::open().await, tempfile::tempdir().unwrap());
    let export = export(&court.store, dir.path(), 1_000);
    let mut chain = Chain::of(docket(101));
    for events in [
        vec![petition(), filed(entry(1))],
        vec![filed(entry(2))],
        vec![served(2)],
        vec![sealed(2)],
    ] {
        Writing::to(&court.store).append(&mut chain, events).await;
    }
    run(&export).await;
    let counts = answer(
        dir.path(),
        "select event_type, count(*) as n, count(payload) as shown from events \
         group by event_type order by event_type",
    );
    let row = |event_type, n, shown| json!({"event_type": event_type, "n": n, "shown": shown});
    assert_eq!(
        counts,
        [
            row("DocketEntryFiled", 2, 1),
            row("DocketEntrySealed", 1, 0),
            row("DocketEntryServed", 1, 0),
            row("PetitionFiled", 1, 1)
        ]
    );
    let codes = answer(
        dir.path(),
        "select c.actor, json_text(e.payload, '/entry/eventCode') as code \
         from events e join commits c on c.docket_number = e.docket_number \
         and c.version = e.version where e.event_type = 'DocketEntryFiled' and e.version = 1",
    );
    assert_eq!(codes, [json!({"actor": "clerk-1", "code": "M000"})]);
    let months = answer(
        dir.path(),
        "select month, count(*) as n from commits where month = '2026-09' group by month",
    );
    assert_eq!(months, [json!({"month": "2026-09", "n": 4})]);
    let other = "select count(*) as n from commits where month = '2026-10'";
    assert_eq!(answer(dir.path(), other), [json!({"n": 0})]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_can_only_ask() {
    let (court, dir) = (Court::open().await, tempfile::tempdir().unwrap());
    run(&export(&court.store, dir.path(), 1_000)).await;
    let out = dir.path().join("out.parquet");
    let copy = format!("copy (select 1) to '{}'", out.display());
    for question in ["drop view events", "create table t as select 1", &copy] {
        let output = asked(dir.path(), question);
        assert_eq!(output.status.code(), Some(1), "{question}");
        assert!(
            complaint(&output).contains("not supported"),
            "{}",
            complaint(&output)
        );
    }
    assert!(!out.exists());
    let output = asked(dir.path(), "select nothing from events");
    assert!(
        complaint(&output).contains("nothing"),
        "{}",
        complaint(&output)
    );
}

#[test]
fn a_directory_without_an_export_says_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let output = asked(dir.path(), "select 1");
    assert_eq!(output.status.code(), Some(1));
    let complaint = complaint(&output);
    assert!(
        complaint.contains("casefold export --parquet"),
        "{complaint}"
    );
}
