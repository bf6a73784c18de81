//! Keeping the content of documents, which never enters an event.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use casefold_events::Digest;
use futures::stream::BoxStream;

use super::{BoxError, StoreError};

/// Content on its way, in pieces. An error ends it: what came before is not all of it.
pub type ContentStream = BoxStream<'static, Result<Bytes, BoxError>>;

/// The key under which the content of a digest is kept. The same content has one key,
/// however often it is put, so what is kept under a key never changes.
pub fn document_key(sha256: Digest) -> String {
    format!("documents/{sha256}")
}

/// Keeps documents for ever, by their content. There is nothing here that changes or removes
/// one.
///
/// A record that was imported may refer to keys of another form than [`document_key`] makes;
/// they are looked up as they are.
#[async_trait]
pub trait DocumentStore: Send + Sync {
    /// Keeps content, which is read to its end and never held as a whole. It is durable, and
    /// whole under its key, when this returns; where this fails or the process dies, nothing
    /// is there under the key.
    ///
    /// # Errors
    /// [`PutDocumentError`] says why it was not taken.
    async fn document_put(
        &self,
        content: ContentStream,
        terms: PutTerms,
    ) -> Result<StoredDocument, PutDocumentError>;

    /// The content under a key, where there is any. Whether it is what its reader expects is
    /// for the reader to check: [`verified`](crate::documents::verified).
    async fn document_get(&self, key: &str) -> Result<Option<DocumentContent>, StoreError>;

    /// How many bytes are kept under a key, where there is anything.
    async fn document_head(&self, key: &str) -> Result<Option<u64>, StoreError>;

    /// Lets somebody without credentials put one document, past this service; `None` where
    /// the store can't.
    ///
    /// What is put has to have the digest, or the store refuses it; content that is there
    /// already is not written over.
    async fn upload_grant(
        &self,
        sha256: Digest,
        content_type: &str,
        holds: Duration,
    ) -> Result<Option<Grant>, StoreError>;

    /// Lets somebody without credentials get the content under a key, past this service,
    /// under a file name; `None` where the store can't.
    async fn download_grant(
        &self,
        key: &str,
        file_name: &str,
        holds: Duration,
    ) -> Result<Option<Grant>, StoreError>;
}

/// On which terms content is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PutTerms {
    /// The digest that it has to have, where its sender says one.
    pub expected: Option<Digest>,
    /// The most bytes that it may have.
    pub max_bytes: u64,
}

/// A document that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredDocument {
    /// The content's digest.
    pub sha256: Digest,
    /// How many bytes it has.
    pub bytes: u64,
}

/// The content of a document.
pub struct DocumentContent {
    /// How many bytes it has.
    pub bytes: u64,
    /// The bytes.
    pub stream: ContentStream,
}

/// A request that somebody without credentials may send to the store itself. Printing it
/// shows no signature.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    /// The HTTP method.
    pub method: &'static str,
    /// The address, signed.
    pub url: String,
    /// The headers that have to be sent, with these values.
    pub headers: Vec<(&'static str, String)>,
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grant")
            .field("method", &self.method)
            .finish_non_exhaustive()
    }
}

/// Why content was not taken. Nothing is kept of it.
#[derive(Debug, thiserror::Error)]
pub enum PutDocumentError {
    /// There is no content. HTTP 422.
    #[error("the document is empty")]
    Empty,
    /// It has more bytes than it may have. The rest was not read. HTTP 413.
    #[error("the document has more than {limit} bytes")]
    TooLarge {
        /// The most that it may have.
        limit: u64,
    },
    /// It is not the content that its sender meant. HTTP 422.
    #[error("the document has the SHA-256 {found}, and {expected} was expected")]
    DigestMismatch {
        /// What its sender says.
        expected: Digest,
        /// What arrived.
        found: Digest,
    },
    /// It did not arrive as a whole. HTTP 400.
    #[error("the document did not arrive as a whole")]
    Interrupted(#[source] BoxError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
