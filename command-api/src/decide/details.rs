//! Correcting a case's details, and its fee.

use casefold_events::Timestamp;
use casefold_events::case::intake::FeeRecorded;
use casefold_events::case::standing::CaseDetailsCorrected;
use casefold_shared::case::Case;

use super::draft::Draft;
use super::intake::{require_fee_in_past, require_past};
use super::standing::require_alone;
use crate::command::UpdateCaseDetails;
use crate::refusal::Refusal;

/// What is done instead with procedure or place of trial of one case of a group.
const CORRECT_TOGETHER: &str = "correct the whole group (UpdateCaseDetails on several cases), or unconsolidate it first \
     (UnconsolidateCases)";

/// A clerk corrects a case's details, before the petition is served or after, and of a
/// closed case, too: the record is to be right.
pub(super) fn update(
    case: &Case,
    body: &UpdateCaseDetails,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_past(body.irs_notice_date, now, "irsNoticeDate")?;
    let details = corrections(case, body);
    if details.procedure_type.is_some() || details.preferred_trial_city.is_some() {
        require_alone(case, CORRECT_TOGETHER)?;
    }
    correct(details, draft);
    if let Some(fee) = body.fee.as_ref().filter(|fee| **fee != case.fee) {
        require_fee_in_past(fee, now)?;
        draft.event(FeeRecorded { fee: fee.clone() });
    }
    Ok(())
}

/// Records what differs, if anything does.
pub(super) fn correct(details: CaseDetailsCorrected, draft: &mut Draft<'_>) {
    if details != CaseDetailsCorrected::default() {
        draft.event(details);
    }
}

/// What a command says otherwise than the case has it.
pub(super) fn corrections(case: &Case, body: &UpdateCaseDetails) -> CaseDetailsCorrected {
    CaseDetailsCorrected {
        case_type: body.case_type.filter(|it| *it != case.case_type),
        procedure_type: body.procedure_type.filter(|it| *it != case.procedure_type),
        party_type: body.party_type.filter(|it| *it != case.party_type),
        preferred_trial_city: body
            .preferred_trial_city
            .clone()
            .filter(|it| Some(it) != case.preferred_trial_city.as_ref()),
        irs_notice_date: body
            .irs_notice_date
            .filter(|it| Some(*it) != case.irs_notice_date),
        mailing_date: body
            .mailing_date
            .clone()
            .filter(|it| Some(it) != case.mailing_date.as_ref()),
    }
}
