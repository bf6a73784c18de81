//! The handler `work`: tasks of a worker, each stopped well before Lambda would end it.

use std::time::Duration;

use casefold_shared::gateway::{Consumed, accounted};
use casefold_shared::metrics::{Line, Metrics, table};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use tokio::sync::watch;

use super::guard::guarded;
use crate::work::error::TaskError;
use crate::work::figures::Figures;
use crate::work::task::Task;
use crate::work::{Outcome, Worker};

/// How long before Lambda's deadline a task is told to stop, in milliseconds: it leaves the page
/// that it is at, writes how far it has come, and answers. Of a short time it is a quarter.
const MARGIN_MILLIS: u64 = 30_000;

/// Who tells the figures.
const SERVICE: &str = "worker";

/// Does tasks.
pub(super) async fn serve(worker: Worker, metrics: Metrics) -> Result<(), lambda_runtime::Error> {
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        let now = worker.clock.now().as_millis();
        let time = time_until(event.context.deadline, now);
        let answered = guarded(answer(&worker, &metrics, event.payload, time)).await;
        if answered.is_err() {
            metrics.tell(|| Line::of(SERVICE).count(&table::JOB_FAILURES, 1));
        }
        answered
    }))
    .await
}

async fn answer(
    worker: &Worker,
    metrics: &Metrics,
    payload: Value,
    time: Duration,
) -> Result<Value, Diagnostic> {
    let task: Task = match serde_json::from_value(payload) {
        Ok(task) => task,
        Err(error) => {
            let told = format!("the event is no task: {error}; docs/projections.md has the tasks");
            return Err(diagnostic(&TaskError::BadTask(told)));
        }
    };
    let (told, stop) = watch::channel(false);
    let mut working = std::pin::pin!(accounted(worker.work(task.clone(), &stop)));
    let (Outcome { answer, figures }, consumed) = tokio::select! {
        outcome = &mut working => outcome,
        () = tokio::time::sleep(time) => {
            told.send_replace(true);
            working.await
        }
    };
    tracing::info!(?task, ?figures, stopped = *stop.borrow(), "a task was done");
    for line in lines(&figures, consumed) {
        metrics.tell(|| line);
    }
    answer.map_err(|error| diagnostic(&error))
}

/// What is told of a task: what it cost and its figures, but for those that it doesn't tell of;
/// and those of each projection by themselves.
fn lines(figures: &Figures, consumed: Consumed) -> Vec<Line> {
    let Figures {
        quarantined_cases,
        quarantined_by_projection,
        checkpoint_age_hours,
        reconcile_runs,
        reconcile_differing,
        rebuild_cases,
        checkpoint_refused,
    } = figures;
    let mut all = Line::of(SERVICE).consumed(consumed);
    if let Some(cases) = quarantined_cases {
        all = all.count(&table::QUARANTINED_CASES, *cases);
    }
    if let Some(hours) = checkpoint_age_hours {
        all = all.amount(&table::CHECKPOINT_AGE_HOURS, *hours);
    }
    if *reconcile_runs > 0 {
        all = all
            .count(&table::RECONCILE_RUNS, *reconcile_runs)
            .count(&table::RECONCILE_DIFFERING, *reconcile_differing);
    }
    for (metric, count) in [
        (&table::REBUILD_CASES, rebuild_cases),
        (&table::CHECKPOINT_REFUSED, checkpoint_refused),
    ] {
        if *count > 0 {
            all = all.count(metric, *count);
        }
    }
    let mut lines = vec![all];
    for (projection, cases) in quarantined_by_projection {
        lines.push(
            Line::of(SERVICE)
                .count(&table::QUARANTINED_CASES, *cases)
                .by(table::PROJECTION, *projection),
        );
    }
    lines
}

/// How long a task may go on, by Lambda's deadline and the time now, in milliseconds of the
/// epoch.
fn time_until(deadline: u64, now: i64) -> Duration {
    let left = deadline.saturating_sub(u64::try_from(now).unwrap_or_default());
    Duration::from_millis(left - (left / 4).min(MARGIN_MILLIS))
}

/// What Lambda reports. The log has the causes.
fn diagnostic(error: &TaskError) -> Diagnostic {
    let causes: Vec<String> =
        std::iter::successors(std::error::Error::source(error), |cause| cause.source())
            .map(ToString::to_string)
            .collect();
    tracing::warn!(code = error.code(), %error, ?causes, "a task is not done");
    Diagnostic {
        error_type: error.code().to_owned(),
        error_message: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_told_to_stop_well_before_the_deadline() {
        let now = 1_800_000_000_000;
        let time = |left: u64| time_until(1_800_000_000_000 + left, now).as_millis();
        assert_eq!(time(900_000), 870_000);
        assert_eq!(time(4_000), 3_000);
        assert_eq!(time(0), 0);
        assert_eq!(time_until(0, now), Duration::ZERO);
    }
}
