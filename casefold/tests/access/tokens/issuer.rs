//! An issuer of tokens: its keys, where it publishes them, and what it signs.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casefold_shared::clock::{Clock, SystemClock};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A key that signs.
#[derive(Clone)]
pub(super) struct SigningKey {
    pub(super) id: &'static str,
    pub(super) algorithm: Algorithm,
    pub(super) key: EncodingKey,
}

impl SigningKey {
    /// An Ed25519 key of this seed: PKCS #8 (RFC 8410).
    pub(super) fn ed25519(id: &'static str, seed: u8) -> Self {
        let mut der = vec![
            0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
        ];
        der.extend([seed; 32]);
        Self {
            id,
            algorithm: Algorithm::EdDSA,
            key: EncodingKey::from_ed_der(&der),
        }
    }

    /// A P-256 key of this scalar: PKCS #8 (RFC 5915).
    pub(super) fn p256(id: &'static str, scalar: u8) -> Self {
        let mut der = vec![
            0x30, 0x41, 2, 1, 0, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a,
            0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 4, 0x27, 0x30, 0x25, 2, 1, 1, 4, 0x20,
        ];
        der.extend([scalar; 32]);
        Self {
            id,
            algorithm: Algorithm::ES256,
            key: EncodingKey::from_ec_der(&der),
        }
    }

    /// A secret.
    pub(super) fn secret(id: &'static str, secret: &[u8]) -> Self {
        Self {
            id,
            algorithm: Algorithm::HS256,
            key: EncodingKey::from_secret(secret),
        }
    }

    /// Its public half, as a key set has it.
    pub(super) fn public(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).unwrap();
        jwk.common.key_id = Some(self.id.to_owned());
        serde_json::to_value(jwk).unwrap()
    }

    /// The header of its tokens.
    pub(super) fn header(&self) -> Value {
        json!({"alg": format!("{:?}", self.algorithm), "typ": "JWT", "kid": self.id})
    }

    /// A token with these texts in it, whatever they are.
    pub(super) fn signed(&self, header: &str, claims: &str) -> String {
        let message = [header, claims]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".");
        let signature = crypto::sign(message.as_bytes(), &self.key, self.algorithm).unwrap();
        format!("{message}.{signature}")
    }

    /// A token with these claims.
    pub(super) fn token(&self, claims: &Value) -> String {
        self.signed(&self.header().to_string(), &claims.to_string())
    }
}

/// Seconds since 1970, so many from now.
pub(super) fn in_seconds(seconds: i64) -> i64 {
    SystemClock.now().as_millis() / 1_000 + seconds
}

/// What an issuer answers when it is asked for its keys.
#[derive(Clone, Debug)]
pub(super) enum Answers {
    Text(String),
    Status(u16),
    /// It sends somebody to where there are other keys.
    Elsewhere(String),
    /// Nothing, for as long as anybody waits.
    Never,
}

impl Answers {
    pub(super) fn keys(keys: &[&SigningKey]) -> Self {
        Self::set(keys.iter().map(|key| key.public()).collect())
    }

    pub(super) fn set(keys: Vec<Value>) -> Self {
        Self::Text(json!({"keys": keys}).to_string())
    }
}

/// An issuer on a port of its own.
pub(super) struct Issuer {
    address: SocketAddr,
    state: Arc<Published>,
    serving: JoinHandle<()>,
}

struct Published {
    answers: Mutex<Answers>,
    asked: AtomicUsize,
}

impl Issuer {
    pub(super) async fn publishing(answers: Answers) -> Self {
        let state = Arc::new(Published {
            answers: Mutex::new(answers),
            asked: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/keys", get(publish))
            .with_state(state.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            state,
            serving,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/keys", self.address)
    }

    pub(super) fn publish(&self, answers: Answers) {
        *self.state.answers.lock().unwrap() = answers;
    }

    /// How often it was asked.
    pub(super) fn asked(&self) -> usize {
        self.state.asked.load(Ordering::SeqCst)
    }

    /// Nobody answers at its address any more.
    pub(super) fn stop(&self) {
        self.serving.abort();
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn publish(State(state): State<Arc<Published>>) -> Response {
    state.asked.fetch_add(1, Ordering::SeqCst);
    let answers = state.answers.lock().unwrap().clone();
    match answers {
        Answers::Text(text) => text.into_response(),
        Answers::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answers::Elsewhere(url) => (StatusCode::FOUND, [("location", url)]).into_response(),
        Answers::Never => std::future::pending().await,
    }
}
