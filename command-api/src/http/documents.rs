//! The content of documents: bringing it in ([`upload`]) and reading it ([`download`]).
//!
//! | status | code | |
//! | --- | --- | --- |
//! | 400 | `BAD_CONTENT_DIGEST`, `BAD_DOCKET_ENTRY`, `BAD_CORRESPONDENCE` | it can't be read |
//! | 403 | `DOCUMENT_WITHHELD` | the entry is seen, its document is not |
//! | 404 | `ENTRY_NOT_FOUND`, `CORRESPONDENCE_NOT_FOUND` | it isn't there, for this reader |
//! | 404 | `NO_DOCUMENT` | the entry has none |
//! | 404, 422 | `DOCUMENT_NOT_STORED` | its content is not in the store |
//! | 408 | `UPLOAD_TIMED_OUT` | it came too slowly |
//! | 413 | `DOCUMENT_TOO_LARGE` | |
//! | 415 | `UNSUPPORTED_MEDIA_TYPE` | it is sent as something that the court doesn't take |
//! | 422 | `DIGEST_MISMATCH`, `CONTENT_TYPE_MISMATCH` | it is not what it is said to be |
//! | 422 | `DOCUMENT_EMPTY` | |
//! | 501 | `DOCUMENTS_NOT_KEPT` | this service has no store of documents |

pub(super) mod download;
pub(super) mod upload;

use std::borrow::Cow;
use std::pin::Pin;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::HeaderName;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use casefold_events::Digest;
use casefold_shared::gateway::{BoxError, ContentStream};
use futures::{StreamExt, stream};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use super::ApiState;
use super::problem::Problem;
use crate::rules::media_types::LOOKED_AT;
use crate::service::Documents;

/// The digest of content (RFC 9530).
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// Where documents are brought.
pub(super) const UPLOADS: &str = "/v1/documents";

/// The routes whose requests take as long as their bodies do, and so stand outside the limits
/// of the others.
pub(super) fn long_routes() -> Router<ApiState> {
    Router::new().route(UPLOADS, post(upload::upload_document))
}

/// The bytes of a document, as the API's description has them.
pub(super) enum ContentBytes {}

impl PartialSchema for ContentBytes {
    fn schema() -> RefOr<Schema> {
        let binary = SchemaFormat::KnownFormat(KnownFormat::Binary);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(binary))
            .description(Some("The content of a document, as it is."))
            .into()
    }
}

impl ToSchema for ContentBytes {
    fn name() -> Cow<'static, str> {
        "DocumentContent".into()
    }
}

fn kept(state: &ApiState) -> Result<&Documents, Problem> {
    state.service.documents().ok_or_else(|| {
        let detail = "this service keeps no documents; ask who runs it where they are kept";
        Problem::new(StatusCode::NOT_IMPLEMENTED, "DOCUMENTS_NOT_KEPT", detail)
    })
}

/// A digest as the header Content-Digest says it.
fn digest_field(sha256: Digest) -> String {
    format!("sha-256=:{}:", BASE64.encode(sha256.as_bytes()))
}

/// The SHA-256 in the header Content-Digest, where there is one. Digests by other algorithms
/// are passed over, as RFC 9530 has it.
fn content_digest(headers: &HeaderMap) -> Result<Option<Digest>, Problem> {
    let bad = || {
        let detail = "Content-Digest is written sha-256=:<base64 of 32 bytes>:";
        Problem::bad_request("BAD_CONTENT_DIGEST", detail).about("Content-Digest")
    };
    let mut found = None;
    for value in headers.get_all(CONTENT_DIGEST) {
        for member in value.to_str().map_err(|_| bad())?.split(',') {
            let (algorithm, digest) = member.trim().split_once('=').ok_or_else(bad)?;
            if algorithm != "sha-256" {
                continue;
            }
            let encoded = digest
                .strip_prefix(':')
                .and_then(|digest| digest.strip_suffix(':'))
                .ok_or_else(bad)?;
            let bytes = BASE64.decode(encoded).map_err(|_| bad())?;
            let bytes: [u8; 32] = bytes.try_into().map_err(|_| bad())?;
            if found.replace(Digest::from(bytes)).is_some() {
                return Err(bad());
            }
        }
    }
    Ok(found)
}

/// The first bytes of content, enough to see what it is, and the content from its start.
async fn looked_into(mut content: ContentStream) -> Result<(Vec<u8>, ContentStream), BoxError> {
    let (mut first, mut pieces) = (Vec::with_capacity(LOOKED_AT), Vec::<Bytes>::new());
    while first.len() < LOOKED_AT {
        let Some(piece) = Pin::new(&mut content).next().await.transpose()? else {
            break;
        };
        let room = LOOKED_AT - first.len();
        first.extend_from_slice(&piece[..piece.len().min(room)]);
        pieces.push(piece);
    }
    let begun = stream::iter(pieces.into_iter().map(Ok));
    Ok((first, begun.chain(content).boxed()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let value = |value: &&str| (CONTENT_DIGEST, value.parse().unwrap());
        values.iter().map(value).collect()
    }

    #[test]
    fn the_digest_is_read_among_others_and_as_it_is_written() {
        let (sha256, md5) = (Digest::of(b"x"), "md5=:1B2M2Y8AsgTpgAmY7PhCfg==:");
        let own = digest_field(sha256);
        for values in [
            &[own.as_str()][..],
            &[&format!("{md5}, {own}")],
            &[md5, &own],
        ] {
            assert_eq!(content_digest(&headers(values)).unwrap(), Some(sha256));
        }
        assert_eq!(content_digest(&headers(&[])).unwrap(), None);
        assert_eq!(content_digest(&headers(&[md5])).unwrap(), None);
    }

    #[test]
    fn a_digest_that_can_not_be_read_is_refused_and_not_ignored() {
        let own = digest_field(Digest::of(b"x"));
        let twice = format!("{own}, {own}");
        for value in [
            "",
            "sha-256",
            "sha-256=",
            "sha-256=::",
            "sha-256=:AAAA:",
            "sha-256=:%%:",
            &own.replace(':', ""),
            &twice,
        ] {
            let problem = content_digest(&headers(&[value])).unwrap_err();
            assert_eq!(problem.code(), "BAD_CONTENT_DIGEST", "{value}");
        }
    }
}
