//! Taking values out of an item.
//!
//! A value that is taken will stand in an event as it is, so it leaves the item; what is
//! left in the end is the residue. A value that can only be used in another form (a date
//! written otherwise, a word spelled otherwise) is given and left where it is.

use std::borrow::Cow;

use casefold_events::Timestamp;
use serde_json::{Map, Value};

use super::dates::read_date;
use super::finding::{Finding, FindingKind};
use super::money::read_cents;

/// What stands where an event needs words and the source has none.
pub(super) const NOT_RECORDED: &str = "not recorded";

/// Names an item in findings.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) position: usize,
    pub(super) item: String,
    pub(super) docket_number: String,
    pub(super) sk: String,
}

impl About {
    pub(super) fn finding(
        &self,
        kind: FindingKind,
        field: Option<String>,
        reason: impl Into<Cow<'static, str>>,
    ) -> Finding {
        Finding {
            kind,
            position: self.position,
            item: self.item.clone(),
            docket_number: Some(self.docket_number.clone()),
            sk: Some(self.sk.clone()),
            field,
            reason: reason.into(),
        }
    }
}

/// Reads the fields of an item, or of an object within it.
pub(super) struct Reader<'a> {
    fields: &'a mut Map<String, Value>,
    about: &'a About,
    path: String,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        fields: &'a mut Map<String, Value>,
        about: &'a About,
        findings: &'a mut Vec<Finding>,
    ) -> Self {
        Self {
            fields,
            about,
            path: String::new(),
            findings,
        }
    }

    /// Takes a text. An empty one counts as absent.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let text = self.peek_text(name)?.to_owned();
        self.fields.remove(name);
        Some(text)
    }

    /// A text, left where it is.
    pub(super) fn peek_text(&mut self, name: &str) -> Option<&str> {
        if self.is_present(name) && !self.fields.get(name).is_some_and(Value::is_string) {
            self.unplaced(name, "it is no text");
        }
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    }

    /// Takes a flag.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let flag = self.peek_flag(name)?;
        self.fields.remove(name);
        Some(flag)
    }

    /// A flag, left where it is.
    pub(super) fn peek_flag(&mut self, name: &str) -> Option<bool> {
        let flag = self.fields.get(name).and_then(Value::as_bool);
        if flag.is_none() && self.is_present(name) {
            self.unplaced(name, "it is neither true nor false");
        }
        flag
    }

    /// Takes a whole number.
    pub(super) fn count(&mut self, name: &str) -> Option<u32> {
        let count = self.peek_count(name)?;
        self.fields.remove(name);
        Some(count)
    }

    /// A whole number, left where it is.
    pub(super) fn peek_count(&mut self, name: &str) -> Option<u32> {
        let count = self.fields.get(name).and_then(Value::as_u64);
        let count = count.and_then(|count| u32::try_from(count).ok());
        if count.is_none() && self.is_present(name) {
            self.unplaced(name, "it is no whole number");
        }
        count
    }

    /// A number as it is written, or a text in its place, left where it is.
    pub(super) fn peek_number(&mut self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            Value::String(_) | Value::Null => None,
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                self.unplaced(name, "it is no number");
                None
            }
        }
    }

    /// An amount of dollars in cents, left where it is: events write it otherwise.
    pub(super) fn cents(&mut self, name: &str) -> Option<i64> {
        let cents = read_cents(&self.peek_number(name)?);
        if cents.is_none() {
            self.unplaced(name, "it is no amount in whole cents");
        }
        cents
    }

    /// A date. It is taken where it is written as events write it.
    pub(super) fn time(&mut self, name: &str) -> Option<Timestamp> {
        let text = self.peek_text(name)?.to_owned();
        let Some(at) = read_date(&text) else {
            self.unplaced(name, "it is no date that can be read");
            return None;
        };
        if at.to_string() == text {
            self.fields.remove(name);
        }
        Some(at)
    }

    /// A word of an enumeration. It is taken where it is written as the court writes it;
    /// where only capitals and punctuation differ it is understood.
    pub(super) fn word<T: Copy>(
        &mut self,
        name: &str,
        all: &[T],
        written: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.peek_text(name)?.to_owned();
        if let Some(word) = all.iter().find(|word| written(**word) == text) {
            self.fields.remove(name);
            return Some(*word);
        }
        let similar = all
            .iter()
            .find(|word| letters(written(**word)) == letters(&text));
        if similar.is_none() {
            self.unplaced(name, "it is none of the court's words for it");
        }
        similar.copied()
    }

    /// A text in a form of its own. It is taken where that form writes it as it stands;
    /// `None` where it has no such form.
    pub(super) fn converted<T: std::fmt::Display>(
        &mut self,
        name: &str,
        convert: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.peek_text(name)?.to_owned();
        let converted = convert(&text)?;
        if converted.to_string() == text {
            self.fields.remove(name);
        }
        Some(converted)
    }

    /// Takes a list of texts, whole, where `convert` gives every one back as it is.
    pub(super) fn texts<T: std::fmt::Display>(
        &mut self,
        name: &str,
        convert: impl Fn(&str) -> T,
    ) -> Vec<T> {
        let Some(texts) = self.fields.get(name).and_then(Value::as_array) else {
            if self.is_present(name) {
                self.unplaced(name, "it is no list");
            }
            return Vec::new();
        };
        let pairs: Vec<_> = texts
            .iter()
            .filter_map(Value::as_str)
            .map(|text| (text, convert(text)))
            .collect();
        let all = pairs.len() == texts.len();
        let exact = all
            && pairs
                .iter()
                .all(|(text, converted)| converted.to_string() == *text);
        let converted: Vec<_> = pairs.into_iter().map(|(_, converted)| converted).collect();
        if !all {
            self.unplaced(name, "not every element is a text");
        }
        if exact && !converted.is_empty() {
            self.fields.remove(name);
        }
        converted
    }

    /// Reads an object within the item.
    pub(super) fn within<R>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Reader<'_>) -> R,
    ) -> Option<R> {
        let path = self.path_of(name);
        let fields = self.fields.get_mut(name)?.as_object_mut()?;
        let mut reader = Reader {
            fields,
            about: self.about,
            path,
            findings: &mut *self.findings,
        };
        Some(read(&mut reader))
    }

    /// Reads each object of a list.
    pub(super) fn each<R>(
        &mut self,
        name: &str,
        mut read: impl FnMut(usize, &mut Reader<'_>) -> R,
    ) -> Vec<R> {
        let path = self.path_of(name);
        let Some(list) = self.fields.get_mut(name).and_then(Value::as_array_mut) else {
            if self.is_present(name) {
                self.unplaced(name, "it is no list");
            }
            return Vec::new();
        };
        let mut all = Vec::with_capacity(list.len());
        let mut others = false;
        for (at, value) in list.iter_mut().enumerate() {
            let Some(fields) = value.as_object_mut() else {
                others = true;
                continue;
            };
            let (path, findings) = (format!("{path}[{at}]"), &mut *self.findings);
            all.push(read(
                at,
                &mut Reader {
                    fields,
                    about: self.about,
                    path,
                    findings,
                },
            ));
        }
        if others {
            self.unplaced(name, "not every element is an object");
        }
        all
    }

    /// Takes a text that something beside the events says as well, where it is the same.
    pub(super) fn settled(&mut self, name: &str, said: &str) {
        if self.fields.get(name).and_then(Value::as_str) == Some(said) {
            self.fields.remove(name);
        }
    }

    /// Whether the field is there, and more than null.
    pub(super) fn is_present(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| !value.is_null())
    }

    /// Reports that no event could take a value.
    pub(super) fn unplaced(&mut self, name: &str, reason: impl Into<Cow<'static, str>>) {
        self.report(FindingKind::Unplaced, name, reason);
    }

    /// Reports what was supposed where the source says nothing.
    pub(super) fn supposed(&mut self, name: &str, reason: impl Into<Cow<'static, str>>) {
        self.report(FindingKind::Supposed, name, reason);
    }

    fn report(&mut self, kind: FindingKind, name: &str, reason: impl Into<Cow<'static, str>>) {
        let finding = self.about.finding(kind, Some(self.path_of(name)), reason);
        // A value may be looked at twice.
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }

    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }
}

/// A word without what its spellings differ in. The forms of party types lost and gained
/// "fiduciary/" with the years.
fn letters(text: &str) -> String {
    let text = text.to_lowercase().replace("fiduciary/", "");
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use casefold_events::vocabulary::PartyType;
    use serde_json::json;

    fn about() -> About {
        About {
            position: 1,
            item: "case".to_owned(),
            docket_number: "101-20".to_owned(),
            sk: "case|101-20".to_owned(),
        }
    }

    #[test]
    fn a_value_that_events_hold_as_it_is_is_taken_and_another_is_left() {
        let Value::Object(mut fields) = json!({
            "a": "2020-01-02T03:04:05.006Z", "b": "2020-01-02", "c": "15-Dec-1973", "d": null,
        }) else {
            unreachable!()
        };
        let (about, mut findings) = (about(), Vec::new());
        let mut reader = Reader::new(&mut fields, &about, &mut findings);
        assert!(reader.time("a").is_some());
        assert!(reader.time("b").is_some());
        assert!(reader.time("c").is_none());
        assert!(reader.time("d").is_none());
        assert_eq!(
            Value::Object(fields),
            json!({"b": "2020-01-02", "c": "15-Dec-1973", "d": null})
        );
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].field.as_deref(), Some("c"));
    }

    #[test]
    fn a_word_is_understood_where_capitals_and_punctuation_differ() {
        let Value::Object(mut fields) = json!({
            "a": "Partnership (as the tax matters partner)",
            "b": "Estate with an Executor/Personal Representative/etc.",
            "c": "Anything else",
        }) else {
            unreachable!()
        };
        let (about, mut findings) = (about(), Vec::new());
        let mut reader = Reader::new(&mut fields, &about, &mut findings);
        let mut word = |name| reader.word(name, PartyType::ALL, PartyType::as_str);
        assert_eq!(word("a"), Some(PartyType::PartnershipTaxMatters));
        assert_eq!(word("b"), Some(PartyType::EstateWithExecutor));
        assert_eq!(word("c"), None);
        assert_eq!(fields.len(), 3, "none was written as the court writes it");
        assert_eq!(findings.len(), 1);
    }
}
