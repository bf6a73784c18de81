//! Sealing the addresses of a case's people.

use casefold_events::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::declare::on_case;
use super::{Body, Check, ContactRef};

on_case!(
    /// Seals a contact's address: from now on nobody outside the court sees it but the contact
    /// and their counsel. It can be sealed before the petition is served, for whoever has to
    /// hide can't wait. It is sealed once.
    SealAddress {
        /// The contact.
        contact: ContactRef,
    }
    check |_, _| {};
    example {"contact": 1}
);
on_case!(
    /// Unseals a contact's address.
    UnsealAddress {
        /// The contact.
        contact: ContactRef,
    }
    check |_, _| {};
    example {"contact": 1}
);
