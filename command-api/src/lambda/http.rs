//! The handler `http`: the API behind an HTTP API of API Gateway.

use axum::http::header::SET_COOKIE;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Response, Uri};
use lambda_http::request::RequestContext;
use lambda_http::tower::ServiceBuilder;

use super::answer;
use crate::auth::Callers;
use crate::http::{ApiState, router};
use crate::service::Service;

/// Serves the API, to callers who are known in this way.
pub(super) async fn serve(service: Service, callers: Callers) -> Result<(), lambda_http::Error> {
    let state = ApiState::known_by(service, callers).answering_within(answer::LIMIT);
    let app = ServiceBuilder::new()
        .map_request(without_stage)
        .map_response(one_value_a_header)
        .service(router(state));
    lambda_http::run(app).await
}

/// Takes the name of a stage from the beginning of the path. The stage `$default` has none
/// there.
fn without_stage(mut request: lambda_http::Request) -> lambda_http::Request {
    let stage = match request.extensions().get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => context.stage.as_deref(),
        _ => None,
    };
    let rest = stage
        .filter(|stage| *stage != "$default")
        .and_then(|stage| after_stage(request.uri(), stage));
    if let Some(rest) = rest {
        *request.uri_mut() = rest;
    }
    request
}

fn after_stage(uri: &Uri, stage: &str) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str();
    let rest = rest.strip_prefix('/')?.strip_prefix(stage)?;
    if !rest.starts_with('/') {
        return None;
    }
    let rest = PathAndQuery::try_from(rest).ok()?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(rest);
    Uri::from_parts(parts).ok()
}

/// Writes what an answer says in several headers of a name into one: an answer of payload format
/// 2.0 has one value of each, and the others would be lost. Cookies have a place of their own.
fn one_value_a_header<B>(mut response: Response<B>) -> Response<B> {
    let headers = response.headers();
    let repeated: Vec<_> = headers
        .keys()
        .filter(|name| **name != SET_COOKIE && headers.get_all(*name).iter().nth(1).is_some())
        .cloned()
        .collect();
    for name in repeated {
        if let Some(joined) = joined(response.headers(), name.as_str()) {
            response.headers_mut().insert(name, joined);
        }
    }
    response
}

fn joined(headers: &HeaderMap, name: &str) -> Option<HeaderValue> {
    let values = headers.get_all(name).iter();
    let bytes: Vec<&[u8]> = values.map(HeaderValue::as_bytes).collect();
    HeaderValue::from_bytes(&bytes.join(&b", "[..])).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_taken_from_the_path_where_it_stands_first() {
        let after = |uri: &str, stage| after_stage(&uri.parse().unwrap(), stage);
        let uri = "https://api.example/court/v1/cases/101-26?limit=3";
        let rest = after(uri, "court").unwrap().to_string();
        assert_eq!(rest, "https://api.example/v1/cases/101-26?limit=3");
        assert_eq!(after("https://api.example/courts/v1", "court"), None);
        assert_eq!(after("https://api.example/v1", "court"), None);
    }

    #[test]
    fn headers_of_one_name_become_one() {
        let mut response = Response::new(());
        for (name, value) in [("vary", "Accept"), ("vary", "Origin"), ("etag", "\"1\"")] {
            response
                .headers_mut()
                .append(name, HeaderValue::from_static(value));
        }
        for cookie in ["a=1", "b=2"] {
            response
                .headers_mut()
                .append(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        let response = one_value_a_header(response);
        let all = |name: &str| response.headers().get_all(name).iter().count();
        assert_eq!(response.headers()["vary"], "Accept, Origin");
        assert_eq!((all("vary"), all("etag"), all("set-cookie")), (1, 1, 2));
    }
}
