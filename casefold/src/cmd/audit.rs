//! `casefold audit`: commits across cases.

use std::net::IpAddr;
use std::process::ExitCode;

use casefold_command_api::audit::{
    FoundCommit, ParkedCase, command, described, event_type, moment,
};
use casefold_command_api::service::{PageOf, Service};
use casefold_events::vocabulary::Role;
use casefold_events::{CorrelationId, DocketEntryId, DocketNumber, Personal, Timestamp, UserId};
use casefold_shared::accesses::{Access, AccessKind};
use casefold_shared::audit::{Filter, Position};
use casefold_shared::gateway::SortOrder;
use clap::{Args, ValueEnum};
use serde::Serialize;
use uuid::Uuid;

use super::past::service;
use super::why::WhyArgs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// What to look for: commits of which all that is given holds.
#[derive(Clone, Debug, Args)]
pub struct AuditArgs {
    /// Sent by this user; what policies do is sent by `casefold`
    #[arg(long, value_name = "USER", value_parser = |it: &str| UserId::new(it))]
    actor: Option<UserId>,
    /// In this role
    #[arg(long)]
    role: Option<Role>,
    /// With an event of this type, say CaseSealed
    #[arg(long, value_name = "TYPE", value_parser = event_type)]
    event_type: Option<String>,
    /// By this command or policy, say SealCase
    #[arg(long, value_parser = command)]
    command: Option<String>,
    /// With an event about this docket entry, by its id
    #[arg(long, value_name = "ID")]
    entry: Option<Uuid>,
    /// Of this case
    #[arg(long, value_name = "DOCKET NUMBER")]
    case: Option<DocketNumber>,
    /// Of this act: what one request did, in however many cases
    #[arg(long, value_name = "ID", value_parser = |it: &str| CorrelationId::new(it))]
    correlation: Option<CorrelationId>,
    /// Sent from this network address, where it is known
    #[arg(long, value_name = "ADDRESS")]
    source: Option<IpAddr>,
    #[command(flatten)]
    page: PageArgs,
    /// Go on after the page that ended here
    #[arg(long, value_name = "NEXT")]
    after: Option<Position>,
    #[command(flatten)]
    why: WhyArgs,
}

/// Which page of what happened between which times.
#[derive(Clone, Debug, Args)]
pub struct PageArgs {
    /// At this time or later: 2026-11-23T11:36:54Z, or a date, which is its midnight in UTC
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(super) from: Option<Timestamp>,
    /// Before this time
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(super) to: Option<Timestamp>,
    /// In which order
    #[arg(long, value_enum, default_value = "asc")]
    pub(super) order: OrderArg,
    /// At most so many on a page
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    pub(super) limit: u32,
    /// Show all pages, not only one
    #[arg(long)]
    pub(super) all: bool,
}

/// By time, in which order.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OrderArg {
    /// The earliest first
    Asc,
    /// The latest first
    Desc,
}

/// How a list ended: what is printed after it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct End {
    found: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    complete_up_to: Option<Timestamp>,
    completeness_known: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parked_cases: Vec<ParkedCase>,
}

/// Shows commits of all cases: with `--json` a line each, and a last line that says up to when
/// they are complete.
///
/// # Errors
/// Where the question can't be noted, a case may be missing in the index, or the store can't be
/// used.
pub async fn run(options: &Options, args: &AuditArgs, output: &Output) -> Outcome {
    let filter = args.filter();
    args.page.check()?;
    let access = args.why.access(
        AccessKind::AuditQuery,
        filter.docket_number,
        described(&filter, args.page.order()),
    )?;
    let backend = Backend::open(options).await?;
    let service = service(&backend);
    let shown = show(&service, &access, args, &filter, output).await;
    backend.close().await;
    shown?;
    Ok(ExitCode::SUCCESS)
}

async fn show(
    service: &Service,
    access: &Access,
    args: &AuditArgs,
    filter: &Filter,
    output: &Output,
) -> Result<(), CommandFailure> {
    let generation = service.audit_generation().await?;
    service.accesses().note(access).await?;
    let mut after = args.after;
    let mut found = 0;
    loop {
        let page = PageOf {
            order: args.page.order(),
            after,
            limit: usize::try_from(args.page.limit)?,
        };
        let page = service.read_audit(generation, filter, page).await?;
        for row in page.rows {
            let commit = FoundCommit::of(row);
            output.print(&commit, || line(&commit))?;
            found += 1;
        }
        after = page.next;
        if after.is_none() || !args.page.all {
            let end = End {
                found,
                next: after.map(|after| after.to_string()),
                complete_up_to: page.complete_up_to,
                completeness_known: page.complete_up_to.is_some(),
                parked_cases: page.parked.iter().map(ParkedCase::of).collect(),
            };
            return Ok(output.print(&end, || told(&end))?);
        }
    }
}

fn line(commit: &FoundCommit) -> String {
    let entries = commit.docket_entry_ids.len() as u64 + commit.more_docket_entries.unwrap_or(0);
    let about = match entries {
        0 => String::new(),
        1 => "  1 entry".to_owned(),
        entries => format!("  {entries} entries"),
    };
    format!(
        "{}  {:<12} {} ({})  {}: {}{about}",
        commit.recorded_at,
        format!("{}/{}", commit.docket_number, commit.version),
        commit.actor,
        commit.role,
        commit.command,
        commit.event_types.join(", "),
    )
}

fn told(end: &End) -> String {
    let mut lines = vec![match end.found {
        1 => "1 commit.".to_owned(),
        found => format!("{found} commits."),
    }];
    if let Some(next) = &end.next {
        lines.push(format!("There are more: --after '{next}', or --all"));
    }
    lines.push(match end.complete_up_to {
        Some(at) => format!("Complete up to {at}."),
        None => "It is not known up to when this is complete: run `casefold reconcile audit`."
            .to_owned(),
    });
    for parked in &end.parked_cases {
        let ParkedCase {
            docket_number,
            from_version,
        } = parked;
        lines.push(format!(
            "Commits of {docket_number} from {from_version} on can't be read, and are missing."
        ));
    }
    lines.join("\n")
}

impl AuditArgs {
    fn filter(&self) -> Filter {
        Filter {
            actor: self.actor.clone(),
            role: self.role,
            command: self.command.clone(),
            event_type: self.event_type.clone(),
            docket_entry: self.entry.map(DocketEntryId),
            docket_number: self.case,
            correlation_id: self.correlation.clone(),
            source: self.source.map(Personal::new),
            from: self.page.from,
            to: self.page.to,
        }
    }
}

impl PageArgs {
    pub(super) const fn order(&self) -> SortOrder {
        match self.order {
            OrderArg::Asc => SortOrder::Ascending,
            OrderArg::Desc => SortOrder::Descending,
        }
    }

    /// Says that the times can be so.
    pub(super) fn check(&self) -> Result<(), CommandFailure> {
        match (self.from, self.to) {
            (Some(from), Some(to)) if from > to => Err("--from is after --to".into()),
            (Some(_) | None, Some(_) | None) => Ok(()),
        }
    }
}
