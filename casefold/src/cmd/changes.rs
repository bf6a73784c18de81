//! `casefold changes`: what two versions of a case hold differently, field by field.

use std::process::ExitCode;

use casefold_events::{DocketNumber, Version};
use casefold_shared::accesses::AccessKind;
use casefold_shared::blame::{ChangeKind, Origin};
use casefold_shared::fields::is_meant;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::past::{by, found, plain, portrait, service};
use super::why::WhyArgs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// Which versions to compare.
#[derive(Clone, Debug, Args)]
pub struct ChangesArgs {
    /// The case, say `101-26`
    pub case: DocketNumber,
    /// The earlier version
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub from: u64,
    /// The later version
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub to: u64,
    /// Only these fields: a path, the beginning of one, or a name
    #[arg(long)]
    pub field: Option<String>,
    /// Who asks, and why.
    #[command(flatten)]
    pub why: WhyArgs,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Changes {
    docket_number: DocketNumber,
    from: Version,
    to: Version,
    changes: Vec<Line>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    field: String,
    change: ChangeKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Value>,
    touched_by: Vec<Origin>,
}

/// Tells which fields differ, and which events touched them.
///
/// # Errors
/// Where there is no such case or version, or the store can't be used.
pub async fn run(options: &Options, args: &ChangesArgs, output: &Output) -> Outcome {
    if args.from >= args.to {
        let (from, to) = (args.from, args.to);
        return Err(
            format!("version {to} is not later than {from}: name the earlier first").into(),
        );
    }
    let backend = Backend::open(options).await?;
    let changes = read(&backend, args).await;
    backend.close().await;
    let changes = changes?;
    output.print(&changes, || text(&changes))?;
    Ok(ExitCode::SUCCESS)
}

async fn read(backend: &Backend, args: &ChangesArgs) -> Result<Changes, CommandFailure> {
    let portrait = portrait()?;
    let service = service(backend);
    let (why, kind) = (&args.why, AccessKind::Difference);
    why.note_case(&service, kind, args.case).await?;
    let (from, to) = (Version(args.from), Version(args.to));
    let ledger = service.difference(&portrait, args.case, (from, to)).await;
    let ledger = found(args.case, ledger)?;
    let asked = args.field.as_deref();
    let changes = ledger
        .changes()
        .filter(|change| asked.is_none_or(|asked| is_meant(change.path, asked)));
    Ok(Changes {
        docket_number: args.case,
        from,
        to,
        changes: changes
            .map(|change| Line {
                field: change.path.to_owned(),
                change: change.kind(),
                from: change.from.cloned(),
                to: change.to.cloned(),
                touched_by: change.touched_by().cloned().collect(),
            })
            .collect(),
    })
}

fn text(changes: &Changes) -> String {
    let Changes {
        docket_number,
        from,
        to,
        changes,
    } = changes;
    let mut lines = vec![format!(
        "{docket_number}, version {from} → {to}: {} fields differ",
        changes.len()
    )];
    for line in changes {
        let value = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), plain);
        lines.push(match line.change {
            ChangeKind::Added => format!("+ {} = {}", line.field, value(&line.to)),
            ChangeKind::Removed => format!("- {} = {}", line.field, value(&line.from)),
            ChangeKind::Changed => format!(
                "~ {}: {} → {}",
                line.field,
                value(&line.from),
                value(&line.to)
            ),
        });
        lines.extend(
            line.touched_by
                .iter()
                .map(|origin| format!("    {}", by(origin))),
        );
    }
    lines.join("\n")
}
