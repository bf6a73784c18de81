//! Reading cases: the case and its docket entries. Its history is in [`super::history`], its
//! past in [`super::as_of`].

use std::sync::LazyLock;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casefold_events::ids::CorrelationId;
use casefold_events::{DocketNumber, Timestamp, Version};
use casefold_shared::accesses::AccessKind;
use casefold_shared::case::{Case, DocketEntry};
use casefold_shared::gateway::EntrySelection;
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::as_of;
use super::cursor::{self, List};
use super::etag;
use super::extract::{Caller, CasePath, Parameters};
use super::noting::Witness;
use super::problem::{Problem, ProblemDocument};
use crate::access::view::{AsOfView, CaseAnswer, DocketEntryView, DocketView};
use crate::access::{KnownFrom, Reader, Sight, sees_cases};
use crate::decide::Actor;
use crate::service::ReadCase;

/// Entries on the record within a case, and the most on a page.
pub(super) const MAX_ENTRIES: u32 = 1_000;
/// The entries that are shown within a case.
static SHOWN: LazyLock<Vec<u32>> = LazyLock::new(|| (1..=MAX_ENTRIES).collect());
/// Entries on a page, where the reader asks for no number.
const USUAL_ENTRIES: u64 = 100;
/// What the answer to a read depends on, beside its address.
pub(super) const FOR_ONE_READER: [(axum::http::HeaderName, &str); 2] = [
    (VARY, "Authorization"),
    (CACHE_CONTROL, "private, no-cache"),
];

/// A page of docket entries.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct DocketEntriesPage {
    /// The case.
    pub(super) docket_number: DocketNumber,
    /// The version at which they were read.
    pub(super) version: Version,
    /// The index of the last entry on the docket record.
    pub(super) last_docket_entry_index: u32,
    /// The entries that the reader may see, in the order of their index. On the first page
    /// the entries off the record stand before them, beyond the limit.
    pub(super) docket_entries: Vec<DocketEntryView>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
    /// As of which point in the case's past they are shown; absent where they are shown as they
    /// are now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) as_of: Option<AsOfView>,
}

/// Read a case
///
/// The case as its reader may see it: whole for the court; for the parties of the case or of
/// its consolidated group and for the respondent without the sealed addresses of others and
/// without what the court keeps for itself; for everybody else the public record, and of a
/// sealed case its number alone. The court's staff read the snapshot, which follows the
/// commits within moments; `minVersion` asks for a version that is not older, such as the
/// one that a command has just answered with. Others read the case as its commits stand, so
/// that a seal holds at once.
///
/// `atVersion`, `recordedAt` or `effectiveOn` shows the case as of a point in its past, to the
/// court's own roles and to nobody else, not even of their own cases: seals hold now, not then.
/// `asOf` in the answer says which commits it includes.
#[utoipa::path(
    get, path = "/v1/cases/{docketNumber}", tag = "cases", operation_id = "readCase",
    params(
        ("docketNumber" = DocketNumber, Path, description = "The case."),
        ("minVersion" = Option<u64>, Query, minimum = 1,
         description = "Don't answer with a version older than this."),
        ("atVersion" = Option<u64>, Query, minimum = 1,
         description = "As the case stood at this version. At most one of `atVersion`, `recordedAt`, `effectiveOn` and `minVersion`."),
        ("recordedAt" = Option<Timestamp>, Query,
         description = "What the court knew at this time: the case after the last commit that was recorded at or before it."),
        ("effectiveOn" = Option<String>, Query, example = "2026-03-03",
         description = "What held on this day of the court (it ends at midnight Eastern time) or at this time, by what is known now: commits that hold from later on are left out, and the others stand in the order in which they hold."),
        ("If-None-Match" = Option<String>, Header, example = "\"3.2\"",
         description = "The `ETag` of what the client has: 304 if it is still the same."),
        ("X-Audit-Reason" = Option<String>, Header,
         description = "Why it is read, for the log of accesses: 3 to 500 characters. What is sealed is noted there before it is shown."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "The case.", body = CaseAnswer, headers(
            ("ETag" = String, description = "The version, and behind a dot the generation of the projection that it was read from, in quotes: `\"3.2\"`; of the past one that begins with `past`. Absent for a sealed case that is not the reader's."),
            ("Vary" = String, description = "Authorization: the answer depends on its reader."),
        )),
        (status = 304, description = "The client has this version."),
        (status = 403, description = "An administrator sees no cases, and outside the court nobody sees their past: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such case: `CASE_NOT_FOUND`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The case has not reached `minVersion` or `atVersion`: `VERSION_NOT_REACHED`. It had not begun at `recordedAt` or on `effectiveOn`: `CASE_NOT_BEGUN`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn read_case(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    CasePath(docket_number): CasePath,
    witness: Witness,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = as_of::take(&mut parameters)?;
    let min_version = parameters.take_min_version()?;
    parameters.done()?;
    etag::check_none_match(&headers)?;
    if let Some(asked) = asked {
        return as_of::read_case(&state, &actor, docket_number, &asked, &witness, &headers).await;
    }
    let selection = EntrySelection::Some {
        ids: &[],
        indexes: &SHOWN,
    };
    let read = find_as_asked(
        &state,
        &actor,
        docket_number,
        min_version,
        selection,
        &headers,
    )
    .await?;
    let (case, reader) = (&read.case, read.reader(&actor));
    if reader.sight() == Sight::Sealed {
        // Its version tells that something happened in it: it has no tag for outsiders.
        let nothing = DocketView {
            last_docket_entry_index: 0,
            docket_entries: Vec::new(),
            next_docket_entries: None,
        };
        return Ok((FOR_ONE_READER, Json(CaseAnswer::of(&reader, nothing))).into_response());
    }
    let tag = [(ETAG, etag::of_read(case.version, read.generation))];
    if is_unchanged(&read, &headers)? {
        return Ok((StatusCode::NOT_MODIFIED, tag, FOR_ONE_READER).into_response());
    }
    let shown = entries(case, 0, MAX_ENTRIES);
    witness
        .note_sealed(&actor, AccessKind::Case, &reader, shown.iter().copied())
        .await?;
    let docket = DocketView {
        last_docket_entry_index: case.docket.last_index(),
        docket_entries: views(&reader, &shown),
        next_docket_entries: (case.docket.last_index() > MAX_ENTRIES).then(|| {
            let cursor = cursor::encode(List::DocketEntries, docket_number, MAX_ENTRIES.into());
            format!("/v1/cases/{docket_number}/docket-entries?cursor={cursor}")
        }),
    };
    Ok((tag, FOR_ONE_READER, Whole(CaseAnswer::of(&reader, docket))).into_response())
}

/// JSON for which there is room from the start. `Json` begins with 128 bytes, and copies what
/// there is each time that more comes, which is six times for an average case.
struct Whole<T>(T);

/// How large an average case is, as its reader sees it, with some to spare.
const USUAL_BYTES: usize = 16 * 1024;

impl<T: Serialize> IntoResponse for Whole<T> {
    fn into_response(self) -> Response {
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        match serde_json::to_writer(&mut bytes, &self.0) {
            Ok(()) => ([(CONTENT_TYPE, "application/json")], bytes).into_response(),
            // It fails there as well, and is answered as whatever can't be written.
            Err(_) => Json(self.0).into_response(),
        }
    }
}

/// Read the docket record in pages
///
/// The entries in the order of their index, as their reader may see them. An entry that is
/// sealed from the reader shows that it is there. The first page has the entries off the
/// record (drafts, the statement of taxpayer identification) before them, for readers who
/// may see those.
#[utoipa::path(
    get, path = "/v1/cases/{docketNumber}/docket-entries", tag = "cases",
    operation_id = "readDocketEntries",
    params(
        ("docketNumber" = DocketNumber, Path, description = "The case."),
        ("minVersion" = Option<u64>, Query, minimum = 1,
         description = "Don't answer with a version older than this."),
        ("atVersion" = Option<u64>, Query, minimum = 1,
         description = "As the case stood at this version. At most one of `atVersion`, `recordedAt`, `effectiveOn` and `minVersion`."),
        ("recordedAt" = Option<Timestamp>, Query,
         description = "What the court knew at this time: the case after the last commit that was recorded at or before it."),
        ("effectiveOn" = Option<String>, Query, example = "2026-03-03",
         description = "What held on this day of the court (it ends at midnight Eastern time) or at this time, by what is known now: commits that hold from later on are left out, and the others stand in the order in which they hold."),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 1000,
         description = "The most entries of the record on the page; 100 where it is absent."),
        ("cursor" = Option<String>, Query,
         description = "`nextCursor` of the page before; absent for the first page."),
        ("If-None-Match" = Option<String>, Header, example = "\"3.2\"",
         description = "The `ETag` of what the client has: 304 if it is still the same."),
        ("X-Audit-Reason" = Option<String>, Header,
         description = "Why it is read, for the log of accesses: 3 to 500 characters. What is sealed is noted there before it is shown."),
        ("X-Correlation-Id" = Option<CorrelationId>, Header,
         description = "The caller's own id for the request; made here where it is absent."),
    ),
    responses(
        (status = 200, description = "A page of entries.", body = DocketEntriesPage, headers(
            ("ETag" = String, description = "The version, and behind a dot the generation of the projection that it was read from, in quotes: `\"3.2\"`."),
            ("Vary" = String, description = "Authorization: the answer depends on its reader."),
        )),
        (status = 304, description = "The client has this version of the page."),
        (status = 403, description = "The case is sealed from the reader: `CASE_SEALED`. An administrator sees no cases, and outside the court nobody sees their past: `ROLE_NOT_ALLOWED`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such case: `CASE_NOT_FOUND`.",
         body = ProblemDocument, content_type = "application/problem+json"),
        (status = 409, description = "The case has not reached `minVersion` or `atVersion`: `VERSION_NOT_REACHED`. It had not begun at `recordedAt` or on `effectiveOn`: `CASE_NOT_BEGUN`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn read_docket_entries(
    State(state): State<ApiState>,
    Caller(actor): Caller,
    CasePath(docket_number): CasePath,
    witness: Witness,
    mut parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = as_of::take(&mut parameters)?;
    let min_version = parameters.take_min_version()?;
    let limit = parameters.take_number("limit", 1..=MAX_ENTRIES.into())?;
    let limit = u32::try_from(limit.unwrap_or(USUAL_ENTRIES)).unwrap_or(MAX_ENTRIES);
    let cursor = parameters.take("cursor")?;
    parameters.done()?;
    etag::check_none_match(&headers)?;
    if let Some(asked) = asked {
        let page = as_of::Page { limit, cursor };
        return as_of::read_docket_entries(
            &state,
            &actor,
            docket_number,
            &asked,
            page,
            &witness,
            &headers,
        )
        .await;
    }
    let after = match cursor {
        Some(cursor) => cursor::decode(&cursor, List::DocketEntries, docket_number)?,
        None => 0,
    };
    let after = u32::try_from(after).unwrap_or(u32::MAX);
    let indexes: Vec<u32> = (after..after.saturating_add(limit))
        .map(|at| at + 1)
        .collect();
    let selection = EntrySelection::Some {
        ids: &[],
        indexes: &indexes,
    };
    let read = find_as_asked(
        &state,
        &actor,
        docket_number,
        min_version,
        selection,
        &headers,
    )
    .await?;
    let (case, reader) = (&read.case, read.reader(&actor));
    if reader.sight() == Sight::Sealed {
        let detail = "the case is sealed; its docket record is for the court and the parties";
        return Err(Problem::new(StatusCode::FORBIDDEN, "CASE_SEALED", detail));
    }
    let tag = [(ETAG, etag::of_read(case.version, read.generation))];
    if is_unchanged(&read, &headers)? {
        return Ok((StatusCode::NOT_MODIFIED, tag, FOR_ONE_READER).into_response());
    }
    let shown = entries(case, after, limit);
    let kind = AccessKind::DocketEntries;
    witness
        .note_sealed(&actor, kind, &reader, shown.iter().copied())
        .await?;
    let last = case.docket.last_index();
    let upto = after.saturating_add(limit);
    let page = DocketEntriesPage {
        docket_number,
        version: case.version,
        last_docket_entry_index: last,
        docket_entries: views(&reader, &shown),
        next_cursor: (upto < last)
            .then(|| cursor::encode(List::DocketEntries, docket_number, upto.into())),
        as_of: None,
    };
    Ok((tag, FOR_ONE_READER, Json(page)).into_response())
}

/// The same for somebody who may have it already. Whether they do is told by the header alone,
/// which has a short record in it; a long one is read where they don't.
async fn find_as_asked(
    state: &ApiState,
    actor: &Actor,
    docket_number: DocketNumber,
    min_version: Option<Version>,
    entries: EntrySelection<'_>,
    headers: &HeaderMap,
) -> Result<ReadCase, Problem> {
    if headers.contains_key(IF_NONE_MATCH) {
        let none = EntrySelection::None;
        let read = find(state, actor, docket_number, min_version, none).await?;
        if read.case.docket.is_whole() || is_unchanged(&read, headers)? {
            return Ok(read);
        }
    }
    find(state, actor, docket_number, min_version, entries).await
}

/// The case for a reader, and how they stand to it.
pub(super) async fn find(
    state: &ApiState,
    actor: &Actor,
    docket_number: DocketNumber,
    min_version: Option<Version>,
    entries: EntrySelection<'_>,
) -> Result<ReadCase, Problem> {
    if !sees_cases(actor.role) {
        let detail = format!("the role {} manages users and sees no cases", actor.role);
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "ROLE_NOT_ALLOWED",
            detail,
        ));
    }
    let read = state
        .service
        .read_case_for(actor, docket_number, min_version, entries)
        .await
        .map_err(|error| match actor.role.is_internal() {
            true => Problem::for_court(error),
            false => error.into(),
        })?;
    read.ok_or_else(|| no_such_case(docket_number))
}

/// Whether the client has what it would be sent. How a reader stands to a case through its
/// group may change while the case doesn't: then the version doesn't tell.
fn is_unchanged(read: &ReadCase, headers: &HeaderMap) -> Result<bool, Problem> {
    let same_version = etag::none_match(headers, read.case.version, read.generation)?;
    Ok(match read.standing.known_from {
        KnownFrom::Case => same_version,
        KnownFrom::Group => false,
    })
}

pub(super) fn no_such_case(docket_number: DocketNumber) -> Problem {
    let detail = format!("there is no case {docket_number}");
    Problem::new(StatusCode::NOT_FOUND, "CASE_NOT_FOUND", detail)
}

/// The entries after an index; before the first of the record, those off it.
pub(super) fn entries(case: &Case, after: u32, limit: u32) -> Vec<&DocketEntry> {
    let off_record = if after == 0 {
        case.docket.off_record()
    } else {
        &[]
    };
    let page = after.saturating_add(1)..=after.saturating_add(limit);
    let on_record = case
        .docket
        .on_record()
        .filter(|entry| entry.filed.index.is_some_and(|index| page.contains(&index)));
    off_record.iter().chain(on_record).collect()
}

/// The entries, as far as a reader may see them.
pub(super) fn views(reader: &Reader<'_>, entries: &[&DocketEntry]) -> Vec<DocketEntryView> {
    let view = |entry: &&DocketEntry| DocketEntryView::of(reader, entry);
    entries.iter().filter_map(view).collect()
}
