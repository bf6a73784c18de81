//! The naive design: one item a commit, and a snapshot that somebody else keeps current. Each
//! command reads the snapshot, then the events past it, decides, and puts its event.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType};

use super::docket::{Docket, DocketEvent, name_of};
use super::{Answered, Checked, Contestant, Size};
use crate::Outcome;
use crate::court::{Court, Told, create_table};
use crate::items::{self, Item};

const EVENTS: &str = "events";
const SNAPSHOTS: &str = "snapshots";

/// The contestant.
pub(crate) struct Naive {
    client: Client,
    size: Size,
    answered: Answered,
    /// The cases whose snapshots are behind.
    touched: Mutex<BTreeSet<usize>>,
}

/// The items as the design has them, put in batches.
pub(crate) async fn seed(court: &Court, size: Size) -> Outcome<()> {
    let client = court.client();
    // Whoever writes the snapshots has to be told of the events.
    let sort = ("sk", ScalarAttributeType::N);
    create_table(&client, EVENTS, "pk", Some(sort), Told::ByStream).await?;
    create_table(&client, SNAPSHOTS, "pk", None, Told::Nobody).await?;
    for case in 0..size.cases {
        let mut docket = Docket::default();
        let mut events = Vec::new();
        for version in 1..=size.events {
            let event = docket.file()?;
            docket.apply(&event);
            events.push(event_item(case, version, &event)?);
        }
        items::put_all(&client, EVENTS, events).await?;
        put_snapshot(&client, case, size.events, &docket).await?;
    }
    Ok(())
}

fn partition(case: usize) -> AttributeValue {
    AttributeValue::S(name_of(case))
}

fn event_item(case: usize, version: u64, event: &DocketEvent) -> Outcome<Item> {
    Ok(Item::from([
        ("pk".to_owned(), partition(case)),
        ("sk".to_owned(), AttributeValue::N(version.to_string())),
        (
            "payload".to_owned(),
            AttributeValue::B(Blob::new(serde_json::to_vec(event)?)),
        ),
    ]))
}

fn event_of(item: &Item) -> Outcome<DocketEvent> {
    let payload = item.get("payload").and_then(|it| it.as_b().ok());
    let payload = payload.ok_or("an event has no payload")?;
    Ok(serde_json::from_slice(payload.as_ref())?)
}

async fn put_snapshot(client: &Client, case: usize, version: u64, docket: &Docket) -> Outcome<()> {
    let payload = Blob::new(serde_json::to_vec(docket)?);
    client
        .put_item()
        .table_name(SNAPSHOTS)
        .item("pk", partition(case))
        .item("version", AttributeValue::N(version.to_string()))
        .item("payload", AttributeValue::B(payload))
        .send()
        .await?;
    Ok(())
}

impl Naive {
    pub(crate) fn enter(court: &Court, size: Size) -> Self {
        Self {
            client: court.client(),
            size,
            answered: Answered::none(size),
            touched: Mutex::default(),
        }
    }

    async fn load(&self, case: usize) -> Outcome<(Docket, u64)> {
        let snapshot = self
            .client
            .get_item()
            .table_name(SNAPSHOTS)
            .key("pk", partition(case))
            .consistent_read(true)
            .send()
            .await?;
        let (mut docket, mut version) = (Docket::default(), 0);
        if let Some(snapshot) = snapshot.item {
            let payload = snapshot.get("payload").and_then(|it| it.as_b().ok());
            docket = serde_json::from_slice(payload.ok_or("a snapshot is empty")?.as_ref())?;
            version = items::number(&snapshot, "version").unwrap_or_default();
        }
        let past = self
            .client
            .query()
            .table_name(EVENTS)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk > :sk")
            .expression_attribute_values(":pk", partition(case))
            .expression_attribute_values(":sk", AttributeValue::N(version.to_string()))
            .send()
            .await?;
        for item in past.items() {
            docket.apply(&event_of(item)?);
            version += 1;
        }
        Ok((docket, version))
    }
}

#[async_trait]
impl Contestant for Naive {
    async fn command(&self, case: usize) -> Outcome<()> {
        let (docket, version) = self.load(case).await?;
        let event = docket.file()?;
        self.client
            .put_item()
            .table_name(EVENTS)
            .set_item(Some(event_item(case, version + 1, &event)?))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await?;
        self.answered.one(case);
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        touched.insert(case);
        Ok(())
    }

    fn in_rounds(&self) -> bool {
        true
    }

    async fn settle(&self) -> Outcome<()> {
        let touched = {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::take(&mut *touched)
        };
        for case in touched {
            let (docket, version) = self.load(case).await?;
            put_snapshot(&self.client, case, version, &docket).await?;
        }
        Ok(())
    }

    async fn check(&self) -> Outcome<Checked> {
        let mut checked = Checked {
            cases: self.size.cases,
            ..Checked::default()
        };
        for case in 0..self.size.cases {
            let found = items::of_partition(&self.client, EVENTS, "pk", &name_of(case)).await?;
            let expected = self.size.events + self.answered.of(case);
            let mut docket = Docket::default();
            let mut whole = found.len() as u64 == expected;
            for (item, version) in found.iter().zip(1..) {
                whole &= items::number(item, "sk") == Some(version);
                docket.apply(&event_of(item)?);
            }
            let (loaded, _) = self.load(case).await?;
            checked.wrong_events += usize::from(!whole);
            let is_right = docket == Docket::of(found.len() as u64)?;
            checked.wrong_states += usize::from(!is_right || loaded != docket);
        }
        Ok(checked)
    }
}
