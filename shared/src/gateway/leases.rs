//! Sharing work among processes: leases, with how far their work has come.

use async_trait::async_trait;
use casefold_events::Timestamp;

use super::StoreError;

/// Keeps leases in groups. A lease gives its owner the right to write how far a piece of work
/// has come, until it ends or another takes it over. It keeps nobody from doing the work all
/// the same: what is done under a lease must be harmless when it is done twice.
#[async_trait]
pub trait LeaseStore: Send + Sync {
    /// Takes a lease that nobody has, that has ended, or that is the taker's own; `None` where
    /// somebody else has it.
    async fn lease_take(
        &self,
        group: &str,
        name: &str,
        term: Term<'_>,
    ) -> Result<Option<Lease>, StoreError>;

    /// Writes how far the work has come, and makes the lease last longer, if, and only if, it
    /// is still the one that was taken. `false`: somebody else has taken it over, and nothing
    /// was written.
    async fn lease_keep(
        &self,
        lease: &Lease,
        until: Timestamp,
        progress: &str,
    ) -> Result<bool, StoreError>;

    /// Gives a lease back, with how far the work has come, so that others need not wait for
    /// its end. One that was taken over is left as it is.
    async fn lease_release(&self, lease: &Lease, progress: &str) -> Result<(), StoreError>;

    /// Clears a lease away for ever, with how far the work has come. One that was taken over is
    /// left as it is. The fences of a lease that is taken under this name later begin anew.
    async fn lease_remove(&self, lease: &Lease) -> Result<(), StoreError>;

    /// All leases of a group, however many pages they take. Strongly consistent.
    async fn leases(&self, group: &str) -> Result<Vec<LeaseState>, StoreError>;
}

/// By whom a lease is taken, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct Term<'a> {
    /// The taker: a name that no other process has.
    pub owner: &'a str,
    /// The taker's time. Clocks may differ: a lease that is taken over early costs work that
    /// is done twice, and nothing else.
    pub now: Timestamp,
    /// When the lease ends, unless it is kept.
    pub until: Timestamp,
}

/// A lease that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The group.
    pub group: String,
    /// The name.
    pub name: String,
    /// The owner.
    pub owner: String,
    /// How often the lease was taken, this time included: an owner of an earlier time can't
    /// write any more.
    pub fence: u64,
    /// How far the work had come; `None` where nobody has written it.
    pub progress: Option<String>,
}

/// A lease as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseState {
    /// The name.
    pub name: String,
    /// Who took it last; `None` where it was given back.
    pub owner: Option<String>,
    /// When it ends.
    pub until: Timestamp,
    /// How far the work has come.
    pub progress: Option<String>,
}
