//! The command API as a Lambda function: see [`casefold_command_api::lambda`].

use std::process::ExitCode;

// One thread: Lambda hands a function one request at a time, and less than one processor.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    casefold_command_api::lambda::main().await
}
