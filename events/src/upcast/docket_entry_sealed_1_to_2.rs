//! A document of 2020 was sealed or not; now a seal says from whom.

use serde_json::{Value, json};

use super::{Payload, Step};

pub(super) const STEP: Step = Step {
    event_type: "DocketEntrySealed",
    from: 1,
    meaning: "a seal that doesn't say from whom is one from everybody outside the court \
              (`sealedTo` External)",
    personal: &[],
    lift,
};

/// The stricter of the two seals: what was opened by mistake can't be closed again.
fn lift(mut value: Value) -> Option<Vec<Payload>> {
    // Before the first release a seal that says from whom was written under version 1.
    let seal = value.as_object_mut()?;
    seal.entry("sealedTo").or_insert_with(|| json!("External"));
    Some(vec![Payload {
        event_type: "DocketEntrySealed",
        version: 2,
        value,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_sealed_from_everybody_outside_the_court() {
        let new = Payload {
            event_type: "DocketEntrySealed",
            version: 2,
            value: json!({"docketEntryId": "entry", "sealedTo": "External"}),
        };
        assert_eq!(lift(json!({"docketEntryId": "entry"})), Some(vec![new]));
    }

    #[test]
    fn a_seal_that_says_from_whom_stays_as_it_is() {
        let seal = json!({"docketEntryId": "entry", "sealedTo": "Public"});
        let lifted = lift(seal.clone()).unwrap();
        assert_eq!(lifted[0].value, seal);
    }

    #[test]
    fn what_is_no_seal_is_refused() {
        assert_eq!(lift(json!("External")), None);
    }
}
