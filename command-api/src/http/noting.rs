//! Who looks at what is sealed, or asks across cases, is noted, and only then shown it.
//!
//! A handler takes a [`Witness`] and has it note what the reader is about to see. Where that
//! can't be written the reader gets 503 and sees nothing: an access that nobody would ever know
//! of is worse than one that has to be asked for again.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use casefold_events::{Commit, CorrelationId, DocketEntryId, DocketNumber, Personal};
use casefold_shared::accesses::{Access, AccessKind};
use casefold_shared::case::DocketEntry;
use casefold_shared::gateway::EntrySelection;

use super::ApiState;
use super::context::Context;
use super::problem::Problem;
use crate::access::{Reader, SealedMatter};
use crate::decide::Actor;
use crate::service::ReadError;

/// The header that says why somebody looks.
const REASON: HeaderName = HeaderName::from_static("x-audit-reason");
const REASON_NAME: &str = "X-Audit-Reason";

/// How many characters a reason has.
const REASON_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=500;

/// Notes what a request's reader is about to see.
pub(super) struct Witness {
    state: ApiState,
    correlation_id: CorrelationId,
    source: Option<Personal<String>>,
    reason: Option<Personal<String>>,
}

/// What is looked at.
#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) docket_number: Option<DocketNumber>,
    pub(super) docket_entries: Vec<DocketEntryId>,
    /// The parameters of a query, as they were understood.
    pub(super) query: Option<String>,
}

/// Which docket entries of a case something is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entries<'a> {
    /// Any of them.
    All,
    /// These.
    These(&'a [DocketEntryId]),
}

impl FromRequestParts<ApiState> for Witness {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let context = Context::from_request_parts(parts, state).await?;
        Ok(Self {
            state: state.clone(),
            correlation_id: context.correlation_id,
            source: context.source,
            reason: reason(&parts.headers)?,
        })
    }
}

impl Witness {
    /// Insists that it is said why somebody asks.
    ///
    /// # Errors
    /// 400 where it isn't.
    pub(super) fn require_reason(&self) -> Result<(), Problem> {
        if self.reason.is_some() {
            return Ok(());
        }
        let detail = "say why you ask, in the header X-Audit-Reason: it is kept with the question";
        Err(Problem::bad_request("AUDIT_REASON_MISSING", detail).about(REASON_NAME))
    }

    /// Notes an access. What is shown of it goes out after this.
    ///
    /// # Errors
    /// 503 where it can't be noted.
    pub(super) async fn note(
        &self,
        actor: &Actor,
        kind: AccessKind,
        about: About,
    ) -> Result<(), Problem> {
        let access = Access {
            kind,
            user: actor.user_id.to_string(),
            role: Some(actor.role),
            docket_number: about.docket_number,
            docket_entries: about.docket_entries,
            query: about.query.map(Personal::new),
            reason: self.reason.clone(),
            source: self.source.clone(),
            correlation_id: self.correlation_id.clone(),
        };
        let noted = self.state.service.accesses().note(&access).await;
        noted.map_err(|error| Problem::access_not_noted(&error))
    }

    /// Notes that a reader is about to see entries of a case, if anything of that is sealed. It
    /// costs nothing where nothing is.
    ///
    /// # Errors
    /// 503 where it can't be noted.
    pub(super) async fn note_sealed<'a>(
        &self,
        actor: &Actor,
        kind: AccessKind,
        reader: &Reader<'_>,
        entries: impl IntoIterator<Item = &'a DocketEntry>,
    ) -> Result<(), Problem> {
        let docket_entries = match reader.sealed_matter(entries) {
            None => return Ok(()),
            Some(SealedMatter::Case) => Vec::new(),
            Some(SealedMatter::Entries(entries)) => entries,
        };
        let about = About {
            docket_number: Some(reader.docket_number()),
            docket_entries,
            query: None,
        };
        self.note(actor, kind, about).await
    }

    /// Notes that one of the court's own is about to see something of a case's past, if the case
    /// or an entry that it is about is sealed now. For that the case is read as its commits
    /// stand.
    ///
    /// # Errors
    /// 503 where it can't be noted, or the case can't be read.
    pub(super) async fn note_past(
        &self,
        actor: &Actor,
        kind: AccessKind,
        docket_number: DocketNumber,
        entries: Entries<'_>,
    ) -> Result<(), Problem> {
        let selection = match entries {
            Entries::All => EntrySelection::All,
            Entries::These(ids) => EntrySelection::Some { ids, indexes: &[] },
        };
        let service = &self.state.service;
        let read = service.read_case_at_head(docket_number, selection).await;
        let case = match read {
            // The audit shows what is there even where it can't be folded; sealed or not, it is
            // noted then.
            Err(ReadError::Fold(_)) | Ok(None) => {
                let about = About {
                    docket_number: Some(docket_number),
                    ..About::default()
                };
                return self.note(actor, kind, about).await;
            }
            read => read?,
        };
        let Some(case) = case else {
            return Ok(());
        };
        let reader = Reader::of(actor, &case);
        let about = case.docket.on_record().chain(case.docket.off_record());
        let about = about.filter(|entry| match entries {
            Entries::All => true,
            Entries::These(ids) => ids.contains(&entry.id()),
        });
        self.note_sealed(actor, kind, &reader, about).await
    }
}

/// The entries that commits are about, each once; those of commits that can't be understood are
/// left out.
pub(super) fn entries_of(commits: &[Commit]) -> Vec<DocketEntryId> {
    let events = commits
        .iter()
        .flat_map(|commit| commit.decode().unwrap_or_default());
    let mut entries: Vec<_> = events.filter_map(|event| event.docket_entry_id()).collect();
    entries.sort_unstable();
    entries.dedup();
    entries
}

/// Why somebody looks, as they say. It may have any letters, in UTF-8.
fn reason(headers: &HeaderMap) -> Result<Option<Personal<String>>, Problem> {
    let bad = || {
        let detail = "X-Audit-Reason has 3 to 500 characters, none of them a control character, \
                      and is sent once";
        Problem::bad_request("BAD_AUDIT_REASON", detail).about(REASON_NAME)
    };
    let mut values = headers.get_all(REASON).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| bad())?;
    let text = text.trim();
    let fits = REASON_CHARACTERS.contains(&text.chars().count());
    if values.next().is_some() || !fits || text.chars().any(char::is_control) {
        return Err(bad());
    }
    Ok(Some(text.into()))
}
