//! What surrounds every request: its correlation id and span, its line in the access log,
//! problem documents, and the headers that every answer has.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use casefold_events::Personal;
use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_shared::gateway::{Consumed, accounted};
use casefold_shared::metrics::Line;
use casefold_shared::metrics::table::FAILURES;
use tracing::Instrument;

use super::ApiState;
use super::problem::{PROBLEM_JSON, Problem};
use super::source;
use crate::service::told::SERVICE;

/// The header that carries a correlation id, in and out.
pub(super) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-correlation-id");

/// What is known of a request while it is served.
#[derive(Clone)]
pub(super) struct Context {
    pub(super) correlation_id: CorrelationId,
    /// The address that the request comes from, where it is known.
    pub(super) source: Option<Personal<String>>,
    role: Arc<OnceLock<Role>>,
}

impl Context {
    /// Notes in which role the caller came, for the access log.
    pub(super) fn note_role(&self, role: Role) {
        // A request has one caller; a second note would say the same.
        let _ = self.role.set(role);
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let context = parts.extensions.get::<Self>().cloned();
        context.ok_or_else(|| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

/// Serves a request within its context.
pub(super) async fn surround(
    State(state): State<ApiState>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let context = Context {
        correlation_id: correlation_id(request.headers())
            .unwrap_or_else(|| CorrelationId::from(state.service.clock().new_id())),
        source: source::address(&request, state.trusted_proxies),
        role: Arc::default(),
    };
    let span = tracing::info_span!("request", correlation_id = %context.correlation_id);
    request.extensions_mut().insert(context.clone());
    let work = next.run(request).instrument(span.clone());
    let (response, consumed) = accounted(work).await;
    let (response, code) = finish(response, &method, &context.correlation_id);
    // Never names, bodies or captions: the template of the route and not the path itself.
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    span.in_scope(|| {
        tracing::info!(
            method = %method,
            route,
            status = response.status().as_u16(),
            code = code.as_deref(),
            duration_ms = started.elapsed().as_secs_f64() * 1_000.0,
            role = context.role.get().map(|role| role.as_str()),
            "served"
        );
    });
    let failed = response.status().is_server_error();
    // A command has told of itself; what is left is what else the request cost, and failures.
    if failed || consumed != Consumed::default() {
        state.service.metrics().tell(|| {
            let line = Line::of(SERVICE)
                .count(&FAILURES, failed.into())
                .consumed(consumed)
                .about("method", method.as_str())
                .about("route", route)
                .about("status", response.status().as_u16())
                .about("correlationId", context.correlation_id.as_str());
            match code.filter(|_| failed) {
                Some(code) => line.about("failure", code.as_ref()),
                None => line,
            }
        });
    }
    response
}

/// The caller's own id, where it sends one that can be one.
fn correlation_id(headers: &HeaderMap) -> Option<CorrelationId> {
    CorrelationId::new(headers.get(CORRELATION_ID)?.to_str().ok()?).ok()
}

/// Writes problems out, and gives every answer its headers. Of a problem it tells the code.
fn finish(
    mut response: Response,
    method: &Method,
    correlation_id: &CorrelationId,
) -> (Response, Option<Cow<'static, str>>) {
    let status = response.status();
    let failed = status.is_client_error() || status.is_server_error();
    let problem = response.extensions_mut().remove::<Problem>();
    let mut code = None;
    if failed || problem.is_some() {
        let allow = response.headers().get(ALLOW).cloned();
        let problem = problem.unwrap_or_else(|| Problem::of_status(status));
        code = Some(problem.code.clone());
        response = problem.render(correlation_id, allow);
    }
    if *method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(correlation_id.as_str()) {
        headers.insert(CORRELATION_ID, id);
    }
    let problem = headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value == PROBLEM_JSON);
    let defaults = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (
            CACHE_CONTROL,
            if problem {
                "no-store"
            } else {
                "private, no-cache"
            },
        ),
    ];
    for (name, value) in defaults {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    (response, code)
}
