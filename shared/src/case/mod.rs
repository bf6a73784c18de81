//! The folded case, and its one fold.
//!
//! [`Case::fold`] serves three: commands decide over its result, the projector stores it,
//! and the audit stops it at an earlier commit. It is total: it never fails and never
//! panics, and an event about something that isn't there changes nothing.

mod consolidation;
mod docket;
mod docket_record;
pub mod generation;
mod intake;
mod list;
mod open_entries;
mod parties;
mod records;
mod standing;
mod trial;
mod weight;

use std::sync::Arc;

use casefold_events::case::intake::Fee;
use casefold_events::case::records::{Correspondence, Deadline, OtherStatistics, Statistic};
use casefold_events::case::trial::{Hearing, TrialSession};
use casefold_events::ids::CorrelationId;
use casefold_events::party::{Contact, Counsel};
use casefold_events::vocabulary::{
    CaseStatus, CaseType, ContactType, DocketNumberSuffix, PartyType, ProcedureType, Role,
};
use casefold_events::{
    CaseEvent, ChainError, CommandId, Commit, DecodeError, Digest, DocketNumber, EventId, Personal,
    Timestamp, UserId, Version,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use docket::{Checked, DocketEntry, Stricken};
pub use docket_record::DocketRecord;
pub use list::SharedList;
use open_entries::Before;
pub use open_entries::{OPEN_ENTRIES_LISTED, OpenEntry};
pub use trial::{AutomaticBlock, Because};

/// The judge who has a case that no other judge has.
pub const CHIEF_JUDGE: &str = "Chief Judge";

/// A case as its events have made it: all that is known of it, in one value.
///
/// The docket record is not part of the serialized form: a store keeps it beside the
/// case, in pages where it is long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    /// The docket number, which never changes.
    pub docket_number: DocketNumber,
    /// The version: the number of the last commit that was folded.
    pub version: Version,
    /// From what the case was folded.
    pub folded_from: FoldedFrom,
    /// The caption.
    #[schema(value_type = String)]
    pub caption: Personal<String>,
    /// The caption on the petition.
    #[schema(value_type = String)]
    pub initial_caption: Personal<String>,
    /// The suffix on the petition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_docket_number_suffix: Option<DocketNumberSuffix>,
    /// What the case is about.
    pub case_type: CaseType,
    /// The rules of procedure.
    pub procedure_type: ProcedureType,
    /// Who petitions.
    pub party_type: PartyType,
    /// Where the case stands.
    pub status: CaseStatus,
    /// Each status that the case has had, in order.
    #[schema(value_type = Vec<StatusChange>)]
    pub status_history: SharedList<StatusChange>,
    /// When it was closed: there if, and only if, the status is a closed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_date: Option<Timestamp>,
    /// The judge who has the case.
    pub associated_judge: String,
    /// Where the petitioner wants the trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_trial_city: Option<String>,
    /// When the court received the petition.
    pub received_at: Timestamp,
    /// Whether the petition came on paper.
    pub is_paper: bool,
    /// When the petitions clerk had checked the petition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub petition_checked_at: Option<Timestamp>,
    /// When the petition was served on the respondent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub petition_served_at: Option<Timestamp>,
    /// The date of the notice against which the petition is filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irs_notice_date: Option<Timestamp>,
    /// When the petition that came on paper was posted, as the court read it on the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailing_date: Option<String>,
    /// When the respondent's first answer was filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// The filing fee.
    pub fee: Fee,
    /// When the case was sealed, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_at: Option<Timestamp>,
    /// Petitioners, participants and the intervenor.
    #[schema(value_type = Vec<Contact>)]
    pub parties: SharedList<Contact>,
    /// Counsel of record.
    #[schema(value_type = Vec<Counsel>)]
    pub counsel: SharedList<Counsel>,
    /// The consolidated group, where the case is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consolidation: Option<Consolidation>,
    /// The trial session in which the case is; of a calendared case, the one on whose
    /// calendar it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial_session: Option<TrialSession>,
    /// The hearings beside the trial.
    #[serde(default)]
    #[schema(value_type = Vec<Hearing>)]
    pub hearings: SharedList<Hearing>,
    /// Why somebody of the court keeps the case from trial, where somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Because>,
    /// Why the case is kept from trial by itself, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_block: Option<AutomaticBlock>,
    /// Why the case is to be tried before others, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Because>,
    /// The open deadlines.
    #[serde(default)]
    #[schema(value_type = Vec<Deadline>)]
    pub deadlines: SharedList<Deadline>,
    /// Correspondence.
    #[serde(default)]
    #[schema(value_type = Vec<Correspondence>)]
    pub correspondence: SharedList<Correspondence>,
    /// What the case is about in figures.
    #[serde(default)]
    #[schema(value_type = Vec<Statistic>)]
    pub statistics: SharedList<Statistic>,
    /// Damages and litigation costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_statistics: Option<OtherStatistics>,
    /// The court's own note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub case_note: Option<Personal<String>>,
    /// The entries on the record about which somebody still has to do something, in no
    /// order that means anything: at most [`OPEN_ENTRIES_LISTED`].
    #[serde(default)]
    // Each is shared by the copies of the case, of which a command makes one.
    #[schema(value_type = Vec<OpenEntry>)]
    pub open_entries: SharedList<Arc<OpenEntry>>,
    /// How many more there are.
    #[serde(default)]
    pub open_entries_beyond: u32,
    /// How many entries on the record are pending, listed or not.
    #[serde(default)]
    pub pending_entries: u32,
    /// From which source the case was imported, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// The docket record.
    #[serde(skip)]
    pub docket: DocketRecord,
}

/// From which commits and events a case was folded: commits 1 to the case's version, and
/// so many events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoldedFrom {
    /// How many events.
    pub events: u64,
    /// The last of them.
    pub last_event_id: EventId,
    /// The command of the last commit.
    pub last_command_id: CommandId,
    /// The correlation id of the last commit.
    pub correlation_id: CorrelationId,
    /// When the last commit was recorded.
    pub recorded_at: Timestamp,
    /// The hash of the last commit, which by the chain stands for all before it.
    pub head_hash: Digest,
}

/// A status that a case has had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusChange {
    /// The status.
    pub status: CaseStatus,
    /// From when it held.
    pub since: Timestamp,
    /// The commit that set it.
    pub version: Version,
    /// Who set it. Cases of generation 2 don't tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<SetBy>,
}

/// Who did something, as their commit has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetBy {
    /// The user.
    pub user_id: UserId,
    /// The role in which they acted; `system` for what followed by itself.
    pub role: Role,
    /// The command.
    pub command: String,
}

impl SetBy {
    fn of(commit: &Commit) -> Self {
        Self {
            user_id: commit.actor.clone(),
            role: commit.role,
            command: commit.command.clone(),
        }
    }
}

/// A consolidated group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Consolidation {
    /// The lead case: the lowest docket number.
    pub lead_docket_number: DocketNumber,
    /// All cases of the group, in their order.
    pub members: Vec<DocketNumber>,
}

/// The source from which a case was imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// SHA-256 over the source's items.
    pub source_digest: String,
    /// The schema of the source.
    pub source_schema: String,
    /// The commit that closed the import.
    pub version: Version,
}

/// Why a commit can't be folded. The commit stays where it is; the case waits for a build
/// that understands it, or for a repair.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// An event can't be understood.
    #[error("commit {version} of case {docket_number} can't be understood")]
    Decode {
        /// The case.
        docket_number: DocketNumber,
        /// The commit.
        version: Version,
        /// Why not.
        #[source]
        source: DecodeError,
    },
    /// The commit is not the next, or was altered.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The first commit is not a petition.
    #[error("case {0} does not begin with a petition")]
    NoPetition(DocketNumber),
}

/// Checks that a commit follows the one of this version and hash, whole and unaltered, and
/// understands its events.
///
/// # Errors
/// [`FoldError::Chain`] and [`FoldError::Decode`], as [`Case::fold`] has them.
pub fn understand_after(
    version: Version,
    hash: Digest,
    commit: &Commit,
) -> Result<Vec<CaseEvent>, FoldError> {
    commit.verify_after(version, hash)?;
    commit.decode().map_err(|source| FoldError::Decode {
        docket_number: commit.docket_number,
        version: commit.version,
        source,
    })
}

/// What an event needs to know of the commit that it came in.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) commit: &'a Commit,
}

impl Case {
    /// Folds a commit: checks that it is the next, whole and unaltered, understands its
    /// events, and applies them in order.
    ///
    /// # Errors
    /// [`FoldError`] where the commit is not the next one of this case, was altered, can't
    /// be understood by this build, or begins a case with something other than a petition.
    /// The case given is lost then: read it again.
    pub fn fold(case: Option<Self>, commit: &Commit) -> Result<Self, FoldError> {
        let events = Self::understand(case.as_ref(), commit)?;
        Self::apply(case, commit, events).ok_or(FoldError::NoPetition(commit.docket_number))
    }

    /// The first half of [`Self::fold`], for a caller that must keep the case where the
    /// commit can't be folded: checks that the commit is the next, whole and unaltered, and
    /// understands its events. [`Self::apply`] is the second half.
    ///
    /// # Errors
    /// [`FoldError::Chain`] and [`FoldError::Decode`], as [`Self::fold`] has them.
    pub fn understand(case: Option<&Self>, commit: &Commit) -> Result<Vec<CaseEvent>, FoldError> {
        let (version, hash) = case.map_or((Version::ZERO, Digest::ZERO), |case| {
            (case.version, case.folded_from.head_hash)
        });
        understand_after(version, hash, commit)
    }

    /// Applies the events of a commit. `None` stands before the first event, and stays
    /// `None` until a petition is filed.
    pub fn apply(
        case: Option<Self>,
        commit: &Commit,
        events: impl IntoIterator<Item = CaseEvent>,
    ) -> Option<Self> {
        // A case is large, so it stays where it is.
        let mut case = case;
        let mut events = events.into_iter();
        while case.is_none() {
            if let CaseEvent::PetitionFiled(event) = events.next()? {
                case = Some(Self::begin(event, Context { commit }));
            }
        }
        if let Some(case) = &mut case {
            case.advance(commit, events);
        }
        case
    }

    /// Applies the events of a commit to a case that has begun.
    #[must_use]
    pub fn after(mut self, commit: &Commit, events: impl IntoIterator<Item = CaseEvent>) -> Self {
        self.advance(commit, events);
        self
    }

    fn advance(&mut self, commit: &Commit, events: impl IntoIterator<Item = CaseEvent>) {
        let context = Context { commit };
        for event in events {
            self.evolve(event, context);
        }
        self.version = commit.version;
        let FoldedFrom {
            events,
            last_event_id,
            last_command_id,
            correlation_id,
            recorded_at,
            head_hash,
        } = &mut self.folded_from;
        *events += commit.events.len() as u64;
        if let Some(last) = commit.events.last() {
            *last_event_id = last.event_id;
        }
        last_command_id.clone_from(&commit.command_id);
        correlation_id.clone_from(&commit.correlation_id);
        *recorded_at = commit.recorded_at;
        *head_hash = commit.hash;
    }

    fn evolve(&mut self, event: CaseEvent, context: Context<'_>) {
        let Some(id) = event.docket_entry_id() else {
            return self.evolve_one(event, context);
        };
        let is_new = matches!(event, CaseEvent::DocketEntryFiled(_));
        let place = self.docket.place(id);
        let before = Before::of(self, place);
        self.evolve_one(event, context);
        // No other event moves an entry.
        let place = if is_new { self.docket.place(id) } else { place };
        self.note_open(id, place, before);
    }

    fn evolve_one(&mut self, event: CaseEvent, context: Context<'_>) {
        match event {
            // A case begins once; a second petition in its history changes nothing.
            CaseEvent::PetitionFiled(_) => {}
            CaseEvent::PetitionChecked(event) => self.petition_checked(event, context),
            CaseEvent::PetitionServed(event) => self.petition_served(event),
            CaseEvent::FeeRecorded(event) => self.fee_recorded(event),
            CaseEvent::DocketEntryFiled(event) => self.entry_filed(event, context),
            CaseEvent::DocketEntryServed(event) => self.docket.served(event, context),
            CaseEvent::DocketEntryStricken(event) => self.docket.stricken(event, context),
            CaseEvent::DocketEntrySealed(event) => self.docket.sealed(event, context),
            CaseEvent::DocketEntryUnsealed(event) => self.docket.unsealed(event, context),
            CaseEvent::CaseStatusChanged(event) => self.status_changed(event, context),
            CaseEvent::CaptionChanged(event) => self.caption_changed(event),
            CaseEvent::JudgeAssigned(event) => self.judge_assigned(event),
            CaseEvent::CaseDetailsCorrected(event) => self.details_corrected(event),
            CaseEvent::CaseSealed(event) => self.sealed(event),
            CaseEvent::CaseUnsealed(event) => self.unsealed(event),
            CaseEvent::CaseConsolidated(event) => self.consolidated(event),
            CaseEvent::CaseUnconsolidated(event) => self.unconsolidated(event),
            CaseEvent::PartyAdded(event) => self.party_added(event),
            CaseEvent::ContactUpdated(event) => self.contact_updated(event),
            CaseEvent::CounselAssociated(event) => self.counsel_associated(event),
            CaseEvent::DocketEntryEdited(event) => self.entry_edited(event, context),
            CaseEvent::DraftSigned(event) => self.docket.signed(event, context),
            CaseEvent::DraftUnsigned(event) => self.docket.unsigned(event, context),
            CaseEvent::DraftArchived(event) => self.docket.archived(event, context),
            CaseEvent::MotionStamped(event) => self.docket.stamped(event, context),
            CaseEvent::DocketEntryChecked(event) => self.docket.checked(event, context),
            CaseEvent::PendingItemRemoved(event) => self.docket.settled(event, context),
            CaseEvent::PartyRemoved(event) => self.party_removed(event),
            CaseEvent::AddressSealed(event) => self.address_sealed(event),
            CaseEvent::AddressUnsealed(event) => self.address_unsealed(event),
            CaseEvent::CounselUpdated(event) => self.counsel_updated(event),
            CaseEvent::CounselRemoved(event) => self.counsel_removed(event),
            CaseEvent::AddedToTrialSession(event) => self.added_to_trial_session(event),
            CaseEvent::CaseCalendared(event) => self.calendared(event, context),
            CaseEvent::RemovedFromTrialSession(event) => self.removed_from_trial_session(event),
            CaseEvent::HearingSet(event) => self.hearing_set(event),
            CaseEvent::HearingRemoved(event) => self.hearing_removed(event),
            CaseEvent::TrialBlocked(event) => self.trial_blocked(event, context),
            CaseEvent::TrialUnblocked(event) => self.trial_unblocked(event),
            CaseEvent::AutomaticallyBlocked(event) => self.automatically_blocked(event, context),
            CaseEvent::AutomaticBlockLifted(event) => self.automatic_block_lifted(event),
            CaseEvent::CasePrioritized(event) => self.prioritized(event, context),
            CaseEvent::CaseUnprioritized(event) => self.unprioritized(event),
            CaseEvent::DeadlineAdded(event) => self.deadline_added(event),
            CaseEvent::DeadlineUpdated(event) => self.deadline_updated(event),
            CaseEvent::DeadlineRemoved(event) => self.deadline_removed(event),
            CaseEvent::CorrespondenceAdded(event) => self.correspondence_added(event),
            CaseEvent::CorrespondenceUpdated(event) => self.correspondence_updated(event),
            CaseEvent::CorrespondenceRemoved(event) => self.correspondence_removed(event),
            CaseEvent::StatisticAdded(event) => self.statistic_added(event),
            CaseEvent::StatisticUpdated(event) => self.statistic_updated(event),
            CaseEvent::StatisticRemoved(event) => self.statistic_removed(event),
            CaseEvent::OtherStatisticsSet(event) => self.other_statistics_set(event),
            CaseEvent::OtherStatisticsRemoved(event) => self.other_statistics_removed(event),
            CaseEvent::CaseNoteWritten(event) => self.case_note_written(event),
            CaseEvent::CaseNoteRemoved(event) => self.case_note_removed(event),
            CaseEvent::CaseImported(event) => self.imported(event, context),
        }
    }

    /// The suffix of the docket number, as it follows from case type and procedure.
    pub const fn docket_number_suffix(&self) -> Option<DocketNumberSuffix> {
        DocketNumberSuffix::of(self.case_type, self.procedure_type)
    }

    /// The docket number with its suffix, say `101-26SL`.
    pub fn docket_number_with_suffix(&self) -> String {
        let suffix = self
            .docket_number_suffix()
            .map_or("", DocketNumberSuffix::as_str);
        format!("{}{suffix}", self.docket_number)
    }

    /// Whether the whole case is sealed.
    pub const fn is_sealed(&self) -> bool {
        self.sealed_at.is_some()
    }

    /// The petitioners, in the order in which they joined.
    pub fn petitioners(&self) -> impl Iterator<Item = &Contact> {
        self.parties
            .iter()
            .filter(|contact| contact.contact_type == ContactType::Petitioner)
    }
}
