//! `casefold rows`: the rows of a projection, page by page.

use std::process::ExitCode;
use std::sync::Arc;

use casefold_events::DocketNumber;
use casefold_projector::Projections;
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::{ListRange, ProjectionId, RowPage, Stores};
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// Which rows to show.
#[derive(Clone, Debug, Args)]
pub struct RowsArgs {
    /// The projection, say `sealings`
    pub projection: String,
    /// The key under which the rows are: of sealings a month, 2026-11
    #[arg(long)]
    pub key: String,
    /// At most so many rows
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub limit: u32,
    /// Go on after the page that ended here
    #[arg(long, value_name = "NEXT")]
    pub after: Option<String>,
}

/// A page of rows, as it is printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    projection: String,
    key: String,
    rows: Vec<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    docket_number: DocketNumber,
    sort: String,
    body: Value,
}

/// Why there are no rows to show.
#[derive(Debug, thiserror::Error)]
enum NoRows {
    #[error("this build has no projection of rows named {asked:?}; it has: {known}")]
    Unknown { asked: String, known: String },
    #[error("{0} doesn't have every case yet; `casefold projections` tells how far its rebuild is")]
    NotWhole(ProjectionId),
}

/// Shows a page of rows of the generation that readers follow.
///
/// # Errors
/// Where there is no such projection, a case may be missing in it, or the store can't be used.
pub async fn run(options: &Options, args: &RowsArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let page = read(&Stores::of(backend.store().clone()), args).await;
    backend.close().await;
    let page = page?;
    output.print(&page, || text(&page))?;
    Ok(ExitCode::SUCCESS)
}

async fn read(stores: &Stores, args: &RowsArgs) -> Result<Page, CommandFailure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let projections = Projections::of_this_build(stores, &clock);
    let (name, follower) = projections
        .follower_of_rows(&args.projection)
        .ok_or_else(|| NoRows::Unknown {
            asked: args.projection.clone(),
            known: projections.names_of_rows().join(", "),
        })?;
    let followed = follower.followed().await?;
    let id = ProjectionId {
        name,
        generation: followed.generation,
    };
    if !followed.is_whole {
        return Err(NoRows::NotWhole(id).into());
    }
    let range = ListRange {
        after: args.after.as_deref(),
        ..ListRange::first(usize::try_from(args.limit)?)
    };
    let RowPage { rows, next } = stores.rows.row_page(id, &args.key, range).await?;
    let line = |(docket_number, row): (DocketNumber, casefold_shared::gateway::Row)| Line {
        docket_number,
        sort: row.sort,
        body: row.body,
    };
    Ok(Page {
        projection: id.to_string(),
        key: args.key.clone(),
        rows: rows.into_iter().map(line).collect(),
        next,
    })
}

fn text(page: &Page) -> String {
    let mut lines: Vec<String> = page
        .rows
        .iter()
        .map(|row| format!("{}  {}", row.docket_number, row.body))
        .collect();
    lines.push(match (&page.next, page.rows.len()) {
        (Some(next), _) => format!("There are more: --after '{next}'"),
        (None, 0) => format!("{} has no rows under {}.", page.projection, page.key),
        (None, 1) => format!("1 row of {}.", page.projection),
        (None, rows) => format!("{rows} rows of {}.", page.projection),
    });
    lines.join("\n")
}
