//! Choices, and what they make of a command's example.
//!
//! A sequence is made of bytes, so that a failing one is made small by the engine of the
//! property test: zeros choose what is plain.

use casefold_events::Timestamp;
use casefold_events::vocabulary::{
    AutomaticBlockReason, CaseStatus, CaseType, ContactType, CounselType, MotionDisposition,
    Objections, PartyType, ProcedureType, SealedTo, ServiceIndicator, StatisticPeriod,
};
use serde_json::{Value, json};

/// Bytes that choose, one after another; zeros without end after the last.
pub(super) struct Choices<'a>(std::slice::Iter<'a, u8>);

impl<'a> Choices<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes.iter())
    }

    /// A number below `below`, which is not zero.
    pub(super) fn below(&mut self, below: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % below
    }

    pub(super) fn of_list<'b, T>(&mut self, list: &'b [T]) -> &'b T {
        &list[self.below(list.len())]
    }
}

/// Event codes of each kind, and some that are none.
const CODES: &[&str] = &[
    "M006", "A", "MISC", "O", "DEC", "ODJ", "OAP", "NTD", "PSDE", "P", "STIN", "FEE", "XYZ9",
    "no code",
];
const TIMES: &[&str] = &[
    "2026-03-05T12:00:00.000Z",
    "2020-01-01T00:00:00.000Z",
    "2027-02-01T15:00:00.000Z",
    "2040-01-01T00:00:00.000Z",
];
/// The judges, and other words that fit in many places or in none.
const WORDS: &[&str] = &[
    "Buch",
    "Chief Judge",
    "Another",
    "dev-petitioner",
    "Birmingham, Alabama",
    "",
    "a\u{202E}b",
];

/// Every written form of an enumeration, for each of those that bodies have.
fn vocabularies() -> [Vec<&'static str>; 12] {
    macro_rules! forms {
        ($of:ident) => {
            $of::ALL.iter().map(|value| value.as_str()).collect()
        };
    }
    [
        forms!(CaseStatus),
        forms!(CaseType),
        forms!(ContactType),
        forms!(CounselType),
        forms!(MotionDisposition),
        forms!(Objections),
        forms!(PartyType),
        forms!(ProcedureType),
        forms!(SealedTo),
        forms!(ServiceIndicator),
        forms!(StatisticPeriod),
        forms!(AutomaticBlockReason),
    ]
}

/// Changes a body in some places: references to others that may exist, another word of the
/// same vocabulary, another time, a field left out. `ids` are those that the case has.
pub(super) fn twist(body: &mut Value, choices: &mut Choices<'_>, ids: &[String]) {
    let times = *choices.of_list(&[0, 0, 1, 1, 2, 4]);
    for _ in 0..times {
        let mut places = Vec::new();
        list_places(body, String::new(), &mut places);
        if places.is_empty() {
            return;
        }
        let place = choices.of_list(&places).clone();
        if choices.below(12) == 1 {
            leave_out(body, &place);
        } else if let Some(value) = body.pointer_mut(&place) {
            *value = other(&place, value, choices, ids);
        }
    }
    if choices.below(16) == 1
        && let Some(fields) = body.as_object_mut()
    {
        let at = choices.of_list(TIMES);
        fields.insert("effectiveAt".to_owned(), json!(at));
    }
}

/// Has a body name an entry or a draft that the case has, in half of the cases: the examples
/// name what is there where they are sent in their order.
pub(super) fn aim(body: &mut Value, choices: &mut Choices<'_>, entries: u32, drafts: &[String]) {
    let Some(fields) = body.as_object_mut() else {
        return;
    };
    for (name, value) in fields {
        if choices.below(2) == 0 {
            continue;
        }
        match value {
            Value::Number(_) if name == "docketEntry" => {
                *value = json!(choices.below(entries as usize + 1));
            }
            Value::String(text) if name == "draft" && !drafts.is_empty() => {
                choices.of_list(drafts).clone_into(text);
            }
            Value::Number(_)
            | Value::String(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Array(_)
            | Value::Object(_) => {}
        }
    }
}

/// The places of a body in which a value stands, but for those that say which command it is
/// and about which cases.
fn list_places(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name != "type" && name != "docketNumbers" {
                    list_places(value, format!("{at}/{name}"), places);
                }
            }
        }
        Value::Array(items) => {
            for (nth, item) in items.iter().enumerate() {
                list_places(item, format!("{at}/{nth}"), places);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => places.push(at),
    }
}

fn leave_out(body: &mut Value, place: &str) {
    let Some((parent, name)) = place.rsplit_once('/') else {
        return;
    };
    match body.pointer_mut(parent) {
        Some(Value::Object(fields)) => drop(fields.remove(name)),
        Some(Value::Array(items)) => drop(items.pop()),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {}
    }
}

fn other(place: &str, value: &Value, choices: &mut Choices<'_>, ids: &[String]) -> Value {
    match value {
        Value::Bool(it) => json!(!it),
        // Most numbers name an entry, a contact or another thing by its place.
        Value::Number(_) => match choices.below(12) {
            10 => json!(100_000),
            11 => json!(-1),
            small => json!(small),
        },
        Value::String(text) => json!(other_text(place, text, choices, ids)),
        Value::Null | Value::Array(_) | Value::Object(_) => Value::Null,
    }
}

fn other_text(place: &str, text: &str, choices: &mut Choices<'_>, ids: &[String]) -> String {
    if place.ends_with("/eventCode") {
        return (*choices.of_list(CODES)).to_owned();
    }
    if let Some(forms) = vocabularies().iter().find(|forms| forms.contains(&text)) {
        return (*choices.of_list(forms)).to_owned();
    }
    if text.parse::<Timestamp>().is_ok() {
        return (*choices.of_list(TIMES)).to_owned();
    }
    if uuid::Uuid::parse_str(text).is_ok() && !ids.is_empty() {
        return choices.of_list(ids).clone();
    }
    (*choices.of_list(WORDS)).to_owned()
}
