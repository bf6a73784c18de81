//! What follows when counsel comes or goes.

use casefold_events::CaseEvent;
use casefold_events::case::parties::ContactUpdated;
use casefold_events::party::Contact;
use casefold_events::vocabulary::ServiceIndicator;
use casefold_shared::case::Case;

use super::Occasion;
use crate::decide::actor::is_represented;
use crate::decide::draft::Draft;

/// Domain of the court, group "parties": "a represented petitioner's service indicator
/// becomes None"; so does a participant's and the intervenor's. One whom nobody represents any
/// more is served as a user of the court's systems, or else on paper.
pub(super) fn serve_counsel_instead(occasion: &Occasion<'_>, after: &Case, draft: &mut Draft<'_>) {
    if !occasion.events.iter().any(is_about_representation) {
        return;
    }
    for contact in &after.parties {
        let was_represented = is_represented(occasion.before, contact.contact_id);
        let represented = is_represented(after, contact.contact_id);
        let service_indicator = match contact.service_indicator {
            ServiceIndicator::Electronic | ServiceIndicator::Paper if represented => {
                ServiceIndicator::None
            }
            ServiceIndicator::None if was_represented && !represented => reached_by(contact),
            ServiceIndicator::Electronic | ServiceIndicator::Paper | ServiceIndicator::None => {
                continue;
            }
        };
        draft.event(ContactUpdated {
            contact: Contact {
                service_indicator,
                ..contact.clone()
            },
        });
    }
}

fn is_about_representation(event: &CaseEvent) -> bool {
    matches!(
        event,
        CaseEvent::CounselAssociated(_)
            | CaseEvent::CounselUpdated(_)
            | CaseEvent::CounselRemoved(_)
            | CaseEvent::PartyAdded(_)
    )
}

const fn reached_by(contact: &Contact) -> ServiceIndicator {
    match contact.user_id {
        Some(_) => ServiceIndicator::Electronic,
        None => ServiceIndicator::Paper,
    }
}
