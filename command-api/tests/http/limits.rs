//! How much of a request there may be beside what it asks for, and how its body is wrapped.

use super::support::{Ask, ask, get, post};

const COMMANDS: &str = "/v1/cases/101-26/commands";
const SEAL: &str = r#"{"type": "SealCase"}"#;

/// A read with so many headers in all.
fn with_headers(count: usize) -> Ask {
    let ask = get("/v1/cases/101-26");
    // One is the token.
    (1..count).fold(ask, |ask, at| {
        ask.header(format!("x-{at}").leak(), at.to_string())
    })
}

#[tokio::test]
async fn a_request_has_sixty_four_headers_at_most() {
    with_headers(64).problem(503, "STORE_UNAVAILABLE").await;
    with_headers(65).problem(431, "TOO_MANY_HEADERS").await;
}

#[tokio::test]
async fn the_headers_of_a_request_have_32_kib_at_most() {
    let padded = |length: usize| ask("GET", "/v1/cases/101-26").header("x-pad", "x".repeat(length));
    let most = (32 << 10) - "x-pad".len();
    padded(most).problem(401, "TOKEN_MISSING").await;
    padded(most + 1).problem(431, "HEADERS_TOO_LARGE").await;
}

#[tokio::test]
async fn an_address_has_8_kib_at_most() {
    let path = "/v1/cases/101-26/history";
    let padded = |length: usize| get(format!("{path}?cursor={}", "A".repeat(length)));
    let most = (8 << 10) - path.len() - "cursor=".len();
    padded(most).problem(400, "BAD_CURSOR").await;
    padded(most + 1).problem(414, "ADDRESS_TOO_LONG").await;
    get(format!("/{}", "x".repeat(8 << 10)))
        .problem(414, "ADDRESS_TOO_LONG")
        .await;
}

#[tokio::test]
async fn a_query_has_sixty_four_parameters_at_most() {
    let with = |count: usize| {
        let parameters: Vec<_> = (0..count).map(|at| format!("p{at}=1")).collect();
        get(format!("/v1/cases/101-26?{}", parameters.join("&")))
    };
    with(64).problem(400, "UNKNOWN_PARAMETER").await;
    with(65).problem(400, "TOO_MANY_PARAMETERS").await;
}

#[tokio::test]
async fn json_goes_thirty_two_deep_at_most() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let field = |depth: usize| {
        let note = nested(depth);
        format!(r#"{{"type": "AddCaseNote", "note": {note}}}"#)
    };
    post(COMMANDS, nested(32))
        .problem(400, "BODY_NOT_AN_OBJECT")
        .await;
    post(COMMANDS, nested(33))
        .problem(400, "JSON_TOO_DEEP")
        .await;
    // The command itself is one deep.
    post(COMMANDS, field(31))
        .problem(400, "INVALID_FIELD")
        .await;
    let problem = post(COMMANDS, field(32))
        .problem(400, "JSON_TOO_DEEP")
        .await;
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("line 1, column"),
        "{problem}"
    );
    let objects = r#"{"x":"#.repeat(100_000);
    post(COMMANDS, objects).problem(400, "JSON_TOO_DEEP").await;
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_refused_before_it_comes() {
    let asked = post(COMMANDS, SEAL).header("content-length", ((1 << 20) + 1).to_string());
    let reply = asked.send().await;
    assert_eq!(reply.json()["code"], "BODY_TOO_LARGE");
    assert_eq!(reply.header("connection"), "close");
}

#[tokio::test]
async fn a_body_whose_coding_is_not_undone_is_not_taken_for_what_it_stands_for() {
    for (name, value, status, code) in [
        (
            "content-encoding",
            "gzip",
            415,
            "UNSUPPORTED_CONTENT_ENCODING",
        ),
        (
            "content-encoding",
            "identity, br",
            415,
            "UNSUPPORTED_CONTENT_ENCODING",
        ),
        ("content-encoding", "", 415, "UNSUPPORTED_CONTENT_ENCODING"),
        (
            "transfer-encoding",
            "gzip, chunked",
            501,
            "UNSUPPORTED_TRANSFER_ENCODING",
        ),
        (
            "transfer-encoding",
            "identity",
            501,
            "UNSUPPORTED_TRANSFER_ENCODING",
        ),
        ("expect", "a miracle", 417, "EXPECTATION_FAILED"),
    ] {
        post(COMMANDS, SEAL)
            .header(name, value)
            .problem(status, code)
            .await;
    }
    let compressed = post("/v1/documents", "%PDF-1.7")
        .header("content-type", "application/pdf")
        .header("content-encoding", "gzip");
    let reply = compressed.send().await;
    assert_eq!(reply.json()["code"], "UNSUPPORTED_CONTENT_ENCODING");
    assert_eq!(reply.header("accept-encoding"), "identity");
    for (name, value) in [
        ("content-encoding", "Identity"),
        ("transfer-encoding", "chunked"),
        ("expect", "100-Continue"),
    ] {
        post(COMMANDS, SEAL)
            .header(name, value)
            .problem(503, "STORE_UNAVAILABLE")
            .await;
    }
}

#[tokio::test]
async fn no_spelling_of_a_path_leads_past_what_guards_it() {
    for (path, status, code) in [
        ("/v1/cases/101-26/", 404, "NO_SUCH_ROUTE"),
        ("/v1//cases/101-26", 404, "NO_SUCH_ROUTE"),
        ("/V1/cases/101-26", 404, "NO_SUCH_ROUTE"),
        ("/v1/./cases/101-26", 404, "NO_SUCH_ROUTE"),
        ("/healthz/../v1/cases/101-26", 404, "NO_SUCH_ROUTE"),
        ("/docs/..%2f..%2fetc%2fpasswd", 404, "NO_SUCH_ROUTE"),
        ("/docs/%2e%2e/%2e%2e/etc/passwd", 404, "NO_SUCH_ROUTE"),
        ("/v1/cases/101-26%2Fhistory", 400, "BAD_DOCKET_NUMBER"),
        ("/v1/cases/%252e%252e", 400, "BAD_DOCKET_NUMBER"),
        ("/v1/cases/101-26;x=1", 400, "BAD_DOCKET_NUMBER"),
        ("/v1/cases/101-26%00", 400, "BAD_DOCKET_NUMBER"),
        ("/v1/cases/101%E2%80%9026", 400, "BAD_DOCKET_NUMBER"),
        ("/v1/cases/%", 400, "BAD_DOCKET_NUMBER"),
        ("/v1/cases/%F0%28", 400, "BAD_DOCKET_NUMBER"),
        (
            "/v1/cases/101-26/docket-entries/%FF/document",
            400,
            "BAD_DOCKET_ENTRY",
        ),
        (
            "/v1/cases/101-26/docket-entries/-1/document",
            400,
            "BAD_DOCKET_ENTRY",
        ),
        (
            "/v1/cases/101-26/docket-entries/4294967296/document",
            400,
            "BAD_DOCKET_ENTRY",
        ),
        (
            "/v1/cases/101-26/correspondence/1/document",
            400,
            "BAD_CORRESPONDENCE",
        ),
        ("/v1/cases/101-26?minVersion=%FF", 400, "BAD_PARAMETER"),
        ("/v1/cases/101-26?%00=1", 400, "UNKNOWN_PARAMETER"),
        ("/v1/cases/101-26?=", 400, "UNKNOWN_PARAMETER"),
    ] {
        get(path).problem(status, code).await;
    }
    // What is only written another way is the same case.
    get("/v1/cases/%31%30%31%2D26")
        .problem(503, "STORE_UNAVAILABLE")
        .await;
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_answered_with_those_that_it_takes() {
    let paths = [
        ("/v1/cases", "POST"),
        ("/v1/documents", "POST"),
        (COMMANDS, "POST"),
        ("/v1/cases/101-26", "GET,HEAD"),
        ("/v1/lists/work", "GET,HEAD"),
        ("/healthz", "GET,HEAD"),
        ("/openapi.json", "GET,HEAD"),
    ];
    for (path, allowed) in paths {
        for method in ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            ask(method, path).problem(405, "METHOD_NOT_ALLOWED").await;
            let reply = ask(method, path).send().await;
            assert_eq!(reply.header("allow"), allowed, "{method} {path}");
        }
    }
}
