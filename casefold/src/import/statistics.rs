//! What a case is about in figures: statistics, their penalties, damages, litigation costs.
//!
//! The source counts in dollars, as numbers or as texts; events count in whole cents. So an
//! amount is never written by an event as the source writes it, and stays in the residue
//! beside.

use casefold_command_api::command::limits;
use casefold_events::case::records::{
    OtherStatistics, OtherStatisticsSet, Penalty, Statistic, StatisticAdded,
};
use casefold_events::ids::StatisticId;
use casefold_events::vocabulary::StatisticPeriod;
use casefold_events::{CaseEvent, DocketNumber, Timestamp};

use super::ids::{derived_in_case, id_in_case};
use super::reader::{NOT_RECORDED, Reader};
use super::timeline::{Kind, Timeline};

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
        if events.len() == limits::STATISTICS {
            reader.unplaced("statisticId", "a case has at most 12 statistics");
        } else if let Some(statistic) = statistic(case, at, reader) {
            events.push(StatisticAdded { statistic }.into());
        }
    });
    let other_statistics = OtherStatistics {
        damages_cents: unsigned("damages", reader),
        litigation_costs_cents: unsigned("litigationCosts", reader),
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
    let period = period(reader);
    let (year, last_date_of_period) = match period {
        Some(StatisticPeriod::Year) => (year(reader), None),
        Some(StatisticPeriod::Period) => (None, reader.time("lastDateOfPeriod")),
        None => (None, None),
    };
    if year.is_none() && last_date_of_period.is_none() {
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
    let irs_deficiency_cents = signed("irsDeficiencyAmount", reader)?;
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
        determined_deficiency_cents: signed("determinationDeficiencyAmount", reader),
        penalties: penalties(reader),
    })
}

/// Whether a statistic is about a year or a period: by its word, or else by its date.
fn period(reader: &mut Reader<'_>) -> Option<StatisticPeriod> {
    const FIELD: &str = "yearOrPeriod";
    if reader.is_present(FIELD) {
        return reader.word(FIELD, StatisticPeriod::ALL, StatisticPeriod::as_str);
    }
    if reader.is_present("year") {
        Some(StatisticPeriod::Year)
    } else {
        reader
            .is_present("lastDateOfPeriod")
            .then_some(StatisticPeriod::Period)
    }
}

/// A year as a number, or as the text in which the court's system has it.
fn year(reader: &mut Reader<'_>) -> Option<u16> {
    let year = reader.peek_number("year")?.parse().ok();
    if year.is_none() {
        reader.unplaced("year", "it is no year");
    }
    year
}

/// An amount that may be below zero: a deficiency is where the taxpayer overpaid.
fn signed(name: &str, reader: &mut Reader<'_>) -> Option<i64> {
    within(name, -limits::CENTS, reader)
}

/// An amount that is never below zero.
fn unsigned(name: &str, reader: &mut Reader<'_>) -> Option<i64> {
    within(name, 0, reader)
}

fn within(name: &str, least: i64, reader: &mut Reader<'_>) -> Option<i64> {
    let cents = reader.cents(name)?;
    let is_within = (least..=limits::CENTS).contains(&cents);
    if !is_within {
        reader.unplaced(name, "it is less than nothing, or more than there is");
    }
    is_within.then_some(cents)
}

/// The penalties of a statistic. Older records have their sums alone.
fn penalties(reader: &mut Reader<'_>) -> Vec<Penalty> {
    let mut penalties: Vec<Penalty> = Vec::new();
    reader.each("penalties", |_, reader| add_penalty(&mut penalties, reader));
    if !penalties.is_empty() {
        return penalties;
    }
    let irs = unsigned("irsTotalPenalties", reader);
    let determined = unsigned("determinationTotalPenalties", reader);
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
    let Some(cents) = unsigned("penaltyAmount", reader) else {
        return;
    };
    let is_determined = reader.peek_text("penaltyType") == Some("determinationPenaltyAmount");
    let name = penalty_name(reader);
    // Two of one name on one side are two penalties.
    let lacks_this_half = |penalty: &Penalty| match is_determined {
        true => penalty.determined_amount_cents.is_none(),
        false => penalty.irs_amount_cents == 0 && penalty.determined_amount_cents.is_some(),
    };
    let at = penalties
        .iter()
        .position(|penalty| penalty.name == name && lacks_this_half(penalty));
    if at.is_none() && penalties.len() == limits::PENALTIES {
        reader.unplaced("penaltyAmount", "a statistic has at most 10 penalties");
        return;
    }
    if reader.peek_text("name") == Some(&name) {
        reader.text("name");
    }
    let at = at.unwrap_or_else(|| {
        penalties.push(Penalty {
            name,
            irs_amount_cents: 0,
            determined_amount_cents: None,
        });
        penalties.len() - 1
    });
    if is_determined {
        penalties[at].determined_amount_cents = Some(cents);
    } else {
        penalties[at].irs_amount_cents = cents;
    }
}

/// The name that both halves of a penalty have.
fn penalty_name(reader: &mut Reader<'_>) -> String {
    let Some(stated) = reader.peek_text("name") else {
        reader.supposed("name", "its name is \"not recorded\"");
        return NOT_RECORDED.to_owned();
    };
    let sides = [" (IRS)", " (Court)"];
    let name = sides.iter().find_map(|side| stated.strip_suffix(side));
    name.unwrap_or(stated).to_owned()
}
