//! How many cases there are, when each begins, and how long its history gets.
//!
//! Sizes follow the court's own (domain of the court, "Real sizes"): a long tail over an
//! average of about ten commits, a case with some 800 docket entries here and there, and one
//! with 80 people. They are laid out over the cases so that a seed moves them about and their
//! sum stays.

use casefold_events::{DocketNumber, Timestamp};
use chrono::NaiveDate;

use super::chance::Chance;

/// The first year in which cases begin.
const FIRST_YEAR: u16 = 2006;
/// In how many years they do.
const YEARS: u64 = 20;
/// How many cases a year has numbers for.
const CASES_A_YEAR: u64 = (DocketNumber::LAST_SERIAL - DocketNumber::FIRST_SERIAL + 1) as u64;
/// The most cases that can be generated.
pub const MOST_CASES: u64 = CASES_A_YEAR * YEARS;
/// The most commits that cases can have on average.
pub const MOST_COMMITS_A_CASE: u64 = 100;
/// How many commits a case has on average where nothing else is said.
pub const USUAL_COMMITS_A_CASE: u64 = 10;

/// One case of about 800 docket entries comes with so many commits.
const COMMITS_AN_OUTLIER: u64 = 100_000;
/// How many commits such a case has.
const COMMITS_OF_OUTLIER: u64 = 2_300;
/// How many commits the case with 80 people has at least.
const COMMITS_OF_CROWD: u64 = 20;
/// From so many cases on, one of them has 80 people.
const CASES_FOR_CROWD: u64 = 1_000;

/// How many commits a case has, in thousandths, below which a share of the cases, in
/// millionths, stays; between the points it goes in straight lines.
const QUANTILES: [(u64, u64); 12] = [
    (0, 1_000),
    (20_000, 1_000),
    (40_000, 4_000),
    (150_000, 6_000),
    (400_000, 8_000),
    (650_000, 10_000),
    (850_000, 12_500),
    (950_000, 17_000),
    (990_000, 35_000),
    (999_000, 90_000),
    (999_900, 200_000),
    (1_000_000, 350_000),
];

/// What is to be generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// What all chance is drawn from.
    pub seed: u64,
    /// How many cases.
    pub cases: u64,
    /// How many commits there are to be in all of them. It comes to that but for about one in
    /// a hundred.
    pub commits: u64,
}

/// A recipe that nothing can be made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecipeError {
    /// Neither number is given.
    #[error("say how many commits are to be generated, or how many cases, or both")]
    Empty,
    /// There are no numbers for so many cases.
    #[error("{0} cases are not between 1 and {MOST_CASES}: there are no more docket numbers")]
    Cases(u64),
    /// The commits don't fit the cases.
    #[error(
        "{commits} commits don't fit {cases} cases: a case has 1 to {MOST_COMMITS_A_CASE} on \
         average"
    )]
    Average {
        /// The commits.
        commits: u64,
        /// The cases.
        cases: u64,
    },
}

impl Recipe {
    /// A recipe of so many commits, or cases, or both.
    ///
    /// # Errors
    /// [`RecipeError`] where nothing can be made of it.
    pub fn new(seed: u64, commits: Option<u64>, cases: Option<u64>) -> Result<Self, RecipeError> {
        let (commits, cases) = match (commits, cases) {
            (None, None) => return Err(RecipeError::Empty),
            (Some(commits), None) => (commits, commits.div_ceil(USUAL_COMMITS_A_CASE)),
            (None, Some(cases)) => (cases.saturating_mul(USUAL_COMMITS_A_CASE), cases),
            (Some(commits), Some(cases)) => (commits, cases),
        };
        if !(1..=MOST_CASES).contains(&cases) {
            return Err(RecipeError::Cases(cases));
        }
        if commits < cases || commits > cases.saturating_mul(MOST_COMMITS_A_CASE) {
            return Err(RecipeError::Average { commits, cases });
        }
        Ok(Self {
            seed,
            cases,
            commits,
        })
    }
}

/// What is out of the ordinary with a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing.
    Usual,
    /// It has about 800 docket entries.
    Long,
    /// It has 80 people.
    Crowded,
}

/// The outline of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outline {
    /// Its place among the cases, from 0.
    pub(super) nth: u64,
    /// Its number.
    pub(super) docket_number: DocketNumber,
    /// When its petition comes in.
    pub(super) received_at: Timestamp,
    /// How many commits it is to have, in thousandths.
    pub(super) commits: u64,
    /// What is out of the ordinary with it.
    pub(super) kind: Kind,
}

/// The outlines of all cases.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    cases: u64,
    outliers: u64,
    /// Case n has the size of the case at `n × step + offset`, so that sizes are mixed and
    /// each comes once.
    step: u64,
    offset: u64,
    /// What the usual sizes above one commit are multiplied with: a fraction.
    stretch: (u64, u64),
}

impl Shape {
    pub(super) fn of(recipe: &Recipe) -> Self {
        let Recipe {
            seed,
            cases,
            commits,
        } = *recipe;
        let outliers = (commits / COMMITS_AN_OUTLIER).min(cases / 100);
        let usual = (cases - outliers).max(1);
        let left = commits.saturating_sub(outliers * COMMITS_OF_OUTLIER) * 1_000 / usual;
        let mut chance = Chance::of(seed, "shape", 0);
        Self {
            cases,
            outliers,
            step: step_through(cases),
            offset: chance.below(cases),
            stretch: (left.saturating_sub(1_000), usual_average() - 1_000),
        }
    }

    /// The outline of a case; `None` past the last.
    pub(super) fn outline(&self, nth: u64) -> Option<Outline> {
        if nth >= self.cases {
            return None;
        }
        let year = nth * YEARS / self.cases;
        let (first, end) = (self.first_of(year), self.first_of(year + 1));
        let serial = DocketNumber::FIRST_SERIAL + u32::try_from(nth - first).ok()?;
        let year = FIRST_YEAR + u16::try_from(year).ok()?;
        let (begins, ends) = (beginning_of(year), beginning_of(year + 1));
        let span = (ends - begins) / i64::try_from(end - first).ok()?.max(1);
        let received_at = begins + span * i64::try_from(nth - first).ok()? + span / 2;
        let kind = self.kind(nth);
        Some(Outline {
            nth,
            docket_number: DocketNumber::new(serial, (year % 100) as u8)?,
            received_at: Timestamp::from_millis(received_at),
            commits: match kind {
                Kind::Usual => self.size(nth),
                Kind::Crowded => self.size(nth).max(COMMITS_OF_CROWD * 1_000),
                Kind::Long => COMMITS_OF_OUTLIER * 1_000,
            },
            kind,
        })
    }

    /// The highest docket number of each year that has any.
    pub(super) fn highest(&self) -> impl Iterator<Item = DocketNumber> + '_ {
        let last_of = |year| self.first_of(year + 1).checked_sub(1);
        let last = (0..YEARS).filter_map(last_of);
        let outlines = last.filter_map(|nth| self.outline(nth));
        outlines.map(|outline| outline.docket_number)
    }

    /// The first case of a year, counted from the first.
    const fn first_of(&self, year: u64) -> u64 {
        (year * self.cases).div_ceil(YEARS)
    }

    fn kind(&self, nth: u64) -> Kind {
        let is_long = self.outliers > 0 && {
            let every = self.cases / self.outliers;
            nth % every == every / 2 && nth / every < self.outliers
        };
        if is_long {
            Kind::Long
        } else if self.cases >= CASES_FOR_CROWD && nth == self.cases / 3 {
            Kind::Crowded
        } else {
            Kind::Usual
        }
    }

    fn size(&self, nth: u64) -> u64 {
        let at = (u128::from(nth) * u128::from(self.step) + u128::from(self.offset))
            % u128::from(self.cases);
        let share = (at * 1_000_000 + 500_000) / u128::from(self.cases);
        let usual = quantile(share as u64) - 1_000;
        1_000 + usual * self.stretch.0 / self.stretch.1
    }
}

/// A step that meets every one of some cases before it comes back, and neighbours late: the
/// golden section of their number, or the next that has no divisor in common with it.
fn step_through(cases: u64) -> u64 {
    let golden = (u128::from(cases) * 618_034 / 1_000_000) as u64;
    let fits = |step: &u64| greatest_common_divisor(*step, cases) == 1;
    (golden.max(1)..).find(fits).unwrap_or(1)
}

const fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// How many commits, in thousandths, the case at a share (in millionths) of all cases has.
fn quantile(share: u64) -> u64 {
    for pair in QUANTILES.windows(2) {
        if let [(from, low), (to, high)] = *pair
            && share <= to
        {
            return low + (high - low) * (share.max(from) - from) / (to - from);
        }
    }
    QUANTILES[0].1
}

/// What the sizes come to on average, in thousandths of a commit.
fn usual_average() -> u64 {
    let area = QUANTILES.windows(2).map(|pair| match *pair {
        [(from, low), (to, high)] => (low + high) * (to - from) / 2,
        _ => 0,
    });
    area.sum::<u64>() / 1_000_000
}

/// Milliseconds from 1970 to a year's beginning.
fn beginning_of(year: u16) -> i64 {
    let day = NaiveDate::from_ymd_opt(i32::from(year), 1, 1);
    let midnight = day.and_then(|day| day.and_hms_opt(0, 0, 0));
    midnight.map_or(0, |midnight| midnight.and_utc().timestamp_millis())
}

/// Nothing happens from then on.
pub(super) fn end_of_time() -> Timestamp {
    Timestamp::from_millis(beginning_of(FIRST_YEAR + YEARS as u16))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_size_comes_once_and_their_sum_is_what_was_asked_for() {
        for (commits, cases) in [(1_000_000, 100_000), (12_345, 1_000), (300_000, 10_000)] {
            let recipe = Recipe::new(7, Some(commits), Some(cases)).unwrap();
            let shape = Shape::of(&recipe);
            let outlines: Vec<_> = (0..cases).map(|nth| shape.outline(nth).unwrap()).collect();
            let sum = outlines.iter().map(|it| it.commits).sum::<u64>() / 1_000;
            let off = sum.abs_diff(commits);
            assert!(off * 100 < commits, "{sum} for {commits}");
            let numbers: BTreeSet<_> = outlines.iter().map(|it| it.docket_number).collect();
            assert_eq!(numbers.len() as u64, cases, "each case has its own number");
            assert!(shape.outline(cases).is_none());
        }
    }

    #[test]
    fn docket_numbers_begin_at_101_in_each_year_and_go_with_the_time_of_receipt() {
        let shape = Shape::of(&Recipe::new(1, None, Some(1_000)).unwrap());
        let outlines: Vec<_> = (0..1_000).filter_map(|nth| shape.outline(nth)).collect();
        assert_eq!(outlines[0].docket_number.to_string(), "101-06");
        for pair in outlines.windows(2) {
            assert!(pair[0].docket_number < pair[1].docket_number);
            assert!(pair[0].received_at < pair[1].received_at);
        }
        for outline in &outlines {
            let year = outline.received_at.year_of_docket();
            assert_eq!(outline.docket_number.year(), year);
        }
        let highest: Vec<_> = shape.highest().map(|it| it.to_string()).collect();
        assert_eq!(highest.len(), 20);
        assert_eq!(highest[0], "150-06");
    }

    #[test]
    fn one_number_is_enough_and_what_does_not_fit_is_refused() {
        let recipe = |commits, cases| Recipe::new(1, commits, cases);
        assert_eq!(recipe(Some(1_000), None).unwrap().cases, 100);
        assert_eq!(recipe(None, Some(100)).unwrap().commits, 1_000);
        assert_eq!(recipe(None, None), Err(RecipeError::Empty));
        assert_eq!(recipe(None, Some(0)), Err(RecipeError::Cases(0)));
        let few = RecipeError::Average {
            commits: 9,
            cases: 10,
        };
        assert_eq!(recipe(Some(9), Some(10)), Err(few));
        assert!(recipe(Some(1_001), Some(10)).is_err());
        assert!(recipe(Some(1_000), Some(10)).is_ok());
    }
}
