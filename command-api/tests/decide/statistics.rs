//! Statistics, and damages and litigation costs.

use casefold_events::StatisticId;
use casefold_events::case::records::{
    OtherStatistics, OtherStatisticsSet, Penalty, Statistic, StatisticAdded,
};
use casefold_events::vocabulary::{CaseStatus, Role, StatisticPeriod};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::*;

fn figures(year: u16) -> Value {
    json!({
        "period": "Year",
        "year": year,
        "irsDeficiencyCents": 1_000,
        "penalties": [{"name": "IRC section 6662(a)", "irsAmountCents": 0}],
    })
}

fn addition(figures: Value) -> Value {
    json!({"type": "AddStatistic", "figures": figures})
}

fn update(named: Value, figures: Value) -> Value {
    json!({"type": "UpdateStatistic", "statistic": named, "figures": figures})
}

fn removal(named: Value) -> Value {
    json!({"type": "RemoveStatistic", "statistic": named})
}

/// Figures about 2019 that differ from those of [`figures`].
fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut figures = figures(2019);
    change(&mut figures);
    figures
}

fn id(year: u16) -> StatisticId {
    StatisticId(Uuid::from_u128(0xB_0000 + u128::from(year)))
}

/// What [`figures`] says of a year.
fn statistic(year: u16) -> StatisticAdded {
    StatisticAdded {
        statistic: Statistic {
            statistic_id: id(year),
            period: StatisticPeriod::Year,
            year: Some(year),
            last_date_of_period: None,
            irs_deficiency_cents: 1_000,
            determined_deficiency_cents: None,
            penalties: vec![Penalty {
                name: "IRC section 6662(a)".to_owned(),
                irs_amount_cents: 0,
                determined_amount_cents: None,
            }],
        },
    }
}

fn with_statistic() -> History {
    served().and(statistic(2019))
}

#[track_caller]
fn refused(figures: Value, field: &str) {
    for body in [addition(figures.clone()), update(json!(1), figures)] {
        let refusal = given(with_statistic())
            .when(body)
            .by(docket_clerk())
            .then_refused("INVALID_FIELD");
        assert_eq!(refusal.field(), Some(field));
    }
}

#[test]
fn a_statistic_is_added_at_any_time() {
    for history in [filed(), served(), served().status(CaseStatus::Closed)] {
        let outcome = given(history)
            .when(addition(figures(2019)))
            .by(petitions_clerk())
            .then_events(["StatisticAdded"]);
        let expected = Statistic {
            statistic_id: outcome.case.statistics[0].statistic_id,
            ..statistic(2019).statistic
        };
        assert_eq!(outcome.case.statistics, [expected]);
    }
}

#[test]
fn a_year_has_a_year_and_a_period_its_last_day() {
    let last = "2019-06-30T00:00:00.000Z";
    let period = || {
        changed(|figures| {
            figures["period"] = json!("Period");
            figures["lastDateOfPeriod"] = json!(last);
            figures.as_object_mut().unwrap().remove("year");
        })
    };
    let outcome = given(served())
        .when(addition(period()))
        .by(docket_clerk())
        .then_done();
    let statistic = &outcome.case.statistics[0];
    assert_eq!(statistic.last_date_of_period, Some(time(last)));
    assert_eq!(statistic.year, None);

    let yearless = changed(|figures| {
        figures.as_object_mut().unwrap().remove("year");
    });
    refused(yearless, "figures.year");
    let year_with_date = changed(|figures| figures["lastDateOfPeriod"] = json!(last));
    refused(year_with_date, "figures.lastDateOfPeriod");
    let mut dateless = period();
    dateless.as_object_mut().unwrap().remove("lastDateOfPeriod");
    refused(dateless, "figures.lastDateOfPeriod");
    let mut period_with_year = period();
    period_with_year["year"] = json!(2019);
    refused(period_with_year, "figures.year");
}

#[test]
fn a_year_is_not_in_the_future_and_a_period_has_passed() {
    given(served())
        .when(addition(figures(2026)))
        .by(docket_clerk())
        .then_done();
    let period_to = |last: &str| {
        json!({
            "period": "Period",
            "lastDateOfPeriod": last,
            "irsDeficiencyCents": 0,
            "penalties": [{"name": "None", "irsAmountCents": 0}],
        })
    };
    given(served())
        .when(addition(period_to(NOW)))
        .by(docket_clerk())
        .then_done();
    for (figures, field) in [
        (figures(2027), "figures.year"),
        (
            period_to("2026-11-23T12:00:00.001Z"),
            "figures.lastDateOfPeriod",
        ),
    ] {
        for body in [addition(figures.clone()), update(json!(1), figures)] {
            let refusal = given(with_statistic())
                .when(body)
                .by(docket_clerk())
                .then_refused("TIME_IN_FUTURE");
            assert_eq!(refusal.field(), Some(field));
        }
    }
    refused(figures(1899), "figures.year");
    given(served())
        .when(addition(figures(1900)))
        .by(docket_clerk())
        .then_done();
}

#[test]
fn a_deficiency_may_be_negative_and_a_penalty_may_not() {
    let overpaid = changed(|figures| {
        figures["irsDeficiencyCents"] = json!(-1);
        figures["determinedDeficiencyCents"] = json!(-2);
    });
    given(served())
        .when(addition(overpaid))
        .by(docket_clerk())
        .then_done();
    for amount in ["irsAmountCents", "determinedAmountCents"] {
        let negative = changed(|figures| figures["penalties"][0][amount] = json!(-1));
        refused(negative, &format!("figures.penalties[0].{amount}"));
    }
    for amount in ["irsDeficiencyCents", "determinedDeficiencyCents"] {
        for cents in [1_000_000_000_000_000_i64, -1_000_000_000_000_000] {
            let endless = changed(|figures| figures[amount] = json!(cents));
            refused(endless, &format!("figures.{amount}"));
        }
    }
}

#[test]
fn an_amount_is_in_whole_cents() {
    let broken = changed(|figures| figures["irsDeficiencyCents"] = json!(10.5));
    let error = casefold_command_api::command::CaseCommand::parse(addition(broken));
    assert_eq!(error.unwrap_err().field(), "figures.irsDeficiencyCents");
}

#[test]
fn a_statistic_has_one_to_ten_penalties_with_a_name_each() {
    let with = |count: usize| {
        changed(|figures| {
            let penalty = figures["penalties"][0].clone();
            figures["penalties"] = json!(vec![penalty; count]);
        })
    };
    refused(with(0), "figures.penalties");
    refused(with(11), "figures.penalties");
    given(served())
        .when(addition(with(10)))
        .by(docket_clerk())
        .then_done();
    let nameless = changed(|figures| figures["penalties"][0]["name"] = json!(""));
    refused(nameless, "figures.penalties[0].name");
}

#[test]
fn a_case_has_twelve_statistics_at_most() {
    let with = |count: u16| (0..count).fold(served(), |it, at| it.and(statistic(2000 + at)));
    given(with(11))
        .when(addition(figures(2019)))
        .by(docket_clerk())
        .then_done();
    given(with(12))
        .when(addition(figures(2019)))
        .by(docket_clerk())
        .then_refused("TOO_MANY_STATISTICS");
    given(with(12))
        .when(update(json!(12), figures(2019)))
        .by(docket_clerk())
        .then_done();
}

#[test]
fn the_same_figures_are_there_once() {
    given(with_statistic())
        .when(addition(figures(2019)))
        .by(docket_clerk())
        .then_refused("STATISTIC_ALREADY_THERE");
    // One for each petitioner of a year, say.
    let other = changed(|figures| figures["irsDeficiencyCents"] = json!(2_000));
    given(with_statistic())
        .when(addition(other))
        .by(docket_clerk())
        .then_done();
    given(with_statistic().and(statistic(2020)))
        .when(update(json!(2), figures(2019)))
        .by(docket_clerk())
        .then_refused("STATISTIC_ALREADY_THERE");
}

#[test]
fn an_update_replaces_all_figures() {
    let determined = changed(|figures| figures["determinedDeficiencyCents"] = json!(500));
    let outcome = given(with_statistic())
        .when(update(json!(id(2019)), determined))
        .by(docket_clerk())
        .then_events(["StatisticUpdated"]);
    let expected = Statistic {
        determined_deficiency_cents: Some(500),
        ..statistic(2019).statistic
    };
    assert_eq!(outcome.case.statistics, [expected]);
    given(with_statistic())
        .when(update(json!(1), figures(2019)))
        .by(docket_clerk())
        .then_refused("NOTHING_TO_CHANGE");
}

#[test]
fn a_statistic_is_removed_by_number_or_by_id_and_only_if_it_is_there() {
    for named in [json!(1), json!(id(2019))] {
        let outcome = given(with_statistic())
            .when(removal(named))
            .by(docket_clerk())
            .then_events(["StatisticRemoved"]);
        assert_eq!(outcome.case.statistics, []);
    }
    for named in [json!(2), json!(id(2020))] {
        given(with_statistic())
            .when(removal(named.clone()))
            .by(docket_clerk())
            .then_refused("STATISTIC_NOT_FOUND");
        given(with_statistic())
            .when(update(named, figures(2020)))
            .by(docket_clerk())
            .then_refused("STATISTIC_NOT_FOUND");
    }
}

fn other(name: &str, amounts: Value) -> Value {
    json!({"type": name, "otherStatistics": amounts})
}

fn with_other() -> History {
    served().and(OtherStatisticsSet {
        other_statistics: OtherStatistics {
            damages_cents: Some(500),
            litigation_costs_cents: None,
        },
    })
}

#[test]
fn damages_and_costs_are_added_where_there_are_none() {
    let body = other("AddOtherStatistics", json!({"damagesCents": 500}));
    let outcome = given(filed())
        .when(body.clone())
        .by(petitions_clerk())
        .then_events(["OtherStatisticsSet"]);
    let set = outcome.case.other_statistics.unwrap();
    assert_eq!(
        (set.damages_cents, set.litigation_costs_cents),
        (Some(500), None)
    );
    given(with_other())
        .when(body)
        .by(docket_clerk())
        .then_refused("OTHER_STATISTICS_ALREADY_THERE");
}

#[test]
fn damages_and_costs_are_changed_and_removed_where_there_are_some() {
    let body = other(
        "UpdateOtherStatistics",
        json!({"litigationCostsCents": 700}),
    );
    let outcome = given(with_other())
        .when(body.clone())
        .by(docket_clerk())
        .then_events(["OtherStatisticsSet"]);
    let set = outcome.case.other_statistics.unwrap();
    assert_eq!(
        (set.damages_cents, set.litigation_costs_cents),
        (None, Some(700))
    );
    let removal = json!({"type": "RemoveOtherStatistics"});
    let outcome = given(with_other())
        .when(removal.clone())
        .by(docket_clerk())
        .then_events(["OtherStatisticsRemoved"]);
    assert_eq!(outcome.case.other_statistics, None);
    for body in [body, removal] {
        given(served())
            .when(body)
            .by(docket_clerk())
            .then_refused("OTHER_STATISTICS_NOT_FOUND");
    }
    given(with_other())
        .when(other("UpdateOtherStatistics", json!({"damagesCents": 500})))
        .by(docket_clerk())
        .then_refused("NOTHING_TO_CHANGE");
}

#[test]
fn damages_and_costs_have_at_least_one_amount_and_none_below_zero() {
    for (name, history) in [
        ("AddOtherStatistics", served()),
        ("UpdateOtherStatistics", with_other()),
    ] {
        for (amounts, field) in [
            (json!({}), "otherStatistics"),
            (json!({"damagesCents": -1}), "otherStatistics.damagesCents"),
            (
                json!({"litigationCostsCents": -1}),
                "otherStatistics.litigationCostsCents",
            ),
        ] {
            let refusal = given(history.clone())
                .when(other(name, amounts))
                .by(docket_clerk())
                .then_refused("INVALID_FIELD");
            assert_eq!(refusal.field(), Some(field));
        }
        given(history)
            .when(other(name, json!({"damagesCents": 0})))
            .by(docket_clerk())
            .then_done();
    }
}

#[test]
fn docket_and_petitions_clerks_keep_statistics_and_nobody_else_does() {
    let bodies = || {
        [
            addition(figures(2020)),
            other("AddOtherStatistics", json!({"damagesCents": 500})),
        ]
    };
    for body in bodies() {
        for role in [Role::DocketClerk, Role::PetitionsClerk, Role::ClerkOfCourt] {
            given(served())
                .when(body.clone())
                .by(actor(role))
                .then_done();
        }
        for role in [Role::Judge, Role::General, Role::IrsPractitioner] {
            given(served())
                .when(body.clone())
                .by(actor(role))
                .then_refused("ROLE_NOT_ALLOWED");
        }
    }
}
