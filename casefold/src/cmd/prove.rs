//! `casefold prove`: the proof of a commit, as a file.

use std::path::PathBuf;
use std::process::ExitCode;

use casefold_events::proof::file::{Content, Proof};
use casefold_events::{CommitRef, DocketNumber, Version};
use casefold_projector::verify::VerifyConfig;
use casefold_projector::verify::prove::{Telling, prove};
use casefold_projector::verify::take::Taken;
use casefold_shared::accesses::AccessKind;
use casefold_shared::gateway::Stores;
use clap::Args;
use serde::Serialize;

use super::checkpoint::{KeyArgs, verifier};
use super::interrupt::Interrupt;
use super::past::service;
use super::progress::Show;
use super::why::WhyArgs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::output::Output;

/// Which commit to prove, and where the proof goes.
#[derive(Clone, Debug, Args)]
pub struct ProveArgs {
    /// The case
    docket_number: DocketNumber,
    /// The commit's number in the case
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    version: u64,
    /// Write the proof to this file; to standard output where none is said
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Prove the commit's hash alone, and leave out what it says
    #[arg(long)]
    hash_only: bool,
    /// Write a checkpoint first
    #[arg(long)]
    new_checkpoint: bool,
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    why: WhyArgs,
}

/// A proof that was written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    file: PathBuf,
    bytes: usize,
    checkpoint: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    withheld: Option<&'static str>,
}

/// Makes a proof.
///
/// # Errors
/// Where there is none to be had; the sentence says why.
pub async fn run(options: &Options, args: &ProveArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let proof = proof(&backend, options, args, output).await;
    backend.close().await;
    let proof = proof?;
    let Some(file) = &args.out else {
        output.print(&proof, || {
            serde_json::to_string_pretty(&proof).unwrap_or_default()
        })?;
        return Ok(ExitCode::SUCCESS);
    };
    let text = serde_json::to_string_pretty(&proof)? + "\n";
    std::fs::write(file, &text)
        .map_err(|error| format!("{} can't be written: {error}", file.display()))?;
    let written = Written {
        file: file.clone(),
        bytes: text.len(),
        checkpoint: proof.checkpoint.says.number,
        withheld: match proof.commit.content {
            Content::Withheld(reason) => Some(reason.reason()),
            Content::Stored { .. } => None,
        },
    };
    output.print(&written, || {
        let withheld = written.withheld.map_or_else(String::new, |reason| {
            format!("; what the commit says is left out: {reason}")
        });
        format!(
            "{}: {} bytes, from checkpoint {}{withheld}",
            written.file.display(),
            written.bytes,
            written.checkpoint
        )
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn proof(
    backend: &Backend,
    options: &Options,
    args: &ProveArgs,
    output: &Output,
) -> Result<Proof, CommandFailure> {
    let store = backend.store();
    if args.new_checkpoint {
        let signer = args.key.signer(options).await?;
        let verify = verifier(store, vec![signer.public_key().clone()]);
        let config = VerifyConfig {
            workers: 2,
            segments: 32,
        };
        let show = Show::new(output, store.commits_about().await);
        let interrupt = Interrupt::listen();
        let taken = verify
            .take_checkpoint(&*signer, config, &show, interrupt.stopped())
            .await;
        show.end();
        match taken?.0 {
            Taken::Written { .. } | Taken::Unchanged(_) | Taken::Empty => {}
            Taken::Found => {
                return Err("no checkpoint was written, for something is wrong; see \
                            `casefold verify`"
                    .into());
            }
            Taken::Stopped => return Err("stopped; no checkpoint was written".into()),
        }
    }
    let commit = CommitRef {
        docket_number: args.docket_number,
        version: Version(args.version),
    };
    let (why, kind) = (&args.why, AccessKind::Proof);
    why.note_case(&service(backend), kind, args.docket_number)
        .await?;
    let telling = match args.hash_only {
        true => Telling::TheHashAlone,
        false => Telling::WhatIsNotSealed,
    };
    // What is sealed is told by events that are understood, and so opened.
    let events = Stores::of(store.clone()).events;
    Ok(prove(&*events, &**store, commit, telling).await?)
}
