//! Answers that are larger than whatever carries them takes.
//!
//! A port of our own takes any. What stands between a caller and a function may not: there an
//! answer that doesn't fit becomes a problem that says what to ask for instead, and never a
//! failure of which nobody can tell the reason.

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::ApiState;
use super::problem::Problem;

/// The most that an answer may come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerLimit {
    /// In bytes.
    pub(crate) bytes: usize,
    /// What an answer of these headers and this body comes to: never less than the body.
    pub(crate) size_of: fn(&HeaderMap, &[u8]) -> usize,
}

/// Answers with a problem where the answer would not fit.
pub(super) async fn bounded(
    State(state): State<ApiState>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    let Some(limit) = state.limit else {
        return response;
    };
    let (parts, body) = response.into_parts();
    match to_bytes(body, limit.bytes).await {
        Ok(bytes) if (limit.size_of)(&parts.headers, &bytes) <= limit.bytes => {
            Response::from_parts(parts, Body::from(bytes))
        }
        Ok(_) => too_large().into_response(),
        Err(error) if is_too_long(&error) => too_large().into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer broke off");
            Problem::broken_off().into_response()
        }
    }
}

fn too_large() -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "ANSWER_TOO_LARGE",
        "the answer is larger than can be carried here; ask for less of it: a case's docket \
         record and its history come in pages, and `limit` says how much is on one",
    )
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
