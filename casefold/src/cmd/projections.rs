//! `casefold projections` and `casefold operations`: how the generations stand, and who did
//! what to them.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use casefold_projector::lag::{self, Lag};
use casefold_projector::projections::Known;
use casefold_projector::rebuild::{RebuildStatus, status};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::gateway::{Generation, GenerationStore, Operation, ProjectionId};
use casefold_shared::generations::{Stage, Standing};
use clap::Args;
use serde::Serialize;

use super::generations::{known, projections};
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::{Output, span};

/// How much of the log to show.
#[derive(Clone, Copy, Debug, Args)]
pub struct OperationsArgs {
    /// How many operations, the newest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
}

/// A generation, as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    projection: String,
    generation: Generation,
    /// Whether readers follow it.
    active: bool,
    /// Whether this build has it.
    known: bool,
    /// `None` where it was never begun.
    #[serde(flatten)]
    standing: Option<Standing>,
    /// Whether its contents are gone.
    lost: bool,
    /// How many of its cases are parked.
    parked: usize,
    /// Its rebuild, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    rebuild: Option<RebuildStatus>,
    /// How live commits are folded into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lag: Option<Lag>,
}

/// Shows every generation.
///
/// # Errors
/// Where the stores can't be used.
pub async fn run(options: &Options, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let shown = shown(backend.store()).await;
    backend.close().await;
    let shown = shown?;
    output.print(&shown, || table(&shown))?;
    Ok(ExitCode::SUCCESS)
}

/// Shows the log of operations.
///
/// # Errors
/// Where the stores can't be used.
pub async fn operations(options: &Options, args: &OperationsArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let log = backend.store().operations(args.limit).await;
    backend.close().await;
    let log = log?;
    output.print(&log, || {
        let line = |it: &Operation| {
            format!(
                "{}  {:<10}  {:<12}  {:<10}  {}",
                it.at, it.projection, it.by, it.operation, it.detail
            )
        };
        log.iter().map(line).collect::<Vec<_>>().join("\n")
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn shown(store: &Arc<DynamoStore>) -> Result<Vec<Shown>, CommandFailure> {
    let build = projections(store);
    let mut shown = Vec::new();
    for name in build.names() {
        let Known {
            of_this_build,
            generations,
            ..
        } = known(store, name).await?;
        let mut all: Vec<Generation> = of_this_build.iter().map(|id| id.generation).collect();
        all.extend(generations.standing.keys());
        all.sort_unstable();
        all.dedup();
        for generation in all {
            let id = ProjectionId { name, generation };
            let standing = generations.of(generation).cloned();
            let is_live = standing
                .as_ref()
                .is_some_and(|it| it.stage != Stage::Retired);
            let lost = match &standing {
                Some(it) if is_live => store.contents_marked(id).await? != Some(it.contents),
                Some(_) | None => false,
            };
            let folder = build.folder(id);
            let parked = match &folder {
                Some(folder) if is_live => folder.parked().await?.len(),
                Some(_) | None => 0,
            };
            shown.push(Shown {
                projection: name.to_owned(),
                generation,
                active: generations.active == generation,
                known: folder.is_some(),
                standing,
                lost,
                parked,
                rebuild: status(&**store, id, &generations).await?,
                lag: lag::read(&**store, id).await?,
            });
        }
    }
    Ok(shown)
}

fn table(shown: &[Shown]) -> String {
    let mut lines = vec![format!(
        "{:<12} {:<9} {:<11} {:<9} {:<8} {:<34} rebuild",
        "generation", "readers", "stage", "parked", "lag", "reconciled"
    )];
    for it in shown {
        let stage = match &it.standing {
            None => "not begun",
            Some(_) if it.lost => "lost",
            Some(standing) => standing.stage.as_str(),
        };
        let reconciled = it.standing.as_ref().and_then(|it| it.reconciled);
        let reconciled = reconciled.map_or_else(
            || "–".to_owned(),
            |found| match found.differences {
                0 => format!("{} clean", found.at),
                differences => format!("{} {differences} differ", found.at),
            },
        );
        let rebuild = it.rebuild.as_ref().map_or_else(
            || "–".to_owned(),
            |it| {
                format!(
                    "{}/{} segments, {} cases, {:.0} read and {:.0} write units",
                    it.segments_ended,
                    it.segments,
                    it.scanned.cases,
                    it.cost.read_units,
                    it.cost.write_units
                )
            },
        );
        let lag = it.lag.map_or_else(|| "–".to_owned(), lag_text);
        lines.push(format!(
            "{:<12} {:<9} {stage:<11} {:<9} {lag:<8} {reconciled:<34} {rebuild}",
            format!("{}@{}", it.projection, it.generation),
            if it.active { "follow" } else { "" },
            it.parked,
        ));
        if !it.known {
            lines.push("             (this build doesn't know it)".to_owned());
        }
    }
    lines.join("\n")
}

/// A lag below nothing is two clocks that differ.
fn lag_text(lag: Lag) -> String {
    span(Duration::from_millis(lag.millis.try_into().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use casefold_events::Timestamp;

    use super::*;

    #[test]
    fn a_lag_is_told_in_words_and_is_never_below_nothing() {
        let told = |millis| {
            lag_text(Lag {
                at: Timestamp::from_millis(millis),
                recorded_at: Timestamp::from_millis(0),
                millis,
            })
        };
        assert_eq!(told(12), "12 ms");
        assert_eq!(told(3_400), "3.4 s");
        assert_eq!(told(300_000), "5 min");
        assert_eq!(told(172_800_000), "2 d");
        assert_eq!(told(-40), "0 ms");
    }
}
