//! The rule file: which differences are expected.

use casefold_shared::gateway::Generation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::changes::ChangeKind;
use super::error::{EntryName, RulesError};
use super::path::{check_general, is_below};
use super::summary::Comparison;

/// The end of a field that stands for everything below it.
const BELOW: &str = ".**";

/// Which differences between two generations are expected. Any other is unexpected, so no
/// entry at all says that the generations are equal.
///
/// A rule file is JSON:
///
/// ```
/// # use casefold_projector::difference::{Comparison, Rules, Summary, Values, changes};
/// # use casefold_shared::gateway::Generation;
/// # use serde_json::json;
/// let file = r#"{
///   "projection": "case", "from": 2, "to": 3,
///   "expected": [
///     { "field": "statusHistory[].by", "change": "added", "in": "every",
///       "why": "who set the status" },
///     { "field": "automaticBlock", "change": "changed", "maxCases": 100 },
///     { "field": "imported.**", "change": "any", "in": "atLeastOne" } ] }"#;
///
/// let comparison = Comparison {
///     projection: "case".to_owned(),
///     from: Generation(2),
///     to: Generation(3),
/// };
/// let rules = Rules::parse(file, &comparison)?;
///
/// let old = json!({"statusHistory": [{"status": "New"}], "imported": {"version": 1}});
/// let new = json!({"statusHistory": [{"status": "New", "by": "clerk"}],
///                  "imported": {"version": 1, "by": "clerk"}});
/// let mut summary = Summary::new(comparison, Values::Hidden);
/// summary.add_case("101-26".parse()?, &changes(&old, &new));
/// assert!(rules.judge(&summary).is_as_expected());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | name | value |
/// | --- | --- |
/// | `field` | the field over all cases, as a summary names it: `[]` for any element. With `.**` at the end, everything below it, but not the field itself |
/// | `change` | `added`, `removed`, `changed` or `any` of them |
/// | `in` | `some`: it may occur, which is the default; `atLeastOne`: it has to occur; `every`: it has to occur in each compared case |
/// | `maxCases` | in how many cases it may occur; of several fields, each of them |
/// | `why` | a word to the reader |
///
/// Where several entries are about a field, it is enough that one of them expects it.
#[derive(Clone, Debug)]
pub struct Rules {
    pub(super) comparison: Comparison,
    pub(super) entries: Vec<Rule>,
}

/// The changes that an entry expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ExpectedKind {
    /// That the field is added.
    Added,
    /// That it is removed.
    Removed,
    /// That its value changes.
    Changed,
    /// Any of these.
    Any,
}

/// An entry that makes sense.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: EntryName,
    pub(super) change: ExpectedKind,
    pub(super) occurs: Occurs,
    pub(super) max_cases: Option<u64>,
    pub(super) why: Option<String>,
    fields: Fields,
}

/// Where a difference has to occur.
#[derive(Clone, Debug)]
pub(super) enum Occurs {
    /// It may occur.
    Some,
    /// It occurs somewhere.
    AtLeastOne,
    /// This change of this field occurs in each compared case.
    Every(String, ChangeKind),
}

#[derive(Clone, Debug)]
enum Fields {
    One(String),
    Below(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoredRules {
    projection: String,
    from: Generation,
    to: Generation,
    expected: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoredRule {
    field: String,
    change: ExpectedKind,
    #[serde(default, rename = "in")]
    occurs: StoredOccurs,
    max_cases: Option<u64>,
    why: Option<String>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
enum StoredOccurs {
    #[default]
    Some,
    AtLeastOne,
    Every,
}

impl Rules {
    /// Reads a rule file for this comparison.
    ///
    /// # Errors
    /// [`RulesError`] where the file can't be understood, contradicts itself or is for
    /// another comparison.
    pub fn parse(file: &str, comparison: &Comparison) -> Result<Self, RulesError> {
        let stored: StoredRules = serde_json::from_str(file).map_err(RulesError::File)?;
        let rules = Comparison {
            projection: stored.projection,
            from: stored.from,
            to: stored.to,
        };
        if rules != *comparison {
            return Err(RulesError::OtherComparison {
                rules,
                compared: comparison.clone(),
            });
        }
        let mut entries = Vec::<Rule>::with_capacity(stored.expected.len());
        for (position, entry) in stored.expected.into_iter().enumerate() {
            let rule = Rule::parse(position, entry)?;
            let same =
                |other: &&Rule| other.name.field == rule.name.field && other.change == rule.change;
            if let Some(first) = entries.iter().find(same) {
                return Err(RulesError::Twice {
                    first: first.name.clone(),
                    entry: rule.name,
                });
            }
            entries.push(rule);
        }
        Ok(Self {
            comparison: rules,
            entries,
        })
    }
}

impl Rule {
    fn parse(position: usize, entry: Value) -> Result<Self, RulesError> {
        let field = entry.get("field").and_then(Value::as_str);
        let name = EntryName {
            position,
            field: field.unwrap_or_default().to_owned(),
        };
        let stored: StoredRule = match serde_json::from_value(entry) {
            Ok(stored) => stored,
            Err(source) => {
                return Err(RulesError::Entry {
                    entry: name,
                    source,
                });
            }
        };
        let (base, fields): (_, fn(_) -> _) = match stored.field.strip_suffix(BELOW) {
            Some(base) => (base, Fields::Below),
            None => (stored.field.as_str(), Fields::One),
        };
        if let Err(advice) = check_general(base) {
            return Err(RulesError::Field {
                entry: name,
                advice,
            });
        }
        let fields = fields(base.to_owned());
        let occurs = match (stored.occurs, &fields, stored.change.one()) {
            (StoredOccurs::Some, _, _) => Occurs::Some,
            (StoredOccurs::AtLeastOne, _, _) => Occurs::AtLeastOne,
            (StoredOccurs::Every, Fields::One(field), Some(change)) => {
                Occurs::Every(field.clone(), change)
            }
            (StoredOccurs::Every, Fields::Below(_), _) | (StoredOccurs::Every, _, None) => {
                return Err(RulesError::EveryOfSeveral { entry: name });
            }
        };
        Ok(Self {
            name,
            change: stored.change,
            occurs,
            max_cases: stored.max_cases,
            why: stored.why,
            fields,
        })
    }

    /// Whether the entry is about this change of this field.
    pub(super) fn is_about(&self, field: &str, change: ChangeKind) -> bool {
        let about_field = match &self.fields {
            Fields::One(one) => one == field,
            Fields::Below(above) => is_below(field, above),
        };
        about_field && self.change.one().is_none_or(|one| one == change)
    }
}

impl ExpectedKind {
    /// The word for it in rule files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => ChangeKind::Added.as_str(),
            Self::Removed => ChangeKind::Removed.as_str(),
            Self::Changed => ChangeKind::Changed.as_str(),
            Self::Any => "any",
        }
    }

    const fn one(self) -> Option<ChangeKind> {
        match self {
            Self::Added => Some(ChangeKind::Added),
            Self::Removed => Some(ChangeKind::Removed),
            Self::Changed => Some(ChangeKind::Changed),
            Self::Any => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use serde_json::json;

    use super::*;

    fn comparison(projection: &str, from: u32, to: u32) -> Comparison {
        Comparison {
            projection: projection.to_owned(),
            from: Generation(from),
            to: Generation(to),
        }
    }

    /// The refusal of a file with these entries, with its source.
    fn refusal(expected: &Value) -> String {
        let file = json!({"projection": "case", "from": 2, "to": 3, "expected": expected});
        let error = Rules::parse(&file.to_string(), &comparison("case", 2, 3)).unwrap_err();
        let source = error.source().map(|source| format!("; {source}"));
        format!("{error}{}", source.unwrap_or_default())
    }

    #[test]
    fn each_refusal_names_the_entry_and_says_what_to_do() {
        let entry = |field: &str| json!([{"field": field, "change": "any"}]);
        for (expected, told) in [
            (
                json!([{"field": "a", "change": "any"}, {"field": "b", "change": "gone"}]),
                "expected[1] (`b`) can't be read: write field and change, and as needed in, \
                 maxCases and why; unknown variant `gone`",
            ),
            (
                json!([{"field": "a", "change": "any", "max": 3}]),
                "expected[0] (`a`) can't be read: write field and change, and as needed in, \
                 maxCases and why; unknown field `max`",
            ),
            (
                json!([{"change": "any"}]),
                "expected[0] (``) can't be read: write field and change, and as needed in, \
                 maxCases and why; missing field `field`",
            ),
            (
                entry("a[2].b"),
                "expected[0] (`a[2].b`) names no field: write []",
            ),
            (
                entry("a.*.b"),
                "expected[0] (`a.*.b`) names no field: write names of",
            ),
            (
                entry(".**"),
                "expected[0] (`.**`) names no field: write the path",
            ),
            (
                json!([{"field": "a.**", "change": "added", "in": "every"}]),
                "expected[0] (`a.**`) can't be looked for in every case",
            ),
            (
                json!([{"field": "a", "change": "any", "in": "every"}]),
                "expected[0] (`a`) can't be looked for in every case",
            ),
            (
                json!([{"field": "a", "change": "any"}, {"field": "a", "change": "any"}]),
                "expected[1] (`a`) has the same field and change as expected[0] (`a`): delete",
            ),
        ] {
            let refusal = refusal(&expected);
            assert!(refusal.starts_with(told), "{refusal}");
        }
    }

    #[test]
    fn rules_for_another_projection_or_generation_are_refused() {
        let file = r#"{"projection": "case", "from": 2, "to": 3, "expected": []}"#;
        assert!(Rules::parse(file, &comparison("case", 2, 3)).is_ok());
        for other in [
            comparison("lists", 2, 3),
            comparison("case", 1, 3),
            comparison("case", 3, 2),
        ] {
            let error = Rules::parse(file, &other).unwrap_err();
            assert!(matches!(error, RulesError::OtherComparison { .. }));
            let told = format!(
                "the rules are for case, generation 2 → 3, but compared is {other}: give the \
                 rules for that"
            );
            assert_eq!(error.to_string(), told);
        }
    }

    #[test]
    fn a_file_that_is_no_rule_file_is_refused() {
        for file in [
            "",
            "[]",
            r#"{"projection": "case", "from": 2, "to": 3, "rules": []}"#,
        ] {
            let error = Rules::parse(file, &comparison("case", 2, 3)).unwrap_err();
            assert!(matches!(error, RulesError::File(_)), "{file}");
        }
    }
}
