//! Canonical JSON: one value, one text.
//!
//! Event payloads are stored in this form and hashed as they are stored, so a payload
//! that is decoded and encoded again gives the same bytes, on any machine and with any
//! later build. The form is that of RFC 8785 for the values that payloads use: object
//! members sorted by their names, no white space, and whole numbers only (money is in
//! cents; there is no floating point in an event).
//!
//! A value is written once, and what is noted on the way tells where in its text personal
//! values are: whoever encrypts them puts something else there, and copies the rest.

mod writer;

use std::ops::Range;

use serde::{Serialize, ser};

use crate::personal::keys::Subject;

/// A value that has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// A number with a fraction or an exponent, where this JSON pointer leads.
    #[error("{0} is not a whole number; events hold whole numbers only (money in cents)")]
    NotWhole(String),
    /// The value can't be written as JSON at all.
    #[error("the value can't be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl ser::Error for CanonicalError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self::Json(ser::Error::custom(message))
    }
}

/// The canonical text of a value.
///
/// # Errors
/// [`CanonicalError`] where the value holds a number that is not whole, or can't be
/// written as JSON.
pub fn to_canonical<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    // By way of its JSON, so that there is no writer of its own for each type that isn't stored
    // in events: of commands there are many.
    Ok(written(&serde_json::to_value(value)?)?.text)
}

/// A value as its canonical text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) text: String,
    /// The personal values in it, in their order.
    pub(crate) personal: Vec<PersonalPlace>,
}

/// Where a value that bears the mark of a [`Personal`](crate::Personal) stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonalPlace {
    /// The JSON pointer that leads there.
    pub(crate) pointer: String,
    /// Which bytes of the text it is.
    pub(crate) bytes: Range<usize>,
    /// Whose it is: the nearest object around it that names a contact or a user says so; where
    /// none does, it is one of the case's texts.
    pub(crate) subject: Subject,
}

/// Writes a value, and notes the personal values in it.
///
/// # Errors
/// As [`to_canonical`].
pub(crate) fn written<T: Serialize + ?Sized>(value: &T) -> Result<Written, CanonicalError> {
    writer::write(value)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    pub(crate) fn any_json() -> impl Strategy<Value = Value> {
        let text = "[a-z/~\"\\\\é\n]{0,6}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(text, inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn members_are_sorted_and_white_space_is_absent() {
        let value: Value =
            serde_json::from_str(r#"{"b": 1, "a": {"d": [true, null], "c": "é"}}"#).unwrap();
        assert_eq!(
            to_canonical(&value).unwrap(),
            r#"{"a":{"c":"é","d":[true,null]},"b":1}"#
        );
    }

    #[test]
    fn a_number_that_is_not_whole_is_refused_with_its_place() {
        let error = to_canonical(&json!({"costs": [1, 19824.99]})).unwrap_err();
        assert!(error.to_string().contains("/costs/1 "), "{error}");
    }
}
