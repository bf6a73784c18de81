//! The past of a short and of a long case: `cargo bench -p casefold --bench travel`.
//!
//! It starts the real program on an empty data directory, gives it a case of 10 commits and one
//! of 10,000, waits until the long one has its milestones, and reads both over HTTP: as they are
//! now, as of random versions, recorded times and effective dates, and blamed. It prints, as
//! JSON, the milliseconds of each and how many times those of the short case the long one takes.
//! Times depend on the machine and are for comparison within one run; it asserts nothing.
//! `CASEFOLD_COMMITS` and `CASEFOLD_SAMPLES` change the size of the long case, and how often each
//! is read.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark is for a person"
)]
#![allow(
    dead_code,
    unreachable_pub,
    reason = "it uses a part of what the tests share"
)]

#[path = "../tests/support/history.rs"]
mod history;
#[path = "../tests/service/support.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use casefold::backend::Backend;
use casefold::cli::Options;
use casefold_events::{CaseEvent, Commit, DocketNumber, Version};
use casefold_shared::gateway::{EventStore, Generation, MilestoneStore};
use casefold_shared::milestone::{EVERY, at_or_before};
use history::{Chain, at, captioned, docket, entry, filed, petition, served};
use serde_json::{Value, json};
use support::{Client, Served};

const SHORT: u64 = 10;
const LONG: u64 = 10_000;
const SAMPLES: u64 = 300;
const BLAMES: u64 = 5;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!("{:#}", runtime.block_on(measure()));
}

fn asked(variable: &str, usual: u64) -> u64 {
    let said = std::env::var(variable).ok();
    said.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

async fn measure() -> Value {
    let (long, samples) = (
        asked("CASEFOLD_COMMITS", LONG),
        asked("CASEFOLD_SAMPLES", SAMPLES),
    );
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let since = Instant::now();
    write(dir.path(), &[(docket(101), SHORT), (docket(102), long)]).await;
    let written = since.elapsed();
    let clerk = service.client(dir.path(), "clerkofcourt");
    let mut figures = serde_json::Map::new();
    for kind in ["now", "atVersion", "recordedAt", "effectiveOn", "blame"] {
        let samples = if kind == "blame" { BLAMES } else { samples };
        let of = async |serial, commits| read(&clerk, kind, (serial, commits), samples).await;
        let (short, long) = (of(101, SHORT).await, of(102, long).await);
        let ratio = |quantile: &str| {
            let of = |figures: &Value| figures[quantile].as_f64().unwrap();
            (of(&long) / of(&short) * 10.0).round() / 10.0
        };
        let ratio = json!({"p50": ratio("p50"), "p99": ratio("p99")});
        let figure = json!({"shortMillis": short, "longMillis": long, "ratio": ratio});
        figures.insert(kind.to_owned(), figure);
    }
    figures.insert("commits".to_owned(), json!([SHORT, long]));
    figures.insert("writtenAndFoldedMillis".to_owned(), json!(millis(written)));
    Value::Object(figures)
}

/// Writes histories beside the service, and waits until it has folded them.
async fn write(data_dir: &Path, cases: &[(DocketNumber, u64)]) {
    let options = Options {
        data_dir: data_dir.to_owned(),
        endpoint_url: None,
        table_prefix: "casefold".to_owned(),
        json: false,
    };
    let backend = Backend::open(&options).await.unwrap();
    let store = backend.store();
    for (number, commits) in cases {
        for step in commits_of(*number, *commits).chunks(100) {
            store.commits_append(step).await.unwrap();
        }
        let last = at_or_before(Version(*commits), EVERY);
        let reached = async || {
            let state = store.milestone_state(Generation::OF_CASES, *number);
            state.await.unwrap().version
        };
        while reached().await < last {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    backend.close().await;
}

/// A case of which every third commit files an entry, and the next one serves it.
fn commits_of(number: DocketNumber, commits: u64) -> Vec<Commit> {
    let mut chain = Chain::of(number);
    let events = |nth: u64| -> Vec<CaseEvent> {
        let n = u32::try_from(nth / 3 + 1).unwrap();
        match nth % 3 {
            _ if nth == 0 => vec![petition()],
            1 => vec![filed(entry(n))],
            2 => vec![served(n)],
            _ => vec![captioned(20 + n as usize % 9)],
        }
    };
    (0..commits).map(|nth| chain.commit(events(nth))).collect()
}

async fn read(client: &Client, kind: &str, (serial, commits): (u32, u64), samples: u64) -> Value {
    let number = docket(serial);
    let mut times = Vec::new();
    let mut nth = 7_u64;
    for _ in 0..samples {
        // Any version, the same ones each time.
        nth = nth.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let version = 1 + (nth >> 33) % commits;
        let rest = match kind {
            "atVersion" => format!("?atVersion={version}"),
            "recordedAt" | "effectiveOn" => format!("?{kind}={}", at(version)),
            "blame" => "/blame?field=caption".to_owned(),
            _ => String::new(),
        };
        let since = Instant::now();
        client
            .get(&format!("/v1/cases/{number}{rest}"))
            .await
            .expect(200);
        times.push(since.elapsed());
    }
    times.sort_unstable();
    let quantile = |share: f64| {
        let index = ((times.len() - 1) as f64 * share).round() as usize;
        millis(times[index])
    };
    json!({"p50": quantile(0.5), "p99": quantile(0.99), "samples": times.len()})
}

fn millis(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}
