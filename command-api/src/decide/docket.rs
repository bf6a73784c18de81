//! Filing, serving, striking and sealing docket entries.

use casefold_events::case::docket::{DocketEntrySealed, DocketEntryStricken, DocketEntryUnsealed};
use casefold_events::entry::EventCode;
use casefold_events::vocabulary::ServedPartiesCode;
use casefold_events::{ContactId, Personal};
use casefold_shared::case::Case;

use super::Actor;
use super::actor::{RESPONDENT_AS_FILER, Side, as_filer, name_on_record, require_served};
use super::draft::{Draft, NewEntry};
use super::entries::{Recorded, Servable, find, origin_of, require_filed_by};
use super::parties::find_contact;
use super::served;
use crate::command::{
    ContactRef, Filing, InvalidField, SealDocketEntry, ServeDocument, StrikeDocketEntry,
    UnsealDocketEntry,
};
use crate::refusal::Refusal;
use crate::rules::event_codes::{self, Filer, FollowUp, Origin};

/// A party files a document in its own case. A closed case takes filings, too: a motion to
/// vacate a decision comes after it.
pub(super) fn file(
    case: &Case,
    filing: &Filing<'_>,
    actor: &Actor,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let side = Side::require(case, actor)?;
    let filed_by = filers(case, side, filing.filers, actor)?;
    file_as(case, filing, side, filed_by, draft)
}

/// Files a document of somebody who is on a side, in the name of some.
pub(super) fn file_as(
    case: &Case,
    filing: &Filing<'_>,
    side: Side<'_>,
    filed_by: FiledBy,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_served(case)?;
    let filing_side = match side {
        Side::Respondent => FilingSide::Respondent,
        Side::Contact(_) | Side::PetitionersCounsel(_) => FilingSide::Others,
    };
    let follow_up = follow_up(filing.event_code, filing_side)?;
    let document_type = document_type(filing.document_type, filing.event_code)?;
    let mut entry = NewEntry::of(filing.event_code.clone(), document_type, draft.at)
        .with_document(filing.document)
        .with(|entry| {
            entry.filed_by = Some(filed_by.text);
            entry.filers = filed_by.contacts;
            entry.lodged = filing.lodged;
            entry.objections = filing.objections;
            entry.pending = follow_up == FollowUp::Pending;
        });
    if let Some(title) = filing.title {
        entry = entry.titled(title.clone());
    }
    draft.record(entry);
    Ok(())
}

/// Who files, as the record says it.
pub(super) struct FiledBy {
    pub(super) text: Personal<String>,
    pub(super) contacts: Vec<ContactId>,
}

/// Which side files a document, as far as the codes ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilingSide {
    /// The respondent, and nobody with it.
    Respondent,
    /// Others, with it or without.
    Others,
}

/// In whose names somebody files.
pub(super) fn filers(
    case: &Case,
    side: Side<'_>,
    named: &[ContactRef],
    actor: &Actor,
) -> Result<FiledBy, Refusal> {
    let mut named_ids = Vec::with_capacity(named.len());
    for contact in named {
        named_ids.push(find_contact(case, *contact)?.contact_id);
    }
    let contacts = match side {
        Side::Respondent if named_ids.is_empty() => {
            return Ok(FiledBy {
                text: RESPONDENT_AS_FILER.into(),
                contacts: Vec::new(),
            });
        }
        Side::Respondent => return Err(Refusal::FilerNotRepresented),
        Side::Contact(own) if named_ids.is_empty() => vec![own.contact_id],
        // A petitioner may file with others, such as a spouse, and not without themselves.
        Side::Contact(own) if named_ids.contains(&own.contact_id) => named_ids,
        Side::Contact(_) => return Err(Refusal::FilerNotRepresented),
        Side::PetitionersCounsel(counsel) if named_ids.is_empty() => counsel.representing.clone(),
        Side::PetitionersCounsel(counsel) => {
            if named_ids
                .iter()
                .any(|id| !counsel.representing.contains(id))
            {
                return Err(Refusal::FilerNotRepresented);
            }
            named_ids
        }
    };
    let names: Vec<_> = contacts
        .iter()
        .filter_map(|id| case.party(*id))
        .map(as_filer)
        .collect();
    let text = if names.is_empty() {
        own_name(side, actor)
    } else {
        names.join(" & ")
    };
    Ok(FiledBy {
        text: Personal::new(text),
        contacts,
    })
}

/// Who files in a case of a group by their standing in another case of it: they have no
/// contact here, and the record says who they are there.
pub(super) fn filers_from_elsewhere(elsewhere: &FiledBy) -> FiledBy {
    FiledBy {
        text: elsewhere.text.clone(),
        contacts: Vec::new(),
    }
}

fn own_name(side: Side<'_>, actor: &Actor) -> String {
    match side {
        Side::PetitionersCounsel(counsel) => counsel.name.expose().clone(),
        Side::Contact(contact) => as_filer(contact),
        Side::Respondent => actor.user_id.to_string(),
    }
}

/// Whether something is to be done about a filing of this code.
///
/// # Errors
/// [`Refusal::EventCodeNotFilable`] where no party files it, and
/// [`Refusal::AnswerNotRespondents`] where this side doesn't.
pub(super) fn follow_up(code: &EventCode, side: FilingSide) -> Result<FollowUp, Refusal> {
    match event_codes::origin(code) {
        Origin::Party { follow_up, filer } => match (filer, side) {
            (Filer::AnyParty, _) | (Filer::Respondent, FilingSide::Respondent) => Ok(follow_up),
            (Filer::Respondent, FilingSide::Others) => Err(Refusal::AnswerNotRespondents),
        },
        Origin::Petition | Origin::Automatic | Origin::Court { .. } => {
            Err(Refusal::EventCodeNotFilable { code: code.clone() })
        }
    }
}

/// The kind of document, in words: those that are given, or the court's.
pub(super) fn document_type<'a>(
    given: Option<&'a str>,
    code: &EventCode,
) -> Result<&'a str, Refusal> {
    let words = given.or_else(|| event_codes::document_type(code));
    words.ok_or_else(|| {
        invalid(
            "documentType",
            "is missing; the court has no words for this code",
        )
    })
}

/// A clerk serves a filed document on everybody in the case.
pub(super) fn serve(
    case: &Case,
    body: &ServeDocument,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_served(case)?;
    let entry = find(case, body.docket_entry)?;
    let recorded = Recorded::require(entry)?;
    match origin_of(entry) {
        Origin::Petition => return Err(Refusal::EntryIsPetition),
        Origin::Court { .. } => return Err(Refusal::EntryIsCourtIssued),
        Origin::Automatic | Origin::Party { .. } => {}
    }
    let servable = Servable::require(recorded)?;
    require_filed_by(entry, body.effective_at)?;
    draft.serve(
        servable.id(),
        served::on_both(case),
        ServedPartiesCode::Both,
    );
    Ok(())
}

/// A clerk strikes an entry from the record.
pub(super) fn strike(
    case: &Case,
    body: &StrikeDocketEntry,
    actor: &Actor,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let Recorded(entry) = Recorded::require(find(case, body.docket_entry)?)?;
    if entry.is_stricken() {
        return Err(Refusal::EntryAlreadyStricken);
    }
    require_filed_by(entry, body.effective_at)?;
    draft.event(DocketEntryStricken {
        docket_entry_id: entry.id(),
        stricken_at: draft.at,
        stricken_by: name_on_record(actor),
    });
    Ok(())
}

/// A clerk seals an entry, or changes from whom it is sealed.
pub(super) fn seal(
    case: &Case,
    body: &SealDocketEntry,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let entry = find(case, body.docket_entry)?;
    if entry.sealed_to == Some(body.sealed_to) {
        return Err(Refusal::EntryAlreadySealed);
    }
    require_filed_by(entry, body.effective_at)?;
    draft.event(DocketEntrySealed {
        docket_entry_id: entry.id(),
        sealed_to: body.sealed_to,
    });
    Ok(())
}

/// A clerk unseals an entry.
pub(super) fn unseal(
    case: &Case,
    body: &UnsealDocketEntry,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let entry = find(case, body.docket_entry)?;
    if entry.sealed_to.is_none() {
        return Err(Refusal::EntryNotSealed);
    }
    require_filed_by(entry, body.effective_at)?;
    draft.event(DocketEntryUnsealed {
        docket_entry_id: entry.id(),
    });
    Ok(())
}

/// A field that the rules, and not its form, are against.
pub(super) fn invalid(path: impl Into<String>, problem: &str) -> Refusal {
    InvalidField {
        path: path.into(),
        problem: problem.to_owned(),
    }
    .into()
}
