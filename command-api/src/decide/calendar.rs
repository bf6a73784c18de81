//! A trial calendar that is set step by step: which of its cases can be set, and which go
//! together.
//!
//! One step is one `SetTrialCalendar`, all or none of it. The cases of a consolidated group
//! are in one step.

use std::collections::BTreeMap;

use casefold_events::DocketNumber;
use casefold_events::vocabulary::CaseStatus;
use casefold_shared::case::Case;

use super::trial::is_tried_in;
use super::{Ask, group};
use crate::command::{Body, SetTrialCalendar, TrialCalendar, limits};
use crate::refusal::Refusal;
use crate::rules::permissions;

/// How a case stands to a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// It can be set.
    Ready,
    /// It is set already, in this session.
    Set,
    /// It can't be set.
    Refused(Refusal),
}

/// Lets a calendar pass before any of its cases is looked at: may this role set one, is it
/// within its limits, and does its time make sense?
///
/// # Errors
/// [`Refusal`] where not.
pub fn admit(calendar: &TrialCalendar, ask: &Ask<'_>) -> Result<(), Refusal> {
    permissions::require(ask.actor.role, SetTrialCalendar::NAME)?;
    calendar.validate()?;
    if calendar.effective_at.is_some_and(|at| at > ask.now) {
        return Err(Refusal::EffectiveInFuture);
    }
    Ok(())
}

/// Puts cases together that are set together or not at all: those of one consolidated
/// group. The groups come in the order of their first docket numbers.
pub fn units(cases: Vec<Case>) -> Vec<Vec<Case>> {
    let mut units: BTreeMap<DocketNumber, Vec<Case>> = BTreeMap::new();
    for case in cases {
        let group = case.consolidation.as_ref();
        let lead = group.map_or(case.docket_number, |group| group.lead_docket_number);
        units.entry(lead).or_default().push(case);
    }
    units.into_values().collect()
}

/// How the cases of one unit stand to a calendar, in their order. Either all that are not
/// set already are ready, or all of them are refused.
pub fn outlook(unit: &[Case], calendar: &TrialCalendar, ask: Ask<'_>) -> Vec<Outlook> {
    let is_set = |case: &Case| {
        case.status == CaseStatus::Calendared
            && is_tried_in(case, calendar.session.trial_session_id)
    };
    let otherwise = if unit.iter().all(is_set) {
        Outlook::Set
    } else {
        match decide(unit, calendar, ask) {
            Ok(()) => Outlook::Ready,
            Err(refusal) => Outlook::Refused(refusal),
        }
    };
    unit.iter()
        .map(|case| {
            if is_set(case) {
                Outlook::Set
            } else {
                otherwise.clone()
            }
        })
        .collect()
}

fn decide(unit: &[Case], calendar: &TrialCalendar, ask: Ask<'_>) -> Result<(), Refusal> {
    if unit.len() > limits::CASES {
        return Err(Refusal::GroupTooLarge {
            found: unit.len(),
            most: limits::CASES,
        });
    }
    let numbers = unit.iter().map(|case| case.docket_number).collect();
    group(unit, &calendar.step(numbers), ask)?;
    Ok(())
}

/// Packs units into steps, in the order in which they come: a unit that doesn't fit beside
/// those before it begins the next step.
#[derive(Debug)]
pub struct Packing<T> {
    most: usize,
    step: Vec<Vec<T>>,
}

impl<T> Packing<T> {
    /// Steps that take so many things at most.
    pub const fn new(most: usize) -> Self {
        Self {
            most,
            step: Vec::new(),
        }
    }

    /// Adds a unit, and gives the step before it, where that is full. A unit that is larger
    /// than a step becomes one of its own.
    pub fn add(&mut self, unit: Vec<T>) -> Option<Vec<Vec<T>>> {
        let packed: usize = self.step.iter().map(Vec::len).sum();
        let full = !self.step.is_empty() && packed + unit.len() > self.most;
        let before = full.then(|| std::mem::take(&mut self.step));
        self.step.push(unit);
        before
    }

    /// Gives the last step, unless it is empty.
    pub fn finish(self) -> Option<Vec<Vec<T>>> {
        (!self.step.is_empty()).then_some(self.step)
    }
}
