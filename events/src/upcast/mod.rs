//! Upcasters: small pure steps that lift a stored payload of one schema version to the
//! next when it is read. Stored events are never rewritten.
//!
//! A step has a file of its own, named for its event and versions, and is listed in
//! [`STEPS`]. It sees one payload and nothing else: no other event, no docket number, no time.
//! docs/events.md shows how to write one.
//! Steps are chained: a payload of version 1 goes through 1 → 2 and 2 → 3. A step may make
//! several events of one, where what was one fact is two by now; each goes on from its own
//! version.

mod derived;
mod docket_entry_filed_1_to_2;
mod docket_entry_filed_2_to_3;
mod docket_entry_sealed_1_to_2;
mod petition_filed_1_to_2;

use serde_json::Value;

use crate::stored::DecodeError;

/// A payload on its way to the newest version of its schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Payload {
    /// The event's type.
    pub event_type: &'static str,
    /// The version of the schema that the value is of.
    pub version: u32,
    /// The payload.
    pub value: Value,
}

/// Lifts one payload by one version, or gives `None` where the payload is not of the
/// version that it claims. What it gives stands in the order in which it happened.
pub type Upcaster = fn(Value) -> Option<Vec<Payload>>;

/// One step: an event type, the version from which it lifts, and the step itself.
pub struct Step {
    /// The event's type.
    pub event_type: &'static str,
    /// The version from which it lifts to the next.
    pub from: u32,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    /// Where personal values are in a payload of the version from which it lifts, as JSON
    /// pointers in which `*` stands for each item of a list: today's types say nothing of it,
    /// and an import writes such payloads. Empty where there are none.
    pub personal: &'static [&'static str],
    /// The step.
    pub lift: Upcaster,
}

/// Every step. The next version goes here.
pub const STEPS: &[Step] = &[
    petition_filed_1_to_2::STEP,
    docket_entry_filed_1_to_2::STEP,
    docket_entry_filed_2_to_3::STEP,
    docket_entry_sealed_1_to_2::STEP,
];

/// Where personal values are in a payload of an older version; `None` where no step lifts it.
pub(crate) fn personal(event_type: &str, version: u32) -> Option<&'static [&'static str]> {
    let step = STEPS
        .iter()
        .find(|step| step.event_type == event_type && step.from == version);
    step.map(|step| step.personal)
}

/// The JSON pointers of what is there at some patterns.
pub(crate) fn places(payload: &Value, patterns: &[&str]) -> Vec<String> {
    let mut places = Vec::new();
    for pattern in patterns {
        let mut found = vec![String::new()];
        for part in pattern.split('/').skip(1) {
            let below = |above: &String| match (part, payload.pointer(above)) {
                ("*", Some(Value::Array(items))) => {
                    (0..items.len()).map(|at| format!("{above}/{at}")).collect()
                }
                _ => vec![format!("{above}/{part}")],
            };
            found = found.iter().flat_map(below).collect();
        }
        let is_said = |at: &String| payload.pointer(at).is_some_and(|value| !value.is_null());
        places.extend(found.into_iter().filter(is_said));
    }
    places
}

/// Lifts a payload to the newest version of its schema.
///
/// # Errors
/// [`DecodeError::Upcast`] where a step is missing or refuses the payload.
pub fn lift(
    payload: Payload,
    newest: impl Fn(&'static str) -> u32,
) -> Result<Vec<Payload>, DecodeError> {
    lift_with(STEPS, payload, &newest)
}

fn lift_with(
    steps: &[Step],
    payload: Payload,
    newest: &dyn Fn(&'static str) -> u32,
) -> Result<Vec<Payload>, DecodeError> {
    let mut waiting = vec![payload];
    let mut lifted = Vec::new();
    // The last of those that wait happened first.
    while let Some(payload) = waiting.pop() {
        let Payload {
            event_type,
            version,
            value,
        } = payload;
        if version >= newest(event_type) {
            lifted.push(Payload {
                event_type,
                version,
                value,
            });
            continue;
        }
        let refused = DecodeError::Upcast {
            event_type,
            from: version,
        };
        let step = steps
            .iter()
            .find(|step| step.event_type == event_type && step.from == version);
        let next = step.and_then(|step| (step.lift)(value)).ok_or(refused)?;
        waiting.extend(next.into_iter().rev());
    }
    Ok(lifted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rename(mut value: Value) -> Option<Vec<Payload>> {
        let members = value.as_object_mut()?;
        let old = members.remove("reason")?;
        members.insert("because".to_owned(), old);
        Some(vec![example(2, value)])
    }

    fn split(mut value: Value) -> Option<Vec<Payload>> {
        let urgent = value.as_object_mut()?.remove("urgent");
        let other = Payload {
            event_type: "Other",
            version: 1,
            value: json!({"urgent": urgent.unwrap_or(json!(false))}),
        };
        Some(vec![example(3, value), other])
    }

    fn example(version: u32, value: Value) -> Payload {
        Payload {
            event_type: "Example",
            version,
            value,
        }
    }

    const EXAMPLE: &[Step] = &[
        Step {
            event_type: "Example",
            from: 1,
            meaning: "A reason is a because.",
            personal: &[],
            lift: rename,
        },
        Step {
            event_type: "Example",
            from: 2,
            meaning: "That it is urgent is a fact of its own.",
            personal: &[],
            lift: split,
        },
    ];

    fn newest(event_type: &'static str) -> u32 {
        if event_type == "Example" { 3 } else { 1 }
    }

    #[test]
    fn steps_are_chained_from_the_stored_version_to_the_newest() {
        let old = example(1, json!({"reason": "late", "urgent": true}));
        let lifted = lift_with(EXAMPLE, old, &newest).unwrap();
        let values: Vec<_> = lifted
            .iter()
            .map(|payload| (payload.event_type, payload.version, payload.value.clone()))
            .collect();
        assert_eq!(
            values,
            [
                ("Example", 3, json!({"because": "late"})),
                ("Other", 1, json!({"urgent": true})),
            ]
        );
    }

    #[test]
    fn a_pattern_finds_each_item_of_a_list_and_nothing_that_is_not_said() {
        let payload = json!({"people": [{"name": "a"}, {"id": 1}, {"name": null}], "name": "b"});
        let found = places(&payload, &["/people/*/name", "/name", "/other/*/name"]);
        assert_eq!(found, ["/people/0/name", "/name"]);
    }

    #[test]
    fn a_missing_step_or_an_unfit_payload_is_an_error_and_not_a_silent_end() {
        let old = || example(1, json!({"reason": "late"}));
        assert!(lift_with(EXAMPLE, old(), &|_| 4).is_err());
        assert!(lift_with(EXAMPLE, example(1, json!({"cause": "late"})), &newest).is_err());
    }
}
