//! What everybody reads: their own cases, and the search.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_shared::gateway::SortOrder;
use casefold_shared::lists::{List, WordQuery};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::extract::{Caller, Parameters, bad_parameter};
use super::list_page::{Asked, PageParameters, Paging, required_text};
use super::problem::{Problem, ProblemDocument};
use super::reads::FOR_ONE_READER;
use crate::access::rows::{FoundCaseRow, OwnCaseRow};
use crate::access::sees_cases;
use crate::decide::Actor;

/// The longest text that is searched for, in characters.
const MAX_QUERY: usize = 200;

/// A page of the reader's own cases.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OwnCasesPage {
    /// The cases, in the order of their docket numbers.
    cases: Vec<OwnCaseRow>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A page of cases that were found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FoundPage {
    /// The cases, in the order of the words by which they are found, and of their docket
    /// numbers.
    cases: Vec<FoundCaseRow>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// List the caller's own cases
///
/// The cases in which the caller is a contact or counsel, the newest docket number first
/// (`order=asc`: the oldest). Each is shown as it stands. The list follows the cases within
/// moments, so a page can have fewer rows than were asked for, and still a next one.
#[utoipa::path(
    get, path = "/v1/my-cases", tag = "lists", operation_id = "listMyCases",
    params(
        PageParameters,
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of cases.", body = OwnCasesPage),
        (status = 403, description = "The role sees no cases: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn my_cases(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    parameters: Parameters,
) -> Result<Response, Problem> {
    check_sees_cases(&actor)?;
    let asked = Asked::all(List::Person, actor.user_id.as_str());
    let paging = Paging::take(parameters, asked, SortOrder::Descending)?;
    let page = state.service.read_own_cases(&actor, paging.range()).await?;
    let page = OwnCasesPage {
        cases: page.rows,
        next_cursor: paging.cursor(page.next),
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

/// Search cases
///
/// The cases of which every word that is searched for is the beginning of a word: of the
/// docket number (`101-2`, `101-26S`), the caption or a party's name; for the court of
/// counsel's names too. Upper and lower case and accents make no difference, and what nearly
/// every caption has ("Petitioner", "Commissioner") is left out. One of the words needs two
/// characters. A sealed case is found by the court alone. The index follows the cases within
/// moments, and a page can have fewer rows than were asked for, even none, and still a next
/// one.
#[utoipa::path(
    get, path = "/v1/search", tag = "lists", operation_id = "searchCases",
    params(
        ("q" = String, Query, min_length = 2, max_length = 200, example = "nora quist",
         description = "The words, or their beginnings."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 100,
         description = "The most rows on the page; 25 where it is absent."),
        ("cursor" = Option<String>, Query,
         description = "`nextCursor` of the page before, with the same `q`; absent for the first page."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of cases.", body = FoundPage),
        (status = 400, description = "There is no word to search for: `BAD_PARAMETER`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The role sees no cases: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn search(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_sees_cases(&actor)?;
    let text = required_text(&mut parameters, "q", MAX_QUERY)?;
    let query = WordQuery::parse(&text).map_err(|error| bad_parameter("q", error.to_string()))?;
    let asked = Asked::all(List::Names, &text);
    let paging = Paging::take(parameters.without("order")?, asked, SortOrder::Ascending)?;
    let page = state
        .service
        .search(&actor, &query, paging.after(), paging.limit)
        .await?;
    let page = FoundPage {
        cases: page.rows,
        next_cursor: paging.cursor(page.next),
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

/// That somebody sees cases at all.
fn check_sees_cases(actor: &Actor) -> Result<(), Problem> {
    if sees_cases(actor.role) {
        return Ok(());
    }
    let detail = format!("the role {} manages users and sees no cases", actor.role);
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "ROLE_NOT_ALLOWED",
        detail,
    ))
}
