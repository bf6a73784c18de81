//! The body of a command: JSON, read strictly. Each way in which it can be wrong has a code
//! of its own, and the answer names the place.
//!
//! | status | code | |
//! | --- | --- | --- |
//! | 415 | `UNSUPPORTED_MEDIA_TYPE` | it is not sent as `application/json` |
//! | 408 | `BODY_TIMED_OUT` | it has not come within [`COMES_WITHIN`] |
//! | 413 | `BODY_TOO_LARGE` | it has more than [`MAX_BODY_BYTES`], or says that it will |
//! | 400 | `MALFORMED_JSON` | it is not JSON: line and column |
//! | 400 | `JSON_TOO_DEEP` | objects and lists stand in one another more than [`MAX_DEPTH`] deep |
//! | 400 | `DUPLICATE_FIELD` | a field is there twice |
//! | 400 | `BODY_NOT_AN_OBJECT` | it is JSON, and no object |
//! | 400 | `MISSING_TYPE`, `UNKNOWN_TYPE` | which command it is can't be told |
//! | 400 | `UNKNOWN_FIELD`, `INVALID_FIELD` | the command's fields: which one |

use std::fmt;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE};
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

/// How long a body may take to come. Less than a request may take in all, so that whoever sends
/// slowly learns that nothing was done.
const COMES_WITHIN: Duration = Duration::from_secs(15);

/// How deep objects and lists may stand in one another. Commands need five.
const MAX_DEPTH: usize = 32;

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
        // Nobody is told to go on (`Expect: 100-continue`) with what won't be taken.
        if announced(request.headers()).is_some_and(|bytes| bytes > MAX_BODY_BYTES as u64) {
            return Err(too_large());
        }
        // The router's limit on bodies stops the reading.
        let bytes = tokio::time::timeout(COMES_WITHIN, Bytes::from_request(request, state))
            .await
            .map_err(|_| too_slow())?
            .map_err(|rejection| {
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    too_large()
                } else {
                    Problem::bad_request("BODY_UNREADABLE", "the body did not arrive as a whole")
                }
            })?;
        parse(&bytes).map(Self)
    }
}

/// How many bytes the body has, by its sender's word; `None` where that isn't said.
pub(super) fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Problem {
    let detail = format!("a command has at most {MAX_BODY_BYTES} bytes");
    // What is left of the body is not read, so the connection can't be used again, and the
    // client should know before it tries.
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", detail)
        .with(CONNECTION, HeaderValue::from_static("close"))
}

fn too_slow() -> Problem {
    let seconds = COMES_WITHIN.as_secs();
    let detail = format!(
        "the body did not come within {seconds} seconds, and nothing was done; send it again"
    );
    Problem::new(StatusCode::REQUEST_TIMEOUT, "BODY_TIMED_OUT", detail)
        .with(CONNECTION, HeaderValue::from_static("close"))
}

fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    // Of two nobody can tell which is meant.
    let media_type = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        (None | Some(_), _) => None,
    };
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
    let mut wrong = None;
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Unique {
        wrong: &mut wrong,
        depth: 0,
    }
    .deserialize(&mut deserializer)
    .and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match wrong {
            Some(Wrong::Twice(name)) => {
                let detail =
                    format!("the field {name:?} is there twice, at line {line}, column {column}");
                Problem::bad_request("DUPLICATE_FIELD", detail).about(name)
            }
            Some(Wrong::TooDeep) => {
                let detail = format!(
                    "objects and lists stand in one another more than {MAX_DEPTH} deep, at line \
                     {line}, column {column}; no command needs that"
                );
                Problem::bad_request("JSON_TOO_DEEP", detail)
            }
            None => {
                let detail = format!("the body is not JSON from line {line}, column {column} on");
                Problem::bad_request("MALFORMED_JSON", detail)
            }
        }
    })
}

/// What is wrong with JSON that is some.
enum Wrong {
    /// A field is there twice: its name, at most 64 characters of it.
    Twice(String),
    /// It goes deeper than [`MAX_DEPTH`].
    TooDeep,
}

/// Reads a value whose objects have each field once, and that isn't too deep.
struct Unique<'a> {
    wrong: &'a mut Option<Wrong>,
    /// How many objects and lists the value stands in.
    depth: usize,
}

impl Unique<'_> {
    /// For a value in the object or list that is read now.
    fn within<E: serde::de::Error>(&mut self) -> Result<Unique<'_>, E> {
        if self.depth >= MAX_DEPTH {
            *self.wrong = Some(Wrong::TooDeep);
            return Err(E::custom("it is too deep"));
        }
        Ok(Unique {
            wrong: &mut *self.wrong,
            depth: self.depth + 1,
        })
    }
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

    /// A whole number is one however it is written: `3.0` is `3`, as in JSON Schema.
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        const EXACT: f64 = 9_007_199_254_740_991.0;
        if value.fract() == 0.0 && value.abs() <= EXACT {
            // Whole and within these bounds, nothing of it is lost.
            return Ok(Value::Number((value as i64).into()));
        }
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self.within()?)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                *self.wrong = Some(Wrong::Twice(name.chars().take(64).collect()));
                return Err(serde::de::Error::custom("a field is there twice"));
            }
            let value = members.next_value_seed(self.within()?)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
