//! Random commands by several processes: each is decided as a pure look at the record says.

use std::collections::BTreeMap;

use casefold_command_api::decide::{self, Ask};
use casefold_command_api::refusal::Refusal;
use casefold_command_api::service::CommandError;
use proptest::prelude::*;

use super::*;

/// How many processes write to one case by turns.
const PROCESSES: usize = 3;

#[derive(Clone, Debug)]
enum Act {
    /// A process is sent a command, of the examples or a filing; perhaps with one of a few keys.
    Send {
        process: usize,
        command: usize,
        key: Option<u8>,
    },
    /// The projector catches up.
    Fold,
    /// Time passes, in seconds.
    Wait(i64),
    /// A process starts anew, and knows nothing.
    Restart(usize),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        12 => (0..PROCESSES, any::<prop::sample::Index>(), prop::option::weighted(0.3, 0..6_u8))
            .prop_map(|(process, command, key)| Act::Send {
                process,
                command: command.index(bodies().len()),
                key,
            }),
        2 => Just(Act::Fold),
        1 => (1..60_i64).prop_map(Act::Wait),
        1 => (0..PROCESSES).prop_map(Act::Restart),
    ];
    prop::collection::vec(act, 1..60)
}

/// Commands that succeed now and then, whatever the case has been through.
fn bodies() -> Vec<Value> {
    let examples = CaseCommand::examples().into_iter();
    let mut bodies: Vec<_> = examples.map(|(_, body)| body).collect();
    for _ in 0..bodies.len() {
        bodies.push(paper_filing());
    }
    for entry in 1..12 {
        bodies.push(json!({"type": "ServeDocument", "docketEntry": entry}));
        bodies.push(json!({"type": "SealDocketEntry", "docketEntry": entry, "sealedTo": "Public"}));
    }
    bodies
}

/// What a command comes to: the version it left, or the code of what is against it.
type End = Result<u64, &'static str>;

fn end_of(result: &Result<Answer, CommandError>) -> End {
    match result {
        Ok(answer) => Ok(answer.version.0),
        Err(error) => Err(error.code()),
    }
}

/// What the rules say of a command over the record itself.
fn by_the_rules(case: &Case, command: &CaseCommand, now: Timestamp) -> Result<(), Refusal> {
    let mut ids = std::iter::repeat_with(|| SystemClock.new_id());
    let ask = Ask {
        actor: &clerk(),
        now,
        ids: &mut ids,
    };
    decide::case(case, command, ask).map(drop)
}

/// What a command comes to whose key another has: its sender is told so, unless they may not send
/// it at all.
fn with_a_key_of_another(by_the_rules: &Result<(), Refusal>) -> &'static str {
    match by_the_rules {
        Err(refusal) if refusal.status() == 403 => refusal.code(),
        Ok(()) | Err(_) => "IDEMPOTENCY_KEY_REUSED",
    }
}

async fn run(acts: Vec<Act>, filings: usize) {
    let court = Court::open().await;
    let clock = Hand::default();
    let mut processes: Vec<_> = (0..PROCESSES)
        .map(|_| Process::of(&court, &clock))
        .collect();
    let number = match filings {
        0 => processes[0].file().await,
        _ => processes[0].file_and_serve().await,
    };
    for _ in 0..filings {
        processes[0].send(number, paper_filing()).await.unwrap();
    }
    if filings > 0 {
        fold_all(&court, number).await;
    }
    let bodies = bodies();
    let mut first_ends: BTreeMap<u8, (usize, End)> = BTreeMap::new();
    for act in acts {
        match act {
            Act::Fold => fold_all(&court, number).await,
            Act::Wait(seconds) => clock.go(seconds),
            Act::Restart(process) => processes[process] = Process::of(&court, &clock),
            Act::Send {
                process,
                command,
                key,
            } => {
                let body = bodies[command].clone();
                let record = pure_fold(&court, number).await;
                let parsed = CaseCommand::parse(body.clone()).unwrap();
                let process = &processes[process];
                let end = end_of(&match key {
                    None => process.send(number, body).await,
                    Some(key) => {
                        let key = format!("key-{key}");
                        process.send_with_key(number, body, &key).await
                    }
                });
                let expected = by_the_rules(&record, &parsed, clock.now());
                let earlier = key.and_then(|key| first_ends.get(&key));
                match earlier {
                    Some((before, first)) if bodies[*before] == bodies[command] => {
                        assert_eq!(end, *first);
                    }
                    Some(_) => assert_eq!(end, Err(with_a_key_of_another(&expected))),
                    None => {
                        let expected = expected.map_err(|refusal| refusal.code());
                        assert_eq!(end.map(drop), expected, "{parsed:?}");
                        if let (Some(key), Ok(_)) = (key, end) {
                            first_ends.insert(key, (command, end));
                        }
                    }
                }
                if let Some(remembered) = process.remembered(number).await {
                    let record = pure_fold(&court, number).await;
                    if remembered.version == record.version {
                        let record = with_entries_of(record, &remembered);
                        assert_eq!(remembered, record);
                    }
                }
            }
        }
    }
    // No number is missing and none is doubled: the chain folds.
    pure_fold(&court, number).await;
}

fn cases() -> u32 {
    let wanted = std::env::var("CASEFOLD_SEQUENCES").ok();
    wanted.and_then(|it| it.parse().ok()).unwrap_or(16)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn commands_by_several_processes_are_decided_as_over_the_record(acts in acts()) {
        tokio::runtime::Runtime::new().unwrap().block_on(run(acts, 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases() / 4, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn so_are_those_on_a_record_in_pages_of_which_a_part_is_in_memory(acts in acts()) {
        tokio::runtime::Runtime::new().unwrap().block_on(run(acts, 60));
    }
}
