use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;

const SECRET: &[u8] = b"a secret of thirty-two bytes, ok";

/// A public RSA key, and a token that its private half, which nobody has any more, signed
/// for a judge: valid to the year 2100.
const RSA_MODULUS: &str = "oK5AbBBktfCr5Fomd7CXT84CmyWItTteIDy0OXiYm3HAdfEWakwpC3XM-QjJsxNyLjiCwSoNwg14F1iSnQaawxN0WVGTloLxG66-vjji6qNbLifMIp_LJvldhIGItrRX1DnVZmGbLpdvhO6sQozfjv2_Qf8M2je1aElZw-60_8VXsvj9GMOGgVM-_7OGGb1LKmNboxJS0jwCPYH0QTC2r7HtDcjpzax9FUJWqk3LgHGL6k0NFtLm12F8vrOosyhaA0vUAv2nFe79balinMPCDsP2xpzfBRintRETvtJ7Muq5v4lnnghZZjys9SEohiz68NUz_rrZuv_XH1x4LhnEnw";
const RSA_TOKEN: &str = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImNvdXJ0LTEifQ.eyJzdWIiOiJ1LWp1ZGdlIiwicm9sZSI6Imp1ZGdlIiwiYXVkIjoiY2FzZWZvbGQiLCJleHAiOjQxMDI0NDQ4MDB9.JmYzY1SY9Y5msp_Eg6PIZuPvN0rfU-9e0WFxPgYgGzC-FQYU9lv6Fx19taBKmx0PLHOp6tkXLeWu4uTdElr4rTKfwR4HeLy4DUmuEwe3QxcyBHlK59U2tFi3nBEGJNzMVXhkw-2dfo2eEN8D2wqUuL7GpNq5zUvXWpkykplPBPUUiNvayu6tLrfSBD08kIg10CJ_WHABcHbHKwiM3bPdo3TBU_iCmQW0ZtW9GRCT-_99Yrj9W2Ta0jNCB-eZWASjQVSzIjvtD0U1OjAA6BXI0ZRdp9MKAoJInc_B7PxFDIITCUKTbaDdhY23-j05PAXMVLNDNUcWB1teWy-750d5OA";

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn in_seconds(seconds: i64) -> i64 {
    now().as_millis() / 1_000 + seconds
}

fn claims() -> Value {
    json!({"sub": "u-clerk", "role": "docketclerk", "aud": "casefold", "exp": in_seconds(60)})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

fn signed(claims: &Value) -> String {
    encode(
        &Header::new(Algorithm::HS256),
        claims,
        &EncodingKey::from_secret(SECRET),
    )
    .unwrap()
}

fn verified(claims: &Value) -> Result<Actor, TokenError> {
    TokenVerifier::hs256(SECRET)
        .unwrap()
        .verify(&signed(claims), now())
}

/// PKCS #8 of an Ed25519 key with this seed (RFC 8410).
fn ed25519(seed: u8) -> EncodingKey {
    let mut der = vec![
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    der.extend([seed; 32]);
    EncodingKey::from_ed_der(&der)
}

/// PKCS #8 of a P-256 key with this scalar (RFC 5915).
fn p256(scalar: u8) -> EncodingKey {
    let mut der = vec![
        0x30, 0x41, 2, 1, 0, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a,
        0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 4, 0x27, 0x30, 0x25, 2, 1, 1, 4, 0x20,
    ];
    der.extend([scalar; 32]);
    EncodingKey::from_ec_der(&der)
}

fn public(key: &EncodingKey, algorithm: Algorithm, id: &str) -> Jwk {
    let mut jwk = Jwk::from_encoding_key(key, algorithm).unwrap();
    jwk.common.key_id = Some(id.to_owned());
    jwk
}

fn signed_by(key: &EncodingKey, algorithm: Algorithm, id: &str) -> String {
    let header = Header {
        kid: Some(id.to_owned()),
        ..Header::new(algorithm)
    };
    encode(&header, &claims(), key).unwrap()
}

fn rsa_key() -> Jwk {
    let jwk = json!({"kty": "RSA", "kid": "court-1", "n": RSA_MODULUS, "e": "AQAB"});
    serde_json::from_value(jwk).unwrap()
}

#[test]
fn a_token_says_who_calls() {
    let actor = verified(&with("name", json!("Ines Brandt"))).unwrap();
    assert_eq!(actor.user_id.as_str(), "u-clerk");
    assert_eq!(actor.role, Role::DocketClerk);
    assert_eq!(actor.name, Some(Personal::from("Ines Brandt")));
    assert_eq!(verified(&claims()).unwrap().name, None);
}

#[test]
fn a_minted_token_is_accepted_for_its_time_and_no_longer() {
    let minter = TokenMinter::hs256(SECRET).unwrap();
    let user = UserId::new("u-1").unwrap();
    let ttl = std::time::Duration::from_secs(60);
    let token = minter
        .mint(&user, Role::Petitioner, Some("A. Lindholm"), now(), ttl)
        .unwrap();
    let verifier = TokenVerifier::hs256(SECRET).unwrap();
    let actor = verifier.verify(&token, now()).unwrap();
    assert_eq!((actor.user_id, actor.role), (user, Role::Petitioner));
    let later = Timestamp::from_millis(now().as_millis() + 90_000);
    assert_eq!(verifier.verify(&token, later), Err(TokenError::Expired));
}

#[test]
fn times_are_kept_with_thirty_seconds_for_clocks_that_differ() {
    assert!(verified(&with("exp", json!(in_seconds(-29)))).is_ok());
    assert_eq!(
        verified(&with("exp", json!(in_seconds(-30)))),
        Err(TokenError::Expired)
    );
    assert!(verified(&with("nbf", json!(in_seconds(30)))).is_ok());
    assert_eq!(
        verified(&with("nbf", json!(in_seconds(31)))),
        Err(TokenError::NotYetValid)
    );
    assert!(verified(&with("exp", json!(in_seconds(0) as f64 + 0.5))).is_ok());
}

#[test]
fn a_claim_that_is_missing_or_unreadable_is_named() {
    for (claims, name) in [
        (without("exp"), "exp"),
        (without("sub"), "sub"),
        (without("role"), "role"),
        (with("exp", json!("tomorrow")), "exp"),
        (with("nbf", json!("yesterday")), "nbf"),
        (with("sub", json!("two words")), "sub"),
        (with("role", json!("emperor")), "role"),
        (with("role", json!(["judge"])), "role"),
        (with("name", json!(7)), "name"),
    ] {
        assert_eq!(
            verified(&claims),
            Err(TokenError::BadClaim(name)),
            "{claims}"
        );
    }
}

#[test]
fn a_token_for_another_service_is_refused() {
    let elsewhere = Err(TokenError::WrongAudience);
    assert_eq!(verified(&with("aud", json!("payroll"))), elsewhere);
    assert_eq!(verified(&without("aud")), elsewhere);
    assert!(verified(&with("aud", json!(["payroll", "casefold"]))).is_ok());
    let other = TokenVerifier::hs256(SECRET)
        .unwrap()
        .for_audience("casefold-test");
    assert_eq!(other.verify(&signed(&claims()), now()), elsewhere);
}

#[test]
fn a_configured_issuer_is_the_only_one() {
    let verifier = TokenVerifier::hs256(SECRET)
        .unwrap()
        .issued_by("https://id.court.example");
    let verify = |claims: &Value| verifier.verify(&signed(claims), now());
    assert!(verify(&with("iss", json!("https://id.court.example"))).is_ok());
    assert_eq!(
        verify(&with("iss", json!("https://evil.example"))),
        Err(TokenError::WrongIssuer)
    );
    assert_eq!(verify(&claims()), Err(TokenError::WrongIssuer));
}

#[test]
fn a_token_that_must_be_understood_in_more_than_is_known_here_is_refused() {
    for critical in [vec!["exp"], vec!["b64"], vec![]] {
        let header = Header {
            crit: Some(critical.into_iter().map(str::to_owned).collect()),
            ..Header::new(Algorithm::HS256)
        };
        let token = encode(&header, &claims(), &EncodingKey::from_secret(SECRET)).unwrap();
        let verifier = TokenVerifier::hs256(SECRET).unwrap();
        assert_eq!(
            verifier.verify(&token, now()),
            Err(TokenError::CriticalHeader)
        );
    }
}

#[test]
fn an_unsigned_token_is_refused_however_it_says_so() {
    let verifier = TokenVerifier::hs256(SECRET).unwrap();
    let claims = URL_SAFE_NO_PAD.encode(claims().to_string());
    for name in ["none", "None", "NONE", ""] {
        let header = URL_SAFE_NO_PAD.encode(json!({"alg": name, "typ": "JWT"}).to_string());
        for signature in ["", "AAAA"] {
            let token = format!("{header}.{claims}.{signature}");
            assert_eq!(
                verifier.verify(&token, now()),
                Err(TokenError::Malformed),
                "{name}"
            );
        }
    }
}

#[test]
fn a_token_of_another_secret_or_with_changed_claims_is_refused() {
    let other = TokenVerifier::hs256(b"another secret of at least 32 bytes").unwrap();
    assert_eq!(
        other.verify(&signed(&claims()), now()),
        Err(TokenError::BadSignature)
    );
    let token = signed(&claims());
    let mut parts: Vec<&str> = token.split('.').collect();
    let forged = URL_SAFE_NO_PAD.encode(with("role", json!("judge")).to_string());
    parts[1] = &forged;
    let verifier = TokenVerifier::hs256(SECRET).unwrap();
    assert_eq!(
        verifier.verify(&parts.join("."), now()),
        Err(TokenError::BadSignature)
    );
}

#[test]
fn a_key_is_used_with_its_own_algorithm_alone() {
    let hs512 = encode(
        &Header::new(Algorithm::HS512),
        &claims(),
        &EncodingKey::from_secret(SECRET),
    );
    let verifier = TokenVerifier::hs256(SECRET).unwrap();
    assert_eq!(
        verifier.verify(&hs512.unwrap(), now()),
        Err(TokenError::WrongAlgorithm)
    );
    // The old trick: sign with the public key's bytes as if they were a secret.
    let public = URL_SAFE_NO_PAD.decode(RSA_MODULUS).unwrap();
    let confused = signed_by(
        &EncodingKey::from_secret(&public),
        Algorithm::HS256,
        "court-1",
    );
    let verifier = TokenVerifier::jwks(&JwkSet {
        keys: vec![rsa_key()],
    })
    .unwrap();
    assert_eq!(
        verifier.verify(&confused, now()),
        Err(TokenError::WrongAlgorithm)
    );
}

#[test]
fn public_keys_are_found_by_the_id_that_a_token_names() {
    let (ed, ec) = (ed25519(7), p256(7));
    let keys = vec![
        rsa_key(),
        public(&ed, Algorithm::EdDSA, "court-2"),
        public(&ec, Algorithm::ES256, "court-3"),
    ];
    let verifier = TokenVerifier::jwks(&JwkSet { keys }).unwrap();
    let verify = |token: &str| verifier.verify(token, now());
    assert_eq!(verify(RSA_TOKEN).unwrap().role, Role::Judge);
    assert!(verify(&signed_by(&ed, Algorithm::EdDSA, "court-2")).is_ok());
    assert!(verify(&signed_by(&ec, Algorithm::ES256, "court-3")).is_ok());
    let foreign = signed_by(&ed25519(8), Algorithm::EdDSA, "court-2");
    assert_eq!(verify(&foreign), Err(TokenError::BadSignature));
    let swapped = signed_by(&ed, Algorithm::EdDSA, "court-3");
    assert_eq!(verify(&swapped), Err(TokenError::WrongAlgorithm));
    let unknown = signed_by(&ed, Algorithm::EdDSA, "court-9");
    assert_eq!(verify(&unknown), Err(TokenError::UnknownKey));
    let unnamed = encode(&Header::new(Algorithm::EdDSA), &claims(), &ed).unwrap();
    assert_eq!(verify(&unnamed), Err(TokenError::UnknownKey));
}

#[test]
fn a_header_is_read_as_bearer_in_any_case_and_as_nothing_else() {
    let verifier = TokenVerifier::hs256(SECRET).unwrap();
    let token = signed(&claims());
    assert!(
        verifier
            .verify_header(Some(&format!("bearer {token}")), now())
            .is_ok()
    );
    for value in [None, Some(""), Some(token.as_str()), Some("Basic dTpw")] {
        assert_eq!(
            verifier.verify_header(value, now()),
            Err(TokenError::Missing)
        );
    }
    let long = format!("Bearer {}", "x".repeat(20_000));
    assert_eq!(
        verifier.verify_header(Some(&long), now()),
        Err(TokenError::Malformed)
    );
    for garbage in ["Bearer x", "Bearer a.b.c", "Bearer ..", "Bearer "] {
        assert_eq!(
            verifier.verify_header(Some(garbage), now()),
            Err(TokenError::Malformed)
        );
    }
}

#[test]
fn keys_that_would_not_be_safe_are_refused_when_the_process_starts() {
    let set = |keys: Value| {
        let set: JwkSet = serde_json::from_value(json!({"keys": keys})).unwrap();
        TokenVerifier::jwks(&set).unwrap_err()
    };
    assert!(matches!(
        TokenVerifier::hs256(b"short").unwrap_err(),
        KeyError::ShortSecret
    ));
    assert!(matches!(set(json!([])), KeyError::NoKeys));
    let secret = json!([{"kty": "oct", "kid": "s", "k": URL_SAFE_NO_PAD.encode(SECRET)}]);
    assert!(matches!(set(secret), KeyError::Unsupported(0)));
    let rsa = json!({"kty": "RSA", "kid": "a", "n": RSA_MODULUS, "e": "AQAB"});
    assert!(matches!(set(json!([rsa, rsa])), KeyError::KeyId(1)));
    let confused = json!([{"kty": "RSA", "alg": "HS256", "n": RSA_MODULUS, "e": "AQAB"}]);
    assert!(matches!(set(confused), KeyError::Unsupported(0)));
    let encryption = json!([{"kty": "RSA", "use": "enc", "n": RSA_MODULUS, "e": "AQAB"}]);
    assert!(matches!(set(encryption), KeyError::NoKeys));
}

#[test]
fn a_public_key_that_is_none_is_refused_when_the_process_starts_and_not_with_each_token() {
    let short = URL_SAFE_NO_PAD.encode([1; 23]);
    let long = URL_SAFE_NO_PAD.encode([1; 33]);
    let nowhere = URL_SAFE_NO_PAD.encode([2; 32]);
    for key in [
        json!({"kty": "OKP", "crv": "Ed25519", "x": short}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": long}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": "%"}),
        json!({"kty": "EC", "crv": "P-256", "x": nowhere, "y": nowhere}),
        json!({"kty": "EC", "crv": "P-256", "x": short, "y": short}),
    ] {
        let set: JwkSet = serde_json::from_value(json!({ "keys": [key] })).unwrap();
        let refused = TokenVerifier::jwks(&set).unwrap_err();
        assert!(matches!(refused, KeyError::Unreadable(0, _)), "{key}");
    }
}

#[test]
fn neither_verifier_nor_minter_prints_the_secret() {
    let verifier = format!("{:?}", TokenVerifier::hs256(SECRET).unwrap());
    let minter = format!("{:?}", TokenMinter::hs256(SECRET).unwrap());
    for printed in [verifier, minter] {
        assert!(
            !printed.contains("thirty-two") && !printed.contains("97, 32"),
            "{printed}"
        );
    }
}

#[test]
fn what_was_accepted_before_is_accepted_by_the_same_measure_alone_and_in_its_time() {
    let verifier = TokenVerifier::hs256(SECRET).unwrap();
    let token = signed(&with("nbf", json!(in_seconds(0))));
    let at = |seconds: i64| Timestamp::from_millis(now().as_millis() + seconds * 1_000);
    let first = verifier.verify(&token, now()).unwrap();
    assert_eq!(verifier.verify(&token, at(89)).as_ref(), Ok(&first));
    assert_eq!(verifier.verify(&token, at(90)), Err(TokenError::Expired));
    assert_eq!(
        verifier.verify(&token, at(-31)),
        Err(TokenError::NotYetValid)
    );
    assert_eq!(verifier.verify(&token, now()).as_ref(), Ok(&first));

    let elsewhere = verifier.clone().for_audience("payroll");
    let refused = Err(TokenError::WrongAudience);
    assert_eq!(elsewhere.verify(&token, now()), refused);
    let by_another = verifier.clone().issued_by("https://id.court.example");
    assert_eq!(
        by_another.verify(&token, now()),
        Err(TokenError::WrongIssuer)
    );
    // One letter of the signature.
    let mut altered = token.into_bytes();
    let last = altered.last_mut().unwrap();
    *last = if *last == b'A' { b'Q' } else { b'A' };
    let altered = String::from_utf8(altered).unwrap();
    assert!(verifier.verify(&altered, now()).is_err());
}
