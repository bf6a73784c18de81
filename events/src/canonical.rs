//! Canonical JSON: one value, one text.
//!
//! Event payloads are stored in this form and hashed as they are stored, so a payload
//! that is decoded and encoded again gives the same bytes, on any machine and with any
//! later build. The form is that of RFC 8785 for the values that payloads use: object
//! members sorted by their names, no white space, and whole numbers only (money is in
//! cents; there is no floating point in an event).

use serde::Serialize;
use serde_json::Value;

/// A value that has no canonical form.
#[derive(Debug, thiserror::Error)]
pub enum CanonicalError {
    /// A number with a fraction or an exponent, at this path.
    #[error("{0} is not a whole number; events hold whole numbers only (money in cents)")]
    NotWhole(String),
    /// The value can't be written as JSON at all.
    #[error("the value can't be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// The canonical text of a value.
///
/// # Errors
/// [`CanonicalError`] where the value holds a number that is not whole, or can't be
/// written as JSON.
pub fn to_canonical<T: Serialize>(value: &T) -> Result<String, CanonicalError> {
    Ok(text_of(&to_sorted(value)?))
}

/// A value as JSON whose text, by [`text_of`], is the canonical one.
pub(crate) fn to_sorted<T: Serialize>(value: &T) -> Result<Value, CanonicalError> {
    // `serde_json::Map` is a sorted map (the feature `preserve_order` is off in this
    // workspace, and a test below fails should it ever come on), so going by way of
    // `Value` sorts the members.
    let value = serde_json::to_value(value)?;
    match fraction_in(&value) {
        None => Ok(value),
        Some(path) => Err(CanonicalError::NotWhole(format!("${path}"))),
    }
}

/// The text of a value, as its `Display` writes it: that goes through a formatter, which takes
/// several times as long.
pub(crate) fn text_of(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| value.to_string())
}

/// Where a number is that is not whole, if one is.
fn fraction_in(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => number.is_f64().then(String::new),
        Value::Null | Value::Bool(_) | Value::String(_) => None,
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.find_map(|(at, item)| Some(format!("[{at}]{}", fraction_in(item)?)))
        }
        Value::Object(members) => {
            let mut members = members.iter();
            members.find_map(|(name, member)| Some(format!(".{name}{}", fraction_in(member)?)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
    fn a_number_that_is_not_whole_is_refused_with_its_path() {
        let error = to_canonical(&json!({"costs": [1, 19824.99]})).unwrap_err();
        assert!(error.to_string().contains("$.costs[1]"), "{error}");
    }
}
