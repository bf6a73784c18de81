//! The real program: a generation is filled, compared, switched to and left again beside a
//! service, and a rebuild that is killed is gone on with.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::served::{Answered, Client, Served, run, tool};

/// How long readers may take to follow on a busy machine: a process reads again after five
/// seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs the tool, and gives its exit status and what it printed.
fn told(dir: &Path, args: &[&str]) -> (i32, Value) {
    let output: Output = run(dir, &[&["--json"], args].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let told = serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().unwrap(), told)
}

fn done(dir: &Path, args: &[&str]) -> Value {
    let (status, told) = told(dir, args);
    assert_eq!(status, 0, "{told}");
    told
}

/// A rule file of these expectations between the generations 2 and 3 of cases.
fn rules(dir: &Path, expected: Value) -> String {
    let rules = json!({"projection": "case", "from": 2, "to": 3, "expected": expected});
    let path = dir.join("rules.json");
    std::fs::write(&path, rules.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Reads a case until it comes from a generation.
async fn case_of(client: &Client, number: &str, generation: u32) -> Answered {
    let since = Instant::now();
    let end = format!(".{generation}\"");
    loop {
        let case = client.get(&format!("/v1/cases/{number}")).await.expect(200);
        if case.header("etag").unwrap().ends_with(&end) {
            return case;
        }
        assert!(since.elapsed() < PATIENCE, "{:?}", case.header("etag"));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// In how many of its statuses a case tells who set them, and how many it has.
fn told_by(case: &Answered) -> (usize, usize) {
    let history = case.body["statusHistory"].as_array().unwrap();
    let by = history.iter().filter(|it| it.get("by").is_some());
    (by.count(), history.len())
}

/// Both wait for most of their time, so they wait together.
#[tokio::test(flavor = "multi_thread")]
async fn the_tool_does_its_work_beside_a_service_and_goes_on_where_it_was_killed() {
    let killed = tokio::task::spawn_blocking(a_rebuild_that_was_killed_is_gone_on_with);
    a_generation_is_filled_compared_switched_to_and_left_again().await;
    killed.await.unwrap();
}

async fn a_generation_is_filled_compared_switched_to_and_left_again() {
    // Given a court of sixty cases, of which another generation is filled
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    done(dir, &["generate", "--cases", "60", "--fold"]);
    let by = ["--by", "Ida"];
    let rebuilt = done(dir, &[&["rebuild", "case", "--to", "2"][..], &by].concat());
    assert_eq!(rebuilt["complete"], true);
    assert_eq!(
        (&rebuilt["cases"], &rebuilt["written"]),
        (&json!(60), &json!(60))
    );

    // Then a switch waits for a reconciliation, which is clean
    let (status, refused) = told(dir, &["switch", "case", "2"]);
    assert_eq!(
        (status, &refused["code"]),
        (1, &json!("GENERATION_NOT_RECONCILED"))
    );
    let reconciled = done(dir, &["reconcile", "--by", "Jo"]);
    assert_eq!(reconciled["clean"], true);
    assert_eq!(reconciled["generations"].as_array().unwrap().len(), 6);

    // And what differs between the two is what is expected, and nothing else
    let field = "statusHistory[].by";
    let expected = json!([{"field": field, "change": "added", "in": "every"}]);
    let diff = ["diff", "case", "2", "3", "--rules"];
    let right = rules(dir, expected);
    let compared = done(dir, &[&diff[..], &[&right]].concat());
    assert_eq!(compared["complete"], true);
    let none = rules(dir, json!([]));
    let (status, compared) = told(dir, &[&diff[..], &[&none]].concat());
    assert_eq!(status, 1);
    assert!(
        compared["verdict"].to_string().contains(field),
        "{compared}"
    );

    // When readers are switched while a service runs, they see the other, and back again
    let service = Served::start(dir, &[]);
    let clerk = service.client(dir, "docketclerk");
    let before = case_of(&clerk, "101-06", 3).await;
    let (by_whom, statuses) = told_by(&before);
    assert!(by_whom == statuses && statuses > 0);
    let switched = done(dir, &[&["switch", "case", "2"][..], &by].concat());
    assert_eq!(
        (&switched["active"], &switched["previous"]),
        (&json!(2), &json!(3))
    );
    let other = case_of(&clerk, "101-06", 2).await;
    assert_eq!(told_by(&other), (0, statuses));
    assert_eq!(other.body["version"], before.body["version"]);
    let back = done(dir, &["rollback", "case", "--by", "Jo"]);
    assert_eq!((&back["active"], &back["previous"]), (&json!(3), &json!(2)));
    let after = case_of(&clerk, "101-06", 3).await;
    assert_eq!(after.body, before.body);

    // And what was left a moment ago is not thrown away.
    let (status, refused) = told(dir, &["retire", "case", "2"]);
    assert_eq!(
        (status, &refused["code"]),
        (1, &json!("GENERATION_JUST_LEFT"))
    );
    assert_it_is_told(dir);
    assert!(service.stop().success());
}

fn assert_it_is_told(dir: &Path) {
    let projections = done(dir, &["projections"]);
    let shown = projections.as_array().unwrap();
    let of = |name: &str, generation: u32| {
        let is = |it: &&Value| it["projection"] == name && it["generation"] == generation;
        shown.iter().find(is).unwrap()
    };
    for (name, generation, active) in [("case", 2, false), ("case", 3, true), ("lists", 1, true)] {
        let it = of(name, generation);
        assert_eq!(it["active"], active, "{it}");
        assert_eq!(it["stage"], "complete", "{it}");
        assert_eq!(
            (&it["lost"], &it["parked"]),
            (&json!(false), &json!(0)),
            "{it}"
        );
        assert_eq!(it["reconciled"]["differences"], 0, "{it}");
        assert_eq!(it["reconciled"]["cases"], 60, "{it}");
    }
    let rebuild = &of("case", 2)["rebuild"];
    assert_eq!(rebuild["segmentsEnded"], rebuild["segments"]);
    assert_eq!(rebuild["cases"], 60);
    assert!(of("case", 2)["leftAt"].is_string());

    let log = done(dir, &["operations"]);
    let of_cases = log.as_array().unwrap().iter().rev();
    let of_cases = of_cases.filter(|it| it["projection"] == "case");
    let of_cases: Vec<_> = of_cases
        .map(|it| {
            (
                it["operation"].as_str().unwrap(),
                it["by"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("establish", "casefold"),
        ("begin", "Ida"),
        ("complete", "Ida"),
        ("reconcile", "Jo"),
        ("reconcile", "Jo"),
        ("switch", "Ida"),
        ("rollback", "Jo"),
    ];
    assert_eq!(of_cases, expected);
}

fn a_rebuild_that_was_killed_is_gone_on_with() {
    // Given a rebuild that was killed when a quarter of its segments was done
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    done(dir, &["generate", "--cases", "240", "--commits", "720"]);
    let rebuild = ["--json", "rebuild", "case", "--to", "2"];
    let mut killed = tool(dir)
        .args(rebuild)
        .args(["--max-wcu", "300", "--segments", "64"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(killed.stderr.take().unwrap()).lines();
    let progress = |line: &str| serde_json::from_str::<Value>(line).ok();
    let at_last = lines
        .by_ref()
        .filter_map(|line| progress(&line.unwrap()))
        .find(|it| it["cases"].as_u64() >= Some(60))
        .expect("it comes so far");
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(at_last["cases"].as_u64() < Some(240), "{at_last}");

    // When it is run again
    let again = tool(dir).args(rebuild).output().unwrap();
    let said = String::from_utf8(again.stderr).unwrap();
    let first = said
        .lines()
        .find_map(progress)
        .expect("it tells how far it is");
    let report: Value = serde_json::from_slice(&again.stdout).unwrap();

    // Then it goes on from there, and comes to the end.
    assert!(again.status.success(), "{said}");
    let number = |told: &Value, of: &str| told[of].as_u64().unwrap();
    for of in ["cases", "commits", "segmentsEnded", "written"] {
        assert!(
            number(&first, of) >= number(&at_last, of),
            "{first} {at_last}"
        );
    }
    assert_eq!(report["complete"], true);
    assert_eq!(
        number(&report, "segments"),
        64,
        "as many as it was begun with"
    );
    assert_eq!(number(&report, "segmentsEnded"), 64);
    assert_eq!(
        (number(&report, "cases"), number(&report, "written")),
        (240, 240)
    );
    let reconciled = done(dir, &["reconcile", "case", "--generation", "2", "--deep"]);
    assert_eq!(reconciled["clean"], true);
}
