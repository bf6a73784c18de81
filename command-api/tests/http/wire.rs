//! The API on a port: what is answered to HTTP/1.1 as it can be written and shouldn't be.

use std::net::SocketAddr;
use std::sync::Arc;

use casefold_command_api::http::router;
use casefold_events::vocabulary::Role;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::support::{Fault, now, state, token_from};

const COMMANDS: &str = "/v1/cases/101-26/commands";
const SEAL: &str = r#"{"type": "SealCase"}"#;
const GO_ON: &str = "HTTP/1.1 100 Continue\r\n\r\n";

/// Serves on a free port, for as long as the test runs.
async fn served() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = router(state(Fault::Unavailable, Arc::default()));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// What is answered, until the connection ends or an answer is whole.
async fn answer(bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(served().await).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = String::new();
    while !is_whole(&answer) {
        let mut buffer = [0; 4_096];
        // A server that has refused may reset what it hasn't read.
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        if read == 0 {
            break;
        }
        answer.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    answer
}

fn is_whole(answer: &str) -> bool {
    let answer = answer.strip_prefix(GO_ON).unwrap_or(answer);
    let Some((head, body)) = answer.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| body.len() >= length.parse().unwrap())
}

/// A command with these headers beside the usual ones.
fn command(headers: &str, body: &str) -> Vec<u8> {
    let token = token_from(Role::DocketClerk, now());
    format!(
        "POST {COMMANDS} HTTP/1.1\r\nHost: court\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\n{headers}\r\n{body}"
    )
    .into_bytes()
}

/// Expects a problem of a status and code.
async fn problem(bytes: &[u8], status: u16, code: &str) -> String {
    let answer = answer(bytes).await;
    let sent = String::from_utf8_lossy(bytes);
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")),
        "{sent}: {answer}"
    );
    assert!(answer.contains(&format!("{code:?}")), "{sent}: {answer}");
    answer
}

#[tokio::test]
async fn a_body_comes_with_a_length_or_in_chunks() {
    let length = format!("Content-Length: {}\r\n", SEAL.len());
    let chunked = "Transfer-Encoding: chunked\r\n";
    let chunks = format!("{:x}\r\n{SEAL}\r\n0\r\n\r\n", SEAL.len());
    problem(&command(&length, SEAL), 503, "STORE_UNAVAILABLE").await;
    problem(&command(chunked, &chunks), 503, "STORE_UNAVAILABLE").await;
    // Without either there is none.
    problem(&command("", ""), 400, "MALFORMED_JSON").await;
    let broken = command(chunked, "zz\r\n");
    problem(&broken, 400, "BODY_UNREADABLE").await;
}

#[tokio::test(start_paused = true)]
async fn who_stops_in_the_midst_of_a_body_is_told_that_nothing_was_done() {
    let halves = command("Content-Length: 20\r\n", &SEAL[..10]);
    let answer = problem(&halves, 408, "BODY_TIMED_OUT").await;
    assert!(answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn a_length_beside_chunks_does_not_count_and_ends_the_connection() {
    let headers = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n";
    let chunks = format!("{:x}\r\n{SEAL}\r\n0\r\n\r\n", SEAL.len());
    let answer = problem(&command(headers, &chunks), 503, "STORE_UNAVAILABLE").await;
    assert!(answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn lengths_that_can_not_be_true_are_refused_and_end_the_connection() {
    for headers in [
        "Content-Length: 19\r\nContent-Length: 5\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: +20\r\n",
        "Content-Length: 0x14\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
    ] {
        let answer = answer(&command(headers, SEAL)).await;
        assert!(
            answer.starts_with("HTTP/1.1 400 ") && answer.contains("connection: close"),
            "{headers}: {answer}"
        );
    }
}

#[tokio::test]
async fn who_waits_to_be_told_to_go_on_is_told_so_or_why_not() {
    let expect = "Expect: 100-continue\r\n";
    let large = format!("{expect}Content-Length: 1048577\r\n");
    problem(&command(&large, ""), 413, "BODY_TOO_LARGE").await;
    let keyless = format!(
        "POST {COMMANDS} HTTP/1.1\r\nHost: court\r\nContent-Type: application/json\r\n\
         {expect}Content-Length: 20\r\n\r\n"
    );
    problem(keyless.as_bytes(), 401, "TOKEN_MISSING").await;
    let plain = command(&format!("{expect}Content-Length: 20\r\n"), SEAL);
    let answer = answer(&plain).await;
    assert!(answer.starts_with(GO_ON), "{answer}");
}

#[tokio::test]
async fn a_request_names_one_host() {
    let get = |version: &str, hosts: &str| format!("GET /healthz {version}\r\n{hosts}\r\n");
    for hosts in ["", "Host: one\r\nHost: two\r\n"] {
        problem(get("HTTP/1.1", hosts).as_bytes(), 400, "BAD_HOST").await;
    }
    for (version, hosts) in [("HTTP/1.1", "Host: court\r\n"), ("HTTP/1.0", "")] {
        let answer = answer(get(version, hosts).as_bytes()).await;
        assert!(answer.contains(" 200 OK\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_request_is_answered_with_the_status_alone_and_ends_the_connection() {
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: court\r\n\r\n",
        "x".repeat(70_000)
    );
    let many: String = (0..101).map(|at| format!("X-{at}: 1\r\n")).collect();
    let many = format!("GET /healthz HTTP/1.1\r\n{many}\r\n");
    for (bytes, status) in [
        ("hello\r\n\r\n", 400),
        ("GET /healthz HTTP/1.9\r\n\r\n", 400),
        ("GET /a b HTTP/1.1\r\n\r\n", 400),
        ("GET /\"<> HTTP/1.1\r\nHost: court\r\n\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nHost : court\r\n\r\n", 400),
        ("GET /healthz HTTP/1.1\r\nX: \u{0}\r\n\r\n", 400),
        (long.as_str(), 414),
        (many.as_str(), 431),
    ] {
        let answer = answer(bytes.as_bytes()).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{bytes:.40}: {answer}"
        );
        assert!(answer.contains("connection: close"), "{answer}");
    }
}
