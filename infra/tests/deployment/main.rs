//! The whole deployment on an emulator of AWS: this folder's Terraform is applied to it, the
//! packaged functions run behind API Gateway and a real event source mapping, and in the end it
//! is all destroyed.
//!
//! It needs Terraform, its AWS provider, ministack and the packages: `infra/emulate` sees to
//! them and runs it. By itself it does nothing.
//!
//! | file | job |
//! | --- | --- |
//! | this one | what is done to the deployment, and what must come of it |
//! | [`emulator`] | ministack as a process, and AWS's APIs on it |
//! | [`terraform`] | applying and destroying a copy of this folder |
//! | [`issuer`] | an identity provider: a key pair, its public half over HTTP, tokens |
//! | [`court`] | the API as clerks and petitioners use it |

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stdout, reason = "it reports what it did and measured")]

mod court;
mod emulator;
mod issuer;
mod terraform;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use court::Court;
use emulator::Emulator;
use issuer::Issuer;
use terraform::Terraform;

/// Names the variable without which nothing is deployed.
const EMULATE_VARIABLE: &str = "CASEFOLD_EMULATE";

/// How many petitions are filed, and how many of them are checked and served.
const PETITIONS: usize = 60;
const SERVED: usize = 30;

/// How long anything may take that the deployment does by itself.
const SOON: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn the_deployment_serves_a_court_and_loses_nothing() {
    if std::env::var_os(EMULATE_VARIABLE).is_none() {
        println!("not tried: infra/emulate sees to what it needs, and tries it");
        return;
    }
    let emulator = Emulator::start().await;
    let issuer = Issuer::start().await;
    let terraform = Terraform::copied(&emulator, &issuer.url);

    let started = Instant::now();
    let resources = terraform.apply();
    let outputs = terraform.outputs();
    told("resources applied", resources);
    told("seconds to apply", started.elapsed().as_secs());
    let court = Court::new(&emulator, &issuer, outputs["api_id"].as_str().unwrap());

    nobody_gets_in_without_a_token(&court, &issuer).await;
    let filed = petitions_are_filed_and_served(&court).await;
    snapshots_follow(&court, &filed).await;
    every_commit_is_there(&emulator, &outputs, &court).await;
    a_request_can_be_followed(&emulator, &outputs, &court).await;
    a_generation_is_rebuilt(&emulator, &outputs).await;
    everything_is_reconciled_and_signed(&emulator, &outputs).await;
    the_court_is_asked_who_served(&court).await;
    what_is_measured_is_there(&emulator, &outputs, &court).await;
    a_forged_commit_rings(&emulator, &outputs, &filed[0]).await;

    told("requests through API Gateway", court.requests());
    told("commits acknowledged", court.commits());
    terraform.destroy();
    assert_eq!(emulator.tables().await, Vec::<String>::new());
    assert_eq!(emulator.functions().await, Vec::<String>::new());
}

async fn nobody_gets_in_without_a_token(court: &Court, issuer: &Issuer) {
    let answer = court.get_as(None, "/healthz").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(court.get_as(None, "/openapi.json").await.status, 200);
    assert_eq!(court.get_as(None, "/v1/cases/101-26").await.status, 401);
    let forged = issuer.forged("clerk-1", "clerkofcourt");
    let answer = court.get_as(Some(&forged), "/v1/cases/101-26").await;
    assert_eq!(answer.status, 401, "{answer:?}");
    let elsewhere = issuer.for_another_audience("clerk-1", "clerkofcourt");
    let answer = court.get_as(Some(&elsewhere), "/v1/cases/101-26").await;
    assert_eq!(answer.status, 401, "{answer:?}");
    // Let in, and known by what the authorizer has checked.
    let answer = court.get(court.clerk(), "/v1/cases/101-26").await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(answer.body["code"], "CASE_NOT_FOUND");
}

/// Several at once, as they come in.
async fn petitions_are_filed_and_served(court: &Court) -> Vec<String> {
    let started = Instant::now();
    let petition = &court.example_petition().await;
    let filing = (0..PETITIONS).map(|_| court.file(petition));
    let mut filed = futures::future::join_all(filing).await;
    filed.sort_by_key(|number| number.split('-').next().unwrap().parse::<u32>().unwrap());
    let mut distinct = filed.clone();
    distinct.dedup();
    assert_eq!(distinct.len(), PETITIONS, "each got a number of its own");

    let serving = filed.iter().take(SERVED).map(|number| async move {
        court
            .carried_out(number, json!({"type": "QcPetition"}))
            .await;
        court
            .carried_out(number, json!({"type": "ServePetition"}))
            .await;
    });
    futures::future::join_all(serving).await;
    let refused = court.send(&filed[0], json!({"type": "ServePetition"}), None);
    let refused = refused.await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert_eq!(refused.body["code"], "PETITION_ALREADY_SERVED");
    let seconds = started.elapsed().as_secs_f64();
    told("seconds to file and serve", format!("{seconds:.1}"));
    filed
}

/// Without `minVersion`: what is read is what the projector has written.
async fn snapshots_follow(court: &Court, filed: &[String]) {
    let started = Instant::now();
    soon("every petition is in the list of its status", async || {
        let new = court.list("New").await;
        let served = court.list("General Docket - Not at Issue").await;
        new.len() == PETITIONS - SERVED && served.len() == SERVED
    })
    .await;
    told(
        "milliseconds until the lists had all",
        started.elapsed().as_millis(),
    );
    for (nth, number) in filed.iter().enumerate() {
        let expected = if nth < SERVED { 3 } else { 1 };
        let path = format!("/v1/cases/{number}");
        let case = court.get(court.clerk(), &path).await.ok();
        assert_eq!(case["version"], expected, "{number}");
        let entries = if nth < SERVED { 4 } else { 3 };
        let found = case["docketEntries"].as_array().unwrap().len();
        assert_eq!(found, entries, "{number}");
    }
}

async fn every_commit_is_there(emulator: &Emulator, outputs: &Value, court: &Court) {
    let table = outputs["tables"]["events"].as_str().unwrap();
    assert_eq!(emulator.count(table).await, court.commits());
}

/// The same correlation id in the request's answer, in what the API logged, and in what the
/// projector logged.
async fn a_request_can_be_followed(emulator: &Emulator, outputs: &Value, court: &Court) {
    let id = "trial-of-the-deployment";
    let petition = court.example_petition().await;
    let answer = court.file_as(&petition, Some(id)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.correlation_id.as_deref(), Some(id));
    for function in ["command_api", "projector"] {
        let function = outputs["functions"][function].as_str().unwrap();
        soon("the correlation id is in the log", async || {
            let lines = emulator.log(function).await;
            lines.iter().any(|line| line.contains(id))
        })
        .await;
    }
    for function in outputs["functions"].as_object().unwrap().values() {
        for line in emulator.log(function.as_str().unwrap()).await {
            for personal in ["Nora", "Quist", "nora@"] {
                assert!(!line.contains(personal), "it tells of people: {line}");
            }
        }
    }
}

async fn a_generation_is_rebuilt(emulator: &Emulator, outputs: &Value) {
    let rebuild = outputs["state_machines"]["rebuild"].as_str().unwrap();
    let input = json!({"projection": "case", "generation": 2, "segments": 6});
    let started = Instant::now();
    let done = emulator.execute(rebuild, &input, SOON).await;
    assert_eq!(done["status"], "SUCCEEDED", "{done}");
    told(
        "seconds to rebuild case@2 in 6 segments",
        started.elapsed().as_secs(),
    );
    let output: Value = serde_json::from_str(done["output"].as_str().unwrap()).unwrap();
    println!("    rebuild: {output}");
    let table = outputs["tables"]["snapshots"].as_str().unwrap();
    let cases = emulator.count_beginning(table, "case@2#").await;
    assert!(cases > PETITIONS as u64, "{cases} items of case@2");
}

async fn everything_is_reconciled_and_signed(emulator: &Emulator, outputs: &Value) {
    let reconcile = outputs["state_machines"]["reconcile"].as_str().unwrap();
    let started = Instant::now();
    let done = emulator.execute(reconcile, &json!({}), SOON).await;
    assert_eq!(done["status"], "SUCCEEDED", "{done}");
    told(
        "seconds to reconcile all generations",
        started.elapsed().as_secs(),
    );

    let checkpointer = outputs["functions"]["checkpointer"].as_str().unwrap();
    let task = json!({"task": "checkpoint"});
    let written = emulator.invoke(checkpointer, &task).await.unwrap();
    assert_eq!(written["outcome"], "written", "{written}");
    let again = emulator.invoke(checkpointer, &task).await.unwrap();
    assert_eq!(again["outcome"], "unchanged", "{again}");

    let worker = outputs["functions"]["worker"].as_str().unwrap();
    let task = json!({"task": "watch"});
    let stands = emulator.invoke(worker, &task).await.unwrap();
    println!("    watch: {stands}");

    let jobs = outputs["functions"]["jobs"].as_str().unwrap();
    let task = json!({"job": "readyForTrial"});
    let report = emulator.invoke(jobs, &task).await.unwrap();
    assert_eq!(report["done"], json!([]), "{report}");
}

async fn the_court_is_asked_who_served(court: &Court) {
    let path = "/v1/audit/commits?eventType=PetitionServed&from=2026-01-01&limit=100";
    let found = court.get(court.clerk(), path).await.ok();
    let commits = found["commits"].as_array().unwrap();
    assert_eq!(commits.len(), SERVED);
    // The reconciliation of the index says up to when it is complete.
    assert_eq!(found["completenessKnown"], true, "{found}");
    assert!(found["completeUpTo"].is_string(), "{found}");
}

/// Embedded metrics in the functions' logs, as CloudWatch finds them.
async fn what_is_measured_is_there(emulator: &Emulator, outputs: &Value, court: &Court) {
    let function = |name: &str| outputs["functions"][name].as_str().unwrap();
    let sum = async |name: &str, metric: &str| emulator.metric(function(name), metric).await;
    // What a function writes some milliseconds after its answer, the emulator takes for what
    // the next invocation of that process has written: so there is another one.
    let another_of_each = async || {
        // As many at once as petitions were filed, for as many processes.
        let asked = (0..PETITIONS).map(|_| court.get_as(None, "/healthz"));
        futures::future::join_all(asked).await;
        let nothing = json!({"Records": []});
        emulator
            .invoke(function("projector"), &nothing)
            .await
            .unwrap();
    };
    let written = PETITIONS + 1 + 2 * SERVED;
    soon("every command and every fold is measured", async || {
        another_of_each().await;
        let commands = sum("command_api", "Commands").await as usize;
        let folded = sum("projector", "FoldedCommits").await as usize;
        // One of them is refused.
        assert!(commands <= written + 1, "{commands}");
        commands == written + 1 && folded >= written
    })
    .await;
    assert_eq!(sum("command_api", "Refusals").await as usize, 1);
    told(
        "commits folded, as measured",
        sum("projector", "FoldedCommits").await,
    );
    assert!(sum("projector", "WriteUnits").await > 0.0);
    assert_eq!(sum("projector", "AlteredRecords").await as usize, 0);
}

/// Somebody with other permissions than the service's overwrites a commit.
async fn a_forged_commit_rings(emulator: &Emulator, outputs: &Value, number: &str) {
    let table = outputs["tables"]["events"].as_str().unwrap();
    emulator.overwrite_commit(table, number).await;
    let projector = outputs["functions"]["projector"].as_str().unwrap();
    soon(
        "the projector measures that a commit was altered",
        async || emulator.metric(projector, "AlteredRecords").await > 0.0,
    )
    .await;
    let checkpointer = outputs["functions"]["checkpointer"].as_str().unwrap();
    let refused = emulator
        .invoke(checkpointer, &json!({"task": "checkpoint"}))
        .await
        .unwrap_err();
    assert_eq!(refused["errorType"], "Casefold.NotSigned", "{refused}");
}

async fn soon(what: &str, holds: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < SOON, "not in {SOON:?}: {what}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

fn told(what: &str, figure: impl std::fmt::Display) {
    println!("  {what}: {figure}");
}
