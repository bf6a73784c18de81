//! `casefold subjects`: whose keys a case has, and whether they are there.

use std::process::ExitCode;

use casefold_events::{DocketNumber, Timestamp};
use casefold_shared::gateway::{KeyStore, StoredKey};
use clap::Args;
use serde::Serialize;
use uuid::Uuid;

use super::Outcome;
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// Which case.
#[derive(Clone, Copy, Debug, Args)]
pub struct SubjectsArgs {
    /// The case
    #[arg(value_name = "DOCKET NUMBER")]
    pub case: DocketNumber,
}

/// A key of a case, as it is shown. Nobody's name is: that is what it is a key to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    key: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forgetting: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
}

/// Shows the keys of a case's subjects.
///
/// # Errors
/// Where the stores can't be used, or the case has no keys.
pub async fn run(options: &Options, args: &SubjectsArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let found = backend.store().case_keys_get(&[args.case]).await;
    backend.close().await;
    let mut found = found?;
    let Some(keys) = found.remove(&args.case) else {
        return Err(format!("there are no keys of case {}", args.case).into());
    };
    let shown: Vec<_> = keys
        .keys
        .iter()
        .map(|(name, key)| {
            let (state, forgotten_at, by) = match key {
                StoredKey::Live(_) => ("there", None, None),
                StoredKey::Retired { by, .. } => ("about to be destroyed", None, Some(by)),
                StoredKey::Gone { at, by } => ("forgotten", Some(*at), Some(by)),
            };
            Shown {
                key: name.to_string(),
                state,
                forgotten_at,
                forgetting: by.map(|by| by.forgetting),
                order: by.map(|by| by.order.clone()),
            }
        })
        .collect();
    output.print(&shown, || text(&shown))?;
    Ok(ExitCode::SUCCESS)
}

fn text(shown: &[Shown]) -> String {
    let line = |it: &Shown| {
        let at = it.forgotten_at.map(|at| format!(" at {at}"));
        let order = it.order.as_ref().map(|order| format!(", by order {order}"));
        format!(
            "{:<48} {}{}{}",
            it.key,
            it.state,
            at.unwrap_or_default(),
            order.unwrap_or_default()
        )
    };
    shown.iter().map(line).collect::<Vec<_>>().join("\n")
}
