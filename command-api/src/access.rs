//! Who sees what of a case: one table.
//!
//! A reader stands in a [`Relation`] to a case, and the relation decides what of the case
//! ([`Sight`]) and of each docket entry ([`EntrySight`]) is shown. [`view`] builds what is
//! sent from these decisions and makes none of its own.
//!
//! | | the court | a party, the respondent | others |
//! | --- | --- | --- | --- |
//! | open case | all | all but what follows | caption, kind of party, names |
//! | sealed case | all | as above | that there is a sealed case of this number |
//! | sealed address | all | its owner and their counsel | – (nobody's address) |
//! | consolidated group | all | its cases | – |
//! | trial | session from the day it is chosen | once it is on the calendar | – |
//! | hearings | all | without the calendar's notes | – |
//! | blocks, high priority, and why | all | – | – |
//! | deadlines, correspondence, statistics, damages, litigation costs | all | – | – |
//! | case note, open entries, mailing date | all | – | – |
//! | entry on the record | all | all but e-mail addresses, stamp, check | its document once served |
//! | … of the court, not served yet | all | without its document and due date | likewise |
//! | … stricken | all | without its document and due date | likewise |
//! | … sealed to the public | all | as if it were not | that it is there, sealed |
//! | … sealed to external users | all | that it is there, sealed | that it is there, sealed |
//! | statement of taxpayer identification | all | who filed it | – |
//! | draft, other entry off the record | all | – | – |
//! | history | all | – | – |
//! | questions across cases, who looked | those who may audit ([`may_audit`]) | – | – |
//! | lists | all | own cases, what is public of others found by a search | what is public of open cases found |
//!
//! A party of one case of a consolidated group reads the group's other cases as a party. An
//! administrator manages users and sees no cases, not even as others do ([`sees_cases`]).
//!
//! Source: domain of the court, "The docket record" (sealed to Public or External; STIN
//! never on the public record) and "Who may do it"; where it is silent, the narrower reading.

mod relation;
pub mod rows;
#[cfg(test)]
mod tests;
pub mod view;

use casefold_events::entry::AutomaticCode;
use casefold_events::party::Counsel;
use casefold_events::vocabulary::{CaseStatus, Role, SealedTo};
use casefold_events::{ContactId, DocketEntryId, DocketNumber};
use casefold_shared::case::{Case, DocketEntry};

pub use self::relation::{KnownFrom, Relation, Standing};
use crate::decide::Actor;
use crate::rules::event_codes::{self, Origin};

/// What of a case is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Whole,
    /// All but what is sealed from other parties.
    Own,
    /// What is public.
    Public,
    /// That it is there, and sealed.
    Sealed,
}

/// What of a docket entry is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntrySight {
    /// All of it.
    Whole,
    /// All but where its document is, and the date that only the document says.
    WithoutDocument,
    /// That it is there, and sealed.
    Withheld,
    /// Nothing.
    Hidden,
}

/// What is sealed of that which a reader is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SealedMatter {
    /// The case.
    Case,
    /// These docket entries of a case that is not sealed.
    Entries(Vec<DocketEntryId>),
}

/// A reader of one case.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    actor: &'a Actor,
    case: &'a Case,
    relation: Relation,
}

/// Whether a role sees cases at all, were it as everybody does.
pub const fn sees_cases(role: Role) -> bool {
    !matches!(role, Role::Admin)
}

/// Whether a role may read the history of cases. The public record is not the audit.
pub const fn sees_history(role: Role) -> bool {
    role.is_internal()
}

/// Whether a role may ask across cases, and who looked at what is sealed: those who answer for
/// the court's record, and those who judge by it.
pub const fn may_audit(role: Role) -> bool {
    matches!(
        role,
        Role::ClerkOfCourt | Role::CaseServicesSupervisor | Role::Judge | Role::Adc
    )
}

/// Whether a role may read the court's lists. Others have the list of their own cases, and
/// the search.
pub const fn sees_lists(role: Role) -> bool {
    role.is_internal()
}

impl<'a> Reader<'a> {
    /// The reader that an actor is to a case, as far as the case itself tells. Somebody who
    /// is a party of another case of its group is an outsider here; where the group was
    /// looked at, [`Self::standing`].
    pub fn of(actor: &'a Actor, case: &'a Case) -> Self {
        Self::standing(actor, case, Relation::of(actor, case))
    }

    /// A reader who stands so to a case.
    pub const fn standing(actor: &'a Actor, case: &'a Case, relation: Relation) -> Self {
        Self {
            actor,
            case,
            relation,
        }
    }

    /// What the reader sees of the case.
    pub const fn sight(&self) -> Sight {
        match (self.relation, self.case.is_sealed()) {
            (Relation::Internal, _) => Sight::Whole,
            (Relation::Party | Relation::Respondent, _) => Sight::Own,
            (Relation::Outsider, false) => Sight::Public,
            (Relation::Outsider, true) => Sight::Sealed,
        }
    }

    /// What the reader sees of an entry of the case.
    pub fn entry_sight(&self, entry: &DocketEntry) -> EntrySight {
        let outside = match self.sight() {
            Sight::Whole => return EntrySight::Whole,
            Sight::Sealed => return EntrySight::Hidden,
            Sight::Own => Outside::Party,
            Sight::Public => Outside::Public,
        };
        let filed = &entry.filed;
        if filed.event_code == AutomaticCode::StatementOfTaxpayerIdentification {
            return if self.filed(entry) {
                EntrySight::Whole
            } else {
                EntrySight::Hidden
            };
        }
        if filed.is_draft || !filed.is_on_docket_record {
            return EntrySight::Hidden;
        }
        match (entry.sealed_to, outside) {
            (Some(SealedTo::External), Outside::Party | Outside::Public)
            | (Some(SealedTo::Public), Outside::Public) => EntrySight::Withheld,
            (Some(SealedTo::Public), Outside::Party) | (None, Outside::Party) => {
                let unspoken = is_of_the_court(entry) && !entry.is_served();
                if entry.is_stricken() || unspoken {
                    EntrySight::WithoutDocument
                } else {
                    EntrySight::Whole
                }
            }
            (None, Outside::Public) => {
                if entry.is_stricken() || !entry.is_served() {
                    EntrySight::WithoutDocument
                } else {
                    EntrySight::Whole
                }
            }
        }
    }

    /// The case.
    pub const fn docket_number(&self) -> DocketNumber {
        self.case.docket_number
    }

    /// What is sealed of the case, or of these of its entries, and is shown to the reader all the
    /// same; `None` where nothing is. Whoever is told only that something is sealed is shown
    /// nothing of it.
    pub fn sealed_matter<'e>(
        &self,
        entries: impl IntoIterator<Item = &'e DocketEntry>,
    ) -> Option<SealedMatter> {
        if self.sight() == Sight::Sealed {
            return None;
        }
        if self.case.is_sealed() {
            return Some(SealedMatter::Case);
        }
        let is_shown = |entry: &&DocketEntry| match self.entry_sight(entry) {
            EntrySight::Whole | EntrySight::WithoutDocument => entry.sealed_to.is_some(),
            EntrySight::Withheld | EntrySight::Hidden => false,
        };
        let sealed = entries.into_iter().filter(is_shown);
        let sealed: Vec<_> = sealed.map(DocketEntry::id).collect();
        (!sealed.is_empty()).then_some(SealedMatter::Entries(sealed))
    }

    /// Whether the reader sees the session in which the case is to be tried. Which one it
    /// will be is the court's own planning until it is on the calendar.
    pub fn sees_trial(&self) -> bool {
        match self.sight() {
            Sight::Whole => true,
            Sight::Own => self.case.status == CaseStatus::Calendared,
            Sight::Public | Sight::Sealed => false,
        }
    }

    /// Whether the address of a contact, should it be sealed, is shown nevertheless.
    pub fn sees_sealed_address(&self, contact: ContactId) -> bool {
        self.relation == Relation::Internal || self.speaks_for(contact)
    }

    /// Whether the reader filed an entry, or speaks for who did.
    fn filed(&self, entry: &DocketEntry) -> bool {
        entry
            .filed
            .filers
            .iter()
            .any(|contact| self.speaks_for(*contact))
    }

    /// Whether the reader is this contact of the case, or its counsel.
    fn speaks_for(&self, contact: ContactId) -> bool {
        let user = &self.actor.user_id;
        let represents =
            |counsel: &Counsel| counsel.user_id == *user && counsel.representing.contains(&contact);
        self.relation == Relation::Party
            && (self
                .case
                .party(contact)
                .is_some_and(|own| own.user_id.as_ref() == Some(user))
                || self.case.counsel.iter().any(represents))
    }
}

/// Whether an entry is a document of the court, which says nothing before it is served.
fn is_of_the_court(entry: &DocketEntry) -> bool {
    match event_codes::origin(&entry.filed.event_code) {
        Origin::Court { .. } => true,
        Origin::Petition | Origin::Automatic | Origin::Party { .. } => false,
    }
}

/// The two kinds of reader from outside the court who see entries at all.
#[derive(Clone, Copy)]
enum Outside {
    Party,
    Public,
}
