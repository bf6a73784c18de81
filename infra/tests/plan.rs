//! The plan of a deployment, with everything that AWS would answer mocked: every check holds, and
//! docs/permissions.md is what it allows.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use casefold_infra::checks::{self, alarms};
use casefold_infra::permissions;
use casefold_infra::plan::Plan;
use casefold_infra::roles::Estate;
use casefold_infra::workshop::Outcome;

/// The plan, made once.
fn plan() -> Option<&'static Plan> {
    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();
    let made = PLAN.get_or_init(|| {
        let outcome = support::planned(&[support::infra()])?.pop().unwrap();
        match outcome {
            Outcome::Planned(plan) => Some(plan),
            Outcome::Refused(why) => panic!("Terraform refuses the deployment: {why}"),
        }
    });
    made.as_ref()
}

#[test]
fn every_check_holds() {
    let Some(plan) = plan() else { return };
    assert!(plan.resources().count() > 100);
    let found = checks::look(plan);
    let lines: Vec<_> = found
        .iter()
        .map(|it| format!("{}: {}", it.check, it.what))
        .collect();
    assert!(found.is_empty(), "\n{}", lines.join("\n"));
}

#[test]
fn no_two_checks_have_one_name() {
    let names: BTreeSet<_> = checks::all().iter().map(|it| it.name).collect();
    assert_eq!(names.len(), checks::all().len());
}

#[test]
fn the_permissions_that_are_documented_are_those_of_the_plan() {
    let Some(plan) = plan() else { return };
    let made = permissions::document_of(&Estate::of(plan).unwrap());
    let path = support::infra().join("../docs/permissions.md");
    if std::env::var_os("CASEFOLD_WRITE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/permissions.md is not what the plan allows; make it anew with CASEFOLD_WRITE_DOCS=1"
    );
}

#[test]
fn the_runbook_has_a_part_for_every_alarm() {
    let Some(plan) = plan() else { return };
    let runbook = std::fs::read_to_string(support::infra().join("../docs/runbook.md")).unwrap();
    // As a heading is turned into an anchor.
    let headings: BTreeSet<_> = runbook
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| {
            line.trim_start_matches('#')
                .trim()
                .to_lowercase()
                .replace(' ', "-")
        })
        .collect();
    let alarms = plan.of_kind("aws_cloudwatch_metric_alarm");
    let named: BTreeSet<_> = alarms
        .filter_map(|it| alarms::anchor(it.text("alarm_description")))
        .collect();
    let missing: Vec<_> = named.iter().filter(|it| !headings.contains(**it)).collect();
    assert!(
        missing.is_empty(),
        "docs/runbook.md has no part for {missing:?}"
    );
}
