//! Bearer tokens, and the keys that they are checked with.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casefold_command_api::auth::{AUDIENCE, TokenVerifier};
use casefold_command_api::decide::Actor;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::Value;

use crate::{Outcome, now};

/// What tokens are signed with that the target makes.
const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";

/// Public keys. Of the RSA key and of the others nobody has the other half any more.
const KEYS: &str = include_str!("../genuine/keys.json");

/// Tokens that were signed with the other halves, one a line, valid to the year 2100.
const GENUINE: &str = include_str!("../genuine/tokens.txt");

static PUBLIC: LazyLock<TokenVerifier> = LazyLock::new(|| {
    let keys = serde_json::from_str(KEYS).expect("they are keys");
    TokenVerifier::jwks(&keys).expect("each of them is used")
});

static SHARED: LazyLock<(TokenVerifier, EncodingKey)> = LazyLock::new(|| {
    let verifier = TokenVerifier::hs256(SECRET).expect("the secret is long enough");
    (verifier, EncodingKey::from_secret(SECRET))
});

/// A token; a token's header and claims as two lines of JSON, which are signed here; or a set of
/// keys as JSON.
///
/// # Panics
/// Where a token is accepted that was not signed, or for somebody whom it doesn't name.
pub fn token(data: &[u8]) -> Outcome {
    let Ok(text) = std::str::from_utf8(data) else {
        return Outcome::Refused;
    };
    match (text.split_once('\n'), text.starts_with('{')) {
        (Some((header, claims)), _) => signed(header, claims),
        (None, true) => keys(text),
        (None, false) => forged(text),
    }
}

/// A token of somebody who doesn't have the keys.
fn forged(text: &str) -> Outcome {
    let header = format!("Bearer {text}");
    let fresh = TokenVerifier::clone(&PUBLIC).for_audience(AUDIENCE);
    let Ok(actor) = fresh.verify_header(Some(&header), now()) else {
        return Outcome::Refused;
    };
    let said = |token: &str| token.rsplit_once('.').map(|(said, _)| said.to_owned());
    let text = text.trim();
    assert!(
        GENUINE.lines().any(|genuine| said(genuine) == said(text)),
        "what is signed is what was signed"
    );
    assert_eq!(fresh.verify(text, now()).as_ref(), Ok(&actor));
    Outcome::Taken
}

/// A token of somebody who has the secret.
fn signed(header: &str, claims: &str) -> Outcome {
    let said = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part));
    let said = said.join(".");
    let (verifier, key) = &*SHARED;
    let signature = crypto::sign(said.as_bytes(), key, Algorithm::HS256).expect("it is signed");
    let token = format!("{said}.{signature}");
    let fresh = verifier.clone().for_audience(AUDIENCE);
    let Ok(actor) = fresh.verify(&token, now()) else {
        return Outcome::Refused;
    };
    names(header, claims, &actor);
    assert_eq!(
        fresh.verify(&token, now()),
        Ok(actor),
        "it is accepted again"
    );
    Outcome::Taken
}

/// That somebody is the one whom a token names, and its time is not over.
fn names(header: &str, claims: &str, actor: &Actor) {
    let header: Value = serde_json::from_str(header).expect("the header is JSON");
    assert_eq!(header["alg"], "HS256");
    let claims: Value = serde_json::from_str(claims).expect("the claims are JSON");
    assert_eq!(claims["sub"], actor.user_id.as_str());
    assert_eq!(claims["role"], actor.role.as_str());
    let name = actor.name.as_ref().map(|name| name.expose().as_str());
    assert_eq!(claims["name"].as_str(), name);
    let is_ours = |aud: &Value| *aud == AUDIENCE;
    let aud = &claims["aud"];
    assert!(is_ours(aud) || aud.as_array().is_some_and(|all| all.iter().any(is_ours)));
    let now = now().as_millis() as f64 / 1_000.0;
    assert!(
        claims["exp"]
            .as_f64()
            .is_some_and(|expires| expires + 31.0 > now)
    );
    assert!(
        claims["nbf"]
            .as_f64()
            .is_none_or(|begins| begins - 31.0 < now)
    );
}

/// Keys of somebody else accept none of our tokens but with our own keys among them.
fn keys(text: &str) -> Outcome {
    let Ok(set) = serde_json::from_str::<JwkSet>(text) else {
        return Outcome::Refused;
    };
    let Ok(verifier) = TokenVerifier::jwks(&set) else {
        return Outcome::Refused;
    };
    let ours: JwkSet = serde_json::from_str(KEYS).expect("they are keys");
    for token in GENUINE.lines() {
        if verifier.verify(token, now()).is_ok() {
            let is_ours = |key: &jsonwebtoken::jwk::Jwk| {
                ours.keys.iter().any(|our| our.algorithm == key.algorithm)
            };
            assert!(
                set.keys.iter().any(is_ours),
                "only the key that signed it fits"
            );
        }
    }
    Outcome::Taken
}
