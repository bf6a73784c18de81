//! What a case is about in figures: statistics, their penalties, damages, litigation costs.
//!
//! The source counts in dollars, as numbers or as texts; events count in whole cents. So an
//! amount is never written by an event as the source writes it, and stays in the residue
//! beside.

use casefold_events::case::records::{
    OtherStatistics, OtherStatisticsSet, Penalty, Statistic, StatisticAdded,
};
use casefold_events::ids::StatisticId;
use casefold_events::vocabulary::StatisticPeriod;
use casefold_events::{CaseEvent, DocketNumber, Timestamp};

use super::ids::{derived_in_case, id_in_case};
use super::reader::{NOT_RECORDED, Reader};
use super::timeline::{Kind, Timeline};

/// How many statistics a case has at most (domain of the court, "A case").
const MOST_STATISTICS: usize = 12;

/// The name of what the source has as a sum of penalties alone.
const NOT_ITEMIZED: &str = "Penalties, not itemized";

/// Plans the figures of a case. Nothing in the source says since when they stand.
pub(super) fn plan(
    case: DocketNumber,
    last: Timestamp,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) {
    let mut events: Vec<CaseEvent> = Vec::new();
    reader.each("statistics", |at, reader| {
        if events.len() == MOST_STATISTICS {
            reader.unplaced("statisticId", "a case has at most 12 statistics");
        } else if let Some(statistic) = statistic(case, at, reader) {
            events.push(StatisticAdded { statistic }.into());
        }
    });
    let other_statistics = OtherStatistics {
        damages_cents: amount("damages", reader),
        litigation_costs_cents: amount("litigationCosts", reader),
    };
    if other_statistics != OtherStatistics::default() {
        events.push(OtherStatisticsSet { other_statistics }.into());
    }
    if !events.is_empty() {
        reader.supposed(
            "statisticsAddedAt",
            "the figures stand since the last thing the case tells of",
        );
        timeline.add(Kind::Standing, "ImportStatistics", last, events);
    }
}

/// A statistic; `None`, and reported, where what it can't be without is missing.
fn statistic(case: DocketNumber, at: usize, reader: &mut Reader<'_>) -> Option<Statistic> {
    let period = reader.word(
        "yearOrPeriod",
        StatisticPeriod::ALL,
        StatisticPeriod::as_str,
    );
    let year = year(reader);
    let last_date_of_period = reader.time("lastDateOfPeriod");
    let period = period.or(match (year, last_date_of_period) {
        (Some(_), _) => Some(StatisticPeriod::Year),
        (None, Some(_)) => Some(StatisticPeriod::Period),
        (None, None) => None,
    });
    let is_dated = match period {
        Some(StatisticPeriod::Year) => year.is_some(),
        Some(StatisticPeriod::Period) => last_date_of_period.is_some(),
        None => false,
    };
    if !is_dated {
        reader.unplaced(
            "yearOrPeriod",
            "it doesn't say of which year or period it is",
        );
        return None;
    }
    if !reader.is_present("irsDeficiencyAmount") {
        reader.unplaced("irsDeficiencyAmount", "it says no deficiency");
        return None;
    }
    let irs_deficiency_cents = reader.cents("irsDeficiencyAmount")?;
    let id = reader.converted("statisticId", |id| Some(id_in_case(case, id)));
    let id = id.unwrap_or_else(|| {
        reader.supposed("statisticId", "an id is derived from the statistic's place");
        derived_in_case(case, &format!("statistics/{at}"))
    });
    Some(Statistic {
        statistic_id: StatisticId(id),
        period: period?,
        year,
        last_date_of_period,
        irs_deficiency_cents,
        determined_deficiency_cents: reader.cents("determinationDeficiencyAmount"),
        penalties: penalties(reader),
    })
}

/// A year as a number, or as the text in which the court's system has it.
fn year(reader: &mut Reader<'_>) -> Option<u16> {
    let year = reader.peek_number("year")?.parse().ok();
    if year.is_none() {
        reader.unplaced("year", "it is no year");
    }
    year
}

/// An amount that is never below zero.
fn amount(name: &str, reader: &mut Reader<'_>) -> Option<i64> {
    let cents = reader.cents(name)?;
    if cents < 0 {
        reader.unplaced(name, "it is less than nothing");
        return None;
    }
    Some(cents)
}

/// The penalties of a statistic. Older records have their sums alone.
fn penalties(reader: &mut Reader<'_>) -> Vec<Penalty> {
    let mut penalties: Vec<Penalty> = Vec::new();
    reader.each("penalties", |_, reader| add_penalty(&mut penalties, reader));
    if !penalties.is_empty() {
        return penalties;
    }
    let irs = amount("irsTotalPenalties", reader).filter(|cents| *cents > 0);
    let determined = amount("determinationTotalPenalties", reader).filter(|cents| *cents > 0);
    if irs.is_none() && determined.is_none() {
        return penalties;
    }
    reader.supposed(
        "penalties",
        "the sum of all penalties stands as one that is not itemized",
    );
    penalties.push(Penalty {
        name: NOT_ITEMIZED.to_owned(),
        irs_amount_cents: irs.unwrap_or_default(),
        determined_amount_cents: determined,
    });
    penalties
}

/// Adds one penalty of the source: what the notice says of it or what the court determined,
/// which the source keeps apart as `Penalty 1 (IRS)` and `Penalty 1 (Court)`.
fn add_penalty(penalties: &mut Vec<Penalty>, reader: &mut Reader<'_>) {
    let Some(cents) = amount("penaltyAmount", reader) else {
        return;
    };
    let is_determined = reader.peek_text("penaltyType") == Some("determinationPenaltyAmount");
    let stated = reader.peek_text("name").unwrap_or(NOT_RECORDED);
    let name = stated.strip_suffix(" (IRS)").unwrap_or(stated);
    let name = name.strip_suffix(" (Court)").unwrap_or(name).to_owned();
    if name == reader.peek_text("name").unwrap_or_default() {
        reader.text("name");
    }
    // Two of one name on one side are two penalties.
    let other_half = penalties.iter_mut().find(|penalty| {
        penalty.name == name && is_determined && penalty.determined_amount_cents.is_none()
    });
    match other_half {
        Some(penalty) => penalty.determined_amount_cents = Some(cents),
        None => penalties.push(Penalty {
            name,
            irs_amount_cents: if is_determined { 0 } else { cents },
            determined_amount_cents: is_determined.then_some(cents),
        }),
    }
}
