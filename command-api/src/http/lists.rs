//! The court's lists of cases.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::CaseStatus;
use casefold_events::{DocketNumber, TrialSessionId, UserId};
use casefold_shared::gateway::SortOrder;
use casefold_shared::lists::{CaseLine, Line, List, SessionLine};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::extract::{Caller, Parameters, bad_parameter};
use super::list_page::{
    Asked, PageParameters, Paging, check_reader, court_page, lines, required, required_text,
};
use super::problem::{Problem, ProblemDocument};
use super::reads::FOR_ONE_READER;
use crate::command::limits;

/// A page of cases.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CasesPage {
    /// The cases, in the order of the list.
    cases: Vec<CaseLine>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A page of the cases in a trial session.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionPage {
    /// The cases, in the order of their docket numbers.
    cases: Vec<SessionLine>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// List cases by status
///
/// The cases of a status, in the order of their docket numbers: the oldest year first. For
/// the court's roles. Lists follow the cases within moments.
#[utoipa::path(
    get, path = "/v1/lists/by-status", tag = "lists", operation_id = "listByStatus",
    params(
        ("status" = CaseStatus, Query, description = "The status."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of cases.", body = CasesPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn by_status(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let status = required(&mut parameters, "status")?;
    let status: CaseStatus = status.parse().map_err(|_| {
        let known: Vec<_> = CaseStatus::ALL.iter().map(|it| it.as_str()).collect();
        bad_parameter("status", format!("status is one of: {}", known.join("; ")))
    })?;
    cases(
        &state,
        Asked::all(List::Status, status.as_str()),
        parameters,
    )
    .await
}

/// List a judge's cases
///
/// The cases that a judge has, in the order of their docket numbers. For the court's roles.
/// Lists follow the cases within moments.
#[utoipa::path(
    get, path = "/v1/lists/by-judge", tag = "lists", operation_id = "listByJudge",
    params(
        ("judge" = String, Query, min_length = 1, max_length = 500, example = "Chief Judge", description = "The judge."),
        ("closed" = Option<bool>, Query,
         description = "`true` for the closed cases; the others where it is absent."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of cases.", body = CasesPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn by_judge(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let judge = required_text(&mut parameters, "judge", limits::NAME)?;
    let list = match take_closed(&mut parameters)? {
        false => List::OpenOfJudge,
        true => List::ClosedOfJudge,
    };
    cases(&state, Asked::all(list, &judge), parameters).await
}

/// List cases by trial city
///
/// The cases for trial in a city, in the order of their docket numbers. For the court's
/// roles. Lists follow the cases within moments.
#[utoipa::path(
    get, path = "/v1/lists/by-trial-city", tag = "lists", operation_id = "listByTrialCity",
    params(
        ("trialCity" = String, Query, min_length = 1, max_length = 200, example = "Houston, Texas", description = "The city."),
        ("closed" = Option<bool>, Query,
         description = "`true` for the closed cases; the others where it is absent."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of cases.", body = CasesPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn by_trial_city(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let city = required_text(&mut parameters, "trialCity", limits::LINE)?;
    let list = match take_closed(&mut parameters)? {
        false => List::OpenOfCity,
        true => List::ClosedOfCity,
    };
    cases(&state, Asked::all(list, &city), parameters).await
}

/// List cases that are eligible for trial
///
/// The cases that can be put on a trial calendar in a city: at issue, kept from trial
/// neither by somebody nor by themselves, and in no trial session. Those of high priority
/// come first, then all in the order of their docket numbers. For the court's roles. Lists
/// follow the cases within moments.
#[utoipa::path(
    get, path = "/v1/lists/eligible-for-trial", tag = "lists",
    operation_id = "listEligibleForTrial",
    params(
        ("trialCity" = String, Query, min_length = 1, max_length = 200, example = "Houston, Texas", description = "The city."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of cases.", body = CasesPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn eligible_for_trial(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let city = required_text(&mut parameters, "trialCity", limits::LINE)?;
    cases(
        &state,
        Asked::all(List::EligibleForTrial, &city),
        parameters,
    )
    .await
}

/// List a person's cases
///
/// The cases in which a user is a contact or counsel, in the order of their docket numbers.
/// For the court's roles; everybody has their own at `/v1/my-cases`. Lists follow the cases
/// within moments.
#[utoipa::path(
    get, path = "/v1/lists/by-person", tag = "lists", operation_id = "listByPerson",
    params(
        ("userId" = UserId, Query, description = "The user."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of cases.", body = CasesPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn by_person(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let user = required(&mut parameters, "userId")?;
    let user = UserId::new(user).map_err(|error| bad_parameter("userId", error.to_string()))?;
    cases(&state, Asked::all(List::Person, user.as_str()), parameters).await
}

/// List the cases of a consolidated group
///
/// The cases of a group, the lead among them, in the order of their docket numbers. For the
/// court's roles. Lists follow the cases within moments.
#[utoipa::path(
    get, path = "/v1/lists/by-group", tag = "lists", operation_id = "listByGroup",
    params(
        ("leadDocketNumber" = DocketNumber, Query, description = "The lead case."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of cases.", body = CasesPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn by_group(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let lead = required(&mut parameters, "leadDocketNumber")?;
    let lead: DocketNumber =
        lead.parse()
            .map_err(|error: casefold_events::ids::DocketNumberError| {
                bad_parameter("leadDocketNumber", error.to_string())
            })?;
    cases(
        &state,
        Asked::all(List::Group, &lead.to_string()),
        parameters,
    )
    .await
}

/// List the cases of a trial session
///
/// The cases in a session, for trial or for a hearing, in the order of their docket
/// numbers. For the court's roles. Lists follow the cases within moments.
#[utoipa::path(
    get, path = "/v1/lists/by-trial-session", tag = "lists",
    operation_id = "listByTrialSession",
    params(
        ("trialSessionId" = TrialSessionId, Query, description = "The session."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of cases.", body = SessionPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn by_trial_session(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let session = required(&mut parameters, "trialSessionId")?;
    let session = uuid::Uuid::parse_str(&session)
        .map(TrialSessionId)
        .map_err(|_| bad_parameter("trialSessionId", "trialSessionId is a UUID".to_owned()))?;
    let session = session.to_string();
    let asked = Asked::all(List::TrialSession, &session);
    let paging = Paging::take(parameters, asked, SortOrder::Ascending)?;
    let page = court_page(&state, &paging).await?;
    let cases = lines(page.rows, |line| match line {
        Line::Session(line) => Some(line),
        Line::Case(_) | Line::Deadline(_) | Line::Entry(_) | Line::Name(_) => None,
    })?;
    let page = SessionPage {
        cases,
        next_cursor: page.next,
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

async fn cases(
    state: &ApiState,
    asked: Asked<'_>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let paging = Paging::take(parameters, asked, SortOrder::Ascending)?;
    let page = court_page(state, &paging).await?;
    let cases = lines(page.rows, |line| match line {
        Line::Case(line) => Some(line),
        Line::Session(_) | Line::Deadline(_) | Line::Entry(_) | Line::Name(_) => None,
    })?;
    let page = CasesPage {
        cases,
        next_cursor: page.next,
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

fn take_closed(parameters: &mut Parameters) -> Result<bool, Problem> {
    match parameters.take("closed")?.as_deref() {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(bad_parameter(
            "closed",
            "closed is true or false".to_owned(),
        )),
    }
}
