//! The state machines: each step tried again where that may help, and ended; loops as long as there
//! is something left; one that fails where something was found.

use serde_json::Value;

use super::{Check, unless};
use crate::calls::PREFIX;
use crate::plan::{Plan, at};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "machines-logged-and-traced",
        look: logged,
    },
    Check {
        name: "machines-try-steps-again-and-end",
        look: steps,
    },
    Check {
        name: "machines-rebuild-in-segments",
        look: rebuild,
    },
    Check {
        name: "machines-reconcile-and-tell",
        look: reconcile,
    },
];

/// The tasks that the worker knows.
const TASKS: [&str; 5] = [
    "beginRebuild",
    "rebuildSegment",
    "completeRebuild",
    "planReconcile",
    "reconcile",
];

fn definition(plan: &Plan, name: &str) -> Value {
    let machine = plan.find("aws_sfn_state_machine", "name", &format!("{PREFIX}-{name}"));
    machine.map(|it| it.json("definition")).unwrap_or_default()
}

/// All states of a machine, those within maps as well, with their names.
fn states(machine: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for (name, state) in machine["States"].as_object().into_iter().flatten() {
        all.push((name.clone(), state.clone()));
        all.extend(states(&state["ItemProcessor"]));
    }
    all
}

fn logged(plan: &Plan) -> Vec<String> {
    let mut found = Vec::new();
    for machine in plan.of_kind("aws_sfn_state_machine") {
        let group = machine
            .text("logging_configuration.0.log_destination")
            .strip_suffix(":*")
            .unwrap_or_default();
        let is_there = plan
            .find("aws_cloudwatch_log_group", "arn", group)
            .is_some();
        let all = machine.text("logging_configuration.0.level") == "ALL";
        found.extend(unless(
            is_there && all,
            format!("{} doesn't log what it does", machine.address),
        ));
        found.extend(unless(
            machine.is("tracing_configuration.0.enabled"),
            format!("{} isn't traced", machine.address),
        ));
        found.extend(unless(
            machine.text("type") == "STANDARD",
            format!("{} ends after five minutes", machine.address),
        ));
    }
    let count = plan.of_kind("aws_sfn_state_machine").count();
    found.extend(unless(
        count == 2,
        format!("there are {count} state machines"),
    ));
    found
}

fn steps(plan: &Plan) -> Vec<String> {
    let worker = plan.find(
        "aws_lambda_function",
        "function_name",
        &format!("{PREFIX}-worker"),
    );
    let (arn, seconds) = worker.map_or(("", 0), |it| {
        (it.text("arn"), it.number("timeout").unwrap_or(0))
    });
    let mut found = Vec::new();
    for machine in ["rebuild", "reconcile"] {
        let definition = definition(plan, machine);
        found.extend(unless(
            definition["TimeoutSeconds"].as_i64().is_some(),
            format!("{machine} never ends"),
        ));
        for (name, state) in states(&definition) {
            if state["Type"] != "Task" {
                continue;
            }
            found.extend(unless(
                at(&state, "Parameters.FunctionName") == arn,
                format!("{machine}/{name} invokes another function"),
            ));
            let task = at(&state, "Parameters.Payload.task").as_str();
            found.extend(unless(
                task.is_none_or(|it| TASKS.contains(&it)),
                format!("{machine}/{name} asks for an unknown task"),
            ));
            let longer = state["TimeoutSeconds"]
                .as_i64()
                .is_some_and(|it| it > seconds);
            found.extend(unless(
                longer,
                format!("{machine}/{name} is given up before the worker ends"),
            ));
            let retries = state["Retry"].as_array().cloned().unwrap_or_default();
            let again = retries.iter().any(|retry| {
                let errors = retry["ErrorEquals"].as_array().cloned().unwrap_or_default();
                let both = ["Casefold.MayPass", "Lambda.TooManyRequestsException"]
                    .iter()
                    .all(|it| errors.iter().any(|has| has == it));
                let all = errors
                    .iter()
                    .any(|it| it == "States.ALL" || it == "States.TaskFailed");
                both && !all
                    && retry["MaxAttempts"]
                        .as_i64()
                        .is_some_and(|it| (1..100).contains(&it))
            });
            found.extend(unless(
                again,
                format!(
                    "{machine}/{name} isn't tried again where that may help, or is where it can't"
                ),
            ));
        }
    }
    found
}

/// Whether a loop goes on from `from` until a field is true, by way of a choice.
fn loops(machine: &Value, from: &str, until: &str) -> bool {
    let states = states(machine);
    let state = |name: &str| {
        states
            .iter()
            .find(|(it, _)| it == name)
            .map(|(_, state)| state)
    };
    let Some(choice) = state(from)
        .and_then(|it| it["Next"].as_str())
        .and_then(state)
    else {
        return false;
    };
    let leaves =
        at(choice, "Choices.0.Variable") == until && at(choice, "Choices.0.BooleanEquals") == true;
    let pause = choice["Default"].as_str().and_then(state);
    let goes_on = pause.is_some_and(|it| it["Type"] == "Wait" && it["Next"] == from);
    choice["Type"] == "Choice" && goes_on && leaves
}

fn rebuild(plan: &Plan) -> Vec<String> {
    let definition = definition(plan, "rebuild");
    let states = states(&definition);
    let map = states
        .iter()
        .find(|(_, state)| state["Type"] == "Map")
        .map(|(_, state)| state.clone())
        .unwrap_or_default();
    let distributed = at(&map, "ItemProcessor.ProcessorConfig.Mode") == "DISTRIBUTED"
        && at(&map, "ItemProcessor.ProcessorConfig.ExecutionType") == "STANDARD";
    let at_once = map["MaxConcurrency"].as_i64().unwrap_or(0);
    let tolerates = map
        .get("ToleratedFailurePercentage")
        .or_else(|| map.get("ToleratedFailureCount"))
        .is_some();
    let waits = states
        .iter()
        .any(|(_, state)| state["Type"] == "Wait" && state["SecondsPath"] == "$.waitSeconds");
    let tasks: Vec<_> = states
        .iter()
        .filter_map(|(_, state)| at(state, "Parameters.Payload.task").as_str())
        .collect();
    [
        unless(distributed, "segments aren't executions of their own"),
        unless(
            (1..=1000).contains(&at_once),
            "segments are rebuilt without a limit",
        ),
        unless(
            !tolerates,
            "a segment may fail and the rebuild is completed",
        ),
        unless(waits, "the scan begins before every projector knows"),
        unless(
            loops(&definition, "FillSegment", "$.last.ended"),
            "a segment that isn't ended isn't gone on with",
        ),
        unless(
            tasks.contains(&"completeRebuild"),
            "a rebuild is never completed",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn reconcile(plan: &Plan) -> Vec<String> {
    let definition = definition(plan, "reconcile");
    let states = states(&definition);
    let one_by_one = states
        .iter()
        .any(|(_, state)| state["Type"] == "Map" && state["MaxConcurrency"] == 1);
    let fails = states
        .iter()
        .find(|(_, state)| state["Type"] == "Fail" && state["Error"] == "Casefold.NotClean")
        .map(|(name, _)| name.clone());
    let reached = states.iter().any(|(_, state)| {
        state["Type"] == "Choice"
            && at(state, "Choices.0.Next").as_str() == fails.as_deref()
            && at(state, "Choices.0.BooleanEquals") == true
    });
    [
        unless(one_by_one, "generations are reconciled all at once"),
        unless(
            fails.is_some() && reached,
            "nobody is told where something isn't clean",
        ),
        unless(
            loops(&definition, "Look", "$.last.complete"),
            "a look that isn't complete isn't gone on with",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}
