//! Putting what happened to a case in order.

use casefold_events::{CaseEvent, Timestamp};

/// What a step of a history is about. Of what happened at the same time, the earlier kind
/// comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Petition,
    Party,
    Filing,
    Signing,
    Checking,
    Service,
    Archiving,
    Striking,
    Sealing,
    Record,
    Standing,
}

/// One commit to be: what happened, and when.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) command: &'static str,
    pub(super) effective_at: Timestamp,
    pub(super) events: Vec<CaseEvent>,
    /// Its place in time: its date, or that of something it can't precede.
    place: Timestamp,
    kind: Kind,
}

impl Step {
    /// The step that closes a history; it is put behind all others.
    pub(super) fn closing(
        command: &'static str,
        effective_at: Timestamp,
        event: CaseEvent,
    ) -> Self {
        let kind = Kind::Standing;
        Self {
            command,
            effective_at,
            events: vec![event],
            place: effective_at,
            kind,
        }
    }
}

/// The steps of a case's history.
///
/// They are put in the order of time, as far as other things allow: the petition comes
/// first, and entries on the record are filed in the order of their indexes, whatever
/// their dates, for the fold numbers them as they come. Whatever happened to an entry never
/// precedes its filing.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    steps: Vec<Step>,
}

impl Timeline {
    /// Adds a step at its date.
    pub(super) fn add(
        &mut self,
        kind: Kind,
        command: &'static str,
        effective_at: Timestamp,
        events: Vec<CaseEvent>,
    ) {
        self.add_not_before(effective_at, kind, command, effective_at, events);
    }

    /// Adds a step at its date or, where that is later, at another.
    pub(super) fn add_not_before(
        &mut self,
        other: Timestamp,
        kind: Kind,
        command: &'static str,
        effective_at: Timestamp,
        events: Vec<CaseEvent>,
    ) {
        let place = effective_at.max(other);
        self.steps.push(Step {
            command,
            effective_at,
            events,
            place,
            kind,
        });
    }

    /// The date of the last thing that happened.
    pub(super) fn last_date(&self) -> Option<Timestamp> {
        self.steps.iter().map(|step| step.effective_at).max()
    }

    /// The steps in order.
    pub(super) fn into_steps(mut self) -> Vec<Step> {
        self.steps
            .sort_by_key(|step| (step.kind != Kind::Petition, step.place, step.kind));
        self.steps
    }
}
