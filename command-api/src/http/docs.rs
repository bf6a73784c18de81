//! `/docs`, and the way there from the root.
//!
//! With the feature `docs-ui` it is a page to browse and try the API, from assets within this
//! program: it renders with no internet. They are a megabyte and more, which a program that is
//! loaded for a cold start does without; there the page says where the description is.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;

use super::ApiState;

pub(super) fn routes() -> Router<ApiState> {
    page::routes().route("/", get(|| async { Redirect::to("/docs/") }))
}

#[cfg(feature = "docs-ui")]
mod page {
    use axum::Router;
    use axum::extract::Request;
    use axum::http::HeaderValue;
    use axum::http::header::CONTENT_SECURITY_POLICY;
    use axum::middleware::{self, Next};
    use axum::response::Response;
    use utoipa_swagger_ui::{Config, SwaggerUi};

    use super::ApiState;

    /// Everything of the page comes from this server; the styles within its script are inline,
    /// and its icons are data addresses.
    const POLICY: HeaderValue = HeaderValue::from_static(
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
         frame-ancestors 'none'",
    );

    pub(super) fn routes() -> Router<ApiState> {
        let config = Config::from("/openapi.json")
            // The page would send the document to a validator elsewhere.
            .validator_url("none")
            .try_it_out_enabled(true)
            .display_request_duration(true)
            .default_models_expand_depth(0)
            .doc_expansion("list");
        Router::from(SwaggerUi::new("/docs").config(config))
            .layer(middleware::from_fn(allow_own_assets))
    }

    async fn allow_own_assets(request: Request, next: Next) -> Response {
        let mut response = next.run(request).await;
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, POLICY);
        response
    }
}

#[cfg(not(feature = "docs-ui"))]
mod page {
    use axum::Router;
    use axum::response::{Html, Redirect};
    use axum::routing::get;

    use super::ApiState;

    const PAGE: &str = include_str!("docs.html");

    pub(super) fn routes() -> Router<ApiState> {
        Router::new()
            .route("/docs", get(|| async { Redirect::to("/docs/") }))
            .route("/docs/", get(|| async { Html(PAGE) }))
    }
}
