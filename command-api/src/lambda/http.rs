//! The handler `http`: the API behind an HTTP API of API Gateway.

use lambda_runtime::{Diagnostic, LambdaEvent, Service as _, service_fn};

use super::answer::{self, answer_of};
use super::request::{Event, request_of};
use crate::auth::Callers;
use crate::http::{ApiState, router};
use crate::service::Service;

/// Serves the API, to callers who are known in this way.
pub(super) async fn serve(service: Service, callers: Callers) -> Result<(), lambda_runtime::Error> {
    let state = ApiState::known_by(service, callers).answering_within(answer::LIMIT);
    let app = router(state);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Event>| {
        let request = request_of(event.payload)?;
        let Ok(response) = app.clone().call(request).await;
        Ok::<_, Diagnostic>(answer_of(response).await?)
    }))
    .await
}
