//! The case projection: the denormalized case, by the one fold of
//! [`Case`](casefold_shared::case::Case).
//!
//! A snapshot is folded on with only the docket entries loaded that the commits touch. Which
//! those are is decided here; fetching them is the folder's work ([`crate::fold`]).

use std::collections::HashSet;

use casefold_events::{CaseEvent, Commit, DocketEntryId};

/// The docket entries that must be loaded before these commits are folded in this order:
/// those that an event changes and that none of the commits files before. A commit that
/// can't be understood asks for none: it won't be folded.
pub fn entries_changed<'a>(
    commits: impl IntoIterator<Item = &'a Commit>,
) -> HashSet<DocketEntryId> {
    let mut filed = HashSet::new();
    let mut changed = HashSet::new();
    let events = commits
        .into_iter()
        .flat_map(|commit| commit.decode().unwrap_or_default());
    for event in events {
        let Some(id) = event.docket_entry_id() else {
            continue;
        };
        if matches!(event, CaseEvent::DocketEntryFiled(_)) {
            filed.insert(id);
        } else if !filed.contains(&id) {
            changed.insert(id);
        }
    }
    changed
}
