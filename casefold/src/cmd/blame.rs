//! `casefold blame`: which event gave each field of a case its value.

use std::process::ExitCode;

use casefold_command_api::fields::no_such_field;
use casefold_events::{DocketNumber, Version};
use casefold_shared::accesses::AccessKind;
use casefold_shared::blame::Origin;
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

/// Of which fields to tell.
#[derive(Clone, Debug, Args)]
pub struct BlameArgs {
    /// The case, say `101-26`
    pub case: DocketNumber,
    /// Only these fields: a path (`docketEntries[3].servedAt`), the beginning of one, or a name
    pub field: Option<String>,
    /// As the case stood at this version
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub at_version: Option<u64>,
    /// Who asks, and why.
    #[command(flatten)]
    pub why: WhyArgs,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Blame {
    docket_number: DocketNumber,
    version: Version,
    fields: Vec<Line>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    field: String,
    value: Value,
    origin: Option<Origin>,
}

/// Tells of each field which event gave it its value.
///
/// # Errors
/// Where there is no such case, version or field, or the store can't be used.
pub async fn run(options: &Options, args: &BlameArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let blame = read(&backend, args).await;
    backend.close().await;
    let blame = blame?;
    output.print(&blame, || text(&blame))?;
    Ok(ExitCode::SUCCESS)
}

async fn read(backend: &Backend, args: &BlameArgs) -> Result<Blame, CommandFailure> {
    let portrait = portrait()?;
    let service = service(backend);
    let (why, kind) = (&args.why, AccessKind::Blame);
    why.note_case(&service, kind, args.case).await?;
    let at = args.at_version.map(Version);
    let ledger = found(args.case, service.blame(&portrait, args.case, at).await)?;
    let asked = args.field.as_deref();
    let is_wanted = |path: &str| asked.is_none_or(|asked| is_meant(path, asked));
    if let Some(asked) = asked
        && !ledger.paths().any(is_wanted)
    {
        return Err(no_such_field(asked, ledger.paths()).into());
    }
    let fields = ledger.fields().filter(|field| is_wanted(field.path));
    Ok(Blame {
        docket_number: args.case,
        version: ledger.version(),
        fields: fields
            .map(|field| Line {
                field: field.path.to_owned(),
                value: field.value.clone(),
                origin: field.origin.cloned(),
            })
            .collect(),
    })
}

fn text(blame: &Blame) -> String {
    let mut lines = vec![format!(
        "{} at version {}",
        blame.docket_number, blame.version
    )];
    for Line {
        field,
        value,
        origin,
    } in &blame.fields
    {
        let origin = origin.as_ref().map(by).unwrap_or_default();
        lines.push(format!("{origin}\n         {field} = {}", plain(value)));
    }
    lines.join("\n")
}
