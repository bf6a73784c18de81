//! Serving a petition on the respondent.

use casefold_events::case::intake::PetitionServed;
use casefold_events::entry::AutomaticCode;
use casefold_events::vocabulary::{CaseStatus, ServedPartiesCode};
use casefold_shared::case::{Case, DocketEntry};

use super::actor::is_served;
use super::draft::Draft;
use super::entries::find;
use super::{caption, served, status};
use crate::command::EntryRef;
use crate::refusal::Refusal;
use crate::rules::statuses::Cause;

/// A petitions clerk serves a petition: its papers go to the respondent, the petitioners are
/// told that it was received, and what was corrected since it was filed is noted (domain of
/// the court, "intake").
pub(super) fn serve(case: &Case, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if is_served(case) {
        return Err(Refusal::PetitionAlreadyServed);
    }
    if case.petition_checked_at.is_none() {
        return Err(Refusal::PetitionNotChecked);
    }
    let petition = petition_entry(case)?;
    draft.event(PetitionServed {
        served_at: draft.at,
    });
    serve_paper(case, petition, draft);
    for paper in other_papers(case) {
        serve_paper(case, paper, draft);
    }
    status::change(case, CaseStatus::NotAtIssue, Cause::PetitionServed, draft)?;
    let title = "Notice of Receipt of Petition".to_owned();
    let receipt = draft.minute(AutomaticCode::NoticeOfReceipt, title);
    draft.serve(
        receipt,
        served::on_petitioners(case),
        ServedPartiesCode::Petitioner,
    );
    if case.caption != case.initial_caption {
        caption::note_amended(&case.initial_caption, &case.caption, draft);
    }
    caption::note_renumbered(case, case.initial_docket_number_suffix, draft);
    Ok(())
}

/// The petition itself, fit to be served.
fn petition_entry(case: &Case) -> Result<&DocketEntry, Refusal> {
    let petition = find(case, EntryRef::Index(1))?;
    if petition.filed.event_code != AutomaticCode::Petition {
        return Err(Refusal::EntryNotFound {
            entry: EntryRef::Index(1),
        });
    }
    if petition.is_stricken() {
        return Err(Refusal::EntryStricken);
    }
    if petition.is_served() {
        return Err(Refusal::EntryAlreadyServed);
    }
    if petition.filed.document.is_none() {
        return Err(Refusal::EntryHasNoFile);
    }
    Ok(petition)
}

/// The request for place of trial and the statement of taxpayer identification, as far as
/// they are there to be served: a statement without its document is not.
fn other_papers(case: &Case) -> impl Iterator<Item = &DocketEntry> {
    let request = case
        .docket
        .entry_at(2)
        .filter(|entry| entry.filed.event_code == AutomaticCode::RequestForPlaceOfTrial);
    let statement =
        case.docket.off_record().iter().filter(|entry| {
            entry.filed.event_code == AutomaticCode::StatementOfTaxpayerIdentification
        });
    request.into_iter().chain(statement).filter(|entry| {
        let has_content = entry.filed.document.is_some() || entry.filed.is_minute_entry;
        has_content && !entry.is_served() && !entry.is_stricken()
    })
}

fn serve_paper(case: &Case, entry: &DocketEntry, draft: &mut Draft<'_>) {
    draft.serve(
        entry.id(),
        served::on_respondent(case),
        ServedPartiesCode::Respondent,
    );
}
