//! Which filings were checked, as the clerks' completed work says it.
//!
//! A work item of the court's system is a task about an entry of the docket; who completed
//! it has checked the entry. Work that is still to do is no event, and its items are kept
//! whole.

use std::collections::HashMap;

use casefold_events::case::docket::DocketEntryChecked;
use casefold_events::case::intake::PetitionChecked;
use casefold_events::{CaseEvent, DocketEntryId, DocketNumber, Timestamp};

use super::dates::read_date;
use super::door::DoorItem;
use super::finding::Finding;
use super::ids::id_in_case;
use super::reader::{NOT_RECORDED, Reader};
use super::timeline::{Kind, Timeline};

/// What a check needs to know of an entry that was filed.
#[derive(Clone, Copy)]
pub(super) struct Filed {
    /// Its place in time.
    pub(super) at: Timestamp,
    /// Whether it is the petition, which is checked by an event of its own.
    pub(super) is_petition: bool,
    /// Whether the history has its check already.
    pub(super) is_checked: bool,
}

/// Plans the check of every entry whose work is completed. The first one counts.
pub(super) fn plan(
    case: DocketNumber,
    work: &mut [DoorItem],
    entries: &mut HashMap<DocketEntryId, Filed>,
    timeline: &mut Timeline,
    findings: &mut Vec<Finding>,
) {
    let mut order: Vec<usize> = (0..work.len()).collect();
    order.sort_by_key(|at| (completed_at(&work[*at]), work[*at].about.sk.clone()));
    for at in order {
        work[at].read(findings, |reader| {
            let entry = entry_of(reader).map(|id| DocketEntryId(id_in_case(case, &id)));
            let filed = entry.and_then(|id| Some((id, entries.get_mut(&id)?)));
            let Some((docket_entry_id, filed)) = filed else {
                reader.unplaced("docketEntry", "the case has no such entry");
                return;
            };
            if filed.is_checked {
                return;
            }
            let Some(qc_at) = reader.time("completedAt") else {
                return;
            };
            filed.is_checked = true;
            let event: CaseEvent = if filed.is_petition {
                PetitionChecked {}.into()
            } else {
                let qc_by = reader.text("completedBy").unwrap_or_else(|| {
                    reader.supposed("completedBy", "who checked it is \"not recorded\"");
                    NOT_RECORDED.to_owned()
                });
                DocketEntryChecked {
                    docket_entry_id,
                    qc_at,
                    qc_by,
                }
                .into()
            };
            timeline.add_not_before(filed.at, Kind::Checking, "ImportCheck", qc_at, vec![event]);
        });
    }
}

fn completed_at(item: &DoorItem) -> Option<Timestamp> {
    read_date(item.fields.get("completedAt")?.as_str()?)
}

/// The entry that the work is about: a copy of it stands in the work item, under the names
/// of 2022 or of 2020.
fn entry_of(reader: &mut Reader<'_>) -> Option<String> {
    let mut of = |name: &str, field: &str| {
        let id = |entry: &mut Reader<'_>| entry.peek_text(field).map(str::to_owned);
        reader.within(name, id).flatten()
    };
    of("docketEntry", "docketEntryId").or_else(|| of("document", "documentId"))
}
