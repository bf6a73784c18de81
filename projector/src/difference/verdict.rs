//! A summary held against the rules.

use serde::Serialize;

use super::error::EntryName;
use super::examples::{Cases, VersionsExample};
use super::rules::{ExpectedKind, Occurs, Rules};
use super::summary::{Comparison, FieldSummary, Summary};

/// Whether two generations differ as expected, and if not, where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// What was compared.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// How many cases were compared.
    pub compared: u64,
    /// What was found and is not expected.
    pub unexpected: Vec<Unexpected>,
    /// What is expected and was not found, or not everywhere.
    pub missing: Vec<Missing>,
    /// Entries of the rule file that could go: nothing was found that they are about. This
    /// is a note and no failure.
    pub unused: Vec<Unused>,
}

/// Something that no entry expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(
    tag = "what",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum Unexpected {
    /// A change of a field.
    Field {
        /// What was found.
        #[serde(flatten)]
        found: FieldSummary,
        /// In how many cases it is expected at most, where it is in too many.
        #[serde(skip_serializing_if = "Option::is_none")]
        max_cases: Option<u64>,
    },
    /// Cases that only the old generation holds. No entry can expect them.
    OnlyInOld(Cases),
    /// Cases that only the new generation holds, likewise.
    OnlyInNew(Cases),
    /// Cases that could not be compared, likewise.
    VersionsDiffer(Cases<VersionsExample>),
    /// So many fields that not all were counted one by one, likewise.
    FieldsBeyond {
        /// How often something differs in the fields that were not.
        occurrences: u64,
    },
}

/// An entry that something has to be found of, and it was not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// The entry.
    pub entry: EntryName,
    /// The change that it expects.
    pub change: ExpectedKind,
    /// In how many of the compared cases it has to be at least.
    pub expected_cases: u64,
    /// In how many it is.
    pub cases: u64,
    /// What the entry says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// An entry of which nothing was found, and needn't be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Unused {
    /// The entry.
    pub entry: EntryName,
    /// The change that it expects.
    pub change: ExpectedKind,
}

impl Verdict {
    /// Whether nothing is unexpected and nothing missing.
    pub fn is_as_expected(&self) -> bool {
        self.unexpected.is_empty() && self.missing.is_empty()
    }
}

impl Rules {
    /// Holds a summary against these rules. It is one of the comparison that they were read
    /// for.
    pub fn judge(&self, summary: &Summary) -> Verdict {
        let fields = summary.fields();
        let mut verdict = Verdict {
            comparison: self.comparison.clone(),
            compared: summary.compared,
            unexpected: uncompared(summary),
            missing: Vec::new(),
            unused: Vec::new(),
        };
        for rule in &self.entries {
            let found = fields
                .iter()
                .any(|found| rule.is_about(&found.field, found.change));
            let (cases, expected_cases) = match &rule.occurs {
                Occurs::Some if found => continue,
                Occurs::Some => {
                    verdict.unused.push(Unused {
                        entry: rule.name.clone(),
                        change: rule.change,
                    });
                    continue;
                }
                Occurs::AtLeastOne => (u64::from(found), 1),
                Occurs::Every(field, change) => {
                    (summary.cases_with(field, *change), summary.compared)
                }
            };
            if cases < expected_cases {
                verdict.missing.push(Missing {
                    entry: rule.name.clone(),
                    change: rule.change,
                    expected_cases,
                    cases,
                    why: rule.why.clone(),
                });
            }
        }
        let unexpected = fields.into_iter().filter_map(|found| {
            let about = self
                .entries
                .iter()
                .filter(|rule| rule.is_about(&found.field, found.change));
            let limits: Vec<_> = about.map(|rule| rule.max_cases).collect();
            let allows = |limit: &Option<u64>| limit.is_none_or(|max| found.cases.cases <= max);
            let expected = limits.iter().any(allows);
            let max_cases = limits.into_iter().flatten().max();
            (!expected).then_some(Unexpected::Field { found, max_cases })
        });
        verdict.unexpected.extend(unexpected);
        verdict
    }
}

/// What was found beside differences of fields. It comes first: it makes the rest of the
/// verdict less certain.
fn uncompared(summary: &Summary) -> Vec<Unexpected> {
    let Summary {
        only_in_old,
        only_in_new,
        versions_differ,
        occurrences_beyond,
        ..
    } = summary;
    let mut unexpected = Vec::new();
    if only_in_old.cases > 0 {
        unexpected.push(Unexpected::OnlyInOld(only_in_old.clone()));
    }
    if only_in_new.cases > 0 {
        unexpected.push(Unexpected::OnlyInNew(only_in_new.clone()));
    }
    if versions_differ.cases > 0 {
        unexpected.push(Unexpected::VersionsDiffer(versions_differ.clone()));
    }
    if *occurrences_beyond > 0 {
        unexpected.push(Unexpected::FieldsBeyond {
            occurrences: *occurrences_beyond,
        });
    }
    unexpected
}

#[cfg(test)]
mod tests {
    use casefold_events::{DocketNumber, Version};
    use casefold_shared::gateway::Generation;
    use serde_json::{Value, json};

    use super::*;
    use crate::difference::{Values, changes};

    fn comparison() -> Comparison {
        Comparison {
            projection: "case".to_owned(),
            from: Generation(2),
            to: Generation(3),
        }
    }

    fn docket(serial: u32) -> DocketNumber {
        DocketNumber::new(serial, 26).unwrap()
    }

    /// A summary of these cases, each old and new.
    fn given(cases: &[(Value, Value)]) -> Summary {
        let mut summary = Summary::new(comparison(), Values::Hidden);
        for ((old, new), serial) in cases.iter().zip(101..) {
            summary.add_case(docket(serial), &changes(old, new));
        }
        summary
    }

    fn when(summary: &Summary, expected: &Value) -> Verdict {
        let file = json!({"projection": "case", "from": 2, "to": 3, "expected": expected});
        let rules = Rules::parse(&file.to_string(), &comparison()).unwrap();
        rules.judge(summary)
    }

    /// The fields that are unexpected, with the limit that they are over.
    fn unexpected_fields(verdict: &Verdict) -> Vec<(String, Option<u64>)> {
        let fields = verdict
            .unexpected
            .iter()
            .map(|unexpected| match unexpected {
                Unexpected::Field { found, max_cases } => (found.field.clone(), *max_cases),
                other => panic!("{other:?}"),
            });
        fields.collect()
    }

    /// Two cases: `a` is added in one, `b.c` changed in both.
    fn two_cases() -> Summary {
        given(&[
            (json!({"b": {"c": 1}}), json!({"b": {"c": 2}, "a": 1})),
            (json!({"b": {"c": 1}}), json!({"b": {"c": 2}})),
        ])
    }

    #[test]
    fn given_no_entry_then_nothing_may_differ() {
        let equal = given(&[(json!({"a": 1}), json!({"a": 1}))]);
        assert!(when(&equal, &json!([])).is_as_expected());
        let verdict = when(&two_cases(), &json!([]));
        assert!(!verdict.is_as_expected());
        let fields = ["b.c", "a"].map(|field| (field.to_owned(), None));
        assert_eq!(unexpected_fields(&verdict), fields);
    }

    #[test]
    fn given_entries_for_all_that_differs_then_it_is_as_expected() {
        for expected in [
            json!([{"field": "a", "change": "added"}, {"field": "b.c", "change": "changed"}]),
            json!([{"field": "a", "change": "any", "in": "atLeastOne", "maxCases": 1},
                   {"field": "b.**", "change": "any", "in": "atLeastOne"}]),
            json!([{"field": "a", "change": "added", "in": "some"},
                   {"field": "b.c", "change": "changed", "in": "every"}]),
            json!([{"field": "..**", "change": "any"}]),
        ] {
            let verdict = when(&two_cases(), &expected);
            assert!(verdict.is_as_expected(), "{verdict:?}");
            assert_eq!(verdict.unused, []);
        }
    }

    #[test]
    fn given_another_change_or_a_field_above_or_beside_then_it_is_unexpected() {
        let expected = json!([
            {"field": "a", "change": "removed"}, {"field": "b", "change": "any"},
            {"field": "a.**", "change": "any"}, {"field": "b.cc", "change": "any"}]);
        let verdict = when(&two_cases(), &expected);
        assert_eq!(unexpected_fields(&verdict).len(), 2);
        assert_eq!(verdict.unused.len(), 4);
    }

    #[test]
    fn given_a_field_in_too_many_cases_then_it_is_unexpected_unless_another_entry_expects_it() {
        let limited = json!({"field": "b.c", "change": "changed", "maxCases": 1});
        let a = json!({"field": "a", "change": "added"});
        let verdict = when(&two_cases(), &json!([a, limited]));
        assert_eq!(unexpected_fields(&verdict), [("b.c".to_owned(), Some(1))]);
        let further = json!({"field": "b.**", "change": "changed", "maxCases": 2});
        assert!(when(&two_cases(), &json!([a, limited, further])).is_as_expected());
    }

    #[test]
    fn given_an_entry_for_every_case_when_one_lacks_it_then_it_is_missing() {
        let verdict = when(
            &two_cases(),
            &json!([
                {"field": "a", "change": "added", "in": "every", "why": "all have an a"},
                {"field": "b.c", "change": "changed"}]),
        );
        assert!(!verdict.is_as_expected());
        assert_eq!(verdict.unexpected, []);
        let missing = &verdict.missing[0];
        assert_eq!((missing.cases, missing.expected_cases), (1, 2));
        assert_eq!(missing.why.as_deref(), Some("all have an a"));
    }

    #[test]
    fn given_an_entry_for_at_least_one_case_when_none_has_it_then_it_is_missing() {
        let summary = given(&[(json!({}), json!({}))]);
        let verdict = when(
            &summary,
            &json!([{"field": "a", "change": "any", "in": "atLeastOne"}]),
        );
        let missing = &verdict.missing[0];
        assert_eq!((missing.cases, missing.expected_cases), (0, 1));
    }

    #[test]
    fn given_an_entry_that_finds_nothing_then_that_is_a_note_and_no_failure() {
        let summary = given(&[(json!({}), json!({}))]);
        let verdict = when(&summary, &json!([{"field": "a", "change": "added"}]));
        assert!(verdict.is_as_expected());
        assert_eq!(verdict.unused[0].entry.to_string(), "expected[0] (`a`)");
    }

    #[test]
    fn cases_that_were_not_compared_are_unexpected_whatever_the_entries_say() {
        type Add = fn(&mut Summary);
        let everything = json!([{"field": "..**", "change": "any"}]);
        let adds: [Add; 3] = [
            |summary| summary.only_in_old(docket(101)),
            |summary| summary.only_in_new(docket(101)),
            |summary| summary.versions_differ(docket(101), Version(1), Version(2)),
        ];
        for add in adds {
            let mut summary = given(&[]);
            add(&mut summary);
            let verdict = when(&summary, &everything);
            assert_eq!(verdict.unexpected.len(), 1);
            assert!(!verdict.is_as_expected());
        }
    }

    #[test]
    fn fields_that_were_not_counted_one_by_one_are_unexpected() {
        let fields = (0..2000).map(|n| (format!("k{n}"), json!(1)));
        let new = Value::Object(fields.collect());
        let verdict = when(
            &given(&[(json!({}), new)]),
            &json!([{"field": "..**", "change": "any"}]),
        );
        let beyond = Unexpected::FieldsBeyond { occurrences: 1000 };
        assert_eq!(verdict.unexpected, [beyond]);
    }

    #[test]
    fn the_verdict_for_programs_says_what_is_unexpected_and_missing() {
        let mut summary = given(&[(json!({}), json!({"a": true}))]);
        summary.only_in_old(docket(102));
        let verdict = when(
            &summary,
            &json!([
                {"field": "b", "change": "any", "in": "atLeastOne"},
                {"field": "a", "change": "removed"}]),
        );
        assert_eq!(
            serde_json::to_value(&verdict).unwrap(),
            json!({
                "projection": "case", "from": 2, "to": 3, "compared": 1,
                "unexpected": [
                    {"what": "onlyInOld", "cases": 1, "examples": ["102-26"]},
                    {"what": "field", "field": "a", "change": "added", "cases": 1,
                     "occurrences": 1, "examples": [
                        {"docketNumber": "101-26", "path": "a", "new": "boolean"}]}],
                "missing": [{"entry": "expected[0] (`b`)", "change": "any",
                             "expectedCases": 1, "cases": 0}],
                "unused": [{"entry": "expected[1] (`a`)", "change": "removed"}],
            })
        );
    }
}
