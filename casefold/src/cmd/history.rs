//! `casefold history`: the commits of a case, all or some of them.

use std::collections::BTreeMap;
use std::process::ExitCode;

use casefold_command_api::service::{HistoryFilter, Service};
use casefold_events::commit::faults;
use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_events::{Commit, CommitRef, DocketEntryId, DocketNumber, Timestamp, UserId, Version};
use casefold_shared::accesses::AccessKind;
use casefold_shared::gateway::{CommitPage, Order};
use clap::Args;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::past::service;
use super::why::WhyArgs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// How many commits are asked for at a time.
const PAGE: usize = 500;

/// Which commits to show.
#[derive(Clone, Debug, Args)]
pub struct HistoryArgs {
    /// The case, say `101-26`
    pub case: DocketNumber,
    /// Only commits of this user
    #[arg(long)]
    pub actor: Option<String>,
    /// Only commits made in this role
    #[arg(long)]
    pub role: Option<Role>,
    /// Only commits made by this command, or by the policy of this name
    #[arg(long)]
    pub command: Option<String>,
    /// Only commits with an event of this type
    #[arg(long)]
    pub event_type: Option<String>,
    /// Only commits with an event about this docket entry: its id, or its index on the record
    #[arg(long, value_name = "ID OR INDEX")]
    pub docket_entry: Option<String>,
    /// Only commits of this act
    #[arg(long)]
    pub correlation_id: Option<String>,
    /// Only commits recorded at this time or later, say 2026-03-03T00:00:00Z
    #[arg(long, value_name = "TIME")]
    pub recorded_from: Option<Timestamp>,
    /// Only commits recorded at this time or earlier
    #[arg(long, value_name = "TIME")]
    pub recorded_to: Option<Timestamp>,
    /// The last commit first
    #[arg(long)]
    pub newest_first: bool,
    /// At most so many commits
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Who asks, and why.
    #[command(flatten)]
    pub why: WhyArgs,
}

struct History {
    docket_number: DocketNumber,
    commits: Vec<Commit>,
}

/// A history as it is told: what is stored encrypted says what it says.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    docket_number: DocketNumber,
    commits: Vec<Value>,
    /// What is wrong with commits that are not what was recorded.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    wrong: BTreeMap<Version, String>,
}

impl History {
    fn wrong(&self) -> BTreeMap<Version, String> {
        let faults = faults(&self.commits).into_iter();
        faults
            .map(|(version, fault)| (version, fault.to_string()))
            .collect()
    }

    fn told(&self) -> Result<Told, serde_json::Error> {
        Ok(Told {
            docket_number: self.docket_number,
            commits: self.commits.iter().map(told).collect::<Result<_, _>>()?,
            wrong: self.wrong(),
        })
    }
}

fn told(commit: &Commit) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(commit)?;
    if let Some(Value::Array(events)) = value.get_mut("events") {
        for (told, event) in events.iter_mut().zip(&commit.events) {
            // What is no JSON any more is shown as it stands.
            let payload = serde_json::from_str(event.told());
            told["payload"] = payload.unwrap_or_else(|_| event.told().into());
        }
    }
    if let Some(source) = commit.source_address() {
        value["source"] = source.expose().as_str().into();
    }
    Ok(value)
}

/// Shows commits.
///
/// # Errors
/// Where there is no such case, or the store can't be used.
pub async fn run(options: &Options, args: &HistoryArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let history = read(&service(&backend), args).await;
    backend.close().await;
    let history = history?;
    output.print(&history.told()?, || text(&history))?;
    Ok(ExitCode::SUCCESS)
}

async fn read(service: &Service, args: &HistoryArgs) -> Result<History, CommandFailure> {
    let number = args.case;
    let first = service.read_history(number, None, 1, Order::OldestFirst);
    if first.await?.commits.is_empty() {
        return Err(format!("there is no case {number}").into());
    }
    let (why, kind) = (&args.why, AccessKind::History);
    why.note_case(service, kind, number).await?;
    let filter = filter(service, args).await?;
    let order = match args.newest_first {
        true => Order::NewestFirst,
        false => Order::OldestFirst,
    };
    let limit = args.limit.unwrap_or(usize::MAX);
    let mut commits = Vec::new();
    let mut beyond: Option<Version> = None;
    while commits.len() < limit {
        let wanted = PAGE.min(limit - commits.len());
        let CommitPage {
            commits: page,
            next,
        } = service
            .read_history_where(number, &filter, beyond, (wanted, order))
            .await?;
        commits.extend(page);
        beyond = next;
        if next.is_none() {
            break;
        }
    }
    Ok(History {
        docket_number: number,
        commits,
    })
}

async fn filter(service: &Service, args: &HistoryArgs) -> Result<HistoryFilter, CommandFailure> {
    let docket_entry = match &args.docket_entry {
        None => None,
        Some(text) => Some(entry(service, args.case, text).await?),
    };
    Ok(HistoryFilter {
        actor: args.actor.clone().map(UserId::new).transpose()?,
        role: args.role,
        command: args.command.clone(),
        event_type: args.event_type.clone(),
        docket_entry,
        correlation_id: args
            .correlation_id
            .clone()
            .map(CorrelationId::new)
            .transpose()?,
        recorded_from: args.recorded_from,
        recorded_to: args.recorded_to,
    })
}

async fn entry(
    service: &Service,
    number: DocketNumber,
    text: &str,
) -> Result<DocketEntryId, CommandFailure> {
    if let Ok(id) = text.parse::<Uuid>() {
        return Ok(DocketEntryId(id));
    }
    let index = text.parse().map_err(|_| {
        format!("{text:?} is neither the id of a docket entry nor its index on the record")
    })?;
    let found = service.docket_entry_at(number, index).await?;
    found.ok_or_else(|| format!("case {number} has no entry {index} on its record").into())
}

fn text(history: &History) -> String {
    let mut lines: Vec<String> = Vec::new();
    let wrong = history.wrong();
    for commit in &history.commits {
        let events = commit.events.iter().map(|event| event.event_type.as_str());
        let events = events.collect::<Vec<_>>().join(", ");
        let because = commit.causation.map_or_else(String::new, |cause| {
            let CommitRef {
                docket_number,
                version,
            } = cause;
            format!(", after {docket_number}/{version}")
        });
        let holds = match commit.effective_at == commit.recorded_at {
            true => String::new(),
            false => format!(", holds from {}", commit.effective_at),
        };
        lines.push(format!(
            "{:>5}  {}  {} ({})  {}{because}{holds}\n         {events}",
            commit.version, commit.recorded_at, commit.actor, commit.role, commit.command
        ));
        if let Some(wrong) = wrong.get(&commit.version) {
            lines.push(format!("       ! {wrong}"));
        }
    }
    lines.push(match history.commits.len() {
        1 => "1 commit.".to_owned(),
        many => format!("{many} commits."),
    });
    lines.join("\n")
}
