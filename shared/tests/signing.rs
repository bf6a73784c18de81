//! Signing checkpoints, with either kind of key: what is signed holds for the key's public half.
//!
//! The key of KMS is made on the endpoint that `CASEFOLD_TEST_ENDPOINT` names, an emulator of AWS;
//! without it that test has nothing to try.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use casefold_events::proof::key::{Algorithm, PublicKey, SignatureError};
use casefold_shared::signing::{LocalSigner, Signer};

async fn assert_it_signs(signer: &dyn Signer) {
    let signature = signer.sign(b"message").await.unwrap();
    // As somebody else has the key.
    let key: PublicKey = signer.public_key().to_pem().parse().unwrap();
    assert_eq!(key.verify(b"message", &signature), Ok(()));
    let unfit = Err(SignatureError::Unfit);
    assert_eq!(key.verify(b"massage", &signature), unfit);
}

#[tokio::test]
async fn a_key_of_this_machine_signs() {
    let signer = LocalSigner::new(&[4; 32]).unwrap();
    assert_eq!(signer.public_key().algorithm(), Algorithm::Ed25519);
    assert_it_signs(&signer).await;
    let again = LocalSigner::new(&[4; 32]).unwrap();
    assert_eq!(again.public_key(), signer.public_key());
}

#[cfg(feature = "kms")]
#[tokio::test]
async fn a_key_of_kms_signs() {
    use aws_sdk_kms::types::{KeySpec, KeyUsageType};
    use casefold_shared::config::Config;
    use casefold_shared::dynamodb::sdk_config;
    use casefold_shared::signing::{KmsSigner, SignError};

    let Ok(endpoint) = std::env::var("CASEFOLD_TEST_ENDPOINT") else {
        return;
    };
    let sdk = sdk_config(&Config::for_endpoint(&endpoint, "signing")).await;
    let client = aws_sdk_kms::Client::new(&sdk);
    let create = |spec| {
        let request = client.create_key().key_spec(spec);
        request.key_usage(KeyUsageType::SignVerify).send()
    };
    let made = create(KeySpec::EccNistP256).await.unwrap();
    let id = made.key_metadata.unwrap().key_id;
    let signer = KmsSigner::open(&sdk, &id).await.unwrap();
    assert_eq!(signer.public_key().algorithm(), Algorithm::EcdsaP256Sha256);
    assert_it_signs(&signer).await;

    let other = create(KeySpec::Rsa2048).await.unwrap();
    let other = other.key_metadata.unwrap().key_id;
    let refused = KmsSigner::open(&sdk, &other).await.err();
    assert!(matches!(refused, Some(SignError::Key(_))), "{refused:?}");
    let refused = KmsSigner::open(&sdk, "no-such-key").await.err();
    assert!(
        matches!(refused, Some(SignError::Service(_))),
        "{refused:?}"
    );
}
