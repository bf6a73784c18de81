//! What a clerk does about an entry on the record besides serving it: correcting what is
//! said of it, checking it, settling what was to be done about it.

use casefold_events::case::docket::{DocketEntryChecked, DocketEntryEdited, PendingItemRemoved};
use casefold_events::{Timestamp, entry::FiledEntry};
use casefold_shared::case::{Case, DocketEntry};

use super::Actor;
use super::actor::name_on_record;
use super::draft::Draft;
use super::entries::{Recorded, find, origin_of, require_filed_by};
use super::intake::require_past;
use super::paper_filing::{refuse_given, require_since_petition, retype, set_filers};
use crate::command::{CompleteQc, EditDocketEntryMeta, RemovePendingItem};
use crate::refusal::Refusal;
use crate::rules::event_codes::Origin;

/// A docket clerk corrects what the record says of an entry, served or not (domain of the
/// court, "docket": a served one is edited only in its meta-data).
pub(super) fn edit(
    case: &Case,
    body: &EditDocketEntryMeta,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let Recorded(entry) = Recorded::require(find(case, body.docket_entry)?)?;
    if entry.is_stricken() {
        return Err(Refusal::EntryStricken);
    }
    require_filed_by(entry, body.effective_at)?;
    require_own_fields(entry, body)?;
    let mut edited = entry.filed.clone();
    if let Some(words) = &body.document_type {
        retype(&mut edited, words);
    }
    if let Some(title) = &body.title {
        edited.title = title.clone();
    }
    if let Some(filing_date) = body.filing_date {
        require_past(Some(filing_date), now, "filingDate")?;
        require_since_petition(case, filing_date, "filingDate")?;
        edited.filing_date = filing_date;
        require_filed_before_service(entry, &edited)?;
    }
    if let Some(filed_by) = &body.filed_by {
        set_filers(&mut edited, case, filed_by)?;
    }
    edited.objections = body.objections.or(edited.objections);
    edited.lodged = body.lodged.unwrap_or(edited.lodged);
    edited.number_of_pages = body.number_of_pages.or(edited.number_of_pages);
    edited.judge = body.judge.clone().or(edited.judge);
    if edited == entry.filed {
        return Err(Refusal::NothingToChange);
    }
    draft.event(DocketEntryEdited { entry: edited });
    Ok(())
}

/// What there is to an entry depends on where it comes from.
fn require_own_fields(entry: &DocketEntry, body: &EditDocketEntryMeta) -> Result<(), Refusal> {
    if entry.filed.document.is_none() {
        refuse_given(&[("numberOfPages", body.number_of_pages.is_some())])?;
    }
    let of_filings = [
        ("filedBy", body.filed_by.is_some()),
        ("objections", body.objections.is_some()),
        ("lodged", body.lodged.is_some()),
    ];
    match origin_of(entry) {
        Origin::Party { .. } => Ok(()),
        Origin::Court { .. } | Origin::Automatic => refuse_given(&of_filings),
        Origin::Petition => {
            refuse_given(&[("filingDate", body.filing_date.is_some())])?;
            refuse_given(&of_filings)
        }
    }
}

fn require_filed_before_service(entry: &DocketEntry, edited: &FiledEntry) -> Result<(), Refusal> {
    let served_at = entry.service.as_ref().map(|service| service.served_at);
    if served_at.is_some_and(|served_at| served_at < edited.filing_date) {
        return Err(Refusal::FiledAfterService);
    }
    Ok(())
}

/// A clerk has checked what a party filed electronically.
pub(super) fn check(
    case: &Case,
    body: &CompleteQc,
    actor: &Actor,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let Recorded(entry) = Recorded::require(find(case, body.docket_entry)?)?;
    if !entry.is_filed_electronically() {
        return Err(Refusal::EntryNotToCheck);
    }
    if entry.checked.is_some() {
        return Err(Refusal::EntryAlreadyChecked);
    }
    if entry.is_stricken() {
        return Err(Refusal::EntryStricken);
    }
    require_filed_by(entry, body.effective_at)?;
    draft.event(DocketEntryChecked {
        docket_entry_id: entry.id(),
        qc_at: draft.at,
        qc_by: name_on_record(actor),
    });
    Ok(())
}

/// Nothing is to be done about an entry any more.
pub(super) fn settle(
    case: &Case,
    body: &RemovePendingItem,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let Recorded(entry) = Recorded::require(find(case, body.docket_entry)?)?;
    if !entry.filed.pending {
        return Err(Refusal::EntryNotPending);
    }
    require_filed_by(entry, body.effective_at)?;
    draft.event(PendingItemRemoved {
        docket_entry_id: entry.id(),
    });
    Ok(())
}
