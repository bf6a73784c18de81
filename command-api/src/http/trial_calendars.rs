//! Setting a trial calendar of any size.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_events::{DocketNumber, Version};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::body::Body;
use super::context::Context;
use super::extract::{Caller, Parameters, Steering};
use super::problem::Problem;
use crate::command::TrialCalendar;
use crate::service::{CalendarOutcome, CalendarReport, CommandError, Request};

/// After how long no further cases are looked at. What is under way then has as long again
/// until the request times out.
const TIME: Duration = Duration::from_secs(super::REQUEST_TIMEOUT.as_secs() / 2);

/// What became of a trial calendar.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TrialCalendarReport {
    /// In how many steps cases were set. Each is one act in the histories of its cases.
    #[schema(example = 2)]
    steps: usize,
    /// What became of each case, in the order of their docket numbers.
    cases: Vec<CalendaredCase>,
}

/// What became of a case of a trial calendar.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CalendaredCase {
    /// The case.
    docket_number: DocketNumber,
    /// What became of it.
    outcome: Outcome,
    /// Why it was refused, for programs: a code of the table of refusals, `CASE_NOT_FOUND`,
    /// or `CONTENDED` where others changed it each time it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "CASE_BLOCKED")]
    code: Option<String>,
    /// Why it was refused, and what to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// Its version, where it is calendared.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Version>,
}

/// What became of a case.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CalendarOutcome)]
pub(super) enum Outcome {
    /// It was set on the calendar.
    Calendared,
    /// It was on the calendar of this session already.
    Already,
    /// It was not set.
    Refused,
    /// It was not looked at, for the time was up: send these again.
    Left,
}

impl From<CalendarReport> for TrialCalendarReport {
    fn from(report: CalendarReport) -> Self {
        let cases = report.cases.into_iter();
        Self {
            steps: report.steps,
            cases: cases
                .map(|(number, outcome)| CalendaredCase::of(number, outcome))
                .collect(),
        }
    }
}

impl CalendaredCase {
    fn of(docket_number: DocketNumber, outcome: CalendarOutcome) -> Self {
        let done = |outcome, version| Self {
            docket_number,
            outcome,
            code: None,
            detail: None,
            version: Some(version),
        };
        let refused = |code: &str, detail: String| Self {
            docket_number,
            outcome: Outcome::Refused,
            code: Some(code.to_owned()),
            detail: Some(detail),
            version: None,
        };
        match outcome {
            CalendarOutcome::Calendared(version) => done(Outcome::Calendared, version),
            CalendarOutcome::Already(version) => done(Outcome::Already, version),
            CalendarOutcome::Left => Self {
                docket_number,
                outcome: Outcome::Left,
                code: None,
                detail: None,
                version: None,
            },
            CalendarOutcome::Refused(refusal) => refused(refusal.code(), refusal.to_string()),
            // The same codes and sentences as where one case alone is asked for.
            CalendarOutcome::NoSuchCase => {
                let error = CommandError::NoSuchCase(docket_number);
                let detail = error.to_string();
                refused(Problem::from(error).code(), detail)
            }
            CalendarOutcome::Contended => {
                let detail = CommandError::Contended.to_string();
                refused(Problem::from(CommandError::Contended).code(), detail)
            }
        }
    }
}

/// Set a trial calendar
///
/// Sets up to 5,000 cases on the calendar of a session, in steps of at most 100 cases, each
/// all or none; a consolidated group is in one step. A case that is refused is reported, and
/// doesn't stop the others. A case that is set already is reported as such: after a failure
/// send the same again, and it goes on where it stopped. For that reason an Idempotency-Key
/// is not needed, and has no effect. Where the time doesn't suffice for all cases, the answer
/// says which are left: send these again.
#[utoipa::path(
    post, path = "/v1/trial-calendars", tag = "commands", operation_id = "setTrialCalendar",
    params(
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request, which the commits of all steps bear; made here where it is absent."),
    ),
    request_body(content = TrialCalendar, description = "The session and its cases.",
                 example = json!(TrialCalendar::example())),
    responses(
        (status = 200, description = "What became of each case. Some may have been refused.",
         body = TrialCalendarReport),
    ),
)]
pub(super) async fn set_trial_calendar(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    context: Context,
    parameters: Parameters,
    headers: HeaderMap,
    Body(command): Body<TrialCalendar>,
) -> Result<Response, Problem> {
    parameters.done()?;
    Steering::without_if_match(&headers)?;
    let request = Request {
        actor,
        command,
        idempotency_key: None,
        correlation_id: context.correlation_id,
        source: context.source,
        if_match: None,
    };
    let report = state.service.set_calendar(&request, TIME).await?;
    let no_store = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    Ok((no_store, Json(TrialCalendarReport::from(report))).into_response())
}
