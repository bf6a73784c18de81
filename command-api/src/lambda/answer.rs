//! What an HTTP answer comes to as Lambda carries it: a JSON document with the body as text, or
//! as Base64 where it is none.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use aws_lambda_events::encodings;
use axum::body::to_bytes;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use lambda_runtime::Diagnostic;

use crate::http::AnswerLimit;

/// The most that Lambda carries: 6 MiB and 100 bytes.
const MOST_BYTES: usize = 6 * 1024 * 1024 + 100;

/// What is kept for all that is not the body, and not the headers.
const FRAME_BYTES: usize = 1_024;

/// The limit of an answer by Lambda.
pub(super) const LIMIT: AnswerLimit = AnswerLimit {
    bytes: MOST_BYTES,
    size_of,
};

/// An answer of which the end never came, or more than there may be. Code `Casefold.Failed`.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off; what the request asked for may be done")]
pub(super) struct BrokenOff(#[source] axum::Error);

impl From<BrokenOff> for Diagnostic {
    fn from(error: BrokenOff) -> Self {
        Self {
            error_type: "Casefold.Failed".to_owned(),
            error_message: error.to_string(),
        }
    }
}

/// What API Gateway is handed, in payload format 2.0. The API sets no cookies, which would have a
/// place of their own.
pub(super) async fn answer_of(response: Response) -> Result<ApiGatewayV2httpResponse, BrokenOff> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MOST_BYTES).await.map_err(BrokenOff)?;
    let mut answer = ApiGatewayV2httpResponse::default();
    answer.status_code = parts.status.as_u16().into();
    answer.headers = one_value_a_name(parts.headers);
    let body = match String::from_utf8(body.into()) {
        Ok(text) => encodings::Body::Text(text),
        Err(bytes) => encodings::Body::Binary(bytes.into_bytes()),
    };
    answer.is_base64_encoded = matches!(body, encodings::Body::Binary(_));
    answer.body = Some(body);
    Ok(answer)
}

/// Headers with what several of a name say written into one: an answer has one value of each, and
/// the others would be lost.
fn one_value_a_name(mut headers: HeaderMap) -> HeaderMap {
    let repeated: Vec<_> = headers
        .keys()
        .filter(|name| headers.get_all(*name).iter().nth(1).is_some())
        .cloned()
        .collect();
    for name in repeated {
        let values = headers.get_all(&name).iter();
        let bytes: Vec<&[u8]> = values.map(HeaderValue::as_bytes).collect();
        if let Ok(joined) = HeaderValue::from_bytes(&bytes.join(&b", "[..])) {
            headers.insert(name, joined);
        }
    }
    headers
}

fn size_of(headers: &HeaderMap, body: &[u8]) -> usize {
    let of_headers: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + escaped(value.as_bytes()) + 8)
        .sum();
    let of_body = match std::str::from_utf8(body) {
        Ok(text) => escaped(text.as_bytes()),
        Err(_) => body.len().div_ceil(3) * 4,
    };
    FRAME_BYTES + of_headers + of_body
}

/// How many bytes a text has between the quotes of JSON.
fn escaped(text: &[u8]) -> usize {
    text.iter()
        .map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
            0..=0x1f => 6,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::header::CONTENT_TYPE;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn carried(headers: &HeaderMap, body: &[u8]) -> Value {
        let mut response = Response::new(Body::from(body.to_vec()));
        *response.headers_mut() = headers.clone();
        let answer = futures::executor::block_on(answer_of(response)).unwrap();
        serde_json::to_value(answer).unwrap()
    }

    #[test]
    fn headers_of_one_name_become_one() {
        let mut headers = HeaderMap::new();
        for (name, value) in [("vary", "Accept"), ("vary", "Origin"), ("etag", "\"1\"")] {
            headers.append(name, HeaderValue::from_static(value));
        }
        let carried = carried(&headers, b"");
        assert_eq!(carried["headers"]["vary"], "Accept, Origin");
        assert_eq!(carried["headers"]["etag"], "\"1\"");
    }

    #[test]
    fn a_body_is_carried_as_text_or_as_base64_and_told_which() {
        let carried = |body: &[u8]| {
            let carried = carried(&HeaderMap::new(), body);
            (carried["isBase64Encoded"] == true, carried["body"].clone())
        };
        assert_eq!(carried("Zoë".as_bytes()), (false, "Zoë".into()));
        assert_eq!(carried(&[0, 255]), (true, "AP8=".into()));
    }

    proptest! {
        #[test]
        fn an_answer_is_never_larger_than_it_is_told_and_little_smaller(
            media_type in prop::sample::select(vec![
                "application/json", "application/problem+json", "text/html; charset=utf-8",
                "application/pdf", "application/javascript", "image/svg+xml",
            ]),
            body in prop::collection::vec(any::<u8>(), 0..400),
            text in ".{0,400}",
            is_text in any::<bool>(),
        ) {
            let body = if is_text { text.into_bytes() } else { body };
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
            let told = size_of(&headers, &body);
            let is = carried(&headers, &body).to_string().len();
            prop_assert!(is <= told, "{is} of {told}");
            prop_assert!(body.len() <= told);
            prop_assert!(told <= is + FRAME_BYTES, "{told} for {is}");
        }
    }
}
