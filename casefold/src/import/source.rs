//! Reading a file of items and sorting them by case.

use std::collections::{BTreeMap, HashMap};

use casefold_events::DocketNumber;
use serde_json::{Map, Value};

use super::finding::{Finding, FindingKind};
use super::sessions::{Sessions, SourceSession};

/// An item of the source.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceItem {
    /// Its place in the file, from 1.
    pub position: usize,
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
    /// Every attribute, the keys among them.
    pub fields: Map<String, Value>,
}

/// A case of the source with every item that belongs to it.
#[derive(Clone, Debug)]
pub struct SourceCase {
    /// The docket number.
    pub docket_number: DocketNumber,
    /// What stands behind `case|` in the keys: the docket number in 2022, an id in 2020.
    pub key: String,
    /// Its items in the order of their keys, those with the same keys in that of the file.
    pub items: Vec<SourceItem>,
    /// The cases of the file that name the same lead case, this one among them.
    pub group: Vec<DocketNumber>,
    /// The trial sessions of the file that its items name, by their ids.
    pub sessions: HashMap<String, SourceSession>,
}

/// A file of items, sorted.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// How many items the file has.
    pub items: usize,
    /// The cases, in the order of their docket numbers.
    pub cases: Vec<SourceCase>,
    /// Items that belong to no case that can be placed.
    pub findings: Vec<Finding>,
}

/// Why a file holds no items.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It is not a JSON list.
    #[error(
        "the file is neither a JSON list of items nor one JSON object a line (line {line}, column {column})"
    )]
    Json {
        /// Where the reader gave up.
        line: usize,
        /// Where the reader gave up.
        column: usize,
    },
}

impl Source {
    /// Reads a JSON list of items, or one item a line. An entry that is no item is
    /// reported with its place and the rest goes on.
    ///
    /// # Errors
    /// [`SourceError`] where the text is neither.
    pub fn read(text: &str) -> Result<Self, SourceError> {
        let text = text.trim_start_matches('\u{feff}').trim();
        let values: Vec<Option<Value>> = if text.starts_with('{') {
            text.lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(|line| serde_json::from_str(line).ok())
                .collect()
        } else {
            serde_json::from_str(text).map_err(|error| SourceError::Json {
                line: error.line(),
                column: error.column(),
            })?
        };
        Ok(Self::of(values))
    }

    /// Sorts items by case; `None` stands for an entry of the file that can't be read.
    pub fn of(values: Vec<Option<Value>>) -> Self {
        let mut source = Self {
            items: values.len(),
            ..Self::default()
        };
        let mut items = Vec::with_capacity(values.len());
        for (at, value) in values.into_iter().enumerate() {
            match SourceItem::of(at + 1, value) {
                Ok(item) => items.push(item),
                Err(reason) => source.findings.push(unreadable(at + 1, reason)),
            }
        }
        let index = CaseIndex::of(&items, &mut source.findings);
        let mut cases = index.cases();
        let (sessions, items): (Vec<_>, Vec<_>) =
            items.into_iter().partition(SourceItem::is_trial_session);
        source
            .findings
            .extend(sessions.iter().map(SourceItem::of_no_case));
        for item in items {
            match index.case_of(&item) {
                Belongs::To(key) => {
                    if let Some(case) = cases.get_mut(key) {
                        case.items.push(item);
                    }
                }
                Belongs::ToMissing => source.findings.push(item.stray(
                    FindingKind::CaseMissing,
                    "its keys name a case that the file doesn't hold, or that can't be placed",
                )),
                Belongs::Nowhere => source.findings.push(item.of_no_case()),
            }
        }
        source.cases = cases.into_values().collect();
        let sessions = Sessions::of(&sessions);
        for case in &mut source.cases {
            case.sessions = sessions.named_in(case.docket_number, &case.items);
            // A scan gives items in no particular order; the same case is to give the same
            // history all the same. Of items with the same keys the order counts.
            case.items
                .sort_by(|a, b| (&a.pk, &a.sk).cmp(&(&b.pk, &b.sk)));
        }
        source.cases.sort_by_key(|case| case.docket_number);
        source.findings.sort_by_key(|finding| finding.position);
        source.find_groups();
        source
    }

    /// Consolidated cases name their lead; who else is in the group, only all of them tell.
    fn find_groups(&mut self) {
        let mut groups: BTreeMap<String, Vec<DocketNumber>> = BTreeMap::new();
        for case in &self.cases {
            if let Some(lead) = case.lead() {
                groups
                    .entry(lead.to_owned())
                    .or_default()
                    .push(case.docket_number);
            }
        }
        for case in &mut self.cases {
            if let Some(group) = case.lead().and_then(|lead| groups.get(lead)) {
                case.group.clone_from(group);
            }
        }
    }
}

impl SourceCase {
    /// The item that is the case itself. Of several the last stands, as the last write
    /// would in the table.
    pub fn case_item(&self) -> Option<&SourceItem> {
        self.items.iter().rev().find(|item| item.is_case())
    }

    fn lead(&self) -> Option<&str> {
        self.case_item()?.text("leadDocketNumber")
    }
}

impl SourceItem {
    /// The item in an entry of the file, or why it is none.
    fn of(position: usize, value: Option<Value>) -> Result<Self, &'static str> {
        let Some(Value::Object(fields)) = value else {
            return Err("it is no JSON object");
        };
        let key = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        match (key("pk"), key("sk")) {
            (Some(pk), Some(sk)) => Ok(Self {
                position,
                pk,
                sk,
                fields,
            }),
            _ => Err("it lacks the text attribute pk or sk"),
        }
    }

    /// Whether the item is a case itself.
    pub fn is_case(&self) -> bool {
        self.pk == self.sk && self.pk.starts_with("case|")
    }

    /// Whether the item is a trial session itself.
    fn is_trial_session(&self) -> bool {
        self.pk == self.sk && self.pk.starts_with("trial-session|")
    }

    /// The item's kind: what stands before the bar in the sort key for an item of a case
    /// partition, in the partition key for any other. Whatever of a key may be personal is
    /// left out.
    pub fn kind(&self) -> String {
        let of_key = |key: &str| key.split('|').next().unwrap_or_default().to_owned();
        let (pk, sk) = (of_key(&self.pk), of_key(&self.sk));
        let kind = match (pk.as_str(), sk.as_str()) {
            ("case", _) => sk,
            (_, "case") => format!("{pk}-case"),
            _ => pk,
        };
        // `email-jane@example.com`, `user-outbox-<user id>`: names and ids are no kind.
        let kind = match kind.split_once('@') {
            Some((before, _)) => before.split('-').next().unwrap_or_default().to_owned(),
            None => kind
                .split('-')
                .take_while(|word| !word.bytes().any(|byte| byte.is_ascii_digit()))
                .collect::<Vec<_>>()
                .join("-"),
        };
        if kind.is_empty() {
            "item".to_owned()
        } else {
            kind
        }
    }

    pub(super) fn text(&self, field: &str) -> Option<&str> {
        self.fields
            .get(field)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    fn of_no_case(&self) -> Finding {
        self.stray(
            FindingKind::NotOfACase,
            "neither its keys nor its fields name a case",
        )
    }

    fn stray(&self, kind: FindingKind, reason: &'static str) -> Finding {
        Finding {
            kind,
            position: self.position,
            item: self.kind(),
            docket_number: None,
            sk: None,
            field: None,
            reason: reason.into(),
        }
    }
}

fn unreadable(position: usize, reason: &'static str) -> Finding {
    Finding {
        kind: FindingKind::Unreadable,
        position,
        item: "item".to_owned(),
        docket_number: None,
        sk: None,
        field: None,
        reason: reason.into(),
    }
}

/// The cases of a file, by the keys and by the docket numbers under which items name them.
struct CaseIndex {
    numbers: BTreeMap<String, DocketNumber>,
    keys: BTreeMap<DocketNumber, String>,
    /// The case of a record by the record's sort key; `None` where several have the key.
    records: HashMap<String, Option<String>>,
}

enum Belongs<'a> {
    To(&'a str),
    ToMissing,
    Nowhere,
}

impl CaseIndex {
    fn of(items: &[SourceItem], findings: &mut Vec<Finding>) -> Self {
        let mut index = Self {
            numbers: BTreeMap::new(),
            keys: BTreeMap::new(),
            records: HashMap::new(),
        };
        index.note_records(items);
        for item in items.iter().filter(|item| item.is_case()) {
            let key = item.pk.trim_start_matches("case|");
            if index.numbers.contains_key(key) {
                continue;
            }
            // In 2020 the key is an id and the number a field; in 2022 both say the same.
            let number = item.text("docketNumber").unwrap_or(key);
            let Some(number) = number.parse().ok().or_else(|| key.parse().ok()) else {
                findings.push(item.stray(
                    FindingKind::Unreadable,
                    "a case without a docket number that can be read",
                ));
                continue;
            };
            if index.keys.contains_key(&number) {
                findings.push(item.stray(
                    FindingKind::CaseMissing,
                    "another case of the file has the same docket number",
                ));
                continue;
            }
            index.numbers.insert(key.to_owned(), number);
            index.keys.insert(number, key.to_owned());
        }
        index
    }

    fn cases(&self) -> BTreeMap<String, SourceCase> {
        self.numbers
            .iter()
            .map(|(key, number)| {
                let case = SourceCase {
                    docket_number: *number,
                    key: key.clone(),
                    items: Vec::new(),
                    group: Vec::new(),
                    sessions: HashMap::new(),
                };
                (key.clone(), case)
            })
            .collect()
    }

    /// Notes the records of the cases under their sort keys, as far as a key is that of one
    /// case only.
    fn note_records(&mut self, items: &[SourceItem]) {
        for item in items.iter().filter(|item| item.sk.contains('|')) {
            let Some(key) = item.pk.strip_prefix("case|") else {
                continue;
            };
            let of_case = self
                .records
                .entry(item.sk.clone())
                .or_insert_with(|| Some(key.to_owned()));
            if of_case.as_deref() != Some(key) {
                *of_case = None;
            }
        }
    }

    /// Keys first: they are what the court's system itself goes by. Rows of other
    /// partitions (a user's cases, a section's work items) name the case in a field, or a
    /// record of the case in a key.
    fn case_of(&self, item: &SourceItem) -> Belongs<'_> {
        let by_key = |key: &str| self.numbers.get_key_value(key).map(|(key, _)| key.as_str());
        let by_number = |number: &str| {
            let number: DocketNumber = number.parse().ok()?;
            self.keys.get(&number).map(String::as_str)
        };
        for key in [&item.pk, &item.sk] {
            if let Some(key) = key.strip_prefix("case|") {
                return by_key(key).map_or(Belongs::ToMissing, Belongs::To);
            }
        }
        let named = item.text("caseId").and_then(by_key);
        let named = named.or_else(|| item.text("docketNumber").and_then(by_number));
        let named = named.or_else(|| item.pk.split('|').next().and_then(by_key));
        let by_record = |key: &String| by_key(self.records.get(key)?.as_ref()?);
        let named = named
            .or_else(|| by_record(&item.pk))
            .or_else(|| by_record(&item.sk));
        named.map_or(Belongs::Nowhere, Belongs::To)
    }
}
