//! How the one who sends a command stands to a case.

use casefold_events::ContactId;
use casefold_events::party::{Contact, Counsel};
use casefold_events::vocabulary::{CaseStatus, ContactType, CounselType};
use casefold_shared::case::Case;

use super::Actor;
use crate::refusal::Refusal;

/// A party, or counsel of record, in a case of their own.
#[derive(Clone, Copy)]
pub(super) enum Side<'a> {
    /// A petitioner, participant or intervenor.
    Contact(&'a Contact),
    /// Counsel for petitioners.
    PetitionersCounsel(&'a Counsel),
    /// Counsel for the respondent.
    Respondent,
}

impl Side<'_> {
    /// On which side of a case somebody is, if on any.
    pub(super) fn find<'a>(case: &'a Case, actor: &Actor) -> Option<Side<'a>> {
        let counsel = case
            .counsel
            .iter()
            .find(|counsel| counsel.user_id == actor.user_id);
        match counsel.map(|counsel| (counsel, counsel.counsel_type)) {
            Some((_, CounselType::IrsPractitioner)) => Some(Side::Respondent),
            Some((counsel, CounselType::PrivatePractitioner)) => {
                Some(Side::PetitionersCounsel(counsel))
            }
            None => own_contact(case, actor).map(Side::Contact),
        }
    }

    /// On which side of a case somebody is.
    ///
    /// A member's standing in another case of a consolidated group counts where a command is
    /// about the group; a command on one case is decided over that case alone.
    ///
    /// # Errors
    /// [`Refusal::NotAParty`] where they are on none.
    pub(super) fn require<'a>(case: &'a Case, actor: &Actor) -> Result<Side<'a>, Refusal> {
        Self::find(case, actor).ok_or(Refusal::NotAParty)
    }
}

/// The contact who is this user.
pub(super) fn own_contact<'a>(case: &'a Case, actor: &Actor) -> Option<&'a Contact> {
    case.parties
        .iter()
        .find(|contact| contact.user_id.as_ref() == Some(&actor.user_id))
}

/// Whether counsel represents a petitioner.
pub(crate) fn is_represented(case: &Case, contact: ContactId) -> bool {
    case.counsel
        .iter()
        .any(|counsel| match counsel.counsel_type {
            CounselType::PrivatePractitioner => counsel.representing.contains(&contact),
            CounselType::IrsPractitioner => false,
        })
}

/// The respondent as the record abbreviates it among filers.
pub(super) const RESPONDENT_AS_FILER: &str = "Resp.";

/// Somebody of the court, as the record says who did a thing.
pub(super) fn name_on_record(actor: &Actor) -> String {
    let name = actor.name.as_ref().map(|name| name.expose().clone());
    name.unwrap_or_else(|| actor.user_id.to_string())
}

/// A contact as the record abbreviates their part in the case: "Petr. Nora Quist".
pub(super) fn as_filer(contact: &Contact) -> String {
    let part = match contact.contact_type {
        ContactType::Petitioner => "Petr.",
        ContactType::Participant => "Part.",
        ContactType::Intervenor => "Intv.",
    };
    format!("{part} {}", contact.name.expose())
}

/// Whether the petition is served on the respondent. A case that came from another system
/// may have left `New` without a record of the service.
pub(crate) fn is_served(case: &Case) -> bool {
    case.petition_served_at.is_some() || case.status != CaseStatus::New
}

/// Lets a case pass whose petition is served.
///
/// # Errors
/// [`Refusal::PetitionNotServed`] where it is not.
pub(super) fn require_served(case: &Case) -> Result<(), Refusal> {
    if is_served(case) {
        Ok(())
    } else {
        Err(Refusal::PetitionNotServed)
    }
}
