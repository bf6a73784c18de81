//! An identity provider: a key pair, its public half over HTTP as API Gateway looks for it, and
//! tokens.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

/// What API Gateway takes.
const BITS: usize = 2048;
const KEY_ID: &str = "of-today";

pub(crate) struct Issuer {
    pub(crate) url: String,
    key: EncodingKey,
    another_key: EncodingKey,
}

impl Issuer {
    /// Serves until the test ends.
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let key = new_key();
        let public = json!({"keys": [{
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": KEY_ID,
            "n": URL_SAFE_NO_PAD.encode(key.n().to_bytes_be()),
            "e": URL_SAFE_NO_PAD.encode(key.e().to_bytes_be()),
        }]});
        let discovery = json!({"issuer": url, "jwks_uri": format!("{url}/keys")});
        let answer = |value: Value| get(move || async move { Json(value) });
        let app = Router::new()
            .route("/.well-known/openid-configuration", answer(discovery))
            .route("/keys", answer(public));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            url,
            key: encoding(&key),
            another_key: encoding(&new_key()),
        }
    }

    /// A token of a user in a role.
    pub(crate) fn token(&self, user: &str, role: &str) -> String {
        self.signed(&self.key, user, role, "casefold")
    }

    /// One that another key has signed, under this one's name.
    pub(crate) fn forged(&self, user: &str, role: &str) -> String {
        self.signed(&self.another_key, user, role, "casefold")
    }

    /// One that is meant for another service.
    pub(crate) fn for_another_audience(&self, user: &str, role: &str) -> String {
        self.signed(&self.key, user, role, "another")
    }

    fn signed(&self, key: &EncodingKey, user: &str, role: &str, audience: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let claims = json!({
            "iss": self.url,
            "sub": user,
            "role": role,
            "aud": audience,
            "iat": now.as_secs() - 1,
            "exp": now.as_secs() + 3600,
        });
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(KEY_ID.to_owned());
        encode(&header, &claims, key).unwrap()
    }
}

fn new_key() -> RsaPrivateKey {
    RsaPrivateKey::new(&mut rsa::rand_core::OsRng, BITS).unwrap()
}

fn encoding(key: &RsaPrivateKey) -> EncodingKey {
    EncodingKey::from_rsa_der(key.to_pkcs1_der().unwrap().as_bytes())
}
