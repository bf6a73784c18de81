//! Leases within one process, for work that isn't shared and isn't resumed: what it gathers is
//! in the memory of its process. They leave nothing behind in the control table.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use casefold_events::Timestamp;
use casefold_shared::gateway::{Lease, LeaseState, LeaseStore, StoreError, Term};

/// The leases of one piece of work, by their names, whatever their group.
#[derive(Default)]
pub(super) struct Alone(Mutex<BTreeMap<String, Standing>>);

#[derive(Default)]
struct Standing {
    owner: Option<String>,
    progress: Option<String>,
}

#[async_trait]
impl LeaseStore for Alone {
    async fn lease_take(
        &self,
        group: &str,
        name: &str,
        term: Term<'_>,
    ) -> Result<Option<Lease>, StoreError> {
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = leases.entry(name.to_owned()).or_default();
        if standing.owner.is_some() {
            return Ok(None);
        }
        standing.owner = Some(term.owner.to_owned());
        Ok(Some(Lease {
            group: group.to_owned(),
            name: name.to_owned(),
            owner: term.owner.to_owned(),
            fence: 1,
            progress: standing.progress.clone(),
        }))
    }

    async fn lease_keep(
        &self,
        lease: &Lease,
        _: Timestamp,
        progress: &str,
    ) -> Result<bool, StoreError> {
        self.set(lease, Some(lease.owner.clone()), progress);
        Ok(true)
    }

    async fn lease_release(&self, lease: &Lease, progress: &str) -> Result<(), StoreError> {
        self.set(lease, None, progress);
        Ok(())
    }

    async fn lease_remove(&self, lease: &Lease) -> Result<(), StoreError> {
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        leases.remove(&lease.name);
        Ok(())
    }

    async fn leases(&self, _: &str) -> Result<Vec<LeaseState>, StoreError> {
        let leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A worker of this process ends with it: no lease ends before.
        let until = Timestamp::from_millis(i64::from(u32::MAX) * 1_000);
        let state = |(name, standing): (&String, &Standing)| LeaseState {
            name: name.clone(),
            owner: standing.owner.clone(),
            until,
            progress: standing.progress.clone(),
        };
        Ok(leases.iter().map(state).collect())
    }
}

impl Alone {
    fn set(&self, lease: &Lease, owner: Option<String>, progress: &str) {
        let mut leases = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let standing = Standing {
            owner,
            progress: Some(progress.to_owned()),
        };
        leases.insert(lease.name.clone(), standing);
    }
}
