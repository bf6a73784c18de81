//! The content of documents, in an object store: a directory of this machine
//! ([`ObjectDocuments::in_directory`]), or a bucket of Amazon S3
#![cfg_attr(feature = "s3", doc = "([`ObjectDocuments::in_bucket`]).")]
#![cfg_attr(not(feature = "s3"), doc = "(with the feature `s3`).")]
//!
//! | key | holds |
//! | --- | --- |
//! | `documents/<sha256>` | content, whole and for ever |
//! | `incoming/<id>` | content on its way; nothing reads it |
//!
//! Content is written under a name of its own, where its digest and length are taken; then it
//! is moved to its key by one step of the store that writes over nothing. So a key has either
//! all of its content or none, whenever a process dies. A directory's files and folders are
//! synced to disk before a put returns.

mod incoming;
mod local;
#[cfg(feature = "s3")]
mod s3;
mod verify;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_events::Digest;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    Error, GetResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode,
    PutPayload, RenameOptions, RenameTargetMode,
};

use self::incoming::Incoming;
pub use self::local::{DirectoryError, drop_unfinished};
#[cfg(feature = "s3")]
pub use self::s3::BucketError;
pub use self::verify::{WrongContent, sha256_of, verified};
use crate::clock::Clock;
use crate::gateway::{
    ContentStream, DocumentContent, DocumentStore, Grant, PutDocumentError, PutTerms, StoreError,
    StoredDocument, document_key,
};

/// Where content is kept while it is on its way.
const INCOMING: &str = "incoming";

/// File systems take names of this length, in bytes.
const LONGEST_SEGMENT: usize = 255;

/// Keeps documents in an object store.
#[derive(Clone)]
pub struct ObjectDocuments {
    objects: Arc<dyn Objects>,
    /// Where the store takes callers without credentials.
    grants: Option<Arc<dyn Grants>>,
    clock: Arc<dyn Clock>,
    manner: Manner,
}

/// How a store likes to be written to.
#[derive(Clone, Copy, Debug)]
struct Manner {
    /// Content is written in parts of this size, in bytes; so much of it is in memory.
    part_bytes: usize,
    /// Whether content of one part is put under its key at once. Where a process that dies
    /// in such a put would leave a file behind, it goes the long way.
    small_at_once: bool,
}

/// What is asked of an object store. It can do more, and a program that has it whole has all of that
/// in it.
#[async_trait]
trait Objects: fmt::Display + Send + Sync {
    async fn head(&self, at: &Path) -> Result<ObjectMeta, Error>;
    async fn get(&self, at: &Path) -> Result<GetResult, Error>;
    /// Puts what isn't there.
    async fn put_new(&self, at: &Path, content: PutPayload) -> Result<(), Error>;
    async fn put_in_parts(&self, at: &Path) -> Result<Box<dyn MultipartUpload>, Error>;
    /// Moves it to where nothing is.
    async fn move_new(&self, from: &Path, to: &Path) -> Result<(), Error>;
    async fn delete(&self, at: &Path) -> Result<(), Error>;
}

#[async_trait]
impl<T: ObjectStore> Objects for T {
    async fn head(&self, at: &Path) -> Result<ObjectMeta, Error> {
        ObjectStoreExt::head(self, at).await
    }

    async fn get(&self, at: &Path) -> Result<GetResult, Error> {
        ObjectStoreExt::get(self, at).await
    }

    async fn put_new(&self, at: &Path, content: PutPayload) -> Result<(), Error> {
        let put = self.put_opts(at, content, PutMode::Create.into());
        put.await.map(drop)
    }

    async fn put_in_parts(&self, at: &Path) -> Result<Box<dyn MultipartUpload>, Error> {
        self.put_multipart(at).await
    }

    async fn move_new(&self, from: &Path, to: &Path) -> Result<(), Error> {
        let new_alone = RenameOptions::new().with_target_mode(RenameTargetMode::Create);
        self.rename_opts(from, to, new_alone).await
    }

    async fn delete(&self, at: &Path) -> Result<(), Error> {
        ObjectStoreExt::delete(self, at).await
    }
}

/// Makes addresses for callers without credentials.
#[async_trait]
trait Grants: Send + Sync {
    /// For putting the content of a digest.
    async fn to_put(
        &self,
        at: &Path,
        sha256: Digest,
        content_type: &str,
        holds: Duration,
    ) -> Result<Grant, Error>;

    /// For getting content under a file name.
    async fn to_get(&self, at: &Path, file_name: &str, holds: Duration) -> Result<Grant, Error>;
}

impl fmt::Debug for ObjectDocuments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ObjectDocuments({})", self.objects)
    }
}

impl ObjectDocuments {
    async fn size_of(&self, at: &Path) -> Result<Option<u64>, StoreError> {
        match self.objects.head(at).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(store_error(error)),
        }
    }

    /// Whether content is under its key already. What is there has its length: what hasn't
    /// was damaged after it had been written.
    async fn is_kept(&self, document: StoredDocument) -> Result<bool, StoreError> {
        let key = document_key(document.sha256);
        match self.size_of(&Path::from(key.as_str())).await? {
            None => Ok(false),
            Some(bytes) if bytes == document.bytes => Ok(true),
            Some(bytes) => Err(StoreError::Corrupt {
                at: key,
                problem: format!("it has {bytes} bytes instead of {}", document.bytes),
            }),
        }
    }
}

#[async_trait]
impl DocumentStore for ObjectDocuments {
    async fn document_put(
        &self,
        mut content: ContentStream,
        terms: PutTerms,
    ) -> Result<StoredDocument, PutDocumentError> {
        let mut incoming = Incoming::new(self);
        while let Some(chunk) = content.next().await {
            let taken = match chunk {
                Ok(chunk) => incoming.take(&chunk, terms.max_bytes).await,
                Err(error) => Err(PutDocumentError::Interrupted(error)),
            };
            if let Err(error) = taken {
                incoming.abandon().await;
                return Err(error);
            }
        }
        incoming.settle(terms.expected).await
    }

    async fn document_get(&self, key: &str) -> Result<Option<DocumentContent>, StoreError> {
        let Some(at) = location(key) else {
            return Ok(None);
        };
        match self.objects.get(&at).await {
            Ok(found) => Ok(Some(DocumentContent {
                bytes: found.meta.size,
                stream: found.into_stream().map_err(Into::into).boxed(),
            })),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(store_error(error)),
        }
    }

    async fn document_head(&self, key: &str) -> Result<Option<u64>, StoreError> {
        match location(key) {
            Some(at) => self.size_of(&at).await,
            None => Ok(None),
        }
    }

    async fn upload_grant(
        &self,
        sha256: Digest,
        content_type: &str,
        holds: Duration,
    ) -> Result<Option<Grant>, StoreError> {
        let Some(grants) = &self.grants else {
            return Ok(None);
        };
        let at = Path::from(document_key(sha256));
        let grant = grants.to_put(&at, sha256, content_type, holds).await;
        grant.map(Some).map_err(store_error)
    }

    async fn download_grant(
        &self,
        key: &str,
        file_name: &str,
        holds: Duration,
    ) -> Result<Option<Grant>, StoreError> {
        let (Some(grants), Some(at)) = (&self.grants, location(key)) else {
            return Ok(None);
        };
        let grant = grants.to_get(&at, file_name, holds).await;
        grant.map(Some).map_err(store_error)
    }
}

/// Where a key is in the store, if it can be anywhere: it doesn't lead out of the store, nor
/// to what is on its way.
fn location(key: &str) -> Option<Path> {
    let at = Path::parse(key).ok()?;
    let first = at.parts().next()?;
    let fits = key
        .split('/')
        .all(|segment| segment.len() <= LONGEST_SEGMENT && !segment.contains('#'));
    (fits && first.as_ref() != INCOMING).then_some(at)
}

/// Translates a failure: what may pass, and what another try won't mend.
fn store_error(error: Error) -> StoreError {
    let what = match &error {
        // The network's and the disk's own failures, after the library's tries.
        Error::Generic { .. } | Error::JoinError { .. } => {
            return StoreError::Unavailable(error.into());
        }
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => "it lacks permission",
        Error::NotFound { .. } => "it is not there",
        _ => "the request can't be carried out",
    };
    StoreError::Refused(what.to_owned(), error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_leads_out_of_the_store_or_to_unfinished_content_is_nowhere() {
        for key in [
            "",
            "/",
            "..",
            "../signing-secret",
            "documents/../../signing-secret",
            "documents//x",
            "./x",
            "incoming/0199",
            "/incoming/0199",
            "documents/x#1",
            &"x".repeat(256),
        ] {
            assert_eq!(location(key), None, "{key}");
        }
        for key in [
            "documents/petition.pdf",
            "0199f0a2-7c5e-7cc1-9a53-3f1f0c0e4b11",
        ] {
            assert!(location(key).is_some(), "{key}");
        }
    }
}
