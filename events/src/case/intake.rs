//! How a case begins: the petition, its check, its service, its fee.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::party::Contact;
use crate::personal::Personal;
use crate::time::Timestamp;
use crate::vocabulary::{CaseType, PartyType, ProcedureType};

/// A petition was filed. It is the first event of every case; the case's status is New.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PetitionFiled {
    /// When the court received the petition. Its year is the docket number's.
    pub received_at: Timestamp,
    /// Whether it came on paper.
    pub is_paper: bool,
    /// The caption: "Vera Lindholm, Petitioner". It is kept as the initial caption.
    #[schema(value_type = String)]
    pub caption: Personal<String>,
    /// What the case is about.
    pub case_type: CaseType,
    /// The rules of procedure that the petitioner chose.
    pub procedure_type: ProcedureType,
    /// Who petitions.
    pub party_type: PartyType,
    /// Where the petitioner wants the trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_trial_city: Option<String>,
    /// The petitioners, one or more.
    pub petitioners: Vec<Contact>,
    /// The filing fee.
    pub fee: Fee,
    /// The date of the notice against which the petition is filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irs_notice_date: Option<Timestamp>,
    /// When a petition that came on paper was posted, as the court read it on the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailing_date: Option<String>,
}

/// The filing fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "status", deny_unknown_fields)]
pub enum Fee {
    /// Paid: when and how.
    Paid {
        /// When it was paid.
        #[serde(rename = "paidAt")]
        paid_at: Timestamp,
        /// How it was paid, say "Pay.gov" or "Check".
        method: String,
    },
    /// Not paid.
    #[serde(rename = "Not paid")]
    NotPaid,
    /// Waived: when.
    Waived {
        /// When it was waived.
        #[serde(rename = "waivedAt")]
        waived_at: Timestamp,
    },
}

/// The petitions clerk checked the petition against the papers. What was corrected stands
/// in events of its own, beside this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PetitionChecked {}

/// The petition was served on the respondent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PetitionServed {
    /// When it was served.
    pub served_at: Timestamp,
}

/// The filing fee was paid, waived, or found unpaid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FeeRecorded {
    /// The fee as it stands now.
    pub fee: Fee,
}
