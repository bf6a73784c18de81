//! `casefold project`: reads the event table's stream and projects it, beside others that do the
//! same.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use casefold_command_api::service::Service;
use casefold_shared::clock::SystemClock;
use casefold_shared::config::MasterKeyConfig;
use casefold_shared::gateway::Stores;
use clap::Args;
use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::checkpoint::{KeyArgs, verifier};
use super::interrupt::told_to_stop;
use super::job::jobs;
use super::{CommandFailure, Outcome};
use crate::backend::Backend;
use crate::checkpoints::Checkpoints;
use crate::cli::Options;
use crate::data_dir;
use crate::duties::Duties;
use crate::feed::{Holding, Sharing, Until};
use crate::output::Output;
use crate::projecting::{Reading, trims};
use crate::refill;

/// How to take part.
#[derive(Clone, Debug, Args)]
pub struct ProjectArgs {
    /// Read so many shards at most; without it, an equal share of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    max_shards: Option<u16>,
    /// How long after the death of a process others take over what it read, in seconds
    ///
    /// A process says so three times in this time that it is alive. The clocks of all machines
    /// are to differ by less.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(2..=900))]
    lease_seconds: u16,
    /// How often the record is verified and signed, in minutes; 0 for never
    ///
    /// Of all processes that do it, one does at a time. All must have the same key: the file
    /// checkpoint-key of the data directory, or one of KMS.
    #[arg(
        long,
        env = "CASEFOLD_CHECKPOINT_EVERY",
        value_name = "MINUTES",
        default_value_t = 0
    )]
    checkpoint_every: u32,
    #[command(flatten)]
    checkpoint_key: KeyArgs,
}

/// What a process says of itself when it reads.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Up {
    /// Its name among the others; `None` where it runs the engine and has nobody beside it.
    process: Option<String>,
    stream: String,
    /// The shards that it reads.
    shards: Vec<String>,
    /// How many can be read now, by whomever.
    shards_to_read: usize,
    /// How many processes read them, this one included.
    processes: usize,
}

/// Reads until it is told to stop by SIGINT or SIGTERM; then finishes what it took, and gives its
/// shards back.
///
/// # Errors
/// Where the tables, their stream or a key can't be used.
pub async fn run(options: &Options, args: &ProjectArgs, output: &Output) -> Outcome {
    refuse_without_master_key(options)?;
    let backend = Backend::open(options).await?;
    let sharing = Sharing {
        max_shards: args.max_shards.map(usize::from),
    };
    let lease_lasts = Duration::from_secs(args.lease_seconds.into());
    let reading = Reading::sharing(&backend, sharing, lease_lasts).await?;
    let (stop, stopped) = watch::channel(false);
    let (holding, mut held) = watch::channel(Holding::default());
    let mut tasks = JoinSet::new();

    let feed = reading.projector_feed(trims(&backend, 1).pop()).await;
    let (feed, feed_stopped) = (feed.telling(holding), stopped.clone());
    tasks.spawn(async move { feed.run(Until::Stopped, feed_stopped).await });
    tasks.spawn(refill::run(Arc::clone(backend.store()), stopped.clone()));
    let clock = Arc::new(SystemClock);
    let duties = Duties::new(backend.store().clone(), clock.clone(), reading.owner());
    if args.checkpoint_every > 0 {
        let signer = args.checkpoint_key.signer(options).await?;
        let checkpoints = Checkpoints {
            verify: verifier(backend.store(), vec![signer.public_key().clone()]),
            signer,
            every: Duration::from_secs(u64::from(args.checkpoint_every) * 60),
            duties: duties.clone(),
        };
        tasks.spawn(checkpoints.run(stopped.clone()));
    }
    let service = Service::new(Stores::of(Arc::clone(backend.store())), clock);
    tasks.spawn(jobs(service, duties, stopped));

    let mut told = std::pin::pin!(told_to_stop());
    tokio::select! {
        () = &mut told => {}
        // What can't be read yet is in the log.
        Ok(()) = held.changed() => {
            let up = up(&reading, &held.borrow());
            output.print(&up, || text(&up))?;
            told.await;
        }
    }
    tracing::info!("stopping: finishing what was taken");
    // Whoever has ended by itself doesn't listen.
    let _ = stop.send(true);
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    backend.close().await;
    Ok(ExitCode::SUCCESS)
}

/// A process on a machine of its own must not make a master key of its own: with that it could
/// read nobody's data, and every case would be parked.
fn refuse_without_master_key(options: &Options) -> Result<(), CommandFailure> {
    let named = MasterKeyConfig::from_env()?;
    let in_directory = data_dir::master_key(&options.data_dir);
    let file = named.file.unwrap_or(in_directory);
    if options.endpoint_url.is_none() || named.kms_key.is_some() || file.exists() {
        return Ok(());
    }
    Err(format!(
        "there is no master key in {}; copy that of the court there (a service makes it with the \
         first petition), or name it in CASEFOLD_MASTER_KEY_FILE or CASEFOLD_KMS_KEY",
        file.display()
    )
    .into())
}

fn up(reading: &Reading, holding: &Holding) -> Up {
    Up {
        process: reading.owner().map(str::to_owned),
        stream: holding.stream.clone(),
        shards: holding.shards.clone(),
        shards_to_read: holding.ready,
        processes: holding.processes,
    }
}

fn text(up: &Up) -> String {
    let shards = match up.shards.is_empty() {
        true => String::new(),
        false => format!(": {}", up.shards.join(", ")),
    };
    format!(
        "Casefold projects {}\n{} of {} shards are read here, by one of {} processes{shards}",
        up.stream,
        up.shards.len(),
        up.shards_to_read,
        up.processes
    )
}
