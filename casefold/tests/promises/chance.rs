//! Chance that follows from a seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

#[derive(Clone, Debug)]
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    pub(crate) fn of(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Another one, which follows from this.
    pub(crate) fn another(&mut self) -> Self {
        Self::of(self.0.next_u64())
    }

    /// A number below another, which is not 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.0.next_u32() % bound
    }

    pub(crate) fn one_in(&mut self, of: u32) -> bool {
        self.below(of) == 0
    }

    /// One of these, of which there are some.
    pub(crate) fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(u32::try_from(of.len()).unwrap()) as usize]
    }
}
