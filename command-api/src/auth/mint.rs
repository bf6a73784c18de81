//! Making development tokens.

use std::fmt;

use casefold_events::vocabulary::Role;
use casefold_events::{Timestamp, UserId};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;

use super::{AUDIENCE, KeyError, TokenVerifier};

/// Makes signed tokens for one machine, for trials and tests; in production tokens come
/// from the court's identity provider. Printing it shows no secret.
#[derive(Clone)]
pub struct TokenMinter {
    key: EncodingKey,
}

impl fmt::Debug for TokenMinter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenMinter").finish_non_exhaustive()
    }
}

/// A token could not be signed.
#[derive(Debug, thiserror::Error)]
#[error("the token can't be signed")]
pub struct MintError(#[from] jsonwebtoken::errors::Error);

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a UserId,
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    aud: &'static str,
    iat: i64,
    exp: i64,
}

impl TokenMinter {
    /// Signs with this secret (HS256).
    ///
    /// # Errors
    /// [`KeyError::ShortSecret`] where no verifier would take it.
    pub fn hs256(secret: &[u8]) -> Result<Self, KeyError> {
        TokenVerifier::hs256(secret)?;
        Ok(Self {
            key: EncodingKey::from_secret(secret),
        })
    }

    /// A token for a user in a role, valid from now on for a time.
    ///
    /// # Errors
    /// [`MintError`] where it can't be signed.
    pub fn mint(
        &self,
        user: &UserId,
        role: Role,
        name: Option<&str>,
        now: Timestamp,
        ttl: std::time::Duration,
    ) -> Result<String, MintError> {
        let iat = now.as_millis().div_euclid(1_000);
        let ttl = i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX);
        let claims = Claims {
            sub: user,
            role,
            name,
            aud: AUDIENCE,
            iat,
            exp: iat.saturating_add(ttl),
        };
        Ok(encode(&Header::new(Algorithm::HS256), &claims, &self.key)?)
    }
}
