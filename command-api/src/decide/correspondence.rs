//! Correspondence: letters about the case that are no documents of its docket.

use casefold_events::case::records::{
    Correspondence, CorrespondenceAdded, CorrespondenceRemoved, CorrespondenceUpdated,
};
use casefold_events::entry::DocumentRef;
use casefold_events::{CaseEvent, CorrespondenceId, Timestamp};
use casefold_shared::case::Case;

use super::Actor;
use super::draft::Draft;
use super::records::{self, NamesRecord, Record};
use crate::command::{
    AddCorrespondence, Attachment, RecordRef, RemoveCorrespondence, UpdateCorrespondence,
};
use crate::refusal::Refusal;

impl Record for Correspondence {
    type Id = CorrespondenceId;

    const ALREADY_THERE: Refusal = Refusal::CorrespondenceAlreadyThere;

    fn all(case: &Case) -> &[Self] {
        &case.correspondence
    }

    fn id(&self) -> CorrespondenceId {
        self.correspondence_id
    }

    fn repeats(&self, other: &Self) -> bool {
        self.document.key == other.document.key
    }

    fn not_found(correspondence: RecordRef<CorrespondenceId>) -> Refusal {
        Refusal::CorrespondenceNotFound { correspondence }
    }

    fn added(self) -> CaseEvent {
        CorrespondenceAdded {
            correspondence: self,
        }
        .into()
    }

    fn updated(self) -> CaseEvent {
        CorrespondenceUpdated {
            correspondence: self,
        }
        .into()
    }

    fn removed(correspondence_id: CorrespondenceId) -> CaseEvent {
        CorrespondenceRemoved { correspondence_id }.into()
    }
}

impl NamesRecord for CorrespondenceId {
    type Record = Correspondence;
}

/// A clerk files a letter.
pub(super) fn add(
    case: &Case,
    body: &AddCorrespondence,
    actor: &Actor,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let name = actor.name.as_ref().map(|name| name.expose().clone());
    let correspondence = Correspondence {
        correspondence_id: CorrespondenceId(draft.id()),
        title: body.title.clone(),
        filing_date: draft.at,
        filed_by: name.unwrap_or_else(|| actor.user_id.to_string()).into(),
        number_of_pages: Some(body.document.number_of_pages),
        document: reference(&body.document),
    };
    records::add(case, correspondence, draft)
}

/// A clerk changes a letter's title, or replaces its document.
pub(super) fn update(
    case: &Case,
    body: &UpdateCorrespondence,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let before: &Correspondence = records::find(case, body.correspondence)?;
    require_filed_by(before, body.effective_at)?;
    let mut after = before.clone();
    if let Some(title) = &body.title {
        after.title = title.clone();
    }
    if let Some(document) = &body.document {
        after.number_of_pages = Some(document.number_of_pages);
        after.document = reference(document);
    }
    records::update(case, before, after, draft)
}

/// A clerk removes a letter.
pub(super) fn remove(
    case: &Case,
    body: &RemoveCorrespondence,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let before: &Correspondence = records::find(case, body.correspondence)?;
    require_filed_by(before, body.effective_at)?;
    records::remove(case, body.correspondence, draft)
}

/// Lets a letter pass that had been filed by the time from which a command holds, where the
/// caller gives that time.
fn require_filed_by(
    correspondence: &Correspondence,
    effective_at: Option<Timestamp>,
) -> Result<(), Refusal> {
    let earliest = correspondence.filing_date;
    match effective_at {
        Some(at) if at < earliest => Err(Refusal::EffectiveTooEarly { earliest }),
        Some(_) | None => Ok(()),
    }
}

fn reference(document: &Attachment) -> DocumentRef {
    DocumentRef {
        key: document.key.clone(),
        sha256: Some(document.sha256.clone()),
    }
}
