//! What the court keeps beside the docket.

use casefold_command_api::command::{
    AddCaseNote, AddCorrespondence, AddDeadline, AddOtherStatistics, AddStatistic, CaseCommand,
    Figures, RecordRef, RemoveCaseNote, RemoveCorrespondence, RemoveDeadline, UpdateCaseNote,
    UpdateCorrespondence, UpdateDeadline, UpdateOtherStatistics, UpdateStatistic,
};
use casefold_events::Timestamp;
use casefold_events::case::records::{OtherStatistics, Penalty};
use casefold_events::vocabulary::{Role, StatisticPeriod};

use super::{Scene, Sent};

const MILLIS_A_DAY: i64 = 86_400_000;

const DEADLINES: [&str; 4] = [
    "Status report by the respondent",
    "Reply of the petitioner",
    "Ownership disclosure statement",
    "Simultaneous opening briefs",
];
const LETTERS: [&str; 4] = [
    "Letter of inquiry",
    "Letter about the address of record",
    "Letter of a creditor",
    "Request for copies",
];
const NOTES: [&str; 4] = [
    "The parties expect to settle before the calendar call.",
    "The parties have settled. A stipulated decision will follow.",
    "The petitioner asks to be called in the afternoon.",
    "Related to a case of the petitioner's spouse. Look at both before anything is set.",
];
const PENALTIES: [&str; 3] = [
    "IRC section 6662(a)",
    "IRC section 6651(a)(1)",
    "IRC section 6654",
];

/// A deadline is set, put off, or met.
pub(super) fn deadline(scene: &mut Scene<'_>) -> Option<Sent> {
    let days = 10 + i64::try_from(scene.chance.below(90)).ok()?;
    let due = Timestamp::from_millis(scene.now.as_millis() + days * MILLIS_A_DAY);
    let effective_at = None;
    let open = scene.chance.one_of(&scene.case.deadlines);
    let command = match (open, scene.chance.below(3)) {
        (Some(open), 0) => CaseCommand::UpdateDeadline(UpdateDeadline {
            deadline: RecordRef::Id(open.deadline_id),
            due: Some(due),
            description: None,
            effective_at,
        }),
        (Some(open), 1 | 2) => CaseCommand::RemoveDeadline(RemoveDeadline {
            deadline: RecordRef::Id(open.deadline_id),
            effective_at,
        }),
        (Some(_) | None, _) => CaseCommand::AddDeadline(AddDeadline {
            due,
            description: scene.chance.pick(&DEADLINES).into(),
            effective_at,
        }),
    };
    Some((scene.staff(Role::DocketClerk), command))
}

pub(in super::super) fn correspondence(scene: &mut Scene<'_>) -> Option<Sent> {
    let effective_at = None;
    let there = scene.chance.one_of(&scene.case.correspondence);
    let command = match (there, scene.chance.below(8)) {
        (Some(letter), 0) => CaseCommand::RemoveCorrespondence(RemoveCorrespondence {
            correspondence: RecordRef::Id(letter.correspondence_id),
            effective_at,
        }),
        (Some(letter), 1) => CaseCommand::UpdateCorrespondence(UpdateCorrespondence {
            correspondence: RecordRef::Id(letter.correspondence_id),
            title: None,
            document: Some(scene.document(4)),
            effective_at,
        }),
        (Some(_) | None, _) => CaseCommand::AddCorrespondence(AddCorrespondence {
            title: scene.chance.pick(&LETTERS).into(),
            document: scene.document(4),
            effective_at,
        }),
    };
    Some((scene.staff(Role::PetitionsClerk), command))
}

/// The notice's figures for a year, or the court's own beside them.
pub(super) fn statistic(scene: &mut Scene<'_>) -> Option<Sent> {
    let effective_at = None;
    let there = scene.chance.one_of(&scene.case.statistics);
    let command = match (there, scene.chance.below(3)) {
        (Some(statistic), 0) => {
            let determined = scene
                .chance
                .below(statistic.irs_deficiency_cents.unsigned_abs() + 1);
            CaseCommand::UpdateStatistic(UpdateStatistic {
                statistic: RecordRef::Id(statistic.statistic_id),
                figures: Figures {
                    period: statistic.period,
                    year: statistic.year,
                    last_date_of_period: statistic.last_date_of_period,
                    irs_deficiency_cents: statistic.irs_deficiency_cents,
                    determined_deficiency_cents: Some(i64::try_from(determined).ok()?),
                    penalties: statistic.penalties.clone(),
                },
                effective_at,
            })
        }
        (Some(_) | None, _) => {
            let year = u16::try_from(scene.case.received_at.year()).ok()?;
            let deficiency = i64::try_from(100_000 + scene.chance.below(50_000_000)).ok()?;
            CaseCommand::AddStatistic(AddStatistic {
                figures: Figures {
                    period: StatisticPeriod::Year,
                    year: Some(year - 2 - u16::try_from(scene.chance.below(6)).ok()?),
                    last_date_of_period: None,
                    irs_deficiency_cents: deficiency,
                    determined_deficiency_cents: None,
                    penalties: vec![Penalty {
                        name: scene.chance.pick(&PENALTIES).to_owned(),
                        irs_amount_cents: deficiency / 5,
                        determined_amount_cents: None,
                    }],
                },
                effective_at,
            })
        }
    };
    Some((scene.staff(Role::PetitionsClerk), command))
}

pub(super) fn other_statistics(scene: &mut Scene<'_>) -> Option<Sent> {
    let effective_at = None;
    let other_statistics = OtherStatistics {
        damages_cents: Some(i64::try_from(scene.chance.below(1_000_000)).ok()?),
        litigation_costs_cents: Some(i64::try_from(scene.chance.below(1_000_000)).ok()?),
    };
    let command = if scene.case.other_statistics.is_none() {
        CaseCommand::AddOtherStatistics(AddOtherStatistics {
            other_statistics,
            effective_at,
        })
    } else {
        CaseCommand::UpdateOtherStatistics(UpdateOtherStatistics {
            other_statistics,
            effective_at,
        })
    };
    Some((scene.staff(Role::DocketClerk), command))
}

pub(super) fn case_note(scene: &mut Scene<'_>) -> Option<Sent> {
    let effective_at = None;
    let note = scene.chance.pick(&NOTES).into();
    let command = match (&scene.case.case_note, scene.chance.below(4)) {
        (None, _) => CaseCommand::AddCaseNote(AddCaseNote { note, effective_at }),
        (Some(_), 0) => CaseCommand::RemoveCaseNote(RemoveCaseNote { effective_at }),
        (Some(_), _) => CaseCommand::UpdateCaseNote(UpdateCaseNote { note, effective_at }),
    };
    Some((scene.staff(Role::Chambers), command))
}
