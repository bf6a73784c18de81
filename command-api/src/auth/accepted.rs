//! Tokens that were accepted before: their signatures are not checked again.
//!
//! A clerk sends one token for an hour, and checking a signature of a public key takes longer than
//! all else that a request does. What doesn't change about a token is remembered under its digest:
//! who it stands for, from when and until when. Whether its time has come or gone is asked each
//! time. A token that was refused is not remembered.

use std::fmt;
use std::sync::Arc;

use casefold_events::{Digest, Timestamp};
use quick_cache::sync::Cache;

use super::{LEEWAY_MILLIS, TokenError};
use crate::decide::Actor;

/// How many tokens are remembered: more than the people who work at a court at a time.
const MOST_TOKENS: usize = 4_096;

/// Between which times a token counts, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Times {
    pub(super) begins: Option<f64>,
    pub(super) expires: f64,
}

impl Times {
    /// Whether it counts now. The issuer's clock may differ a little.
    pub(super) fn include(self, now: Timestamp) -> Result<(), TokenError> {
        let now = now.as_millis() as f64;
        if now >= self.expires + LEEWAY_MILLIS {
            return Err(TokenError::Expired);
        }
        match self.begins {
            Some(begins) if now < begins - LEEWAY_MILLIS => Err(TokenError::NotYetValid),
            Some(_) | None => Ok(()),
        }
    }
}

/// What was accepted by one verifier, with its keys, its audience and its issuer. Clones share it.
#[derive(Clone)]
pub(super) struct Accepted(Arc<Cache<Digest, (Times, Actor)>>);

impl Default for Accepted {
    fn default() -> Self {
        Self(Arc::new(Cache::new(MOST_TOKENS)))
    }
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accepted(redacted)")
    }
}

/// What a token is remembered by: nobody can make the token of it. What was accepted by one set of
/// keys is not by the next.
pub(super) fn digest(token: &str, keys: u64) -> Digest {
    let fields = [token.as_bytes(), &keys.to_be_bytes()];
    Digest::of_fields("casefold.token.v1", fields)
}

impl Accepted {
    pub(super) fn get(&self, token: Digest) -> Option<(Times, Actor)> {
        self.0.get(&token)
    }

    pub(super) fn remember(&self, token: Digest, times: Times, actor: Actor) {
        self.0.insert(token, (times, actor));
    }
}
