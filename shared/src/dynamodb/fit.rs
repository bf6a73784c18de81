//! Whether what changed in a case fits into one step, by an estimate that needs no I/O and
//! writes nothing down.

use casefold_events::Version;

use super::layout;
use super::write::{MAX_TRANSACTION_BYTES, MAX_TRANSACTION_ITEMS};
use crate::case::{Case, DocketEntry};

/// What one step holds at most by our own estimate: half of the bytes that a transaction
/// takes, and two thirds of its items. The rest is room for one more commit, which is 400 KB
/// at most; the pages that it touches are the most of it.
const FITTING_BYTES: usize = MAX_TRANSACTION_BYTES / 2;
const FITTING_ITEMS: usize = MAX_TRANSACTION_ITEMS * 2 / 3;

/// What an entry that is not loaded is estimated at, in bytes.
const UNKNOWN_ENTRY_BYTES: usize = 8 * 1024;

/// See [`SnapshotStore::case_put_fits`](crate::gateway::SnapshotStore::case_put_fits).
pub(super) fn fits(case: &Case, base: Version) -> bool {
    let changes = layout::changes(case, base);
    let last_index = case.docket.last_index();
    // A case that can't be written as JSON is refused when it is put.
    let case_bytes = serde_json::to_vec(case).map_or(0, |body| body.len());
    let header_bytes = case_bytes + weight(case.docket.off_record());
    let pages: usize = changes
        .pages
        .iter()
        .flat_map(|page| layout::indexes_of(*page, last_index))
        .map(|index| {
            case.docket
                .entry_at(index)
                .map_or(UNKNOWN_ENTRY_BYTES, entry_weight)
        })
        .sum();
    let inline = if layout::is_paged(last_index) {
        0
    } else {
        weight(case.docket.on_record())
    };
    let bytes = header_bytes + inline + pages;
    let items = 1 + bytes / layout::MAX_PART_BYTES + changes.pages.len() + changes.directory.len();
    items <= FITTING_ITEMS && bytes <= FITTING_BYTES
}

fn weight<'a>(entries: impl IntoIterator<Item = &'a DocketEntry>) -> usize {
    entries.into_iter().map(entry_weight).sum()
}

/// About how many bytes an entry takes, rather more than less, without writing it.
fn entry_weight(entry: &DocketEntry) -> usize {
    let filed = &entry.filed;
    let served = entry
        .service
        .iter()
        .flat_map(|service| &service.served_parties);
    let served: usize = served
        .map(|party| {
            64 + party.name.expose().len()
                + party.email.as_ref().map_or(0, |email| email.expose().len())
        })
        .sum();
    1_024
        + filed.title.expose().len()
        + filed.document_type.len()
        + filed.filed_by.as_ref().map_or(0, |by| by.expose().len())
        + filed.filers.len() * 40
        + filed
            .document
            .as_ref()
            .map_or(0, |document| document.key.len())
        + served
}
