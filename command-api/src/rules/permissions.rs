//! Which roles may send which command.
//!
//! Source: domain of the court, "What people do to a case" and "Who may do it". That a party
//! acts on its own cases alone is a question of the case and is decided there.

use casefold_events::vocabulary::Role::{
    self, Adc, AdmissionsClerk, CaseServicesSupervisor, Chambers, ClerkOfCourt, DocketClerk,
    Floater, General, IrsPractitioner, Judge, Petitioner, PetitionsClerk, PrivatePractitioner,
    ReportersOffice, System, TrialClerk,
};

use crate::refusal::Refusal;

/// Docket clerks, and the two roles that are docket and petitions clerk together.
const DOCKET: &[Role] = &[DocketClerk, ClerkOfCourt, CaseServicesSupervisor];
/// Petitions clerks, and the same two.
const PETITIONS: &[Role] = &[PetitionsClerk, ClerkOfCourt, CaseServicesSupervisor];
/// Docket and petitions clerks.
const CLERKS: &[Role] = &[
    DocketClerk,
    PetitionsClerk,
    ClerkOfCourt,
    CaseServicesSupervisor,
];
/// Docket clerks and the admissions clerk, who keep counsel of record.
const COUNSEL_CLERKS: &[Role] = &[
    DocketClerk,
    ClerkOfCourt,
    CaseServicesSupervisor,
    AdmissionsClerk,
];
/// The same, and counsel.
const COUNSEL_AND_CLERKS: &[Role] = &[
    DocketClerk,
    ClerkOfCourt,
    CaseServicesSupervisor,
    AdmissionsClerk,
    PrivatePractitioner,
    IrsPractitioner,
];
/// Parties and counsel. The superuser of the respondent reads and files nothing.
const PARTIES: &[Role] = &[Petitioner, PrivatePractitioner, IrsPractitioner];
/// Those who stamp motions, or stamp them for a judge.
const STAMPS: &[Role] = &[Judge, Chambers, Adc, ClerkOfCourt];
/// All of the court's people, and not the service itself (`system`).
const INTERNAL: &[Role] = &[
    DocketClerk,
    PetitionsClerk,
    Judge,
    Chambers,
    Adc,
    AdmissionsClerk,
    TrialClerk,
    ReportersOffice,
    ClerkOfCourt,
    CaseServicesSupervisor,
    General,
    Floater,
];

/// The table: each command with the roles that may send it.
pub const PERMISSIONS: &[(&str, &[Role])] = &[
    ("FilePetition", &[Petitioner, PrivatePractitioner]),
    ("FilePaperPetition", PETITIONS),
    ("QcPetition", PETITIONS),
    ("ServePetition", PETITIONS),
    ("FileDocument", PARTIES),
    ("CompleteQc", CLERKS),
    ("StampMotion", STAMPS),
    ("ServeDocument", CLERKS),
    ("RemovePendingItem", DOCKET),
    ("FileCourtIssuedDocument", CLERKS),
    ("ServeCourtIssuedDocument", CLERKS),
    ("StrikeDocketEntry", DOCKET),
    ("SealDocketEntry", DOCKET),
    ("UnsealDocketEntry", DOCKET),
    ("AddPaperFiling", CLERKS),
    ("EditPaperFiling", CLERKS),
    ("EditDocketEntryMeta", DOCKET),
    ("CreateDraftOrder", INTERNAL),
    ("EditDraft", INTERNAL),
    ("SignOrder", INTERNAL),
    ("UnsignOrder", INTERNAL),
    ("ArchiveDraft", INTERNAL),
    ("MarkReadyForTrial", &[System]),
    ("UpdateCaseContext", DOCKET),
    ("UpdateCaseDetails", CLERKS),
    ("BlockFromTrial", INTERNAL),
    ("UnblockFromTrial", INTERNAL),
    ("Prioritize", INTERNAL),
    ("Unprioritize", INTERNAL),
    ("AddToTrialSession", DOCKET),
    ("RemoveFromTrialSession", DOCKET),
    ("SetHearing", DOCKET),
    ("RemoveHearing", DOCKET),
    ("SetTrialCalendar", PETITIONS),
    ("SealCase", DOCKET),
    ("UnsealCase", DOCKET),
    ("AddPetitioner", DOCKET),
    (
        "UpdateContact",
        &[
            DocketClerk,
            ClerkOfCourt,
            CaseServicesSupervisor,
            AdmissionsClerk,
            Petitioner,
        ],
    ),
    ("SealAddress", DOCKET),
    ("UnsealAddress", DOCKET),
    ("RemovePetitioner", DOCKET),
    // Counsel for themselves alone.
    ("AssociateCounsel", COUNSEL_AND_CLERKS),
    ("UpdateCounsel", COUNSEL_AND_CLERKS),
    ("RemoveCounsel", COUNSEL_CLERKS),
    ("AddDeadline", INTERNAL),
    ("UpdateDeadline", INTERNAL),
    ("RemoveDeadline", INTERNAL),
    ("AddCorrespondence", CLERKS),
    ("UpdateCorrespondence", CLERKS),
    ("RemoveCorrespondence", CLERKS),
    ("AddStatistic", CLERKS),
    ("UpdateStatistic", CLERKS),
    ("RemoveStatistic", CLERKS),
    ("AddOtherStatistics", CLERKS),
    ("UpdateOtherStatistics", CLERKS),
    ("RemoveOtherStatistics", CLERKS),
    ("AddCaseNote", INTERNAL),
    ("UpdateCaseNote", INTERNAL),
    ("RemoveCaseNote", INTERNAL),
    ("ConsolidateCases", INTERNAL),
    ("UnconsolidateCases", INTERNAL),
];

/// Whether a role may bring the content of documents in: every role that may file one.
pub fn may_upload(role: Role) -> bool {
    PARTIES.contains(&role) || INTERNAL.contains(&role)
}

/// The roles that may send a command; none where there is no such command.
pub fn roles(command: &str) -> &'static [Role] {
    PERMISSIONS
        .iter()
        .find(|(name, _)| *name == command)
        .map_or(&[], |(_, roles)| *roles)
}

/// Lets a role pass that may send a command.
///
/// # Errors
/// [`Refusal::RoleNotAllowed`] where it may not.
pub fn require(role: Role, command: &'static str) -> Result<(), Refusal> {
    if roles(command).contains(&role) {
        Ok(())
    } else {
        Err(Refusal::RoleNotAllowed { role, command })
    }
}
