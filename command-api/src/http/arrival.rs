//! What a request may be as it arrives, whatever it asks for: how much of it there is beside
//! its body, and how its body is wrapped. Bodies have bounds of their own, in [`super::body`]
//! and [`super::documents`].
//!
//! | status | code | |
//! | --- | --- | --- |
//! | 400 | `BAD_HOST` | on a port of our own, HTTP/1.1 without the header Host, or with two |
//! | 400 | `TOO_MANY_PARAMETERS` | the query has more than [`MAX_PARAMETERS`] |
//! | 414 | `ADDRESS_TOO_LONG` | path and query have more than [`MAX_ADDRESS_BYTES`] |
//! | 415 | `UNSUPPORTED_CONTENT_ENCODING` | the body is compressed |
//! | 417 | `EXPECTATION_FAILED` | it expects something else than `100-continue` |
//! | 431 | `TOO_MANY_HEADERS` | more than [`MAX_HEADERS`] |
//! | 431 | `HEADERS_TOO_LARGE` | more than [`MAX_HEADER_BYTES`], names and values |
//! | 501 | `UNSUPPORTED_TRANSFER_ENCODING` | the body is sent in another coding than `chunked` |
//!
//! What is no HTTP at all never comes here: the server answers it with a bare 400, and headers
//! past several times these bounds with a bare 431 or 414, and ends the connection.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use axum::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, EXPECT, HOST, HeaderName, TRANSFER_ENCODING,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::problem::Problem;

/// The most headers. No client of ours sends half of them, and proxies add a few.
const MAX_HEADERS: usize = 64;
/// The most bytes of headers.
const MAX_HEADER_BYTES: usize = 32 << 10;
/// The longest path with its query, in bytes. A cursor is the longest of what we give out.
const MAX_ADDRESS_BYTES: usize = 8 << 10;
/// The most parameters in a query. The audit takes thirteen, each once.
const MAX_PARAMETERS: usize = 64;

/// Lets a request in that is within the bounds.
pub(super) async fn checked(request: Request, next: Next) -> Response {
    match check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check(request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    check_size(headers)?;
    check_address(request.uri())?;
    // What a gateway hands over has no wire of which Host could be a part.
    let has_port = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .is_some();
    if has_port && request.version() == Version::HTTP_11 {
        check_host(headers)?;
    }
    check_coding(headers)
}

fn check_size(headers: &HeaderMap) -> Result<(), Problem> {
    let status = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    if headers.len() > MAX_HEADERS {
        let detail = format!("a request has at most {MAX_HEADERS} headers; leave the others out");
        return Err(Problem::new(status, "TOO_MANY_HEADERS", detail));
    }
    let bytes: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if bytes > MAX_HEADER_BYTES {
        let detail =
            format!("the headers of a request have at most {MAX_HEADER_BYTES} bytes together");
        return Err(Problem::new(status, "HEADERS_TOO_LARGE", detail));
    }
    Ok(())
}

fn check_address(uri: &Uri) -> Result<(), Problem> {
    let query = uri.query().unwrap_or_default();
    if uri.path().len() + query.len() > MAX_ADDRESS_BYTES {
        let detail = format!("path and query have at most {MAX_ADDRESS_BYTES} bytes together");
        return Err(Problem::new(
            StatusCode::URI_TOO_LONG,
            "ADDRESS_TOO_LONG",
            detail,
        ));
    }
    if query.split('&').count() > MAX_PARAMETERS {
        let detail = format!("a query has at most {MAX_PARAMETERS} parameters");
        return Err(Problem::bad_request("TOO_MANY_PARAMETERS", detail));
    }
    Ok(())
}

/// What RFC 9112 (section 3.2) asks of a server, so that a proxy and we never take a request
/// for one to different hosts.
fn check_host(headers: &HeaderMap) -> Result<(), Problem> {
    let mut hosts = headers.get_all(HOST).iter();
    if hosts.next().is_some() && hosts.next().is_none() {
        return Ok(());
    }
    let detail = "send the header Host, once";
    Err(Problem::bad_request("BAD_HOST", detail).about("Host"))
}

/// A body that we would not undo the coding of must not be taken for what it stands for.
fn check_coding(headers: &HeaderMap) -> Result<(), Problem> {
    if !has_only(headers, &EXPECT, "100-continue") {
        let detail = "there is nothing to expect but 100-continue; leave the header out";
        let status = StatusCode::EXPECTATION_FAILED;
        return Err(Problem::new(status, "EXPECTATION_FAILED", detail).about("Expect"));
    }
    if !has_only(headers, &TRANSFER_ENCODING, "chunked") {
        let detail = "send the body as it is, or chunked";
        let status = StatusCode::NOT_IMPLEMENTED;
        return Err(
            Problem::new(status, "UNSUPPORTED_TRANSFER_ENCODING", detail)
                .about("Transfer-Encoding"),
        );
    }
    if !has_only(headers, &CONTENT_ENCODING, "identity") {
        let detail = "send the body as it is, and not compressed";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Problem::new(status, "UNSUPPORTED_CONTENT_ENCODING", detail)
            .about("Content-Encoding")
            .with(ACCEPT_ENCODING, HeaderValue::from_static("identity")));
    }
    Ok(())
}

/// Whether a header is absent, or says this and nothing else.
fn has_only(headers: &HeaderMap, name: &HeaderName, known: &str) -> bool {
    headers.get_all(name).iter().all(|value| {
        value
            .to_str()
            .is_ok_and(|value| value.trim().eq_ignore_ascii_case(known))
    })
}
