//! The real program: killed in a rebuild, and keeping the rows current beside the service.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_lambda_events::dynamodb::Event;
use aws_lambda_events::streams::DynamoDbEventResponse;
use casefold::feed::delivery::BatchHandler;
use casefold_command_api::command::FilePetition;
use casefold_projector::relational::{RebuildConfig, RelationalProjector};
use casefold_shared::gateway::BoxError;
use serde_json::Value;

use crate::court::{append_case, expected_of, let_leases_end};
use crate::databases::Database;
use crate::on_each_database;
use crate::support::Court;

/// How long rows may take to follow on a busy machine before a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A feed's way into the projector.
pub(crate) struct Deliver(pub(crate) RelationalProjector);

#[async_trait]
impl BatchHandler for Deliver {
    async fn handle(&self, batch: Event) -> Result<DynamoDbEventResponse, BoxError> {
        Ok(self.0.handle(batch).await)
    }
}

/// A child process that doesn't outlive its test, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefold"));
    command.env("CASEFOLD_LOG", "warn,dynoxide=error");
    command
}

on_each_database![
    a_rebuild_that_is_killed_is_taken_up_again,
    the_service_keeps_the_rows_current_and_catches_up_with_what_they_missed,
];

async fn a_rebuild_that_is_killed_is_taken_up_again(database: Database) {
    let court = Court::open().await;
    for serial in 101..131 {
        append_case(&court, serial, 30).await;
    }
    let rebuild = || {
        let mut command = program();
        command
            .args([
                "--endpoint-url",
                &court.endpoint_url,
                "--table-prefix",
                &court.prefix,
            ])
            .args([
                "--json",
                "rebuild",
                "cases-sql",
                "--workers",
                "1",
                "--segments",
                "20",
            ])
            .args(["--target", &database.url])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    };
    let mut killed = Running(rebuild().spawn().unwrap());
    let mut line = String::new();
    BufReader::new(killed.0.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    drop(killed);
    let config = RebuildConfig {
        workers: 1,
        segments: 20,
    };
    let_leases_end(&court, &*database.open().await, config).await;
    let begun: Value = serde_json::from_str(&line).expect("a line of progress");
    assert_eq!(begun["segments"], 20);

    let resumed = rebuild().output().unwrap();
    assert!(resumed.status.success(), "{resumed:?}");
    let report: Value = serde_json::from_slice(&resumed.stdout).unwrap();
    assert_eq!(report["complete"], true);
    assert!(report["resumedSegments"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(
        (&report["cases"], &report["commits"]),
        (&30.into(), &900.into())
    );
    assert_eq!(database.cases().await, expected_of(&court, 101..131).await);
}

async fn the_service_keeps_the_rows_current_and_catches_up_with_what_they_missed(
    database: Database,
) {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().to_str().unwrap();
    let minted = program()
        .args([
            "--data-dir",
            data_dir,
            "token",
            "--role",
            "petitioner",
            "--user",
            "user-1",
        ])
        .output()
        .unwrap();
    let token = String::from_utf8(minted.stdout).unwrap().trim().to_owned();
    let mut filed = 0;
    // The rows miss what is filed while the service runs without them.
    for with_rows in [true, false, true] {
        let target = format!("--sql-target={}", database.url);
        let child = program()
            .args([
                "--data-dir",
                data_dir,
                "--json",
                "serve",
                "--listen",
                "127.0.0.1:0",
            ])
            .args(with_rows.then_some(&target))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut service = Running(child);
        let mut line = String::new();
        BufReader::new(service.0.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let up: Value = serde_json::from_str(&line).expect("the service says that it is up");
        let url = format!("{}/v1/cases", up["address"].as_str().unwrap());
        for _ in 0..3 {
            let sent = reqwest::Client::new()
                .post(&url)
                .bearer_auth(&token)
                .header("content-type", "application/json")
                .body(FilePetition::example().to_string());
            assert_eq!(sent.send().await.unwrap().status().as_u16(), 201);
            filed += 1;
        }
        let since = Instant::now();
        while with_rows && rows(&database).await < filed {
            assert!(since.elapsed() < PATIENCE, "the rows follow");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let pid = service.0.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(service.0.wait().unwrap().success());
    }
    assert_eq!(rows(&database).await, 9);
}

/// How many cases there are; none before there are tables.
async fn rows(database: &Database) -> usize {
    database.open().await;
    database.dump(&["cases"]).await["cases"].len()
}
