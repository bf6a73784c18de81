//! What [guarantees.md](../../../docs/guarantees.md) promises, in bad weather: faults of many kinds
//! below the SDK, at random, and clocks that go wrong.
//!
//! `CASEFOLD_SCHEDULES` says how many days are tried, and `CASEFOLD_SEED` from which seed on; each
//! day has a seed of its own, which is printed where something is wrong.
//! `CASEFOLD_TEST_ENDPOINT` names another engine.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod chance;
mod day;
mod linearizable;
mod record;
#[path = "../support/mod.rs"]
mod support;
mod weather;

use std::collections::BTreeMap;
use std::time::SystemTime;

use futures::StreamExt;

use day::{Day, End, day};
use record::Wrongs;
use weather::Fault;

/// How many days are tried where nothing else is said, and how many at once: a day is mostly
/// waiting.
const SCHEDULES: u64 = 8;
const AT_ONCE: usize = 4;

/// The seeds of the days that are tried.
fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| {
        let said = std::env::var(name).ok()?;
        Some(said.parse::<u64>().unwrap())
    };
    let by_the_clock = || {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        since.as_millis() as u64 % 1_000_000_000
    };
    let first = number("CASEFOLD_SEED").unwrap_or_else(by_the_clock);
    first..first + number("CASEFOLD_SCHEDULES").unwrap_or(SCHEDULES)
}

/// What several days came to.
#[derive(Debug, Default)]
struct Tally {
    schedules: u64,
    acknowledged: u64,
    refused: u64,
    records: usize,
    faults: BTreeMap<Fault, u64>,
}

impl Tally {
    fn add(&mut self, day: &Day) {
        self.schedules += 1;
        self.records += day.told.taken();
        for asked in &day.asked {
            match asked.end {
                End::Acknowledged(..) => self.acknowledged += 1,
                End::Refused => self.refused += 1,
                End::Unknown => {}
            }
        }
        for (fault, times) in day.weather.met() {
            *self.faults.entry(fault).or_default() += times;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_once_what_was_refused_is_not_and_all_converges() {
    let seeds = seeds();
    let mut days = futures::stream::iter(seeds.clone())
        .map(|seed| {
            tokio::spawn(async move {
                let day = day(seed).await;
                let wrongs = Wrongs::after(&day).await;
                (seed, day, wrongs)
            })
        })
        .buffer_unordered(AT_ONCE);
    let mut tally = Tally::default();
    while let Some(ended) = days.next().await {
        let (seed, day, wrongs) = ended.unwrap_or_else(|error| panic!("of {seeds:?}: {error}"));
        assert!(wrongs.is_none(), "CASEFOLD_SEED={seed}: {wrongs:#?}");
        tally.add(&day);
        day.court.close().await;
    }
    println!("seeds {seeds:?}: {tally:?}; nothing lost, nothing doubled, nothing diverged");
    assert!(tally.acknowledged > 0 && tally.refused > 0 && !tally.faults.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_and_reads_of_a_case_are_linearizable() {
    let seeds = seeds();
    let mut runs = futures::stream::iter(seeds.clone())
        .map(|seed| tokio::spawn(async move { (seed, linearizable::run(seed).await) }))
        .buffer_unordered(AT_ONCE);
    let (mut operations, mut in_doubt, mut undecided) = (0, 0, 0);
    while let Some(ended) = runs.next().await {
        let (seed, run) = ended.unwrap_or_else(|error| panic!("of {seeds:?}: {error}"));
        assert!(run.is_linearizable != Some(false), "CASEFOLD_SEED={seed}");
        undecided += u32::from(run.is_linearizable.is_none());
        operations += run.operations;
        in_doubt += run.in_doubt;
    }
    println!(
        "seeds {seeds:?}: {operations} operations, {in_doubt} of them left in doubt; {undecided} \
         runs took the checker too long"
    );
    assert!(u64::from(undecided) * 4 < seeds.end - seeds.start);
}
