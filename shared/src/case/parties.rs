//! Folding the people of a case.

use casefold_events::ContactId;
use casefold_events::case::parties::{ContactUpdated, CounselAssociated, PartyAdded};
use casefold_events::party::Contact;

use super::Case;

impl Case {
    /// The contact with this id.
    pub fn party(&self, id: ContactId) -> Option<&Contact> {
        self.parties.iter().find(|contact| contact.contact_id == id)
    }

    pub(super) fn party_added(&mut self, event: PartyAdded) {
        if self.party(event.contact.contact_id).is_none() {
            self.parties.push(event.contact);
        }
    }

    pub(super) fn contact_updated(&mut self, event: ContactUpdated) {
        let id = event.contact.contact_id;
        if let Some(contact) = self
            .parties
            .iter_mut()
            .find(|contact| contact.contact_id == id)
        {
            *contact = event.contact;
        }
    }

    pub(super) fn counsel_associated(&mut self, event: CounselAssociated) {
        let id = &event.counsel.user_id;
        self.counsel.retain(|counsel| counsel.user_id != *id);
        self.counsel.push(event.counsel);
    }
}
