//! Rows of a partition between two bounds, in order.

use super::DynamoStore;
use super::error::store_error;
use super::inventory::corrupt_row;
use super::item::{Item, get_text, text};
use super::tables::RANGE_KEY;
use crate::gateway::{SortOrder, StoreError};

/// Which rows of a partition.
#[derive(Clone, Copy)]
pub(super) struct Between<'a> {
    pub(super) partition: &'a str,
    pub(super) lowest: &'a str,
    pub(super) highest: &'a str,
    /// The row at which the page before ended: within the bounds, and not on this page.
    pub(super) not: Option<&'a str>,
    pub(super) order: SortOrder,
}

impl DynamoStore {
    /// At most so many rows with their sort keys, of as many of the engine's pages as it
    /// takes. Eventually consistent.
    pub(super) async fn rows_between(
        &self,
        between: Between<'_>,
        wanted: usize,
    ) -> Result<Vec<(String, Item)>, StoreError> {
        let mut rows = Vec::new();
        let mut from: Option<Item> = None;
        while rows.len() < wanted {
            // The row that is not on this page may come along.
            let limit = wanted - rows.len() + usize::from(between.not.is_some());
            let page = self
                .client
                .query()
                .table_name(&self.tables.snapshots)
                .key_condition_expression("pk = :place AND sk BETWEEN :lowest AND :highest")
                .expression_attribute_values(":place", text(between.partition))
                .expression_attribute_values(":lowest", text(between.lowest))
                .expression_attribute_values(":highest", text(between.highest))
                .scan_index_forward(between.order == SortOrder::Ascending)
                .limit(i32::try_from(limit).unwrap_or(i32::MAX))
                .set_exclusive_start_key(from)
                .send()
                .await
                .map_err(store_error)?;
            for item in page.items.unwrap_or_default() {
                let sort = get_text(&item, RANGE_KEY)
                    .map_err(|_| corrupt_row("its sort key is not a text"))?
                    .to_owned();
                if between.not != Some(&*sort) {
                    rows.push((sort, item));
                }
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
        rows.truncate(wanted);
        Ok(rows)
    }
}
