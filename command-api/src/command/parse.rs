//! Reading commands from JSON.

mod reading;

use casefold_events::Personal;
use serde::de::DeserializeOwned;
use serde_json::Value;

use self::reading::Failure;
use super::Body;

/// Why JSON is no command. All but [`Self::UnknownType`]'s `found` and a field's path are
/// the service's own words: what stood in a field may be personal and is never repeated.
/// HTTP 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandParseError {
    /// The body is not an object with a `type` that is text.
    #[error("a command is a JSON object with a \"type\", one of: {}", known.join(", "))]
    MissingType {
        /// The commands of this endpoint.
        known: &'static [&'static str],
    },
    /// This endpoint has no such command.
    #[error("there is no command {found:?} here; the \"type\" is one of: {}", known.join(", "))]
    UnknownType {
        /// What was found, at most 64 characters of it.
        found: String,
        /// The commands of this endpoint.
        known: &'static [&'static str],
    },
    /// The command has no such field.
    #[error("{command} has no field {path}; {problem}")]
    UnknownField {
        /// The command.
        command: &'static str,
        /// The field: a path such as `petitioners[0].nmae`.
        path: String,
        /// Which fields there are.
        problem: String,
    },
    /// A field is missing, or not of its form.
    #[error("{path} {problem}")]
    InvalidField {
        /// The command.
        command: &'static str,
        /// The field: a path such as `petitioners[0].name`.
        path: String,
        /// What is wrong with it: "is missing".
        problem: String,
    },
}

impl CommandParseError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MissingType { .. } => "MISSING_TYPE",
            Self::UnknownType { .. } => "UNKNOWN_TYPE",
            Self::UnknownField { .. } => "UNKNOWN_FIELD",
            Self::InvalidField { .. } => "INVALID_FIELD",
        }
    }

    /// The field that the error is about.
    pub fn field(&self) -> &str {
        match self {
            Self::MissingType { .. } | Self::UnknownType { .. } => "type",
            Self::UnknownField { path, .. } | Self::InvalidField { path, .. } => path,
        }
    }
}

/// Takes a command's `type` out of its body.
pub(super) fn split(
    value: Value,
    known: &'static [&'static str],
) -> Result<(String, Value), CommandParseError> {
    let Value::Object(mut body) = value else {
        return Err(CommandParseError::MissingType { known });
    };
    match body.remove("type") {
        Some(Value::String(found)) => Ok((found.chars().take(64).collect(), Value::Object(body))),
        Some(_) | None => Err(CommandParseError::MissingType { known }),
    }
}

/// Reads a body.
pub(super) fn body<B: Body + DeserializeOwned>(body: Value) -> Result<B, CommandParseError> {
    reading::read(body).map_err(|Failure { path, error }| {
        let message = Personal::new(error.to_string());
        explain(B::NAME, &path, message.expose())
    })
}

/// Says a parser's message without what it quotes of the input. Only what follows the
/// quotation, or is known to quote nothing, is repeated.
fn explain(command: &'static str, path: &str, message: &str) -> CommandParseError {
    let own = |problem: &str| CommandParseError::InvalidField {
        command,
        path: path.to_owned(),
        problem: problem.to_owned(),
    };
    let after = |marker: &str| {
        message
            .rfind(marker)
            .map(|at| &message[at + marker.len()..])
    };
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let found: String = rest
            .split('`')
            .next()
            .unwrap_or_default()
            .chars()
            .take(64)
            .collect();
        let path = join_field(path, &found);
        let problem = match after("`, expected ") {
            Some(fields) => format!("it takes {fields}"),
            None => "it takes none".to_owned(),
        };
        return CommandParseError::UnknownField {
            command,
            path,
            problem,
        };
    }
    if let Some(field) = message.strip_prefix("missing field `") {
        let path = join_field(path, field.trim_end_matches('`'));
        return CommandParseError::InvalidField {
            command,
            path,
            problem: "is missing".to_owned(),
        };
    }
    if message.starts_with("invalid ") || message.starts_with("unknown variant ") {
        return match after(", expected ") {
            // The name is one of the source's, and nobody's outside it.
            Some(expected) if expected.starts_with("struct ") => {
                own("is not valid: an object is expected")
            }
            Some(expected) => own(&format!("is not valid: {expected} is expected")),
            None => own("is not valid"),
        };
    }
    if message.contains(" is not a date-time;") {
        return own(
            "is not a date-time; write it as RFC 3339, for example 2026-11-23T11:36:54.123Z",
        );
    }
    if message.starts_with("UUID parsing failed") {
        return own("is not a UUID");
    }
    let quotes_nothing = [
        "an event code is ",
        "a docket number is ",
        "a user id is ",
        "an entry is ",
        "a contact is ",
        "a record is ",
    ];
    if quotes_nothing
        .iter()
        .any(|known| message.starts_with(known))
    {
        return own(&format!("is not valid: {message}"));
    }
    own("is not of the form that the documentation shows")
}

fn join_field(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

#[cfg(test)]
mod tests;
