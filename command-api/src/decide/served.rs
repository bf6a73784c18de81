//! On whom a document is served.

use casefold_events::Personal;
use casefold_events::entry::ServedParty;
use casefold_events::vocabulary::{ContactType, CounselType, ServiceIndicator};
use casefold_shared::case::Case;

/// The respondent's name on the record where no counsel has appeared for it.
const RESPONDENT: &str = "IRS";

/// Everybody in a case: the parties, their counsel, and the respondent.
pub(super) fn on_both(case: &Case) -> Vec<ServedParty> {
    let contacts = case.parties.iter().filter_map(|contact| {
        addressee(
            contact.service_indicator,
            &contact.name,
            contact.email.as_ref(),
        )
    });
    let mut served: Vec<_> = contacts
        .chain(counsel(case, CounselType::PrivatePractitioner))
        .collect();
    served.extend(on_respondent(case));
    served
}

/// The petitioners and their counsel.
pub(super) fn on_petitioners(case: &Case) -> Vec<ServedParty> {
    case.parties
        .iter()
        .filter(|contact| match contact.contact_type {
            ContactType::Petitioner => true,
            ContactType::Participant | ContactType::Intervenor => false,
        })
        .filter_map(|contact| {
            addressee(
                contact.service_indicator,
                &contact.name,
                contact.email.as_ref(),
            )
        })
        .chain(counsel(case, CounselType::PrivatePractitioner))
        .collect()
}

/// The respondent: its counsel of record, or itself.
pub(super) fn on_respondent(case: &Case) -> Vec<ServedParty> {
    let served: Vec<_> = counsel(case, CounselType::IrsPractitioner).collect();
    if served.is_empty() {
        vec![ServedParty {
            name: RESPONDENT.into(),
            email: None,
        }]
    } else {
        served
    }
}

fn counsel(case: &Case, counsel_type: CounselType) -> impl Iterator<Item = ServedParty> {
    case.counsel
        .iter()
        .filter(move |counsel| counsel.counsel_type == counsel_type)
        .filter_map(|counsel| {
            addressee(
                counsel.service_indicator,
                &counsel.name,
                counsel.email.as_ref(),
            )
        })
}

/// A person as they are served: electronically, with the e-mail address; on paper, by name
/// alone; or not at all.
fn addressee(
    service: ServiceIndicator,
    name: &Personal<String>,
    email: Option<&Personal<String>>,
) -> Option<ServedParty> {
    match service {
        ServiceIndicator::Electronic => Some(ServedParty {
            name: name.clone(),
            email: email.cloned(),
        }),
        ServiceIndicator::Paper => Some(ServedParty {
            name: name.clone(),
            email: None,
        }),
        ServiceIndicator::None => None,
    }
}
