//! Statistics of runs, and how figures are rounded.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The smallest, the middle and the largest of some runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of the figures of some runs, rounded; `None` of no run.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = figures.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            min: rounded(*sorted.first()?),
            median: rounded(middle(&sorted)),
            max: rounded(*sorted.last()?),
        })
    }
}

/// The middle one, or half way between the two in the middle.
fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) {
        f64::midpoint(sorted[half - 1], sorted[half])
    } else {
        sorted[half]
    }
}

/// The median of some figures; 0 of none.
pub(crate) fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    if sorted.is_empty() {
        0.0
    } else {
        middle(&sorted)
    }
}

/// To whole numbers from a hundred on, else to two places.
pub(crate) fn rounded(figure: f64) -> f64 {
    if figure.abs() >= 100.0 {
        figure.round()
    } else {
        (figure * 100.0).round() / 100.0
    }
}

/// A figure as it is printed: rounded, with commas between thousands.
pub(crate) fn printed(figure: f64) -> String {
    let figure = rounded(figure);
    if figure.fract() != 0.0 {
        return format!("{figure}");
    }
    let digits = format!("{:.0}", figure.abs());
    let mut text = String::new();
    for (nth, digit) in digits.chars().enumerate() {
        if nth > 0 && (digits.len() - nth).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if figure < 0.0 {
        text.insert(0, '-');
    }
    text
}

/// The duration below which a share of the sorted ones is, in milliseconds.
pub(crate) fn percentile(sorted: &[Duration], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return 0.0;
    };
    let at = (last as f64 * share).round() as usize;
    sorted[at].as_secs_f64() * 1_000.0
}

/// How many a second.
pub(crate) fn a_second(count: u64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64().max(1e-9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_has_the_middle_of_an_odd_and_of_an_even_number_of_runs() {
        let spread = Spread::of([3.0, 1.0, 2.0]).unwrap();
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.0, 3.0));
        let spread = Spread::of([4.0, 1.0, 2.0, 3.0]).unwrap();
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.5, 4.0));
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn figures_are_rounded_to_what_can_be_told_apart() {
        assert_eq!(rounded(1234.56), 1235.0);
        assert_eq!(rounded(2.0449), 2.04);
        assert_eq!(printed(1_234_567.4), "1,234,567");
        assert_eq!(printed(999.9), "1,000");
        assert_eq!(printed(12.5), "12.5");
        assert_eq!(printed(-1_000.0), "-1,000");
    }

    #[test]
    fn a_percentile_is_one_of_the_samples() {
        let samples: Vec<_> = (1..=101).map(Duration::from_millis).collect();
        assert_eq!(percentile(&samples, 0.5), 51.0);
        assert_eq!(percentile(&samples, 1.0), 101.0);
        assert_eq!(percentile(&[], 0.5), 0.0);
    }
}
