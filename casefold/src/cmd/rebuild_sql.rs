//! `casefold rebuild cases-sql`: the relational projection from the event table.

use std::process::ExitCode;
use std::sync::Arc;

use casefold_projector::relational::{NAME, Rebuild, RebuildConfig, RebuildReport};
use casefold_shared::clock::SystemClock;
use serde::Serialize;

use super::generations::clock;
use super::interrupt::Interrupt;
use super::progress::Show;
use super::rebuild::{RebuildArgs, status_text};
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

/// Fills the target; Ctrl-C stops it, and the next run goes on from the last page.
///
/// The exit status is 0 where the whole event table was gone through and no case is parked.
///
/// # Errors
/// Where the stores or the target can't be used. What was written stays, and the next run
/// goes on from there.
pub(super) async fn run(options: &Options, args: &RebuildArgs, output: &Output) -> Outcome {
    refuse_what_means_nothing(args)?;
    let url = TargetUrl::parse(args.target.as_deref(), &options.data_dir)?;
    let backend = Backend::open(options).await?;
    let done = rebuild(&backend, &url, args, output).await;
    backend.close().await;
    let done = done?;
    output.print(&done, || text(&done))?;
    Ok(
        if done.report.complete && done.report.status.put.parked == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        },
    )
}

/// Refuses what is for the generations of other projections.
fn refuse_what_means_nothing(args: &RebuildArgs) -> Result<(), CommandFailure> {
    if args.to.is_some() {
        return Err(format!(
            "a database holds the generation of {NAME} that its build writes: leave --to out, \
             and name another database with --target for another generation"
        )
        .into());
    }
    if args.max_wcu.is_some() {
        return Err(format!(
            "{NAME} is written to an SQL database, which consumes no write units: leave \
             --max-wcu out"
        )
        .into());
    }
    Ok(())
}

async fn rebuild(
    backend: &Backend,
    url: &TargetUrl,
    args: &RebuildArgs,
    output: &Output,
) -> Result<Done, CommandFailure> {
    let store = backend.store();
    let rebuild = Rebuild {
        stores: store.opener(),
        target: url.open(&SystemClock).await?,
        clock: clock(),
    };
    let config = RebuildConfig {
        workers: args.workers.into(),
        segments: args.segments,
    };
    let show = Arc::new(Show::new(output, store.commits_about().await));
    let interrupt = Interrupt::listen();
    let report = rebuild.run(config, &*show, interrupt.stopped()).await;
    show.end();
    Ok(Done {
        target: url.to_string(),
        seconds: show.seconds(),
        report: report?,
    })
}

fn text(done: &Done) -> String {
    let Done {
        target,
        seconds,
        report: RebuildReport {
            complete, status, ..
        },
    } = done;
    let end = if *complete {
        format!("The whole event table is in {target}.")
    } else {
        let (ended, of) = (status.segments_ended, status.segments);
        format!("Stopped with {ended} of {of} segments done; run it again to go on.")
    };
    format!("{end}\n{}", status_text(status, *seconds))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: RebuildArgs,
    }

    fn refused(flags: &[&str]) -> Option<String> {
        let line = ["casefold", NAME].iter().chain(flags);
        let args = Line::try_parse_from(line).unwrap().args;
        refuse_what_means_nothing(&args)
            .err()
            .map(|it| it.to_string())
    }

    #[test]
    fn what_means_nothing_to_a_database_is_refused_in_words() {
        assert_eq!(refused(&["--segments", "8"]), None);
        assert!(refused(&["--to", "2"]).unwrap().contains("leave --to out"));
        let refusal = refused(&["--max-wcu", "100"]).unwrap();
        assert!(refusal.contains("consumes no write units"), "{refusal}");
    }
}
