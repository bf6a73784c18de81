//! Differences of many cases, counted in bounded memory.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use casefold_events::{DocketNumber, Version};
use casefold_shared::gateway::Generation;
use serde::{Serialize, Serializer};

use super::changes::{ChangeKind, FieldChange};
use super::examples::{Cases, Example, Values, VersionsExample};

/// How many fields are counted one by one, each with its kind of change. A document of a
/// known shape has far fewer; one whose field names are data could have any number.
const FIELDS: usize = 1000;

/// What is compared: two generations of a projection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The projection's name.
    pub projection: String,
    /// The old generation.
    pub from: Generation,
    /// The new generation.
    pub to: Generation,
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            projection,
            from,
            to,
        } = self;
        write!(f, "{projection}, generation {from} → {to}")
    }
}

/// What was found of one field and one kind of change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldSummary {
    /// The field over all cases, say `statusHistory[].by`.
    pub field: String,
    /// What happened to it.
    pub change: ChangeKind,
    /// How often, in all cases together.
    pub occurrences: u64,
    /// In how many cases, with examples.
    #[serde(flatten)]
    pub cases: Cases<Example>,
}

/// What differs between two generations over many cases.
///
/// It holds counts and a few examples, so its size follows from the documents' shape and
/// not from the number of cases. Workers each fill one of their own, and the summaries are
/// [merged](Self::merge): the result is that of one summary given all the cases.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    pub(super) comparison: Comparison,
    values: Values,
    pub(super) compared: u64,
    pub(super) differing: u64,
    pub(super) only_in_old: Cases,
    pub(super) only_in_new: Cases,
    pub(super) versions_differ: Cases<VersionsExample>,
    fields: BTreeMap<(String, ChangeKind), Counted>,
    /// Occurrences in fields past the first [`FIELDS`], in the order of their paths.
    pub(super) occurrences_beyond: u64,
}

#[derive(Clone, Debug, PartialEq)]
struct Counted {
    occurrences: u64,
    cases: Cases<Example>,
}

impl Counted {
    fn merge(&mut self, other: Self) {
        self.occurrences += other.occurrences;
        self.cases.merge(other.cases);
    }
}

impl Summary {
    /// A summary of no case yet.
    pub fn new(comparison: Comparison, values: Values) -> Self {
        Self {
            comparison,
            values,
            compared: 0,
            differing: 0,
            only_in_old: Cases::default(),
            only_in_new: Cases::default(),
            versions_differ: Cases::default(),
            fields: BTreeMap::new(),
            occurrences_beyond: 0,
        }
    }

    /// Adds a case that both generations hold at the same version, with what
    /// [`changes`](super::changes()) found, if anything. Each case is added once.
    pub fn add_case(&mut self, docket_number: DocketNumber, changes: &[FieldChange]) {
        self.compared += 1;
        self.differing += u64::from(!changes.is_empty());
        let mut by_field = BTreeMap::<_, (u64, &FieldChange)>::new();
        for change in changes {
            let field = (change.path.general(), change.kind);
            by_field.entry(field).or_insert((0, change)).0 += 1;
        }
        for (field, (occurrences, first)) in by_field {
            let mut cases = Cases::default();
            cases.add(Example::of(docket_number, first, self.values));
            let counted = Counted { occurrences, cases };
            self.count(field, counted);
        }
    }

    /// Adds a case that only the old generation holds.
    pub fn only_in_old(&mut self, docket_number: DocketNumber) {
        self.only_in_old.add(docket_number);
    }

    /// Adds a case that only the new generation holds.
    pub fn only_in_new(&mut self, docket_number: DocketNumber) {
        self.only_in_new.add(docket_number);
    }

    /// Adds a case that the generations hold at different versions: what differs is what
    /// happened in between, so it is not compared. Commits may have come in while the two
    /// were read; read such a case once more before it is added.
    pub fn versions_differ(&mut self, docket_number: DocketNumber, old: Version, new: Version) {
        self.versions_differ.add(VersionsExample {
            docket_number,
            old,
            new,
        });
    }

    /// Adds all that another summary of the same comparison has counted over other cases.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.compared += other.compared;
        self.differing += other.differing;
        self.only_in_old.merge(other.only_in_old);
        self.only_in_new.merge(other.only_in_new);
        self.versions_differ.merge(other.versions_differ);
        self.occurrences_beyond += other.occurrences_beyond;
        for (field, counted) in other.fields {
            self.count(field, counted);
        }
        self
    }

    /// What was found of each field: that in the most cases first, then by path.
    pub fn fields(&self) -> Vec<FieldSummary> {
        let summary = |((field, change), counted): (&(String, ChangeKind), &Counted)| {
            let (occurrences, cases) = (counted.occurrences, counted.cases.clone());
            FieldSummary {
                field: field.clone(),
                change: *change,
                occurrences,
                cases,
            }
        };
        let mut fields: Vec<_> = self.fields.iter().map(summary).collect();
        // Stable: fields in as many cases stay in the order of their paths.
        fields.sort_by_key(|field| std::cmp::Reverse(field.cases.cases));
        fields
    }

    /// In how many cases this happened to this field.
    pub(super) fn cases_with(&self, field: &str, change: ChangeKind) -> u64 {
        let counted = self.fields.get(&(field.to_owned(), change));
        counted.map_or(0, |counted| counted.cases.cases)
    }

    /// Which fields are let go doesn't depend on the order of cases: one that is let go has
    /// [`FIELDS`] before it, and they stay or give way to others before them, so it never
    /// comes back, and one that stays was never let go.
    fn count(&mut self, field: (String, ChangeKind), counted: Counted) {
        match self.fields.entry(field) {
            Entry::Occupied(mut entry) => entry.get_mut().merge(counted),
            Entry::Vacant(entry) => {
                entry.insert(counted);
            }
        }
        if self.fields.len() > FIELDS
            && let Some((_, counted)) = self.fields.pop_last()
        {
            self.occurrences_beyond += counted.occurrences;
        }
    }
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Report<'a> {
            #[serde(flatten)]
            comparison: &'a Comparison,
            values: Values,
            compared: u64,
            differing: u64,
            only_in_old: &'a Cases,
            only_in_new: &'a Cases,
            versions_differ: &'a Cases<VersionsExample>,
            fields: Vec<FieldSummary>,
            occurrences_beyond: u64,
        }
        Report {
            comparison: &self.comparison,
            values: self.values,
            compared: self.compared,
            differing: self.differing,
            only_in_old: &self.only_in_old,
            only_in_new: &self.only_in_new,
            versions_differ: &self.versions_differ,
            fields: self.fields(),
            occurrences_beyond: self.occurrences_beyond,
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::difference::changes;

    fn docket(serial: u32) -> DocketNumber {
        DocketNumber::new(serial, 26).unwrap()
    }

    fn empty(values: Values) -> Summary {
        let comparison = Comparison {
            projection: "case".to_owned(),
            from: Generation(2),
            to: Generation(3),
        };
        Summary::new(comparison, values)
    }

    /// The case, and one in which a status has got two fields and the name is another type.
    fn given(values: Values) -> Summary {
        let mut summary = empty(values);
        let old = json!({"history": [{}, {}], "name": "Vera Lund"});
        let new = json!({"history": [{"by": 1}, {"by": 2}], "name": {"last": "Lund"}});
        summary.add_case(docket(103), &changes(&old, &new));
        summary.add_case(docket(101), &changes(&old, &old));
        summary.add_case(docket(102), &changes(&json!({"a": 1}), &json!({"a": 2})));
        summary
    }

    #[test]
    fn cases_and_occurrences_are_counted_by_field_and_kind() {
        let summary = given(Values::Hidden);
        let counts = summary.fields().into_iter().map(|field| {
            let cases = field.cases.cases;
            (field.field, field.change, cases, field.occurrences)
        });
        assert_eq!(
            counts.collect::<Vec<_>>(),
            [
                ("a".to_owned(), ChangeKind::Changed, 1, 1),
                ("history[].by".to_owned(), ChangeKind::Added, 1, 2),
                ("name".to_owned(), ChangeKind::Changed, 1, 1),
            ]
        );
        assert_eq!((summary.compared, summary.differing), (3, 2));
    }

    #[test]
    fn examples_show_types_and_only_on_demand_values_and_never_when_printed_for_a_log() {
        let hidden = serde_json::to_string(&given(Values::Hidden)).unwrap();
        assert!(
            hidden.contains(r#""old":"string","new":"object""#),
            "{hidden}"
        );
        assert!(!hidden.contains("Lund") && !given(Values::Hidden).to_text().contains("Lund"));
        let shown = given(Values::Shown);
        let name = shown.fields().pop().unwrap().cases.examples.remove(0);
        assert_eq!(name.old.unwrap().expose(), r#""Vera Lund""#);
        assert_eq!(name.new.unwrap().expose(), r#"{"last":"Lund"}"#);
        assert!(!format!("{shown:?}").contains("Lund"));
    }

    #[test]
    fn the_examples_are_three_and_those_with_the_lowest_docket_numbers() {
        let mut summary = empty(Values::Hidden);
        for serial in [105, 102, 104, 101, 103] {
            summary.only_in_old(docket(serial));
            summary.versions_differ(docket(serial), Version(2), Version(3));
            summary.add_case(docket(serial), &changes(&json!({"a": 1}), &json!({"a": 2})));
        }
        let lowest = [101, 102, 103].map(docket);
        assert_eq!(summary.only_in_old.examples, lowest);
        assert_eq!(summary.only_in_old.cases, 5);
        let versions = summary.versions_differ.examples.iter();
        assert!(versions.map(|example| example.docket_number).eq(lowest));
        let field = summary.fields().remove(0);
        assert_eq!(field.cases.cases, 5);
        let examples = field.cases.examples.iter();
        assert!(examples.map(|example| example.docket_number).eq(lowest));
    }

    #[test]
    fn fields_without_number_are_counted_together_past_a_limit_in_whatever_order_they_come() {
        let fields = u64::try_from(FIELDS).unwrap();
        let case = |n: u64| changes(&json!({}), &json!({ format!("k{n:05}"): 1 }));
        let numbers = 0..fields + 7;
        let mut upwards = empty(Values::Hidden);
        let mut downwards = empty(Values::Hidden);
        for n in numbers.clone() {
            upwards.add_case(docket(101), &case(n));
        }
        for n in numbers.rev() {
            downwards.add_case(docket(101), &case(n));
        }
        assert_eq!(upwards, downwards);
        assert_eq!(upwards.fields().len(), FIELDS);
        assert_eq!(upwards.occurrences_beyond, 7);
    }

    #[test]
    fn the_report_for_programs_has_one_row_a_field() {
        let mut summary = empty(Values::Hidden);
        summary.add_case(docket(101), &changes(&json!({}), &json!({"a": [1]})));
        summary.only_in_new(docket(102));
        summary.versions_differ(docket(103), Version(4), Version(3));
        let none = json!({"cases": 0, "examples": []});
        assert_eq!(
            serde_json::to_value(&summary).unwrap(),
            json!({
                "projection": "case", "from": 2, "to": 3, "values": "hidden",
                "compared": 1, "differing": 1,
                "onlyInOld": none,
                "onlyInNew": {"cases": 1, "examples": ["102-26"]},
                "versionsDiffer": {"cases": 1, "examples": [
                    {"docketNumber": "103-26", "old": 4, "new": 3}]},
                "fields": [{
                    "field": "a", "change": "added", "cases": 1, "occurrences": 1,
                    "examples": [{"docketNumber": "101-26", "path": "a", "new": "array"}]}],
                "occurrencesBeyond": 0,
            })
        );
    }
}
