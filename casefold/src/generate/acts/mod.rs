//! What people do in the middle of a case's life: plausible commands on a case as it stands.
//!
//! An act is asked for by its weight and may have nothing to do in a case as it stands; then
//! another is asked for. Whether the rules allow it is for deciding to say.

mod court;
mod docket;
mod parties;
mod records;
mod trial;

use casefold_command_api::command::{Attachment, CaseCommand};
use casefold_command_api::decide::Actor;
use casefold_events::entry::EventCode;
use casefold_events::vocabulary::{CounselType, Role, ServiceIndicator};
use casefold_events::{Digest, Timestamp};
use casefold_shared::case::Case;

use super::chance::Chance;
use super::people::{City, staff};

pub(super) use court::{decide_case, order, serve_order};
pub(super) use docket::{answer, paper_answer};
pub(super) use parties::appear;
pub(super) use trial::session;

/// A command, and who sends it.
pub(super) type Sent = (Actor, CaseCommand);

/// A case as it stands, and what is at hand to act on it.
pub(super) struct Scene<'a> {
    pub(super) case: &'a Case,
    pub(super) chance: &'a mut Chance,
    pub(super) now: Timestamp,
    pub(super) city: City,
}

/// Something that people do.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    FileDocument,
    AddPaperFiling,
    ServeWaiting,
    CheckWaiting,
    SettlePending,
    IssueOrder,
    IssueOrderWithDeadline,
    StartDraft,
    GoOnWithDraft,
    EditMeta,
    EditPaper,
    SealEntry,
    StrikeEntry,
    Deadline,
    Correspondence,
    Statistic,
    OtherStatistics,
    CaseNote,
    ChangeContact,
    SealAddress,
    Counsel,
    People,
    Block,
    Priority,
    Hearing,
    Session,
    SealCase,
    Details,
    Caption,
}

/// How often what is done in a usual case, once its petition is served.
const USUAL: [(u64, Act); 29] = [
    (330, Act::FileDocument),
    (120, Act::AddPaperFiling),
    (120, Act::ServeWaiting),
    (70, Act::CheckWaiting),
    (60, Act::SettlePending),
    (140, Act::IssueOrder),
    (25, Act::IssueOrderWithDeadline),
    (40, Act::StartDraft),
    (70, Act::GoOnWithDraft),
    (20, Act::EditMeta),
    (8, Act::SealEntry),
    (14, Act::EditPaper),
    (4, Act::StrikeEntry),
    (40, Act::Deadline),
    (25, Act::Correspondence),
    (20, Act::Statistic),
    (4, Act::OtherStatistics),
    (18, Act::CaseNote),
    (35, Act::ChangeContact),
    (4, Act::SealAddress),
    (35, Act::Counsel),
    (6, Act::People),
    (12, Act::Block),
    (6, Act::Priority),
    (12, Act::Hearing),
    (14, Act::Session),
    (3, Act::SealCase),
    (14, Act::Details),
    (8, Act::Caption),
];

/// How often what is done in a case that fills a record: papers above all.
const LONG: [(u64, Act); 8] = [
    (330, Act::FileDocument),
    (250, Act::AddPaperFiling),
    (170, Act::IssueOrder),
    (200, Act::ServeWaiting),
    (40, Act::CheckWaiting),
    (60, Act::SettlePending),
    (20, Act::StartDraft),
    (30, Act::GoOnWithDraft),
];

impl Act {
    /// Something that is done in a usual case.
    pub(super) fn usual(chance: &mut Chance) -> Self {
        chance.weighted(&USUAL)
    }

    /// Something that is done in a case with a long record.
    pub(super) fn of_long_case(chance: &mut Chance) -> Self {
        chance.weighted(&LONG)
    }

    /// The command, where there is something to do.
    pub(super) fn command(self, scene: &mut Scene<'_>) -> Option<Sent> {
        match self {
            Self::FileDocument => docket::file(scene),
            Self::AddPaperFiling => docket::add_paper(scene),
            Self::ServeWaiting => docket::serve(scene),
            Self::CheckWaiting => docket::check(scene),
            Self::SettlePending => docket::settle(scene),
            Self::EditMeta => docket::edit_meta(scene),
            Self::EditPaper => docket::edit_paper(scene),
            Self::SealEntry => docket::seal(scene),
            Self::StrikeEntry => docket::strike(scene),
            Self::IssueOrder => order(scene),
            Self::IssueOrderWithDeadline => court::order_with_deadline(scene),
            Self::StartDraft => court::start_draft(scene),
            Self::GoOnWithDraft => court::go_on_with_draft(scene),
            Self::Deadline => records::deadline(scene),
            Self::Correspondence => records::correspondence(scene),
            Self::Statistic => records::statistic(scene),
            Self::OtherStatistics => records::other_statistics(scene),
            Self::CaseNote => records::case_note(scene),
            Self::ChangeContact => parties::change_contact(scene),
            Self::SealAddress => parties::seal_address(scene),
            Self::Counsel => parties::counsel(scene),
            Self::People => parties::people(scene),
            Self::Block => trial::block(scene),
            Self::Priority => trial::prioritize(scene),
            Self::Hearing => trial::hearing(scene),
            Self::Session => trial::add_to_session(scene),
            Self::SealCase => trial::seal_case(scene),
            Self::Details => trial::details(scene),
            Self::Caption => trial::caption(scene),
        }
    }
}

impl Scene<'_> {
    /// One of the court's people.
    fn staff(&mut self, role: Role) -> Actor {
        staff(role, self.chance)
    }

    /// A new document.
    fn document(&mut self, pages: u64) -> Attachment {
        attachment(self.chance, self.now, pages)
    }

    /// Somebody who files electronically in the case: counsel, or a petitioner who is a user.
    fn filer(&mut self) -> Option<Actor> {
        let counsel = self.case.counsel.iter().map(|counsel| Actor {
            user_id: counsel.user_id.clone(),
            role: match counsel.counsel_type {
                CounselType::PrivatePractitioner => Role::PrivatePractitioner,
                CounselType::IrsPractitioner => Role::IrsPractitioner,
            },
            name: Some(counsel.name.clone()),
        });
        let contacts = self.case.parties.iter().filter_map(|contact| {
            let user_id = contact.user_id.clone()?;
            // One whom counsel represents leaves it to counsel.
            (contact.service_indicator == ServiceIndicator::Electronic).then(|| Actor {
                user_id,
                role: Role::Petitioner,
                name: Some(contact.name.clone()),
            })
        });
        let filers: Vec<_> = counsel.chain(contacts).collect();
        self.chance.one_of(&filers).cloned()
    }
}

/// A new document, of which nobody will ask the content.
pub(super) fn attachment(chance: &mut Chance, now: Timestamp, pages: u64) -> Attachment {
    let id = chance.id(now);
    Attachment {
        key: format!("documents/{id}.pdf"),
        sha256: Digest::of(id.as_bytes()).to_string(),
        number_of_pages: 1 + u32::try_from(chance.below(pages)).unwrap_or_default(),
    }
}

/// An event code of those that are written here.
pub(super) fn code(text: &str) -> EventCode {
    text.parse().unwrap_or_else(|_| EventCode::order())
}
