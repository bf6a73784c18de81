//! What always holds of a case's people and records, whatever clerks do to them.

use casefold_command_api::command::{AddPetitioner, AddStatistic, CaseCommand};
use casefold_command_api::decide::{self, Ask};
use casefold_events::vocabulary::{ContactType, CounselType, Role};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::*;

/// Commands about the people of a case.
pub(crate) fn people() -> impl Strategy<Value = Value> {
    let contact = 1u32..4;
    let users = prop::sample::select(vec!["counsel-1", "counsel-2"]);
    let represented = prop::sample::subsequence(vec![1, 2, 3], 0..=3);
    prop_oneof![
        prop::sample::select(ContactType::ALL.to_vec()).prop_map(|contact_type| {
            let mut body = AddPetitioner::example();
            body["contactType"] = json!(contact_type);
            body
        }),
        (
            prop::sample::select(vec!["SealAddress", "UnsealAddress", "RemovePetitioner"]),
            contact
        )
            .prop_map(|(name, contact)| json!({"type": name, "contact": contact})),
        (
            users.clone(),
            prop::sample::select(CounselType::ALL.to_vec()),
            represented.clone()
        )
            .prop_map(|(user, counsel_type, represented)| json!({
                "type": "AssociateCounsel",
                "userId": user,
                "counselType": counsel_type,
                "counsel": {"name": "Vera Lindholm"},
                "representing": represented,
            })),
        (users.clone(), represented).prop_map(|(user, represented)| {
            json!({"type": "UpdateCounsel", "userId": user, "representing": represented})
        }),
        users.prop_map(|user| json!({"type": "RemoveCounsel", "userId": user})),
    ]
}

/// Commands about what is kept with a case.
pub(crate) fn records() -> impl Strategy<Value = Value> {
    let number = 1u32..3;
    let names = [
        "UpdateDeadline",
        "RemoveDeadline",
        "UpdateCorrespondence",
        "RemoveCorrespondence",
        "UpdateStatistic",
        "RemoveStatistic",
    ];
    // Each example is about the first of its kind; those that name none are sent as they are.
    let examples: Vec<_> = CaseCommand::examples()
        .into_iter()
        .filter(|(name, _)| {
            let whole = ["AddDeadline", "AddCorrespondence", "AddStatistic"];
            whole.contains(name) || name.contains("OtherStatistics") || name.contains("CaseNote")
        })
        .map(|(_, example)| example)
        .collect();
    prop_oneof![
        prop::sample::select(examples),
        (prop::sample::select(names.to_vec()), number).prop_map(|(name, number)| {
            let (_, mut body) = CaseCommand::examples()
                .into_iter()
                .find(|(found, _)| *found == name)
                .unwrap();
            for field in ["deadline", "correspondence", "statistic"] {
                if let Some(named) = body.get_mut(field) {
                    *named = json!(number);
                }
            }
            body
        }),
        (1900u16..1920).prop_map(|year| {
            let mut body = AddStatistic::example();
            body["figures"]["year"] = json!(year);
            body
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_sequence_about_people_and_records_breaks_what_always_holds(
        bodies in prop::collection::vec(prop_oneof![people(), records()], 1..80),
    ) {
        let mut case = served().case();
        let actor = actor(Role::ClerkOfCourt);
        for body in bodies {
            let command = CaseCommand::parse(body).unwrap();
            let mut ids = ids_after(&case);
            let ask = Ask { actor: &actor, now: time(NOW), ids: &mut ids };
            if let Ok(decision) = decide::case(&case, &command, ask) {
                let docket_number = case.docket_number;
                case = fold(Some(case), docket_number, &decision.events);
                assert_invariants(&case);
            }
        }
    }
}
