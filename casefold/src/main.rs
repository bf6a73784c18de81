//! The `casefold` program: see `casefold --help`.

use std::process::ExitCode;

use casefold::cli::Cli;
use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    casefold::cli::run(Cli::parse()).await
}
