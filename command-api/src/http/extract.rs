//! What handlers take from a request: who calls, the case, the parameters, the headers.
//! Each failure is a problem with a code of its own. The body is in [`super::body`].

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::header::{AUTHORIZATION, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use casefold_events::{CommandId, DocketNumber, Timestamp, Version};

use super::context::Context;
use super::problem::Problem;
use super::{ApiState, ByGateway, etag};
use crate::auth::{Callers, GatewayClaims, Identifies, TokenError};
use crate::decide::Actor;

/// The header that carries the command's id.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Who calls, by their token. A handler that takes it can't be reached without one.
pub(super) struct Caller(pub(super) Actor);

impl FromRequestParts<ApiState> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let context = Context::from_request_parts(parts, state).await?;
        let now = state.service.clock().now();
        let actor = match &*state.callers {
            Callers::Tokens(tokens) => by_token(&**tokens, parts, now).await?,
            Callers::Gateway(claims) => by_gateway(claims, parts, now)?,
        };
        context.note_role(actor.role);
        if let Some(load) = &state.load {
            load.count(&actor.user_id)?;
        }
        Ok(Self(actor))
    }
}

async fn by_token(
    tokens: &dyn Identifies,
    parts: &Parts,
    now: Timestamp,
) -> Result<Actor, TokenError> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next(), values.next()) else {
        return Err(TokenError::Malformed);
    };
    let value = match value {
        Some(value) => Some(value.to_str().map_err(|_| TokenError::Malformed)?),
        None => None,
    };
    tokens.identify(value, now).await
}

/// What counts is what the gateway says beside the request, which no caller can write.
fn by_gateway(claims: &GatewayClaims, parts: &Parts, now: Timestamp) -> Result<Actor, TokenError> {
    let by_gateway = parts.extensions.get::<ByGateway>();
    let Some(checked) = by_gateway.and_then(|it| it.claims.as_ref()) else {
        tracing::warn!("a request came past the API gateway's JWT authorizer: has its route one?");
        return Err(TokenError::Missing);
    };
    claims.verify(checked, now)
}

/// The case that the path names.
pub(super) struct CasePath(pub(super) DocketNumber);

impl FromRequestParts<ApiState> for CasePath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let bad = |detail: String| {
            Problem::bad_request("BAD_DOCKET_NUMBER", detail).about("docketNumber")
        };
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| bad("the docket number can't be read".to_owned()))?;
        text.parse()
            .map(Self)
            .map_err(|error: casefold_events::ids::DocketNumberError| bad(error.to_string()))
    }
}

/// The parameters of the query. A handler takes those that it knows, and then says that it
/// is [`done`](Self::done): whatever is left is refused with its name, so that a parameter
/// with a typing error is never ignored.
#[derive(Debug)]
pub(super) struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(pairs)| Self(pairs))
            .map_err(|_| {
                Problem::bad_request("BAD_QUERY", "the query can't be read; is it encoded?")
            })
    }
}

impl Parameters {
    /// Takes a parameter by its name.
    ///
    /// # Errors
    /// 400 where it is given twice.
    pub(super) fn take(&mut self, name: &'static str) -> Result<Option<String>, Problem> {
        let mut found = self
            .0
            .extract_if(.., |(key, _)| key == name)
            .map(|(_, value)| value);
        let (first, second) = (found.next(), found.next());
        drop(found);
        if second.is_some() {
            let detail = format!("the parameter {name} is given twice");
            return Err(Problem::bad_request("REPEATED_PARAMETER", detail).about(name));
        }
        Ok(first)
    }

    /// Whether a parameter is given.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// Takes a whole number within bounds.
    ///
    /// # Errors
    /// 400 where it is given twice, is no number or is out of bounds.
    pub(super) fn take_number(
        &mut self,
        name: &'static str,
        within: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, Problem> {
        let Some(text) = self.take(name)? else {
            return Ok(None);
        };
        let number = text.parse().ok().filter(|number| within.contains(number));
        number.map(Some).ok_or_else(|| {
            let (from, to) = within.into_inner();
            let bounds = if to == u64::MAX {
                format!("from {from} on")
            } else {
                format!("{from} to {to}")
            };
            bad_parameter(name, format!("{name} is a whole number, {bounds}"))
        })
    }

    /// Takes a text of 1 to so many characters.
    ///
    /// # Errors
    /// 400 where it is given twice, is empty or too long.
    pub(super) fn take_text(
        &mut self,
        name: &'static str,
        most: usize,
    ) -> Result<Option<String>, Problem> {
        let Some(text) = self.take(name)? else {
            return Ok(None);
        };
        if text.is_empty() || text.chars().count() > most {
            return Err(bad_parameter(
                name,
                format!("{name} has 1 to {most} characters"),
            ));
        }
        Ok(Some(text))
    }

    /// Takes a time.
    ///
    /// # Errors
    /// 400 where it is given twice or is no time.
    pub(super) fn take_time(&mut self, name: &'static str) -> Result<Option<Timestamp>, Problem> {
        let Some(text) = self.take(name)? else {
            return Ok(None);
        };
        let at = text.parse().map_err(|_| {
            let detail = format!("{name} is a date-time, for example 2026-03-03T00:00:00Z");
            bad_parameter(name, detail)
        })?;
        Ok(Some(at))
    }

    /// Takes `minVersion`.
    pub(super) fn take_min_version(&mut self) -> Result<Option<Version>, Problem> {
        Ok(self.take_number("minVersion", 1..=u64::MAX)?.map(Version))
    }

    /// Says that a parameter which others of its kind take is not known here.
    ///
    /// # Errors
    /// 400 where it is given.
    pub(super) fn without(self, name: &'static str) -> Result<Self, Problem> {
        if self.0.iter().any(|(key, _)| key == name) {
            let detail = format!("there is no parameter {name:?} here");
            return Err(Problem::bad_request("UNKNOWN_PARAMETER", detail).about(name));
        }
        Ok(self)
    }

    /// Says that no further parameter is known.
    ///
    /// # Errors
    /// 400 with the name of the first that is left.
    pub(super) fn done(self) -> Result<(), Problem> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => {
                let name: String = name.chars().take(64).collect();
                let detail = format!("there is no parameter {name:?} here");
                Err(Problem::bad_request("UNKNOWN_PARAMETER", detail).about(name))
            }
        }
    }
}

/// A parameter with a value that it can't have.
pub(super) fn bad_parameter(name: &'static str, detail: String) -> Problem {
    Problem::bad_request("BAD_PARAMETER", detail).about(name)
}

/// The headers by which a caller steers how a command is carried out.
#[derive(Debug)]
pub(super) struct Steering {
    pub(super) idempotency_key: Option<CommandId>,
    pub(super) if_match: Option<Version>,
}

impl<S: Send + Sync> FromRequestParts<S> for Steering {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self {
            idempotency_key: idempotency_key(&parts.headers)?,
            if_match: etag::if_match(&parts.headers)?,
        })
    }
}

impl Steering {
    /// For a command that is not about one case that exists.
    ///
    /// # Errors
    /// 400 where the caller counts on `If-Match`, which can't be kept here.
    pub(super) fn without_if_match(headers: &HeaderMap) -> Result<Option<CommandId>, Problem> {
        if headers.contains_key(IF_MATCH) {
            let detail = "If-Match belongs to a command on one case that exists";
            return Err(Problem::bad_request("IF_MATCH_NOT_APPLICABLE", detail).about("If-Match"));
        }
        idempotency_key(headers)
    }
}

/// The key as it is, or within the quotes of a structured header.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<CommandId>, Problem> {
    let bad = |detail: String| {
        Problem::bad_request("BAD_IDEMPOTENCY_KEY", detail).about("Idempotency-Key")
    };
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(bad("send one Idempotency-Key".to_owned()));
    }
    let text = value.to_str().unwrap_or_default();
    let bare = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text);
    CommandId::new(bare)
        .map(Some)
        .map_err(|error| bad(error.to_string()))
}
