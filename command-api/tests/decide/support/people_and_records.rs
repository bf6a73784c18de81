//! What always holds of a case's people and records (domain of the court, "A case").

use std::collections::BTreeSet;

use casefold_events::ContactId;
use casefold_events::vocabulary::{ContactType, CounselType};
use casefold_shared::case::Case;

pub(super) fn assert_invariants(case: &Case) {
    let intervenors = case
        .parties
        .iter()
        .filter(|contact| contact.contact_type == ContactType::Intervenor);
    assert!(intervenors.count() <= 1, "at most one intervenor");
    let mut users = BTreeSet::new();
    for counsel in &case.counsel {
        assert!(users.insert(&counsel.user_id), "counsel are there once");
        let represents_somebody = !counsel.representing.is_empty();
        let is_private = counsel.counsel_type == CounselType::PrivatePractitioner;
        assert_eq!(
            represents_somebody, is_private,
            "private practitioners represent somebody, the respondent's counsel nobody"
        );
        let is_there = |id: &ContactId| case.party(*id).is_some();
        assert!(counsel.representing.iter().all(is_there));
    }
    assert!(case.statistics.len() <= 12);
    let note = case.case_note.as_ref();
    assert!(note.is_none_or(|note| note.expose().chars().count() <= 9_000));
}
