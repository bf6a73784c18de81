//! The whole service under load: `cargo bench -p casefold --bench service`.
//!
//! It starts the real program on an empty data directory and prints, as JSON: the time to
//! start, the milliseconds from a command's answer until its snapshot can be read, the
//! commands a second with 8 clients, their latency, and the most memory that the process
//! had. Times depend on the machine and are for comparison within one run.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark is for a person"
)]
#![allow(dead_code, reason = "it uses a part of what the tests share")]

#[path = "../tests/service/support.rs"]
mod support;

use std::time::{Duration, Instant};

use casefold_command_api::command::FileCourtIssuedDocument;
use serde_json::{Value, json};
use support::{Client, Served, paper_petition, served_case};

const CLIENTS: usize = 8;
const LOAD: Duration = Duration::from_secs(10);
const LAG_SAMPLES: usize = 300;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let figures = runtime.block_on(measure());
    println!("{figures:#}");
}

async fn measure() -> Value {
    let dir = tempfile::tempdir().unwrap();
    let since = Instant::now();
    let service = Served::start(dir.path(), &["--max-rate", "0"]);
    let start = since.elapsed();
    let clerk = service.client(dir.path(), "clerkofcourt");
    let number = served_case(&clerk).await;
    let lag = snapshot_lag(&clerk, &number).await;
    let petitions = load(&clerk, Work::Petitions).await;
    let petitions_folded = until_folded(&clerk, &number).await;
    let commands = load(&clerk, Work::Commands).await;
    let commands_folded = until_folded(&clerk, &number).await;
    let memory = service.peak_memory_kib();
    assert!(service.stop().success());
    let since = Instant::now();
    let service = Served::start(dir.path(), &["--max-rate", "0"]);
    let restart = since.elapsed();
    drop(service);
    json!({
        "startMillis": millis(start),
        "restartMillis": millis(restart),
        "answerToSnapshotMillis": lag,
        "petitions": petitions,
        "snapshotsFollowMillisAfterPetitions": petitions_folded,
        "commands": commands,
        "snapshotsFollowMillisAfterCommands": commands_folded,
        "peakMemoryMiB": memory.map(|kib| kib / 1024),
    })
}

/// From a command's answer until a plain read shows its version.
async fn snapshot_lag(clerk: &Client, number: &str) -> Value {
    let mut samples = Vec::with_capacity(LAG_SAMPLES);
    for n in 0..LAG_SAMPLES {
        let answer = clerk.command(number, toggle(n)).await.expect(200);
        let since = Instant::now();
        clerk.snapshot_at(number, answer.version()).await;
        samples.push(since.elapsed());
    }
    quantiles(samples)
}

/// How long the projector takes to fold what is behind, so that the next load finds it idle.
/// The stream is folded in order, so a commit that is made now is folded last.
async fn until_folded(clerk: &Client, number: &str) -> f64 {
    let since = Instant::now();
    let order = FileCourtIssuedDocument::example();
    let last = clerk.command(number, order).await.expect(200).version();
    let path = format!("/v1/cases/{number}");
    while clerk.get(&path).await.expect(200).version() < last {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    millis(since.elapsed())
}

#[derive(Clone, Copy)]
enum Work {
    /// Each client files petitions.
    Petitions,
    /// Each client changes a case of its own.
    Commands,
}

async fn load(clerk: &Client, work: Work) -> Value {
    let until = Instant::now() + LOAD;
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let clerk = clerk.clone();
            tokio::spawn(async move { keep_busy(&clerk, work, until).await })
        })
        .collect();
    let mut samples = Vec::new();
    for client in clients {
        samples.extend(client.await.unwrap());
    }
    let rate = samples.len() as f64 / LOAD.as_secs_f64();
    json!({"clients": CLIENTS, "perSecond": rate.round(), "latencyMillis": quantiles(samples)})
}

async fn keep_busy(clerk: &Client, work: Work, until: Instant) -> Vec<Duration> {
    let number = served_case(clerk).await;
    let mut samples = Vec::new();
    while Instant::now() < until {
        let since = Instant::now();
        match work {
            Work::Petitions => drop(clerk.file(&paper_petition()).await),
            Work::Commands => {
                drop(
                    clerk
                        .command(&number, toggle(samples.len()))
                        .await
                        .expect(200),
                );
            }
        }
        samples.push(since.elapsed());
    }
    samples
}

fn toggle(n: usize) -> Value {
    json!({"type": if n.is_multiple_of(2) { "SealCase" } else { "UnsealCase" }})
}

fn quantiles(mut samples: Vec<Duration>) -> Value {
    samples.sort_unstable();
    let at = |share: f64| {
        let index = ((samples.len() - 1) as f64 * share).round() as usize;
        millis(samples[index])
    };
    json!({"p50": at(0.5), "p99": at(0.99), "samples": samples.len()})
}

fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}
