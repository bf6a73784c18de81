//! A data directory, and who owns it.
//!
//! | file | what it is |
//! | --- | --- |
//! | `casefold.db` (`-wal`, `-shm`) | the database; see [`crate::engine`] |
//! | `lock` | locked by the process that owns the directory; holds its pid for messages |
//! | `service.json` | where the owner serves; there while it runs |
//! | `documents/` | the content of documents; see [`casefold_shared::documents`] |
//! | `signing-secret` | the development signing secret, made on first use |
//! | `checkpoint-key` | the secret half of the key that signs checkpoints, made on first use |
//! | `master.key` | the master key of personal data, made on first use: without it that is lost |
//!
//! One process at a time may run the engine on a directory, but every sub-command of the tool has
//! to work whether or not a service runs on it. So each begins with [`DataDir::acquire`]: either it
//! becomes the owner, starts the engine and [publishes](OwnerGuard::publish) where, or it learns
//! where the owner serves and talks to that.
//!
//! The lock is the kernel's, so it ends with its process however that ends, and nothing is ever
//! stale: `service.json` is only believed while the lock is held and its endpoint answers. Never
//! delete `lock`: that would let a second owner in beside the first. The directory must be on a
//! file system of this machine: on a network file system locks may be missing or mere decoration.
//!
//! The calls here block, for up to the patience of [`DataDir::acquire_within`].

use std::fmt;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

const LOCK_FILE: &str = "lock";
const SERVICE_FILE: &str = "service.json";
const DOCUMENTS: &str = "documents";
const SECRET_FILE: &str = "signing-secret";
const CHECKPOINT_KEY_FILE: &str = "checkpoint-key";
const MASTER_KEY_FILE: &str = "master.key";

/// How long [`DataDir::acquire`] waits for an owner that is just starting. Opening the database
/// after a crash, with its log to go through, is the slow case.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait between two looks at the directory.
const POLL: Duration = Duration::from_millis(20);

/// How long a published endpoint may take to accept a connection.
const ANSWER: Duration = Duration::from_millis(500);

/// A directory that holds one Casefold's data.
#[derive(Debug, Clone)]
pub struct DataDir {
    path: PathBuf,
}

/// Where the master key of personal data is in a data directory.
pub(crate) fn master_key(data_dir: &Path) -> PathBuf {
    data_dir.join(MASTER_KEY_FILE)
}

/// What [`DataDir::acquire`] found.
#[derive(Debug)]
#[must_use]
pub enum Acquired {
    /// Nobody ran on the directory; now this process does.
    Owner(OwnerGuard),
    /// Another process runs on it, and serves here.
    Running(RunningService),
}

/// Where the owner of a data directory serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningService {
    /// The engine's address, for an SDK.
    pub endpoint_url: String,
    /// The command API's address. `None` while the owner is a sub-command other than `serve`,
    /// or a `serve` that isn't up yet.
    pub api_url: Option<String>,
    /// The owner's process id, for messages.
    pub pid: u32,
}

/// Ownership of a data directory: it ends when this is dropped, or with the process. Stop the
/// engine first.
#[derive(Debug)]
#[must_use]
pub struct OwnerGuard {
    dir: PathBuf,
    /// Holds the lock by being open.
    lock: File,
}

impl DataDir {
    /// The data directory at `path`; made, for this user alone, when there is none.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DataDirError> {
        let path = std::path::absolute(&path).map_err(|e| DataDirError::at(path.as_ref(), e))?;
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&path)
            .map_err(|e| DataDirError::at(&path, e))?;
        Ok(Self { path })
    }

    /// Where it is, as an absolute path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the content of documents is kept.
    pub fn documents(&self) -> PathBuf {
        self.path.join(DOCUMENTS)
    }

    /// Becomes the directory's owner, or learns where its owner serves.
    pub fn acquire(&self) -> Result<Acquired, DataDirError> {
        self.acquire_within(PATIENCE)
    }

    /// [`DataDir::acquire`], waiting no longer than `patience` for an owner that holds the
    /// directory but hasn't said where it serves, or doesn't answer there.
    pub fn acquire_within(&self, patience: Duration) -> Result<Acquired, DataDirError> {
        let deadline = Instant::now() + patience;
        let lock_file = self.path.join(LOCK_FILE);
        let lock = private(OpenOptions::new().read(true).write(true).create(true))
            .open(&lock_file)
            .map_err(|e| DataDirError::at(&lock_file, e))?;
        loop {
            match lock.try_lock() {
                Ok(()) => return self.become_owner(lock).map(Acquired::Owner),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => {
                    return Err(DataDirError::CannotLock {
                        path: lock_file,
                        source,
                    });
                }
            }
            // The file may be a dead owner's, which the new one hasn't removed yet: only an
            // endpoint that answers is an owner's.
            let published = self.published();
            if let Some(service) = &published
                && answers(&service.endpoint_url)
            {
                return Ok(Acquired::Running(service.clone()));
            }
            if Instant::now() >= deadline {
                let path = self.path.clone();
                return Err(match published {
                    Some(service) => DataDirError::OwnerDoesNotAnswer { path, service },
                    None => DataDirError::OwnerIsSilent {
                        path,
                        pid: pid_in(&lock_file),
                    },
                });
            }
            std::thread::sleep(POLL);
        }
    }

    fn become_owner(&self, lock: File) -> Result<OwnerGuard, DataDirError> {
        let guard = OwnerGuard {
            dir: self.path.clone(),
            lock,
        };
        // A predecessor that was killed has left it behind.
        guard.withdraw()?;
        guard
            .sign()
            .map_err(|e| DataDirError::at(&self.path.join(LOCK_FILE), e))?;
        Ok(guard)
    }

    fn published(&self) -> Option<RunningService> {
        let text = std::fs::read(self.path.join(SERVICE_FILE)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// The secret that signs development tokens on this directory. The first caller makes it; all
    /// processes, at whatever time, get the same one.
    pub fn signing_secret(&self) -> Result<SigningSecret, DataDirError> {
        self.secret(SECRET_FILE)
    }

    /// The secret half of the key that signs checkpoints on this directory, made and shared as
    /// [the signing secret](Self::signing_secret) is. Keep a copy of it where the directory is
    /// not: a new key can't say that the checkpoints of the old one are the court's.
    pub fn checkpoint_key(&self) -> Result<SigningSecret, DataDirError> {
        self.secret(CHECKPOINT_KEY_FILE)
    }

    /// Whether checkpoints were ever signed, or the key asked for, on this directory.
    pub fn has_checkpoint_key(&self) -> bool {
        self.path.join(CHECKPOINT_KEY_FILE).exists()
    }

    fn secret(&self, file: &str) -> Result<SigningSecret, DataDirError> {
        let path = self.path.join(file);
        let at = |e| DataDirError::at(&path, e);
        let mut file = private(OpenOptions::new().read(true).write(true).create(true))
            .open(&path)
            .map_err(at)?;
        // Whoever comes first writes under the lock, and nobody reads without it, so nobody ever
        // sees half a secret, or another one.
        file.lock().map_err(at)?;
        refuse_if_others_may_read(&file, &path)?;
        let mut stored = Vec::new();
        file.read_to_end(&mut stored).map_err(at)?;
        if let Ok(secret) = <[u8; 32]>::try_from(stored.as_slice()) {
            return Ok(SigningSecret(secret));
        }
        if !stored.is_empty() {
            return Err(DataDirError::NotASecret { path });
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|e| at(io::Error::other(e)))?;
        file.write_all(&secret)
            .and_then(|()| file.sync_all())
            .map_err(at)?;
        Ok(SigningSecret(secret))
    }
}

impl OwnerGuard {
    /// Tells other processes where this one serves. Call it when the engine is listening, and
    /// again when the API is.
    pub fn publish(
        &mut self,
        endpoint_url: &str,
        api_url: Option<&str>,
    ) -> Result<(), DataDirError> {
        let service = RunningService {
            endpoint_url: endpoint_url.to_owned(),
            api_url: api_url.map(str::to_owned),
            pid: std::process::id(),
        };
        let (file, draft) = (
            self.dir.join(SERVICE_FILE),
            self.dir.join("service.json.new"),
        );
        let write = || {
            let text = serde_json::to_vec_pretty(&service)?;
            private(OpenOptions::new().write(true).create(true).truncate(true))
                .open(&draft)?
                .write_all(&text)?;
            // By rename, so that a reader finds all of it or none.
            std::fs::rename(&draft, &file)
        };
        write().map_err(|e| DataDirError::at(&file, e))
    }

    /// Writes the pid into the lock's file: only for the sentences of those who find it locked.
    fn sign(&self) -> io::Result<()> {
        self.lock.set_len(0)?;
        (&self.lock).write_all(std::process::id().to_string().as_bytes())
    }

    fn withdraw(&self) -> Result<(), DataDirError> {
        let file = self.dir.join(SERVICE_FILE);
        match std::fs::remove_file(&file) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(DataDirError::at(&file, e)),
            _ => Ok(()),
        }
    }
}

impl Drop for OwnerGuard {
    /// Withdraws what was published; then the lock goes with its file.
    fn drop(&mut self) {
        if let Err(error) = self.withdraw() {
            tracing::warn!(%error, "couldn't withdraw service.json; the next owner will");
        }
    }
}

/// A secret that signs: tokens, or checkpoints. It shows itself to nobody who doesn't ask for its bytes.
#[derive(Clone)]
pub struct SigningSecret([u8; 32]);

impl SigningSecret {
    /// The bytes, for the signing library.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(redacted)")
    }
}

/// Why a data directory can't be used, in the operator's words. Show the sentence and end the
/// process; `Display` leaves the source out.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// A file or the directory can't be made, read or written.
    #[error(
        "Casefold can't use {}. Give this user the right to read and write the data directory \
         and its files, make room if the disk is full, or name another data directory",
        .path.display()
    )]
    Unusable {
        /// The directory or the file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file system has no locks.
    #[error(
        "Casefold can't lock {}. Put the data directory on a file system of this machine",
        .path.display()
    )]
    CannotLock {
        /// The lock's file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process owns the directory and hasn't published where it serves.
    #[error(
        "Another Casefold process{} holds {} but hasn't said where it serves. If it is still \
         starting, try again; if it hangs, end it",
        .pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default(), .path.display()
    )]
    OwnerIsSilent {
        /// The directory.
        path: PathBuf,
        /// The owner, if it is known.
        pid: Option<u32>,
    },
    /// Another process owns the directory, but its engine takes no connection.
    #[error(
        "The Casefold process {} holds {} but doesn't answer at {}. If it hangs, end it",
        .service.pid, .path.display(), .service.endpoint_url
    )]
    OwnerDoesNotAnswer {
        /// The directory.
        path: PathBuf,
        /// What it has published.
        service: RunningService,
    },
    /// The secret's file holds something else.
    #[error(
        "{} isn't a secret that Casefold has made. Delete it to get a new one; what was signed \
         before won't be valid under the new one",
        .path.display()
    )]
    NotASecret {
        /// The secret's file.
        path: PathBuf,
    },
    /// Other users may read the secret.
    #[error(
        "Other users may read the secret in {file}. Run `chmod 600 {file}`; if somebody \
         may have read it, delete it to get a new one",
        file = .path.display()
    )]
    SecretIsOpen {
        /// The secret's file.
        path: PathBuf,
    },
}

impl DataDirError {
    fn at(path: &Path, source: io::Error) -> Self {
        Self::Unusable {
            path: path.into(),
            source,
        }
    }
}

/// A file that is made for this user alone.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Whether somebody accepts connections there. Endpoints are numeric: no name is looked up.
fn answers(endpoint_url: &str) -> bool {
    endpoint_url
        .strip_prefix("http://")
        .and_then(|address| address.parse::<SocketAddr>().ok())
        .is_some_and(|address| TcpStream::connect_timeout(&address, ANSWER).is_ok())
}

fn pid_in(lock_file: &Path) -> Option<u32> {
    std::fs::read_to_string(lock_file).ok()?.parse().ok()
}

#[cfg(unix)]
fn refuse_if_others_may_read(secret: &File, path: &Path) -> Result<(), DataDirError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = secret
        .metadata()
        .map_err(|e| DataDirError::at(path, e))?
        .permissions()
        .mode();
    if mode & 0o077 == 0 {
        Ok(())
    } else {
        Err(DataDirError::SecretIsOpen { path: path.into() })
    }
}

#[cfg(not(unix))]
fn refuse_if_others_may_read(_: &File, _: &Path) -> Result<(), DataDirError> {
    Ok(())
}
