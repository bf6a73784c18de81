//! Where a command came from: the one personal value of a commit that is in no event.

use serde::{Deserialize, Serialize};

use super::Personal;

/// The network address that a command came from, as a commit keeps it: encrypted, like the
/// personal values of events, under the key of who sent it where the case has one, and
/// otherwise under that of the case's texts.
///
/// What is hashed is what is stored. What it says is known in memory alone, where it was made
/// or opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceAddress {
    stored: Personal<String>,
    #[serde(skip)]
    told: Option<Personal<String>>,
}

impl SourceAddress {
    /// An address that is known, before it is encrypted.
    pub fn known(address: impl Into<Personal<String>>) -> Self {
        let address = address.into();
        Self {
            told: Some(address.clone()),
            stored: address,
        }
    }

    /// An address as it was stored. One that was stored before addresses were encrypted says
    /// what it is.
    pub fn read(stored: impl Into<String>) -> Self {
        let stored = Personal::new(stored.into());
        let told = (!is_sealed(stored.expose())).then(|| stored.clone());
        Self { stored, told }
    }

    /// What is stored and hashed.
    pub fn stored(&self) -> &str {
        self.stored.expose()
    }

    /// What it says; `None` where it is encrypted and was not opened.
    pub const fn told(&self) -> Option<&Personal<String>> {
        self.told.as_ref()
    }

    /// Whether it is encrypted already.
    pub(super) fn is_sealed(&self) -> bool {
        is_sealed(self.stored())
    }

    /// Says what it says, however it is stored.
    pub(super) fn tell(&mut self, told: String) {
        self.told = Some(Personal::new(told));
    }

    /// Is stored as this from now on, and says what it did.
    pub(super) fn store_as(&mut self, stored: String) {
        self.stored = Personal::new(stored);
    }
}

/// Two are the same where the same is stored.
impl PartialEq for SourceAddress {
    fn eq(&self, other: &Self) -> bool {
        self.stored == other.stored
    }
}

impl Eq for SourceAddress {}

fn is_sealed(stored: &str) -> bool {
    stored.starts_with("{\"$sealed\":")
}
