//! The lease store on DynamoDB: an item of the control table for each lease.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use casefold_events::Timestamp;

use super::DynamoStore;
use super::error::store_error;
use super::item::{Item, get_number, get_parsed, get_text, number, text};
use super::read::Consistency;
use super::tables::{leases_partition, text_key};
use crate::gateway::{Lease, LeaseState, LeaseStore, StoreError, Term};

/// The condition that a lease is still the one that was taken; [`held`] has its values.
const HELD: &str = "lessee = :owner AND fence = :fence";

#[async_trait]
impl LeaseStore for DynamoStore {
    async fn lease_take(
        &self,
        group: &str,
        name: &str,
        term: Term<'_>,
    ) -> Result<Option<Lease>, StoreError> {
        let values = Item::from([
            (":owner".to_owned(), text(term.owner)),
            (":until".to_owned(), text(term.until.to_string())),
            (":now".to_owned(), text(term.now.to_string())),
            (":none".to_owned(), number(0_u64)),
            (":one".to_owned(), number(1_u64)),
        ]);
        // Times are written so that their order is that of the texts.
        let taken = self
            .lease_update(
                group,
                name,
                "SET lessee = :owner, ends = :until, fence = if_not_exists(fence, :none) + :one",
                "attribute_not_exists(lessee) OR ends <= :now OR lessee = :owner",
                values,
            )
            .await?;
        let Some(item) = taken else {
            return Ok(None);
        };
        Ok(Some(Lease {
            group: group.to_owned(),
            name: name.to_owned(),
            owner: term.owner.to_owned(),
            fence: get_number(&item, "fence")?,
            progress: progress(&item)?,
        }))
    }

    async fn lease_keep(
        &self,
        lease: &Lease,
        until: Timestamp,
        progress: &str,
    ) -> Result<bool, StoreError> {
        let mut values = held(lease);
        values.insert(":until".to_owned(), text(until.to_string()));
        values.insert(":progress".to_owned(), text(progress));
        let kept = self
            .lease_update(
                &lease.group,
                &lease.name,
                "SET ends = :until, progress = :progress",
                HELD,
                values,
            )
            .await?;
        Ok(kept.is_some())
    }

    async fn lease_release(&self, lease: &Lease, progress: &str) -> Result<(), StoreError> {
        let mut values = held(lease);
        values.insert(":progress".to_owned(), text(progress));
        self.lease_update(
            &lease.group,
            &lease.name,
            "SET progress = :progress REMOVE lessee",
            HELD,
            values,
        )
        .await?;
        Ok(())
    }

    async fn lease_remove(&self, lease: &Lease) -> Result<(), StoreError> {
        let removed = self
            .client
            .delete_item()
            .table_name(&self.tables.control)
            .set_key(Some(text_key(leases_partition(&lease.group), &lease.name)))
            .condition_expression(HELD)
            .set_expression_attribute_values(Some(held(lease)))
            .send()
            .await;
        match removed {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(()),
                Some(_) | None => Err(store_error(error)),
            },
        }
    }

    async fn leases(&self, group: &str) -> Result<Vec<LeaseState>, StoreError> {
        let partition = leases_partition(group);
        let rows = self
            .query_rows(&self.tables.control, &partition, "", Consistency::Strong)
            .await?;
        let state = |(name, item): (&String, &Item)| {
            Ok(LeaseState {
                name: name.clone(),
                owner: item
                    .contains_key("lessee")
                    .then(|| get_text(item, "lessee").map(str::to_owned))
                    .transpose()?,
                until: get_parsed(item, "ends")?,
                progress: progress(item)?,
            })
        };
        rows.iter().map(state).collect()
    }
}

impl DynamoStore {
    /// Changes a lease on a condition, and gives it as it is then; `None` where the condition
    /// does not hold.
    async fn lease_update(
        &self,
        group: &str,
        name: &str,
        update: &str,
        condition: &str,
        values: Item,
    ) -> Result<Option<Item>, StoreError> {
        let key = text_key(leases_partition(group), name);
        let updated = self
            .client
            .update_item()
            .table_name(&self.tables.control)
            .set_key(Some(key.clone()))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match updated {
            Ok(updated) => {
                let mut item = key;
                item.extend(updated.attributes.unwrap_or_default());
                Ok(Some(item))
            }
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                Some(_) | None => Err(store_error(error)),
            },
        }
    }
}

/// The values of [`HELD`].
fn held(lease: &Lease) -> Item {
    Item::from([
        (":owner".to_owned(), text(&lease.owner)),
        (":fence".to_owned(), number(lease.fence)),
    ])
}

fn progress(item: &Item) -> Result<Option<String>, StoreError> {
    match item.get("progress") {
        None => Ok(None),
        Some(AttributeValue::S(progress)) => Ok(Some(progress.clone())),
        Some(_) => get_text(item, "progress").map(|_| None),
    }
}
