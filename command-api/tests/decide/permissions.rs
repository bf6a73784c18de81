//! Who may send what.

use std::collections::BTreeSet;

use casefold_command_api::command::{CaseCommand, GroupCommand, PetitionCommand};
use casefold_command_api::decide::{self, Ask};
use casefold_command_api::refusal::Refusal;
use casefold_command_api::rules::permissions::{PERMISSIONS, roles};
use casefold_events::vocabulary::Role;

use crate::support::*;

#[test]
fn every_command_has_a_row_in_the_table_and_every_row_a_command() {
    let commands: BTreeSet<_> = [
        PetitionCommand::NAMES,
        CaseCommand::NAMES,
        GroupCommand::NAMES,
    ]
    .into_iter()
    .flatten()
    .copied()
    .collect();
    let rows: Vec<_> = PERMISSIONS.iter().map(|(command, _)| *command).collect();
    assert_eq!(rows.iter().copied().collect::<BTreeSet<_>>(), commands);
    assert_eq!(rows.len(), commands.len());
}

#[test]
fn a_role_outside_the_table_is_refused_before_anything_else() {
    for role in Role::ALL.iter().copied() {
        let actor = actor(role);
        for (name, example) in PetitionCommand::examples() {
            let command = PetitionCommand::parse(example).unwrap();
            let mut ids = ids();
            let ask = Ask {
                actor: &actor,
                now: time(NOW),
                ids: &mut ids,
            };
            assert_refused(decide::petition(&command, ask), role, name);
        }
        for (name, example) in CaseCommand::examples() {
            let command = CaseCommand::parse(example).unwrap();
            let mut ids = ids();
            let ask = Ask {
                actor: &actor,
                now: time(NOW),
                ids: &mut ids,
            };
            assert_refused(decide::case(&served().case(), &command, ask), role, name);
        }
        for (name, example) in GroupCommand::examples() {
            let command = GroupCommand::parse(example).unwrap();
            let mut ids = ids();
            let ask = Ask {
                actor: &actor,
                now: time(NOW),
                ids: &mut ids,
            };
            assert_refused(decide::group(&[], &command, ask), role, name);
        }
    }
}

fn assert_refused<T>(decided: Result<T, Refusal>, role: Role, command: &'static str) {
    let refused = matches!(decided, Err(Refusal::RoleNotAllowed { .. }));
    assert_eq!(
        refused,
        !roles(command).contains(&role),
        "{command} by {role}"
    );
}

#[test]
fn some_rows_of_the_table_as_the_court_has_them() {
    assert_eq!(
        roles("FilePetition"),
        [Role::Petitioner, Role::PrivatePractitioner]
    );
    assert!(roles("ServePetition").contains(&Role::PetitionsClerk));
    assert!(!roles("ServePetition").contains(&Role::DocketClerk));
    assert!(!roles("StrikeDocketEntry").contains(&Role::PetitionsClerk));
    assert!(roles("ConsolidateCases").contains(&Role::Floater));
    for (_, roles) in PERMISSIONS {
        assert!(!roles.contains(&Role::Admin) && !roles.contains(&Role::IrsSuperuser));
    }
}

#[test]
fn every_refusal_has_a_code_of_its_own() {
    let codes: BTreeSet<_> = Refusal::ALL.iter().map(|refusal| refusal.code).collect();
    assert_eq!(codes.len(), Refusal::ALL.len());
    for refusal in Refusal::ALL {
        assert!(
            refusal
                .code
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b == b'_')
        );
        assert!([403, 404, 409, 422].contains(&refusal.status));
        assert!(refusal.meaning.ends_with('.') && !refusal.meaning.starts_with(' '));
    }
}
