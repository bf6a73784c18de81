//! Cursors: where the next page of a list goes on.
//!
//! A cursor is opaque to clients and belongs to one list: one case, one kind, one order.
//! Where a list depends on more than that (filters, a point in the past), the cursor is bound
//! to it by a word. It carries no secret and no authority: a page is checked for its reader as the first
//! one was. The lists of the court and the questions across cases have cursors of their own: [`lists`].

pub mod lists;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casefold_events::DocketNumber;

use super::problem::Problem;

/// The list that a cursor belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// The docket entries of a case, by index.
    DocketEntries,
    /// The commits of a case, the first one first.
    OldestCommits,
    /// The commits of a case, the last one first.
    NewestCommits,
    /// The fields of a case with what gave them their values.
    Blame,
    /// The fields that two versions of a case hold differently.
    Difference,
}

impl List {
    const fn as_str(self) -> &'static str {
        match self {
            Self::DocketEntries => "entries",
            Self::OldestCommits => "oldest",
            Self::NewestCommits => "newest",
            Self::Blame => "blame",
            Self::Difference => "difference",
        }
    }
}

/// The cursor of a list, after an index or a version.
#[must_use]
pub fn encode(list: List, docket_number: DocketNumber, after: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("1 {} {docket_number} {after}", list.as_str()))
}

/// The cursor of a list that depends on more than its case and kind, bound to that by a word
/// without spaces.
#[must_use]
pub fn encode_bound(list: List, docket_number: DocketNumber, after: u64, bound: &str) -> String {
    let list = list.as_str();
    URL_SAFE_NO_PAD.encode(format!("1 {list} {docket_number} {after} {bound}"))
}

/// The index or version after which the list goes on.
///
/// # Errors
/// 400 where the text is no cursor, or is one of another list.
pub fn decode(cursor: &str, list: List, docket_number: DocketNumber) -> Result<u64, Problem> {
    match read(cursor, list, docket_number)? {
        (after, None) => Ok(after),
        (_, Some(_)) => Err(of_another_list()),
    }
}

/// Where a list that is bound to a word goes on, and the word.
///
/// # Errors
/// 400 where the text is no cursor, or is one of another list.
pub fn decode_bound(
    cursor: &str,
    list: List,
    docket_number: DocketNumber,
) -> Result<(u64, String), Problem> {
    match read(cursor, list, docket_number)? {
        (after, Some(bound)) => Ok((after, bound)),
        (_, None) => Err(of_another_list()),
    }
}

/// Where a list goes on that must be bound to just this word.
///
/// # Errors
/// 400 where the text is no cursor, or is one of another list.
pub fn decode_bound_to(
    cursor: &str,
    list: List,
    docket_number: DocketNumber,
    bound: &str,
) -> Result<u64, Problem> {
    let (after, found) = decode_bound(cursor, list, docket_number)?;
    match found == bound {
        true => Ok(after),
        false => Err(of_another_list()),
    }
}

/// A cursor that leads elsewhere.
pub(super) fn of_another_list() -> Problem {
    bad("the cursor belongs to another list; begin without a cursor")
}

fn bad(detail: &'static str) -> Problem {
    Problem::bad_request("BAD_CURSOR", detail).about("cursor")
}

fn malformed() -> Problem {
    bad("the cursor is not one of this service; begin without a cursor")
}

/// What a cursor says.
fn text_of(cursor: &str) -> Result<String, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| malformed())?;
    String::from_utf8(bytes).map_err(|_| malformed())
}

fn read(
    cursor: &str,
    list: List,
    docket_number: DocketNumber,
) -> Result<(u64, Option<String>), Problem> {
    let text = text_of(cursor)?;
    let mut parts = text.split(' ');
    let (Some("1"), Some(kind), Some(case), Some(after), bound, None) = (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) else {
        return Err(malformed());
    };
    let after = whole(after).ok_or_else(malformed)?;
    if kind != list.as_str() || case != docket_number.to_string() {
        return Err(of_another_list());
    }
    Ok((after, bound.map(str::to_owned)))
}

/// A number as a cursor has it, and in no other form.
pub(super) fn whole(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(text: &str) -> DocketNumber {
        text.parse().unwrap()
    }

    #[test]
    fn a_cursor_leads_back_into_its_own_list() {
        let cursor = encode(List::DocketEntries, case("101-26"), 1_000);
        assert!(
            cursor
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
        assert_eq!(
            decode(&cursor, List::DocketEntries, case("101-26")).unwrap(),
            1_000
        );
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let cursor = encode(List::OldestCommits, case("101-26"), 7);
        for (list, number) in [
            (List::OldestCommits, "102-26"),
            (List::NewestCommits, "101-26"),
            (List::DocketEntries, "101-26"),
        ] {
            let problem = decode(&cursor, list, case(number)).unwrap_err();
            assert_eq!(
                (problem.status().as_u16(), problem.code()),
                (400, "BAD_CURSOR")
            );
        }
    }

    #[test]
    fn a_cursor_that_is_bound_leads_back_into_what_it_is_bound_to() {
        let (list, number) = (List::DocketEntries, case("101-26"));
        let cursor = encode_bound(list, number, 7, "v3");
        assert_eq!(decode_bound_to(&cursor, list, number, "v3").unwrap(), 7);
        let bare = encode(list, number, 7);
        for (cursor, bound) in [(&cursor, "v4"), (&bare, "v3")] {
            let refused = decode_bound_to(cursor, list, number, bound).unwrap_err();
            assert_eq!(refused.code(), "BAD_CURSOR");
        }
        assert_eq!(
            decode(&cursor, list, number).unwrap_err().code(),
            "BAD_CURSOR"
        );
    }

    #[test]
    fn text_that_is_no_cursor_is_refused() {
        let forged = [
            "",
            "x",
            "%%%",
            "AAAA",
            &URL_SAFE_NO_PAD.encode("2 entries 101-26 7"),
            &URL_SAFE_NO_PAD.encode("1 entries 101-26"),
            &URL_SAFE_NO_PAD.encode("1 entries 101-26 -7"),
            &URL_SAFE_NO_PAD.encode("1 entries 101-26 +7"),
            &URL_SAFE_NO_PAD.encode("1 entries 101-26 07"),
            &URL_SAFE_NO_PAD.encode("1 entries 101-26 7 8"),
        ];
        for text in forged {
            let problem = decode(text, List::DocketEntries, case("101-26")).unwrap_err();
            assert_eq!(problem.code(), "BAD_CURSOR", "{text}");
        }
    }
}
