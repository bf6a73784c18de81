//! The figures of commands, reads and batches.

use std::collections::BTreeSet;

use casefold_command_api::command::FilePetition;
use futures::future::join_all;
use serde_json::{Value, json};

use crate::emf::under;
use crate::operated::{Operated, sent, sum};

fn deadline(n: usize) -> Value {
    json!({"type": "AddDeadline", "due": "2030-01-31T00:00:00.000Z", "description": format!("{n}")})
}

/// The lines of a command.
fn of_command(lines: &[Value], command: &str) -> Vec<Value> {
    let lines = lines.iter().filter(|line| line["command"] == command);
    lines.cloned().collect()
}

#[tokio::test]
async fn a_command_tells_one_line_and_a_refused_one_its_code_under_a_dimension() {
    let court = Operated::begin(0).await;
    let path = court.petition("figures-petition").await;
    let number = path.rsplit('/').next().unwrap();
    let told = court.told();
    let [line] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(
        under(line, &["Deployment"]),
        [
            "CommandMillis",
            "Commands",
            "Conflicts",
            "DecidedBehind",
            "ReadUnits",
            "StoreRequests",
            "WriteUnits"
        ]
    );
    assert_eq!(
        (&line["Commands"], &line["Conflicts"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(
        (&line["command"], &line["version"]),
        (&json!("FilePetition"), &json!(1))
    );
    assert_eq!(
        (&line["docketNumber"], &line["correlationId"]),
        (&json!(number), &json!("figures-petition"))
    );
    assert!(line["WriteUnits"].as_f64().unwrap() >= 3.0, "{line}");

    let serve = json!({"type": "ServePetition"});
    let refused = sent(
        court.post(&format!("{path}/commands"), &serve),
        "figures-refused",
        409,
    )
    .await;
    let told = court.told();
    let [line] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(under(line, &["Deployment", "Code"]), ["Refusals"]);
    assert_eq!(
        (&line["Refusals"], &line["Code"]),
        (&json!(1), &refused["code"])
    );
    assert_eq!(
        (&line["Commands"], &line["WriteUnits"]),
        (&json!(1), &json!(0))
    );
}

#[tokio::test]
async fn what_is_told_of_requests_side_by_side_is_all_that_they_cost_and_each_its_own() {
    let court = Operated::begin(0).await;
    let path = court.petition("figures-setup").await;
    court.projector.project(court.records().await).await;
    // A process knows keys and generations by then.
    sent(court.get(&path), "figures-setup", 200).await;
    court.told();

    let before = court.store.consumed();
    let reads = join_all((0..12).map(|_| sent(court.get(&path), "figures-read", 200)));
    let petitions = join_all((0..4).map(|_| {
        let request = court.post("/v1/cases", &FilePetition::example());
        sent(request, "figures-file", 201)
    }));
    let history = join_all((0..4).map(|_| {
        sent(
            court.get(&format!("{path}/history")),
            "figures-history",
            200,
        )
    }));
    futures::join!(reads, petitions, history);
    let cost = court.store.consumed() - before;

    let told = court.told();
    assert_eq!(sum(&told, "ReadUnits"), cost.read_units);
    assert_eq!(sum(&told, "WriteUnits"), cost.write_units);
    assert_eq!(sum(&told, "StoreRequests"), cost.requests as f64);
    assert_eq!((sum(&told, "Commands"), sum(&told, "Failures")), (4.0, 0.0));
    // The same read costs the same, whatever ran beside it.
    let of = |id: &str| -> Vec<&Value> {
        told.iter()
            .filter(|line| line["correlationId"] == id)
            .collect()
    };
    let costs: BTreeSet<_> = of("figures-read")
        .iter()
        .map(|line| {
            (
                line["ReadUnits"].to_string(),
                line["StoreRequests"].to_string(),
            )
        })
        .collect();
    assert_eq!((of("figures-read").len(), costs.len()), (12, 1), "{told:?}");
    assert!(
        of("figures-read")
            .iter()
            .all(|line| line["WriteUnits"] == 0 && line["Failures"] == 0)
    );
}

#[tokio::test]
async fn a_command_that_is_decided_again_tells_how_often_it_was_behind_or_lost_a_race() {
    let court = Operated::begin(0).await;
    let path = court.petition("figures-race").await;
    let commands = format!("{path}/commands");
    sent(court.post(&commands, &deadline(0)), "figures-race", 200).await;
    court.told();
    let mut conflicts = 0.0;
    // Requests that are sent at once needn't meet; some do.
    for _ in 0..20 {
        let together =
            (1..=6).map(|n| sent(court.post(&commands, &deadline(n)), "figures-race", 200));
        join_all(together).await;
        let told = of_command(&court.told(), "AddDeadline");
        assert_eq!((told.len(), sum(&told, "Commands")), (6, 6.0));
        for line in &told {
            let count = |name: &str| line[name].as_u64().unwrap();
            let again = count("Conflicts") + count("DecidedBehind");
            // A put; where it comes too late, what is past the case, and a put. Where many come too
            // late, a process looks what is past the case before the first put, too.
            let looks = count("StoreRequests") - 1 - 2 * again;
            assert!(looks <= 1, "{line}");
        }
        conflicts += sum(&told, "Conflicts") + sum(&told, "DecidedBehind");
        if conflicts > 0.0 {
            break;
        }
    }
    assert!(
        conflicts > 0.0,
        "no two of six requests at once met, 20 times"
    );
}

#[tokio::test]
async fn a_batch_tells_each_commit_once_with_its_lag_and_what_it_cost() {
    let court = Operated::begin(750).await;
    let path = court.petition("figures-batch").await;
    sent(
        court.post(&format!("{path}/commands"), &json!({"type": "QcPetition"})),
        "figures-batch",
        200,
    )
    .await;
    court.petition("figures-batch").await;
    court.told();
    let mut records = court.records().await;
    assert_eq!(records.len(), 3);

    let before = court.store.consumed();
    court.projector.project(records.clone()).await;
    let cost = court.store.consumed() - before;
    let told = court.told();
    let [line] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(line["service"], "projector");
    assert_eq!((&line["records"], &line["cases"]), (&json!(3), &json!(2)));
    assert_eq!(
        (&line["FoldedCommits"], &line["DuplicatesSkipped"]),
        (&json!(3), &json!(0))
    );
    assert_eq!(line["LagMillis"], json!([750, 750, 750]));
    for none in [
        "GapsRepaired",
        "FoldConflicts",
        "Quarantined",
        "RecordsFailed",
        "AlteredRecords",
        "UnreadableRecords",
    ] {
        assert_eq!(line[none], 0, "{none}");
    }
    assert_eq!(line["ReadUnits"].as_f64(), Some(cost.read_units));
    assert_eq!(line["WriteUnits"].as_f64(), Some(cost.write_units));
    assert_eq!(line["StoreRequests"].as_u64(), Some(cost.requests));

    // Again, with a removal that nobody may make and a record of nothing.
    let mut altered = records[0].clone();
    altered.event_name = "REMOVE".to_owned();
    let mut unknown = records[0].clone();
    unknown.event_name = "TRUNCATE".to_owned();
    records.extend([altered, unknown]);
    court.projector.project(records).await;
    let told = court.told();
    assert_eq!(
        (sum(&told, "FoldedCommits"), sum(&told, "DuplicatesSkipped")),
        (0.0, 3.0)
    );
    assert_eq!(
        (
            sum(&told, "AlteredRecords"),
            sum(&told, "UnreadableRecords")
        ),
        (1.0, 1.0)
    );
    assert!(told[0]["LagMillis"].is_null(), "{told:?}");
}

#[tokio::test]
async fn a_gap_is_told_and_the_commits_that_fill_it_are_not_told_again_with_their_records() {
    let court = Operated::begin(0).await;
    let path = court.petition("figures-gap").await;
    for n in 1..=3 {
        sent(
            court.post(&format!("{path}/commands"), &deadline(n)),
            "figures-gap",
            200,
        )
        .await;
    }
    court.told();
    let records = court.records().await;
    let last = records.len() - 1;
    court.projector.project(records[last..].to_vec()).await;
    let told = court.told();
    assert_eq!(
        (sum(&told, "FoldedCommits"), sum(&told, "GapsRepaired")),
        (records.len() as f64, 1.0)
    );
    court.projector.project(records[..last].to_vec()).await;
    let told = court.told();
    assert_eq!(
        (sum(&told, "FoldedCommits"), sum(&told, "GapsRepaired")),
        (0.0, 0.0)
    );
    assert_eq!(sum(&told, "DuplicatesSkipped"), last as f64);
}
