//! Instructions per folded commit, by callgrind: as exact as units are, and kept as a budget.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;

use casefold_shared::case::Case;
use serde::{Deserialize, Serialize};

use super::Context;
use crate::Outcome;
use crate::histories;
use crate::progress::{result, step};
use crate::report::{Cell, Figure, Goal, Table, Verdict};
use crate::stats::printed;

/// How much more than the budget is no regression yet.
const TOLERATED: f64 = 0.05;

/// What is folded under callgrind.
const CASES: u64 = 64;
/// How often, in two processes: what they differ by is folding alone.
const TIMES: [u64; 2] = [2, 6];

/// The file that keeps the budget.
const BUDGET: &str = "benchmarks/budget.json";

/// Instructions, by what they are spent on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Budget {
    instructions_per_folded_commit: u64,
}

/// Whether the figure is within its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes,
    No,
}

pub(crate) async fn measure(context: &mut Context) -> Outcome<(Figure, Kept)> {
    let goal = "a regression of more than 5 % is shown";
    let figure = |goals, tables, notes| Figure {
        title: "Instructions per folded commit".to_owned(),
        run: crate::report::Run {
            runs: 1,
            ..context.run.clone()
        },
        goals,
        tables,
        plots: Vec::new(),
        notes,
    };
    if Command::new("valgrind").arg("--version").output().is_err() {
        let skipped = "skipped: there is no valgrind on this machine";
        step(format!("  {skipped}"));
        let goals = vec![Goal::new(goal, skipped, Verdict::NotMeasured)];
        return Ok((figure(goals, Vec::new(), Vec::new()), Kept::Yes));
    }
    let (commits, events, _) = histories::counts(&histories::of(CASES)?);
    let counted = tokio::task::spawn_blocking(move || a_commit(commits)).await??;
    let path = context.root.join(BUDGET);
    let budget = read(&path)?;
    let kept = judged(counted, budget.as_ref());
    if context.accept || budget.is_none() {
        let new = Budget {
            instructions_per_folded_commit: counted,
        };
        std::fs::write(&path, format!("{:#}\n", serde_json::to_value(&new)?))?;
    }
    let allowed = budget.map_or(counted, |it| it.instructions_per_folded_commit);
    let change = (counted as f64 / allowed as f64 - 1.0) * 100.0;
    let told = format!(
        "{} instructions, {change:+.1} % of a budget of {}",
        printed(counted as f64),
        printed(allowed as f64)
    );
    result(format!("  {told}"));
    let mut table = Table::new("", &["", "instructions", "budget"]);
    table.caption = format!(
        "Verifying, decoding, lifting and folding {} commits with {} events of {CASES} cases:",
        printed(commits as f64),
        printed(events as f64)
    );
    let cells = vec![Cell::exact(counted as f64), Cell::exact(allowed as f64)];
    table.row("a commit", cells);
    let an_event = |of: u64| Cell::exact(of as f64 * commits as f64 / events as f64);
    table.row("an event", vec![an_event(counted), an_event(allowed)]);
    let kept = if context.accept { Kept::Yes } else { kept };
    let goals = vec![Goal::new(goal, told, Verdict::of(kept == Kept::Yes))];
    let notes = vec![format!(
        "Counted by `valgrind --tool=callgrind` in two processes that fold the same histories {} and {} times, of \
         which the difference is taken. The budget is in [{BUDGET}](../../{BUDGET}); `--accept` writes a new one.",
        TIMES[0], TIMES[1]
    )];
    Ok((figure(goals, vec![table], notes), kept))
}

fn judged(counted: u64, budget: Option<&Budget>) -> Kept {
    let Some(budget) = budget else {
        return Kept::Yes;
    };
    let most = budget.instructions_per_folded_commit as f64 * (1.0 + TOLERATED);
    if counted as f64 > most {
        Kept::No
    } else {
        Kept::Yes
    }
}

fn read(path: &Path) -> Outcome<Option<Budget>> {
    match std::fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Instructions per commit, as the difference of two processes.
fn a_commit(commits: u64) -> Outcome<u64> {
    let mut counted = BTreeMap::new();
    for times in TIMES {
        step(format!("  callgrind: folding {times} times"));
        counted.insert(times, instructions(times)?);
    }
    let [few, many] = TIMES;
    let more = counted[&many].checked_sub(counted[&few]);
    let more = more.ok_or("folding more often took fewer instructions")?;
    Ok(more / (commits * (many - few)))
}

/// This program under callgrind.
fn instructions(times: u64) -> Outcome<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args([
            "fold",
            "--cases",
            &CASES.to_string(),
            "--times",
            &times.to_string(),
        ])
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("callgrind failed: {told}").into());
    }
    collected(&told).ok_or_else(|| format!("callgrind counted nothing: {told}").into())
}

/// The count in callgrind's last words: `==1== Collected : 123`.
fn collected(told: &str) -> Option<u64> {
    let (_, after) = told.split_once("Collected :")?;
    after.split_whitespace().next()?.parse().ok()
}

/// What is counted: the same histories, folded so often. Called by the hidden sub-command.
pub(crate) fn fold(cases: u64, times: u64) -> Outcome<()> {
    let histories = histories::of(cases)?;
    for _ in 0..times {
        for commits in &histories {
            let mut case = None;
            for commit in commits {
                case = Some(Case::fold(case, commit)?);
            }
            black_box(case);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_out_of_what_callgrind_says() {
        let told = "==7== Events    : Ir\n==7== Collected : 31415\n==7== \n";
        assert_eq!(collected(told), Some(31_415));
        assert_eq!(collected("==7== nothing"), None);
    }

    #[test]
    fn more_than_a_twentieth_over_the_budget_is_a_regression() {
        let budget = Budget {
            instructions_per_folded_commit: 1_000,
        };
        assert_eq!(judged(1_050, Some(&budget)), Kept::Yes);
        assert_eq!(judged(1_051, Some(&budget)), Kept::No);
        assert_eq!(judged(900, Some(&budget)), Kept::Yes);
        assert_eq!(judged(900, None), Kept::Yes);
    }
}
