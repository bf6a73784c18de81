//! The embedded engine: DynamoDB on one machine, in one file.
//!
//! [`Engine::start`] opens `<data directory>/casefold.db` with `dynoxide-rs` (a DynamoDB engine on
//! SQLite) and serves DynamoDB's HTTP protocol, streams included, on a free port of 127.0.0.1. The
//! engine's calls block, so it has threads and a runtime of its own, and the rest of the process
//! talks to it as it would to AWS: over HTTP, by an address. What it does badly is put right in
//! `workarounds`. Who may start it on a directory is [`crate::data_dir`]'s business.
//!
//! The file is for its owner's eyes alone, but the port isn't: whoever may open connections on this
//! machine may read and write everything through it. On a machine with other users, run Casefold in
//! a network namespace (a container) of its own.
//!
//! # What survives what
//!
//! The file is in WAL mode, and the engine never touches `PRAGMA synchronous`, so its connection
//! runs with SQLite's default, **FULL**: each commit is written to `casefold.db-wal` and that file
//! is synced *before* the HTTP answer leaves.
//!
//! | event | what is left |
//! | --- | --- |
//! | `kill -9`, a panic, out of memory | every write that was answered; an unanswered one whole or not at all |
//! | power cut, kernel panic | the same, as far as the disk keeps what it reports as synced (on macOS a plain `fsync` doesn't flush the drive's own cache) |
//! | a full disk | the write is answered with an error and leaves no trace; earlier ones stay |
//! | a copy of `casefold.db` alone while running | **not a backup**: the newest writes are in `casefold.db-wal` |
//!
//! An item, its index entries and its stream record are one SQLite transaction: there is never one
//! without the other. What lives in memory alone is the engine's list of `ClientRequestToken`s, so
//! after a restart a repeated token is carried out again; Casefold's commands carry their own id.

mod workarounds;

use std::fs::OpenOptions;
use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use dynoxide::{Database, DynoxideError};
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;
use rusqlite::{Connection, ErrorCode};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// The database's file in its data directory.
pub const DATABASE_FILE: &str = "casefold.db";

/// How long a stop waits for connections that are in the middle of a request. A client that sent
/// half a request would otherwise hold it for ever.
const STOP_GRACE: Duration = Duration::from_secs(5);

/// How long the second connection waits for the engine's own writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The engine takes one request at a time, and a thread that waits for its turn is blocked. A few
/// more than the cores let others parse and render while one writes to the disk.
const MIN_THREADS: usize = 4;

/// A running engine. It stops when [`Engine::stop`] is called, or when it is dropped.
///
/// Starting, stopping, dropping and the other calls here block: from async code, use
/// `tokio::task::spawn_blocking`.
#[derive(Debug)]
pub struct Engine {
    endpoint_url: String,
    database: PathBuf,
    serving: Mutex<Option<Serving>>,
    /// A second connection to the file, for the work-arounds; gone once the engine is stopped.
    side: Mutex<Option<Connection>>,
}

#[derive(Debug)]
struct Serving {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Engine {
    /// Opens the database in `data_dir`, making it when there is none, and serves it. Returns once
    /// the port is listening.
    ///
    /// One engine a directory: hold [`crate::data_dir::OwnerGuard`] while it runs.
    pub fn start(data_dir: &Path) -> Result<Self, EngineError> {
        let database = database_file(data_dir)?;
        let side = open_side_connection(&database)?;
        let engine = open_engine(&database)?;
        workarounds::apply(&side).map_err(|e| EngineError::of_sqlite(&database, e))?;

        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(EngineError::Listen)?;
        listener
            .set_nonblocking(true)
            .map_err(EngineError::Listen)?;
        let address = listener.local_addr().map_err(EngineError::Listen)?;
        let runtime = new_runtime().map_err(EngineError::Threads)?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("casefold-engine".into())
            .spawn(move || serve(runtime, listener, engine, stopped))
            .map_err(EngineError::Threads)?;

        Ok(Self {
            endpoint_url: format!("http://{address}"),
            database,
            serving: Mutex::new(Some(Serving { stop, thread })),
            side: Mutex::new(Some(side)),
        })
    }

    /// Where the engine answers, as an SDK wants it: `http://127.0.0.1:<port>`. Any region and any
    /// credentials will do; requests must be signed, but signatures aren't checked.
    pub fn endpoint_url(&self) -> &str {
        &self.endpoint_url
    }

    /// Finishes the requests that are running, stops and closes the file. Stopping twice is fine.
    pub fn stop(&self) {
        let Some(serving) = lock(&self.serving).take() else {
            return;
        };
        // The receiver is gone only when the thread has ended by itself: nothing left to tell it.
        let _ = serving.stop.send(());
        if serving.thread.join().is_err() {
            tracing::error!("the engine's thread panicked; its file is safe, see the panic above");
        }
        // Last, so that the last connection to close is this one and writes the WAL back.
        lock(&self.side).take();
    }

    /// Deletes the stream records of `table_name` up to and including `up_to_sequence_number`, as
    /// `GetRecords` reported it, and answers how many went. Call it with what every reader of the
    /// stream has behind it: the engine itself never trims. The newest record always stays.
    pub fn trim_stream(
        &self,
        table_name: &str,
        up_to_sequence_number: &str,
    ) -> Result<usize, EngineError> {
        let up_to = workarounds::stored_sequence_number(up_to_sequence_number)
            .ok_or_else(|| EngineError::NotASequenceNumber(up_to_sequence_number.to_owned()))?;
        self.aside(|side| workarounds::trim_stream(side, table_name, up_to))
    }

    /// Forgets `table_name` where it has no stream and nothing in it, as a process leaves it that is
    /// killed while it makes the table. Call it before tables are made, with one that is to have a
    /// stream.
    pub fn forget_without_stream(&self, table_name: &str) -> Result<(), EngineError> {
        self.aside(|side| workarounds::forget_without_stream(side, table_name))
    }

    /// Gives `table_name` the index that its parallel scans need. Call it once the table is there;
    /// the index stays with the table. It is worth its cost only on a table that is scanned in
    /// segments, and only for scans that send a `Limit`: without one, the engine reads the rest of
    /// the segment for every page.
    pub fn index_parallel_scan(&self, table_name: &str) -> Result<(), EngineError> {
        self.aside(|side| workarounds::index_parallel_scan(side, table_name))
    }

    fn aside<T>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, EngineError> {
        let side = lock(&self.side);
        let side = side.as_ref().ok_or(EngineError::Stopped)?;
        work(side).map_err(|e| EngineError::of_sqlite(&self.database, e))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A panic elsewhere leaves what these locks guard intact: an option that is taken once.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes sure that the file is there and ours to write, for its owner's eyes alone: SQLite would
/// make it readable to everybody whom the directory lets in. The files beside it take its mode.
fn database_file(data_dir: &Path) -> Result<PathBuf, EngineError> {
    let data_dir = data_dir
        .canonicalize()
        .map_err(|source| EngineError::of_io(data_dir, source))?;
    let file = data_dir.join(DATABASE_FILE);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(&file)
        .map_err(|source| EngineError::of_io(&data_dir, source))?;
    Ok(file)
}

/// Opened before the engine, because SQLite's own error codes say what is wrong with a file, and
/// the engine's don't.
fn open_side_connection(database: &Path) -> Result<Connection, EngineError> {
    let open = || {
        let side = Connection::open(database)?;
        side.busy_timeout(BUSY_TIMEOUT)?;
        // The side connection deletes what may be deleted again, so a power cut may undo it, and
        // its commits needn't wait for the disk. The engine's own connection stays on FULL.
        side.pragma_update(None, "synchronous", "NORMAL")?;
        side.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
        Ok(side)
    };
    open().map_err(|e| EngineError::of_sqlite(database, e))
}

fn open_engine(database: &Path) -> Result<Database, EngineError> {
    let path = database
        .to_str()
        .ok_or_else(|| EngineError::PathNotText(database.into()))?;
    Database::new(path).map_err(|e| match e {
        DynoxideError::SqliteError(e) => EngineError::of_sqlite(database, e),
        other => EngineError::Refused {
            database: database.into(),
            reason: other.to_string(),
        },
    })
}

fn new_runtime() -> io::Result<Runtime> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.max(MIN_THREADS))
        .thread_name("casefold-engine")
        .enable_all()
        .build()
}

/// The engine's thread. A request runs within one poll, so leaving a connection behind when the
/// grace is over drops a half-sent request, never a half-done write.
fn serve(runtime: Runtime, listener: TcpListener, engine: Database, stop: oneshot::Receiver<()>) {
    let outcome = runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener).map_err(|e| e.to_string())?;
        let (stopping, grace_begins) = oneshot::channel::<()>();
        let stop = async move {
            let _ = stop.await;
            let _ = stopping.send(());
        };
        let grace = async {
            let _ = grace_begins.await;
            tokio::time::sleep(STOP_GRACE).await;
        };
        tokio::select! {
            outcome = dynoxide::server::serve_with_shutdown(listener, engine, stop) => outcome,
            () = grace => Err("connections were still open when the time to stop ran out".into()),
        }
    });
    if let Err(reason) = outcome {
        tracing::warn!(
            reason,
            "the engine didn't stop cleanly; nothing that it answered is lost"
        );
    }
    runtime.shutdown_timeout(STOP_GRACE);
}

/// Why the engine can't run on a data directory, in the operator's words.
///
/// Every variant but the last three is about the machine or its files: show the sentence and end
/// the process. `Display` leaves the source out; whoever logs it walks the chain.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The directory isn't there.
    #[error("There is no directory {}. Make it, or name another data directory", .0.display())]
    NoDirectory(PathBuf),
    /// The directory, or the database in it, may not be written by this user.
    #[error(
        "Casefold may not write in {}. Give this user the right to write the directory and every \
         file in it, or name another data directory",
        .path.display()
    )]
    NotWritable {
        /// The directory or the file.
        path: PathBuf,
        /// What the system said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file isn't an SQLite database.
    #[error(
        "{} isn't a database of Casefold's. If something else is in it, move it away; if it was \
         one, put back a backup together with its -wal file, if there is one",
        .0.display()
    )]
    NotADatabase(PathBuf),
    /// The file is an SQLite database, but damaged.
    #[error(
        "{} is damaged. Stop here, copy the whole data directory, and put back a backup; \
         `sqlite3 casefold.db .recover` on the copy saves what is readable",
        .database.display()
    )]
    Corrupted {
        /// The file.
        database: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The disk is full.
    #[error(
        "The disk that holds {} is full. Nothing that was answered is lost: make room and start \
         again",
        .0.display()
    )]
    DiskFull(PathBuf),
    /// Another process has the file locked.
    #[error(
        "Another program holds {} locked. End it (an sqlite3 shell, a backup tool) and try again",
        .0.display()
    )]
    InUse(PathBuf),
    /// The engine itself won't have the file, for instance because a newer version wrote it.
    #[error("The engine can't use {}: {reason}", .database.display())]
    Refused {
        /// The file.
        database: PathBuf,
        /// The engine's own words.
        reason: String,
    },
    /// The path has characters that the engine can't open.
    #[error("The path {} isn't valid UTF-8. Name another data directory", .0.display())]
    PathNotText(PathBuf),
    /// Any other failure of SQLite.
    #[error("The database {} failed", .database.display())]
    Sqlite {
        /// The file.
        database: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// No port of 127.0.0.1 can be listened on.
    #[error("Casefold can't listen on 127.0.0.1. Is the loopback interface up?")]
    Listen(#[source] io::Error),
    /// The system gives no thread.
    #[error("The system gives Casefold no further threads. Raise its limit (ulimit -u)")]
    Threads(#[source] io::Error),
    /// The engine was stopped before the call. The caller is stopping too: give up quietly.
    #[error("The engine has been stopped")]
    Stopped,
    /// A caller's mistake: no stream ever reported this sequence number.
    #[error("{0:?} isn't a sequence number of a stream of this engine")]
    NotASequenceNumber(String),
}

impl EngineError {
    fn of_io(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::NoDirectory(path.into()),
            io::ErrorKind::StorageFull => Self::DiskFull(path.into()),
            _ => Self::NotWritable {
                path: path.into(),
                source: source.into(),
            },
        }
    }

    fn of_sqlite(database: &Path, source: rusqlite::Error) -> Self {
        let path = database.to_path_buf();
        // What SQLite calls it when the disk has no room for the file that its connections share.
        if source.sqlite_error().map(|e| e.extended_code) == Some(SQLITE_IOERR_SHMSIZE) {
            return Self::DiskFull(path);
        }
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase(path),
            Some(ErrorCode::DatabaseCorrupt) => Self::Corrupted {
                database: path,
                source,
            },
            Some(ErrorCode::DiskFull) => Self::DiskFull(path),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse(path),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::NotWritable {
                    path,
                    source: source.into(),
                }
            }
            _ => Self::Sqlite {
                database: path,
                source,
            },
        }
    }
}
