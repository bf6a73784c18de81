//! Who may download what: each kind of reader, each state of an entry, over HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod served;
#[path = "../support/mod.rs"]
mod support;

use std::sync::Arc;

use casefold_command_api::command::RequestUpload;
use casefold_events::case::docket::{DocketEntrySealed, DocketEntryStricken};
use casefold_events::case::records::{Correspondence, CorrespondenceAdded};
use casefold_events::case::standing::CaseSealed;
use casefold_events::entry::{DocumentRef, FiledEntry};
use casefold_events::ids::CorrespondenceId;
use casefold_events::vocabulary::SealedTo;
use casefold_events::{CaseEvent, Digest};
use casefold_shared::gateway::document_key;
use reqwest::Method;
use served::{By, Granting, content, outcome, reference, serve, serve_with, with_document};
use support::history::{at, draft, entry, entry_id, filed, served};
use uuid::Uuid;

const WITHHELD: (u16, &str) = (403, "DOCUMENT_WITHHELD");
const NOT_FOUND: (u16, &str) = (404, "ENTRY_NOT_FOUND");
const ONE: (u16, &str) = (200, "%PDF-1.7 document 1");
const TWO: (u16, &str) = (200, "%PDF-1.7 document 2");
const THREE: (u16, &str) = (200, "%PDF-1.7 document 3");
const FOUR: (u16, &str) = (200, "%PDF-1.7 document 4");

fn sealed_to(n: u32, sealed_to: SealedTo) -> CaseEvent {
    DocketEntrySealed {
        docket_entry_id: entry_id(n),
        sealed_to,
    }
    .into()
}

fn stricken(n: u32) -> CaseEvent {
    DocketEntryStricken {
        docket_entry_id: entry_id(n),
        stricken_at: at(9),
        stricken_by: "A. Clerk".to_owned(),
    }
    .into()
}

#[tokio::test]
async fn a_served_document_is_everybodys_and_one_that_is_not_served_the_parties() {
    let served_and_not = vec![filed(with_document(1)), served(1), filed(with_document(2))];
    let service = serve(served_and_not).await;
    service.expect(1, [ONE, ONE, ONE, ONE]).await;
    service.expect(2, [TWO, TWO, TWO, WITHHELD]).await;
    service
        .expect(3, [NOT_FOUND, NOT_FOUND, NOT_FOUND, NOT_FOUND])
        .await;
    assert_eq!(service.get(By::Outsider, entry_id(1)).await.0, 200);
    assert_eq!(service.get(By::Outsider, entry_id(7)).await.0, 404);
    for bad in ["x", "-1", "99999999999", "%20"] {
        let got = service.get(By::Court, bad).await;
        assert_eq!(got, (400, "BAD_DOCKET_ENTRY".to_owned()), "{bad}");
    }
}

#[tokio::test]
async fn a_sealed_or_stricken_document_is_the_courts_and_of_those_it_is_not_sealed_from() {
    let service = serve(vec![
        filed(with_document(1)),
        served(1),
        sealed_to(1, SealedTo::Public),
        filed(with_document(2)),
        served(2),
        sealed_to(2, SealedTo::External),
        filed(with_document(3)),
        served(3),
        stricken(3),
    ])
    .await;
    service.expect(1, [ONE, ONE, ONE, WITHHELD]).await;
    service.expect(2, [TWO, WITHHELD, WITHHELD, WITHHELD]).await;
    service
        .expect(3, [THREE, WITHHELD, WITHHELD, WITHHELD])
        .await;
}

#[tokio::test]
async fn a_draft_is_the_courts_and_a_statement_of_identification_also_its_filers() {
    let statement = FiledEntry {
        index: Some(0),
        event_code: "STIN".parse().unwrap(),
        is_on_docket_record: false,
        ..with_document(1)
    };
    let drafted = draft(with_document(4));
    let service = serve(vec![filed(statement), filed(drafted)]).await;
    service.expect(0, [ONE, ONE, NOT_FOUND, NOT_FOUND]).await;
    for (by, expected) in By::ALL
        .into_iter()
        .zip([FOUR, NOT_FOUND, NOT_FOUND, NOT_FOUND])
    {
        let (status, told) = service.get(by, entry_id(4)).await;
        assert_eq!((status, told.as_str()), expected, "{by:?}");
    }
}

#[tokio::test]
async fn the_documents_of_a_sealed_case_are_the_courts_and_the_parties() {
    let sealed: CaseEvent = CaseSealed { sealed_at: at(5) }.into();
    let service = serve(vec![filed(with_document(1)), served(1), sealed]).await;
    let kept = (403, "CASE_SEALED");
    service.expect(1, [ONE, ONE, ONE, kept]).await;
    // Nor does it tell which entries there are.
    service
        .expect(2, [NOT_FOUND, NOT_FOUND, NOT_FOUND, kept])
        .await;
}

#[tokio::test]
async fn an_entry_without_a_document_and_one_whose_content_is_not_stored_are_told_apart() {
    let service = serve(vec![filed(entry(1)), filed(with_document(77))]).await;
    let none = (404, "NO_DOCUMENT");
    let gone = (404, "DOCUMENT_NOT_STORED");
    service.expect(1, [none, none, none, WITHHELD]).await;
    service.expect(2, [gone, gone, gone, WITHHELD]).await;
}

#[tokio::test]
async fn nobody_gets_a_document_by_naming_its_key_without_its_digest() {
    let entry_of = |n: u32, key: &str, of: Option<u32>| {
        let document = DocumentRef {
            key: key.to_owned(),
            sha256: of.map(|n| Digest::of(&content(n)).to_string()),
        };
        filed(FiledEntry {
            document: Some(document),
            ..entry(n)
        })
    };
    let key = reference(1).key;
    let service = serve(vec![
        entry_of(1, &key, Some(2)),
        entry_of(2, "petition.pdf", Some(2)),
        entry_of(3, "petition.pdf", Some(1)),
        entry_of(4, "petition.pdf", None),
        entry_of(5, "../signing-secret", None),
    ])
    .await;
    std::fs::write(service.dir.path().join("petition.pdf"), content(2)).unwrap();
    let gone = (404, "DOCUMENT_NOT_STORED".to_owned());
    assert_eq!(service.get(By::Party, 1).await, gone);
    assert_eq!(service.get(By::Party, 2).await.0, 200);
    assert_eq!(service.get(By::Party, 3).await, gone);
    // Imported from a system that kept no digests.
    assert_eq!(service.get(By::Party, 4).await.0, 200);
    assert_eq!(service.get(By::Party, 5).await, gone);
}

#[tokio::test]
async fn a_download_says_what_it_is_and_is_kept_by_nobody() {
    let service = serve(vec![filed(with_document(1)), served(1)]).await;
    let path = "docket-entries/1/document";
    for method in [Method::GET, Method::HEAD] {
        let answer = service.ask(By::Outsider, method.clone(), path).await;
        assert_eq!(answer.status(), 200);
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/pdf");
        assert_eq!(header("content-length"), content(1).len().to_string());
        assert_eq!(header("cache-control"), "private, no-store");
        assert_eq!(header("vary"), "Authorization");
        assert_eq!(header("x-content-type-options"), "nosniff");
        let name = "attachment; filename=\"4321-26-1.pdf\"";
        assert_eq!(header("content-disposition"), name);
        assert!(header("content-digest").starts_with("sha-256=:"));
        let body = answer.bytes().await.unwrap();
        let expected = if method == Method::GET {
            content(1)
        } else {
            vec![]
        };
        assert_eq!(body, expected);
    }
}

#[tokio::test]
async fn content_that_is_not_what_the_record_says_is_cut_off() {
    let large = [b"%PDF-1.7".to_vec(), vec![b' '; 300_000]].concat();
    let sha256 = Digest::of(&large);
    let of_large = FiledEntry {
        document: Some(DocumentRef {
            key: document_key(sha256),
            sha256: Some(sha256.to_string()),
        }),
        ..entry(2)
    };
    let service = serve(vec![filed(with_document(1)), filed(of_large)]).await;
    let damage = |key: &str, mut content: Vec<u8>| {
        let last = content.len() - 1;
        content[last] ^= 1;
        std::fs::write(service.dir.path().join(key), content).unwrap();
    };
    damage(&reference(1).key, content(1));
    damage(&document_key(sha256), large);

    let broken = (500, "STORE_FAILED".to_owned());
    assert_eq!(service.get(By::Court, 1).await, broken, "of one piece");
    let path = "docket-entries/2/document";
    let answer = service.ask(By::Court, Method::GET, path).await;
    assert_eq!(
        answer.status(),
        200,
        "its head was sent before it was found"
    );
    assert!(answer.bytes().await.is_err(), "nobody gets it as a whole");
}

#[tokio::test]
async fn where_the_store_takes_callers_without_credentials_they_are_sent_there() {
    let seals = vec![
        filed(with_document(1)),
        served(1),
        filed(with_document(2)),
        filed(with_document(77)),
    ];
    let service = serve_with(seals, |documents| Arc::new(Granting(documents))).await;
    let path = "docket-entries/1/document";
    let sent = service.ask(By::Outsider, Method::GET, path).await;
    assert_eq!(sent.status(), 302);
    let key = reference(1).key;
    let address = format!("https://store.example/{key}?name=4321-26-1.pdf");
    assert_eq!(sent.headers()["location"], address);
    assert_eq!(sent.headers()["cache-control"], "private, no-store");
    assert_eq!(sent.bytes().await.unwrap(), "", "nothing goes through here");
    // An address to get from takes no HEAD.
    let head = service.ask(By::Outsider, Method::HEAD, path).await;
    assert_eq!(head.status(), 200);
    assert_eq!(head.headers()["content-length"], "19");
    // Nobody gets the address of what they may not have, or of what is not there.
    service
        .expect(
            3,
            [
                (404, "DOCUMENT_NOT_STORED"),
                (404, "DOCUMENT_NOT_STORED"),
                (404, "DOCUMENT_NOT_STORED"),
                WITHHELD,
            ],
        )
        .await;
    assert_eq!(service.get(By::Outsider, 2).await.0, 403);

    let request = RequestUpload::example();
    let told = service
        .http
        .post(format!("{}/v1/documents/uploads", service.address))
        .bearer_auth(By::Party.token())
        .json(&request)
        .send()
        .await
        .unwrap();
    assert_eq!(told.status(), 200);
    let told: serde_json::Value = told.json().await.unwrap();
    let sha256 = request["sha256"].as_str().unwrap();
    let upload = &told["upload"];
    assert_eq!(told["key"], format!("documents/{sha256}"));
    assert_eq!(upload["method"], "PUT");
    assert_eq!(
        upload["url"],
        format!("https://store.example/documents/{sha256}")
    );
    assert_eq!(upload["headers"]["content-type"], "application/pdf");
    assert!(upload["expiresAt"].is_string());
}

#[tokio::test]
async fn correspondence_is_for_the_court_alone() {
    let id = Uuid::from_u128(0xC0);
    let added = CorrespondenceAdded {
        correspondence: Correspondence {
            correspondence_id: CorrespondenceId(id),
            title: "Letter of Vera Lindholm".into(),
            filing_date: at(3),
            filed_by: "clerk-1".into(),
            document: reference(5),
            number_of_pages: Some(1),
        },
    };
    let service = serve(vec![added.into()]).await;
    let get = async |by, id: &str| {
        let path = format!("correspondence/{id}/document");
        outcome(service.ask(by, Method::GET, &path).await).await
    };
    let (kept, id) = ((403, "ROLE_NOT_ALLOWED".to_owned()), id.to_string());
    assert_eq!(
        get(By::Court, &id).await,
        (200, "%PDF-1.7 document 5".to_owned())
    );
    for by in [By::Party, By::Respondent, By::Outsider] {
        assert_eq!(get(by, &id).await, kept, "{by:?}");
    }
    let other = Uuid::from_u128(0xC1).to_string();
    let gone = (404, "CORRESPONDENCE_NOT_FOUND".to_owned());
    assert_eq!(get(By::Court, &other).await, gone);
    assert_eq!(get(By::Party, &other).await, kept, "they learn nothing");
    let bad = (400, "BAD_CORRESPONDENCE".to_owned());
    assert_eq!(get(By::Court, "7").await, bad);
}
