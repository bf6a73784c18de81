//! Chains of links. Pure.

use std::fmt;
use std::str::FromStr;

use casefold_events::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// A month in UTC: `2026-11`. The order of the texts is the order of the months.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(String);

impl Month {
    /// The month of a time.
    pub fn of(at: Timestamp) -> Self {
        Self(at.to_string().chars().take("2026-11".len()).collect())
    }

    /// The month as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A chain of the log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chain {
    /// The openings of all others.
    Openings,
    /// The accesses of a month, in a shard.
    Accesses {
        /// The month.
        month: Month,
        /// The shard, from 0.
        shard: u32,
    },
}

/// `openings`, or `2026-11#3`.
impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Openings => f.write_str("openings"),
            Self::Accesses { month, shard } => write!(f, "{}#{shard}", month.as_str()),
        }
    }
}

/// Text that names no chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this names no chain of the log of accesses")]
pub struct ChainNameError;

impl FromStr for Chain {
    type Err = ChainNameError;

    fn from_str(text: &str) -> Result<Self, ChainNameError> {
        if text == "openings" {
            return Ok(Self::Openings);
        }
        let parse = || {
            let (month, shard) = text.split_once('#')?;
            Some(Self::Accesses {
                month: Month(month.to_owned()),
                shard: shard.parse().ok()?,
            })
        };
        parse().ok_or(ChainNameError)
    }
}

impl Serialize for Chain {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Chain {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// One link of a chain. Its text is hashed as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Link {
    /// The chain.
    pub chain: Chain,
    /// Its number there: 1, 2, 3 …
    pub number: u64,
    /// What it says: JSON.
    pub body: String,
    /// The hash of the link before; of the opening, before the first access.
    pub prev_hash: Digest,
    /// The hash of this link: see [`Link::seal`].
    pub hash: Digest,
}

/// What it says is personal.
impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link {}/{} {}", self.chain, self.number, self.hash)
    }
}

/// Why a link does not follow the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Its content is not that over which its hash was made.
    #[error("it was altered: its hash does not fit its content")]
    Altered,
    /// It does not name the hash of the link before it.
    #[error("it does not follow the link before it")]
    Broken,
    /// Links before it are missing.
    #[error("it stands where number {0} was expected")]
    Gap(u64),
}

impl Link {
    /// The next link of a chain.
    ///
    /// The hash is SHA-256 over the encoding of
    /// [`Digest::of_fields`](casefold_events::Digest::of_fields), of `casefold.access.v1`, the
    /// hash of the link before, the chain's name, the number as text, and the link's text.
    pub fn seal(chain: Chain, number: u64, body: String, prev_hash: Digest) -> Self {
        let hash = hash_of(&chain, number, &body, prev_hash);
        Self {
            chain,
            number,
            body,
            prev_hash,
            hash,
        }
    }

    /// Checks that the link follows the one before it, unaltered.
    ///
    /// # Errors
    /// [`LinkError`] says how it doesn't.
    pub fn verify_after(&self, number: u64, hash: Digest) -> Result<(), LinkError> {
        let expected = number + 1;
        if self.number != expected {
            return Err(LinkError::Gap(expected));
        }
        if self.prev_hash != hash {
            return Err(LinkError::Broken);
        }
        if hash_of(&self.chain, self.number, &self.body, hash) != self.hash {
            return Err(LinkError::Altered);
        }
        Ok(())
    }
}

fn hash_of(chain: &Chain, number: u64, body: &str, prev_hash: Digest) -> Digest {
    let (chain, number) = (chain.to_string(), number.to_string());
    let fields: [&[u8]; 4] = [
        prev_hash.as_bytes(),
        chain.as_bytes(),
        number.as_bytes(),
        body.as_bytes(),
    ];
    Digest::of_fields("casefold.access.v1", fields)
}

/// What a link of the openings says: a stored form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// The chain that begins.
    pub chain: Chain,
    /// Where the shard's chain before it ended, as far as was known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Ended>,
}

/// Where a chain ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ended {
    /// The chain.
    pub chain: Chain,
    /// The number of its last link; 0 where it has none.
    pub number: u64,
    /// The hash of that.
    pub hash: Digest,
}
