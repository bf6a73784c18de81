//! Signing by AWS KMS: the secret key never leaves it.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_kms::Client;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use casefold_events::proof::key::{KeyError, PublicKey, Signature};

use super::{SignError, Signer};

/// Signs with a key of KMS: `ECC_NIST_P256`, for signing and verifying.
pub struct KmsSigner {
    client: Client,
    key_id: String,
    public: PublicKey,
}

impl KmsSigner {
    /// A signer with the key of an id, an ARN or an alias.
    ///
    /// # Errors
    /// [`SignError`] where KMS doesn't give the key's public half, or it is of another kind.
    pub async fn open(sdk: &SdkConfig, key_id: &str) -> Result<Self, SignError> {
        let client = crate::keys::kms::client(sdk);
        let asked = client.get_public_key().key_id(key_id).send().await;
        let der = asked.map_err(service)?.public_key;
        let der = der.ok_or(SignError::Key(KeyError))?;
        Ok(Self {
            client,
            key_id: key_id.to_owned(),
            public: PublicKey::from_der(der.as_ref())?,
        })
    }
}

#[async_trait]
impl Signer for KmsSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        let signed = self
            .client
            .sign()
            .key_id(&self.key_id)
            .message(Blob::new(message))
            .message_type(MessageType::Raw)
            .signing_algorithm(SigningAlgorithmSpec::EcdsaSha256)
            .send()
            .await
            .map_err(service)?;
        let signature = signed.signature.ok_or(SignError::Key(KeyError))?;
        Ok(Signature::new(signature.into_inner()))
    }
}

fn service(error: impl std::error::Error + Send + Sync + 'static) -> SignError {
    SignError::Service(error.into())
}
