//! Connections to the endpoint, and to AWS's other services: HTTP/1.1, with TLS by rustls where
//! an address says https.
//!
//! The SDK's own client brings HTTP/2 along, which nothing that is called here speaks; it was a
//! tenth of a deployed program. What the SDK asks of a client beside requests is kept: a
//! connection on which something went wrong that may pass is not used again.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_sdk_dynamodb::config::http::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{
    CaptureConnection, Connect, HttpConnector as Tcp, capture_connection,
};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::OnceCell;

/// Connections without TLS, kept and used again.
pub(super) fn plain(connect_timeout: Duration) -> SharedHttpClient {
    shared(Plain(client(tcp(connect_timeout))))
}

/// Connections with TLS, kept and used again. Whom to trust is what the machine says; it takes
/// milliseconds to read, which the first request does.
pub(super) fn secure(connect_timeout: Duration) -> SharedHttpClient {
    shared(Secure {
        connect_timeout,
        made: Arc::default(),
    })
}

fn shared(connector: impl HttpConnector + 'static) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(connector);
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Plain(Client<Tcp, SdkBody>);

impl HttpConnector for Plain {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.0.clone();
        HttpConnectorFuture::new(async move { send(&client, request).await })
    }
}

#[derive(Debug)]
struct Secure {
    connect_timeout: Duration,
    made: Arc<OnceCell<Client<HttpsConnector<Tcp>, SdkBody>>>,
}

impl HttpConnector for Secure {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (made, connect_timeout) = (self.made.clone(), self.connect_timeout);
        HttpConnectorFuture::new(async move {
            let client = made.get_or_try_init(async || {
                let mut tcp = tcp(connect_timeout);
                tcp.enforce_http(false);
                let roots = HttpsConnectorBuilder::new().with_native_roots()?;
                let connector = roots.https_or_http().enable_http1().wrap_connector(tcp);
                Ok(client(connector))
            });
            let client = client
                .await
                .map_err(|error: std::io::Error| ConnectorError::user(error.into()))?;
            send(client, request).await
        })
    }
}

fn tcp(connect_timeout: Duration) -> Tcp {
    let mut tcp = Tcp::new();
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(connect_timeout));
    tcp
}

fn client<C: Connect + Clone>(connector: C) -> Client<C, SdkBody> {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(connector)
}

async fn send<C>(
    client: &Client<C, SdkBody>,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError>
where
    C: Connect + Clone + Send + Sync + 'static,
{
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
