//! Whose a personal value is, and the keys under which a case's values are encrypted.
//!
//! The cipher is AES-256-GCM-SIV (RFC 8452). Its nonces follow from what is encrypted for which
//! place, so encrypting draws no randomness, and doing it again gives the same text. Keys come
//! in as arguments.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::commit::Digest;
use crate::ids::{ContactId, DocketNumber, UserId};
use crate::time::Timestamp;

/// Whose a personal value of a case is: whose key it is encrypted under.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A contact of the case: petitioner, participant, intervenor.
    Contact(ContactId),
    /// A user, such as counsel.
    User(UserId),
    /// Whoever is named in the case's free texts: caption, titles, notes, who was served.
    Texts,
    /// Whoever is named in the bodies of its commands, of which commits keep a digest.
    Commands,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Contact(id) => write!(f, "contact/{id}"),
            Self::User(id) => write!(f, "user/{id}"),
            Self::Texts => f.write_str("texts"),
            Self::Commands => f.write_str("commands"),
        }
    }
}

/// Text that names no subject, or no key of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a subject is contact/<id>, user/<id>, texts or commands; its key has a number after it")]
pub struct SubjectError;

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            None if text == "texts" => Ok(Self::Texts),
            None if text == "commands" => Ok(Self::Commands),
            Some(("contact", id)) => {
                let id = Uuid::try_parse(id).map_err(|_| SubjectError)?;
                Ok(Self::Contact(ContactId(id)))
            }
            Some(("user", id)) => UserId::new(id).map(Self::User).map_err(|_| SubjectError),
            Some(_) | None => Err(SubjectError),
        }
    }
}

/// Names a key: a subject, and which of its keys, from 1. A subject that was forgotten and is
/// told of anew has another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName {
    /// Whose.
    pub subject: Subject,
    /// Which.
    pub epoch: u32,
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.subject, self.epoch)
    }
}

impl FromStr for KeyName {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (subject, epoch) = text.rsplit_once('/').ok_or(SubjectError)?;
        Ok(Self {
            subject: subject.parse()?,
            epoch: epoch.parse().map_err(|_| SubjectError)?,
        })
    }
}

/// What does not open under a key: one of them was altered, or they don't belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ciphertext doesn't open under the key: one of them was altered")]
pub struct NotAuthentic;

/// A key of 256 bits. It shows itself to nobody who doesn't ask, and is wiped from memory when
/// it is dropped.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DataKey(redacted)")
    }
}

impl DataKey {
    /// A key of these bytes.
    pub fn of(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for whoever keeps or wraps the key.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Encrypts something for one place: `purpose` and `place` are bound to it, and the same
    /// bytes for the same place give the same ciphertext. It is 16 bytes longer.
    pub fn encrypt(&self, purpose: &str, place: &[&[u8]], plain: &[u8]) -> Vec<u8> {
        let bound = bound(purpose, place);
        let payload = Payload {
            msg: plain,
            aad: &bound,
        };
        // It fails on 64 GiB and more alone, which nothing in memory has here.
        self.cipher()
            .encrypt(&nonce(&bound), payload)
            .unwrap_or_default()
    }

    /// Decrypts what was encrypted for the same place under this key.
    ///
    /// # Errors
    /// [`NotAuthentic`] where key, ciphertext or place are others.
    pub fn decrypt(
        &self,
        purpose: &str,
        place: &[&[u8]],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, NotAuthentic> {
        let bound = bound(purpose, place);
        let payload = Payload {
            msg: ciphertext,
            aad: &bound,
        };
        let plain = self.cipher().decrypt(&nonce(&bound), payload);
        plain.map(Zeroizing::new).map_err(|_| NotAuthentic)
    }

    /// A digest that nobody can make, and so nobody can try guesses on, without the key.
    pub fn keyed(&self, digest: Digest) -> Digest {
        // An HMAC takes keys of any length.
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(self.expose()) else {
            return Digest::ZERO;
        };
        mac.update(b"casefold.command.keyed.v1");
        mac.update(digest.as_bytes());
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        bytes.into()
    }

    fn cipher(&self) -> Aes256GcmSiv {
        Aes256GcmSiv::new(self.expose().into())
    }
}

/// What is bound to a ciphertext: each field with its length, so that no two places are one.
fn bound(purpose: &str, place: &[&[u8]]) -> Vec<u8> {
    let fields = || std::iter::once(purpose.as_bytes()).chain(place.iter().copied());
    let mut bound = Vec::with_capacity(fields().map(|field| 8 + field.len()).sum());
    for field in fields() {
        bound.extend((field.len() as u64).to_be_bytes());
        bound.extend_from_slice(field);
    }
    bound
}

/// A place has one value for ever, so a nonce that follows from it is used once. (Were it used
/// twice, this cipher would show that two values are the same, and nothing more.)
fn nonce(bound: &[u8]) -> Nonce {
    let digest = Digest::of_fields("casefold.nonce.v1", [bound]);
    let mut nonce = [0; 12];
    nonce.copy_from_slice(&digest.as_bytes()[..12]);
    nonce.into()
}

/// The keys of a case's subjects, as far as they are there.
#[derive(Clone, Debug)]
pub struct CaseKeys {
    /// The case.
    pub docket_number: DocketNumber,
    /// The keys, each with how it stands.
    pub keys: BTreeMap<KeyName, KeyState>,
}

/// How a key stands.
#[derive(Clone, Debug)]
pub enum KeyState {
    /// New values are encrypted under it.
    Live(DataKey),
    /// It is going to be destroyed: it still opens what was encrypted under it, and nothing new is.
    Retired(DataKey),
    /// It was destroyed, and what was encrypted under it is forgotten.
    Gone {
        /// When.
        at: Timestamp,
    },
    /// It is there, and was altered.
    Damaged,
}

impl CaseKeys {
    /// A case that has no keys yet.
    pub const fn none(docket_number: DocketNumber) -> Self {
        Self {
            docket_number,
            keys: BTreeMap::new(),
        }
    }

    /// All keys of a subject, the oldest first.
    pub fn of(&self, subject: &Subject) -> impl Iterator<Item = (&KeyName, &KeyState)> {
        let key = |epoch| KeyName {
            subject: subject.clone(),
            epoch,
        };
        self.keys.range(key(0)..=key(u32::MAX))
    }

    /// Whether nobody was forgotten here or is about to be: every key is there and in use.
    pub fn are_all_live(&self) -> bool {
        let mut states = self.keys.values();
        states.all(|state| matches!(state, KeyState::Live(_)))
    }

    /// The key under which new values of a subject are encrypted, where it has one.
    pub fn current(&self, subject: &Subject) -> Option<(&KeyName, &DataKey)> {
        match self.of(subject).last() {
            Some((name, KeyState::Live(key))) => Some((name, key)),
            Some((_, KeyState::Retired(_) | KeyState::Gone { .. } | KeyState::Damaged)) | None => {
                None
            }
        }
    }

    /// Whether a commit's digest, recorded at a time, is that of a command. Where the key of
    /// commands was destroyed since, that can't be told any more, and it counts as the same.
    pub fn is_digest_of(&self, recorded: Digest, at: Timestamp, command: Digest) -> bool {
        // Before there were keys, a commit had the digest itself.
        if recorded == command {
            return true;
        }
        self.of(&Subject::Commands).any(|(_, state)| match state {
            KeyState::Live(key) | KeyState::Retired(key) => key.keyed(command) == recorded,
            KeyState::Gone { at: gone } => at <= *gone,
            KeyState::Damaged => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_and_their_keys_are_written_and_read_alike() {
        for text in [
            "contact/0193586e-5a6b-7c80-8000-000000000000",
            "user/irs/7",
            "texts",
            "commands",
        ] {
            let subject: Subject = text.parse().unwrap();
            assert_eq!(subject.to_string(), text);
            let name = format!("{text}/12");
            let read: KeyName = name.parse().unwrap();
            assert_eq!((read.epoch, &read.subject), (12, &subject));
            assert_eq!(read.to_string(), name);
        }
        for text in ["", "contact/Vera", "user/", "texts/1/", "judge/1"] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }

    /// Stored values rest on it: this text is pinned, so that a later build can still open them.
    #[test]
    fn the_cipher_is_pinned() {
        let key = DataKey::of([7; 32]);
        let sealed = key.encrypt("test", &[b"a", b"b"], b"Vera Lindholm");
        let digest = Digest::of(&sealed).to_string();
        assert_eq!(&digest[..16], "2b33a8789498bee5");
        assert_eq!(
            key.decrypt("test", &[b"a", b"b"], &sealed)
                .as_deref()
                .map(Vec::as_slice),
            Ok(b"Vera Lindholm".as_slice())
        );
    }

    #[test]
    fn what_is_bound_to_another_place_does_not_open() {
        let key = DataKey::of([7; 32]);
        let sealed = key.encrypt("test", &[b"ab", b"c"], b"x");
        for (purpose, place) in [("test", [b"a".as_slice(), b"bc"]), ("toast", [b"ab", b"c"])] {
            assert!(key.decrypt(purpose, &place, &sealed).is_err(), "{purpose}");
        }
        let other = DataKey::of([8; 32]);
        assert!(other.decrypt("test", &[b"ab", b"c"], &sealed).is_err());
    }

    #[test]
    fn a_digest_of_a_command_is_known_again_until_its_key_is_destroyed() {
        let at = Timestamp::from_millis;
        let name = KeyName {
            subject: Subject::Commands,
            epoch: 1,
        };
        let key = DataKey::of([9; 32]);
        let (command, other) = (Digest::of(b"command"), Digest::of(b"another"));
        let recorded = key.keyed(command);
        assert_ne!(recorded, command);
        let mut keys = CaseKeys::none("101-26".parse().unwrap());
        keys.keys.insert(name.clone(), KeyState::Live(key));
        assert!(keys.is_digest_of(recorded, at(5), command));
        assert!(!keys.is_digest_of(recorded, at(5), other));
        keys.keys.insert(name, KeyState::Gone { at: at(9) });
        assert!(keys.is_digest_of(recorded, at(5), other));
        assert!(!keys.is_digest_of(recorded, at(10), other));
    }
}
