//! The court's enumerations, in the court's own words.
//!
//! Each is written exactly as the court writes it; the written form is the stored form and
//! the form on the API. None has a catch-all: a value outside the list is refused where it
//! comes in.

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Declares an enumeration with its written forms, once.
macro_rules! court_enum {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value, in the court's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value as the court writes it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }

        // Derived, the description would have the names of the variants in place of the
        // written forms, which a macro's metavariables hide from it.
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                described(concat!($($doc),*), Self::ALL.iter().map(|value| value.as_str()))
            }
        }

        impl ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(UnknownValue { of: stringify!($name) }),
                }
            }
        }
    };
}

fn described(docs: &str, values: impl Iterator<Item = &'static str>) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(docs.trim()))
        .enum_values(Some(values))
        .build()
        .into()
}

/// Text that is none of an enumeration's written forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a known {of}")]
pub struct UnknownValue {
    of: &'static str,
}

court_enum!(
    /// Where a case stands.
    CaseStatus {
        /// The petition is not checked yet.
        New = "New",
        /// The petition is served on the respondent.
        NotAtIssue = "General Docket - Not at Issue",
        /// An answer is filed.
        AtIssue = "General Docket - At Issue (Ready for Trial)",
        /// Set for a trial session with a date.
        Calendared = "Calendared",
        /// Assigned to a judge.
        AssignedCase = "Assigned - Case",
        /// A motion is assigned to a judge.
        AssignedMotion = "Assigned - Motion",
        /// Called from the calendar, under advisement.
        Cav = "CAV",
        /// Submitted for decision.
        Submitted = "Submitted",
        /// Submitted without trial (Rule 122).
        SubmittedRule122 = "Submitted - Rule 122",
        /// Computation by the parties (Rule 155).
        Rule155 = "Rule 155",
        /// The judge keeps the case.
        JurisdictionRetained = "Jurisdiction Retained",
        /// Before a court of appeals.
        OnAppeal = "On Appeal",
        /// Decided.
        Closed = "Closed",
        /// Dismissed.
        ClosedDismissed = "Closed - Dismissed",
    }
);

impl CaseStatus {
    /// Whether a case of this status has a closed date.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Closed | Self::ClosedDismissed)
    }

    /// Whether the status is one of the general docket, where the Chief Judge has the case.
    pub const fn is_general_docket(self) -> bool {
        matches!(self, Self::NotAtIssue | Self::AtIssue)
    }
}

court_enum!(
    /// What the case is about.
    CaseType {
        /// Collection due process.
        Cdp = "CDP (Lien/Levy)",
        /// A notice of deficiency.
        Deficiency = "Deficiency",
        /// Declaratory judgment on an exempt organization.
        DeclaratoryExemptOrganization = "Declaratory Judgment (Exempt Organization)",
        /// Declaratory judgment on a retirement plan.
        DeclaratoryRetirementPlan = "Declaratory Judgment (Retirement Plan)",
        /// Disclosure of a written determination.
        Disclosure = "Disclosure",
        /// Relief from joint liability.
        InnocentSpouse = "Innocent Spouse",
        /// Abatement of interest.
        InterestAbatement = "Interest Abatement",
        /// None of the others.
        Other = "Other",
        /// Partnership, BBA regime.
        PartnershipBba = "Partnership (BBA Section 1101)",
        /// Partnership, final administrative adjustment.
        Partnership6226 = "Partnership (Section 6226)",
        /// Partnership, administrative adjustment request.
        Partnership6228 = "Partnership (Section 6228)",
        /// Certification to the State Department.
        Passport = "Passport",
        /// A whistleblower's award.
        Whistleblower = "Whistleblower",
        /// Status of a worker.
        WorkerClassification = "Worker Classification",
    }
);

court_enum!(
    /// Which rules of procedure the case follows.
    ProcedureType {
        /// The ordinary rules.
        Regular = "Regular",
        /// Small tax case.
        Small = "Small",
    }
);

court_enum!(
    /// Who petitions.
    PartyType {
        /// One person.
        Petitioner = "Petitioner",
        /// Two spouses.
        PetitionerSpouse = "Petitioner & spouse",
        /// A person and a spouse who died.
        PetitionerDeceasedSpouse = "Petitioner & deceased spouse",
        /// A surviving spouse.
        SurvivingSpouse = "Surviving spouse",
        /// A corporation.
        Corporation = "Corporation",
        /// A partnership by its tax matters partner.
        PartnershipTaxMatters = "Partnership (as the Tax Matters Partner)",
        /// A partnership by another partner.
        PartnershipOther = "Partnership (as a partner other than Tax Matters Partner)",
        /// A partnership by its representative.
        PartnershipBba = "Partnership (as a partnership representative under the BBA regime)",
        /// An estate with an executor.
        EstateWithExecutor = "Estate with an executor/personal representative/fiduciary/etc.",
        /// An estate without an executor.
        EstateWithoutExecutor = "Estate without an executor/personal representative/fiduciary/etc.",
        /// A trust.
        Trust = "Trust",
        /// A conservator.
        Conservator = "Conservator",
        /// A custodian.
        Custodian = "Custodian",
        /// A guardian.
        Guardian = "Guardian",
        /// A next friend for a minor.
        NextFriendForMinor = "Next friend for a minor (without a guardian, conservator, or other like fiduciary)",
        /// A next friend for an incompetent person.
        NextFriendForIncompetent = "Next friend for a legally incompetent person (without a guardian, conservator, or other like fiduciary)",
        /// A donor.
        Donor = "Donor",
        /// A transferee.
        Transferee = "Transferee",
    }
);

court_enum!(
    /// How a person is served.
    ServiceIndicator {
        /// By the court's system.
        Electronic = "Electronic",
        /// By post.
        Paper = "Paper",
        /// Not at all: counsel is served instead.
        None = "None",
    }
);

court_enum!(
    /// A person's part in the case.
    ContactType {
        /// A petitioner; a case has one or more.
        Petitioner = "petitioner",
        /// A participant.
        Participant = "participant",
        /// The intervenor; a case has at most one.
        Intervenor = "intervenor",
    }
);

court_enum!(
    /// Whom a counsel represents.
    CounselType {
        /// Private practitioner, for petitioners.
        PrivatePractitioner = "privatePractitioner",
        /// IRS practitioner, for the respondent.
        IrsPractitioner = "irsPractitioner",
    }
);

court_enum!(
    /// Whether the filer says that the other side objects.
    Objections {
        /// It does.
        Yes = "Yes",
        /// It does not.
        No = "No",
        /// Not known.
        Unknown = "Unknown",
    }
);

court_enum!(
    /// From whom a sealed docket entry is kept.
    SealedTo {
        /// From the public; the parties see it.
        Public = "Public",
        /// From everybody outside the court, parties included.
        External = "External",
    }
);

court_enum!(
    /// Which side was served.
    ServedPartiesCode {
        /// The petitioner.
        Petitioner = "P",
        /// The respondent.
        Respondent = "R",
        /// Both.
        Both = "B",
    }
);

court_enum!(
    /// Why a case is kept from trial by itself.
    AutomaticBlockReason {
        /// It has an open deadline.
        DueDate = "Due Date",
        /// Something is pending on its docket.
        PendingItem = "Pending Item",
        /// Both.
        DueDateAndPendingItem = "Due Date and Pending Item",
    }
);

impl AutomaticBlockReason {
    /// The reason of a case with or without an open deadline and a pending entry; `None`
    /// where it has neither.
    pub const fn of(due_date: bool, pending_item: bool) -> Option<Self> {
        match (due_date, pending_item) {
            (true, true) => Some(Self::DueDateAndPendingItem),
            (true, false) => Some(Self::DueDate),
            (false, true) => Some(Self::PendingItem),
            (false, false) => None,
        }
    }
}

court_enum!(
    /// What a judge's stamp on a motion says.
    MotionDisposition {
        /// The motion is granted.
        Granted = "Granted",
        /// The motion is denied.
        Denied = "Denied",
        /// The motion is denied, and may be made again.
        DeniedWithoutPrejudice = "Denied without prejudice",
        /// The motion is denied, for its purpose has gone.
        DeniedAsMoot = "Denied as moot",
    }
);

court_enum!(
    /// Which kind of liability a statistic is about.
    StatisticPeriod {
        /// A calendar year.
        Year = "Year",
        /// A period that ends on a date.
        Period = "Period",
    }
);

court_enum!(
    /// What a person may do. `system` is the service itself: policies, schedules, imports.
    Role {
        /// Seals, strikes, edits, keeps parties and hearings.
        DocketClerk = "docketclerk",
        /// Takes in and serves petitions; sets the trial calendar.
        PetitionsClerk = "petitionsclerk",
        /// A judge.
        Judge = "judge",
        /// A judge's chambers.
        Chambers = "chambers",
        /// Assistant to the Chief Judge.
        Adc = "adc",
        /// Keeps counsel and their addresses.
        AdmissionsClerk = "admissionsclerk",
        /// At trial sessions.
        TrialClerk = "trialclerk",
        /// Publishes opinions.
        ReportersOffice = "reportersoffice",
        /// Docket and petitions clerk together.
        ClerkOfCourt = "clerkofcourt",
        /// Docket and petitions clerk together.
        CaseServicesSupervisor = "caseservicessupervisor",
        /// Other court staff.
        General = "general",
        /// Court staff who stand in.
        Floater = "floater",
        /// Manages users, and no cases.
        Admin = "admin",
        /// A petitioner.
        Petitioner = "petitioner",
        /// Counsel for petitioners.
        PrivatePractitioner = "privatepractitioner",
        /// Counsel for the respondent.
        IrsPractitioner = "irspractitioner",
        /// The respondent's reader of all served cases.
        IrsSuperuser = "irssuperuser",
        /// The service itself.
        System = "system",
    }
);

impl Role {
    /// Whether the role belongs to the court's own staff.
    pub const fn is_internal(self) -> bool {
        match self {
            Self::DocketClerk
            | Self::PetitionsClerk
            | Self::Judge
            | Self::Chambers
            | Self::Adc
            | Self::AdmissionsClerk
            | Self::TrialClerk
            | Self::ReportersOffice
            | Self::ClerkOfCourt
            | Self::CaseServicesSupervisor
            | Self::General
            | Self::Floater
            | Self::System => true,
            Self::Admin
            | Self::Petitioner
            | Self::PrivatePractitioner
            | Self::IrsPractitioner
            | Self::IrsSuperuser => false,
        }
    }
}

court_enum!(
    /// The letters behind a docket number, which follow from case type and procedure.
    DocketNumberSuffix {
        /// Disclosure.
        Disclosure = "D",
        /// Whistleblower.
        Whistleblower = "W",
        /// Passport.
        Passport = "P",
        /// Declaratory judgment, exempt organization.
        ExemptOrganization = "X",
        /// Declaratory judgment, retirement plan.
        RetirementPlan = "R",
        /// Lien or levy.
        LienLevy = "L",
        /// Lien or levy, small case.
        SmallLienLevy = "SL",
        /// Small case.
        Small = "S",
    }
);

impl DocketNumberSuffix {
    /// The suffix of a case (rule: case type first, then procedure; domain of the court,
    /// "Docket number").
    pub const fn of(case_type: CaseType, procedure: ProcedureType) -> Option<Self> {
        match (case_type, procedure) {
            (CaseType::Disclosure, _) => Some(Self::Disclosure),
            (CaseType::Whistleblower, _) => Some(Self::Whistleblower),
            (CaseType::Passport, _) => Some(Self::Passport),
            (CaseType::DeclaratoryExemptOrganization, _) => Some(Self::ExemptOrganization),
            (CaseType::DeclaratoryRetirementPlan, _) => Some(Self::RetirementPlan),
            (CaseType::Cdp, ProcedureType::Small) => Some(Self::SmallLienLevy),
            (CaseType::Cdp, ProcedureType::Regular) => Some(Self::LienLevy),
            (
                CaseType::Deficiency
                | CaseType::InnocentSpouse
                | CaseType::InterestAbatement
                | CaseType::Other
                | CaseType::PartnershipBba
                | CaseType::Partnership6226
                | CaseType::Partnership6228
                | CaseType::WorkerClassification,
                procedure,
            ) => match procedure {
                ProcedureType::Small => Some(Self::Small),
                ProcedureType::Regular => None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_form_is_read_back() {
        for status in CaseStatus::ALL {
            assert_eq!(status.as_str().parse::<CaseStatus>(), Ok(*status));
            let json = serde_json::to_string(status).unwrap();
            assert_eq!(json, format!("\"{status}\""));
        }
        assert_eq!(CaseStatus::ALL.len(), 14);
        assert_eq!(CaseType::ALL.len(), 14);
        assert_eq!(PartyType::ALL.len(), 18);
    }

    #[test]
    fn an_enumeration_is_described_by_its_written_forms() {
        let schema = serde_json::to_value(CaseStatus::schema()).unwrap();
        let written: Vec<_> = CaseStatus::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(schema["enum"], serde_json::json!(written));
        assert_eq!(schema["description"], "Where a case stands.");
    }

    #[test]
    fn the_suffix_follows_from_case_type_and_procedure() {
        use DocketNumberSuffix as S;
        let of = DocketNumberSuffix::of;
        assert_eq!(of(CaseType::Deficiency, ProcedureType::Regular), None);
        assert_eq!(
            of(CaseType::Deficiency, ProcedureType::Small),
            Some(S::Small)
        );
        assert_eq!(of(CaseType::Cdp, ProcedureType::Regular), Some(S::LienLevy));
        assert_eq!(
            of(CaseType::Cdp, ProcedureType::Small),
            Some(S::SmallLienLevy)
        );
        assert_eq!(
            of(CaseType::Whistleblower, ProcedureType::Small),
            Some(S::Whistleblower)
        );
    }
}
