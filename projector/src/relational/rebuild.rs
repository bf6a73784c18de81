//! Filling the rows from the whole event table.

use std::sync::{Arc, Mutex, PoisonError};

use casefold_events::{Commit, CommitRef, DocketNumber, Version};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{ControlStore, EventStore, Segment, StoreError};
use futures::{StreamExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::NAME;
use super::fold::{Folded, fold, fold_stored, write};
use super::target::{Target, TargetError};

/// How a rebuild goes about it.
#[derive(Clone, Copy, Debug)]
pub struct RebuildConfig {
    /// In how many segments the event table is scanned. A rebuild is resumed with the same
    /// number; with another it begins anew.
    pub segments: u32,
    /// How many of them are scanned at once.
    pub workers: usize,
}

/// What a rebuild has come across.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Commits read.
    pub commits: u64,
    /// Cases looked at.
    pub cases: u64,
    /// Cases whose rows were written.
    pub written: u64,
    /// Cases parked.
    pub parked: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.commits += other.commits;
        self.cases += other.cases;
        self.written += other.written;
        self.parked += other.parked;
    }
}

/// How a rebuild ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RebuildReport {
    /// Whether every segment is at its end; if not, the next rebuild goes on from here.
    pub complete: bool,
    /// Segments that an earlier rebuild had begun or ended.
    pub resumed_segments: u32,
    /// What was come across, in earlier rebuilds that this one resumed too.
    pub counts: Counts,
}

/// Is told how far a rebuild is.
pub trait RebuildProgress: Send + Sync {
    /// So many segments of all are at their end, and this was come across.
    fn advanced(&self, ended: u32, segments: u32, counts: Counts);
}

/// Why a rebuild stopped. What was written stays, and the next one goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The event table or a checkpoint can't be read or written.
    #[error("the event table or a checkpoint can't be used")]
    Store(#[from] StoreError),
    /// The target can't be written.
    #[error(transparent)]
    Target(#[from] TargetError),
}

/// Fills a target from the event table. It may run beside the live feed and beside another
/// rebuild: the version gate keeps what is newer.
#[derive(Clone)]
pub struct Rebuild {
    events: Arc<dyn EventStore>,
    control: Arc<dyn ControlStore>,
    target: Arc<dyn Target>,
    clock: Arc<dyn Clock>,
}

/// How far a segment is: its checkpoint.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Progress {
    ended: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<(DocketNumber, u64)>,
    counts: Counts,
}

impl Progress {
    const fn is_begun(&self) -> bool {
        self.ended || self.after.is_some()
    }

    fn position(&self) -> Option<CommitRef> {
        self.after.map(|(docket_number, version)| CommitRef {
            docket_number,
            version: Version(version),
        })
    }
}

impl Rebuild {
    /// A rebuild of a target from the event table, with its checkpoints in the control store.
    pub fn new(
        events: Arc<dyn EventStore>,
        control: Arc<dyn ControlStore>,
        target: Arc<dyn Target>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            events,
            control,
            target,
            clock,
        }
    }

    /// Scans the event table once and writes every case whose rows are behind; where an
    /// earlier rebuild of the same target did not come to its end, from where it was. A
    /// target that is complete is gone through again, which brings cases up to date that no
    /// live feed has. Ends early, at a checkpoint, when `stop` turns true.
    ///
    /// # Errors
    /// [`RebuildError`]; running it again goes on from the last checkpoint.
    pub async fn run(
        &self,
        config: RebuildConfig,
        progress: &dyn RebuildProgress,
        stop: &watch::Receiver<bool>,
    ) -> Result<RebuildReport, RebuildError> {
        let of = config.segments.max(1);
        let mut segments = Vec::new();
        for index in 0..of {
            segments.push(self.checkpoint(Segment { index, of }).await?);
        }
        if segments.iter().all(|segment| segment.ended) {
            segments.fill(Progress::default());
            // Or else a rebuild that dies soon would leave segments that look ended.
            for index in 0..of {
                self.save(Segment { index, of }, &Progress::default())
                    .await?;
            }
        }
        let resumed = segments.iter().filter(|segment| segment.is_begun()).count();
        let states = Mutex::new(segments.clone());
        let tell = |index: u32, state: &Progress| {
            let mut states = states.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(segment) = states.get_mut(index as usize) {
                segment.clone_from(state);
            }
            let (ended, counts) = sum(&states);
            progress.advanced(ended, of, counts);
        };
        let scans = (0..of).zip(segments).map(|(index, state)| {
            let tell = &tell;
            async move {
                self.scan(Segment { index, of }, state, stop, &|state| {
                    tell(index, state);
                })
                .await
            }
        });
        let scans: Vec<_> = scans.collect();
        futures::stream::iter(scans)
            .buffer_unordered(config.workers.max(1))
            .try_collect::<()>()
            .await?;
        let (ended, counts) = sum(&states.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(RebuildReport {
            complete: ended == of,
            resumed_segments: u32::try_from(resumed).unwrap_or(of),
            counts,
        })
    }

    async fn scan(
        &self,
        segment: Segment,
        mut state: Progress,
        stop: &watch::Receiver<bool>,
        tell: &(dyn Fn(&Progress) + Sync),
    ) -> Result<(), RebuildError> {
        while !state.ended && !*stop.borrow() {
            let from = state.position();
            let page = self.events.commits_scan(segment, from).await?;
            state.counts.commits += page.commits.len() as u64;
            state.counts += self.write_page(page.commits, from, page.next).await?;
            state.after = page.next.map(|next| (next.docket_number, next.version.0));
            state.ended = page.next.is_none();
            self.save(segment, &state).await?;
            tell(&state);
        }
        Ok(())
    }

    /// Writes the cases of a page in one transaction. The case that the page's end cuts is
    /// read to its own end now; the next page begins with the rest of it, which is passed
    /// over.
    async fn write_page(
        &self,
        commits: Vec<Commit>,
        from: Option<CommitRef>,
        next: Option<CommitRef>,
    ) -> Result<Counts, RebuildError> {
        let done = from.map(|from| from.docket_number);
        let cut = next.map(|next| next.docket_number);
        let cases: Vec<&[Commit]> = commits
            .chunk_by(|one, other| one.docket_number == other.docket_number)
            .filter(|case| Some(case[0].docket_number) != done)
            .collect();
        let numbers: Vec<_> = cases.iter().map(|case| case[0].docket_number).collect();
        if numbers.is_empty() {
            return Ok(Counts::default());
        }
        let stored = self.target.versions(&numbers).await?;
        let mut folded: Vec<Folded> = Vec::with_capacity(cases.len());
        for case in &cases {
            let number = case[0].docket_number;
            let (last, is_cut) = (case[case.len() - 1].version, Some(number) == cut);
            let there = stored.get(&number).copied().unwrap_or(Version::ZERO);
            if there >= last && !is_cut {
                continue;
            }
            if is_cut || !is_whole(case) {
                folded.push(fold_stored(&*self.events, number).await?);
            } else {
                folded.push(fold(number, case));
            }
        }
        let written = write(&*self.target, &*self.clock, folded).await?;
        Ok(Counts {
            commits: 0,
            cases: numbers.len() as u64,
            written: written.cases,
            parked: written.parked,
        })
    }

    async fn checkpoint(&self, segment: Segment) -> Result<Progress, StoreError> {
        let stored = self.control.checkpoint_get(&self.name(segment)).await?;
        // What another build wrote and this one can't read is begun anew, which is safe.
        Ok(stored
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default())
    }

    async fn save(&self, segment: Segment, state: &Progress) -> Result<(), StoreError> {
        let text = serde_json::to_string(state).map_err(|error| StoreError::Corrupt {
            at: self.name(segment),
            problem: error.to_string(),
        })?;
        self.control
            .checkpoint_put(&self.name(segment), &text)
            .await
    }

    fn name(&self, segment: Segment) -> String {
        let Segment { index, of } = segment;
        format!("rebuild/{NAME}/{}/{of}/{index}", self.target.id())
    }
}

/// Whether commits are those of a case from the first on, without a gap.
fn is_whole(commits: &[Commit]) -> bool {
    (1..)
        .zip(commits)
        .all(|(number, commit)| commit.version == Version(number))
}

fn sum(segments: &[Progress]) -> (u32, Counts) {
    let mut counts = Counts::default();
    let mut ended = 0;
    for segment in segments {
        counts += segment.counts;
        ended += u32::from(segment.ended);
    }
    (ended, counts)
}
