//! Notes that the service itself puts on the record.

use casefold_events::CaseEvent;
use casefold_events::case::intake::Fee;
use casefold_events::entry::AutomaticCode;
use casefold_events::party::Contact;
use casefold_shared::case::Case;

use super::Occasion;
use crate::decide::actor::is_served;
use crate::decide::caption::{note_amended, note_renumbered};
use crate::decide::draft::Draft;

/// Notes that the fee is paid or waived (domain of the court, event codes `FEE` and `FEEW`).
pub(super) fn of_fee(occasion: &Occasion<'_>, after: &Case, draft: &mut Draft<'_>) {
    let kind = std::mem::discriminant::<Fee>;
    if kind(&occasion.before.fee) != kind(&after.fee) {
        note_fee(&after.fee, draft);
    }
}

/// Puts a note on the record that the fee is paid or waived.
pub(crate) fn note_fee(fee: &Fee, draft: &mut Draft<'_>) {
    match fee {
        Fee::Paid { .. } => {
            draft.minute(AutomaticCode::FeePaid, "Filing Fee Paid".to_owned());
        }
        Fee::Waived { .. } => {
            draft.minute(AutomaticCode::FeeWaived, "Filing Fee Waived".to_owned());
        }
        Fee::NotPaid => {}
    }
}

/// Notes changes of caption and suffix (domain of the court, event codes `MINC` and `MIND`).
/// What changed before the petition was served is noted at its service.
pub(super) fn of_caption_and_number(occasion: &Occasion<'_>, after: &Case, draft: &mut Draft<'_>) {
    let before = occasion.before;
    if !is_served(before) {
        return;
    }
    if before.caption != after.caption {
        note_amended(&before.caption, &after.caption, draft);
    }
    note_renumbered(after, before.docket_number_suffix(), draft);
}

/// Notes changed details of contacts (domain of the court, event codes `NCA`, `NCP`, `NCAP`
/// and `NOCE`). They say whose details changed, and not what they are. Before service nobody
/// but the court has been told the old details.
pub(super) fn of_contacts(occasion: &Occasion<'_>, after: &Case, draft: &mut Draft<'_>) {
    if !is_served(after) {
        return;
    }
    for event in occasion.events {
        if let CaseEvent::ContactUpdated(event) = event
            && let Some(before) = occasion.before.party(event.contact.contact_id)
        {
            note_changes(before, &event.contact, draft);
        }
    }
}

fn note_changes(before: &Contact, after: &Contact, draft: &mut Draft<'_>) {
    let address = before.address != after.address || before.in_care_of != after.in_care_of;
    let phone = before.phone != after.phone;
    let name = after.name.expose();
    let of_address_and_phone = match (address, phone) {
        (true, true) => Some((
            AutomaticCode::AddressAndPhoneChanged,
            format!("Notice of Change of Address and Telephone Number for {name}"),
        )),
        (true, false) => Some((
            AutomaticCode::AddressChanged,
            format!("Notice of Change of Address for {name}"),
        )),
        (false, true) => Some((
            AutomaticCode::PhoneChanged,
            format!("Notice of Change of Telephone Number for {name}"),
        )),
        (false, false) => None,
    };
    let of_email = (before.email != after.email).then(|| {
        (
            AutomaticCode::EmailChanged,
            format!("Notice of Change of Email Address for {name}"),
        )
    });
    for (code, title) in of_address_and_phone.into_iter().chain(of_email) {
        draft.minute(code, title);
    }
}
