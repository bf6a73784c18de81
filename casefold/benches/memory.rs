//! Histories decoded, lifted and folded in memory: `cargo bench -p casefold --bench memory`.
//!
//! It generates histories (400 cases, some ten commits each; `CASEFOLD_BENCH_CASES` says
//! otherwise), encrypts them as the service does, and goes through all of them on one core:
//!
//! | figure | a pass does |
//! | --- | --- |
//! | `decodeAndFold` | decode, lift and fold commits whose personal values are open |
//! | `openDecodeAndFold` | open (decrypt) them first |
//! | `verifyOpenDecodeAndFold` | check the hash chain before that: all of what a cold case takes |
//! | `fold` | fold alone: the events are decoded and handed over |
//! | `make` | make the commits again: encode, find what is personal, encrypt, chain |
//!
//! Of each it prints, as JSON, events a second and nanoseconds a commit, of the fastest pass and
//! of the middle one. Copying what a pass uses up, and dropping what it made, is not counted.
//! Times depend on the machine; it asserts nothing but that the cases come out right.
//!
//! Instructions don't depend on it. `CASEFOLD_BENCH_ONLY=fold` makes one pass of one figure, in a
//! function named for it, which callgrind counts:
//!
//! ```text
//! CASEFOLD_BENCH_ONLY=fold valgrind --tool=callgrind --toggle-collect='*fold_alone*' <program>
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark is for a person"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use casefold::generate::{Generator, Recipe};
use casefold_events::personal::keys::{CaseKeys, DataKey, KeyName, KeyState};
use casefold_events::personal::opening::open_values;
use casefold_events::personal::sealing::Sealing;
use casefold_events::{CaseEvent, Commit, Digest, DraftCommit, StoredEvent};
use casefold_shared::case::Case;
use casefold_shared::case::generation::CaseGeneration;
use casefold_shared::gateway::Generation;
use serde_json::{Map, Value, json};

const SEED: u64 = 7;
const CASES: &str = "400";
/// Makes one pass of one figure, without a clock.
const ONLY: &str = "CASEFOLD_BENCH_ONLY";
/// A figure is measured again and again for so long.
const AT_LEAST: Duration = Duration::from_secs(2);

/// A history in each of the forms from which a pass begins.
struct History {
    keys: CaseKeys,
    /// As a store gives it: personal values are encrypted.
    closed: Vec<Commit>,
    opened: Vec<Commit>,
    /// What each commit says.
    events: Vec<Vec<CaseEvent>>,
    /// What each commit was before it was encrypted and chained, without its events.
    drafts: Vec<DraftCommit>,
    case: Case,
}

fn main() {
    let cases = std::env::var("CASEFOLD_BENCH_CASES").unwrap_or_else(|_| CASES.to_owned());
    let only = std::env::var(ONLY).ok();
    let histories = histories(cases.parse().unwrap());
    let size = Size::of(&histories);
    let mut figures = Map::new();
    for (name, pass) in PASSES {
        match only.as_deref() {
            None => drop(figures.insert(
                (*name).to_owned(),
                size.figure(&measured(&histories, *pass)),
            )),
            Some(only) if only == *name => drop(pass(&histories)),
            Some(_) => {}
        }
    }
    if only.is_none() {
        figures.insert("copyACase".to_owned(), copies(&histories));
    }
    println!("{:#}", json!({"size": size.shown(), "figures": figures}));
}

/// A pass over all histories, and how long it took without what comes before and after.
type Pass = fn(&[History]) -> Duration;

const PASSES: &[(&str, Pass)] = &[
    ("decodeAndFold", |histories| {
        let cases = timed(|| histories.iter().map(|it| decode_and_fold(&it.opened)));
        checked(histories, cases)
    }),
    ("openDecodeAndFold", |histories| {
        let mut closed = copied(histories, |it| &it.closed);
        let with_keys = closed.iter_mut().zip(histories);
        let cases = timed(|| with_keys.map(|(it, history)| open_and_fold(it, &history.keys)));
        checked(histories, cases)
    }),
    ("verifyOpenDecodeAndFold", |histories| {
        let mut closed = copied(histories, |it| &it.closed);
        let with_keys = closed.iter_mut().zip(histories);
        let cases = timed(|| with_keys.map(|(it, history)| verify_and_fold(it, &history.keys)));
        checked(histories, cases)
    }),
    ("fold", |histories| {
        let events = copied(histories, |it| &it.events);
        let events = events.into_iter().zip(histories);
        let cases = timed(|| events.map(|(events, it)| fold_alone(&it.opened, events)));
        checked(histories, cases)
    }),
    ("make", |histories| {
        let drafts = copied(histories, |it| &it.drafts);
        let drafts = drafts.into_iter().zip(histories);
        let (took, commits) = timed(|| drafts.map(|(drafts, it)| make(it, drafts)));
        for (commits, history) in commits.iter().zip(histories) {
            assert_eq!(*commits, history.closed);
        }
        took
    }),
];

fn copied<T: Clone>(histories: &[History], part: impl Fn(&History) -> &T) -> Vec<T> {
    histories.iter().map(|it| part(it).clone()).collect()
}

fn timed<T, I: Iterator<Item = T>>(pass: impl FnOnce() -> I) -> (Duration, Vec<T>) {
    let made = pass();
    let mut all = Vec::with_capacity(made.size_hint().0);
    let begun = on_processor();
    all.extend(made);
    (on_processor() - begun, all)
}

/// How long this thread has run: beside others it waits, and that is not its work.
fn on_processor() -> Duration {
    if std::env::var_os(ONLY).is_some() {
        // Valgrind and this clock don't go together.
        return Duration::ZERO;
    }
    let at = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    at.try_into().unwrap()
}

fn checked(histories: &[History], (took, cases): (Duration, Vec<Case>)) -> Duration {
    for (case, history) in cases.iter().zip(histories) {
        assert_eq!(*case, history.case);
    }
    took
}

// A generation's fold is compiled with the crate that has it, and not with this one, which is
// optimized less.
fn folded(case: Option<Case>, commit: &Commit, events: Vec<CaseEvent>) -> Option<Case> {
    CaseGeneration::of(Generation::OF_CASES).apply(case, commit, events)
}

#[inline(never)]
fn decode_and_fold(commits: &[Commit]) -> Case {
    let step = |case, commit: &Commit| folded(case, commit, commit.decode().unwrap());
    commits.iter().fold(None, step).unwrap()
}

#[inline(never)]
fn open_and_fold(commits: &mut [Commit], keys: &CaseKeys) -> Case {
    let step = |case, commit: &mut Commit| {
        open_values(commit, keys).unwrap();
        folded(case, commit, commit.decode().unwrap())
    };
    commits.iter_mut().fold(None, step).unwrap()
}

#[inline(never)]
fn verify_and_fold(commits: &mut [Commit], keys: &CaseKeys) -> Case {
    let step = |case: Option<Case>, commit: &mut Commit| {
        open_values(commit, keys).unwrap();
        let events = Case::understand(case.as_ref(), commit).unwrap();
        folded(case, commit, events)
    };
    commits.iter_mut().fold(None, step).unwrap()
}

#[inline(never)]
fn fold_alone(commits: &[Commit], events: Vec<Vec<CaseEvent>>) -> Case {
    let mut case = None;
    for (commit, events) in commits.iter().zip(events) {
        case = folded(case, commit, events);
    }
    case.unwrap()
}

#[inline(never)]
fn make(history: &History, drafts: Vec<DraftCommit>) -> Vec<Commit> {
    let mut commits: Vec<Commit> = Vec::with_capacity(drafts.len());
    let said = history.closed.iter().zip(&history.events);
    for (mut draft, (stored, events)) in drafts.into_iter().zip(said) {
        let encoded = stored.events.iter().zip(events);
        let encoded = encoded.map(|(it, event)| StoredEvent::encode(it.event_id, event).unwrap());
        draft.events = encoded.collect();
        commits.push(sealed(draft, &history.keys, commits.last()));
    }
    commits
}

fn sealed(draft: DraftCommit, keys: &CaseKeys, after: Option<&Commit>) -> Commit {
    let sealing = Sealing::of(draft).unwrap();
    black_box(sealing.subjects());
    let draft = sealing.with(keys).unwrap();
    draft.seal(after.map_or(Digest::ZERO, |last| last.hash))
}

/// The passes of a figure, the fastest first.
fn measured(histories: &[History], pass: Pass) -> Vec<Duration> {
    let mut times = Vec::new();
    let begun = Instant::now();
    while times.is_empty() || begun.elapsed() < AT_LEAST {
        times.push(pass(histories));
    }
    times.sort_unstable();
    times
}

/// What copying a case costs, as deciding does it, of the case with the longest record and of
/// one in the middle.
fn copies(histories: &[History]) -> Value {
    let mut cases: Vec<_> = histories.iter().map(|it| &it.case).collect();
    cases.sort_by_key(|case| case.docket.last_index());
    let nanos = |case: &Case| {
        const TIMES: u32 = 10_000;
        let begun = on_processor();
        for _ in 0..TIMES {
            drop(black_box(black_box(case).clone()));
        }
        json!({
            "docketEntries": case.docket.last_index(),
            "weighsBytes": case.weight(),
            "nanos": ((on_processor() - begun) / TIMES).as_nanos() as u64,
        })
    };
    json!([nanos(cases[cases.len() / 2]), nanos(cases[cases.len() - 1])])
}

/// How much there is in the histories.
struct Size {
    cases: usize,
    commits: usize,
    events: usize,
    lifted: usize,
    bytes: usize,
    values: usize,
}

impl Size {
    fn of(histories: &[History]) -> Self {
        let commits = || histories.iter().flat_map(|it| &it.closed);
        let events = || commits().flat_map(|it| &it.events);
        let newest: BTreeMap<_, _> = CaseEvent::SCHEMAS.iter().copied().collect();
        let is_old = |it: &&StoredEvent| newest[it.event_type.as_str()] > it.schema_version;
        Self {
            cases: histories.len(),
            commits: commits().count(),
            events: events().count(),
            lifted: events().filter(is_old).count(),
            bytes: events().map(|it| it.payload.len()).sum(),
            values: events()
                .map(|it| it.payload.matches("\"$sealed\":").count())
                .sum(),
        }
    }

    fn shown(&self) -> Value {
        let per_event = |number: usize| (number as f64 / self.events as f64 * 10.0).round() / 10.0;
        json!({
            "cases": self.cases,
            "commits": self.commits,
            "events": self.events,
            "liftedEvents": self.lifted,
            "storedBytesAnEvent": per_event(self.bytes),
            "personalValuesAnEvent": per_event(self.values),
        })
    }

    fn figure(&self, times: &[Duration]) -> Value {
        let of = |time: Duration| {
            json!({
                "eventsPerSecond": (self.events as f64 / time.as_secs_f64()).round(),
                "nanosACommit": (time.as_nanos() as f64 / self.commits as f64).round(),
            })
        };
        json!({
            "fastest": of(times[0]),
            "middle": of(times[times.len() / 2]),
            "passes": times.len(),
        })
    }
}

fn histories(cases: u64) -> Vec<History> {
    let generator = Generator::new(Recipe::new(SEED, None, Some(cases)).unwrap());
    let blocks = (0..generator.blocks()).map(|nth| generator.block(nth).unwrap());
    blocks
        .flat_map(|block| block.histories)
        .map(|history| encrypted(&history.commits))
        .collect()
}

fn encrypted(commits: &[Commit]) -> History {
    let mut keys = CaseKeys::none(commits[0].docket_number);
    let mut opened: Vec<Commit> = Vec::new();
    let mut drafts = Vec::new();
    for commit in commits {
        let sealing = Sealing::of(commit.draft.clone()).unwrap();
        for subject in sealing.subjects() {
            let name = KeyName { subject, epoch: 1 };
            let key = DataKey::of(*Digest::of(name.to_string().as_bytes()).as_bytes());
            keys.keys.entry(name).or_insert(KeyState::Live(key));
        }
        opened.push(sealed(commit.draft.clone(), &keys, opened.last()));
        let draft = DraftCommit {
            events: Vec::new(),
            ..commit.draft.clone()
        };
        drafts.push(draft);
    }
    let closed = opened.iter().map(as_stored).collect();
    let events: Vec<_> = opened.iter().map(|it| it.decode().unwrap()).collect();
    let case = opened
        .iter()
        .zip(&events)
        .fold(None, |case, (commit, events)| {
            folded(case, commit, events.clone())
        });
    let case = case.unwrap();
    History {
        keys,
        closed,
        opened,
        events,
        drafts,
        case,
    }
}

/// The commit as a store gives it.
fn as_stored(commit: &Commit) -> Commit {
    let mut stored = commit.clone();
    for event in &mut stored.draft.events {
        let StoredEvent {
            event_id,
            event_type,
            schema_version,
            payload,
            ..
        } = event.clone();
        *event = StoredEvent::read(event_id, event_type, schema_version, payload);
    }
    stored
}
