//! Whether the service lives, and whether it can serve.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiState;
use super::problem::{Problem, ProblemDocument};

/// Where to ask whether the process lives.
pub(super) const ALIVE: &str = "/healthz";

/// Where to ask whether it can serve.
pub(super) const READY: &str = "/readyz";

/// Where to ask how the service is.
pub(super) const ROUTES: [&str; 2] = [ALIVE, READY];

/// How the service is.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`: anything else is a problem document.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Whether the process lives
///
/// It says nothing of the store: a process that lives and can't reach its store should not
/// be restarted for it.
#[utoipa::path(
    get, path = "/healthz", tag = "health", operation_id = "healthz", security(()),
    responses((status = 200, description = "It lives.", body = Health)),
)]
pub(super) async fn healthz() -> impl IntoResponse {
    ([(CACHE_CONTROL, "no-store")], Json(OK))
}

/// Whether requests can be served
///
/// Asks the store a question. An instance that is not ready should get no requests.
#[utoipa::path(
    get, path = "/readyz", tag = "health", operation_id = "readyz", security(()),
    responses(
        (status = 200, description = "The store answers.", body = Health),
        (status = 503, description = "It doesn't: `NOT_READY`.",
         body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub(super) async fn readyz(State(state): State<ApiState>) -> Result<impl IntoResponse, Problem> {
    state.service.ready().await.map_err(|error| {
        // Logs the cause; the code of its own tells a balancer that this is no request.
        let detail = error.to_string();
        drop(Problem::from(error));
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "NOT_READY", detail)
    })?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(OK)))
}
