//! Documents of the court.

use casefold_events::entry::{EventCode, Signature};
use casefold_events::vocabulary::ServedPartiesCode;
use casefold_events::{DocketEntryId, Timestamp};
use casefold_shared::case::Case;

use super::actor::require_served;
use super::docket::invalid;
use super::draft::{Draft, NewEntry};
use super::entries::{OpenDraft, Recorded, Servable, find, origin_of, require_filed_by};
use super::intake::require_past;
use super::standing::require_unconsolidated;
use super::{served, status as case_status};
use crate::command::{Attachment, CourtDocument, CourtSource, ServeCourtIssuedDocument};
use crate::refusal::Refusal;
use crate::rules::event_codes::{self, Effect, Origin, SignatureRule};
use crate::rules::statuses::Cause;

/// The rules of a code of the court's own documents.
pub(super) struct CourtRule {
    /// The kind of document, in words.
    pub(super) document_type: &'static str,
    signature: SignatureRule,
    effect: Effect,
}

/// The rules of a code of the court's own documents.
///
/// # Errors
/// [`Refusal::EventCodeNotCourtIssued`] where it is none.
pub(super) fn court_rule(code: &EventCode) -> Result<CourtRule, Refusal> {
    let rule = event_codes::rule(code).and_then(|rule| match rule.origin {
        Origin::Court { signature, effect } => Some(CourtRule {
            document_type: rule.document_type,
            signature,
            effect,
        }),
        Origin::Petition | Origin::Automatic | Origin::Party { .. } => None,
    });
    rule.ok_or_else(|| Refusal::EventCodeNotCourtIssued { code: code.clone() })
}

/// A clerk puts a document of the court on the record: a draft, which keeps its id, or one
/// that comes with the command.
pub(super) fn file(
    case: &Case,
    body: &CourtDocument<'_>,
    effective_at: Option<Timestamp>,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    match body.source()? {
        CourtSource::Document {
            event_code,
            document,
        } => {
            let entry = of_document(case, body, event_code, document, now, draft.at)?;
            draft.record(entry);
        }
        CourtSource::Draft(id) => {
            require_served(case)?;
            let entry = of_draft(case, id, body, effective_at, draft.at)?;
            draft.record_as(id, entry);
        }
    }
    Ok(())
}

/// A draft of another case of the group goes on the record of this one as an entry of its
/// own.
pub(super) fn copy(
    case: &Case,
    other: &Case,
    body: &CourtDocument<'_>,
    effective_at: Option<Timestamp>,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_served(case)?;
    if let CourtSource::Draft(id) = body.source()? {
        let entry = of_draft(other, id, body, effective_at, draft.at)?;
        draft.record(entry);
    }
    Ok(())
}

/// The entry that a document becomes which comes with the command.
fn of_document(
    case: &Case,
    body: &CourtDocument<'_>,
    code: &EventCode,
    document: &Attachment,
    now: Timestamp,
    at: Timestamp,
) -> Result<NewEntry, Refusal> {
    let rule = court_rule(code)?;
    require_served(case)?;
    if rule.signature == SignatureRule::Required && body.signed_by.is_none() {
        return Err(Refusal::SignatureMissing { code: code.clone() });
    }
    require_past(body.signed_at, now, "signedAt")?;
    let due = due_of(rule.effect, code, body.due, at)?;
    let signature = body.signed_by.cloned().map(|signed_by| Signature {
        signed_at: body.signed_at.unwrap_or(at),
        signed_by,
    });
    let entry = NewEntry::of(code.clone(), rule.document_type, at)
        .with_document(document)
        .with(|entry| {
            entry.judge = body.signed_by.cloned();
            entry.due = due;
            entry.signature = signature;
        });
    Ok(match body.title {
        Some(title) => entry.titled(title.clone()),
        None => entry,
    })
}

/// The entry that a draft becomes. It brings its signature and its document along.
fn of_draft(
    case: &Case,
    id: DocketEntryId,
    body: &CourtDocument<'_>,
    effective_at: Option<Timestamp>,
    at: Timestamp,
) -> Result<NewEntry, Refusal> {
    let found = OpenDraft::require(case, id)?;
    require_filed_by(found.entry(), effective_at)?;
    let drafted = &found.entry().filed;
    let code = body.event_code.unwrap_or(&drafted.event_code);
    let rule = court_rule(code)?;
    if rule.signature == SignatureRule::Required {
        found.require_signature()?;
    }
    if drafted.document.is_none() {
        return Err(Refusal::DraftHasNoFile);
    }
    let due = due_of(rule.effect, code, body.due, at)?;
    let entry = NewEntry::of(code.clone(), rule.document_type, at).with(|entry| {
        let signed_by = drafted.signature.as_ref().map(|it| it.signed_by.clone());
        entry.judge = signed_by.or_else(|| drafted.judge.clone());
        entry.due = due;
        entry.signature = drafted.signature.clone();
        entry.number_of_pages = drafted.number_of_pages;
        entry.document = drafted.document.clone();
    });
    // A title that said no more than the kind of document follows the kind.
    let has_own_title = *drafted.title.expose() != drafted.document_type;
    Ok(match body.title {
        Some(title) => entry.titled(title.clone()),
        None if has_own_title => entry.titled(drafted.title.clone()),
        None => entry,
    })
}

/// The date by which an order wants something done: there where, and only where, the order
/// is one that sets a date (domain of the court, "The docket record").
fn due_of(
    effect: Effect,
    code: &EventCode,
    due: Option<Timestamp>,
    at: Timestamp,
) -> Result<Option<Timestamp>, Refusal> {
    let code = || code.clone();
    match (effect, due) {
        (Effect::SetsDeadline, None) => Err(Refusal::DueMissing { code: code() }),
        (Effect::SetsDeadline, Some(due)) if due <= at => {
            Err(invalid("due", "is not after the order is filed"))
        }
        (Effect::SetsDeadline, Some(_)) | (Effect::Closes(_) | Effect::None, None) => Ok(due),
        (Effect::Closes(_) | Effect::None, Some(_)) => Err(Refusal::DueNotTaken { code: code() }),
    }
}

/// A clerk serves a document of the court on everybody in the case. A decision or an order of
/// dismissal closes it, unless it is closed.
pub(super) fn serve(
    case: &Case,
    body: &ServeCourtIssuedDocument,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_served(case)?;
    let entry = find(case, body.docket_entry)?;
    let recorded = Recorded::require(entry)?;
    let Origin::Court { effect, .. } = origin_of(entry) else {
        return Err(Refusal::EntryNotCourtIssued);
    };
    let servable = Servable::require(recorded)?;
    require_filed_by(entry, body.effective_at)?;
    draft.serve(
        servable.id(),
        served::on_both(case),
        ServedPartiesCode::Both,
    );
    match effect {
        Effect::Closes(status) if !case.status.is_closed() => {
            require_unconsolidated(case)?;
            case_status::change(case, status, Cause::DecisionServed, draft)?;
        }
        Effect::Closes(_) | Effect::SetsDeadline | Effect::None => {}
    }
    Ok(())
}
