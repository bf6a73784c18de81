//! One request for what is asked for at one moment of the table of what is derived, within work
//! that is [gathered](crate::gateway::gathered). Of other tables a batch is seldom asked for that
//! much, and a function need not be allowed to.
//!
//! Who asks adds to a queue and yields once, so that everybody else who can go on adds theirs.
//! Then whoever comes first takes the whole queue and has it asked, in a task of its own: so
//! nobody waits for a future that isn't polled any more. A batch that is refused says nothing of
//! its parts: each is asked by itself then, and fails or not by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::join_all;
use tokio::sync::oneshot;

use super::DynamoStore;
use super::item::Item;
use super::read::{Batch, Consistency, MAX_BATCH_KEYS};
use super::tables::{HASH_KEY, RANGE_KEY};
use crate::gateway::{Account, BoxError, Gathering, StoreError};

/// With more queues than this, those that nobody waits for any more are dropped.
const QUEUES: usize = 64;

/// What waits to be asked together.
#[derive(Clone, Debug, Default)]
pub(super) struct Gather {
    gets: Queues<Get>,
    puts: Queues<Put>,
}

/// What requests must have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Kind {
    within: Gathering,
    consistency: Consistency,
}

/// A key that is asked for.
#[derive(Debug)]
struct Get {
    key: Item,
    tell: Tell<Option<Item>>,
}

/// Items to be put.
#[derive(Debug)]
struct Put {
    items: Arc<Vec<Item>>,
    tell: Tell<()>,
}

/// To whom an answer goes. One who is told nothing asks alone.
type Tell<T> = oneshot::Sender<Result<T, StoreError>>;

/// An item's key, as texts.
type Key = (String, String);

trait Waits {
    fn is_given_up(&self) -> bool;
}

impl Waits for Get {
    fn is_given_up(&self) -> bool {
        self.tell.is_closed()
    }
}

impl Waits for Put {
    fn is_given_up(&self) -> bool {
        self.tell.is_closed()
    }
}

#[derive(Debug)]
struct Queues<T>(Arc<Mutex<HashMap<Kind, Vec<T>>>>);

impl<T> Clone for Queues<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for Queues<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Waits> Queues<T> {
    /// Adds one, and gives all that wait once everybody has had the time to add: nobody, where
    /// somebody else took them.
    async fn join(&self, kind: Kind, one: T) -> Vec<T> {
        {
            let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if queues.len() > QUEUES {
                queues.retain(|_, queue| !queue.iter().all(Waits::is_given_up));
            }
            queues.entry(kind).or_default().push(one);
        }
        tokio::task::yield_now().await;
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queues.remove(&kind).unwrap_or_default()
    }
}

impl DynamoStore {
    /// One item, together with others.
    pub(super) async fn get_gathered(
        &self,
        within: Gathering,
        key: Item,
        consistency: Consistency,
    ) -> Result<Option<Item>, StoreError> {
        let (tell, told) = oneshot::channel();
        let kind = Kind {
            within,
            consistency,
        };
        let get = Get {
            key: key.clone(),
            tell,
        };
        let gets = self.gather.gets.join(kind, get).await;
        if gets.len() > 1 {
            let store = self.clone();
            let asked = async move { store.get_together(consistency, gets).await };
            tokio::spawn(Account::carried(asked));
        } else {
            // One by itself is asked for alone, by whoever waits for it.
            drop(gets);
        }
        match told.await {
            Ok(answer) => answer,
            Err(_) => {
                let table = &self.tables.snapshots;
                self.get_alone(table, key, consistency).await
            }
        }
    }

    async fn get_together(&self, consistency: Consistency, gets: Vec<Get>) {
        let mut waiting: HashMap<Key, Vec<Tell<Option<Item>>>> = HashMap::new();
        let mut keys = Vec::with_capacity(gets.len());
        for Get { key, tell } in gets {
            let tells = waiting.entry(key_of(&key)).or_default();
            // A batch may not name an item twice.
            if tells.is_empty() {
                keys.push(key);
            }
            tells.push(tell);
        }
        let request = Batch {
            table: &self.tables.snapshots,
            consistency,
            attributes: None,
        };
        let batches = keys.chunks(MAX_BATCH_KEYS);
        let batches = batches.map(|keys| async move {
            let read = self.get_batch(request, keys.to_vec()).await;
            (keys, read)
        });
        for (keys, read) in join_all(batches).await {
            let found = read.map(|items| {
                let items = items.into_iter().map(|item| (key_of(&item), item));
                items.collect::<HashMap<_, _>>()
            });
            for key in keys.iter().map(key_of) {
                let tells = waiting.remove(&key).unwrap_or_default();
                let answer = || match &found {
                    Ok(items) => Some(Ok(items.get(&key).cloned())),
                    Err(error) => passing(error).map(Err),
                };
                tell_all(tells, answer);
            }
        }
    }

    /// Puts items, together with others.
    pub(super) async fn put_gathered(
        &self,
        within: Gathering,
        items: Vec<Item>,
    ) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        let kind = Kind {
            within,
            consistency: Consistency::Strong,
        };
        let items = Arc::new(items);
        let put = Put {
            items: items.clone(),
            tell,
        };
        let puts = self.gather.puts.join(kind, put).await;
        if puts.len() > 1 {
            let store = self.clone();
            let asked = async move { store.put_together(puts).await };
            tokio::spawn(Account::carried(asked));
        } else {
            // What comes by itself is put alone, by whoever waits for it.
            drop(puts);
        }
        match told.await {
            Ok(answer) => answer,
            Err(_) => {
                let table = &self.tables.snapshots;
                self.put_alone(table, Arc::unwrap_or_clone(items)).await
            }
        }
    }

    async fn put_together(&self, puts: Vec<Put>) {
        // A batch may not name an item twice. Of what is put at one moment, either is the last.
        let items = puts.iter().flat_map(|put| put.items.iter());
        let items: HashMap<Key, &Item> = items.map(|item| (key_of(item), item)).collect();
        let items = items.into_values().cloned().collect();
        let put = self.put_alone(&self.tables.snapshots, items).await;
        let tells = puts.into_iter().map(|put| put.tell).collect();
        tell_all(tells, || match &put {
            Ok(()) => Some(Ok(())),
            Err(error) => passing(error).map(Err),
        });
    }
}

/// Tells everybody who waits; who is told nothing asks alone. Who has gone is not missed.
fn tell_all<T>(tells: Vec<Tell<T>>, answer: impl Fn() -> Option<Result<T, StoreError>>) {
    for tell in tells {
        if let Some(answer) = answer() {
            let _ = tell.send(answer);
        }
    }
}

/// A failure that may pass, for one of those whom it has met. One that doesn't pass may be but
/// one's fault.
fn passing(error: &StoreError) -> Option<StoreError> {
    let again = |source: &BoxError| BoxError::from(source.to_string());
    match error {
        StoreError::Throttled(source) => Some(StoreError::Throttled(again(source))),
        StoreError::Unavailable(source) => Some(StoreError::Unavailable(again(source))),
        StoreError::Refused(..) | StoreError::Corrupt { .. } | StoreError::TooLarge { .. } => None,
    }
}

fn key_of(item: &Item) -> Key {
    let part = |name| match item.get(name) {
        Some(AttributeValue::S(value) | AttributeValue::N(value)) => value.clone(),
        Some(_) | None => String::new(),
    };
    (part(HASH_KEY), part(RANGE_KEY))
}
