//! A payload that was read, with the mark of personal values given back to it.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::MARK;
use crate::pointer::push;

/// JSON that serializes as it is, where values to which some pointers lead bear the mark of a
/// [`Personal`](super::Personal).
pub(crate) struct Marked<'a> {
    value: &'a Value,
    pointer: String,
    pointers: &'a [String],
}

impl<'a> Marked<'a> {
    pub(crate) const fn of(value: &'a Value, pointers: &'a [String]) -> Self {
        Self {
            value,
            pointer: String::new(),
            pointers,
        }
    }

    fn below(&self, part: &str, value: &'a Value) -> Self {
        let mut pointer = self.pointer.clone();
        push(&mut pointer, part);
        Self {
            value,
            pointer,
            pointers: self.pointers,
        }
    }
}

impl Serialize for Marked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.pointers.contains(&self.pointer) {
            return serializer.serialize_newtype_struct(MARK, self.value);
        }
        match self.value {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                serializer.collect_seq(items.map(|(at, item)| self.below(&at.to_string(), item)))
            }
            Value::Object(members) => {
                let members = members.iter();
                serializer.collect_map(members.map(|(name, it)| (name, self.below(name, it))))
            }
            end => end.serialize(serializer),
        }
    }
}
