//! Which commits of a history are wanted: the conditions in the query of
//! [`super::history`].

use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_events::{DocketEntryId, DocketNumber, UserId};
use uuid::Uuid;

use super::ApiState;
use super::audit::take;
use super::extract::{Parameters, bad_parameter};
use super::problem::Problem;
use crate::audit;
use crate::fields::word_of;
use crate::service::HistoryFilter;

/// A docket entry, as a filter names it.
#[derive(Clone, Copy, Debug)]
pub(super) enum EntryName {
    Id(DocketEntryId),
    Index(u32),
}

/// Takes which commits are wanted, and about which entry.
pub(super) fn take_filter(
    parameters: &mut Parameters,
) -> Result<(HistoryFilter, Option<EntryName>), Problem> {
    let actor = parameters.take("actor")?.map(UserId::new).transpose();
    let role = parameters.take("role")?.map(|text| text.parse::<Role>());
    let event_type = take(parameters, "eventType", audit::event_type)?;
    let entry = parameters.take("docketEntry")?.map(|text| {
        let id = text
            .parse::<Uuid>()
            .map(|id| EntryName::Id(DocketEntryId(id)));
        id.ok().or_else(|| text.parse().ok().map(EntryName::Index))
    });
    let entry = entry.map(|entry| {
        let detail = "docketEntry is an entry's id, or its index on the record";
        entry.ok_or_else(|| bad_parameter("docketEntry", detail.to_owned()))
    });
    let correlation_id = parameters.take("correlationId")?;
    let correlation_id = correlation_id.map(CorrelationId::new).transpose();
    let filter = HistoryFilter {
        actor: actor.map_err(|error| bad_parameter("actor", error.to_string()))?,
        role: role
            .transpose()
            .map_err(|_| bad_parameter("role", "there is no such role".to_owned()))?,
        command: take(parameters, "command", audit::command)?,
        event_type,
        docket_entry: None,
        correlation_id: correlation_id
            .map_err(|error| bad_parameter("correlationId", error.to_string()))?,
        recorded_from: parameters.take_time("recordedFrom")?,
        recorded_to: parameters.take_time("recordedTo")?,
    };
    if let (Some(from), Some(to)) = (filter.recorded_from, filter.recorded_to)
        && from > to
    {
        let detail = "recordedTo is before recordedFrom".to_owned();
        return Err(bad_parameter("recordedTo", detail));
    }
    Ok((filter, entry.transpose()?))
}

/// What binds a cursor to a filter; `None` for one that admits every commit.
pub(super) fn word_of_filter(filter: &HistoryFilter, entry: Option<&EntryName>) -> Option<String> {
    if filter.is_open() && entry.is_none() {
        return None;
    }
    Some(word_of(Some(&format!("{filter:?} {entry:?}"))))
}

pub(super) async fn find_entry(
    state: &ApiState,
    docket_number: DocketNumber,
    entry: EntryName,
) -> Result<DocketEntryId, Problem> {
    match entry {
        EntryName::Id(id) => Ok(id),
        EntryName::Index(index) => {
            let found = state.service.docket_entry_at(docket_number, index).await?;
            found.ok_or_else(|| {
                let detail = format!("case {docket_number} has no entry {index} on its record");
                bad_parameter("docketEntry", detail)
            })
        }
    }
}
