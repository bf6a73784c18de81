//! The commit: what one command did to one case, as one immutable record.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::case::CaseEvent;
use crate::ids::{CommandId, CorrelationId, DocketNumber, UserId, Version};
use crate::personal::Personal;
use crate::personal::source::SourceAddress;
use crate::schema::text_schema;
use crate::stored::{DecodeError, StoredEvent};
use crate::text::with_text;
use crate::time::Timestamp;
use crate::vocabulary::Role;

/// A SHA-256 digest, written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

text_schema!(
    Digest,
    "A SHA-256 digest in hexadecimal digits",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    pattern = "^[0-9a-f]{64}$"
);

impl Digest {
    /// What stands before the first commit of a chain: 32 zero bytes.
    pub const ZERO: Self = Self([0; 32]);

    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of a list of fields, each preceded by its length, so that no two lists of
    /// fields give the same bytes.
    pub fn of_fields<'a>(domain: &str, fields: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = FieldHasher::new(domain);
        fields.into_iter().for_each(|field| hasher.field(field));
        hasher.finish()
    }

    /// The digest's 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Digest {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(self.0) {
            *pair = [byte >> 4, byte & 15].map(|nibble| DIGITS[usize::from(nibble)]);
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is not a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 lower-case hexadecimal digits")]
pub struct DigestError;

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let nibble = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(DigestError),
        };
        let text: &[u8; 64] = text.as_bytes().try_into().map_err(|_| DigestError)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_chunks::<2>().0) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer)
    }
}

struct FieldHasher(Sha256);

impl FieldHasher {
    fn new(domain: &str) -> Self {
        let mut hasher = Self(Sha256::new());
        hasher.field(domain.as_bytes());
        hasher
    }

    fn field(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
    }

    fn text(&mut self, value: impl fmt::Display) {
        with_text(value, |text| self.field(text.as_bytes()));
    }

    fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

/// Names a commit: a case and a version.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "camelCase")]
pub struct CommitRef {
    /// The case.
    pub docket_number: DocketNumber,
    /// The commit's number in it.
    pub version: Version,
}

/// What one command did to one case: its events with who asked for them and when, chained
/// by hash to the commit before. Commits are appended and never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Commit {
    /// What the command did.
    #[serde(flatten)]
    pub draft: DraftCommit,
    /// The hash of the commit before; [`Digest::ZERO`] before the first.
    pub prev_hash: Digest,
    /// The hash of this commit: see [`DraftCommit::seal`].
    pub hash: Digest,
}

/// A commit before it is chained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DraftCommit {
    /// The case.
    pub docket_number: DocketNumber,
    /// The commit's number in its case, and the case's version after it.
    pub version: Version,
    /// What asked for it; a command of one id is carried out once.
    pub command_id: CommandId,
    /// The name of the command, say `ServePetition`.
    pub command: String,
    /// The digest of the command's body and of who sent it: the same id with another
    /// digest is another command, and is refused.
    pub command_digest: Digest,
    /// Who.
    pub actor: UserId,
    /// In which role.
    pub role: Role,
    /// When the court recorded it.
    pub recorded_at: Timestamp,
    /// From when it holds. A correction may hold from earlier than it is recorded.
    pub effective_at: Timestamp,
    /// Ties the commits of one act together.
    pub correlation_id: CorrelationId,
    /// The commit whose events made a policy act, where it was a policy that did.
    pub causation: Option<CommitRef>,
    /// Every commit that was made in one step with this one, in the order of their cases,
    /// this one among them; empty where it was made alone.
    pub committed_with: Vec<CommitRef>,
    /// What happened, in order.
    pub events: Vec<StoredEvent>,
    /// The network address that the command came from, where it is known: as it is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceAddress>,
}

/// The name of the encoding over which the hash of a commit without a source address runs.
const HASH_DOMAIN: &str = "casefold.commit.v1";

/// The same of a commit with one: it is the last field, after those of the first encoding.
const HASH_DOMAIN_WITH_SOURCE: &str = "casefold.commit.v2";

impl DraftCommit {
    /// Chains the commit to the one before.
    ///
    /// The hash is SHA-256 over a canonical encoding: each field as its length (8 bytes,
    /// big-endian) and its bytes, beginning with the encoding's name
    /// (`casefold.commit.v1`) and the hash of the commit before, then the fields in the
    /// order of this struct. Numbers and times are text, an absent causation is an empty
    /// field, lists are preceded by their length as a field. An event is its id, type,
    /// schema version and payload, the payload byte for byte as it is stored.
    ///
    /// A commit with a source address has the encoding `casefold.commit.v2`: the same, and
    /// the address as the last field, as it is stored. Without one nothing of it shows.
    #[must_use]
    pub fn seal(self, prev_hash: Digest) -> Commit {
        let hash = self.hash_after(prev_hash);
        Commit {
            draft: self,
            prev_hash,
            hash,
        }
    }

    fn hash_after(&self, prev_hash: Digest) -> Digest {
        let domain = match self.source {
            None => HASH_DOMAIN,
            Some(_) => HASH_DOMAIN_WITH_SOURCE,
        };
        let mut hasher = FieldHasher::new(domain);
        hasher.field(prev_hash.as_bytes());
        hasher.text(self.docket_number);
        hasher.text(self.version);
        hasher.field(self.command_id.as_str().as_bytes());
        hasher.field(self.command.as_bytes());
        hasher.field(self.command_digest.as_bytes());
        hasher.field(self.actor.as_str().as_bytes());
        hasher.field(self.role.as_str().as_bytes());
        hasher.text(self.recorded_at);
        hasher.text(self.effective_at);
        hasher.field(self.correlation_id.as_str().as_bytes());
        match self.causation {
            Some(cause) => hasher.text(format_args!("{}/{}", cause.docket_number, cause.version)),
            None => hasher.field(&[]),
        }
        hasher.text(self.committed_with.len());
        for other in &self.committed_with {
            hasher.text(format_args!("{}/{}", other.docket_number, other.version));
        }
        hasher.text(self.events.len());
        for event in &self.events {
            hasher.text(event.event_id);
            hasher.field(event.event_type.as_bytes());
            hasher.text(event.schema_version);
            hasher.field(event.payload().as_bytes());
        }
        if let Some(source) = &self.source {
            hasher.field(source.stored().as_bytes());
        }
        hasher.finish()
    }
}

/// Why a commit does not follow the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The commit's fields are not those over which its hash was made.
    #[error("commit {0} of case {1} was altered: its hash does not fit its content")]
    Altered(Version, DocketNumber),
    /// The commit does not name the hash of the commit before it.
    #[error(
        "commit {0} of case {1} does not follow the commit before it: the hash chain is broken"
    )]
    Broken(Version, DocketNumber),
    /// A number is missing or doubled.
    #[error("commit {found} of case {docket_number} stands where {expected} was expected")]
    Gap {
        /// The case.
        docket_number: DocketNumber,
        /// The number that was expected.
        expected: Version,
        /// The number that was found.
        found: Version,
    },
}

impl ChainError {
    /// The first commit that can't be trusted: what comes before it can.
    pub const fn first_bad(&self) -> CommitRef {
        match *self {
            Self::Altered(version, docket_number) | Self::Broken(version, docket_number) => {
                CommitRef {
                    docket_number,
                    version,
                }
            }
            Self::Gap {
                docket_number,
                expected,
                ..
            } => CommitRef {
                docket_number,
                version: expected,
            },
        }
    }
}

impl Commit {
    /// Names the commit.
    pub const fn reference(&self) -> CommitRef {
        CommitRef {
            docket_number: self.draft.docket_number,
            version: self.draft.version,
        }
    }

    /// The network address that the command came from, as it can be read: what indexes and
    /// shows it asks here, and not what is stored.
    pub fn source_address(&self) -> Option<&Personal<String>> {
        self.draft.source.as_ref()?.told()
    }

    /// The events, understood by this build.
    ///
    /// # Errors
    /// [`DecodeError`] where this build can't understand one of them.
    pub fn decode(&self) -> Result<Vec<CaseEvent>, DecodeError> {
        let mut events = Vec::with_capacity(self.draft.events.len());
        for stored in &self.draft.events {
            stored.decode_into(&mut events)?;
        }
        Ok(events)
    }

    /// Checks that the commit follows the one before it, unaltered.
    ///
    /// # Errors
    /// [`ChainError`] says how it doesn't.
    pub fn verify_after(&self, version: Version, hash: Digest) -> Result<(), ChainError> {
        let CommitRef {
            docket_number,
            version: found,
        } = self.reference();
        if found != version.next() {
            let expected = version.next();
            return Err(ChainError::Gap {
                docket_number,
                expected,
                found,
            });
        }
        if self.prev_hash != hash {
            return Err(ChainError::Broken(found, docket_number));
        }
        if self.draft.hash_after(hash) != self.hash {
            return Err(ChainError::Altered(found, docket_number));
        }
        Ok(())
    }
}

/// What is wrong with some commits of one case, in whatever order: each is checked by itself, and
/// against the one before it where that is among them. Those with which nothing is are left out.
pub fn faults(commits: &[Commit]) -> BTreeMap<Version, ChainError> {
    let by_version: BTreeMap<_, _> = commits.iter().map(|it| (it.version, it)).collect();
    let fault = |commit: &Commit| {
        let before = Version(commit.version.0.saturating_sub(1));
        let hash = match by_version.get(&before) {
            Some(before) => before.hash,
            None if before == Version::ZERO => Digest::ZERO,
            None => commit.prev_hash,
        };
        commit.verify_after(before, hash).err()
    };
    let faults = commits
        .iter()
        .filter_map(|it| Some((it.version, fault(it)?)));
    faults.collect()
}

impl std::ops::Deref for Commit {
    type Target = DraftCommit;

    fn deref(&self) -> &DraftCommit {
        &self.draft
    }
}
