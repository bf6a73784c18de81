//! The resources of a plan, as `terraform show -json` and `terraform test -json` tell them.

use serde::Deserialize;
use serde_json::Value;

/// A plan.
#[derive(Clone, Debug, Deserialize)]
pub struct Plan {
    #[serde(rename = "resource_changes")]
    resources: Vec<Resource>,
}

/// A resource as it will be.
#[derive(Clone, Debug, Deserialize)]
pub struct Resource {
    /// Its address, with the modules in which it stands.
    pub address: String,
    /// Its type: `aws_sqs_queue`.
    #[serde(rename = "type")]
    pub kind: String,
    change: Change,
}

#[derive(Clone, Debug, Deserialize)]
struct Change {
    #[serde(default)]
    after: Value,
}

impl Plan {
    /// Every resource, data sources left out.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        let is_managed = |it: &&Resource| !it.address.split('.').any(|part| part == "data");
        self.resources.iter().filter(is_managed)
    }

    /// The resources of a type.
    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources().filter(move |it| it.kind == kind)
    }

    /// The resource of a type whose attribute has this text.
    pub fn find(&self, kind: &str, attribute: &str, text: &str) -> Option<&Resource> {
        self.resources()
            .find(|it| it.kind == kind && it.text(attribute) == text)
    }

    /// The resource at an address.
    pub fn at(&self, address: &str) -> Option<&Resource> {
        self.resources().find(|it| it.address == address)
    }
}

impl Resource {
    /// The value at a path of names and numbers, parted by dots: `destination_config.0.on_failure`.
    /// Null where there is none, and where it is known after applying alone.
    pub fn value(&self, path: &str) -> &Value {
        at(&self.change.after, path)
    }

    /// The text at a path; empty where there is none.
    pub fn text(&self, path: &str) -> &str {
        self.value(path).as_str().unwrap_or_default()
    }

    /// The whole number at a path, where there is one.
    pub fn number(&self, path: &str) -> Option<i64> {
        let value = self.value(path);
        value
            .as_i64()
            .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
    }

    /// Whether there is a `true` at a path.
    pub fn is(&self, path: &str) -> bool {
        self.value(path).as_bool() == Some(true)
    }

    /// The texts of the list at a path.
    pub fn texts(&self, path: &str) -> Vec<&str> {
        let list = self.value(path).as_array();
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// The JSON that stands as text at a path; null where there is none.
    pub fn json(&self, path: &str) -> Value {
        serde_json::from_str(self.text(path)).unwrap_or_default()
    }
}

/// The value at a path of names and numbers, parted by dots; null where there is none.
pub fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    const NONE: &Value = &Value::Null;
    path.split('.').fold(value, |value, step| {
        let found = match step.parse::<usize>() {
            Ok(index) => value.get(index),
            Err(_) => value.get(step),
        };
        found.unwrap_or(NONE)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_through_names_and_numbers_or_to_nothing() {
        let value = serde_json::json!({"a": [{"b": "x"}]});
        assert_eq!(at(&value, "a.0.b"), "x");
        assert_eq!(at(&value, "a.1.b"), &Value::Null);
        assert_eq!(at(&value, "c"), &Value::Null);
    }
}
