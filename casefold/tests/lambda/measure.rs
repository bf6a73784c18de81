//! How long each function takes from the start of its process to its first answer, and how much
//! memory it has had then: for packages that were made.
//!
//! ```sh
//! CASEFOLD_LAMBDA_DIR=$PWD/target/packages/x86_64 CASEFOLD_LAMBDA_MEASURE=10 \
//!   cargo test -p casefold --test lambda measure -- --nocapture
//! ```
//!
//! The store is the embedded engine, which is as fast as this build: what is measured is the
//! function, and not DynamoDB.

use std::io::Write as _;

use casefold_command_api::command::FilePetition;
use casefold_events::vocabulary::Role;
use serde_json::{Value, json};

use crate::support::history::{captioned, chain, docket, petition};
use crate::world::{Asked, Court, Package};

/// Names the variable that says how often each function is started.
const MEASURE: &str = "CASEFOLD_LAMBDA_MEASURE";

#[tokio::test(flavor = "multi_thread")]
async fn measure() {
    let times = std::env::var(MEASURE).ok().and_then(|it| it.parse().ok());
    let Some(times): Option<usize> = times else {
        return;
    };
    let court = Court::open().await;
    court
        .append(&chain(docket(101), [vec![petition()], vec![captioned(10)]]))
        .await;
    let batch = json!({"Records": court.records().await});
    let key = court.key("checkpoint.key");
    let signs = [("CASEFOLD_CHECKPOINT_KEY_FILE", key.as_str())];
    let filed = Asked::post("/v1/cases", &FilePetition::example()).by(Role::Petitioner);
    let filed = filed.into_event();
    let jobs = json!({"job": "readyForTrial"});
    let functions: [(_, _, &[(&str, &str)], &Value); 5] = [
        (Package::CommandApi, "http", &[], &filed),
        (Package::CommandApi, "jobs", &[], &jobs),
        (Package::Projector, "stream", &[], &batch),
        (Package::Projector, "work", &[], &json!({"task": "watch"})),
        (
            Package::Projector,
            "work",
            &signs,
            &json!({"task": "checkpoint"}),
        ),
    ];
    for (package, handler, variables, event) in functions {
        let (mut millis, mut memory) = (Vec::new(), Vec::new());
        for _ in 0..times.max(1) {
            let function = court.function(package, handler, variables).await;
            function.invoke(event.clone()).await.unwrap();
            millis.push(function.cold_start().unwrap().as_secs_f64() * 1_000.0);
            memory.extend(function.peak_memory_kib());
        }
        millis.sort_by(f64::total_cmp);
        memory.sort_unstable();
        let what = event["task"].as_str().unwrap_or_default();
        let median = millis[millis.len() / 2];
        let worst = millis[millis.len() - 1];
        let peak = memory.last().map_or(0.0, |kib| *kib as f64 / 1_024.0);
        let line = format!(
            "{handler:<7} {what:<11} cold start {median:7.1} ms (worst {worst:7.1}), \
             peak memory {peak:6.1} MiB"
        );
        writeln!(std::io::stdout(), "{line}").unwrap();
    }
}
