//! What a request tells of itself beside its answer: figures, and lines in the log.

use super::emf::under;
use super::support::{Fault, ask, get, logged, post};

const DEPLOYMENT: &[&str] = &["Deployment"];

#[tokio::test]
async fn a_command_that_the_store_fails_is_a_command_and_a_failure_once_each() {
    let path = "/v1/cases/4321-26/commands";
    let command = post(path, r#"{"type": "SealCase"}"#).header("x-correlation-id", "figures-1");
    let reply = command.fault(Fault::Throttled).send().await;
    assert_eq!(reply.status.as_u16(), 503);

    let [command, request] = reply.figures.as_slice() else {
        panic!("{:?}", reply.figures)
    };
    assert_eq!(command["Commands"], 1);
    assert_eq!(command["Conflicts"], 0);
    assert!(command["CommandMillis"].as_f64().unwrap() > 0.0);
    assert!(command["Refusals"].is_null(), "{command}");
    assert_eq!(command["failure"], "STORE_THROTTLED");
    assert_eq!(command["command"], "SealCase");
    assert_eq!(command["docketNumber"], "4321-26");
    assert_eq!(request["Failures"], 1);
    assert_eq!(request["failure"], "STORE_THROTTLED");
    assert_eq!(request["route"], "/v1/cases/{docketNumber}/commands");
    assert!(request["Commands"].is_null(), "{request}");
    for line in [command, request] {
        assert_eq!(line["Deployment"], "court-7");
        assert_eq!(line["service"], "command-api");
        assert_eq!(line["correlationId"], "figures-1");
    }

    let log = logged("figures-1");
    let told = log
        .iter()
        .find(|line| line["fields"]["message"] == "not carried out");
    let told = &told.expect("a line of the command")["fields"];
    assert_eq!(told["code"], "STORE_THROTTLED");
    assert_eq!(told["correlation_id"], "figures-1");
    assert_eq!(told["docket_number"], "4321-26");
}

#[tokio::test]
async fn a_read_that_fails_is_a_failure_and_no_command() {
    for (fault, code) in [
        (Fault::Unavailable, "STORE_UNAVAILABLE"),
        (Fault::Refused, "STORE_FAILED"),
        (Fault::Panics, "INTERNAL_ERROR"),
    ] {
        let reply = get("/v1/cases/101-26").fault(fault).send().await;
        let [line] = reply.figures.as_slice() else {
            panic!("{:?}", reply.figures)
        };
        assert_eq!(
            under(line, DEPLOYMENT),
            ["Failures", "ReadUnits", "StoreRequests", "WriteUnits"]
        );
        assert_eq!(
            (&line["Failures"], &line["failure"]),
            (&1.into(), &code.into())
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_command_that_takes_too_long_is_a_failure_alone() {
    let command = post("/v1/cases/101-26/commands", r#"{"type": "SealCase"}"#);
    let reply = command.fault(Fault::Hangs).send().await;
    let [line] = reply.figures.as_slice() else {
        panic!("{:?}", reply.figures)
    };
    assert_eq!(
        (&line["Failures"], &line["failure"]),
        (&1.into(), &"TIMED_OUT".into())
    );
    assert!(line["Commands"].is_null(), "{line}");
}

#[tokio::test]
async fn a_request_that_asks_the_store_nothing_and_does_not_fail_tells_nothing() {
    for request in [
        ask("GET", "/healthz"),
        get("/v1/nowhere"),
        ask("GET", "/v1/cases/101-26"),
        post("/v1/cases/101-26/commands", r#"{"type": "Nonsense"}"#),
    ] {
        let reply = request.send().await;
        assert!(reply.figures.is_empty(), "{:?}", reply.figures);
    }
}

#[tokio::test]
async fn a_panic_is_told_in_the_log_within_its_request_and_without_its_message() {
    let request = get("/v1/cases/101-26").header("x-correlation-id", "figures-2");
    let reply = request.fault(Fault::Panics).send().await;
    assert_eq!(reply.status.as_u16(), 500);
    let log = logged("figures-2");
    let [panic, served] = log.as_slice() else {
        panic!("{log:?}")
    };
    assert_eq!(
        (&panic["level"], &panic["fields"]["message"]),
        (&"ERROR".into(), &"panicked".into())
    );
    let at = panic["fields"]["at"].as_str().unwrap();
    assert!(at.contains("tests/http/support/fault.rs"), "{at}");
    assert_eq!(served["fields"]["code"], "INTERNAL_ERROR");
    let told = format!("{log:?} {:?}", reply.figures);
    for kept in ["Vera", "secret", "Ines", "u-1"] {
        assert!(!told.contains(kept), "{kept} in {told}");
    }
}
