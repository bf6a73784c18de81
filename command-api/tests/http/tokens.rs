use casefold_events::Timestamp;
use casefold_events::vocabulary::Role;

use super::support::{ask, get, now, token_from};

const GUARDED: [(&str, &str); 6] = [
    ("POST", "/v1/cases"),
    ("POST", "/v1/cases/101-26/commands"),
    ("POST", "/v1/commands"),
    ("GET", "/v1/cases/101-26"),
    ("GET", "/v1/cases/101-26/docket-entries"),
    ("GET", "/v1/cases/101-26/history"),
];

#[tokio::test]
async fn every_call_on_cases_needs_a_token() {
    for (method, path) in GUARDED {
        ask(method, path).problem(401, "TOKEN_MISSING").await;
        // Who calls comes first: nothing is learnt of the rest of the request.
        ask(method, format!("{path}?nonsense=1"))
            .problem(401, "TOKEN_MISSING")
            .await;
    }
}

#[tokio::test]
async fn a_refused_token_is_answered_with_a_challenge_that_says_why() {
    let before = Timestamp::from_millis(now().as_millis() - 600_000);
    let expired = format!("Bearer {}", token_from(Role::Judge, before));
    let reply = ask("GET", "/v1/cases/101-26")
        .header("authorization", expired)
        .send()
        .await;
    assert_eq!(reply.status, 401);
    assert_eq!(reply.json()["code"], "TOKEN_EXPIRED");
    assert_eq!(
        reply.header("www-authenticate"),
        "Bearer realm=\"casefold\", error=\"invalid_token\", \
         error_description=\"the token has expired; get a new one\""
    );
    let reply = ask("GET", "/v1/cases/101-26").send().await;
    assert_eq!(
        reply.header("www-authenticate"),
        "Bearer realm=\"casefold\""
    );
}

#[tokio::test]
async fn a_token_that_can_not_be_read_is_refused() {
    for (value, code) in [
        ("Bearer nonsense", "TOKEN_MALFORMED"),
        ("Basic dTpw", "TOKEN_MISSING"),
        ("Bearer", "TOKEN_MISSING"),
    ] {
        get("/v1/cases/101-26")
            .header("authorization", value)
            .problem(401, code)
            .await;
    }
}

#[tokio::test]
async fn health_and_documentation_need_no_token() {
    for (path, status) in [
        ("/healthz", 200),
        ("/openapi.json", 200),
        ("/docs/", 200),
        ("/", 303),
    ] {
        assert_eq!(ask("GET", path).send().await.status, status, "{path}");
    }
}

#[tokio::test]
async fn the_history_is_for_the_courts_own_roles() {
    for role in Role::ALL {
        let (status, code) = if role.is_internal() {
            (503, "STORE_UNAVAILABLE")
        } else {
            (403, "ROLE_NOT_ALLOWED")
        };
        get("/v1/cases/101-26/history")
            .role(*role)
            .problem(status, code)
            .await;
    }
}
