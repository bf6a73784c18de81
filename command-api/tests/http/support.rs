//! The API over a store that is out of order, and a way to ask it.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use casefold_command_api::auth::{TokenMinter, TokenVerifier};
use casefold_command_api::http::{ApiState, router};
use casefold_command_api::service::Service;
use casefold_events::vocabulary::Role;
use casefold_events::{CommandId, Commit, CommitRef, DocketNumber, Timestamp, UserId, Version};
use casefold_shared::case::Case;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    AppendOutcome, BeginOutcome, CaseRows, Claim, CommandRow, CommitPage, ControlStore,
    EntrySelection, EventStore, Generation, GenerationStore, Head, Lease, LeaseState, LeaseStore,
    ListPage, ListRange, ListStore, ListsOutcome, Operation, Order, ProjectionId, PutOutcome,
    Quarantined, Removed, Revised, RowOfCase, RowPage, RowStore, RowsPut, ScanPage, Segment,
    SnapshotStore, StoreError, StoredRow, Stores, Term,
};
use casefold_shared::generations::Generations;
use casefold_shared::lists::{List, ListRow};
use serde_json::Value;
use tower::ServiceExt;
use uuid::Uuid;

const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";

/// A store in which something is wrong, whatever it is asked.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    Unavailable,
    Throttled,
    Refused,
    Hangs,
    Panics,
}

impl Fault {
    async fn strike<T>(self) -> Result<T, StoreError> {
        match self {
            Self::Unavailable => Err(StoreError::Unavailable("connection refused".into())),
            Self::Throttled => Err(StoreError::Throttled("slow down".into())),
            Self::Refused => Err(StoreError::Refused(
                "no such table".to_owned(),
                "ResourceNotFound".into(),
            )),
            Self::Hangs => std::future::pending().await,
            Self::Panics => panic!("a secret of Vera Lindholm"),
        }
    }
}

#[async_trait]
impl EventStore for Fault {
    async fn commit_append(&self, _: &Commit) -> Result<AppendOutcome, StoreError> {
        self.strike().await
    }
    async fn commits_append(&self, _: &[Commit]) -> Result<AppendOutcome, StoreError> {
        self.strike().await
    }
    async fn case_begin(&self, _: &Commit) -> Result<BeginOutcome, StoreError> {
        self.strike().await
    }
    async fn claim_get(&self, _: &CommandId) -> Result<Option<Claim>, StoreError> {
        self.strike().await
    }
    async fn commit_get(&self, _: CommitRef) -> Result<Option<Commit>, StoreError> {
        self.strike().await
    }
    async fn commits_after(&self, _: DocketNumber, _: Version) -> Result<Vec<Commit>, StoreError> {
        self.strike().await
    }
    async fn commits_page(
        &self,
        _: DocketNumber,
        _: Option<Version>,
        _: usize,
        _: Order,
    ) -> Result<CommitPage, StoreError> {
        self.strike().await
    }
    async fn commits_scan(&self, _: Segment, _: Option<CommitRef>) -> Result<ScanPage, StoreError> {
        self.strike().await
    }
    async fn any_case(&self) -> Result<Option<DocketNumber>, StoreError> {
        self.strike().await
    }
    async fn docket_number_highest(&self, _: u8) -> Result<Option<DocketNumber>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl SnapshotStore for Fault {
    async fn case_get(
        &self,
        _: Generation,
        _: DocketNumber,
        _: EntrySelection<'_>,
    ) -> Result<Option<Case>, StoreError> {
        self.strike().await
    }
    async fn case_load(
        &self,
        _: Generation,
        _: &mut Case,
        _: EntrySelection<'_>,
    ) -> Result<bool, StoreError> {
        self.strike().await
    }
    async fn case_put(
        &self,
        _: Generation,
        _: &Case,
        _: Version,
    ) -> Result<PutOutcome, StoreError> {
        self.strike().await
    }
    async fn case_remove(&self, _: Generation, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn case_heads(
        &self,
        _: Generation,
        _: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.strike().await
    }
    fn case_put_fits(&self, _: &Case, _: Version) -> bool {
        false
    }
    async fn commands_put(&self, _: &[CommandRow]) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn command_get(
        &self,
        _: DocketNumber,
        _: &CommandId,
    ) -> Result<Option<CommandRow>, StoreError> {
        self.strike().await
    }
    async fn quarantine_put(&self, _: Generation, _: &Quarantined) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn quarantine_remove(&self, _: Generation, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn quarantine_list(&self, _: Generation) -> Result<Vec<Quarantined>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl ListStore for Fault {
    async fn lists_put(
        &self,
        _: Generation,
        _: DocketNumber,
        _: Version,
        _: &[ListRow],
    ) -> Result<ListsOutcome, StoreError> {
        self.strike().await
    }
    async fn lists_settle(
        &self,
        _: Generation,
        _: DocketNumber,
        _: &[ListRow],
    ) -> Result<(), StoreError> {
        self.strike().await
    }
    fn lists_forget(&self) {}
    async fn lists_version(
        &self,
        _: Generation,
        _: DocketNumber,
    ) -> Result<Option<Version>, StoreError> {
        self.strike().await
    }
    async fn lists_heads(
        &self,
        _: Generation,
        _: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.strike().await
    }
    async fn lists_of(&self, _: Generation, _: DocketNumber) -> Result<Vec<StoredRow>, StoreError> {
        self.strike().await
    }
    async fn lists_remove(&self, _: Generation, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    fn list_place(&self, _: &ListRow) -> String {
        String::new()
    }
    async fn list_page(
        &self,
        _: Generation,
        _: List,
        _: &str,
        _: ListRange<'_>,
    ) -> Result<ListPage, StoreError> {
        self.strike().await
    }
    async fn lists_park(&self, _: Generation, _: &Quarantined) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn lists_release(&self, _: Generation, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn lists_parked_get(
        &self,
        _: Generation,
        _: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.strike().await
    }
    async fn lists_parked(&self, _: Generation) -> Result<Vec<Quarantined>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl RowStore for Fault {
    async fn rows_get(&self, _: ProjectionId, _: DocketNumber) -> Result<CaseRows, StoreError> {
        self.strike().await
    }
    async fn rows_put(
        &self,
        _: ProjectionId,
        _: DocketNumber,
        _: &CaseRows,
        _: RowsPut<'_>,
    ) -> Result<PutOutcome, StoreError> {
        self.strike().await
    }
    async fn rows_heads(
        &self,
        _: ProjectionId,
        _: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.strike().await
    }
    async fn rows_of(
        &self,
        _: ProjectionId,
        _: DocketNumber,
    ) -> Result<Vec<RowOfCase>, StoreError> {
        self.strike().await
    }
    async fn rows_remove(&self, _: ProjectionId, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn row_page(
        &self,
        _: ProjectionId,
        _: &str,
        _: ListRange<'_>,
    ) -> Result<RowPage, StoreError> {
        self.strike().await
    }
    async fn rows_park(&self, _: ProjectionId, _: &Quarantined) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn rows_release(&self, _: ProjectionId, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn rows_parked_get(
        &self,
        _: ProjectionId,
        _: DocketNumber,
    ) -> Result<Option<Quarantined>, StoreError> {
        self.strike().await
    }
    async fn rows_parked(&self, _: ProjectionId) -> Result<Vec<Quarantined>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl GenerationStore for Fault {
    async fn generations_get(&self, _: &str) -> Result<Option<Revised>, StoreError> {
        self.strike().await
    }
    async fn generations_put(
        &self,
        _: &str,
        _: &Generations,
        _: Option<u64>,
        _: &Operation,
    ) -> Result<bool, StoreError> {
        self.strike().await
    }
    async fn operations(&self, _: usize) -> Result<Vec<Operation>, StoreError> {
        self.strike().await
    }
    async fn contents_mark(&self, _: ProjectionId, _: Uuid) -> Result<Uuid, StoreError> {
        self.strike().await
    }
    async fn contents_marked(&self, _: ProjectionId) -> Result<Option<Uuid>, StoreError> {
        self.strike().await
    }
    async fn contents_remove(
        &self,
        _: ProjectionId,
        _: Option<String>,
    ) -> Result<Removed, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl LeaseStore for Fault {
    async fn lease_take(&self, _: &str, _: &str, _: Term<'_>) -> Result<Option<Lease>, StoreError> {
        self.strike().await
    }
    async fn lease_keep(&self, _: &Lease, _: Timestamp, _: &str) -> Result<bool, StoreError> {
        self.strike().await
    }
    async fn lease_release(&self, _: &Lease, _: &str) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn leases(&self, _: &str) -> Result<Vec<LeaseState>, StoreError> {
        self.strike().await
    }
}

#[async_trait]
impl ControlStore for Fault {
    async fn docket_number_next(&self, _: u8) -> Result<DocketNumber, StoreError> {
        self.strike().await
    }
    async fn docket_number_reserve(&self, _: DocketNumber) -> Result<(), StoreError> {
        self.strike().await
    }
    async fn checkpoint_get(&self, _: &str) -> Result<Option<String>, StoreError> {
        self.strike().await
    }
    async fn checkpoint_put(&self, _: &str, _: &str) -> Result<(), StoreError> {
        self.strike().await
    }
}

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
        LazyLock::force(&LOG);
        let store = Arc::new(self.fault);
        let clock = Arc::new(Still(AtomicU64::new(1)));
        let service = Service::new(Stores::of(store), clock);
        let router = router(ApiState::new(
            service,
            TokenVerifier::hs256(SECRET).unwrap(),
        ));
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
