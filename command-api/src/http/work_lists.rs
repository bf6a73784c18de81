//! The court's lists of work: deadlines, pending entries, and what waits for a clerk.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use casefold_events::Timestamp;
use casefold_events::ids::CorrelationId;
use casefold_shared::gateway::SortOrder;
use casefold_shared::lists::{CaseLine, DeadlineLine, EntryLine, Line, List};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::extract::{Caller, Parameters, bad_parameter};
use super::list_page::{Asked, PageParameters, Paging, check_reader, court_page, lines, required};
use super::problem::{Problem, ProblemDocument};
use super::reads::FOR_ONE_READER;
use crate::command::limits;

/// A page of open deadlines.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeadlinesPage {
    /// The deadlines, the earliest first.
    deadlines: Vec<DeadlineLine>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A page of docket entries that wait for somebody.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpenEntriesPage {
    /// The entries, the one that was filed first first.
    docket_entries: Vec<EntryLine>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A page of work.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct WorkPage {
    /// What is to be done, what waits longest first: cases, or docket entries with their
    /// cases.
    work: Vec<WorkLine>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Something to do.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum WorkLine {
    /// On a docket entry.
    Entry(Box<EntryLine>),
    /// On a case.
    Case(Box<CaseLine>),
}

/// What waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) enum WorkQueue {
    /// Petitions that no petitions clerk has checked.
    PetitionsToCheck,
    /// Checked petitions that are not served on the respondent.
    PetitionsToServe,
    /// Entries of served cases that are not served.
    FilingsToServe,
    /// Electronic filings that no docket clerk has checked.
    FilingsToCheck,
    /// Answered cases that are not at issue yet, by the date of the answer.
    AwaitingReadiness,
}

impl WorkQueue {
    /// Every queue, by its name.
    const ALL: [(&'static str, Self, List); 5] = [
        (
            "petitions-to-check",
            Self::PetitionsToCheck,
            List::PetitionsToCheck,
        ),
        (
            "petitions-to-serve",
            Self::PetitionsToServe,
            List::PetitionsToServe,
        ),
        (
            "filings-to-serve",
            Self::FilingsToServe,
            List::FilingsToServe,
        ),
        (
            "filings-to-check",
            Self::FilingsToCheck,
            List::FilingsToCheck,
        ),
        (
            "awaiting-readiness",
            Self::AwaitingReadiness,
            List::AwaitingReadiness,
        ),
    ];
}

/// List open deadlines
///
/// The open deadlines, by their dates, with what a screen shows of their cases. For the
/// court's roles. Lists follow the cases within moments.
#[utoipa::path(
    get, path = "/v1/lists/deadlines", tag = "lists", operation_id = "listDeadlines",
    params(
        ("from" = Option<Timestamp>, Query,
         description = "The first date; a day, such as `2026-12-01`, is its beginning in UTC."),
        ("to" = Option<Timestamp>, Query,
         description = "The date before which the list ends, in the same form."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of deadlines.", body = DeadlinesPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn deadlines(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let from = take_date(&mut parameters, "from")?;
    let to = take_date(&mut parameters, "to")?;
    let asked = Asked {
        from: from.as_deref(),
        to: to.as_deref(),
        ..Asked::all(List::Deadlines, "")
    };
    let paging = Paging::take(parameters, asked, SortOrder::Ascending)?;
    let page = court_page(&state, &paging).await?;
    let deadlines = lines(page.rows, |line| match line {
        Line::Deadline(line) => Some(line),
        Line::Case(_) | Line::Session(_) | Line::Entry(_) | Line::Name(_) => None,
    })?;
    let page = DeadlinesPage {
        deadlines,
        next_cursor: page.next,
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

/// List pending entries
///
/// The docket entries on which the court has still to act, by their filing dates; of all
/// cases, or of one judge's. For the court's roles. Lists follow the cases within moments.
#[utoipa::path(
    get, path = "/v1/lists/pending-entries", tag = "lists", operation_id = "listPendingEntries",
    params(
        ("judge" = Option<String>, Query, min_length = 1, max_length = 500, example = "Chief Judge",
         description = "The judge who has the cases; all where it is absent."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of entries.", body = OpenEntriesPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn pending_entries(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let judge = parameters.take_text("judge", limits::NAME)?;
    let asked = match &judge {
        None => Asked::all(List::Pending, ""),
        Some(judge) => Asked::all(List::PendingOfJudge, judge),
    };
    let paging = Paging::take(parameters, asked, SortOrder::Ascending)?;
    let page = court_page(&state, &paging).await?;
    let docket_entries = lines(page.rows, |line| match line {
        Line::Entry(line) => Some(line),
        Line::Case(_) | Line::Session(_) | Line::Deadline(_) | Line::Name(_) => None,
    })?;
    let page = OpenEntriesPage {
        docket_entries,
        next_cursor: page.next,
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

/// List work to do
///
/// What waits for a clerk, by how long it has: petitions to check or to serve (since their
/// receipt), filings to serve or to check (since they were filed), answered cases that are
/// not at issue yet (since the answer). For the court's roles. Lists follow the cases within
/// moments.
#[utoipa::path(
    get, path = "/v1/lists/work", tag = "lists", operation_id = "listWork",
    params(
        ("queue" = inline(WorkQueue), Query, description = "What is to be done."),
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of work.", body = WorkPage),
        (status = 403, description = "The list is for the court: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn work(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_reader(&actor)?;
    let queue = required(&mut parameters, "queue")?;
    let known = WorkQueue::ALL.iter().find(|(name, ..)| *name == queue);
    let (_, _, list) = known.ok_or_else(|| {
        let names = WorkQueue::ALL.map(|(name, ..)| name).join(", ");
        bad_parameter("queue", format!("queue is one of: {names}"))
    })?;
    let paging = Paging::take(parameters, Asked::all(*list, ""), SortOrder::Ascending)?;
    let page = court_page(&state, &paging).await?;
    let work = lines(page.rows, |line| match line {
        Line::Case(line) => Some(WorkLine::Case(Box::new(line))),
        Line::Entry(line) => Some(WorkLine::Entry(Box::new(line))),
        Line::Session(_) | Line::Deadline(_) | Line::Name(_) => None,
    })?;
    let page = WorkPage {
        work,
        next_cursor: page.next,
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

/// A date as the list of deadlines sorts it.
fn take_date(parameters: &mut Parameters, name: &'static str) -> Result<Option<String>, Problem> {
    let Some(text) = parameters.take(name)? else {
        return Ok(None);
    };
    let date: Option<Timestamp> = text
        .parse()
        .or_else(|_| format!("{text}T00:00:00Z").parse())
        .ok();
    let bad = || {
        let detail = format!("{name} is a date, or a date-time with its offset");
        bad_parameter(name, detail)
    };
    date.map(|date| Some(date.to_string())).ok_or_else(bad)
}
