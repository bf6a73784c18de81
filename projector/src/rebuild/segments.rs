//! Going through the event table by segments, which are shared among workers and processes by
//! leases, and resumed from where each has come.
//!
//! A segment's progress is written under its lease, after the cases up to there are dealt with.
//! A worker that dies leaves a lease that ends by itself, and another goes on from the last
//! progress; one that was held up finds that its lease is not its own any more and stops. What
//! it did meanwhile was done twice, which is harmless.

mod known;
mod progress;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_events::Timestamp;
use casefold_shared::clock::Clock;
use casefold_shared::gateway::{
    Consumed, EventStore, Lease, LeaseState, LeaseStore, Segment, StoreError, Term,
};
use futures::future::join;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;

pub(super) use self::known::Known;
pub use self::progress::Scanned;
pub(crate) use self::progress::{Progress, Sum, ended_of, standing};
use self::progress::{parse, to_text};
use super::pages::{Page, Pages};
use super::pause;
use crate::history::History;

/// How long a lease lasts that is not kept: longer than a page takes, and short enough for the
/// work of a dead worker to be taken up soon.
const LEASE_LASTS: Duration = Duration::from_secs(30);

/// How often a lease is kept while a page is worked on.
const KEEP_EVERY: Duration = Duration::from_secs(10);

/// The pause before a worker looks again whether one of the others' segments has come free.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How often a page is tried that fails in a way that may pass, and the first pause before
/// that, which doubles.
const TRIES: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// What is done with the cases of a segment, by one worker.
#[async_trait]
pub(crate) trait Work: Send + Sync {
    /// What is counted.
    type Counts: Counts;
    /// Why it stopped.
    type Error: Failure;

    /// Where the worker reads commits.
    fn events(&self) -> &dyn EventStore;

    /// Deals with some cases. Doing it twice does no harm.
    async fn cases(&self, histories: &[History]) -> Result<Self::Counts, Self::Error>;

    /// What the worker's requests have cost so far.
    fn consumed(&self) -> Consumed;
}

/// Why work stopped.
pub(crate) trait Failure: From<StoreError> + fmt::Display + Send + 'static {
    /// Whether the same may succeed a moment later.
    fn may_pass(&self) -> bool;
}

impl Failure for StoreError {
    fn may_pass(&self) -> bool {
        self.may_pass()
    }
}

/// What work counts: sums over segments.
pub(crate) trait Counts:
    AddAssign + Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

impl<C> Counts for C where
    C: AddAssign + Clone + Default + Serialize + DeserializeOwned + Send + Sync + 'static
{
}

/// Segments that are gone through, by one worker; a [`Passage`](super::passage::Passage) has several.
pub(super) struct Segments<'a, C> {
    pub(super) leases: Arc<dyn LeaseStore>,
    pub(super) clock: Arc<dyn Clock>,
    /// The group of the leases: work of the same group is shared and resumed.
    pub(super) group: String,
    pub(super) of: u32,
    pub(super) stop: &'a watch::Receiver<bool>,
    /// Is told each time that a segment has come further.
    pub(super) tell: &'a (dyn Fn(&Sum<C>) + Send + Sync),
    pub(super) known: Arc<Known<C>>,
}

impl<C: Counts> Segments<'_, C> {
    /// How far all segments are, as their leases say now.
    pub(super) async fn standing<E: Failure>(&self) -> Result<Sum<C>, E> {
        self.look().await?;
        Ok(self.sum())
    }

    /// Works on one segment, as soon as nobody else does, and gives how far it is then: at its
    /// end, or where it was told to stop.
    pub(super) async fn one<W: Work<Counts = C>>(
        &self,
        worker: &W,
        index: u32,
    ) -> Result<Progress<C>, W::Error> {
        let owner = self.clock.new_id().to_string();
        loop {
            if let Some((segment, lease)) = self.take_one(index, &owner).await? {
                let progress = self.segment(worker, segment, lease).await?;
                if progress.ended || *self.stop.borrow() {
                    return Ok(progress);
                }
                // It was taken over: whoever did that ends it, or leaves it again.
            }
            if !pause(LOOK_AGAIN, self.stop).await {
                return Ok(Progress::default());
            }
        }
    }

    /// Takes one segment after the other that nobody else works on, until all are at their end,
    /// or it is told to stop.
    pub(super) async fn work<W: Work<Counts = C>>(&self, worker: &W) -> Result<(), W::Error> {
        let owner = self.clock.new_id().to_string();
        while !*self.stop.borrow() {
            let let_go = self.known.one_let_go();
            let states = self.look().await?;
            let sum = self.sum();
            if sum.ended == self.of {
                break;
            }
            let Some((segment, lease)) = self.take(&states, &owner).await? else {
                // Told to stop meanwhile, it ends here as well.
                tokio::select! {
                    _ = pause(LOOK_AGAIN, self.stop) => {}
                    () = let_go => {}
                }
                continue;
            };
            self.segment(worker, segment, lease).await?;
        }
        Ok(())
    }

    /// How the leases stand; what they say of progress is remembered.
    async fn look(&self) -> Result<BTreeMap<u32, LeaseState>, StoreError> {
        let states = self.leases.leases(&self.group).await?;
        let by_segment: BTreeMap<u32, LeaseState> = states
            .into_iter()
            .filter_map(|state| Some((state.name.parse().ok()?, state)))
            .collect();
        for (segment, state) in &by_segment {
            if let Some(progress) = parse(state.progress.as_deref()) {
                self.known.note(*segment, progress);
            }
        }
        Ok(by_segment)
    }

    fn sum(&self) -> Sum<C> {
        self.known.sum(self.of)
    }

    /// Takes the first segment that is neither at its end nor in anybody's hands, beginning at
    /// one that follows from the owner's name, so that workers don't all try the same.
    async fn take(
        &self,
        states: &BTreeMap<u32, LeaseState>,
        owner: &str,
    ) -> Result<Option<(Segment, Lease)>, StoreError> {
        let now = self.clock.now();
        let first = owner.bytes().fold(0_u32, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(byte.into())
        });
        for nth in 0..self.of {
            let index = (first % self.of + nth) % self.of;
            let state = states.get(&index);
            let is_held = state.is_some_and(|it| it.owner.is_some() && it.until > now);
            if self.known.has_ended(index) || is_held {
                continue;
            }
            if let Some(taken) = self.take_one(index, owner).await? {
                return Ok(Some(taken));
            }
        }
        Ok(None)
    }

    /// Takes a segment, where nobody has it in hand.
    async fn take_one(
        &self,
        index: u32,
        owner: &str,
    ) -> Result<Option<(Segment, Lease)>, StoreError> {
        let now = self.clock.now();
        let term = Term {
            owner,
            now,
            until: later(now, LEASE_LASTS),
        };
        let name = format!("{index:05}");
        let taken = self.leases.lease_take(&self.group, &name, term).await?;
        let segment = Segment { index, of: self.of };
        Ok(taken.map(|lease| (segment, lease)))
    }

    /// Works on a segment from where it was left, and gives its lease back, whatever ended the
    /// work: others need not wait for the lease's end.
    async fn segment<W: Work<Counts = C>>(
        &self,
        worker: &W,
        segment: Segment,
        lease: Lease,
    ) -> Result<Progress<C>, W::Error> {
        // What another build wrote and this one can't read is begun anew, which is safe.
        let mut progress: Progress<C> = parse(lease.progress.as_deref()).unwrap_or_default();
        let worked = self.pages(worker, segment, &lease, &mut progress).await;
        let text = to_text(&progress)?;
        // One that was taken over is left as it is.
        let released = self.leases.lease_release(&lease, &text).await;
        self.known.let_go();
        worked?;
        released?;
        Ok(progress)
    }

    /// Works on a segment to its end, or until it is told to stop, or until another has taken
    /// it over.
    async fn pages<W: Work<Counts = C>>(
        &self,
        worker: &W,
        segment: Segment,
        lease: &Lease,
        progress: &mut Progress<C>,
    ) -> Result<(), W::Error> {
        let mut pages = Pages::new(segment, progress.position());
        let mut ahead = None;
        while !progress.ended && !*self.stop.borrow() {
            let before = worker.consumed();
            let worked = self.keeping(lease, progress, next_page(worker, &pages, ahead.take()));
            let (page, counts) = match worked.await? {
                Worked::Done(done) => done,
                Worked::Stopped => break,
                Worked::TakenOver => {
                    tracing::info!(segment = segment.index, "a segment was taken over");
                    return Ok(());
                }
            };
            pages = page.rest;
            ahead = page.ahead;
            let at = pages.position();
            progress.after = at.map(|at| (at.docket_number, at.version.0));
            progress.ended = pages.is_at_end();
            progress.scanned += page.scanned;
            progress.counts += counts;
            progress.cost += worker.consumed() - before;
            if !self.keep(lease, progress).await? {
                tracing::info!(segment = segment.index, "a segment was taken over");
                return Ok(());
            }
            self.known.note(segment.index, progress.clone());
            (self.tell)(&self.sum());
        }
        Ok(())
    }

    /// Keeps a lease while something is done under it, which is dropped where the lease was
    /// taken over, or it is told to stop: at a low rate a page may take minutes.
    async fn keeping<T, E: Failure>(
        &self,
        lease: &Lease,
        progress: &Progress<C>,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<Worked<T>, E> {
        let mut work = std::pin::pin!(work);
        let mut stopped = std::pin::pin!(told_to_stop(self.stop.clone()));
        loop {
            tokio::select! {
                done = &mut work => return done.map(Worked::Done),
                () = &mut stopped => return Ok(Worked::Stopped),
                () = tokio::time::sleep(KEEP_EVERY) => {
                    if !self.keep(lease, progress).await? {
                        return Ok(Worked::TakenOver);
                    }
                }
            }
        }
    }

    async fn keep(&self, lease: &Lease, progress: &Progress<C>) -> Result<bool, StoreError> {
        let until = later(self.clock.now(), LEASE_LASTS);
        self.leases
            .lease_keep(lease, until, &to_text(progress)?)
            .await
    }
}

/// How work under a lease ended.
enum Worked<T> {
    Done(T),
    Stopped,
    TakenOver,
}

/// Waits until it is told to stop, for ever where nobody is left who could tell.
pub(super) async fn told_to_stop(mut stop: watch::Receiver<bool>) {
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// A page whose cases are dealt with.
struct Dealt {
    scanned: Scanned,
    rest: Pages,
    /// The page after it, where that is read already.
    ahead: Option<Page>,
}

/// Deals with the cases of the next page, which it reads unless that was done, and reads the one
/// after it meanwhile: else store and worker would wait for one another.
async fn next_page<W: Work>(
    worker: &W,
    pages: &Pages,
    read: Option<Page>,
) -> Result<(Dealt, W::Counts), W::Error> {
    let page = match read {
        Some(page) => page,
        None => retried(|| async { pages.clone().next(worker.events()).await }).await?,
    };
    let ahead = async {
        if page.rest.is_at_end() {
            return None;
        }
        // What fails is read again when it is needed, and told then.
        page.rest.clone().next(worker.events()).await.ok()
    };
    let (counts, ahead) = join(retried(|| worker.cases(&page.histories)), ahead).await;
    let Page { scanned, rest, .. } = page;
    let dealt = Dealt {
        scanned,
        rest,
        ahead,
    };
    Ok((dealt, counts?))
}

/// Tries again what may pass.
async fn retried<T, E, F>(attempt: impl Fn() -> F) -> Result<T, E>
where
    E: Failure,
    F: Future<Output = Result<T, E>>,
{
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        match attempt().await {
            Err(error) if error.may_pass() => {
                tracing::warn!(%error, "trying again in a moment");
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            done => return done,
        }
    }
    attempt().await
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(now.as_millis().saturating_add(millis))
}
