//! `casefold verify`: every hash chain, and every case against the last signed checkpoint.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use casefold_events::DocketNumber;
use casefold_events::proof::key::PublicKey;
use casefold_projector::verify::record::Seen;
use casefold_projector::verify::{Verify, VerifyConfig, VerifyReport, VerifyStatus};
use casefold_shared::signing::{LocalSigner, Signer};
use clap::Args;
use serde::Serialize;

use super::checkpoint::verifier;
use super::interrupt::Interrupt;
use super::progress::Show;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::data_dir::DataDir;
use crate::output::Output;

/// What to verify, and against what.
#[derive(Clone, Debug, Args)]
pub struct VerifyArgs {
    /// Verify this case alone
    #[arg(long, value_name = "DOCKET NUMBER")]
    case: Option<DocketNumber>,
    #[command(flatten)]
    trust: TrustArgs,
    /// How many segments this process works on at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    workers: u8,
    /// In how many segments the event table is scanned
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    segments: u32,
}

/// What is known of checkpoints beside what is stored here.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct TrustArgs {
    /// Checkpoints must be signed with this key: a file, or the key itself, as `casefold
    /// checkpoint-key` prints it. Say it again for a key that was used before. Where none is said,
    /// that of the data directory counts
    #[arg(long = "public-key", value_name = "KEY")]
    public_keys: Vec<String>,
    /// This checkpoint was seen before, and must be there: its number, a colon and its hash, as
    /// `casefold checkpoint` prints them
    #[arg(long, value_name = "NUMBER:HASH")]
    pub(super) seen: Vec<Seen>,
}

impl TrustArgs {
    /// The keys that were named.
    fn named(&self) -> Result<Vec<PublicKey>, CommandFailure> {
        self.public_keys
            .iter()
            .map(|text| public_key(text))
            .collect()
    }

    /// The keys that were named, and another.
    pub(super) fn keys_beside(&self, key: &PublicKey) -> Result<Vec<PublicKey>, CommandFailure> {
        let mut keys = self.named()?;
        keys.push(key.clone());
        Ok(keys)
    }

    /// The keys that were named; that of the data directory where none was, and it has one.
    fn keys(&self, options: &Options) -> Result<Vec<PublicKey>, CommandFailure> {
        let named = self.named()?;
        if !named.is_empty() {
            return Ok(named);
        }
        let data_dir = DataDir::open(&options.data_dir)?;
        if !data_dir.has_checkpoint_key() {
            return Ok(Vec::new());
        }
        let signer = LocalSigner::new(data_dir.checkpoint_key()?.as_bytes())?;
        Ok(vec![signer.public_key().clone()])
    }
}

/// Reads a public key: the text itself, or what is in the file of this name.
pub(super) fn public_key(text: &str) -> Result<PublicKey, CommandFailure> {
    let error = match text.parse() {
        Ok(key) => return Ok(key),
        Err(error) => error,
    };
    let file: PathBuf = Path::new(text).into();
    let Ok(in_file) = std::fs::read_to_string(&file) else {
        return Err(format!("{text} is neither a file nor a key; {error}").into());
    };
    in_file
        .parse()
        .map_err(|error| format!("{}: {error}", file.display()).into())
}

/// What it came to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    clean: bool,
    seconds: f64,
    #[serde(flatten)]
    report: VerifyReport,
}

/// Verifies.
///
/// The exit status is 0 where everything was looked at and nothing is wrong.
///
/// # Errors
/// Where the stores can't be used.
pub async fn run(options: &Options, args: &VerifyArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let done = verify(&backend, options, args, output).await;
    backend.close().await;
    let done = done?;
    output.print(&done, || text(&done))?;
    Ok(if done.clean {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn verify(
    backend: &Backend,
    options: &Options,
    args: &VerifyArgs,
    output: &Output,
) -> Result<Done, CommandFailure> {
    let store = backend.store();
    let verify = Verify {
        seen: args.trust.seen.clone(),
        ..verifier(store, args.trust.keys(options)?)
    };
    let show = Show::new(output, store.commits_about().await);
    let report = match args.case {
        Some(number) => {
            let report = verify.case(number).await;
            show.end();
            report?.ok_or_else(|| format!("there is no case {number}, and no checkpoint has it"))?
        }
        None => {
            let interrupt = Interrupt::listen();
            let config = VerifyConfig {
                workers: args.workers.into(),
                segments: args.segments,
            };
            let report = verify.run(config, &show, interrupt.stopped()).await;
            show.end();
            report?
        }
    };
    Ok(Done {
        clean: report.is_clean(),
        seconds: show.seconds(),
        report,
    })
}

/// A line for each thing that is wrong.
pub(super) fn findings(report: &VerifyReport) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in &report.checkpoints {
        lines.push(format!("checkpoint {}  {}", finding.number, finding.kind));
    }
    let found = &report.status.found;
    for finding in &found.named {
        let trusted = match finding.trusted_to.0 {
            0 => "nothing of it can be trusted".to_owned(),
            version => format!("it can be trusted up to version {version}"),
        };
        lines.push(format!(
            "{}  {}; {trusted}",
            finding.docket_number, finding.kind
        ));
    }
    let more = found.broken.saturating_sub(found.named.len() as u64);
    if more > 0 {
        lines.push(format!("… and {more} more cases"));
    }
    lines
}

fn text(done: &Done) -> String {
    let report = &done.report;
    let mut lines = findings(report);
    let VerifyStatus {
        scanned,
        found,
        cost,
        ..
    } = &report.status;
    let end = match report.complete {
        true => "",
        false => "; stopped, run it again to go on",
    };
    lines.push(format!(
        "{} cases of {} commits: {} sound, {} broken; {} read units{end}",
        scanned.cases, scanned.commits, found.sound, found.broken, cost.read_units
    ));
    lines.push(match &report.checkpoint {
        Some(with) => format!(
            "compared with checkpoint {} of {}: {} cases, {} commits{}",
            with.number,
            with.at,
            with.cases,
            with.commits,
            match report.signatures_checked {
                true => "",
                false => "; its signature was not checked, say --public-key",
            }
        ),
        None => "compared with no checkpoint: lost cases and last commits would not be missed; \
                 see `casefold checkpoint`"
            .to_owned(),
    });
    lines.push(format!("{:.1} s in this run", done.seconds));
    lines.join("\n")
}
