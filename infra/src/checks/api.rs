//! The API: nobody in without a token, nobody's address in the log, and time to answer.

use super::{Check, unless};
use crate::calls::PREFIX;
use crate::plan::Plan;
use crate::policy::matches;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "api-lets-nobody-in-without-a-token",
        look: tokens,
    },
    Check {
        name: "api-invokes-the-command-api-alone",
        look: invoked,
    },
    Check {
        name: "api-waits-longer-than-the-function-runs",
        look: waits,
    },
    Check {
        name: "api-log-tells-of-nobody",
        look: log,
    },
    Check {
        name: "api-throttled",
        look: throttled,
    },
    Check {
        name: "api-called-from-named-pages",
        look: pages,
    },
];

/// What is answered without a token.
const OPEN: [&str; 5] = [
    "GET /healthz",
    "GET /readyz",
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/{proxy+}",
];

/// What the access log may hold.
const LOGGED: [&str; 10] = [
    "$context.requestId",
    "$context.requestTime",
    "$context.httpMethod",
    "$context.routeKey",
    "$context.status",
    "$context.responseLength",
    "$context.responseLatency",
    "$context.integrationStatus",
    "$context.integrationErrorMessage",
    "$context.authorizer.error",
];

fn tokens(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    let authorizers: Vec<_> = plan.of_kind("aws_apigatewayv2_authorizer").collect();
    for authorizer in &authorizers {
        let jwt = authorizer.text("authorizer_type") == "JWT"
            && authorizer.texts("identity_sources") == ["$request.header.Authorization"];
        let issuer = authorizer
            .text("jwt_configuration.0.issuer")
            .starts_with("https://");
        let audience = !authorizer.texts("jwt_configuration.0.audience").is_empty();
        found.extend(unless(
            jwt && issuer && audience,
            format!("{} takes any token", authorizer.address),
        ));
    }
    for route in plan.of_kind("aws_apigatewayv2_route") {
        let key = route.text("route_key");
        let guarded = route.text("authorization_type") == "JWT"
            && authorizers
                .iter()
                .any(|it| it.text("id") == route.text("authorizer_id"));
        found.extend(unless(
            guarded != OPEN.contains(&key),
            format!("the route {key} asks for a token: {guarded}"),
        ));
    }
    let has = |key: &str| {
        plan.find("aws_apigatewayv2_route", "route_key", key)
            .is_some()
    };
    found.extend(unless(
        has("$default"),
        "what has no route of its own is answered by nobody",
    ));
    found.extend(
        OPEN.iter()
            .filter(|key| !has(key))
            .map(|key| format!("the route {key} is missing")),
    );
    found
}

fn invoked(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    let name = format!("{PREFIX}-command-api");
    let function = plan.find("aws_lambda_function", "function_name", &name);
    let integration = plan.of_kind("aws_apigatewayv2_integration").next();
    let to_it = integration
        .zip(function)
        .is_some_and(|(from, to)| from.text("integration_uri") == to.text("invoke_arn"));
    found.extend(unless(to_it, "the API invokes another function"));
    let format = integration.is_some_and(|it| it.text("payload_format_version") == "2.0");
    found.extend(unless(
        format,
        "the API speaks another format than the function reads",
    ));
    let api = plan
        .of_kind("aws_apigatewayv2_api")
        .next()
        .map(|it| it.text("execution_arn"))
        .unwrap_or_default();
    let permissions: Vec<_> = plan.of_kind("aws_lambda_permission").collect();
    found.extend(unless(
        permissions.len() == 1,
        format!(
            "there are {} permissions to invoke functions",
            permissions.len()
        ),
    ));
    for permission in permissions {
        let source = permission.text("source_arn");
        let narrow = !api.is_empty() && source.starts_with(&format!("{api}/"));
        let of_gateway = permission.text("principal") == "apigateway.amazonaws.com"
            && permission.text("function_name") == name;
        found.extend(unless(
            narrow && of_gateway,
            format!("{} lets others in", permission.address),
        ));
        found.extend(unless(
            matches(source, &format!("{api}/$default/GET/healthz")),
            format!("{} keeps the API out", permission.address),
        ));
    }
    found
}

fn waits(plan: &Plan) -> Vec<String> {
    let name = format!("{PREFIX}-command-api");
    let function = plan.find("aws_lambda_function", "function_name", &name);
    let seconds = function
        .and_then(|it| it.number("timeout"))
        .unwrap_or(i64::MAX / 1000);
    let integration = plan.of_kind("aws_apigatewayv2_integration").next();
    let millis = integration
        .and_then(|it| it.number("timeout_milliseconds"))
        .unwrap_or(30_000);
    let found = unless(
        seconds * 1000 < millis && millis <= 30_000,
        format!("the API waits {millis} ms for a function that runs {seconds} s"),
    );
    found.into_iter().collect()
}

fn log(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for stage in plan.of_kind("aws_apigatewayv2_stage") {
        let destination = stage.text("access_log_settings.0.destination_arn");
        let is_there = plan
            .find("aws_cloudwatch_log_group", "arn", destination)
            .is_some();
        found.extend(unless(
            is_there,
            format!("{} logs to nowhere", stage.address),
        ));
        let format = stage.json("access_log_settings.0.format");
        let fields: Vec<_> = format
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(_, value)| value.as_str())
            .collect();
        found.extend(unless(
            !fields.is_empty(),
            format!("{} logs nothing that can be read", stage.address),
        ));
        let others = fields.iter().filter(|it| !LOGGED.contains(it));
        found.extend(others.map(|it| format!("the access log may tell of somebody: {it}")));
    }
    found
}

fn throttled(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for stage in plan.of_kind("aws_apigatewayv2_stage") {
        let limit = |which| {
            stage
                .number(&format!("default_route_settings.0.{which}"))
                .unwrap_or(0)
        };
        let limited = limit("throttling_burst_limit") > 0 && limit("throttling_rate_limit") > 0;
        found.extend(unless(
            limited,
            format!("{} takes any number of requests", stage.address),
        ));
        found.extend(unless(
            stage.text("name") == "$default" && stage.is("auto_deploy"),
            format!("{} isn't what is called", stage.address),
        ));
    }
    found
}

fn pages(plan: &Plan) -> Vec<String> {
    let apis = plan.of_kind("aws_apigatewayv2_api");
    let found = apis.filter(|it| {
        it.texts("cors_configuration.0.allow_origins")
            .iter()
            .any(|origin| origin.contains('*'))
    });
    found
        .map(|it| format!("any page calls {}", it.address))
        .collect()
}
