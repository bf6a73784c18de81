//! Folding deadlines, correspondence, statistics and the note.

use casefold_events::case::records::{
    CaseNoteRemoved, CaseNoteWritten, CorrespondenceAdded, CorrespondenceRemoved,
    CorrespondenceUpdated, DeadlineAdded, DeadlineRemoved, DeadlineUpdated, OtherStatisticsRemoved,
    OtherStatisticsSet, StatisticAdded, StatisticRemoved, StatisticUpdated,
};

use super::{Case, SharedList};

impl Case {
    pub(super) fn deadline_added(&mut self, event: DeadlineAdded) {
        add(&mut self.deadlines, event.deadline, |it| it.deadline_id);
    }

    pub(super) fn deadline_updated(&mut self, event: DeadlineUpdated) {
        update(&mut self.deadlines, event.deadline, |it| it.deadline_id);
    }

    pub(super) fn deadline_removed(&mut self, event: DeadlineRemoved) {
        self.deadlines
            .retain(|it| it.deadline_id != event.deadline_id);
    }

    pub(super) fn correspondence_added(&mut self, event: CorrespondenceAdded) {
        add(&mut self.correspondence, event.correspondence, |it| {
            it.correspondence_id
        });
    }

    pub(super) fn correspondence_updated(&mut self, event: CorrespondenceUpdated) {
        update(&mut self.correspondence, event.correspondence, |it| {
            it.correspondence_id
        });
    }

    pub(super) fn correspondence_removed(&mut self, event: CorrespondenceRemoved) {
        self.correspondence
            .retain(|it| it.correspondence_id != event.correspondence_id);
    }

    pub(super) fn statistic_added(&mut self, event: StatisticAdded) {
        add(&mut self.statistics, event.statistic, |it| it.statistic_id);
    }

    pub(super) fn statistic_updated(&mut self, event: StatisticUpdated) {
        update(&mut self.statistics, event.statistic, |it| it.statistic_id);
    }

    pub(super) fn statistic_removed(&mut self, event: StatisticRemoved) {
        self.statistics
            .retain(|it| it.statistic_id != event.statistic_id);
    }

    pub(super) fn other_statistics_set(&mut self, event: OtherStatisticsSet) {
        self.other_statistics = Some(event.other_statistics);
    }

    pub(super) fn other_statistics_removed(&mut self, _: OtherStatisticsRemoved) {
        self.other_statistics = None;
    }

    pub(super) fn case_note_written(&mut self, event: CaseNoteWritten) {
        self.case_note = Some(event.note);
    }

    pub(super) fn case_note_removed(&mut self, _: CaseNoteRemoved) {
        self.case_note = None;
    }
}

/// Adds a thing, unless one of its id is there.
fn add<T: Clone, I: PartialEq>(things: &mut SharedList<T>, thing: T, id: impl Fn(&T) -> I) {
    if things.iter().all(|it| id(it) != id(&thing)) {
        things.edit().push(thing);
    }
}

/// Replaces the thing of the same id, if it is there.
fn update<T: Clone, I: PartialEq>(things: &mut SharedList<T>, thing: T, id: impl Fn(&T) -> I) {
    if let Some(at) = things.iter().position(|it| id(it) == id(&thing)) {
        things.edit()[at] = thing;
    }
}
