//! Filing documents, and what clerks do about them.

use casefold_command_api::command::{
    AddPaperFiling, CaseCommand, CompleteQc, ContactRef, EditDocketEntryMeta, EditPaperFiling,
    EntryRef, FileDocument, Filers, RemovePendingItem, SealDocketEntry, ServeCourtIssuedDocument,
    ServeDocument, StampMotion, StrikeDocketEntry, UnsealDocketEntry,
};
use casefold_command_api::decide::Actor;
use casefold_command_api::rules::event_codes::{Origin, is_motion, origin};
use casefold_events::vocabulary::{MotionDisposition, Objections, Role, SealedTo};
use casefold_shared::case::OpenEntry;

use super::super::people::judge;
use super::{Scene, Sent, code};

const ANSWER: &str = "A";

/// What parties file, how often, and under which title.
const FILINGS: [(u64, (&str, &str)); 12] = [
    (14, ("M006", "Motion for Continuance")),
    (10, ("M000", "Motion to Dismiss for Lack of Jurisdiction")),
    (8, ("M000", "Motion for Summary Judgment")),
    (8, ("M000", "Motion for Entry of Decision")),
    (10, ("PSDE", "Proposed Stipulated Decision")),
    (12, ("MISC", "Status Report")),
    (12, ("MISC", "Stipulation of Facts")),
    (8, ("MISC", "Pretrial Memorandum")),
    (6, ("SIAB", "Simultaneous Answering Brief")),
    (5, ("TE", "Trial Exhibits")),
    (4, ("ADMR", "Administrative Record")),
    (3, ("DISC", "Ownership Disclosure Statement")),
];

const OBJECTIONS: [Objections; 3] = [Objections::Yes, Objections::No, Objections::Unknown];

const DISPOSITIONS: [(u64, MotionDisposition); 4] = [
    (6, MotionDisposition::Granted),
    (3, MotionDisposition::Denied),
    (1, MotionDisposition::DeniedWithoutPrejudice),
    (1, MotionDisposition::DeniedAsMoot),
];

pub(super) fn file(scene: &mut Scene<'_>) -> Option<Sent> {
    let filer = scene.filer()?;
    let (event_code, title) = scene.chance.weighted(&FILINGS);
    let body = FileDocument {
        event_code: code(event_code),
        document_type: None,
        title: Some(title.into()),
        document: scene.document(40),
        filers: Vec::new(),
        lodged: scene.chance.per_mille(30),
        objections: event_code
            .starts_with('M')
            .then(|| scene.chance.pick(&OBJECTIONS)),
    };
    Some((filer, CaseCommand::FileDocument(body)))
}

/// The respondent's answer, filed by its counsel.
pub(in super::super) fn answer(counsel: Actor, scene: &mut Scene<'_>) -> Sent {
    let body = FileDocument {
        event_code: code(ANSWER),
        document_type: None,
        title: None,
        document: scene.document(9),
        filers: Vec::new(),
        lodged: false,
        objections: None,
    };
    (counsel, CaseCommand::FileDocument(body))
}

/// The same where it comes on paper.
pub(in super::super) fn paper_answer(scene: &mut Scene<'_>) -> Option<Sent> {
    let filed_by = Filers {
        contacts: Vec::new(),
        respondent: true,
        other: None,
    };
    Some(enter(scene, ANSWER, None, filed_by))
}

pub(super) fn add_paper(scene: &mut Scene<'_>) -> Option<Sent> {
    let (event_code, title) = scene.chance.weighted(&FILINGS);
    let filed_by = Filers {
        contacts: vec![ContactRef::Petitioner(1)],
        respondent: false,
        other: None,
    };
    Some(enter(scene, event_code, Some(title), filed_by))
}

fn enter(scene: &mut Scene<'_>, event_code: &str, title: Option<&str>, filed_by: Filers) -> Sent {
    let body = AddPaperFiling {
        event_code: code(event_code),
        document_type: None,
        title: title.map(Into::into),
        filed_by,
        received_at: None,
        document: Some(scene.document(30)),
        lodged: false,
        objections: None,
    };
    (
        scene.staff(Role::DocketClerk),
        CaseCommand::AddPaperFiling(body),
    )
}

/// Serves one of the documents that wait for it.
pub(super) fn serve(scene: &mut Scene<'_>) -> Option<Sent> {
    let entry = open(scene, |entry| entry.to_serve)?;
    let docket_entry = EntryRef::Index(entry.index);
    let effective_at = None;
    let command = match origin(&entry.event_code) {
        Origin::Court { .. } => CaseCommand::ServeCourtIssuedDocument(ServeCourtIssuedDocument {
            docket_entry,
            effective_at,
        }),
        Origin::Party { .. } | Origin::Petition | Origin::Automatic => {
            CaseCommand::ServeDocument(ServeDocument {
                docket_entry,
                effective_at,
            })
        }
    };
    Some((scene.staff(Role::DocketClerk), command))
}

pub(super) fn check(scene: &mut Scene<'_>) -> Option<Sent> {
    let entry = open(scene, |entry| entry.to_check)?;
    let body = CompleteQc {
        docket_entry: EntryRef::Index(entry.index),
        effective_at: None,
    };
    Some((
        scene.staff(Role::DocketClerk),
        CaseCommand::CompleteQc(body),
    ))
}

/// Something is done about what waits for the court: a motion is stamped, or it is found that
/// nothing is to be done any more.
pub(super) fn settle(scene: &mut Scene<'_>) -> Option<Sent> {
    let entry = open(scene, |entry| entry.pending)?;
    let docket_entry = EntryRef::Index(entry.index);
    let is_stamped = scene.case.docket.entry_at(entry.index)?.stamp.is_some();
    if is_motion(&entry.event_code) && !is_stamped && scene.chance.per_mille(600) {
        let body = StampMotion {
            docket_entry,
            disposition: scene.chance.weighted(&DISPOSITIONS),
            stamped_by: judge(scene.chance),
            text: None,
            document: scene.document(3),
            title: None,
            draft: None,
        };
        return Some((scene.staff(Role::Chambers), CaseCommand::StampMotion(body)));
    }
    let body = RemovePendingItem {
        docket_entry,
        effective_at: None,
    };
    Some((
        scene.staff(Role::DocketClerk),
        CaseCommand::RemovePendingItem(body),
    ))
}

pub(super) fn edit_meta(scene: &mut Scene<'_>) -> Option<Sent> {
    let body = EditDocketEntryMeta {
        docket_entry: EntryRef::Index(any_entry(scene)?),
        title: None,
        document_type: None,
        filing_date: None,
        filed_by: None,
        objections: None,
        lodged: None,
        number_of_pages: None,
        judge: Some(judge(scene.chance)),
        effective_at: None,
    };
    Some((
        scene.staff(Role::DocketClerk),
        CaseCommand::EditDocketEntryMeta(body),
    ))
}

/// A paper that is not served yet turns out to be something else, or was scanned badly.
pub(super) fn edit_paper(scene: &mut Scene<'_>) -> Option<Sent> {
    let entry = open(scene, |entry| entry.to_serve && !entry.to_check)?;
    let is_paper = scene.case.docket.entry_at(entry.index)?.filed.is_paper;
    let body = EditPaperFiling {
        docket_entry: EntryRef::Index(entry.index),
        event_code: None,
        document_type: None,
        title: None,
        filed_by: None,
        received_at: None,
        document: Some(scene.document(30)),
        lodged: None,
        objections: None,
        effective_at: None,
    };
    let command = CaseCommand::EditPaperFiling(body);
    is_paper.then(|| (scene.staff(Role::DocketClerk), command))
}

/// An entry is sealed, or one that is sealed is unsealed.
pub(super) fn seal(scene: &mut Scene<'_>) -> Option<Sent> {
    let index = any_entry(scene)?;
    let docket_entry = EntryRef::Index(index);
    let effective_at = None;
    let is_sealed = scene.case.docket.entry_at(index)?.sealed_to.is_some();
    let command = if is_sealed {
        CaseCommand::UnsealDocketEntry(UnsealDocketEntry {
            docket_entry,
            effective_at,
        })
    } else {
        CaseCommand::SealDocketEntry(SealDocketEntry {
            docket_entry,
            sealed_to: scene.chance.pick(&[SealedTo::Public, SealedTo::External]),
            effective_at,
        })
    };
    Some((scene.staff(Role::DocketClerk), command))
}

pub(super) fn strike(scene: &mut Scene<'_>) -> Option<Sent> {
    let body = StrikeDocketEntry {
        docket_entry: EntryRef::Index(any_entry(scene)?),
        effective_at: None,
    };
    Some((
        scene.staff(Role::DocketClerk),
        CaseCommand::StrikeDocketEntry(body),
    ))
}

/// Some entry that came after the petition's papers.
fn any_entry(scene: &mut Scene<'_>) -> Option<u32> {
    let later = scene.case.docket.last_index().checked_sub(3)?;
    let at = scene.chance.below(u64::from(later) + 1);
    Some(3 + u32::try_from(at).ok()?)
}

fn open<'a>(scene: &mut Scene<'a>, waits: impl Fn(&OpenEntry) -> bool) -> Option<&'a OpenEntry> {
    let waiting: Vec<_> = scene
        .case
        .open_entries
        .iter()
        .map(|entry| &**entry)
        .filter(|entry| waits(entry))
        .collect();
    scene.chance.one_of(&waiting).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_a_filing_is_a_party_s() {
        for text in FILINGS.iter().map(|(_, (text, _))| *text).chain([ANSWER]) {
            assert_eq!(code(text).as_str(), text);
            assert!(matches!(origin(&code(text)), Origin::Party { .. }));
        }
    }
}
