//! The request that an event of API Gateway stands for: an HTTP API's, in payload format 2.0.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use lambda_runtime::Diagnostic;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::http::ByGateway;

/// What API Gateway has decoded in a path, and a URI can't have there.
const IN_PATH: &AsciiSet = &IN_QUERY.add(b'?').add(b'`').add(b'{').add(b'}');

/// What a URI can't have in its query.
const IN_QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>');

/// The stage that has no name in the path.
const NAMELESS: &str = "$default";

/// An event that is no request of an HTTP API. Nothing of it is repeated: it may be personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the event is no request of an HTTP API in payload format 2.0 ({0}); call the function by the API"
)]
pub(super) struct NoRequest(&'static str);

impl From<NoRequest> for Diagnostic {
    fn from(error: NoRequest) -> Self {
        Self {
            error_type: "Casefold.BadTask".to_owned(),
            error_message: error.to_string(),
        }
    }
}

/// An event that is one. What the parser says of another may quote it, and is left out.
pub(super) struct Event(ApiGatewayV2httpRequest);

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = ApiGatewayV2httpRequest::deserialize(deserializer).map(Self);
        event.map_err(|_| D::Error::custom(NoRequest("its fields are others")))
    }
}

/// The request of an event.
pub(super) fn request_of(Event(event): Event) -> Result<Request<Body>, NoRequest> {
    let context = event.request_context;
    let path = event.raw_path.as_deref().unwrap_or("/");
    let uri = uri(
        without_stage(path, context.stage.as_deref()),
        event.raw_query_string.as_deref().unwrap_or_default(),
    );
    let body = match (event.body, event.is_base64_encoded) {
        (Some(body), true) => {
            let body = BASE64.decode(body);
            body.map_err(|_| NoRequest("its body is no Base64"))?.into()
        }
        (Some(body), false) => body.into(),
        (None, _) => Body::empty(),
    };
    let by_gateway = ByGateway {
        source: context.http.source_ip.and_then(|it| it.parse().ok()),
        claims: context.authorizer.and_then(|it| it.jwt).map(|it| it.claims),
    };
    let request = Request::builder()
        .method(context.http.method)
        .uri(uri)
        .extension(by_gateway)
        .body(body);
    let mut request = request.map_err(|_| NoRequest("its path is none"))?;
    *request.headers_mut() = event.headers;
    Ok(request)
}

/// A path without the name of a stage, which stands at its beginning.
fn without_stage<'a>(path: &'a str, stage: Option<&str>) -> &'a str {
    stage
        .filter(|stage| *stage != NAMELESS)
        .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage))
        .filter(|rest| rest.starts_with('/'))
        .unwrap_or(path)
}

fn uri(path: &str, query: &str) -> String {
    let mut uri = utf8_percent_encode(path, IN_PATH).to_string();
    if !query.is_empty() {
        uri.push('?');
        uri.extend(utf8_percent_encode(query, IN_QUERY));
    }
    uri
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use axum::body::to_bytes;
    use axum::http::Method;
    use serde_json::{Value, json};

    use super::*;

    fn event(path: &str) -> Value {
        json!({
            "rawPath": path,
            "rawQueryString": "",
            "headers": {"accept": "application/json"},
            "requestContext": {
                "http": {"method": "POST", "path": path, "sourceIp": "203.0.113.7"},
                "stage": "$default",
                "timeEpoch": 1_795_867_200_000_i64,
            },
            "isBase64Encoded": false,
        })
    }

    fn asked(event: Value) -> Result<Request<Body>, NoRequest> {
        request_of(serde_json::from_value(event).unwrap())
    }

    async fn body_of(event: Value) -> Vec<u8> {
        let body = asked(event).unwrap().into_body();
        to_bytes(body, 1_000).await.unwrap().to_vec()
    }

    #[test]
    fn a_request_is_what_the_gateway_was_sent() {
        let mut event = event("/v1/cases");
        event["rawQueryString"] = "limit=3&after=a%2Fb".into();
        event["requestContext"]["authorizer"] = json!({"jwt": {"claims": {"sub": "clerk"}}});
        let request = asked(event).unwrap();
        assert_eq!(request.method(), Method::POST);
        assert_eq!(request.uri(), "/v1/cases?limit=3&after=a%2Fb");
        assert_eq!(request.headers()["accept"], "application/json");
        let by_gateway = request.extensions().get::<ByGateway>().unwrap();
        let source: IpAddr = [203, 0, 113, 7].into();
        assert_eq!(by_gateway.source, Some(source));
        let claims = by_gateway.claims.as_ref().unwrap();
        assert_eq!(claims["sub"], "clerk");
    }

    #[test]
    fn a_stage_is_taken_from_the_path_where_it_stands_first() {
        let path = |path, stage: &str| without_stage(path, Some(stage)).to_owned();
        assert_eq!(path("/court/v1/cases", "court"), "/v1/cases");
        assert_eq!(path("/courts/v1", "court"), "/courts/v1");
        assert_eq!(path("/v1/v1/cases", "v1"), "/v1/cases");
        assert_eq!(path("/$default/v1", "$default"), "/$default/v1");
        assert_eq!(without_stage("/v1", None), "/v1");
    }

    #[test]
    fn what_the_gateway_has_decoded_is_written_in_code_again() {
        let mut event = event("/v1/cases/101 26?/ä");
        event["rawQueryString"] = "text=<a b>".into();
        let request = asked(event).unwrap();
        assert_eq!(request.uri().path(), "/v1/cases/101%2026%3F/%C3%A4");
        assert_eq!(request.uri().query(), Some("text=%3Ca%20b%3E"));
    }

    #[tokio::test]
    async fn a_body_comes_as_text_or_as_base64() {
        assert_eq!(body_of(event("/")).await, b"");
        let mut text = event("/");
        text["body"] = "Zoë".into();
        assert_eq!(body_of(text).await, "Zoë".as_bytes());
        let mut coded = event("/");
        coded["body"] = "AP8=".into();
        coded["isBase64Encoded"] = true.into();
        assert_eq!(body_of(coded.clone()).await, [0, 255]);
        coded["body"] = "Zoë".into();
        assert_eq!(asked(coded).err(), Some(NoRequest("its body is no Base64")));
    }

    #[test]
    fn an_event_that_is_none_is_told_without_what_is_in_it() {
        for event in [
            json!(null),
            json!({"name": "Vera Lindholm"}),
            json!({"requestContext": "Vera Lindholm"}),
        ] {
            let told = serde_json::from_str::<Event>(&event.to_string())
                .err()
                .unwrap()
                .to_string();
            assert!(
                told.starts_with("the event is no request of an HTTP API"),
                "{told}"
            );
            assert!(!told.contains("Vera"), "{told}");
        }
    }
}
