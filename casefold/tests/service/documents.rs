//! Documents: uploaded, filed, downloaded; what is refused; what outlives the process.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use casefold_events::Digest;
use serde_json::{Value, json};

use crate::support::{Client, Served, petition};

const DOCUMENTS: &str = "/v1/documents";
const PDF: (&str, &str) = ("content-type", "application/pdf");

fn pdf(text: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{text}").into_bytes()
}

fn digest_field(content: &[u8]) -> String {
    format!(
        "sha-256=:{}:",
        BASE64.encode(Digest::of(content).as_bytes())
    )
}

/// Uploads a PDF; what a command's attachment says of it.
async fn attachment(client: &Client, content: Vec<u8>) -> Value {
    let stored = client.upload(DOCUMENTS, &[PDF], content).await.expect(201);
    let (key, sha256) = (&stored.body["key"], &stored.body["sha256"]);
    json!({"key": key, "sha256": sha256, "numberOfPages": 1})
}

/// A petition whose documents are in the store.
async fn petition_with_documents(client: &Client) -> Value {
    let mut petition = petition();
    for field in ["petition", "statementOfTaxpayerIdentification"] {
        petition[field] = attachment(client, pdf(field)).await;
    }
    petition
}

#[tokio::test]
async fn what_is_uploaded_and_filed_is_downloaded_even_after_a_crash() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    let content = pdf("petition");
    let digest = digest_field(&content);
    let with_digest = [PDF, ("content-digest", digest.as_str())];
    let stored = nora.upload(DOCUMENTS, &with_digest, content.clone()).await;
    let stored = stored.expect(201);
    let sha256 = Digest::of(&content).to_string();
    assert_eq!(stored.body["sha256"], sha256);
    assert_eq!(stored.body["key"], format!("documents/{sha256}"));
    assert_eq!(stored.body["bytes"], content.len());
    assert_eq!(stored.header("content-digest"), Some(digest.as_str()));

    let filed = nora.file(&petition_with_documents(&nora).await).await;
    let number = filed.docket_number();
    let path = format!("/v1/cases/{number}/docket-entries/1/document?minVersion=1");
    let got = nora.get(&path).await.expect(200);
    assert_eq!(
        got.body,
        Value::String(String::from_utf8(content.clone()).unwrap())
    );
    service.kill();

    let service = Served::start(dir.path(), &[]);
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    let got = nora.get(&path).await.expect(200);
    assert_eq!(got.body, Value::String(String::from_utf8(content).unwrap()));
    let outsider = service.client_as(dir.path(), "petitioner", "someone-else");
    outsider
        .get(&path)
        .await
        .expect_problem(403, "DOCUMENT_WITHHELD");
    service.stranger().get(&path).await.expect(401);
}

#[tokio::test]
async fn an_upload_that_is_not_what_it_says_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &["--max-document-bytes", "100000"]);
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    let (content, other) = (pdf("this"), digest_field(b"that"));
    let refused = async |headers: &[(&str, &str)], content: Vec<u8>, status, code| {
        let answer = nora.upload(DOCUMENTS, headers, content).await;
        assert_eq!(answer.header("connection"), Some("close"), "{code}");
        answer.expect_problem(status, code);
    };
    let with_other = [PDF, ("content-digest", other.as_str())];
    refused(&with_other, content.clone(), 422, "DIGEST_MISMATCH").await;
    let malformed = [PDF, ("content-digest", "sha-256=x")];
    refused(&malformed, content.clone(), 400, "BAD_CONTENT_DIGEST").await;
    refused(&[PDF], Vec::new(), 422, "DOCUMENT_EMPTY").await;
    refused(&[PDF], b"MZ".to_vec(), 422, "CONTENT_TYPE_MISMATCH").await;
    refused(&[], content.clone(), 415, "UNSUPPORTED_MEDIA_TYPE").await;
    let html = [("content-type", "text/html")];
    refused(&html, content.clone(), 415, "UNSUPPORTED_MEDIA_TYPE").await;

    let largest = [pdf(""), vec![b'x'; 100_000 - pdf("").len()]].concat();
    let stored = nora.upload(DOCUMENTS, &[PDF], largest.clone()).await;
    assert_eq!(stored.expect(201).body["bytes"], 100_000);
    let larger = [largest, vec![b'x']].concat();
    refused(&[PDF], larger, 413, "DOCUMENT_TOO_LARGE").await;

    for (role, status) in [("irssuperuser", 403), ("admin", 403), ("judge", 201)] {
        let client = service.client(dir.path(), role);
        let answer = client.upload(DOCUMENTS, &[PDF], content.clone()).await;
        answer.expect(status);
    }
    let stranger = service.stranger().upload(DOCUMENTS, &[PDF], content).await;
    stranger.expect(401);
}

#[tokio::test]
async fn a_body_without_a_length_is_measured_as_it_comes() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &["--max-document-bytes", "100000"]);
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    let chunk = |content: &[u8]| {
        [
            format!("{:x}\r\n", content.len()).as_bytes(),
            content,
            b"\r\n",
        ]
        .concat()
    };
    let mut body = chunk(&pdf("begins"));
    for _ in 0..30 {
        body.extend(chunk(&[b'x'; 4_000]));
    }
    let answer = raw_upload(&nora, "transfer-encoding: chunked", |connection| {
        // The service may hang up before all of it is written.
        let _ = connection.write_all(&body);
    });
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("DOCUMENT_TOO_LARGE"), "{answer}");
}

/// Uploads a body that a test writes by itself; the whole answer, as text.
fn raw_upload(client: &Client, length: &str, write: impl FnOnce(&mut TcpStream)) -> String {
    let (address, token) = client.parts();
    let host = address.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST {DOCUMENTS} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/pdf\r\n{length}\r\nconnection: close\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    write(&mut connection);
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[tokio::test]
async fn memory_stays_flat_while_hundreds_of_megabytes_come_and_go() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    nora.file(&petition_with_documents(&nora).await).await;
    let Some(before) = service.peak_memory_kib() else {
        return;
    };
    come_and_go(&nora).await;
    let first = service.peak_memory_kib().unwrap();
    println!("{} KiB more at the most", first - before);
    // The allocator keeps some of what threads have made for one another: less than the document.
    assert!(first - before < 80 << 10, "{} KiB more", first - before);
    come_and_go(&nora).await;
    let more = service.peak_memory_kib().unwrap() - first;
    println!("{more} KiB more for another");
    assert!(more < 20 << 10, "{more} KiB more for another");
}

/// A document of a hundred megabytes comes, is filed, and goes.
async fn come_and_go(nora: &Client) {
    const MEGABYTES: usize = 100;
    let mut megabyte = vec![b'x'; 1 << 20];
    megabyte[..8].copy_from_slice(b"%PDF-1.7");
    let length = format!("content-length: {}", MEGABYTES << 20);
    let answer = raw_upload(nora, &length, |connection| {
        for _ in 0..MEGABYTES {
            connection.write_all(&megabyte).unwrap();
        }
    });
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let stored: Value = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(stored["bytes"], MEGABYTES << 20);

    let mut large = petition();
    large["petition"] = json!({
        "key": stored["key"], "sha256": stored["sha256"], "numberOfPages": 9_000,
    });
    let number = nora.file(&large).await.docket_number();
    let (address, token) = nora.parts();
    let path = format!("{address}/v1/cases/{number}/docket-entries/1/document");
    let mut answer = reqwest::Client::new()
        .get(path)
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    let mut came = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        came += piece.len();
    }
    assert_eq!(came, MEGABYTES << 20);
}

#[tokio::test]
async fn what_was_on_its_way_when_the_process_was_killed_is_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    let (address, token) = nora.parts();
    let host = address.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST {DOCUMENTS} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/pdf\r\ncontent-length: 9000000\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    let part = [pdf(""), vec![b'x'; 5_000_000]].concat();
    connection.write_all(&part).unwrap();
    let incoming = dir.path().join("documents/incoming");
    let begun = || {
        incoming
            .read_dir()
            .is_ok_and(|mut files| files.next().is_some())
    };
    let since = Instant::now();
    while !begun() {
        assert!(since.elapsed() < Duration::from_secs(20), "it is written");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    service.kill();
    assert!(begun(), "what is unfinished is left");

    let service = Served::start(dir.path(), &[]);
    assert!(!begun(), "and is dropped");
    assert!(!dir.path().join("documents/documents").exists());
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    attachment(&nora, part).await;
}

#[tokio::test]
async fn an_address_to_put_to_is_the_services_own_where_the_store_has_none() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &["--max-document-bytes", "1000"]);
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    let content = pdf("put where it is told");
    let sha256 = Digest::of(&content).to_string();
    let ask = async |bytes: usize, content_type: &str| {
        let request = json!({"sha256": sha256, "bytes": bytes, "contentType": content_type});
        nora.post("/v1/documents/uploads", &[], &request).await
    };
    let told = ask(content.len(), "application/pdf").await.expect(200);
    assert_eq!(told.body["key"], format!("documents/{sha256}"));
    let upload = &told.body["upload"];
    assert_eq!(upload["method"], "POST");
    let headers: Vec<_> = upload["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect();
    let stored = nora.upload(upload["url"].as_str().unwrap(), &headers, content);
    assert_eq!(stored.await.expect(201).body["key"], told.body["key"]);

    let large = ask(1_001, "application/pdf").await;
    large.expect_problem(413, "DOCUMENT_TOO_LARGE");
    ask(0, "application/pdf")
        .await
        .expect_problem(422, "INVALID_FIELD");
    ask(9, "text/html")
        .await
        .expect_problem(400, "INVALID_FIELD");
    let reader = service.client(dir.path(), "irssuperuser");
    let request = json!({"sha256": sha256, "bytes": 9, "contentType": "application/pdf"});
    let refused = reader.post("/v1/documents/uploads", &[], &request).await;
    refused.expect_problem(403, "ROLE_NOT_ALLOWED");
}

#[tokio::test]
async fn where_documents_are_required_a_command_without_its_content_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &["--require-documents"]);
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    let refused = nora.post("/v1/cases", &[], &petition()).await;
    let refused = refused.expect_problem(422, "DOCUMENT_NOT_STORED");
    assert_eq!(refused.body["field"], "petition");

    let mut half = petition_with_documents(&nora).await;
    half["statementOfTaxpayerIdentification"] = petition()["petition"].clone();
    let refused = nora.post("/v1/cases", &[], &half).await;
    let refused = refused.expect_problem(422, "DOCUMENT_NOT_STORED");
    assert_eq!(refused.body["field"], "statementOfTaxpayerIdentification");

    // The key of one document with the digest of another.
    let mut crossed = petition_with_documents(&nora).await;
    let other = crossed["statementOfTaxpayerIdentification"]["sha256"].clone();
    crossed["petition"]["sha256"] = other;
    let refused = nora.post("/v1/cases", &[], &crossed).await;
    refused.expect_problem(422, "DOCUMENT_NOT_STORED");

    let taken = nora.file(&petition_with_documents(&nora).await).await;
    let number = taken.docket_number();
    assert!(
        number.starts_with("101-"),
        "no number was used up: {number}"
    );
    let mut filing = casefold_command_api::command::FileDocument::example();
    let refused = nora.command(&number, filing.clone()).await;
    // The rules come first: who sends it for nothing learns nothing of what is stored.
    refused.expect_problem(409, "PETITION_NOT_SERVED");
    let clerk = service.client(dir.path(), "clerkofcourt");
    for step in ["QcPetition", "ServePetition"] {
        clerk
            .command(&number, json!({"type": step}))
            .await
            .expect(200);
    }
    let refused = nora.command(&number, filing.clone()).await;
    refused.expect_problem(422, "DOCUMENT_NOT_STORED");
    filing["document"] = attachment(&nora, pdf("an answer")).await;
    nora.command(&number, filing).await.expect(200);
}

#[tokio::test]
async fn where_documents_are_not_required_a_record_may_come_before_its_content() {
    let dir = tempfile::tempdir().unwrap();
    let service = Served::start(dir.path(), &[]);
    let nora = service.client_as(dir.path(), "petitioner", "nora");
    let mut early = petition();
    let content = pdf("later");
    let sha256 = Digest::of(&content).to_string();
    early["petition"]["sha256"] = json!(sha256);
    early["petition"]["key"] = json!(format!("documents/{sha256}"));
    let number = nora.file(&early).await.docket_number();
    let path = format!("/v1/cases/{number}/docket-entries/1/document");
    let gone = nora.get(&path).await;
    gone.expect_problem(404, "DOCUMENT_NOT_STORED");
    attachment(&nora, content).await;
    nora.get(&path).await.expect(200);
}
