//! What a process takes, and how far behind readers are.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::json;

use super::served::{Client, Served, served_case};

/// One look.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    /// How long the court has been at work.
    pub(super) at: Duration,
    /// How many requests were answered so far.
    pub(super) answered: u64,
    /// How much memory the process holds.
    pub(super) memory_kib: u64,
    /// How many files and connections it has open.
    pub(super) files: u64,
    /// How many records are in the stream.
    pub(super) in_stream: u64,
    /// How long after a commit a plain reader saw it.
    pub(super) lag: Duration,
}

impl Measured {
    pub(super) const HEADING: &str = "| minute | answered | memory, MiB | open files | records in the stream | lag, ms |\n\
         | --- | --- | --- | --- | --- | --- |";
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| {:.1} | {} | {} | {} | {} | {} |",
            self.at.as_secs_f64() / 60.0,
            self.answered,
            self.memory_kib / 1_024,
            self.files,
            self.in_stream,
            self.lag.as_millis()
        )
    }
}

/// Who looks.
pub(super) struct Probe {
    process: PathBuf,
    database: PathBuf,
    clerk: Client,
    /// A case that is sealed and unsealed to see when readers see it.
    case: String,
}

impl Probe {
    pub(super) async fn of(service: &Served, dir: &Path, clerk: Client) -> Self {
        let case = served_case(&clerk).await;
        clerk.snapshot_at(&case, 3).await;
        Self {
            process: PathBuf::from(format!("/proc/{}", service.pid())),
            database: dir.join("casefold.db"),
            clerk,
            case,
        }
    }

    pub(super) async fn look(&self, at: Duration, answered: u64) -> Measured {
        let lag = self.lag().await;
        Measured {
            at,
            answered,
            memory_kib: self.memory_kib(),
            files: self.files(),
            in_stream: self.in_stream(),
            lag,
        }
    }

    async fn lag(&self) -> Duration {
        let command = |kind: &str| {
            let command = json!({"type": kind});
            async move { self.clerk.command(&self.case, command).await }
        };
        command("SealCase").await.expect(200);
        let version = command("UnsealCase").await.expect(200).version();
        let since = Instant::now();
        self.clerk.snapshot_at(&self.case, version).await;
        since.elapsed()
    }

    fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(self.process.join("status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().nth(1));
        kib.unwrap().parse().unwrap()
    }

    fn files(&self) -> u64 {
        std::fs::read_dir(self.process.join("fd")).unwrap().count() as u64
    }

    fn in_stream(&self) -> u64 {
        let only_to_read = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let database = rusqlite::Connection::open_with_flags(&self.database, only_to_read).unwrap();
        database.busy_timeout(Duration::from_secs(5)).unwrap();
        let count = "SELECT COUNT(*) FROM _stream_records";
        database
            .query_row(count, [], |row| row.get::<_, i64>(0))
            .unwrap()
            .try_into()
            .unwrap()
    }
}
