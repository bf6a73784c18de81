//! Filing a petition, and checking it.

use casefold_events::case::intake::{Fee, FeeRecorded, PetitionChecked, PetitionFiled};
use casefold_events::case::parties::CounselAssociated;
use casefold_events::case::standing::{CaptionChanged, CaseDetailsCorrected};
use casefold_events::entry::AutomaticCode;
use casefold_events::party::{Contact, Counsel};
use casefold_events::vocabulary::{CounselType, Role, ServiceIndicator};
use casefold_events::{ContactId, Personal, Timestamp};
use casefold_shared::case::Case;

use super::actor::{as_filer, is_served};
use super::docket::invalid;
use super::draft::{Draft, NewEntry};
use super::parties::{Standing, new_contact, require_reachable};
use super::{Actor, Ask, Decision, caption};
use crate::command::{
    Attachment, CounselDetails, FilePaperPetition, FilePetition, NewPetitioner, QcPetition,
};
use crate::policy::note_fee;
use crate::refusal::Refusal;

/// A petitioner or counsel files a petition electronically. It is received now.
pub(super) fn file(body: &FilePetition, ask: Ask<'_>) -> Result<Decision, Refusal> {
    let Ask { actor, now, ids } = ask;
    only_a_clerk_gives(&body.petitioners)?;
    if body.counsel.is_some() && actor.role != Role::PrivatePractitioner {
        return Err(invalid(
            "counsel",
            "is given by counsel alone; leave it out",
        ));
    }
    require_past(body.irs_notice_date, now, "irsNoticeDate")?;
    let mut draft = Draft::of_new_case(now, ids);
    let by_counsel = actor.role == Role::PrivatePractitioner;
    let mut petitioners = Vec::with_capacity(body.petitioners.len());
    for (at, petitioner) in body.petitioners.iter().enumerate() {
        let standing = if by_counsel {
            Standing::Represented
        } else if at == 0 {
            Standing::Filer(actor.user_id.clone())
        } else {
            Standing::Unrepresented
        };
        petitioners.push(new_contact(petitioner, standing, ContactId(draft.id())));
    }
    let counsel = if by_counsel {
        Some(filing_counsel(body.counsel.as_ref(), actor, &petitioners)?)
    } else {
        None
    };
    let caption = match &body.caption {
        Some(caption) => caption.clone(),
        None => caption::derive(body.party_type, &body.petitioners)?,
    };
    let papers = Papers {
        is_paper: false,
        petition: Some(&body.petition),
        statement: Some(&body.statement_of_taxpayer_identification),
        request: body.request_for_place_of_trial.as_ref(),
    };
    let petition = PetitionFiled {
        received_at: now,
        is_paper: false,
        caption,
        case_type: body.case_type,
        procedure_type: body.procedure_type,
        party_type: body.party_type,
        preferred_trial_city: Some(body.preferred_trial_city.clone()),
        petitioners,
        fee: Fee::NotPaid,
        irs_notice_date: body.irs_notice_date,
        mailing_date: None,
    };
    begin(petition, counsel, &papers, &mut draft);
    draft.decide(None)
}

/// A clerk enters a petition that came on paper. It holds from its receipt.
pub(super) fn file_paper(body: &FilePaperPetition, ask: Ask<'_>) -> Result<Decision, Refusal> {
    let Ask { now, ids, .. } = ask;
    require_past(Some(body.received_at), now, "receivedAt")?;
    require_past(body.irs_notice_date, now, "irsNoticeDate")?;
    // A docket number has two digits of the year, and those from 70 on are of the twentieth
    // century.
    if body.received_at < Timestamp::from_millis(0) {
        return Err(invalid(
            "receivedAt",
            "is before 1970, which no docket number can say",
        ));
    }
    let fee = body.fee.clone().unwrap_or(Fee::NotPaid);
    require_fee_in_past(&fee, now)?;
    let mut draft = Draft::of_new_case(body.received_at, ids);
    let mut petitioners = Vec::with_capacity(body.petitioners.len());
    for petitioner in &body.petitioners {
        let contact = new_contact(petitioner, Standing::Unrepresented, ContactId(draft.id()));
        require_reachable(&contact)?;
        petitioners.push(contact);
    }
    let caption = match &body.caption {
        Some(caption) => caption.clone(),
        None => caption::derive(body.party_type, &body.petitioners)?,
    };
    let papers = Papers {
        is_paper: true,
        petition: body.petition.as_ref(),
        statement: body.statement_of_taxpayer_identification.as_ref(),
        request: body.request_for_place_of_trial.as_ref(),
    };
    let petition = PetitionFiled {
        received_at: body.received_at,
        is_paper: true,
        caption,
        case_type: body.case_type,
        procedure_type: body.procedure_type,
        party_type: body.party_type,
        preferred_trial_city: body.preferred_trial_city.clone(),
        petitioners,
        fee,
        irs_notice_date: body.irs_notice_date,
        mailing_date: body.mailing_date.clone(),
    };
    begin(petition, None, &papers, &mut draft);
    draft.decide(Some(body.received_at))
}

/// The documents that come with a petition.
struct Papers<'a> {
    is_paper: bool,
    petition: Option<&'a Attachment>,
    statement: Option<&'a Attachment>,
    request: Option<&'a Attachment>,
}

/// Begins a case: the petition is entry 1, the request for place of trial entry 2, the
/// statement of taxpayer identification entry 0 off the record (domain of the court,
/// "intake"). A fee that is settled already is noted as entry 3.
fn begin(
    petition: PetitionFiled,
    counsel: Option<Counsel>,
    papers: &Papers<'_>,
    draft: &mut Draft<'_>,
) {
    let filers: Vec<_> = petition
        .petitioners
        .iter()
        .map(|contact| contact.contact_id)
        .collect();
    let names: Vec<_> = petition.petitioners.iter().map(as_filer).collect();
    let filed_by = Personal::new(names.join(" & "));
    let place = match &petition.preferred_trial_city {
        Some(city) => format!("Request for Place of Trial at {city}"),
        None => "Request for Place of Trial".to_owned(),
    };
    let fee = petition.fee.clone();
    draft.event(petition);
    if let Some(counsel) = counsel {
        draft.event(CounselAssociated { counsel });
    }
    let at = draft.at;
    let paper = |code: AutomaticCode, document: Option<&Attachment>| {
        let entry = NewEntry::automatic(code, at).with(|entry| {
            entry.filed_by = Some(filed_by.clone());
            entry.filers = filers.clone();
            entry.is_paper = papers.is_paper;
        });
        match document {
            Some(document) => entry.with_document(document),
            None => entry,
        }
    };
    draft.record(paper(AutomaticCode::Petition, papers.petition));
    let request =
        paper(AutomaticCode::RequestForPlaceOfTrial, papers.request).titled(Personal::new(place));
    // A request that is made in the petition itself has no document of its own.
    draft.record(if papers.request.is_some() {
        request
    } else {
        request.minute()
    });
    draft.keep_off_record(paper(
        AutomaticCode::StatementOfTaxpayerIdentification,
        papers.statement,
    ));
    note_fee(&fee, draft);
}

/// Who files electronically is known, and so is how they are served.
fn only_a_clerk_gives(petitioners: &[NewPetitioner]) -> Result<(), Refusal> {
    for (at, petitioner) in petitioners.iter().enumerate() {
        let refused = [
            ("userId", petitioner.user_id.is_some()),
            ("serviceIndicator", petitioner.service_indicator.is_some()),
        ];
        if let Some((field, _)) = refused.into_iter().find(|(_, given)| *given) {
            let path = format!("petitioners[{at}].{field}");
            return Err(invalid(
                path,
                "is given by the court's clerks alone; leave it out",
            ));
        }
    }
    Ok(())
}

fn filing_counsel(
    given: Option<&CounselDetails>,
    actor: &Actor,
    petitioners: &[Contact],
) -> Result<Counsel, Refusal> {
    let name = given
        .and_then(|counsel| counsel.name.clone())
        .or_else(|| actor.name.clone());
    let Some(name) = name else {
        return Err(invalid(
            "counsel.name",
            "is missing; the token has no name either",
        ));
    };
    Ok(Counsel {
        user_id: actor.user_id.clone(),
        counsel_type: CounselType::PrivatePractitioner,
        name,
        bar_number: given.and_then(|it| it.bar_number.clone().map(Personal::new)),
        firm_name: given.and_then(|it| it.firm_name.clone().map(Personal::new)),
        email: given.and_then(|counsel| counsel.email.clone()),
        phone: given.and_then(|counsel| counsel.phone.clone()),
        address: given.and_then(|counsel| counsel.address.clone()),
        service_indicator: ServiceIndicator::Electronic,
        representing: petitioners
            .iter()
            .map(|contact| contact.contact_id)
            .collect(),
    })
}

/// A petitions clerk checks a petition and corrects what differs from the papers.
pub(super) fn qc(
    case: &Case,
    body: &QcPetition,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    if is_served(case) {
        return Err(Refusal::PetitionAlreadyServed);
    }
    require_past(body.irs_notice_date, now, "irsNoticeDate")?;
    let fee = body.fee.as_ref().filter(|fee| **fee != case.fee);
    if let Some(fee) = fee {
        require_fee_in_past(fee, now)?;
    }
    let caption = body
        .caption
        .as_ref()
        .filter(|caption| **caption != case.caption);
    let details = corrections(case, body);
    let corrected = details != CaseDetailsCorrected::default();
    // Checked once is enough, unless there is something to correct.
    if case.petition_checked_at.is_some() && caption.is_none() && !corrected && fee.is_none() {
        return Err(Refusal::NothingToChange);
    }
    draft.event(PetitionChecked {});
    if let Some(caption) = caption {
        draft.event(CaptionChanged {
            caption: caption.clone(),
        });
    }
    if corrected {
        draft.event(details);
    }
    if let Some(fee) = fee {
        draft.event(FeeRecorded { fee: fee.clone() });
    }
    Ok(())
}

fn corrections(case: &Case, body: &QcPetition) -> CaseDetailsCorrected {
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
        mailing_date: None,
    }
}

pub(super) fn require_fee_in_past(fee: &Fee, now: Timestamp) -> Result<(), Refusal> {
    match fee {
        Fee::Paid { paid_at, .. } => require_past(Some(*paid_at), now, "fee.paidAt"),
        Fee::Waived { waived_at } => require_past(Some(*waived_at), now, "fee.waivedAt"),
        Fee::NotPaid => Ok(()),
    }
}

/// Lets a time pass that has passed, where there is one.
///
/// # Errors
/// [`Refusal::TimeInFuture`] where it has not.
pub(super) fn require_past(
    at: Option<Timestamp>,
    now: Timestamp,
    field: &'static str,
) -> Result<(), Refusal> {
    match at {
        Some(at) if at > now => Err(Refusal::TimeInFuture { field }),
        Some(_) | None => Ok(()),
    }
}
