//! A rebuild beside clerks who go on filing: `cargo bench -p casefold --bench rebuild`.
//!
//! It generates histories (10,000 cases of ten commits; `CASEFOLD_BENCH_CASES` says otherwise),
//! serves them, and lets 4 clients (`CASEFOLD_BENCH_CLERKS`; 0 for none) file and change cases
//! without end: alone, beside `casefold rebuild case --to 2`, and beside the **ceiling**, which is
//! the same scan and the same items written raw, through the same SDK on the same engine, with
//! nothing decoded and nothing folded. Then every snapshot is compared with a pure fold.
//!
//! Where there are no clerks, nothing is projected live either: the generation that readers follow,
//! beside which another is rebuilt, is filled by a reconciliation that mends. That takes a fraction
//! of the time that it takes to fold a million commits live, into every projection.
//! `CASEFOLD_BENCH_DIR` names a directory to work in, which may hold histories generated before.
//!
//! Units and counts are exact. Times depend on the machine; ratios within one run compare.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark is for a person"
)]
#![allow(dead_code, reason = "it uses a part of what the tests share")]

mod ceiling;
mod clerks;
#[path = "../../tests/service/support.rs"]
mod support;

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use casefold_command_api::command::FileCourtIssuedDocument;
use clerks::Clerks;
use serde_json::{Value, json};
use support::{Client, Served, served_case, tool};

/// The ceiling is of this process, and the rebuild of the program, which has this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The generation that is rebuilt, and the one that readers follow.
const REBUILT: &str = "2";
const FOLLOWED: &str = "3";

/// Many at once, for each case that is missing is waited for a while, and brought by itself.
const MENDING: [&str; 5] = ["--repair", "--workers", "16", "--segments", "64"];

const CLIENTS: usize = 4;
const WORKERS: usize = 2;
const SEGMENTS: usize = 32;

/// For how long clerks are measured alone.
const ALONE: Duration = Duration::from_secs(20);

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let figures = runtime.block_on(measure());
    println!("{figures:#}");
}

async fn measure() -> Value {
    let cases = std::env::var("CASEFOLD_BENCH_CASES").unwrap_or_else(|_| "10000".to_owned());
    let temporary = tempfile::tempdir().unwrap();
    let named = std::env::var_os("CASEFOLD_BENCH_DIR");
    let dir = named
        .as_deref()
        .map_or_else(|| temporary.path(), |named| Path::new(named));

    step("generating");
    let generated = run_json(dir, &["generate", "--cases", &cases, "--json"]);
    let named = std::env::var("CASEFOLD_BENCH_CLERKS").ok();
    let clients = named.map_or(CLIENTS, |named| named.parse().unwrap());
    let alone: &[&str] = match clients {
        0 => &["--no-projector", "--checkpoint-every", "0"],
        _ => &["--max-rate", "0"],
    };
    let service = Served::start(dir, alone);
    let clerk = service.client(dir, "clerkofcourt");
    step("folding what was generated");
    let folding = Instant::now();
    if clients > 0 {
        until_folded(&clerk).await;
    } else {
        let filled = reconcile(dir, FOLLOWED, &MENDING);
        assert_eq!(filled["clean"], true, "{filled}");
    }
    let folding = folding.elapsed();

    step("clerks alone");
    let clerks = Clerks::at_work(&clerk, clients);
    if clients > 0 {
        tokio::time::sleep(ALONE).await;
    }
    let alone = clerks.go_home().await;

    step("rebuilding");
    let clerks = Clerks::at_work(&clerk, clients);
    let (rebuilt, memory) = rebuild(dir).await;
    let beside = clerks.go_home().await;

    step("comparing with a pure fold");
    if clients > 0 {
        until_folded(&clerk).await;
    }
    let reconciled = reconcile(dir, REBUILT, &["--deep"]);

    step("the ceiling");
    let items = ceiling::items_of(dir, REBUILT).await;
    let clerks = Clerks::at_work(&clerk, clients);
    let ceiling = ceiling::run(dir, items).await;
    let beside_ceiling = clerks.go_home().await;

    let events_a_second = number(&rebuilt, "events") / scanning_seconds(&rebuilt);
    let commits_a_second = number(&rebuilt, "commits") / scanning_seconds(&rebuilt);
    let written = number(&rebuilt, "written").max(1.0);
    json!({
        "generated": {
            "cases": generated["cases"], "events": generated["events"],
            "commits": number(&generated, "commitsWritten")
                + number(&generated, "commitsAlreadyThere"),
        },
        "foldedSeconds": seconds(folding),
        "rebuild": {
            "report": rebuilt,
            "eventsPerSecond": events_a_second.round(),
            "commitsPerSecond": commits_a_second.round(),
            "readUnitsPerCase": per_case(&rebuilt, "readUnits", written),
            "writeUnitsPerCase": per_case(&rebuilt, "writeUnits", written),
            "requestsPerCase": per_case(&rebuilt, "requests", written),
            "peakMemoryMiB": memory.map(|kib| kib / 1024),
        },
        "ceiling": {
            "seconds": seconds(ceiling.took), "commits": ceiling.commits, "items": ceiling.items,
            "commitsPerSecond": (ceiling.commits as f64 / ceiling.took.as_secs_f64()).round(),
        },
        "ratioToCeiling": round(
            commits_a_second / (ceiling.commits as f64 / ceiling.took.as_secs_f64())),
        "clerks": {"alone": alone, "besideRebuild": beside, "besideCeiling": beside_ceiling},
        "p99Ratio": round(number(&beside, "p99Millis") / number(&alone, "p99Millis")),
        "snapshotsThatDiffer": reconciled["generations"][0]["differing"],
        "snapshotsCompared": reconciled["generations"][0]["cases"],
    })
}

/// Rebuilds in a process of its own; gives what it reports, and its peak memory in KiB.
async fn rebuild(dir: &Path) -> (Value, Option<u64>) {
    let mut child = tool(dir)
        .args(["rebuild", "case", "--to", REBUILT, "--json"])
        .args(["--workers", &WORKERS.to_string()])
        .args(["--segments", &SEGMENTS.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut memory = None;
    while child.try_wait().unwrap().is_none() {
        memory = peak_memory_kib(&child).or(memory);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    (serde_json::from_slice(&output.stdout).unwrap(), memory)
}

fn peak_memory_kib(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The stream is folded in order, so a commit that is made now is folded last.
async fn until_folded(clerk: &Client) {
    let number = served_case(clerk).await;
    let order = FileCourtIssuedDocument::example();
    let last = clerk.command(&number, order).await.expect(200).version();
    let path = format!("/v1/cases/{number}");
    let mut told = Instant::now();
    // A case without a snapshot is folded when it is read: its lists say that it is there.
    loop {
        let search = format!("/v1/search?q={number}");
        let found = clerk.get(&search).await.expect(200).body;
        let is_found = found.to_string().contains(&format!("\"{number}\""));
        if is_found && clerk.get(&path).await.expect(200).version() >= last {
            return;
        }
        if told.elapsed() > Duration::from_secs(30) {
            told = Instant::now();
            step("…");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Of the time that a rebuild took, what it did not wait for projectors.
fn scanning_seconds(report: &Value) -> f64 {
    let waited = casefold_shared::generations::KNOWN_FOR.as_secs_f64() + 1.0;
    (number(report, "seconds") - waited).max(0.001)
}

fn reconcile(dir: &Path, generation: &str, how: &[&str]) -> Value {
    let which = ["reconcile", "case", "--generation", generation, "--json"];
    run_json(dir, &[&which, how].concat())
}

fn run_json(dir: &Path, args: &[&str]) -> Value {
    let output = tool(dir).args(args).stderr(Stdio::null()).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{args:?}: {output:?}"))
}

fn number(value: &Value, field: &str) -> f64 {
    value[field].as_f64().unwrap_or_default()
}

fn per_case(report: &Value, field: &str, cases: f64) -> f64 {
    round(number(report, field) / cases)
}

fn seconds(time: Duration) -> f64 {
    round(time.as_secs_f64())
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn step(what: &str) {
    eprintln!("{what}");
}
