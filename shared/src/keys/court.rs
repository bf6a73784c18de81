//! The keys of the court, under which those of cases are wrapped: made on demand, opened by the
//! master key, and remembered by the process.

use casefold_events::personal::keys::DataKey;

use super::{Reason, Vault};
use crate::gateway::{StoreError, WrappedCourtKey};

impl Vault {
    /// The court's key under which new keys are wrapped, made where there is none.
    pub(super) async fn court_key(&self) -> Result<(u32, DataKey), StoreError> {
        if let Some(newest) = self.keyring.newest_court_key() {
            return Ok(newest);
        }
        let mut stored = self.store.court_keys().await?;
        if stored.is_empty() {
            let key = self.keyring.new_key()?;
            let master = self.keyring.master()?;
            let wrapped = WrappedCourtKey {
                wrapped: master.wrap(&court_key_name(1), &key).await?,
                master: master.name().await?,
            };
            self.store.court_key_add(1, &wrapped).await?;
            // Where another process was faster, its key is there.
            stored = self.store.court_keys().await?;
        }
        let newest = stored.into_iter().next_back();
        let Some((number, wrapped)) = newest else {
            let reason = Reason("a key was added and is not there");
            return Err(StoreError::Unavailable(reason.into()));
        };
        let key = self.unwrap_court_key(number, &wrapped).await?;
        Ok((number, key))
    }

    pub(super) async fn court_key_of(&self, number: u32) -> Result<DataKey, StoreError> {
        if let Some(key) = self.keyring.court_key(number) {
            return Ok(key);
        }
        let stored = self.store.court_keys().await?;
        let wrapped = stored.get(&number).ok_or_else(|| StoreError::Corrupt {
            at: court_key_name(number),
            problem: "the key is not there, and keys of cases are wrapped under it: restore the \
                      table of keys"
                .to_owned(),
        })?;
        self.unwrap_court_key(number, wrapped).await
    }

    async fn unwrap_court_key(
        &self,
        number: u32,
        wrapped: &WrappedCourtKey,
    ) -> Result<DataKey, StoreError> {
        let master = self.keyring.master()?;
        let name = master.name().await?;
        if name != wrapped.master {
            let needed = format!(
                "the court's keys are under the master key {}, and this process has {name}; give \
                 it that one",
                wrapped.master
            );
            let reason = Reason("another master key");
            return Err(StoreError::Refused(needed, reason.into()));
        }
        let key = master
            .unwrap(&court_key_name(number), &wrapped.wrapped)
            .await?;
        self.keyring.remember_court_key(number, key.clone());
        Ok(key)
    }
}

fn court_key_name(number: u32) -> String {
    format!("court key {number}")
}
