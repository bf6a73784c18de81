//! The master key as a key of AWS KMS: it never leaves KMS, and every use of it is logged there.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use casefold_events::personal::keys::DataKey;

use super::Reason;
use super::master::MasterKey;
use crate::gateway::StoreError;

/// What a ciphertext of KMS is bound to, beside the name of what it is: it shows in KMS's log.
const PURPOSE: &str = "casefold.court-key.v1";

/// A symmetric key of KMS.
#[derive(Clone, Debug)]
pub struct KmsMaster {
    client: Client,
    key: String,
}

impl KmsMaster {
    /// A key by its id, ARN or alias. An ARN is best: keys of the court are stored with the name
    /// by which the master key is configured, and are opened under that name alone.
    ///
    /// It is reached as everything else is, but for an endpoint that is DynamoDB's own: an
    /// emulator is one for both, and AWS is not.
    pub fn new(sdk: &SdkConfig, key: &str) -> Self {
        Self {
            client: client(sdk),
            key: key.to_owned(),
        }
    }
}

/// KMS as it is reached beside DynamoDB.
pub(crate) fn client(sdk: &SdkConfig) -> Client {
    let mut config = aws_sdk_kms::config::Builder::from(sdk);
    if sdk
        .endpoint_url()
        .is_some_and(|url| url.contains("dynamodb"))
    {
        config.set_endpoint_url(None);
    }
    Client::from_conf(config.build())
}

#[async_trait]
impl MasterKey for KmsMaster {
    async fn name(&self) -> Result<String, StoreError> {
        Ok(format!("kms:{}", self.key))
    }

    async fn wrap(&self, of: &str, key: &DataKey) -> Result<Vec<u8>, StoreError> {
        let encrypted = self
            .client
            .encrypt()
            .key_id(&self.key)
            .encryption_context("purpose", PURPOSE)
            .encryption_context("of", of)
            .plaintext(Blob::new(key.expose()))
            .send()
            .await
            .map_err(kms_error)?;
        let blob = encrypted.ciphertext_blob;
        blob.map(Blob::into_inner)
            .ok_or_else(|| StoreError::Unavailable(Reason("KMS gave no ciphertext").into()))
    }

    async fn unwrap(&self, of: &str, wrapped: &[u8]) -> Result<DataKey, StoreError> {
        let decrypted = self
            .client
            .decrypt()
            .key_id(&self.key)
            .encryption_context("purpose", PURPOSE)
            .encryption_context("of", of)
            .ciphertext_blob(Blob::new(wrapped))
            .send()
            .await
            .map_err(kms_error)?;
        let plain = zeroize::Zeroizing::new(
            decrypted
                .plaintext
                .map(Blob::into_inner)
                .unwrap_or_default(),
        );
        let bytes = plain.as_slice().try_into();
        bytes.map(DataKey::of).map_err(|_| StoreError::Corrupt {
            at: of.to_owned(),
            problem: "it is no key of 32 bytes".to_owned(),
        })
    }
}

fn kms_error<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let code = error
        .as_service_error()
        .map(|error| error.code().unwrap_or("an unnamed error").to_owned());
    match code.as_deref() {
        Some("ThrottlingException" | "LimitExceededException") => {
            StoreError::Throttled(error.into())
        }
        Some("DependencyTimeoutException" | "KMSInternalException" | "KeyUnavailableException")
        | None => StoreError::Unavailable(error.into()),
        Some(code) => {
            StoreError::Refused(format!("KMS refuses the master key: {code}"), error.into())
        }
    }
}
