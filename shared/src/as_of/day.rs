//! The court's days: the United States Tax Court sits in Washington, so a day begins and ends
//! by Eastern time.
//!
//! The rule is written down here rather than taken from a database of all the world's zones:
//! the offset changes twice a year, as Congress has it (15 U.S.C. 260a), and a day's end is
//! never within the hours that are doubled or skipped. Days before 1967, when the dates were
//! each city's own, are read by the rule of 1967.

use casefold_events::Timestamp;
use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Weekday};

/// Milliseconds in an hour.
const HOUR: i64 = 3_600_000;

/// The last moment of a day of the court.
pub fn last_moment(day: NaiveDate) -> Option<Timestamp> {
    let midnight = day.checked_add_days(Days::new(1))?.and_hms_opt(0, 0, 0)?;
    let hours = if is_daylight_saving(midnight) { 4 } else { 5 };
    let millis = midnight.and_utc().timestamp_millis() + hours * HOUR - 1;
    let written = Timestamp::from_millis(millis);
    (written.as_millis() == millis).then_some(written)
}

/// Whether clocks in Washington are an hour ahead at a local time.
fn is_daylight_saving(local: NaiveDateTime) -> bool {
    let year = local.year();
    let (begins, ends) = match year {
        2007.. => (nth_sunday(year, 3, 2), nth_sunday(year, 11, 1)),
        1987..=2006 => (nth_sunday(year, 4, 1), last_sunday(year, 10, 31)),
        ..=1986 => (last_sunday(year, 4, 30), last_sunday(year, 10, 31)),
    };
    let at_two = |day: Option<NaiveDate>| day.and_then(|day| day.and_hms_opt(2, 0, 0));
    match (at_two(begins), at_two(ends)) {
        (Some(begins), Some(ends)) => (begins..ends).contains(&local),
        (None, _) | (_, None) => false,
    }
}

fn nth_sunday(year: i32, month: u32, nth: u8) -> Option<NaiveDate> {
    NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Sun, nth)
}

fn last_sunday(year: i32, month: u32, last_day: u32) -> Option<NaiveDate> {
    let last = NaiveDate::from_ymd_opt(year, month, last_day)?;
    last.checked_sub_days(Days::new(last.weekday().num_days_from_sunday().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(day: &str) -> String {
        last_moment(day.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_day_ends_at_midnight_in_washington_summer_and_winter() {
        for (day, end) in [
            ("2026-01-31", "2026-02-01T04:59:59.999Z"),
            ("2026-07-04", "2026-07-05T03:59:59.999Z"),
            // Clocks go forward on 8 March 2026 and back on 1 November.
            ("2026-03-07", "2026-03-08T04:59:59.999Z"),
            ("2026-03-08", "2026-03-09T03:59:59.999Z"),
            ("2026-10-31", "2026-11-01T03:59:59.999Z"),
            ("2026-11-01", "2026-11-02T04:59:59.999Z"),
            // And so they did by the rules before.
            ("2006-04-01", "2006-04-02T04:59:59.999Z"),
            ("2006-04-02", "2006-04-03T03:59:59.999Z"),
            ("2006-10-29", "2006-10-30T04:59:59.999Z"),
            ("1986-04-27", "1986-04-28T03:59:59.999Z"),
            ("1986-04-26", "1986-04-27T04:59:59.999Z"),
        ] {
            assert_eq!(end_of(day), end, "{day}");
        }
    }

    #[test]
    fn days_follow_one_another_without_a_gap() {
        let mut day: NaiveDate = "2025-12-31".parse().unwrap();
        let mut end = last_moment(day).unwrap();
        for _ in 0..400 {
            day = day.succ_opt().unwrap();
            let next = last_moment(day).unwrap();
            let hours = (next.as_millis() - end.as_millis()) / HOUR;
            assert!((23..=25).contains(&hours), "{day} has {hours} hours");
            end = next;
        }
    }
}
