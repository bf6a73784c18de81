//! What is always true of a case and its history (domain of the court, "A case", "The docket
//! record" and "What must hold").

use std::collections::{BTreeMap, BTreeSet};

use casefold::generate::History;
use casefold_events::vocabulary::{CaseStatus, ContactType, CounselType, ServiceIndicator};
use casefold_events::{CaseEvent, DocketNumber};
use casefold_shared::case::{CHIEF_JUDGE, Case};

/// Checks a history: its chain, its fold, its times, and the case.
pub(crate) fn assert_history(history: &History) {
    let mut case: Option<Case> = None;
    let mut served = BTreeSet::new();
    let mut commands = BTreeSet::new();
    for commit in &history.commits {
        let before = case.as_ref().map(|case| case.folded_from.recorded_at);
        assert!(before <= Some(commit.recorded_at), "time goes forwards");
        assert!(commit.effective_at <= commit.recorded_at);
        assert!(commit.recorded_at.year() < 2026, "{:?}", commit.recorded_at);
        assert!(commands.insert(commit.command_id.clone()));
        if !commit.committed_with.is_empty() {
            assert!(commit.committed_with.contains(&commit.reference()));
        }
        for event in commit.decode().unwrap() {
            if let CaseEvent::DocketEntryServed(event) = event {
                assert!(served.insert(event.docket_entry_id), "served once");
            }
        }
        // Verifies the chain and each hash.
        case = Some(Case::fold(case, commit).unwrap());
        assert_case(case.as_ref().unwrap(), true);
    }
    let case = case.unwrap();
    assert_eq!(case, history.case);
    assert_eq!(case.received_at.year_of_docket(), case.docket_number.year());
}

/// Checks a case; in the middle of a step, policies are still to come.
fn assert_case(case: &Case, is_in_step: bool) {
    assert_eq!(case.closed_date.is_some(), case.status.is_closed());
    let indexes: Vec<_> = case.docket.on_record().map(|it| it.filed.index).collect();
    let dense: Vec<_> = (1..=case.docket.last_index()).map(Some).collect();
    assert_eq!(indexes, dense);
    assert!(case.blocked.is_none() || case.priority.is_none());
    assert!(case.petitioners().next().is_some());
    assert!(case.statistics.len() <= 12);
    let intervenors = case.parties.iter();
    let intervenors = intervenors.filter(|it| it.contact_type == ContactType::Intervenor);
    assert!(intervenors.count() <= 1);
    if is_in_step {
        return;
    }
    if case.status == CaseStatus::Calendared {
        assert!(case.trial_session.is_some());
    }
    if case.status.is_general_docket() {
        assert_eq!(case.associated_judge, CHIEF_JUDGE);
    }
    assert_eq!(
        case.automatic_block.map(|block| block.reason),
        case.automatic_block_due()
    );
    for counsel in &case.counsel {
        if counsel.counsel_type == CounselType::PrivatePractitioner {
            for represented in &counsel.representing {
                let party = case.party(*represented).unwrap();
                assert_eq!(party.service_indicator, ServiceIndicator::None);
            }
        }
    }
}

/// Checks what holds across cases: steps are whole, groups agree.
pub(crate) fn assert_together(histories: &[History]) {
    let cases: BTreeMap<DocketNumber, &History> = histories
        .iter()
        .map(|history| (history.case.docket_number, history))
        .collect();
    for history in histories {
        assert_case(&history.case, false);
        for commit in &history.commits {
            for other in &commit.committed_with {
                let commits = &cases[&other.docket_number].commits;
                let at = usize::try_from(other.version.0).unwrap() - 1;
                assert_eq!(commits[at].committed_with, commit.committed_with);
            }
            if let Some(cause) = commit.causation {
                assert!(commit.committed_with.contains(&cause), "made in one step");
            }
        }
        if let Some(group) = &history.case.consolidation {
            assert_eq!(group.members.iter().min(), Some(&group.lead_docket_number));
            assert!(group.members.contains(&history.case.docket_number));
            assert!(group.members.len() > 1);
            for member in &group.members {
                let member = &cases[member].case;
                assert_eq!(member.consolidation.as_ref(), Some(group));
                assert_eq!(member.status, history.case.status);
                assert_eq!(member.procedure_type, history.case.procedure_type);
                assert_eq!(member.associated_judge, history.case.associated_judge);
            }
        }
    }
}
