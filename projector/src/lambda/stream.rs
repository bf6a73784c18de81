//! The handler `stream`: batches of stream records.

use lambda_runtime::{LambdaEvent, service_fn};
use serde_json::Value;

use super::guard::guarded;
use crate::{Projector, record};

/// Folds batches. A build that starts tries what is parked first.
pub(super) async fn serve(projector: Projector) -> Result<(), lambda_runtime::Error> {
    projector.retry_parked().await;
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Value>| {
        guarded(async { Ok(projector.handle(record::batch(event.payload)).await) }).await
    }))
    .await
}
