//! Counsel enter a case.

use casefold_command_api::command::AssociateCounsel;
use casefold_command_api::decide::Actor;
use casefold_events::case::parties::{AddressSealed, PartyAdded};
use casefold_events::case::standing::CaseSealed;
use casefold_events::vocabulary::{CounselType, Role, ServiceIndicator};
use serde_json::{Value, json};

use crate::support::*;

/// A clerk enters somebody for the first petitioner.
fn entered() -> Value {
    json!({
        "type": "AssociateCounsel",
        "userId": "vera",
        "counselType": "privatePractitioner",
        "counsel": {"name": "Vera Lindholm", "firmName": "Lindholm & Partners"},
        "representing": [1],
    })
}

fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    body[pointer] = value;
    body
}

fn without(mut body: Value, field: &str) -> Value {
    body.as_object_mut().unwrap().remove(field);
    body
}

/// Counsel enter for themselves.
fn entering(representing: Value) -> Value {
    json!({"type": "AssociateCounsel", "representing": representing})
}

fn private_id() -> String {
    practitioner().user_id.to_string()
}

fn with_second_petitioner(history: History) -> History {
    history.and(PartyAdded {
        contact: contact(2, "Selma Horn", None),
    })
}

fn sealed(history: History) -> History {
    history.and(CaseSealed {
        sealed_at: time(RECEIVED),
    })
}

#[test]
fn a_clerk_enters_counsel_after_service() {
    for clerk in [docket_clerk(), actor(Role::AdmissionsClerk)] {
        let outcome = given(served())
            .when(entered())
            .by(clerk)
            .then_events(["CounselAssociated"]);
        let counsel = &outcome.case.counsel[0];
        assert_eq!(counsel.user_id.as_str(), "vera");
        assert_eq!(counsel.counsel_type, CounselType::PrivatePractitioner);
        assert_eq!(counsel.name.expose(), "Vera Lindholm");
        assert_eq!(counsel.representing, [contact_id(1)]);
        assert_eq!(counsel.service_indicator, ServiceIndicator::Electronic);
    }
    given(filed())
        .when(entered())
        .by(docket_clerk())
        .then_refused("PETITION_NOT_SERVED");
}

#[test]
fn a_clerk_says_who_appears_and_for_whom() {
    for (field, path) in [
        ("userId", "userId"),
        ("counselType", "counselType"),
        ("counsel", "counsel.name"),
    ] {
        let refusal = given(served())
            .when(without(entered(), field))
            .by(docket_clerk())
            .then_refused("INVALID_FIELD");
        assert_eq!(refusal.field(), Some(path));
    }
}

#[test]
fn counsel_is_in_a_case_once() {
    let again = with(entered(), "userId", json!(private_id()));
    given(served().with_practitioner())
        .when(again.clone())
        .by(docket_clerk())
        .then_refused("COUNSEL_ALREADY_THERE");
    given(served().with_practitioner())
        .when(entering(json!([1])))
        .by(practitioner())
        .then_refused("COUNSEL_ALREADY_THERE");
    given(served()).when(again).by(docket_clerk()).then_done();
}

#[test]
fn a_private_practitioner_represents_somebody_of_the_case() {
    given(served())
        .when(without(entered(), "representing"))
        .by(docket_clerk())
        .then_refused("COUNSEL_REPRESENTS_NOBODY");
    given(served())
        .when(with(entered(), "representing", json!([2])))
        .by(docket_clerk())
        .then_refused("CONTACT_NOT_FOUND");
    let twice = with(entered(), "representing", json!([1, contact_id(1)]));
    let refusal = given(served())
        .when(twice)
        .by(docket_clerk())
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("representing[1]"));
    let both = with(entered(), "representing", json!([2, 1]));
    let case = given(with_second_petitioner(served()))
        .when(both)
        .by(docket_clerk())
        .then_done()
        .case;
    assert_eq!(case.counsel[0].representing, [contact_id(2), contact_id(1)]);
}

#[test]
fn counsel_for_the_respondent_represents_no_petitioner() {
    let body = with(entered(), "counselType", json!("irsPractitioner"));
    given(served())
        .when(body.clone())
        .by(docket_clerk())
        .then_refused("RESPONDENTS_COUNSEL_REPRESENTS");
    given(served())
        .when(without(body, "representing"))
        .by(docket_clerk())
        .then_events(["CounselAssociated"]);
    given(served())
        .when(entering(json!([1])))
        .by(respondents_counsel())
        .then_refused("RESPONDENTS_COUNSEL_REPRESENTS");
}

#[test]
fn counsel_enter_themselves_under_the_name_in_their_token() {
    let outcome = given(served())
        .when(entering(json!([1])))
        .by(practitioner())
        .then_events(["CounselAssociated"]);
    let counsel = &outcome.case.counsel[0];
    assert_eq!(counsel.user_id, practitioner().user_id);
    assert_eq!(counsel.counsel_type, CounselType::PrivatePractitioner);
    assert_eq!(counsel.name.expose(), "Somebody");
    let nameless = Actor {
        name: None,
        ..practitioner()
    };
    let refusal = given(served())
        .when(entering(json!([1])))
        .by(nameless)
        .then_refused("INVALID_FIELD");
    assert_eq!(refusal.field(), Some("counsel.name"));
}

#[test]
fn a_private_practitioner_enters_before_service_and_the_respondents_counsel_after_it() {
    given(filed())
        .when(entering(json!([1])))
        .by(practitioner())
        .then_done();
    given(filed())
        .when(entering(json!([])))
        .by(respondents_counsel())
        .then_refused("PETITION_NOT_SERVED");
    let case = given(served())
        .when(entering(json!([])))
        .by(respondents_counsel())
        .then_done()
        .case;
    assert_eq!(case.counsel[0].counsel_type, CounselType::IrsPractitioner);
}

#[test]
fn counsel_enter_nobody_but_themselves() {
    for (field, value) in [
        ("userId", json!("vera")),
        ("counselType", json!("irsPractitioner")),
        ("serviceIndicator", json!("None")),
    ] {
        let refusal = given(served())
            .when(with(entering(json!([1])), field, value))
            .by(practitioner())
            .then_refused("INVALID_FIELD");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn nobody_opens_a_sealed_case_to_themselves_by_appearing_in_it() {
    for counsel in [practitioner(), respondents_counsel()] {
        given(sealed(served()))
            .when(entering(json!([])))
            .by(counsel)
            .then_refused("APPEARANCE_BY_CLERK_ONLY");
    }
    given(sealed(served()))
        .when(entered())
        .by(docket_clerk())
        .then_done();
}

#[test]
fn nobody_opens_a_sealed_address_to_themselves_by_representing_whoever_lives_there() {
    let hidden = || {
        with_second_petitioner(served()).and(AddressSealed {
            contact_id: contact_id(1),
        })
    };
    given(hidden())
        .when(entering(json!([2, 1])))
        .by(practitioner())
        .then_refused("APPEARANCE_BY_CLERK_ONLY");
    given(hidden())
        .when(entering(json!([2])))
        .by(practitioner())
        .then_done();
    given(hidden())
        .when(entered())
        .by(docket_clerk())
        .then_done();
}

#[test]
fn petitions_clerks_judges_and_petitioners_enter_no_counsel() {
    for role in [
        Role::PetitionsClerk,
        Role::Judge,
        Role::Petitioner,
        Role::IrsSuperuser,
    ] {
        given(served())
            .when(entered())
            .by(actor(role))
            .then_refused("ROLE_NOT_ALLOWED");
    }
}

#[test]
fn counsel_do_not_date_their_appearance_back() {
    let early = with(
        entering(json!([1])),
        "effectiveAt",
        json!("2026-05-01T00:00:00.000Z"),
    );
    given(served())
        .when(early)
        .by(practitioner())
        .then_refused("BACKDATING_NOT_ALLOWED");
    let by_clerk = with(
        AssociateCounsel::example(),
        "effectiveAt",
        json!("2026-05-01T00:00:00.000Z"),
    );
    let outcome = given(served())
        .when(by_clerk)
        .by(docket_clerk())
        .then_done();
    assert_eq!(outcome.effective_at, Some(time("2026-05-01T00:00:00.000Z")));
}
