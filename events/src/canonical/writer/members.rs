//! Objects: members come in the order of a type's fields, and are brought into the order of their
//! names when their object ends, together with what was noted in them.

use std::borrow::Cow;

use serde::ser::{self, Serialize, SerializeMap, SerializeStruct, SerializeStructVariant};
use serde_json::Value;

use super::{CanonicalError, Found, Part, Result, Writer};
use crate::ids::{ContactId, UserId};
use crate::personal::keys::Subject;

/// An object on its way, or the fields of a variant.
pub(super) struct Members<'a> {
    writer: &'a mut Writer,
    /// Where its first member begins.
    begun: usize,
    /// How many personal values were found before it.
    found_before: usize,
    /// Of a map, the name of the member whose value is next.
    name: String,
    members: Vec<Member>,
    is_variant: bool,
}

/// A member that is written.
struct Member {
    name: Cow<'static, str>,
    /// Where it begins in the text, and where its value does.
    begun: usize,
    value: usize,
    end: usize,
    /// Where it begins when its object is sorted.
    now: usize,
}

/// Where a member is that is being written.
struct At {
    begun: usize,
    value: usize,
}

impl<'a> Members<'a> {
    /// After the brace that opens it.
    pub(super) fn begin(writer: &'a mut Writer, is_variant: bool) -> Self {
        Self {
            begun: writer.text.len(),
            found_before: writer.found.len(),
            writer,
            name: String::new(),
            members: Vec::with_capacity(8),
            is_variant,
        }
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: Cow<'static, str>, value: &T) -> Result<()> {
        let at = self.open(name)?;
        value.serialize(&mut *self.writer)?;
        self.close(at);
        Ok(())
    }

    // These two are the same for every type of value, and are there once.
    fn open(&mut self, name: Cow<'static, str>) -> Result<At> {
        let writer = &mut *self.writer;
        if !self.members.is_empty() {
            writer.text.push(b',');
        }
        let begun = writer.text.len();
        writer.name(&name)?;
        writer.path.push(Part::Member(name));
        let value = writer.text.len();
        Ok(At { begun, value })
    }

    fn close(&mut self, at: At) {
        let At { begun, value } = at;
        if let Some(Part::Member(name)) = self.writer.path.pop() {
            self.members.push(Member {
                name,
                begun,
                value,
                end: self.writer.text.len(),
                now: begun,
            });
        }
    }

    fn finish(mut self) -> Result<()> {
        self.give_subject();
        self.sort()?;
        self.writer.text.push(b'}');
        if self.is_variant {
            self.writer.end_variant();
        }
        Ok(())
    }

    /// Personal values within, of which nobody nearer says whose they are, are of whom the object
    /// names.
    fn give_subject(&mut self) {
        let found = &self.writer.found[self.found_before..];
        if found.iter().all(|it| it.subject.is_some()) {
            return;
        }
        let contact = self.text_of("contactId");
        let contact = contact.and_then(|id| uuid::Uuid::try_parse(&id).ok());
        let user = || self.text_of("userId").and_then(|id| UserId::new(id).ok());
        let named = match contact {
            Some(id) => Subject::Contact(ContactId(id)),
            None => match user() {
                Some(id) => Subject::User(id),
                None => return,
            },
        };
        for found in &mut self.writer.found[self.found_before..] {
            found.subject.get_or_insert_with(|| named.clone());
        }
    }

    /// The text that a member is.
    fn text_of(&self, name: &str) -> Option<String> {
        let member = self.members.iter().find(|member| member.name == name)?;
        serde_json::from_slice(&self.writer.text[member.value..member.end]).ok()
    }

    /// Brings the members into the order of their names.
    fn sort(&mut self) -> Result<()> {
        let members = &mut self.members;
        if members.is_sorted_by(|one, next| one.name < next.name) {
            return Ok(());
        }
        members.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        if let Some(twice) = members.windows(2).find(|two| two[0].name == two[1].name) {
            let name = &twice[0].name;
            return Err(ser::Error::custom(format_args!("{name} is there twice")));
        }
        let Writer {
            text,
            found,
            sorted,
            ..
        } = &mut *self.writer;
        sorted.clear();
        for member in &mut *members {
            if !sorted.is_empty() {
                sorted.push(b',');
            }
            member.now = self.begun + sorted.len();
            sorted.extend_from_slice(&text[member.begun..member.end]);
        }
        let found = &mut found[self.found_before..];
        for Found { bytes, .. } in &mut *found {
            let around = |it: &&Member| (it.begun..it.end).contains(&bytes.start);
            if let Some(Member { begun, now, .. }) = members.iter().find(around) {
                *bytes = now + (bytes.start - begun)..now + (bytes.end - begun);
            }
        }
        found.sort_unstable_by_key(|it| it.bytes.start);
        text.truncate(self.begun);
        text.extend_from_slice(sorted);
        Ok(())
    }
}

/// Each kind of object has a trait of its own, and all mean the same here.
macro_rules! members {
    ($($trait:ident),+ $(,)?) => {
        $(impl $trait for Members<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<()> {
                self.member(Cow::Borrowed(name), value)
            }

            fn end(self) -> Result<()> {
                self.finish()
            }
        })+
    };
}

members!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = CanonicalError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        self.name = match serde_json::to_value(key)? {
            Value::String(name) => name,
            // As serde_json names such members.
            Value::Number(number) => number.to_string(),
            Value::Bool(is) => is.to_string(),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                return Err(ser::Error::custom("the name of a member is no text"));
            }
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        let name = std::mem::take(&mut self.name);
        self.member(Cow::Owned(name), value)
    }

    fn end(self) -> Result<()> {
        self.finish()
    }
}
