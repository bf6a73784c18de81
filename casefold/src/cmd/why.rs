//! Who looks, and why: noted before anything is shown, as the API notes it.

use casefold_command_api::access::{Reader, SealedMatter};
use casefold_command_api::service::{ReadError, Service};
use casefold_events::{CorrelationId, DocketEntryId, DocketNumber};
use casefold_shared::accesses::{Access, AccessKind};
use casefold_shared::clock::{Clock, SystemClock};
use casefold_shared::gateway::EntrySelection;
use clap::Args;

use super::CommandFailure;
use super::generations::ByArgs;
use super::past::court;

/// Who asks, and why: both are noted before anything is shown.
#[derive(Clone, Debug, Args)]
pub struct WhyArgs {
    #[command(flatten)]
    by: ByArgs,
    /// Why it is asked, for the log of accesses
    #[arg(long, value_name = "WHY", value_parser = reason)]
    reason: Option<String>,
}

impl WhyArgs {
    /// A question across cases, as it is noted.
    ///
    /// # Errors
    /// Where it isn't said why it is asked.
    pub(super) fn access(
        &self,
        kind: AccessKind,
        docket_number: Option<DocketNumber>,
        query: String,
    ) -> Result<Access, CommandFailure> {
        if self.reason.is_none() {
            return Err("say why you ask, with --reason: it is kept with the question".into());
        }
        Ok(Access {
            query: Some(query.into()),
            ..self.look(kind, docket_number, Vec::new())
        })
    }

    /// Notes that somebody is about to see something of a case, if anything of it is sealed now.
    ///
    /// # Errors
    /// Where the case can't be read, or it can't be noted: then nothing may be shown.
    pub(super) async fn note_case(
        &self,
        service: &Service,
        kind: AccessKind,
        docket_number: DocketNumber,
    ) -> Result<(), CommandFailure> {
        let read = service.read_case_at_head(docket_number, EntrySelection::All);
        let case = match read.await {
            Ok(Some(case)) => case,
            Ok(None) => return Ok(()),
            // Sealed or not, it is noted then.
            Err(ReadError::Fold(_)) => {
                let look = self.look(kind, Some(docket_number), Vec::new());
                return Ok(service.accesses().note(&look).await?);
            }
            Err(error) => return Err(error.into()),
        };
        let actor = court()?;
        let entries = case.docket.on_record().chain(case.docket.off_record());
        let entries = match Reader::of(&actor, &case).sealed_matter(entries) {
            None => return Ok(()),
            Some(SealedMatter::Case) => Vec::new(),
            Some(SealedMatter::Entries(entries)) => entries,
        };
        let look = self.look(kind, Some(docket_number), entries);
        Ok(service.accesses().note(&look).await?)
    }

    /// A look at something, as it is noted.
    pub(super) fn look(
        &self,
        kind: AccessKind,
        docket_number: Option<DocketNumber>,
        docket_entries: Vec<DocketEntryId>,
    ) -> Access {
        Access {
            kind,
            user: self.by.name(),
            role: None,
            docket_number,
            docket_entries,
            query: None,
            reason: self.reason.clone().map(Into::into),
            source: None,
            correlation_id: CorrelationId::from(SystemClock.new_id()),
        }
    }
}

/// A reason as the log keeps it.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    match (3..=500).contains(&text.chars().count()) {
        true => Ok(text.to_owned()),
        false => Err("a reason has 3 to 500 characters".to_owned()),
    }
}
