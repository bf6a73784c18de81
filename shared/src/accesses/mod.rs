//! Who looked: the log of accesses to what is sealed, and of questions across cases.
//!
//! It is append-only like the commits are, and chained by hashes like they are. An access is a
//! **link** of a **chain**: its number, its text, the hash of the link before, its own hash. A
//! link is written if, and only if, nothing has its number, and nothing changes or removes one.
//!
//! There is a chain for each month and shard, so that processes get little in each other's way:
//! each keeps to one shard, and remembers where its chain ends. A chain begins with an
//! **opening**, a link of the one chain of all openings. The first link follows the opening's
//! hash, and the opening names where the shard's chain before it ended. So a link that is
//! changed, removed or moved shows, and so does a chain that is dropped whole. What can't show
//! is that the newest links are missing, which no later link or opening names.
//!
//! | file | job |
//! | --- | --- |
//! | this one | what is noted of an access |
//! | [`chain`] | chains and links: pure |
//! | [`recorder`] | noting an access |
//! | [`read`] | pages of the log |
//! | [`verify`] | whether the chains hold |

pub mod chain;
pub mod read;
pub mod recorder;
#[cfg(test)]
mod tests;
pub mod verify;

use casefold_events::vocabulary::Role;
use casefold_events::{CorrelationId, DocketEntryId, DocketNumber, Personal, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Into how many shards a month's accesses are split. A process is in one of them; two that are
/// in the same take turns.
pub const SHARDS: u32 = 16;

/// How many docket entries an access names; all are counted.
pub const MAX_ENTRIES: usize = 20;

/// What was looked at, or done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKind {
    /// A case was read.
    Case,
    /// Docket entries were read.
    DocketEntries,
    /// The content of a document was read.
    Document,
    /// The history of a case was read.
    History,
    /// A case was read as it was.
    AsOf,
    /// It was read who gave the fields of a case their values.
    Blame,
    /// Two versions of a case were compared.
    Difference,
    /// A proof of a commit was made.
    Proof,
    /// The audit index was asked.
    AuditQuery,
    /// This log was read.
    Accesses,
    /// Histories were exported.
    Export,
}

impl AccessKind {
    /// Its name in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::DocketEntries => "docketEntries",
            Self::Document => "document",
            Self::History => "history",
            Self::AsOf => "asOf",
            Self::Blame => "blame",
            Self::Difference => "difference",
            Self::Proof => "proof",
            Self::AuditQuery => "auditQuery",
            Self::Accesses => "accesses",
            Self::Export => "export",
        }
    }
}

/// An access that is to be noted.
#[derive(Clone, Debug)]
pub struct Access {
    /// What was looked at.
    pub kind: AccessKind,
    /// Who: a user's id, or the name that an operator of the tool gives.
    pub user: String,
    /// In which role; an operator has none.
    pub role: Option<Role>,
    /// In which case, where it is one.
    pub docket_number: Option<DocketNumber>,
    /// The sealed docket entries that were shown; none where the case itself is sealed.
    pub docket_entries: Vec<DocketEntryId>,
    /// What was asked for: the parameters of a query.
    pub query: Option<Personal<String>>,
    /// Why, as they say.
    pub reason: Option<Personal<String>>,
    /// The network address that the request came from, where it is known.
    pub source: Option<Personal<String>>,
    /// The request's id in the court's log.
    pub correlation_id: CorrelationId,
}

/// An access as it stands in the log: the text of a link, a stored form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotedAccess {
    /// Its own id: two that are alike in everything else are two.
    pub id: Uuid,
    /// When. Within a chain times don't run backwards.
    pub at: Timestamp,
    /// What was looked at: a name of [`AccessKind`], or of one that a later build has.
    pub kind: String,
    /// Who.
    pub user: String,
    /// In which role; absent for an operator of the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// In which case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docket_number: Option<DocketNumber>,
    /// The sealed docket entries that were shown, the first [`MAX_ENTRIES`] of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub docket_entries: Vec<DocketEntryId>,
    /// How many more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more_docket_entries: Option<u64>,
    /// What was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<Personal<String>>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Personal<String>>,
    /// Whence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Personal<String>>,
    /// The request's id.
    pub correlation_id: CorrelationId,
}

impl NotedAccess {
    fn of(access: &Access, id: Uuid, at: Timestamp) -> Self {
        let entries = &access.docket_entries;
        let more = entries.len().saturating_sub(MAX_ENTRIES) as u64;
        Self {
            id,
            at,
            kind: access.kind.as_str().to_owned(),
            user: access.user.clone(),
            role: access.role.map(|role| role.as_str().to_owned()),
            docket_number: access.docket_number,
            docket_entries: entries.iter().take(MAX_ENTRIES).copied().collect(),
            more_docket_entries: Some(more).filter(|more| *more > 0),
            query: access.query.clone(),
            reason: access.reason.clone(),
            source: access.source.clone(),
            correlation_id: access.correlation_id.clone(),
        }
    }
}
