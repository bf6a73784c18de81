//! Amounts of money as the court's items write them.

/// Reads an amount in dollars, `5678`, `19824.99` or `1500.00`, as cents. An amount with a
/// fraction of a cent, or in any other form, is not read: better kept as it stands than
/// rounded.
pub(super) fn read_cents(text: &str) -> Option<i64> {
    let (is_negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (dollars, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (of_cents, below) = fraction.split_at_checked(2).unwrap_or((fraction, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if dollars.is_empty() || !all_digits(dollars) || !all_digits(of_cents) {
        return None;
    }
    if below.bytes().any(|b| b != b'0') {
        return None;
    }
    let dollars: i64 = dollars.parse().ok()?;
    let of_cents: i64 = format!("{of_cents:0<2}").parse().ok()?;
    let cents = dollars.checked_mul(100)?.checked_add(of_cents)?;
    Some(if is_negative { -cents } else { cents })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_are_read_as_whole_cents() {
        for (text, cents) in [
            ("5678", 567_800),
            ("19824.99", 1_982_499),
            ("1500.00", 150_000),
            ("0.5", 50),
            ("12.340", 1_234),
            ("-3.07", -307),
        ] {
            assert_eq!(read_cents(text), Some(cents), "{text}");
        }
    }

    #[test]
    fn a_fraction_of_a_cent_is_never_rounded_and_other_forms_are_left_alone() {
        for text in [
            "0.001",
            "19824.995",
            "1e21",
            "1,500.00",
            "$5",
            "",
            ".5",
            "+5",
            "--5",
            "1.2.3",
            "١",
            "92233720368547758070",
        ] {
            assert_eq!(read_cents(text), None, "{text}");
        }
    }
}
