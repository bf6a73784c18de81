//! What is sealed is noted before it is shown, and not shown where it can't be noted.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_command_api::auth::{TokenMinter, TokenVerifier};
use casefold_command_api::http::{ApiState, router};
use casefold_command_api::service::{Documents, Service};
use casefold_events::case::docket::DocketEntrySealed;
use casefold_events::case::intake::PetitionServed;
use casefold_events::case::standing::CaseSealed;
use casefold_events::entry::{DocumentRef, FiledEntry};
use casefold_events::vocabulary::{Role, SealedTo};
use casefold_events::{CaseEvent, Digest, UserId};
use casefold_projector::{Hints, Projections, Projector};
use casefold_shared::accesses::NotedAccess;
use casefold_shared::accesses::chain::{Chain, Link};
use casefold_shared::accesses::read::{AccessFilter, page};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::documents::ObjectDocuments;
use casefold_shared::gateway::{
    AccessLog, BeginOutcome, EventStore, LinkOutcome, LinkPage, Order, SortOrder, StoreError,
    Stores, document_key,
};
use reqwest::RequestBuilder;
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::Semaphore;

use crate::support::Court;
use crate::support::history::{
    Chain as Commits, at, docket, entry, entry_id, filed, petition, served,
};

const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";
const CONTENT: &[u8] = b"%PDF-1.7 a document";

const OPEN: u32 = 101;
const SEALED: u32 = 102;
const SEALED_ENTRY: u32 = 103;

/// An API on a court of three cases, whose index has all of them.
pub(crate) struct Api {
    pub(crate) court: Court,
    address: String,
    _documents: TempDir,
}

pub(crate) async fn serve(log: impl FnOnce(&Court) -> Arc<dyn AccessLog>) -> Api {
    let court = Court::open().await;
    let stores = Stores::of(Arc::new(court.store.clone()));
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    // Before there is a first commit, as a service does.
    let projections = Projections::of_this_build(&stores, &clock);
    projections.establish().await.unwrap();
    begin_cases(&court).await;
    let projector = Projector::of_this_build(&stores, clock);
    for serial in [OPEN, SEALED, SEALED_ENTRY] {
        for advance in projector.advance(docket(serial), &Hints::default()).await {
            advance.unwrap();
        }
    }
    let log = log(&court);
    serve_court(court, log).await
}

/// The first commit of each case.
async fn begin_cases(court: &Court) {
    let case_sealed: CaseEvent = CaseSealed { sealed_at: at(5) }.into();
    let entry_sealed: CaseEvent = DocketEntrySealed {
        docket_entry_id: entry_id(2),
        sealed_to: SealedTo::Public,
    }
    .into();
    let cases = [
        (OPEN, None),
        (SEALED, Some(case_sealed)),
        (SEALED_ENTRY, Some(entry_sealed)),
    ];
    for (serial, more) in cases {
        let mut begun = petition();
        if let CaseEvent::PetitionFiled(petition) = &mut begun {
            petition.petitioners[0].user_id = Some(UserId::new("vera").unwrap());
        }
        let served_at = PetitionServed { served_at: at(1) };
        let entries = [1, 2].map(|n| {
            filed(FiledEntry {
                document: Some(document()),
                ..entry(n)
            })
        });
        let events = [begun, served_at.into()].into_iter().chain(entries);
        let events = events.chain([served(1), served(2)]).chain(more);
        let first = Commits::of(docket(serial)).commit(events);
        let outcome = court.store.case_begin(&first).await.unwrap();
        assert_eq!(outcome, BeginOutcome::Written);
    }
}

/// A court whose cases began before anybody knew of an index.
pub(crate) async fn serve_without_index() -> Api {
    let court = Court::open().await;
    begin_cases(&court).await;
    let log = own(&court);
    serve_court(court, log).await
}

async fn serve_court(court: Court, log: Arc<dyn AccessLog>) -> Api {
    let stores = Stores {
        accesses: log,
        ..Stores::of(Arc::new(court.store.clone()))
    };
    let dir = tempfile::tempdir().unwrap();
    let documents = ObjectDocuments::in_directory(dir.path(), Arc::new(SystemClock)).unwrap();
    let documents = Documents::new(Arc::new(documents));
    let content = futures::stream::iter([Ok(CONTENT.into())]);
    documents.keep(Box::pin(content), None).await.unwrap();
    let service = Service::new(stores, Arc::new(SystemClock)).with_documents(documents);
    let state = ApiState::new(service, TokenVerifier::hs256(SECRET).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let service = router(state).into_make_service_with_connect_info::<std::net::SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    Api {
        court,
        address,
        _documents: dir,
    }
}

fn document() -> DocumentRef {
    let sha256 = Digest::of(CONTENT);
    DocumentRef {
        key: document_key(sha256),
        sha256: Some(sha256.to_string()),
    }
}

pub(crate) fn own(court: &Court) -> Arc<dyn AccessLog> {
    Arc::new(court.store.clone())
}

impl Api {
    pub(crate) fn ask(&self, role: Role, user: &str, path: &str) -> RequestBuilder {
        let minter = TokenMinter::hs256(SECRET).unwrap();
        let (user, now) = (UserId::new(user).unwrap(), SystemClock.now());
        let token = minter
            .mint(&user, role, None, now, Duration::from_secs(600))
            .unwrap();
        let request = reqwest::Client::new().get(format!("{}{path}", self.address));
        request.bearer_auth(token)
    }

    async fn status(&self, role: Role, user: &str, path: &str) -> u16 {
        answered(self.ask(role, user, path)).await.0
    }

    pub(crate) async fn noted(&self) -> Vec<NotedAccess> {
        let all = AccessFilter::default();
        let page = page(&self.court.store, &all, SortOrder::Ascending, None, 500);
        page.await.unwrap().accesses
    }
}

pub(crate) async fn answered(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or_default())
}

fn case(serial: u32) -> String {
    format!("/v1/cases/{}", docket(serial))
}

/// The reads of a case, and as what each is noted.
const READS: [(&str, &str); 3] = [
    ("", "case"),
    ("/docket-entries", "docketEntries"),
    ("/history", "history"),
];

#[tokio::test]
async fn a_read_of_what_is_not_sealed_is_noted_nowhere() {
    let api = serve(own).await;
    for (path, _) in READS {
        let path = format!("{}{path}", case(OPEN));
        assert_eq!(api.status(Role::DocketClerk, "clerk", &path).await, 200);
    }
    // Whom a seal keeps something from is shown nothing of it.
    for serial in [OPEN, SEALED, SEALED_ENTRY] {
        assert_eq!(
            api.status(Role::Petitioner, "nora", &case(serial)).await,
            200
        );
    }
    assert_eq!(api.noted().await, []);
}

#[tokio::test]
async fn a_read_of_a_sealed_case_is_noted_with_who_what_whence_and_why() {
    let api = serve(own).await;
    for (path, _) in READS {
        let path = format!("{}{path}", case(SEALED));
        let asked = api.ask(Role::Judge, "buch", &path);
        let asked = asked
            .header("x-audit-reason", "für das Urteil")
            .header("x-correlation-id", "request-7");
        assert_eq!(answered(asked).await.0, 200);
    }
    assert_eq!(
        api.status(Role::Petitioner, "vera", &case(SEALED)).await,
        200
    );
    let noted = api.noted().await;
    let kinds: Vec<_> = noted
        .iter()
        .map(|it| (it.kind.as_str(), it.user.as_str()))
        .collect();
    let expected = READS.map(|(_, kind)| (kind, "buch")).into_iter();
    assert_eq!(
        kinds,
        expected.chain([("case", "vera")]).collect::<Vec<_>>()
    );
    let first = &noted[0];
    assert_eq!(first.docket_number, Some(docket(SEALED)));
    assert_eq!(first.docket_entries, []);
    assert_eq!(first.role.as_deref(), Some("judge"));
    assert_eq!(first.correlation_id.as_str(), "request-7");
    let text =
        |it: &Option<casefold_events::Personal<String>>| it.as_ref().map(|it| it.expose().clone());
    assert_eq!(text(&first.reason).as_deref(), Some("für das Urteil"));
    assert_eq!(text(&first.source).as_deref(), Some("127.0.0.1"));
    assert_eq!(noted[3].reason, None);
}

#[tokio::test]
async fn a_read_of_a_sealed_entry_names_it_and_others_of_the_case_are_noted_nowhere() {
    let api = serve(own).await;
    for (path, _) in READS {
        let path = format!("{}{path}", case(SEALED_ENTRY));
        assert_eq!(api.status(Role::DocketClerk, "clerk", &path).await, 200);
    }
    // The first entry alone is open.
    let path = format!("{}/docket-entries?limit=1", case(SEALED_ENTRY));
    assert_eq!(api.status(Role::DocketClerk, "clerk", &path).await, 200);
    let noted = api.noted().await;
    assert_eq!(noted.len(), READS.len());
    for (noted, (_, kind)) in noted.iter().zip(READS) {
        assert_eq!(noted.kind, kind);
        assert_eq!(noted.docket_entries, [entry_id(2)]);
    }
}

#[tokio::test]
async fn the_document_of_a_sealed_entry_is_noted_and_that_of_another_is_not() {
    let api = serve(own).await;
    let document = |entry: u32| format!("{}/docket-entries/{entry}/document", case(SEALED_ENTRY));
    for (entry, expected) in [(1, 0), (2, 1)] {
        let status = api
            .status(Role::DocketClerk, "clerk", &document(entry))
            .await;
        assert_eq!((status, api.noted().await.len()), (200, expected));
    }
    let noted = &api.noted().await[0];
    assert_eq!(noted.kind, "document");
    assert_eq!(noted.docket_entries, [entry_id(2)]);
    // Whoever may not have it is told so, and is shown nothing.
    assert_eq!(
        api.status(Role::Petitioner, "nora", &document(2)).await,
        403
    );
    assert_eq!(api.noted().await.len(), 1);
}

/// A log that can't be written.
struct Broken;

#[async_trait]
impl AccessLog for Broken {
    async fn link_append(&self, _: &Link) -> Result<LinkOutcome, StoreError> {
        Err(StoreError::Refused(
            "no such table".to_owned(),
            "gone".into(),
        ))
    }

    async fn link_last(&self, _: &Chain) -> Result<Option<Link>, StoreError> {
        Ok(None)
    }

    async fn chains(&self) -> Result<BTreeSet<Chain>, StoreError> {
        Ok(BTreeSet::new())
    }

    async fn links_page(
        &self,
        _: &Chain,
        _: Option<u64>,
        _: usize,
        _: Order,
    ) -> Result<LinkPage, StoreError> {
        Ok(LinkPage {
            links: Vec::new(),
            more: false,
        })
    }
}

#[tokio::test]
async fn where_an_access_can_not_be_noted_nothing_sealed_is_shown() {
    let api = serve(|_| Arc::new(Broken)).await;
    for serial in [SEALED, SEALED_ENTRY] {
        for (path, _) in READS {
            let path = format!("{}{path}", case(serial));
            let (status, told) = answered(api.ask(Role::Judge, "buch", &path)).await;
            assert_eq!(
                (status, &told["code"]),
                (503, &"ACCESS_NOT_NOTED".into()),
                "{path}"
            );
            assert!(!told.to_string().contains("Lindholm"), "{told}");
        }
    }
    for question in ["/v1/audit/commits", "/v1/audit/accesses"] {
        let asked = api
            .ask(Role::Judge, "buch", question)
            .header("x-audit-reason", "a test");
        let (status, told) = answered(asked).await;
        assert_eq!(
            (status, &told["code"]),
            (503, &"ACCESS_NOT_NOTED".into()),
            "{question}"
        );
    }
    // What is open needs no log.
    assert_eq!(api.status(Role::Judge, "buch", &case(OPEN)).await, 200);
}

/// A log in which nothing is durable before it is let.
struct Held {
    log: Arc<dyn AccessLog>,
    arrived: Semaphore,
    let_through: Semaphore,
}

#[async_trait]
impl AccessLog for Held {
    async fn link_append(&self, link: &Link) -> Result<LinkOutcome, StoreError> {
        self.arrived.add_permits(1);
        self.let_through.acquire().await.unwrap().forget();
        self.log.link_append(link).await
    }

    async fn link_last(&self, chain: &Chain) -> Result<Option<Link>, StoreError> {
        self.log.link_last(chain).await
    }

    async fn chains(&self) -> Result<BTreeSet<Chain>, StoreError> {
        self.log.chains().await
    }

    async fn links_page(
        &self,
        chain: &Chain,
        beyond: Option<u64>,
        limit: usize,
        order: Order,
    ) -> Result<LinkPage, StoreError> {
        self.log.links_page(chain, beyond, limit, order).await
    }
}

#[tokio::test]
async fn nothing_goes_out_before_the_access_is_durable() {
    let mut held = None;
    let api = serve(|court| {
        let log = Arc::new(Held {
            log: own(court),
            arrived: Semaphore::new(0),
            let_through: Semaphore::new(0),
        });
        held = Some(log.clone());
        log
    })
    .await;
    let held = held.unwrap();
    let asked = api.ask(Role::Judge, "buch", &case(SEALED));
    let answer = tokio::spawn(async move { answered(asked).await.0 });
    // The opening of the chain, and then the access.
    for step in ["opening", "access"] {
        held.arrived.acquire().await.unwrap().forget();
        assert!(
            !answer.is_finished(),
            "answered before its {step} was written"
        );
        assert_eq!(api.noted().await, []);
        held.let_through.add_permits(1);
    }
    assert_eq!(answer.await.unwrap(), 200);
    assert_eq!(api.noted().await.len(), 1);
}

#[tokio::test]
async fn a_reason_that_can_not_be_kept_is_refused() {
    let api = serve(own).await;
    for reason in ["x", "  y ", &"z".repeat(501)] {
        let asked = api
            .ask(Role::Judge, "buch", &case(OPEN))
            .header("x-audit-reason", reason);
        let (status, told) = answered(asked).await;
        assert_eq!(
            (status, &told["code"], &told["field"]),
            (400, &"BAD_AUDIT_REASON".into(), &"X-Audit-Reason".into())
        );
    }
}
