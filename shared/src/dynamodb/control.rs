//! The control store on DynamoDB.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::ReturnValue;
use casefold_events::DocketNumber;

use super::DynamoStore;
use super::error::{Reason, store_error};
use super::item::{get_number, get_text, number, text};
use super::tables::{checkpoint_key, counter_key};
use crate::gateway::{ControlStore, StoreError};

#[async_trait]
impl ControlStore for DynamoStore {
    async fn docket_number_next(&self, year: u8) -> Result<DocketNumber, StoreError> {
        let updated = self
            .client
            .update_item()
            .table_name(&self.tables.control)
            .set_key(Some(counter_key(year)))
            .update_expression("SET serial = if_not_exists(serial, :before) + :one")
            .expression_attribute_values(":before", number(DocketNumber::FIRST_SERIAL - 1))
            .expression_attribute_values(":one", number(1_u64))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(store_error)?;
        let mut counter = counter_key(year);
        counter.extend(updated.attributes.unwrap_or_default());
        let serial = get_number(&counter, "serial")?;
        u32::try_from(serial)
            .ok()
            .and_then(|serial| DocketNumber::new(serial, year))
            .ok_or_else(|| {
                StoreError::Refused(
                    format!("the docket numbers of the year {year:02} are used up"),
                    Reason("a docket number has six digits before the hyphen at most").into(),
                )
            })
    }

    async fn docket_number_reserve(&self, up_to: DocketNumber) -> Result<(), StoreError> {
        let raised = self
            .client
            .update_item()
            .table_name(&self.tables.control)
            .set_key(Some(counter_key(up_to.year())))
            .update_expression("SET serial = :serial")
            .condition_expression("attribute_not_exists(serial) OR serial < :serial")
            .expression_attribute_values(":serial", number(up_to.serial()))
            .send()
            .await;
        match raised {
            Ok(_) => Ok(()),
            // The counter is there already, or further on.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_conditional_check_failed_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(store_error(error)),
        }
    }

    async fn checkpoint_get(&self, name: &str) -> Result<Option<String>, StoreError> {
        let item = self.get(&self.tables.control, checkpoint_key(name)).await?;
        item.map(|item| get_text(&item, "value").map(str::to_owned))
            .transpose()
    }

    async fn checkpoint_put(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let mut item = checkpoint_key(name);
        item.insert("value".to_owned(), text(value));
        self.client
            .put_item()
            .table_name(&self.tables.control)
            .set_item(Some(item))
            .send()
            .await
            .map_err(store_error)?;
        Ok(())
    }
}
