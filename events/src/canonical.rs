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
    // `serde_json::Map` is a sorted map (the feature `preserve_order` is off in this
    // workspace, and a test below fails should it ever come on), so going by way of
    // `Value` sorts the members.
    let value = serde_json::to_value(value)?;
    whole_numbers_only(&value, &mut String::from("$"))?;
    Ok(value.to_string())
}

fn whole_numbers_only(value: &Value, path: &mut String) -> Result<(), CanonicalError> {
    let length = path.len();
    match value {
        Value::Number(number) if number.is_f64() => Err(CanonicalError::NotWhole(path.clone())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
        Value::Array(items) => items.iter().enumerate().try_for_each(|(at, item)| {
            path.push_str(&format!("[{at}]"));
            whole_numbers_only(item, path)?;
            path.truncate(length);
            Ok(())
        }),
        Value::Object(members) => members.iter().try_for_each(|(name, member)| {
            path.push_str(&format!(".{name}"));
            whole_numbers_only(member, path)?;
            path.truncate(length);
            Ok(())
        }),
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
