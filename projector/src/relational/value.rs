//! Values and rows, as far as SQL is the same everywhere.

use std::fmt;

use casefold_events::party::Address;
use casefold_events::{Digest, DocketNumber, Personal, Timestamp, Version};

/// A value in a column.
///
/// Columns hold what people have written, names included, so a value prints nothing but its
/// kind: [`Value::to_json`] is the explicit act.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Text, without the character NUL, which PostgreSQL doesn't take: U+FFFD stands for it.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// A point in time.
    Time(Timestamp),
}

impl Value {
    /// The value as JSON; a time is its text.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Null => serde_json::Value::Null,
            Self::Text(text) => text.as_str().into(),
            Self::Integer(number) => (*number).into(),
            Self::Boolean(it) => (*it).into(),
            Self::Time(at) => at.to_string().into(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Text(_) => "text",
            Self::Integer(_) => "integer",
            Self::Boolean(_) => "boolean",
            Self::Time(_) => "time",
        })
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.replace('\0', "\u{fffd}"))
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&Personal<String>> for Value {
    fn from(text: &Personal<String>) -> Self {
        text.expose().as_str().into()
    }
}

impl From<bool> for Value {
    fn from(it: bool) -> Self {
        Self::Boolean(it)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Integer(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Version> for Value {
    fn from(version: Version) -> Self {
        version.0.into()
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl From<DocketNumber> for Value {
    fn from(number: DocketNumber) -> Self {
        Self::Text(number.to_string())
    }
}

impl From<Digest> for Value {
    fn from(digest: Digest) -> Self {
        Self::Text(digest.to_string())
    }
}

impl From<uuid::Uuid> for Value {
    fn from(id: uuid::Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A row: its columns by name, and a value for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The names, in the order of the values.
    pub columns: &'static [&'static str],
    /// The values.
    pub values: Vec<Value>,
}

impl Row {
    /// The row as a JSON object.
    pub fn to_json(&self) -> serde_json::Value {
        let values = self.values.iter().map(Value::to_json);
        let names = self.columns.iter().map(|name| (*name).to_owned());
        names.zip(values).collect::<serde_json::Map<_, _>>().into()
    }
}

/// A row from its columns: `row! { docket_number: case.docket_number, … }`.
macro_rules! row {
    ($($column:ident: $value:expr),+ $(,)?) => {
        $crate::relational::Row {
            columns: &[$(stringify!($column)),+],
            values: vec![$($crate::relational::Value::from($value)),+],
        }
    };
}

pub(super) use row;

/// The lines of an address, absent where there is none.
#[derive(Default)]
pub(super) struct AddressColumns<'a> {
    pub(super) address1: Option<&'a str>,
    pub(super) address2: Option<&'a str>,
    pub(super) address3: Option<&'a str>,
    pub(super) city: Option<&'a str>,
    pub(super) state: Option<&'a str>,
    pub(super) postal_code: Option<&'a str>,
    pub(super) country: Option<&'a str>,
}

impl<'a> AddressColumns<'a> {
    pub(super) fn of(address: Option<&'a Personal<Address>>) -> Self {
        let Some(address) = address.map(Personal::expose) else {
            return Self::default();
        };
        Self {
            address1: Some(&address.address1),
            address2: address.address2.as_deref(),
            address3: address.address3.as_deref(),
            city: Some(&address.city),
            state: address.state.as_deref(),
            postal_code: address.postal_code.as_deref(),
            country: address.country.as_deref(),
        }
    }
}
