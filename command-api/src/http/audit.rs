//! Questions across cases, answered by the audit index.

use std::net::IpAddr;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_events::{DocketEntryId, DocketNumber, Personal, Timestamp, UserId};
use casefold_shared::accesses::AccessKind;
use casefold_shared::audit::{Filter, Position};
use casefold_shared::gateway::{Generation, SortOrder};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ApiState;
use super::cursor::lists::{cursor_digest, decode, encode};
use super::extract::{Caller, Parameters, bad_parameter};
use super::history::HistoryOrder;
use super::noting::{About, Witness};
use super::problem::{Problem, ProblemDocument};
use super::reads::FOR_ONE_READER;
use crate::access::may_audit;
use crate::audit::{FoundCommit, ParkedCase, command, described, event_type, moment, one_of};
use crate::decide::Actor;
use crate::service::{AuditPage, PageOf};

/// The most commits on a page.
const MAX_COMMITS: u64 = 500;
/// Commits on a page, where the reader asks for no number.
const USUAL_COMMITS: u64 = 50;
/// How many parked cases an answer names; all are counted.
const MAX_PARKED: usize = 20;

/// A page of the commits of the whole court.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommitsPage {
    /// The commits, in the order of the times at which they were recorded.
    commits: Vec<FoundCommit>,
    /// The cursor of the next page; absent on the last. A page may have fewer commits than the
    /// limit, even none, and a next one: it looks at a thousand commits at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
    /// Every commit that was durable before this moment is in the index, but for those of
    /// `parkedCases`. Absent where nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    complete_up_to: Option<Timestamp>,
    /// Whether it is known up to when the index is complete.
    completeness_known: bool,
    /// Cases of which commits can't be read, each from a version on: those are not in the
    /// index. At most 20 of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parked_cases: Vec<ParkedCase>,
    /// How many more such cases there are.
    #[serde(skip_serializing_if = "Option::is_none")]
    more_parked_cases: Option<usize>,
}

/// Find commits across cases
///
/// What happened in the whole court, in the order of the times at which it was recorded: who,
/// in which case, in which role, by which command, with which types of events, about which
/// docket entries, and when. Any combination of the filters can be asked for; what the events
/// say is in each case's history. Sealed cases are among the answers.
///
/// An answer says up to when it is complete (`completeUpTo`), and which cases can't be read. A
/// page costs by what it looks at, so a month of a whole court can be listed to its end. Every
/// question is noted in the log of accesses, with its reason, before it is answered.
///
/// For the roles that may audit: `clerkofcourt`, `caseservicessupervisor`, `judge`, `adc`.
#[utoipa::path(
    get, path = "/v1/audit/commits", tag = "audit", operation_id = "findCommits",
    params(
        ("actor" = Option<UserId>, Query, description = "Sent by this user. What policies do is sent by `casefold`."),
        ("role" = Option<Role>, Query, description = "In this role."),
        ("eventType" = Option<String>, Query, example = "CaseSealed", description = "With an event of this type."),
        ("command" = Option<String>, Query, example = "SealCase", description = "By this command, or this policy."),
        ("docketEntry" = Option<DocketEntryId>, Query, description = "With an event about this docket entry, by its id."),
        ("caseNumber" = Option<DocketNumber>, Query, description = "Of this case."),
        ("correlationId" = Option<CorrelationId>, Query, description = "Of this act: what one request did, in however many cases."),
        ("sourceAddress" = Option<String>, Query, example = "203.0.113.7", description = "Sent from this network address, where it is known."),
        ("from" = Option<String>, Query, example = "2026-11-01", description = "Recorded at this time or later: RFC 3339, or a date, which is its midnight in UTC."),
        ("to" = Option<String>, Query, example = "2026-12-01", description = "Recorded before this time."),
        ("order" = Option<HistoryOrder>, Query, description = "`asc`, the earliest first, or `desc`, the latest first; `asc` where it is absent."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 500, description = "The most commits on the page; 50 where it is absent."),
        ("cursor" = Option<String>, Query, description = "`nextCursor` of the page before, with the same other parameters; absent for the first page."),
        ("X-Audit-Reason" = String, Header, example = "quarterly review of sealings", description = "Why it is asked: 3 to 500 characters, kept in the log of accesses."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of commits.", body = CommitsPage),
        (status = 400, description = "A parameter can't be taken; the problem names it. A cursor of another question, or of an index that has been made anew: `BAD_CURSOR`. No reason is given: `AUDIT_REASON_MISSING`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The role may not audit: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The index may lack cases: `AUDIT_INCOMPLETE`. The question can't be noted: `ACCESS_NOT_NOTED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn find_commits(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    witness: Witness,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    check_auditor(&actor)?;
    let filter = filter(&mut parameters)?;
    let (order, limit) = take_page(&mut parameters, MAX_COMMITS, USUAL_COMMITS)?;
    let cursor = parameters.take("cursor")?;
    parameters.done()?;
    witness.require_reason()?;
    let generation = state.service.audit_generation().await?;
    let query = described(&filter, order);
    let digest = cursor_digest("casefold.audit.v1", &[&query]);
    let after = cursor
        .map(|cursor| position(&cursor, &digest, generation))
        .transpose()?;
    let about = About {
        docket_number: filter.docket_number,
        docket_entries: Vec::new(),
        query: Some(query),
    };
    witness.note(&actor, AccessKind::AuditQuery, about).await?;
    let page = PageOf {
        order,
        after,
        limit,
    };
    let page = state.service.read_audit(generation, &filter, page).await?;
    let next_cursor = page
        .next
        .map(|next| encode(&digest, &format!("{generation}@{next}")));
    Ok((FOR_ONE_READER, Json(CommitsPage::of(page, next_cursor))).into_response())
}

/// That somebody may ask across cases.
///
/// # Errors
/// 403 where they may not.
pub(super) fn check_auditor(actor: &Actor) -> Result<(), Problem> {
    if may_audit(actor.role) {
        return Ok(());
    }
    let detail = format!("the role {} may not ask across cases", actor.role);
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "ROLE_NOT_ALLOWED",
        detail,
    ))
}

/// Takes order and limit.
pub(super) fn take_page(
    parameters: &mut Parameters,
    most: u64,
    usual: u64,
) -> Result<(SortOrder, usize), Problem> {
    let limit = parameters.take_number("limit", 1..=most)?;
    let order = match parameters.take("order")?.as_deref() {
        None | Some("asc") => SortOrder::Ascending,
        Some("desc") => SortOrder::Descending,
        Some(_) => return Err(bad_parameter("order", "order is asc or desc".to_owned())),
    };
    let limit = usize::try_from(limit.unwrap_or(usual)).unwrap_or(usize::MAX);
    Ok((order, limit))
}

/// Takes `from` and `to`.
pub(super) fn take_times(
    parameters: &mut Parameters,
) -> Result<(Option<Timestamp>, Option<Timestamp>), Problem> {
    let from = take(parameters, "from", moment)?;
    let to = take(parameters, "to", moment)?;
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(bad_parameter("from", "from is after to".to_owned()));
    }
    Ok((from, to))
}

/// Takes a parameter that is read so.
pub(super) fn take<T>(
    parameters: &mut Parameters,
    name: &'static str,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, Problem> {
    let value = parameters.take(name)?;
    let read = value.map(|value| read(&value).map_err(|problem| (name, problem)));
    read.transpose()
        .map_err(|(name, problem)| bad_parameter(name, format!("{name}: {problem}")))
}

fn filter(parameters: &mut Parameters) -> Result<Filter, Problem> {
    let text = |error: casefold_events::ids::IdError| error.to_string();
    let (from, to) = take_times(parameters)?;
    Ok(Filter {
        actor: take(parameters, "actor", |it| UserId::new(it).map_err(text))?,
        role: take(parameters, "role", |it| {
            it.parse()
                .map_err(|_| one_of(Role::ALL.iter().map(|it| it.as_str())))
        })?,
        command: take(parameters, "command", command)?,
        event_type: take(parameters, "eventType", event_type)?,
        docket_entry: take(parameters, "docketEntry", |it| {
            let id = Uuid::parse_str(it).map(DocketEntryId);
            id.map_err(|_| "a docket entry is its id, a UUID".to_owned())
        })?,
        docket_number: take(parameters, "caseNumber", docket_number)?,
        correlation_id: take(parameters, "correlationId", |it| {
            CorrelationId::new(it).map_err(text)
        })?,
        source: take(parameters, "sourceAddress", |it| {
            let address = it.parse::<IpAddr>().map(Personal::new);
            address.map_err(|_| "an address is an IPv4 or IPv6 address".to_owned())
        })?,
        from,
        to,
    })
}

pub(super) fn docket_number(text: &str) -> Result<DocketNumber, String> {
    text.parse()
        .map_err(|error: casefold_events::ids::DocketNumberError| error.to_string())
}

/// The position of a cursor, which belongs to a question and a generation of the index.
fn position(cursor: &str, digest: &str, generation: Generation) -> Result<Position, Problem> {
    let bad = |detail| Problem::bad_request("BAD_CURSOR", detail).about("cursor");
    let place = decode(cursor, digest)?;
    let parts = place.split_once('@');
    let parts = parts.and_then(|(of, position)| Some((of, position.parse().ok()?)));
    let (of, position) = parts
        .ok_or_else(|| bad("the cursor is not one of this service; begin without a cursor"))?;
    if of != generation.to_string() {
        return Err(bad(
            "the cursor is of an index that has been made anew since; begin without a cursor",
        ));
    }
    Ok(position)
}

impl CommitsPage {
    fn of(page: AuditPage, next_cursor: Option<String>) -> Self {
        let more = page.parked.len().saturating_sub(MAX_PARKED);
        let parked = page.parked.iter().take(MAX_PARKED);
        Self {
            commits: page.rows.into_iter().map(FoundCommit::of).collect(),
            next_cursor,
            complete_up_to: page.complete_up_to,
            completeness_known: page.complete_up_to.is_some(),
            parked_cases: parked.map(ParkedCase::of).collect(),
            more_parked_cases: Some(more).filter(|more| *more > 0),
        }
    }
}
