//! The command API as a Lambda function: see [`casefold_command_api::lambda`].

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    casefold_command_api::lambda::main().await
}
