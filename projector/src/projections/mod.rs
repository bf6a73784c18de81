//! The projections: what is derived from commits, each a name, a generation and a pure
//! function. One file a projection.
//!
//! A projection can be thrown away and folded again from the event table. One whose
//! function changes gets a new generation, which is folded beside the old one until readers
//! are switched: see [`Projector::new`](crate::stream::Projector::new), which takes a folder
//! a generation.

pub mod case;
pub mod command;
pub mod lists;

use casefold_shared::gateway::Generation;

/// A projection, in one generation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Projection {
    /// Its name.
    pub name: &'static str,
    /// Its generation.
    pub generation: Generation,
}

/// Every projection that this build folds. The next one, or the next generation of one, goes
/// here.
pub const PROJECTIONS: &[Projection] = &[
    Projection {
        name: case::NAME,
        generation: Generation::OF_CASES,
    },
    Projection {
        name: command::NAME,
        generation: Generation::FIRST,
    },
    Projection {
        name: lists::NAME,
        generation: Generation::FIRST,
    },
];

/// The generations of the case projection that this build folds, side by side. The rows of
/// the command projection are written on the way, before the case of the same version.
pub fn case_generations() -> impl Iterator<Item = Generation> {
    generations(case::NAME)
}

/// The generations of the lists that are made from a generation of the case projection.
pub fn lists_generations(made_from: Generation) -> impl Iterator<Item = Generation> {
    generations(lists::NAME).filter(move |_| made_from == lists::MADE_FROM)
}

fn generations(name: &str) -> impl Iterator<Item = Generation> {
    PROJECTIONS
        .iter()
        .filter(move |projection| projection.name == name)
        .map(|projection| projection.generation)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_generation_of_a_projection_is_listed_twice_and_the_case_is_listed() {
        let distinct: HashSet<_> = PROJECTIONS.iter().collect();
        assert_eq!(distinct.len(), PROJECTIONS.len());
        assert!(case_generations().count() >= 1);
        let lists = case_generations().flat_map(lists_generations);
        assert_eq!(lists.count(), generations(lists::NAME).count());
    }
}
