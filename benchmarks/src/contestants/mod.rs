//! The contestants, one file each. All are asked for the same: append one docket entry to a
//! case, deciding over the case as it stands.

pub(crate) mod casefold;
pub(crate) mod docket;
pub(crate) mod dynamo_es;
pub(crate) mod event_store_adapter;
pub(crate) mod naive;
pub(crate) mod raw;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use crate::Outcome;
use crate::court::{Court, Template, Told};
use crate::progress::step;

/// After so many events the peers that keep snapshots write one.
pub(crate) const SNAPSHOT_EVERY: u64 = 50;

/// So many cases, with so many events each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size {
    pub(crate) events: u64,
    pub(crate) cases: usize,
}

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    CasefoldWarm,
    CasefoldCold,
    Raw,
    RawPlain,
    Naive,
    EventStoreAdapter,
    DynamoEs,
    /// The same, whose table has a stream as Casefold's has.
    DynamoEsStream,
    DynamoEsSnapshots,
}

/// What several contestants begin from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ground {
    Casefold,
    Plain,
    Naive,
    EventStoreAdapter,
    DynamoEs,
    DynamoEsStream,
    DynamoEsSnapshots,
}

/// One who is measured, on an engine of its own.
#[async_trait]
pub(crate) trait Contestant: Send + Sync {
    /// Carries out one command on a case. No two at once on the same case.
    async fn command(&self, case: usize) -> Outcome<()>;

    /// Whether it is measured in rounds of one command a case, with what others do in between
    /// not counted.
    fn in_rounds(&self) -> bool {
        false
    }

    /// What there is before a round, and isn't timed.
    async fn begin_round(&self) -> Outcome<()> {
        Ok(())
    }

    /// What others do after a round: folding, where it is somebody else who folds.
    async fn settle(&self) -> Outcome<()> {
        Ok(())
    }

    /// Looks at all that is stored, and folds it.
    async fn check(&self) -> Outcome<Checked>;
}

/// What was found after a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) cases: usize,
    /// How many of them have a number of events that is not what was answered, or a gap.
    pub(crate) wrong_events: usize,
    /// How many of them have a state that their events don't make.
    pub(crate) wrong_states: usize,
}

impl Checked {
    pub(crate) fn add(&mut self, other: &Self) {
        self.cases += other.cases;
        self.wrong_events += other.wrong_events;
        self.wrong_states += other.wrong_states;
    }

    /// Nothing where all is right.
    pub(crate) fn complaint(&self) -> Option<String> {
        let Self {
            cases,
            wrong_events,
            wrong_states,
        } = self;
        let mut told = Vec::new();
        if *wrong_events > 0 {
            told.push(format!("events wrong in {wrong_events} of {cases} cases"));
        }
        if *wrong_states > 0 {
            told.push(format!("state wrong in {wrong_states} of {cases} cases"));
        }
        (!told.is_empty()).then(|| told.join(", "))
    }
}

/// How many commands each case was answered.
#[derive(Debug)]
pub(crate) struct Answered(Vec<AtomicU64>);

impl Answered {
    pub(crate) fn none(size: Size) -> Self {
        Self(
            std::iter::repeat_with(AtomicU64::default)
                .take(size.cases)
                .collect(),
        )
    }

    pub(crate) fn one(&self, case: usize) {
        if let Some(of_case) = self.0.get(case) {
            of_case.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn of(&self, case: usize) -> u64 {
        self.0.get(case).map_or(0, |it| it.load(Ordering::Relaxed))
    }
}

impl Kind {
    /// Those whose commands are compared.
    pub(crate) const ALL: [Self; 9] = [
        Self::CasefoldWarm,
        Self::CasefoldCold,
        Self::Raw,
        Self::RawPlain,
        Self::Naive,
        Self::EventStoreAdapter,
        Self::DynamoEs,
        Self::DynamoEsStream,
        Self::DynamoEsSnapshots,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CasefoldWarm => "Casefold, warm",
            Self::CasefoldCold => "Casefold, cold",
            Self::Raw => "the engine: raw conditional put",
            Self::RawPlain => "the same, into a table without a stream",
            Self::Naive => "one item a commit, uncached",
            Self::EventStoreAdapter => "event-store-adapter-rs, snapshot every 50",
            Self::DynamoEs => "dynamo-es, no snapshots",
            Self::DynamoEsStream => "the same, into a table with a stream",
            Self::DynamoEsSnapshots => "dynamo-es, snapshot every 50",
        }
    }

    /// Whether it is another library that does what Casefold does, used as it is documented.
    pub(crate) const fn is_peer(self) -> bool {
        matches!(
            self,
            Self::EventStoreAdapter | Self::DynamoEs | Self::DynamoEsSnapshots
        )
    }

    const fn ground(self) -> Ground {
        match self {
            Self::CasefoldWarm | Self::CasefoldCold | Self::Raw => Ground::Casefold,
            Self::RawPlain => Ground::Plain,
            Self::Naive => Ground::Naive,
            Self::EventStoreAdapter => Ground::EventStoreAdapter,
            Self::DynamoEs => Ground::DynamoEs,
            Self::DynamoEsStream => Ground::DynamoEsStream,
            Self::DynamoEsSnapshots => Ground::DynamoEsSnapshots,
        }
    }

    /// Enters the contest on a court that was [seeded](Grounds).
    pub(crate) async fn enter(self, court: &Court, size: Size) -> Outcome<Arc<dyn Contestant>> {
        Ok(match self {
            Self::CasefoldWarm => Arc::new(casefold::Warm::enter(court, size).await?),
            Self::CasefoldCold => Arc::new(casefold::Cold::enter(court, size).await?),
            Self::Raw => Arc::new(raw::Raw::enter_events(court, size).await?),
            Self::RawPlain => Arc::new(raw::Raw::enter_plain(court, size).await?),
            Self::Naive => Arc::new(naive::Naive::enter(court, size)),
            Self::EventStoreAdapter => {
                Arc::new(event_store_adapter::Adapter::enter(court, size).await?)
            }
            Self::DynamoEs | Self::DynamoEsStream => {
                Arc::new(dynamo_es::DynamoEs::enter(court, size, false))
            }
            Self::DynamoEsSnapshots => Arc::new(dynamo_es::DynamoEs::enter(court, size, true)),
        })
    }
}

/// Courts with cases of some length, made once and copied for each run.
#[derive(Default)]
pub(crate) struct Grounds(BTreeMap<(Ground, Size), Template>);

impl Grounds {
    /// A fresh engine for a contestant, with cases in it.
    pub(crate) async fn court(&mut self, kind: Kind, size: Size) -> Outcome<Court> {
        let ground = kind.ground();
        let template = match self.0.entry((ground, size)) {
            Entry::Occupied(seeded) => seeded.into_mut(),
            Entry::Vacant(empty) => {
                step(format!(
                    "  seeding {} cases of {} for {}",
                    size.cases,
                    size.events,
                    kind.name()
                ));
                empty.insert(ground.seeded(size).await?)
            }
        };
        Court::like(template).await
    }
}

impl Ground {
    /// A court with cases of this size.
    async fn seeded(self, size: Size) -> Outcome<Template> {
        let court = Court::empty().await?;
        match self {
            Self::Casefold => casefold::seed(&court, size).await?,
            Self::Plain => raw::seed_plain(&court).await?,
            Self::Naive => naive::seed(&court, size).await?,
            Self::EventStoreAdapter => event_store_adapter::seed(&court, size).await?,
            Self::DynamoEs => dynamo_es::seed(&court, size, false, Told::Nobody).await?,
            Self::DynamoEsStream => dynamo_es::seed(&court, size, false, Told::ByStream).await?,
            Self::DynamoEsSnapshots => dynamo_es::seed(&court, size, true, Told::Nobody).await?,
        }
        court.close().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_and_what_is_right_is_not() {
        let mut checked = Checked {
            cases: 10,
            ..Checked::default()
        };
        assert_eq!(checked.complaint(), None);
        checked.add(&Checked {
            cases: 10,
            wrong_events: 0,
            wrong_states: 3,
        });
        let complaint = checked.complaint().unwrap();
        assert_eq!(complaint, "state wrong in 3 of 20 cases");
    }

    /// Small, but past a snapshot, and with a command that makes another.
    const SIZE: Size = Size {
        events: 99,
        cases: 2,
    };

    #[tokio::test(flavor = "multi_thread")]
    async fn whoever_answers_a_command_has_stored_it() {
        let mut grounds = Grounds::default();
        for kind in Kind::ALL {
            let court = grounds.court(kind, SIZE).await.unwrap();
            let contestant = kind.enter(&court, SIZE).await.unwrap();
            for case in [0, 1, 0] {
                contestant.begin_round().await.unwrap();
                contestant.command(case).await.unwrap();
                contestant.settle().await.unwrap();
            }
            let checked = contestant.check().await.unwrap();
            assert_eq!((checked.cases, checked.wrong_events), (2, 0), "{kind:?}");
            // dynamo-es applies the event at which it writes a snapshot twice.
            let expected = if kind == Kind::DynamoEsSnapshots {
                2
            } else {
                0
            };
            assert_eq!(checked.wrong_states, expected, "{kind:?}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_contestant_whose_events_are_not_those_it_answered_is_found_out() {
        let mut grounds = Grounds::default();
        for kind in Kind::ALL {
            let court = grounds.court(kind, SIZE).await.unwrap();
            // It believes that there was one event less.
            let fewer = Size {
                events: SIZE.events - 1,
                ..SIZE
            };
            let contestant = kind.enter(&court, fewer).await.unwrap();
            contestant.settle().await.unwrap();
            let checked = contestant.check().await.unwrap();
            if kind != Kind::RawPlain {
                assert_eq!(checked.wrong_events, 2, "{kind:?}");
            }
        }
    }
}
