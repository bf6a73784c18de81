//! Drafts of the court's documents, and the stamp on a motion, which makes one.

use casefold_events::case::docket::{
    DocketEntryEdited, DraftArchived, DraftSigned, DraftUnsigned, MotionStamped, Stamp,
};
use casefold_events::entry::{EventCode, Signature};
use casefold_events::{DocketEntryId, Personal, Timestamp};
use casefold_shared::case::{Case, DocketEntry};

use super::court_issued::court_rule;
use super::draft::{Draft, NewEntry, attach};
use super::entries::{OpenDraft, Recorded, find};
use super::intake::require_past;
use super::paper_filing::retype;
use crate::command::{
    ArchiveDraft, CreateDraftOrder, EditDraft, SignOrder, StampMotion, UnsignOrder,
};
use crate::refusal::Refusal;
use crate::rules::event_codes;

/// Somebody of the court keeps a draft with the case.
pub(super) fn create(
    case: &Case,
    body: &CreateDraftOrder,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let rule = court_rule(&body.event_code)?;
    let id = new_draft_id(case, body.draft, draft)?;
    let mut entry = NewEntry::of(body.event_code.clone(), rule.document_type, draft.at)
        .with_document(&body.document)
        .with(|entry| entry.judge = body.judge.clone());
    if let Some(title) = &body.title {
        entry = entry.titled(title.clone());
    }
    draft.keep_draft(id, entry);
    Ok(())
}

/// The id of a draft to be: the one that is asked for, or a new one.
fn new_draft_id(
    case: &Case,
    wanted: Option<DocketEntryId>,
    draft: &mut Draft<'_>,
) -> Result<DocketEntryId, Refusal> {
    match wanted {
        Some(id) if case.docket.entry(id).is_some() => Err(Refusal::DraftIdTaken),
        Some(id) => Ok(id),
        None => Ok(DocketEntryId(draft.id())),
    }
}

/// Somebody of the court edits a draft. What a judge has signed is not changed under the
/// signature.
pub(super) fn edit(case: &Case, body: &EditDraft, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let found = OpenDraft::require(case, body.draft)?.require_unsigned()?;
    let mut edited = found.entry().filed.clone();
    if let Some(code) = &body.event_code {
        retype(&mut edited, court_rule(code)?.document_type);
        edited.event_code = code.clone();
    }
    if let Some(title) = &body.title {
        edited.title = title.clone();
    }
    if let Some(document) = &body.document {
        attach(&mut edited, document);
    }
    edited.judge = body.judge.clone().or(edited.judge);
    if edited == found.entry().filed {
        return Err(Refusal::NothingToChange);
    }
    draft.event(DocketEntryEdited { entry: edited });
    Ok(())
}

/// A draft is signed in a judge's name.
pub(super) fn sign(
    case: &Case,
    body: &SignOrder,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let found = OpenDraft::require(case, body.draft)?.require_unsigned()?;
    require_past(body.signed_at, now, "signedAt")?;
    let document = body.document.as_ref().map(|document| document.reference());
    if document.is_none() && found.entry().filed.document.is_none() {
        return Err(Refusal::DraftHasNoFile);
    }
    draft.event(DraftSigned {
        docket_entry_id: body.draft,
        signature: Signature {
            signed_at: body.signed_at.unwrap_or(draft.at),
            signed_by: body.signed_by.clone(),
        },
        document,
    });
    Ok(())
}

/// A draft's signature is taken back.
pub(super) fn unsign(
    case: &Case,
    body: &UnsignOrder,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    OpenDraft::require(case, body.draft)?.require_signature()?;
    draft.event(DraftUnsigned {
        docket_entry_id: body.draft,
        document: body.document.as_ref().map(|document| document.reference()),
    });
    Ok(())
}

/// A draft is laid aside.
pub(super) fn archive(
    case: &Case,
    body: &ArchiveDraft,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    OpenDraft::require(case, body.draft)?;
    draft.event(DraftArchived {
        docket_entry_id: body.draft,
        archived_at: draft.at,
    });
    Ok(())
}

/// A judge stamps a motion, which makes a draft order that the judge has signed.
pub(super) fn stamp(case: &Case, body: &StampMotion, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Recorded(motion) = Recorded::require(find(case, body.docket_entry)?)?;
    if !event_codes::is_motion(&motion.filed.event_code) {
        return Err(Refusal::EntryNotMotion);
    }
    if motion.is_stricken() {
        return Err(Refusal::EntryStricken);
    }
    if motion
        .stamp
        .as_ref()
        .is_some_and(|stamp| holds(case, stamp))
    {
        return Err(Refusal::MotionAlreadyStamped);
    }
    let code = EventCode::order();
    let document_type = court_rule(&code)?.document_type;
    let id = new_draft_id(case, body.draft, draft)?;
    draft.event(MotionStamped {
        docket_entry_id: motion.id(),
        stamp: Stamp {
            disposition: body.disposition,
            stamped_at: draft.at,
            stamped_by: body.stamped_by.clone(),
            order: id,
            text: body.text.clone().map(Personal::new),
        },
    });
    let title = match &body.title {
        Some(title) => title.clone(),
        None => title_of_stamped(motion, body),
    };
    let signature = Signature {
        signed_at: draft.at,
        signed_by: body.stamped_by.clone(),
    };
    let order = NewEntry::of(code, document_type, draft.at)
        .with_document(&body.document)
        .titled(title)
        .with(|entry| {
            entry.judge = Some(body.stamped_by.clone());
            entry.signature = Some(signature);
        });
    draft.keep_draft(id, order);
    Ok(())
}

fn title_of_stamped(motion: &DocketEntry, body: &StampMotion) -> Personal<String> {
    let motion = motion.filed.title.expose();
    Personal::new(format!("Order on {motion}: {}", body.disposition))
}

/// Whether a stamp still counts: it does unless the order that it made was laid aside. (An
/// order that is not among the drafts is on the record.)
fn holds(case: &Case, stamp: &Stamp) -> bool {
    let mut drafts = case.docket.off_record().iter();
    !drafts.any(|entry| entry.id() == stamp.order && entry.archived_at.is_some())
}
