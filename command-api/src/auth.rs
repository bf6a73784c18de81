//! Who calls: Bearer tokens, checked.
//!
//! A token is a JWT that another service signed: with a secret on one machine
//! ([`TokenVerifier::hs256`]), with its private key in production
//! ([`TokenVerifier::jwks`]), which may publish its keys and change them
//! ([`TokenVerifier::published`]). Each key has one algorithm, and a token that names another is
//! refused, `none` among them. Behind an API gateway that checks tokens itself, as Lambda functions
//! are, its claims are read in their place (`gateway`).

mod accepted;
mod gateway;
mod keys;
mod mint;
mod published;
#[cfg(test)]
mod tests;
mod verifier;

use std::fmt;
use std::sync::Arc;

use casefold_events::vocabulary::Role;
use casefold_events::{Personal, Timestamp, UserId};
use futures::future::BoxFuture;
use serde::Deserialize;

use self::accepted::Times;
pub(crate) use self::gateway::GatewayClaims;
pub use self::keys::KeyError;
pub use self::mint::{MintError, TokenMinter};
pub use self::published::{KeySetError, KeySetSource, Pace, PublishedKeys};
pub use self::verifier::TokenVerifier;
use crate::decide::Actor;

/// The audience of this service's tokens, unless another is configured.
pub const AUDIENCE: &str = "casefold";

/// How far the issuer's clock may be from ours, in milliseconds.
const LEEWAY_MILLIS: f64 = 30_000.0;

/// How callers are known: one way in a process.
#[derive(Clone, Debug)]
pub(crate) enum Callers {
    /// By the token in the `Authorization` header. What checks tokens is hidden behind a trait, so
    /// that a program which makes none of it hasn't its ciphers in it either: they are a
    /// thirtieth of what a Lambda function would load.
    Tokens(Arc<dyn Identifies>),
    /// By the claims of a token that the API gateway has checked. No header counts.
    Gateway(GatewayClaims),
}

/// Says by the value of an `Authorization` header who calls.
pub(crate) trait Identifies: fmt::Debug + Send + Sync {
    /// Checks the value. Where the token names a key that isn't known, and keys are published, they
    /// are read again first, if that wasn't done just now.
    ///
    /// # Errors
    /// [`TokenError`] says why the caller is not known.
    fn identify<'a>(
        &'a self,
        value: Option<&'a str>,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Actor, TokenError>>;
}

/// Why a token is not accepted. HTTP 401, each with its [`Self::code`], but for
/// [`Self::KeysUnavailable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is no `Authorization` header, or it is not of the scheme Bearer.
    #[error("send a token: Authorization: Bearer <token>")]
    Missing,
    /// It is not a JWT.
    #[error("the token is not a JWT that can be read")]
    Malformed,
    /// Its header says that something of it must be understood (`crit`), and nothing of that kind
    /// is here: RFC 7515, section 4.1.11.
    #[error("the token's header has `crit`, and what it asks for is not known here; leave it out")]
    CriticalHeader,
    /// No key that this service knows signed it.
    #[error("the token names no key that is known here")]
    UnknownKey,
    /// It names another algorithm than its key has.
    #[error("the token's algorithm is not the one of its key")]
    WrongAlgorithm,
    /// The signature is not its key's.
    #[error("the token's signature is not valid")]
    BadSignature,
    /// Its time is over.
    #[error("the token has expired; get a new one")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// It is meant for another service.
    #[error("the token is meant for another audience")]
    WrongAudience,
    /// It comes from somebody else.
    #[error("the token comes from another issuer")]
    WrongIssuer,
    /// A claim is missing or can't be read.
    #[error("the token's claim `{0}` is missing or can't be read")]
    BadClaim(&'static str),
    /// The issuer's keys could not be read yet, or too many wait for them, so nobody can tell.
    /// HTTP 503: the token may be good.
    #[error(
        "the issuer's keys can't be had now, so the token can't be checked; try again in a moment"
    )]
    KeysUnavailable,
}

impl TokenError {
    /// The stable code of the problem document.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "TOKEN_MISSING",
            Self::Malformed => "TOKEN_MALFORMED",
            Self::CriticalHeader => "TOKEN_HEADER_REFUSED",
            Self::UnknownKey => "TOKEN_KEY_UNKNOWN",
            Self::WrongAlgorithm => "TOKEN_ALGORITHM_REFUSED",
            Self::BadSignature => "TOKEN_SIGNATURE_INVALID",
            Self::Expired => "TOKEN_EXPIRED",
            Self::NotYetValid => "TOKEN_NOT_YET_VALID",
            Self::WrongAudience => "TOKEN_AUDIENCE_REFUSED",
            Self::WrongIssuer => "TOKEN_ISSUER_REFUSED",
            Self::BadClaim(_) => "TOKEN_CLAIM_INVALID",
            Self::KeysUnavailable => "TOKEN_KEYS_UNAVAILABLE",
        }
    }
}

/// What is read of a token. Each claim is read by itself, so that the answer can name the
/// one that is wrong.
#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    sub: serde_json::Value,
    #[serde(default)]
    role: serde_json::Value,
    #[serde(default)]
    name: serde_json::Value,
    #[serde(default)]
    exp: serde_json::Value,
    #[serde(default)]
    nbf: serde_json::Value,
}

impl Claims {
    /// Seconds in a token may have a fraction (RFC 7519, NumericDate).
    fn times(&self) -> Result<Times, TokenError> {
        let millis = |value: &serde_json::Value, claim| {
            let seconds = value.as_f64().ok_or(TokenError::BadClaim(claim))?;
            Ok(seconds * 1_000.0)
        };
        let expires = millis(&self.exp, "exp")?;
        let begins = match &self.nbf {
            serde_json::Value::Null => None,
            begins => Some(millis(begins, "nbf")?),
        };
        Ok(Times { begins, expires })
    }

    fn actor(self) -> Result<Actor, TokenError> {
        let text = |value: serde_json::Value, claim| match value {
            serde_json::Value::String(text) => Ok(text),
            _ => Err(TokenError::BadClaim(claim)),
        };
        let user_id =
            UserId::new(text(self.sub, "sub")?).map_err(|_| TokenError::BadClaim("sub"))?;
        let role: Role = text(self.role, "role")?
            .parse()
            .map_err(|_| TokenError::BadClaim("role"))?;
        let name = match self.name {
            serde_json::Value::Null => None,
            value => Some(Personal::new(text(value, "name")?)),
        };
        Ok(Actor {
            user_id,
            role,
            name,
        })
    }
}
