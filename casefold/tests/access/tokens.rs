//! Tokens that are not accepted ([`refused`]), and keys that their issuer publishes, changes and
//! loses ([`rotation`]): the real program, and an issuer that serves its key set over HTTP.
//!
//! Several threads each: the issuer answers while a test waits for the program to start.
//!
//! What a token says is read by `command-api/src/auth`, whose tests have each claim; here it is
//! what comes of it over HTTP, and in the log.

mod issuer;
mod refused;
mod rotation;

use serde_json::{Value, json};

use self::issuer::in_seconds;
use crate::court::{Answer, Ask, Court};

/// Whom the tokens stand for: nothing of it may be told to anybody.
const USER: &str = "user-whom-nobody-tells";
const NAME: &str = "Onna Thisname";

/// The issuer of tokens.
const ISSUER: &str = "https://id.court.example";

/// What is asked: a case that isn't there, which everybody is told who is known.
const ASKED: &str = "/v1/cases/101-26";
const ACCEPTED: u16 = 404;

/// Claims of a clerk, which hold for a minute.
fn claims() -> Value {
    json!({
        "sub": USER,
        "name": NAME,
        "role": "docketclerk",
        "iss": ISSUER,
        "aud": "casefold",
        "exp": in_seconds(60),
    })
}

/// What a call with this token is answered with.
async fn with_token(court: &Court, token: &str) -> Answer {
    court.ask(&Ask::get(ASKED).by(token)).await
}

/// Whether a refusal is one as each must be: 401, with a code and a challenge.
fn assert_refused(answer: &Answer, code: &str, what: &str) {
    let told = format!("{what}: {answer:?}");
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, code),
        "{told}"
    );
    let challenge = answer.headers.get("www-authenticate").expect(&told);
    assert!(
        challenge.starts_with("Bearer realm=\"casefold\", error=\"invalid_token\""),
        "{told}"
    );
    for personal in [USER, NAME, "emperor"] {
        assert!(!told[what.len()..].contains(personal), "{told}");
    }
}
