//! Where a case that was imported as the source has it stands against a rule of the court.
//!
//! The source's system leaves some rules unenforced, and an import tells what was. The
//! planned history is folded, as commands will fold it, and held against what the rules
//! make of it.

use casefold_events::{Digest, Timestamp};
use casefold_shared::case::Case;

use super::finding::{Finding, FindingKind};
use super::plan::CasePlan;
use super::reader::About;

/// Every rule that the case of a plan stands against.
pub(super) fn against_rules(plan: &CasePlan, about: &About) -> Vec<Finding> {
    let Some(case) = folded(plan) else {
        return Vec::new();
    };
    let finding = |field: &str, reason: &'static str| {
        about.finding(FindingKind::AgainstRule, Some(field.to_owned()), reason)
    };
    let mut findings = Vec::new();
    let there = case.automatic_block.map(|block| block.reason);
    if case.automatic_block_due() != there {
        findings.push(finding(
            "automaticBlocked",
            "its deadlines and pending entries say otherwise; the next command on the case \
             brings it in line",
        ));
    }
    if case.status.is_closed() && case.trial_session.is_some() {
        findings.push(finding(
            "trialSessionId",
            "a closed case leaves its trial session",
        ));
    }
    findings
}

/// The case as the plan's commits make it; `None` where they don't fold, which the import
/// of the case will meet and report.
fn folded(plan: &CasePlan) -> Option<Case> {
    let recorded_at = Timestamp::from_millis(0);
    let (mut case, mut head) = (None, Digest::ZERO);
    for step in 0..plan.commits.len() {
        let commit = plan.draft(step, recorded_at)?.seal(head);
        head = commit.hash;
        case = Some(Case::fold(case, &commit).ok()?);
    }
    case
}
