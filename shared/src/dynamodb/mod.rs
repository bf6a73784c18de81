//! The gateway on DynamoDB: the only place that knows tables, keys, limits and retries.
//!
//! [`DynamoStore`] speaks to any DynamoDB-compatible endpoint: AWS in production, the
//! embedded engine on one machine, an emulator in tests.
//!
//! | module | holds |
//! | --- | --- |
//! | [`tables`] | names, keys, key formats, table definitions |
//! | `client` | the way to the endpoint: credentials, time limits, tries |
//! | `item`, `commit_item` | items, their size; a commit as an item |
//! | `write`, `read`, `create` | the requests, with their retries and pages |
//! | `gather` | one request for what is asked for at one moment |
//! | `unpacked` | headers of cases as they were seen last, so that the same bytes aren't unpacked again |
//! | `events`, `control` | [`EventStore`](crate::gateway::EventStore), [`ControlStore`](crate::gateway::ControlStore) |
//! | `checkpoints`, `checkpoint_item` | [`CheckpointStore`](crate::gateway::CheckpointStore): signed checkpoints, and what they stand over |
//! | `keys` | [`KeyStore`](crate::gateway::KeyStore) |
//! | `generations`, `leases` | [`GenerationStore`](crate::gateway::GenerationStore), [`LeaseStore`](crate::gateway::LeaseStore) |
//! | `snapshots`, `layout`, `fit`, `put_case`, `get_case`, `rows` | [`SnapshotStore`](crate::gateway::SnapshotStore): how a case of any size is laid out, written and read |
//! | `inventory`, `keep`, `keep_remove`, `page` | the rows that a case has in lists and in projections of rows: which are stored, bringing them up to date, removing them, reading them in order |
//! | `lists`, `lists_layout`, `lists_put`, `lists_page` | [`ListStore`](crate::gateway::ListStore): rows in lists, and the buckets that they are in |
//! | `row_store` | [`RowStore`](crate::gateway::RowStore): rows of any other projection |
//! | `milestones` | [`MilestoneStore`](crate::gateway::MilestoneStore): cases as of every so many commits |
//! | `commit_index` | [`CommitIndex`](crate::gateway::CommitIndex): the rows of commits in the audit index |
//! | `access_log` | [`AccessLog`](crate::gateway::AccessLog): the log of accesses, in a table of its own |
//! | `error`, `meter` | what a failure means; what the requests cost |
//!
//! *Invariants:* nothing updates or deletes an item of the event table, of the log of accesses,
//! or of the table of checkpoints. Every read that can
//! be paged reads every page. No request is tried without end.

mod access_log;
mod checkpoint_item;
mod checkpoints;
mod client;
mod commit_index;
mod commit_item;
mod control;
mod create;
mod error;
mod events;
mod fit;
mod gather;
mod generations;
mod get_case;
mod inventory;
mod item;
mod keep;
mod keep_remove;
mod keys;
mod layout;
mod leases;
mod lists;
mod lists_layout;
mod lists_page;
mod lists_put;
mod meter;
mod milestones;
mod page;
mod put_case;
mod quarantine;
mod read;
mod row_store;
mod rows;
mod snapshots;
pub mod tables;
mod unpacked;
mod write;

use std::sync::Arc;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;

use self::gather::Gather;
use self::lists_put::KnownBuckets;
use self::meter::Meter;
use self::tables::Tables;
use self::unpacked::Unpacked;
use crate::config::Config;
use crate::gateway::{self, Consumed, OpenStores, Stores};
use crate::keys::Keyring;

pub use self::client::{function_sdk_config, sdk_config};
pub use self::commit_item::{
    commit_from_stream_image, commit_ref_from_stream_keys, commit_to_stream_image,
};
pub use self::get_case::case_from_rows;
pub use self::put_case::case_to_rows;
pub use self::unpacked::UNPACKED_BYTES;

/// The stores on DynamoDB: commits, what is derived from them, and the rest.
///
/// A clone is cheap, and shares connections and meter.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    client: Client,
    prefix: String,
    tables: Tables,
    meter: Meter,
    known_buckets: KnownBuckets,
    gather: Gather,
    unpacked: Option<Unpacked>,
    keyring: Keyring,
}

impl DynamoStore {
    /// The stores of a configuration, reached as [`sdk_config`] or
    /// [`function_sdk_config`] says.
    pub fn new(sdk: &SdkConfig, config: &Config) -> Self {
        let meter = Meter::of_client();
        let client = aws_sdk_dynamodb::config::Builder::from(sdk)
            .interceptor(meter.clone())
            .build();
        Self {
            client: Client::from_conf(client),
            prefix: config.table_prefix.clone(),
            tables: Tables::with_prefix(&config.table_prefix),
            meter,
            known_buckets: KnownBuckets::default(),
            gather: Gather::default(),
            unpacked: None,
            keyring: Keyring::locked(),
        }
    }

    /// The same stores, with what opens the keys of personal values. Without it nothing personal
    /// can be written, and nothing that is encrypted can be read.
    #[must_use]
    pub fn with_keyring(self, keyring: Keyring) -> Self {
        Self { keyring, ..self }
    }

    /// The same stores, which keep the headers of cases that they have read unpacked, for those
    /// who read the same cases again and again: the case is read each time, but what comes again
    /// byte by byte isn't unpacked again. They take so many bytes at most, as they are estimated;
    /// [`UNPACKED_BYTES`] unless there is a reason.
    #[must_use]
    pub fn keeping_unpacked(self, most_bytes: u64) -> Self {
        Self {
            unpacked: Some(Unpacked::up_to(most_bytes)),
            ..self
        }
    }

    /// The tables' names.
    pub const fn tables(&self) -> &Tables {
        &self.tables
    }

    /// How the tables' names begin, by which the deployment is named.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// What all requests of this store and its clones have cost so far.
    pub fn consumed(&self) -> Consumed {
        self.meter.consumed()
    }

    /// The same stores, whose requests are counted by themselves as well as here.
    #[must_use]
    pub fn counted_apart(&self) -> Self {
        let meter = Meter::beside_another();
        let client = self.client.config().to_builder().interceptor(meter.clone());
        Self {
            client: Client::from_conf(client.build()),
            meter,
            known_buckets: KnownBuckets::default(),
            gather: Gather::default(),
            unpacked: None,
            ..self.clone()
        }
    }

    /// Opens the same stores for each worker [apart](Self::counted_apart).
    pub fn opener(&self) -> OpenStores {
        let store = self.clone();
        Arc::new(move || {
            let store = Arc::new(store.counted_apart());
            (Stores::of(store.clone()), store)
        })
    }

    /// The same, with commits as they are stored.
    pub fn opener_as_stored(&self) -> OpenStores {
        let store = self.clone();
        Arc::new(move || {
            let store = Arc::new(store.counted_apart());
            let stores = Stores::of(store.clone()).with_commits_as_stored(store.clone());
            (stores, store)
        })
    }
}

impl gateway::Meter for DynamoStore {
    fn consumed(&self) -> Consumed {
        self.meter.consumed()
    }
}
