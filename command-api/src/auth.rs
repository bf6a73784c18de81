//! Who calls: Bearer tokens, checked.
//!
//! A token is a JWT that another service signed: with a secret on one machine
//! ([`TokenVerifier::hs256`]), with its private key in production
//! ([`TokenVerifier::jwks`]), which may publish its keys and change them
//! ([`TokenVerifier::published`]). Each key has one algorithm, and a token that names another is
//! refused, `none` among them. Behind an API gateway that checks tokens itself, its claims are
//! read in their place (`gateway`).

mod accepted;
mod gateway;
mod keys;
mod mint;
mod published;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use casefold_events::vocabulary::Role;
use casefold_events::{Personal, Timestamp, UserId};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Validation, decode, decode_header};
use serde::Deserialize;

use self::accepted::{Accepted, Times};
pub(crate) use self::gateway::GatewayClaims;
pub use self::keys::KeyError;
use self::keys::KeyRing;
pub use self::mint::{MintError, TokenMinter};
pub use self::published::{KeySetError, KeySetSource, Pace, PublishedKeys};
use crate::decide::Actor;

/// The audience of this service's tokens, unless another is configured.
pub const AUDIENCE: &str = "casefold";

/// How far the issuer's clock may be from ours, in milliseconds.
const LEEWAY_MILLIS: f64 = 30_000.0;

/// A token is a few hundred bytes; one far larger is not worth the work.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// How callers are known: one way in a process.
#[derive(Clone, Debug)]
pub(crate) enum Callers {
    /// By the token in the `Authorization` header.
    Tokens(TokenVerifier),
    /// By the claims of a token that the API gateway has checked. No header counts.
    Gateway(GatewayClaims),
}

impl Callers {
    /// Reads from variables how callers of a function are known: `CASEFOLD_JWT_AUTHORIZER`
    /// (`true` or `false`) says that the API gateway checks tokens, and then there are no keys;
    /// else see [`TokenVerifier::from_vars`].
    ///
    /// # Errors
    /// [`KeyError`] says what is missing or wrong.
    pub(crate) fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, KeyError> {
        let has = |name| var(name).is_some_and(|value| !value.is_empty());
        match var("CASEFOLD_JWT_AUTHORIZER").as_deref() {
            None | Some("" | "false") => Ok(Self::Tokens(TokenVerifier::from_vars(var)?)),
            Some("true") if has("CASEFOLD_JWKS") || has("CASEFOLD_JWT_SECRET") => {
                Err(KeyError::BesideAuthorizer)
            }
            Some("true") => Ok(Self::Gateway(GatewayClaims::from_vars(var))),
            Some(_) => Err(KeyError::Authorizer),
        }
    }
}

/// Checks tokens. Printing it shows no key.
#[derive(Clone, Debug)]
pub struct TokenVerifier {
    keys: Keys,
    issuer: Option<String>,
    audience: String,
    accepted: Accepted,
}

/// The keys that tokens are checked with.
#[derive(Clone, Debug)]
enum Keys {
    /// The same as long as the process runs.
    Fixed(Arc<KeyRing>),
    /// Those that an issuer publishes.
    Published(Arc<PublishedKeys>),
}

impl Keys {
    /// The keys that count now, and the number of their set.
    fn current(&self) -> Result<(Arc<KeyRing>, u64), TokenError> {
        match self {
            Self::Fixed(ring) => Ok((Arc::clone(ring), 0)),
            Self::Published(keys) => {
                let current = keys.current().ok_or(TokenError::KeysUnavailable)?;
                Ok((current.ring, current.number))
            }
        }
    }
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

impl TokenVerifier {
    /// Checks tokens that were signed with a shared secret (HS256). For one machine: who
    /// can check such a token can make one.
    ///
    /// # Errors
    /// [`KeyError::ShortSecret`] below 32 bytes, which RFC 7518 asks for.
    pub fn hs256(secret: &[u8]) -> Result<Self, KeyError> {
        Ok(Self::with_ring(KeyRing::secret(secret)?))
    }

    /// Checks tokens that were signed with one of these public keys (RS256, ES256, EdDSA
    /// and their longer kin), found by the key id that a token names. Keys that are not
    /// for signatures are left out.
    ///
    /// # Errors
    /// [`KeyError`] where a key can't be used, two have one id, or none is left.
    pub fn jwks(keys: &JwkSet) -> Result<Self, KeyError> {
        Ok(Self::with_ring(KeyRing::public(keys)?))
    }

    /// Checks tokens with the keys that their issuer publishes, as they are now.
    pub fn published(keys: Arc<PublishedKeys>) -> Self {
        Self::with_keys(Keys::Published(keys))
    }

    fn with_ring(ring: KeyRing) -> Self {
        Self::with_keys(Keys::Fixed(Arc::new(ring)))
    }

    fn with_keys(keys: Keys) -> Self {
        Self {
            keys,
            issuer: None,
            audience: AUDIENCE.to_owned(),
            accepted: Accepted::default(),
        }
    }

    /// Reads the verifier from variables: `CASEFOLD_JWKS` (a JSON Web Key Set as text) or
    /// `CASEFOLD_JWT_SECRET`, one of the two; `CASEFOLD_JWT_ISSUER` and
    /// `CASEFOLD_JWT_AUDIENCE` where they are given.
    ///
    /// # Errors
    /// [`KeyError`] says what is missing or wrong.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, KeyError> {
        let var = |name| var(name).filter(|value| !value.is_empty());
        let verifier = match (var("CASEFOLD_JWKS"), var("CASEFOLD_JWT_SECRET")) {
            (Some(keys), None) => Self::jwks(&serde_json::from_str(&keys)?)?,
            (None, Some(secret)) => Self::hs256(secret.as_bytes())?,
            (Some(_), Some(_)) => return Err(KeyError::Both),
            (None, None) => return Err(KeyError::Neither),
        };
        let audience = var("CASEFOLD_JWT_AUDIENCE").unwrap_or(verifier.audience);
        Ok(Self {
            keys: verifier.keys,
            issuer: var("CASEFOLD_JWT_ISSUER"),
            audience,
            accepted: Accepted::default(),
        })
    }

    /// Accepts tokens of this issuer alone.
    #[must_use]
    pub fn issued_by(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        // What was accepted by another measure doesn't count by this one.
        self.accepted = Accepted::default();
        self
    }

    /// Accepts tokens for this audience in place of [`AUDIENCE`].
    #[must_use]
    pub fn for_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self.accepted = Accepted::default();
        self
    }

    /// Checks the value of an `Authorization` header. Where the token names a key that isn't
    /// known, and keys are published, they are read again first, if that wasn't done just now.
    ///
    /// # Errors
    /// [`TokenError`] says why the caller is not known.
    pub async fn identify(&self, value: Option<&str>, now: Timestamp) -> Result<Actor, TokenError> {
        match (self.verify_header(value, now), &self.keys) {
            (
                Err(TokenError::UnknownKey | TokenError::KeysUnavailable),
                Keys::Published(published),
            ) => {
                published.look_again().await?;
                self.verify_header(value, now)
            }
            (known, Keys::Fixed(_) | Keys::Published(_)) => known,
        }
    }

    /// Checks the value of an `Authorization` header with the keys that are known.
    ///
    /// # Errors
    /// [`TokenError`] says why the caller is not known.
    pub fn verify_header(&self, value: Option<&str>, now: Timestamp) -> Result<Actor, TokenError> {
        let (scheme, token) = value
            .and_then(|value| value.split_once(' '))
            .ok_or(TokenError::Missing)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(TokenError::Missing);
        }
        self.verify(token.trim(), now)
    }

    /// Checks a token and says who it stands for.
    ///
    /// # Errors
    /// [`TokenError`] says why it is not accepted.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Actor, TokenError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenError::Malformed);
        }
        let (ring, number) = self.keys.current()?;
        let digest = accepted::digest(token, number);
        if let Some((times, actor)) = self.accepted.get(digest) {
            times.include(now)?;
            return Ok(actor);
        }
        let header = decode_header(token).map_err(|error| reason(error.kind()))?;
        if header.crit.is_some() {
            return Err(TokenError::CriticalHeader);
        }
        let key = ring
            .find(header.kid.as_deref())
            .ok_or(TokenError::UnknownKey)?;
        if header.alg != key.algorithm {
            return Err(TokenError::WrongAlgorithm);
        }
        let claims = decode::<Claims>(token, &key.decoding, &self.validation(key.algorithm))
            .map_err(|error| reason(error.kind()))?
            .claims;
        let times = claims.times()?;
        times.include(now)?;
        let actor = claims.actor()?;
        self.accepted.remember(digest, times, actor.clone());
        Ok(actor)
    }

    /// The times are checked here and not by the library, which would read the clock
    /// itself.
    fn validation(&self, algorithm: jsonwebtoken::Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_audience(&[&self.audience]);
        let mut required = vec!["sub", "aud"];
        if let Some(issuer) = &self.issuer {
            validation.set_issuer(&[issuer]);
            required.push("iss");
        }
        validation.set_required_spec_claims(&required);
        validation
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

fn reason(kind: &ErrorKind) -> TokenError {
    match kind {
        ErrorKind::InvalidSignature => TokenError::BadSignature,
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => TokenError::WrongAlgorithm,
        ErrorKind::InvalidAudience => TokenError::WrongAudience,
        ErrorKind::InvalidIssuer => TokenError::WrongIssuer,
        ErrorKind::MissingRequiredClaim(claim) => match claim.as_str() {
            "sub" => TokenError::BadClaim("sub"),
            "aud" => TokenError::WrongAudience,
            _ => TokenError::WrongIssuer,
        },
        // Among them a header whose algorithm the library doesn't know, such as `none`.
        _ => TokenError::Malformed,
    }
}
