//! `casefold rebuild cases-sql`: the relational projection from the event table.

use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use casefold_projector::relational::{
    Counts, Rebuild, RebuildConfig, RebuildProgress, RebuildReport,
};
use casefold_shared::clock::SystemClock;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use tokio::sync::watch;

use super::rebuild::RebuildArgs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;
use crate::relational::TargetUrl;

/// What the sub-command says in the end.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    target: String,
    seconds: f64,
    #[serde(flatten)]
    report: RebuildReport,
}

/// Fills the target; Ctrl-C stops it at a checkpoint.
///
/// The exit status is 0 where the whole event table was gone through and no case is parked.
///
/// # Errors
/// Where the stores or the target can't be used. What was written stays, and the next run
/// goes on from there.
pub(super) async fn run(options: &Options, args: &RebuildArgs, output: &Output) -> Outcome {
    let url = TargetUrl::parse(args.target.as_deref(), &options.data_dir)?;
    let backend = Backend::open(options).await?;
    let done = rebuild(&backend, &url, args, output).await;
    backend.close().await;
    let done = done?;
    output.print(&done, || text(&done))?;
    Ok(if done.report.complete && done.report.counts.parked == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn rebuild(
    backend: &Backend,
    url: &TargetUrl,
    args: &RebuildArgs,
    output: &Output,
) -> Result<Done, CommandFailure> {
    let store = backend.store();
    let clock = Arc::new(SystemClock);
    let target = url.open(&*clock).await?;
    let rebuild = Rebuild::new(store.clone(), store.clone(), target, clock);
    let config = RebuildConfig {
        segments: args.segments,
        workers: args.workers.into(),
    };
    let progress = progress(output, args.segments);
    let (stop, stopped) = watch::channel(false);
    let listening = tokio::spawn(async move {
        // Where the signal can't be heard it ends the process, which a rebuild survives.
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.send_replace(true);
        }
        stop
    });
    let begun = Instant::now();
    let report = rebuild.run(config, progress.as_ref(), &stopped).await;
    listening.abort();
    progress.ended();
    Ok(Done {
        target: url.to_string(),
        seconds: begun.elapsed().as_secs_f64(),
        report: report?,
    })
}

fn text(done: &Done) -> String {
    let Done {
        target,
        seconds,
        report,
    } = done;
    let Counts {
        commits,
        cases,
        written,
        parked,
    } = report.counts;
    let end = if report.complete {
        "The whole event table is in"
    } else {
        "Stopped; run it again to go on. So far in"
    };
    format!(
        "{end} {target}: {commits} commits of {cases} cases read, {written} cases written, \
         {parked} parked, in {seconds:.1} s."
    )
}

/// Progress that comes to an end.
trait Shown: RebuildProgress {
    fn ended(&self) {}
}

fn progress(output: &Output, segments: u32) -> Box<dyn Shown> {
    if output.is_for_people() {
        Box::new(Bar::new(segments))
    } else {
        Box::new(JsonLines {
            begun: Instant::now(),
            told: Mutex::new(None),
        })
    }
}

/// A line of JSON on standard error, once a second; standard output is for the report.
struct JsonLines {
    begun: Instant,
    told: Mutex<Option<Instant>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    segments_ended: u32,
    segments: u32,
    seconds: f64,
    #[serde(flatten)]
    counts: Counts,
}

impl RebuildProgress for JsonLines {
    fn advanced(&self, ended: u32, segments: u32, counts: Counts) {
        use std::io::Write;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = told.is_none_or(|told| told.elapsed() >= Duration::from_secs(1));
        if !is_due && ended < segments {
            return;
        }
        *told = Some(Instant::now());
        let line = Line {
            segments_ended: ended,
            segments,
            seconds: self.begun.elapsed().as_secs_f64(),
            counts,
        };
        if let Ok(line) = serde_json::to_string(&line) {
            // There is nobody left to tell where standard error is closed.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

impl Shown for JsonLines {}

/// A bar on a terminal.
struct Bar(ProgressBar);

impl Bar {
    fn new(segments: u32) -> Self {
        let bar =
            ProgressBar::with_draw_target(Some(u64::from(segments)), ProgressDrawTarget::stderr());
        let template = "{wide_bar} {pos}/{len} segments  {msg}  {elapsed}, {eta} to go";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }
}

impl RebuildProgress for Bar {
    fn advanced(&self, ended: u32, _: u32, counts: Counts) {
        self.0.set_position(u64::from(ended));
        let seconds = self.0.elapsed().as_secs_f64().max(0.001);
        // Too few to lose a digit.
        let rate = counts.cases as f64 / seconds;
        let Counts { commits, cases, .. } = counts;
        self.0.set_message(format!(
            "{cases} cases, {commits} commits, {rate:.0} cases/s"
        ));
    }
}

impl Shown for Bar {
    fn ended(&self) {
        self.0.finish_and_clear();
    }
}
