//! What always holds, whoever sends whatever in whatever order.
//!
//! Sequences of commands on a few cases, made of the examples of **every** command, as they
//! are or twisted ([`choices`]), by people of every role: a new command joins by having an
//! example. After each step everything holds that always does ([`always`]); deciding again, and
//! over those entries alone that the command asks for, decides the same; and the commits of
//! each case, folded from the first, give the case that the decisions were made over.
//!
//! `CASEFOLD_SEQUENCES` says how many sequences to try; then they are other ones each time.

mod always;
mod choices;
mod world;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use casefold_command_api::command::{CaseCommand, GroupCommand};
use casefold_command_api::decide::Actor;
use casefold_command_api::refusal::Refusal;
use casefold_command_api::rules::permissions::roles;
use casefold_events::vocabulary::Role;
use casefold_events::{UserId, Version};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestError, TestRunner};
use serde_json::{Value, json};

use self::always::{assert_case, assert_groups, assert_once};
use self::choices::{Choices, aim, twist};
use self::world::{World, somebody};

const VARIABLE: &str = "CASEFOLD_SEQUENCES";
/// As many as take a few seconds.
const USUAL: u32 = 192;
const MOST_STEPS: usize = 80;
/// The case that a step is about: mostly the first, so that much happens to one.
const CASES: &[usize] = &[0, 0, 0, 1, 2];
/// Choices of a step.
const CHOICES: usize = 24;

/// What came of all sequences.
#[derive(Default)]
struct Tally {
    sequences: u32,
    steps: u32,
    /// How often each command was carried out.
    done: BTreeMap<String, u32>,
    refused: BTreeMap<&'static str, u32>,
    /// Bodies that are not of the command's form.
    malformed: u32,
}

/// A sequence as it runs.
struct Sequence<'a> {
    world: World,
    /// For each case the place of the command that comes next in the documentation's order.
    next: [usize; 3],
    /// The last of what was sent and carried out.
    last_done: Option<Sent>,
    /// For each case the version up to which it was looked at.
    checked: [Version; 3],
    tally: &'a RefCell<Tally>,
    /// What was sent, for the message where something doesn't hold.
    trace: Vec<String>,
}

/// What is sent.
#[derive(Clone)]
enum Sent {
    One(usize, Value),
    Several(Value),
}

impl Sequence<'_> {
    fn step(&mut self, bytes: &[u8]) {
        let mut choices = Choices::of(bytes);
        let sent = match choices.below(8) {
            0..=4 => self.one_in_order(&mut choices),
            5 => self.any_one(&mut choices),
            6 => self.several(&mut choices),
            // What happens once is tried again.
            _ => match self.last_done.clone() {
                Some(again) => again,
                None => self.any_one(&mut choices),
            },
        };
        let body = match &sent {
            Sent::One(_, body) | Sent::Several(body) => body,
        };
        let name = body["type"].as_str().unwrap_or_default().to_owned();
        let actor = sender(&name, &mut choices);
        let again = sent.clone();
        self.world.wait(*choices.of_list(&[0, 0, 0, 1, 50]));
        self.trace
            .push(format!("{} {}: {body}", actor.role, actor.user_id));
        let done = match sent {
            Sent::One(at, body) => {
                CaseCommand::parse(body).map(|command| self.world.carry_out(at, &command, &actor))
            }
            Sent::Several(body) => GroupCommand::parse(body)
                .map(|command| self.world.carry_out_on_several(&command, &actor)),
        };
        let mut tally = self.tally.borrow_mut();
        tally.steps += 1;
        match done {
            Ok(Ok(())) => {
                *tally.done.entry(name).or_default() += 1;
                self.last_done = Some(again);
            }
            Ok(Err(refusal)) => {
                assert_refusal(&refusal);
                *tally.refused.entry(refusal.code()).or_default() += 1;
            }
            Err(_) => tally.malformed += 1,
        }
        drop(tally);
        for (told, checked) in self.world.cases.iter().zip(&mut self.checked) {
            if told.case.version != *checked {
                assert_case(&told.case);
                *checked = told.case.version;
            }
        }
        assert_groups(&self.world.cases);
    }

    /// The next command in the order in which the examples succeed, mostly as it stands, so
    /// that cases come far.
    fn one_in_order(&mut self, choices: &mut Choices<'_>) -> Sent {
        let examples = CaseCommand::examples();
        let at = *choices.of_list(CASES);
        if choices.below(8) == 1 {
            self.next[at] = choices.below(examples.len());
        }
        let (_, mut body) = examples[self.next[at] % examples.len()].clone();
        self.next[at] += 1;
        if choices.below(6) == 1 {
            twist(&mut body, choices, &self.world.ids_of(at));
        }
        self.aim(&mut body, choices, at);
        Sent::One(at, body)
    }

    fn any_one(&mut self, choices: &mut Choices<'_>) -> Sent {
        let at = *choices.of_list(CASES);
        let (_, mut body) = choices.of_list(&CaseCommand::examples()).clone();
        twist(&mut body, choices, &self.world.ids_of(at));
        self.aim(&mut body, choices, at);
        Sent::One(at, body)
    }

    fn aim(&self, body: &mut Value, choices: &mut Choices<'_>, at: usize) {
        let docket = &self.world.cases[at].case.docket;
        let drafts = docket.off_record().iter().filter(|it| it.filed.is_draft);
        let drafts: Vec<_> = drafts.map(|draft| draft.id().to_string()).collect();
        aim(body, choices, docket.last_index(), &drafts);
    }

    fn several(&mut self, choices: &mut Choices<'_>) -> Sent {
        let (_, mut body) = choices.of_list(&GroupCommand::examples()).clone();
        let which = *choices.of_list(&[7, 3, 5, 6, 1, 2, 4]);
        let chosen = self.world.cases.iter().enumerate();
        let numbers: Vec<_> = chosen
            .filter(|(nth, _)| which & (1 << nth) != 0)
            .map(|(_, told)| told.case.docket_number)
            .collect();
        body["docketNumbers"] = json!(numbers);
        twist(&mut body, choices, &self.world.ids_of(0));
        Sent::Several(body)
    }

    /// The fold of each case's events from the first on is the case that was decided over,
    /// and its history tells nothing twice that happens once.
    fn assert_histories(&self) {
        for told in &self.world.cases {
            assert_once(told);
            assert_eq!(told.folded_anew().as_ref(), Some(&told.case));
        }
    }
}

/// Mostly somebody whose role may send the command.
fn sender(command: &str, choices: &mut Choices<'_>) -> Actor {
    let kind = choices.below(12);
    let role = match (kind, roles(command)) {
        (7 | 8, _) | (_, []) => *choices.of_list(Role::ALL),
        (_, roles) => *choices.of_list(roles),
    };
    let actor = somebody(role);
    if kind == 6 {
        return Actor {
            user_id: UserId::new("stranger").unwrap(),
            ..actor
        };
    }
    actor
}

/// A refusal is one of the table, and its sentence quotes nobody.
fn assert_refusal(refusal: &Refusal) {
    assert!(
        Refusal::ALL
            .iter()
            .any(|known| known.code == refusal.code())
    );
    let sentence = refusal.to_string();
    for personal in ["Quist", "Lindholm", "Fabien", "@example"] {
        assert!(!sentence.contains(personal), "{sentence}");
    }
}

/// How far each case has come, which command comes next in its order, and the steps.
type Plan = ([usize; 3], [usize; 3], Vec<Vec<u8>>);

fn plans() -> impl Strategy<Value = Plan> {
    let step = prop::collection::vec(any::<u8>(), CHOICES);
    // Cases that are ready for trial can be consolidated.
    let stages = prop_oneof![
        2 => Just([3; 3]),
        3 => [0..4usize, 0..4usize, 0..4usize],
    ];
    // The petition's check and service come first in the order, and are done already for most.
    let commands = CaseCommand::NAMES.len();
    let first = [2..commands, 2..commands, 2..commands];
    (stages, first, prop::collection::vec(step, 1..MOST_STEPS))
}

/// Runs a sequence; what was sent goes into `trace` even where something doesn't hold.
fn run(plan: &Plan, tally: &RefCell<Tally>, trace: &mut Vec<String>) {
    let (stages, first, steps) = plan;
    let mut sequence = Sequence {
        world: World::begin(*stages),
        next: *first,
        last_done: None,
        checked: [Version::ZERO; 3],
        tally,
        trace: std::mem::take(trace),
    };
    let run = catch_unwind(AssertUnwindSafe(|| {
        for step in steps {
            sequence.step(step);
        }
        sequence.assert_histories();
    }));
    *trace = sequence.trace;
    if let Err(panic) = run {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn no_sequence_of_commands_breaks_what_is_always_true() {
    let asked: Option<u32> = std::env::var(VARIABLE)
        .ok()
        .map(|text| text.parse().unwrap());
    let config = Config {
        cases: asked.unwrap_or(USUAL),
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = match asked {
        Some(_) => TestRunner::new(config),
        // The same ones each time: a change is to blame where the test fails.
        None => {
            let algorithm = config.rng_algorithm;
            let rng = proptest::test_runner::TestRng::deterministic_rng(algorithm);
            TestRunner::new_with_rng(config, rng)
        }
    };
    let tally = RefCell::new(Tally::default());
    let outcome = runner.run(&plans(), |plan| {
        run(&plan, &tally, &mut Vec::new());
        tally.borrow_mut().sequences += 1;
        Ok(())
    });
    if let Err(TestError::Fail(reason, plan)) = &outcome {
        let mut trace = Vec::new();
        let again = AssertUnwindSafe(|| run(plan, &RefCell::default(), &mut trace));
        assert!(catch_unwind(again).is_err(), "it fails each time: {reason}");
        panic!("{reason}, from {:?} after\n{}", plan.0, trace.join("\n"));
    }
    outcome.unwrap();
    report(&tally.into_inner());
}

#[expect(
    clippy::print_stdout,
    reason = "the figures are what one asks the test for"
)]
fn report(tally: &Tally) {
    let (done, refused): (u32, u32) = (tally.done.values().sum(), tally.refused.values().sum());
    let names: BTreeSet<_> = CaseCommand::NAMES
        .iter()
        .chain(GroupCommand::NAMES)
        .collect();
    let never: Vec<_> = names
        .iter()
        .filter(|name| !tally.done.contains_key::<str>(name))
        .collect();
    println!(
        "{} sequences, {} steps: {done} carried out, {refused} refused for {} reasons of {}, {} \
         not of their form; never carried out: {never:?}\ncarried out: {:?}\nrefused: {:?}",
        tally.sequences,
        tally.steps,
        tally.refused.len(),
        Refusal::ALL.len(),
        tally.malformed,
        tally.done,
        tally.refused,
    );
    // Were nearly everything refused, nothing would be tried.
    assert!(done * 5 > tally.steps, "{done} of {} steps", tally.steps);
    assert!(
        never.len() * 4 <= names.len(),
        "never carried out: {never:?}"
    );
}
