//! Made-up histories are such as the service could have recorded, and like a court's.

use std::collections::{BTreeMap, BTreeSet};

use casefold::generate::{Block, Generator, Recipe, Tally};
use casefold_events::vocabulary::{CaseStatus, Role};
use casefold_events::{Commit, CommitRef, Digest, Version};
use casefold_shared::case::Case;

fn generator(seed: u64, cases: u64) -> Generator {
    Generator::new(Recipe::new(seed, None, Some(cases)).unwrap())
}

fn blocks(generator: &Generator) -> Vec<Block> {
    let numbers = 0..generator.blocks();
    numbers.map(|nth| generator.block(nth).unwrap()).collect()
}

#[test]
fn print_figures() {
    let generator = generator(1, 3_000);
    let begun = std::time::Instant::now();
    let blocks = blocks(&generator);
    let took = begun.elapsed();
    let mut tally = Tally::default();
    let (mut commits, mut entries, mut events, mut bytes) = (0, 0, 0, 0);
    let mut statuses = BTreeMap::<CaseStatus, u64>::new();
    let mut lengths = Vec::new();
    let (mut sealed, mut grouped) = (0, 0);
    for block in &blocks {
        tally.add(block.tally.clone());
        for history in &block.histories {
            commits += history.commits.len();
            entries += history.case.docket.last_index();
            lengths.push(history.case.docket.last_index());
            *statuses.entry(history.case.status).or_default() += 1;
            sealed += u32::from(history.case.is_sealed());
            grouped += u32::from(history.case.consolidation.is_some());
            for commit in &history.commits {
                events += commit.events.len();
                bytes += commit.events.iter().map(|e| e.payload.len()).sum::<usize>();
            }
        }
    }
    lengths.sort_unstable();
    println!("{commits} commits {events} events {bytes} bytes {entries} entries in {took:?}");
    println!("longest {:?}", &lengths[lengths.len() - 5..]);
    println!("{statuses:?} sealed {sealed} grouped {grouped}");
    println!("done {:#?}", tally.done);
    println!("refused {:#?}", tally.refused);
}
