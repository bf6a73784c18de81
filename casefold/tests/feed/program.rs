//! The real program: a service that serves the API alone, and two processes that project, of which
//! one is killed while clerks file.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::served::{Client, Served, petition, run, served_case, tool};

/// How long something may take on a busy machine before a test fails.
const PATIENCE: Duration = Duration::from_secs(40);

/// Where the engine of a running service is.
fn endpoint_of(data_dir: &Path) -> String {
    let service = std::fs::read(data_dir.join("service.json")).unwrap();
    let service: Value = serde_json::from_slice(&service).unwrap();
    service["endpoint_url"].as_str().unwrap().to_owned()
}

/// A running `casefold project`. It is killed when dropped, as a crash would.
struct Projecting {
    child: Child,
    up: Value,
}

impl Projecting {
    fn start(data_dir: &Path, endpoint_url: &str) -> Self {
        let mut child = tool(data_dir)
            .args(["--json", "--endpoint-url", endpoint_url])
            .args(["project", "--lease-seconds", "3"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let up = serde_json::from_str(&line).expect("a process says what it reads");
        Self { child, up }
    }

    fn shards(&self) -> usize {
        self.up["shards"].as_array().unwrap().len()
    }

    fn stop(mut self) -> ExitStatus {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Projecting {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn told(data_dir: &Path, args: &[&str]) -> Value {
    let output = run(data_dir, &[&["--json"], args].concat());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_str(&text).unwrap()
}

/// How many cases of a list there are for a clerk, once there are as many.
async fn eventually(clerk: &Client, cases: usize) {
    let since = Instant::now();
    loop {
        let page = clerk
            .get("/v1/lists/work?queue=petitions-to-check&limit=100")
            .await;
        let page = page.expect(200);
        let listed = page.body["work"].as_array().unwrap().len();
        if listed == cases {
            return;
        }
        assert!(since.elapsed() < PATIENCE, "{listed} of {cases} are listed");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_is_relieved_by_another_and_nothing_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path();
    let service = Served::start(dir, &["--no-projector"]);
    let endpoint_url = endpoint_of(dir);
    let clerk = service.client(dir, "clerkofcourt");
    let party = service.client_as(dir, "petitioner", "nora");
    party.file(&petition()).await;
    eventually(&clerk, 0).await;

    // The first reads the only shard, and the second stands by.
    let first = Projecting::start(dir, &endpoint_url);
    assert_eq!((first.shards(), &first.up["processes"]), (1, &json!(1)));
    eventually(&clerk, 1).await;
    let second = Projecting::start(dir, &endpoint_url);
    assert_eq!((second.shards(), &second.up["processes"]), (0, &json!(2)));

    // Clerks and parties file, and the first is killed in the midst of it.
    let mut served = Vec::new();
    for round in 0..12 {
        party.file(&petition()).await;
        served.push(served_case(&clerk).await);
        if round == 6 {
            drop_killed(first.child.id());
        }
    }
    drop(first);
    eventually(&clerk, 13).await;
    // Every snapshot is what the pure fold of its history is, field by field.
    let found = told(dir, &["reconcile", "--deep"]);
    assert_eq!(found["clean"], true, "{found:#}");
    let cases = &found["generations"][0];
    assert_eq!(cases["cases"], json!(25), "{cases:#}");
    let projections = told(dir, &["projections"]);
    let lag = |it: &Value| it["projection"] == "case" && it["lag"]["millis"].is_i64();
    assert!(
        projections.as_array().unwrap().iter().any(lag),
        "{projections:#}"
    );

    // One that is asked to stop gives back what it read: the next waits for no lease's end.
    assert!(second.stop().success());
    let third = Projecting::start(dir, &endpoint_url);
    assert_eq!((third.shards(), &third.up["processes"]), (1, &json!(1)));
    party.file(&petition()).await;
    eventually(&clerk, 14).await;
    assert!(third.stop().success());
    assert!(service.stop().success());
}

/// Kills a process as a crash would: with SIGKILL.
fn drop_killed(pid: u32) {
    let killed = Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    assert!(killed.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_without_the_courts_master_key_does_not_begin() {
    let (court, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let _service = Served::start(court.path(), &["--no-projector"]);
    let endpoint_url = endpoint_of(court.path());
    let refused = run(
        elsewhere.path(),
        &["--endpoint-url", &endpoint_url, "project"],
    );
    assert!(!refused.status.success());
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("there is no master key in"), "{told}");
    assert!(!elsewhere.path().join("master.key").exists());
}
