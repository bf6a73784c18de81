//! The real program as a child process, and a client of its API.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// How long a snapshot may take to follow on a busy machine before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a service is asked for that says where it is up.
pub(crate) const SERVE: [&str; 4] = ["--json", "serve", "--listen", "127.0.0.1:0"];

/// A running `casefold serve`. It is killed when dropped, as a crash would.
pub(crate) struct Served {
    child: Child,
    address: String,
}

/// A client that opens a new connection after a while: a test that waits for the tool doesn't see
/// that the service has closed one.
fn http() -> reqwest::Client {
    let client = reqwest::Client::builder().pool_idle_timeout(Duration::from_secs(10));
    client.build().unwrap()
}

/// The tool, on a data directory.
pub(crate) fn tool(data_dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_casefold"));
    command
        .arg("--data-dir")
        .arg(data_dir)
        .env("CASEFOLD_LOG", "warn,dynoxide=error");
    command
}

/// Runs a sub-command to its end.
pub(crate) fn run(data_dir: &Path, args: &[&str]) -> Output {
    tool(data_dir).args(args).output().unwrap()
}

impl Served {
    /// Starts a service on a data directory and waits until it is up.
    pub(crate) fn start(data_dir: &Path, args: &[&str]) -> Self {
        Self::by(tool(data_dir).args(SERVE).args(args))
    }

    /// Starts a service by a command that comes to it, and waits until it is up.
    pub(crate) fn by(command: &mut Command) -> Self {
        Self::begun(command).0
    }

    /// The same, and what it prints until it ends, a line each.
    #[allow(dead_code, reason = "one target of tests listens")]
    pub(crate) fn listened_to(command: &mut Command) -> (Self, JoinHandle<Vec<Value>>) {
        let (served, printed) = Self::begun(command);
        let lines = printed.lines().map_while(Result::ok);
        let read = move || {
            lines
                .map(|line| serde_json::from_str(&line).unwrap())
                .collect()
        };
        (served, std::thread::spawn(read))
    }

    fn begun(command: &mut Command) -> (Self, BufReader<ChildStdout>) {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        printed.read_line(&mut line).unwrap();
        let up: Value = serde_json::from_str(&line).expect("the service says that it is up");
        let address = up["address"].as_str().unwrap().to_owned();
        (Self { child, address }, printed)
    }

    /// Kills the process as a crash would: with SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The process.
    #[allow(dead_code, reason = "one target of tests looks into its mounts")]
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Asks the process to stop, and gives its exit status.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        self.child.wait().unwrap()
    }

    /// The most memory that the process had, in KiB, where the system tells.
    #[allow(dead_code, reason = "the benchmark asks for it")]
    pub(crate) fn peak_memory_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    /// A client of this role, whose user id is the role's name.
    pub(crate) fn client(&self, data_dir: &Path, role: &str) -> Client {
        self.client_as(data_dir, role, role)
    }

    /// A client of this role and user id.
    pub(crate) fn client_as(&self, data_dir: &Path, role: &str, user: &str) -> Client {
        let minted = run(data_dir, &["token", "--role", role, "--user", user]);
        assert!(minted.status.success(), "{minted:?}");
        let token = String::from_utf8(minted.stdout).unwrap().trim().to_owned();
        Client {
            address: self.address.clone(),
            token: Some(token),
            http: http(),
        }
    }

    /// A client without a token.
    pub(crate) fn stranger(&self) -> Client {
        Client {
            address: self.address.clone(),
            token: None,
            http: http(),
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody who calls the API.
#[derive(Clone)]
pub(crate) struct Client {
    address: String,
    token: Option<String>,
    http: reqwest::Client,
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answered {
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{:#}", self.body);
        self
    }

    /// Checks that it is a problem document with this status and code.
    pub(crate) fn expect_problem(self, status: u16, code: &str) -> Self {
        let answered = self.expect(status);
        assert_eq!(
            answered.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(answered.body["code"], code, "{:#}", answered.body);
        answered
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn docket_number(&self) -> String {
        self.body["docketNumber"].as_str().unwrap().to_owned()
    }

    pub(crate) fn version(&self) -> u64 {
        self.body["version"].as_u64().unwrap()
    }

    pub(crate) fn event_types(&self) -> Vec<&str> {
        let events = self.body["events"].as_array().unwrap();
        events
            .iter()
            .map(|event| event["type"].as_str().unwrap())
            .collect()
    }
}

impl Client {
    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> reqwest::Result<Answered> {
        let mut request = self.http.request(method, format!("{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Answered {
            status,
            headers,
            body,
        })
    }

    pub(crate) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answered {
        self.try_send(Method::POST, path, headers, Some(body.to_string()))
            .await
            .unwrap()
    }

    pub(crate) async fn post_text(&self, path: &str, body: &str) -> Answered {
        self.try_send(Method::POST, path, &[], Some(body.to_owned()))
            .await
            .unwrap()
    }

    /// Sends bytes as they are.
    pub(crate) async fn upload(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        content: Vec<u8>,
    ) -> Answered {
        let mut request = self.http.post(format!("{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.body(content).send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answered {
            status,
            headers,
            body: response.json().await.unwrap(),
        }
    }

    /// Where the API is, and the token.
    pub(crate) fn parts(&self) -> (&str, &str) {
        (&self.address, self.token.as_deref().unwrap_or_default())
    }

    pub(crate) async fn get(&self, path: &str) -> Answered {
        self.get_with(path, &[]).await
    }

    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answered {
        self.try_send(Method::GET, path, headers, None)
            .await
            .unwrap()
    }

    pub(crate) async fn file(&self, petition: &Value) -> Answered {
        self.post("/v1/cases", &[], petition).await.expect(201)
    }

    pub(crate) async fn command(&self, docket_number: &str, command: Value) -> Answered {
        self.post(
            &format!("/v1/cases/{docket_number}/commands"),
            &[],
            &command,
        )
        .await
    }

    /// Whether lists have the case, which are made from its snapshot. Who may not ask that reads
    /// cases as their commits stand.
    async fn is_listed(&self, docket_number: &str) -> bool {
        let found = self.get(&format!("/v1/search?q={docket_number}")).await;
        let number = format!("\"{docket_number}\"");
        !found.status.is_success() || found.body.to_string().contains(&number)
    }

    /// The snapshot itself, once the projector has brought it to a version.
    pub(crate) async fn snapshot_at(&self, docket_number: &str, version: u64) -> Answered {
        let since = Instant::now();
        loop {
            let case = self
                .get(&format!("/v1/cases/{docket_number}"))
                .await
                .expect(200);
            // A case of which there is no snapshot yet is folded for its reader, and the first
            // snapshot may be of an earlier version: so it counts once there is one.
            let is_there = case.body["version"].as_u64() >= Some(version);
            if is_there && self.is_listed(docket_number).await {
                return self
                    .get(&format!("/v1/cases/{docket_number}"))
                    .await
                    .expect(200);
            }
            assert!(
                since.elapsed() < PATIENCE,
                "the snapshot of {docket_number} did not follow"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// An electronic petition that is complete.
pub(crate) fn petition() -> Value {
    casefold_command_api::command::FilePetition::example()
}

/// A petition on paper that is complete.
pub(crate) fn paper_petition() -> Value {
    casefold_command_api::command::FilePaperPetition::example()
}

/// Files a paper petition, checks and serves it; its docket number.
pub(crate) async fn served_case(clerk: &Client) -> String {
    let docket_number = clerk.file(&paper_petition()).await.docket_number();
    clerk
        .command(&docket_number, json!({"type": "QcPetition"}))
        .await
        .expect(200);
    clerk
        .command(&docket_number, json!({"type": "ServePetition"}))
        .await
        .expect(200);
    docket_number
}
