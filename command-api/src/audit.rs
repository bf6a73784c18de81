//! Questions across cases, as people put them: what they may name, and what they are told. The
//! API and the tool have them in common.

use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_events::{CaseEvent, DocketEntryId, DocketNumber, Timestamp, UserId, Version};
use casefold_shared::accesses::read::AccessFilter;
use casefold_shared::audit::{Filter, IndexRow};
use casefold_shared::gateway::{Quarantined, SortOrder};
use serde::Serialize;
use utoipa::ToSchema;

use crate::command::{CaseCommand, GroupCommand, PetitionCommand};
use crate::policy::{LEAD_ELECTION, POLICIES};

/// A commit, as the index tells of it: not what its events say.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FoundCommit {
    /// The case.
    pub docket_number: DocketNumber,
    /// The commit's number in it.
    pub version: Version,
    /// When the court recorded it.
    pub recorded_at: Timestamp,
    /// From when it holds.
    pub effective_at: Timestamp,
    /// Who.
    pub actor: UserId,
    /// In which role.
    pub role: Role,
    /// The command, or the policy.
    #[schema(example = "ServePetition")]
    pub command: String,
    /// The types of its events, each once.
    pub event_types: Vec<String>,
    /// The docket entries that its events are about, each once; the first eight.
    pub docket_entry_ids: Vec<DocketEntryId>,
    /// How many more entries it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub more_docket_entries: Option<u64>,
    /// Ties the commits of one act together.
    pub correlation_id: CorrelationId,
}

/// A case of which commits are not in the index.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ParkedCase {
    /// The case.
    pub docket_number: DocketNumber,
    /// The first commit that can't be read; it and all later ones are missing.
    pub from_version: Version,
}

impl FoundCommit {
    /// What is told of a row.
    pub fn of(row: IndexRow) -> Self {
        let (position, commit) = (row.position, row.commit.shortened());
        let more = commit.more_docket_entries;
        Self {
            docket_number: position.docket_number,
            version: position.version,
            recorded_at: position.recorded_at,
            effective_at: commit.effective_at,
            actor: commit.actor,
            role: commit.role,
            command: commit.command,
            event_types: commit.event_types,
            docket_entry_ids: commit.docket_entries,
            more_docket_entries: Some(more).filter(|more| *more > 0),
            correlation_id: commit.correlation_id,
        }
    }
}

impl ParkedCase {
    /// What is told of a parked case.
    pub const fn of(parked: &Quarantined) -> Self {
        Self {
            docket_number: parked.docket_number,
            from_version: parked.version,
        }
    }
}

/// A time, or a date, which is its midnight in UTC.
///
/// # Errors
/// What it takes, in a sentence.
pub fn moment(text: &str) -> Result<Timestamp, String> {
    let is_date = text.len() == "2026-11-01".len();
    let midnight = is_date.then(|| format!("{text}T00:00:00Z"));
    let read = midnight.as_deref().unwrap_or(text).parse();
    read.map_err(|_| {
        "a time is written as RFC 3339, for example 2026-11-23T11:36:54Z, or as a date".to_owned()
    })
}

/// A command, or a policy, of which commits may be. The steps of an import are as the tool that
/// imports has them.
///
/// # Errors
/// Which there are.
pub fn command(name: &str) -> Result<String, String> {
    let known = known_commands();
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_import = name.strip_prefix("Import").is_some_and(letters);
    match is_import || known.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(format!(
            "{}, or a step of an import, which begins with Import",
            one_of(known)
        )),
    }
}

/// A type of event.
///
/// # Errors
/// Which there are.
pub fn event_type(name: &str) -> Result<String, String> {
    let known = known_event_types();
    match known.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(one_of(known)),
    }
}

/// The commands and policies of this build, each once.
pub(crate) fn known_commands() -> Vec<&'static str> {
    let commands = [
        PetitionCommand::NAMES,
        CaseCommand::NAMES,
        GroupCommand::NAMES,
    ];
    let policies = POLICIES.iter().map(|policy| policy.name);
    let names = commands.concat().into_iter().chain(policies);
    each_once(names.chain([LEAD_ELECTION]))
}

/// The types of events of this build, each once.
pub(crate) fn known_event_types() -> Vec<&'static str> {
    each_once(CaseEvent::SCHEMAS.iter().map(|(name, _)| *name))
}

fn each_once(names: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let mut known = Vec::new();
    for name in names {
        if !known.contains(&name) {
            known.push(name);
        }
    }
    known
}

/// A sentence that names what is known.
pub(crate) fn one_of<'a>(known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<_> = known.into_iter().collect();
    format!("it is one of: {}", known.join(", "))
}

/// A question as one text: for the log, and for a cursor to belong to.
pub fn described(filter: &Filter, order: SortOrder) -> String {
    let Filter {
        actor,
        role,
        command,
        event_type,
        docket_entry,
        docket_number,
        correlation_id,
        source,
        from,
        to,
    } = filter;
    let mut said = vec![format!("order={}", order_name(order))];
    let mut say = |name: &str, value: Option<String>| {
        said.extend(value.map(|value| format!("{name}={value}")));
    };
    say("actor", actor.as_ref().map(ToString::to_string));
    say("role", role.map(|it| it.as_str().to_owned()));
    say("command", command.clone());
    say("eventType", event_type.clone());
    say("docketEntry", docket_entry.map(|it| it.to_string()));
    say("caseNumber", docket_number.map(|it| it.to_string()));
    say(
        "correlationId",
        correlation_id.as_ref().map(ToString::to_string),
    );
    say(
        "sourceAddress",
        source.as_ref().map(|it| it.expose().to_string()),
    );
    say("from", from.map(|it| it.to_string()));
    say("to", to.map(|it| it.to_string()));
    said.join(" ")
}

/// A question to the log of accesses as one text.
pub fn described_accesses(filter: &AccessFilter, order: SortOrder) -> String {
    let AccessFilter {
        user,
        docket_number,
        from,
        to,
    } = filter;
    let mut said = vec![format!("order={}", order_name(order))];
    let mut say = |name: &str, value: Option<String>| {
        said.extend(value.map(|value| format!("{name}={value}")));
    };
    say("user", user.clone());
    say("caseNumber", docket_number.map(|it| it.to_string()));
    say("from", from.map(|it| it.to_string()));
    say("to", to.map(|it| it.to_string()));
    said.join(" ")
}

/// The name of an order.
pub(crate) const fn order_name(order: SortOrder) -> &'static str {
    match order {
        SortOrder::Ascending => "asc",
        SortOrder::Descending => "desc",
    }
}
