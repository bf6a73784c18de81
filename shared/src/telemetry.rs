//! Logging: one line an event, on standard error.

pub mod panics;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use futures::future::LocalBoxFuture;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::gateway::BoxError;

/// Names the variable that says what is logged: a level for all, and levels for some, say
/// `info,casefold_projector=debug`.
pub const LOG_VARIABLE: &str = "CASEFOLD_LOG";

/// What is logged where nothing else is said. The libraries under the AWS SDK tell each
/// request at `info`, which is too much.
const DEFAULT_FILTER: &str = "info,aws_config=warn,aws_runtime=warn,aws_sdk_dynamodb=warn,aws_smithy_runtime=warn,\
     hyper=warn,hyper_util=warn,rustls=warn,dynoxide=error";

/// How an event is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A JSON object, for the log services of a production.
    Json,
    /// Text, for a person's terminal; coloured where it is one.
    Text,
}

/// Why logging can't begin.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter can't be understood.
    #[error(
        "the environment variable {LOG_VARIABLE} is no filter; write it like \
         info,casefold_projector=debug"
    )]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// The variable is not text.
    #[error("the environment variable {LOG_VARIABLE} is not valid UTF-8")]
    NotText,
    /// Logging has begun in this process already.
    #[error("logging was begun twice in one process")]
    Twice(#[source] TryInitError),
}

/// Begins logging, once in a process; [panics] are logged as well.
///
/// # Errors
/// [`TelemetryError`] where the filter can't be understood, or logging has begun already.
pub fn init(format: Format) -> Result<(), TelemetryError> {
    let filter = match std::env::var(LOG_VARIABLE) {
        Ok(filter) if !filter.is_empty() => filter,
        Ok(_) | Err(std::env::VarError::NotPresent) => DEFAULT_FILTER.to_owned(),
        Err(std::env::VarError::NotUnicode(_)) => return Err(TelemetryError::NotText),
    };
    let filter: Targets = filter.parse().map_err(TelemetryError::Filter)?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        Format::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
        Format::Text => {
            let ansi = std::io::stderr().is_terminal();
            lines.with_ansi(ansi).with_filter(filter).boxed()
        }
    };
    tracing_subscriber::registry()
        .with(lines)
        .try_init()
        .map_err(TelemetryError::Twice)?;
    panics::log_all();
    Ok(())
}

/// Runs a process that logs JSON and serves until it is ended. One that can't run says why, in its
/// log, and ends with status 1.
///
/// What it serves with is boxed: a compiler follows futures within futures only so deep.
pub async fn run(serve: LocalBoxFuture<'_, Result<(), BoxError>>) -> ExitCode {
    if let Err(error) = init(Format::Json) {
        // There is no log to write to; where standard error is closed as well, nobody is told.
        let _ = writeln!(std::io::stderr(), "{error}");
        return ExitCode::FAILURE;
    }
    match serve.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = error.source().map(ToString::to_string);
            tracing::error!(%error, cause, "the process can't run");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_filter_is_understood() {
        assert!(DEFAULT_FILTER.parse::<Targets>().is_ok());
    }

    #[test]
    fn beginning_twice_is_an_error() {
        init(Format::Text).unwrap();
        // The panics of other tests are for whoever runs them.
        drop(std::panic::take_hook());
        assert!(matches!(init(Format::Json), Err(TelemetryError::Twice(_))));
    }
}
