//! Who looked: the log of accesses.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_events::{DocketEntryId, DocketNumber, Personal, Timestamp, UserId};
use casefold_shared::accesses::read::{AccessFilter, ReadTo};
use casefold_shared::accesses::{AccessKind, NotedAccess};
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::audit::{check_auditor, docket_number, take, take_page, take_times};
use super::cursor::lists::{cursor_digest, decode, encode};
use super::extract::{Caller, Parameters};
use super::history::HistoryOrder;
use super::noting::{About, Witness};
use super::problem::{Problem, ProblemDocument};
use super::reads::FOR_ONE_READER;
use crate::audit::described_accesses;

/// The most accesses on a page.
const MAX_ACCESSES: u64 = 500;
/// Accesses on a page, where the reader asks for no number.
const USUAL_ACCESSES: u64 = 50;

/// A page of the log of accesses.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccessesPage {
    /// The accesses, by time.
    accesses: Vec<AccessView>,
    /// The cursor of the next page; absent on the last. A page may have fewer accesses than
    /// the limit, even none, and a next one: it looks at a thousand at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Somebody looked at something sealed, or asked across cases.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccessView {
    /// When.
    at: Timestamp,
    /// What was looked at: `case`, `docketEntries`, `document`, `history`, `auditQuery`,
    /// `accesses` and the like.
    #[schema(example = "case")]
    kind: String,
    /// Who: a user's id, or the name that an operator of the tool gave.
    user: String,
    /// In which role; absent for an operator of the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    /// The case, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    docket_number: Option<DocketNumber>,
    /// The sealed docket entries that were shown, the first twenty; none where the whole case
    /// is sealed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    docket_entry_ids: Vec<DocketEntryId>,
    /// How many more.
    #[serde(skip_serializing_if = "Option::is_none")]
    more_docket_entries: Option<u64>,
    /// What was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    /// Why, as they said.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The network address that the request came from, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// The request's id in the court's log.
    correlation_id: CorrelationId,
}

/// Read who looked
///
/// Who read what is sealed, and who asked across cases: the log of accesses, by time. Reading it
/// is an access as well, and is noted first.
///
/// For the roles that may audit: `clerkofcourt`, `caseservicessupervisor`, `judge`, `adc`.
#[utoipa::path(
    get, path = "/v1/audit/accesses", tag = "audit", operation_id = "readAccesses",
    params(
        ("user" = Option<String>, Query, min_length = 1, max_length = 128, description = "By this user, or this operator of the tool."),
        ("caseNumber" = Option<DocketNumber>, Query, description = "To this case."),
        ("from" = Option<String>, Query, example = "2026-11-01", description = "At this time or later: RFC 3339, or a date, which is its midnight in UTC."),
        ("to" = Option<String>, Query, example = "2026-12-01", description = "Before this time."),
        ("order" = Option<HistoryOrder>, Query, description = "`asc`, the earliest first, or `desc`, the latest first; `asc` where it is absent."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 500, description = "The most accesses on the page; 50 where it is absent."),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before, with the same other parameters; absent for the first page."),
        ("X-Audit-Reason" = String, Header, example = "complaint 2026-7", description = "Why it is asked: 3 to 500 characters, kept in this log."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of accesses.", body = AccessesPage),
        (status = 400, description = "A parameter can't be taken; the problem names it. A cursor of another question: `BAD_CURSOR`. No reason is given: `AUDIT_REASON_MISSING`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The role may not audit: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The question can't be noted: `ACCESS_NOT_NOTED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn read_accesses(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    witness: Witness,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_auditor(&actor)?;
    let (from, to) = take_times(&mut parameters)?;
    let filter = AccessFilter {
        user: take(&mut parameters, "user", |text| {
            let is_long = text.is_empty() || text.chars().count() > UserId::MAX_LEN;
            match is_long {
                true => Err("a user has 1 to 128 characters".to_owned()),
                false => Ok(text.to_owned()),
            }
        })?,
        docket_number: take(&mut parameters, "caseNumber", docket_number)?,
        from,
        to,
    };
    let (order, limit) = take_page(&mut parameters, MAX_ACCESSES, USUAL_ACCESSES)?;
    let cursor = parameters.take("cursor")?;
    parameters.done()?;
    witness.require_reason()?;
    let query = described_accesses(&filter, order);
    let digest = cursor_digest("casefold.accesses.v1", &[&query]);
    let after = cursor.map(|cursor| read_to(&cursor, &digest)).transpose()?;
    let about = About {
        docket_number: filter.docket_number,
        docket_entries: Vec::new(),
        query: Some(query),
    };
    witness.note(&actor, AccessKind::Accesses, about).await?;
    let service = &state.service;
    let page = service.read_accesses(&filter, order, after, limit).await?;
    let page = AccessesPage {
        accesses: page.accesses.into_iter().map(AccessView::of).collect(),
        next_cursor: page.next.map(|next| encode(&digest, &next.to_string())),
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

fn read_to(cursor: &str, digest: &str) -> Result<ReadTo, Problem> {
    decode(cursor, digest)?.parse().map_err(|_| {
        let detail = "the cursor is not one of this service; begin without a cursor";
        Problem::bad_request("BAD_CURSOR", detail).about("cursor")
    })
}

impl AccessView {
    fn of(noted: NotedAccess) -> Self {
        Self {
            at: noted.at,
            kind: noted.kind,
            user: noted.user,
            role: noted.role,
            docket_number: noted.docket_number,
            docket_entry_ids: noted.docket_entries,
            more_docket_entries: noted.more_docket_entries,
            query: noted.query.map(Personal::into_exposed),
            reason: noted.reason.map(Personal::into_exposed),
            source: noted.source.map(Personal::into_exposed),
            correlation_id: noted.correlation_id,
        }
    }
}
