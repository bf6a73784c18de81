//! Removing the rows of a case.
//!
//! First the rows, then, in one transaction, the inventory that tells of them and the state, on
//! the condition that it is the one that was read: so whoever is stopped in between, or comes
//! together with a writer, begins anew with an inventory that names every row there is.

use casefold_events::DocketNumber;

use super::DynamoStore;
use super::error::throttled;
use super::lists_layout::stored;
use super::lists_put::is_still;
use super::read::Consistency;
use super::tables::{LISTS_STATE, list_partition, lists_partition, text_key};
use super::write::{Step, Written, pauses, sleep};
use crate::gateway::{Generation, StoreError};

impl DynamoStore {
    /// Removes the rows that a case has, whatever they show, and what tells of them.
    pub(super) async fn lists_clear(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        let table = &self.tables.snapshots;
        let partition = lists_partition(generation, docket_number);
        for pause in pauses() {
            sleep(pause).await;
            let there = self
                .query_rows(table, &partition, "", Consistency::Strong)
                .await?;
            if there.is_empty() {
                return Ok(());
            }
            let Some((state, inventory)) = stored(&there)? else {
                continue;
            };
            let rows = inventory.keys().map(|key| {
                let place = list_partition(generation, &key.place);
                text_key(place, key.sort)
            });
            self.delete_all(table, rows.collect()).await?;

            let mut steps = vec![Step::DeleteIf {
                table: table.clone(),
                key: text_key(&*partition, LISTS_STATE),
                condition: is_still(state),
            }];
            let inventory = there.keys().filter(|sort| *sort != LISTS_STATE);
            steps.extend(inventory.map(|sort| Step::Delete {
                table: table.clone(),
                key: text_key(&*partition, sort),
            }));
            match self.transact(&steps).await? {
                Written::Yes => return Ok(()),
                Written::No(_) => {}
            }
        }
        Err(throttled(
            "other writers kept changing the lists of the case",
        ))
    }
}
