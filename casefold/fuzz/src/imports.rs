//! Files of a court's items.

use casefold::import::{CasePlan, Source, SourceCase, plan_case};
use casefold_events::Digest;
use casefold_shared::case::Case;

use crate::{Outcome, now};

/// A list of items as JSON, or an item a line.
///
/// # Panics
/// Where the history that is planned of a case is not understood, or isn't the same again.
pub fn import(data: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(data) else {
        return Outcome::Refused;
    };
    let Ok(source) = Source::read(text) else {
        return Outcome::Refused;
    };
    let mut outcome = Outcome::Refused;
    for case in &source.cases {
        if let Ok(plan) = plan_case(case) {
            check(case, &plan);
            outcome = Outcome::Taken;
        }
    }
    outcome
}

fn check(case: &SourceCase, plan: &CasePlan) {
    let mut head = Digest::ZERO;
    let mut folded: Option<Case> = None;
    for step in 0..plan.commits.len() {
        let draft = plan.draft(step, now());
        let commit = draft.expect("each step has its commit").seal(head);
        head = commit.hash;
        folded = Some(Case::fold(folded, &commit).expect("what is planned folds"));
    }
    let folded = folded.expect("a plan begins with a petition");
    assert_eq!(folded.docket_number, case.docket_number);
    assert_eq!(folded.version.0, plan.commits.len() as u64);
    let again = plan_case(case).expect("it is planned again");
    assert_eq!(again.source_digest, plan.source_digest);
    for (first, second) in plan.commits.iter().zip(&again.commits) {
        assert_eq!(first.command_id, second.command_id);
        assert_eq!(first.events, second.events);
    }
}
