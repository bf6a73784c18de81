//! The keys that tokens are checked with, each with its one algorithm.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde_json::Value;

/// RFC 7518, section 3.2: a key of at least the size of the hash.
const MIN_SECRET_BYTES: usize = 32;

/// RFC 8032, section 5.1.5.
const ED25519_BYTES: usize = 32;

/// Why keys can't be used. The process doesn't start.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The secret is too short.
    #[error("a token secret has at least {MIN_SECRET_BYTES} bytes")]
    ShortSecret,
    /// No key of the set is for signatures.
    #[error("the key set has no key that checks signatures")]
    NoKeys,
    /// Two keys have one id, or one of several has none.
    #[error("each key of a set with several has a `kid` of its own; key {0} has not")]
    KeyId(usize),
    /// A key is of a kind that is not used here. A shared secret has no place in a set of
    /// public keys: whoever reads the set could sign with it.
    #[error(
        "key {0} is not an RSA, P-256, P-384 or Ed25519 public key, or its `alg` is of another kind"
    )]
    Unsupported(usize),
    /// A key's numbers can't be read.
    #[error("key {0} can't be read")]
    Unreadable(usize, #[source] Error),
}

/// A key with its one algorithm.
#[derive(Clone)]
pub(super) struct VerifyingKey {
    pub(super) algorithm: Algorithm,
    pub(super) decoding: DecodingKey,
    id: Option<String>,
    /// The public key as it was given; a secret has none.
    given: Option<Jwk>,
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("id", &self.id)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl VerifyingKey {
    /// A key of a set, which stands there at this place.
    fn of(at: usize, jwk: &Jwk) -> Result<Self, KeyError> {
        let algorithm = algorithm_of(jwk).ok_or(KeyError::Unsupported(at))?;
        let decoding = usable(jwk, algorithm).map_err(|error| KeyError::Unreadable(at, error))?;
        Ok(Self {
            algorithm,
            decoding,
            id: jwk.common.key_id.clone(),
            given: Some(jwk.clone()),
        })
    }
}

/// One key, or several with an id each.
#[derive(Clone, Debug)]
pub(super) struct KeyRing(Vec<VerifyingKey>);

impl KeyRing {
    pub(super) fn secret(secret: &[u8]) -> Result<Self, KeyError> {
        if secret.len() < MIN_SECRET_BYTES {
            return Err(KeyError::ShortSecret);
        }
        let decoding = DecodingKey::from_secret(secret);
        Ok(Self(vec![VerifyingKey {
            algorithm: Algorithm::HS256,
            decoding,
            id: None,
            given: None,
        }]))
    }

    pub(super) fn public(set: &JwkSet) -> Result<Self, KeyError> {
        let mut keys: Vec<VerifyingKey> = Vec::new();
        for (at, jwk) in set.keys.iter().enumerate() {
            if matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption)) {
                continue;
            }
            let key = VerifyingKey::of(at, jwk)?;
            let taken = keys.iter().any(|other| other.id == key.id);
            if taken || (key.id.is_none() && set.keys.len() > 1) {
                return Err(KeyError::KeyId(at));
            }
            keys.push(key);
        }
        if keys.is_empty() {
            return Err(KeyError::NoKeys);
        }
        Ok(Self(keys))
    }

    /// The keys of a set that an issuer publishes. What can't be used is left out: an issuer
    /// has keys for other purposes and of kinds to come, and one of them must not keep the others
    /// from counting. Of two keys with one id neither is used, since nobody can tell which is meant.
    pub(super) fn published(set: Vec<Value>) -> Result<Self, KeyError> {
        let several = set.len() > 1;
        let usable = set.into_iter().enumerate().filter_map(|(at, key)| {
            let jwk: Jwk = serde_json::from_value(key).ok()?;
            let is_for_signatures =
                !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
            let key = VerifyingKey::of(at, &jwk).ok()?;
            (is_for_signatures && (key.id.is_some() || !several)).then_some(key)
        });
        let mut keys: Vec<VerifyingKey> = usable.collect();
        let ids: Vec<_> = keys.iter().map(|key| key.id.clone()).collect();
        keys.retain(|key| ids.iter().filter(|id| **id == key.id).count() == 1);
        if keys.is_empty() {
            return Err(KeyError::NoKeys);
        }
        Ok(Self(keys))
    }

    /// How many keys there are.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether both have the same public keys in the same order.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.0
            .iter()
            .map(|key| &key.given)
            .eq(other.0.iter().map(|key| &key.given))
    }

    /// The key that a token names. A token that names none is checked with the only key,
    /// where there is but one; so is one that names a key where ours has no id.
    pub(super) fn find(&self, id: Option<&str>) -> Option<&VerifyingKey> {
        match (self.0.as_slice(), id) {
            ([only], None) => Some(only),
            ([only], Some(_)) if only.id.is_none() => Some(only),
            (keys, Some(id)) => keys.iter().find(|key| key.id.as_deref() == Some(id)),
            (_, None) => None,
        }
    }
}

/// A key that signatures can be checked with. It is tried once, so that one that is no key stops the
/// start of the process and not each request.
fn usable(jwk: &Jwk, algorithm: Algorithm) -> Result<DecodingKey, Error> {
    if let AlgorithmParameters::OctetKeyPair(key) = &jwk.algorithm {
        // The library takes the first 32 bytes, however few there are.
        let bytes = URL_SAFE_NO_PAD.decode(&key.x).unwrap_or_default();
        if bytes.len() != ED25519_BYTES {
            return Err(ErrorKind::InvalidEddsaKey.into());
        }
    }
    let decoding = DecodingKey::from_jwk(jwk)?;
    crypto::verify("", b"", &decoding, algorithm)?;
    Ok(decoding)
}

/// The algorithm of a key: the one that it names, if that is of the key's kind, else the
/// usual one of its kind.
fn algorithm_of(jwk: &Jwk) -> Option<Algorithm> {
    let usual = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => Algorithm::ES256,
            EllipticCurve::P384 => Algorithm::ES384,
            _ => return None,
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            Algorithm::EdDSA
        }
        _ => return None,
    };
    let Some(named) = &jwk.common.key_algorithm else {
        return Some(usual);
    };
    let named = Algorithm::try_from(*named).ok()?;
    let fits = match usual {
        Algorithm::RS256 => named.family() == usual.family(),
        _ => named == usual,
    };
    fits.then_some(named)
}
