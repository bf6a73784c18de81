//! Documents in a bucket of Amazon S3, over the HTTP and TLS of the SDK that is here already.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_types::body::SdkBody;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use casefold_events::Digest;
use http_body_util::BodyExt;
use object_store::aws::{AmazonS3, AmazonS3Builder, AwsCredential, S3CopyIfNotExists};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse,
    HttpResponseBody, HttpService,
};
use object_store::path::Path;
use object_store::signer::{HeaderName, HeaderValue, Method, SignedUrlOptions, Signer};
use object_store::{ClientOptions, CredentialProvider, Error};

use super::{Grants, Manner, ObjectDocuments};
use crate::clock::Clock;
use crate::connection::{Lazy, Way};
use crate::gateway::{BoxError, Grant};

/// How much of a document is in memory while it is written. S3 takes parts from 5 MiB on.
const PART_BYTES: usize = 8 << 20;

/// How long S3 may take to begin an answer, which it does after it has read a part.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// The bucket can't be used.
#[derive(Debug, thiserror::Error)]
pub enum BucketError {
    /// There are no credentials for it.
    #[error("there are no AWS credentials for the documents' bucket")]
    NoCredentials,
    /// No region is named.
    #[error("no AWS region is named for the documents' bucket; set AWS_REGION")]
    NoRegion,
    /// What is said of it can't be used.
    #[error("the documents' bucket can't be used")]
    Unusable(#[source] BoxError),
}

impl ObjectDocuments {
    /// Keeps documents in a bucket that exists, in the region, with the credentials and at
    /// the endpoint of the SDK's configuration.
    ///
    /// The bucket needs a lifecycle rule that ends multipart uploads, and removes what is
    /// under `incoming/`, after a day: what a function that died had begun.
    ///
    /// # Errors
    /// [`BucketError`] says what is missing.
    pub fn in_bucket(
        bucket: &str,
        sdk: &SdkConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BucketError> {
        let credentials = sdk
            .credentials_provider()
            .ok_or(BucketError::NoCredentials)?;
        let region = sdk.region().ok_or(BucketError::NoRegion)?;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(bucket)
            .with_region(region.as_ref())
            .with_credentials(Arc::new(SdkCredentials(credentials)))
            .with_copy_if_not_exists(S3CopyIfNotExists::Multipart)
            .with_http_connector(Connector);
        if let Some(endpoint) = sdk.endpoint_url() {
            builder = builder
                .with_endpoint(endpoint)
                .with_allow_http(endpoint.starts_with("http://"));
        }
        let bucket = builder
            .build()
            .map_err(|error| BucketError::Unusable(error.into()))?;
        let bucket = Arc::new(bucket);
        Ok(Self {
            objects: bucket.clone(),
            grants: Some(bucket),
            clock,
            manner: Manner {
                part_bytes: PART_BYTES,
                small_at_once: true,
            },
        })
    }
}

#[async_trait]
impl Grants for AmazonS3 {
    async fn to_put(
        &self,
        at: &Path,
        sha256: Digest,
        content_type: &str,
        holds: Duration,
    ) -> Result<Grant, Error> {
        // Signed with the address, so that S3 takes nothing but the content of this digest,
        // and writes over nothing. The length can't be signed; the digest is that of one
        // length.
        let headers = [
            ("content-type", content_type.to_owned()),
            ("if-none-match", "*".to_owned()),
            ("x-amz-checksum-sha256", BASE64.encode(sha256.as_bytes())),
        ];
        let mut options = SignedUrlOptions::new();
        for (name, value) in &headers {
            let value = HeaderValue::from_str(value).map_err(|error| Error::Generic {
                store: "S3",
                source: error.into(),
            })?;
            options = options.with_signed_header(HeaderName::from_static(name), value);
        }
        let url = self
            .signed_url_opts(Method::PUT, at, holds, &options)
            .await?;
        Ok(Grant {
            method: "PUT",
            url: url.into(),
            headers: headers.into(),
        })
    }

    async fn to_get(&self, at: &Path, file_name: &str, holds: Duration) -> Result<Grant, Error> {
        let disposition = format!("attachment; filename=\"{file_name}\"");
        let options = SignedUrlOptions::new().with_query([
            ("response-content-disposition", disposition.as_str()),
            ("response-cache-control", "private, no-store"),
        ]);
        let url = self
            .signed_url_opts(Method::GET, at, holds, &options)
            .await?;
        Ok(Grant {
            method: "GET",
            url: url.into(),
            headers: Vec::new(),
        })
    }
}

/// The credentials of the SDK's own chain, which keeps and renews them.
#[derive(Debug)]
struct SdkCredentials(SharedCredentialsProvider);

#[async_trait]
impl CredentialProvider for SdkCredentials {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        let credentials =
            self.0
                .provide_credentials()
                .await
                .map_err(|error| Error::Unauthenticated {
                    path: String::new(),
                    source: error.into(),
                })?;
        Ok(Arc::new(AwsCredential {
            key_id: credentials.access_key_id().to_owned(),
            secret_key: credentials.secret_access_key().to_owned(),
            token: credentials.session_token().map(str::to_owned),
        }))
    }
}

/// Makes the connections.
#[derive(Debug)]
struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        let lazy = Lazy::new(Way::Secure);
        Ok(HttpClient::new(Connection(lazy)))
    }
}

#[derive(Debug)]
struct Connection(Lazy);

#[async_trait]
impl HttpService for Connection {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let connections = self.0.made().await;
        let connections =
            connections.map_err(|error| HttpError::new(HttpErrorKind::Unknown, error))?;
        let request = connections.request(request.map(SdkBody::from_body_1_x));
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, request)
            .await
            .map_err(|late| HttpError::new(HttpErrorKind::Timeout, late))?
            .map_err(|error| {
                let kind = if error.is_connect() {
                    HttpErrorKind::Connect
                } else {
                    HttpErrorKind::Request
                };
                HttpError::new(kind, error)
            })?;
        let (parts, body) = answer.into_parts();
        let body = body.map_err(|error| HttpError::new(HttpErrorKind::Interrupted, error));
        Ok(HttpResponse::from_parts(parts, HttpResponseBody::new(body)))
    }
}

#[cfg(test)]
mod tests {
    use aws_config::{BehaviorVersion, Region};
    use aws_credential_types::Credentials;

    use super::*;
    use crate::clock::SystemClock;
    use crate::gateway::DocumentStore;

    fn bucket() -> ObjectDocuments {
        let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "test");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-gov-west-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        ObjectDocuments::in_bucket("court-documents", &sdk, Arc::new(SystemClock)).unwrap()
    }

    #[tokio::test]
    async fn an_address_for_putting_binds_the_digest_and_writes_over_nothing() {
        let sha256 = Digest::of(b"%PDF-1.7");
        let bucket = bucket();
        let grant = bucket.upload_grant(sha256, "application/pdf", Duration::from_secs(900));
        let grant = grant.await.unwrap().unwrap();
        let address = format!("s3.us-gov-west-1.amazonaws.com/court-documents/documents/{sha256}?");
        assert!(grant.url.contains(&address), "{}", grant.url);
        let signed = "SignedHeaders=content-type%3Bhost%3Bif-none-match%3Bx-amz-checksum-sha256";
        assert!(grant.url.contains(signed), "{}", grant.url);
        assert!(grant.url.contains("X-Amz-Expires=900"), "{}", grant.url);
        let checksum = BASE64.encode(sha256.as_bytes());
        assert!(grant.headers.contains(&("x-amz-checksum-sha256", checksum)));
        assert!(!format!("{grant:?}").contains("Signature"), "{grant:?}");
    }

    #[tokio::test]
    async fn an_address_for_getting_names_the_file_and_keeps_it_out_of_caches() {
        let bucket = bucket();
        let grant = bucket.download_grant("documents/x", "101-26-3.pdf", Duration::from_secs(60));
        let grant = grant.await.unwrap().unwrap();
        assert!(grant.url.contains("101-26-3.pdf"), "{}", grant.url);
        assert!(grant.url.contains("no-store"), "{}", grant.url);
        assert_eq!((grant.method, grant.headers), ("GET", Vec::new()));
    }
}
