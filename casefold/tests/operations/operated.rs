//! A court with a service and a projector, whose figures are kept.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use aws_lambda_events::dynamodb::EventRecord;
use casefold_command_api::auth::{TokenMinter, TokenVerifier};
use casefold_command_api::command::{EXAMPLE_PETITIONER, FilePetition};
use casefold_command_api::http::{ApiState, router};
use casefold_command_api::service::Service;
use casefold_events::vocabulary::Role;
use casefold_events::{Timestamp, UserId};
use casefold_projector::Projector;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::Stores;
use casefold_shared::metrics::Metrics;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;
use uuid::Uuid;

use crate::emf::checked;
use crate::support::{Court, keyring};

const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";

/// Who files, where from, and with which program: none of it may be told anywhere.
pub(crate) const USER: &str = EXAMPLE_PETITIONER;
pub(crate) const CLERK: &str = "clerk-of-the-test-4711";
pub(crate) const ADDRESS: &str = "203.0.113.77";
pub(crate) const PROGRAM: &str = "NoraQuistsBrowser/7";

/// The time of a court in which it stands still, but for what a clock is ahead by.
const AT: i64 = 1_790_000_000_000;

/// A clock that stands still, so that nothing that a process remembers grows old: reading it anew
/// now and then is nobody's cost.
struct Still {
    ahead_millis: i64,
}

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(AT + self.ahead_millis)
    }

    fn new_id(&self) -> Uuid {
        SystemClock.new_id()
    }
}

/// A court in operation.
pub(crate) struct Operated {
    pub(crate) store: Arc<DynamoStore>,
    pub(crate) projector: Projector,
    court: Court,
    address: String,
    http: reqwest::Client,
    told: Arc<Mutex<Vec<String>>>,
}

impl Operated {
    /// A court whose projector's clock is ahead of the commits by so much.
    pub(crate) async fn begin(lag_millis: i64) -> Self {
        LazyLock::force(&LOG);
        let court = Court::open().await;
        let clock = Arc::new(Still { ahead_millis: 0 });
        let keyring = keyring(Still { ahead_millis: 0 });
        let store = Arc::new(court.store.clone().with_keyring(keyring));
        let told = Arc::new(Mutex::new(Vec::new()));
        let metrics = Metrics::emf(&court.prefix, clock.clone(), told.clone());
        let service = Service::new(Stores::of(store.clone()), clock).with_metrics(metrics.clone());
        let state = ApiState::new(service, TokenVerifier::hs256(SECRET).unwrap()).behind_proxies(1);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = router(state).into_make_service_with_connect_info::<std::net::SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        let late = Arc::new(Still {
            ahead_millis: lag_millis,
        });
        Self {
            projector: Projector::of_this_build(&Stores::of(store.clone()), late)
                .with_metrics(metrics),
            store,
            court,
            address,
            http: reqwest::Client::builder()
                .user_agent(PROGRAM)
                .build()
                .unwrap(),
            told,
        }
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.of(
            self.http.get(format!("{}{path}", self.address)),
            Role::ClerkOfCourt,
            CLERK,
        )
    }

    /// A command of a clerk, or a petition of the petitioner.
    pub(crate) fn post(&self, path: &str, body: &Value) -> RequestBuilder {
        let (role, user) = match body["type"] == FilePetition::example()["type"] {
            true => (Role::Petitioner, USER),
            false => (Role::ClerkOfCourt, CLERK),
        };
        let request = self.http.post(format!("{}{path}", self.address));
        self.of(request.json(body), role, user)
    }

    fn of(&self, request: RequestBuilder, role: Role, user: &str) -> RequestBuilder {
        let minter = TokenMinter::hs256(SECRET).unwrap();
        let (user, now) = (UserId::new(user).unwrap(), Timestamp::from_millis(AT));
        let holds = Duration::from_secs(600);
        let token = minter.mint(&user, role, Some("Nora Quist"), now, holds);
        request
            .bearer_auth(token.unwrap())
            .header("x-forwarded-for", ADDRESS)
    }

    /// Files the example's petition, and gives the path of its case.
    pub(crate) async fn petition(&self, correlation_id: &str) -> String {
        let request = self.post("/v1/cases", &FilePetition::example());
        let filed = sent(request, correlation_id, 201).await;
        format!("/v1/cases/{}", filed["docketNumber"].as_str().unwrap())
    }

    /// Every record of the stream, from its beginning.
    pub(crate) async fn records(&self) -> Vec<EventRecord> {
        self.court.stream_records().await
    }

    /// The lines of figures that were told since this was asked last.
    pub(crate) fn told(&self) -> Vec<Value> {
        let told = std::mem::take(&mut *self.told.lock().unwrap());
        let lines: Vec<_> = told.iter().map(|line| checked(line)).collect();
        for line in &lines {
            assert_eq!(line["Deployment"], self.court.prefix, "{line}");
        }
        lines
    }
}

/// Sends a request with a correlation id, and gives the answer, which has this status.
pub(crate) async fn sent(request: RequestBuilder, correlation_id: &str, status: u16) -> Value {
    let request = request.header("x-correlation-id", correlation_id);
    let answer: Response = request.send().await.unwrap();
    let (found, text) = (answer.status().as_u16(), answer.text().await.unwrap());
    assert_eq!(found, status, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// The sum of a metric over lines.
pub(crate) fn sum(lines: &[Value], metric: &str) -> f64 {
    lines.iter().filter_map(|line| line[metric].as_f64()).sum()
}

/// The log of all tests, as a production has it.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(lines.finish()).unwrap();
    log
});

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// All that was logged so far.
pub(crate) fn logged() -> String {
    String::from_utf8(LOG.0.lock().unwrap().clone()).unwrap()
}

/// The lines of the log in which a correlation id stands, wherever that is.
pub(crate) fn logged_of(correlation_id: &str) -> Vec<Value> {
    let log = logged();
    let lines = log.lines().filter(|line| line.contains(correlation_id));
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
