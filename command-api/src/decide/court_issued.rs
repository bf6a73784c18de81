//! Documents of the court.

use casefold_events::Timestamp;
use casefold_events::case::standing::CaseStatusChanged;
use casefold_events::entry::Signature;
use casefold_events::vocabulary::ServedPartiesCode;
use casefold_shared::case::Case;

use super::actor::require_served;
use super::draft::{Draft, NewEntry};
use super::entries::{Recorded, Servable, find, origin_of, require_filed_by};
use super::served;
use super::standing::require_unconsolidated;
use crate::command::{FileCourtIssuedDocument, ServeCourtIssuedDocument};
use crate::refusal::Refusal;
use crate::rules::event_codes::{self, Effect, Origin, SignatureRule};

/// A clerk puts a document of the court on the record.
pub(super) fn file(
    case: &Case,
    body: &FileCourtIssuedDocument,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let code = &body.event_code;
    let Some((rule, signature_rule)) = event_codes::rule(code).and_then(|rule| match rule.origin {
        Origin::Court { signature, .. } => Some((rule, signature)),
        Origin::Petition | Origin::Automatic | Origin::Party { .. } => None,
    }) else {
        return Err(Refusal::EventCodeNotCourtIssued { code: code.clone() });
    };
    require_served(case)?;
    if signature_rule == SignatureRule::Required && body.signed_by.is_none() {
        return Err(Refusal::SignatureMissing { code: code.clone() });
    }
    if body.signed_at.is_some_and(|signed_at| signed_at > now) {
        return Err(Refusal::TimeInFuture { field: "signedAt" });
    }
    let signed_at = body.signed_at.unwrap_or(draft.at);
    let signature = body.signed_by.clone().map(|signed_by| Signature {
        signed_at,
        signed_by,
    });
    let mut entry = NewEntry::of(code.clone(), rule.document_type, draft.at)
        .with_document(&body.document)
        .with(|entry| {
            entry.judge = body.signed_by.clone();
            entry.signature = signature;
        });
    if let Some(title) = &body.title {
        entry = entry.titled(title.clone());
    }
    draft.record(entry);
    Ok(())
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
            let closed_date = Some(draft.at);
            draft.event(CaseStatusChanged {
                status,
                closed_date,
            });
        }
        Effect::Closes(_) | Effect::SetsDeadline | Effect::None => {}
    }
    Ok(())
}
