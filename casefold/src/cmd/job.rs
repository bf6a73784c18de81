//! `casefold job`: work that comes round by itself, now.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use casefold_command_api::service::{JobReport, Service};
use casefold_events::CorrelationId;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::Stores;
use clap::{Args, Subcommand};
use tokio::sync::watch;

use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::duties::{Did, Duties, Duty, Work};
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
    /// A service on one machine does it by itself, every hour; so does `casefold project`.
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

/// What comes round by itself.
const HOURLY: Duty = Duty {
    name: "jobs",
    every: Duration::from_secs(3600),
};

/// Does what comes round by itself, whenever it is this process' turn. A job that is stopped is
/// begun again: what it did is done.
pub(super) async fn jobs(service: Service, duties: Duties, stop: watch::Receiver<bool>) {
    duties.run(HOURLY, &Jobs(service), stop).await;
}

struct Jobs(Service);

#[async_trait]
impl Work for Jobs {
    async fn work(&self, _: &watch::Receiver<bool>) -> Did {
        match mark_ready_for_trial(&self.0).await {
            Ok(report) if report == JobReport::default() => Did::It,
            Ok(JobReport {
                done,
                refused,
                failed,
            }) => {
                let (done, refused, failed) = (done.len(), refused.len(), failed.len());
                tracing::info!(done, refused, failed, "cases were looked at for trial");
                Did::It
            }
            Err(error) => {
                tracing::warn!(%error, "cases could not be looked at for trial");
                Did::Nothing
            }
        }
    }
}

/// Finds cases ready for trial, under a correlation id of its own.
async fn mark_ready_for_trial(service: &Service) -> Result<JobReport, CommandFailure> {
    let correlation_id = CorrelationId::new(SystemClock.new_id().to_string())?;
    Ok(service.mark_ready_for_trial(&correlation_id).await?)
}
