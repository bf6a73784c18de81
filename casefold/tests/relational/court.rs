//! A court with histories of its own, and the rows that they come to.

use std::collections::BTreeMap;
use std::sync::Arc;

use casefold::feed::dynamo::DynamoStream;
use casefold_events::case::standing::{CaseStatusChanged, JudgeAssigned};
use casefold_events::vocabulary::CaseStatus;
use casefold_events::{CaseEvent, Commit, Timestamp, Version};
use casefold_projector::rebuild::{Progress, RebuildStatus};
use casefold_projector::relational::{CaseRows, Rebuild, RebuildConfig, Target, rows};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::config::Config;
use casefold_shared::dynamodb::{sdk_config, tables};
use casefold_shared::gateway::{EventStore, LeaseStore, Meter, Stores, Term};

use crate::databases::{Dump, expected};
use crate::support::Court;
use crate::support::history::{Chain, captioned, docket, entry, filed, fold, petition, served};

/// A chain of commits that begins a case.
pub(crate) fn begun(serial: u32) -> (Chain, Commit) {
    let mut chain = Chain::of(docket(serial));
    let first = chain.commit([petition(), filed(entry(1)), filed(entry(2))]);
    (chain, first)
}

/// The next commit of a case: something else each time.
pub(crate) fn next(chain: &mut Chain) -> Commit {
    let n = u32::try_from(chain.version.0).unwrap();
    let events: Vec<CaseEvent> = match n % 5 {
        0 => vec![filed(entry(n + 2)), served(n + 2)],
        1 => vec![filed(entry(n + 2))],
        2 => vec![status(CaseStatus::Submitted)],
        3 => vec![
            JudgeAssigned {
                judge: format!("Judge {n}"),
            }
            .into(),
        ],
        _ => vec![captioned(20 + n as usize % 50)],
    };
    chain.commit(events)
}

pub(crate) fn status(status: CaseStatus) -> CaseEvent {
    CaseStatusChanged {
        status,
        closed_date: None,
    }
    .into()
}

/// Appends a case of so many commits.
pub(crate) async fn append_case(court: &Court, serial: u32, commits: u64) -> Chain {
    let (mut chain, first) = begun(serial);
    court.store.case_begin(&first).await.unwrap();
    while chain.version < Version(commits) {
        court.store.commit_append(&next(&mut chain)).await.unwrap();
    }
    chain
}

/// The rows of the pure fold of commits.
pub(crate) fn rows_of(commits: &[Commit]) -> CaseRows {
    rows(&fold(None, commits))
}

/// What should stand in the tables: the pure fold of each case that the event table has.
pub(crate) async fn expected_of(court: &Court, serials: impl IntoIterator<Item = u32>) -> Dump {
    let mut cases = BTreeMap::new();
    for serial in serials {
        let commits = court
            .store
            .commits_after(docket(serial), Version::ZERO)
            .await
            .unwrap();
        cases.insert(serial, rows_of(&commits));
    }
    expected(cases.values())
}

/// A rebuild of a target from a court.
pub(crate) async fn rebuild(court: &Court, target: Arc<dyn Target>) -> Rebuild {
    let store = court.store_by_way_of(&court.endpoint_url).await;
    Rebuild {
        stores: Arc::new(move || {
            let store = Arc::new(store.counted_apart());
            let meter: Arc<dyn Meter> = store.clone();
            (Stores::of(store), meter)
        }),
        target,
        clock: Arc::new(SystemClock),
    }
}

/// Lets the leases of a passage end that a dead process has left, as half a minute does.
pub(crate) async fn let_leases_end(court: &Court, target: &dyn Target, config: RebuildConfig) {
    let segments = config.segments;
    let group = format!("rebuild/cases-sql/{}/{segments}/1", target.id());
    let now = Timestamp::from_millis(SystemClock.now().as_millis() + 60_000);
    let term = Term {
        owner: "a test",
        now,
        until: Timestamp::from_millis(0),
    };
    for lease in court.store.leases(&group).await.unwrap() {
        let taken = court.store.lease_take(&group, &lease.name, term).await;
        taken.unwrap().expect("a lease that has ended");
    }
}

/// The stream of a court's event table.
pub(crate) async fn stream(court: &Court) -> DynamoStream {
    let config = Config::for_endpoint(&court.endpoint_url, &court.prefix);
    let client = aws_sdk_dynamodbstreams::Client::new(&sdk_config(&config).await);
    let table = tables::EVENTS.name(&court.prefix);
    DynamoStream::of_table(client, &table)
}

pub(crate) const CONFIG: RebuildConfig = RebuildConfig {
    segments: 3,
    workers: 2,
};

/// Progress that nobody looks at.
pub(crate) struct Unseen;

impl Progress<RebuildStatus> for Unseen {
    fn at(&self, _: &RebuildStatus) {}
}
