//! Readers of consolidated cases.

use super::*;

#[test]
fn a_party_of_one_case_of_a_group_is_a_party_to_the_others() {
    let group = || group_of(&["101-26", "102-26"]);
    let case = case_with([served(), group()]);
    let other = |more: Vec<CaseEvent>| {
        let mut events = petition();
        let CaseEvent::PetitionFiled(petition) = &mut events[0] else {
            panic!("a history begins with a petition");
        };
        petition.petitioners = vec![contact(ASTRA, "cora", "Cora")];
        events.truncate(1);
        events.push(counsel_of("coras-irs", CounselType::IrsPractitioner, &[]));
        events.extend(more);
        fold_as("102-26", &events)
    };
    let sister = other(vec![served(), group()]);
    let cora = actor("cora", Role::Petitioner);
    let coras_irs = actor("coras-irs", Role::IrsPractitioner);
    assert_eq!(Relation::of(&cora, &case), Relation::Outsider);
    let through = |actor: &Actor| Relation::through(actor, &case, &sister);
    assert_eq!(through(&cora), Relation::Party);
    assert_eq!(through(&coras_irs), Relation::Respondent);
    assert_eq!(through(&stranger()), Relation::Outsider);
    // One that has left the group meanwhile, whatever this case still says.
    let left = other(vec![served()]);
    assert_eq!(Relation::through(&cora, &case, &left), Relation::Outsider);

    // Nobody's address that is sealed, and nobody's STIN, is shown through a group.
    let reader = Reader::standing(&cora, &case, Relation::Party);
    assert_eq!(reader.sight(), Sight::Own);
    assert!(!reader.sees_sealed_address(ASTRA));

    let further = |actor: &Actor| Relation::further_cases(actor, &case);
    assert_eq!(further(&cora), ["102-26".parse().unwrap()]);
    assert_eq!(further(&stranger()), ["102-26".parse().unwrap()]);
    for actor in [
        clerk(),
        astra(),
        irs(),
        superuser(),
        actor("a", Role::Admin),
    ] {
        assert_eq!(further(&actor), [], "{actor:?}");
    }
}

#[test]
fn with_whom_a_case_is_consolidated_is_told_to_its_parties_and_to_nobody_else() {
    let case = case_with([served(), group_of(&["101-26", "102-26"])]);
    for actor in [clerk(), astra(), irs()] {
        let group = &answer(&actor, &case)["consolidatedCases"];
        assert_eq!(group["docketNumbers"][1], "102-26", "{actor:?}");
    }
    // One of the others may be sealed, and of that one its number is all they may know.
    let public = answer(&stranger(), &case).to_string();
    assert!(!public.contains("102-26"), "{public}");
}
