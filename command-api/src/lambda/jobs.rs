//! The handler `jobs`: work that comes round by itself, told by an event what to do.

use casefold_events::CorrelationId;
use casefold_shared::metrics::{Line, table};
use casefold_shared::telemetry::panics::caught;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::service::{JobReport, ReadError, Service};

/// Who tells the figures.
const SERVICE: &str = "jobs";

/// How many cases are named where some failed.
const NAMED: usize = 20;

/// What an event asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "job", rename_all = "camelCase", deny_unknown_fields)]
enum Job {
    /// Find the cases ready for trial of which the answer is older than 45 days.
    ReadyForTrial {},
}

/// What a job did, with how many cases it did it to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    counts: Counts,
    #[serde(flatten)]
    report: JobReport,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Counts {
    done: usize,
    refused: usize,
    failed: usize,
}

/// Why a job is not done. Each has a stable code, the type of the error that Lambda reports.
#[derive(Debug, thiserror::Error)]
enum JobError {
    /// The event asks for nothing that there is. Code `Casefold.BadTask`.
    #[error("the event names no job: {0}; send {{\"job\":\"readyForTrial\"}}")]
    NoJob(#[source] serde_json::Error),
    /// Something was wrong that may pass. The other cases are done, and the next run comes to
    /// these again. Code `Casefold.MayPass`.
    #[error("{} of {of} cases could not be done now: {}", .failed.len(), named(.failed))]
    SomeFailed { failed: Vec<String>, of: usize },
    /// The list of cases can't be read. Code `Casefold.MayPass` where that may pass, else
    /// `Casefold.Failed`.
    #[error("the cases to look at can't be read; what was done stays done")]
    List(#[source] ReadError),
    /// The job panicked. Code `Casefold.Failed`.
    #[error("the job panicked; the function's log has where")]
    Panicked,
}

impl JobError {
    const fn code(&self) -> &'static str {
        match self {
            Self::NoJob(_) => "Casefold.BadTask",
            Self::SomeFailed { .. } => "Casefold.MayPass",
            Self::List(ReadError::Store(error)) if !error.may_pass() => "Casefold.Failed",
            Self::List(_) => "Casefold.MayPass",
            Self::Panicked => "Casefold.Failed",
        }
    }

    /// What it counts for among the figures: the cases that failed, or the job.
    fn failures(&self) -> u64 {
        match self {
            Self::SomeFailed { failed, .. } => failed.len() as u64,
            Self::NoJob(_) | Self::List(_) | Self::Panicked => 1,
        }
    }
}

impl From<JobError> for Diagnostic {
    fn from(error: JobError) -> Self {
        Self {
            error_type: error.code().to_owned(),
            error_message: error.to_string(),
        }
    }
}

/// Serves events that ask for jobs.
pub(super) async fn serve(service: Service) -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        // A panic's message may hold anything, and must not become the function's answer.
        let done = caught(run(&service, event.payload)).await;
        let done = done.unwrap_or(Err(JobError::Panicked));
        if let Err(error) = &done {
            let failures = error.failures();
            let line = || Line::of(SERVICE).count(&table::JOB_FAILURES, failures);
            service.metrics().tell(line);
        }
        done
    }))
    .await
}

async fn run(service: &Service, event: Value) -> Result<Done, JobError> {
    let job: Job = serde_json::from_value(event).map_err(JobError::NoJob)?;
    let correlation_id = CorrelationId::from(service.clock().new_id());
    let report = match job {
        Job::ReadyForTrial {} => service.mark_ready_for_trial(&correlation_id).await,
    };
    let report = report.map_err(JobError::List)?;
    let counts = Counts {
        done: report.done.len(),
        refused: report.refused.len(),
        failed: report.failed.len(),
    };
    tracing::info!(?job, ?counts, %correlation_id, "a job is done");
    if report.failed.is_empty() {
        return Ok(Done { counts, report });
    }
    Err(JobError::SomeFailed {
        of: counts.done + counts.refused + counts.failed,
        failed: report.failed.iter().map(ToString::to_string).collect(),
    })
}

fn named(failed: &[String]) -> String {
    let named = failed.iter().take(NAMED).cloned().collect::<Vec<_>>();
    let more = match failed.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", named.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_names_its_job_and_nothing_else() {
        let read = |event: Value| serde_json::from_value::<Job>(event);
        assert_eq!(
            read(json!({"job": "readyForTrial"})).unwrap(),
            Job::ReadyForTrial {}
        );
        for event in [
            json!({}),
            json!(null),
            json!({"job": "readyForTrail"}),
            json!({"job": "readyForTrial", "since": "yesterday"}),
        ] {
            let error = Diagnostic::from(JobError::NoJob(read(event).unwrap_err()));
            assert_eq!(error.error_type, "Casefold.BadTask");
            assert!(error.error_message.contains("readyForTrial"), "{error:?}");
        }
    }

    #[test]
    fn cases_that_failed_are_named_up_to_a_number() {
        let failed: Vec<String> = (101..131).map(|number| format!("{number}-26")).collect();
        let error = Diagnostic::from(JobError::SomeFailed { failed, of: 40 });
        assert_eq!(error.error_type, "Casefold.MayPass");
        let told = "30 of 40 cases could not be done now: 101-26, 102-26";
        assert!(error.error_message.starts_with(told), "{error:?}");
        assert!(
            error.error_message.ends_with("120-26 and 10 more"),
            "{error:?}"
        );
    }
}
