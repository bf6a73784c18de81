//! What an HTTP answer comes to as Lambda carries it: a JSON document with the body as text, or
//! as Base64 where it is none.

use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

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

fn size_of(headers: &HeaderMap, body: &[u8]) -> usize {
    let of_headers: usize = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + escaped(value.as_bytes()) + 8)
        .sum();
    let of_body = match is_text(headers) {
        true => escaped(body),
        // Some other types are carried as text as well; that is told by the larger of the two.
        false => escaped(body).max(body.len().div_ceil(3) * 4),
    };
    FRAME_BYTES + of_headers + of_body
}

/// Whether the body is carried as text for certain.
fn is_text(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let media_type = media_type.and_then(|it| it.split(';').next());
    let media_type = media_type.unwrap_or_default().trim();
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    !headers.contains_key(CONTENT_ENCODING) && (is_json || media_type.starts_with("text/"))
}

/// How many bytes a text has between the quotes of JSON. What is no UTF-8 is replaced on the
/// way, by three bytes for one at most.
fn escaped(text: &[u8]) -> usize {
    let is_utf8 = std::str::from_utf8(text).is_ok();
    text.iter()
        .map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
            0..=0x1f => 6,
            0x80.. if !is_utf8 => 3,
            _ => 1,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
    use proptest::prelude::*;

    use super::*;

    /// What lambda_http makes of an answer, in bytes.
    fn carried(headers: &HeaderMap, body: &[u8]) -> usize {
        let mut response = axum::http::Response::new(axum::body::Body::from(body.to_vec()));
        *response.headers_mut() = headers.clone();
        let response = lambda_http::IntoResponse::into_response(response);
        let response = futures::executor::block_on(response);
        let mut carried = ApiGatewayV2httpResponse::default();
        carried.status_code = 200;
        carried.headers = response.headers().clone();
        carried.is_base64_encoded = matches!(response.body(), lambda_http::Body::Binary(_));
        carried.body = Some(response.into_body());
        serde_json::to_vec(&carried).unwrap().len()
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
            let (told, is) = (size_of(&headers, &body), carried(&headers, &body));
            prop_assert!(is <= told, "{is} of {told}");
            prop_assert!(body.len() <= told);
            if media_type == "application/json" && is_text {
                prop_assert!(told <= is + FRAME_BYTES, "{told} for {is}");
            }
        }
    }
}
