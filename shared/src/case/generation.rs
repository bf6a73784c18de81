//! The generations of the case projection: which case each makes of the same commits.
//!
//! A fold that makes another case of the same commits makes another generation, so that no
//! case of the old is ever taken for one of the new. Both are folded side by side until
//! readers are switched, and the old one until it is retired; so the old fold stays here, as
//! what it makes differently from the newest, until then.
//!
//! The next generation goes to the end of [`GENERATIONS`], with what the one before it lacks
//! taken away in a function of its own: `docs/projections.md` goes through the steps.

use casefold_events::{CaseEvent, Commit};

use super::{Case, FoldError};
use crate::gateway::Generation;

/// The projection's name.
pub const NAME: &str = "case";

/// A generation of the case projection.
#[derive(Clone, Copy, Debug)]
pub struct CaseGeneration {
    /// The generation.
    pub generation: Generation,
    /// What it has that the one before it had not.
    pub since: &'static str,
    apply: Apply,
}

/// Applies the events of a commit: see [`Case::apply`].
type Apply = fn(Option<Case>, &Commit, Vec<CaseEvent>) -> Option<Case>;

/// Every generation that this build folds, the oldest first. The first one, which had neither
/// open entries nor trial, deadlines and the like, no build folds any more.
pub const GENERATIONS: &[CaseGeneration] = &[
    CaseGeneration {
        generation: Generation(2),
        since: "trial, deadlines, blocks, records, open entries",
        apply: without_who_set_a_status,
    },
    CaseGeneration {
        generation: Generation::OF_CASES,
        since: "who set each status, in which role, by which command",
        apply: newest,
    },
];

/// The oldest generation of which a case tells all that the rules of this build ask. Commands
/// are decided over the generation that readers follow, as long as it is no older.
pub const DECIDES_FROM: Generation = Generation(2);

/// The generations that this build folds.
pub fn known() -> Vec<Generation> {
    GENERATIONS.iter().map(|it| it.generation).collect()
}

impl CaseGeneration {
    /// A generation of this build; the newest where it has no such one.
    pub fn of(generation: Generation) -> Self {
        let known = GENERATIONS.iter().find(|it| it.generation == generation);
        known.copied().unwrap_or(Self {
            generation: Generation::OF_CASES,
            since: "",
            apply: newest,
        })
    }

    /// Folds a commit: see [`Case::fold`].
    ///
    /// # Errors
    /// [`FoldError`], as there.
    pub fn fold(&self, case: Option<Case>, commit: &Commit) -> Result<Case, FoldError> {
        let events = Case::understand(case.as_ref(), commit)?;
        self.apply(case, commit, events)
            .ok_or(FoldError::NoPetition(commit.docket_number))
    }

    /// Applies the events of a commit: see [`Case::apply`].
    pub fn apply(
        &self,
        case: Option<Case>,
        commit: &Commit,
        events: Vec<CaseEvent>,
    ) -> Option<Case> {
        (self.apply)(case, commit, events)
    }
}

fn newest(case: Option<Case>, commit: &Commit, events: Vec<CaseEvent>) -> Option<Case> {
    Case::apply(case, commit, events)
}

/// Generation 2 knew of a status since when it held, and not who had set it.
fn without_who_set_a_status(
    case: Option<Case>,
    commit: &Commit,
    events: Vec<CaseEvent>,
) -> Option<Case> {
    let mut case = Case::apply(case, commit, events)?;
    for change in case.status_history.edit() {
        change.by = None;
    }
    Some(case)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_are_listed_once_each_and_the_oldest_first() {
        let known = known();
        assert!(known.is_sorted_by(|one, next| one < next), "{known:?}");
        assert_eq!(known.last(), Some(&Generation::OF_CASES));
        assert!(known.contains(&DECIDES_FROM));
    }
}
