//! The real snapshot table, where commands can't be remembered.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use casefold_events::{CommandId, DocketNumber, Version};
use casefold_shared::case::Case;
use casefold_shared::gateway::{
    CommandRow, EntrySelection, Generation, Head, PutOutcome, Quarantined, SnapshotStore,
    StoreError,
};

/// A snapshot store that is throttled wherever the rows of commands are written.
pub(crate) struct Forgetful(pub(crate) Arc<dyn SnapshotStore>);

#[async_trait]
impl SnapshotStore for Forgetful {
    async fn commands_put(&self, _: &[CommandRow]) -> Result<(), StoreError> {
        Err(StoreError::Throttled("slow down".into()))
    }

    async fn case_get(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
        entries: EntrySelection<'_>,
    ) -> Result<Option<Case>, StoreError> {
        self.0.case_get(generation, docket_number, entries).await
    }

    async fn case_load(
        &self,
        generation: Generation,
        case: &mut Case,
        entries: EntrySelection<'_>,
    ) -> Result<bool, StoreError> {
        self.0.case_load(generation, case, entries).await
    }

    async fn case_put(
        &self,
        generation: Generation,
        case: &Case,
        base: Version,
    ) -> Result<PutOutcome, StoreError> {
        self.0.case_put(generation, case, base).await
    }

    async fn case_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.0.case_remove(generation, docket_number).await
    }

    async fn case_heads(
        &self,
        generation: Generation,
        cases: &[DocketNumber],
    ) -> Result<BTreeMap<DocketNumber, Head>, StoreError> {
        self.0.case_heads(generation, cases).await
    }

    fn case_put_fits(&self, case: &Case, base: Version) -> bool {
        self.0.case_put_fits(case, base)
    }

    async fn command_get(
        &self,
        docket_number: DocketNumber,
        command_id: &CommandId,
    ) -> Result<Option<CommandRow>, StoreError> {
        self.0.command_get(docket_number, command_id).await
    }

    async fn quarantine_put(
        &self,
        generation: Generation,
        parked: &Quarantined,
    ) -> Result<(), StoreError> {
        self.0.quarantine_put(generation, parked).await
    }

    async fn quarantine_remove(
        &self,
        generation: Generation,
        docket_number: DocketNumber,
    ) -> Result<(), StoreError> {
        self.0.quarantine_remove(generation, docket_number).await
    }

    async fn quarantine_list(
        &self,
        generation: Generation,
    ) -> Result<Vec<Quarantined>, StoreError> {
        self.0.quarantine_list(generation).await
    }
}
