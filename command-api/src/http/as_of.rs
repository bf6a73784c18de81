//! A case and its docket entries as of a point in their past: what `atVersion`, `recordedAt` and
//! `effectiveOn` of [`super::reads`] answer.

use axum::Json;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casefold_events::{DocketNumber, Version};
use casefold_shared::accesses::AccessKind;
use casefold_shared::as_of::{AsOf, Effective};
use casefold_shared::case::DocketEntry;

use super::ApiState;
use super::cursor::{self, List};
use super::etag;
use super::extract::{Parameters, bad_parameter};
use super::history::require_history;
use super::noting::{Entries, Witness};
use super::problem::Problem;
use super::reads::{DocketEntriesPage, FOR_ONE_READER, MAX_ENTRIES, entries, no_such_case, views};
use crate::access::Reader;
use crate::access::view::{AsOfView, CaseAnswer, DocketView};
use crate::decide::Actor;
use crate::service::{ReadAsOf, ReadError};

/// The parameters of which a read has one at most.
const POINTS: [&str; 4] = ["atVersion", "recordedAt", "effectiveOn", "minVersion"];

/// A point in the past, as it was asked for.
pub(super) struct Asked {
    as_of: AsOf,
    parameter: &'static str,
}

/// Which page of docket entries.
pub(super) struct Page {
    pub(super) limit: u32,
    pub(super) cursor: Option<String>,
}

/// Takes the point in the past as of which is asked, if any.
///
/// # Errors
/// 400 where it can't be read, or there are several, or `minVersion` beside one.
pub(super) fn take(parameters: &mut Parameters) -> Result<Option<Asked>, Problem> {
    let given: Vec<&'static str> = POINTS
        .into_iter()
        .filter(|name| parameters.has(name))
        .collect();
    if let [first, second, ..] = given[..] {
        let detail = format!("{second} can't stand beside {first}; ask for one of them");
        return Err(bad_parameter(second, detail));
    }
    if let Some(version) = parameters.take_number("atVersion", 1..=u64::MAX)? {
        return Ok(Some(Asked {
            as_of: AsOf::Version(Version(version)),
            parameter: "atVersion",
        }));
    }
    if let Some(at) = parameters.take_time("recordedAt")? {
        return Ok(Some(Asked {
            as_of: AsOf::RecordedAt(at),
            parameter: "recordedAt",
        }));
    }
    let Some(text) = parameters.take("effectiveOn")? else {
        return Ok(None);
    };
    let day: Effective =
        text.parse()
            .map_err(|error: casefold_shared::as_of::EffectiveError| {
                bad_parameter("effectiveOn", error.to_string())
            })?;
    Ok(Some(Asked {
        as_of: AsOf::EffectiveOn(day),
        parameter: "effectiveOn",
    }))
}

impl Asked {
    /// What binds a cursor to it; of an effective date also how far the history was looked at,
    /// so that further pages are of the same case.
    fn bound(&self, through: Option<Version>) -> String {
        let through = through.map_or_else(String::new, |through| format!(".{through}"));
        match &self.as_of {
            AsOf::Version(version) => format!("v{version}"),
            AsOf::RecordedAt(at) => format!("r{}", at.as_millis()),
            AsOf::EffectiveOn(day) => format!("e{}{through}", day.until().as_millis()),
        }
    }

    /// The parameters of an address that asks for the same.
    fn query(&self) -> String {
        let value = match &self.as_of {
            AsOf::Version(version) => version.to_string(),
            AsOf::RecordedAt(at) => at.to_string(),
            AsOf::EffectiveOn(day) => day.to_string(),
        };
        format!("{}={value}", self.parameter)
    }
}

/// `GET /v1/cases/{docketNumber}`, as of a point in the past.
pub(super) async fn read_case(
    state: &ApiState,
    actor: &Actor,
    docket_number: DocketNumber,
    asked: &Asked,
    witness: &Witness,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let read = find(state, actor, docket_number, asked, None).await?;
    let (case, reader) = (&read.case, Reader::of(actor, &read.case));
    let through = read.known_through();
    let tag = etag::of_past(case.version, read.generation, through);
    if etag::has(headers, &tag)? {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)], FOR_ONE_READER).into_response());
    }
    let shown = entries(case, 0, MAX_ENTRIES);
    note(witness, actor, docket_number, &shown).await?;
    let docket = DocketView {
        last_docket_entry_index: case.docket.last_index(),
        docket_entries: views(&reader, &shown),
        next_docket_entries: (case.docket.last_index() > MAX_ENTRIES).then(|| {
            let (list, bound) = (List::DocketEntries, asked.bound(through));
            let cursor = cursor::encode_bound(list, docket_number, MAX_ENTRIES.into(), &bound);
            let query = asked.query();
            format!("/v1/cases/{docket_number}/docket-entries?{query}&cursor={cursor}")
        }),
    };
    let as_of = AsOfView::of(&asked.as_of, read.extent);
    let answer = CaseAnswer::as_of(&reader, docket, as_of);
    Ok(([(ETAG, tag)], FOR_ONE_READER, Json(answer)).into_response())
}

/// `GET /v1/cases/{docketNumber}/docket-entries`, as of a point in the past.
pub(super) async fn read_docket_entries(
    state: &ApiState,
    actor: &Actor,
    docket_number: DocketNumber,
    asked: &Asked,
    page: Page,
    witness: &Witness,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let (after, through) = match &page.cursor {
        None => (0, None),
        Some(cursor) => place(cursor, docket_number, asked)?,
    };
    let read = find(state, actor, docket_number, asked, through).await?;
    let (case, reader) = (&read.case, Reader::of(actor, &read.case));
    let through = read.known_through();
    let tag = etag::of_past(case.version, read.generation, through);
    if etag::has(headers, &tag)? {
        return Ok((StatusCode::NOT_MODIFIED, [(ETAG, tag)], FOR_ONE_READER).into_response());
    }
    let shown = entries(case, after, page.limit);
    note(witness, actor, docket_number, &shown).await?;
    let (last, upto) = (case.docket.last_index(), after.saturating_add(page.limit));
    let answer = DocketEntriesPage {
        docket_number,
        version: case.version,
        last_docket_entry_index: last,
        docket_entries: views(&reader, &shown),
        next_cursor: (upto < last).then(|| {
            let (list, bound) = (List::DocketEntries, asked.bound(through));
            cursor::encode_bound(list, docket_number, upto.into(), &bound)
        }),
        as_of: Some(AsOfView::of(&asked.as_of, read.extent)),
    };
    Ok(([(ETAG, tag)], FOR_ONE_READER, Json(answer)).into_response())
}

/// Notes that these entries of a case are about to be seen as they were, if they or the case are
/// sealed now.
async fn note(
    witness: &Witness,
    actor: &Actor,
    docket_number: DocketNumber,
    shown: &[&DocketEntry],
) -> Result<(), Problem> {
    let shown: Vec<_> = shown.iter().map(|entry| entry.id()).collect();
    let (kind, entries) = (AccessKind::AsOf, Entries::These(&shown));
    witness.note_past(actor, kind, docket_number, entries).await
}

/// After which index a cursor goes on, and of an effective date how far the history was looked
/// at for the first page.
fn place(
    cursor: &str,
    docket_number: DocketNumber,
    asked: &Asked,
) -> Result<(u32, Option<Version>), Problem> {
    let (after, bound) = cursor::decode_bound(cursor, List::DocketEntries, docket_number)?;
    let through = bound
        .split_once('.')
        .and_then(|(_, through)| through.parse().ok())
        .map(Version);
    if bound != asked.bound(through) {
        return Err(cursor::of_another_list());
    }
    Ok((u32::try_from(after).unwrap_or(u32::MAX), through))
}

async fn find(
    state: &ApiState,
    actor: &Actor,
    docket_number: DocketNumber,
    asked: &Asked,
    through: Option<Version>,
) -> Result<ReadAsOf, Problem> {
    require_history(actor, "the past of cases")?;
    let read = state
        .service
        .read_case_as_of(docket_number, &asked.as_of, through)
        .await
        .map_err(|error| about(error, asked.parameter))?;
    read.ok_or_else(|| no_such_case(docket_number))
}

/// A failure, which names the parameter where it is about that.
pub(super) fn about(error: ReadError, parameter: &'static str) -> Problem {
    match error {
        ReadError::NotYetRecorded { .. } | ReadError::NotBegun => {
            Problem::from(error).about(parameter)
        }
        error => Problem::for_court(error),
    }
}

impl ReadAsOf {
    fn known_through(&self) -> Option<Version> {
        self.extent.effective.map(|sifted| sifted.known_through)
    }
}
