//! `casefold rebuild`: filling a generation of a projection from the event table.

use std::process::ExitCode;
use std::sync::Arc;

use casefold_projector::rebuild::{
    RebuildConfig, RebuildReport, RebuildStatus, is_complete_already,
};
use casefold_projector::relational;
use clap::Args;
use serde::Serialize;

use super::generations::{ByArgs, known};
use super::interrupt::Interrupt;
use super::progress::Show;
use super::{CommandFailure, Outcome, rebuild_sql};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// What to fill, and how.
#[derive(Clone, Debug, Args)]
pub struct RebuildArgs {
    /// The projection: case, lists … or cases-sql
    pub projection: String,
    /// The generation to fill; the newest of this build where it isn't said
    #[arg(long, value_name = "GENERATION")]
    pub to: Option<u32>,
    /// How many segments this process works on at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub workers: u8,
    /// In how many segments the event table is scanned, among all processes that share the
    /// rebuild; one that was begun goes on with as many as it was begun with (cases-sql: by
    /// saying the same number again)
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub segments: u32,
    /// Consume at most so many write units a second, nearly
    #[arg(long, value_name = "UNITS", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_wcu: Option<u32>,
    /// Who does it.
    #[command(flatten)]
    pub by: ByArgs,
    /// For cases-sql: the database, as sqlite:///path/to/file.db or
    /// postgres://user@host/database; without it, cases.sqlite in the data directory
    #[arg(long, env = "CASEFOLD_SQL_TARGET", value_name = "URL")]
    pub target: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    projection: String,
    seconds: f64,
    #[serde(flatten)]
    report: RebuildReport,
}

/// Fills a generation, from where an earlier rebuild of it ended.
///
/// The exit status is 0 where it has every case in the end, and none of them is parked.
///
/// # Errors
/// Where there is no such generation, or the stores can't be used.
pub async fn run(options: &Options, args: &RebuildArgs, output: &Output) -> Outcome {
    if args.projection == relational::NAME {
        return rebuild_sql::run(options, args, output).await;
    }
    let backend = Backend::open(options).await?;
    let done = rebuild(&backend, args, output).await;
    backend.close().await;
    let Some(done) = done? else {
        let text = "There is nothing to do: it is complete, and what is stored of it is there.";
        output.print(&serde_json::json!({"complete": true}), || text.to_owned())?;
        return Ok(ExitCode::SUCCESS);
    };
    output.print(&done, || text(&done))?;
    let RebuildReport { complete, status } = done.report;
    Ok(if complete && status.put.parked == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn rebuild(
    backend: &Backend,
    args: &RebuildArgs,
    output: &Output,
) -> Result<Option<Done>, CommandFailure> {
    let store = backend.store();
    let known = known(store, &args.projection).await?;
    let id = known.generation_or_newest(args.to)?;
    let rebuild = known.rebuild(id, store.opener(), &args.by.name());
    let config = RebuildConfig {
        workers: args.workers.into(),
        segments: args.segments,
        max_write_units: args.max_wcu,
    };
    let show = Arc::new(Show::new(output, store.commits_about().await));
    show.say("waiting until every projector knows of it");
    let interrupt = Interrupt::listen();
    let report = rebuild.run(config, &*show, interrupt.stopped()).await;
    show.end();
    match report {
        Ok(report) => Ok(Some(Done {
            projection: id.to_string(),
            seconds: show.seconds(),
            report,
        })),
        Err(error) if is_complete_already(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn text(done: &Done) -> String {
    let Done {
        projection,
        seconds,
        report: RebuildReport { complete, status },
    } = done;
    let end = if *complete {
        format!("{projection} has every case. Reconcile it before readers are switched to it.")
    } else {
        let (ended, of) = (status.segments_ended, status.segments);
        format!("Stopped with {ended} of {of} segments done; run it again to go on.")
    };
    format!("{end}\n{}", status_text(status, *seconds))
}

/// What was read and what became of it, over all processes, and how long this one took.
pub(super) fn status_text(status: &RebuildStatus, seconds: f64) -> String {
    let RebuildStatus {
        scanned, put, cost, ..
    } = status;
    format!(
        "{} cases, {} commits, {} events read; {} cases written, {} up to date already, {} \
         parked\n\
         {} read units, {} write units, {} requests; {seconds:.1} s in this run",
        scanned.cases,
        scanned.commits,
        scanned.events,
        put.written,
        put.left,
        put.parked,
        cost.read_units,
        cost.write_units,
        cost.requests,
    )
}
