//! Who sees what of a case: one table.
//!
//! A reader stands in a [`Relation`] to a case, and the relation decides what of the case
//! ([`Sight`]) and of each docket entry ([`EntrySight`]) is shown. [`view`] builds what is
//! sent from these decisions and makes none of its own.
//!
//! | | the court | a party, the respondent | others |
//! | --- | --- | --- | --- |
//! | open case | all | all but others' sealed addresses | caption, kind of party, names |
//! | sealed case | all | as above | that there is a sealed case of this number |
//! | entry on the record | all | all but served e-mail addresses | its document once served |
//! | … stricken | all | without its document | without its document |
//! | … sealed to the public | all | as above | that it is there, sealed |
//! | … sealed to external users | all | that it is there, sealed | that it is there, sealed |
//! | statement of taxpayer identification | all | who filed it | – |
//! | draft, other entry off the record | all | – | – |
//! | history | all | – | – |
//!
//! Source: domain of the court, "The docket record" (sealed to Public or External; STIN
//! never on the public record) and roles; where it is silent, the narrower reading.

#[cfg(test)]
mod tests;
pub mod view;

use casefold_events::ContactId;
use casefold_events::party::Counsel;
use casefold_events::vocabulary::{CounselType, Role, SealedTo};
use casefold_shared::case::{Case, DocketEntry};

use crate::decide::Actor;

/// The event code of the statement of taxpayer identification.
const STIN: &str = "STIN";

/// How a reader stands to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The court's own.
    Internal,
    /// A petitioner, participant or intervenor, or counsel for one.
    Party,
    /// The respondent's counsel of record, or its reader of all served cases.
    Respondent,
    /// Everybody else.
    Outsider,
}

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
    /// All but where its document is.
    WithoutDocument,
    /// That it is there, and sealed.
    Withheld,
    /// Nothing.
    Hidden,
}

/// A reader of one case.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    actor: &'a Actor,
    case: &'a Case,
    relation: Relation,
}

impl Relation {
    /// How an actor stands to a case.
    pub fn of(actor: &Actor, case: &Case) -> Self {
        match actor.role {
            Role::DocketClerk
            | Role::PetitionsClerk
            | Role::Judge
            | Role::Chambers
            | Role::Adc
            | Role::AdmissionsClerk
            | Role::TrialClerk
            | Role::ReportersOffice
            | Role::ClerkOfCourt
            | Role::CaseServicesSupervisor
            | Role::General
            | Role::Floater
            | Role::System => Self::Internal,
            Role::Petitioner | Role::PrivatePractitioner | Role::IrsPractitioner => {
                Self::of_external(actor, case)
            }
            // The respondent has a case from its service on.
            Role::IrsSuperuser if case.petition_served_at.is_some() => Self::Respondent,
            // An administrator manages users, and no cases.
            Role::IrsSuperuser | Role::Admin => Self::Outsider,
        }
    }

    fn of_external(actor: &Actor, case: &Case) -> Self {
        let is_contact = case
            .parties
            .iter()
            .any(|contact| contact.user_id.as_ref() == Some(&actor.user_id));
        let counsel = case
            .counsel
            .iter()
            .find(|counsel| counsel.user_id == actor.user_id);
        match counsel.map(|counsel| counsel.counsel_type) {
            Some(CounselType::IrsPractitioner) => Self::Respondent,
            Some(CounselType::PrivatePractitioner) => Self::Party,
            None if is_contact => Self::Party,
            None => Self::Outsider,
        }
    }
}

/// Whether a role may read the history of cases. The public record is not the audit.
pub const fn sees_history(role: Role) -> bool {
    role.is_internal()
}

impl<'a> Reader<'a> {
    /// The reader that an actor is to a case.
    pub fn of(actor: &'a Actor, case: &'a Case) -> Self {
        Self {
            actor,
            case,
            relation: Relation::of(actor, case),
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
        if filed.event_code.as_str() == STIN {
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
                if entry.is_stricken() {
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

/// The two kinds of reader from outside the court who see entries at all.
#[derive(Clone, Copy)]
enum Outside {
    Party,
    Public,
}
