//! The history as Parquet files, for whoever asks it in SQL.
//!
//! ```text
//! DIR/commits/month=2026-03/part-00000007.parquet    a row for each commit
//! DIR/events/month=2026-03/part-00000008.parquet     a row for each event
//! DIR/_casefold/                                     what the next run needs to know
//! ```
//!
//! A month is that in which a commit was recorded, in UTC. A run goes through the event table and
//! adds what the files don't have yet; what it has written so far is noted every
//! [`ROWS_A_NOTE`] rows, and a run that is stopped or dies is gone on with from there. Its rows
//! are put into the folders of their months when it has come to its end.
//!
//! Two things are never in a file:
//! - **Personal data in the clear.** Payloads are written as they are stored, with personal values
//!   encrypted, so forgetting a person needs no file written anew.
//! - **What happened in a case, or to a docket entry, that is sealed.** Such events have no
//!   payload and are marked `withheld`. Where a case or an entry was sealed or unsealed since the
//!   last run, the rows of the case are taken out of the files and written anew.
//!
//! | file | job |
//! | --- | --- |
//! | [`rows`] | pure: the rows of a history, and what is withheld of it |
//! | `columns` | rows as columns of Arrow |
//! | `files` | Parquet files: writing, and putting several together |
//! | `directory` | the directory: what is in it, and its lock |
//! | `writer` | what a run has written, noted and put in place |
//! | `asking` | asking the files in SQL (feature `datafusion`) |
//! | this one | reading the event table for it |

#[cfg(feature = "datafusion")]
pub mod asking;
mod columns;
mod directory;
mod files;
pub mod rows;
mod writer;

use std::collections::BTreeMap;
use std::path::PathBuf;

use casefold_events::{CommitRef, DocketNumber};
use casefold_projector::history::Obstacle;
use casefold_projector::rebuild::pages::{Page, Pages};
use casefold_projector::rebuild::{Progress, Scanned};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{Consumed, EventStore, OpenStores, Segment, StoreError};
use futures::future::try_join_all;
use serde::Serialize;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinError;

pub use directory::{Directory, Table};
use writer::Writer;

/// After how many rows what was written is noted.
pub const ROWS_A_NOTE: usize = 200_000;

/// How many pages may wait for the writer.
const PAGES_WAITING: usize = 2;

/// How often a page is tried that fails in a way that may pass.
const TRIES: u32 = 6;

/// Why an export stopped. What was noted stays, and the next run goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Another process exports into the directory.
    #[error("another export into {0} is running; wait for it, or name another directory")]
    Busy(PathBuf),
    /// The directory holds something else.
    #[error("{path} was written by another format of export ({found}); name another directory")]
    Format {
        /// The file that says so.
        path: PathBuf,
        /// The format that it names.
        found: u32,
    },
    /// A note of an earlier run can't be read.
    #[error("{0} can't be understood; name another directory, and begin anew")]
    Note(PathBuf),
    /// A file can't be read or written.
    #[error("{path} can't be read or written")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A Parquet file can't be read or written.
    #[error("{path} can't be read or written as Parquet")]
    Parquet {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// Rows don't fit their columns.
    #[error("rows can't be put into columns")]
    Columns(#[from] arrow_schema::ArrowError),
    /// The event table can't be read.
    #[error("the event table can't be read; what was noted stays, run it again")]
    Store(#[from] StoreError),
    /// The thread that writes files ended.
    #[error("the thread that writes files ended")]
    Thread,
}

impl From<JoinError> for ExportError {
    /// What a panic said may be of anybody, and an error is shown: the log has its place.
    fn from(_: JoinError) -> Self {
        Self::Thread
    }
}

/// An export.
#[derive(Clone)]
pub struct Export {
    /// Where each worker has its stores from.
    pub stores: OpenStores,
    /// Into which directory.
    pub directory: PathBuf,
    /// The time.
    pub clock: std::sync::Arc<dyn Clock>,
    /// In how many segments the event table is read, and so how many are read at once.
    pub segments: u32,
    /// After how many rows what was written is noted: [`ROWS_A_NOTE`].
    pub rows_a_note: usize,
}

/// How far an export is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportStatus {
    /// What was read.
    pub scanned: Scanned,
    /// Events that were written.
    pub events_written: u64,
    /// What it has cost.
    pub cost: Consumed,
}

/// How an export ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportReport {
    /// Whether the whole event table was gone through. If not, it was told to stop, and the next
    /// run goes on from there.
    pub complete: bool,
    /// How far it is.
    pub status: ExportStatus,
    /// Commits that were written, by this run and by those that it went on from.
    pub commits_written: u64,
    /// Events of them.
    pub events_written: u64,
    /// Events of them that are withheld.
    pub events_withheld: u64,
    /// Cases whose rows were written anew, for something of them was sealed or unsealed.
    pub cases_anew: u64,
    /// Files in the directory now.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Commits in them.
    pub commits: u64,
    /// Events in them.
    pub events: u64,
    /// Cases of which a commit can't be read: they are written up to there.
    pub unreadable: Vec<Unreadable>,
}

/// A case that can't be read to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unreadable {
    /// The case.
    pub docket_number: DocketNumber,
    /// The commit that can't be read.
    pub version: u64,
    /// Why not.
    pub reason: String,
}

/// A page of a segment, on its way to the writer.
pub(crate) struct Read {
    segment: u32,
    page: Page,
    cost: Consumed,
}

impl Export {
    /// Writes what the directory doesn't have yet. It ends early when `stop` turns true; what it
    /// has read by then is noted.
    ///
    /// # Errors
    /// [`ExportError`]; running it again goes on.
    pub async fn run(
        &self,
        progress: std::sync::Arc<dyn Progress<ExportStatus>>,
        stop: &watch::Receiver<bool>,
    ) -> Result<ExportReport, ExportError> {
        let directory = Directory::open(&self.directory)?;
        let begun_at = self.clock.now();
        let writer = Writer::open(directory, self.segments.max(1), self.rows_a_note, begun_at)?;
        let positions = writer.positions();
        let (send, mut receive) = mpsc::channel::<Read>(PAGES_WAITING);
        let writing = tokio::task::spawn_blocking(move || {
            let mut writer = writer;
            while let Some(read) = receive.blocking_recv() {
                let status = writer.take(read)?;
                progress.at(&status);
            }
            writer.end()
        });
        let of = u32::try_from(positions.len()).unwrap_or(1);
        let reading = (0..of).zip(positions).filter_map(|(index, position)| {
            let at = match position {
                Position::Begin => None,
                Position::After(after) => Some(after),
                Position::Ended => return None,
            };
            let pages = Pages::new(Segment { index, of }, at);
            Some(self.read(index, pages, send.clone(), stop.clone()))
        });
        let read = try_join_all(reading).await;
        drop(send);
        // Whatever ended the reading, what was read is noted.
        let written = writing.await?;
        read?;
        written
    }

    /// Reads a segment to its end, or until it is told to stop, or until nobody takes pages.
    async fn read(
        &self,
        segment: u32,
        mut pages: Pages,
        send: mpsc::Sender<Read>,
        stop: watch::Receiver<bool>,
    ) -> Result<(), ExportError> {
        let (stores, meter) = (self.stores)();
        let mut paid = Consumed::default();
        while !pages.is_at_end() && !*stop.borrow() {
            let page = next(&pages, &*stores.events).await?;
            pages = page.rest.clone();
            let all = meter.consumed();
            let cost = all - paid;
            paid = all;
            let read = Read {
                segment,
                page,
                cost,
            };
            if send.send(read).await.is_err() {
                // The writer failed, and says why.
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Reads the next page, and tries again what may pass.
async fn next(pages: &Pages, events: &dyn EventStore) -> Result<Page, StoreError> {
    let mut pause = std::time::Duration::from_millis(200);
    for _ in 1..TRIES {
        match pages.clone().next(events).await {
            Err(error) if error.may_pass() => {
                tracing::warn!(%error, "trying again in a moment");
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            done => return done,
        }
    }
    pages.clone().next(events).await
}

/// Where in a segment a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Position {
    /// Before its first case.
    #[default]
    Begin,
    /// After the case of this commit.
    After(CommitRef),
    /// At its end.
    Ended,
}

impl Unreadable {
    fn of(docket_number: DocketNumber, obstacle: &Obstacle) -> Self {
        Self {
            docket_number,
            version: obstacle.version.0,
            reason: obstacle.reason.clone(),
        }
    }
}

/// Something for each month, say `2026-03`.
pub type ByMonth<T> = BTreeMap<String, T>;
