//! Removing the rows that a projection has of a case.
//!
//! First the rows, then, in one transaction, the inventory that tells of them and the state, on
//! the condition that it is the one that was read: so whoever is stopped in between, or comes
//! together with a writer, begins anew with an inventory that names every row there is.

use super::DynamoStore;
use super::error::throttled;
use super::inventory::stored;
use super::keep::{Target, is_still};
use super::read::Consistency;
use super::tables::{STATE, text_key};
use super::write::{Step, Written, pauses, sleep};
use crate::gateway::StoreError;

impl DynamoStore {
    /// Removes the rows that a case has, whatever they show, and what tells of them.
    pub(super) async fn kept_remove(&self, target: &Target) -> Result<(), StoreError> {
        let table = &self.tables.snapshots;
        for pause in pauses() {
            sleep(pause).await;
            let there = self
                .query_rows(table, &target.partition, "", Consistency::Strong)
                .await?;
            if there.is_empty() {
                return Ok(());
            }
            let Some(known) = stored(&there)? else {
                continue;
            };
            let rows = known.inventory.keys().map(|key| target.row_key(&key));
            self.delete_all(table, rows.collect()).await?;

            let mut steps = vec![Step::DeleteIf {
                table: table.clone(),
                key: text_key(&*target.partition, STATE),
                condition: is_still(known.state),
            }];
            let texts = there.keys().filter(|sort| *sort != STATE);
            steps.extend(texts.map(|sort| Step::Delete {
                table: table.clone(),
                key: text_key(&*target.partition, sort),
            }));
            match self.transact(&steps).await? {
                Written::Yes => return Ok(()),
                Written::No(_) => {}
            }
        }
        Err(throttled(
            "other writers kept changing the rows of the case",
        ))
    }
}
