//! Callers whose tokens the API gateway has checked: its JWT authorizer hands the claims on
//! with the request, beside what the caller sent.
//!
//! The gateway knows the issuer's keys and changes them by itself, so the function needs none.
//! What a token must say is asked of the claims here as it is of a token: the role, the time,
//! and issuer and audience where they are configured.

use std::collections::HashMap;

use casefold_events::Timestamp;
use serde_json::Value;

use super::{Claims, TokenError};
use crate::decide::Actor;

/// The variables by which keys would be given.
const KEYS: [&str; 2] = ["CASEFOLD_JWKS", "CASEFOLD_JWT_SECRET"];

/// Keys are given to a function, which checks no tokens. It doesn't start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} is set, but the function checks no tokens: the API gateway does, by its JWT authorizer. \
     Take {0} out"
)]
pub(crate) struct TakesNoKeys(&'static str);

/// Checks the claims that the API gateway's JWT authorizer hands on.
///
/// Nobody outside this crate can make one, and within it the shell of Lambda alone does: claims
/// are believed where the gateway has put them, and nowhere else.
#[derive(Clone, Debug)]
pub(crate) struct GatewayClaims {
    issuer: Option<String>,
    audience: Option<String>,
}

impl GatewayClaims {
    /// Reads from variables what is asked of claims beside what the gateway asks:
    /// `CASEFOLD_JWT_ISSUER` and `CASEFOLD_JWT_AUDIENCE`, where they are given.
    ///
    /// # Errors
    /// [`TakesNoKeys`] where somebody expects tokens to be checked here.
    pub(crate) fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, TakesNoKeys> {
        let var = |name| var(name).filter(|value| !value.is_empty());
        if let Some(name) = KEYS.into_iter().find(|name| var(name).is_some()) {
            return Err(TakesNoKeys(name));
        }
        Ok(Self {
            issuer: var("CASEFOLD_JWT_ISSUER"),
            audience: var("CASEFOLD_JWT_AUDIENCE"),
        })
    }

    /// Checks claims and says who they stand for. The gateway gives each as text: a number as
    /// its digits, a list as `[a b]`.
    ///
    /// # Errors
    /// [`TokenError`] says why they are not accepted.
    pub(crate) fn verify(
        &self,
        claims: &HashMap<String, String>,
        now: Timestamp,
    ) -> Result<Actor, TokenError> {
        let claim = |name: &str| claims.get(name).map(String::as_str);
        if let Some(issuer) = &self.issuer
            && claim("iss") != Some(issuer)
        {
            return Err(TokenError::WrongIssuer);
        }
        if let Some(audience) = &self.audience
            && !claim("aud").is_some_and(|said| listed(said).any(|one| one == audience))
        {
            return Err(TokenError::WrongAudience);
        }
        let text = |name| claim(name).map_or(Value::Null, Value::from);
        // What is no number stays text, and is refused as a token's is.
        let number = |name| match claim(name).map(str::parse::<f64>) {
            Some(Ok(number)) => Value::from(number),
            Some(Err(_)) | None => text(name),
        };
        let claims = Claims {
            sub: text("sub"),
            role: text("role"),
            name: text("name"),
            exp: number("exp"),
            nbf: number("nbf"),
        };
        claims.times()?.include(now)?;
        claims.actor()
    }
}

/// The values of a claim that is one, or a list as the gateway writes it.
fn listed(said: &str) -> impl Iterator<Item = &str> {
    let inner = said
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let (one, several) = match inner {
        Some(inner) => (None, Some(inner.split(' '))),
        None => (Some(said), None),
    };
    one.into_iter().chain(several.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use casefold_events::vocabulary::Role;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn claims(other: &[(&str, &str)]) -> HashMap<String, String> {
        let exp = (now().as_millis() / 1_000 + 60).to_string();
        let usual = [
            ("sub", "u-clerk"),
            ("role", "docketclerk"),
            ("name", "Ines Brandt"),
            ("iss", "https://issuer.example"),
            ("aud", "[casefold trial]"),
            ("exp", exp.as_str()),
        ];
        let all = usual.iter().chain(other);
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn verified(
        vars: &[(&str, &str)],
        claims: &HashMap<String, String>,
    ) -> Result<Actor, TokenError> {
        let read = GatewayClaims::from_vars(|name| {
            let found = vars.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        read.unwrap().verify(claims, now())
    }

    const BOTH: [(&str, &str); 2] = [
        ("CASEFOLD_JWT_ISSUER", "https://issuer.example"),
        ("CASEFOLD_JWT_AUDIENCE", "casefold"),
    ];

    #[test]
    fn keys_are_not_taken_and_their_name_is_told() {
        for name in KEYS {
            let read = |value: &str| {
                GatewayClaims::from_vars(|asked| (asked == name).then(|| value.to_owned()))
            };
            assert!(read("").is_ok());
            let told = read("a secret of thirty-two bytes, ok")
                .unwrap_err()
                .to_string();
            assert!(told.contains(name) && !told.contains("thirty"), "{told}");
        }
    }

    #[test]
    fn claims_say_who_calls_as_a_token_does() {
        let actor = verified(&BOTH, &claims(&[])).unwrap();
        assert_eq!(actor.user_id.as_str(), "u-clerk");
        assert_eq!(actor.role, Role::DocketClerk);
        assert_eq!(actor.name.unwrap().into_exposed(), "Ines Brandt");
        assert!(verified(&[], &claims(&[])).is_ok());
        assert!(verified(&BOTH, &claims(&[("aud", "casefold")])).is_ok());
    }

    #[test]
    fn claims_that_a_token_would_be_refused_for_are_refused() {
        let at = |seconds: i64| (now().as_millis() / 1_000 + seconds).to_string();
        for (name, value, code) in [
            ("exp", at(-31), "TOKEN_EXPIRED"),
            ("exp", "soon".to_owned(), "TOKEN_CLAIM_INVALID"),
            ("exp", "NaN".to_owned(), "TOKEN_CLAIM_INVALID"),
            ("nbf", at(31), "TOKEN_NOT_YET_VALID"),
            ("nbf", "later".to_owned(), "TOKEN_CLAIM_INVALID"),
            ("role", "owner".to_owned(), "TOKEN_CLAIM_INVALID"),
            (
                "role",
                "[docketclerk judge]".to_owned(),
                "TOKEN_CLAIM_INVALID",
            ),
            ("sub", String::new(), "TOKEN_CLAIM_INVALID"),
            (
                "iss",
                "https://other.example".to_owned(),
                "TOKEN_ISSUER_REFUSED",
            ),
            ("aud", "[trial other]".to_owned(), "TOKEN_AUDIENCE_REFUSED"),
            ("aud", "casefolded".to_owned(), "TOKEN_AUDIENCE_REFUSED"),
        ] {
            let refused = verified(&BOTH, &claims(&[(name, &value)])).unwrap_err();
            assert_eq!(refused.code(), code, "{name} {value}");
        }
        for (name, code) in [
            ("exp", "TOKEN_CLAIM_INVALID"),
            ("role", "TOKEN_CLAIM_INVALID"),
            ("sub", "TOKEN_CLAIM_INVALID"),
            ("iss", "TOKEN_ISSUER_REFUSED"),
            ("aud", "TOKEN_AUDIENCE_REFUSED"),
        ] {
            let mut without = claims(&[]);
            without.remove(name).unwrap();
            assert_eq!(
                verified(&BOTH, &without).unwrap_err().code(),
                code,
                "{name}"
            );
        }
    }
}
