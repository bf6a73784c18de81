//! A court on the embedded engine whose items a test may change as nobody else may.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use casefold::generate::run::{Options, Silent, Writer};
use casefold::generate::{Generator, Recipe};
use casefold_events::proof::key::PublicKey;
use casefold_events::{Commit, DocketNumber};
use casefold_projector::History;
use casefold_projector::history::Obstacle;
use casefold_projector::rebuild::Progress;
use casefold_projector::verify::take::Taken;
use casefold_projector::verify::{Verify, VerifyConfig, VerifyReport, VerifyStatus};
use casefold_shared::clock::SystemClock;
use casefold_shared::dynamodb::{
    DynamoStore, commit_from_stream_image, commit_ref_from_stream_keys,
};
use casefold_shared::gateway::{EventStore, Meter, OpenStores, Stores};
use casefold_shared::signing::{LocalSigner, Signer};
use tokio::sync::watch;

use crate::support::{self, Item};

/// A worker alone: one of several waits a second for the last segment of another.
pub(crate) const LOOK: VerifyConfig = VerifyConfig {
    workers: 1,
    segments: 4,
};

pub(crate) struct Court {
    tables: support::Court,
    pub(crate) store: Arc<DynamoStore>,
    pub(crate) client: Client,
}

/// Hears of progress, and keeps nothing of it.
pub(crate) struct Quiet;

impl Progress<VerifyStatus> for Quiet {
    fn at(&self, _: &VerifyStatus) {}
}

pub(crate) fn signer() -> LocalSigner {
    LocalSigner::new(&[5; 32]).unwrap()
}

pub(crate) fn key() -> PublicKey {
    signer().public_key().clone()
}

/// A wish to stop that nobody has.
pub(crate) fn go_on() -> watch::Receiver<bool> {
    watch::channel(false).1
}

impl Court {
    /// Without a case.
    pub(crate) async fn open() -> Self {
        let tables = support::Court::open().await;
        let client = tables.client().await;
        Self {
            store: Arc::new(tables.store.clone()),
            client,
            tables,
        }
    }

    /// With so many cases, made up.
    pub(crate) async fn of(cases: u64) -> Self {
        let court = Self::open().await;
        let options = Options {
            at_once: NonZeroUsize::new(2).unwrap(),
            in_step: NonZeroUsize::new(100).unwrap(),
            beside_others: false,
        };
        let generator = Generator::new(Recipe::new(11, None, Some(cases)).unwrap());
        let writer = Writer::new(&Stores::of(court.store.clone()), options);
        writer.run(generator, &Silent, &go_on()).await.unwrap();
        court
    }

    /// With these commits.
    pub(crate) async fn with<'a>(commits: impl IntoIterator<Item = &'a Commit>) -> Self {
        let court = Self::open().await;
        court.append(commits).await;
        court
    }

    pub(crate) async fn append<'a>(&self, commits: impl IntoIterator<Item = &'a Commit>) {
        for commit in commits {
            self.store.commit_append(commit).await.unwrap();
        }
    }

    pub(crate) fn verifier(&self) -> Verify {
        let store = self.store.clone();
        let stores: OpenStores = Arc::new(move || {
            let store = Arc::new(store.counted_apart());
            let meter: Arc<dyn Meter> = store.clone();
            let stores = Stores::of(store.clone()).with_commits_as_stored(store);
            (stores, meter)
        });
        Verify {
            stores,
            checkpoints: self.store.clone(),
            keys: vec![key()],
            seen: Vec::new(),
            clock: Arc::new(SystemClock),
        }
    }

    pub(crate) async fn verify(&self) -> VerifyReport {
        let report = self.verifier().run(LOOK, &Quiet, &go_on()).await.unwrap();
        assert!(report.complete);
        report
    }

    pub(crate) async fn try_checkpoint(&self) -> (Taken, VerifyReport) {
        let verifier = self.verifier();
        let (signer, stop) = (signer(), go_on());
        let taking = verifier.take_checkpoint(&signer, LOOK, &Quiet, &stop);
        taking.await.unwrap()
    }

    /// A checkpoint that is written, and how many buckets with it.
    pub(crate) async fn checkpoint(&self) -> (u64, usize) {
        match self.try_checkpoint().await {
            (Taken::Written { signed, buckets }, _) => (signed.says.number, buckets),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn events(&self) -> &str {
        &self.tables.store.tables().events
    }

    pub(crate) fn checkpoints(&self) -> &str {
        &self.tables.store.tables().checkpoints
    }

    /// Every item of a table as it is.
    pub(crate) async fn items(&self, table: &str) -> Vec<Item> {
        let mut items = Vec::new();
        let mut from = None;
        loop {
            let page = self
                .client
                .scan()
                .table_name(table)
                .consistent_read(true)
                .set_exclusive_start_key(from)
                .send()
                .await
                .unwrap();
            items.extend(page.items.unwrap_or_default());
            from = page.last_evaluated_key;
            if from.is_none() {
                return items;
            }
        }
    }

    pub(crate) async fn put(&self, table: &str, item: &Item) {
        let put = self.client.put_item().table_name(table);
        put.set_item(Some(item.clone())).send().await.unwrap();
    }

    pub(crate) async fn delete(&self, table: &str, item: &Item) {
        let delete = self.client.delete_item().table_name(table);
        delete.set_key(Some(key_of(item))).send().await.unwrap();
    }

    /// The items of the event table, case by case and in order.
    pub(crate) async fn cases(&self) -> Cases {
        let mut cases = Cases::new();
        for item in self.items(self.events()).await {
            let number = commit_ref_from_stream_keys(&item).unwrap().docket_number;
            cases.entry(number).or_default().push(item);
        }
        for items in cases.values_mut() {
            items.sort_by_key(version_of);
        }
        cases
    }
}

/// Items of commits, by their cases.
pub(crate) type Cases = BTreeMap<DocketNumber, Vec<Item>>;

pub(crate) fn key_of(item: &Item) -> Item {
    let part = |name: &str| (name.to_owned(), item[name].clone());
    Item::from([part("pk"), part("sk")])
}

pub(crate) fn version_of(item: &Item) -> u64 {
    let AttributeValue::N(version) = &item["sk"] else {
        panic!("a commit's number is a number");
    };
    version.parse().unwrap()
}

/// The history that is read from items, as a scan of them gives it.
pub(crate) fn history(docket_number: DocketNumber, items: &[Item]) -> History {
    let mut commits = Vec::new();
    for item in items {
        match commit_from_stream_image(item) {
            Ok(commit) => commits.push(commit),
            Err(error) => {
                let version = commit_ref_from_stream_keys(item).unwrap().version;
                let reason = error.to_string();
                return History {
                    docket_number,
                    commits,
                    unreadable: Some(Obstacle { version, reason }),
                };
            }
        }
    }
    History {
        docket_number,
        commits,
        unreadable: None,
    }
}
