//! Made-up histories are such as the service could have recorded, and the same each time.

use casefold::generate::{Block, CASES_A_BLOCK, Generator, Recipe};

use crate::always::{assert_history, assert_together};

pub(crate) fn generator(seed: u64, cases: u64) -> Generator {
    Generator::new(Recipe::new(seed, None, Some(cases)).unwrap())
}

pub(crate) fn blocks(generator: &Generator) -> Vec<Block> {
    let numbers = 0..generator.blocks();
    numbers.map(|nth| generator.block(nth).unwrap()).collect()
}

#[test]
fn cases_that_begin_in_the_last_hours_stay_within_their_time() {
    let generator = generator(1, 1_000_000);
    for nth in generator.blocks() - 4..generator.blocks() {
        let block = generator.block(nth).unwrap();
        block.histories.iter().for_each(assert_history);
    }
}

/// A block to the last byte.
fn written(block: &Block) -> String {
    let commits = block.histories.iter().flat_map(|it| &it.commits);
    commits
        .map(|commit| serde_json::to_string(commit).unwrap() + "\n")
        .collect()
}

#[test]
fn every_history_is_chained_and_folds_to_a_case_of_which_everything_holds_that_always_does() {
    for (seed, cases) in [(1, 480), (2, 16), (3, 1)] {
        let generator = generator(seed, cases);
        let histories: Vec<_> = blocks(&generator)
            .into_iter()
            .flat_map(|block| block.histories)
            .collect();
        assert_eq!(histories.len() as u64, cases);
        histories.iter().for_each(assert_history);
        assert_together(&histories);
    }
}

#[test]
fn the_same_seed_makes_the_same_bytes_in_whatever_order_blocks_are_made() {
    let one = generator(7, 128);
    let forwards: Vec<_> = blocks(&one).iter().map(written).collect();
    let again = generator(7, 128);
    for nth in (0..again.blocks()).rev() {
        let at = usize::try_from(nth).unwrap();
        assert_eq!(written(&again.block(nth).unwrap()), forwards[at]);
    }
    let other = generator(8, 128);
    assert_ne!(written(&other.block(0).unwrap()), forwards[0]);
}

#[test]
fn past_the_last_case_there_is_nothing() {
    let generator = generator(1, CASES_A_BLOCK + 1);
    assert_eq!(generator.blocks(), 2);
    assert_eq!(generator.block(1).unwrap().histories.len(), 1);
    assert!(generator.block(2).unwrap().histories.is_empty());
}
