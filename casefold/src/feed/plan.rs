//! Who reads which shard: what a process does next, by what is listed and what is leased. Pure.
//!
//! Every process comes to its share by itself, from what all of them see: the shards that can be
//! read now are dealt out one by one among the live processes, first to those that have most, so
//! that as few as possible change hands. A process that has more than its share gives some back,
//! one that has less takes what is free; nobody takes from another who is alive.

use std::collections::{BTreeMap, BTreeSet};

use super::ledger::Standing;
use super::source::{Listing, Shard};

/// A process that plans.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planner<'a> {
    /// Its name.
    pub(super) owner: &'a str,
    /// How many shards it reads at most.
    pub(super) capacity: Capacity,
    /// The shards that it reads.
    pub(super) mine: &'a BTreeSet<String>,
    /// The shards that it takes no more.
    pub(super) done: &'a BTreeSet<String>,
}

/// How many shards a process reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Capacity {
    /// All that it can get: it has nobody beside it.
    All,
    /// Its share of them, and so many at most.
    Share(usize),
}

/// What a process does next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The shards to try to take, in this order, until there are [`Self::room`] more.
    pub(super) free: Vec<Shard>,
    /// How many to take.
    pub(super) room: usize,
    /// The shards to give back.
    pub(super) give_back: Vec<String>,
    /// Leases of shards that are not listed, in nobody's hands.
    pub(super) unlisted: Vec<String>,
    /// The shards that are at their end.
    pub(super) ended: BTreeSet<String>,
    /// How many shards can be read now.
    pub(super) ready: usize,
    /// How many of these are more than all processes together may read.
    pub(super) beyond: usize,
    /// How many processes there are.
    pub(super) processes: usize,
}

pub(super) fn plan(planner: &Planner<'_>, listing: &Listing, standing: &Standing) -> Plan {
    let listed: BTreeSet<&String> = listing.shards.iter().map(|shard| &shard.id).collect();
    let ended: BTreeSet<String> = listing
        .shards
        .iter()
        .filter(|shard| standing.has_ended(shard))
        .map(|shard| shard.id.clone())
        .collect();
    // A parent that isn't listed any more is done with once its lease is cleared away.
    let is_done = |parent: &String| match listed.contains(parent) {
        true => ended.contains(parent),
        false => standing.shards.get(parent).is_none_or(|it| it.ends()),
    };
    let is_ready =
        |shard: &&Shard| !ended.contains(&shard.id) && shard.parent.as_ref().is_none_or(is_done);
    let ready: Vec<&Shard> = listing.shards.iter().filter(is_ready).collect();
    let others = |shard: &Shard| match standing.owner(&shard.id) {
        Some(owner) if owner != planner.owner => Some(owner.to_owned()),
        Some(_) | None => None,
    };
    let mine: Vec<&Shard> = ready
        .iter()
        .filter(|shard| planner.mine.contains(&shard.id))
        .copied()
        .collect();
    let mut free: Vec<Shard> = ready
        .iter()
        .filter(|shard| others(shard).is_none())
        .filter(|shard| !planner.mine.contains(&shard.id) && !planner.done.contains(&shard.id))
        .map(|shard| (*shard).clone())
        .collect();
    // Each begins at another place, so that they don't all try the same one.
    if !free.is_empty() {
        let at = spread(planner.owner) % free.len();
        free.rotate_left(at);
    }

    let mut processes: BTreeMap<String, Process> = standing
        .processes
        .iter()
        .map(|(name, most)| {
            (
                name.clone(),
                Process {
                    has: 0,
                    most: *most,
                },
            )
        })
        .collect();
    for owner in ready.iter().filter_map(|shard| others(shard)) {
        let process = processes.entry(owner.clone()).or_default();
        process.has += 1;
        // One that isn't registered may be ending: it takes nothing more.
        if !standing.processes.contains_key(&owner) {
            process.most = process.has;
        }
    }
    let me = Process {
        has: mine.len(),
        most: match planner.capacity {
            Capacity::All => usize::MAX,
            Capacity::Share(most) => most,
        },
    };
    processes.insert(planner.owner.to_owned(), me);
    let (shares, beyond) = deal(ready.len(), &processes);
    let share = match planner.capacity {
        Capacity::All => usize::MAX,
        Capacity::Share(_) => shares.get(planner.owner).copied().unwrap_or_default(),
    };
    let of_an_old_stream = planner.mine.iter().filter(|id| {
        let state = standing.shards.get(*id).and_then(|it| it.place.as_ref());
        state.is_some_and(|place| place.stream != listing.stream)
    });
    let surplus = mine.iter().skip(share).map(|shard| &shard.id);
    Plan {
        room: share.saturating_sub(mine.len()),
        free,
        give_back: surplus.chain(of_an_old_stream).cloned().collect(),
        unlisted: standing
            .shards
            .iter()
            .filter(|(id, state)| {
                let is_held = state.owner.as_deref().is_some_and(|it| it != planner.owner);
                !listed.contains(id) && !planner.mine.contains(*id) && !is_held
            })
            .map(|(id, _)| id.clone())
            .collect(),
        ended,
        ready: ready.len(),
        beyond,
        processes: processes.len(),
    }
}

/// How a process stands.
#[derive(Clone, Copy, Debug, Default)]
struct Process {
    has: usize,
    most: usize,
}

/// Deals shards out, and says how many are left over.
fn deal(shards: usize, processes: &BTreeMap<String, Process>) -> (BTreeMap<&str, usize>, usize) {
    let mut order: Vec<(&String, &Process)> = processes.iter().collect();
    order.sort_by_key(|(name, process)| (std::cmp::Reverse(process.has), *name));
    let mut shares: BTreeMap<&str, usize> =
        order.iter().map(|(name, _)| (name.as_str(), 0)).collect();
    let mut left = shards;
    while left > 0 {
        let before = left;
        for (name, process) in &order {
            if let Some(share) = shares.get_mut(name.as_str())
                && *share < process.most
                && left > 0
            {
                *share += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    (shares, left)
}

/// A number that follows from a name, different for most.
fn spread(name: &str) -> usize {
    name.bytes().fold(0_usize, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(byte.into())
    })
}

#[cfg(test)]
mod tests;
