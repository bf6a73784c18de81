//! Made-up histories of cases, as many as are wanted, like those of a real court.
//!
//! For measuring and for trying things out: a rebuild of a million commits is only as telling
//! as the million is. Nothing of a history is made up but what people do and when: each
//! command is decided by the service's own rules over the case as it stands, its policies
//! follow, and the commits are chained as the service chains them. So a generated case is one
//! that the service itself could have recorded.
//!
//! | file | job |
//! | --- | --- |
//! | `shape` | how many cases, when each begins, how long its history gets |
//! | `petition`, `life`, `fate` | one case: how it begins, what happens, how it ends |
//! | `group` | cases that are consolidated |
//! | `acts/…` | what people do in between, one theme a file |
//! | `record` | appending to a case as the service does |
//! | `people`, `chance` | names and places; chance that repeats itself |
//! | `tally` | what was sent, and what the rules refused of it |
//! | [`run`] | blocks of histories to the event store, the only file here that does I/O |
//!
//! Cases come in blocks of 16, and each block is drawn from the seed and its own place alone.
//! So blocks can be made in any order, side by side, and again: that is how a run that was
//! stopped goes on.
//!
//! *Invariants:* the same recipe gives the same bytes on any machine (but what is stored of them
//! is encrypted under the keys of the court that they are written to); nothing happens after
//! the end of 2025, and no clock is read; every name is invented.

mod acts;
mod chance;
mod fate;
mod group;
mod life;
mod people;
mod petition;
mod record;
pub mod run;
mod shape;
mod tally;

use casefold_command_api::refusal::Refusal;
use casefold_events::canonical::CanonicalError;
use casefold_events::vocabulary::ProcedureType;
use casefold_events::{Commit, DocketNumber};
use casefold_shared::case::Case;

use chance::Chance;
use group::Group;
use life::{Common, Life};
use people::{CITIES, respondent};
use shape::{Kind, Outline, Shape};

pub use shape::{MOST_CASES, MOST_COMMITS_A_CASE, Recipe, RecipeError, USUAL_COMMITS_A_CASE};
pub use tally::Tally;

/// How many cases a block has.
pub const CASES_A_BLOCK: u64 = 16;

/// With so many commits, in thousandths, there is enough in a case for a group.
const ENOUGH_FOR_GROUP: u64 = 13_000;
/// In so many of a thousand blocks cases are consolidated where there are some.
const BLOCKS_WITH_GROUP: u64 = 300;
/// The most cases of a group.
const MOST_IN_GROUP: u64 = 4;

/// Why no history can be made. None of them is to be expected: it would be a fault here.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// The rules refuse a petition.
    #[error("a petition was refused")]
    Petition(#[source] Refusal),
    /// Something has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// A case has no petition.
    #[error("case {0} has no petition")]
    NoPetition(DocketNumber),
}

/// The history of a case.
#[derive(Clone, Debug)]
pub struct History {
    /// The commits, chained.
    pub commits: Vec<Commit>,
    /// The case as they make it.
    pub case: Case,
}

/// The histories of some cases.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its place among the blocks, from 0.
    pub nth: u64,
    /// The histories, in the order of their docket numbers.
    pub histories: Vec<History>,
    /// What was sent to make them.
    pub tally: Tally,
}

/// Makes histories by a recipe.
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    recipe: Recipe,
    shape: Shape,
}

impl Generator {
    /// A generator by a recipe.
    pub fn new(recipe: Recipe) -> Self {
        Self {
            recipe,
            shape: Shape::of(&recipe),
        }
    }

    /// The recipe.
    pub const fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// How many blocks there are.
    pub const fn blocks(&self) -> u64 {
        self.recipe.cases.div_ceil(CASES_A_BLOCK)
    }

    /// The highest docket number of each year that has any.
    pub fn highest_numbers(&self) -> impl Iterator<Item = DocketNumber> + '_ {
        self.shape.highest()
    }

    /// A block; an empty one past the last.
    ///
    /// # Errors
    /// [`GenerateError`] where a history can't be made.
    pub fn block(&self, nth: u64) -> Result<Block, GenerateError> {
        let first = nth.saturating_mul(CASES_A_BLOCK);
        let mut outlines: Vec<_> = (first..first.saturating_add(CASES_A_BLOCK))
            .filter_map(|nth| self.shape.outline(nth))
            .collect();
        let mut chance = Chance::of(self.recipe.seed, "block", nth);
        let together = group_of(&mut outlines, &mut chance);

        let mut lives = Vec::with_capacity(CASES_A_BLOCK as usize);
        let mut size = Size::default();
        for outline in outlines {
            let mut life = Life::new(self.recipe.seed, outline, size.of_next(&outline), None);
            life.live()?;
            size.came_to(&life);
            lives.push(life);
        }
        if let Some(mut group) = self.group(together, &mut size, &mut chance) {
            group.live()?;
            lives.extend(group.into_lives());
        }
        lives.sort_by_key(|life| life.outline.nth);
        let mut tally = Tally::default();
        let mut histories = Vec::with_capacity(lives.len());
        for life in lives {
            let number = life.outline.docket_number;
            tally.add(life.tally);
            histories.push(History {
                commits: life.record.commits,
                case: life.record.case.ok_or(GenerateError::NoPetition(number))?,
            });
        }
        Ok(Block {
            nth,
            histories,
            tally,
        })
    }

    fn group(&self, outlines: Vec<Outline>, size: &mut Size, chance: &mut Chance) -> Option<Group> {
        let common = Common {
            city: chance.pick(&CITIES),
            procedure: chance.pick(&[ProcedureType::Regular, ProcedureType::Small]),
            respondent: respondent(chance),
        };
        let mut lives = outlines.into_iter().map(|outline| {
            let common = Some(common.clone());
            let target = size.of_next(&outline);
            Life::new(self.recipe.seed, outline, target, common)
        });
        let lead = lives.next()?;
        Some(Group::new(lead, lives.collect(), common))
    }
}

/// Takes those out that are consolidated: none, or two and more.
fn group_of(outlines: &mut Vec<Outline>, chance: &mut Chance) -> Vec<Outline> {
    let fits = |it: &Outline| it.kind == Kind::Usual && it.commits >= ENOUGH_FOR_GROUP;
    let most = 2 + chance.below(MOST_IN_GROUP - 1);
    let there = outlines.iter().filter(|outline| fits(outline)).count();
    let mut together = Vec::new();
    if there >= 2 && chance.per_mille(BLOCKS_WITH_GROUP) {
        outlines.retain(|outline| {
            let joins = fits(outline) && (together.len() as u64) < most;
            if joins {
                together.push(*outline);
            }
            !joins
        });
    }
    together
}

/// Keeps a block to its size: what one case has too much, for a policy's commit came with the
/// last command, or too little, the next makes up for.
#[derive(Default)]
struct Size {
    /// In thousandths of a commit.
    owed: i64,
}

impl Size {
    fn of_next(&mut self, outline: &Outline) -> usize {
        let wanted = match outline.kind {
            Kind::Long => return (outline.commits / 1_000) as usize,
            Kind::Usual | Kind::Crowded => outline.commits,
        };
        self.owed += i64::try_from(wanted).unwrap_or(i64::MAX);
        let whole = (self.owed / 1_000).max(1);
        self.owed -= whole * 1_000;
        usize::try_from(whole).unwrap_or(1)
    }

    fn came_to(&mut self, life: &Life) {
        if life.outline.kind != Kind::Long {
            let target = i64::try_from(life.target).unwrap_or(i64::MAX);
            self.owed -= (life.record.commits.len() as i64 - target) * 1_000;
        }
    }
}
