//! Cold starts of the Lambda functions, and the size of their packages: `casefold/tests/lambda`,
//! which runs them as Lambda does, measures the starts.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Context;
use crate::Outcome;
use crate::progress::step;
use crate::report::{Cell, Figure, Goal, Table, Verdict};
use crate::stats::printed;

/// How long the first answer may take, in milliseconds.
const START: f64 = 20.0;

/// What a package may weigh, in MB as Lambda counts them.
const ZIP: f64 = 4.0;

/// The bytes of such an MB.
const MB: f64 = 1_048_576.0;

/// A function as it was measured.
#[derive(Clone, Debug, PartialEq)]
struct Started {
    name: String,
    median: f64,
    worst: f64,
    memory: f64,
}

pub(crate) async fn measure(context: &mut Context) -> Outcome<Figure> {
    let times = if context.run.quick { 3 } else { 10 };
    let dir = context.root.join("target/packages").join(architecture());
    let zips = zips(&dir)?;
    let started = if zips.is_empty() {
        step("  there are no packages: run infra/package first");
        Vec::new()
    } else {
        step(format!(
            "  starting each function {times} times: cargo test --release -p casefold --test lambda"
        ));
        let (root, dir) = (context.root.clone(), dir);
        tokio::task::spawn_blocking(move || start(&root, &dir, times)).await??
    };
    Ok(Figure {
        title: "Cold starts of the Lambda functions, and their packages".to_owned(),
        run: crate::report::Run {
            runs: times,
            ..context.run.clone()
        },
        goals: goals(&started, &zips),
        tables: vec![starts_table(&started), zips_table(&zips)],
        plots: Vec::new(),
        notes: vec![
            "Measured by `casefold/tests/lambda` under a Runtime API, from the start of the process to its first \
             answer, with the embedded engine in place of DynamoDB: what is measured is the function. The packages are \
             those of `infra/package`, for this machine's processors."
                .to_owned(),
        ],
    })
}

/// Of this machine, as Lambda names it.
const fn architecture() -> &'static str {
    if cfg!(target_arch = "aarch64") {
        "arm64"
    } else {
        "x86_64"
    }
}

/// The packages with their sizes in bytes, by their names.
fn zips(dir: &Path) -> Outcome<Vec<(String, f64)>> {
    let mut zips = Vec::new();
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Ok(zips);
    };
    for entry in entries {
        let path: PathBuf = entry?.path();
        if path.extension().is_some_and(|it| it == "zip") {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            zips.push((name.into_owned(), path.metadata()?.len() as f64));
        }
    }
    zips.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(zips)
}

fn start(root: &Path, dir: &Path, times: usize) -> Outcome<Vec<Started>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(root)
        .args([
            "test",
            "-q",
            // Of a debug build the engine would be most of the time.
            "--release",
            "-p",
            "casefold",
            "--test",
            "lambda",
            "measure",
            "--",
            "--nocapture",
        ])
        .env("CASEFOLD_LAMBDA_DIR", dir)
        .env("CASEFOLD_LAMBDA_MEASURE", times.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!(
            "the test that starts the functions ended with {}",
            output.status
        )
        .into());
    }
    let told = String::from_utf8(output.stdout)?;
    let started: Vec<_> = told.lines().filter_map(started).collect();
    if started.is_empty() {
        return Err("the test that starts the functions told no times".into());
    }
    Ok(started)
}

/// `http cold start 12.3 ms (worst 14.5), peak memory 23.4 MiB`, with more blanks.
fn started(line: &str) -> Option<Started> {
    let (name, rest) = line.split_once("cold start")?;
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut figures = rest
        .split(|it: char| !(it.is_ascii_digit() || it == '.'))
        .filter_map(|it| it.parse().ok());
    Some(Started {
        name,
        median: figures.next()?,
        worst: figures.next()?,
        memory: figures.next()?,
    })
}

fn starts_table(started: &[Started]) -> Table {
    let mut table = Table::new(
        "From the start of the process to its first answer, in milliseconds:",
        &["", "median", "worst", "memory, MiB"],
    );
    for it in started {
        let cells = [it.median, it.worst, it.memory].map(Cell::exact).to_vec();
        table.row(format!("`{}`", it.name), cells);
    }
    if started.is_empty() {
        table.row("", vec![Cell::text("not built"), Cell::Empty, Cell::Empty]);
    }
    table
}

fn zips_table(zips: &[(String, f64)]) -> Table {
    let caption = "Packages, in MB of 2^20 bytes as Lambda counts them, and in bytes:";
    let mut table = Table::new(caption, &["", "MB", "bytes"]);
    for (name, bytes) in zips {
        let cells = vec![Cell::exact(bytes / MB), Cell::exact(*bytes)];
        table.row(format!("`{name}`"), cells);
    }
    if zips.is_empty() {
        table.row("", vec![Cell::text("not built"), Cell::Empty]);
    }
    table
}

fn goals(started: &[Started], zips: &[(String, f64)]) -> Vec<Goal> {
    let goal = |name: String, figures: Vec<f64>, most: f64| {
        if figures.is_empty() {
            return Goal::new(name, "not built", Verdict::NotMeasured);
        }
        let told: Vec<_> = figures.iter().map(|&it| printed(it)).collect();
        let verdict = Verdict::of(figures.iter().all(|&it| it <= most));
        Goal::new(name, told.join(" / "), verdict)
    };
    vec![
        goal(
            format!("first answer within {START} ms of the start of the process"),
            started.iter().map(|it| it.median).collect(),
            START,
        ),
        goal(
            format!("a package of at most {ZIP} MB, as Lambda counts them"),
            zips.iter().map(|it| it.1 / MB).collect(),
            ZIP,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_test_is_read() {
        let line =
            "work    watch       cold start    12.3 ms (worst    14.5), peak memory   23.4 MiB";
        let expected = Started {
            name: "work watch".to_owned(),
            median: 12.3,
            worst: 14.5,
            memory: 23.4,
        };
        assert_eq!(started(line), Some(expected));
        assert_eq!(started("running 1 test"), None);
    }

    #[test]
    fn what_is_not_built_is_not_measured() {
        let verdicts: Vec<_> = goals(&[], &[]).iter().map(|it| it.verdict).collect();
        assert_eq!(verdicts, [Verdict::NotMeasured, Verdict::NotMeasured]);
    }
}
