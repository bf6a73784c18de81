//! What a case is about in figures. The docket and petitions clerks keep them, at any time:
//! the notice's at the check of the petition, the court's own with its decision.

use casefold_events::case::records::{OtherStatistics, Penalty};
use casefold_events::vocabulary::StatisticPeriod;
use casefold_events::{StatisticId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::declare::on_case;
use super::{Body, Check, RecordRef, limits};

/// The earliest year of a statistic.
const FIRST_YEAR: u16 = 1900;
/// The latest that is a year at all; whether it is in the future is for the rules.
const LAST_YEAR: u16 = 9999;

/// The figures of one year or period. Amounts are in whole cents of a dollar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Figures {
    /// Whether they are about a year or a period.
    pub period: StatisticPeriod,
    /// The year. Figures about a year need it, and those about a period don't take it. Not
    /// in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1900, maximum = 9999)]
    pub year: Option<u16>,
    /// The last day. Figures about a period need it, and those about a year don't take it.
    /// It has passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_date_of_period: Option<Timestamp>,
    /// The deficiency that the notice says. It is negative where the taxpayer overpaid.
    #[schema(minimum = -999_999_999_999_999_i64, maximum = 999_999_999_999_999_i64)]
    pub irs_deficiency_cents: i64,
    /// The deficiency that the court has determined; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -999_999_999_999_999_i64, maximum = 999_999_999_999_999_i64)]
    pub determined_deficiency_cents: Option<i64>,
    /// The penalties. Where the notice has none, that is one of amount 0.
    #[schema(min_items = 1, max_items = 10)]
    pub penalties: Vec<Penalty>,
}

impl Figures {
    fn check(&self, check: &mut Check) {
        match self.period {
            StatisticPeriod::Year => {
                needs(check, "year", self.year.is_some());
                takes_no(
                    check,
                    "lastDateOfPeriod",
                    self.last_date_of_period.is_some(),
                );
            }
            StatisticPeriod::Period => {
                needs(
                    check,
                    "lastDateOfPeriod",
                    self.last_date_of_period.is_some(),
                );
                takes_no(check, "year", self.year.is_some());
            }
        }
        if self.year.is_some_and(|year| year < FIRST_YEAR) {
            check.refuse("year", format!("is before {FIRST_YEAR}"));
        }
        if self.year.is_some_and(|year| year > LAST_YEAR) {
            check.refuse("year", format!("is after {LAST_YEAR}"));
        }
        signed(check, "irsDeficiencyCents", Some(self.irs_deficiency_cents));
        signed(
            check,
            "determinedDeficiencyCents",
            self.determined_deficiency_cents,
        );
        check.count("penalties", self.penalties.len(), 1, limits::PENALTIES);
        for (at, penalty) in self.penalties.iter().enumerate() {
            check.within(format_args!("penalties[{at}]"), |check| {
                check.text("name", &penalty.name, limits::LINE);
                unsigned(check, "irsAmountCents", Some(penalty.irs_amount_cents));
                unsigned(
                    check,
                    "determinedAmountCents",
                    penalty.determined_amount_cents,
                );
            });
        }
    }
}

fn needs(check: &mut Check, field: &str, given: bool) {
    if !given {
        check.refuse(field, "is missing; figures of this period need it");
    }
}

fn takes_no(check: &mut Check, field: &str, given: bool) {
    if given {
        check.refuse(field, "is not taken with this period; leave it out");
    }
}

fn signed(check: &mut Check, field: &str, cents: Option<i64>) {
    amount(check, field, cents, -limits::CENTS);
}

fn unsigned(check: &mut Check, field: &str, cents: Option<i64>) {
    amount(check, field, cents, 0);
}

fn amount(check: &mut Check, field: &str, cents: Option<i64>, least: i64) {
    let most = limits::CENTS;
    if cents.is_some_and(|cents| !(least..=most).contains(&cents)) {
        check.refuse(
            field,
            format!("is not an amount from {least} to {most} cents"),
        );
    }
}

on_case!(
    /// Adds the figures of a year or period. A case has at most 12 such statistics.
    AddStatistic {
        /// The figures.
        figures: Figures,
    }
    check |body, check| check.within("figures", |check| body.figures.check(check));
    example {
        "figures": {
            "period": "Year",
            "year": 2019,
            "irsDeficiencyCents": 1_234_500,
            "penalties": [{"name": "IRC section 6662(a)", "irsAmountCents": 246_900}],
        },
    }
);
on_case!(
    /// Puts other figures in place of a statistic's: all of them, so that what is left out is
    /// not there any more.
    UpdateStatistic {
        /// The statistic.
        statistic: RecordRef<StatisticId>,
        /// The figures.
        figures: Figures,
    }
    check |body, check| check.within("figures", |check| body.figures.check(check));
    example {
        "statistic": 1,
        "figures": {
            "period": "Year",
            "year": 2019,
            "irsDeficiencyCents": 1_234_500,
            "determinedDeficiencyCents": 617_200,
            "penalties": [{
                "name": "IRC section 6662(a)",
                "irsAmountCents": 246_900,
                "determinedAmountCents": 0,
            }],
        },
    }
);
on_case!(
    /// Removes a statistic.
    RemoveStatistic {
        /// The statistic.
        statistic: RecordRef<StatisticId>,
    }
    check |_, _| {};
    example {"statistic": 1}
);

/// Declares a command that sets damages and litigation costs.
macro_rules! sets_other_statistics {
    ($(#[$doc:meta])* $name:ident, $example:tt) => {
        on_case!(
            $(#[$doc])*
            $name {
                /// The amounts: at least one of them.
                other_statistics: OtherStatistics,
            }
            check |body, check| check_other(&body.other_statistics, check);
            example {"otherStatistics": $example}
        );
    };
}

fn check_other(amounts: &OtherStatistics, check: &mut Check) {
    let OtherStatistics {
        damages_cents,
        litigation_costs_cents,
    } = *amounts;
    if damages_cents.is_none() && litigation_costs_cents.is_none() {
        check.refuse("otherStatistics", "has no amount; give at least one");
    }
    check.within("otherStatistics", |check| {
        unsigned(check, "damagesCents", damages_cents);
        unsigned(check, "litigationCostsCents", litigation_costs_cents);
    });
}

sets_other_statistics!(
    /// Says what the court has awarded in damages and litigation costs, where nothing of it is
    /// said yet. Amounts are in whole cents of a dollar.
    AddOtherStatistics,
    {"damagesCents": 500_000}
);
sets_other_statistics!(
    /// Puts other amounts in place of those of damages and litigation costs: both, so that
    /// one that is left out is not there any more.
    UpdateOtherStatistics,
    {"damagesCents": 500_000, "litigationCostsCents": 120_000}
);
on_case!(
    /// Removes damages and litigation costs.
    RemoveOtherStatistics {}
    check |_, _| {};
    example {}
);
