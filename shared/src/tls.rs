//! What of TLS is spoken with AWS: versions 1.2 and 1.3, AES-GCM, the curves P-256 and P-384, and
//! certificates of RSA or of those curves.
//!
//! Every endpoint of AWS takes these, those with FIPS in their names take little else, and each
//! processor of AWS's carries out AES by itself. What rustls would offer besides (X25519,
//! ChaCha20, Ed25519, client certificates) would never be used, and takes its place in each deployed
//! program all the same, much of it tables that can't be compressed.

use std::sync::Arc;

use rustls::SignatureScheme;
use rustls::crypto::ring::{cipher_suite, kx_group};
use rustls::crypto::{
    CryptoProvider, GetRandomFailed, KeyProvider, SecureRandom, WebPkiSupportedAlgorithms,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;
use webpki::ring as webpki_ring;

/// The algorithms.
pub(crate) fn provider() -> CryptoProvider {
    CryptoProvider {
        cipher_suites: vec![
            cipher_suite::TLS13_AES_256_GCM_SHA384,
            cipher_suite::TLS13_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            cipher_suite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        ],
        kx_groups: vec![kx_group::SECP256R1, kx_group::SECP384R1],
        signature_verification_algorithms: SIGNATURES,
        secure_random: &Machine,
        key_provider: &Machine,
    }
}

/// Which signatures are taken, and what each scheme's name stands for: in TLS 1.2 that of ECDSA
/// names no curve.
static SIGNATURES: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[
        webpki_ring::ECDSA_P256_SHA256,
        webpki_ring::ECDSA_P256_SHA384,
        webpki_ring::ECDSA_P384_SHA256,
        webpki_ring::ECDSA_P384_SHA384,
        webpki_ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
        webpki_ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
        webpki_ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
        webpki_ring::RSA_PKCS1_2048_8192_SHA256,
        webpki_ring::RSA_PKCS1_2048_8192_SHA384,
        webpki_ring::RSA_PKCS1_2048_8192_SHA512,
    ],
    mapping: &[
        (
            SignatureScheme::ECDSA_NISTP384_SHA384,
            &[
                webpki_ring::ECDSA_P384_SHA384,
                webpki_ring::ECDSA_P256_SHA384,
            ],
        ),
        (
            SignatureScheme::ECDSA_NISTP256_SHA256,
            &[
                webpki_ring::ECDSA_P256_SHA256,
                webpki_ring::ECDSA_P384_SHA256,
            ],
        ),
        (
            SignatureScheme::RSA_PSS_SHA512,
            &[webpki_ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PSS_SHA384,
            &[webpki_ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PSS_SHA256,
            &[webpki_ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA512,
            &[webpki_ring::RSA_PKCS1_2048_8192_SHA512],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA384,
            &[webpki_ring::RSA_PKCS1_2048_8192_SHA384],
        ),
        (
            SignatureScheme::RSA_PKCS1_SHA256,
            &[webpki_ring::RSA_PKCS1_2048_8192_SHA256],
        ),
    ],
};

/// The machine's randomness, and nobody's private keys: AWS asks for no client certificate.
#[derive(Debug)]
struct Machine;

impl SecureRandom for Machine {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), GetRandomFailed> {
        getrandom::fill(bytes).map_err(|_| GetRandomFailed)
    }
}

impl KeyProvider for Machine {
    fn load_private_key(
        &self,
        _: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General(
            "client certificates are not used".to_owned(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384};
    use rsa::RsaPrivateKey;
    use rsa::pkcs8::EncodePrivateKey;
    use rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
    use rustls::version::{TLS12, TLS13};
    use rustls::{
        ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, ServerConfig,
        ServerConnection, SupportedProtocolVersion,
    };

    use super::*;

    const HOST: &str = "dynamodb.us-gov-west-1.amazonaws.com";

    /// A client that trusts a server, and the server, which knows all that rustls knows.
    fn ends(
        key: &KeyPair,
        version: &'static SupportedProtocolVersion,
    ) -> (ClientConnection, ServerConnection) {
        let certificate = CertificateParams::new(vec![HOST.to_owned()]).unwrap();
        let certificate = certificate.self_signed(key).unwrap().der().clone();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let everything = Arc::new(rustls::crypto::ring::default_provider());
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let server = ServerConfig::builder_with_provider(everything)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.into())
            .unwrap();
        let name = ServerName::try_from(HOST).unwrap();
        (
            ClientConnection::new(Arc::new(client), name).unwrap(),
            ServerConnection::new(Arc::new(server)).unwrap(),
        )
    }

    /// Shakes hands, and says which version is spoken.
    fn shaken(
        (mut client, mut server): (ClientConnection, ServerConnection),
    ) -> Result<Option<ProtocolVersion>, rustls::Error> {
        while client.is_handshaking() || server.is_handshaking() {
            let mut bytes = Vec::new();
            client.write_tls(&mut bytes).unwrap();
            server.read_tls(&mut bytes.as_slice()).unwrap();
            server.process_new_packets()?;
            let mut bytes = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut bytes).unwrap();
            }
            client.read_tls(&mut bytes.as_slice()).unwrap();
            client.process_new_packets()?;
        }
        Ok(client.protocol_version())
    }

    fn keys() -> Vec<KeyPair> {
        let rsa = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2_048).unwrap();
        let rsa = rsa.to_pkcs8_der().unwrap();
        vec![
            KeyPair::try_from(rsa.as_bytes()).unwrap(),
            KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap(),
            KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap(),
        ]
    }

    #[test]
    fn a_server_with_a_certificate_of_any_kind_that_aws_has_is_spoken_to() {
        for key in keys() {
            for version in [&TLS12, &TLS13] {
                let spoken = shaken(ends(&key, version));
                assert_eq!(spoken, Ok(Some(version.version)), "{:?}", key.algorithm());
            }
        }
    }

    #[test]
    fn a_server_whom_nobody_has_said_to_trust_is_not() {
        let keys = keys();
        let (client, _) = ends(&keys[1], &TLS13);
        let (_, stranger) = ends(&keys[2], &TLS13);
        let refused = shaken((client, stranger)).unwrap_err();
        assert!(
            matches!(refused, rustls::Error::InvalidCertificate(_)),
            "{refused}"
        );
    }
}
