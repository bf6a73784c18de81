//! Checks tokens: their signature, and what they claim.

use std::sync::Arc;

use casefold_events::Timestamp;
use futures::FutureExt;
use futures::future::BoxFuture;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Validation, decode, decode_header};

use super::accepted::{self, Accepted};
use super::keys::{KeyError, KeyRing};
use super::published::PublishedKeys;
use super::{AUDIENCE, Claims, Identifies, TokenError};
use crate::decide::Actor;

/// A token is a few hundred bytes; one far larger is not worth the work.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

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

impl Identifies for TokenVerifier {
    fn identify<'a>(
        &'a self,
        value: Option<&'a str>,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Actor, TokenError>> {
        async move {
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
        .boxed()
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
