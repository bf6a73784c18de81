//! A court on the embedded engine, and its functions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lambda_events::dynamodb::EventRecord;
use casefold_events::vocabulary::Role;
use casefold_events::{Commit, DocketNumber};
use casefold_projector::projections::opener;
use casefold_projector::work::Worker;
use casefold_projector::{History, Projections};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{AppendOutcome, EventStore, ProjectionId, Stores};
use casefold_shared::signing::{LocalSigner, Signer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::runtime_api::{Function, Setting};
use crate::support;
use crate::support::history::{Chain, docket, filed, long_entry, petition};

/// The two packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Package {
    CommandApi,
    Projector,
}

/// Names the variable that holds the folder of packages that were made.
const MADE: &str = "CASEFOLD_LAMBDA_DIR";

impl Package {
    /// Whether the programs are those of packages that were made, and not of this build.
    pub(crate) fn are_made() -> bool {
        std::env::var_os(MADE).is_some()
    }

    /// Its program: that of a package that was made, or else that of this build.
    pub(crate) fn bootstrap(self) -> PathBuf {
        let (name, of_this_build) = match self {
            Self::CommandApi => ("command-api", env!("CARGO_BIN_EXE_command-api-bootstrap")),
            Self::Projector => ("projector", env!("CARGO_BIN_EXE_projector-bootstrap")),
        };
        match std::env::var_os(MADE) {
            Some(dir) => Path::new(&dir).join(name).join("bootstrap"),
            None => of_this_build.into(),
        }
    }
}

/// Tables of one test, and keys.
pub(crate) struct Court {
    pub(crate) tables: support::Court,
    pub(crate) store: Arc<DynamoStore>,
    keys: TempDir,
}

impl Court {
    /// New tables whose projections are established, as each process does when it starts.
    pub(crate) async fn open() -> Self {
        let court = Self::open_new().await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let projections = Projections::of_this_build(&court.stores(), &clock);
        projections.establish().await.unwrap();
        court
    }

    /// New tables, to which no process of the service has come yet.
    pub(crate) async fn open_new() -> Self {
        let tables = support::Court::open().await;
        let keys = tempfile::tempdir().unwrap();
        secret_file(&keys.path().join("master.key"), [7; 32]);
        secret_file(&keys.path().join("checkpoint.key"), [5; 32]);
        Self {
            store: Arc::new(tables.store.clone()),
            keys,
            tables,
        }
    }

    pub(crate) fn stores(&self) -> Stores {
        Stores::of(Arc::new(self.store.counted_apart()))
    }

    /// The path of a file with a key of the court: `master.key` or `checkpoint.key`.
    pub(crate) fn key(&self, name: &str) -> String {
        self.keys.path().join(name).display().to_string()
    }

    /// A function of the court, with more variables.
    pub(crate) async fn function(
        &self,
        package: Package,
        handler: &str,
        more: &[(&str, &str)],
    ) -> Function {
        let master_key = self.key("master.key");
        let mut variables = vec![
            ("CASEFOLD_ENDPOINT_URL", self.tables.endpoint_url.as_str()),
            ("CASEFOLD_TABLE_PREFIX", self.tables.prefix.as_str()),
            ("CASEFOLD_MASTER_KEY_FILE", master_key.as_str()),
        ];
        variables.extend(more);
        let bootstrap = package.bootstrap();
        Function::start(Setting {
            bootstrap: &bootstrap,
            handler,
            variables: &variables,
            memory_mb: 512,
        })
        .await
    }

    /// The API, for callers whose tokens the gateway has checked.
    pub(crate) async fn api(&self) -> Function {
        self.function(Package::CommandApi, "http", &[]).await
    }

    pub(crate) async fn projector(&self) -> Function {
        self.function(Package::Projector, "stream", &[]).await
    }

    pub(crate) async fn worker(&self) -> Function {
        self.function(Package::Projector, "work", &[]).await
    }

    /// Tables with so many cases, each of some commits of 200 KB: a page of a scan has five.
    pub(crate) async fn with_large_cases(cases: u32) -> (Self, Vec<DocketNumber>) {
        let court = Self::open().await;
        let mut numbers = Vec::new();
        for nth in 0..cases {
            let number = docket(101 + nth);
            let mut of_case = Chain::of(number);
            court.append(&[of_case.commit([petition()])]).await;
            for first in (0..40).step_by(10) {
                let entries = (first..first + 10).map(|n| filed(long_entry(n, 20_000)));
                court.append(&[of_case.commit(entries)]).await;
            }
            numbers.push(number);
        }
        (court, numbers)
    }

    /// A worker in this process, which may sign.
    pub(crate) fn worker_here(&self) -> Worker {
        Worker {
            stores: self.store.opener(),
            as_stored: self.store.opener_as_stored(),
            checkpoints: self.store.clone(),
            signer: Some(Arc::new(|| {
                Box::pin(async {
                    let signer: Arc<dyn Signer> = Arc::new(LocalSigner::new(&[5; 32])?);
                    Ok(signer)
                })
            })),
            trusted: Vec::new(),
            clock: Arc::new(SystemClock),
            by: "worker".to_owned(),
        }
    }

    pub(crate) async fn append(&self, commits: &[Commit]) {
        for step in commits.chunks(50) {
            let appended = self.store.commits_append(step).await.unwrap();
            assert_eq!(appended, AppendOutcome::Written);
        }
    }

    /// That what is stored of cases in a generation is the pure fold of the event table.
    pub(crate) async fn assert_is_fold(&self, id: ProjectionId, numbers: &[DocketNumber]) {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let stores = self.stores();
        let folder = opener(id, None, &clock)(&stores).unwrap();
        for number in numbers {
            let history = History::read(&*stores.events, *number).await.unwrap();
            let stored = folder.stored(*number).await.unwrap();
            assert!(stored.is_some(), "{id} {number}");
            assert_eq!(stored, folder.expected(&history).unwrap(), "{id} {number}");
        }
    }

    /// All records of the event table's stream, in its order.
    pub(crate) async fn records(&self) -> Vec<EventRecord> {
        self.tables.stream_records().await
    }

    /// Hands all that is in the stream to a projector, as its event source mapping does.
    pub(crate) async fn project(&self, projector: &Function) {
        for batch in self.records().await.chunks(100) {
            let answered = projector.invoke(json!({ "Records": batch })).await;
            assert_eq!(answered, Ok(json!({"batchItemFailures": []})));
        }
    }
}

fn secret_file(path: &Path, secret: [u8; 32]) {
    std::fs::write(path, secret).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mine = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(path, mine).unwrap();
    }
}

/// A request as API Gateway hands it to a function: payload format 2.0, the stage `$default`.
pub(crate) struct Asked(Value);

impl Asked {
    pub(crate) fn get(path: &str) -> Self {
        Self::to("GET", path)
    }

    pub(crate) fn post(path: &str, body: &Value) -> Self {
        let mut asked = Self::to("POST", path).header("content-type", "application/json");
        asked.0["body"] = body.to_string().into();
        asked
    }

    fn to(method: &str, path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Self(json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {
                "host": "api.example",
                "x-forwarded-for": "203.0.113.7",
                "x-forwarded-proto": "https",
            },
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api-id",
                "domainName": "api.example",
                "domainPrefix": "api",
                "http": {
                    "method": method,
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7",
                    "userAgent": "test",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": "$default",
                "stage": "$default",
                "time": "28/Nov/2026:12:00:00 +0000",
                "timeEpoch": 1_795_867_200_000_i64,
            },
            "isBase64Encoded": false,
        }))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = value.into();
        self
    }

    /// By somebody with a role, called by its name.
    pub(crate) fn by(self, role: Role) -> Self {
        let in_an_hour = SystemClock.now().as_millis() / 1_000 + 3_600;
        self.claims(&json!({
            "sub": role.as_str(),
            "role": role.as_str(),
            "aud": "casefold",
            "exp": in_an_hour.to_string(),
        }))
    }

    /// With claims that the gateway's JWT authorizer has checked.
    pub(crate) fn claims(mut self, claims: &Value) -> Self {
        let authorizer = json!({"jwt": {"claims": claims, "scopes": null}});
        self.0["requestContext"]["authorizer"] = authorizer;
        self
    }

    /// On a stage with a name, which API Gateway leaves in the path.
    pub(crate) fn on_stage(mut self, stage: &str) -> Self {
        let path = format!("/{stage}{}", self.0["rawPath"].as_str().unwrap());
        self.0["requestContext"]["stage"] = stage.into();
        self.0["requestContext"]["http"]["path"] = path.clone().into();
        self.0["rawPath"] = path.into();
        self
    }

    /// The event as the function gets it.
    pub(crate) fn into_event(self) -> Value {
        self.0
    }

    /// Sends it.
    pub(crate) async fn of(self, api: &Function) -> Reply {
        let answered = api.invoke(self.0).await;
        Reply(answered.unwrap_or_else(|failed| panic!("{failed:?}\n{}", api.log())))
    }
}

/// What the gateway sends back to its caller.
#[derive(Debug)]
pub(crate) struct Reply(pub(crate) Value);

impl Reply {
    pub(crate) fn status(&self) -> u64 {
        self.0["statusCode"].as_u64().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.0["headers"][name].as_str().unwrap_or_default()
    }

    pub(crate) fn body(&self) -> Value {
        assert_eq!(self.0["isBase64Encoded"], false);
        serde_json::from_str(self.0["body"].as_str().unwrap()).unwrap()
    }

    pub(crate) fn expect(self, status: u64) -> Value {
        assert_eq!(self.status(), status, "{:#}", self.0);
        self.body()
    }

    /// Checks that it is a problem document with this status and code.
    pub(crate) fn expect_problem(self, status: u64, code: &str) -> Value {
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{problem:#}");
        problem
    }
}
