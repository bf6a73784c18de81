//! Upcasters: small pure steps that lift a stored payload of one schema version to the
//! next when it is read. Stored events are never rewritten.
//!
//! A step has a file of its own, named for what it does, and is listed in [`STEPS`].
//! Steps are chained: a payload of version 1 goes through 1 → 2 and 2 → 3.

use serde_json::Value;

use crate::stored::DecodeError;

/// Lifts one payload by one version, or gives `None` where the payload is not of the
/// version that it claims.
pub type Upcaster = fn(Value) -> Option<Value>;

/// One step: an event type, the version from which it lifts, and the step itself.
pub struct Step {
    /// The event's type.
    pub event_type: &'static str,
    /// The version from which it lifts to the next.
    pub from: u32,
    /// The step.
    pub lift: Upcaster,
}

/// Every step. The next version goes here.
pub const STEPS: &[Step] = &[];

/// Lifts a payload from one version of its schema to another.
///
/// # Errors
/// [`DecodeError::Upcast`] where a step is missing or refuses the payload.
pub fn lift(
    event_type: &'static str,
    from: u32,
    to: u32,
    payload: Value,
) -> Result<Value, DecodeError> {
    lift_with(STEPS, event_type, from, to, payload)
}

fn lift_with(
    steps: &[Step],
    event_type: &'static str,
    from: u32,
    to: u32,
    payload: Value,
) -> Result<Value, DecodeError> {
    (from..to).try_fold(payload, |payload, from| {
        steps
            .iter()
            .find(|step| step.event_type == event_type && step.from == from)
            .and_then(|step| (step.lift)(payload))
            .ok_or(DecodeError::Upcast { event_type, from })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rename(mut payload: Value) -> Option<Value> {
        let members = payload.as_object_mut()?;
        let old = members.remove("reason")?;
        members.insert("because".to_owned(), old);
        Some(payload)
    }

    fn default(mut payload: Value) -> Option<Value> {
        payload
            .as_object_mut()?
            .entry("urgent")
            .or_insert(json!(false));
        Some(payload)
    }

    const EXAMPLE: &[Step] = &[
        Step {
            event_type: "Example",
            from: 1,
            lift: rename,
        },
        Step {
            event_type: "Example",
            from: 2,
            lift: default,
        },
    ];

    #[test]
    fn steps_are_chained_from_the_stored_version_to_the_newest() {
        let lifted = lift_with(EXAMPLE, "Example", 1, 3, json!({"reason": "late"})).unwrap();
        assert_eq!(lifted, json!({"because": "late", "urgent": false}));
    }

    #[test]
    fn a_missing_step_or_an_unfit_payload_is_an_error_and_not_a_silent_end() {
        assert!(lift_with(EXAMPLE, "Example", 1, 4, json!({"reason": "late"})).is_err());
        assert!(lift_with(EXAMPLE, "Example", 1, 2, json!({"cause": "late"})).is_err());
    }
}
