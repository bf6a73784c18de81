//! A service on one case with documents, and its readers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_command_api::auth::{TokenMinter, TokenVerifier};
use casefold_command_api::http::{ApiState, router};
use casefold_command_api::service::{Documents, Service};
use casefold_events::case::intake::PetitionServed;
use casefold_events::entry::{DocumentRef, FiledEntry};
use casefold_events::vocabulary::Role;
use casefold_events::{CaseEvent, Digest, UserId};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::documents::ObjectDocuments;
use casefold_shared::gateway::{
    BeginOutcome, ContentStream, DocumentContent, DocumentStore, EventStore, Grant,
    PutDocumentError, PutTerms, StoreError, StoredDocument, Stores, document_key,
};
use reqwest::{Method, Response};
use tempfile::TempDir;

use crate::support::Court;
use crate::support::history::{Chain, at, docket, entry, petition};

const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";

/// The case that everybody reads.
pub(crate) const CASE: u32 = 4321;

/// A service on a case of its own, on a port of its own.
pub(crate) struct Served {
    pub(crate) address: String,
    _court: Court,
    pub(crate) dir: TempDir,
    pub(crate) http: reqwest::Client,
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    Court,
    Party,
    Respondent,
    Outsider,
}

impl By {
    pub(crate) const ALL: [Self; 4] = [Self::Court, Self::Party, Self::Respondent, Self::Outsider];

    pub(crate) fn token(self) -> String {
        let (user, role) = match self {
            Self::Court => ("clerk", Role::General),
            Self::Party => ("vera", Role::Petitioner),
            Self::Respondent => ("irs", Role::IrsSuperuser),
            Self::Outsider => ("nora", Role::Petitioner),
        };
        let minter = TokenMinter::hs256(SECRET).unwrap();
        let (user, now) = (UserId::new(user).unwrap(), SystemClock.now());
        minter
            .mint(&user, role, None, now, Duration::from_secs(600))
            .unwrap()
    }
}

/// The content of the test's `n`th document.
pub(crate) fn content(n: u32) -> Vec<u8> {
    format!("%PDF-1.7 document {n}").into_bytes()
}

/// How a record refers to the `n`th document.
pub(crate) fn reference(n: u32) -> DocumentRef {
    let sha256 = Digest::of(&content(n));
    DocumentRef {
        key: document_key(sha256),
        sha256: Some(sha256.to_string()),
    }
}

pub(crate) fn with_document(n: u32) -> FiledEntry {
    FiledEntry {
        document: Some(reference(n)),
        ..entry(n)
    }
}

/// A case with these events after a served petition of Vera Lindholm's, and the documents 1
/// to 9 in the store.
pub(crate) async fn serve(events: Vec<CaseEvent>) -> Served {
    serve_with(events, |documents| Arc::new(documents)).await
}

pub(crate) async fn serve_with(
    events: Vec<CaseEvent>,
    store_of: impl FnOnce(ObjectDocuments) -> Arc<dyn DocumentStore>,
) -> Served {
    let court = Court::open().await;
    let dir = tempfile::tempdir().unwrap();
    let clock = Arc::new(SystemClock);
    let store = Arc::new(court.store.clone());
    let documents = ObjectDocuments::in_directory(dir.path(), clock.clone()).unwrap();
    let kept = Documents::new(store_of(documents));
    for n in 1..=9 {
        let content = futures::stream::iter([Ok(content(n).into())]);
        kept.keep(Box::pin(content), None).await.unwrap();
    }

    let mut chain = Chain::of(docket(CASE));
    let mut begun = petition();
    if let CaseEvent::PetitionFiled(petition) = &mut begun {
        petition.petitioners[0].user_id = Some(UserId::new("vera").unwrap());
    }
    let served = PetitionServed { served_at: at(1) };
    let first = chain.commit([begun, served.into()].into_iter().chain(events));
    let outcome = store.case_begin(&first).await.unwrap();
    assert_eq!(outcome, BeginOutcome::Written);

    let service = Service::new(Stores::of(store), clock).with_documents(kept);
    let state = ApiState::new(service, TokenVerifier::hs256(SECRET).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router(state)).await });
    Served {
        address,
        _court: court,
        dir,
        http: reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap(),
    }
}

/// Documents of a directory, in a store that says it takes callers without credentials.
pub(crate) struct Granting(pub(crate) ObjectDocuments);

#[async_trait]
impl DocumentStore for Granting {
    async fn document_put(
        &self,
        content: ContentStream,
        terms: PutTerms,
    ) -> Result<StoredDocument, PutDocumentError> {
        self.0.document_put(content, terms).await
    }

    async fn document_get(&self, key: &str) -> Result<Option<DocumentContent>, StoreError> {
        self.0.document_get(key).await
    }

    async fn document_head(&self, key: &str) -> Result<Option<u64>, StoreError> {
        self.0.document_head(key).await
    }

    async fn upload_grant(
        &self,
        sha256: Digest,
        content_type: &str,
        _: Duration,
    ) -> Result<Option<Grant>, StoreError> {
        Ok(Some(Grant {
            method: "PUT",
            url: format!("https://store.example/{}", document_key(sha256)),
            headers: vec![("content-type", content_type.to_owned())],
        }))
    }

    async fn download_grant(
        &self,
        key: &str,
        file_name: &str,
        _: Duration,
    ) -> Result<Option<Grant>, StoreError> {
        Ok(Some(Grant {
            method: "GET",
            url: format!("https://store.example/{key}?name={file_name}"),
            headers: Vec::new(),
        }))
    }
}

impl Served {
    pub(crate) async fn ask(&self, by: By, method: Method, path: &str) -> Response {
        let address = format!("{}/v1/cases/{}/{path}", self.address, docket(CASE));
        let request = self.http.request(method, address).bearer_auth(by.token());
        request.send().await.unwrap()
    }

    /// What a reader gets of an entry's document: `200` and the content, or status and code.
    pub(crate) async fn get(&self, by: By, entry: impl std::fmt::Display) -> (u16, String) {
        let path = format!("docket-entries/{entry}/document");
        let answer = self.ask(by, Method::GET, &path).await;
        outcome(answer).await
    }

    /// Checks what each reader gets, in the order of [`By::ALL`].
    pub(crate) async fn expect(&self, entry: u32, expected: [(u16, &str); 4]) {
        for (by, (status, told)) in By::ALL.into_iter().zip(expected) {
            let got = self.get(by, entry).await;
            assert_eq!(got, (status, told.to_owned()), "{by:?} of entry {entry}");
        }
    }
}

pub(crate) async fn outcome(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    if status == 200 {
        return (status, text);
    }
    let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
    (status, problem["code"].as_str().unwrap().to_owned())
}
