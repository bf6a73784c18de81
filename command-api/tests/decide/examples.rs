//! The examples in the documentation, sent in their order.

use casefold_command_api::command::{
    CaseCommand, EXAMPLE_PETITIONER, GroupCommand, PetitionCommand,
};
use casefold_command_api::decide::{self, Actor, Ask};
use casefold_command_api::rules::permissions::roles;
use casefold_events::UserId;
use casefold_events::vocabulary::Role;
use casefold_shared::case::Case;
use utoipa::PartialSchema;

use crate::support::*;

/// Somebody who may send a command; a petitioner is the one of the examples.
fn sender(command: &str) -> Actor {
    let role = roles(command)[0];
    let user_id = UserId::new(EXAMPLE_PETITIONER).unwrap();
    if role == Role::Petitioner {
        Actor {
            user_id,
            ..actor(role)
        }
    } else {
        actor(role)
    }
}

fn begin(at: usize, docket_number: &str) -> Case {
    let (name, example) = PetitionCommand::examples().swap_remove(at);
    let command = PetitionCommand::parse(example).unwrap();
    let mut ids = ids();
    let ask = Ask {
        actor: &sender(name),
        now: time(NOW),
        ids: &mut ids,
    };
    let events = decide::petition(&command, ask).unwrap().events;
    fold(None, number(docket_number), &events)
}

fn after_all_examples(mut case: Case) -> Case {
    let mut ids = ids().skip(100);
    // The one example that a new case can't take: its answer has to grow old first.
    let examples = CaseCommand::examples().into_iter();
    for (name, example) in examples.filter(|(name, _)| *name != "MarkReadyForTrial") {
        let command = CaseCommand::parse(example).unwrap();
        let ask = Ask {
            actor: &sender(name),
            now: time(NOW),
            ids: &mut ids,
        };
        let decision = decide::case(&case, &command, ask);
        let events = decision
            .unwrap_or_else(|refusal| panic!("{name}: {refusal}"))
            .events;
        let docket_number = case.docket_number;
        let after = fold(Some(case.clone()), docket_number, &events);
        case = follow(&case, &events, after).0;
        assert_invariants(&case);
    }
    case
}

#[test]
fn the_examples_succeed_one_after_another() {
    after_all_examples(begin(0, "101-26"));
    let mut cases = vec![
        after_all_examples(begin(1, "101-25")),
        after_all_examples(begin(1, "102-25")),
    ];
    let mut ids = ids().skip(1_000);
    for (name, example) in GroupCommand::examples() {
        let command = GroupCommand::parse(example).unwrap();
        let ask = Ask {
            actor: &sender(name),
            now: time(NOW),
            ids: &mut ids,
        };
        let decisions = decide::group(&cases, &command, ask);
        for (number, decision) in decisions.unwrap_or_else(|it| panic!("{name}: {it}")) {
            let case = cases
                .iter_mut()
                .find(|case| case.docket_number == number)
                .unwrap();
            let after = fold(Some(case.clone()), number, &decision.events);
            *case = follow(case, &decision.events, after).0;
            assert_invariants(case);
        }
    }
}

#[test]
fn the_example_petition_can_stand_in_single_quotes_in_a_shell() {
    for (_, example) in PetitionCommand::examples() {
        assert!(!example.to_string().contains('\''));
    }
}

#[test]
fn the_schema_of_a_body_requires_its_type_and_allows_no_other_field() {
    let mut schemas = Vec::new();
    <CaseCommand as utoipa::ToSchema>::schemas(&mut schemas);
    for name in CaseCommand::NAMES {
        let (_, schema) = schemas.iter().find(|(found, _)| found == name).unwrap();
        let schema = serde_json::to_value(schema).unwrap();
        assert_eq!(schema["properties"]["type"]["enum"][0], *name);
        assert_eq!(schema["required"][0], "type");
        assert_eq!(schema["additionalProperties"], false);
    }
    let one_of = serde_json::to_value(CaseCommand::schema()).unwrap();
    assert_eq!(
        one_of["oneOf"].as_array().unwrap().len(),
        CaseCommand::NAMES.len()
    );
    assert_eq!(one_of["discriminator"]["propertyName"], "type");
}
