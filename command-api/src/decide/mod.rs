//! Deciding: a case and a command in, events or a refusal out.
//!
//! Pure, and synchronous on purpose: whatever a decision needs from outside comes in with
//! the [`Ask`]. The rules are those of the court as the project's domain page has them; the
//! tables among them are in [`crate::rules`].
//!
//! Each command is decided in the same order: may this role send it, is the body within its
//! limits, does its time make sense, is it the caller's own case, and does the case stand so
//! that it can be done. A decision has events: a command that would change nothing is
//! refused.

pub(crate) mod actor;
mod addresses;
mod blocks;
pub mod calendar;
pub(crate) mod caption;
mod case_note;
mod consolidation;
mod correspondence;
mod counsel;
mod court_issued;
mod deadlines;
mod details;
mod docket;
pub(crate) mod draft;
mod draft_orders;
mod entries;
mod entry_meta;
mod group_filing;
mod group_standing;
mod intake;
mod paper_filing;
mod parties;
mod petition_service;
mod records;
mod served;
mod standing;
mod statistics;
mod status;
mod trial;

use casefold_events::vocabulary::Role;
use casefold_events::{CaseEvent, DocketNumber, Personal, Timestamp, UserId};
use casefold_shared::case::Case;
use uuid::Uuid;

use crate::command::{CaseCommand, GroupCommand, PetitionCommand};
use crate::refusal::Refusal;
use crate::rules::permissions;
use draft::Draft;
pub(crate) use entries::find as find_entry;

/// Who sends a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The user.
    pub user_id: UserId,
    /// In which role.
    pub role: Role,
    /// The user's name, where it is known.
    pub name: Option<Personal<String>>,
}

/// What a decision needs from outside.
pub struct Ask<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// The time now.
    pub now: Timestamp,
    /// New ids, without end. (Were there an end, nil ids would follow.)
    pub ids: &'a mut dyn Iterator<Item = Uuid>,
}

/// What a command does to one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happens, in order: at least one event.
    pub events: Vec<CaseEvent>,
    /// From when it holds; from when it is recorded, where there is none.
    pub effective_at: Option<Timestamp>,
    /// Which policy decided it, and over which case of the same step it was made to, where
    /// it was none of the sender's.
    pub policy: Option<(&'static str, DocketNumber)>,
}

/// Decides a command that begins a case.
///
/// # Errors
/// [`Refusal`] says which rule is against it.
pub fn petition(command: &PetitionCommand, ask: Ask<'_>) -> Result<Decision, Refusal> {
    permissions::require(ask.actor.role, command.name())?;
    command.validate()?;
    match command {
        PetitionCommand::FilePetition(body) => intake::file(body, ask),
        PetitionCommand::FilePaperPetition(body) => intake::file_paper(body, ask),
    }
}

/// Decides a command on a case. The entries that [`CaseCommand::entries`] lists must be
/// loaded, where they exist.
///
/// # Errors
/// [`Refusal`] says which rule is against it.
pub fn case(case: &Case, command: &CaseCommand, ask: Ask<'_>) -> Result<Decision, Refusal> {
    permissions::require(ask.actor.role, command.name())?;
    command.validate()?;
    let effective_at = command.effective_at();
    let at = moment(effective_at, &ask, case.received_at)?;
    let actor = ask.actor;
    let mut draft = Draft::on(case, at, ask.ids);
    match command {
        CaseCommand::QcPetition(body) => intake::qc(case, body, ask.now, &mut draft),
        CaseCommand::ServePetition(_) => petition_service::serve(case, &mut draft),
        CaseCommand::FileDocument(body) => docket::file(case, &body.filing(), actor, &mut draft),
        CaseCommand::CompleteQc(body) => entry_meta::check(case, body, actor, &mut draft),
        CaseCommand::StampMotion(body) => draft_orders::stamp(case, body, &mut draft),
        CaseCommand::ServeDocument(body) => docket::serve(case, body, &mut draft),
        CaseCommand::RemovePendingItem(body) => entry_meta::settle(case, body, &mut draft),
        CaseCommand::FileCourtIssuedDocument(body) => {
            court_issued::file(case, &body.document(), effective_at, ask.now, &mut draft)
        }
        CaseCommand::ServeCourtIssuedDocument(body) => court_issued::serve(case, body, &mut draft),
        CaseCommand::StrikeDocketEntry(body) => docket::strike(case, body, actor, &mut draft),
        CaseCommand::SealDocketEntry(body) => docket::seal(case, body, &mut draft),
        CaseCommand::UnsealDocketEntry(body) => docket::unseal(case, body, &mut draft),
        CaseCommand::AddPaperFiling(body) => {
            paper_filing::add(case, &body.filing(), ask.now, &mut draft)
        }
        CaseCommand::EditPaperFiling(body) => paper_filing::edit(case, body, ask.now, &mut draft),
        CaseCommand::EditDocketEntryMeta(body) => entry_meta::edit(case, body, ask.now, &mut draft),
        CaseCommand::CreateDraftOrder(body) => draft_orders::create(case, body, &mut draft),
        CaseCommand::EditDraft(body) => draft_orders::edit(case, body, &mut draft),
        CaseCommand::SignOrder(body) => draft_orders::sign(case, body, ask.now, &mut draft),
        CaseCommand::UnsignOrder(body) => draft_orders::unsign(case, body, &mut draft),
        CaseCommand::ArchiveDraft(body) => draft_orders::archive(case, body, &mut draft),
        CaseCommand::UpdateCaseContext(body) => standing::update_context(case, body, &mut draft),
        CaseCommand::MarkReadyForTrial(_) => trial::mark_ready(case, &mut draft),
        CaseCommand::UpdateCaseDetails(body) => details::update(case, body, ask.now, &mut draft),
        CaseCommand::BlockFromTrial(body) => blocks::block(case, body, &mut draft),
        CaseCommand::UnblockFromTrial(_) => blocks::unblock(case, &mut draft),
        CaseCommand::Prioritize(body) => blocks::prioritize(case, body, &mut draft),
        CaseCommand::Unprioritize(_) => blocks::unprioritize(case, &mut draft),
        CaseCommand::AddToTrialSession(body) => trial::add(case, body, &mut draft),
        CaseCommand::RemoveFromTrialSession(body) => trial::remove(case, body, &mut draft),
        CaseCommand::SetHearing(body) => trial::set_hearing(case, body, &mut draft),
        CaseCommand::RemoveHearing(body) => trial::remove_hearing(case, body, &mut draft),
        CaseCommand::SealCase(_) => standing::seal(case, &mut draft),
        CaseCommand::UnsealCase(_) => standing::unseal(case, &mut draft),
        CaseCommand::AddPetitioner(body) => parties::add(case, body, &mut draft),
        CaseCommand::UpdateContact(body) => parties::update(case, body, actor, &mut draft),
        CaseCommand::SealAddress(body) => addresses::seal(case, body, &mut draft),
        CaseCommand::UnsealAddress(body) => addresses::unseal(case, body, &mut draft),
        CaseCommand::AssociateCounsel(body) => counsel::associate(case, body, actor, &mut draft),
        CaseCommand::UpdateCounsel(body) => counsel::update(case, body, actor, &mut draft),
        CaseCommand::RemoveCounsel(body) => counsel::remove(case, body, &mut draft),
        CaseCommand::RemovePetitioner(body) => parties::remove(case, body, &mut draft),
        CaseCommand::AddDeadline(body) => deadlines::add(case, body, &mut draft),
        CaseCommand::UpdateDeadline(body) => deadlines::update(case, body, &mut draft),
        CaseCommand::RemoveDeadline(body) => records::remove(case, body.deadline, &mut draft),
        CaseCommand::AddCorrespondence(body) => correspondence::add(case, body, actor, &mut draft),
        CaseCommand::UpdateCorrespondence(body) => correspondence::update(case, body, &mut draft),
        CaseCommand::RemoveCorrespondence(body) => correspondence::remove(case, body, &mut draft),
        CaseCommand::AddStatistic(body) => statistics::add(case, body, ask.now, &mut draft),
        CaseCommand::UpdateStatistic(body) => statistics::update(case, body, ask.now, &mut draft),
        CaseCommand::RemoveStatistic(body) => records::remove(case, body.statistic, &mut draft),
        CaseCommand::AddOtherStatistics(body) => statistics::add_other(case, body, &mut draft),
        CaseCommand::UpdateOtherStatistics(body) => {
            statistics::update_other(case, body, &mut draft)
        }
        CaseCommand::RemoveOtherStatistics(_) => statistics::remove_other(case, &mut draft),
        CaseCommand::AddCaseNote(body) => case_note::add(case, body, &mut draft),
        CaseCommand::UpdateCaseNote(body) => case_note::update(case, body, &mut draft),
        CaseCommand::RemoveCaseNote(_) => case_note::remove(case, &mut draft),
    }?;
    draft.decide(effective_at)
}

/// Decides a command on several cases, given those that it lists and those that
/// [`group_members`] names besides. Only the cases for which something happens are in the
/// answer, in the order of their docket numbers.
///
/// # Errors
/// [`Refusal`] says which rule is against it; then nothing happens to any of the cases.
pub fn group(
    cases: &[Case],
    command: &GroupCommand,
    ask: Ask<'_>,
) -> Result<Vec<(DocketNumber, Decision)>, Refusal> {
    permissions::require(ask.actor.role, command.name())?;
    command.validate()?;
    let group = consolidation::Loaded::new(cases);
    let effective_at = command.effective_at();
    for number in command.docket_numbers() {
        moment(effective_at, &ask, group.case(*number)?.received_at)?;
    }
    match command {
        GroupCommand::ConsolidateCases(body) => {
            let groups = group.consolidate(&body.docket_numbers)?;
            group.decide_groups(groups, effective_at)
        }
        GroupCommand::UnconsolidateCases(body) => {
            let groups = group.unconsolidate(&body.docket_numbers)?;
            let decisions = group.decide_groups(groups, effective_at)?;
            Ok(group.by_election(decisions, &body.docket_numbers))
        }
        GroupCommand::FileDocument(body) => group.file(body, ask),
        GroupCommand::AddPaperFiling(body) => group.add_paper_filing(body, ask),
        GroupCommand::FileCourtIssuedDocument(body) => group.file_court_issued(body, ask),
        GroupCommand::UpdateCaseDetails(body) => group.update_details(body, ask),
        GroupCommand::SetTrialCalendar(body) => group.set_calendar(body, ask),
        GroupCommand::UpdateCaseContext(body) => group.update_context(body, ask),
    }
}

/// The further cases that must be loaded before [`group`] can decide: the other members of
/// the consolidated groups of these.
pub fn group_members(command: &GroupCommand, cases: &[Case]) -> Vec<DocketNumber> {
    match command {
        GroupCommand::ConsolidateCases(_)
        | GroupCommand::UnconsolidateCases(_)
        | GroupCommand::FileDocument(_) => consolidation::Loaded::new(cases).further_members(),
        // Whether cases are of one group stands in each of them.
        GroupCommand::AddPaperFiling(_) | GroupCommand::FileCourtIssuedDocument(_) => Vec::new(),
        // These list their groups as a whole, and are refused where one is missing.
        GroupCommand::UpdateCaseDetails(_)
        | GroupCommand::SetTrialCalendar(_)
        | GroupCommand::UpdateCaseContext(_) => Vec::new(),
    }
}

/// The time from which a command holds: now, or the earlier time that a member of the
/// court's staff gives.
fn moment(
    effective_at: Option<Timestamp>,
    ask: &Ask<'_>,
    earliest: Timestamp,
) -> Result<Timestamp, Refusal> {
    let Some(at) = effective_at else {
        return Ok(ask.now);
    };
    if !ask.actor.role.is_internal() {
        return Err(Refusal::BackdatingNotAllowed);
    }
    if at > ask.now {
        return Err(Refusal::EffectiveInFuture);
    }
    if at < earliest {
        return Err(Refusal::EffectiveTooEarly { earliest });
    }
    Ok(at)
}
