//! Dates as the court's items write them.

use casefold_events::Timestamp;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};

/// Reads a date-time (RFC 3339), or a date (`2001-10-10` or `04/12/2020`) as midnight UTC.
/// Any other form, say `15-Dec-1973`, is not read: better kept as it stands than guessed.
pub fn read_date(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let date = ["%Y-%m-%d", "%m/%d/%Y"]
            .iter()
            .find_map(|form| NaiveDate::parse_from_str(text, form).ok())?;
        in_range(date.and_time(NaiveTime::MIN))
    })
}

/// Reads the date-time in the remark `R served on 08/16/2019 12:30 PM` of a docket record of
/// the schema of 2020. The remark names no time zone. Where the same service has a
/// date-time of its own, the two are five hours apart, in summer too, so it is taken as
/// UTC-05:00.
pub fn read_service_remark(text: &str) -> Option<Timestamp> {
    const HOURS_BEHIND_UTC: i64 = 5;
    let (_, at) = text.split_once(" served on ")?;
    let local = NaiveDateTime::parse_from_str(at, "%m/%d/%Y %I:%M %p").ok()?;
    in_range(local.checked_add_signed(chrono::TimeDelta::hours(HOURS_BEHIND_UTC))?)
}

/// By way of the written form, which refuses years beyond four digits.
fn in_range(at: NaiveDateTime) -> Option<Timestamp> {
    DateTime::to_rfc3339(&at.and_utc()).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        read_date(text).map(|at| at.to_string())
    }

    #[test]
    fn date_times_and_two_forms_of_dates_are_read() {
        assert_eq!(
            read("2020-04-14T19:59:46.086Z").as_deref(),
            Some("2020-04-14T19:59:46.086Z")
        );
        assert_eq!(
            read("2001-10-10").as_deref(),
            Some("2001-10-10T00:00:00.000Z")
        );
        assert_eq!(
            read("04/12/2020").as_deref(),
            Some("2020-04-12T00:00:00.000Z")
        );
    }

    #[test]
    fn other_forms_are_left_alone() {
        for text in ["15-Dec-1973", "13/13/2020", "yesterday", "", "04/12/99999"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_remark_of_service_tells_when_it_was() {
        let at = read_service_remark("R served on 08/16/2019 12:30 PM").unwrap();
        assert_eq!(at.to_string(), "2019-08-16T17:30:00.000Z");
        assert_eq!(read_service_remark("served"), None);
    }
}
