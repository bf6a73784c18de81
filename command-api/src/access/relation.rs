//! How a reader stands to a case.

use casefold_events::DocketNumber;
use casefold_events::vocabulary::{CounselType, Role};
use casefold_shared::case::Case;

use crate::decide::Actor;

/// How a reader stands to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The court's own.
    Internal,
    /// A petitioner, participant or intervenor, or counsel for one, in the case or in
    /// another of its consolidated group.
    Party,
    /// The respondent's counsel of record, in the case or in another of its consolidated
    /// group, or the respondent's reader of all served cases.
    Respondent,
    /// Everybody else.
    Outsider,
}

/// A relation, and from what it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The relation.
    pub relation: Relation,
    /// From what it is known.
    pub known_from: KnownFrom,
}

/// From what a relation is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownFrom {
    /// From the reader's role and the case itself.
    Case,
    /// From the other cases of its group, or from there being none. It may change while the case
    /// doesn't. Both are one, for whoever isn't told of a group must not learn that there is one.
    Group,
}

impl KnownFrom {
    /// From what is known how an actor stands to a case, if the case itself tells that they stand
    /// to it so.
    pub fn of(actor: &Actor, by_itself: Relation) -> Self {
        if by_itself == Relation::Outsider && may_be_party(actor.role) {
            Self::Group
        } else {
            Self::Case
        }
    }
}

/// Whether a role is one that parties and their counsel have.
const fn may_be_party(role: Role) -> bool {
    match role {
        Role::Petitioner | Role::PrivatePractitioner | Role::IrsPractitioner => true,
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
        | Role::Admin
        | Role::IrsSuperuser
        | Role::System => false,
    }
}

impl Relation {
    /// How an actor stands to a case, as far as the case itself tells.
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

    /// How an actor stands to a case through another case of its consolidated group: as they
    /// stand to that one, if both say that they are of one group.
    ///
    /// Source: domain of the court, "Who may do it": "its user id among petitioners or
    /// counsel, or in the consolidated group".
    pub fn through(actor: &Actor, case: &Case, other: &Case) -> Self {
        if lists(case, other.docket_number) && lists(other, case.docket_number) {
            Self::of(actor, other)
        } else {
            Self::Outsider
        }
    }

    /// The other cases of a consolidated group, one of which may be the actor's own: for
    /// somebody who is an outsider as far as the case itself tells, and whose role is one
    /// that parties and their counsel have. For everybody else none, so that nobody else's
    /// reading costs more.
    pub fn further_cases(actor: &Actor, case: &Case) -> Vec<DocketNumber> {
        match &case.consolidation {
            Some(group) if KnownFrom::of(actor, Self::of(actor, case)) == KnownFrom::Group => group
                .members
                .iter()
                .copied()
                .filter(|number| *number != case.docket_number)
                .collect(),
            Some(_) | None => Vec::new(),
        }
    }
}

/// Whether a case's group has a case.
fn lists(case: &Case, number: DocketNumber) -> bool {
    case.consolidation
        .as_ref()
        .is_some_and(|group| group.members.contains(&number))
}
