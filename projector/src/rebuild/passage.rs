//! A way through the event table, with workers in tasks of their own: decoding, decrypting and
//! hashing take as many cores as there are, and the store has something to do meanwhile.

use std::sync::Arc;

use casefold_shared::clock::Clock;
use casefold_shared::gateway::LeaseStore;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::segments::{Counts, Known, Progress, Segments, Sum, Work};

/// Which segments are gone through, and under which leases.
#[derive(Clone)]
pub(crate) struct Passage {
    pub(crate) leases: Arc<dyn LeaseStore>,
    pub(crate) clock: Arc<dyn Clock>,
    /// The group of the leases: work of the same group is shared and resumed.
    pub(crate) group: String,
    pub(crate) of: u32,
}

impl Passage {
    /// Works through the segments until all are at their end, or it is told to stop; then the
    /// page that each is at is left for whoever goes on. `tell` hears each time that one has come
    /// further. The first worker that fails ends the others.
    pub(crate) async fn run<W>(
        self,
        workers: Vec<W>,
        stop: &watch::Receiver<bool>,
        tell: &(dyn Fn(&Sum<W::Counts>) + Send + Sync),
    ) -> Result<Sum<W::Counts>, W::Error>
    where
        W: Work + 'static,
    {
        let known = Arc::<Known<W::Counts>>::default();
        let (telling, mut told) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        for worker in workers {
            let (passage, known) = (self.clone(), Arc::clone(&known));
            let (stop, telling) = (stop.clone(), telling.clone());
            tasks.spawn(async move {
                // Whoever listened has stopped, where it can't be told.
                let tell = move |sum: &Sum<W::Counts>| drop(telling.send(sum.clone()));
                passage.segments(&stop, &tell, known).work(&worker).await
            });
        }
        drop(telling);
        loop {
            tokio::select! {
                biased;
                Some(sum) = told.recv() => tell(&sum),
                ended = tasks.join_next() => match ended {
                    Some(Ok(worked)) => worked?,
                    Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                    None => break,
                },
            }
        }
        // Others may have come further meanwhile, where it was told to stop.
        self.segments(stop, &|_| {}, known).standing().await
    }

    /// Works on one segment, as soon as nobody else does, and gives how far it is then: at its
    /// end, or where it was told to stop.
    pub(crate) async fn one<W: Work>(
        self,
        worker: &W,
        segment: u32,
        stop: &watch::Receiver<bool>,
    ) -> Result<Progress<W::Counts>, W::Error> {
        let segments = self.segments(stop, &|_| {}, Arc::default());
        segments.one(worker, segment).await
    }

    fn segments<'a, C: Counts>(
        self,
        stop: &'a watch::Receiver<bool>,
        tell: &'a (dyn Fn(&Sum<C>) + Send + Sync),
        known: Arc<Known<C>>,
    ) -> Segments<'a, C> {
        let Self {
            leases,
            clock,
            group,
            of,
        } = self;
        Segments {
            leases,
            clock,
            group,
            of,
            stop,
            tell,
            known,
        }
    }
}
