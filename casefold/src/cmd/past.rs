//! What the sub-commands have in common that ask for the past of one case: the same service that
//! the API asks, with the operator's own credentials.

use std::sync::Arc;

use casefold_command_api::access::view::CourtPortrait;
use casefold_command_api::decide::Actor;
use casefold_command_api::service::{ReadError, Service};
use casefold_events::vocabulary::Role;
use casefold_events::{DocketNumber, UserId};
use casefold_shared::blame::Origin;
use casefold_shared::clock::SystemClock;
use casefold_shared::gateway::Stores;
use serde_json::Value;

use super::CommandFailure;
use crate::backend::Backend;

/// The service on a backend's stores.
pub(super) fn service(backend: &Backend) -> Service {
    let stores = Stores::of(backend.store().clone());
    Service::new(stores, Arc::new(SystemClock))
}

/// Somebody of the court, whose sight the tool has. It reads, and nobody is told who.
pub(super) fn court() -> Result<Actor, CommandFailure> {
    Ok(Actor {
        user_id: UserId::new("operator")?,
        role: Role::ClerkOfCourt,
        name: None,
    })
}

/// A case as the court sees it.
pub(super) fn portrait() -> Result<CourtPortrait, CommandFailure> {
    Ok(CourtPortrait::of(court()?))
}

/// What was read of a case that must be there.
pub(super) fn found<T>(
    number: DocketNumber,
    read: Result<Option<T>, ReadError>,
) -> Result<T, CommandFailure> {
    read?.ok_or_else(|| format!("there is no case {number}").into())
}

/// Who did something and when, for people.
pub(super) fn by(origin: &Origin) -> String {
    let Origin {
        version,
        event_type,
        actor,
        role,
        command,
        recorded_at,
        ..
    } = origin;
    let by = if command == event_type {
        String::new()
    } else {
        format!(" by {command}")
    };
    format!("{version:>5}  {recorded_at}  {actor} ({role})  {event_type}{by}")
}

/// A value for people: a text without quotes.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
