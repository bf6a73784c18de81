//! Histories of a court's shape, in memory, as their commits are stored.

use casefold::generate::{Generator, Recipe};
use casefold_events::Commit;

use crate::Outcome;

/// What all chance of the benchmarks is drawn from.
pub(crate) const SEED: u64 = 7;

/// The histories of so many cases, each in the order of its commits, in clear.
pub(crate) fn of(cases: u64) -> Outcome<Vec<Vec<Commit>>> {
    let generator = Generator::new(Recipe::new(SEED, None, Some(cases))?);
    let mut histories = Vec::new();
    for nth in 0..generator.blocks() {
        let block = generator.block(nth)?;
        histories.extend(block.histories.into_iter().map(|it| it.commits));
    }
    Ok(histories)
}

/// How many commits, events and bytes of payload.
pub(crate) fn counts(histories: &[Vec<Commit>]) -> (u64, u64, u64) {
    let commits = histories.iter().flatten();
    let events = || histories.iter().flatten().flat_map(|commit| &commit.events);
    let bytes = events().map(|event| event.payload().len() as u64).sum();
    (commits.count() as u64, events().count() as u64, bytes)
}
