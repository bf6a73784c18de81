//! Rebuilding a generation of cases: `casefold/benches/rebuild`, whose figures are read here.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::Context;
use crate::Outcome;
use crate::progress::step;
use crate::report::{Cell, Figure, Goal, Table, Verdict};
use crate::stats::printed;

/// The most memory that a rebuild may have, in MiB.
const MEMORY: f64 = 256.0;

pub(crate) async fn measure(context: &mut Context) -> Outcome<Figure> {
    let small = if context.run.quick { 500 } else { 10_000 };
    let mut cases = vec![small];
    if context.million {
        cases.push(small * 10);
    }
    let mut measured = Vec::new();
    for cases in cases {
        step(format!(
            "  rebuilding {cases} cases: cargo bench -p casefold --bench rebuild"
        ));
        let root = context.root.clone();
        measured.push(tokio::task::spawn_blocking(move || bench(&root, cases)).await??);
    }
    Ok(Figure {
        title: "Rebuilding a generation of cases".to_owned(),
        run: crate::report::Run {
            runs: 1,
            ..context.run.clone()
        },
        goals: goals(&measured),
        tables: vec![table(&measured)],
        plots: Vec::new(),
        notes: vec![
            "Measured by `cargo bench -p casefold --bench rebuild` with nobody else at work, beside the ceiling: the \
             same scan and the same items, raw, into the same table, with as many workers and as many requests at \
             once. By itself it has four clerks at work meanwhile, who take as much of the engine as they get; then \
             the ratio is that of two who compete. Memory is that of the process which rebuilds."
                .to_owned(),
            "The six seconds for which a rebuild waits until every projector knows of the new generation are not \
             counted."
                .to_owned(),
        ],
    })
}

/// The benchmark as a child, in the environment of whoever asked for it.
fn bench(root: &Path, cases: u64) -> Outcome<Value> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args(["bench", "-q", "-p", "casefold", "--bench", "rebuild"])
        .env("CASEFOLD_BENCH_CASES", cases.to_string())
        .env("CASEFOLD_BENCH_CLERKS", "0")
        .env_remove("CASEFOLD_BENCH_DIR")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the benchmark of rebuilding ended with {}", output.status).into());
    }
    figures(&String::from_utf8(output.stdout)?)
}

/// The object that the benchmark prints.
fn figures(printed: &str) -> Outcome<Value> {
    let begin = printed
        .find('{')
        .ok_or("the benchmark of rebuilding printed no figures")?;
    Ok(serde_json::from_str(&printed[begin..])?)
}

fn number(value: &Value, pointer: &str) -> f64 {
    value
        .pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_default()
}

/// How long the commits took, without the wait for projectors.
fn seconds(measured: &Value) -> f64 {
    let commits = number(measured, "/rebuild/report/commits");
    commits / number(measured, "/rebuild/commitsPerSecond").max(1.0)
}

fn table(measured: &[Value]) -> Table {
    let mut table = Table::new(
        "By the number of commits:",
        &[
            "",
            "seconds",
            "commits a second",
            "ceiling",
            "ratio",
            "memory, MiB",
            "read and write units a case",
            "snapshots that differ from a pure fold",
        ],
    );
    for it in measured {
        let units =
            number(it, "/rebuild/readUnitsPerCase") + number(it, "/rebuild/writeUnitsPerCase");
        table.row(
            format!("{} commits", printed(number(it, "/rebuild/report/commits"))),
            vec![
                Cell::exact(seconds(it)),
                Cell::exact(number(it, "/rebuild/commitsPerSecond")),
                Cell::exact(number(it, "/ceiling/commitsPerSecond")),
                Cell::exact(number(it, "/ratioToCeiling")),
                Cell::exact(number(it, "/rebuild/peakMemoryMiB")),
                Cell::exact(units),
                Cell::exact(number(it, "/snapshotsThatDiffer")),
            ],
        );
    }
    table
}

fn goals(measured: &[Value]) -> Vec<Goal> {
    let list = |pointer: &str| {
        let figures: Vec<_> = measured
            .iter()
            .map(|it| printed(number(it, pointer)))
            .collect();
        figures.join(" / ")
    };
    let all = |pointer: &str, holds: &dyn Fn(f64) -> bool| {
        Verdict::of(measured.iter().all(|it| holds(number(it, pointer))))
    };
    let mut goals = vec![
        Goal::new(
            "at least 0.8 of the ceiling",
            list("/ratioToCeiling"),
            all("/ratioToCeiling", &|it| it >= 0.8),
        ),
        Goal::new(
            format!("at most {MEMORY} MiB of memory"),
            list("/rebuild/peakMemoryMiB"),
            all("/rebuild/peakMemoryMiB", &|it| it > 0.0 && it <= MEMORY),
        ),
    ];
    let name = "10 × the commits in at most 10.5 × the time";
    goals.push(match measured {
        [small, large] => {
            let commits =
                number(large, "/rebuild/report/commits") / number(small, "/rebuild/report/commits");
            let ratio = seconds(large) / seconds(small);
            Goal::new(
                name,
                format!(
                    "{} × the commits in {} × the time",
                    printed(commits),
                    printed(ratio)
                ),
                Verdict::of(ratio / commits <= 1.05),
            )
        }
        _ => Goal::new(name, "only with `--million`", Verdict::NotMeasured),
    });
    goals
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn measured(commits: u64, a_second: u64, ratio: f64) -> Value {
        json!({
            "rebuild": {"report": {"commits": commits}, "commitsPerSecond": a_second,
                "peakMemoryMiB": 90},
            "ceiling": {"commitsPerSecond": 2_000}, "ratioToCeiling": ratio,
        })
    }

    #[test]
    fn the_figures_come_after_whatever_else_is_printed() {
        let figures = figures("running\n{\"a\": 1}\n").unwrap();
        assert_eq!(figures, json!({"a": 1}));
        assert!(super::figures("nothing").is_err());
    }

    #[test]
    fn time_is_compared_only_where_a_million_was_rebuilt() {
        let small = measured(100_000, 1_000, 0.9);
        let verdicts = |measured: &[Value]| -> Vec<_> {
            goals(measured).iter().map(|goal| goal.verdict).collect()
        };
        assert_eq!(
            verdicts(std::slice::from_ref(&small)),
            [Verdict::Reached, Verdict::Reached, Verdict::NotMeasured]
        );
        let slow = measured(1_000_000, 900, 0.7);
        assert_eq!(
            verdicts(&[small, slow]),
            [Verdict::Missed, Verdict::Reached, Verdict::Missed]
        );
    }
}
