//! Has a contestant carry out commands, so many at once, for some time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::contestants::Contestant;
use crate::stats::a_second;

/// In rounds, what others do in between takes longer than what is timed: it ends when this many
/// times the time is over, whatever was timed until then.
const PATIENCE: u32 = 5;

/// How it went.
#[derive(Clone, Debug, Default)]
pub(crate) struct Driven {
    pub(crate) commands: u64,
    pub(crate) took: Duration,
    /// What others did in between, where it is measured in rounds.
    pub(crate) settling: Duration,
    /// Why a command failed. It ends the contestant's part.
    pub(crate) failure: Option<String>,
}

impl Driven {
    /// Commands a second.
    pub(crate) fn rate(&self) -> f64 {
        a_second(self.commands, self.took)
    }

    /// With another part of it.
    pub(crate) fn add(&mut self, part: Self) {
        self.commands += part.commands;
        self.took += part.took;
        self.settling += part.settling;
        self.failure = self.failure.take().or(part.failure);
    }

    /// Commands a second, where the same machine does what others do, too.
    pub(crate) fn rate_with_settling(&self) -> f64 {
        a_second(self.commands, self.took + self.settling)
    }
}

/// Makes every case known, as far as the contestant remembers anything.
pub(crate) async fn warm_up(contestant: &Arc<dyn Contestant>, cases: usize) -> Driven {
    let mut driven = Driven::default();
    one_round(contestant, cases, cases.min(8), &mut driven).await;
    driven
}

/// Carries out commands on so many cases, so many at once, for so long.
pub(crate) async fn drive(
    contestant: &Arc<dyn Contestant>,
    cases: usize,
    at_once: usize,
    limit: Duration,
) -> Outcome<Driven> {
    let mut driven = Driven::default();
    if !contestant.in_rounds() {
        keep_going(contestant, cases, at_once, limit, &mut driven).await;
        return Ok(driven);
    }
    let begun = Instant::now();
    // One round at least.
    loop {
        contestant.begin_round().await?;
        one_round(contestant, cases, at_once, &mut driven).await;
        let since = Instant::now();
        contestant.settle().await?;
        driven.settling += since.elapsed();
        let is_over = driven.took >= limit || begun.elapsed() >= limit * PATIENCE;
        if is_over || driven.failure.is_some() {
            return Ok(driven);
        }
    }
}

/// Each worker has cases of its own, and takes one after another until the time is over.
async fn keep_going(
    contestant: &Arc<dyn Contestant>,
    cases: usize,
    at_once: usize,
    limit: Duration,
    driven: &mut Driven,
) {
    let is_over = Arc::new(AtomicBool::new(false));
    let commands = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let workers = (0..at_once.min(cases)).map(|worker| {
        let (contestant, is_over) = (contestant.clone(), is_over.clone());
        let commands = commands.clone();
        tokio::spawn(async move {
            for case in (worker..cases).step_by(at_once).cycle() {
                if is_over.load(Ordering::Relaxed) || begun.elapsed() >= limit {
                    return None;
                }
                if let Err(error) = contestant.command(case).await {
                    is_over.store(true, Ordering::Relaxed);
                    return Some(told(&*error));
                }
                commands.fetch_add(1, Ordering::Relaxed);
            }
            None
        })
    });
    let workers: Vec<_> = workers.collect();
    for worker in workers {
        note(worker.await, driven);
    }
    driven.took += begun.elapsed();
    driven.commands += commands.load(Ordering::Relaxed);
}

/// One command on each case.
pub(crate) async fn one_round(
    contestant: &Arc<dyn Contestant>,
    cases: usize,
    at_once: usize,
    driven: &mut Driven,
) {
    let next = Arc::new(AtomicUsize::new(0));
    let commands = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let workers = (0..at_once.min(cases)).map(|_| {
        let (contestant, next, commands) = (contestant.clone(), next.clone(), commands.clone());
        tokio::spawn(async move {
            loop {
                let case = next.fetch_add(1, Ordering::Relaxed);
                if case >= cases {
                    return None;
                }
                if let Err(error) = contestant.command(case).await {
                    next.store(cases, Ordering::Relaxed);
                    return Some(told(&*error));
                }
                commands.fetch_add(1, Ordering::Relaxed);
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    for worker in workers {
        note(worker.await, driven);
    }
    driven.took += begun.elapsed();
    driven.commands += commands.load(Ordering::Relaxed);
}

fn note(ended: Result<Option<String>, tokio::task::JoinError>, driven: &mut Driven) {
    let failure = match ended {
        Ok(failure) => failure,
        Err(error) => Some(error.to_string()),
    };
    if driven.failure.is_none() {
        driven.failure = failure;
    }
}

/// An error with its causes, in one line.
pub(crate) fn told(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    let mut told = error.to_string();
    for cause in causes {
        let cause = cause.to_string();
        if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;

    use super::*;
    use crate::contestants::Checked;

    /// Notes who is asked for what; fails at a case.
    struct Noting {
        in_rounds: bool,
        fails_at: usize,
        seen: Mutex<Vec<usize>>,
        settled: AtomicU64,
    }

    #[async_trait]
    impl Contestant for Noting {
        async fn command(&self, case: usize) -> Outcome<()> {
            if case == self.fails_at {
                return Err("it fails".into());
            }
            self.seen.lock().unwrap().push(case);
            tokio::task::yield_now().await;
            Ok(())
        }

        fn in_rounds(&self) -> bool {
            self.in_rounds
        }

        async fn settle(&self) -> Outcome<()> {
            self.settled.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }

        async fn check(&self) -> Outcome<Checked> {
            Ok(Checked::default())
        }
    }

    fn noting(in_rounds: bool, fails_at: usize) -> (Arc<Noting>, Arc<dyn Contestant>) {
        let noting = Arc::new(Noting {
            in_rounds,
            fails_at,
            seen: Mutex::default(),
            settled: AtomicU64::default(),
        });
        (noting.clone(), noting)
    }

    #[tokio::test]
    async fn in_rounds_every_case_has_one_command_before_others_do_their_part() {
        let (noting, contestant) = noting(true, usize::MAX);
        let driven = drive(&contestant, 5, 2, Duration::from_nanos(1))
            .await
            .unwrap();
        assert_eq!((driven.commands, driven.failure.is_none()), (5, true));
        let mut seen = noting.seen.lock().unwrap().clone();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3, 4]);
        assert_eq!(noting.settled.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn all_cases_are_worked_on_until_the_time_is_over() {
        let (noting, contestant) = noting(false, usize::MAX);
        let limit = Duration::from_millis(20);
        let driven = drive(&contestant, 5, 2, limit).await.unwrap();
        let seen = noting.seen.lock().unwrap().clone();
        assert_eq!(driven.commands, seen.len() as u64);
        assert!(driven.took >= limit);
        assert!((0..5).all(|case| seen.contains(&case)), "{seen:?}");
    }

    #[tokio::test]
    async fn a_command_that_fails_ends_it_and_says_why() {
        for in_rounds in [false, true] {
            let (_, contestant) = noting(in_rounds, 2);
            let limit = Duration::from_secs(60);
            let driven = drive(&contestant, 5, 2, limit).await.unwrap();
            assert_eq!(driven.failure.as_deref(), Some("it fails"));
        }
    }
}
