//! The log of accesses on DynamoDB: a table of its own, of which nothing is ever changed.
//!
//! | partition key | sort key | row |
//! | --- | --- | --- |
//! | `ACCESSES#2026-11#<shard>` | number | an access |
//! | `ACCESSES#openings` | number | the opening of a chain |

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::DynamoStore;
use super::error::store_error;
use super::item::{Item, check_size, corrupt, get_number, get_parsed, get_text, number, text};
use super::tables::{HASH_KEY, RANGE_KEY, access_key, access_partition, chain_of_partition};
use super::write::{Condition, ConditionalPut, Written};
use crate::accesses::chain::{Chain, Link};
use crate::gateway::{AccessLog, LinkOutcome, LinkPage, Order, StoreError};

#[async_trait]
impl AccessLog for DynamoStore {
    async fn link_append(&self, link: &Link) -> Result<LinkOutcome, StoreError> {
        let item = item_of(link);
        check_size(&item, || format!("access {}/{}", link.chain, link.number))?;
        let put = ConditionalPut {
            table: self.tables.accesses.clone(),
            item: item.clone(),
            condition: Condition::absent(),
        };
        Ok(match self.put_if(put).await? {
            Written::Yes => LinkOutcome::Written,
            // A put whose answer was lost is tried again and finds itself.
            Written::No(there) if there == item => LinkOutcome::Written,
            Written::No(_) => LinkOutcome::Taken,
        })
    }

    async fn link_last(&self, chain: &Chain) -> Result<Option<Link>, StoreError> {
        let page = self.links_page(chain, None, 1, Order::NewestFirst).await?;
        Ok(page.links.into_iter().next())
    }

    async fn chains(&self) -> Result<BTreeSet<Chain>, StoreError> {
        let mut chains = BTreeSet::new();
        let mut from = None;
        loop {
            let page = self
                .client
                .scan()
                .table_name(&self.tables.accesses)
                .consistent_read(true)
                .projection_expression(HASH_KEY)
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(store_error)?;
            for item in page.items() {
                chains.insert(chain_of(item)?);
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                return Ok(chains);
            }
        }
    }

    async fn links_page(
        &self,
        chain: &Chain,
        beyond: Option<u64>,
        limit: usize,
        order: Order,
    ) -> Result<LinkPage, StoreError> {
        let mut links = Vec::new();
        let mut from: Option<Item> = None;
        loop {
            let left = limit.saturating_sub(links.len());
            let query = self
                .client
                .query()
                .table_name(&self.tables.accesses)
                .expression_attribute_values(":chain", text(access_partition(chain)))
                .consistent_read(true)
                .limit(i32::try_from(left).unwrap_or(i32::MAX))
                .set_exclusive_start_key(from);
            let (query, side) = match order {
                Order::OldestFirst => (query.scan_index_forward(true), " AND sk > :beyond"),
                Order::NewestFirst => (query.scan_index_forward(false), " AND sk < :beyond"),
            };
            let query = match beyond {
                Some(beyond) => query
                    .key_condition_expression(format!("pk = :chain{side}"))
                    .expression_attribute_values(":beyond", number(beyond)),
                None => query.key_condition_expression("pk = :chain"),
            };
            let page = query.send().await.map_err(store_error)?;
            for item in page.items() {
                links.push(link_of(item)?);
            }
            from = page.last_evaluated_key;
            // Where a page ends at its limit, there may be nothing more: then the next is empty.
            if from.is_none() || links.len() >= limit {
                let more = from.is_some();
                return Ok(LinkPage { links, more });
            }
        }
    }
}

fn item_of(link: &Link) -> Item {
    let mut item = access_key(&link.chain, link.number);
    item.insert("body".to_owned(), text(&link.body));
    item.insert("prev_hash".to_owned(), text(link.prev_hash.to_string()));
    item.insert("hash".to_owned(), text(link.hash.to_string()));
    item
}

fn link_of(item: &Item) -> Result<Link, StoreError> {
    Ok(Link {
        chain: chain_of(item)?,
        number: get_number(item, RANGE_KEY)?,
        body: get_text(item, "body")?.to_owned(),
        prev_hash: get_parsed(item, "prev_hash")?,
        hash: get_parsed(item, "hash")?,
    })
}

fn chain_of(item: &Item) -> Result<Chain, StoreError> {
    chain_of_partition(get_text(item, HASH_KEY)?)
        .ok_or_else(|| corrupt(item, "the partition is not that of a chain"))
}
