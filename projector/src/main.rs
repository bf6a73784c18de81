//! The projector as a Lambda function: see [`casefold_projector::lambda`].

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    casefold_projector::lambda::main().await
}
