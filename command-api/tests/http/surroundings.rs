use casefold_events::vocabulary::Role;

use super::support::{Fault, ask, get, logged, post};

#[tokio::test]
async fn the_callers_correlation_id_comes_back_with_every_answer() {
    for path in ["/healthz", "/v1/cases/101-26", "/nowhere"] {
        let reply = get(path).header("x-correlation-id", "trace-7").send().await;
        assert_eq!(reply.header("x-correlation-id"), "trace-7", "{path}");
    }
    let problem = get("/nowhere")
        .header("x-correlation-id", "a/b")
        .problem(404, "NO_SUCH_ROUTE")
        .await;
    assert_eq!(problem["instance"], "urn:casefold:request:a%2Fb");
}

#[tokio::test]
async fn a_correlation_id_that_can_not_be_one_is_replaced() {
    for id in ["", "two words", &"x".repeat(129)] {
        let reply = get("/healthz").header("x-correlation-id", id).send().await;
        let own = reply.header("x-correlation-id");
        assert!(uuid::Uuid::parse_str(own).is_ok(), "{id:?} became {own:?}");
    }
}

#[tokio::test]
async fn every_answer_tells_browsers_to_be_careful() {
    for path in ["/healthz", "/v1/cases/101-26", "/openapi.json", "/docs/"] {
        let reply = get(path).send().await;
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        assert!(
            reply
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert!(!reply.header("cache-control").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn head_is_answered_as_get_without_a_body() {
    let reply = ask("HEAD", "/v1/cases/101-26")
        .role(Role::Judge)
        .send()
        .await;
    assert_eq!((reply.status.as_u16(), reply.body.len()), (503, 0));
}

#[tokio::test]
async fn the_access_log_has_the_route_and_the_role_and_nothing_of_people_or_cases() {
    let path = "/v1/cases/4321-26/commands";
    let body = r#"{"type": "SealCase", "colour": "Vera Lindholm"}"#;
    post(path, body)
        .header("x-correlation-id", "log-1")
        .send()
        .await;
    let refused = post(path, r#"{"type": "SealCase"}"#).fault(Fault::Refused);
    refused.header("x-correlation-id", "log-2").send().await;

    let served = logged("log-1");
    let [line] = served.as_slice() else {
        panic!("{served:?}")
    };
    let fields = &line["fields"];
    assert_eq!(fields["message"], "served");
    assert_eq!(fields["route"], "/v1/cases/{docketNumber}/commands");
    assert_eq!(fields["role"], "docketclerk");
    assert_eq!(fields["status"], 400);
    assert!(fields["duration_ms"].is_number(), "{fields}");

    let failed = logged("log-2");
    let [command, failure, line] = failed.as_slice() else {
        panic!("{failed:?}")
    };
    assert_eq!(command["fields"]["message"], "not carried out");
    assert_eq!(failure["fields"]["causes"], "ResourceNotFound");
    assert_eq!(line["fields"]["status"], 500);
    for kept in ["Astra", "4321", "Ines", "Bearer"] {
        let lines = format!("{served:?} {failure:?} {line:?}");
        assert!(!lines.contains(kept), "{kept} in {lines}");
    }
}
