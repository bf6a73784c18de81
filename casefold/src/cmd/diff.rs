//! `casefold diff`: what a generation has that another has not.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use casefold_events::DocketNumber;
use casefold_projector::difference::{Comparison, Rules, Summary, Values, Verdict, case_text};
use casefold_projector::rebuild::compare::{CaseComparison, Compare, CompareConfig};
use clap::Args;
use serde::Serialize;

use super::generations::known;
use super::interrupt::Interrupt;
use super::progress::Show;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// What to compare, and how.
#[derive(Clone, Debug, Args)]
pub struct DiffArgs {
    /// The projection
    pub projection: String,
    /// The older generation
    pub from: u32,
    /// The newer generation
    pub to: u32,
    /// One case alone, every field of it
    #[arg(long, value_name = "DOCKET NUMBER", conflicts_with_all = ["rules", "limit"])]
    pub case: Option<DocketNumber>,
    /// A file that says which changes are expected: anything else fails
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Compare about so many cases, and not all
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Show values in examples, which may be personal
    #[arg(long)]
    pub values: bool,
    /// How many segments are worked on at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub workers: u8,
    /// In how many segments the event table is scanned
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub segments: u32,
}

/// What was found.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    /// Whether all cases that were asked for were compared.
    complete: bool,
    seconds: f64,
    summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
}

/// Compares two generations.
///
/// The exit status is 0 where they were compared and, with rules, all is as expected.
///
/// # Errors
/// Where there is no such generation, the rules can't be read, or the stores can't be used.
pub async fn run(options: &Options, args: &DiffArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let done = diff(&backend, args, output).await;
    backend.close().await;
    done
}

async fn diff(backend: &Backend, args: &DiffArgs, output: &Output) -> Outcome {
    let store = backend.store();
    let known = known(store, &args.projection).await?;
    let (from, to) = (known.generation(args.from)?, known.generation(args.to)?);
    let comparison = Comparison {
        projection: known.name.to_owned(),
        from: from.generation,
        to: to.generation,
    };
    let rules = match &args.rules {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| format!("{} can't be read: {error}", path.display()))?;
            Some(Rules::parse(&text, &comparison)?)
        }
    };
    let compare = Compare {
        comparison,
        stores: store.opener(),
        from: known.folder(from),
        to: known.folder(to),
    };
    if let Some(number) = args.case {
        return one_case(&compare, number, output).await;
    }
    let show = Arc::new(Show::new(output, store.commits_about().await));
    let interrupt = Interrupt::listen();
    let config = CompareConfig {
        workers: args.workers.into(),
        segments: args.segments,
        limit: args.limit,
        values: if args.values {
            Values::Shown
        } else {
            Values::Hidden
        },
    };
    let summary = compare.run(config, &*show, interrupt.stopped()).await;
    show.end();
    let summary = summary?;
    let complete = !*interrupt.stopped().borrow();
    let done = Done {
        complete,
        seconds: show.seconds(),
        verdict: rules.map(|rules| rules.judge(&summary)),
        summary,
    };
    output.print(&done, || text(&done))?;
    let is_as_expected = done.verdict.as_ref().is_none_or(Verdict::is_as_expected);
    Ok(if complete && is_as_expected {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn one_case(compare: &Compare, number: DocketNumber, output: &Output) -> Outcome {
    let Comparison { from, to, .. } = &compare.comparison;
    let not_compared = |why: String| -> Result<ExitCode, CommandFailure> {
        Err(format!("case {number} can't be compared: {why}").into())
    };
    match compare.case(number).await? {
        CaseComparison::Compared { version, changes } => {
            output.print(&changes, || case_text(number, version, version, &changes))?;
            Ok(ExitCode::SUCCESS)
        }
        CaseComparison::InNeither => not_compared("it is in neither generation".to_owned()),
        CaseComparison::OnlyInOld => not_compared(format!("it is in generation {from} alone")),
        CaseComparison::OnlyInNew => not_compared(format!("it is in generation {to} alone")),
        CaseComparison::VersionsDiffer { old, new } => not_compared(format!(
            "it is at version {old} in generation {from} and at {new} in {to}"
        )),
    }
}

fn text(done: &Done) -> String {
    let mut parts = vec![done.summary.to_text()];
    parts.extend(done.verdict.as_ref().map(Verdict::to_text));
    if !done.complete {
        parts.push("Stopped: not all cases were compared.".to_owned());
    }
    let parts: Vec<_> = parts.iter().map(|part| part.trim_end()).collect();
    parts.join("\n\n")
}
