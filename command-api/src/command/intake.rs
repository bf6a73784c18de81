//! Petitions: filing, checking, serving.

use casefold_events::case::intake::Fee;
use casefold_events::vocabulary::{CaseType, PartyType, ProcedureType};
use casefold_events::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Attachment, Body, Check, CounselDetails, NewPetitioner, limits};

/// Files a petition electronically. It is received when it is sent, so it has no
/// `effectiveAt`; its fee counts as not paid until a clerk records otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FilePetition {
    /// The caption; by default it is made of the petitioners' names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub caption: Option<Personal<String>>,
    /// What the case is about.
    pub case_type: CaseType,
    /// The rules of procedure.
    pub procedure_type: ProcedureType,
    /// Who petitions.
    pub party_type: PartyType,
    /// Where the petitioner wants the trial. It goes into the request for place of trial.
    #[schema(min_length = 1, max_length = 200, example = "Birmingham, Alabama")]
    pub preferred_trial_city: String,
    /// The petitioners. Where a petitioner files, that is the first of them.
    #[schema(min_items = 1, max_items = 100)]
    pub petitioners: Vec<NewPetitioner>,
    /// Who files as counsel. Given by a private practitioner alone, who becomes counsel of
    /// record for all the petitioners.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counsel: Option<CounselDetails>,
    /// The date of the notice against which the petition is filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irs_notice_date: Option<Timestamp>,
    /// The petition.
    pub petition: Attachment,
    /// The statement of taxpayer identification. It never stands on the public record.
    pub statement_of_taxpayer_identification: Attachment,
    /// The request for place of trial, where there is a document of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_for_place_of_trial: Option<Attachment>,
}

impl Body for FilePetition {
    const NAME: &'static str = "FilePetition";

    fn check(&self, check: &mut Check) {
        check.personal("caption", self.caption.as_ref(), limits::TITLE);
        check.text(
            "preferredTrialCity",
            &self.preferred_trial_city,
            limits::LINE,
        );
        NewPetitioner::check_all(&self.petitioners, check);
        if let Some(counsel) = &self.counsel {
            check.within("counsel", |check| counsel.check(check));
        }
        check_documents(
            [
                ("petition", Some(&self.petition)),
                (STATEMENT, Some(&self.statement_of_taxpayer_identification)),
                (REQUEST, self.request_for_place_of_trial.as_ref()),
            ],
            check,
        );
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

impl FilePetition {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "caseType": "Deficiency",
            "procedureType": "Regular",
            "partyType": "Petitioner",
            "preferredTrialCity": "Birmingham, Alabama",
            "petitioners": [NewPetitioner::example("Nora Quist")],
            "irsNoticeDate": "2025-01-15T05:00:00.000Z",
            "petition": Attachment::example("petition"),
            "statementOfTaxpayerIdentification": Attachment::example("stin"),
        })
    }
}

/// Enters a petition that came on paper. It holds from the time at which the court received
/// it, so it has no `effectiveAt`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FilePaperPetition {
    /// When the court received the petition: not in the future. Its year becomes the docket
    /// number's.
    pub received_at: Timestamp,
    /// The caption; by default it is made of the petitioners' names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub caption: Option<Personal<String>>,
    /// What the case is about.
    pub case_type: CaseType,
    /// The rules of procedure.
    pub procedure_type: ProcedureType,
    /// Who petitions.
    pub party_type: PartyType,
    /// Where the petitioner wants the trial, where the petition says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub preferred_trial_city: Option<String>,
    /// When the petition was posted, as the court reads it on the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "Postmarked 11/20/2026")]
    pub mailing_date: Option<String>,
    /// The petitioners.
    #[schema(min_items = 1, max_items = 100)]
    pub petitioners: Vec<NewPetitioner>,
    /// The filing fee; by default it is not paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// The date of the notice against which the petition is filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irs_notice_date: Option<Timestamp>,
    /// The scanned petition. It may be absent when the petition is entered, but a petition
    /// without it can't be served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub petition: Option<Attachment>,
    /// The scanned statement of taxpayer identification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement_of_taxpayer_identification: Option<Attachment>,
    /// The scanned request for place of trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_for_place_of_trial: Option<Attachment>,
}

impl Body for FilePaperPetition {
    const NAME: &'static str = "FilePaperPetition";

    fn check(&self, check: &mut Check) {
        check.personal("caption", self.caption.as_ref(), limits::TITLE);
        check.optional("mailingDate", self.mailing_date.as_ref(), limits::LINE);
        check.optional(
            "preferredTrialCity",
            self.preferred_trial_city.as_ref(),
            limits::LINE,
        );
        NewPetitioner::check_all(&self.petitioners, check);
        check_fee(self.fee.as_ref(), check);
        check_documents(
            [
                ("petition", self.petition.as_ref()),
                (
                    STATEMENT,
                    self.statement_of_taxpayer_identification.as_ref(),
                ),
                (REQUEST, self.request_for_place_of_trial.as_ref()),
            ],
            check,
        );
    }

    fn effective_at(&self) -> Option<Timestamp> {
        None
    }
}

impl FilePaperPetition {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "receivedAt": "2025-03-03T14:30:00.000Z",
            "caseType": "Deficiency",
            "procedureType": "Small",
            "partyType": "Petitioner",
            "preferredTrialCity": "Birmingham, Alabama",
            "petitioners": [NewPetitioner::example_with_user("Nora Quist")],
            "fee": {"status": "Not paid"},
            "irsNoticeDate": "2025-01-15T05:00:00.000Z",
            "petition": Attachment::example("petition"),
            "statementOfTaxpayerIdentification": Attachment::example("stin"),
        })
    }
}

/// Checks a petition against its papers and corrects what differs; a field that is left out
/// is right as it stands. It can be repeated until the petition is served. When the
/// petition was received is no field: it never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QcPetition {
    /// The caption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub caption: Option<Personal<String>>,
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
    #[schema(max_length = 200)]
    pub preferred_trial_city: Option<String>,
    /// The date of the notice against which the petition is filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub irs_notice_date: Option<Timestamp>,
    /// The filing fee. Paid or waived, it puts an entry of its own on the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Fee>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for QcPetition {
    const NAME: &'static str = "QcPetition";

    fn check(&self, check: &mut Check) {
        check.personal("caption", self.caption.as_ref(), limits::TITLE);
        check.optional(
            "preferredTrialCity",
            self.preferred_trial_city.as_ref(),
            limits::LINE,
        );
        check_fee(self.fee.as_ref(), check);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl QcPetition {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "fee": {"status": "Paid", "paidAt": "2025-03-04T16:00:00.000Z", "method": "Pay.gov"},
        })
    }
}

/// Serves a checked petition on the respondent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ServePetition {
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for ServePetition {
    const NAME: &'static str = "ServePetition";

    fn check(&self, _: &mut Check) {}

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl ServePetition {
    /// A complete body.
    pub fn example() -> Value {
        json!({"type": Self::NAME})
    }
}

const STATEMENT: &str = "statementOfTaxpayerIdentification";
const REQUEST: &str = "requestForPlaceOfTrial";

fn check_documents(documents: [(&str, Option<&Attachment>); 3], check: &mut Check) {
    for (field, document) in documents {
        if let Some(document) = document {
            check.within(field, |check| document.check(check));
        }
    }
}

pub(super) fn check_fee(fee: Option<&Fee>, check: &mut Check) {
    match fee {
        Some(Fee::Paid { method, .. }) => check.text("fee.method", method, limits::LINE),
        Some(Fee::NotPaid | Fee::Waived { .. }) | None => {}
    }
}
