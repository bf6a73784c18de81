//! `casefold checkpoint`: the whole record verified, and then signed.

use std::process::ExitCode;
use std::sync::Arc;

use casefold_events::Digest;
use casefold_events::proof::key::{Algorithm, PublicKey};
use casefold_projector::verify::take::{Told, ToldCheckpoint};
use casefold_projector::verify::{Verify, VerifyConfig, VerifyReport};
use casefold_shared::dynamodb::DynamoStore;
use casefold_shared::signing::{LocalSigner, Signer};
use clap::Args;
use serde::Serialize;

use super::generations::clock;
use super::interrupt::Interrupt;
use super::progress::Show;
use super::verify::{TrustArgs, findings};
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::cli::Options;
use crate::data_dir::DataDir;
use crate::output::Output;

/// How to sign the record.
#[derive(Clone, Debug, Args)]
pub struct CheckpointArgs {
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    trust: TrustArgs,
    /// How many segments are worked on at once
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=64))]
    workers: u8,
    /// In how many segments the event table is scanned
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    segments: u32,
}

/// With which key.
#[derive(Clone, Debug, Default, Args)]
pub struct KeyArgs {
    /// Sign with this key of AWS KMS (an id, an ARN or an alias; of ECC_NIST_P256, to sign and
    /// verify) in place of the key in the data directory
    #[cfg(feature = "kms")]
    #[arg(long, env = "CASEFOLD_CHECKPOINT_KMS_KEY", value_name = "KEY")]
    checkpoint_kms_key: Option<String>,
}

impl KeyArgs {
    /// What signs: a key of KMS where one is named, or else that of the data directory, which is
    /// made on first use.
    ///
    /// # Errors
    /// Where the key can't be had.
    pub(super) async fn signer(
        &self,
        options: &Options,
    ) -> Result<Arc<dyn Signer>, CommandFailure> {
        #[cfg(feature = "kms")]
        if let Some(key) = &self.checkpoint_kms_key {
            use casefold_shared::{config::Config, dynamodb::sdk_config, signing::KmsSigner};
            // KMS is where AWS's own variables and files say, wherever the tables are.
            let config = Config {
                endpoint_url: None,
                region: None,
                table_prefix: options.table_prefix.clone(),
            };
            let sdk = sdk_config(&config).await;
            return Ok(Arc::new(KmsSigner::open(&sdk, key).await?));
        }
        let secret = DataDir::open(&options.data_dir)?.checkpoint_key()?;
        Ok(Arc::new(LocalSigner::new(secret.as_bytes())?))
    }
}

/// What verifies the record of a store, and signs it.
pub(crate) fn verifier(store: &Arc<DynamoStore>, keys: Vec<PublicKey>) -> Verify {
    Verify {
        stores: store.opener_as_stored(),
        checkpoints: store.clone(),
        keys,
        seen: Vec::new(),
        clock: clock(),
    }
}

/// What came of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Done {
    #[serde(flatten)]
    told: Told,
    seconds: f64,
    verified: VerifyReport,
}

/// Verifies and signs.
///
/// The exit status is 0 where the record, as it is, is signed: now, or before.
///
/// # Errors
/// Where the stores or the key can't be used.
pub async fn run(options: &Options, args: &CheckpointArgs, output: &Output) -> Outcome {
    let backend = Backend::open(options).await?;
    let done = take(&backend, options, args, output).await;
    backend.close().await;
    let done = done?;
    output.print(&done, || text(&done))?;
    Ok(match done.told.outcome {
        "written" | "unchanged" | "empty" => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

async fn take(
    backend: &Backend,
    options: &Options,
    args: &CheckpointArgs,
    output: &Output,
) -> Result<Done, CommandFailure> {
    let store = backend.store();
    let signer = args.key.signer(options).await?;
    let keys = args.trust.keys_beside(signer.public_key())?;
    let verify = Verify {
        seen: args.trust.seen.clone(),
        ..verifier(store, keys)
    };
    let config = VerifyConfig {
        workers: args.workers.into(),
        segments: args.segments,
    };
    let show = Show::new(output, store.commits_about().await);
    let interrupt = Interrupt::listen();
    let taken = verify
        .take_checkpoint(&*signer, config, &show, interrupt.stopped())
        .await;
    show.end();
    let (taken, verified) = taken?;
    Ok(Done {
        told: taken.told(),
        seconds: show.seconds(),
        verified,
    })
}

fn text(done: &Done) -> String {
    let mut lines = findings(&done.verified);
    let says = done.told.checkpoint.as_ref().map(|it| {
        let ToldCheckpoint { says, hash } = it;
        format!(
            "checkpoint {} of {}: {} cases, {} commits, signed by key {}\n{}:{hash}",
            says.number, says.at, says.cases, says.commits, says.key_id, says.number
        )
    });
    lines.push(match (done.told.outcome, says) {
        ("written", Some(says)) => says,
        ("unchanged", Some(says)) => format!("nothing has changed since {says}"),
        ("empty", _) => "there is no case to sign yet".to_owned(),
        ("stopped", _) => "stopped; nothing was signed, the next one begins anew".to_owned(),
        (_, _) => "nothing was signed, for something is wrong; see `casefold verify`".to_owned(),
    });
    lines.push(format!("{:.1} s", done.seconds));
    lines.join("\n")
}

/// A public key as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownKey {
    key_id: Digest,
    algorithm: Algorithm,
    public_key: String,
    pem: String,
}

/// Shows the public half of the key that signs checkpoints.
///
/// # Errors
/// Where the key can't be had.
pub async fn show_key(options: &Options, args: &KeyArgs, output: &Output) -> Outcome {
    let signer = args.signer(options).await?;
    let key = signer.public_key();
    let shown = ShownKey {
        key_id: key.id(),
        algorithm: key.algorithm(),
        public_key: key.to_string(),
        pem: key.to_pem(),
    };
    output.print(&shown, || shown.pem.trim_end().to_owned())?;
    Ok(ExitCode::SUCCESS)
}
