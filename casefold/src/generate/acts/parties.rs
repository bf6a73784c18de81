//! People who come, go, and move.

use casefold_command_api::command::{
    AddPetitioner, AssociateCounsel, CaseCommand, ContactRef, CounselDetails, RemoveCounsel,
    RemovePetitioner, SealAddress, UnsealAddress, UpdateContact, UpdateCounsel,
};
use casefold_command_api::decide::Actor;
use casefold_events::Personal;
use casefold_events::vocabulary::{ContactType, CounselType, Role};

use super::super::chance::Chance;
use super::super::people::{
    CITIES, City, address, counsel_details, email, petitioner, phone, practitioner, respondent,
};
use super::{Scene, Sent};

/// The most counsel that a usual case has on one side.
const MOST_COUNSEL: usize = 3;

pub(super) fn change_contact(scene: &mut Scene<'_>) -> Option<Sent> {
    let contact = scene.chance.one_of(&scene.case.parties)?;
    let (name, contact) = (contact.name.clone(), ContactRef::Id(contact.contact_id));
    let city = scene.chance.pick(&CITIES);
    let what = scene.chance.below(4);
    let body = UpdateContact {
        contact,
        name: None,
        secondary_name: None,
        in_care_of: None,
        title: None,
        address: (what < 3).then(|| Personal::new(address(city, scene.chance))),
        phone: (what > 1).then(|| phone(scene.chance).into()),
        email: (what == 3).then(|| email(name.expose()).into()),
        service_indicator: None,
        remove: Vec::new(),
        effective_at: None,
    };
    Some((
        scene.staff(Role::DocketClerk),
        CaseCommand::UpdateContact(body),
    ))
}

/// An address is sealed, or one that is sealed is unsealed.
pub(super) fn seal_address(scene: &mut Scene<'_>) -> Option<Sent> {
    let found = scene.chance.one_of(&scene.case.parties)?;
    let contact = ContactRef::Id(found.contact_id);
    let effective_at = None;
    let command = if found.is_address_sealed {
        CaseCommand::UnsealAddress(UnsealAddress {
            contact,
            effective_at,
        })
    } else {
        CaseCommand::SealAddress(SealAddress {
            contact,
            effective_at,
        })
    };
    Some((scene.staff(Role::DocketClerk), command))
}

/// Counsel comes, goes, or moves to another office.
pub(super) fn counsel(scene: &mut Scene<'_>) -> Option<Sent> {
    let of_type = |counsel_type| {
        let all = scene.case.counsel.iter();
        all.filter(|it| it.counsel_type == counsel_type).count()
    };
    let private = of_type(CounselType::PrivatePractitioner);
    let respondents = of_type(CounselType::IrsPractitioner);
    match scene.chance.below(10) {
        0..=3 if private < MOST_COUNSEL && !scene.case.is_sealed() => {
            let counsel = practitioner(scene.chance);
            Some(appear(&counsel, Some(1), scene.city, scene.chance))
        }
        4..=6 if respondents < MOST_COUNSEL && !scene.case.is_sealed() => {
            let counsel = respondent(scene.chance);
            Some(appear(&counsel, None, scene.city, scene.chance))
        }
        7 => remove_counsel(scene),
        _ => move_office(scene),
    }
}

/// Counsel enters the case: for a petitioner, or for the respondent.
pub(in super::super) fn appear(
    counsel: &Actor,
    petitioner: Option<u32>,
    city: City,
    chance: &mut Chance,
) -> Sent {
    let represented = petitioner.map(ContactRef::Petitioner).into_iter();
    let body = AssociateCounsel {
        user_id: None,
        counsel_type: None,
        counsel: counsel_details(counsel, city, chance),
        service_indicator: None,
        representing: represented.collect(),
        effective_at: None,
    };
    (counsel.clone(), CaseCommand::AssociateCounsel(body))
}

fn remove_counsel(scene: &mut Scene<'_>) -> Option<Sent> {
    let counsel = scene.chance.one_of(&scene.case.counsel)?;
    let body = RemoveCounsel {
        user_id: counsel.user_id.clone(),
        effective_at: None,
    };
    Some((
        scene.staff(Role::AdmissionsClerk),
        CaseCommand::RemoveCounsel(body),
    ))
}

fn move_office(scene: &mut Scene<'_>) -> Option<Sent> {
    let user_id = scene.chance.one_of(&scene.case.counsel)?.user_id.clone();
    let city = scene.chance.pick(&CITIES);
    let body = UpdateCounsel {
        user_id,
        counsel: CounselDetails {
            address: Some(Personal::new(address(city, scene.chance))),
            phone: Some(phone(scene.chance).into()),
            ..CounselDetails::default()
        },
        service_indicator: None,
        representing: None,
        remove: Vec::new(),
        effective_at: None,
    };
    Some((
        scene.staff(Role::AdmissionsClerk),
        CaseCommand::UpdateCounsel(body),
    ))
}

/// Somebody joins the case, or the last who did leaves it.
pub(super) fn people(scene: &mut Scene<'_>) -> Option<Sent> {
    let effective_at = None;
    let last = scene.case.parties.last()?;
    let command = if scene.case.parties.len() > 1 && scene.chance.per_mille(400) {
        CaseCommand::RemovePetitioner(RemovePetitioner {
            contact: ContactRef::Id(last.contact_id),
            caption: None,
            effective_at,
        })
    } else {
        CaseCommand::AddPetitioner(AddPetitioner {
            contact_type: Some(scene.chance.weighted(&[
                (5, ContactType::Petitioner),
                (3, ContactType::Participant),
                (2, ContactType::Intervenor),
            ])),
            petitioner: petitioner(scene.city, scene.chance),
            caption: None,
            effective_at,
        })
    };
    Some((scene.staff(Role::DocketClerk), command))
}
