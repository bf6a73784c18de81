//! `casefold accesses`: who looked at what is sealed, and who asked across cases.

use std::process::ExitCode;

use casefold_command_api::audit::described_accesses;
use casefold_command_api::service::Service;
use casefold_events::DocketNumber;
use casefold_shared::accesses::read::{AccessFilter, ReadTo};
use casefold_shared::accesses::verify::{Verified, verify_accesses};
use casefold_shared::accesses::{Access, AccessKind, NotedAccess};
use clap::Args;
use serde::Serialize;

use super::audit::PageArgs;
use super::past::service;
use super::why::WhyArgs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// Which accesses to show.
#[derive(Clone, Debug, Args)]
pub struct AccessesArgs {
    /// By this user, or this operator of the tool
    #[arg(long)]
    user: Option<String>,
    /// To this case
    #[arg(long, value_name = "DOCKET NUMBER")]
    case: Option<DocketNumber>,
    #[command(flatten)]
    page: PageArgs,
    /// Go on after the page that ended here
    #[arg(long, value_name = "NEXT")]
    after: Option<ReadTo>,
    #[command(flatten)]
    why: WhyArgs,
    /// Show nothing, and check that no access was changed, removed or moved
    ///
    /// It ends with exit status 1 where one was.
    #[arg(long)]
    verify: bool,
}

/// How a list ended: what is printed after it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct End {
    found: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Shows the log of accesses, with `--json` a line each and a last line that says where the next
/// page begins; or verifies it.
///
/// # Errors
/// Where the question can't be noted, or the store can't be used.
pub async fn run(options: &Options, args: &AccessesArgs, output: &Output) -> Outcome {
    if args.verify {
        return verify(options, output).await;
    }
    args.page.check()?;
    let filter = AccessFilter {
        user: args.user.clone(),
        docket_number: args.case,
        from: args.page.from,
        to: args.page.to,
    };
    let query = described_accesses(&filter, args.page.order());
    let access = args.why.access(AccessKind::Accesses, args.case, query)?;
    let backend = Backend::open(options).await?;
    let shown = show(&service(&backend), &access, args, &filter, output).await;
    backend.close().await;
    shown?;
    Ok(ExitCode::SUCCESS)
}

async fn verify(options: &Options, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let verified = verify_accesses(&**backend.store()).await;
    backend.close().await;
    let verified = verified?;
    output.print(&verified, || told(&verified))?;
    Ok(match verified.is_whole() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

async fn show(
    service: &Service,
    access: &Access,
    args: &AccessesArgs,
    filter: &AccessFilter,
    output: &Output,
) -> Result<(), CommandFailure> {
    service.accesses().note(access).await?;
    let (order, limit) = (args.page.order(), usize::try_from(args.page.limit)?);
    let mut after = args.after.clone();
    let mut found = 0;
    loop {
        let page = service.read_accesses(filter, order, after, limit).await?;
        for noted in &page.accesses {
            output.print(noted, || line(noted))?;
            found += 1;
        }
        after = page.next;
        if after.is_none() || !args.page.all {
            let next = after.map(|after| after.to_string());
            let end = End { found, next };
            return Ok(output.print(&end, || end_told(&end))?);
        }
    }
}

fn line(noted: &NotedAccess) -> String {
    let role = noted.role.as_deref().unwrap_or("operator");
    let mut parts = vec![format!(
        "{}  {} ({role})  {}",
        noted.at, noted.user, noted.kind
    )];
    parts.extend(noted.docket_number.map(|it| it.to_string()));
    let entries = noted.docket_entries.len() as u64 + noted.more_docket_entries.unwrap_or(0);
    if entries > 0 {
        parts.push(format!("{entries} sealed entries"));
    }
    // An operator's terminal is where it is read: it is shown on purpose.
    parts.extend(noted.query.as_ref().map(|it| it.expose().clone()));
    parts.extend(noted.reason.as_ref().map(|it| format!("({})", it.expose())));
    parts.join("  ")
}

fn end_told(end: &End) -> String {
    let found = match end.found {
        1 => "1 access.".to_owned(),
        found => format!("{found} accesses."),
    };
    match &end.next {
        Some(next) => format!("{found}\nThere are more: --after '{next}', or --all"),
        None => found,
    }
}

fn told(verified: &Verified) -> String {
    let Verified {
        chains,
        accesses,
        broken,
    } = verified;
    let mut lines = vec![format!("{accesses} accesses in {chains} chains hold.")];
    for chain in broken {
        lines.push(format!(
            "{}, number {}: {}",
            chain.chain, chain.number, chain.problem
        ));
    }
    lines.join("\n")
}
