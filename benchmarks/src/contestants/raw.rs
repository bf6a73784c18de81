//! What the engine allows at most: the items that Casefold writes, put raw on the same condition
//! through the same SDK; nothing is read, decided or folded.

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ScalarAttributeType};
use casefold_shared::dynamodb::tables::{EVENTS, HASH_KEY, RANGE_KEY};

use super::{Answered, Checked, Contestant, Size, casefold};
use crate::Outcome;
use crate::court::{Court, PREFIX, Told, create_table};
use crate::items::{self, Item};

const PLAIN: &str = "plain";

/// The contestant.
pub(crate) struct Raw {
    client: Client,
    table: String,
    size: Size,
    /// What is put, but for its keys.
    item: Item,
    answered: Answered,
}

/// A table without a stream.
pub(crate) async fn seed_plain(court: &Court) -> Outcome<()> {
    let sort = (RANGE_KEY, ScalarAttributeType::N);
    create_table(&court.client(), PLAIN, HASH_KEY, Some(sort), Told::Nobody).await
}

impl Raw {
    /// Into Casefold's own event table, onto its own cases.
    pub(crate) async fn enter_events(court: &Court, size: Size) -> Outcome<Self> {
        let client = court.client();
        let table = EVENTS.name(PREFIX);
        let item = filing(&client).await?;
        Ok(Self {
            client,
            table,
            size,
            item,
            answered: Answered::none(size),
        })
    }

    /// Into a table without a stream.
    pub(crate) async fn enter_plain(court: &Court, size: Size) -> Outcome<Self> {
        // An item of Casefold's own, of a court that is gone by then.
        let other = Court::empty().await?;
        casefold::seed(
            &other,
            Size {
                events: 10,
                cases: 1,
            },
        )
        .await?;
        let item = filing(&other.client()).await?;
        other.close().await?;
        Ok(Self {
            client: court.client(),
            table: PLAIN.to_owned(),
            size: Size { events: 0, ..size },
            item,
            answered: Answered::none(size),
        })
    }
}

/// The item of a commit that the measured command has made.
pub(crate) async fn filing(client: &Client) -> Outcome<Item> {
    let found = client
        .get_item()
        .table_name(EVENTS.name(PREFIX))
        .key(HASH_KEY, AttributeValue::S(partition(0)))
        .key(RANGE_KEY, AttributeValue::N(casefold::FILED_AT.to_string()))
        .send()
        .await?;
    Ok(found.item.ok_or("the paper filing is not there")?)
}

fn partition(case: usize) -> String {
    format!("CASE#{}", casefold::number_of(case))
}

#[async_trait]
impl Contestant for Raw {
    async fn command(&self, case: usize) -> Outcome<()> {
        let version = self.size.events + self.answered.of(case) + 1;
        let mut item = self.item.clone();
        item.insert(HASH_KEY.to_owned(), AttributeValue::S(partition(case)));
        item.insert(RANGE_KEY.to_owned(), AttributeValue::N(version.to_string()));
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(pk)")
            .send()
            .await?;
        self.answered.one(case);
        Ok(())
    }

    async fn check(&self) -> Outcome<Checked> {
        let mut checked = Checked {
            cases: self.size.cases,
            ..Checked::default()
        };
        for case in 0..self.size.cases {
            let partition = partition(case);
            let found =
                items::of_partition(&self.client, &self.table, HASH_KEY, &partition).await?;
            let expected = self.size.events + self.answered.of(case);
            let mut whole = found.len() as u64 == expected;
            for (item, version) in found.iter().zip(1..) {
                whole &= items::number(item, RANGE_KEY) == Some(version);
            }
            checked.wrong_events += usize::from(!whole);
        }
        Ok(checked)
    }
}
