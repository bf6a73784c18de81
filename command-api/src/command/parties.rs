//! The people of a case.

use casefold_events::party::Address;
use casefold_events::vocabulary::{ContactType, ServiceIndicator};
use casefold_events::{Personal, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::declare::on_case;
use super::{Body, Check, ContactRef, NewPetitioner, limits};

/// Adds a petitioner, a participant or the intervenor to a case whose petition is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddPetitioner {
    /// The contact's part in the case; by default that of a petitioner. A case has at most
    /// one intervenor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_type: Option<ContactType>,
    /// The petitioner, or who else is added.
    pub petitioner: NewPetitioner,
    /// The case's caption from now on; by default it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 2_000)]
    pub caption: Option<Personal<String>>,
    /// From when it holds; by default from now. Not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl Body for AddPetitioner {
    const NAME: &'static str = "AddPetitioner";

    fn check(&self, check: &mut Check) {
        check.within("petitioner", |check| self.petitioner.check(check));
        check.personal("caption", self.caption.as_ref(), limits::TITLE);
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}

impl AddPetitioner {
    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "petitioner": NewPetitioner::example("Selma Horn"),
            "caption": "Nora Quist & Selma Horn, Petitioners",
        })
    }
}

on_case!(
    /// Takes a petitioner, a participant or the intervenor out of a case whose petition is
    /// served. The last petitioner stays.
    ///
    /// Counsel who represent others too go on doing so. Counsel who would represent nobody
    /// any more leave the case with the contact, and with it their access to it.
    RemovePetitioner {
        /// The contact.
        contact: ContactRef,
        /// The case's caption from now on; by default it stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, max_length = 2_000)]
        caption: Option<Personal<String>>,
    }
    check |body, check| check.personal("caption", body.caption.as_ref(), limits::TITLE);
    example {"contact": 2, "caption": "Nora Quist, Petitioner"}
);

/// A detail of a contact that may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ContactField {
    /// The second name.
    SecondaryName,
    /// The person through whom mail reaches the contact.
    InCareOf,
    /// The title.
    Title,
    /// The telephone number.
    Phone,
    /// The e-mail address.
    Email,
}

impl ContactField {
    /// The field's name on the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SecondaryName => "secondaryName",
            Self::InCareOf => "inCareOf",
            Self::Title => "title",
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }
}

/// Changes a contact's details; those that are left out stay. A docket clerk changes all of
/// them, an admissions clerk the e-mail address, and a petitioner their own address,
/// telephone, e-mail and `inCareOf`. Once the petition is served, a change of address,
/// telephone or e-mail puts a notice on the record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UpdateContact {
    /// The contact.
    pub contact: ContactRef,
    /// Full name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub name: Option<Personal<String>>,
    /// A second name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub secondary_name: Option<Personal<String>>,
    /// The person through whom mail reaches the contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub in_care_of: Option<Personal<String>>,
    /// The title of a representative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub title: Option<String>,
    /// Postal address, whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Address>)]
    pub address: Option<Personal<Address>>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub phone: Option<Personal<String>>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 254)]
    pub email: Option<Personal<String>>,
    /// How the contact is served. A represented petitioner is not served: counsel is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_indicator: Option<ServiceIndicator>,
    /// Details to take away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5)]
    pub remove: Vec<ContactField>,
    /// From when it holds; by default from now. Not in the future. Only the court's staff
    /// give it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_at: Option<Timestamp>,
}

impl UpdateContact {
    /// The details that the command gives or takes away.
    pub fn fields(&self) -> Vec<&'static str> {
        let given = [
            ("name", self.name.is_some()),
            ("secondaryName", self.secondary_name.is_some()),
            ("inCareOf", self.in_care_of.is_some()),
            ("title", self.title.is_some()),
            ("address", self.address.is_some()),
            ("phone", self.phone.is_some()),
            ("email", self.email.is_some()),
            ("serviceIndicator", self.service_indicator.is_some()),
        ];
        let given = given
            .into_iter()
            .filter_map(|(name, given)| given.then_some(name));
        given
            .chain(self.remove.iter().map(|field| field.as_str()))
            .collect()
    }

    /// A complete body.
    pub fn example() -> Value {
        json!({
            "type": Self::NAME,
            "contact": 1,
            "address": {
                "address1": "12 Commerce Street",
                "city": "Montgomery",
                "state": "AL",
                "postalCode": "36104",
            },
            "phone": "+1 (334) 555-0117",
        })
    }
}

impl Body for UpdateContact {
    const NAME: &'static str = "UpdateContact";

    fn check(&self, check: &mut Check) {
        check.personal("name", self.name.as_ref(), limits::NAME);
        check.personal("secondaryName", self.secondary_name.as_ref(), limits::NAME);
        check.personal("inCareOf", self.in_care_of.as_ref(), limits::NAME);
        check.optional("title", self.title.as_ref(), limits::LINE);
        check.address("address", self.address.as_ref());
        check.personal("phone", self.phone.as_ref(), limits::LINE);
        check.email("email", self.email.as_ref());
        check.removed(
            &self.fields(),
            self.remove.iter().map(|field| field.as_str()),
        );
    }

    fn effective_at(&self) -> Option<Timestamp> {
        self.effective_at
    }
}
