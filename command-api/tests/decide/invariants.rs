//! What always holds, whoever sends whatever in whatever order.

use casefold_command_api::command::{CaseCommand, GroupCommand};
use casefold_command_api::decide::{self, Actor, Ask};
use casefold_command_api::refusal::Refusal;
use casefold_events::vocabulary::{CaseStatus, Role, SealedTo};
use casefold_shared::case::Case;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::people_and_records::{people, records};
use crate::support::*;

const CASES: [&str; 3] = ["101-26", "102-26", "103-26"];

#[derive(Clone, Debug)]
enum Step {
    One { case: usize, body: Value },
    Several { body: Value },
}

fn codes() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "M006", "A", "MISC", "O", "DEC", "ODJ", "NTD", "P", "STIN", "XYZ9",
    ])
}

/// What is done to papers, drafts and entries. A draft is named by one of a few ids, so that
/// one is done several things.
fn docket_work() -> impl Strategy<Value = Value> {
    let entry = 0u32..8;
    let draft = (0xD001u128..0xD004).prop_map(|id| json!(uuid::Uuid::from_u128(id)));
    let of_draft = prop::sample::select(vec![
        json!({"type": "CreateDraftOrder", "eventCode": "O", "document": document()}),
        json!({"type": "CreateDraftOrder", "eventCode": "NTD", "document": document()}),
        json!({"type": "EditDraft", "eventCode": "DEC"}),
        json!({"type": "EditDraft", "title": "Another"}),
        json!({"type": "SignOrder", "signedBy": "Buch"}),
        json!({"type": "UnsignOrder"}),
        json!({"type": "ArchiveDraft"}),
        json!({"type": "FileCourtIssuedDocument"}),
        json!({
            "type": "StampMotion",
            "docketEntry": 3,
            "disposition": "Granted",
            "stampedBy": "Buch",
            "document": document(),
        }),
    ]);
    let of_entry = prop::sample::select(vec![
        json!({"type": "EditPaperFiling", "document": document()}),
        json!({"type": "EditPaperFiling", "eventCode": "A", "filedBy": {"respondent": true}}),
        json!({"type": "EditDocketEntryMeta", "title": "Another"}),
        json!({"type": "EditDocketEntryMeta", "lodged": true}),
        json!({"type": "CompleteQc"}),
        json!({"type": "RemovePendingItem"}),
    ]);
    let with = |field: &'static str, mut body: Value, value: Value| {
        body[field] = value;
        body
    };
    prop_oneof![
        3 => (of_draft, draft).prop_map(move |(body, id)| with("draft", body, id)),
        2 => (of_entry, entry).prop_map(move |(body, at)| with("docketEntry", body, json!(at))),
        1 => codes().prop_map(|code| {
            json!({"type": "AddPaperFiling", "eventCode": code, "filedBy": {"respondent": true}})
        }),
    ]
}

fn statuses() -> impl Strategy<Value = CaseStatus> {
    prop::sample::select(CaseStatus::ALL.to_vec())
}

fn one() -> impl Strategy<Value = Value> {
    let entry = 0u32..8;
    prop_oneof![
        Just(json!({"type": "QcPetition"})),
        Just(json!({"type": "QcPetition", "caption": "Another", "procedureType": "Small"})),
        Just(json!({"type": "ServePetition"})),
        codes().prop_map(|code| {
            json!({"type": "FileDocument", "eventCode": code, "document": document()})
        }),
        codes().prop_map(|code| json!({
            "type": "FileCourtIssuedDocument",
            "eventCode": code,
            "document": document(),
            "signedBy": "Buch",
        })),
        (
            prop::sample::select(vec![
                "ServeDocument",
                "ServeCourtIssuedDocument",
                "StrikeDocketEntry",
                "UnsealDocketEntry",
            ]),
            entry.clone()
        )
            .prop_map(|(name, entry)| json!({"type": name, "docketEntry": entry})),
        (prop::sample::select(SealedTo::ALL.to_vec()), entry).prop_map(|(to, entry)| {
            json!({"type": "SealDocketEntry", "docketEntry": entry, "sealedTo": to})
        }),
        trial(),
        statuses().prop_map(|status| json!({"type": "UpdateCaseContext", "status": status})),
        (
            statuses(),
            prop::sample::select(vec!["Buch", "Chief Judge"])
        )
            .prop_map(|(status, judge)| {
                json!({"type": "UpdateCaseContext", "status": status, "judge": judge})
            }),
        Just(json!({"type": "UpdateCaseContext", "judge": "Buch"})),
        docket_work(),
        Just(json!({"type": "SealCase"})),
        Just(json!({"type": "UnsealCase"})),
        Just(casefold_command_api::command::AddPetitioner::example()),
        (1u32..3, "[0-9]{3}").prop_map(|(contact, phone)| {
            json!({"type": "UpdateContact", "contact": contact, "phone": phone})
        }),
    ]
}

/// What people do to a case's trial, and to its details.
fn trial() -> impl Strategy<Value = Value> {
    let in_session = |name| {
        (1u128..3).prop_map(move |at| match name {
            "SetHearing" => json!({"type": name, "session": session(at)}),
            "AddToTrialSession" => {
                json!({"type": name, "session": session(at), "isCalendared": at == 1})
            }
            _ => json!({"type": name, "trialSessionId": session_id(at)}),
        })
    };
    prop_oneof![
        in_session("AddToTrialSession"),
        in_session("RemoveFromTrialSession"),
        in_session("SetHearing"),
        in_session("RemoveHearing"),
        Just(json!({"type": "BlockFromTrial", "reason": "Settlement"})),
        Just(json!({"type": "UnblockFromTrial"})),
        Just(json!({"type": "Prioritize", "reason": "Illness"})),
        Just(json!({"type": "Unprioritize"})),
        Just(json!({"type": "MarkReadyForTrial"})),
        prop::sample::select(vec!["Mobile, Alabama", "Jackson, Mississippi"])
            .prop_map(|city| json!({"type": "UpdateCaseDetails", "preferredTrialCity": city})),
    ]
}

fn several() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "ConsolidateCases",
        "UnconsolidateCases",
        "FileDocument",
        "AddPaperFiling",
        "FileCourtIssuedDocument",
        "UpdateCaseContext",
        "UpdateCaseDetails",
        "SetTrialCalendar",
    ]);
    let cases = prop::sample::subsequence(CASES.to_vec(), 1..=3);
    (names, cases, statuses()).prop_map(|(name, cases, status)| {
        let mut body = json!({"type": name, "docketNumbers": cases});
        match name {
            "UpdateCaseContext" => body["status"] = json!(status),
            "UpdateCaseDetails" => body["procedureType"] = json!("Small"),
            "SetTrialCalendar" => body["session"] = json!(session(1)),
            _ => {}
        }
        if name == "FileDocument" {
            body["eventCode"] = json!("M006");
            body["document"] = document();
        }
        if name == "AddPaperFiling" {
            body["eventCode"] = json!("MISC");
            body["filedBy"] = json!({"respondent": true});
        }
        if name == "FileCourtIssuedDocument" {
            body["draft"] = json!(uuid::Uuid::from_u128(0xD001));
        }
        body
    })
}

fn steps() -> impl Strategy<Value = Vec<(Step, Role)>> {
    let step = prop_oneof![
        4 => (0..CASES.len(), one()).prop_map(|(case, body)| Step::One { case, body }),
        4 => (0..CASES.len(), prop_oneof![people(), records()])
            .prop_map(|(case, body)| Step::One { case, body }),
        1 => several().prop_map(|body| Step::Several { body }),
    ];
    // Most steps are those of people who may do much, so that much happens.
    let role = prop_oneof![
        6 => Just(Role::ClerkOfCourt),
        2 => Just(Role::Petitioner),
        1 => Just(Role::System),
        1 => Just(Role::IrsPractitioner),
        1 => prop::sample::select(Role::ALL.to_vec()),
    ];
    prop::collection::vec((step, role), 1..60)
}

fn histories() -> impl Strategy<Value = Vec<History>> {
    let stages = prop::collection::vec(0..4u8, CASES.len());
    stages.prop_map(|stages| {
        let staged = CASES.iter().zip(stages).map(|(name, stage)| match stage {
            0 => filed().numbered(name),
            1 => served().numbered(name).with_respondents_counsel(),
            _ => at_issue(name),
        });
        staged.collect()
    })
}

/// Carries a step out, and says how many cases it changed.
fn carry_out(cases: &mut [Case], step: &Step, actor: &Actor) -> Result<usize, Refusal> {
    let mut ids = fresh_ids(cases);
    let ask = Ask {
        actor,
        now: time(NOW),
        ids: &mut ids,
    };
    let decisions = match step {
        Step::One { case, body } => {
            let case = &cases[*case];
            let command = CaseCommand::parse(body.clone()).unwrap();
            vec![(case.docket_number, decide::case(case, &command, ask)?)]
        }
        Step::Several { body } => {
            decide::group(cases, &GroupCommand::parse(body.clone()).unwrap(), ask)?
        }
    };
    for (number, decision) in &decisions {
        assert!(!decision.events.is_empty(), "a decision has events");
        let case = cases
            .iter_mut()
            .find(|case| case.docket_number == *number)
            .unwrap();
        let after = fold(Some(case.clone()), *number, &decision.events);
        assert_indexes_as_written(&after, &decision.events);
        *case = follow(case, &decision.events, after).0;
    }
    Ok(decisions.len())
}

/// Ids that no case has yet.
pub(crate) fn fresh_ids(cases: &[Case]) -> impl Iterator<Item = uuid::Uuid> + use<> {
    let events: u64 = cases.iter().map(|case| case.folded_from.events).sum();
    let base = 0x1_0000_0000 + u128::from(events) * 0x1000;
    (base..).map(uuid::Uuid::from_u128)
}

/// What holds between cases: groups agree on who is in them, and their cases are alike.
fn assert_groups(cases: &[Case]) {
    for case in cases {
        let Some(group) = &case.consolidation else {
            continue;
        };
        for member in &group.members {
            let other = cases
                .iter()
                .find(|case| case.docket_number == *member)
                .unwrap();
            assert_eq!(other.consolidation.as_ref(), Some(group));
            assert_eq!(other.status, case.status);
            assert_eq!(other.associated_judge, case.associated_judge);
            assert_eq!(other.procedure_type, case.procedure_type);
            assert_eq!(other.preferred_trial_city, case.preferred_trial_city);
        }
        assert!(!case.status.is_closed() && case.status != CaseStatus::OnAppeal);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_sequence_of_commands_breaks_what_always_holds(
        histories in histories(),
        steps in steps(),
    ) {
        let mut cases: Vec<_> = histories.iter().map(History::case).collect();
        for (step, role) in steps {
            let before = cases.clone();
            match carry_out(&mut cases, &step, &actor(role)) {
                Ok(_) => {}
                Err(refusal) => {
                    prop_assert!(Refusal::ALL.iter().any(|known| known.code == refusal.code()));
                    prop_assert_eq!(&cases, &before);
                }
            }
            cases.iter().for_each(assert_invariants);
            for case in &cases {
                let calendared = case.status == CaseStatus::Calendared;
                prop_assert!(!calendared || case.trial_session.is_some());
            }
            assert_groups(&cases);
        }
    }
}
