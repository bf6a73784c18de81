//! What a failure of DynamoDB means to the domain.

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::gateway::{BoxError, StoreError};

/// What the service answered. The answer itself is left out: it may quote an item.
#[derive(Debug, thiserror::Error)]
#[error("{code}: {message}")]
struct ServiceAnswer {
    code: String,
    message: String,
}

/// A reason that is told in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Reason(pub(super) &'static str);

/// Translates a failure: what may pass, and what another try won't mend.
pub(super) fn store_error<E>(error: SdkError<E, HttpResponse>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match &error {
        SdkError::ServiceError(answer) => of_service(answer.err(), answer.raw().status().as_u16()),
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            StoreError::Unavailable(source_of(error))
        }
        // The request could not be built, or a kind of failure that this SDK doesn't have.
        _ => StoreError::Refused(
            "the request could not be built".to_owned(),
            source_of(error),
        ),
    }
}

fn of_service<E: ProvideErrorMetadata>(error: &E, status: u16) -> StoreError {
    let code = error.code().unwrap_or("an unnamed error").to_owned();
    let message = error.message().unwrap_or_default().to_owned();
    let answer = ServiceAnswer {
        code: code.clone(),
        message,
    };
    match code.as_str() {
        "ProvisionedThroughputExceededException"
        | "ThrottlingException"
        | "Throttling"
        | "RequestLimitExceeded"
        | "LimitExceededException"
        | "ReplicatedWriteConflictException"
        | "TransactionConflictException"
        | "TransactionInProgressException" => StoreError::Throttled(answer.into()),
        _ if status >= 500 => StoreError::Unavailable(answer.into()),
        _ => StoreError::Refused(code, answer.into()),
    }
}

/// The cause of a failure. Where the SDK itself failed, nothing of an item is in it.
fn source_of<E>(error: SdkError<E, HttpResponse>) -> BoxError
where
    E: std::error::Error + Send + Sync + 'static,
{
    error.into_source().unwrap_or_else(|error| {
        // No cause is known: the failure is told by its own name.
        error.to_string().into()
    })
}

/// A store that asked to slow down until we gave up.
pub(super) fn throttled(reason: &'static str) -> StoreError {
    StoreError::Throttled(Reason(reason).into())
}
