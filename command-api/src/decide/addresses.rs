//! Sealing the addresses of a case's people.

use casefold_events::case::parties::{AddressSealed, AddressUnsealed};
use casefold_shared::case::Case;

use super::draft::Draft;
use super::parties::find_contact;
use crate::command::{SealAddress, UnsealAddress};
use crate::refusal::Refusal;

/// A docket clerk seals a contact's address.
pub(super) fn seal(case: &Case, body: &SealAddress, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let contact = find_contact(case, body.contact)?;
    if contact.is_address_sealed {
        return Err(Refusal::AddressAlreadySealed);
    }
    let contact_id = contact.contact_id;
    draft.event(AddressSealed { contact_id });
    Ok(())
}

/// A docket clerk unseals a contact's address.
pub(super) fn unseal(
    case: &Case,
    body: &UnsealAddress,
    draft: &mut Draft<'_>,
) -> Result<(), Refusal> {
    let contact = find_contact(case, body.contact)?;
    if !contact.is_address_sealed {
        return Err(Refusal::AddressNotSealed);
    }
    let contact_id = contact.contact_id;
    draft.event(AddressUnsealed { contact_id });
    Ok(())
}
