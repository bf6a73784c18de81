//! What the record must be, whatever the weather was.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use casefold_events::{Commit, Digest, DocketNumber, Timestamp, Version};
use casefold_projector::{History, Projections};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{EventStore, Segment};

use crate::day::{Asked, Day, End, Process};

/// Every commit, case by case, in order.
type Record = BTreeMap<DocketNumber, Vec<Commit>>;

/// What is wrong, of each kind that must not be.
#[derive(Debug, Default)]
pub(crate) struct Wrongs {
    /// Acknowledged, and not in the record.
    pub(crate) lost: Vec<String>,
    /// Carried out more than once.
    pub(crate) doubled: Vec<String>,
    /// Refused, and in the record all the same.
    pub(crate) traces: Vec<String>,
    /// In some of its cases, and not in all.
    pub(crate) halves: Vec<String>,
    /// A case's chain has a gap, or is no chain, or time goes back in it.
    pub(crate) chains: Vec<String>,
    /// What is derived is not what follows from the commits.
    pub(crate) diverged: Vec<String>,
}

impl Wrongs {
    /// What is wrong after a day.
    pub(crate) async fn after(day: &Day) -> Self {
        let mut wrongs = Self::default();
        let calm = Process::in_calm(&day.court);
        let record = record(&*calm.stores().events).await;
        for asked in &day.asked {
            wrongs.of_command(asked, &record);
        }
        for commits in record.values() {
            wrongs.of_chain(commits, &record);
        }
        wrongs.of_what_is_derived(&calm, &record).await;
        wrongs
    }

    pub(crate) fn is_none(&self) -> bool {
        let Self {
            lost,
            doubled,
            traces,
            halves,
            chains,
            diverged,
        } = self;
        [lost, doubled, traces, halves, chains, diverged]
            .iter()
            .all(|wrongs| wrongs.is_empty())
    }

    fn of_command(&mut self, asked: &Asked, record: &Record) {
        if let End::Acknowledged(cases, events) = &asked.end {
            for event in events {
                let of_cases = cases.iter().filter_map(|number| record.get(number));
                let there = of_cases.flatten().flat_map(|commit| &commit.events);
                match there.filter(|it| it.event_id == *event).count() {
                    0 => self.lost.push(format!("event {event} of {asked:?}")),
                    1 => {}
                    _ => self.doubled.push(format!("event {event} of {asked:?}")),
                }
            }
        }
        let Some(key) = &asked.key else { return };
        let made = record.values().flatten().filter(|commit| {
            // What followed by a policy has the cause's command.
            commit.command_id == *key && commit.causation.is_none()
        });
        let mut times: BTreeMap<DocketNumber, u32> = BTreeMap::new();
        for commit in made {
            *times.entry(commit.docket_number).or_default() += 1;
        }
        if times.values().any(|times| *times > 1) {
            self.doubled.push(format!("{asked:?}: {times:?}"));
        }
        let there: BTreeSet<_> = times.into_keys().collect();
        match &asked.end {
            // It names the cases that it changed; of a group that is all that it was sent for.
            End::Acknowledged(cases, _) if !there.is_subset(cases) => {
                self.doubled.push(format!("{asked:?}: also in {there:?}"));
            }
            End::Acknowledged(..) if there.is_empty() => self.lost.push(format!("{asked:?}")),
            End::Acknowledged(..) | End::Unknown => {}
            End::Refused if there.is_empty() || asked.was_in_doubt => {}
            End::Refused => self.traces.push(format!("{asked:?}: in {there:?}")),
        }
    }

    fn of_chain(&mut self, commits: &[Commit], record: &Record) {
        let (mut version, mut hash) = (Version::ZERO, Digest::ZERO);
        let mut recorded = Timestamp::from_millis(0);
        for commit in commits {
            let at = commit.reference();
            if let Err(error) = commit.verify_after(version, hash) {
                self.chains.push(format!("{at:?}: {error}"));
            }
            if commit.recorded_at < recorded {
                self.chains.push(format!("{at:?}: time goes back"));
            }
            (version, hash, recorded) = (commit.version, commit.hash, commit.recorded_at);
            for other in &commit.committed_with {
                let there = record.get(&other.docket_number);
                let there = there.and_then(|commits| {
                    let same = |it: &&Commit| it.version == other.version;
                    commits.iter().find(same)
                });
                if there.is_none_or(|there| there.committed_with != commit.committed_with) {
                    self.halves.push(format!("{at:?}: not with {other:?}"));
                }
            }
        }
    }

    async fn of_what_is_derived(&mut self, calm: &Process, record: &Record) {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let projections = Projections::of_this_build(calm.stores(), &clock);
        for folder in projections.live().await.unwrap().all() {
            let id = folder.id();
            for parked in folder.parked().await.unwrap() {
                self.diverged.push(format!("{id}: {parked:?} is parked"));
            }
            for (number, commits) in record {
                let history = History {
                    docket_number: *number,
                    commits: commits.clone(),
                    unreadable: None,
                };
                let expected = folder.expected(&history).unwrap();
                let stored = folder.stored(*number).await.unwrap();
                if stored != expected {
                    self.diverged.push(format!("{id}: {number}"));
                }
            }
        }
    }
}

async fn record(events: &dyn EventStore) -> Record {
    let mut record = Record::new();
    let mut from = None;
    loop {
        let all = Segment { index: 0, of: 1 };
        let page = events.commits_scan(all, from).await.unwrap();
        assert_eq!(page.unreadable, []);
        for commit in page.commits {
            let of_case = record.entry(commit.docket_number).or_default();
            of_case.push(commit);
        }
        from = page.next;
        if from.is_none() {
            break;
        }
    }
    for commits in record.values_mut() {
        commits.sort_by_key(|commit| commit.version);
    }
    record
}
