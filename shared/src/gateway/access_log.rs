//! Keeping the log of accesses.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::{Order, StoreError};
use crate::accesses::chain::{Chain, Link};

/// Keeps the links of the log of accesses for ever. There is nothing here that changes or
/// removes one. All reads are strongly consistent.
#[async_trait]
pub trait AccessLog: Send + Sync {
    /// Appends a link: it is written if, and only if, nothing has its number.
    async fn link_append(&self, link: &Link) -> Result<LinkOutcome, StoreError>;

    /// The last link of a chain; `None` where it has none.
    async fn link_last(&self, chain: &Chain) -> Result<Option<Link>, StoreError>;

    /// Every chain of which there is a link. It reads the whole log: for verifying it, and
    /// nothing else.
    async fn chains(&self) -> Result<BTreeSet<Chain>, StoreError>;

    /// At most so many links of a chain beyond a number, in an order.
    async fn links_page(
        &self,
        chain: &Chain,
        beyond: Option<u64>,
        limit: usize,
        order: Order,
    ) -> Result<LinkPage, StoreError>;
}

/// How an append went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkOutcome {
    /// The link is durable.
    Written,
    /// Another one has its number. Nothing was written.
    Taken,
}

/// Some links of a chain.
#[derive(Clone, Debug)]
pub struct LinkPage {
    /// The links.
    pub links: Vec<Link>,
    /// Whether there are further ones.
    pub more: bool,
}
