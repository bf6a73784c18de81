//! Keeping the rows current from the stream.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_lambda_events::dynamodb::{Event, EventRecord};
use aws_lambda_events::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use casefold_events::{DocketNumber, Version};
use casefold_shared::clock::Clock;
use casefold_shared::gateway::EventStore;
use futures::{StreamExt, TryStreamExt};

use super::target::Target;
use super::write::{RelationalError, write};
use crate::history::History;
use crate::record::{self, Meaning};

/// How many cases of a batch are read at once.
const CASES_AT_ONCE: usize = 16;

/// Brings the rows of cases up to date, as stream records tell of them.
#[derive(Clone)]
pub struct RelationalProjector {
    events: Arc<dyn EventStore>,
    target: Arc<dyn Target>,
    clock: Arc<dyn Clock>,
}

impl RelationalProjector {
    /// A projector of the event table into a target.
    pub fn new(
        events: Arc<dyn EventStore>,
        target: Arc<dyn Target>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            events,
            target,
            clock,
        }
    }

    /// Takes a batch in the form in which Lambda hands it over, and names the first record
    /// from which it is to be delivered again.
    ///
    /// A record is a hint, as everywhere: a case whose rows are at its version already is
    /// passed over, any other is folded from its commits as the event table has them. Not from
    /// a snapshot: so this projection depends on no other one, and mends whatever was wrong
    /// with a case with its next commit.
    pub async fn handle(&self, batch: Event) -> DynamoDbEventResponse {
        let first = batch.records.first();
        let first = first.and_then(|record| record.change.sequence_number.clone());
        let hints = hints(batch.records);
        let mut response = DynamoDbEventResponse::default();
        if let Err(error) = self.advance(&hints).await {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(%error, source, "the relational projection waits");
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(first.unwrap_or_default());
            response.batch_item_failures.push(failure);
        }
        response
    }

    /// Writes cases as their commits are told now, whatever version their rows are of.
    ///
    /// # Errors
    /// [`RelationalError`]; doing it again does the rest.
    pub async fn write_anew(&self, cases: &[DocketNumber]) -> Result<(), RelationalError> {
        for cases in cases.chunks(CASES_AT_ONCE) {
            self.target.outdate(cases).await?;
            let histories = futures::stream::iter(cases.to_vec())
                .map(|case| History::read(&*self.events, case))
                .buffered(CASES_AT_ONCE)
                .try_collect::<Vec<_>>()
                .await?;
            let histories: Vec<_> = histories.iter().collect();
            write(&*self.target, &*self.clock, &histories).await?;
        }
        Ok(())
    }

    async fn advance(
        &self,
        hints: &BTreeMap<DocketNumber, Version>,
    ) -> Result<(), RelationalError> {
        if hints.is_empty() {
            return Ok(());
        }
        let cases: Vec<_> = hints.keys().copied().collect();
        let versions = self.target.versions(&cases).await?;
        let behind = hints.iter().filter(|(case, hinted)| {
            let stored = versions.get(*case).copied().unwrap_or(Version::ZERO);
            stored < **hinted
        });
        let reading = behind.map(|(case, _)| History::read(&*self.events, *case));
        let reading: Vec<_> = reading.collect();
        let histories: Vec<_> = futures::stream::iter(reading)
            .buffered(CASES_AT_ONCE)
            .try_collect()
            .await?;
        if !histories.is_empty() {
            let histories: Vec<_> = histories.iter().collect();
            let counts = write(&*self.target, &*self.clock, &histories).await?;
            tracing::debug!(?counts, "a batch is in the relational projection");
        }
        Ok(())
    }
}

/// The highest version that records tell of, by case. What tells of no commit is the
/// snapshots' projector's to complain of.
fn hints(records: Vec<EventRecord>) -> BTreeMap<DocketNumber, Version> {
    let mut hints = BTreeMap::new();
    for record in records {
        let commit = match record::read(record) {
            Meaning::Commit(commit) => commit.reference(),
            Meaning::Named { commit, .. } => commit,
            Meaning::Altered | Meaning::Unreadable { .. } => continue,
        };
        let highest = hints.entry(commit.docket_number).or_insert(commit.version);
        *highest = (*highest).max(commit.version);
    }
    hints
}
