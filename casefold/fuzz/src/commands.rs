//! Commands: bodies, decided over cases.

use std::sync::LazyLock;

use casefold::generate::{Generator, Recipe};
use casefold_command_api::command::{CaseCommand, GroupCommand, PetitionCommand};
use casefold_command_api::decide::{self, Actor, Ask, Decision};
use casefold_events::vocabulary::Role;
use casefold_events::{
    CommandId, CorrelationId, Digest, DraftCommit, EventId, StoredEvent, UserId,
};
use casefold_shared::case::Case;
use serde_json::Value;
use uuid::Uuid;

use crate::events::same_again;
use crate::{Outcome, now};

/// The cases of a made-up court, from the youngest to those with the longest records.
static COURT: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let recipe = Recipe::new(7, Some(160), Some(16)).expect("there is such a court");
    let block = Generator::new(recipe).block(0).expect("it can be made");
    block
        .histories
        .into_iter()
        .map(|history| history.case)
        .collect()
});

/// A command's body.
///
/// # Panics
/// Where a command is not the same when it is read again, or what is decided can't be stored and
/// folded.
pub fn command(data: &[u8]) -> Outcome {
    let Ok(value) = serde_json::from_slice::<Value>(data) else {
        return Outcome::Refused;
    };
    let of_case = CaseCommand::parse(value.clone());
    let petition = PetitionCommand::parse(value.clone());
    let of_group = GroupCommand::parse(value);
    if let Ok(command) = &of_case {
        let written = serde_json::to_value(command).expect("a command is written");
        assert_eq!(CaseCommand::parse(written).as_ref(), Ok(command));
        on_a_case(command);
    }
    if let Ok(command) = &petition {
        let written = serde_json::to_value(command).expect("a command is written");
        assert_eq!(PetitionCommand::parse(written).as_ref(), Ok(command));
        for_each_role(|ask| {
            if let Ok(decision) = decide::petition(command, ask) {
                check(None, &decision);
            }
        });
    }
    if let Ok(command) = &of_group {
        let written = serde_json::to_value(command).expect("a command is written");
        assert_eq!(GroupCommand::parse(written).as_ref(), Ok(command));
        on_a_group(command);
    }
    match of_case.is_ok() || petition.is_ok() || of_group.is_ok() {
        true => Outcome::Taken,
        false => Outcome::Refused,
    }
}

fn on_a_case(command: &CaseCommand) {
    for case in COURT.iter() {
        for_each_role(|ask| {
            if let Ok(decision) = decide::case(case, command, ask) {
                check(Some(case), &decision);
            }
        });
    }
}

fn on_a_group(command: &GroupCommand) {
    for_each_role(|ask| {
        let Ok(decisions) = decide::group(&COURT, command, ask) else {
            return;
        };
        for (number, decision) in decisions {
            let case = COURT.iter().find(|case| case.docket_number == number);
            check(case, &decision);
        }
    });
}

fn for_each_role(mut asked: impl FnMut(Ask<'_>)) {
    for role in Role::ALL {
        let actor = Actor {
            user_id: UserId::new(format!("dev-{role}")).expect("it is an id"),
            role: *role,
            name: None,
        };
        let mut ids = (1..).map(Uuid::from_u128);
        asked(Ask {
            actor: &actor,
            now: now(),
            ids: &mut ids,
        });
    }
}

/// What was decided can be stored, and folds.
fn check(case: Option<&Case>, decision: &Decision) {
    assert!(!decision.events.is_empty(), "a decision has events");
    decision.events.iter().for_each(same_again);
    let at = |event| StoredEvent::encode(EventId(Uuid::nil()), event).expect("it is written");
    let number = case.map_or(COURT[0].docket_number, |case| case.docket_number);
    let version = case.map_or(0, |case| case.version.0) + 1;
    let draft = DraftCommit {
        docket_number: number,
        version: casefold_events::Version(version),
        command_id: CommandId::from(Uuid::nil()),
        command: "Fuzz".to_owned(),
        command_digest: Digest::ZERO,
        actor: UserId::new("fuzz").expect("it is an id"),
        role: Role::System,
        recorded_at: now(),
        effective_at: decision.effective_at.unwrap_or(now()),
        correlation_id: CorrelationId::new("fuzz").expect("it is an id"),
        causation: None,
        committed_with: Vec::new(),
        events: decision.events.iter().map(at).collect(),
        source: None,
    };
    let head = case.map_or(Digest::ZERO, |case| case.folded_from.head_hash);
    let commit = draft.seal(head);
    let folded = Case::fold(case.cloned(), &commit).expect("what is decided folds");
    assert_eq!(folded.version.0, version);
}
