//! `casefold export`: the history as Parquet files.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use casefold_shared::accesses::AccessKind;
use clap::Args;
use serde::Serialize;

use super::generations::clock;
use super::interrupt::Interrupt;
use super::past::service;
use super::progress::Show;
use super::why::WhyArgs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::export::{Export, ExportReport, ROWS_A_NOTE};
use crate::output::{Output, bytes};

/// Where to, and how.
#[derive(Clone, Debug, Args)]
pub struct ExportArgs {
    /// Write Parquet files into this directory, which may hold an earlier export
    #[arg(long, value_name = "DIR")]
    pub parquet: PathBuf,
    /// In how many segments the event table is read at once
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub segments: u32,
    /// Who asks, and why.
    #[command(flatten)]
    pub why: WhyArgs,
}

/// What the sub-command says in the end.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    directory: PathBuf,
    seconds: f64,
    #[serde(flatten)]
    report: ExportReport,
}

/// Writes what the directory doesn't have yet; Ctrl-C stops it, and the next run goes on.
///
/// The exit status is 0 where the whole event table was gone through and every commit could be
/// read.
///
/// # Errors
/// Where the store or the directory can't be used. What was noted stays.
pub async fn run(options: &Options, args: &ExportArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let done = export(&backend, args, output).await;
    backend.close().await;
    let done = done?;
    output.print(&done, || text(&done))?;
    let Done { report, .. } = &done;
    Ok(if report.complete && report.unreadable.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn export(
    backend: &Backend,
    args: &ExportArgs,
    output: &Output,
) -> Result<Done, CommandFailure> {
    let store = backend.store();
    // Whoever takes the history out is noted, whatever becomes of the files.
    let look = args.why.look(AccessKind::Export, None, Vec::new());
    service(backend).accesses().note(&look).await?;
    let export = Export {
        stores: store.opener(),
        directory: args.parquet.clone(),
        clock: clock(),
        segments: args.segments,
        rows_a_note: ROWS_A_NOTE,
    };
    let show = Arc::new(Show::new(output, store.commits_about().await));
    let interrupt = Interrupt::listen();
    let report = export.run(show.clone(), interrupt.stopped()).await;
    show.end();
    Ok(Done {
        directory: args.parquet.clone(),
        seconds: show.seconds(),
        report: report?,
    })
}

fn text(done: &Done) -> String {
    let Done {
        directory,
        seconds,
        report,
    } = done;
    let directory = directory.display();
    let end = if report.complete {
        format!("{directory} has the whole history.")
    } else {
        "Stopped; run it again to go on.".to_owned()
    };
    let rate = report.status.scanned.events as f64 / seconds.max(0.001);
    let mut lines = vec![
        end,
        format!(
            "Written: {} commits, {} events ({} withheld: sealed, or not understood); {} cases \
             anew.",
            report.commits_written,
            report.events_written,
            report.events_withheld,
            report.cases_anew
        ),
        format!(
            "In {} files: {} commits, {} events, {}.",
            report.files,
            report.commits,
            report.events,
            bytes(report.bytes)
        ),
        format!(
            "Read: {} cases, {} commits in {seconds:.1} s, {rate:.0} events/s, {:.0} read units.",
            report.status.scanned.cases,
            report.status.scanned.commits,
            report.status.cost.read_units
        ),
    ];
    lines.extend(report.unreadable.iter().map(|it| {
        format!(
            "Case {} can't be read from commit {} on: {}",
            it.docket_number, it.version, it.reason
        )
    }));
    lines.join("\n")
}
