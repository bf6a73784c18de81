//! What is always true of a case (domain of the court, "A case", "The docket record", and
//! the column "what must hold").

use std::collections::BTreeMap;

use casefold_events::vocabulary::{CaseStatus, ContactType, CounselType, ServiceIndicator};
use casefold_events::{CaseEvent, DocketEntryId};
use casefold_shared::case::{CHIEF_JUDGE, Case};

use super::world::Told;
use crate::support::assert_invariants;

/// Checks a case.
pub(super) fn assert_case(case: &Case) {
    assert_invariants(case);
    assert_status(case);
    assert_trial(case);
    assert_people(case);
    assert_limits(case);
}

fn assert_status(case: &Case) {
    let last = case.status_history.last().map(|change| change.status);
    assert_eq!(
        last,
        Some(case.status),
        "the last of the statuses is the status"
    );
    assert_eq!(
        case.status == CaseStatus::New,
        case.petition_served_at.is_none(),
        "New until the petition is served"
    );
    if case.status.is_general_docket() {
        assert_eq!(case.associated_judge, CHIEF_JUDGE, "on the general docket");
    }
}

fn assert_trial(case: &Case) {
    if case.status == CaseStatus::Calendared {
        assert!(case.trial_session.is_some(), "calendared with a session");
    }
    assert!(
        case.blocked.is_none() || case.priority.is_none(),
        "never blocked and prioritized at once"
    );
    for because in case.blocked.iter().chain(&case.priority) {
        assert!(!because.reason.trim().is_empty(), "for a reason");
    }
    if case.status.is_closed() {
        assert!(
            case.blocked.is_none() && case.priority.is_none(),
            "closing clears both"
        );
    }
    assert_eq!(
        case.automatic_block.map(|block| block.reason),
        case.automatic_block_due(),
        "kept from trial by itself if, and only if, there is why"
    );
    let mut sessions: Vec<_> = case
        .hearings
        .iter()
        .map(|hearing| &hearing.session)
        .chain(&case.trial_session)
        .map(|session| session.trial_session_id)
        .collect();
    sessions.sort_unstable();
    let all = sessions.len();
    sessions.dedup();
    assert_eq!(sessions.len(), all, "not twice in one session");
}

fn assert_people(case: &Case) {
    let intervenors = case
        .parties
        .iter()
        .filter(|contact| contact.contact_type == ContactType::Intervenor);
    assert!(intervenors.count() <= 1, "at most one intervenor");
    for counsel in &case.counsel {
        for represented in &counsel.representing {
            assert!(
                case.party(*represented).is_some(),
                "who is represented is in the case"
            );
        }
        let others = case
            .counsel
            .iter()
            .filter(|it| it.user_id == counsel.user_id);
        assert_eq!(others.count(), 1, "counsel appears once");
    }
    for petitioner in case.petitioners() {
        let is_represented = case.counsel.iter().any(|counsel| {
            counsel.counsel_type == CounselType::PrivatePractitioner
                && counsel.representing.contains(&petitioner.contact_id)
        });
        assert!(
            !is_represented || petitioner.service_indicator == ServiceIndicator::None,
            "who is represented is not served"
        );
    }
}

fn assert_limits(case: &Case) {
    assert!(case.statistics.len() <= 12, "at most 12 statistics");
    let note = case.case_note.as_ref();
    let length = note.map_or(0, |note| note.expose().chars().count());
    assert!(length <= 9_000, "a note of at most 9,000 characters");
}

/// What happens once to a case or to an entry did not happen twice in its history.
pub(super) fn assert_once(told: &Told) {
    let mut petitions_served = 0;
    let mut served: BTreeMap<DocketEntryId, u32> = BTreeMap::new();
    let mut stricken: BTreeMap<DocketEntryId, u32> = BTreeMap::new();
    let first = &told.commits[0];
    for commit in &told.commits {
        for event in commit.decode().unwrap() {
            match event {
                CaseEvent::PetitionServed(_) => petitions_served += 1,
                CaseEvent::DocketEntryServed(event) => {
                    *served.entry(event.docket_entry_id).or_default() += 1;
                }
                CaseEvent::DocketEntryStricken(event) => {
                    *stricken.entry(event.docket_entry_id).or_default() += 1;
                }
                CaseEvent::PetitionFiled(event) => {
                    assert_eq!(commit.version, first.version, "a case begins once");
                    assert_eq!(event.received_at, told.case.received_at);
                    assert_eq!(event.caption, told.case.initial_caption);
                }
                _ => {}
            }
        }
    }
    assert!(petitions_served <= 1, "a petition is served once");
    for (what, counts) in [("served", served), ("stricken", stricken)] {
        assert!(
            counts.values().all(|count| *count == 1),
            "an entry is {what} once"
        );
    }
}

/// What holds between cases: groups agree on who is in them, and their cases are alike.
pub(super) fn assert_groups(cases: &[Told]) {
    for case in cases.iter().map(|told| &told.case) {
        let Some(group) = &case.consolidation else {
            continue;
        };
        for member in &group.members {
            let found = cases.iter().find(|it| it.case.docket_number == *member);
            let other = &found.unwrap().case;
            assert_eq!(other.consolidation.as_ref(), Some(group));
            assert_eq!(other.status, case.status);
            assert_eq!(other.associated_judge, case.associated_judge);
            assert_eq!(other.procedure_type, case.procedure_type);
            assert_eq!(other.preferred_trial_city, case.preferred_trial_city);
        }
        let alone = [
            CaseStatus::New,
            CaseStatus::NotAtIssue,
            CaseStatus::OnAppeal,
        ];
        assert!(!case.status.is_closed() && !alone.contains(&case.status));
    }
}
