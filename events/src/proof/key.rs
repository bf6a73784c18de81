//! Public keys, and checking a signature.
//!
//! A key is read and written as any other tool does: PEM, or the base64 of it in one line.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use p256::ecdsa::signature::Verifier as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::commit::Digest;

/// How a checkpoint is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032): on one machine.
    Ed25519,
    /// ECDSA over P-256 with SHA-256, the signature in DER: by AWS KMS (`ECC_NIST_P256`).
    EcdsaP256Sha256,
}

impl Algorithm {
    /// The algorithm's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::EcdsaP256Sha256 => "EcdsaP256Sha256",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that names no algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an algorithm is Ed25519 or EcdsaP256Sha256")]
pub struct AlgorithmError;

impl FromStr for Algorithm {
    type Err = AlgorithmError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Ed25519, Self::EcdsaP256Sha256]
            .into_iter()
            .find(|algorithm| algorithm.as_str() == text)
            .ok_or(AlgorithmError)
    }
}

/// What stands before an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410), and before an
/// uncompressed point of P-256 (RFC 5480).
const ED25519_SPKI: [u8; 12] = [48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0];
const P256_SPKI: [u8; 26] = [
    48, 89, 48, 19, 6, 7, 42, 134, 72, 206, 61, 2, 1, 6, 8, 42, 134, 72, 206, 61, 3, 1, 7, 3, 66, 0,
];

const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";

/// A key that signatures are checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Ed25519(ed25519_dalek::VerifyingKey),
    P256(p256::ecdsa::VerifyingKey),
}

/// What is no public key that this build can use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a public key is an Ed25519 or P-256 key in PEM (-----BEGIN PUBLIC KEY-----), or the base64 \
     of it in one line, as `casefold checkpoint-key` prints it"
)]
pub struct KeyError;

/// Why a signature doesn't hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// It names another key.
    #[error("it says that it is signed with another key, {0}")]
    OtherKey(Digest),
    /// The signature was not made with the key, over this content.
    #[error("the signature does not fit the content and the key")]
    Unfit,
}

impl PublicKey {
    /// An Ed25519 key from its 32 bytes.
    ///
    /// # Errors
    /// [`KeyError`] where the bytes are no key.
    pub fn ed25519(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError)?;
        Ok(Self(Kind::Ed25519(key)))
    }

    /// A key from its SubjectPublicKeyInfo in DER, as KMS gives it.
    ///
    /// # Errors
    /// [`KeyError`] where that is of no kind that this build knows.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        if let Some(key) = der.strip_prefix(&ED25519_SPKI) {
            return Self::ed25519(key.try_into().map_err(|_| KeyError)?);
        }
        let point = der.strip_prefix(&P256_SPKI).ok_or(KeyError)?;
        // An uncompressed point, so that a key has one form.
        if point.len() != 65 {
            return Err(KeyError);
        }
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyError)?;
        Ok(Self(Kind::P256(key)))
    }

    /// The key's SubjectPublicKeyInfo in DER.
    pub fn to_der(&self) -> Vec<u8> {
        match &self.0 {
            Kind::Ed25519(key) => [&ED25519_SPKI[..], key.as_bytes()].concat(),
            Kind::P256(key) => [&P256_SPKI[..], key.to_encoded_point(false).as_bytes()].concat(),
        }
    }

    /// The key in PEM.
    pub fn to_pem(&self) -> String {
        let text = BASE64.encode(self.to_der());
        let mut pem = format!("{PEM_BEGIN}\n");
        for line in text.as_bytes().chunks(64) {
            pem.extend(line.iter().copied().map(char::from));
            pem.push('\n');
        }
        pem + PEM_END + "\n"
    }

    /// What the key is called: SHA-256 over its DER.
    pub fn id(&self) -> Digest {
        Digest::of(&self.to_der())
    }

    /// The algorithm of its signatures.
    pub const fn algorithm(&self) -> Algorithm {
        match self.0 {
            Kind::Ed25519(_) => Algorithm::Ed25519,
            Kind::P256(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    /// Checks that a message was signed with this key.
    ///
    /// # Errors
    /// [`SignatureError::Unfit`] where it wasn't.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let unfit = |_| SignatureError::Unfit;
        match &self.0 {
            Kind::Ed25519(key) => {
                let signature =
                    ed25519_dalek::Signature::from_slice(&signature.0).map_err(unfit)?;
                key.verify_strict(message, &signature).map_err(unfit)
            }
            Kind::P256(key) => {
                let signature = p256::ecdsa::Signature::from_der(&signature.0).map_err(unfit)?;
                key.verify(message, &signature).map_err(unfit)
            }
        }
    }
}

/// The base64 of the DER in one line.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.to_der()))
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let body = match text.strip_prefix(PEM_BEGIN) {
            Some(rest) => rest.strip_suffix(PEM_END).ok_or(KeyError)?,
            None => text,
        };
        let body: String = body.split_whitespace().collect();
        Self::from_der(&BASE64.decode(body).map_err(|_| KeyError)?)
    }
}

/// A signature, written in lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature(Vec<u8>);

impl Signature {
    /// A signature from its bytes.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is no signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signature is an even number of lower-case hexadecimal digits")]
pub struct SignatureTextError;

impl FromStr for Signature {
    type Err = SignatureTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let nibble = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(SignatureTextError),
        };
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if !rest.is_empty() {
            return Err(SignatureTextError);
        }
        let bytes = pairs
            .iter()
            .map(|pair| Ok(nibble(pair[0])? << 4 | nibble(pair[1])?));
        bytes.collect::<Result<_, _>>().map(Self)
    }
}

impl Serialize for Signature {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer)
    }
}
