//! Counsel of record.

use casefold_events::vocabulary::{CounselType, ServiceIndicator};
use casefold_events::{Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::declare::on_case;
use super::{Body, Check, ContactRef, CounselDetails, EXAMPLE_COUNSEL, limits};

on_case!(
    /// Enters counsel's appearance in the case, which makes the case their own.
    ///
    /// A docket or admissions clerk does it for any counsel once the petition is served. A
    /// private practitioner does it for themselves at any time, a practitioner of the
    /// respondent once the petition is served on it; in a sealed case neither does. A private
    /// practitioner represents at least one contact of the case, a practitioner of the
    /// respondent none.
    AssociateCounsel {
        /// The counsel's user id. Clerks alone give it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_id: Option<UserId>,
        /// For whom they appear. Clerks alone give it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        counsel_type: Option<CounselType>,
        /// The counsel's details. A clerk gives at least the name.
        #[serde(default)]
        counsel: CounselDetails,
        /// How counsel is served; by default electronically. Clerks alone give it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service_indicator: Option<ServiceIndicator>,
        /// Whom a private practitioner represents.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 100)]
        representing: Vec<ContactRef>,
    }
    check |body, check| {
        check.within("counsel", |check| body.counsel.check(check));
        check_represented(&body.representing, check);
    };
    example {
        "userId": EXAMPLE_COUNSEL,
        "counselType": "privatePractitioner",
        "counsel": {
            "name": "Vera Lindholm",
            "barNumber": "LV20001",
            "firmName": "Lindholm & Partners",
            "email": "counsel@example.com",
        },
        "representing": [1],
    }
);

fn check_represented(representing: &[ContactRef], check: &mut Check) {
    check.count("representing", representing.len(), 0, limits::REPRESENTED);
    check.distinct("representing", representing);
}

/// A detail of counsel that may be absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CounselField {
    /// The number at the court's bar.
    BarNumber,
    /// The firm.
    FirmName,
    /// The e-mail address.
    Email,
    /// The telephone number.
    Phone,
    /// The office address.
    Address,
}

impl CounselField {
    /// The field's name on the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BarNumber => "barNumber",
            Self::FirmName => "firmName",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Address => "address",
        }
    }
}

on_case!(
    /// Changes counsel's details or whom they represent; what is left out stays. A docket or
    /// admissions clerk changes all of it once the petition is served, and counsel their own
    /// firm, address, telephone and e-mail at any time.
    UpdateCounsel {
        /// The counsel's user id.
        user_id: UserId,
        /// The details that change.
        #[serde(default)]
        counsel: CounselDetails,
        /// How counsel is served.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service_indicator: Option<ServiceIndicator>,
        /// Whom a private practitioner represents from now on: all of them, and at least one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(max_items = 100)]
        representing: Option<Vec<ContactRef>>,
        /// Details to take away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 5)]
        remove: Vec<CounselField>,
    }
    check |body, check| {
        check.within("counsel", |check| body.counsel.check(check));
        check_represented(body.representing.as_deref().unwrap_or_default(), check);
        check.removed(&body.fields(), body.remove.iter().map(|field| field.as_str()));
    };
    example {
        "userId": EXAMPLE_COUNSEL,
        "counsel": {"phone": "+1 (334) 555-0188"},
        "representing": [1, 2],
    }
);

impl UpdateCounsel {
    /// The details that the command gives or takes away.
    pub fn fields(&self) -> Vec<&'static str> {
        let CounselDetails {
            name,
            bar_number,
            firm_name,
            email,
            phone,
            address,
        } = &self.counsel;
        let given = [
            ("name", name.is_some()),
            ("barNumber", bar_number.is_some()),
            ("firmName", firm_name.is_some()),
            ("email", email.is_some()),
            ("phone", phone.is_some()),
            ("address", address.is_some()),
            ("serviceIndicator", self.service_indicator.is_some()),
            ("representing", self.representing.is_some()),
        ];
        let given = given
            .into_iter()
            .filter_map(|(name, given)| given.then_some(name));
        given
            .chain(self.remove.iter().map(|field| field.as_str()))
            .collect()
    }
}

on_case!(
    /// Takes counsel out of the case once the petition is served. Counsel don't withdraw by
    /// themselves: they give notice of it or move for the court's leave (Tax Court Rule 24(c)),
    /// and a clerk records it.
    RemoveCounsel {
        /// The counsel's user id.
        user_id: UserId,
    }
    check |_, _| {};
    example {"userId": EXAMPLE_COUNSEL}
);
