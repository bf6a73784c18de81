//! One request for what is asked for at one moment of the tables of what is derived and of keys,
//! within work that is [gathered](crate::gateway::gathered). Of other tables a batch is seldom asked
//! for that much, and a function need not be allowed to.
//!
//! Who asks adds to a queue, and whoever comes first hands over the request for all of it, which
//! takes the queue when everybody who can go on has added theirs. A batch that is refused says
//! nothing of its parts: each is asked by itself then, and fails or not by itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::join_all;
use tokio::sync::oneshot;

use super::DynamoStore;
use super::item::Item;
use super::read::{Consistency, MAX_BATCH_KEYS, Part};
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

/// A key that is asked for.
#[derive(Debug)]
struct Get {
    of: Of,
    key: Item,
    tell: Tell<Option<Item>>,
}

/// What the keys of one part of a request have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Of {
    table: String,
    consistency: Consistency,
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

/// Keys, and who has asked for them.
type Asked = HashMap<Key, (Item, Vec<Tell<Option<Item>>>)>;

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
struct Queues<T>(Arc<Mutex<HashMap<u64, Vec<T>>>>);

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

impl<T: Waits + Send + 'static> Queues<T> {
    /// Adds one. The first of several hands over what is to be done with all of them.
    fn join<F>(&self, within: &Gathering, one: T, ask: impl FnOnce(Vec<T>) -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let is_first = {
            let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if queues.len() > QUEUES {
                queues.retain(|_, queue| !queue.iter().all(Waits::is_given_up));
            }
            let queue = queues.entry(within.id()).or_default();
            queue.push(one);
            queue.len() == 1
        };
        if !is_first {
            return within.ask();
        }
        let (queues, id) = (self.clone(), within.id());
        let asked = async move {
            let all = {
                let mut queues = queues.0.lock().unwrap_or_else(PoisonError::into_inner);
                queues.remove(&id).unwrap_or_default()
            };
            // One by itself is asked for alone, by whoever waits for it.
            if all.len() > 1 {
                ask(all).await;
            }
        };
        within.ask_first(Account::carried(asked));
    }
}

impl DynamoStore {
    /// One item, together with others.
    pub(super) async fn get_gathered(
        &self,
        within: &Gathering,
        table: &str,
        key: Item,
        consistency: Consistency,
    ) -> Result<Option<Item>, StoreError> {
        let (tell, told) = oneshot::channel();
        let of = Of {
            table: table.to_owned(),
            consistency,
        };
        let get = Get {
            of,
            key: key.clone(),
            tell,
        };
        let store = self.clone();
        let gets = &self.gather.gets;
        gets.join(within, get, |gets| async move {
            store.get_together(gets).await;
        });
        match told.await {
            Ok(answer) => answer,
            Err(_) => self.get_alone(table, key, consistency).await,
        }
    }

    async fn get_together(&self, gets: Vec<Get>) {
        let mut waiting: HashMap<Of, Asked> = HashMap::new();
        for Get { of, key, tell } in gets {
            // A batch may not name an item twice.
            let asked = waiting.entry(of).or_default().entry(key_of(&key));
            asked.or_insert_with(|| (key, Vec::new())).1.push(tell);
        }
        let requests = requests(waiting).into_iter();
        join_all(requests.map(|request| self.get_at_once(request))).await;
    }

    async fn get_at_once(&self, request: Vec<(Of, Asked)>) {
        let parts = request.iter().map(|(of, asked)| Part {
            table: &of.table,
            consistency: of.consistency,
            attributes: None,
            keys: asked.values().map(|(key, _)| key.clone()).collect(),
        });
        let read = self.get_batch(parts.collect()).await;
        let by_key = |items: Vec<Item>| {
            let items = items.into_iter().map(|item| (key_of(&item), item));
            items.collect::<HashMap<_, _>>()
        };
        let mut found = read.map(|items| {
            let of_table = |(table, items)| (table, by_key(items));
            items.into_iter().map(of_table).collect::<HashMap<_, _>>()
        });
        for (of, asked) in request {
            for (key, (_, tells)) in asked {
                match &mut found {
                    Ok(items) => {
                        let of_table = items.get_mut(&of.table);
                        tell_item(tells, of_table.and_then(|items| items.remove(&key)));
                    }
                    Err(error) => tell_all(tells, || passing(error).map(Err)),
                }
            }
        }
    }

    /// Puts items, together with others.
    pub(super) async fn put_gathered(
        &self,
        within: &Gathering,
        items: Vec<Item>,
    ) -> Result<(), StoreError> {
        let (tell, told) = oneshot::channel();
        let items = Arc::new(items);
        let put = Put {
            items: items.clone(),
            tell,
        };
        let store = self.clone();
        let puts = &self.gather.puts;
        puts.join(within, put, |puts| async move {
            store.put_together(puts).await;
        });
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

/// Tells everybody who waits of one item: as a rule that is one, who needs no copy.
fn tell_item(mut tells: Vec<Tell<Option<Item>>>, item: Option<Item>) {
    let last = tells.pop();
    tell_all(tells, || Some(Ok(item.clone())));
    if let Some(last) = last {
        // Who has gone is not missed.
        let _ = last.send(Ok(item));
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

/// Requests for all that waits, as few as do: of at most [`MAX_BATCH_KEYS`] keys each, and in one
/// of them a table is read in one way.
fn requests(waiting: HashMap<Of, Asked>) -> Vec<Vec<(Of, Asked)>> {
    let mut requests: Vec<Vec<(Of, Asked)>> = Vec::new();
    for (of, asked) in waiting {
        let mut asked = asked.into_iter().peekable();
        while asked.peek().is_some() {
            let part: Asked = asked.by_ref().take(MAX_BATCH_KEYS).collect();
            let has_room = |request: &&mut Vec<(Of, Asked)>| {
                let keys: usize = request.iter().map(|(_, asked)| asked.len()).sum();
                let mut tables = request.iter().map(|(there, _)| &there.table);
                keys + part.len() <= MAX_BATCH_KEYS && tables.all(|table| *table != of.table)
            };
            match requests.iter_mut().find(has_room) {
                Some(request) => request.push((of.clone(), part)),
                None => requests.push(vec![(of.clone(), part)]),
            }
        }
    }
    requests
}

fn key_of(item: &Item) -> Key {
    let part = |name| match item.get(name) {
        Some(AttributeValue::S(value) | AttributeValue::N(value)) => value.clone(),
        Some(_) | None => String::new(),
    };
    (part(HASH_KEY), part(RANGE_KEY))
}
