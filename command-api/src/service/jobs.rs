//! Work that comes round by itself.
//!
//! A job goes through a list, not through all cases, and sends a command to each case that
//! is due: whether it is carried out is for the rules to say. It can be stopped at any point
//! and run again, by any number of workers: a case that was done is not in the list any
//! more, or refuses to be done twice.

use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_events::{DocketNumber, Timestamp};
use casefold_shared::gateway::{ListRange, SortOrder, accounted};
use casefold_shared::lists::{Line as ListLine, List};
use casefold_shared::metrics::Line;
use serde::Serialize;

use super::told::SERVICE;
use super::{CommandError, ReadError, Request, Service};
use crate::command::{CaseCommand, MarkReadyForTrial};
use crate::decide::Actor;
use crate::policy;
use crate::rules::statuses::ANSWER_AGE_DAYS;

const MILLIS_A_DAY: i64 = 24 * 60 * 60 * 1_000;

/// How many rows a job reads at a time.
const ROWS_AT_ONCE: usize = 100;

/// What a job did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JobReport {
    /// The cases to which the command was done.
    pub done: Vec<DocketNumber>,
    /// Those that the rules refused, by the code of the refusal.
    pub refused: Vec<RefusedCase>,
    /// Those with which something was wrong that may pass: the next run comes to them again.
    pub failed: Vec<DocketNumber>,
}

/// A case that the rules refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefusedCase {
    /// The case.
    pub docket_number: DocketNumber,
    /// Why.
    pub code: &'static str,
}

impl Service {
    /// Finds the cases ready for trial of which the respondent's answer is older than 45
    /// days.
    ///
    /// # Errors
    /// [`ReadError`] where the list can't be read. What was done stays done.
    pub async fn mark_ready_for_trial(
        &self,
        correlation_id: &CorrelationId,
    ) -> Result<JobReport, ReadError> {
        // Each command tells of itself; what is left is what reading the list costs.
        let (done, consumed) = accounted(self.mark_all_ready(correlation_id)).await;
        self.metrics.tell(|| {
            Line::of(SERVICE)
                .consumed(consumed)
                .about("job", "readyForTrial")
                .about("correlationId", correlation_id.as_str())
        });
        done
    }

    async fn mark_all_ready(&self, correlation_id: &CorrelationId) -> Result<JobReport, ReadError> {
        let now = self.clock.now();
        let until =
            Timestamp::from_millis(now.as_millis() - i64::from(ANSWER_AGE_DAYS) * MILLIS_A_DAY);
        // Rows of just this time are later: the time goes on with the docket number.
        let until = until.to_string();
        let mut report = JobReport::default();
        let mut after: Option<String> = None;
        loop {
            let range = ListRange {
                from: None,
                to: Some(&until),
                after: after.as_deref(),
                order: SortOrder::Ascending,
                limit: ROWS_AT_ONCE,
            };
            let page = self.read_list(List::AwaitingReadiness, "", range).await?;
            for row in page.rows {
                match row.line {
                    ListLine::Case(line) => {
                        self.mark_ready(line.docket_number, correlation_id, &mut report)
                            .await;
                    }
                    ListLine::Session(_)
                    | ListLine::Deadline(_)
                    | ListLine::Entry(_)
                    | ListLine::Name(_) => {}
                }
            }
            after = page.next;
            if after.is_none() {
                return Ok(report);
            }
        }
    }

    async fn mark_ready(
        &self,
        docket_number: DocketNumber,
        correlation_id: &CorrelationId,
        report: &mut JobReport,
    ) {
        let request = Request {
            actor: Actor {
                user_id: policy::actor(),
                role: Role::System,
                name: None,
            },
            command: CaseCommand::MarkReadyForTrial(MarkReadyForTrial {}),
            idempotency_key: None,
            correlation_id: correlation_id.clone(),
            source: None,
            if_match: None,
        };
        match self.command_case(docket_number, request).await {
            Ok(_) => report.done.push(docket_number),
            Err(CommandError::Refused(refusal)) => report.refused.push(RefusedCase {
                docket_number,
                code: refusal.code(),
            }),
            Err(error) => {
                tracing::warn!(%docket_number, %error, "a case could not be marked ready");
                report.failed.push(docket_number);
            }
        }
    }
}
