//! Signing checkpoints: with a key of this machine, or with one that AWS KMS keeps.
//!
//! Checking a signature needs neither: see [`casefold_events::proof::key`].

#[cfg(feature = "kms")]
mod kms;

use async_trait::async_trait;
use casefold_events::proof::key::{KeyError, PublicKey, Signature};
use ed25519_dalek::{Signer as _, SigningKey};

#[cfg(feature = "kms")]
pub use self::kms::KmsSigner;

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
