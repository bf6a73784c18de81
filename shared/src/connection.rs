//! Connections to the endpoint, and to AWS's other services: HTTP/1.1, with TLS by rustls where
//! an address says https.
//!
//! The SDK's own client brings HTTP/2 along, which nothing that is called here speaks; it was a
//! tenth of a deployed program. What the SDK asks of a client beside requests is kept: a
//! connection on which something went wrong that may pass is not used again.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{
    CaptureConnection, HttpConnector as Tcp, capture_connection,
};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use tokio::sync::OnceCell;

use crate::tls;

/// Connections that are kept and used again. There is one kind, for whatever is sent: each kind would
/// be a program of its own within the program.
pub(crate) type Connections = Client<HttpsConnector<Tcp>, SdkBody>;

/// Connecting takes a round trip or two; what takes longer is not there.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// The SDK's connections to an endpoint.
pub(crate) fn shared(way: Way) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Connector(Lazy::new(way)));
    http_client_fn(move |_, _| connector.clone())
}

/// Whether TLS is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Never: nobody is trusted.
    Plain,
    /// Where an address says https. Whom to trust is what the machine says.
    Secure,
}

/// Connections that are made with the first request: whom to trust takes milliseconds to read.
#[derive(Clone, Debug)]
pub(crate) struct Lazy {
    way: Way,
    made: Arc<OnceCell<Connections>>,
}

impl Lazy {
    pub(crate) fn new(way: Way) -> Self {
        Self {
            way,
            made: Arc::default(),
        }
    }

    /// The connections.
    ///
    /// # Errors
    /// Where whom to trust can't be read.
    pub(crate) async fn made(&self) -> std::io::Result<&Connections> {
        self.made.get_or_try_init(async || self.make()).await
    }

    fn make(&self) -> std::io::Result<Connections> {
        let mut tcp = Tcp::new();
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        tcp.enforce_http(false);
        let provider = Arc::new(tls::provider());
        let tls = HttpsConnectorBuilder::new();
        let tls = match self.way {
            Way::Secure => tls.with_provider_and_native_roots(provider)?,
            Way::Plain => {
                let config = ClientConfig::builder_with_provider(provider)
                    .with_safe_default_protocol_versions()
                    .map_err(std::io::Error::other)?;
                let nobody = config.with_root_certificates(RootCertStore::empty());
                tls.with_tls_config(nobody.with_no_client_auth())
            }
        };
        let connector = tls.https_or_http().enable_http1().wrap_connector(tcp);
        Ok(Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(connector))
    }
}

#[derive(Debug)]
struct Connector(Lazy);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let lazy = self.0.clone();
        HttpConnectorFuture::new(async move {
            let connections = lazy.made().await;
            let connections = connections.map_err(|error| ConnectorError::user(error.into()))?;
            send(connections, request).await
        })
    }
}

async fn send(client: &Connections, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
    let mut request = request
        .try_into_http1x()
        .map_err(|error| ConnectorError::user(error.into()))?;
    let connection = capture_connection(&mut request);
    if let Some(asked) = request.extensions().get::<CaptureSmithyConnection>() {
        asked.set_connection_retriever(move || metadata(&connection));
    }
    // Whatever fails on the way may pass, and the SDK tries again as often as it is told to.
    let response = client
        .request(request)
        .await
        .map_err(|error| ConnectorError::io(error.into()))?;
    HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
        .map_err(|error| ConnectorError::other(error.into(), None))
}

/// By which the SDK has a connection not used again.
fn metadata(connection: &CaptureConnection) -> Option<ConnectionMetadata> {
    connection.connection_metadata().as_ref()?;
    let connection = connection.clone();
    let no_more = move || {
        if let Some(connected) = connection.connection_metadata().as_ref() {
            connected.poison();
        }
    };
    Some(
        ConnectionMetadata::builder()
            .proxied(false)
            .poison_fn(no_more)
            .build(),
    )
}
