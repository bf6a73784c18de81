//! Verifying, signing and proving: `cargo bench -p casefold --bench verify`.
//!
//! It generates histories (10,000 cases of ten commits; `CASEFOLD_BENCH_CASES` says otherwise)
//! and verifies them: in memory, which is what hashing alone takes, and from the engine with one
//! worker and more. Then it signs them, looks once more where nothing has changed, and proves a
//! commit of each of some cases. It asserts nothing; times depend on the machine.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark is for a person"
)]
#![allow(dead_code, reason = "it uses a part of what the tests share")]

#[path = "../tests/proof/court.rs"]
mod court;
#[path = "../tests/support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use casefold_events::{CommitRef, Version};
use casefold_projector::verify::VerifyConfig;
use casefold_projector::verify::chain::look;
use casefold_projector::verify::prove::{Telling, prove};
use casefold_projector::verify::take::Taken;
use court::{Court, Quiet, go_on, history, signer};
use serde_json::{Value, json};

/// How many proofs are made.
const PROOFS: usize = 200;

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let figures = runtime.block_on(measure());
    println!("{figures:#}");
}

async fn measure() -> Value {
    let cases = std::env::var("CASEFOLD_BENCH_CASES").unwrap_or_else(|_| "10000".to_owned());
    step("generating");
    let court = Court::of(cases.parse().unwrap()).await;

    step("hashing in memory");
    let all = court.cases().await;
    let histories: Vec<_> = all
        .iter()
        .map(|(number, items)| history(*number, items))
        .collect();
    let begun = Instant::now();
    let mut in_memory = 0;
    for history in &histories {
        assert!(look(history, None).finding.is_none());
        in_memory += history.commits.len() as u64;
    }
    let hashing = a_second(in_memory, begun.elapsed());
    drop(histories);

    let mut verified = Vec::new();
    for workers in [1, 2, 4] {
        step("verifying");
        let config = VerifyConfig {
            workers,
            segments: 32,
        };
        let begun = Instant::now();
        let report = court
            .verifier()
            .run(config, &Quiet, &go_on())
            .await
            .unwrap();
        let scanned = report.status.scanned;
        verified.push(json!({
            "workers": workers,
            "commitsPerSecond": a_second(scanned.commits, begun.elapsed()),
            "readUnitsPerCommit": report.status.cost.read_units / scanned.commits as f64,
        }));
    }

    step("signing");
    let config = VerifyConfig {
        workers: 2,
        segments: 32,
    };
    let mut signed = Vec::new();
    for _ in 0..2 {
        let before = court.store.consumed();
        let (begun, stop) = (Instant::now(), go_on());
        let verify = court.verifier();
        let (taken, report) = verify
            .take_checkpoint(&signer(), config, &Quiet, &stop)
            .await
            .unwrap();
        let written = court.store.consumed() - before;
        signed.push(json!({
            "written": matches!(taken, Taken::Written { .. }),
            "seconds": begun.elapsed().as_secs_f64(),
            "commitsPerSecond": a_second(report.status.scanned.commits, begun.elapsed()),
            "writeUnits": written.write_units,
        }));
    }

    step("proving");
    let mut bytes = Vec::new();
    let mut times = Vec::new();
    for (number, items) in all.iter().step_by(all.len().div_ceil(PROOFS)) {
        let commit = CommitRef {
            docket_number: *number,
            version: Version(items.len() as u64),
        };
        let begun = Instant::now();
        let store = &*court.store;
        let proof = prove(store, store, commit, Telling::WhatIsNotSealed)
            .await
            .unwrap();
        times.push(begun.elapsed());
        bytes.push(serde_json::to_vec_pretty(&proof).unwrap().len());
    }
    bytes.sort_unstable();
    times.sort_unstable();
    let of = |hundredths: usize, count: usize| (count - 1) * hundredths / 100;
    json!({
        "commits": in_memory,
        "cases": all.len(),
        "hashedInMemoryPerSecond": hashing,
        "verified": verified,
        "signed": signed,
        "proofBytes": {
            "smallest": bytes.first(), "median": bytes[of(50, bytes.len())], "largest": bytes.last(),
        },
        "proofMillis": {
            "p50": times[of(50, times.len())].as_millis(),
            "p99": times[of(99, times.len())].as_millis(),
        },
    })
}

fn a_second(count: u64, took: Duration) -> f64 {
    (count as f64 / took.as_secs_f64()).round()
}

fn step(what: &str) {
    eprintln!("{what} …");
}
