//! Workers in tasks of their own, so that hashing takes as many cores as there are.

use std::sync::{Arc, Mutex};

use casefold_shared::clock::Clock;
use casefold_shared::gateway::LeaseStore;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::rebuild::segments::{Segments, Sum, Work};

/// Which segments are gone through, and under which leases.
#[derive(Clone)]
pub(super) struct Passage {
    pub(super) leases: Arc<dyn LeaseStore>,
    pub(super) clock: Arc<dyn Clock>,
    /// The group of the leases: work of the same group is shared and resumed.
    pub(super) group: String,
    pub(super) of: u32,
}

/// Works through the segments until all are at their end, or it is told to stop.
pub(super) async fn run<W>(
    passage: Passage,
    workers: Vec<W>,
    stop: &watch::Receiver<bool>,
    tell: &(dyn Fn(&Sum<W::Counts>) + Send + Sync),
) -> Result<Sum<W::Counts>, W::Error>
where
    W: Work + 'static,
    W::Error: Send + 'static,
{
    let known = Arc::new(Mutex::default());
    let (telling, mut told) = mpsc::unbounded_channel();
    let mut tasks = JoinSet::new();
    for worker in workers {
        let (passage, known) = (passage.clone(), Arc::clone(&known));
        let (stop, telling) = (stop.clone(), telling.clone());
        tasks.spawn(async move {
            // Whoever listened has stopped, where it can't be told.
            let tell = move |sum: &Sum<W::Counts>| drop(telling.send(sum.clone()));
            let segments = segments(passage, &stop, &tell, known);
            segments.run(&[worker]).await.map(drop)
        });
    }
    drop(telling);
    loop {
        tokio::select! {
            Some(sum) = told.recv() => tell(&sum),
            ended = tasks.join_next() => match ended {
                // The first that fails ends the others.
                Some(Ok(worked)) => worked?,
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                None => break,
            },
        }
    }
    let segments = segments(passage, stop, &|_| {}, known);
    Ok(segments.sum())
}

fn segments<'a, C>(
    passage: Passage,
    stop: &'a watch::Receiver<bool>,
    tell: &'a (dyn Fn(&Sum<C>) + Send + Sync),
    known: Arc<Mutex<std::collections::BTreeMap<u32, crate::rebuild::segments::Progress<C>>>>,
) -> Segments<'a, C> {
    let Passage {
        leases,
        clock,
        group,
        of,
    } = passage;
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
