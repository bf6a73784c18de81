//! The program: the watermark of a running service, source addresses, and the tool.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use casefold_command_api::command::FilePaperPetition;
use casefold_events::Timestamp;
use serde_json::{Value, json};

/// How long the watermark may take to follow on a busy machine before a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(data_dir: &Path, args: &[&str]) -> Self {
        let mut child = tool(data_dir)
            .args(["--json", "serve", "--listen", "127.0.0.1:0"])
            .args(args)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let up: Value = serde_json::from_str(&line).expect("the service says that it is up");
        let address = up["address"].as_str().unwrap().to_owned();
        Self { child, address }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tool(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefold"));
    command
        .arg("--data-dir")
        .arg(data_dir)
        .env("CASEFOLD_LOG", "warn,dynoxide=error");
    command
}

fn run(data_dir: &Path, args: &[&str]) -> Output {
    tool(data_dir).args(args).output().unwrap()
}

/// The lines of JSON that a sub-command prints.
fn lines(data_dir: &Path, args: &[&str]) -> Vec<Value> {
    let ended = run(data_dir, &[&["--json"], args].concat());
    assert!(ended.status.success(), "{ended:?}");
    let out = String::from_utf8(ended.stdout).unwrap();
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

struct Clerk {
    address: String,
    token: String,
    http: reqwest::Client,
}

impl Clerk {
    fn of(served: &Served, data_dir: &Path) -> Self {
        let args = ["token", "--role", "clerkofcourt", "--user", "clerk"];
        let token = String::from_utf8(run(data_dir, &args).stdout).unwrap();
        Self {
            address: served.address.clone(),
            token: token.trim().to_owned(),
            http: reqwest::Client::new(),
        }
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.address));
        let request = request
            .bearer_auth(&self.token)
            .header("x-audit-reason", "a test");
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn post(&self, path: &str, body: &Value, forwarded_for: &str) -> Value {
        let request = self.http.post(format!("{}{path}", self.address));
        let request = request
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .header("x-forwarded-for", forwarded_for)
            .body(body.to_string());
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn petition(&self) -> String {
        let body = FilePaperPetition::example();
        let answer = self
            .post("/v1/cases", &body, "198.51.100.1, 203.0.113.7")
            .await;
        answer["docketNumber"].as_str().unwrap().to_owned()
    }

    async fn watermark(&self) -> Option<Timestamp> {
        let told = self.get("/v1/audit/commits?limit=1").await;
        assert_eq!(
            told["completenessKnown"],
            told.get("completeUpTo").is_some(),
            "{told}"
        );
        let at = told.get("completeUpTo")?;
        Some(serde_json::from_value(at.clone()).unwrap())
    }

    /// Waits until the watermark is beyond a time.
    async fn watermark_beyond(&self, time: Timestamp) -> Timestamp {
        let begun = Instant::now();
        loop {
            if let Some(at) = self.watermark().await.filter(|at| *at > time) {
                return at;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "the watermark stays before {time}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn recorded(answer: &Value) -> Timestamp {
    serde_json::from_value(answer["recordedAt"].clone()).unwrap()
}

#[tokio::test]
async fn the_watermark_moves_with_the_projector_and_stands_still_without() {
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(dir.path(), &[]);
    let clerk = Clerk::of(&served, dir.path());
    let number = clerk.petition().await;
    let path = format!("/v1/cases/{number}/commands");
    let sealed = clerk.post(&path, &json!({"type": "QcPetition"}), "").await;
    // It moves while nothing happens, too.
    let moved = clerk.watermark_beyond(recorded(&sealed)).await;
    let moved = clerk.watermark_beyond(moved).await;
    // What it covers is there.
    let told = clerk
        .get(&format!("/v1/audit/commits?caseNumber={number}"))
        .await;
    assert_eq!(told["commits"].as_array().unwrap().len(), 2);
    drop(served);

    let alone = Served::start(dir.path(), &["--no-projector"]);
    let clerk = Clerk::of(&alone, dir.path());
    let stood = clerk.watermark().await.unwrap();
    assert!(stood >= moved);
    let served_at = clerk
        .post(&path, &json!({"type": "ServePetition"}), "")
        .await;
    let later = recorded(&served_at);
    // Longer than it takes to note it and to read it anew.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(clerk.watermark().await, Some(stood));
    assert!(stood < later);
    drop(alone);

    let served = Served::start(dir.path(), &[]);
    let clerk = Clerk::of(&served, dir.path());
    clerk.watermark_beyond(later).await;
    let told = clerk
        .get(&format!("/v1/audit/commits?caseNumber={number}"))
        .await;
    assert_eq!(told["commits"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_reconciliation_tells_it_where_no_feed_does_and_a_commit_says_whence_it_came() {
    let dir = tempfile::tempdir().unwrap();
    let served = Served::start(dir.path(), &["--no-projector", "--trusted-proxies", "1"]);
    let clerk = Clerk::of(&served, dir.path());
    let number = clerk.petition().await;
    assert_eq!(clerk.watermark().await, None);
    let repaired = run(dir.path(), &["reconcile", "audit", "--repair"]);
    assert!(repaired.status.success(), "{repaired:?}");
    // What is known of generations holds for five seconds.
    let epoch = Timestamp::from_millis(0);
    clerk.watermark_beyond(epoch).await;

    let history = clerk.get(&format!("/v1/cases/{number}/history")).await;
    assert_eq!(history["commits"][0]["source"], "203.0.113.7");
    let from = "/v1/audit/commits?sourceAddress=";
    let told = clerk.get(&format!("{from}203.0.113.7")).await;
    assert_eq!(told["commits"][0]["docketNumber"], number);
    let told = clerk.get(&format!("{from}198.51.100.1")).await;
    assert_eq!(told["commits"], json!([]));
}

#[tokio::test]
async fn the_tool_asks_in_pages_or_all_and_is_noted_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    let generated = run(path, &["generate", "--cases", "6", "--seed", "7"]);
    assert!(generated.status.success(), "{generated:?}");
    // No service has run: what the stream would have brought is found to be missing.
    let repaired = run(path, &["reconcile", "audit", "--repair"]);
    assert!(repaired.status.success(), "{repaired:?}");
    let why = ["--by", "ada", "--reason", "a review"];

    let refused = run(path, &["audit"]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--reason"));

    let mut all = lines(
        path,
        &[&["audit", "--all", "--limit", "7"], &why[..]].concat(),
    );
    let end = all.pop().unwrap();
    assert_eq!(end["found"], all.len());
    assert!(all.len() > 20, "{}", all.len());
    assert_eq!(end["completenessKnown"], true);
    let at = |commit: &Value| commit["recordedAt"].as_str().unwrap().to_owned();
    assert!(all.is_sorted_by_key(at));

    let mut page = lines(path, &[&["audit", "--limit", "5"], &why[..]].concat());
    let end = page.pop().unwrap();
    assert_eq!(page[..], all[..5]);
    let next = end["next"].as_str().unwrap();
    let mut rest = lines(
        path,
        &[&["audit", "--all", "--after", next], &why[..]].concat(),
    );
    rest.pop();
    assert_eq!(rest[..], all[5..]);

    let command = all[0]["command"].as_str().unwrap();
    let mut some = lines(
        path,
        &[&["audit", "--all", "--command", command], &why[..]].concat(),
    );
    some.pop();
    let meant: Vec<_> = all
        .iter()
        .filter(|it| it["command"] == command)
        .cloned()
        .collect();
    assert_eq!(some, meant);

    let told = lines(path, &[&["accesses", "--user", "ada"], &why[..]].concat());
    let kinds: Vec<_> = told
        .iter()
        .map(|it| it["kind"].as_str().unwrap_or("end"))
        .collect();
    let mut expected = vec!["auditQuery"; 4];
    expected.extend(["accesses", "end"]);
    assert_eq!(kinds, expected);
    assert_eq!(told[0]["reason"], "a review");
    let verified = lines(path, &["accesses", "--verify"]);
    assert_eq!(
        (&verified[0]["accesses"], &verified[0]["broken"]),
        (&json!(5), &json!([]))
    );
}
