//! Where a case stands: status, judge, caption, kind, seal.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::personal::Personal;
use crate::time::Timestamp;
use crate::vocabulary::{CaseStatus, CaseType, PartyType, ProcedureType};

/// The case's status changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseStatusChanged {
    /// The new status.
    pub status: CaseStatus,
    /// The date of closing: given if, and only if, the new status is a closed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_date: Option<Timestamp>,
}

/// The case's caption changed. The initial caption is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaptionChanged {
    /// The new caption.
    #[schema(value_type = String)]
    pub caption: Personal<String>,
}

/// The case was given to a judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JudgeAssigned {
    /// The judge's name; "Chief Judge" where no other has the case.
    pub judge: String,
}

/// Details of the case were corrected. A field that is absent was not. The suffix of the
/// docket number follows; the number never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseDetailsCorrected {
    /// What the case is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_type: Option<CaseType>,
    /// The rules of procedure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure_type: Option<ProcedureType>,
    /// Who petitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_type: Option<PartyType>,
    /// Where the petitioner wants the trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferred_trial_city: Option<String>,
    /// The date of the notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irs_notice_date: Option<Timestamp>,
    /// When the petition was posted, as the court reads it on the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailing_date: Option<String>,
}

/// The whole case was sealed: outsiders see its number and that it is sealed, and nothing
/// else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseSealed {
    /// When it was sealed.
    pub sealed_at: Timestamp,
}

/// The case was unsealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CaseUnsealed {}
