//! Commands: what a caller may ask for, as typed bodies.
//!
//! A body is told by its `type`, and a field that it doesn't have is refused. Parsing looks
//! at the shape alone; each field's length and form are checked by [`Body::check`], which
//! deciding calls before it looks at the case, so that no way in avoids it.
//!
//! | enum | endpoint | about |
//! | --- | --- | --- |
//! | [`PetitionCommand`] | `POST /v1/cases` | a case that doesn't exist yet |
//! | [`CaseCommand`] | `POST /v1/cases/{docketNumber}/commands` | one case |
//! | [`GroupCommand`] | `POST /v1/commands` | several cases, all or none |
//!
//! The examples, sent in the order in which the commands are listed, succeed as they stand
//! on a fresh service: `FilePaperPetition` twice makes the cases 101-25 and 102-25, the
//! commands on one case work on each of them (and on a case of `FilePetition`), and the
//! commands on several are about these two. `FileDocument` is sent by the petitioner with
//! the user id [`EXAMPLE_PETITIONER`]; who may send the others is said in
//! [`crate::rules::permissions`]. `MarkReadyForTrial` is the exception: it takes an answer
//! that is older than 45 days, which a fresh service has not.

mod addresses;
mod blocks;
mod case_note;
mod check;
mod common;
mod consolidation;
mod contact_ref;
mod correspondence;
mod counsel;
mod court_issued;
mod deadlines;
mod declare;
mod details;
mod docket;
mod draft_orders;
mod entry_meta;
mod entry_ref;
mod group_filing;
mod intake;
pub mod limits;
mod paper_filing;
mod parse;
mod parties;
mod record_ref;
mod schema;
mod standing;
mod statistics;
mod trial;
mod upload;

use casefold_events::{DocketEntryId, DocketNumber, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use addresses::{SealAddress, UnsealAddress};
pub use blocks::{BlockFromTrial, Prioritize, UnblockFromTrial, Unprioritize};
pub use case_note::{AddCaseNote, RemoveCaseNote, UpdateCaseNote};
pub use check::{Attached, Check, InvalidField};
pub use common::{Attachment, CounselDetails, NewPetitioner};
pub use consolidation::{ConsolidateCases, FileDocumentInGroup, UnconsolidateCases};
pub use contact_ref::ContactRef;
pub use correspondence::{AddCorrespondence, RemoveCorrespondence, UpdateCorrespondence};
pub use counsel::{AssociateCounsel, CounselField, RemoveCounsel, UpdateCounsel};
pub use court_issued::{
    CourtDocument, CourtSource, FileCourtIssuedDocument, ServeCourtIssuedDocument,
};
pub use deadlines::{AddDeadline, RemoveDeadline, UpdateDeadline};
pub use details::{UpdateCaseDetails, UpdateCaseDetailsInGroup};
pub use docket::{
    FileDocument, Filing, SealDocketEntry, ServeDocument, StrikeDocketEntry, UnsealDocketEntry,
};
pub use draft_orders::{
    ArchiveDraft, CreateDraftOrder, EditDraft, SignOrder, StampMotion, UnsignOrder,
};
pub use entry_meta::{CompleteQc, EditDocketEntryMeta, RemovePendingItem};
pub use entry_ref::EntryRef;
pub use group_filing::{AddPaperFilingInGroup, FileCourtIssuedDocumentInGroup};
pub use intake::{FilePaperPetition, FilePetition, QcPetition, ServePetition};
pub use paper_filing::{AddPaperFiling, EditPaperFiling, Filers, PaperFiling};
pub use parse::CommandParseError;
pub use parties::{AddPetitioner, ContactField, RemovePetitioner, UpdateContact};
pub use record_ref::RecordRef;
pub use standing::{SealCase, UnsealCase, UpdateCaseContext, UpdateCaseContextInGroup};
pub use statistics::{
    AddOtherStatistics, AddStatistic, Figures, RemoveOtherStatistics, RemoveStatistic,
    UpdateOtherStatistics, UpdateStatistic,
};
pub use trial::{
    AddToTrialSession, MarkReadyForTrial, RemoveFromTrialSession, RemoveHearing, SetHearing,
    SetTrialCalendar, TrialCalendar,
};
pub use upload::RequestUpload;

/// The user id of the petitioner in the examples.
pub const EXAMPLE_PETITIONER: &str = "dev-petitioner";
/// The user id of the private practitioner in the examples.
pub const EXAMPLE_COUNSEL: &str = "dev-privatepractitioner";

/// What every command's body has.
pub trait Body: Serialize + DeserializeOwned + ToSchema {
    /// The command's `type`.
    const NAME: &'static str;

    /// Checks lengths and forms, field by field.
    fn check(&self, check: &mut Check);

    /// From when the command holds, where the caller says so.
    fn effective_at(&self) -> Option<Timestamp>;
}

/// Declares an enumeration of commands, once: names, parsing, checking, OpenAPI, examples.
macro_rules! commands {
    ($(#[$doc:meta])* $name:ident {
        $($(#[doc = $vdoc:literal])+ $variant:ident($body:ident)),+ $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub enum $name {
            $($(#[doc = $vdoc])+ $variant($body),)+
        }

        impl $name {
            /// The commands, in the order in which their examples succeed.
            pub const NAMES: &'static [&'static str] = &[$(<$body as Body>::NAME),+];

            /// What each command does, in the order of [`Self::NAMES`].
            pub const MEANINGS: &'static [&'static str] =
                &[$(concat!($($vdoc),+).trim_ascii()),+];

            /// The command's name, which is its `type`.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$variant(_) => <$body as Body>::NAME,)+ }
            }

            /// Reads a command from JSON.
            ///
            /// # Errors
            /// [`CommandParseError`] where it has no known `type`, or its body is not of
            /// that type. The error names the field and never quotes what is in it.
            pub fn parse(value: Value) -> Result<Self, CommandParseError> {
                let (found, body) = parse::split(value, Self::NAMES)?;
                $(if found == <$body as Body>::NAME {
                    return parse::body(body).map(Self::$variant);
                })+
                Err(CommandParseError::UnknownType { found, known: Self::NAMES })
            }

            /// Checks lengths and forms.
            ///
            /// # Errors
            /// [`InvalidField`] names the first field that can't be taken.
            pub fn validate(&self) -> Result<(), InvalidField> {
                match self { $(Self::$variant(body) => check::validate(body),)+ }
            }

            /// The documents that the command attaches.
            pub fn attachments(&self) -> Vec<Attached> {
                match self { $(Self::$variant(body) => check::attachments(body),)+ }
            }

            /// From when the command holds, where the caller says so.
            pub fn effective_at(&self) -> Option<Timestamp> {
                match self { $(Self::$variant(body) => Body::effective_at(body),)+ }
            }

            /// Each command's name with a complete body that succeeds as it stands, in the
            /// order in which they do.
            pub fn examples() -> Vec<(&'static str, Value)> {
                vec![$((<$body as Body>::NAME, $body::example())),+]
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                schema::one_of([$((<$body as Body>::NAME, <$body as ToSchema>::name())),+])
            }
        }

        impl ToSchema for $name {
            fn schemas(schemas: &mut Vec<schema::Named>) {
                $(
                    schemas.push(schema::tagged::<$body>());
                    <$body as ToSchema>::schemas(schemas);
                )+
            }
        }
    };
}

commands! {
    /// Begins a case.
    #[expect(clippy::large_enum_variant, reason = "there is one at a time, and it is not moved about")]
    PetitionCommand {
        /// A petition filed electronically, by the petitioner or counsel.
        FilePetition(FilePetition),
        /// A petition that came on paper, entered by a petitions clerk.
        FilePaperPetition(FilePaperPetition),
    }
}

commands! {
    /// Acts on one case.
    CaseCommand {
        /// Checks a petition against its papers, and corrects it.
        QcPetition(QcPetition),
        /// Serves the petition on the respondent.
        ServePetition(ServePetition),
        /// Files a document of a party.
        FileDocument(FileDocument),
        /// Says that a clerk has checked a filing.
        CompleteQc(CompleteQc),
        /// Stamps a motion, which makes a draft order.
        StampMotion(StampMotion),
        /// Serves a filed document on the parties.
        ServeDocument(ServeDocument),
        /// Says that nothing is to be done about an entry any more.
        RemovePendingItem(RemovePendingItem),
        /// Puts an order, decision, opinion or notice of the court on the record.
        FileCourtIssuedDocument(FileCourtIssuedDocument),
        /// Serves a document of the court on the parties.
        ServeCourtIssuedDocument(ServeCourtIssuedDocument),
        /// Strikes an entry from the record.
        StrikeDocketEntry(StrikeDocketEntry),
        /// Seals an entry.
        SealDocketEntry(SealDocketEntry),
        /// Unseals an entry.
        UnsealDocketEntry(UnsealDocketEntry),
        /// Enters a document of a party that came on paper.
        AddPaperFiling(AddPaperFiling),
        /// Edits a filing that came on paper and is not served yet.
        EditPaperFiling(EditPaperFiling),
        /// Corrects what the record says of an entry.
        EditDocketEntryMeta(EditDocketEntryMeta),
        /// Keeps a draft of a document of the court.
        CreateDraftOrder(CreateDraftOrder),
        /// Edits a draft.
        EditDraft(EditDraft),
        /// Signs a draft.
        SignOrder(SignOrder),
        /// Takes the signature back from a draft.
        UnsignOrder(UnsignOrder),
        /// Lays a draft aside.
        ArchiveDraft(ArchiveDraft),
        /// Says that a case with an old enough answer is ready for trial.
        MarkReadyForTrial(MarkReadyForTrial),
        /// Changes status, judge or caption.
        UpdateCaseContext(UpdateCaseContext),
        /// Corrects case type, procedure, place of trial, fee and the like.
        UpdateCaseDetails(UpdateCaseDetails),
        /// Keeps the case from trial.
        BlockFromTrial(BlockFromTrial),
        /// Keeps the case from trial no longer.
        UnblockFromTrial(UnblockFromTrial),
        /// Has the case tried before others.
        Prioritize(Prioritize),
        /// Has the case tried in its turn again.
        Unprioritize(Unprioritize),
        /// Puts the case into a trial session.
        AddToTrialSession(AddToTrialSession),
        /// Takes the case out of its trial session.
        RemoveFromTrialSession(RemoveFromTrialSession),
        /// Sets a hearing.
        SetHearing(SetHearing),
        /// Takes a hearing off.
        RemoveHearing(RemoveHearing),
        /// Seals the whole case.
        SealCase(SealCase),
        /// Unseals the case.
        UnsealCase(UnsealCase),
        /// Adds a petitioner, a participant or the intervenor.
        AddPetitioner(AddPetitioner),
        /// Changes a contact's details.
        UpdateContact(UpdateContact),
        /// Seals a contact's address.
        SealAddress(SealAddress),
        /// Unseals a contact's address.
        UnsealAddress(UnsealAddress),
        /// Enters counsel's appearance.
        AssociateCounsel(AssociateCounsel),
        /// Changes counsel's details, or whom they represent.
        UpdateCounsel(UpdateCounsel),
        /// Takes counsel out of the case.
        RemoveCounsel(RemoveCounsel),
        /// Takes a petitioner, a participant or the intervenor out of the case.
        RemovePetitioner(RemovePetitioner),
        /// Sets a deadline.
        AddDeadline(AddDeadline),
        /// Changes a deadline.
        UpdateDeadline(UpdateDeadline),
        /// Removes a deadline.
        RemoveDeadline(RemoveDeadline),
        /// Files correspondence.
        AddCorrespondence(AddCorrespondence),
        /// Changes correspondence.
        UpdateCorrespondence(UpdateCorrespondence),
        /// Removes correspondence.
        RemoveCorrespondence(RemoveCorrespondence),
        /// Adds a statistic.
        AddStatistic(AddStatistic),
        /// Changes a statistic.
        UpdateStatistic(UpdateStatistic),
        /// Removes a statistic.
        RemoveStatistic(RemoveStatistic),
        /// Sets damages and litigation costs.
        AddOtherStatistics(AddOtherStatistics),
        /// Changes damages and litigation costs.
        UpdateOtherStatistics(UpdateOtherStatistics),
        /// Removes damages and litigation costs.
        RemoveOtherStatistics(RemoveOtherStatistics),
        /// Writes the case's note.
        AddCaseNote(AddCaseNote),
        /// Writes the case's note anew.
        UpdateCaseNote(UpdateCaseNote),
        /// Removes the case's note.
        RemoveCaseNote(RemoveCaseNote),
    }
}

commands! {
    /// Acts on several cases in one step: on all, or on none.
    GroupCommand {
        /// Consolidates cases.
        ConsolidateCases(ConsolidateCases),
        /// Files one document to several cases of one consolidated group.
        FileDocument(FileDocumentInGroup),
        /// Enters one document that came on paper in several cases of one consolidated group.
        AddPaperFiling(AddPaperFilingInGroup),
        /// Puts one document of the court on the record of several cases of one consolidated
        /// group.
        FileCourtIssuedDocument(FileCourtIssuedDocumentInGroup),
        /// Corrects procedure or place of trial of a consolidated group.
        UpdateCaseDetails(UpdateCaseDetailsInGroup),
        /// Sets cases on the calendar of a trial session.
        SetTrialCalendar(SetTrialCalendar),
        /// Changes status or judge of a consolidated group.
        UpdateCaseContext(UpdateCaseContextInGroup),
        /// Takes cases out of their consolidated groups.
        UnconsolidateCases(UnconsolidateCases),
    }
}

impl CaseCommand {
    /// The entries on the record that deciding needs to see. The others need not be loaded.
    pub fn entries(&self) -> Vec<EntryRef> {
        match self {
            // The petition's own papers stand first on every record, whatever was filed after.
            Self::ServePetition(_) => vec![EntryRef::Index(1), EntryRef::Index(2)],
            Self::ServeDocument(body) => vec![body.docket_entry],
            Self::ServeCourtIssuedDocument(body) => vec![body.docket_entry],
            Self::StrikeDocketEntry(body) => vec![body.docket_entry],
            Self::SealDocketEntry(body) => vec![body.docket_entry],
            Self::UnsealDocketEntry(body) => vec![body.docket_entry],
            Self::CompleteQc(body) => vec![body.docket_entry],
            Self::RemovePendingItem(body) => vec![body.docket_entry],
            Self::EditPaperFiling(body) => vec![body.docket_entry],
            Self::EditDocketEntryMeta(body) => vec![body.docket_entry],
            // Drafts are always loaded; what was a draft may stand on the record by now.
            Self::StampMotion(body) => named(body.draft, Some(body.docket_entry)),
            Self::FileCourtIssuedDocument(body) => named(body.draft, None),
            Self::CreateDraftOrder(body) => named(body.draft, None),
            Self::EditDraft(body) => named(Some(body.draft), None),
            Self::SignOrder(body) => named(Some(body.draft), None),
            Self::UnsignOrder(body) => named(Some(body.draft), None),
            Self::ArchiveDraft(body) => named(Some(body.draft), None),
            Self::QcPetition(_)
            | Self::FileDocument(_)
            | Self::AddPaperFiling(_)
            | Self::MarkReadyForTrial(_)
            | Self::UpdateCaseContext(_)
            | Self::UpdateCaseDetails(_)
            | Self::BlockFromTrial(_)
            | Self::UnblockFromTrial(_)
            | Self::Prioritize(_)
            | Self::Unprioritize(_)
            | Self::AddToTrialSession(_)
            | Self::RemoveFromTrialSession(_)
            | Self::SetHearing(_)
            | Self::RemoveHearing(_)
            | Self::SealCase(_)
            | Self::UnsealCase(_)
            | Self::AddPetitioner(_)
            | Self::UpdateContact(_)
            | Self::SealAddress(_)
            | Self::UnsealAddress(_)
            | Self::AssociateCounsel(_)
            | Self::UpdateCounsel(_)
            | Self::RemoveCounsel(_)
            | Self::RemovePetitioner(_)
            | Self::AddDeadline(_)
            | Self::UpdateDeadline(_)
            | Self::RemoveDeadline(_)
            | Self::AddCorrespondence(_)
            | Self::UpdateCorrespondence(_)
            | Self::RemoveCorrespondence(_)
            | Self::AddStatistic(_)
            | Self::UpdateStatistic(_)
            | Self::RemoveStatistic(_)
            | Self::AddOtherStatistics(_)
            | Self::UpdateOtherStatistics(_)
            | Self::RemoveOtherStatistics(_)
            | Self::AddCaseNote(_)
            | Self::UpdateCaseNote(_)
            | Self::RemoveCaseNote(_) => Vec::new(),
        }
    }
}

fn named(draft: Option<DocketEntryId>, entry: Option<EntryRef>) -> Vec<EntryRef> {
    draft.map(EntryRef::Id).into_iter().chain(entry).collect()
}

impl GroupCommand {
    /// The cases that the command lists.
    pub fn docket_numbers(&self) -> &[DocketNumber] {
        match self {
            Self::ConsolidateCases(body) => &body.docket_numbers,
            Self::FileDocument(body) => &body.docket_numbers,
            Self::AddPaperFiling(body) => &body.docket_numbers,
            Self::FileCourtIssuedDocument(body) => &body.docket_numbers,
            Self::UpdateCaseDetails(body) => &body.docket_numbers,
            Self::SetTrialCalendar(body) => &body.docket_numbers,
            Self::UpdateCaseContext(body) => &body.docket_numbers,
            Self::UnconsolidateCases(body) => &body.docket_numbers,
        }
    }

    /// The entries on the record that deciding needs to see, in whichever of the cases
    /// they are.
    pub fn entries(&self) -> Vec<EntryRef> {
        match self {
            Self::FileCourtIssuedDocument(body) => named(body.draft, None),
            Self::ConsolidateCases(_)
            | Self::FileDocument(_)
            | Self::AddPaperFiling(_)
            | Self::UpdateCaseDetails(_)
            | Self::SetTrialCalendar(_)
            | Self::UpdateCaseContext(_)
            | Self::UnconsolidateCases(_) => Vec::new(),
        }
    }
}
