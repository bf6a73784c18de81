//! What a case is about in figures.

use casefold_events::case::records::{
    OtherStatisticsRemoved, OtherStatisticsSet, Statistic, StatisticAdded, StatisticRemoved,
    StatisticUpdated,
};
use casefold_events::{CaseEvent, StatisticId, Timestamp};
use casefold_shared::case::Case;

use super::draft::Draft;
use super::records::{self, NamesRecord, Record};
use crate::command::{
    AddOtherStatistics, AddStatistic, Figures, RecordRef, UpdateOtherStatistics, UpdateStatistic,
    limits,
};
use crate::refusal::Refusal;

impl Record for Statistic {
    type Id = StatisticId;

    const ALREADY_THERE: Refusal = Refusal::StatisticAlreadyThere;

    fn all(case: &Case) -> &[Self] {
        &case.statistics
    }

    fn id(&self) -> StatisticId {
        self.statistic_id
    }

    fn repeats(&self, other: &Self) -> bool {
        let of_its_id = Self {
            statistic_id: self.statistic_id,
            ..other.clone()
        };
        *self == of_its_id
    }

    fn not_found(statistic: RecordRef<StatisticId>) -> Refusal {
        Refusal::StatisticNotFound { statistic }
    }

    fn added(self) -> CaseEvent {
        StatisticAdded { statistic: self }.into()
    }

    fn updated(self) -> CaseEvent {
        StatisticUpdated { statistic: self }.into()
    }

    fn removed(statistic_id: StatisticId) -> CaseEvent {
        StatisticRemoved { statistic_id }.into()
    }
}

impl NamesRecord for StatisticId {
    type Record = Statistic;
}

/// A clerk adds a statistic.
pub(super) fn add(
    case: &Case,
    body: &AddStatistic,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    require_past(&body.figures, now)?;
    let most = limits::STATISTICS;
    if case.statistics.len() >= most {
        return Err(Refusal::TooManyStatistics { most });
    }
    let statistic_id = StatisticId(draft.id());
    records::add(case, of_figures(statistic_id, &body.figures), draft)
}

/// A clerk puts other figures in place of a statistic's.
pub(super) fn update(
    case: &Case,
    body: &UpdateStatistic,
    now: Timestamp,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let before: &Statistic = records::find(case, body.statistic)?;
    require_past(&body.figures, now)?;
    let after = of_figures(before.statistic_id, &body.figures);
    records::update(case, before, after, draft)
}

fn of_figures(statistic_id: StatisticId, figures: &Figures) -> Statistic {
    Statistic {
        statistic_id,
        period: figures.period,
        year: figures.year,
        last_date_of_period: figures.last_date_of_period,
        irs_deficiency_cents: figures.irs_deficiency_cents,
        determined_deficiency_cents: figures.determined_deficiency_cents,
        penalties: figures.penalties.clone(),
    }
}

/// A notice is about a year that has begun, or about a period that is over.
fn require_past(figures: &Figures, now: Timestamp) -> Result<(), Refusal> {
    if figures
        .year
        .is_some_and(|year| i32::from(year) > now.year())
    {
        return Err(Refusal::TimeInFuture {
            field: "figures.year",
        });
    }
    if figures.last_date_of_period.is_some_and(|last| last > now) {
        return Err(Refusal::TimeInFuture {
            field: "figures.lastDateOfPeriod",
        });
    }
    Ok(())
}

/// A clerk sets damages and litigation costs where nothing of it is set.
pub(super) fn add_other(
    case: &Case,
    body: &AddOtherStatistics,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    if case.other_statistics.is_some() {
        return Err(Refusal::OtherStatisticsAlreadyThere);
    }
    let other_statistics = body.other_statistics;
    draft.event(OtherStatisticsSet { other_statistics });
    Ok(())
}

/// A clerk puts other damages and litigation costs in place of those set.
pub(super) fn update_other(
    case: &Case,
    body: &UpdateOtherStatistics,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let before = case
        .other_statistics
        .ok_or(Refusal::OtherStatisticsNotFound)?;
    let other_statistics = body.other_statistics;
    if other_statistics != before {
        draft.event(OtherStatisticsSet { other_statistics });
    }
    Ok(())
}

/// A clerk removes damages and litigation costs.
pub(super) fn remove_other(case: &Case, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if case.other_statistics.is_none() {
        return Err(Refusal::OtherStatisticsNotFound);
    }
    draft.event(OtherStatisticsRemoved {});
    Ok(())
}
