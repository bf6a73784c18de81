//! What people read of differences.

use std::fmt::Write;

use casefold_events::{DocketNumber, Personal, Version};
use serde_json::Value;

use super::changes::{ChangeKind, FieldChange};
use super::examples::{Cases, Example, VersionsExample};
use super::summary::{Comparison, FieldSummary, Summary};
use super::verdict::{Unexpected, Verdict};

/// How many characters of a value an example shows.
const SHOWN: usize = 80;

/// The JSON type of a value.
pub(super) const fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A value on one line, with nothing in it that a terminal would act on.
fn one_line(value: &Value) -> String {
    let mut line = String::new();
    for char in value.to_string().chars() {
        if char.is_control() {
            line.extend(char.escape_unicode());
        } else {
            line.push(char);
        }
    }
    line
}

/// As [`one_line`], and no longer than an example may be.
pub(super) fn shortened(value: &Value) -> String {
    let line = one_line(value);
    match line.char_indices().nth(SHOWN) {
        Some(_) => line.chars().take(SHOWN - 1).chain(['…']).collect(),
        None => line,
    }
}

/// `old → new`, or the one of them that there is.
fn arrow(old: Option<&str>, new: Option<&str>) -> String {
    let values: Vec<_> = [old, new].into_iter().flatten().collect();
    values.join(" → ")
}

/// All that differs in one case, a line a field, with the values in full: `+` where the new
/// generation adds one, `-` where it lacks one, `~` where it has another value. The versions
/// are those at which the generations hold the case.
///
/// The values may be personal: it is for an operator's eyes and never for a log.
pub fn case_text(
    docket_number: DocketNumber,
    old_version: Version,
    new_version: Version,
    changes: &[FieldChange],
) -> String {
    let mut text = if old_version == new_version {
        format!("{docket_number}, version {old_version}: ")
    } else {
        format!("{docket_number}, version {old_version} → {new_version}: ")
    };
    text.push_str(&match changes.len() {
        0 => "nothing differs".to_owned(),
        1 => "1 field differs".to_owned(),
        fields => format!("{fields} fields differ"),
    });
    text.push('\n');
    for FieldChange {
        path,
        kind,
        old,
        new,
    } in changes
    {
        let sign = match kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
        };
        // Arrays are compared by their elements: one that changes as such is in another order.
        let order = match (old, new) {
            (Some(Value::Array(_)), Some(Value::Array(_))) => " (order)",
            _ => "",
        };
        let [old, new] = [old, new].map(|value| value.as_ref().map(one_line));
        let values = arrow(old.as_deref(), new.as_deref());
        let _ = writeln!(text, "{sign} {path}{order}  {values}");
    }
    text
}

impl Summary {
    /// The summary for people: what was compared, and a table of the fields, those in the
    /// most cases first.
    pub fn to_text(&self) -> String {
        let Comparison { from, to, .. } = &self.comparison;
        let mut text = format!("{}\n", self.comparison);
        let (compared, differing) = (counted(self.compared, "case"), self.differing);
        let _ = writeln!(
            text,
            "{compared} compared, {differing} of them with differences"
        );
        if self.only_in_old.cases > 0 {
            let _ = writeln!(
                text,
                "only in generation {from}: {}",
                listed(&self.only_in_old)
            );
        }
        if self.only_in_new.cases > 0 {
            let _ = writeln!(
                text,
                "only in generation {to}: {}",
                listed(&self.only_in_new)
            );
        }
        if self.versions_differ.cases > 0 {
            let versions = listed(&self.versions_differ);
            let _ = writeln!(text, "not compared, at different versions: {versions}");
        }
        let fields = self.fields();
        if fields.is_empty() {
            return text;
        }
        let width = |longest: Option<u64>, title: &str| {
            longest.unwrap_or(0).to_string().len().max(title.len())
        };
        let cases = width(fields.iter().map(|field| field.cases.cases).max(), "cases");
        let times = width(fields.iter().map(|field| field.occurrences).max(), "times");
        let _ = writeln!(
            text,
            "\n{:>cases$}  {:>times$}  change   field",
            "cases", "times"
        );
        for field in &fields {
            let FieldSummary {
                field: path,
                change,
                occurrences,
                cases: found,
            } = field;
            let (in_cases, change) = (found.cases, change.as_str());
            let _ = writeln!(
                text,
                "{in_cases:>cases$}  {occurrences:>times$}  {change:<7}  {path}"
            );
            push_examples(&mut text, cases + times + 4, &found.examples);
        }
        if self.occurrences_beyond > 0 {
            let occurrences = counted(self.occurrences_beyond, "difference");
            let _ = writeln!(text, "and {occurrences} in further fields");
        }
        text
    }
}

impl Verdict {
    /// The verdict for people: what is unexpected, what is missing, which entries could go.
    pub fn to_text(&self) -> String {
        let as_expected = if self.is_as_expected() {
            "as expected"
        } else {
            "NOT as expected"
        };
        let compared = counted(self.compared, "case");
        let mut text = format!("{}: {as_expected}, {compared} compared\n", self.comparison);
        for unexpected in &self.unexpected {
            self.push_unexpected(&mut text, unexpected);
        }
        for missing in &self.missing {
            let (entry, change) = (&missing.entry, missing.change.as_str());
            let (cases, expected) = (missing.cases, missing.expected_cases);
            let _ = writeln!(
                text,
                "missing: {entry} {change} in {}, and expected in {expected}",
                counted(cases, "case")
            );
            if let Some(why) = &missing.why {
                let _ = writeln!(text, "  {why}");
            }
        }
        for unused in &self.unused {
            let (entry, change) = (&unused.entry, unused.change.as_str());
            let _ = writeln!(
                text,
                "note: {entry} {change} was not found; the entry could go"
            );
        }
        text
    }

    fn push_unexpected(&self, text: &mut String, unexpected: &Unexpected) {
        let Comparison { from, to, .. } = &self.comparison;
        text.push_str("unexpected: ");
        let _ = match unexpected {
            Unexpected::Field { found, max_cases } => {
                let (field, change) = (&found.field, found.change.as_str());
                let cases = counted(found.cases.cases, "case");
                let limit = max_cases.map(|max| format!(", and expected in {max} at most"));
                let limit = limit.unwrap_or_default();
                let written = writeln!(text, "{field} {change} in {cases}{limit}");
                push_examples(text, 2, &found.cases.examples);
                written
            }
            Unexpected::OnlyInOld(cases) => {
                writeln!(text, "only in generation {from}: {}", listed(cases))
            }
            Unexpected::OnlyInNew(cases) => {
                writeln!(text, "only in generation {to}: {}", listed(cases))
            }
            Unexpected::VersionsDiffer(cases) => {
                let cases = listed(cases);
                writeln!(text, "not compared, at different versions: {cases}")
            }
            Unexpected::FieldsBeyond { occurrences } => {
                let occurrences = counted(*occurrences, "difference");
                writeln!(text, "{occurrences} in more fields than are counted")
            }
        };
    }
}

fn push_examples(text: &mut String, indent: usize, examples: &[Example]) {
    for example in examples {
        let Example {
            docket_number,
            path,
            old,
            new,
        } = example;
        let [old, new] = [old, new].map(|value| value.as_ref().map(Personal::expose));
        let values = arrow(old.map(String::as_str), new.map(String::as_str));
        let _ = writeln!(text, "{:indent$}{docket_number}  {path}  {values}", "");
    }
}

/// `2 cases`, `1 case`.
fn counted(number: u64, noun: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// What an example of a case is in a sentence.
trait InSentence {
    fn in_sentence(&self) -> String;
}

impl InSentence for DocketNumber {
    fn in_sentence(&self) -> String {
        self.to_string()
    }
}

impl InSentence for VersionsExample {
    fn in_sentence(&self) -> String {
        let Self {
            docket_number,
            old,
            new,
        } = self;
        format!("{docket_number} at {old} and {new}")
    }
}

fn listed<T: InSentence>(cases: &Cases<T>) -> String {
    let examples = cases.examples.iter().map(InSentence::in_sentence);
    let examples = examples.collect::<Vec<_>>().join(", ");
    let more = if cases.cases > cases.examples.len() as u64 {
        ", …"
    } else {
        ""
    };
    format!("{} ({examples}{more})", counted(cases.cases, "case"))
}

#[cfg(test)]
mod tests {
    use casefold_shared::gateway::Generation;
    use serde_json::json;

    use super::*;
    use crate::difference::{Rules, Values, changes};

    fn docket(serial: u32) -> DocketNumber {
        DocketNumber::new(serial, 26).unwrap()
    }

    fn comparison() -> Comparison {
        Comparison {
            projection: "case".to_owned(),
            from: Generation(2),
            to: Generation(3),
        }
    }

    fn given() -> Summary {
        let mut summary = Summary::new(comparison(), Values::Hidden);
        let old = json!({"history": [{}, {}], "name": "Vera"});
        let with_by = json!({"history": [{"by": 1}, {"by": 2}], "name": "Vera"});
        let with_both = json!({"history": [{"by": 1}, {"by": 2}], "name": null});
        summary.add_case(docket(101), &changes(&old, &with_by));
        summary.add_case(docket(102), &changes(&old, &with_both));
        for serial in 103..107 {
            summary.only_in_old(docket(serial));
        }
        summary.versions_differ(docket(107), Version(3), Version(2));
        summary
    }

    #[test]
    fn a_summary_reads_as_a_table() {
        assert_eq!(
            given().to_text(),
            "\
case, generation 2 → 3
2 cases compared, 2 of them with differences
only in generation 2: 4 cases (103-26, 104-26, 105-26, …)
not compared, at different versions: 1 case (107-26 at 3 and 2)

cases  times  change   field
    2      4  added    history[].by
              101-26  history[0].by  number
              102-26  history[0].by  number
    1      1  changed  name
              102-26  name  string → null
"
        );
    }

    #[test]
    fn a_verdict_reads_as_a_line_a_finding() {
        let file = json!({"projection": "case", "from": 2, "to": 3, "expected": [
            {"field": "history[].by", "change": "added", "maxCases": 1},
            {"field": "name", "change": "changed", "in": "every", "why": "names are gone"},
            {"field": "fee", "change": "any"}]});
        let rules = Rules::parse(&file.to_string(), &comparison()).unwrap();
        assert_eq!(
            rules.judge(&given()).to_text(),
            "\
case, generation 2 → 3: NOT as expected, 2 cases compared
unexpected: only in generation 2: 4 cases (103-26, 104-26, 105-26, …)
unexpected: not compared, at different versions: 1 case (107-26 at 3 and 2)
unexpected: history[].by added in 2 cases, and expected in 1 at most
  101-26  history[0].by  number
  102-26  history[0].by  number
missing: expected[1] (`name`) changed in 1 case, and expected in 2
  names are gone
note: expected[2] (`fee`) any was not found; the entry could go
"
        );
        let empty = Summary::new(comparison(), Values::Hidden);
        let file = r#"{"projection": "case", "from": 2, "to": 3, "expected": []}"#;
        let rules = Rules::parse(file, &comparison()).unwrap();
        assert_eq!(
            rules.judge(&empty).to_text(),
            "case, generation 2 → 3: as expected, 0 cases compared\n"
        );
    }

    #[test]
    fn one_case_reads_like_a_diff_with_values_in_full() {
        let old = json!({"a": {"x": 1}, "b": "long".repeat(30), "c": [{"id": 1}, {"id": 2}]});
        let new = json!({"b": null, "c": [{"id": 2}, {"id": 1}], "d": {"userId": "u-1"}});
        let text = case_text(docket(101), Version(7), Version(7), &changes(&old, &new));
        let long = "long".repeat(30);
        assert_eq!(
            text,
            format!(
                "101-26, version 7: 4 fields differ\n\
                 - a  {{\"x\":1}}\n\
                 ~ b  \"{long}\" → null\n\
                 ~ c (order)  [1,2] → [2,1]\n\
                 + d  {{\"userId\":\"u-1\"}}\n"
            )
        );
        let equal = case_text(docket(101), Version(7), Version(8), &[]);
        assert_eq!(equal, "101-26, version 7 → 8: nothing differs\n");
    }

    #[test]
    fn long_values_are_shortened_and_a_terminal_has_nothing_to_act_on() {
        assert_eq!(shortened(&json!("x".repeat(78))).chars().count(), 80);
        let long = shortened(&json!("ä".repeat(79)));
        assert_eq!(long.chars().count(), 80);
        assert!(long.ends_with("ä…"));
        assert_eq!(one_line(&json!("a\n\u{1b}\u{9b}")), r#""a\n\u001b\u{9b}""#);
    }
}
