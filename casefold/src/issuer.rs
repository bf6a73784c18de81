//! The court's identity provider, as far as this process deals with it: where its keys are, and
//! which of its tokens are meant for this service.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, StatusCode, Uri, header};
use casefold_command_api::auth::{
    AUDIENCE, KeySetError, KeySetSource, Pace, PublishedKeys, TokenVerifier,
};
use clap::Args;
use futures::future::BoxFuture;
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// How long the issuer may take for its answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// A key set has a few keys of a few hundred bytes each.
const MOST_BYTES: usize = 256 * 1024;

/// How often tokens of unknown keys have the key set read, at most.
const AT_MOST: Duration = Duration::from_secs(10);

/// Whose tokens are accepted.
#[derive(Clone, Debug, Args)]
pub(crate) struct IssuerArgs {
    /// Accept tokens that the court's identity provider signs: where it publishes its keys, a
    /// JSON Web Key Set at an https address
    ///
    /// The tokens of `casefold token` are not accepted then.
    #[arg(long, env = "CASEFOLD_JWKS_URL", value_name = "URL", value_parser = address)]
    pub jwks_url: Option<Uri>,
    /// How often the keys are read, in seconds: so long a key that was taken away is accepted.
    /// A new key is read when a token names it
    #[arg(
        long,
        env = "CASEFOLD_JWKS_EVERY",
        value_name = "SECONDS",
        default_value_t = 300,
        value_parser = clap::value_parser!(u32).range(1..=86_400),
        requires = "jwks_url"
    )]
    pub jwks_every: u32,
    /// Accept tokens of this issuer alone (`iss`)
    #[arg(
        long,
        env = "CASEFOLD_JWT_ISSUER",
        value_name = "ISSUER",
        requires = "jwks_url"
    )]
    pub jwt_issuer: Option<String>,
    /// Accept tokens for this audience (`aud`)
    #[arg(
        long,
        env = "CASEFOLD_JWT_AUDIENCE",
        value_name = "AUDIENCE",
        default_value = AUDIENCE,
        requires = "jwks_url"
    )]
    pub jwt_audience: String,
}

impl IssuerArgs {
    /// The keys that the issuer publishes, where there is one. They are not read yet.
    ///
    /// # Errors
    /// Where the certificates that this machine trusts can't be read.
    pub(crate) fn keys(&self) -> std::io::Result<Option<Arc<PublishedKeys>>> {
        let Some(url) = &self.jwks_url else {
            return Ok(None);
        };
        let every = Duration::from_secs(self.jwks_every.into());
        let pace = Pace {
            every,
            at_most: AT_MOST.min(every),
        };
        let keys = PublishedKeys::new(IssuerKeys::at(url.clone())?, pace);
        Ok(Some(Arc::new(keys)))
    }

    /// Checks tokens with these keys, as far as they are of this issuer and for this service.
    pub(crate) fn verifier(&self, keys: Arc<PublishedKeys>) -> TokenVerifier {
        let verifier = TokenVerifier::published(keys).for_audience(self.jwt_audience.as_str());
        match &self.jwt_issuer {
            Some(issuer) => verifier.issued_by(issuer.as_str()),
            None => verifier,
        }
    }
}

/// An address that keys may come from. Whoever can alter them on the way can sign anything, so
/// they come by https, or don't leave this machine.
fn address(text: &str) -> Result<Uri, String> {
    let uri: Uri = text.parse().map_err(|_| "it is no address".to_owned())?;
    let host = uri.host().ok_or("it has no host; write https://…")?;
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    match uri.scheme_str() {
        Some("https") => Ok(uri),
        Some("http") if is_here => Ok(uri),
        _ => Err("keys come from an https address, or from this machine by http".to_owned()),
    }
}

/// A key set at an address. Redirections are not followed.
struct IssuerKeys {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    url: Uri,
}

impl fmt::Debug for IssuerKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IssuerKeys").field(&self.url.host()).finish()
    }
}

impl IssuerKeys {
    fn at(url: Uri) -> std::io::Result<Self> {
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()?
            .https_or_http()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self { client, url })
    }

    async fn fetch(&self) -> Result<Vec<u8>, KeySetError> {
        let unreachable = KeySetError::Unreachable;
        let request = Request::get(self.url.clone())
            .header(header::ACCEPT, "application/json")
            .body(Empty::new())
            .map_err(|error| unreachable(error.to_string()))?;
        let answer = self.client.request(request).await;
        let answer = answer.map_err(|error| unreachable(error.to_string()))?;
        if answer.status() != StatusCode::OK {
            return Err(unreachable(format!("it answered {}", answer.status())));
        }
        let body = Limited::new(answer.into_body(), MOST_BYTES).collect().await;
        let body = body.map_err(|error| unreachable(error.to_string()))?;
        Ok(body.to_bytes().to_vec())
    }
}

impl KeySetSource for IssuerKeys {
    fn read(&self) -> BoxFuture<'_, Result<Vec<u8>, KeySetError>> {
        Box::pin(async {
            let answer = tokio::time::timeout(ANSWERS_WITHIN, self.fetch()).await;
            answer.unwrap_or_else(|_| {
                let seconds = ANSWERS_WITHIN.as_secs();
                Err(KeySetError::Unreachable(format!(
                    "no answer within {seconds} s"
                )))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_by_https_or_from_this_machine() {
        for good in [
            "https://id.court.example/.well-known/jwks.json",
            "http://127.0.0.1:8081/keys",
            "http://localhost/keys",
            "http://[::1]:8081/keys",
        ] {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://id.court.example/keys",
            "http://127.0.0.1.court.example/keys",
            "ftp://127.0.0.1/keys",
            "/keys",
            "",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
