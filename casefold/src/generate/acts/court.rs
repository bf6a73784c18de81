//! Documents of the court: orders, drafts, decisions.

use casefold_command_api::command::{
    ArchiveDraft, CaseCommand, CreateDraftOrder, EditDraft, EntryRef, FileCourtIssuedDocument,
    ServeCourtIssuedDocument, SignOrder, UnsignOrder,
};
use casefold_events::Timestamp;
use casefold_events::vocabulary::Role;
use casefold_shared::case::{CHIEF_JUDGE, DocketEntry};

use super::super::people::judge;
use super::{Scene, Sent, code};

const MILLIS_A_DAY: i64 = 86_400_000;

/// What the court issues besides decisions, how often, and under which title.
const ORDERS: [(u64, (&str, &str)); 7] = [
    (12, ("O", "Order")),
    (6, ("O", "Order for a Status Report")),
    (4, ("OSC", "Order to Show Cause")),
    (2, ("OJR", "Order that jurisdiction is retained")),
    (3, ("NTD", "Notice of Trial")),
    (3, ("NOT", "Notice of Assignment")),
    (2, ("MOP", "Memorandum Opinion")),
];

const WITH_DEADLINE: [&str; 3] = ["OF", "OAP", "OAPF"];

/// An order that goes on the record without a draft.
pub(in super::super) fn order(scene: &mut Scene<'_>) -> Option<Sent> {
    let (event_code, title) = scene.chance.weighted(&ORDERS);
    Some(issue(scene, event_code, Some(title), None))
}

pub(super) fn order_with_deadline(scene: &mut Scene<'_>) -> Option<Sent> {
    let event_code = scene.chance.pick(&WITH_DEADLINE);
    let days = 14 + i64::try_from(scene.chance.below(60)).ok()?;
    let due = Timestamp::from_millis(scene.now.as_millis() + days * MILLIS_A_DAY);
    Some(issue(scene, event_code, None, Some(due)))
}

/// The decision or the order of dismissal that ends a case once it is served.
pub(in super::super) fn decide_case(scene: &mut Scene<'_>, event_code: &'static str) -> Sent {
    issue(scene, event_code, None, None)
}

fn issue(
    scene: &mut Scene<'_>,
    event_code: &'static str,
    title: Option<&'static str>,
    due: Option<Timestamp>,
) -> Sent {
    let body = FileCourtIssuedDocument {
        draft: None,
        event_code: Some(code(event_code)),
        title: title.map(Into::into),
        document: Some(scene.document(12)),
        signed_by: Some(signing_judge(scene)),
        signed_at: None,
        due,
        effective_at: None,
    };
    (
        scene.staff(Role::DocketClerk),
        CaseCommand::FileCourtIssuedDocument(body),
    )
}

/// Serves what went on the record last.
pub(in super::super) fn serve_order(scene: &mut Scene<'_>) -> Sent {
    let body = ServeCourtIssuedDocument {
        docket_entry: EntryRef::Index(scene.case.docket.last_index()),
        effective_at: None,
    };
    (
        scene.staff(Role::DocketClerk),
        CaseCommand::ServeCourtIssuedDocument(body),
    )
}

pub(super) fn start_draft(scene: &mut Scene<'_>) -> Option<Sent> {
    let (event_code, title) = scene.chance.weighted(&ORDERS);
    let body = CreateDraftOrder {
        draft: None,
        event_code: code(event_code),
        title: Some(title.into()),
        document: scene.document(8),
        judge: Some(signing_judge(scene)),
    };
    Some((
        scene.staff(Role::Chambers),
        CaseCommand::CreateDraftOrder(body),
    ))
}

/// The next step with one of the drafts: edited, signed, put on the record, or laid aside.
pub(super) fn go_on_with_draft(scene: &mut Scene<'_>) -> Option<Sent> {
    let off_record = scene.case.docket.off_record().iter();
    let is_open = |entry: &&DocketEntry| entry.filed.is_draft && entry.archived_at.is_none();
    let drafts: Vec<_> = off_record.filter(is_open).collect();
    let entry = *scene.chance.one_of(&drafts)?;
    let draft = entry.id();
    let is_signed = entry.filed.signature.is_some();
    let kind = scene.chance.below(10);
    let (role, command) = match (is_signed, kind) {
        (true, 0) => {
            let document = None;
            (
                Role::Chambers,
                CaseCommand::UnsignOrder(UnsignOrder { draft, document }),
            )
        }
        (true, _) => (Role::DocketClerk, record_draft(entry)),
        (false, 0 | 1) => (
            Role::Chambers,
            CaseCommand::ArchiveDraft(ArchiveDraft { draft }),
        ),
        (false, 2 | 3) => {
            let body = EditDraft {
                draft,
                event_code: None,
                title: None,
                document: Some(scene.document(8)),
                judge: None,
            };
            (Role::Adc, CaseCommand::EditDraft(body))
        }
        (false, _) => {
            let body = SignOrder {
                draft,
                signed_by: signing_judge(scene),
                signed_at: None,
                document: None,
            };
            (Role::Judge, CaseCommand::SignOrder(body))
        }
    };
    Some((scene.staff(role), command))
}

fn record_draft(entry: &DocketEntry) -> CaseCommand {
    CaseCommand::FileCourtIssuedDocument(FileCourtIssuedDocument {
        draft: Some(entry.id()),
        event_code: None,
        title: None,
        document: None,
        signed_by: None,
        signed_at: None,
        due: None,
        effective_at: None,
    })
}

/// The judge who has the case, or one of the judges where the Chief Judge has it.
fn signing_judge(scene: &mut Scene<'_>) -> String {
    if scene.case.associated_judge == CHIEF_JUDGE {
        judge(scene.chance)
    } else {
        scene.case.associated_judge.clone()
    }
}

#[cfg(test)]
mod tests {
    use casefold_command_api::rules::event_codes::{Effect, Origin, origin};

    use super::*;

    #[test]
    fn every_code_of_an_order_is_the_court_s_and_none_of_them_closes_a_case() {
        for (_, (text, _)) in ORDERS {
            assert_eq!(code(text).as_str(), text);
            let Origin::Court { effect, .. } = origin(&code(text)) else {
                panic!("{text} is not the court's");
            };
            assert_eq!(effect, Effect::None);
        }
        for text in WITH_DEADLINE {
            let Origin::Court { effect, .. } = origin(&code(text)) else {
                panic!("{text} is not the court's");
            };
            assert_eq!(effect, Effect::SetsDeadline);
        }
    }
}
