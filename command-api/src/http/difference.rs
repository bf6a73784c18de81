//! What two versions of a case hold differently, field by field.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_events::{DocketNumber, Version};
use casefold_shared::accesses::AccessKind;
use casefold_shared::blame::{Change, ChangeKind, Origin};
use casefold_shared::fields::is_meant;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::ApiState;
use super::as_of::about;
use super::blame::{MAX_FIELD, MAX_FIELDS, USUAL_FIELDS};
use super::cursor::{self, List};
use super::extract::{Caller, CasePath, Parameters, bad_parameter};
use super::history::require_history;
use super::noting::{Entries, Witness};
use super::problem::{Problem, ProblemDocument};
use super::reads::{FOR_ONE_READER, no_such_case};
use crate::access::view::CourtPortrait;
use crate::fields::word_of;

/// How many events that touched a field are named: the last ones.
const NAMED: usize = 10;

/// A page of the fields that two versions hold differently.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DifferencePage {
    /// The case.
    docket_number: DocketNumber,
    /// The earlier version.
    from: Version,
    /// The later version.
    to: Version,
    /// The fields that differ, in the order of a blame.
    changes: Vec<DifferenceLine>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A field that differs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DifferenceLine {
    /// The field's path, as in a blame.
    #[schema(example = "docketEntries[3].servedAt")]
    field: String,
    /// What happened to it.
    change: ChangeKind,
    /// Its value in the earlier version, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    from: Option<Value>,
    /// Its value in the later version, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    to: Option<Value>,
    /// The events between that touched it, in order: the last ten.
    touched_by: Vec<Origin>,
    /// How many touched it before those.
    #[serde(skip_serializing_if = "is_none")]
    touched_before: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks with a reference"
)]
const fn is_none(number: &usize) -> bool {
    *number == 0
}

impl DifferenceLine {
    fn of(change: &Change<'_>) -> Self {
        let touches = change.touched_by().count();
        let touched_before = touches.saturating_sub(NAMED);
        Self {
            field: change.path.to_owned(),
            change: change.kind(),
            from: change.from.cloned(),
            to: change.to.cloned(),
            touched_by: change.touched_by().skip(touched_before).cloned().collect(),
            touched_before,
        }
    }
}

/// Read what two versions hold differently
///
/// Field by field, as the court sees the case, with the events between that touched each. How
/// far the case is folded (`version`, `foldedFrom`) is none of its fields. For the court's own
/// roles.
#[utoipa::path(
    get, path = "/v1/cases/{docketNumber}/difference", tag = "cases",
    operation_id = "readDifference",
    params(
        ("docketNumber" = DocketNumber, Path, description = "The case."),
        ("from" = u64, Query, minimum = 1, description = "The earlier version."),
        ("to" = u64, Query, minimum = 2, description = "The later version."),
        ("field" = Option<String>, Query, min_length = 1, max_length = 500, example = "docketEntries[3]",
         description = "Only these fields, as of a blame."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 5000,
         description = "The most fields on the page; 1,000 where it is absent."),
        ("cursor" = Option<String>, Query,
         description = "`nextCursor` of the page before, of the same versions and fields."),
        ("X-Audit-Reason" = Option<String>, Header,
         description = "Why it is read, for the log of accesses: 3 to 500 characters. What is sealed is noted there before it is shown."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of fields that differ.", body = DifferencePage),
        (status = 403, description = "The reader's role may not read histories: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such case: `CASE_NOT_FOUND`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The case has not reached a version: `VERSION_NOT_REACHED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn read_difference(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    CasePath(docket_number): CasePath,
    witness: Witness,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    require_history(&actor, "what versions of cases hold differently")?;
    let from = required(&mut parameters, "from")?;
    let to = required(&mut parameters, "to")?;
    let asked = parameters.take_text("field", MAX_FIELD)?;
    let limit = parameters.take_number("limit", 1..=MAX_FIELDS)?;
    let limit = usize::try_from(limit.unwrap_or(USUAL_FIELDS)).unwrap_or(usize::MAX);
    let cursor = parameters.take("cursor")?;
    parameters.done()?;
    if from >= to {
        let detail = format!("version {to} is not later than {from}; give the earlier one first");
        return Err(bad_parameter("to", detail));
    }
    let bound = format!("{}.{from}.{to}", word_of(asked.as_deref()));
    let after = match cursor {
        None => 0,
        Some(cursor) => cursor::decode_bound_to(&cursor, List::Difference, docket_number, &bound)?,
    };
    let portrait = CourtPortrait::of(actor.clone());
    let ledger = state
        .service
        .difference(&portrait, docket_number, (from, to))
        .await
        .map_err(|error| about(error, "to"))?;
    let ledger = ledger.ok_or_else(|| no_such_case(docket_number))?;
    witness
        .note_past(&actor, AccessKind::Difference, docket_number, Entries::All)
        .await?;
    let mut changes = ledger
        .changes()
        .filter(|change| {
            asked
                .as_ref()
                .is_none_or(|asked| is_meant(change.path, asked))
        })
        .skip(usize::try_from(after).unwrap_or(usize::MAX))
        .peekable();
    let page: Vec<DifferenceLine> = changes
        .by_ref()
        .take(limit)
        .map(|change| DifferenceLine::of(&change))
        .collect();
    let next_cursor = changes.peek().is_some().then(|| {
        let after = after + page.len() as u64;
        cursor::encode_bound(List::Difference, docket_number, after, &bound)
    });
    let page = DifferencePage {
        docket_number,
        from,
        to,
        changes: page,
        next_cursor,
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}

fn required(parameters: &mut Parameters, name: &'static str) -> Result<Version, Problem> {
    let found = parameters.take_number(name, 1..=u64::MAX)?;
    let detail = || format!("{name} is missing: give the versions to compare, from=3&to=7");
    found
        .map(Version)
        .ok_or_else(|| bad_parameter(name, detail()))
}
