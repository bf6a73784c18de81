//! Counsel of record: who appears for whom.

use casefold_events::case::parties::{CounselAssociated, CounselRemoved, CounselUpdated};
use casefold_events::party::Counsel;
use casefold_events::vocabulary::{CounselType, Role, ServiceIndicator};
use casefold_events::{ContactId, Personal, UserId};
use casefold_shared::case::Case;

use super::Actor;
use super::actor::require_served;
use super::docket::invalid;
use super::draft::Draft;
use super::parties::{find_contact, set};
use crate::command::{
    AssociateCounsel, ContactRef, CounselDetails, CounselField, RemoveCounsel, UpdateCounsel,
};
use crate::refusal::Refusal;

/// Who appears, as the caller and the command together say it.
struct Appearance {
    user_id: UserId,
    counsel_type: CounselType,
    name: Personal<String>,
    service_indicator: ServiceIndicator,
}

/// Counsel's appearance is entered: by a clerk, or by counsel for themselves.
pub(super) fn associate(
    case: &Case,
    body: &AssociateCounsel,
    actor: &Actor,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let appearance = if actor.role.is_internal() {
        by_clerk(body)?
    } else {
        by_themselves(body, actor)?
    };
    if find(case, &appearance.user_id).is_ok() {
        return Err(Refusal::CounselAlreadyThere);
    }
    if !actor.role.is_internal() && case.is_sealed() {
        return Err(Refusal::AppearanceByClerkOnly);
    }
    // The respondent learns of the case by service.
    if actor.role.is_internal() || appearance.counsel_type == CounselType::IrsPractitioner {
        require_served(case)?;
    }
    let representing = represented(case, appearance.counsel_type, &body.representing)?;
    if !actor.role.is_internal() {
        require_open_addresses(case, &representing)?;
    }
    let CounselDetails {
        name: _,
        bar_number,
        firm_name,
        email,
        phone,
        address,
    } = body.counsel.clone();
    let counsel = Counsel {
        user_id: appearance.user_id,
        counsel_type: appearance.counsel_type,
        name: appearance.name,
        bar_number: bar_number.map(Personal::new),
        firm_name: firm_name.map(Personal::new),
        email,
        phone,
        address,
        service_indicator: appearance.service_indicator,
        representing,
    };
    draft.event(CounselAssociated { counsel });
    Ok(())
}

/// What a clerk says of the counsel whom they enter.
fn by_clerk(body: &AssociateCounsel) -> Result<Appearance, Refusal> {
    let missing = |field| {
        invalid(
            field,
            "is missing; whoever enters another's appearance gives it",
        )
    };
    Ok(Appearance {
        user_id: body.user_id.clone().ok_or_else(|| missing("userId"))?,
        counsel_type: body.counsel_type.ok_or_else(|| missing("counselType"))?,
        name: body
            .counsel
            .name
            .clone()
            .ok_or_else(|| missing("counsel.name"))?,
        service_indicator: body
            .service_indicator
            .unwrap_or(ServiceIndicator::Electronic),
    })
}

/// What counsel say of themselves. Who they are, and for whom they appear, is known.
fn by_themselves(body: &AssociateCounsel, actor: &Actor) -> Result<Appearance, Refusal> {
    let given = [
        ("userId", body.user_id.is_some()),
        ("counselType", body.counsel_type.is_some()),
        ("serviceIndicator", body.service_indicator.is_some()),
    ];
    if let Some((field, _)) = given.into_iter().find(|(_, given)| *given) {
        return Err(invalid(
            field,
            "is given by the court's clerks alone; leave it out",
        ));
    }
    let counsel_type = if actor.role == Role::IrsPractitioner {
        CounselType::IrsPractitioner
    } else {
        CounselType::PrivatePractitioner
    };
    let name = body.counsel.name.clone().or_else(|| actor.name.clone());
    let name =
        name.ok_or_else(|| invalid("counsel.name", "is missing; the token has no name either"))?;
    Ok(Appearance {
        user_id: actor.user_id.clone(),
        counsel_type,
        name,
        service_indicator: ServiceIndicator::Electronic,
    })
}

/// Whom counsel represents: a private practitioner at least one contact of the case, counsel
/// for the respondent none (domain of the court, "A case").
fn represented(
    case: &Case,
    counsel_type: CounselType,
    named: &[ContactRef],
) -> Result<Vec<ContactId>, Refusal> {
    match (counsel_type, named) {
        (CounselType::IrsPractitioner, []) => Ok(Vec::new()),
        (CounselType::IrsPractitioner, [..]) => Err(Refusal::RespondentsCounselRepresents),
        (CounselType::PrivatePractitioner, []) => Err(Refusal::CounselRepresentsNobody),
        (CounselType::PrivatePractitioner, [..]) => {
            let mut ids = Vec::with_capacity(named.len());
            for (at, contact) in named.iter().enumerate() {
                let id = find_contact(case, *contact)?.contact_id;
                if ids.contains(&id) {
                    let problem = "names somebody who is named before";
                    return Err(invalid(format!("representing[{at}]"), problem));
                }
                ids.push(id);
            }
            Ok(ids)
        }
    }
}

/// Lets counsel enter by themselves where their appearance opens no sealed address to them:
/// whoever represents a contact sees where the contact lives.
///
/// # Errors
/// [`Refusal::AppearanceByClerkOnly`] where it would.
fn require_open_addresses(case: &Case, representing: &[ContactId]) -> Result<(), Refusal> {
    let is_sealed = |id: &ContactId| case.party(*id).is_some_and(|it| it.is_address_sealed);
    if representing.iter().any(is_sealed) {
        Err(Refusal::AppearanceByClerkOnly)
    } else {
        Ok(())
    }
}

/// The counsel of the case who is this user.
///
/// # Errors
/// [`Refusal::CounselNotFound`] where nobody is.
fn find<'a>(case: &'a Case, user_id: &UserId) -> Result<&'a Counsel, Refusal> {
    let found = case.counsel.iter().find(|it| it.user_id == *user_id);
    found.ok_or(Refusal::CounselNotFound)
}

/// Counsel's details change, or whom they represent: a clerk says it once the petition is
/// served, counsel of themselves at any time.
pub(super) fn update(
    case: &Case,
    body: &UpdateCounsel,
    actor: &Actor,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    if actor.role.is_internal() {
        require_served(case)?;
    } else {
        find(case, &actor.user_id).map_err(|_| Refusal::NotAParty)?;
    }
    let before = find(case, &body.user_id)?;
    require_allowed(body, actor)?;
    let mut after = apply(body, before);
    if let Some(named) = &body.representing {
        after.representing = represented(case, before.counsel_type, named)?;
    }
    if after != *before {
        draft.event(CounselUpdated { counsel: after });
    }
    Ok(())
}

/// The details of their own that counsel change. Bar number and name are the court's bar's
/// to say, and whom they represent needs an appearance or leave to withdraw.
const OWN_FIELDS: &[&str] = &["firmName", "email", "phone", "address"];

fn require_allowed(body: &UpdateCounsel, actor: &Actor) -> Result<(), Refusal> {
    if actor.role.is_internal() {
        return Ok(());
    }
    let mut refused = body.fields();
    // Another's details are not theirs at all.
    if body.user_id == actor.user_id {
        refused.retain(|field| !OWN_FIELDS.contains(field));
        if refused.is_empty() {
            return Ok(());
        }
    }
    Err(Refusal::FieldsNotAllowed {
        fields: refused.join(", "),
    })
}

fn apply(body: &UpdateCounsel, before: &Counsel) -> Counsel {
    let mut after = before.clone();
    let CounselDetails {
        name,
        bar_number,
        firm_name,
        email,
        phone,
        address,
    } = &body.counsel;
    if let Some(name) = name {
        after.name = name.clone();
    }
    if let Some(service_indicator) = body.service_indicator {
        after.service_indicator = service_indicator;
    }
    let (bar_number, firm_name) = (bar_number.clone(), firm_name.clone());
    set(
        &mut after.bar_number,
        bar_number.map(Personal::new).as_ref(),
    );
    set(&mut after.firm_name, firm_name.map(Personal::new).as_ref());
    set(&mut after.email, email.as_ref());
    set(&mut after.phone, phone.as_ref());
    set(&mut after.address, address.as_ref());
    for field in &body.remove {
        match field {
            CounselField::BarNumber => after.bar_number = None,
            CounselField::FirmName => after.firm_name = None,
            CounselField::Email => after.email = None,
            CounselField::Phone => after.phone = None,
            CounselField::Address => after.address = None,
        }
    }
    after
}

/// A clerk takes counsel out of the case.
pub(super) fn remove(
    case: &Case,
    body: &RemoveCounsel,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_served(case)?;
    let counsel = find(case, &body.user_id)?;
    draft.event(CounselRemoved {
        user_id: counsel.user_id.clone(),
    });
    Ok(())
}
