//! Problem documents (RFC 9457): every answer that is not a success.
//!
//! A [`Problem`] travels through the layers as an extension of its response and is written
//! out at the very end, where the request's correlation id is known; an answer of the
//! framework's own (no such route, a wrong method, a time-out) becomes one there too. So
//! there is one place that writes problems, and no answer that escapes it.

use std::borrow::Cow;

use axum::http::header::{ALLOW, CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_shared::case::FoldError;
use casefold_shared::gateway::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use super::etag;
use crate::auth::TokenError;
use crate::fields::NoSuchField;
use crate::refusal::Refusal;
use crate::service::{CommandError, ReadError, codes};

/// The media type of problem documents.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Seconds after which a client may try again what failed in passing.
const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("1");

/// An answer that is not a success.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    pub(super) code: Cow<'static, str>,
    detail: Cow<'static, str>,
    field: Option<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// A problem document as it is sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemDocument<'a> {
    /// The kind of problem: `urn:casefold:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(value_type = String, example = "urn:casefold:problem:ENTRY_ALREADY_SERVED")]
    kind: String,
    /// The kind of problem, in words; the same for every occurrence.
    #[schema(value_type = String, example = "Conflict")]
    title: &'a str,
    /// The HTTP status.
    #[schema(value_type = u16, minimum = 400, maximum = 599, example = 409)]
    status: u16,
    /// What happened this time, and what to do about it.
    #[schema(value_type = String)]
    detail: &'a str,
    /// This occurrence: `urn:casefold:request:` and the correlation id, under which the
    /// court's log has the request.
    #[schema(value_type = String, example = "urn:casefold:request:0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b11")]
    instance: String,
    /// The kind of problem, for programs. It never changes its meaning.
    #[schema(value_type = String, pattern = "^[A-Z0-9_]+$", example = "ENTRY_ALREADY_SERVED")]
    code: &'a str,
    /// The field, parameter or header that the problem is about, where it is about one:
    /// a path such as `petitioners[0].name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    field: Option<&'a str>,
}

impl Problem {
    /// A problem of a status, with its stable code, and what to do about it.
    pub fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            detail: detail.into(),
            field: None,
            headers: Vec::new(),
        }
    }

    /// A request that can't be understood: 400.
    pub fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// Names the field, parameter or header that the problem is about.
    #[must_use]
    pub fn about(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// A header of the answer.
    #[cfg(test)]
    pub(super) fn header(&self, name: &HeaderName) -> Option<&HeaderValue> {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value)
    }

    fn retry(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(status, code, detail).with(RETRY_AFTER, RETRY_SECONDS)
    }

    fn unavailable(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::retry(StatusCode::SERVICE_UNAVAILABLE, code, detail)
    }

    fn internal(code: &'static str) -> Self {
        let detail = "the service failed; the court's log has this request under its instance";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code, detail)
    }

    /// An access could not be noted, so nothing is shown: 503, whatever the cause.
    pub(super) fn access_not_noted(error: &StoreError) -> Self {
        log(error);
        Self::unavailable(
            "ACCESS_NOT_NOTED",
            "the access can't be noted now, and without that nothing sealed is shown, and \
             nothing across cases; try again in a moment",
        )
    }

    /// As many requests as can be served are being served: 503.
    pub(super) fn overloaded() -> Self {
        Self::unavailable(
            "OVERLOADED",
            "the service has as much to do as it can; nothing was done, so send the request \
             again after Retry-After seconds",
        )
    }

    /// The handler panicked: 500.
    pub fn panicked() -> Self {
        Self::internal("INTERNAL_ERROR")
    }

    /// The answer could not be read to its end: 500.
    pub(super) fn broken_off() -> Self {
        Self::internal("INTERNAL_ERROR")
    }

    /// What the framework answered by itself, as a problem.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::new(
                status,
                "NO_SUCH_ROUTE",
                "there is nothing at this address; see /docs",
            ),
            StatusCode::METHOD_NOT_ALLOWED => Self::new(
                status,
                "METHOD_NOT_ALLOWED",
                "this address doesn't take this method; the header Allow has those that it takes",
            ),
            StatusCode::SERVICE_UNAVAILABLE => Self::unavailable(
                "TIMED_OUT",
                "the request took too long, and may have been carried out; send it again with \
                 the same Idempotency-Key to learn the answer",
            ),
            status if status.is_server_error() => Self::internal("INTERNAL_ERROR"),
            status => Self::new(status, "BAD_REQUEST", "the request can't be understood"),
        }
    }

    /// The response, written out for a request.
    pub(super) fn render(
        self,
        correlation_id: &CorrelationId,
        allow: Option<HeaderValue>,
    ) -> Response {
        let document = ProblemDocument {
            kind: format!("urn:casefold:problem:{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Problem"),
            status: self.status.as_u16(),
            detail: &self.detail,
            instance: format!(
                "urn:casefold:request:{}",
                urn_encoded(correlation_id.as_str())
            ),
            code: &self.code,
            field: self.field.as_deref(),
        };
        // A struct of texts always has a JSON form; an empty body is the answer if not.
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = (self.status, [(CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        response.headers_mut().extend(self.headers);
        if let Some(allow) = allow {
            response.headers_mut().insert(ALLOW, allow);
        }
        response
    }
}

/// Writes a correlation id as a part of a URN: what may not stand there is escaped.
fn urn_encoded(text: &str) -> String {
    text.bytes()
        .fold(String::with_capacity(text.len()), |mut encoded, byte| {
            if byte.is_ascii_alphanumeric() || b"-._~:@!$&'()*+,;=".contains(&byte) {
                encoded.push(char::from(byte));
            } else {
                encoded.push_str(&format!("%{byte:02X}"));
            }
            encoded
        })
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        let challenge = match error {
            // The token may be good, so it isn't challenged.
            TokenError::KeysUnavailable => {
                return Self::unavailable(error.code(), error.to_string());
            }
            TokenError::Missing => "Bearer realm=\"casefold\"".to_owned(),
            other => format!(
                "Bearer realm=\"casefold\", error=\"invalid_token\", error_description=\"{}\"",
                other.to_string().replace(['"', '\\'], "'")
            ),
        };
        let challenge = HeaderValue::from_str(&challenge)
            .unwrap_or_else(|_| HeaderValue::from_static("Bearer realm=\"casefold\""));
        Self::new(StatusCode::UNAUTHORIZED, error.code(), error.to_string())
            .with(WWW_AUTHENTICATE, challenge)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::CONFLICT);
        let problem = Self::new(status, refusal.code(), refusal.to_string());
        match refusal.field() {
            Some(field) => problem.about(field),
            None => problem,
        }
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::KeyReused => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail).about("Idempotency-Key")
            }
            CommandError::VersionMismatch { current } => {
                Self::new(StatusCode::PRECONDITION_FAILED, code, detail)
                    .about("If-Match")
                    .with(ETAG, etag::of(current))
            }
            CommandError::Contended => Self::retry(StatusCode::CONFLICT, code, detail),
            CommandError::NoSuchCase(_) => Self::new(StatusCode::NOT_FOUND, code, detail),
            CommandError::Encode(_) => {
                log(&error);
                Self::internal(code)
            }
            CommandError::Read(error) => error.into(),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        let (code, detail) = (error.code(), error.to_string());
        match error {
            ReadError::Store(error) => error.into(),
            ReadError::Fold(error) => error.into(),
            // The case's version is left out: the reader may be one from whom it is kept.
            ReadError::NotReached { wanted, .. } => Self::new(
                StatusCode::CONFLICT,
                code,
                format!("the case has not reached version {wanted}"),
            )
            .about("minVersion"),
            ReadError::NotYetRecorded { current, wanted } => Self::new(
                StatusCode::CONFLICT,
                code,
                format!("there is no version {wanted} of the case; its last is {current}"),
            ),
            ReadError::NotBegun => Self::new(
                StatusCode::CONFLICT,
                code,
                "the case had not begun by then; its history tells when it did",
            ),
            ReadError::Moving => Self::unavailable(code, detail),
            ReadError::ListsIncomplete => Self::unavailable(code, detail),
            ReadError::AuditIncomplete => Self::unavailable(code, detail),
        }
    }
}

impl From<NoSuchField> for Problem {
    fn from(error: NoSuchField) -> Self {
        Self::bad_request("UNKNOWN_FIELD", error.to_string()).about("field")
    }
}

impl From<FoldError> for Problem {
    fn from(error: FoldError) -> Self {
        // Only two links of the chain: a parser's message below may quote a payload.
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        tracing::error!(%error, cause, "a case can't be folded");
        match error {
            FoldError::Chain(_) => Self::history_broken(
                "the history of the case is not what was recorded; the court has to look into it. \
                 Nothing was changed",
            ),
            FoldError::Decode { .. } | FoldError::NoPetition(_) => Self::unavailable(
                codes::of_fold(&error),
                "the case waits for a repair or a newer build; nothing of it is lost",
            ),
        }
    }
}

impl Problem {
    fn history_broken(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            codes::HISTORY_BROKEN,
            detail,
        )
    }

    /// A case that can't be read, for the court's own staff: they are told where its history
    /// breaks and what of it can be trusted, which others are not, for it tells how far a case
    /// has come that may be sealed from them.
    pub(super) fn for_court(error: ReadError) -> Self {
        if let ReadError::Store(corrupt @ StoreError::Corrupt { .. }) = &error {
            log(corrupt);
            return Self::history_broken(format!(
                "{corrupt}. What was recorded before it can be read as of its version: \
                 ?atVersion=…. An operator can learn more with `casefold verify`"
            ));
        }
        let ReadError::Fold(FoldError::Chain(chain)) = &error else {
            return error.into();
        };
        let bad = chain.first_bad();
        let case = bad.docket_number;
        let trusted = match bad.version.0.saturating_sub(1) {
            0 => "Nothing of the case can be trusted".to_owned(),
            version => format!(
                "The case can be trusted up to version {version}, and read as of it: \
                 ?atVersion={version}"
            ),
        };
        tracing::error!(error = %chain, "the history of a case is broken");
        Self::history_broken(format!(
            "{chain}. {trusted}. An operator can learn more with `casefold verify --case {case}`"
        ))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        log(&error);
        let code = codes::of_store(&error);
        match &error {
            StoreError::Throttled(_) | StoreError::Unavailable(_) => {
                Self::unavailable(code, error.to_string())
            }
            StoreError::Refused(..) | StoreError::Corrupt { .. } => Self::internal(code),
            StoreError::TooLarge { .. } => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                code,
                "what the command does is too large for one step; do it in several",
            ),
        }
    }
}

/// Logs a failure with its causes, once, here where it is handled.
fn log(error: &dyn std::error::Error) {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    tracing::error!(error = %error, causes = causes.join(": "), "a request failed");
}
