//! Where in a payload personal values are.
//!
//! [`places`] has a payload written to a serializer that writes nothing: it follows the payload
//! down, and notes the JSON pointer of each value that bears the mark of a
//! [`Personal`](super::Personal). So the types alone say what is personal.

use std::fmt::Display;

use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use serde_json::Value;

use super::MARK;

/// The JSON pointers (RFC 6901) of a payload's personal values, in their order.
///
/// # Errors
/// [`Unwalkable`] where the payload can't be written as JSON.
pub(crate) fn places<T: Serialize>(payload: &T) -> Result<Vec<String>, Unwalkable> {
    let mut walk = Walk::default();
    payload.serialize(&mut walk)?;
    Ok(walk.found)
}

/// A payload that can't be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error("the payload can't be followed to its personal values")]
pub struct Unwalkable;

impl ser::Error for Unwalkable {
    // What it says may be personal.
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// A part of a pointer, with what may not stand in it escaped.
pub(super) fn push(pointer: &mut String, part: &str) {
    pointer.push('/');
    if !part.contains(['~', '/']) {
        pointer.push_str(part);
        return;
    }
    for character in part.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

#[derive(Default)]
struct Walk {
    path: String,
    found: Vec<String>,
}

impl Walk {
    fn at<T: Serialize + ?Sized>(&mut self, part: &str, value: &T) -> Result<(), Unwalkable> {
        let length = self.path.len();
        push(&mut self.path, part);
        value.serialize(&mut *self)?;
        self.path.truncate(length);
        Ok(())
    }
}

/// A list on its way, or the parts of a variant below the variant's name.
struct Items<'a> {
    walk: &'a mut Walk,
    next: usize,
    /// How long the path was before.
    length: usize,
}

impl Items<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwalkable> {
        let at = self.next.to_string();
        self.next += 1;
        self.walk.at(&at, value)
    }

    fn finish(self) {
        self.walk.path.truncate(self.length);
    }
}

/// An object on its way, or the fields of a variant below the variant's name.
struct Members<'a> {
    walk: &'a mut Walk,
    key: String,
    length: usize,
}

impl Members<'_> {
    fn finish(self) {
        self.walk.path.truncate(self.length);
    }
}

impl<'a> Walk {
    fn items(&'a mut self, below: Option<&str>) -> Items<'a> {
        let length = self.path.len();
        if let Some(below) = below {
            push(&mut self.path, below);
        }
        Items {
            walk: self,
            next: 0,
            length,
        }
    }

    fn members(&'a mut self, below: Option<&str>) -> Members<'a> {
        let length = self.path.len();
        if let Some(below) = below {
            push(&mut self.path, below);
        }
        Members {
            walk: self,
            key: String::new(),
            length,
        }
    }
}

/// Values in which nothing more can be.
macro_rules! ends {
    ($($method:ident($type:ty)),+ $(,)?) => {
        $(fn $method(self, _: $type) -> Result<(), Unwalkable> {
            Ok(())
        })+
    };
}

impl<'a> Serializer for &'a mut Walk {
    type Ok = ();
    type Error = Unwalkable;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    ends! {
        serialize_bool(bool), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
        serialize_f32(f32), serialize_f64(f64), serialize_unit_struct(&'static str),
    }

    fn serialize_unit(self) -> Result<(), Unwalkable> {
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Unwalkable> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &str, _: u32, _: &str) -> Result<(), Unwalkable> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwalkable> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unwalkable> {
        if name == MARK {
            self.found.push(self.path.clone());
            return Ok(());
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Unwalkable> {
        self.at(variant, value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Unwalkable> {
        Ok(self.items(None))
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, Unwalkable> {
        Ok(self.items(None))
    }

    fn serialize_tuple_struct(self, _: &str, _: usize) -> Result<Items<'a>, Unwalkable> {
        Ok(self.items(None))
    }

    fn serialize_tuple_variant(
        self,
        _: &str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, Unwalkable> {
        Ok(self.items(Some(variant)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, Unwalkable> {
        Ok(self.members(None))
    }

    fn serialize_struct(self, _: &str, _: usize) -> Result<Members<'a>, Unwalkable> {
        Ok(self.members(None))
    }

    fn serialize_struct_variant(
        self,
        _: &str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, Unwalkable> {
        Ok(self.members(Some(variant)))
    }
}

/// Each kind of list has a trait of its own, and all mean the same here.
macro_rules! items {
    ($($trait:ident::$method:ident),+ $(,)?) => {
        $(impl $trait for Items<'_> {
            type Ok = ();
            type Error = Unwalkable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwalkable> {
                self.item(value)
            }

            fn end(self) -> Result<(), Unwalkable> {
                self.finish();
                Ok(())
            }
        })+
    };
}

items! {
    SerializeSeq::serialize_element, SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field, SerializeTupleVariant::serialize_field,
}

/// So has each kind of object.
macro_rules! members {
    ($($trait:ident),+ $(,)?) => {
        $(impl $trait for Members<'_> {
            type Ok = ();
            type Error = Unwalkable;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Unwalkable> {
                self.walk.at(key, value)
            }

            fn end(self) -> Result<(), Unwalkable> {
                self.finish();
                Ok(())
            }
        })+
    };
}

members!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = Unwalkable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwalkable> {
        match serde_json::to_value(key) {
            Ok(Value::String(key)) => self.key = key,
            // The names in events are texts.
            Ok(_) | Err(_) => return Err(Unwalkable),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwalkable> {
        let key = std::mem::take(&mut self.key);
        self.walk.at(&key, value)
    }

    fn end(self) -> Result<(), Unwalkable> {
        self.finish();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;
    use crate::personal::Personal;

    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Person {
        id: u32,
        full_name: Personal<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        second_name: Option<Personal<String>>,
    }

    #[derive(Serialize)]
    enum Kind {
        Known { by: Personal<String> },
        Pair(Personal<String>, u8),
        Alone(Person),
        Nobody,
    }

    #[derive(Serialize)]
    struct Payload {
        people: Vec<Person>,
        kinds: Vec<Kind>,
        #[serde(flatten)]
        rest: BTreeMap<String, Personal<String>>,
    }

    fn person(second_name: Option<Personal<String>>) -> Person {
        Person {
            id: 1,
            full_name: "Vera Lindholm".into(),
            second_name,
        }
    }

    #[test]
    fn the_place_of_a_personal_value_is_its_json_pointer_wherever_it_stands() {
        let payload = Payload {
            people: vec![person(None), person(Some("Nora".into()))],
            kinds: vec![
                Kind::Known { by: "a".into() },
                Kind::Pair("b".into(), 1),
                Kind::Nobody,
                Kind::Alone(person(None)),
            ],
            rest: BTreeMap::from([("a/b~c".to_owned(), "d".into())]),
        };
        let value = serde_json::to_value(&payload).unwrap();
        let found = places(&payload).unwrap();
        assert_eq!(
            found,
            [
                "/people/0/fullName",
                "/people/1/fullName",
                "/people/1/secondName",
                "/kinds/0/Known/by",
                "/kinds/1/Pair/0",
                "/kinds/3/Alone/fullName",
                "/a~1b~0c",
            ]
        );
        for pointer in found {
            assert!(value.pointer(&pointer).unwrap().is_string(), "{pointer}");
        }
    }
}
