//! Folding the people of a case.

use casefold_events::ContactId;
use casefold_events::case::parties::{
    AddressSealed, AddressUnsealed, ContactUpdated, CounselAssociated, CounselRemoved,
    CounselUpdated, PartyAdded, PartyRemoved,
};
use casefold_events::party::Contact;

use super::Case;

impl Case {
    /// The contact with this id.
    pub fn party(&self, id: ContactId) -> Option<&Contact> {
        self.parties.iter().find(|contact| contact.contact_id == id)
    }

    fn party_mut(&mut self, id: ContactId) -> Option<&mut Contact> {
        let at = self.parties.iter().position(|it| it.contact_id == id)?;
        self.parties.edit().get_mut(at)
    }

    pub(super) fn party_added(&mut self, event: PartyAdded) {
        if self.party(event.contact.contact_id).is_none() {
            self.parties.edit().push(event.contact);
        }
    }

    pub(super) fn contact_updated(&mut self, event: ContactUpdated) {
        let id = event.contact.contact_id;
        if let Some(contact) = self.party_mut(id) {
            *contact = event.contact;
        }
    }

    pub(super) fn counsel_associated(&mut self, event: CounselAssociated) {
        let id = &event.counsel.user_id;
        self.counsel.retain(|counsel| counsel.user_id != *id);
        self.counsel.edit().push(event.counsel);
    }

    pub(super) fn party_removed(&mut self, event: PartyRemoved) {
        let id = event.contact_id;
        self.parties.retain(|contact| contact.contact_id != id);
        if self.counsel.iter().any(|it| it.representing.contains(&id)) {
            for counsel in self.counsel.edit() {
                counsel
                    .representing
                    .retain(|represented| *represented != id);
            }
        }
    }

    pub(super) fn address_sealed(&mut self, event: AddressSealed) {
        self.mark_address(event.contact_id, true);
    }

    pub(super) fn address_unsealed(&mut self, event: AddressUnsealed) {
        self.mark_address(event.contact_id, false);
    }

    fn mark_address(&mut self, id: ContactId, is_sealed: bool) {
        if let Some(contact) = self.party_mut(id) {
            contact.is_address_sealed = is_sealed;
        }
    }

    pub(super) fn counsel_updated(&mut self, event: CounselUpdated) {
        let id = &event.counsel.user_id;
        if let Some(at) = self.counsel.iter().position(|it| it.user_id == *id) {
            self.counsel.edit()[at] = event.counsel;
        }
    }

    pub(super) fn counsel_removed(&mut self, event: CounselRemoved) {
        self.counsel
            .retain(|counsel| counsel.user_id != event.user_id);
    }
}
