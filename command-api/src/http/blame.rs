//! Which event gave each field of a case its value.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_events::{DocketNumber, Version};
use casefold_shared::accesses::AccessKind;
use casefold_shared::blame::Origin;
use casefold_shared::fields::is_meant;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::ApiState;
use super::as_of::about;
use super::cursor::{self, List};
use super::extract::{Caller, CasePath, Parameters};
use super::history::require_history;
use super::noting::{Entries, Witness};
use super::problem::{Problem, ProblemDocument};
use super::reads::{FOR_ONE_READER, no_such_case};
use crate::access::view::CourtPortrait;
use crate::fields::{no_such_field, word_of};

/// The most fields on a page, and how many where the reader asks for no number.
pub(super) const MAX_FIELDS: u64 = 5_000;
/// The longest name of a field that is asked for, in characters.
pub(super) const MAX_FIELD: usize = 500;
pub(super) const USUAL_FIELDS: u64 = 1_000;

/// A page of a case's fields.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlamePage {
    /// The case.
    docket_number: DocketNumber,
    /// The version at which the fields have these values.
    version: Version,
    /// The fields: those of the case first, then those of the entries off the record, then those
    /// on it by their index.
    fields: Vec<BlameLine>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A field, its value, and the event that gave it that.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct BlameLine {
    /// The field's path in the case as the court reads it. Entries on the record are named by
    /// their index, all else that has an id by that.
    #[schema(example = "docketEntries[3].servedAt")]
    field: String,
    /// Its value: a text, a number, a truth value, or what is empty.
    value: Value,
    /// The event.
    origin: Option<Origin>,
}

/// Read what gave each field its value
///
/// As `git blame` tells it of lines: for every field of the case as the court sees it, the event
/// by which it has its present value, with who, when, and by which command. How far the case is
/// folded (`version`, `foldedFrom`) is none of its fields. For the court's own roles.
#[utoipa::path(
    get, path = "/v1/cases/{docketNumber}/blame", tag = "cases", operation_id = "readBlame",
    params(
        ("docketNumber" = DocketNumber, Path, description = "The case."),
        ("field" = Option<String>, Query, min_length = 1, max_length = 500, example = "docketEntries[3]",
         description = "Only these fields: a path, the beginning of one, the same with `[]` for all elements (`docketEntries[].servedAt`), or a name (`servedAt`)."),
        ("atVersion" = Option<u64>, Query, minimum = 1,
         description = "As the case stood at this version; as it stands now where it is absent."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 5000,
         description = "The most fields on the page; 1,000 where it is absent."),
        ("cursor" = Option<String>, Query,
         description = "`nextCursor` of the page before, for the same fields; it keeps to the version of the first page."),
        ("X-Audit-Reason" = Option<String>, Header,
         description = "Why it is read, for the log of accesses: 3 to 500 characters. What is sealed is noted there before it is shown."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of fields.", body = BlamePage),
        (status = 400, description = "The case has and had no such field: `UNKNOWN_FIELD`, with the names that it has.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The reader's role may not read histories: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such case: `CASE_NOT_FOUND`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The case has not reached `atVersion`: `VERSION_NOT_REACHED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn read_blame(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    CasePath(docket_number): CasePath,
    witness: Witness,
    mut parameters: Parameters,
) -> Result<Response, Problem> {
    require_history(&actor, "what gave the fields of cases their values")?;
    let asked = parameters.take_text("field", MAX_FIELD)?;
    let at = parameters.take_number("atVersion", 1..=u64::MAX)?;
    let limit = parameters.take_number("limit", 1..=MAX_FIELDS)?;
    let limit = usize::try_from(limit.unwrap_or(USUAL_FIELDS)).unwrap_or(usize::MAX);
    let cursor = parameters.take("cursor")?;
    parameters.done()?;
    let word = word_of(asked.as_deref());
    let (after, at) = match cursor {
        None => (0, at.map(Version)),
        Some(cursor) => {
            let (after, bound) = cursor::decode_bound(&cursor, List::Blame, docket_number)?;
            let version = bound.strip_prefix(&format!("{word}.v"));
            let version = version.and_then(cursor::whole);
            match version {
                Some(version) if at.is_none_or(|at| at == version) => {
                    (after, Some(Version(version)))
                }
                Some(_) | None => return Err(cursor::of_another_list()),
            }
        }
    };
    let portrait = CourtPortrait::of(actor.clone());
    let ledger = state.service.blame(&portrait, docket_number, at).await;
    let ledger = ledger.map_err(|error| about(error, "atVersion"))?;
    let ledger = ledger.ok_or_else(|| no_such_case(docket_number))?;
    witness
        .note_past(&actor, AccessKind::Blame, docket_number, Entries::All)
        .await?;
    let is_wanted = |path: &str| asked.as_ref().is_none_or(|asked| is_meant(path, asked));
    if let Some(asked) = &asked
        && !ledger.paths().any(is_wanted)
    {
        return Err(no_such_field(asked, ledger.paths()).into());
    }
    let mut fields = ledger
        .fields()
        .filter(|field| is_wanted(field.path))
        .skip(usize::try_from(after).unwrap_or(usize::MAX))
        .peekable();
    let page: Vec<BlameLine> = fields
        .by_ref()
        .take(limit)
        .map(|field| BlameLine {
            field: field.path.to_owned(),
            value: field.value.clone(),
            origin: field.origin.cloned(),
        })
        .collect();
    let version = ledger.version();
    let next_cursor = fields.peek().is_some().then(|| {
        let (after, bound) = (after + page.len() as u64, format!("{word}.v{version}"));
        cursor::encode_bound(List::Blame, docket_number, after, &bound)
    });
    let page = BlamePage {
        docket_number,
        version,
        fields: page,
        next_cursor,
    };
    Ok((FOR_ONE_READER, Json(page)).into_response())
}
