//! The body of a command: JSON, read strictly. Each way in which it can be wrong has a code
//! of its own, and the answer names the place.
//!
//! | status | code | |
//! | --- | --- | --- |
//! | 415 | `UNSUPPORTED_MEDIA_TYPE` | it is not sent as `application/json` |
//! | 413 | `BODY_TOO_LARGE` | it has more than [`MAX_BODY_BYTES`] |
//! | 400 | `MALFORMED_JSON` | it is not JSON: line and column |
//! | 400 | `DUPLICATE_FIELD` | a field is there twice |
//! | 400 | `BODY_NOT_AN_OBJECT` | it is JSON, and no object |
//! | 400 | `MISSING_TYPE`, `UNKNOWN_TYPE` | which command it is can't be told |
//! | 400 | `UNKNOWN_FIELD`, `INVALID_FIELD` | the command's fields: which one |

use std::fmt;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONNECTION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::ApiState;
use super::problem::Problem;
use crate::command::{
    CaseCommand, CommandParseError, GroupCommand, PetitionCommand, TrialCalendar,
};

/// The largest body, in bytes. A command's events go into one item of the store, which
/// holds 400 KB.
pub(super) const MAX_BODY_BYTES: usize = 1 << 20;

/// The commands that one address takes.
pub(super) trait Commands: Sized {
    /// Reads a command.
    fn parse(value: Value) -> Result<Self, CommandParseError>;
}

impl Commands for PetitionCommand {
    fn parse(value: Value) -> Result<Self, CommandParseError> {
        Self::parse(value)
    }
}

impl Commands for CaseCommand {
    fn parse(value: Value) -> Result<Self, CommandParseError> {
        Self::parse(value)
    }
}

impl Commands for GroupCommand {
    fn parse(value: Value) -> Result<Self, CommandParseError> {
        Self::parse(value)
    }
}

impl Commands for TrialCalendar {
    fn parse(value: Value) -> Result<Self, CommandParseError> {
        Self::parse(value)
    }
}

/// A command, read from a request's body.
pub(super) struct Body<C>(pub(super) C);

impl<C: Commands> FromRequest<ApiState> for Body<C> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &ApiState) -> Result<Self, Problem> {
        must_be_json(request.headers())?;
        // The router's limit on bodies stops the reading.
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| {
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    let detail = format!("a command has at most {MAX_BODY_BYTES} bytes");
                    // What is left of the body is not read, so the connection can't be
                    // used again, and the client should know before it tries.
                    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", detail)
                        .with(CONNECTION, HeaderValue::from_static("close"))
                } else {
                    Problem::bad_request("BODY_UNREADABLE", "the body did not arrive as a whole")
                }
            })?;
        parse(&bytes).map(Self)
    }
}

fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = media_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = "send the command as Content-Type: application/json";
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::new(status, "UNSUPPORTED_MEDIA_TYPE", detail).about("Content-Type"))
}

fn parse<C: Commands>(bytes: &[u8]) -> Result<C, Problem> {
    let value = unique_json(bytes)?;
    if !value.is_object() {
        let detail = "a command is a JSON object with a type and its fields";
        return Err(Problem::bad_request("BODY_NOT_AN_OBJECT", detail));
    }
    C::parse(value)
        .map_err(|error| Problem::bad_request(error.code(), error.to_string()).about(error.field()))
}

/// Reads JSON in which no object has a field twice: which of the two would count is
/// anybody's guess.
fn unique_json(bytes: &[u8]) -> Result<Value, Problem> {
    let mut duplicate = None;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Unique {
        duplicate: &mut duplicate,
    }
    .deserialize(&mut deserializer)
    .and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if let Some(name) = duplicate {
            let detail =
                format!("the field {name:?} is there twice, at line {line}, column {column}");
            return Problem::bad_request("DUPLICATE_FIELD", detail).about(name);
        }
        let detail = format!("the body is not JSON from line {line}, column {column} on");
        Problem::bad_request("MALFORMED_JSON", detail)
    })
}

/// Reads a value whose objects have each field once.
struct Unique<'a> {
    duplicate: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(Unique {
            duplicate: &mut *self.duplicate,
        })? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                *self.duplicate = Some(name.chars().take(64).collect());
                return Err(serde::de::Error::custom("a field is there twice"));
            }
            let value = members.next_value_seed(Unique {
                duplicate: &mut *self.duplicate,
            })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
