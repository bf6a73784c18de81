//! HTTP: thin. A handler authorizes, parses, calls the service and renders.
//!
//! | module | holds |
//! | --- | --- |
//! | `commands`, `trial_calendars`, `reads`, `history`, `health` | the handlers |
//! | `as_of`, `blame`, `difference` | the past of a case; what gave its fields their values; what two versions hold differently |
//! | `lists`, `work_lists`, `search`, `list_page` | lists and the search, and what their pages have in common |
//! | `audit`, `accesses`, `noting` | questions across cases; who looked, and noting it first |
//! | `documents` | the content of documents, in and out |
//! | `load` | how much is taken on, and how often a caller may ask |
//! | `context`, `source`, `gateway` | what surrounds each request: correlation, the address that it comes from, what a gateway says of it, the line in the log, security headers |
//! | `arrival` | what a request may be as it arrives: its size, its codings |
//! | `bounds` | answers that are larger than what carries them takes |
//! | `extract`, `body`, `etag`, [`cursor`] | reading requests, strictly |
//! | [`problem`] | every answer that is not a success |
//! | [`openapi`], `docs` | the description of it all |
//!
//! The same [`router`] runs under Lambda and on a local port. No rule of the court is here,
//! and no knowledge of a store.

mod accesses;
mod arrival;
mod as_of;
mod audit;
mod blame;
mod body;
mod bounds;
mod commands;
mod context;
pub mod cursor;
mod difference;
mod docs;
mod documents;
mod etag;
mod extract;
mod gateway;
mod health;
mod history;
mod history_filter;
mod list_page;
mod lists;
mod load;
mod noting;
pub mod openapi;
pub mod problem;
mod reads;
mod search;
mod source;
mod trial_calendars;
mod work_lists;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

pub(crate) use self::bounds::AnswerLimit;
pub(crate) use self::gateway::ByGateway;
pub use self::load::Limits;
use self::load::Load;
use self::problem::Problem;
use crate::auth::{Callers, TokenVerifier};
use crate::service::Service;

/// How long a request may take. API Gateway gives up after 30 seconds: we are first, and
/// the caller gets an answer that says what to do.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(25);

/// What handlers need.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) service: Arc<Service>,
    pub(crate) callers: Arc<Callers>,
    pub(crate) trusted_proxies: usize,
    pub(crate) limit: Option<AnswerLimit>,
    load: Option<Arc<Load>>,
}

impl ApiState {
    /// The state of an API over a service, for callers with tokens that the verifier takes.
    pub fn new(service: Service, verifier: TokenVerifier) -> Self {
        Self::known_by(service, Callers::Tokens(Arc::new(verifier)))
    }

    /// The same for callers who are known in this way.
    pub(crate) fn known_by(service: Service, callers: Callers) -> Self {
        Self {
            service: Arc::new(service),
            callers: Arc::new(callers),
            trusted_proxies: 0,
            limit: None,
            load: None,
        }
    }

    /// The same, where answers may come to so much and no more.
    pub(crate) fn answering_within(self, limit: AnswerLimit) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }

    /// The same, which takes on so much and no more. Without limits it takes on everything, as
    /// where something before it holds requests back.
    #[must_use]
    pub fn taking_on(self, limits: Limits) -> Self {
        Self {
            load: Some(Arc::new(Load::within(limits))),
            ..self
        }
    }

    /// The same behind so many proxies whose `X-Forwarded-For` is believed; the addresses that
    /// requests come from are told by the outermost of them. None is believed without.
    #[must_use]
    pub fn behind_proxies(self, trusted_proxies: usize) -> Self {
        Self {
            trusted_proxies,
            ..self
        }
    }
}

/// The API with its documentation.
pub fn router(state: ApiState) -> Router {
    let routes = Router::new()
        .route("/v1/cases", post(commands::file_petition))
        .route("/v1/commands", post(commands::command_group))
        .route(
            "/v1/trial-calendars",
            post(trial_calendars::set_trial_calendar),
        )
        .route("/v1/cases/{docketNumber}", get(reads::read_case))
        .route(
            "/v1/cases/{docketNumber}/commands",
            post(commands::command_case),
        )
        .route(
            "/v1/cases/{docketNumber}/docket-entries",
            get(reads::read_docket_entries),
        )
        .route(
            "/v1/cases/{docketNumber}/history",
            get(history::read_history),
        )
        .route("/v1/cases/{docketNumber}/blame", get(blame::read_blame))
        .route(
            "/v1/cases/{docketNumber}/difference",
            get(difference::read_difference),
        )
        .merge(lists())
        .route("/v1/audit/commits", get(audit::find_commits))
        .route("/v1/audit/accesses", get(accesses::read_accesses))
        .route(
            "/v1/cases/{docketNumber}/docket-entries/{docketEntry}/document",
            get(documents::download::read_document),
        )
        .route(
            "/v1/cases/{docketNumber}/correspondence/{correspondenceId}/document",
            get(documents::download::read_correspondence),
        )
        .route(
            "/v1/documents/uploads",
            post(documents::upload::request_upload),
        )
        .route(health::ALIVE, get(health::healthz))
        .route(health::READY, get(health::readyz))
        .route("/openapi.json", get(openapi::serve))
        .merge(docs::routes());
    surrounded(routes, state)
}

/// The lists and the search.
fn lists() -> Router<ApiState> {
    Router::new()
        .route("/v1/lists/by-status", get(lists::by_status))
        .route("/v1/lists/by-judge", get(lists::by_judge))
        .route("/v1/lists/by-trial-city", get(lists::by_trial_city))
        .route(
            "/v1/lists/eligible-for-trial",
            get(lists::eligible_for_trial),
        )
        .route("/v1/lists/by-person", get(lists::by_person))
        .route("/v1/lists/by-group", get(lists::by_group))
        .route("/v1/lists/by-trial-session", get(lists::by_trial_session))
        .route("/v1/lists/deadlines", get(work_lists::deadlines))
        .route(
            "/v1/lists/pending-entries",
            get(work_lists::pending_entries),
        )
        .route("/v1/lists/work", get(work_lists::work))
        .route("/v1/my-cases", get(search::my_cases))
        .route("/v1/search", get(search::search))
}

/// Routes with all that surrounds a request, the outermost last.
fn surrounded(routes: Router<ApiState>, state: ApiState) -> Router {
    routes
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(DefaultBodyLimit::max(body::MAX_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            REQUEST_TIMEOUT,
        ))
        // Past the limits on the others' time and size; these have their own.
        .merge(documents::long_routes())
        .layer(CatchPanicLayer::custom(|_| {
            // The log has its place already, by the hook of `telemetry::panics`. Its message may
            // hold anything, and neither the log nor the answer tells it.
            Problem::panicked().into_response()
        }))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            bounds::bounded,
        ))
        .layer(middleware::from_fn(arrival::checked))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            load::within_room,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            context::surround,
        ))
        .with_state(state)
}
