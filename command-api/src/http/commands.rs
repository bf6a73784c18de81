//! Sending commands.

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_events::{CommandId, DocketNumber, EventId, Timestamp, Version};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Body;
use super::context::Context;
use super::extract::{Caller, CasePath, Parameters, Steering};
use super::problem::{Problem, ProblemDocument};
use super::{ApiState, etag};
use crate::command::{CaseCommand, GroupCommand, PetitionCommand};
use crate::service::{Answer, EventRef, Request};

/// Says that the answer is one that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What a command did to a case.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommandAnswer {
    /// The case.
    docket_number: DocketNumber,
    /// Its version after the command.
    version: Version,
    /// When the court recorded it.
    recorded_at: Timestamp,
    /// What happened, in order.
    events: Vec<EventAnswer>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventAnswer {
    /// The event's id.
    event_id: EventId,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "PetitionServed")]
    event_type: String,
    /// The policy by which it followed by itself, where it was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AutomaticBlocking")]
    policy: Option<String>,
}

/// What a command did to several cases.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupAnswer {
    /// The cases that changed, in the order of their docket numbers.
    cases: Vec<CommandAnswer>,
}

impl From<Answer> for CommandAnswer {
    fn from(answer: Answer) -> Self {
        let event = |event: EventRef| EventAnswer {
            event_id: event.event_id,
            event_type: event.event_type,
            policy: event.policy,
        };
        Self {
            docket_number: answer.docket_number,
            version: answer.version,
            recorded_at: answer.recorded_at,
            events: answer.events.into_iter().map(event).collect(),
        }
    }
}

/// File a petition
///
/// Begins a case and gives it a docket number.
#[utoipa::path(
    post, path = "/v1/cases", tag = "commands", operation_id = "filePetition",
    params(
        ("Idempotency-Key" = Option<CommandId>, Header,
         description = "The caller's id for the command. Sent again with the same body, however late, it gives the first answer again and files no second petition."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    request_body(content = PetitionCommand, description = "The command, by its `type`."),
    responses(
        (status = 201, description = "The case began.", body = CommandAnswer, headers(
            ("Location" = String, description = "The address of the case."),
            ("ETag" = String, description = "The case's version, in quotes."),
            ("Idempotency-Replayed" = String, description = "`true` where this is the first answer again."),
        )),
    ),
)]
pub(super) async fn file_petition(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    context: Context,
    parameters: Parameters,
    headers: HeaderMap,
    Body(command): Body<PetitionCommand>,
) -> Result<Response, Problem> {
    parameters.done()?;
    let idempotency_key = Steering::without_if_match(&headers)?;
    let Context {
        correlation_id,
        source,
        ..
    } = context;
    let request = Request {
        actor,
        command,
        idempotency_key,
        correlation_id,
        source,
        if_match: None,
    };
    let answer = state.service.file_petition(request).await?;
    let location = format!("/v1/cases/{}", answer.docket_number);
    Ok((
        StatusCode::CREATED,
        [(LOCATION, location)],
        of_one_case(answer),
    )
        .into_response())
}

/// Send a command to a case
///
/// Decides the command over the case as it stands and records what happens. Where another
/// command is recorded at the same time, it is decided again on what the other left.
#[utoipa::path(
    post, path = "/v1/cases/{docketNumber}/commands", tag = "commands",
    operation_id = "commandCase",
    params(
        ("docketNumber" = DocketNumber, Path, description = "The case."),
        ("Idempotency-Key" = Option<CommandId>, Header,
         description = "The caller's id for the command. Sent again with the same body, however late, it gives the first answer again and does nothing twice."),
        ("If-Match" = Option<String>, Header, example = "\"3\"",
         description = "The version, in quotes, at which the caller has seen the case: 412 if it has moved on."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    request_body(content = CaseCommand, description = "The command, by its `type`."),
    responses(
        (status = 200, description = "It is done.", body = CommandAnswer, headers(
            ("ETag" = String, description = "The case's version, in quotes."),
            ("Idempotency-Replayed" = String, description = "`true` where this is the first answer again."),
        )),
        (status = 404, description = "There is no such case: `CASE_NOT_FOUND`. Or no such entry, contact, counsel or record in it.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 412, description = "The case has moved on: `VERSION_MISMATCH`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn command_case(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    context: Context,
    CasePath(docket_number): CasePath,
    parameters: Parameters,
    steering: Steering,
    Body(command): Body<CaseCommand>,
) -> Result<Response, Problem> {
    parameters.done()?;
    let Steering {
        idempotency_key,
        if_match,
    } = steering;
    let Context {
        correlation_id,
        source,
        ..
    } = context;
    let request = Request {
        actor,
        command,
        idempotency_key,
        correlation_id,
        source,
        if_match,
    };
    let answer = state.service.command_case(docket_number, request).await?;
    Ok(of_one_case(answer).into_response())
}

/// Send a command to several cases
///
/// Decides the command over all of the cases and records what happens in all of them, or
/// in none.
#[utoipa::path(
    post, path = "/v1/commands", tag = "commands", operation_id = "commandGroup",
    params(
        ("Idempotency-Key" = Option<CommandId>, Header,
         description = "The caller's id for the command. Sent again with the same body, however late, it gives the first answer again and does nothing twice."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    request_body(content = GroupCommand, description = "The command, by its `type`, with its `docketNumbers`."),
    responses(
        (status = 200, description = "It is done.", body = GroupAnswer, headers(
            ("Idempotency-Replayed" = String, description = "`true` where this is the first answer again."),
        )),
        (status = 404, description = "There is no such case: `CASE_NOT_FOUND`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn command_group(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    context: Context,
    parameters: Parameters,
    headers: HeaderMap,
    Body(command): Body<GroupCommand>,
) -> Result<Response, Problem> {
    parameters.done()?;
    let idempotency_key = Steering::without_if_match(&headers)?;
    let Context {
        correlation_id,
        source,
        ..
    } = context;
    let request = Request {
        actor,
        command,
        idempotency_key,
        correlation_id,
        source,
        if_match: None,
    };
    let answers = state.service.command_group(request).await?;
    let replayed = answers.iter().any(|answer| answer.repeated);
    let cases = answers.into_iter().map(CommandAnswer::from).collect();
    Ok((replayed_header(replayed), Json(GroupAnswer { cases })).into_response())
}

fn of_one_case(answer: Answer) -> impl IntoResponse {
    let tag = [(ETAG, etag::of(answer.version))];
    (
        tag,
        replayed_header(answer.repeated),
        Json(CommandAnswer::from(answer)),
    )
}

fn replayed_header(replayed: bool) -> AppendHeaders<Vec<(HeaderName, HeaderValue)>> {
    let mut headers = vec![(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    if replayed {
        headers.push((REPLAYED, HeaderValue::from_static("true")));
    }
    AppendHeaders(headers)
}
