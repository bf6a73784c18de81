//! Whether the chains of the log hold.

use std::collections::{BTreeMap, BTreeSet};

use casefold_events::Digest;
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::chain::{Chain, Link, Opening};
use super::recorder::{openings, parsed};
use crate::gateway::{AccessLog, Order, StoreError};

/// How many chains are walked at once, and how many links are read of one at a time.
const CHAINS_AT_ONCE: usize = 8;
const PAGE: usize = 500;

/// What verifying found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Chains that were walked.
    pub chains: u64,
    /// Accesses that follow one another unaltered.
    pub accesses: u64,
    /// The first bad link of each broken chain.
    pub broken: Vec<BrokenChain>,
}

/// A chain that doesn't hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BrokenChain {
    /// The chain.
    pub chain: String,
    /// The first number that is bad.
    pub number: u64,
    /// What is wrong with it.
    pub problem: String,
}

impl Verified {
    /// Whether all chains hold.
    pub const fn is_whole(&self) -> bool {
        self.broken.is_empty()
    }
}

/// A chain that is walked: what its first link follows, and links that others name.
struct Walk {
    chain: Chain,
    hash: Digest,
    named: BTreeMap<u64, Digest>,
}

/// Walks every chain of the log. A chain that is broken keeps no other from being walked.
///
/// # Errors
/// [`StoreError`] where the log can't be read.
pub async fn verify_accesses(log: &dyn AccessLog) -> Result<Verified, StoreError> {
    let links = openings(log).await?;
    let mut verified = Verified::default();
    verified.broken.extend(check_openings(&links));
    let (walks, unopened) = walks(&links);
    verified.broken.extend(unopened);
    let opened: BTreeSet<_> = walks.iter().map(|walk| &walk.chain).collect();
    for chain in log.chains().await? {
        if chain != Chain::Openings && !opened.contains(&chain) {
            let problem = "there are accesses of it, and no opening";
            verified
                .broken
                .push(BrokenChain::at(&chain, 1, problem.to_owned()));
        }
    }
    let walking: Vec<_> = walks.iter().map(|walk| walk.run(log)).collect();
    let mut walking = stream::iter(walking).buffered(CHAINS_AT_ONCE);
    while let Some((accesses, broken)) = walking.try_next().await? {
        verified.chains += 1;
        verified.accesses += accesses;
        verified.broken.extend(broken);
    }
    Ok(verified)
}

/// The first opening that doesn't follow the one before it.
fn check_openings(links: &[Link]) -> Option<BrokenChain> {
    let (mut number, mut hash) = (0, Digest::ZERO);
    for link in links {
        if let Err(error) = link.verify_after(number, hash) {
            return Some(BrokenChain::at(
                &Chain::Openings,
                number + 1,
                error.to_string(),
            ));
        }
        (number, hash) = (link.number, link.hash);
    }
    None
}

/// The chains that are opened, each with what the openings of later ones name of it; and those
/// that are named without having been opened.
fn walks(links: &[Link]) -> (Vec<Walk>, Vec<BrokenChain>) {
    let mut walks: BTreeMap<Chain, Walk> = BTreeMap::new();
    let mut named = Vec::new();
    let mut broken = Vec::new();
    for link in links {
        match parsed::<Opening>(link) {
            Ok(opening) => {
                let chain = opening.chain;
                walks.entry(chain.clone()).or_insert_with(|| Walk {
                    chain,
                    hash: link.hash,
                    named: BTreeMap::new(),
                });
                named.extend(opening.before.map(|ended| (ended, link.number)));
            }
            Err(_) => broken.push(BrokenChain::at(
                &Chain::Openings,
                link.number,
                "it is no opening".to_owned(),
            )),
        }
    }
    let mut unopened = BTreeSet::new();
    for (ended, opening) in named {
        match walks.get_mut(&ended.chain) {
            Some(walk) if ended.number > 0 => {
                walk.named.insert(ended.number, ended.hash);
            }
            Some(_) => {}
            None if unopened.insert(ended.chain.clone()) => broken.push(BrokenChain::at(
                &ended.chain,
                ended.number,
                format!("opening {opening} names it, and it was not opened"),
            )),
            None => {}
        }
    }
    (walks.into_values().collect(), broken)
}

impl Walk {
    async fn run(&self, log: &dyn AccessLog) -> Result<(u64, Option<BrokenChain>), StoreError> {
        let (mut number, mut hash) = (0, self.hash);
        let bad = |number: u64, problem: String| {
            Ok((
                number - 1,
                Some(BrokenChain::at(&self.chain, number, problem)),
            ))
        };
        loop {
            let after = Some(number).filter(|number| *number > 0);
            let page = log.links_page(&self.chain, after, PAGE, Order::OldestFirst);
            let page = page.await?;
            for link in &page.links {
                if let Err(error) = link.verify_after(number, hash) {
                    return bad(number + 1, error.to_string());
                }
                (number, hash) = (link.number, link.hash);
                if self.named.get(&number).is_some_and(|named| *named != hash) {
                    let problem = "the opening of the next chain names another";
                    return bad(number, problem.to_owned());
                }
            }
            if !page.more {
                break;
            }
        }
        match self.named.keys().next_back() {
            Some(last) if *last > number => {
                let problem = format!("it is missing: the chain went on to number {last}");
                bad(number + 1, problem)
            }
            Some(_) | None => Ok((number, None)),
        }
    }
}

impl BrokenChain {
    fn at(chain: &Chain, number: u64, problem: String) -> Self {
        Self {
            chain: chain.to_string(),
            number,
            problem,
        }
    }
}
