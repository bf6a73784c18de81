//! The court's own note on a case.

use casefold_events::case::records::{CaseNoteRemoved, CaseNoteWritten};
use casefold_shared::case::Case;

use super::draft::Draft;
use crate::command::{AddCaseNote, UpdateCaseNote};
use crate::refusal::Refusal;

/// Somebody of the court writes the note where there is none.
pub(super) fn add(case: &Case, body: &AddCaseNote, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if case.case_note.is_some() {
        return Err(Refusal::CaseNoteAlreadyThere);
    }
    let note = body.note.clone();
    draft.event(CaseNoteWritten { note });
    Ok(())
}

/// Somebody of the court writes the note anew.
pub(super) fn update(
    case: &Case,
    body: &UpdateCaseNote,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let before = case.case_note.as_ref().ok_or(Refusal::CaseNoteNotFound)?;
    if body.note != *before {
        let note = body.note.clone();
        draft.event(CaseNoteWritten { note });
    }
    Ok(())
}

/// Somebody of the court removes the note.
pub(super) fn remove(case: &Case, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if case.case_note.is_none() {
        return Err(Refusal::CaseNoteNotFound);
    }
    draft.event(CaseNoteRemoved {});
    Ok(())
}
