//! `casefold job`: work that comes round by itself, now.

use std::process::ExitCode;
use std::sync::Arc;

use casefold_command_api::service::{JobReport, Service};
use casefold_events::CorrelationId;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::Stores;
use clap::{Args, Subcommand};

use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// Which job to run.
#[derive(Clone, Debug, Args)]
pub struct JobArgs {
    #[command(subcommand)]
    job: Job,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Job {
    /// Find cases ready for trial of which the answer is older than 45 days
    ///
    /// A service on one machine does it by itself, every hour.
    MarkReadyForTrial,
}

/// Runs a job to its end, beside a running service or alone.
///
/// # Errors
/// Where the store can't be used.
pub async fn run(options: &Options, args: &JobArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let store = Arc::clone(backend.store());
    let service = Service::new(Stores::of(store), Arc::new(SystemClock));
    let report = match args.job {
        Job::MarkReadyForTrial => mark_ready_for_trial(&service).await,
    };
    backend.close().await;
    let report = report?;
    output.print(&report, || {
        let JobReport {
            done,
            refused,
            failed,
        } = &report;
        format!(
            "{} cases done, {} refused, {} to be tried again",
            done.len(),
            refused.len(),
            failed.len()
        )
    })?;
    Ok(match report.failed.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Finds cases ready for trial, under a correlation id of its own.
pub(super) async fn mark_ready_for_trial(service: &Service) -> Result<JobReport, CommandFailure> {
    let correlation_id = CorrelationId::new(SystemClock.new_id().to_string())?;
    Ok(service.mark_ready_for_trial(&correlation_id).await?)
}
