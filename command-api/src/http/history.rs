//! Reading the history of a case: its commits.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use casefold_events::commit::faults;
use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_events::{
    CommandId, Commit, CommitRef, Digest, DocketNumber, EventId, Personal, StoredEvent, Timestamp,
    UserId, Version,
};
use casefold_shared::accesses::AccessKind;
use casefold_shared::gateway::Order;
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::cursor::{self, List};
use super::extract::{Caller, CasePath, Parameters, bad_parameter};
use super::history_filter::{find_entry, take_filter, word_of_filter};
use super::noting::{Entries, Witness, entries_of};
use super::problem::{Problem, ProblemDocument};
use super::reads::{FOR_ONE_READER, no_such_case};
use crate::access::sees_history;
use crate::command::EntryRef;
use crate::decide::Actor;
use crate::service::HistoryFilter;

/// The most commits on a page.
const MAX_COMMITS: u64 = 500;
/// Commits on a page, where the reader asks for no number.
const USUAL_COMMITS: u64 = 50;
/// A page of history ends early at this size: a Lambda function answers with 6 MB at most.
const MAX_HISTORY_BYTES: usize = 4 << 20;

/// A page of a case's history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct HistoryPage {
    /// The case.
    docket_number: DocketNumber,
    /// The commits.
    commits: Vec<CommitView>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// What one command did to the case.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CommitView {
    /// The commit's number, and the case's version after it.
    version: Version,
    /// When the court recorded it.
    recorded_at: Timestamp,
    /// From when it holds.
    effective_at: Timestamp,
    /// Who.
    actor: UserId,
    /// In which role.
    role: Role,
    /// The name of the command.
    #[schema(example = "ServePetition")]
    command: String,
    /// The command's id.
    command_id: CommandId,
    /// Ties the commits of one act together.
    correlation_id: CorrelationId,
    /// The commit that made a policy act, where it was a policy that did.
    #[serde(skip_serializing_if = "Option::is_none")]
    causation: Option<CommitRef>,
    /// Every commit that was made in one step with this one; absent where it was alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    committed_with: Vec<CommitRef>,
    /// The hash of the commit before; zeros before the first.
    prev_hash: Digest,
    /// The hash of this commit.
    hash: Digest,
    /// The network address that the command came from, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "203.0.113.7")]
    source: Option<String>,
    /// What happened, in order.
    events: Vec<EventView>,
    /// What is wrong with it, where it is not what was recorded: its hash doesn't fit it, or it
    /// doesn't follow the commit before. Neither it nor what comes after it can be trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong: Option<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventView {
    /// The event's id.
    event_id: EventId,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "PetitionServed")]
    event_type: String,
    /// The version of its payload's schema.
    schema_version: u32,
    /// The payload, as it is told: its personal values are stored encrypted, and say
    /// `[forgotten]` where their keys were destroyed. The hashes are over what is stored.
    #[schema(value_type = Object)]
    payload: serde_json::Value,
}

/// Read the history of a case
///
/// The commits: what each command did, who sent it, when, and the chain of hashes. For the
/// court's own roles. With conditions, a page ends after 2,000 commits were looked at, so it may
/// have few or none and a cursor nevertheless.
#[utoipa::path(
    get, path = "/v1/cases/{docketNumber}/history", tag = "cases", operation_id = "readHistory",
    params(
        ("docketNumber" = DocketNumber, Path, description = "The case."),
        ("order" = Option<HistoryOrder>, Query,
         description = "`asc`, the first commit first, or `desc`, the last one first; `asc` where it is absent."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 500,
         description = "The most commits on the page, 50 where it is absent. A page of large commits has fewer."),
        ("cursor" = Option<String>, Query,
         description = "`nextCursor` of the page before, in the same order and with the same conditions; absent for the first page."),
        ("X-Audit-Reason" = Option<String>, Header,
         description = "Why it is read, for the log of accesses: 3 to 500 characters. What is sealed is noted there before it is shown."),
        ("actor" = Option<UserId>, Query, description = "Only commits of this user."),
        ("role" = Option<Role>, Query, description = "Only commits made in this role."),
        ("command" = Option<String>, Query, example = "ServePetition",
         description = "Only commits made by this command, or by the policy of this name."),
        ("eventType" = Option<String>, Query, example = "DocketEntryServed",
         description = "Only commits with an event of this type."),
        ("docketEntry" = Option<EntryRef>, Query,
         description = "Only commits with an event about this entry: its id, or its index on the record."),
        ("correlationId" = Option<CorrelationId>, Query, description = "Only commits of this act."),
        ("recordedFrom" = Option<Timestamp>, Query,
         description = "Only commits recorded at this time or later."),
        ("recordedTo" = Option<Timestamp>, Query,
         description = "Only commits recorded at this time or earlier."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of commits.", body = HistoryPage),
        (status = 403, description = "The reader's role may not read histories: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such case: `CASE_NOT_FOUND`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn read_history(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    CasePath(docket_number): CasePath,
    witness: Witness,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    require_history(&actor, "the history of cases")?;
    let limit = parameters
        .take_number("limit", 1..=MAX_COMMITS)?
        .unwrap_or(USUAL_COMMITS);
    let (order, list) = match parameters.take("order")?.as_deref() {
        None | Some("asc") => (Order::OldestFirst, List::OldestCommits),
        Some("desc") => (Order::NewestFirst, List::NewestCommits),
        Some(_) => return Err(bad_parameter("order", "order is asc or desc".to_owned())),
    };
    let cursor = parameters.take("cursor")?;
    let (mut filter, entry) = take_filter(&mut parameters)?;
    parameters.done()?;
    let word = word_of_filter(&filter, entry.as_ref());
    let beyond = match (&cursor, &word) {
        (None, _) => None,
        (Some(cursor), None) => Some(cursor::decode(cursor, list, docket_number)?),
        (Some(cursor), Some(word)) => {
            let beyond = cursor::decode_bound_to(cursor, list, docket_number, word)?;
            Some(beyond)
        }
    };
    if let Some(entry) = entry {
        filter.docket_entry = Some(find_entry(&state, docket_number, entry).await?);
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let page = state
        .service
        .read_history_where(docket_number, &filter, beyond.map(Version), (limit, order))
        .await
        .map_err(Problem::for_court)?;
    // A case has a commit; where none is shown, it may be the filter's doing.
    let is_in_doubt = page.commits.is_empty() && beyond.is_none();
    if is_in_doubt && !exists(&state, docket_number, &filter).await? {
        return Err(no_such_case(docket_number));
    }
    let (commits, next) = within_bytes(page.commits, page.next);
    let about = entries_of(&commits);
    let (kind, entries) = (AccessKind::History, Entries::These(&about));
    witness
        .note_past(&actor, kind, docket_number, entries)
        .await?;
    let faults = faults(&commits);
    let page = HistoryPage {
        docket_number,
        commits: commits
            .into_iter()
            .map(|commit| {
                let wrong = faults.get(&commit.version).map(ToString::to_string);
                CommitView::of(commit, wrong)
            })
            .collect(),
        next_cursor: next.map(|version| match &word {
            None => cursor::encode(list, docket_number, version.0),
            Some(word) => cursor::encode_bound(list, docket_number, version.0, word),
        }),
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

/// Refuses who may not read histories.
///
/// # Errors
/// 403 `ROLE_NOT_ALLOWED`.
pub(super) fn require_history(actor: &Actor, what: &str) -> Result<(), Problem> {
    if sees_history(actor.role) {
        return Ok(());
    }
    let detail = format!("the role {} may not read {what}", actor.role);
    Err(Problem::new(
        StatusCode::FORBIDDEN,
        "ROLE_NOT_ALLOWED",
        detail,
    ))
}

/// Whether there is such a case, where a page has none of its commits.
async fn exists(
    state: &ApiState,
    docket_number: DocketNumber,
    filter: &HistoryFilter,
) -> Result<bool, Problem> {
    if filter.is_open() {
        return Ok(false);
    }
    let first = state
        .service
        .read_history(docket_number, None, 1, Order::OldestFirst)
        .await?;
    Ok(!first.commits.is_empty())
}

/// In which order commits are read.
#[derive(Clone, Copy, Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it describes the parameter's values to OpenAPI")]
pub(super) enum HistoryOrder {
    /// The first commit first.
    Asc,
    /// The last commit first.
    Desc,
}

/// As many commits, one at least, as go into one answer, and after which the next go on.
fn within_bytes(mut commits: Vec<Commit>, next: Option<Version>) -> (Vec<Commit>, Option<Version>) {
    let mut bytes = 0;
    let fits = commits.iter().take_while(|commit| {
        bytes += commit
            .events
            .iter()
            .map(|event| event.told().len())
            .sum::<usize>();
        bytes <= MAX_HISTORY_BYTES
    });
    let count = fits.count().max(1);
    if count >= commits.len() {
        return (commits, next);
    }
    commits.truncate(count);
    let next = commits.last().map(|commit| commit.version);
    (commits, next)
}

impl CommitView {
    fn of(commit: Commit, wrong: Option<String>) -> Self {
        let source = commit.source_address().cloned();
        let Commit {
            draft,
            prev_hash,
            hash,
        } = commit;
        Self {
            version: draft.version,
            recorded_at: draft.recorded_at,
            effective_at: draft.effective_at,
            actor: draft.actor,
            role: draft.role,
            command: draft.command,
            command_id: draft.command_id,
            correlation_id: draft.correlation_id,
            causation: draft.causation,
            committed_with: draft.committed_with,
            prev_hash,
            hash,
            source: source.map(Personal::into_exposed),
            events: draft.events.into_iter().map(EventView::of).collect(),
            wrong,
        }
    }
}

impl EventView {
    fn of(event: StoredEvent) -> Self {
        // The audit shows what is there, even where it is no JSON any more.
        let told = event.told();
        let payload = serde_json::from_str(told)
            .unwrap_or_else(|_| serde_json::Value::String(told.to_owned()));
        Self {
            event_id: event.event_id,
            event_type: event.event_type,
            schema_version: event.schema_version,
            payload,
        }
    }
}
