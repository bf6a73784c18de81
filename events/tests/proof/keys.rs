//! Keys in the forms in which others write them, and their signatures.

use casefold_events::proof::key::{Algorithm, KeyError, PublicKey, Signature, SignatureError};
use ed25519_dalek::{Signer as _, SigningKey};

fn p256() -> (p256::ecdsa::SigningKey, PublicKey) {
    let secret = p256::ecdsa::SigningKey::from_slice(&[9; 32]).unwrap();
    let point = secret.verifying_key().to_encoded_point(false);
    let spki = "3059301306072a8648ce3d020106082a8648ce3d030107034200";
    let (pairs, _) = spki.as_bytes().as_chunks::<2>();
    let mut der: Vec<u8> = pairs
        .iter()
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect();
    der.extend_from_slice(point.as_bytes());
    (secret, PublicKey::from_der(&der).unwrap())
}

/// The public half of the secret key in RFC 8032, section 7.1, test 1.
const RFC_8032: [u8; 32] = [
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
    0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
];

#[test]
fn a_key_is_written_as_other_tools_write_it() {
    let key = PublicKey::ed25519(&RFC_8032).unwrap();
    // What `openssl pkey -pubout` prints for it.
    let pem = "-----BEGIN PUBLIC KEY-----\n\
               MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n\
               -----END PUBLIC KEY-----\n";
    assert_eq!(key.to_pem(), pem);
    assert_eq!(
        key.to_string(),
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    );
}

#[test]
fn a_key_is_read_in_either_form_and_nothing_else_is_a_key() {
    let (_, p256) = p256();
    let ed25519 = PublicKey::ed25519(&RFC_8032).unwrap();
    assert_eq!(ed25519.algorithm(), Algorithm::Ed25519);
    assert_eq!(p256.algorithm(), Algorithm::EcdsaP256Sha256);
    for key in [p256, ed25519] {
        assert_eq!(key.to_pem().parse(), Ok(key.clone()));
        assert_eq!(key.to_string().parse(), Ok(key.clone()));
        assert_eq!(format!("\n {key}\n").parse(), Ok(key.clone()));
        let cut = &key.to_der()[..40];
        assert_eq!(PublicKey::from_der(cut), Err(KeyError));
        let longer = [key.to_der(), vec![0]].concat();
        assert_eq!(PublicKey::from_der(&longer), Err(KeyError));
    }
    for other in ["", "key", "AAAA", "-----BEGIN PUBLIC KEY-----\nAAAA"] {
        assert_eq!(other.parse::<PublicKey>(), Err(KeyError), "{other}");
    }
}

#[test]
fn a_signature_of_either_kind_holds_for_its_message_and_key_alone() {
    let (secret, p256) = p256();
    let signed: p256::ecdsa::Signature = secret.sign(b"message");
    let by_p256 = Signature::new(signed.to_der().as_bytes().to_vec());
    let secret = SigningKey::from_bytes(&[3; 32]);
    let ed25519 = PublicKey::ed25519(secret.verifying_key().as_bytes()).unwrap();
    let by_ed25519 = Signature::new(secret.sign(b"message").to_bytes().to_vec());
    let unfit = Err(SignatureError::Unfit);

    for (key, own, other) in [
        (&p256, &by_p256, &by_ed25519),
        (&ed25519, &by_ed25519, &by_p256),
    ] {
        assert_eq!(key.verify(b"message", own), Ok(()));
        assert_eq!(key.verify(b"massage", own), unfit);
        assert_eq!(key.verify(b"message", other), unfit);
        assert_eq!(own.to_string().parse(), Ok(own.clone()));
    }
    for other in ["0", "0G", "AB"] {
        assert!(other.parse::<Signature>().is_err(), "{other}");
    }
}
