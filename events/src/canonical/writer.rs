//! The serializer that writes canonical JSON.

mod members;

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::Range;

use members::Members;
use serde::ser::{
    self, Serialize, SerializeSeq, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    Serializer,
};

use super::{CanonicalError, PersonalPlace, Written};
use crate::personal::MARK;
use crate::personal::keys::Subject;
use crate::pointer::push;
use crate::text::with_text;

type Result<T> = std::result::Result<T, CanonicalError>;

/// About how long the text of an event is.
const USUAL: usize = 512;

pub(super) fn write<T: Serialize + ?Sized>(value: &T) -> Result<Written> {
    let mut writer = Writer {
        text: Vec::with_capacity(USUAL),
        sorted: Vec::with_capacity(USUAL),
        ..Writer::default()
    };
    value.serialize(&mut writer)?;
    let text = String::from_utf8(writer.text).map_err(<CanonicalError as ser::Error>::custom)?;
    let place = |found: Found| PersonalPlace {
        pointer: found.pointer,
        bytes: found.bytes,
        subject: found.subject.unwrap_or(Subject::Texts),
    };
    Ok(Written {
        text,
        personal: writer.found.into_iter().map(place).collect(),
    })
}

#[derive(Default)]
struct Writer {
    text: Vec<u8>,
    /// Where the value is that is being written: a pointer is made of it where one is noted.
    path: Vec<Part>,
    found: Vec<Found>,
    /// Whether what is written is part of a personal value: of two marks the outer one counts.
    is_personal: bool,
    /// Where members are put into their order.
    sorted: Vec<u8>,
}

/// A step down.
enum Part {
    Member(Cow<'static, str>),
    Item(usize),
}

/// A personal value, whose subject is open until an object around it names one.
struct Found {
    pointer: String,
    bytes: Range<usize>,
    subject: Option<Subject>,
}

impl Writer {
    /// Writes what serde_json writes as well: a text with what is escaped in it, or a number.
    fn plain<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        Ok(serde_json::to_writer(&mut self.text, value)?)
    }

    /// The name of a member.
    fn name(&mut self, name: &str) -> Result<()> {
        self.plain(name)?;
        self.text.push(b':');
        Ok(())
    }

    fn pointer(&self) -> String {
        let mut pointer = String::with_capacity(64);
        for part in &self.path {
            match part {
                Part::Member(name) => push(&mut pointer, name),
                Part::Item(at) => with_text(at, |at| push(&mut pointer, at)),
            }
        }
        pointer
    }

    fn personal<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let start = self.text.len();
        self.is_personal = true;
        value.serialize(&mut *self)?;
        self.is_personal = false;
        self.note_personal(start);
        Ok(())
    }

    fn note_personal(&mut self, start: usize) {
        self.found.push(Found {
            pointer: self.pointer(),
            bytes: start..self.text.len(),
            subject: None,
        });
    }

    fn items(&mut self, variant: Option<&'static str>) -> Result<Items<'_>> {
        if let Some(name) = variant {
            self.variant(name)?;
        }
        self.text.push(b'[');
        Ok(Items {
            writer: self,
            next: 0,
            is_variant: variant.is_some(),
        })
    }

    fn members(&mut self, variant: Option<&'static str>) -> Result<Members<'_>> {
        if let Some(name) = variant {
            self.variant(name)?;
        }
        self.text.push(b'{');
        Ok(Members::begin(self, variant.is_some()))
    }

    /// Begins the object in which the parts of a variant stand below its name.
    fn variant(&mut self, name: &'static str) -> Result<()> {
        self.text.push(b'{');
        self.name(name)?;
        self.path.push(Part::Member(name.into()));
        Ok(())
    }

    fn end_variant(&mut self) {
        self.text.push(b'}');
        self.path.pop();
    }
}

/// A list on its way, or the parts of a variant.
struct Items<'a> {
    writer: &'a mut Writer,
    next: usize,
    is_variant: bool,
}

impl Items<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.open();
        value.serialize(&mut *self.writer)?;
        self.writer.path.pop();
        Ok(())
    }

    fn open(&mut self) {
        if self.next > 0 {
            self.writer.text.push(b',');
        }
        self.writer.path.push(Part::Item(self.next));
        self.next += 1;
    }

    fn finish(self) {
        self.writer.text.push(b']');
        if self.is_variant {
            self.writer.end_variant();
        }
    }
}

/// Values that serde_json writes in the same way.
macro_rules! plain {
    ($($method:ident($type:ty)),+ $(,)?) => {
        $(fn $method(self, value: $type) -> Result<()> {
            self.plain(&value)
        })+
    };
}

impl<'a> Serializer for &'a mut Writer {
    type Ok = ();
    type Error = CanonicalError;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    plain! {
        serialize_bool(bool), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64),
    }

    fn serialize_f32(self, _: f32) -> Result<()> {
        Err(CanonicalError::NotWhole(self.pointer()))
    }

    fn serialize_f64(self, _: f64) -> Result<()> {
        Err(CanonicalError::NotWhole(self.pointer()))
    }

    fn serialize_unit(self) -> Result<()> {
        self.plain(&())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<()> {
        self.plain(&())
    }

    fn serialize_unit_variant(self, _: &str, _: u32, variant: &'static str) -> Result<()> {
        self.plain(variant)
    }

    fn serialize_none(self) -> Result<()> {
        self.plain(&())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<()> {
        if name == MARK && !self.is_personal {
            return self.personal(value);
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<()> {
        self.variant(variant)?;
        value.serialize(&mut *self)?;
        self.end_variant();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>> {
        self.items(None)
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>> {
        self.items(None)
    }

    fn serialize_tuple_struct(self, _: &str, _: usize) -> Result<Items<'a>> {
        self.items(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>> {
        self.items(Some(variant))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>> {
        self.members(None)
    }

    fn serialize_struct(self, _: &str, _: usize) -> Result<Members<'a>> {
        self.members(None)
    }

    fn serialize_struct_variant(
        self,
        _: &str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>> {
        self.members(Some(variant))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<()> {
        with_text(value, |text| self.plain(text))
    }
}

/// Each kind of list has a trait of its own, and all mean the same here.
macro_rules! items {
    ($($trait:ident::$method:ident),+ $(,)?) => {
        $(impl $trait for Items<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
                self.item(value)
            }

            fn end(self) -> Result<()> {
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

#[cfg(test)]
mod tests;
