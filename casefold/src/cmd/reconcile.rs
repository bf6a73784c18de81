//! `casefold reconcile`: each case's head against what is stored of it.

use std::process::ExitCode;
use std::sync::Arc;

use casefold_projector::projections::Known;
use casefold_projector::rebuild::reconcile::{Difference, Kind, ReconcileConfig, ReconcileReport};
use casefold_shared::gateway::Stores;
use clap::Args;
use serde::Serialize;

use super::generations::{ByArgs, clock, known};
use super::interrupt::Interrupt;
use super::progress::Show;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// What to reconcile, and how.
#[derive(Clone, Debug, Args)]
pub struct ReconcileArgs {
    /// The projection; all of them where none is said
    pub projection: Option<String>,
    /// The generation; all that are active or being built where none is said
    #[arg(long, value_name = "GENERATION", requires = "projection")]
    pub generation: Option<u32>,
    /// Mend what differs
    #[arg(long)]
    pub repair: bool,
    /// Compare all that is stored of each case with a pure fold of its history, and not only
    /// version and hash
    #[arg(long)]
    pub deep: bool,
    /// How many segments this process works on at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub workers: u8,
    /// In how many segments the event table is scanned
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub segments: u32,
    /// Who does it.
    #[command(flatten)]
    pub by: ByArgs,
}

/// What was found in all of them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    clean: bool,
    seconds: f64,
    generations: Vec<ReconcileReport>,
}

/// Reconciles generations, one after the other.
///
/// The exit status is 0 where every case was compared and none differs.
///
/// # Errors
/// Where there is no such generation, or the stores can't be used.
pub async fn run(options: &Options, args: &ReconcileArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let done = reconcile(&backend, args, output).await;
    backend.close().await;
    let done = done?;
    output.print(&done, || text(&done))?;
    Ok(if done.clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn reconcile(
    backend: &Backend,
    args: &ReconcileArgs,
    output: &Output,
) -> Result<Done, CommandFailure> {
    let store = backend.store();
    let all = match &args.projection {
        Some(name) => vec![known(store, name).await?],
        None => Known::all(&Stores::of(store.clone()), &clock()).await?,
    };
    let show = Arc::new(Show::new(output, store.commits_about().await));
    let interrupt = Interrupt::listen();
    let mut reports = Vec::new();
    for known in all {
        let chosen = match args.generation {
            Some(number) => vec![known.generation(number)?],
            None => known.live(),
        };
        for id in chosen {
            let reconcile = known.reconcile(id, store.opener(), &args.by.name());
            let config = ReconcileConfig {
                workers: args.workers.into(),
                segments: args.segments,
                deep: args.deep,
                repair: args.repair,
            };
            let report = reconcile.run(config, &*show, interrupt.stopped()).await;
            reports.push(report.inspect_err(|_| show.end())?);
        }
    }
    show.end();
    Ok(Done {
        clean: reports.iter().all(ReconcileReport::is_clean),
        seconds: show.seconds(),
        generations: reports,
    })
}

fn text(done: &Done) -> String {
    let mut lines = Vec::new();
    for report in &done.generations {
        let ReconcileReport {
            projection,
            complete,
            noted,
            status,
        } = report;
        let found = &status.found;
        for difference in &found.named {
            lines.push(format!("{projection}  {}", line(difference)));
        }
        let more = (found.differing + found.repaired + found.parked_alike)
            .saturating_sub(found.named.len() as u64);
        if more > 0 {
            lines.push(format!("{projection}  … and {more} more"));
        }
        let end = match (complete, noted) {
            (false, _) => "; stopped, run it again to go on",
            (true, false) => "; it is being built, so this was not noted",
            (true, true) => "",
        };
        let parked_alike = match found.parked_alike {
            0 => String::new(),
            parked => format!(", {parked} parked as in the generation that readers follow"),
        };
        lines.push(format!(
            "{projection}: {} cases, {} alike, {} repaired, {} differ{parked_alike}; {} read and {} write units{end}",
            status.scanned.cases,
            found.alike,
            found.repaired,
            found.differing,
            status.cost.read_units,
            status.cost.write_units,
        ));
    }
    lines.push(format!("{:.1} s in this run", done.seconds));
    lines.join("\n")
}

fn line(difference: &Difference) -> String {
    let Difference {
        docket_number,
        kind,
        repaired,
    } = difference;
    let what = match kind {
        Kind::Missing { expected } => format!("is not there; the case is at version {expected}"),
        Kind::Behind { stored, expected } => {
            format!("is at version {stored}; the case is at {expected}")
        }
        Kind::Parked { at, reason } => format!("is parked at version {at}: {reason}"),
        Kind::Unreadable { problem } => format!("can't be read: {problem}"),
        Kind::OtherHistory { stored } => {
            format!("follows from other commits than the case has, at version {stored}")
        }
        Kind::OtherContents { stored, fields } => format!(
            "is not what follows from its commits, at version {stored}: {}",
            fields.join(", ")
        ),
    };
    let mended = if *repaired { " (repaired)" } else { "" };
    format!("{docket_number}  {what}{mended}")
}
