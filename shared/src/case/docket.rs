//! The entries of a docket record, and folding them.

use casefold_events::case::docket::{
    DocketEntryChecked, DocketEntryEdited, DocketEntryFiled, DocketEntrySealed, DocketEntryServed,
    DocketEntryStricken, DocketEntryUnsealed, DraftArchived, DraftSigned, DraftUnsigned,
    MotionStamped, PendingItemRemoved, Stamp,
};
use casefold_events::entry::{EventCode, FiledEntry, Service};
use casefold_events::vocabulary::SealedTo;
use casefold_events::{DocketEntryId, Timestamp, Version};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::docket_record::DocketRecord;
use super::{Case, Context};

/// An entry with all that happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocketEntry {
    /// The entry as it was filed.
    pub filed: FiledEntry,
    /// When and on whom it was served, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Service>,
    /// When and by whom it was stricken, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stricken: Option<Stricken>,
    /// From whom it is sealed, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_to: Option<SealedTo>,
    /// The stamp on it, where a motion was stamped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Stamp>,
    /// When and by whom it was checked, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
    /// When a draft was laid aside, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archived_at: Option<Timestamp>,
    /// The commit that added it.
    pub filed_in: Version,
    /// The commit that changed it last.
    pub changed_in: Version,
}

/// When and by whom an entry was stricken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stricken {
    /// When.
    pub stricken_at: Timestamp,
    /// By whom, as the record says it.
    pub stricken_by: String,
}

/// When and by whom a filing was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    /// When.
    pub qc_at: Timestamp,
    /// By whom, as the record says it.
    pub qc_by: String,
}

impl DocketRecord {
    fn change(
        &mut self,
        id: DocketEntryId,
        context: Context<'_>,
        change: impl FnOnce(&mut DocketEntry),
    ) {
        let place = self.place(id);
        if let Some(entry) = place.and_then(|place| self.entry_mut(place)) {
            change(entry);
            entry.changed_in = context.commit.version;
        }
    }

    /// An entry on the record gets the next index, whatever the event says, so that no
    /// history makes a gap or a duplicate; deciders write the same index into the event.
    pub(super) fn filed(&mut self, event: DocketEntryFiled, context: Context<'_>) {
        let filed = event.entry;
        let draft = self.take_off_record(filed.docket_entry_id);
        let version = context.commit.version;
        let on_record = filed.is_on_docket_record;
        let entry = DocketEntry {
            filed,
            service: None,
            stricken: None,
            // A draft that was sealed goes on the record sealed.
            sealed_to: draft.and_then(|draft| draft.sealed_to),
            stamp: None,
            checked: None,
            archived_at: None,
            filed_in: version,
            changed_in: version,
        };
        if on_record {
            self.add_on_record(entry);
        } else {
            self.add_off_record(entry);
        }
    }

    pub(super) fn served(&mut self, event: DocketEntryServed, context: Context<'_>) {
        self.change(event.docket_entry_id, context, |entry| {
            entry.service = Some(event.service);
        });
    }

    pub(super) fn stricken(&mut self, event: DocketEntryStricken, context: Context<'_>) {
        let DocketEntryStricken {
            docket_entry_id,
            stricken_at,
            stricken_by,
        } = event;
        self.change(docket_entry_id, context, |entry| {
            entry.stricken = Some(Stricken {
                stricken_at,
                stricken_by,
            });
        });
    }

    pub(super) fn sealed(&mut self, event: DocketEntrySealed, context: Context<'_>) {
        self.change(event.docket_entry_id, context, |entry| {
            entry.sealed_to = Some(event.sealed_to);
        });
    }

    pub(super) fn unsealed(&mut self, event: DocketEntryUnsealed, context: Context<'_>) {
        self.change(event.docket_entry_id, context, |entry| {
            entry.sealed_to = None;
        });
    }

    /// An entry's place, on the record or off it, is not edited.
    pub(super) fn edited(&mut self, event: DocketEntryEdited, context: Context<'_>) {
        self.change(event.entry.docket_entry_id, context, |entry| {
            let there = &entry.filed;
            entry.filed = FiledEntry {
                index: there.index,
                is_on_docket_record: there.is_on_docket_record,
                is_draft: there.is_draft,
                ..event.entry
            };
        });
    }

    pub(super) fn signed(&mut self, event: DraftSigned, context: Context<'_>) {
        self.change(event.docket_entry_id, context, |entry| {
            entry.filed.signature = Some(event.signature);
            entry.filed.document = event.document.or(entry.filed.document.take());
        });
    }

    pub(super) fn unsigned(&mut self, event: DraftUnsigned, context: Context<'_>) {
        self.change(event.docket_entry_id, context, |entry| {
            entry.filed.signature = None;
            entry.filed.document = event.document.or(entry.filed.document.take());
        });
    }

    pub(super) fn archived(&mut self, event: DraftArchived, context: Context<'_>) {
        self.change(event.docket_entry_id, context, |entry| {
            entry.archived_at = Some(event.archived_at);
        });
    }

    pub(super) fn stamped(&mut self, event: MotionStamped, context: Context<'_>) {
        self.change(event.docket_entry_id, context, |entry| {
            entry.stamp = Some(event.stamp);
        });
    }

    pub(super) fn checked(&mut self, event: DocketEntryChecked, context: Context<'_>) {
        self.change(event.docket_entry_id, context, |entry| {
            entry.checked = Some(Checked {
                qc_at: event.qc_at,
                qc_by: event.qc_by,
            });
        });
    }

    pub(super) fn settled(&mut self, event: PendingItemRemoved, context: Context<'_>) {
        self.change(event.docket_entry_id, context, |entry| {
            entry.filed.pending = false;
        });
    }
}

impl Case {
    pub(super) fn entry_filed(&mut self, event: DocketEntryFiled, context: Context<'_>) {
        self.answered_at = self.answered_at.or(answered_by(&event.entry));
        self.docket.filed(event, context);
    }

    /// An edit can correct an answer's date, and make an answer of an entry that was none, or
    /// the reverse.
    pub(super) fn entry_edited(&mut self, event: DocketEntryEdited, context: Context<'_>) {
        let id = event.entry.docket_entry_id;
        let answered = |case: &Self| {
            let entry = case.docket.entry(id);
            entry.and_then(|entry| answered_by(&entry.filed))
        };
        let before = answered(self);
        self.docket.edited(event, context);
        let after = answered(self);
        self.answered_at = if before.is_some() && self.answered_at == before {
            after
        } else {
            self.answered_at.or(after)
        };
    }
}

/// When an entry answered the petition, if it did. What is lodged only is not filed yet.
fn answered_by(filed: &FiledEntry) -> Option<Timestamp> {
    let is_answer = filed.event_code == EventCode::answer();
    let is_filed = filed.is_on_docket_record && !filed.lodged;
    (is_answer && is_filed).then_some(filed.filing_date)
}

impl DocketEntry {
    /// The entry's id.
    pub const fn id(&self) -> DocketEntryId {
        self.filed.docket_entry_id
    }

    /// Whether the entry was served.
    pub const fn is_served(&self) -> bool {
        self.service.is_some()
    }

    /// Whether the entry was stricken.
    pub const fn is_stricken(&self) -> bool {
        self.stricken.is_some()
    }
}
