//! `dynamo-es` with `cqrs-es`, by the functions that its documentation names:
//! `dynamodb_cqrs`, and `dynamodb_snapshot_cqrs` with a snapshot every fifty events.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ScalarAttributeType;
use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore, SerializedEvent};
use cqrs_es::{Aggregate, AggregateContext, DomainEvent, EventStore};
use dynamo_es::{DynamoCqrs, DynamoEventRepository, dynamodb_cqrs, dynamodb_snapshot_cqrs};
use futures::TryStreamExt;
use serde_json::json;

use super::docket::{Docket, DocketEvent, name_of};
use super::{Answered, Checked, Contestant, SNAPSHOT_EVERY, Size};
use crate::Outcome;
use crate::court::{Court, Told, create_table};
use crate::items;

/// The names that the library's own script gives its tables.
const EVENTS: &str = "Events";
const SNAPSHOTS: &str = "Snapshots";

/// A transaction of the library takes 25 writes.
const A_STEP: u64 = 24;
const CASES_AT_ONCE: usize = 4;

impl DomainEvent for DocketEvent {
    fn event_type(&self) -> String {
        "EntryFiled".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

/// The command: file the next entry.
pub(crate) struct FileEntry;

/// A docket that can't take a further entry: the numbers have come to their end.
#[derive(Debug, thiserror::Error)]
#[error("the docket takes no further entry")]
pub(crate) struct Full;

impl Aggregate for Docket {
    const TYPE: &'static str = "Case";
    type Command = FileEntry;
    type Event = DocketEvent;
    type Error = Full;
    type Services = ();

    async fn handle(
        &mut self,
        FileEntry: FileEntry,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Full> {
        let event = self.file().map_err(|_| Full)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: DocketEvent) {
        Self::apply(self, &event);
    }
}

/// The contestant.
pub(crate) struct DynamoEs {
    cqrs: DynamoCqrs<Docket>,
    client: Client,
    has_snapshots: bool,
    size: Size,
    answered: Answered,
}

/// By way of the library's repository, as many events a transaction as it takes.
pub(crate) async fn seed(
    court: &Court,
    size: Size,
    with_snapshots: bool,
    told: Told,
) -> Outcome<()> {
    let client = court.client();
    let sort = ("AggregateIdSequence", ScalarAttributeType::N);
    create_table(&client, EVENTS, "AggregateTypeAndId", Some(sort), told).await?;
    create_table(&client, SNAPSHOTS, "AggregateTypeAndId", None, Told::Nobody).await?;
    let repository = DynamoEventRepository::new(client);
    futures::stream::iter((0..size.cases).map(Ok))
        .try_for_each_concurrent(CASES_AT_ONCE, |case| {
            seed_case(&repository, case, size.events, with_snapshots)
        })
        .await
}

async fn seed_case(
    repository: &DynamoEventRepository,
    case: usize,
    events: u64,
    with_snapshots: bool,
) -> Outcome<()> {
    // The last snapshot that the library would have written, numbered as it would be.
    let snapshots = if with_snapshots {
        events / SNAPSHOT_EVERY
    } else {
        0
    };
    let snapshot_at = snapshots * SNAPSHOT_EVERY;
    let mut docket = Docket::default();
    let mut step = Vec::new();
    for sequence in 1..=events {
        let event = docket.file()?;
        docket.apply(&event);
        step.push(SerializedEvent::new(
            name_of(case),
            usize::try_from(sequence)?,
            Docket::TYPE.to_owned(),
            event.event_type(),
            event.event_version(),
            serde_json::to_value(&event)?,
            json!({}),
        ));
        let is_snapshot = sequence == snapshot_at;
        if is_snapshot || step.len() as u64 == A_STEP || sequence == events {
            let snapshot = is_snapshot
                .then(|| serde_json::to_value(&docket))
                .transpose()?;
            let number = usize::try_from(snapshots)?;
            let snapshot = snapshot.map(|docket| (name_of(case), docket, number));
            repository.persist::<Docket>(&step, snapshot).await?;
            step.clear();
        }
    }
    Ok(())
}

impl DynamoEs {
    pub(crate) fn enter(court: &Court, size: Size, with_snapshots: bool) -> Self {
        let client = court.client();
        let cqrs = if with_snapshots {
            let every = usize::try_from(SNAPSHOT_EVERY).unwrap_or(usize::MAX);
            dynamodb_snapshot_cqrs(client.clone(), Vec::new(), every, ())
        } else {
            dynamodb_cqrs(client.clone(), Vec::new(), ())
        };
        Self {
            cqrs,
            client,
            has_snapshots: with_snapshots,
            size,
            answered: Answered::none(size),
        }
    }

    /// The state as the library loads it.
    async fn load(&self, case: &str) -> Outcome<Docket> {
        let repository = DynamoEventRepository::new(self.client.clone());
        let every = usize::try_from(SNAPSHOT_EVERY)?;
        let store = if self.has_snapshots {
            PersistedEventStore::<_, Docket>::new_snapshot_store(repository, every)
        } else {
            PersistedEventStore::new_event_store(repository)
        };
        let mut context = store.load_aggregate(case).await?;
        Ok(context.aggregate().clone())
    }
}

#[async_trait]
impl Contestant for DynamoEs {
    async fn command(&self, case: usize) -> Outcome<()> {
        self.cqrs.execute(&name_of(case), FileEntry).await?;
        self.answered.one(case);
        Ok(())
    }

    async fn check(&self) -> Outcome<Checked> {
        let mut checked = Checked {
            cases: self.size.cases,
            ..Checked::default()
        };
        for case in 0..self.size.cases {
            let name = name_of(case);
            let partition = format!("{}:{name}", Docket::TYPE);
            let found = items::of_partition(&self.client, EVENTS, "AggregateTypeAndId", &partition);
            let found = found.await?;
            let expected = self.size.events + self.answered.of(case);
            let mut docket = Docket::default();
            let mut whole = found.len() as u64 == expected;
            for (item, sequence) in found.iter().zip(1..) {
                whole &= items::number(item, "AggregateIdSequence") == Some(sequence);
                let payload = item.get("Payload").and_then(|it| it.as_b().ok());
                let payload = payload.ok_or("an event has no payload")?;
                docket.apply(&serde_json::from_slice(payload.as_ref())?);
            }
            // As the entries were numbered by whoever decided, too.
            let is_right = docket == Docket::of(found.len() as u64)?;
            let loaded = self.load(&name).await?;
            checked.wrong_events += usize::from(!whole);
            checked.wrong_states += usize::from(!is_right || loaded != docket);
        }
        Ok(checked)
    }
}
