//! The `casefold` program: see `casefold --help`.

use std::process::ExitCode;

use casefold::cli::Cli;
use clap::Parser;

/// What one thread makes another often drops here: a record of the engine's, an answer's body. The
/// system's own allocator has them wait for one another then.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    casefold::cli::run(Cli::parse()).await
}
