use super::support::{Fault, ask, get, post};

#[tokio::test]
async fn an_address_or_method_that_does_not_exist_is_a_problem_too() {
    get("/v1/nowhere").problem(404, "NO_SUCH_ROUTE").await;
    get("/docs/no-such-file.js")
        .problem(404, "NO_SUCH_ROUTE")
        .await;
    ask("GET", "/favicon.ico")
        .problem(404, "NO_SUCH_ROUTE")
        .await;
    ask("DELETE", "/v1/cases/101-26")
        .problem(405, "METHOD_NOT_ALLOWED")
        .await;
    let reply = ask("DELETE", "/v1/cases/101-26").send().await;
    assert_eq!(reply.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn a_failure_of_the_store_that_may_pass_is_503_with_a_time_to_wait() {
    for (fault, code) in [
        (Fault::Unavailable, "STORE_UNAVAILABLE"),
        (Fault::Throttled, "STORE_THROTTLED"),
    ] {
        get("/v1/cases/101-26")
            .fault(fault)
            .problem(503, code)
            .await;
        let reply = get("/v1/cases/101-26").fault(fault).send().await;
        assert_eq!(reply.header("retry-after"), "1");
    }
}

#[tokio::test]
async fn a_failure_that_will_not_pass_tells_the_caller_nothing_of_the_store() {
    let problem = get("/v1/cases/101-26")
        .fault(Fault::Refused)
        .problem(500, "STORE_FAILED")
        .await;
    assert!(!problem.to_string().contains("table"), "{problem}");
}

#[tokio::test]
async fn a_panic_is_a_problem_that_repeats_nothing_of_it() {
    let problem = get("/v1/cases/101-26")
        .fault(Fault::Panics)
        .problem(500, "INTERNAL_ERROR")
        .await;
    assert!(!problem.to_string().contains("Astra"), "{problem}");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_given_up_with_advice() {
    let command = post("/v1/cases/101-26/commands", r#"{"type": "SealCase"}"#);
    let problem = command.fault(Fault::Hangs).problem(503, "TIMED_OUT").await;
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("Idempotency-Key"),
        "{problem}"
    );
}

#[tokio::test]
async fn a_service_without_its_store_lives_and_is_not_ready() {
    let health = ask("GET", "/healthz").send().await;
    assert_eq!(
        (health.status.as_u16(), health.text()),
        (200, "{\"status\":\"ok\"}")
    );
    ask("GET", "/readyz").problem(503, "NOT_READY").await;
}
