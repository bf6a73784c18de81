//! The API over a store that is out of order, and a way to ask it.

mod fault;

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use casefold_command_api::auth::{TokenMinter, TokenVerifier};
use casefold_command_api::http::{ApiState, router};
use casefold_command_api::service::Service;
use casefold_events::vocabulary::Role;
use casefold_events::{Timestamp, UserId};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::Stores;
use casefold_shared::metrics::Metrics;
use casefold_shared::telemetry::panics;
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

use super::emf::checked;
pub(crate) use fault::Fault;

const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";

/// A clock that stands still.
struct Still(AtomicU64);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        now()
    }

    fn new_id(&self) -> Uuid {
        Uuid::from_u128(self.0.fetch_add(1, Ordering::Relaxed).into())
    }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// A token for a role, valid for a minute from `issued` on.
pub(crate) fn token_from(role: Role, issued: Timestamp) -> String {
    let user = UserId::new("u-1").unwrap();
    let minter = TokenMinter::hs256(SECRET).unwrap();
    minter
        .mint(
            &user,
            role,
            Some("Ines Brandt"),
            issued,
            Duration::from_secs(60),
        )
        .unwrap()
}

/// Where the log of all tests goes. It begins with the first request of the process: a place
/// in the code that is reached without a log would be remembered as one that has none.
static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt()
        .json()
        .with_writer(move || writer.clone());
    tracing::subscriber::set_global_default(lines.finish()).unwrap();
    // As a process does, and for whoever runs the tests as well.
    let earlier = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        panics::log(panic);
        earlier(panic);
    }));
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

/// What was logged of the requests with a correlation id.
pub(crate) fn logged(correlation_id: &str) -> Vec<Value> {
    let log = String::from_utf8(LOG.0.lock().unwrap().clone()).unwrap();
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["span"]["correlation_id"] == correlation_id)
        .collect()
}

/// A request, put together.
pub(crate) struct Ask {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    fault: Fault,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The lines of figures that the request told.
    pub(crate) figures: Vec<Value>,
}

/// A request as nobody.
pub(crate) fn ask(method: &'static str, path: impl Into<String>) -> Ask {
    Ask {
        method,
        path: path.into(),
        headers: Vec::new(),
        body: Vec::new(),
        fault: Fault::Unavailable,
    }
}

/// A read as a docket clerk.
pub(crate) fn get(path: impl Into<String>) -> Ask {
    ask("GET", path).role(Role::DocketClerk)
}

/// A command as a docket clerk.
pub(crate) fn post(path: impl Into<String>, body: impl Into<Vec<u8>>) -> Ask {
    let ask = ask("POST", path).role(Role::DocketClerk);
    Ask {
        body: body.into(),
        ..ask
    }
    .header("content-type", "application/json")
}

/// The API over a store in which something is wrong, which tells its figures here.
pub(crate) fn state(fault: Fault, lines: Arc<Mutex<Vec<String>>>) -> ApiState {
    LazyLock::force(&LOG);
    let store = Arc::new(fault);
    let clock = Arc::new(Still(AtomicU64::new(1)));
    let metrics = Metrics::emf("court-7", clock.clone(), lines);
    let service = Service::new(Stores::of(store), clock).with_metrics(metrics);
    ApiState::new(service, TokenVerifier::hs256(SECRET).unwrap())
}

impl Ask {
    pub(crate) fn role(self, role: Role) -> Self {
        let token = token_from(role, now());
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Sets a header, in place of one of the same name.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    pub(crate) async fn send(self) -> Reply {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let router = router(state(self.fault, lines.clone()));
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let response = router
            .oneshot(request.body(Body::from(self.body)).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap()
            .to_vec();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
            figures: lines.lock().unwrap().iter().map(|l| checked(l)).collect(),
        }
    }

    /// Sends it and expects a problem of this status and code.
    pub(crate) async fn problem(self, status: u16, code: &str) -> Value {
        let asked = format!("{} {}", self.method, self.path);
        let reply = self.send().await;
        assert_eq!(
            reply.header("content-type"),
            "application/problem+json",
            "{asked}: {reply:?}"
        );
        let problem = reply.json();
        assert_eq!(
            (reply.status.as_u16(), &problem["code"]),
            (status, &code.into()),
            "{asked}"
        );
        assert_eq!(problem["status"], status, "{asked}");
        assert_eq!(
            problem["type"],
            format!("urn:casefold:problem:{code}"),
            "{asked}"
        );
        let instance = problem["instance"].as_str().unwrap();
        assert!(
            instance.starts_with("urn:casefold:request:"),
            "{asked}: {instance}"
        );
        for text in ["title", "detail"] {
            assert!(
                problem[text].as_str().is_some_and(|text| text.len() > 3),
                "{asked}: {problem}"
            );
        }
        problem
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}
