//! Parts that several bodies have.

use casefold_events::entry::DocumentRef;
use casefold_events::party::Address;
use casefold_events::vocabulary::ServiceIndicator;
use casefold_events::{Personal, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Check, EXAMPLE_PETITIONER, limits};

/// A document whose content is already in the object store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attachment {
    /// Key in the object store.
    #[schema(min_length = 1, max_length = 256, example = "documents/petition.pdf")]
    pub key: String,
    /// SHA-256 of the content: 64 lower-case hexadecimal digits.
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    pub sha256: String,
    /// How many pages it has.
    #[schema(minimum = 1, maximum = 100_000, example = 2)]
    pub number_of_pages: u32,
}

impl Attachment {
    /// Where its content is, as an event says it.
    pub fn reference(&self) -> DocumentRef {
        DocumentRef {
            key: self.key.clone(),
            sha256: Some(self.sha256.clone()),
        }
    }

    pub(super) fn check(&self, check: &mut Check) {
        check.attached(self);
        check.text("key", &self.key, limits::DOCUMENT_KEY);
        let is_digest = self.sha256.len() == 64
            && self
                .sha256
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !is_digest {
            check.refuse(
                "sha256",
                "is not a SHA-256 digest of 64 lower-case hexadecimal digits",
            );
        }
        if !(1..=limits::PAGES).contains(&self.number_of_pages) {
            check.refuse(
                "numberOfPages",
                format!("is not between 1 and {}", limits::PAGES),
            );
        }
    }

    pub(super) fn example(key: &str) -> Value {
        json!({
            "key": format!("documents/{key}.pdf"),
            "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "numberOfPages": 2,
        })
    }
}

/// A petitioner who is not in the case yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPetitioner {
    /// Full name of the person or organization.
    #[schema(value_type = String, min_length = 1, max_length = 500)]
    pub name: Personal<String>,
    /// A second name: a representative, a trustee, the executor of an estate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub secondary_name: Option<Personal<String>>,
    /// The person through whom mail reaches the petitioner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub in_care_of: Option<Personal<String>>,
    /// The title of a representative, say "Executor".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub title: Option<String>,
    /// Postal address.
    #[schema(value_type = Address)]
    pub address: Personal<Address>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub phone: Option<Personal<String>>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 254)]
    pub email: Option<Personal<String>>,
    /// How the petitioner is served; by default on paper, or electronically if the
    /// petitioner is the one who files electronically. Only the court's clerks give it. A
    /// represented petitioner is not served: counsel is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_indicator: Option<ServiceIndicator>,
    /// The user of the court's systems who is this petitioner, which makes the case that
    /// user's own. Only the court's clerks give it: who files electronically is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
}

impl NewPetitioner {
    pub(super) fn check(&self, check: &mut Check) {
        check.text("name", self.name.expose(), limits::NAME);
        check.personal("secondaryName", self.secondary_name.as_ref(), limits::NAME);
        check.personal("inCareOf", self.in_care_of.as_ref(), limits::NAME);
        check.optional("title", self.title.as_ref(), limits::LINE);
        check.address("address", Some(&self.address));
        check.personal("phone", self.phone.as_ref(), limits::LINE);
        check.email("email", self.email.as_ref());
    }

    pub(super) fn check_all(petitioners: &[Self], check: &mut Check) {
        check.count("petitioners", petitioners.len(), 1, limits::PETITIONERS);
        for (at, petitioner) in petitioners.iter().enumerate() {
            check.within(format_args!("petitioners[{at}]"), |check| {
                petitioner.check(check);
            });
        }
    }

    pub(super) fn example(name: &str) -> Value {
        json!({
            "name": name,
            "address": {
                "address1": "68 Fabien Freeway",
                "city": "Birmingham",
                "state": "AL",
                "postalCode": "35203",
            },
            "phone": "+1 (205) 555-0142",
            "email": "petitioner@example.com",
        })
    }

    /// The example's petitioner as a clerk enters one who has access to the court's system.
    pub(super) fn example_with_user(name: &str) -> Value {
        let mut petitioner = Self::example(name);
        petitioner["userId"] = json!(EXAMPLE_PETITIONER);
        petitioner
    }
}

/// Details of counsel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CounselDetails {
    /// Full name. Counsel who enter a case themselves may leave it out: then it is the name in
    /// their token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 500)]
    pub name: Option<Personal<String>>,
    /// Number at the court's bar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub bar_number: Option<String>,
    /// Firm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500)]
    pub firm_name: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 254)]
    pub email: Option<Personal<String>>,
    /// Telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 200)]
    pub phone: Option<Personal<String>>,
    /// Office address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Address>)]
    pub address: Option<Personal<Address>>,
}

impl CounselDetails {
    pub(super) fn check(&self, check: &mut Check) {
        check.personal("name", self.name.as_ref(), limits::NAME);
        check.optional("barNumber", self.bar_number.as_ref(), limits::LINE);
        check.optional("firmName", self.firm_name.as_ref(), limits::NAME);
        check.email("email", self.email.as_ref());
        check.personal("phone", self.phone.as_ref(), limits::LINE);
        check.address("address", self.address.as_ref());
    }
}
