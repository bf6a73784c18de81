//! The petitioners of 2020 stood in three places, without ids; now they are one list.

use serde_json::{Map, Value, json};

use super::derived::derived_id;
use super::{Payload, Step};

pub(super) const STEP: Step = Step {
    event_type: "PetitionFiled",
    from: 1,
    meaning: "`contactPrimary`, `contactSecondary` and `otherPetitioners` become `petitioners`, \
              each with an id and an address of its own",
    personal: &PERSONAL,
    lift,
};

/// Where personal values are: in the people of 2020, and in today's form, which was written
/// under version 1 before the first release. An import writes each person with an id, so whose
/// a value is follows from its place here too.
const PERSONAL: [&str; 43] = [
    "/caption",
    "/contactPrimary/name",
    "/contactPrimary/secondaryName",
    "/contactPrimary/inCareOf",
    "/contactPrimary/phone",
    "/contactPrimary/email",
    "/contactPrimary/address1",
    "/contactPrimary/address2",
    "/contactPrimary/address3",
    "/contactPrimary/city",
    "/contactPrimary/state",
    "/contactPrimary/postalCode",
    "/contactPrimary/country",
    "/contactSecondary/name",
    "/contactSecondary/secondaryName",
    "/contactSecondary/inCareOf",
    "/contactSecondary/phone",
    "/contactSecondary/email",
    "/contactSecondary/address1",
    "/contactSecondary/address2",
    "/contactSecondary/address3",
    "/contactSecondary/city",
    "/contactSecondary/state",
    "/contactSecondary/postalCode",
    "/contactSecondary/country",
    "/otherPetitioners/*/name",
    "/otherPetitioners/*/secondaryName",
    "/otherPetitioners/*/inCareOf",
    "/otherPetitioners/*/phone",
    "/otherPetitioners/*/email",
    "/otherPetitioners/*/address1",
    "/otherPetitioners/*/address2",
    "/otherPetitioners/*/address3",
    "/otherPetitioners/*/city",
    "/otherPetitioners/*/state",
    "/otherPetitioners/*/postalCode",
    "/otherPetitioners/*/country",
    "/petitioners/*/name",
    "/petitioners/*/secondaryName",
    "/petitioners/*/inCareOf",
    "/petitioners/*/phone",
    "/petitioners/*/email",
    "/petitioners/*/address",
];

/// Parts of a contact that keep their names.
const KEPT: [&str; 7] = [
    "userId",
    "name",
    "secondaryName",
    "inCareOf",
    "title",
    "phone",
    "email",
];

/// Parts of the address, which stood among the contact's own fields.
const OF_ADDRESS: [&str; 7] = [
    "address1",
    "address2",
    "address3",
    "city",
    "state",
    "postalCode",
    "country",
];

fn lift(mut value: Value) -> Option<Vec<Payload>> {
    let source = value.to_string();
    let petition = value.as_object_mut()?;
    if petition.contains_key("petitioners") {
        // Before the first release a petition of today's form was written under version 1.
        return (!petition.contains_key("contactPrimary")).then(|| vec![lifted(value)]);
    }
    let primary = petition.remove("contactPrimary")?;
    let mut petitioners = vec![petitioner(primary, "contactPrimary", &source)?];
    // Where there was no second petitioner, 2020 often wrote an empty object.
    if let Some(secondary) = petition
        .remove("contactSecondary")
        .filter(|person| *person != json!({}))
    {
        petitioners.push(petitioner(secondary, "contactSecondary", &source)?);
    }
    match petition.remove("otherPetitioners") {
        None => {}
        Some(Value::Array(others)) => {
            for (at, person) in others.into_iter().enumerate() {
                let place = format!("otherPetitioners/{at}");
                petitioners.push(petitioner(person, &place, &source)?);
            }
        }
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_))
        | Some(Value::Object(_)) => return None,
    }
    petition.insert("petitioners".to_owned(), Value::Array(petitioners));
    Some(vec![lifted(value)])
}

const fn lifted(value: Value) -> Payload {
    Payload {
        event_type: "PetitionFiled",
        version: 2,
        value,
    }
}

fn petitioner(person: Value, place: &str, source: &str) -> Option<Value> {
    let Value::Object(mut person) = person else {
        return None;
    };
    let mut contact = Map::new();
    let id = person
        .remove("contactId")
        .unwrap_or_else(|| json!(derived_id(source, place)));
    contact.insert("contactId".to_owned(), id);
    contact.insert("contactType".to_owned(), json!("petitioner"));
    take(&mut person, &KEPT, &mut contact);
    let mut address = Map::new();
    take(&mut person, &OF_ADDRESS, &mut address);
    if !address.is_empty() {
        for needed in ["address1", "city"] {
            address.entry(needed).or_insert_with(|| json!(""));
        }
        contact.insert("address".to_owned(), Value::Object(address));
    }
    // Where nothing was said, the court served by e-mail whom it could reach by it.
    let indicator = person.remove("serviceIndicator").unwrap_or_else(|| {
        let by_email = contact.contains_key("email");
        json!(if by_email { "Electronic" } else { "Paper" })
    });
    contact.insert("serviceIndicator".to_owned(), indicator);
    // In 2020 the court could not seal an address.
    contact.insert("isAddressSealed".to_owned(), json!(false));
    Some(Value::Object(contact))
}

fn take(from: &mut Map<String, Value>, names: &[&str], to: &mut Map<String, Value>) {
    for name in names {
        if let Some(value) = from.remove(*name) {
            to.insert((*name).to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(petition: Value) -> Option<Value> {
        let mut lifted = lift(petition)?;
        let payload = lifted.pop()?;
        assert_eq!((payload.event_type, payload.version), ("PetitionFiled", 2));
        assert!(lifted.is_empty());
        Some(payload.value)
    }

    #[test]
    fn a_petition_that_was_written_in_todays_form_before_the_first_release_stays_as_it_is() {
        let petition = json!({"petitioners": [{"name": "Nora Quist"}]});
        assert_eq!(after(petition.clone()), Some(petition));
    }

    #[test]
    fn the_people_stand_in_one_list_in_their_order_and_the_rest_is_untouched() {
        let petition = json!({
            "caption": "Nora Quist, Petitioner",
            "contactPrimary": {"name": "Nora Quist", "address1": "1 Elm St", "city": "Reno",
                "email": "nora@example.com"},
            "contactSecondary": {"name": "Vera Lindholm", "serviceIndicator": "None"},
            "otherPetitioners": [{"name": "Ida Falk", "title": "Executor", "city": "Reno"}],
        });
        let source = petition.to_string();
        assert_eq!(
            after(petition),
            Some(json!({
                "caption": "Nora Quist, Petitioner",
                "petitioners": [
                    {"contactId": derived_id(&source, "contactPrimary"),
                     "contactType": "petitioner", "name": "Nora Quist",
                     "address": {"address1": "1 Elm St", "city": "Reno"},
                     "email": "nora@example.com", "serviceIndicator": "Electronic",
                     "isAddressSealed": false},
                    {"contactId": derived_id(&source, "contactSecondary"),
                     "contactType": "petitioner", "name": "Vera Lindholm",
                     "serviceIndicator": "None", "isAddressSealed": false},
                    {"contactId": derived_id(&source, "otherPetitioners/0"),
                     "contactType": "petitioner", "name": "Ida Falk", "title": "Executor",
                     "address": {"address1": "", "city": "Reno"},
                     "serviceIndicator": "Paper", "isAddressSealed": false},
                ],
            }))
        );
    }

    #[test]
    fn an_id_that_is_there_is_kept_and_an_empty_second_contact_is_nobody() {
        let id = "b1aa4aa2-c214-424c-8870-d0049c5744d8";
        let petition = json!({
            "contactPrimary": {"name": "Nora Quist", "contactId": id},
            "contactSecondary": {},
        });
        assert_eq!(
            after(petition),
            Some(json!({"petitioners": [
                {"contactId": id, "contactType": "petitioner", "name": "Nora Quist",
                 "serviceIndicator": "Paper", "isAddressSealed": false},
            ]}))
        );
    }

    #[test]
    fn a_petition_that_is_not_of_the_first_version_is_refused() {
        let person = json!({"name": "Nora Quist"});
        for petition in [
            json!({"petitioners": [person], "contactPrimary": person}),
            json!({"contactSecondary": person}),
            json!({"contactPrimary": "Nora Quist"}),
            json!({"contactPrimary": person, "otherPetitioners": {"0": person}}),
            json!(["contactPrimary"]),
        ] {
            assert_eq!(lift(petition.clone()), None, "{petition}");
        }
    }
}
