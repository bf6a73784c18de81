//! Signing checkpoints: with a key of this machine, or with one that AWS KMS keeps.
//!
//! Checking a signature needs neither: see [`casefold_events::proof::key`]. [`open`] opens what a
//! process is configured to sign with.

#[cfg(feature = "kms")]
mod kms;

use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use aws_config::SdkConfig;
use casefold_events::proof::key::{KeyError, PublicKey, Signature};
use ed25519_dalek::{Signer as _, SigningKey};

#[cfg(feature = "kms")]
pub use self::kms::KmsSigner;
use crate::config::CheckpointKey;
use crate::keys::master::refuse_if_others_may_read;

/// Signs with one key.
#[async_trait]
pub trait Signer: Send + Sync {
    /// The key that its signatures are checked against.
    fn public_key(&self) -> &PublicKey;

    /// Signs a message, of at most 4,096 bytes.
    ///
    /// # Errors
    /// [`SignError`] where there is no signature to be had.
    async fn sign(&self, message: &[u8]) -> Result<Signature, SignError>;
}

/// Why something can't be signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key service can't be reached, or refuses. Another try may do.
    #[error("the key service gave no signature; check the key's id and the permission to use it")]
    Service(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The key is of another kind.
    #[error(
        "the key is none that checkpoints are signed with: it must be of ECC_NIST_P256, to sign and verify"
    )]
    Key(#[from] KeyError),
    /// The key's file can't be read, is open to others, or holds no key.
    #[error("the key in {0} can't be used; it is a file of 32 bytes that its owner alone may read")]
    File(String, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// This build has no KMS.
    #[error("this build can't sign with a key of KMS: build it with the feature kms")]
    NoKms,
}

/// Opens what signs.
///
/// # Errors
/// [`SignError`] where the key can't be had.
pub async fn open(key: &CheckpointKey, sdk: &SdkConfig) -> Result<Arc<dyn Signer>, SignError> {
    match key {
        CheckpointKey::Kms(key) => in_kms(sdk, key).await,
        CheckpointKey::File(path) => Ok(Arc::new(LocalSigner::in_file(path)?)),
    }
}

#[cfg(feature = "kms")]
async fn in_kms(sdk: &SdkConfig, key: &str) -> Result<Arc<dyn Signer>, SignError> {
    Ok(Arc::new(KmsSigner::open(sdk, key).await?))
}

#[cfg(not(feature = "kms"))]
async fn in_kms(_: &SdkConfig, _: &str) -> Result<Arc<dyn Signer>, SignError> {
    Err(SignError::NoKms)
}

/// Signs with an Ed25519 key that this process holds.
pub struct LocalSigner {
    key: SigningKey,
    public: PublicKey,
}

impl LocalSigner {
    /// A signer with a secret key.
    ///
    /// # Errors
    /// [`KeyError`] never, as any 32 bytes are a secret key: it comes from reading the public
    /// half back.
    pub fn new(secret: &[u8; 32]) -> Result<Self, KeyError> {
        let key = SigningKey::from_bytes(secret);
        let public = PublicKey::ed25519(key.verifying_key().as_bytes())?;
        Ok(Self { key, public })
    }

    /// A signer with the secret key in a file, which must be there: one that was made here would
    /// be a key that nobody knows.
    ///
    /// # Errors
    /// [`SignError::File`] where it can't be used.
    pub fn in_file(path: &Path) -> Result<Self, SignError> {
        let unusable = |error: Box<dyn std::error::Error + Send + Sync>| {
            SignError::File(path.display().to_string(), error)
        };
        let mut file = std::fs::File::open(path).map_err(|error| unusable(error.into()))?;
        refuse_if_others_may_read(&file, path).map_err(|error| unusable(error.into()))?;
        let mut secret = Vec::new();
        io::Read::read_to_end(&mut file, &mut secret).map_err(|error| unusable(error.into()))?;
        match <[u8; 32]>::try_from(secret.as_slice()) {
            Ok(secret) => Ok(Self::new(&secret)?),
            Err(error) => Err(unusable(error.into())),
        }
    }
}

#[async_trait]
impl Signer for LocalSigner {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignError> {
        Ok(Signature::new(self.key.sign(message).to_bytes().to_vec()))
    }
}
