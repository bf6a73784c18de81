//! Blocks of histories to the event store.
//!
//! Threads make blocks, and a few at a time are written, each case in the order of its
//! commits, on the condition that its numbers are free. Where a run has come to stands in the
//! control table, so that it can be stopped at any point, killed even, and run again: what is
//! there already is seen and passed over, and nothing is written twice.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casefold_events::{Commit, Digest, DocketNumber};
use casefold_shared::gateway::{
    AppendOutcome, ControlStore, EventStore, Segment, StoreError, Stores,
};
use casefold_shared::keys::Vault;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinError;

use super::{Block, GenerateError, Generator, Recipe};

/// The most commits that the store appends in one step.
pub const MOST_IN_STEP: usize = 100;

/// The most that a step's commits may weigh, in bytes of payload: a transaction takes 4 MB.
const STEP_BYTES: usize = 2_000_000;

/// After so many blocks the place is written down.
const BLOCKS_A_CHECKPOINT: u64 = 64;

/// How a run is carried out.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many blocks are made and written at the same time.
    pub at_once: NonZeroUsize,
    /// How many commits are written in one step, up to [`MOST_IN_STEP`]. One is the cheapest
    /// in capacity units; many are the fastest where each step waits for a disk.
    pub in_step: NonZeroUsize,
    /// Whether to write to an event store that holds other cases, too.
    pub beside_others: bool,
}

/// Hears how a run goes on.
pub trait Progress: Send + Sync {
    /// So many blocks are done, of so many, with so many commits in this run.
    fn at(&self, done: u64, of: u64, commits: u64);
}

/// Says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn at(&self, _: u64, _: u64, _: u64) {}
}

/// Why a run came to its end before it was done. What was written stays; run it again.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There are cases in the event store that are not of this recipe.
    #[error(
        "the event table is not empty; name an empty data directory or another table prefix, \
         or say --beside-others"
    )]
    NotEmpty,
    /// A docket number is taken by a case that is not of this recipe.
    #[error(
        "case {0} is there already with another history; nothing of it was changed. Name an \
         empty data directory or another table prefix"
    )]
    NumberTaken(DocketNumber),
    /// The store can't be reached, or refuses.
    #[error("the store failed; what was written stays, run it again")]
    Store(#[from] StoreError),
    /// A history can't be made.
    #[error("a history can't be made")]
    Generate(#[from] GenerateError),
    /// A thread that made histories ended.
    #[error("a thread that made histories ended")]
    Thread(#[from] JoinError),
}

/// What a run has written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Cases that were made.
    pub cases: u64,
    /// Commits that were written.
    pub commits_written: u64,
    /// Commits that were there already.
    pub commits_already_there: u64,
    /// Events in all of them.
    pub events: u64,
    /// Docket entries of the cases, on the record and off it.
    pub docket_entries: u64,
    /// The bytes of the events' payloads.
    pub payload_bytes: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.commits_written += other.commits_written;
        self.commits_already_there += other.commits_already_there;
        self.events += other.events;
        self.docket_entries += other.docket_entries;
        self.payload_bytes += other.payload_bytes;
    }
}

/// What came of a run.
#[derive(Clone, Copy, Debug)]
pub struct Done {
    /// At which block it began: 0 where it was the first.
    pub began_at: u64,
    /// The blocks up to here are written.
    pub ended_at: u64,
    /// Of how many.
    pub blocks: u64,
    /// What it has written.
    pub counts: Counts,
    /// How long it took.
    pub took: Duration,
    /// How long threads took to make the histories, summed over them, with their waits for a
    /// core.
    pub making: Duration,
}

impl Done {
    /// Whether every block is written.
    pub const fn is_complete(&self) -> bool {
        self.ended_at == self.blocks
    }
}

/// Writes histories to the event store.
#[derive(Clone)]
pub struct Writer {
    events: Arc<dyn EventStore>,
    control: Arc<dyn ControlStore>,
    vault: Arc<Vault>,
    options: Options,
}

impl Writer {
    /// A writer to these stores.
    pub fn new(stores: &Stores, options: Options) -> Self {
        Self {
            events: stores.events.clone(),
            control: stores.control.clone(),
            vault: stores.vault.clone(),
            options,
        }
    }

    /// Makes and writes all blocks from where an earlier run of the same recipe ended, until
    /// `stop` turns true: then the blocks that were begun are finished.
    ///
    /// # Errors
    /// [`RunError`] says why it could not go on.
    pub async fn run(
        &self,
        generator: Generator,
        progress: &dyn Progress,
        stop: &watch::Receiver<bool>,
    ) -> Result<Done, RunError> {
        let began_at = self.begin(&generator).await?;
        let blocks = generator.blocks();
        let begun = Instant::now();
        let mut done = Done {
            began_at,
            ended_at: began_at,
            blocks,
            counts: Counts::default(),
            took: Duration::ZERO,
            making: Duration::ZERO,
        };
        progress.at(began_at, blocks, 0);
        let mut written = stream::iter(began_at..blocks)
            .take_while(|_| std::future::ready(!*stop.borrow()))
            .map(|nth| self.clone().started(generator, nth))
            .buffered(self.options.at_once.get());
        let place = place_of(generator.recipe());
        while let Some((counts, making)) = written.try_next().await? {
            done.ended_at += 1;
            done.counts.add(counts);
            done.making += making;
            progress.at(done.ended_at, blocks, done.counts.commits_written);
            if done.ended_at.is_multiple_of(BLOCKS_A_CHECKPOINT) {
                self.note(&place, done.ended_at).await?;
            }
        }
        drop(written);
        self.note(&place, done.ended_at).await?;
        done.took = begun.elapsed();
        Ok(done)
    }

    /// Looks whether the event store is free for the recipe, and takes its docket numbers out
    /// of circulation. Where an earlier run ended, it goes on.
    async fn begin(&self, generator: &Generator) -> Result<u64, RunError> {
        let place = place_of(generator.recipe());
        let come_to = self.control.checkpoint_get(&place).await?;
        let is_empty = self.is_empty().await?;
        match come_to {
            Some(at) if !is_empty => return Ok(at.parse().unwrap_or_default()),
            // The cases were thrown away since.
            Some(_) => {}
            None if !is_empty && !self.options.beside_others => return Err(RunError::NotEmpty),
            None => {}
        }
        for highest in generator.highest_numbers() {
            self.control.docket_number_reserve(highest).await?;
        }
        self.note(&place, 0).await?;
        Ok(0)
    }

    async fn is_empty(&self) -> Result<bool, StoreError> {
        let whole = Segment { index: 0, of: 1 };
        let mut from = None;
        loop {
            let page = self.events.commits_scan(whole, from).await?;
            from = page.next;
            if !page.commits.is_empty() {
                return Ok(false);
            }
            if from.is_none() {
                return Ok(true);
            }
        }
    }

    async fn note(&self, place: &str, done: u64) -> Result<(), StoreError> {
        self.control.checkpoint_put(place, &done.to_string()).await
    }

    /// Each block is a task of its own, so that several cores encode and send.
    async fn started(self, generator: Generator, nth: u64) -> Result<(Counts, Duration), RunError> {
        tokio::spawn(async move { self.make_and_write(generator, nth).await }).await?
    }

    async fn make_and_write(
        &self,
        generator: Generator,
        nth: u64,
    ) -> Result<(Counts, Duration), RunError> {
        let made = tokio::task::spawn_blocking(move || {
            let begun = Instant::now();
            (generator.block(nth), begun.elapsed())
        });
        let (block, making) = made.await?;
        Ok((self.write(&block?).await?, making))
    }

    /// Writes a block.
    async fn write(&self, block: &Block) -> Result<Counts, RunError> {
        let mut counts = counts_of(block);
        let commits = self.sealed(block).await?;
        let commits: Vec<_> = commits.iter().collect();
        for step in steps(&commits, self.options.in_step.get()) {
            let step: Vec<Commit> = step.iter().copied().cloned().collect();
            if let [_, _, ..] = step.as_slice() {
                match self.events.commits_append(&step).await? {
                    AppendOutcome::Written => {
                        counts.commits_written += step.len() as u64;
                        continue;
                    }
                    // Some of it is there from an earlier run: one by one, then.
                    AppendOutcome::Repeated(_) | AppendOutcome::Conflict => {}
                }
            }
            for commit in &step {
                if self.append(commit).await? {
                    counts.commits_written += 1;
                } else {
                    counts.commits_already_there += 1;
                }
            }
        }
        Ok(counts)
    }

    /// A block's commits with their personal values encrypted, and chained anew over that. Keys
    /// that are there are gone by, so the same block gives the same commits again.
    async fn sealed(&self, block: &Block) -> Result<Vec<Commit>, StoreError> {
        let commits = block.histories.iter().flat_map(|it| &it.commits);
        let drafts = commits.map(|commit| commit.draft.clone()).collect();
        let mut sealed: Vec<Commit> = Vec::new();
        for draft in self.vault.seal(drafts).await? {
            let of_case = sealed
                .last()
                .filter(|it| it.docket_number == draft.docket_number);
            let head = of_case.map_or(Digest::ZERO, |last| last.hash);
            sealed.push(draft.seal(head));
        }
        Ok(sealed)
    }

    /// Writes a commit, unless it is there; says whether it did.
    async fn append(&self, commit: &Commit) -> Result<bool, RunError> {
        match self.events.commit_append(commit).await? {
            AppendOutcome::Written => Ok(true),
            AppendOutcome::Repeated(there) if there.iter().any(|it| it.hash == commit.hash) => {
                Ok(false)
            }
            AppendOutcome::Repeated(_) | AppendOutcome::Conflict => {
                Err(RunError::NumberTaken(commit.docket_number))
            }
        }
    }
}

fn counts_of(block: &Block) -> Counts {
    let mut counts = Counts {
        cases: block.histories.len() as u64,
        ..Counts::default()
    };
    for history in &block.histories {
        let docket = &history.case.docket;
        counts.docket_entries += u64::from(docket.last_index());
        counts.docket_entries += docket.off_record().len() as u64;
        for event in history.commits.iter().flat_map(|commit| &commit.events) {
            counts.events += 1;
            counts.payload_bytes += event.payload().len() as u64;
        }
    }
    counts
}

/// The commits in steps that the store takes, in their order.
fn steps<'a>(commits: &'a [&'a Commit], most: usize) -> Vec<&'a [&'a Commit]> {
    let most = most.min(MOST_IN_STEP);
    let mut steps = Vec::new();
    let (mut from, mut bytes) = (0, 0);
    for (at, commit) in commits.iter().enumerate() {
        let own: usize = commit
            .events
            .iter()
            .map(|event| event.payload().len())
            .sum();
        if at > from && (at - from == most || bytes + own > STEP_BYTES) {
            steps.push(&commits[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += own;
    }
    if from < commits.len() {
        steps.push(&commits[from..]);
    }
    steps
}

/// Where it stands how far the run of a recipe has come.
fn place_of(recipe: &Recipe) -> String {
    let Recipe {
        seed,
        cases,
        commits,
    } = recipe;
    format!("generate/{seed}/{cases}/{commits}")
}
