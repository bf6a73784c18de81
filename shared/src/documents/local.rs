//! Documents in a directory of this machine.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use object_store::local::LocalFileSystem;

use super::{INCOMING, Manner, ObjectDocuments};
use crate::clock::Clock;

/// How much of a document is in memory while it is written.
const PART_BYTES: usize = 1 << 20;

/// The directory can't be used.
#[derive(Debug, thiserror::Error)]
#[error("documents can't be kept in {}", path.display())]
pub struct DirectoryError {
    path: PathBuf,
    #[source]
    source: io::Error,
}

impl ObjectDocuments {
    /// Keeps documents in a directory, which is made where there is none. It stands for a
    /// bucket: keys are paths in it. What is put is synced to disk before it is told to be
    /// kept.
    ///
    /// # Errors
    /// [`DirectoryError`] where it can't be made or read.
    pub fn in_directory(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, DirectoryError> {
        let failed = |source| DirectoryError {
            path: path.to_owned(),
            source,
        };
        std::fs::create_dir_all(path).map_err(failed)?;
        let files = LocalFileSystem::new_with_prefix(path)
            .map_err(|error| failed(io::Error::other(error)))?;
        Ok(Self {
            objects: Arc::new(files.with_fsync(true)),
            grants: None,
            clock,
            manner: Manner {
                part_bytes: PART_BYTES,
                // A file under way stands beside its place, and would stay there.
                small_at_once: false,
            },
        })
    }
}

/// Removes what a process that died had begun to put into a directory. Only for a process
/// that has the directory to itself.
///
/// # Errors
/// [`DirectoryError`] where it can't be removed.
pub fn drop_unfinished(path: &Path) -> Result<(), DirectoryError> {
    match std::fs::remove_dir_all(path.join(INCOMING)) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(DirectoryError {
            path: path.to_owned(),
            source,
        }),
        Ok(()) | Err(_) => Ok(()),
    }
}
