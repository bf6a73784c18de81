//! Creating the tables, for endpoints where nobody else does.

use std::time::Duration;

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType as KeyRole, ScalarAttributeType,
    StreamSpecification, StreamViewType, TableStatus,
};

use super::DynamoStore;
use super::error::{Reason, store_error};
use super::tables::{ALL, KeyType, TableDefinition};
use super::write::unbuilt;
use crate::gateway::StoreError;

/// How long a new table may take to become active; AWS takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);

/// The pause between two looks at a table.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

impl DynamoStore {
    /// Creates the tables that are not there, and waits until all can be used. Where they
    /// are there, it looks and changes nothing, so it needs no permission to create.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where a table can't be created, [`StoreError::Unavailable`]
    /// where it doesn't become active in two minutes.
    pub async fn create_tables(&self) -> Result<(), StoreError> {
        for definition in ALL {
            let name = definition.name(&self.prefix);
            if self.table_status(&name).await?.is_none() {
                self.create_table(&definition, &name).await?;
            }
        }
        for definition in ALL {
            self.wait_for_table(&definition.name(&self.prefix)).await?;
        }
        Ok(())
    }

    async fn table_status(&self, name: &str) -> Result<Option<TableStatus>, StoreError> {
        match self.client.describe_table().table_name(name).send().await {
            Ok(described) => Ok(described.table.and_then(|table| table.table_status)),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_resource_not_found_exception()) =>
            {
                Ok(None)
            }
            Err(error) => Err(store_error(error)),
        }
    }

    async fn create_table(&self, table: &TableDefinition, name: &str) -> Result<(), StoreError> {
        let attribute = |name: &str, kind| {
            AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(scalar(kind))
                .build()
                .map_err(unbuilt)
        };
        let key = |name: &str, role| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(role)
                .build()
                .map_err(unbuilt)
        };
        let mut request = self
            .client
            .create_table()
            .table_name(name)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute(table.hash_key, KeyType::Text)?)
            .attribute_definitions(attribute(table.range_key, table.range_type)?)
            .key_schema(key(table.hash_key, KeyRole::Hash)?)
            .key_schema(key(table.range_key, KeyRole::Range)?);
        if table.stream {
            let stream = StreamSpecification::builder()
                .stream_enabled(true)
                .stream_view_type(StreamViewType::NewImage);
            request = request.stream_specification(stream.build().map_err(unbuilt)?);
        }
        match request.send().await {
            Ok(_) => Ok(()),
            // Another process was faster.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_resource_in_use_exception()) =>
            {
                Ok(())
            }
            Err(error) => Err(store_error(error)),
        }
    }

    async fn wait_for_table(&self, name: &str) -> Result<(), StoreError> {
        let active = async {
            while self.table_status(name).await? != Some(TableStatus::Active) {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, active)
            .await
            .unwrap_or_else(|_| {
                Err(StoreError::Unavailable(
                    Reason("a new table did not become active").into(),
                ))
            })
    }
}

const fn scalar(kind: KeyType) -> ScalarAttributeType {
    match kind {
        KeyType::Number => ScalarAttributeType::N,
        KeyType::Text => ScalarAttributeType::S,
    }
}
