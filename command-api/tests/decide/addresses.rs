//! Sealed addresses, and people who join and leave.

use casefold_command_api::command::AddPetitioner;
use casefold_events::case::parties::{AddressSealed, CounselAssociated, PartyAdded};
use casefold_events::party::Counsel;
use casefold_events::vocabulary::{ContactType, CounselType, Role, ServiceIndicator};
use casefold_events::{CaseEvent, UserId};
use serde_json::{Value, json};

use crate::support::*;

fn seal() -> Value {
    json!({"type": "SealAddress", "contact": 1})
}

fn unseal() -> Value {
    json!({"type": "UnsealAddress", "contact": 1})
}

fn remove(contact: Value) -> Value {
    json!({"type": "RemovePetitioner", "contact": contact})
}

/// An intervenor with their id as contact 9.
fn with_intervenor(history: History) -> History {
    let mut intervenor = contact(9, "Ivo Horn", None);
    intervenor.contact_type = ContactType::Intervenor;
    history.and(PartyAdded {
        contact: intervenor,
    })
}

fn with_second_petitioner(history: History) -> History {
    history.and(PartyAdded {
        contact: contact(2, "Selma Horn", None),
    })
}

fn representing(user: &str, contacts: &[u32]) -> CounselAssociated {
    CounselAssociated {
        counsel: Counsel {
            user_id: UserId::new(user).unwrap(),
            counsel_type: CounselType::PrivatePractitioner,
            name: "Vera Lindholm".into(),
            bar_number: None,
            firm_name: None,
            email: None,
            phone: None,
            address: None,
            service_indicator: ServiceIndicator::Electronic,
            representing: contacts.iter().map(|number| contact_id(*number)).collect(),
        },
    }
}

fn adding(contact_type: &str) -> Value {
    let mut body = AddPetitioner::example();
    body["contactType"] = json!(contact_type);
    body
}

#[test]
fn an_address_is_sealed_once_and_even_before_service() {
    for history in [filed(), served()] {
        let outcome = given(history)
            .when(seal())
            .by(docket_clerk())
            .then_events(["AddressSealed"]);
        assert!(outcome.case.parties[0].is_address_sealed);
    }
    let sealed = served().and(AddressSealed {
        contact_id: contact_id(1),
    });
    given(sealed)
        .when(seal())
        .by(docket_clerk())
        .then_refused("ADDRESS_ALREADY_SEALED");
}

#[test]
fn only_a_sealed_address_is_unsealed() {
    let sealed = served().and(AddressSealed {
        contact_id: contact_id(1),
    });
    let outcome = given(sealed)
        .when(unseal())
        .by(docket_clerk())
        .then_events(["AddressUnsealed"]);
    assert!(!outcome.case.parties[0].is_address_sealed);
    given(served())
        .when(unseal())
        .by(docket_clerk())
        .then_refused("ADDRESS_NOT_SEALED");
}

#[test]
fn the_address_of_a_contact_who_is_not_there_is_neither_sealed_nor_unsealed() {
    for name in ["SealAddress", "UnsealAddress"] {
        given(served())
            .when(json!({"type": name, "contact": 2}))
            .by(docket_clerk())
            .then_refused("CONTACT_NOT_FOUND");
    }
}

#[test]
fn docket_clerks_seal_addresses_and_petitions_clerks_do_not() {
    for clerk in [Role::DocketClerk, Role::ClerkOfCourt] {
        given(served()).when(seal()).by(actor(clerk)).then_done();
    }
    for other in [
        Role::PetitionsClerk,
        Role::AdmissionsClerk,
        Role::Petitioner,
    ] {
        given(served())
            .when(seal())
            .by(actor(other))
            .then_refused("ROLE_NOT_ALLOWED");
    }
}

#[test]
fn a_contact_is_added_as_a_petitioner_unless_the_clerk_says_as_what() {
    let case = given(served())
        .when(AddPetitioner::example())
        .by(docket_clerk())
        .then_done()
        .case;
    assert_eq!(case.parties[1].contact_type, ContactType::Petitioner);
    for (text, contact_type) in [
        ("participant", ContactType::Participant),
        ("intervenor", ContactType::Intervenor),
    ] {
        let case = given(served())
            .when(adding(text))
            .by(docket_clerk())
            .then_done()
            .case;
        assert_eq!(case.parties[1].contact_type, contact_type);
        assert_eq!(case.petitioners().count(), 1);
    }
}

#[test]
fn a_case_has_one_intervenor_at_most_and_any_number_of_others() {
    given(with_intervenor(served()))
        .when(adding("intervenor"))
        .by(docket_clerk())
        .then_refused("INTERVENOR_ALREADY_THERE");
    for other in ["petitioner", "participant"] {
        given(with_intervenor(served()))
            .when(adding(other))
            .by(docket_clerk())
            .then_done();
    }
}

#[test]
fn a_petitioner_is_removed_after_service_and_the_last_one_stays() {
    let outcome = given(with_second_petitioner(served()))
        .when(remove(json!(1)))
        .by(docket_clerk())
        .then_events(["PartyRemoved"]);
    assert_eq!(outcome.case.parties[0].contact_id, contact_id(2));
    given(with_second_petitioner(filed()))
        .when(remove(json!(1)))
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
    given(served())
        .when(remove(json!(1)))
        .by(docket_clerk())
        .then_refused("LAST_PETITIONER");
    given(served())
        .when(remove(json!(2)))
        .by(docket_clerk())
        .then_refused("CONTACT_NOT_FOUND");
}

#[test]
fn an_intervenor_is_removed_too_and_does_not_stand_in_for_the_last_petitioner() {
    let outcome = given(with_intervenor(served()))
        .when(remove(json!(contact_id(9))))
        .by(docket_clerk())
        .then_events(["PartyRemoved"]);
    assert_eq!(outcome.case.parties.len(), 1);
    given(with_intervenor(served()))
        .when(remove(json!(1)))
        .by(docket_clerk())
        .then_refused("LAST_PETITIONER");
}

#[test]
fn counsel_who_would_represent_nobody_leave_with_the_petitioner() {
    let history = with_second_petitioner(served())
        .and(representing("for-both", &[1, 2]))
        .and(representing("for-one", &[1]))
        .with_respondents_counsel();
    let outcome = given(history)
        .when(remove(json!(1)))
        .by(docket_clerk())
        .then_events(["PartyRemoved", "CounselRemoved"]);
    let left: Vec<_> = outcome
        .case
        .counsel
        .iter()
        .map(|counsel| (counsel.user_id.as_str(), counsel.representing.len()))
        .collect();
    assert_eq!(left, [("for-both", 1), ("irspractitioner-1", 0)]);
}

#[test]
fn the_caption_follows_a_removed_petitioner_where_the_clerk_gives_one() {
    let mut body = remove(json!(1));
    body["caption"] = json!("Selma Horn, Petitioner");
    let outcome = given(with_second_petitioner(served()))
        .when(body)
        .by(docket_clerk())
        .then_done();
    let is_caption = |event: &CaseEvent| event.event_type() == "CaptionChanged";
    assert!(outcome.events.iter().any(is_caption));
    assert_eq!(outcome.case.caption.expose(), "Selma Horn, Petitioner");
}

#[test]
fn docket_clerks_remove_petitioners_and_nobody_else_does() {
    for other in [
        Role::PetitionsClerk,
        Role::AdmissionsClerk,
        Role::Petitioner,
        Role::Judge,
    ] {
        given(with_second_petitioner(served()))
            .when(remove(json!(1)))
            .by(actor(other))
            .then_refused("ROLE_NOT_ALLOWED");
    }
}
