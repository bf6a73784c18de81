//! Content on its way into the store: hashed and counted as it comes, and held back from its
//! key until all of it is there.

use bytes::Bytes;
use casefold_events::Digest;
use object_store::path::Path;
use object_store::{Error, MultipartUpload, PutPayload, PutPayloadMut};
use sha2::{Digest as _, Sha256};

use super::{INCOMING, ObjectDocuments, store_error};
use crate::gateway::{PutDocumentError, StoreError, StoredDocument, document_key};

/// One document on its way.
pub(super) struct Incoming<'a> {
    store: &'a ObjectDocuments,
    at: Path,
    /// Begun with the first whole part.
    upload: Option<Box<dyn MultipartUpload>>,
    /// What is not written yet: less than a part.
    rest: PutPayloadMut,
    sha256: Sha256,
    bytes: u64,
}

impl<'a> Incoming<'a> {
    pub(super) fn new(store: &'a ObjectDocuments) -> Self {
        let id = store.clock.new_id();
        Self {
            store,
            at: Path::from(format!("{INCOMING}/{id}")),
            upload: None,
            rest: PutPayloadMut::new(),
            sha256: Sha256::new(),
            bytes: 0,
        }
    }

    /// Takes a piece of the content.
    pub(super) async fn take(
        &mut self,
        chunk: &Bytes,
        max_bytes: u64,
    ) -> Result<(), PutDocumentError> {
        self.bytes = self.bytes.saturating_add(chunk.len() as u64);
        if self.bytes > max_bytes {
            return Err(PutDocumentError::TooLarge { limit: max_bytes });
        }
        self.sha256.update(chunk);
        let mut chunk = chunk.as_ref();
        while !chunk.is_empty() {
            let room = self.store.manner.part_bytes - self.rest.content_length();
            let (now, later) = chunk.split_at(room.min(chunk.len()));
            // Copied: a piece may be a few bytes of a buffer that it would keep alive.
            self.rest.extend_from_slice(now);
            chunk = later;
            if now.len() == room {
                self.write().await?;
            }
        }
        Ok(())
    }

    /// Writes what is held as a part.
    async fn write(&mut self) -> Result<(), StoreError> {
        let part = std::mem::take(&mut self.rest).freeze();
        let upload = match &mut self.upload {
            Some(upload) => upload,
            None => {
                let begun = self.store.objects.put_in_parts(&self.at).await;
                self.upload.insert(begun.map_err(store_error)?)
            }
        };
        // One part at a time: the sender waits while the store is slow, and memory stays flat.
        upload.put_part(part).await.map_err(store_error)
    }

    /// Moves the content to its key, if it is what was expected.
    pub(super) async fn settle(
        mut self,
        expected: Option<Digest>,
    ) -> Result<StoredDocument, PutDocumentError> {
        let found = Digest::from(<[u8; 32]>::from(self.sha256.finalize_reset()));
        let document = StoredDocument {
            sha256: found,
            bytes: self.bytes,
        };
        let settled = match expected {
            _ if self.bytes == 0 => Err(PutDocumentError::Empty),
            Some(expected) if expected != found => {
                Err(PutDocumentError::DigestMismatch { expected, found })
            }
            Some(_) | None => self.keep(document).await.map_err(Into::into),
        };
        if let Err(error) = settled {
            self.abandon().await;
            return Err(error);
        }
        Ok(document)
    }

    async fn keep(&mut self, document: StoredDocument) -> Result<(), StoreError> {
        if self.store.is_kept(document).await? {
            self.discard().await;
            return Ok(());
        }
        let objects = &self.store.objects;
        let key = Path::from(document_key(document.sha256));
        let moved = if self.upload.is_none() && self.store.manner.small_at_once {
            let content: PutPayload = std::mem::take(&mut self.rest).freeze();
            objects.put_new(&key, content).await
        } else {
            if !self.rest.is_empty() {
                self.write().await?;
            }
            if let Some(upload) = &mut self.upload {
                upload.complete().await.map_err(store_error)?;
                self.upload = None;
            }
            objects.move_new(&self.at, &key).await
        };
        match moved {
            Ok(()) => Ok(()),
            // Somebody else put the same at the same time.
            Err(Error::AlreadyExists { .. }) => {
                self.discard().await;
                self.store.is_kept(document).await.map(drop)
            }
            Err(error) => {
                self.discard().await;
                Err(store_error(error))
            }
        }
    }

    /// Gives up: nothing stays of the content, as far as the store can be reached.
    pub(super) async fn abandon(mut self) {
        self.discard().await;
    }

    async fn discard(&mut self) {
        let discarded = match self.upload.take() {
            Some(mut upload) => upload.abort().await,
            None => match self.store.objects.delete(&self.at).await {
                Err(Error::NotFound { .. }) => Ok(()),
                other => other,
            },
        };
        if let Err(error) = discarded {
            tracing::warn!(%error, at = %self.at, "unfinished content stays behind");
        }
    }
}
