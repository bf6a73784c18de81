//! What is looked at in a plan. A check is a function from a plan to what it finds wrong, each in
//! words that name the resource.

pub mod alarms;
mod api;
mod dashboard;
mod documents;
mod encryption;
mod functions;
mod keys;
mod machines;
mod projector;
mod record;
mod roles;

mod schedules;
mod tables;

pub use self::roles::STARS;
use crate::plan::Plan;

/// One look at a plan.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What it is called.
    pub name: &'static str,
    look: fn(&Plan) -> Vec<String>,
}

/// Something that is wrong in a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Which check finds it.
    pub check: &'static str,
    /// What is wrong.
    pub what: String,
}

/// Every check.
pub fn all() -> Vec<Check> {
    let groups = [
        tables::CHECKS,
        record::CHECKS,
        encryption::CHECKS,
        keys::CHECKS,
        documents::CHECKS,
        functions::CHECKS,
        api::CHECKS,
        projector::CHECKS,
        roles::CHECKS,
        machines::CHECKS,
        schedules::CHECKS,
        alarms::CHECKS,
        dashboard::CHECKS,
    ];
    groups.concat()
}

/// What all checks find in a plan.
pub fn look(plan: &Plan) -> Vec<Finding> {
    let found = |check: &Check| {
        let name = check.name;
        let whats = (check.look)(plan).into_iter();
        whats
            .map(move |what| Finding { check: name, what })
            .collect::<Vec<_>>()
    };
    all().iter().flat_map(found).collect()
}

/// A finding where something isn't so.
fn unless(holds: bool, what: impl Into<String>) -> Option<String> {
    (!holds).then(|| what.into())
}
