//! `event-store-adapter-rs`, as its README has it: the latest snapshot, the events since, a
//! decision, and the event appended; every fiftieth with a snapshot, of which the newest is kept.

use std::collections::HashMap;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeValue, BillingMode, GlobalSecondaryIndex, KeyType, Projection, ProjectionType,
    ScalarAttributeType,
};
use casefold_shared::clock::{Clock, SystemClock};
use chrono::{DateTime, Utc};
use event_store_adapter_rs::{
    AggregateId, DynamoDbOptions, DynamoDbTables, EventEnvelope, EventStoreForDynamoDB,
    SnapshotEnvelope,
};

use super::docket::{Docket, DocketEvent, name_of};
use super::{Answered, Checked, Contestant, SNAPSHOT_EVERY, Size};
use crate::Outcome;
use crate::court::{Court, Told, attribute, create_table, key};
use crate::items;

const JOURNAL: &str = "journal";
const SNAPSHOTS: &str = "snapshots";
const HEADS: &str = "heads";
const HISTORY: &str = "history";

type Store = EventStoreForDynamoDB<CaseId, Docket, DocketEvent>;

/// A case, as the library names an aggregate.
#[derive(Clone, Debug)]
struct CaseId(String);

impl CaseId {
    fn of(case: usize) -> Self {
        Self(name_of(case))
    }
}

impl AggregateId for CaseId {
    fn type_name(&self) -> String {
        "Case".to_owned()
    }

    fn value(&self) -> String {
        self.0.clone()
    }
}

/// The contestant.
pub(crate) struct Adapter {
    store: Store,
    client: Client,
    size: Size,
    answered: Answered,
}

async fn open(client: &Client) -> Outcome<Store> {
    let tables = DynamoDbTables {
        journal_table_name: JOURNAL.to_owned(),
        snapshot_table_name: SNAPSHOTS.to_owned(),
        head_table_name: HEADS.to_owned(),
        snapshot_history_index_name: HISTORY.to_owned(),
    };
    let options = DynamoDbOptions::default();
    Ok(Store::open(client.clone(), tables, options).await?)
}

/// The first case by way of the library, command for command; the others are copies of it, for
/// its commands would take minutes.
pub(crate) async fn seed(court: &Court, size: Size) -> Outcome<()> {
    let client = court.client();
    create_tables(&client).await?;
    let store = open(&client).await?;
    let mut docket = Docket::default();
    for seq_nr in 1..=size.events {
        docket = append(&store, &CaseId::of(0), docket, seq_nr).await?;
    }
    let of_first = format!("Case-{}", name_of(0));
    for table in [JOURNAL, SNAPSHOTS, HEADS] {
        let found = items::of_partition(&client, table, "aid", &of_first).await?;
        for case in 1..size.cases {
            let aid = AttributeValue::S(format!("Case-{}", name_of(case)));
            let copies = found.iter().map(|item| {
                let mut item = item.clone();
                item.insert("aid".to_owned(), aid.clone());
                item
            });
            items::put_all(&client, table, copies.collect()).await?;
        }
    }
    Ok(())
}

impl Adapter {
    pub(crate) async fn enter(court: &Court, size: Size) -> Outcome<Self> {
        let client = court.client();
        Ok(Self {
            store: open(&client).await?,
            client,
            size,
            answered: Answered::none(size),
        })
    }

    /// The case as the library gives it, with the number of its last event.
    async fn load(&self, id: &CaseId) -> Outcome<(Docket, u64)> {
        let Some(read) = self.store.get_latest_snapshot_by_id(id).await? else {
            return Ok((Docket::default(), 0));
        };
        let (snapshot, _) = read.into_parts();
        let (mut docket, mut seq_nr) = match snapshot {
            Some(snapshot) => {
                let seq_nr = snapshot.seq_nr();
                (snapshot.into_aggregate(), seq_nr)
            }
            None => (Docket::default(), 0),
        };
        let since = self.store.get_events_by_id_since_seq_nr(id, seq_nr + 1);
        for event in since.await? {
            seq_nr = event.seq_nr();
            docket.apply(event.payload());
        }
        Ok((docket, seq_nr))
    }
}

/// Decides and appends.
async fn append(store: &Store, id: &CaseId, mut docket: Docket, seq_nr: u64) -> Outcome<Docket> {
    let event = docket.file()?;
    docket.apply(&event);
    let envelope =
        EventEnvelope::new(id.clone(), seq_nr, now()?, event).with_manifest("entry-filed/v1");
    if seq_nr.is_multiple_of(SNAPSHOT_EVERY) {
        let snapshot = SnapshotEnvelope::new(docket.clone(), seq_nr).with_manifest("docket/v1");
        store.persist_event_and_snapshot(envelope, snapshot).await?;
    } else {
        store.persist_event(envelope).await?;
    }
    Ok(docket)
}

fn now() -> Outcome<DateTime<Utc>> {
    let now = DateTime::from_timestamp_millis(SystemClock.now().as_millis());
    Ok(now.ok_or("the clock is out of range")?)
}

#[async_trait]
impl Contestant for Adapter {
    async fn command(&self, case: usize) -> Outcome<()> {
        let id = CaseId::of(case);
        let (docket, seq_nr) = self.load(&id).await?;
        append(&self.store, &id, docket, seq_nr + 1).await?;
        self.answered.one(case);
        Ok(())
    }

    async fn check(&self) -> Outcome<Checked> {
        let mut checked = Checked {
            cases: self.size.cases,
            ..Checked::default()
        };
        for case in 0..self.size.cases {
            let aid = format!("Case-{}", name_of(case));
            let found = items::of_partition(&self.client, JOURNAL, "aid", &aid).await?;
            let expected = self.size.events + self.answered.of(case);
            let mut docket = Docket::default();
            let mut whole = found.len() as u64 == expected;
            for (item, seq_nr) in found.iter().zip(1..) {
                whole &= items::number(item, "seq_nr") == Some(seq_nr);
                docket.apply(&event_of(item)?);
            }
            let (loaded, _) = self.load(&CaseId::of(case)).await?;
            checked.wrong_events += usize::from(!whole);
            checked.wrong_states +=
                usize::from(loaded != docket || docket.entries != found.len() as u64);
        }
        Ok(checked)
    }
}

fn event_of(item: &HashMap<String, AttributeValue>) -> Outcome<DocketEvent> {
    let payload = item.get("payload").and_then(|it| it.as_b().ok());
    let payload = payload.ok_or("an event has no payload")?;
    Ok(serde_json::from_slice(payload.as_ref())?)
}

/// As its documentation has them: three, the index of the history of snapshots, and a stream of
/// the heads, in which the events are.
async fn create_tables(client: &Client) -> Outcome<()> {
    create_table(
        client,
        JOURNAL,
        "aid",
        Some(("seq_nr", ScalarAttributeType::N)),
        Told::Nobody,
    )
    .await?;
    create_table(client, HEADS, "aid", None, Told::ByStream).await?;
    let history = GlobalSecondaryIndex::builder()
        .index_name(HISTORY)
        .key_schema(key("aid", KeyType::Hash)?)
        .key_schema(key("active_history_seq_nr", KeyType::Range)?)
        .projection(
            Projection::builder()
                .projection_type(ProjectionType::KeysOnly)
                .build(),
        )
        .build()?;
    client
        .create_table()
        .table_name(SNAPSHOTS)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("aid", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("skey", ScalarAttributeType::N)?)
        .attribute_definitions(attribute("active_history_seq_nr", ScalarAttributeType::N)?)
        .key_schema(key("aid", KeyType::Hash)?)
        .key_schema(key("skey", KeyType::Range)?)
        .global_secondary_indexes(history)
        .send()
        .await?;
    Ok(())
}
