//! `casefold check-proof`: a proof against a public key, with neither network nor database.

use std::path::PathBuf;
use std::process::ExitCode;

use casefold_events::proof::checkpoint::Checkpoint;
use casefold_events::proof::file::{Proof, Proven};
use casefold_events::vocabulary::Role;
use casefold_events::{Digest, DocketNumber, DraftCommit, Timestamp, UserId, Version};
use clap::Args;
use serde::Serialize;

use super::verify::public_key;
use super::{CommandFailure, Outcome};
use crate::output::Output;

/// Which proof to check, and against what.
#[derive(Clone, Debug, Args)]
pub struct CheckProofArgs {
    /// The proof
    file: PathBuf,
    /// The public key: a file, or the key itself, as `casefold checkpoint-key` prints it. Have it
    /// from the court, and not from whoever gave you the proof
    #[arg(long, value_name = "KEY")]
    public_key: String,
}

/// What is no proof, or no key.
const BAD_FILE: u8 = 2;

/// What a proof comes to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Checked<'a> {
    proven: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<Commit<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<&'a Checkpoint>,
}

/// A commit that is proven.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Commit<'a> {
    docket_number: DocketNumber,
    version: Version,
    hash: Digest,
    /// How many commits the case had at the checkpoint.
    of: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Told<'a>>,
}

/// What a commit says of itself.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    command: &'a str,
    actor: &'a UserId,
    role: Role,
    recorded_at: Timestamp,
    effective_at: Timestamp,
    events: Vec<&'a str>,
}

/// Checks a proof.
///
/// # Errors
/// Where standard output can't be written.
pub fn run(args: &CheckProofArgs, output: &Output) -> Outcome {
    let read = || -> Result<_, CommandFailure> {
        let text = std::fs::read_to_string(&args.file)
            .map_err(|error| format!("{} can't be read: {error}", args.file.display()))?;
        Ok((Proof::parse(&text)?, public_key(&args.public_key)?))
    };
    let (proof, key) = match read() {
        Ok(read) => read,
        Err(error) => {
            output.complain(error.as_ref());
            return Ok(ExitCode::from(BAD_FILE));
        }
    };
    let (checked, code) = match proof.check(&key) {
        Ok(proven) => (checked(&proven), ExitCode::SUCCESS),
        Err(error) => {
            let checked = Checked {
                proven: false,
                problem: Some(error.to_string()),
                commit: None,
                checkpoint: None,
            };
            (checked, ExitCode::FAILURE)
        }
    };
    output.print(&checked, || text(&checked))?;
    Ok(code)
}

fn checked<'a>(proven: &Proven<'a>) -> Checked<'a> {
    let told = |draft: &'a DraftCommit| Told {
        command: &draft.command,
        actor: &draft.actor,
        role: draft.role,
        recorded_at: draft.recorded_at,
        effective_at: draft.effective_at,
        events: draft
            .events
            .iter()
            .map(|it| it.event_type.as_str())
            .collect(),
    };
    Checked {
        proven: true,
        problem: None,
        commit: Some(Commit {
            docket_number: proven.docket_number,
            version: proven.version,
            hash: proven.hash,
            of: proven.case_version,
            withheld: proven.content.err().map(|reason| reason.reason()),
            content: proven.content.ok().map(told),
        }),
        checkpoint: Some(&proven.checkpoint.says),
    }
}

fn text(checked: &Checked<'_>) -> String {
    let (Some(commit), Some(checkpoint)) = (&checked.commit, checked.checkpoint) else {
        let problem = checked.problem.as_deref().unwrap_or_default();
        return format!("NOT PROVEN: {problem}");
    };
    let Commit {
        docket_number,
        version,
        hash,
        of,
        withheld,
        content,
    } = commit;
    let mut lines = vec![
        format!("PROVEN: commit {version} of case {docket_number} was in the court's record"),
        format!(
            "  at the time of   {} (checkpoint {}, {} cases, {} commits)",
            checkpoint.at, checkpoint.number, checkpoint.cases, checkpoint.commits
        ),
        format!("  signed with key  {}", checkpoint.key_id),
        format!("  its hash         {hash}"),
        format!("  in a history of  {of} commits"),
    ];
    match content {
        Some(told) => lines.extend([
            format!("  recorded at      {}", told.recorded_at),
            format!("  effective at     {}", told.effective_at),
            format!("  by               {} ({})", told.actor, told.role),
            format!("  command          {}", told.command),
            format!("  events           {}", told.events.join(", ")),
        ]),
        None => lines.push(format!(
            "  what it says     is not in the proof: {}",
            withheld.unwrap_or_default()
        )),
    }
    lines.join("\n")
}
