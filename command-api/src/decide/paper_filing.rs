//! Filings that came on paper: entering them, and editing them until they are served.

use casefold_events::case::docket::DocketEntryEdited;
use casefold_events::entry::FiledEntry;
use casefold_events::{Personal, Timestamp};
use casefold_shared::case::{Case, DocketEntry};

use super::actor::{RESPONDENT_AS_FILER, as_filer, require_served};
use super::docket::{FiledBy, FilingSide, document_type, follow_up};
use super::draft::{Draft, NewEntry, attach};
use super::entries::{find, origin_of, require_filed_by};
use super::intake::require_past;
use super::parties::find_contact;
use crate::command::{EditPaperFiling, Filers, PaperFiling};
use crate::refusal::Refusal;
use crate::rules::event_codes::{FollowUp, Origin};

/// A clerk enters a document of a party that came on paper.
pub(super) fn add(
    case: &Case,
    filing: &PaperFiling<'_>,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let filed_by = filers(case, filing.filed_by)?;
    add_as(case, filing, filed_by, now, draft)
}

/// Enters a document in the name of some. It holds from its receipt, which is its date of
/// filing.
pub(super) fn add_as(
    case: &Case,
    filing: &PaperFiling<'_>,
    filed_by: FiledBy,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_served(case)?;
    let follow_up = follow_up(filing.event_code, side_of(filing.filed_by))?;
    let document_type = document_type(filing.document_type, filing.event_code)?;
    if let Some(received_at) = filing.received_at {
        require_receivable(case, received_at, now)?;
        draft.hold_from(received_at);
    }
    let mut entry =
        NewEntry::of(filing.event_code.clone(), document_type, draft.at).with(|entry| {
            entry.is_paper = true;
            entry.filed_by = Some(filed_by.text);
            entry.filers = filed_by.contacts;
            entry.lodged = filing.lodged;
            entry.objections = filing.objections;
            entry.pending = follow_up == FollowUp::Pending;
        });
    if let Some(title) = filing.title {
        entry = entry.titled(title.clone());
    }
    if let Some(document) = filing.document {
        entry = entry.with_document(document);
    }
    draft.record(entry);
    Ok(())
}

/// A clerk edits a filing that came on paper and is not served yet. The papers of a petition
/// that was entered without its scans get them this way.
pub(super) fn edit(
    case: &Case,
    body: &EditPaperFiling,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let entry = find(case, body.docket_entry)?;
    require_editable(entry)?;
    require_filed_by(entry, body.effective_at)?;
    require_own_fields(entry, body)?;
    let mut edited = entry.filed.clone();
    recode(&mut edited, body)?;
    if let Some(title) = &body.title {
        edited.title = title.clone();
    }
    if let Some(given) = &body.filed_by {
        set_filers(&mut edited, case, given)?;
    }
    if let Some(received_at) = body.received_at {
        require_receivable(case, received_at, now)?;
        edited.filing_date = received_at;
        edited.received_at = received_at;
    }
    if let Some(document) = &body.document {
        attach(&mut edited, document);
        // A request for place of trial without a scan is a note until it has one.
        edited.is_minute_entry = false;
    }
    edited.lodged = body.lodged.unwrap_or(edited.lodged);
    edited.objections = body.objections.or(edited.objections);
    if edited == entry.filed {
        return Err(Refusal::NothingToChange);
    }
    draft.event(DocketEntryEdited { entry: edited });
    Ok(())
}

/// An unserved filing alone can be edited (domain of the court, "docket").
fn require_editable(entry: &DocketEntry) -> Result<(), Refusal> {
    if entry.filed.is_draft {
        return Err(Refusal::EntryIsDraft);
    }
    if !entry.filed.is_paper {
        return Err(Refusal::EntryNotPaper);
    }
    if entry.is_stricken() {
        return Err(Refusal::EntryStricken);
    }
    if entry.is_served() {
        return Err(Refusal::ServedEntryNotEditable);
    }
    Ok(())
}

/// What kind of papers a petition has, who filed them and when follows from the petition.
fn require_own_fields(entry: &DocketEntry, body: &EditPaperFiling) -> Result<(), Refusal> {
    let given = [
        ("eventCode", body.event_code.is_some()),
        ("documentType", body.document_type.is_some()),
        ("filedBy", body.filed_by.is_some()),
        ("receivedAt", body.received_at.is_some()),
        ("lodged", body.lodged.is_some()),
        ("objections", body.objections.is_some()),
    ];
    let refused = match origin_of(entry) {
        Origin::Petition => given.as_slice(),
        Origin::Automatic | Origin::Court { .. } | Origin::Party { .. } => &[],
    };
    refuse_given(refused)
}

/// Refuses the first field of these that is given.
pub(super) fn refuse_given(fields: &[(&'static str, bool)]) -> Result<(), Refusal> {
    match fields.iter().find(|(_, given)| *given) {
        Some((field, _)) => Err(Refusal::FieldNotEditable { field }),
        None => Ok(()),
    }
}

/// Another kind of document: what follows from its code follows anew.
fn recode(edited: &mut FiledEntry, body: &EditPaperFiling) -> Result<(), Refusal> {
    let given = body.document_type.as_deref();
    let Some(code) = body
        .event_code
        .as_ref()
        .filter(|code| **code != edited.event_code)
    else {
        if let Some(words) = given {
            retype(edited, words);
        }
        return Ok(());
    };
    let side = body
        .filed_by
        .as_ref()
        .map_or_else(|| side_of_entry(edited), side_of);
    edited.pending = follow_up(code, side)? == FollowUp::Pending;
    retype(edited, document_type(given, code)?);
    edited.event_code = code.clone();
    Ok(())
}

/// Another kind of document, in words. A title that said no more than the kind says the new
/// one.
pub(super) fn retype(edited: &mut FiledEntry, document_type: &str) {
    if *edited.title.expose() == edited.document_type {
        edited.title = Personal::new(document_type.to_owned());
    }
    document_type.clone_into(&mut edited.document_type);
}

/// Says anew who filed a document.
///
/// # Errors
/// [`Refusal::AnswerNotRespondents`] where they don't file such a document, and
/// [`Refusal::FieldNotEditable`] where nobody but the court does.
pub(super) fn set_filers(
    edited: &mut FiledEntry,
    case: &Case,
    given: &Filers,
) -> Result<(), Refusal> {
    let filed_by = filers(case, given)?;
    follow_up(&edited.event_code, side_of(given))?;
    edited.filed_by = Some(filed_by.text);
    edited.filers = filed_by.contacts;
    Ok(())
}

/// Who filed a document, as the record says it.
fn filers(case: &Case, given: &Filers) -> Result<FiledBy, Refusal> {
    let mut contacts = Vec::with_capacity(given.contacts.len());
    for contact in &given.contacts {
        contacts.push(find_contact(case, *contact)?);
    }
    Ok(FiledBy {
        text: names(given, contacts.iter().map(|contact| as_filer(contact))),
        contacts: contacts
            .into_iter()
            .map(|contact| contact.contact_id)
            .collect(),
    })
}

/// The names of those who filed a document, the contacts among them being these.
pub(super) fn names(given: &Filers, contacts: impl Iterator<Item = String>) -> Personal<String> {
    let respondent = given.respondent.then(|| RESPONDENT_AS_FILER.to_owned());
    let other = given.other.as_ref().map(|other| other.expose().clone());
    let names: Vec<_> = respondent
        .into_iter()
        .chain(contacts)
        .chain(other)
        .collect();
    Personal::new(names.join(" & "))
}

fn side_of(filers: &Filers) -> FilingSide {
    if filers.is_respondent_alone() {
        FilingSide::Respondent
    } else {
        FilingSide::Others
    }
}

/// The side that filed an entry. That the respondent did stands on the record in words alone,
/// for it is no contact.
fn side_of_entry(entry: &FiledEntry) -> FilingSide {
    let by = entry.filed_by.as_ref().map(|by| by.expose().as_str());
    if entry.filers.is_empty() && by == Some(RESPONDENT_AS_FILER) {
        FilingSide::Respondent
    } else {
        FilingSide::Others
    }
}

/// Lets a time pass at which a document of a case can have reached the court.
fn require_receivable(case: &Case, received_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    require_past(Some(received_at), now, "receivedAt")?;
    require_since_petition(case, received_at, "receivedAt")
}

/// Lets a time pass that is not before the petition.
///
/// # Errors
/// [`Refusal::TimeTooEarly`] where it is.
pub(super) fn require_since_petition(
    case: &Case,
    at: Timestamp,
    field: &'static str,
) -> Result<(), Refusal> {
    let earliest = case.received_at;
    if at < earliest {
        return Err(Refusal::TimeTooEarly { field, earliest });
    }
    Ok(())
}
