//! Reading the content of documents, as far as the reader may.

use std::time::Duration;

use axum::body::Body as HttpBody;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION, VARY,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use casefold_events::entry::DocumentRef;
use casefold_events::ids::{CorrelationId, CorrespondenceId};
use casefold_events::{DocketEntryId, DocketNumber};
use casefold_shared::accesses::AccessKind;
use casefold_shared::documents::WrongContent;
use casefold_shared::gateway::{BoxError, ContentStream, EntrySelection, StoreError, document_key};
use futures::TryStreamExt;
use uuid::Uuid;

use super::super::ApiState;
use super::super::extract::{Caller, Parameters};
use super::super::noting::Witness;
use super::super::problem::{Problem, ProblemDocument};
use super::super::reads::find;
use super::{CONTENT_DIGEST, ContentBytes, digest_field, kept, looked_into};
use crate::access::{EntrySight, Sight};
use crate::command::EntryRef;
use crate::decide::find_entry;
use crate::rules::media_types::MediaType;

/// How long an address of the store can be used: until a client has followed it.
const GRANT_HOLDS: Duration = Duration::from_secs(60);

/// Read an entry's document
///
/// The content of the document behind a docket entry, for readers who may have it: not where
/// it is sealed from them or stricken, nor, for everybody outside the case, before it is
/// served. What is sent is checked against the digest on the record: content that doesn't fit
/// ends before its end. Where the store takes callers without credentials, the answer is its
/// address instead, good for a minute; follow it without the token.
#[utoipa::path(
    get, path = "/v1/cases/{docketNumber}/docket-entries/{docketEntry}/document",
    tag = "documents", operation_id = "readDocument",
    params(
        ("docketNumber" = DocketNumber, Path, description = "The case."),
        ("docketEntry" = EntryRef, Path,
         description = "The entry: its index on the record, or its id."),
        ("minVersion" = Option<u64>, Query, minimum = 1,
         description = "Don't answer from a version of the case older than this."),
        ("X-Audit-Reason" = Option<String>, Header,
         description = "Why it is read, for the log of accesses: 3 to 500 characters. What is sealed is noted there before it is shown."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "The content.", content(
            (ContentBytes = "application/pdf"), (ContentBytes = "image/jpeg"), (ContentBytes = "image/png"),
            (ContentBytes = "image/tiff"), (ContentBytes = "application/octet-stream"),
        ), headers(
            ("Content-Digest" = String, description = "SHA-256 of the content, as the record has it."),
            ("Content-Disposition" = String, description = "A file name made of docket number and index."),
        )),
        (status = 302, description = "The content is at this address of the store.", headers(
            ("Location" = String, description = "The address, signed."),
        )),
        (status = 403, description = "The case is sealed from the reader (`CASE_SEALED`), or the document is (`DOCUMENT_WITHHELD`).",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such case (`CASE_NOT_FOUND`) or, for this reader, no such entry (`ENTRY_NOT_FOUND`); it has no document (`NO_DOCUMENT`), or its content is not stored (`DOCUMENT_NOT_STORED`).",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The case has not reached `minVersion`: `VERSION_NOT_REACHED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 501, description = "This service keeps no documents: `DOCUMENTS_NOT_KEPT`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(in crate::http) async fn read_document(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    In(docket_number, entry): In<EntryRef>,
    witness: Witness,
    method: Method,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let min_version = parameters.take_min_version()?;
    parameters.done()?;
    let (ids, indexes) = EntryRef::split(&[entry]);
    let selection = EntrySelection::Some {
        ids: &ids,
        indexes: &indexes,
    };
    let read = find(&state, &actor, docket_number, min_version, selection).await?;
    let reader = read.reader(&actor);
    if reader.sight() == Sight::Sealed {
        let detail = "the case is sealed; its documents are for the court and the parties";
        return Err(Problem::new(StatusCode::FORBIDDEN, "CASE_SEALED", detail));
    }
    let not_found = || no_such_entry(docket_number);
    let entry = find_entry(&read.case, entry).map_err(|_| not_found())?;
    match reader.entry_sight(entry) {
        EntrySight::Whole => {}
        EntrySight::WithoutDocument | EntrySight::Withheld => return Err(withheld()),
        EntrySight::Hidden => return Err(not_found()),
    }
    let document = entry.filed.document.as_ref().ok_or_else(|| {
        let detail = "the entry has no document";
        Problem::new(StatusCode::NOT_FOUND, "NO_DOCUMENT", detail)
    })?;
    witness
        .note_sealed(&actor, AccessKind::Document, &reader, [entry])
        .await?;
    let name = match entry.filed.index {
        Some(index) => format!("{docket_number}-{index}"),
        None => format!("{docket_number}-{}", entry.filed.docket_entry_id),
    };
    send(&state, document, &name, &method).await
}

/// Read a piece of correspondence
///
/// Its content, for the court alone.
#[utoipa::path(
    get, path = "/v1/cases/{docketNumber}/correspondence/{correspondenceId}/document",
    tag = "documents", operation_id = "readCorrespondence",
    params(
        ("docketNumber" = DocketNumber, Path, description = "The case."),
        ("correspondenceId" = CorrespondenceId, Path, description = "The piece of correspondence."),
        ("minVersion" = Option<u64>, Query, minimum = 1,
         description = "Don't answer from a version of the case older than this."),
        ("X-Audit-Reason" = Option<String>, Header,
         description = "Why it is read, for the log of accesses: 3 to 500 characters. What is sealed is noted there before it is shown."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "The content.", content(
            (ContentBytes = "application/pdf"), (ContentBytes = "image/jpeg"), (ContentBytes = "image/png"),
            (ContentBytes = "image/tiff"), (ContentBytes = "application/octet-stream"),
        ), headers(
            ("Content-Digest" = String, description = "SHA-256 of the content, as the record has it."),
            ("Content-Disposition" = String, description = "A file name made of docket number and id."),
        )),
        (status = 302, description = "The content is at this address of the store.", headers(
            ("Location" = String, description = "The address, signed."),
        )),
        (status = 403, description = "The role is not one of the court's own: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such case (`CASE_NOT_FOUND`) or correspondence (`CORRESPONDENCE_NOT_FOUND`), or its content is not stored (`DOCUMENT_NOT_STORED`).",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The case has not reached `minVersion`: `VERSION_NOT_REACHED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 501, description = "This service keeps no documents: `DOCUMENTS_NOT_KEPT`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(in crate::http) async fn read_correspondence(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    In(docket_number, CorrespondencePath(id)): In<CorrespondencePath>,
    witness: Witness,
    method: Method,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    let min_version = parameters.take_min_version()?;
    parameters.done()?;
    if !actor.role.is_internal() {
        let detail = format!(
            "the role {} may not read the court's correspondence",
            actor.role
        );
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "ROLE_NOT_ALLOWED",
            detail,
        ));
    }
    let read = find(
        &state,
        &actor,
        docket_number,
        min_version,
        EntrySelection::None,
    )
    .await?;
    let mut kept = read.case.correspondence.iter();
    let correspondence = kept
        .find(|correspondence| correspondence.correspondence_id == id)
        .ok_or_else(|| {
            let detail = format!("case {docket_number} has no such correspondence");
            Problem::new(StatusCode::NOT_FOUND, "CORRESPONDENCE_NOT_FOUND", detail)
        })?;
    let reader = read.reader(&actor);
    witness
        .note_sealed(&actor, AccessKind::Document, &reader, [])
        .await?;
    let name = format!("{docket_number}-{id}");
    send(&state, &correspondence.document, &name, &method).await
}

/// Sends a document that its reader may have, under a name without an ending.
async fn send(
    state: &ApiState,
    document: &DocumentRef,
    name: &str,
    method: &Method,
) -> Result<Response, Problem> {
    let documents = kept(state)?;
    let content = documents.find(document).await?.ok_or_else(not_stored)?;
    let bytes = content.bytes;
    let (first, content) = looked_into(content.stream).await.map_err(failed)?;
    let kind = MediaType::recognized(&first);
    let file_name = format!("{name}.{}", kind.map_or("bin", MediaType::extension));
    // An address to get from can't be asked for the head alone.
    if *method == Method::GET
        && let Some(grant) = documents
            .download_grant(&document.key, &file_name, GRANT_HOLDS)
            .await?
    {
        let headers = [(LOCATION, grant.url)];
        return Ok((StatusCode::FOUND, FOR_ONE_READER, headers).into_response());
    }
    let kind = kind.map_or("application/octet-stream", MediaType::as_str);
    let mut headers = HeaderMap::new();
    let mut say = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    say(CONTENT_TYPE, kind.to_owned());
    say(CONTENT_LENGTH, bytes.to_string());
    say(
        CONTENT_DISPOSITION,
        format!("attachment; filename=\"{file_name}\""),
    );
    if let Some(Ok(sha256)) = document.sha256.as_ref().map(|sha256| sha256.parse()) {
        say(CONTENT_DIGEST, digest_field(sha256));
    }
    let body = HttpBody::from_stream(logged(content));
    Ok((FOR_ONE_READER, headers, body).into_response())
}

/// The failure of content whose first bytes did not come.
fn failed(error: BoxError) -> StoreError {
    match error.downcast::<WrongContent>() {
        Ok(wrong) => StoreError::Corrupt {
            at: document_key(wrong.expected),
            problem: wrong.to_string(),
        },
        Err(error) => StoreError::Unavailable(error),
    }
}

/// What the answer depends on, and that nobody keeps it.
const FOR_ONE_READER: [(HeaderName, &str); 2] = [
    (VARY, "Authorization"),
    (CACHE_CONTROL, "private, no-store"),
];

/// Content whose failure is logged, under the request that it belongs to: the answer's head
/// is sent by then, and the connection can only be cut.
fn logged(
    content: ContentStream,
) -> impl futures::Stream<Item = <ContentStream as futures::Stream>::Item> {
    let span = tracing::Span::current();
    content.inspect_err(move |error| span.in_scope(|| log(&**error)))
}

fn log(error: &(dyn std::error::Error + Send + Sync)) {
    tracing::error!(%error, "a document could not be sent as a whole");
}

fn no_such_entry(docket_number: DocketNumber) -> Problem {
    let detail = format!("case {docket_number} has no such docket entry");
    Problem::new(StatusCode::NOT_FOUND, "ENTRY_NOT_FOUND", detail)
}

fn withheld() -> Problem {
    let detail = "the document is sealed, stricken or not served; ask the court for it";
    Problem::new(StatusCode::FORBIDDEN, "DOCUMENT_WITHHELD", detail)
}

fn not_stored() -> Problem {
    let detail = "the record refers to a document whose content is not stored here; \
                  upload it, or ask the court";
    Problem::new(StatusCode::NOT_FOUND, "DOCUMENT_NOT_STORED", detail)
}

/// A case, and something in it, that the path names.
pub(in crate::http) struct In<T>(DocketNumber, T);

/// Something that a path names.
pub(in crate::http) trait Named: Sized {
    /// The code, the parameter's name, and what it takes.
    const PROBLEM: (&'static str, &'static str, &'static str);

    fn read(text: &str) -> Option<Self>;
}

impl Named for EntryRef {
    const PROBLEM: (&'static str, &'static str, &'static str) = (
        "BAD_DOCKET_ENTRY",
        "docketEntry",
        "an entry is its index, or its id (a UUID)",
    );

    fn read(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits {
            text.parse().ok().map(Self::Index)
        } else {
            let id = Uuid::parse_str(text).ok()?;
            Some(Self::Id(DocketEntryId(id)))
        }
    }
}

/// A piece of correspondence that the path names.
pub(in crate::http) struct CorrespondencePath(CorrespondenceId);

impl Named for CorrespondencePath {
    const PROBLEM: (&'static str, &'static str, &'static str) = (
        "BAD_CORRESPONDENCE",
        "correspondenceId",
        "a piece of correspondence is its id (a UUID)",
    );

    fn read(text: &str) -> Option<Self> {
        let id = Uuid::parse_str(text).ok()?;
        Some(Self(CorrespondenceId(id)))
    }
}

/// Which part of a path is no text.
fn unreadable(error: &PathRejection) -> Option<&str> {
    let PathRejection::FailedToDeserializePathParams(error) = error else {
        return None;
    };
    match error.kind() {
        ErrorKind::InvalidUtf8InPathParam { key } => Some(key),
        _ => None,
    }
}

impl<T: Named> FromRequestParts<ApiState> for In<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let bad_number = |detail: String| {
            Problem::bad_request("BAD_DOCKET_NUMBER", detail).about("docketNumber")
        };
        let bad_name = || {
            let (code, name, detail) = T::PROBLEM;
            Problem::bad_request(code, detail).about(name)
        };
        let Path((number, named)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|error| match unreadable(&error) {
                Some(name) if name == T::PROBLEM.1 => bad_name(),
                Some(_) | None => bad_number("the docket number can't be read".to_owned()),
            })?;
        let number = number
            .parse()
            .map_err(|error: casefold_events::ids::DocketNumberError| {
                bad_number(error.to_string())
            })?;
        let named = T::read(&named).ok_or_else(bad_name)?;
        Ok(Self(number, named))
    }
}
