//! The people of a case: contacts and counsel.

use std::collections::HashSet;

use casefold_events::case::parties::{CounselAssociated, PartyAdded};
use casefold_events::party::{Address, Contact, Counsel};
use casefold_events::vocabulary::{ContactType, CounselType, ServiceIndicator};
use casefold_events::{ContactId, DocketNumber, Personal, Timestamp, UserId};
use uuid::Uuid;

use super::door::DoorItem;
use super::finding::Finding;
use super::ids::{derived_in_case, id_in_case};
use super::reader::Reader;
use super::timeline::{Kind, Timeline};

/// What stands where an event needs a name and the source has none.
const NO_NAME: &str = "name not recorded";

/// Every contact of a case, in the order of the source.
pub(super) fn contacts(
    case: DocketNumber,
    users: &[String],
    represented: &HashSet<ContactId>,
    reader: &mut Reader<'_>,
) -> Vec<Contact> {
    let mut ids = HashSet::new();
    reader.each("petitioners", |at, reader| {
        let contact_id = contact_id(case, at, &mut ids, reader);
        contact(contact_id, users, represented.contains(&contact_id), reader)
    })
}

/// Splits the petitioners from the others, who join the case by a commit of their own. The
/// source doesn't say when they did; they stand in the case from the petition on.
pub(super) fn plan_others(
    contacts: Vec<Contact>,
    received_at: Timestamp,
    timeline: &mut Timeline,
) -> Vec<Contact> {
    let (petitioners, others): (Vec<_>, Vec<_>) = contacts
        .into_iter()
        .partition(|c| c.contact_type == ContactType::Petitioner);
    for contact in others {
        let event = PartyAdded { contact }.into();
        timeline.add(Kind::Party, "ImportParty", received_at, vec![event]);
    }
    petitioners
}

fn contact_id(
    case: DocketNumber,
    at: usize,
    taken: &mut HashSet<ContactId>,
    reader: &mut Reader<'_>,
) -> ContactId {
    let by_place = || derived_in_case(case, &format!("petitioners/{at}"));
    let id = match reader
        .peek_text("contactId")
        .map(|source| id_in_case(case, source))
    {
        Some(id) if taken.contains(&ContactId(id)) => {
            reader.unplaced(
                "contactId",
                "another contact of the case has it; one is derived",
            );
            by_place()
        }
        Some(_) => take_id(case, "contactId", reader),
        None => {
            reader.supposed("contactId", "an id is derived from the contact's place");
            by_place()
        }
    };
    taken.insert(ContactId(id));
    ContactId(id)
}

/// Takes an id; of one that is no UUID, another is derived.
pub(super) fn take_id(case: DocketNumber, name: &str, reader: &mut Reader<'_>) -> Uuid {
    let id = reader
        .converted(name, |source| Some(id_in_case(case, source)))
        .unwrap_or_default();
    if reader.is_present(name) {
        reader.unplaced(
            name,
            "it is no UUID as they are written; one is derived from it",
        );
    }
    id
}

fn contact(
    contact_id: ContactId,
    users: &[String],
    is_represented: bool,
    reader: &mut Reader<'_>,
) -> Contact {
    // The court's system gives a contact who is a user the user's id, and lists the case
    // under the user.
    let by_id = contact_id.to_string();
    let listed = users.contains(&by_id).then(|| UserId::from(contact_id.0));
    let user_id = reader
        .converted("userId", |id| UserId::new(id).ok())
        .or(listed);
    let email = reader.text("email").map(Personal::new);
    let service_indicator = service_indicator(email.is_some(), is_represented, reader);
    Contact {
        contact_id,
        contact_type: contact_type(reader),
        user_id,
        name: name(reader),
        secondary_name: reader.text("secondaryName").map(Personal::new),
        in_care_of: reader.text("inCareOf").map(Personal::new),
        title: reader.text("title"),
        address: address(reader),
        phone: reader.text("phone").map(Personal::new),
        email,
        service_indicator,
        is_address_sealed: reader.flag("isAddressSealed").unwrap_or_default(),
    }
}

fn contact_type(reader: &mut Reader<'_>) -> ContactType {
    // Until 2021 the petitioners were told apart by number.
    if matches!(
        reader.peek_text("contactType"),
        Some("primary" | "secondary")
    ) {
        return ContactType::Petitioner;
    }
    reader
        .word("contactType", ContactType::ALL, ContactType::as_str)
        .unwrap_or_else(|| {
            reader.supposed("contactType", "the contact is a participant");
            ContactType::Participant
        })
}

fn name(reader: &mut Reader<'_>) -> Personal<String> {
    let name = reader.text("name").unwrap_or_else(|| {
        reader.supposed("name", "there is none, and the event says so");
        NO_NAME.to_owned()
    });
    name.into()
}

/// How a person is served; the court's rule where the source is silent: whom counsel
/// represents is not served, others by e-mail where there is an address.
fn service_indicator(
    has_email: bool,
    is_represented: bool,
    reader: &mut Reader<'_>,
) -> ServiceIndicator {
    let stated = reader.word(
        "serviceIndicator",
        ServiceIndicator::ALL,
        ServiceIndicator::as_str,
    );
    stated.unwrap_or_else(|| {
        let (indicator, reason) = match (is_represented, has_email) {
            (true, _) => (
                ServiceIndicator::None,
                "None, for counsel is served instead",
            ),
            (false, true) => (
                ServiceIndicator::Electronic,
                "Electronic, for there is an e-mail",
            ),
            (false, false) => (ServiceIndicator::Paper, "Paper, for there is no e-mail"),
        };
        reader.supposed("serviceIndicator", reason);
        indicator
    })
}

fn address(reader: &mut Reader<'_>) -> Option<Personal<Address>> {
    let parts = [
        "address1",
        "address2",
        "address3",
        "city",
        "state",
        "postalCode",
        "country",
    ];
    if !parts.iter().any(|part| reader.peek_text(part).is_some()) {
        return None;
    }
    Some(Personal::new(Address {
        address1: reader.text("address1").unwrap_or_default(),
        address2: reader.text("address2"),
        address3: reader.text("address3"),
        city: reader.text("city").unwrap_or_default(),
        state: reader.text("state"),
        postal_code: reader.text("postalCode"),
        country: reader.text("country"),
    }))
}

/// Reads every counsel. Nothing in the source says when they appeared; they stand in the
/// case from the petition on.
pub(super) fn counsel(
    case: DocketNumber,
    items: &mut [DoorItem],
    findings: &mut Vec<Finding>,
) -> Vec<Counsel> {
    let one = |item: &mut DoorItem| {
        let sk = item.about.sk.clone();
        item.read(findings, |reader| one_counsel(case, &sk, reader))
    };
    items.iter_mut().map(one).collect()
}

/// Plans the appearance of every counsel.
pub(super) fn plan_counsel(counsel: Vec<Counsel>, received_at: Timestamp, timeline: &mut Timeline) {
    for counsel in counsel {
        let event = CounselAssociated { counsel }.into();
        timeline.add(Kind::Party, "ImportCounsel", received_at, vec![event]);
    }
}

fn one_counsel(case: DocketNumber, sk: &str, reader: &mut Reader<'_>) -> Counsel {
    let (kind, key) = sk.split_once('|').unwrap_or((sk, sk));
    let counsel_type = if kind == CounselType::IrsPractitioner.as_str() {
        CounselType::IrsPractitioner
    } else {
        CounselType::PrivatePractitioner
    };
    let user_id = reader.converted("userId", |id| UserId::new(id).ok());
    let user_id = user_id
        .or_else(|| UserId::new(key).ok())
        .unwrap_or_else(|| {
            reader.unplaced("userId", "it is no user id; one is derived from it");
            derived_in_case(case, key).into()
        });
    let email = reader.text("email").map(Personal::new);
    let (address, phone) = reader
        .within("contact", |contact| {
            (address(contact), contact.text("phone").map(Personal::new))
        })
        .unwrap_or_default();
    Counsel {
        user_id,
        counsel_type,
        name: name(reader),
        bar_number: reader.text("barNumber").map(Personal::new),
        firm_name: reader.text("firmName").map(Personal::new),
        service_indicator: service_indicator(email.is_some(), false, reader),
        email,
        phone,
        address,
        representing: reader.texts("representing", |contact| {
            ContactId(id_in_case(case, contact))
        }),
    }
}
