//! Decoding, lifting and folding in memory, on one core.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use casefold_events::{CaseEvent, Commit, Digest};
use casefold_shared::case::Case;
use casefold_shared::gateway::Stores;
use casefold_shared::keys::Vault;

use super::Context;
use crate::Outcome;
use crate::court::Court;
use crate::histories;
use crate::progress::step;
use crate::report::{Cell, Figure, Goal, Table, Verdict};
use crate::stats::{a_second, median, printed};

/// The least that one core is to do, in events a second.
const FROM_STORED: f64 = 500_000.0;
const FOLDED: f64 = 5_000_000.0;

pub(crate) async fn measure(context: &mut Context) -> Outcome<Figure> {
    let cases = if context.run.quick { 100 } else { 1_000 };
    // Each is repeated: one passage is too short on a machine that does other things, too.
    let runs = context.run.runs * 3;
    step(format!("  generating {cases} cases"));
    let histories = histories::of(cases)?;
    let (commits, events, bytes) = histories::counts(&histories);
    let from_stored = repeated(runs, events, || Ok(decode_and_fold(&histories)))?;
    step(format!(
        "  decoded and folded: {} events a second",
        printed(median(&from_stored))
    ));
    let decoded = repeated(runs, events, || Ok(decode(&histories)))?;
    step(format!(
        "  decoded: {} events a second",
        printed(median(&decoded))
    ));
    let folded = repeated(runs, events, || fold(&histories))?;
    step(format!(
        "  folded: {} events a second",
        printed(median(&folded))
    ));
    let verified = repeated(runs, events, || Ok(verify_and_fold(&histories)))?;
    step(format!(
        "  verified, decoded and folded: {}",
        printed(median(&verified))
    ));
    let court = Court::empty().await?.standing_still();
    let (vault, sealed) = sealed(&court, &histories).await?;
    let (_, _, sealed_bytes) = histories::counts(&sealed);
    let mut all = Vec::new();
    for _ in 0..runs {
        let took = open_and_fold(&vault, sealed.clone()).await?;
        all.push(a_second(events, took));
    }
    step(format!("  opened, too: {}", printed(median(&all))));
    court.close().await?;

    let mut table = Table::new(
        format!(
            "Events a second on one core, of {} commits with {} events in {} cases:",
            printed(commits as f64),
            printed(events as f64),
            histories.len()
        ),
        &["", "events a second", "nanoseconds an event"],
    );
    for (name, rates) in [
        ("decoded, lifted, folded", &from_stored),
        ("decoded and lifted", &decoded),
        ("folded", &folded),
        ("verified, decoded, lifted, folded", &verified),
        ("opened, verified, decoded, lifted, folded", &all),
    ] {
        table.row(
            name,
            vec![Cell::runs(rates), Cell::exact(1e9 / median(rates))],
        );
    }
    let goal = |name: &str, rates: &[f64], least: f64| {
        Goal::new(
            format!("{name}: at least {} events a second", printed(least)),
            printed(median(rates)),
            Verdict::of(median(rates) >= least),
        )
    };
    Ok(Figure {
        title: "Decoding, lifting and folding in memory".to_owned(),
        run: crate::report::Run {
            runs,
            ..context.run.clone()
        },
        goals: vec![
            goal("from the stored form", &from_stored, FROM_STORED),
            goal("folding alone", &folded, FOLDED),
        ],
        tables: vec![table],
        plots: Vec::new(),
        notes: vec![
            format!(
                "The histories are those of `casefold generate`: {} bytes of payload an event in clear, {} as it is \
                 stored, with personal values encrypted.",
                printed(bytes as f64 / events as f64),
                printed(sealed_bytes as f64 / events as f64)
            ),
            "Verifying is SHA-256 over each commit; opening is AES-256-GCM-SIV over each personal value, with keys \
             that the process has."
                .to_owned(),
        ],
    })
}

/// Events a second, run by run.
fn repeated(
    runs: usize,
    events: u64,
    mut once: impl FnMut() -> Outcome<Duration>,
) -> Outcome<Vec<f64>> {
    let once = || Ok(a_second(events, once()?));
    std::iter::repeat_with(once).take(runs).collect()
}

fn decode_and_fold(histories: &[Vec<Commit>]) -> Duration {
    let begun = Instant::now();
    for commits in histories {
        let mut case = None;
        for commit in commits {
            let Ok(events) = commit.decode() else {
                continue;
            };
            case = Case::apply(case, commit, events);
        }
        black_box(case);
    }
    begun.elapsed()
}

fn decode(histories: &[Vec<Commit>]) -> Duration {
    let begun = Instant::now();
    for commit in histories.iter().flatten() {
        let _ = black_box(commit.decode());
    }
    begun.elapsed()
}

/// What was decoded before is folded: nobody pays for copies of it.
fn fold(histories: &[Vec<Commit>]) -> Outcome<Duration> {
    let mut took = Duration::ZERO;
    for commits in histories {
        let decoded: Vec<Vec<CaseEvent>> = commits
            .iter()
            .map(Commit::decode)
            .collect::<Result<_, _>>()?;
        let begun = Instant::now();
        let mut case = None;
        for (commit, events) in commits.iter().zip(decoded) {
            case = Case::apply(case, commit, events);
        }
        took += begun.elapsed();
        black_box(case);
    }
    Ok(took)
}

fn verify_and_fold(histories: &[Vec<Commit>]) -> Duration {
    let begun = Instant::now();
    for commits in histories {
        let mut case = None;
        for commit in commits {
            case = Case::fold(case, commit).ok();
        }
        black_box(case);
    }
    begun.elapsed()
}

/// The histories as they are stored, and what opens them; its keys are known by then.
async fn sealed(
    court: &Court,
    histories: &[Vec<Commit>],
) -> Outcome<(Arc<Vault>, Vec<Vec<Commit>>)> {
    let store = court.store(court.clock());
    store.create_tables().await?;
    let vault = Stores::of(store).vault;
    let mut sealed = Vec::with_capacity(histories.len());
    for commits in histories {
        let drafts = commits.iter().map(|commit| commit.draft.clone()).collect();
        let mut head = Digest::ZERO;
        let mut of_case = Vec::with_capacity(commits.len());
        for draft in vault.seal(drafts).await? {
            let commit = draft.seal(head);
            head = commit.hash;
            of_case.push(commit);
        }
        sealed.push(of_case);
    }
    for commits in &mut sealed.clone() {
        vault.open_all(commits).await?;
    }
    Ok((vault, sealed))
}

async fn open_and_fold(vault: &Vault, histories: Vec<Vec<Commit>>) -> Outcome<Duration> {
    let begun = Instant::now();
    for mut commits in histories {
        vault.open_all(&mut commits).await?;
        let mut case = None;
        for commit in &commits {
            case = Some(Case::fold(case, commit)?);
        }
        black_box(case);
    }
    Ok(begun.elapsed())
}
