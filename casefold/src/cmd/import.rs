//! `casefold import`: a court's items as histories of its cases.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::Stores;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt::Interrupt;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::feed::Until;
use crate::import::report::{CaseReport, Report};
use crate::import::{Importer, Progress, Silent, Source};
use crate::output::Output;

/// What to import.
#[derive(Clone, Debug, Args)]
pub struct ImportArgs {
    /// The file: a JSON list of DynamoDB items (`pk`, `sk` and fields), or one item a line
    pub file: PathBuf,
    /// Write everything that could not be placed, item by item, to this file as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Imports a file, and folds what it wrote where no service runs to do it.
///
/// The exit status is 0 where every case of the file is in the event table in the end.
///
/// # Errors
/// Where the file can't be read, or the stores can't be used.
pub async fn run(options: &Options, args: &ImportArgs, output: &Output) -> Outcome {
    let source = read(&args.file)?;
    let backend = Backend::open(options).await?;
    let done = import(&backend, source, args, output).await;
    backend.close().await;
    let report = done?;
    output.print(&report, || report.to_text())?;
    Ok(if report.complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn read(file: &Path) -> Result<Source, CommandFailure> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("{} can't be read: {error}", file.display()))?;
    Ok(Source::read(&text)?)
}

async fn import(
    backend: &Backend,
    source: Source,
    args: &ImportArgs,
    output: &Output,
) -> Result<Report, CommandFailure> {
    let store = backend.store();
    let importer = Importer::new(&Stores::of(store.clone()));
    let progress = progress(output);
    let interrupt = Interrupt::listen();
    let now = SystemClock.now();
    let imported = importer
        .run(source, now, progress.as_ref(), interrupt.stopped())
        .await;
    // Beside a service, or on AWS, the projector there folds what was written.
    if imported.is_ok() && backend.engine().is_some() {
        let feed = crate::projecting::projector_feed(backend).await?;
        feed.run(Until::Drained, interrupt.stopped().clone()).await;
    }
    let report = imported?;
    if let Some(file) = &args.report {
        std::fs::write(file, serde_json::to_string_pretty(&report)?)
            .map_err(|error| format!("{} can't be written: {error}", file.display()))?;
    }
    Ok(report)
}

fn progress(output: &Output) -> Arc<dyn Progress> {
    if output.is_json() {
        Arc::new(JsonLines)
    } else if output.is_for_people() {
        Arc::new(Bar(ProgressBar::with_draw_target(
            None,
            ProgressDrawTarget::stderr(),
        )))
    } else {
        Arc::new(Silent)
    }
}

/// One line of JSON a case on standard error; standard output is for the report.
struct JsonLines;

impl Progress for JsonLines {
    fn begun(&self, _: usize) {}

    fn case_done(&self, case: &CaseReport) {
        use std::io::Write;
        if let Ok(line) = serde_json::to_string(case) {
            // There is nobody left to tell where standard error is closed.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    fn ended(&self) {}
}

/// A bar on a terminal.
struct Bar(ProgressBar);

impl Progress for Bar {
    fn begun(&self, cases: usize) {
        if let Ok(style) = ProgressStyle::with_template(
            "{wide_bar} {pos}/{len} cases, {per_sec}, {eta} to go  {msg}",
        ) {
            self.0.set_style(style);
        }
        self.0.set_length(cases as u64);
        self.0.enable_steady_tick(Duration::from_millis(200));
    }

    fn case_done(&self, case: &CaseReport) {
        self.0.set_message(case.docket_number.to_string());
        self.0.inc(1);
    }

    fn ended(&self) {
        self.0.finish_and_clear();
    }
}
