//! Keys that an issuer publishes, and changes.
//!
//! An issuer signs with a key for months and then with another: it publishes the new one beside
//! the old, and takes the old one away when the last token that it signed is over. So the set is
//! read again and again ([`PublishedKeys::keep`]), and at once for a token that names a key which
//! isn't known yet.
//!
//! - **A set that can't be read changes nothing.** The keys that were read last count on: an issuer
//!   that is out of order neither lets anybody in nor locks everybody out.
//! - **Strangers don't make the issuer work.** However many tokens name unknown keys, the set is
//!   read no more often than [`Pace::at_most`]. They wait for it, a few at a time; tokens of known
//!   keys don't.
//! - **Nothing of a token says where keys are.** What `jku`, `jwk` or `x5u` in its header say is
//!   read by nobody.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore, watch};
use tokio::time::{Instant, sleep};

use super::TokenError;
use super::keys::{KeyError, KeyRing};

/// The most requests that wait for a set to be read. Each takes the room of one that could be
/// served, and an issuer takes seconds where it is out of order.
const MOST_WAIT: usize = 16;

/// Why a key set can't be used. What counted before counts on.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// It can't be had. The text has nothing of the address's query.
    #[error("the issuer's key set can't be had: {0}")]
    Unreachable(String),
    /// What was had is no key set.
    #[error("what the issuer publishes is not a JSON Web Key Set")]
    NotAKeySet(#[from] serde_json::Error),
    /// No key of it can be used.
    #[error("no key that the issuer publishes can be used")]
    NoKeys(#[from] KeyError),
}

/// Where an issuer's key set is had.
pub trait KeySetSource: fmt::Debug + Send + Sync {
    /// The set, as the issuer publishes it now: JSON text. It gives up within seconds.
    fn read(&self) -> BoxFuture<'_, Result<Vec<u8>, KeySetError>>;
}

/// How often a key set is read.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// By itself: so long a key that was taken away is accepted.
    pub every: Duration,
    /// For tokens that name an unknown key: not again within this time.
    pub at_most: Duration,
}

/// The keys of an issuer, as they were read last.
pub struct PublishedKeys {
    source: Box<dyn KeySetSource>,
    pace: Pace,
    current: RwLock<Option<Current>>,
    /// When a read ended last. Whoever reads holds it.
    ended: Mutex<Option<Instant>>,
    /// For tokens that wait for a read.
    waiting: Semaphore,
}

/// The keys of one set, and its number among those that this process has read.
#[derive(Clone, Debug)]
pub(super) struct Current {
    pub(super) ring: Arc<KeyRing>,
    pub(super) number: u64,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl fmt::Debug for PublishedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublishedKeys")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl PublishedKeys {
    /// Keys from there. None are known before the first read.
    pub fn new(source: impl KeySetSource + 'static, pace: Pace) -> Self {
        Self {
            source: Box::new(source),
            pace,
            current: RwLock::default(),
            ended: Mutex::default(),
            waiting: Semaphore::new(MOST_WAIT),
        }
    }

    /// Reads the set now.
    ///
    /// # Errors
    /// [`KeySetError`] where it can't be used. Then nothing has changed.
    pub async fn read(&self) -> Result<(), KeySetError> {
        self.read_in_turn(&mut *self.ended.lock().await).await
    }

    /// Reads the set again and again, until it is told to stop. What fails is logged.
    pub async fn keep(&self, mut stopped: watch::Receiver<bool>) {
        loop {
            // Whoever would stop it being gone is a stop as well.
            let stop = async { drop(stopped.wait_for(|stop| *stop).await) };
            let is_over = tokio::select! {
                () = sleep(self.pace.every) => false,
                () = stop => true,
            };
            if is_over {
                return;
            }
            self.try_to_read(&mut *self.ended.lock().await).await;
        }
    }

    /// Reads the set for a token that names an unknown key, unless that was done just now.
    ///
    /// # Errors
    /// [`TokenError::KeysUnavailable`] where as many others as may are waiting for it.
    pub(super) async fn look_again(&self) -> Result<(), TokenError> {
        let place = self.waiting.try_acquire();
        let _place = place.map_err(|_| TokenError::KeysUnavailable)?;
        // Whoever waits while another reads has the answer with that one.
        let asked = Instant::now();
        let mut ended = self.ended.lock().await;
        if ended.is_none_or(|ended| asked >= ended + self.pace.at_most) {
            self.try_to_read(&mut ended).await;
        }
        Ok(())
    }

    /// The keys that count; `None` as long as no set could be read.
    pub(super) fn current(&self) -> Option<Current> {
        let current = self.current.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn try_to_read(&self, ended: &mut Option<Instant>) {
        if let Err(error) = self.read_in_turn(ended).await {
            let causes = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(%error, causes, "the keys of tokens are as they were");
        }
    }

    async fn read_in_turn(&self, ended: &mut Option<Instant>) -> Result<(), KeySetError> {
        let answer = self.source.read().await;
        *ended = Some(Instant::now());
        let set: KeySet = serde_json::from_slice(&answer?)?;
        let published = set.keys.len();
        let ring = KeyRing::published(set.keys)?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current
            .as_ref()
            .is_some_and(|current| current.ring.is_same_as(&ring))
        {
            return Ok(());
        }
        let (usable, number) = (ring.len(), current.as_ref().map_or(1, |it| it.number + 1));
        tracing::info!(published, usable, "the keys of tokens have changed");
        *current = Some(Current {
            ring: Arc::new(ring),
            number,
        });
        Ok(())
    }
}
