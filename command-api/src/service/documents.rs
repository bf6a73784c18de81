//! The content of documents: taking it, and finding it for a record.

use std::sync::Arc;
use std::time::Duration;

use casefold_events::Digest;
use casefold_events::entry::DocumentRef;
use casefold_shared::documents::{sha256_of, verified};
use casefold_shared::gateway::{
    ContentStream, DocumentContent, DocumentStore, Grant, PutDocumentError, PutTerms, StoreError,
    StoredDocument, document_key,
};

use super::{CommandError, Service};
use crate::command::Attached;
use crate::refusal::Refusal;

/// The most bytes that a document may have, unless another limit is set: 250 MiB.
pub const MAX_DOCUMENT_BYTES: u64 = 250 << 20;

/// The store of documents, and what the service asks of it.
#[derive(Clone)]
pub struct Documents {
    store: Arc<dyn DocumentStore>,
    /// The most bytes that a document may have.
    pub max_bytes: u64,
    /// Whether a command is refused that refers to content which is not stored. A court that
    /// brings its records before its documents does without.
    pub required: bool,
}

impl Documents {
    /// Documents in a store, of [`MAX_DOCUMENT_BYTES`] at most and not required.
    pub fn new(store: Arc<dyn DocumentStore>) -> Self {
        Self {
            store,
            max_bytes: MAX_DOCUMENT_BYTES,
            required: false,
        }
    }

    /// Keeps content.
    ///
    /// # Errors
    /// [`PutDocumentError`] says why it was not taken.
    pub async fn keep(
        &self,
        content: ContentStream,
        expected: Option<Digest>,
    ) -> Result<StoredDocument, PutDocumentError> {
        let terms = PutTerms {
            expected,
            max_bytes: self.max_bytes,
        };
        self.store.document_put(content, terms).await
    }

    /// The content that a record refers to, if it is stored. It ends in an error where it is
    /// not what the record says.
    ///
    /// A record can name any key. So nothing goes out of a key that is not made of the
    /// digest before the content was found to have the digest: whoever files a document
    /// gets, by naming somebody else's, nothing that they couldn't already say the digest of.
    /// A record without a digest was imported from a system that kept none, and is believed.
    ///
    /// # Errors
    /// [`StoreError`] where the store fails.
    pub async fn find(
        &self,
        document: &DocumentRef,
    ) -> Result<Option<DocumentContent>, StoreError> {
        let DocumentRef { key, sha256 } = document;
        let Some(sha256) = sha256 else {
            return self.store.document_get(key).await;
        };
        let Ok(sha256) = sha256.parse() else {
            return Ok(None);
        };
        if *key != document_key(sha256) && !self.has_digest(key, sha256).await? {
            return Ok(None);
        }
        let found = self.store.document_get(key).await?;
        Ok(found.map(|content| DocumentContent {
            bytes: content.bytes,
            stream: verified(content, sha256),
        }))
    }

    async fn has_digest(&self, key: &str, sha256: Digest) -> Result<bool, StoreError> {
        let Some(content) = self.store.document_get(key).await? else {
            return Ok(false);
        };
        let found = sha256_of(content.stream)
            .await
            .map_err(StoreError::Unavailable)?;
        if found != sha256 {
            tracing::error!(%found, expected = %sha256, "a document is not what its record says");
        }
        Ok(found == sha256)
    }

    /// See [`DocumentStore::upload_grant`].
    ///
    /// # Errors
    /// [`StoreError`] where the store fails.
    pub async fn upload_grant(
        &self,
        sha256: Digest,
        content_type: &str,
        holds: Duration,
    ) -> Result<Option<Grant>, StoreError> {
        self.store.upload_grant(sha256, content_type, holds).await
    }

    /// See [`DocumentStore::download_grant`].
    ///
    /// # Errors
    /// [`StoreError`] where the store fails.
    pub async fn download_grant(
        &self,
        key: &str,
        file_name: &str,
        holds: Duration,
    ) -> Result<Option<Grant>, StoreError> {
        self.store.download_grant(key, file_name, holds).await
    }

    /// Whether content is stored under the key of its digest, and is not too large. (What
    /// came past this service was not measured when it came.)
    async fn is_stored(&self, attached: &Attached) -> Result<bool, StoreError> {
        let attachment = &attached.attachment;
        let of_digest = attachment.sha256.parse().map(document_key);
        if of_digest.as_ref() != Ok(&attachment.key) {
            return Ok(false);
        }
        let bytes = self.store.document_head(&attachment.key).await?;
        Ok(bytes.is_some_and(|bytes| bytes <= self.max_bytes))
    }
}

impl Service {
    /// The service with a store of documents.
    #[must_use]
    pub fn with_documents(mut self, documents: Documents) -> Self {
        self.documents = Some(documents);
        self
    }

    /// The documents, where the service has a store of them.
    pub const fn documents(&self) -> Option<&Documents> {
        self.documents.as_ref()
    }

    /// Lets a command pass whose documents are stored, if that is required.
    ///
    /// Asked when the command is decided and nothing is written yet: who may not send it, or
    /// sends it for nothing, does not learn what is stored.
    pub(super) async fn require_stored(&self, attached: Vec<Attached>) -> Result<(), CommandError> {
        let Some(documents) = self.documents.as_ref().filter(|it| it.required) else {
            return Ok(());
        };
        for attached in attached {
            if !documents.is_stored(&attached).await? {
                let path = attached.path;
                return Err(Refusal::DocumentNotStored { path }.into());
            }
        }
        Ok(())
    }
}
