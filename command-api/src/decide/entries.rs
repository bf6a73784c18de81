//! What may be done with a docket entry, said in types: [`Servable`] alone is served, and it
//! is made of nothing but an entry that can be.

use casefold_events::{DocketEntryId, Timestamp};
use casefold_shared::case::{Case, DocketEntry};

use crate::command::EntryRef;
use crate::refusal::Refusal;
use crate::rules::event_codes::{Origin, origin};

/// An entry of the case.
///
/// # Errors
/// [`Refusal::EntryNotFound`] where it has none such.
pub(crate) fn find(case: &Case, entry: EntryRef) -> Result<&DocketEntry, Refusal> {
    let found = match entry {
        EntryRef::Id(id) => case.docket.entry(id),
        // The statement of taxpayer identification: index 0, and never on the record.
        EntryRef::Index(0) => case
            .docket
            .off_record()
            .iter()
            .find(|entry| entry.filed.index == Some(0)),
        EntryRef::Index(index) => case.docket.entry_at(index),
    };
    found.ok_or(Refusal::EntryNotFound { entry })
}

/// Lets an entry pass that had been filed by the time from which a command holds, where the
/// caller gives that time.
///
/// # Errors
/// [`Refusal::EffectiveTooEarly`] where it had not.
pub(super) fn require_filed_by(
    entry: &DocketEntry,
    effective_at: Option<Timestamp>,
) -> Result<(), Refusal> {
    let earliest = entry.filed.filing_date;
    match effective_at {
        Some(at) if at < earliest => Err(Refusal::EffectiveTooEarly { earliest }),
        Some(_) | None => Ok(()),
    }
}

/// An entry on the docket record.
#[derive(Clone, Copy)]
pub(super) struct Recorded<'a>(pub(super) &'a DocketEntry);

impl<'a> Recorded<'a> {
    /// Takes an entry that is on the record.
    pub(super) fn require(entry: &'a DocketEntry) -> Result<Self, Refusal> {
        if entry.filed.is_on_docket_record {
            Ok(Self(entry))
        } else {
            Err(Refusal::EntryNotOnRecord)
        }
    }
}

/// A draft about which something can still be done: it is neither on the record nor laid
/// aside.
#[derive(Clone, Copy)]
pub(super) struct OpenDraft<'a>(&'a DocketEntry);

impl<'a> OpenDraft<'a> {
    /// Takes such a draft of a case.
    pub(super) fn require(case: &'a Case, draft: DocketEntryId) -> Result<Self, Refusal> {
        let entry = case.docket.entry(draft);
        let entry = entry.ok_or(Refusal::DraftNotFound { draft })?;
        if entry.filed.is_on_docket_record {
            return Err(Refusal::DraftOnRecord);
        }
        if !entry.filed.is_draft {
            return Err(Refusal::EntryNotDraft);
        }
        if entry.archived_at.is_some() {
            return Err(Refusal::DraftArchived);
        }
        Ok(Self(entry))
    }

    /// Lets a draft pass that is not signed.
    pub(super) fn require_unsigned(self) -> Result<Self, Refusal> {
        if self.0.filed.signature.is_some() {
            return Err(Refusal::DraftAlreadySigned);
        }
        Ok(self)
    }

    /// Lets a draft pass that is signed.
    pub(super) fn require_signature(self) -> Result<Self, Refusal> {
        if self.0.filed.signature.is_none() {
            return Err(Refusal::DraftNotSigned);
        }
        Ok(self)
    }

    /// The entry.
    pub(super) const fn entry(self) -> &'a DocketEntry {
        self.0
    }
}

/// A document on the record that is neither stricken nor served.
#[derive(Clone, Copy)]
pub(super) struct Servable<'a>(&'a DocketEntry);

impl<'a> Servable<'a> {
    /// Takes an entry that can be served.
    pub(super) fn require(Recorded(entry): Recorded<'a>) -> Result<Self, Refusal> {
        if entry.filed.is_minute_entry {
            return Err(Refusal::EntryIsMinuteEntry);
        }
        if entry.is_served() {
            return Err(Refusal::EntryAlreadyServed);
        }
        if entry.is_stricken() {
            return Err(Refusal::EntryStricken);
        }
        if entry.filed.document.is_none() {
            return Err(Refusal::EntryHasNoFile);
        }
        Ok(Self(entry))
    }

    /// The entry's id.
    pub(super) const fn id(self) -> DocketEntryId {
        self.0.id()
    }
}

/// Where an entry comes from, by its event code.
pub(super) fn origin_of(entry: &DocketEntry) -> Origin {
    origin(&entry.filed.event_code)
}
