//! The people of a case.

use casefold_events::case::parties::{ContactUpdated, CounselRemoved, PartyAdded, PartyRemoved};
use casefold_events::party::Contact;
use casefold_events::vocabulary::{ContactType, CounselType, Role, ServiceIndicator};
use casefold_events::{ContactId, UserId};
use casefold_shared::case::Case;

use super::actor::{is_represented, own_contact, require_served};
use super::draft::Draft;
use super::{Actor, caption};
use crate::command::{
    AddPetitioner, ContactField, ContactRef, NewPetitioner, RemovePetitioner, UpdateContact,
};
use crate::refusal::Refusal;

/// How a new petitioner comes into a case, from which follows how they are served.
pub(super) enum Standing {
    /// They file electronically, as this user.
    Filer(UserId),
    /// Counsel files for them, and is served instead.
    Represented,
    /// Neither.
    Unrepresented,
}

/// A new petitioner as a contact.
pub(super) fn new_contact(
    petitioner: &NewPetitioner,
    standing: Standing,
    contact_id: ContactId,
) -> Contact {
    let given = petitioner.service_indicator;
    let (user_id, service_indicator) = match standing {
        Standing::Filer(user_id) => (Some(user_id), ServiceIndicator::Electronic),
        Standing::Represented => (petitioner.user_id.clone(), ServiceIndicator::None),
        Standing::Unrepresented => (
            petitioner.user_id.clone(),
            given.unwrap_or(ServiceIndicator::Paper),
        ),
    };
    Contact {
        contact_id,
        contact_type: ContactType::Petitioner,
        user_id,
        name: petitioner.name.clone(),
        secondary_name: petitioner.secondary_name.clone(),
        in_care_of: petitioner.in_care_of.clone(),
        title: petitioner.title.clone(),
        address: Some(petitioner.address.clone()),
        phone: petitioner.phone.clone(),
        email: petitioner.email.clone(),
        service_indicator,
        is_address_sealed: false,
    }
}

/// Lets a contact pass whom their way of service reaches.
///
/// # Errors
/// [`Refusal::ElectronicServiceUnreachable`] where it doesn't.
pub(super) fn require_reachable(contact: &Contact) -> Result<(), Refusal> {
    match contact.service_indicator {
        ServiceIndicator::Electronic if contact.email.is_none() && contact.user_id.is_none() => {
            Err(Refusal::ElectronicServiceUnreachable)
        }
        ServiceIndicator::Electronic | ServiceIndicator::Paper | ServiceIndicator::None => Ok(()),
    }
}

/// A contact of the case.
///
/// # Errors
/// [`Refusal::ContactNotFound`] where it has none such.
pub(super) fn find_contact(case: &Case, contact: ContactRef) -> Result<&Contact, Refusal> {
    let found = match contact {
        ContactRef::Id(id) => case.party(id),
        ContactRef::Petitioner(number) => {
            let at = usize::try_from(number)
                .ok()
                .and_then(|number| number.checked_sub(1));
            at.and_then(|at| case.petitioners().nth(at))
        }
    };
    found.ok_or(Refusal::ContactNotFound { contact })
}

/// A docket clerk adds a petitioner, a participant or the intervenor.
pub(super) fn add(case: &Case, body: &AddPetitioner, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    require_served(case)?;
    let contact_id = ContactId(draft.id());
    let contact = Contact {
        contact_type: body.contact_type.unwrap_or(ContactType::Petitioner),
        ..new_contact(&body.petitioner, Standing::Unrepresented, contact_id)
    };
    require_place_for(contact.contact_type, case)?;
    require_reachable(&contact)?;
    draft.event(PartyAdded { contact });
    caption::amend(case, body.caption.as_ref(), draft);
    Ok(())
}

/// Lets a contact of this type pass for which a case has a place: there are any number of
/// petitioners and participants, and one intervenor (domain of the court, "A case").
///
/// # Errors
/// [`Refusal::IntervenorAlreadyThere`] where the place is taken.
fn require_place_for(contact_type: ContactType, case: &Case) -> Result<(), Refusal> {
    let is_taken = match contact_type {
        ContactType::Petitioner | ContactType::Participant => false,
        ContactType::Intervenor => case
            .parties
            .iter()
            .any(|contact| contact.contact_type == contact_type),
    };
    if is_taken {
        Err(Refusal::IntervenorAlreadyThere)
    } else {
        Ok(())
    }
}

/// A docket clerk removes a petitioner, a participant or the intervenor. Counsel who would
/// represent nobody any more go with them: counsel of record stand in a case for somebody in
/// it, and without a client they have no business in its papers.
pub(super) fn remove(
    case: &Case,
    body: &RemovePetitioner,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_served(case)?;
    let contact = find_contact(case, body.contact)?;
    let is_last = match contact.contact_type {
        ContactType::Petitioner => case.petitioners().nth(1).is_none(),
        ContactType::Participant | ContactType::Intervenor => false,
    };
    if is_last {
        return Err(Refusal::LastPetitioner);
    }
    let contact_id = contact.contact_id;
    draft.event(PartyRemoved { contact_id });
    for counsel in &case.counsel {
        let loses_all = match counsel.counsel_type {
            CounselType::PrivatePractitioner => counsel.representing == [contact_id],
            CounselType::IrsPractitioner => false,
        };
        if loses_all {
            draft.event(CounselRemoved {
                user_id: counsel.user_id.clone(),
            });
        }
    }
    caption::amend(case, body.caption.as_ref(), draft);
    Ok(())
}

/// Somebody changes a contact's details: a clerk once the petition is served, a petitioner
/// their own at any time.
pub(super) fn update(
    case: &Case,
    body: &UpdateContact,
    actor: &Actor,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    if actor.role.is_internal() {
        require_served(case)?;
    } else {
        own_contact(case, actor).ok_or(Refusal::NotAParty)?;
    }
    let contact = find_contact(case, body.contact)?;
    require_allowed(body, contact, actor)?;
    let changed = apply(body, contact);
    if body
        .service_indicator
        .is_some_and(|given| given != ServiceIndicator::None)
        && is_represented(case, contact.contact_id)
    {
        return Err(Refusal::RepresentedNotServed);
    }
    require_reachable(&changed)?;
    if changed == *contact {
        return Err(Refusal::NothingToChange);
    }
    draft.event(ContactUpdated { contact: changed });
    Ok(())
}

/// The details of their own that a party changes.
const OWN_FIELDS: &[&str] = &["inCareOf", "address", "phone", "email"];
/// The details that an admissions clerk changes.
const ADMISSIONS_FIELDS: &[&str] = &["email"];

fn require_allowed(body: &UpdateContact, contact: &Contact, actor: &Actor) -> Result<(), Refusal> {
    let allowed = if actor.role == Role::AdmissionsClerk {
        ADMISSIONS_FIELDS
    } else if actor.role.is_internal() {
        return Ok(());
    } else if contact.user_id.as_ref() == Some(&actor.user_id) {
        OWN_FIELDS
    } else {
        // Another's details, in a case of their own.
        &[]
    };
    let mut refused = body.fields();
    refused.retain(|field| !allowed.contains(field));
    if refused.is_empty() && !allowed.is_empty() {
        return Ok(());
    }
    Err(Refusal::FieldsNotAllowed {
        fields: refused.join(", "),
    })
}

fn apply(body: &UpdateContact, contact: &Contact) -> Contact {
    let mut changed = contact.clone();
    if let Some(name) = &body.name {
        changed.name = name.clone();
    }
    if let Some(service_indicator) = body.service_indicator {
        changed.service_indicator = service_indicator;
    }
    set(&mut changed.secondary_name, body.secondary_name.as_ref());
    set(&mut changed.in_care_of, body.in_care_of.as_ref());
    set(&mut changed.title, body.title.as_ref());
    set(&mut changed.address, body.address.as_ref());
    set(&mut changed.phone, body.phone.as_ref());
    set(&mut changed.email, body.email.as_ref());
    for field in &body.remove {
        match field {
            ContactField::SecondaryName => changed.secondary_name = None,
            ContactField::InCareOf => changed.in_care_of = None,
            ContactField::Title => changed.title = None,
            ContactField::Phone => changed.phone = None,
            ContactField::Email => changed.email = None,
        }
    }
    changed
}

pub(super) fn set<T: Clone>(field: &mut Option<T>, given: Option<&T>) {
    if let Some(given) = given {
        *field = Some(given.clone());
    }
}
