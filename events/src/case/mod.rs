//! The events of a case: everything that can happen to it, one file a group.
//!
//! These are stored forms. A released payload never changes: a new shape is a new schema
//! version with an upcaster (see [`crate::upcast`]), and a new fact is a new event.

pub mod consolidation;
pub mod docket;
pub mod import;
pub mod intake;
pub mod parties;
pub mod records;
pub mod standing;
pub mod trial;

use crate::canonical::{CanonicalError, Written, written};
use crate::ids::DocketEntryId;
use crate::party::Contact;

/// Declares every event with the newest version of its schema, once.
macro_rules! case_events {
    ($($(#[$doc:meta])* $name:ident($payload:path) = $version:literal),+ $(,)?) => {
        /// Something that happened to a case.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum CaseEvent {
            $($(#[$doc])* $name($payload),)+
        }

        impl CaseEvent {
            /// Every event type with the newest version of its schema.
            pub const SCHEMAS: &'static [(&'static str, u32)] =
                &[$((stringify!($name), $version)),+];

            /// Every event type with the newest version of its schema and that schema, as a
            /// JSON Schema document (draft 2020-12).
            pub fn json_schemas() -> Vec<(&'static str, u32, serde_json::Value)> {
                vec![$((
                    stringify!($name),
                    $version,
                    crate::json_schema::document::<$payload>(stringify!($name), $version),
                )),+]
            }

            /// The event's type, as it is stored.
            pub const fn event_type(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)+ }
            }

            /// The version of the schema under which the event is written.
            pub const fn schema_version(&self) -> u32 {
                match self { $(Self::$name(_) => $version,)+ }
            }

            /// The payload as its canonical text, with where in it personal values are.
            pub(crate) fn written(&self) -> Result<Written, CanonicalError> {
                match self { $(Self::$name(payload) => written(payload),)+ }
            }

            /// Whether it tells of people. What can't be written may.
            pub fn tells_of_people(&self) -> bool {
                self.written().map_or(true, |written| !written.personal.is_empty())
            }

            pub(crate) fn schema(event_type: &str) -> Option<(&'static str, u32)> {
                match event_type {
                    $(stringify!($name) => Some((stringify!($name), $version)),)+
                    _ => None,
                }
            }

            pub(crate) fn from_payload(
                event_type: &str,
                payload: &str,
            ) -> Result<Self, serde_json::Error> {
                match event_type {
                    $(stringify!($name) => serde_json::from_str(payload).map(Self::$name),)+
                    other => Err(serde::de::Error::custom(format_args!("unknown type {other}"))),
                }
            }
        }

        $(impl From<$payload> for CaseEvent {
            fn from(payload: $payload) -> Self {
                Self::$name(payload)
            }
        })+
    };
}

case_events! {
    /// A petition was filed: the case begins.
    PetitionFiled(intake::PetitionFiled) = 2,
    /// The petitions clerk checked the petition.
    PetitionChecked(intake::PetitionChecked) = 1,
    /// The petition was served on the respondent.
    PetitionServed(intake::PetitionServed) = 1,
    /// The filing fee was paid, waived, or found unpaid.
    FeeRecorded(intake::FeeRecorded) = 1,
    /// An entry was added, on the docket record or off it.
    DocketEntryFiled(docket::DocketEntryFiled) = 3,
    /// An entry was served.
    DocketEntryServed(docket::DocketEntryServed) = 1,
    /// An entry was stricken from the record.
    DocketEntryStricken(docket::DocketEntryStricken) = 1,
    /// An entry was sealed.
    DocketEntrySealed(docket::DocketEntrySealed) = 2,
    /// An entry was unsealed.
    DocketEntryUnsealed(docket::DocketEntryUnsealed) = 1,
    /// An entry was edited.
    DocketEntryEdited(docket::DocketEntryEdited) = 1,
    /// A draft was signed.
    DraftSigned(docket::DraftSigned) = 1,
    /// A draft's signature was taken back.
    DraftUnsigned(docket::DraftUnsigned) = 1,
    /// A draft was laid aside.
    DraftArchived(docket::DraftArchived) = 1,
    /// A motion was stamped.
    MotionStamped(docket::MotionStamped) = 1,
    /// A clerk checked a filing.
    DocketEntryChecked(docket::DocketEntryChecked) = 1,
    /// Nothing is to be done about an entry any more.
    PendingItemRemoved(docket::PendingItemRemoved) = 1,
    /// The case's status changed.
    CaseStatusChanged(standing::CaseStatusChanged) = 1,
    /// The case's caption changed.
    CaptionChanged(standing::CaptionChanged) = 1,
    /// The case was given to a judge.
    JudgeAssigned(standing::JudgeAssigned) = 1,
    /// Case type, procedure, party type or place of trial were corrected.
    CaseDetailsCorrected(standing::CaseDetailsCorrected) = 1,
    /// The whole case was sealed.
    CaseSealed(standing::CaseSealed) = 1,
    /// The case was unsealed.
    CaseUnsealed(standing::CaseUnsealed) = 1,
    /// The case joined a consolidated group, or its group changed.
    CaseConsolidated(consolidation::CaseConsolidated) = 1,
    /// The case left its consolidated group.
    CaseUnconsolidated(consolidation::CaseUnconsolidated) = 1,
    /// A petitioner, participant or intervenor joined the case.
    PartyAdded(parties::PartyAdded) = 1,
    /// A contact's name, address, telephone, e-mail or service changed.
    ContactUpdated(parties::ContactUpdated) = 1,
    /// Counsel entered an appearance.
    CounselAssociated(parties::CounselAssociated) = 1,
    /// A petitioner, participant or intervenor is not in the case any more.
    PartyRemoved(parties::PartyRemoved) = 1,
    /// A contact's address is sealed.
    AddressSealed(parties::AddressSealed) = 1,
    /// A contact's address is not sealed any more.
    AddressUnsealed(parties::AddressUnsealed) = 1,
    /// Counsel's details changed, or whom they represent.
    CounselUpdated(parties::CounselUpdated) = 1,
    /// Counsel withdrew.
    CounselRemoved(parties::CounselRemoved) = 1,
    /// The case was put into a trial session.
    AddedToTrialSession(trial::AddedToTrialSession) = 1,
    /// The case was set on the calendar of a trial session.
    CaseCalendared(trial::CaseCalendared) = 1,
    /// The case was taken out of its trial session.
    RemovedFromTrialSession(trial::RemovedFromTrialSession) = 1,
    /// A hearing was set.
    HearingSet(trial::HearingSet) = 1,
    /// A hearing was taken off.
    HearingRemoved(trial::HearingRemoved) = 1,
    /// The case is kept from trial by hand.
    TrialBlocked(trial::TrialBlocked) = 1,
    /// The case is not kept from trial by hand any more.
    TrialUnblocked(trial::TrialUnblocked) = 1,
    /// The case is kept from trial by itself.
    AutomaticallyBlocked(trial::AutomaticallyBlocked) = 1,
    /// The case is not kept from trial by itself any more.
    AutomaticBlockLifted(trial::AutomaticBlockLifted) = 1,
    /// The case is to be tried before others.
    CasePrioritized(trial::CasePrioritized) = 1,
    /// The case is not to be tried before others any more.
    CaseUnprioritized(trial::CaseUnprioritized) = 1,
    /// A deadline was set.
    DeadlineAdded(records::DeadlineAdded) = 1,
    /// A deadline changed.
    DeadlineUpdated(records::DeadlineUpdated) = 1,
    /// A deadline is not open any more.
    DeadlineRemoved(records::DeadlineRemoved) = 1,
    /// Correspondence was filed.
    CorrespondenceAdded(records::CorrespondenceAdded) = 1,
    /// Correspondence changed.
    CorrespondenceUpdated(records::CorrespondenceUpdated) = 1,
    /// Correspondence was removed.
    CorrespondenceRemoved(records::CorrespondenceRemoved) = 1,
    /// A statistic was added.
    StatisticAdded(records::StatisticAdded) = 1,
    /// A statistic changed.
    StatisticUpdated(records::StatisticUpdated) = 1,
    /// A statistic was removed.
    StatisticRemoved(records::StatisticRemoved) = 1,
    /// Damages and litigation costs were set.
    OtherStatisticsSet(records::OtherStatisticsSet) = 1,
    /// Damages and litigation costs were removed.
    OtherStatisticsRemoved(records::OtherStatisticsRemoved) = 1,
    /// The case's note was written.
    CaseNoteWritten(records::CaseNoteWritten) = 1,
    /// The case's note was removed.
    CaseNoteRemoved(records::CaseNoteRemoved) = 1,
    /// The case was taken over from another system.
    CaseImported(import::CaseImported) = 1,
}

impl CaseEvent {
    /// The docket entry that the event is about, where it is about one.
    pub const fn docket_entry_id(&self) -> Option<DocketEntryId> {
        match self {
            Self::DocketEntryFiled(event) => Some(event.entry.docket_entry_id),
            Self::DocketEntryServed(event) => Some(event.docket_entry_id),
            Self::DocketEntryStricken(event) => Some(event.docket_entry_id),
            Self::DocketEntrySealed(event) => Some(event.docket_entry_id),
            Self::DocketEntryUnsealed(event) => Some(event.docket_entry_id),
            Self::DocketEntryEdited(event) => Some(event.entry.docket_entry_id),
            Self::DraftSigned(event) => Some(event.docket_entry_id),
            Self::DraftUnsigned(event) => Some(event.docket_entry_id),
            Self::DraftArchived(event) => Some(event.docket_entry_id),
            Self::MotionStamped(event) => Some(event.docket_entry_id),
            Self::DocketEntryChecked(event) => Some(event.docket_entry_id),
            Self::PendingItemRemoved(event) => Some(event.docket_entry_id),
            Self::PetitionFiled(_)
            | Self::PetitionChecked(_)
            | Self::PetitionServed(_)
            | Self::FeeRecorded(_)
            | Self::CaseStatusChanged(_)
            | Self::CaptionChanged(_)
            | Self::JudgeAssigned(_)
            | Self::CaseDetailsCorrected(_)
            | Self::CaseSealed(_)
            | Self::CaseUnsealed(_)
            | Self::CaseConsolidated(_)
            | Self::CaseUnconsolidated(_)
            | Self::PartyAdded(_)
            | Self::ContactUpdated(_)
            | Self::CounselAssociated(_)
            | Self::PartyRemoved(_)
            | Self::AddressSealed(_)
            | Self::AddressUnsealed(_)
            | Self::CounselUpdated(_)
            | Self::CounselRemoved(_)
            | Self::AddedToTrialSession(_)
            | Self::CaseCalendared(_)
            | Self::RemovedFromTrialSession(_)
            | Self::HearingSet(_)
            | Self::HearingRemoved(_)
            | Self::TrialBlocked(_)
            | Self::TrialUnblocked(_)
            | Self::AutomaticallyBlocked(_)
            | Self::AutomaticBlockLifted(_)
            | Self::CasePrioritized(_)
            | Self::CaseUnprioritized(_)
            | Self::DeadlineAdded(_)
            | Self::DeadlineUpdated(_)
            | Self::DeadlineRemoved(_)
            | Self::CorrespondenceAdded(_)
            | Self::CorrespondenceUpdated(_)
            | Self::CorrespondenceRemoved(_)
            | Self::StatisticAdded(_)
            | Self::StatisticUpdated(_)
            | Self::StatisticRemoved(_)
            | Self::OtherStatisticsSet(_)
            | Self::OtherStatisticsRemoved(_)
            | Self::CaseNoteWritten(_)
            | Self::CaseNoteRemoved(_)
            | Self::CaseImported(_) => None,
        }
    }

    /// Whether this build knows events of a type, in whichever version.
    pub fn knows(event_type: &str) -> bool {
        Self::schema(event_type).is_some()
    }

    /// The contacts that the event carries whole, with their addresses.
    pub const fn contacts(&self) -> &[Contact] {
        match self {
            Self::PetitionFiled(event) => event.petitioners.as_slice(),
            Self::PartyAdded(event) => std::slice::from_ref(&event.contact),
            Self::ContactUpdated(event) => std::slice::from_ref(&event.contact),
            Self::DocketEntryFiled(_)
            | Self::DocketEntryServed(_)
            | Self::DocketEntryStricken(_)
            | Self::DocketEntrySealed(_)
            | Self::DocketEntryUnsealed(_)
            | Self::DocketEntryEdited(_)
            | Self::DraftSigned(_)
            | Self::DraftUnsigned(_)
            | Self::DraftArchived(_)
            | Self::MotionStamped(_)
            | Self::DocketEntryChecked(_)
            | Self::PendingItemRemoved(_)
            | Self::PetitionChecked(_)
            | Self::PetitionServed(_)
            | Self::FeeRecorded(_)
            | Self::CaseStatusChanged(_)
            | Self::CaptionChanged(_)
            | Self::JudgeAssigned(_)
            | Self::CaseDetailsCorrected(_)
            | Self::CaseSealed(_)
            | Self::CaseUnsealed(_)
            | Self::CaseConsolidated(_)
            | Self::CaseUnconsolidated(_)
            | Self::CounselAssociated(_)
            | Self::PartyRemoved(_)
            | Self::AddressSealed(_)
            | Self::AddressUnsealed(_)
            | Self::CounselUpdated(_)
            | Self::CounselRemoved(_)
            | Self::AddedToTrialSession(_)
            | Self::CaseCalendared(_)
            | Self::RemovedFromTrialSession(_)
            | Self::HearingSet(_)
            | Self::HearingRemoved(_)
            | Self::TrialBlocked(_)
            | Self::TrialUnblocked(_)
            | Self::AutomaticallyBlocked(_)
            | Self::AutomaticBlockLifted(_)
            | Self::CasePrioritized(_)
            | Self::CaseUnprioritized(_)
            | Self::DeadlineAdded(_)
            | Self::DeadlineUpdated(_)
            | Self::DeadlineRemoved(_)
            | Self::CorrespondenceAdded(_)
            | Self::CorrespondenceUpdated(_)
            | Self::CorrespondenceRemoved(_)
            | Self::StatisticAdded(_)
            | Self::StatisticUpdated(_)
            | Self::StatisticRemoved(_)
            | Self::OtherStatisticsSet(_)
            | Self::OtherStatisticsRemoved(_)
            | Self::CaseNoteWritten(_)
            | Self::CaseNoteRemoved(_)
            | Self::CaseImported(_) => &[],
        }
    }
}
