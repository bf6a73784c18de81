//! A court of the real program, its record told from beside it, and whoever asks it something.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use casefold::backend::Backend;
use casefold::cli::Options;
use casefold::data_dir::DataDir;
use casefold_command_api::auth::TokenMinter;
use casefold_events::vocabulary::Role;
use casefold_events::{CaseEvent, Commit, DocketNumber, UserId};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{AppendOutcome, EventStore, Segment};
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

use crate::history::Chain;
use crate::served::{SERVE, Served, tool};

/// The description of the API, as it is committed: what is asked, and the bodies of commands.
pub(crate) fn openapi() -> Value {
    serde_json::from_str(include_str!("../../../command-api/openapi.json")).unwrap()
}

/// How long lists may take to follow on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running service, and its store.
pub(crate) struct Court {
    pub(crate) address: String,
    backend: Backend,
    minter: TokenMinter,
    http: reqwest::Client,
    log: PathBuf,
    _service: Served,
    _dir: TempDir,
}

impl Court {
    /// Starts a service on a data directory of its own; its log goes to a file.
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    /// The same with further arguments.
    pub(crate) async fn open_with(args: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("log");
        let mut command = tool(dir.path());
        command
            .args(SERVE)
            // They ask as fast as they can, and many at once.
            .args(["--max-rate", "0", "--max-requests", "1024"])
            .args(args)
            .env("CASEFOLD_LOG", "info,dynoxide=error")
            .stderr(File::create(&log).unwrap());
        let service = Served::by(&mut command);
        let address = service.stranger().parts().0.to_owned();
        let options = Options {
            data_dir: dir.path().to_owned(),
            endpoint_url: None,
            table_prefix: "casefold".to_owned(),
            json: false,
        };
        let secret = DataDir::open(dir.path()).unwrap().signing_secret().unwrap();
        Self {
            address,
            backend: Backend::open(&options).await.unwrap(),
            minter: TokenMinter::hs256(secret.as_bytes()).unwrap(),
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            log,
            _service: service,
            _dir: dir,
        }
    }

    /// A token, as `casefold token` makes one.
    pub(crate) fn token(&self, user: &str, role: Role, name: Option<&str>) -> String {
        let (user, hour) = (UserId::new(user).unwrap(), Duration::from_secs(3_600));
        let now = SystemClock.now();
        self.minter.mint(&user, role, name, now, hour).unwrap()
    }

    /// Appends the history of a case, one commit for each list of events.
    pub(crate) async fn tell(&self, number: DocketNumber, commits: Vec<Vec<CaseEvent>>) {
        let mut chain = Chain::of(number);
        for events in commits {
            let commit = chain.commit(events);
            let outcome = self.backend.store().commit_append(&commit).await.unwrap();
            assert_eq!(outcome, AppendOutcome::Written);
        }
    }

    /// Every commit of the event table.
    pub(crate) async fn commits(&self) -> Vec<Commit> {
        let (mut commits, mut from) = (Vec::new(), None);
        loop {
            let store = self.backend.store();
            let page = store
                .commits_scan(Segment { index: 0, of: 1 }, from)
                .await
                .unwrap();
            commits.extend(page.commits);
            from = page.next;
            if from.is_none() {
                return commits;
            }
        }
    }

    pub(crate) async fn ask(&self, ask: &Ask) -> Answer {
        let mut request = self
            .http
            .request(ask.method.clone(), format!("{}{}", self.address, ask.path));
        if let Some(token) = &ask.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        }
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        Answer {
            status,
            headers,
            body: response.bytes().await.unwrap().to_vec(),
        }
    }

    /// Waits until the court's own search finds something.
    pub(crate) async fn until_found(&self, word: &str, number: DocketNumber) {
        let clerk = self.token("clerk", Role::DocketClerk, None);
        let ask = Ask::get(format!("/v1/search?q={word}")).by(&clerk);
        let since = Instant::now();
        while !self.ask(&ask).await.text().contains(&number.to_string()) {
            assert!(since.elapsed() < PATIENCE, "lists did not follow: {word}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What the process has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    pub(crate) async fn close(self) {
        self.backend.close().await;
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    token: Option<String>,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Ask {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            token: None,
            headers: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: impl Into<String>, body: &Value) -> Self {
        let mut ask = Self::new(Method::POST, path).header("content-type", "application/json");
        ask.body = Some(body.to_string().into_bytes());
        ask
    }

    pub(crate) fn by(mut self, token: &str) -> Self {
        self.token = Some(token.to_owned());
        self
    }

    pub(crate) fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same, of which only the headers are wanted.
    pub(crate) fn head(self) -> Self {
        let method = Method::HEAD;
        Self { method, ..self }
    }

    /// The request as a message of a test tells it.
    pub(crate) fn told(&self) -> String {
        let body = self.body.as_deref().map(String::from_utf8_lossy);
        let body = body.unwrap_or_default();
        format!("{} {} {:?} {body}", self.method, self.path, self.headers)
    }

    pub(crate) fn bytes(mut self, body: &[u8]) -> Self {
        self.body = Some(body.to_vec());
        self
    }
}

/// What came back, to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}
