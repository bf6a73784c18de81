//! Reads a type from JSON, strictly, and tells where it failed.
//!
//! `serde_json` takes a list for an object, its values in the order of the fields: so whoever
//! leaves out one of them fills the next. Here an object is an object. And a failure comes with the
//! path to what was read then: `petitioners[0].name`.

use std::cell::RefCell;
use std::fmt::Write as _;

use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected,
    IntoDeserializer, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};

/// What could not be read.
pub(super) struct Failure {
    /// Where it is; empty where it is all of it.
    pub(super) path: String,
    pub(super) error: Error,
}

/// Reads a value.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    let failed = RefCell::default();
    let place = Place {
        within: None,
        failed: &failed,
    };
    T::deserialize(Reader { value, place }).map_err(|error| Failure {
        path: failed.take().unwrap_or_default(),
        error,
    })
}

/// Where a value is.
#[derive(Clone, Copy)]
struct Place<'a> {
    within: Option<(&'a Self, Step<'a>)>,
    /// The place of the first failure, and so of the innermost.
    failed: &'a RefCell<Option<String>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    const fn at(&'a self, step: Step<'a>) -> Self {
        Self {
            within: Some((self, step)),
            failed: self.failed,
        }
    }

    /// Notes that what is here could not be read.
    fn note(&self) {
        let mut failed = self.failed.borrow_mut();
        if failed.is_none() {
            let mut path = String::new();
            self.write(&mut path);
            *failed = Some(path);
        }
    }

    fn write(&self, path: &mut String) {
        let Some((within, step)) = self.within else {
            return;
        };
        within.write(path);
        // Writing to a text doesn't fail.
        let _ = match step {
            Step::Field(name) if path.is_empty() => write!(path, "{name}"),
            Step::Field(name) => write!(path, ".{name}"),
            Step::Index(index) => write!(path, "[{index}]"),
        };
    }

    /// Reads a value that is here.
    fn read<'de, S: DeserializeSeed<'de>>(self, seed: S, value: Value) -> Result<S::Value, Error> {
        let read = seed.deserialize(Reader { value, place: self });
        read.inspect_err(|_| self.note())
    }
}

/// A value that is being read.
struct Reader<'a> {
    value: Value,
    place: Place<'a>,
}

fn another(value: &Value, expected: &dyn Expected) -> Error {
    let found = match value {
        Value::Null => Unexpected::Unit,
        Value::Bool(value) => Unexpected::Bool(*value),
        Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
            (Some(number), _, _) => Unexpected::Unsigned(number),
            (None, Some(number), _) => Unexpected::Signed(number),
            (None, None, number) => Unexpected::Float(number.unwrap_or_default()),
        },
        Value::String(text) => Unexpected::Str(text),
        Value::Array(_) => Unexpected::Seq,
        Value::Object(_) => Unexpected::Map,
    };
    Error::invalid_type(found, expected)
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (None, Some(number), _) => visitor.visit_i64(number),
                (None, None, number) => visitor.visit_f64(number.unwrap_or_default()),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => List::new(items, &self.place).read_by(visitor),
            Value::Object(fields) => visitor.visit_map(Fields::new(fields, &self.place)),
        }
    }

    /// A name is a text: whoever asks for one would take a number as well, for the so many-th.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::String(text) => visitor.visit_string(text),
            other => Err(another(&other, &visitor)),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_identifier(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_identifier(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Object(fields) => visitor.visit_map(Fields::new(fields, &self.place)),
            other => Err(another(&other, &visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Array(items) => List::new(items, &self.place).read_by(visitor),
            other => Err(another(&other, &visitor)),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let (name, content) = match self.value {
            Value::String(name) => (name, None),
            Value::Object(fields) => match one(fields) {
                Some((name, content)) => (name, Some(content)),
                None => {
                    let expected = &"an object with one member";
                    return Err(Error::invalid_value(Unexpected::Map, expected));
                }
            },
            other => return Err(another(&other, &"a text or an object with one member")),
        };
        let place = &self.place;
        visitor.visit_enum(Variant {
            name,
            content,
            place,
        })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct
        tuple tuple_struct ignored_any
    }
}

fn one(fields: Map<String, Value>) -> Option<(String, Value)> {
    let mut fields = fields.into_iter();
    match (fields.next(), fields.next()) {
        (Some(one), None) => Some(one),
        (None | Some(_), _) => None,
    }
}

/// The items of a list.
struct List<'a> {
    items: std::vec::IntoIter<Value>,
    next: usize,
    place: &'a Place<'a>,
}

impl<'a> List<'a> {
    fn new(items: Vec<Value>, place: &'a Place<'a>) -> Self {
        Self {
            items: items.into_iter(),
            next: 0,
            place,
        }
    }

    /// All of them have to be wanted.
    fn read_by<'de, V: Visitor<'de>>(mut self, visitor: V) -> Result<V::Value, Error> {
        let count = self.items.len();
        let read = visitor.visit_seq(&mut self)?;
        if self.items.len() > 0 {
            return Err(Error::invalid_length(count, &"fewer items"));
        }
        Ok(read)
    }
}

impl<'de> SeqAccess<'de> for &mut List<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        let Some(item) = self.items.next() else {
            return Ok(None);
        };
        let index = self.next;
        self.next += 1;
        self.place.at(Step::Index(index)).read(seed, item).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The fields of an object.
struct Fields<'a> {
    fields: serde_json::map::IntoIter,
    /// That of which the name was read.
    field: Option<(String, Value)>,
    place: &'a Place<'a>,
}

impl<'a> Fields<'a> {
    fn new(fields: Map<String, Value>, place: &'a Place<'a>) -> Self {
        Self {
            fields: fields.into_iter(),
            field: None,
            place,
        }
    }
}

impl<'de> MapAccess<'de> for Fields<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Error> {
        self.field = self.fields.next();
        let Some((name, _)) = &self.field else {
            return Ok(None);
        };
        let name: &str = name;
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let field = self.field.take();
        // A value is asked for after its name.
        let (name, value) = field.ok_or_else(|| Error::custom("a value without a name"))?;
        self.place.at(Step::Field(&name)).read(seed, value)
    }
}

/// One of several forms, by its name, with what it holds.
struct Variant<'a> {
    name: String,
    content: Option<Value>,
    place: &'a Place<'a>,
}

impl<'a, 'de> EnumAccess<'de> for Variant<'a> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let name: StrDeserializer<'_, Error> = self.name.as_str().into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.content {
            None | Some(Value::Null) => Ok(()),
            Some(content) => Err(another(&content, &"nothing")),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        let content = self.content.unwrap_or_default();
        self.place.at(Step::Field(&self.name)).read(seed, content)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        let place = self.place.at(Step::Field(&self.name));
        let value = self.content.unwrap_or_default();
        let read = Reader { value, place }.deserialize_seq(visitor);
        read.inspect_err(|_| place.note())
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let place = self.place.at(Step::Field(&self.name));
        let value = self.content.unwrap_or_default();
        let read = Reader { value, place }.deserialize_map(visitor);
        read.inspect_err(|_| place.note())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Whole {
        text: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        perhaps: Option<i64>,
        parts: Vec<Part>,
        pair: (bool, u8),
        named: BTreeMap<String, f64>,
        #[serde(default)]
        flag: bool,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    enum Part {
        Nothing,
        Number(u32),
        Pair(u32, String),
        Object { name: String },
    }

    fn part() -> impl Strategy<Value = Part> {
        prop_oneof![
            Just(Part::Nothing),
            any::<u32>().prop_map(Part::Number),
            (any::<u32>(), ".{0,8}").prop_map(|(number, text)| Part::Pair(number, text)),
            ".{0,8}".prop_map(|name| Part::Object { name }),
        ]
    }

    fn whole() -> impl Strategy<Value = Whole> {
        let named = prop::collection::btree_map(".{0,4}", -1e6..1e6, 0..4);
        let parts = prop::collection::vec(part(), 0..4);
        let simple = (
            ".{0,8}",
            any::<Option<i64>>(),
            any::<(bool, u8)>(),
            any::<bool>(),
        );
        (simple, parts, named).prop_map(|((text, perhaps, pair, flag), parts, named)| Whole {
            text,
            perhaps,
            parts,
            pair,
            named,
            flag,
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(whole in whole()) {
            let written = serde_json::to_value(&whole).unwrap();
            let read = read::<Whole>(written.clone());
            prop_assert_eq!(read.ok(), Some(whole));
            // As a value that is anything, too.
            let read = super::read::<Value>(written.clone());
            prop_assert_eq!(read.ok(), Some(written));
        }
    }

    fn failure(change: impl FnOnce(&mut Value)) -> (String, String) {
        let mut value = json!({
            "text": "a",
            "parts": ["nothing", {"number": 1}, {"pair": [1, "b"]}, {"object": {"name": "c"}}],
            "pair": [true, 1],
            "named": {"one": 1.5},
        });
        assert!(read::<Whole>(value.clone()).is_ok());
        change(&mut value);
        let Failure { path, error } = read::<Whole>(value).unwrap_err();
        (path, error.to_string())
    }

    #[test]
    fn a_failure_comes_with_its_place() {
        let places: [(&str, Value, &str); 11] = [
            ("/text", json!(1), "text"),
            ("/perhaps", json!("a"), "perhaps"),
            ("/parts", json!({}), "parts"),
            ("/parts/0", json!("neither"), "parts[0]"),
            ("/parts/0", json!({"number": 1, "pair": []}), "parts[0]"),
            ("/parts/1/number", json!(-1), "parts[1].number"),
            ("/parts/2/pair/1", json!(null), "parts[2].pair[1]"),
            ("/parts/3/object/name", json!(["c"]), "parts[3].object.name"),
            ("/pair/0", json!(0), "pair[0]"),
            ("/pair", json!([true, 1, 2]), "pair"),
            ("/named/one", json!("1"), "named.one"),
        ];
        for (pointer, wrong, expected) in places {
            let (path, error) = failure(|value| match value.pointer_mut(pointer) {
                Some(place) => *place = wrong,
                None => value[&pointer[1..]] = wrong,
            });
            assert_eq!(path, expected, "{error}");
        }
        let (path, error) = failure(|value| value["other"] = json!(1));
        assert_eq!(path, "");
        assert!(error.starts_with("unknown field `other`"), "{error}");
        let (path, error) = failure(|value| value["parts"][3]["object"] = json!({}));
        assert_eq!(path, "parts[3].object");
        assert!(error.starts_with("missing field `name`"), "{error}");
    }

    #[test]
    fn a_list_is_no_object() {
        for (pointer, list, expected) in [
            ("", json!(["a", 1, [], [true, 1], {}, true]), ""),
            ("/parts/3/object", json!(["c"]), "parts[3].object"),
        ] {
            let (path, error) = failure(|value| *value.pointer_mut(pointer).unwrap() = list);
            assert_eq!(path, expected);
            assert!(error.starts_with("invalid type: sequence"), "{error}");
        }
    }
}
