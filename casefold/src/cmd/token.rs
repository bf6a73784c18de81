//! `casefold token`: a signed development token.

use std::process::ExitCode;
use std::time::Duration;

use casefold_command_api::auth::TokenMinter;
use casefold_events::vocabulary::Role;
use casefold_events::{Timestamp, UserId};
use casefold_shared::clock::{Clock, SystemClock};
use clap::Args;
use serde::Serialize;

use super::Outcome;
use crate::cli::Options;
use crate::data_dir::DataDir;
use crate::output::Output;

/// For how long a development token can be made to hold, in hours.
const MOST_HOURS: u32 = 24 * 30;

/// For whom the token is.
#[derive(Clone, Debug, Args)]
pub struct TokenArgs {
    /// The role: docketclerk, petitionsclerk, judge, petitioner, privatepractitioner, …
    #[arg(long)]
    pub role: Role,
    /// The user's id, at most 128 visible ASCII characters
    #[arg(long, default_value = "dev-user", value_parser = |text: &str| UserId::new(text))]
    pub user: UserId,
    /// The user's name, as the docket record is to say it
    #[arg(long)]
    pub name: Option<String>,
    /// For how many hours it holds
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=MOST_HOURS as i64))]
    pub hours: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Minted {
    token: String,
    expires_at: Timestamp,
}

/// Makes a token and prints it.
///
/// # Errors
/// Where the data directory can't be used.
pub fn run(options: &Options, args: &TokenArgs, output: &Output) -> Outcome {
    let secret = DataDir::open(&options.data_dir)?.signing_secret()?;
    let minted = mint(secret.as_bytes(), args)?;
    output.print(&minted, || minted.token.clone())?;
    Ok(ExitCode::SUCCESS)
}

fn mint(secret: &[u8], args: &TokenArgs) -> Result<Minted, super::CommandFailure> {
    let now = SystemClock.now();
    let holds = Duration::from_secs(u64::from(args.hours) * 3600);
    let expires_at = Timestamp::new(now.as_datetime() + holds);
    let minter = TokenMinter::hs256(secret)?;
    let token = minter.mint(&args.user, args.role, args.name.as_deref(), now, holds)?;
    Ok(Minted { token, expires_at })
}
