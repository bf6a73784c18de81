//! What a case is about, by which rules, where, and its fee.

use casefold_events::case::intake::Fee;
use casefold_events::vocabulary::{CaseType, PartyType, ProcedureType};
use casefold_events::{DocketNumber, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::consolidation::{EXAMPLE_CASES, check_cases};
use super::intake::check_fee;
use super::{Body, Check, limits};

/// Corrects a case's details; a field that is left out stays as it is. The suffix of the
/// docket number follows from case type and procedure. When the petition was received is
/// not among them: the docket number rests on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateCaseDetails {
    /// What the case is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_type: Option<CaseType>,
    /// The rules of procedure. Consolidated cases share them: see the form for a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure_type: Option<ProcedureType>,
    /// Who petitions. The caption stays: UpdateCaseContext changes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party_type: Option<PartyType>,
    /// Where the petitioner wants the trial. Consolidated cases share it: see the form for
    /// a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub preferred_trial_city: Option<String>,
    /// The date of the notice against which the petition is filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irs_notice_date: Option<Timestamp>,
    /// When the petition was posted, as the court reads it on the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub mailing_date: Option<String>,
    /// The filing fee.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for UpdateCaseDetails {
    const NAME: &'static str = "UpdateCaseDetails";

    fn check(&self, check: &mut Check) {
        check.optional(
            "preferredTrialCity",
            self.preferred_trial_city.as_ref(),
            limits::LINE,
        );
        check.optional("mailingDate", self.mailing_date.as_ref(), limits::LINE);
        check_fee(self.fee.as_ref(), check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl UpdateCaseDetails {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "caseType": "CDP (Lien/Levy)",
            "preferredTrialCity": "Mobile, Alabama",
        })
    }
}

/// Corrects what the cases of a consolidated group share: the group is listed as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateCaseDetailsInGroup {
    /// Every case of one consolidated group.
    #[schema(min_items = 1, max_items = 100)]
    pub docket_numbers: Vec<DocketNumber>,
    /// The rules of procedure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure_type: Option<ProcedureType>,
    /// Where the petitioners want the trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub preferred_trial_city: Option<String>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for UpdateCaseDetailsInGroup {
    const NAME: &'static str = UpdateCaseDetails::NAME;

    fn check(&self, check: &mut Check) {
        check_cases(&self.docket_numbers, 1, check);
        check.optional(
            "preferredTrialCity",
            self.preferred_trial_city.as_ref(),
            limits::LINE,
        );
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl UpdateCaseDetailsInGroup {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "docketNumbers": EXAMPLE_CASES,
            "preferredTrialCity": "Jackson, Mississippi",
        })
    }
}
