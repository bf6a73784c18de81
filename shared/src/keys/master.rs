//! The master key: what wraps the keys of the court, and is kept apart from all else.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use casefold_events::Digest;
use casefold_events::personal::keys::DataKey;

use super::Reason;
use crate::clock::Clock;
use crate::gateway::StoreError;

/// What a key of the court is bound to under a local master key.
const PURPOSE: &str = "casefold.court-key.v1";

/// Wraps and unwraps keys of the court.
#[async_trait]
pub trait MasterKey: Send + Sync {
    /// Names the key without giving it away: another key has another name.
    async fn name(&self) -> Result<String, StoreError>;

    /// Encrypts a key of the court, bound to its name.
    async fn wrap(&self, of: &str, key: &DataKey) -> Result<Vec<u8>, StoreError>;

    /// Decrypts a key of the court.
    async fn unwrap(&self, of: &str, wrapped: &[u8]) -> Result<DataKey, StoreError>;
}

/// A master key of one machine: 32 bytes in a file that its owner alone may read. It is made
/// when it is first needed to wrap something.
pub struct LocalMaster {
    file: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    read: Mutex<Option<DataKey>>,
}

impl LocalMaster {
    /// The key in a file, whether it is there yet or not.
    pub fn in_file(path: &Path, clock: Arc<dyn Clock>) -> Self {
        Self {
            file: Some(path.to_owned()),
            clock,
            read: Mutex::default(),
        }
    }

    /// A key that is kept in no file: for a process that throws away what it encrypts.
    pub fn of(key: DataKey, clock: Arc<dyn Clock>) -> Self {
        Self {
            file: None,
            clock,
            read: Mutex::new(Some(key)),
        }
    }

    fn key(&self) -> Result<DataKey, StoreError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &*read {
            return Ok(key.clone());
        }
        let key = match &self.file {
            Some(path) => read_or_make(path, &*self.clock)?,
            None => return Err(refused("there is no master key", Reason("no file"))),
        };
        Ok(read.insert(key).clone())
    }
}

#[async_trait]
impl MasterKey for LocalMaster {
    async fn name(&self) -> Result<String, StoreError> {
        let digest = Digest::of_fields("casefold.master.name", [self.key()?.expose().as_slice()]);
        Ok(format!("local:{}", &digest.to_string()[..16]))
    }

    async fn wrap(&self, of: &str, key: &DataKey) -> Result<Vec<u8>, StoreError> {
        Ok(self.key()?.encrypt(PURPOSE, &[of.as_bytes()], key.expose()))
    }

    async fn unwrap(&self, of: &str, wrapped: &[u8]) -> Result<DataKey, StoreError> {
        let altered = |problem: &str| StoreError::Corrupt {
            at: of.to_owned(),
            problem: problem.to_owned(),
        };
        let bytes = self
            .key()?
            .decrypt(PURPOSE, &[of.as_bytes()], wrapped)
            .map_err(|error| altered(&error.to_string()))?;
        let bytes = bytes.as_slice().try_into();
        bytes
            .map(DataKey::of)
            .map_err(|_| altered("it is no key of 32 bytes"))
    }
}

/// The key in a file; the first caller makes it, and all processes get the same one.
fn read_or_make(path: &Path, clock: &dyn Clock) -> Result<DataKey, StoreError> {
    let unusable = |error: io::Error| {
        let told = format!("the master key in {} can't be used", path.display());
        StoreError::Refused(told, error.into())
    };
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(unusable)?;
    // Whoever comes first writes under the lock, and nobody reads without it.
    file.lock().map_err(unusable)?;
    refuse_if_others_may_read(&file, path)?;
    let mut stored = Vec::new();
    file.read_to_end(&mut stored).map_err(unusable)?;
    if let Ok(key) = <[u8; 32]>::try_from(stored.as_slice()) {
        return Ok(DataKey::of(key));
    }
    if !stored.is_empty() {
        let told = format!(
            "{} isn't a master key of 32 bytes; put the right one there",
            path.display()
        );
        return Err(refused(&told, Reason("not a master key")));
    }
    let key = clock.new_key().map_err(unusable)?;
    file.write_all(&key)
        .and_then(|()| file.sync_all())
        .and_then(|()| sync_directory_of(path))
        .map_err(unusable)?;
    Ok(DataKey::of(key))
}

/// A file is there after a crash only where its directory says so.
fn sync_directory_of(path: &Path) -> io::Result<()> {
    match path.parent().filter(|parent| *parent != Path::new("")) {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}

fn refused(told: &str, reason: Reason) -> StoreError {
    StoreError::Refused(told.to_owned(), reason.into())
}

#[cfg(unix)]
pub(crate) fn refuse_if_others_may_read(file: &File, path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map(|it| it.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 == 0) {
        return Ok(());
    }
    let told = format!(
        "other users may read a secret key; run `chmod 600 {}`",
        path.display()
    );
    Err(refused(&told, Reason("the file is open to others")))
}

#[cfg(not(unix))]
pub(crate) fn refuse_if_others_may_read(_: &File, _: &Path) -> Result<(), StoreError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        futures::executor::block_on(future)
    }

    fn in_file(path: &Path) -> LocalMaster {
        LocalMaster::in_file(path, Arc::new(SystemClock))
    }

    #[test]
    fn the_first_use_makes_a_key_that_every_later_process_has() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        let key = DataKey::of([5; 32]);
        let wrapped = block_on(in_file(&path).wrap("court key 1", &key)).unwrap();
        let again = in_file(&path);
        let opened = block_on(again.unwrap("court key 1", &wrapped)).unwrap();
        assert_eq!(opened.expose(), key.expose());
        assert!(block_on(again.unwrap("court key 2", &wrapped)).is_err());
        assert_eq!(std::fs::read(&path).unwrap().len(), 32);
        let name = block_on(again.name()).unwrap();
        assert_eq!(name, block_on(in_file(&path).name()).unwrap());
    }

    #[test]
    #[cfg(unix)]
    fn a_key_that_others_may_read_or_that_is_none_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        block_on(in_file(&path).name()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let error = block_on(in_file(&path).name()).unwrap_err();
        assert!(error.to_string().contains("chmod 600"), "{error}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "short").unwrap();
        assert!(block_on(in_file(&path).name()).is_err());
    }
}
