//! Given, when, then for commands on several cases.

use casefold_command_api::command::GroupCommand;
use casefold_command_api::decide::{self, Actor, Ask, Decision};
use casefold_command_api::refusal::Refusal;
use casefold_events::DocketNumber;
use casefold_shared::case::Case;
use serde_json::Value;

use super::{History, NOW, assert_invariants, fold, follow, ids, time};

pub(crate) struct GivenCases(Vec<Case>);

pub(crate) fn given_cases<const N: usize>(histories: [History; N]) -> GivenCases {
    GivenCases(histories.iter().map(History::case).collect())
}

impl GivenCases {
    pub(crate) fn when(self, command: Value) -> WhenGroup {
        WhenGroup {
            cases: self.0,
            command: GroupCommand::parse(command).unwrap(),
        }
    }
}

pub(crate) struct WhenGroup {
    cases: Vec<Case>,
    command: GroupCommand,
}

impl WhenGroup {
    /// The command is decided over the cases that it lists and the members of their groups,
    /// as the service loads them.
    pub(crate) fn by(self, actor: Actor) -> ThenGroup {
        let listed = self.command.docket_numbers();
        let is_listed = |case: &&Case| listed.contains(&case.docket_number);
        let mut loaded: Vec<_> = self.cases.iter().filter(is_listed).cloned().collect();
        loop {
            let further = decide::group_members(&self.command, &loaded);
            if further.is_empty() {
                break;
            }
            let found = self
                .cases
                .iter()
                .filter(|case| further.contains(&case.docket_number));
            loaded.extend(found.cloned());
        }
        let mut ids = ids();
        let ask = Ask {
            actor: &actor,
            now: time(NOW),
            ids: &mut ids,
        };
        let decided = decide::group(&loaded, &self.command, ask);
        ThenGroup {
            cases: self.cases,
            decided,
        }
    }
}

pub(crate) struct ThenGroup {
    cases: Vec<Case>,
    decided: Result<Vec<(DocketNumber, Decision)>, Refusal>,
}

impl ThenGroup {
    /// These events happened to these cases. The cases as they are now, in their order.
    #[track_caller]
    pub(crate) fn then_events<const N: usize>(self, expected: [(&str, &str); N]) -> Vec<Case> {
        let decisions = self.decided.unwrap();
        let found: Vec<_> = decisions
            .iter()
            .flat_map(|(number, decision)| {
                decision
                    .events
                    .iter()
                    .map(|event| (number.to_string(), event.event_type()))
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(number, event)| ((*number).to_owned(), *event))
            .collect();
        assert_eq!(found, expected);
        let mut cases = self.cases;
        for (number, decision) in decisions {
            let case = cases
                .iter_mut()
                .find(|case| case.docket_number == number)
                .unwrap();
            let after = fold(Some(case.clone()), number, &decision.events);
            *case = follow(case, &decision.events, after).0;
            assert_invariants(case);
        }
        cases.sort_by_key(|case| case.docket_number);
        cases
    }

    #[track_caller]
    pub(crate) fn then_refused(self, code: &str) -> Refusal {
        let refusal = self.decided.expect_err("the command was not refused");
        assert_eq!(refusal.code(), code, "{refusal}");
        refusal
    }
}
