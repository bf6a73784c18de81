//! Bringing the content of documents in: through this service, or straight to the store.

use std::time::Duration;

use axum::Json;
use axum::body::Body as HttpBody;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_events::{Digest, Timestamp};
use casefold_shared::gateway::{BoxError, ContentStream, PutDocumentError, document_key};
use futures::{StreamExt, stream};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::super::ApiState;
use super::super::body::{Body, Commands, announced};
use super::super::extract::{Caller, Parameters};
use super::super::problem::{Problem, ProblemDocument};
use super::{CONTENT_DIGEST, ContentBytes, content_digest, digest_field, kept, looked_into};
use crate::command::{CommandParseError, RequestUpload};
use crate::refusal::Refusal;
use crate::rules::media_types::MediaType;
use crate::rules::permissions;
use crate::service::Documents;

/// How long the sender of a document may be silent.
const SILENCE: Duration = Duration::from_secs(30);

/// How long a whole document may take: 250 MiB at 2.4 Mbit/s.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(15 * 60);

/// How long an address of the store can be used.
const GRANT_HOLDS: Duration = Duration::from_secs(15 * 60);

/// A document that is kept: what a command's attachment says of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct StoredDocumentAnswer {
    /// Key in the store of documents.
    #[schema(
        example = "documents/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    key: String,
    /// SHA-256 of the content.
    sha256: Digest,
    /// How many bytes it has.
    bytes: u64,
}

/// Where to put a document.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct UploadAddressAnswer {
    /// Key in the store of documents, for a command's attachment.
    #[schema(
        example = "documents/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    key: String,
    /// The request that puts it.
    upload: UploadAddress,
}

/// A request to send.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct UploadAddress {
    /// The method.
    #[schema(value_type = String, example = "PUT")]
    method: &'static str,
    /// The address. One that begins with `/` is this service's own and needs the token;
    /// another is the store's, and whoever has it can put the document.
    url: String,
    /// The headers that have to be sent, with these values.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    headers: serde_json::Map<String, Value>,
    /// Until when the address can be used, where it is the store's.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

/// Upload a document
///
/// Keeps the content that is sent as the body, as it comes. The answer says what a command's
/// attachment says of it: send the command next. The same content twice is kept once. A
/// document can't be changed or removed.
#[utoipa::path(
    post, path = "/v1/documents", tag = "documents", operation_id = "uploadDocument",
    params(
        ("Content-Digest" = Option<String>, Header,
         example = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:",
         description = "SHA-256 of the content (RFC 9530): what arrives is kept only if it has it."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    request_body(description = "The content: PDF, JPEG, PNG or TIFF.", content(
        (ContentBytes = "application/pdf"), (ContentBytes = "image/jpeg"),
        (ContentBytes = "image/png"), (ContentBytes = "image/tiff"),
    )),
    responses(
        (status = 201, description = "It is kept.", body = StoredDocumentAnswer, headers(
            ("Content-Digest" = String, description = "SHA-256 of what was sent."),
        )),
        (status = 400, description = "A header can't be read (`BAD_CONTENT_DIGEST`), or the body did not arrive as a whole (`BODY_UNREADABLE`).",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 408, description = "The body came too slowly: `UPLOAD_TIMED_OUT`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "It is larger than this service takes, 250 MiB unless set otherwise: `DOCUMENT_TOO_LARGE`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "Content-Type names nothing that the court takes: `UNSUPPORTED_MEDIA_TYPE`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "It is empty (`DOCUMENT_EMPTY`), begins like something else than Content-Type says (`CONTENT_TYPE_MISMATCH`), or hasn't the digest (`DIGEST_MISMATCH`).",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 501, description = "This service keeps no documents: `DOCUMENTS_NOT_KEPT`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(in crate::http) async fn upload_document(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    parameters: Parameters,
    headers: HeaderMap,
    body: HttpBody,
) -> Result<Response, Problem> {
    let kept = async {
        parameters.done()?;
        may_upload(actor.role)?;
        let documents = kept(&state)?;
        let kept = tokio::time::timeout(UPLOAD_TIMEOUT, keep(documents, &headers, body));
        kept.await.map_err(|_| too_slow())?
    };
    // What is left of the body is not read, so the connection can't be used again.
    kept.await
        .map_err(|problem: Problem| problem.with(CONNECTION, HeaderValue::from_static("close")))
}

async fn keep(
    documents: &Documents,
    headers: &HeaderMap,
    body: HttpBody,
) -> Result<Response, Problem> {
    let said = headers
        .get(CONTENT_TYPE)
        .and_then(|value| MediaType::named(value.to_str().ok()?))
        .ok_or_else(unsupported)?;
    let expected = content_digest(headers)?;
    if announced(headers).is_some_and(|bytes| bytes > documents.max_bytes) {
        return Err(too_large(documents.max_bytes));
    }
    let (first, content) = looked_into(arriving(body)).await.map_err(unreadable)?;
    if first.is_empty() {
        return Err(empty());
    }
    if MediaType::recognized(&first) != Some(said) {
        let detail = format!("the content doesn't begin as {} does", said.as_str());
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Err(Problem::new(status, "CONTENT_TYPE_MISMATCH", detail).about("Content-Type"));
    }
    let stored = documents.keep(content, expected).await.map_err(refused)?;
    let headers = [
        (CONTENT_DIGEST, digest_field(stored.sha256)),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let answer = StoredDocumentAnswer {
        key: document_key(stored.sha256),
        sha256: stored.sha256,
        bytes: stored.bytes,
    };
    Ok((StatusCode::CREATED, headers, Json(answer)).into_response())
}

/// The sender was silent for too long.
#[derive(Debug, thiserror::Error)]
#[error("nothing came for {} seconds", SILENCE.as_secs())]
struct Silent;

/// A body as it comes; one that stops coming ends in [`Silent`].
fn arriving(body: HttpBody) -> ContentStream {
    let next = |mut pieces: axum::body::BodyDataStream| async move {
        let piece = match tokio::time::timeout(SILENCE, pieces.next()).await {
            Ok(piece) => piece.transpose().map_err(BoxError::from)?,
            Err(_) => return Err(Silent.into()),
        };
        Ok(piece.map(|piece| (piece, pieces)))
    };
    stream::try_unfold(body.into_data_stream(), next).boxed()
}

/// Ask where to put a document
///
/// For documents that are too large to go through this service (AWS Lambda carries 6 MB), and
/// for any other: the answer is the request by which the content is put, to the store itself
/// where that takes callers without credentials, else to this service. The store takes what
/// has the digest and nothing else; it answers 412 where it has the content already, which is
/// as good. A command can name the document as soon as it is put.
#[utoipa::path(
    post, path = "/v1/documents/uploads", tag = "documents", operation_id = "requestUpload",
    params(
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    request_body(content = RequestUpload, description = "What is to be put.", example = json!(RequestUpload::example())),
    responses(
        (status = 200, description = "Put it there.", body = UploadAddressAnswer),
        (status = 413, description = "It is larger than this service takes: `DOCUMENT_TOO_LARGE`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 415, description = "The body is not sent as `application/json`: `UNSUPPORTED_MEDIA_TYPE`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "A field's content can't be taken: `INVALID_FIELD`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 501, description = "This service keeps no documents: `DOCUMENTS_NOT_KEPT`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(in crate::http) async fn request_upload(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    parameters: Parameters,
    Body(request): Body<RequestUpload>,
) -> Result<Response, Problem> {
    parameters.done()?;
    may_upload(actor.role)?;
    request.validate().map_err(Refusal::from)?;
    let documents = kept(&state)?;
    if request.bytes > documents.max_bytes {
        return Err(too_large(documents.max_bytes).about("bytes"));
    }
    let (sha256, content_type) = (request.sha256, request.content_type.as_str());
    let grant = documents
        .upload_grant(sha256, content_type, GRANT_HOLDS)
        .await?;
    let text = |value: String| Value::String(value);
    let upload = match grant {
        Some(grant) => UploadAddress {
            method: grant.method,
            url: grant.url,
            headers: grant
                .headers
                .into_iter()
                .map(|(name, value)| (name.to_owned(), text(value)))
                .collect(),
            expires_at: Some(after(state.service.clock().now(), GRANT_HOLDS)),
        },
        None => UploadAddress {
            method: "POST",
            url: "/v1/documents".to_owned(),
            headers: [
                (CONTENT_TYPE.to_string(), text(content_type.to_owned())),
                (CONTENT_DIGEST.to_string(), text(digest_field(sha256))),
            ]
            .into_iter()
            .collect(),
            expires_at: None,
        },
    };
    let answer = UploadAddressAnswer {
        key: document_key(sha256),
        upload,
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

impl Commands for RequestUpload {
    fn parse(value: Value) -> Result<Self, CommandParseError> {
        Self::parse(value)
    }
}

fn after(now: Timestamp, holds: Duration) -> Timestamp {
    let millis = i64::try_from(holds.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}

fn may_upload(role: Role) -> Result<(), Problem> {
    if permissions::may_upload(role) {
        return Ok(());
    }
    let detail = format!("the role {role} files nothing, and may not upload documents");
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "ROLE_NOT_ALLOWED",
        detail,
    ))
}

fn refused(error: PutDocumentError) -> Problem {
    match error {
        PutDocumentError::Empty => empty(),
        PutDocumentError::TooLarge { limit } => too_large(limit),
        PutDocumentError::DigestMismatch { .. } => {
            let detail = format!("{error}; send it again");
            Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "DIGEST_MISMATCH", detail)
                .about("Content-Digest")
        }
        PutDocumentError::Interrupted(error) => unreadable(error),
        PutDocumentError::Store(error) => error.into(),
    }
}

fn unreadable(error: BoxError) -> Problem {
    if error.is::<Silent>() {
        return too_slow();
    }
    Problem::bad_request("BODY_UNREADABLE", "the body did not arrive as a whole")
}

fn too_slow() -> Problem {
    let detail = "the document came too slowly, and nothing of it is kept; send it again";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "UPLOAD_TIMED_OUT", detail)
}

fn too_large(limit: u64) -> Problem {
    let detail = format!("a document has at most {limit} bytes; split it");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "DOCUMENT_TOO_LARGE", detail)
}

fn empty() -> Problem {
    let detail = "the document is empty; send its content as the body";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "DOCUMENT_EMPTY", detail)
}

fn unsupported() -> Problem {
    let kinds: Vec<_> = MediaType::ALL.iter().map(|kind| kind.as_str()).collect();
    let detail = format!(
        "send the document with a Content-Type of {}",
        kinds.join(", ")
    );
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", detail).about("Content-Type")
}
