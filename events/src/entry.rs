//! What a docket entry is made of when it is filed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::ids::{ContactId, DocketEntryId};
use crate::personal::Personal;
use crate::schema::text_schema;
use crate::time::Timestamp;
use crate::vocabulary::{Objections, ServedPartiesCode};

/// The court's short name for a kind of document, 1 to 8 capital letters and digits: `P`,
/// `RQT`, `M000`. The codes that carry rules are listed where the rules are; a court adds
/// others at will, so this is text and not an enumeration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventCode(
    /// Padded with zeros, which come before every character: so it is ordered like the text.
    [u8; 8],
);

text_schema!(
    EventCode,
    "The court's short name for a kind of document",
    "M000",
    pattern = "^[A-Z0-9]{1,8}$"
);

impl EventCode {
    /// The code of an order: of the one, say, that a stamp on a motion makes.
    pub const fn order() -> Self {
        Self::padded(b"O")
    }

    /// The code of an answer to the petition.
    pub const fn answer() -> Self {
        Self::padded(b"A")
    }

    /// The code of up to eight characters.
    const fn padded(text: &[u8]) -> Self {
        let mut padded = [0; 8];
        let mut at = 0;
        while at < text.len() && at < padded.len() {
            padded[at] = text[at];
            at += 1;
        }
        Self(padded)
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0);
        std::str::from_utf8(&self.0[..length.unwrap_or(self.0.len())]).unwrap_or_default()
    }
}

/// Text that is not an event code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event code is 1 to 8 capital letters and digits, for example M000")]
pub struct EventCodeError;

impl FromStr for EventCode {
    type Err = EventCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let allowed = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        if (1..=8).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self::padded(text.as_bytes()))
        } else {
            Err(EventCodeError)
        }
    }
}

impl fmt::Display for EventCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for EventCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for EventCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for EventCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::read(deserializer)
    }
}

/// Declares the codes that the service itself gives to entries, once.
macro_rules! automatic_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal),+ $(,)?) => {
        /// The event codes of entries that the service makes by itself when something
        /// happens: with a petition, at its service, when a contact changes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum AutomaticCode {
            $($(#[$doc])* $name,)+
        }

        impl AutomaticCode {
            /// Every such code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The code as text.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// The code as entries have it.
            const fn event_code(self) -> EventCode {
                match self { $(Self::$name => const { EventCode::padded($code.as_bytes()) },)+ }
            }
        }
    };
}

automatic_codes! {
    /// Petition.
    Petition = "P",
    /// Request for place of trial.
    RequestForPlaceOfTrial = "RQT",
    /// Statement of taxpayer identification.
    StatementOfTaxpayerIdentification = "STIN",
    /// Notice of receipt of petition.
    NoticeOfReceipt = "NOTR",
    /// The filing fee was paid.
    FeePaid = "FEE",
    /// The filing fee was waived.
    FeeWaived = "FEEW",
    /// The caption was changed.
    CaptionChanged = "MINC",
    /// The suffix of the docket number was changed.
    DocketNumberChanged = "MIND",
    /// Notice of change of address.
    AddressChanged = "NCA",
    /// Notice of change of telephone number.
    PhoneChanged = "NCP",
    /// Notice of change of address and telephone number.
    AddressAndPhoneChanged = "NCAP",
    /// Notice of change of e-mail address.
    EmailChanged = "NOCE",
}

impl From<AutomaticCode> for EventCode {
    fn from(code: AutomaticCode) -> Self {
        code.event_code()
    }
}

impl PartialEq<AutomaticCode> for EventCode {
    fn eq(&self, code: &AutomaticCode) -> bool {
        *self == code.event_code()
    }
}

/// Where a document's content is kept. The content itself never enters an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentRef {
    /// Key in the object store.
    #[schema(min_length = 1, max_length = 256, example = "documents/petition.pdf")]
    pub key: String,
    /// SHA-256 of the content, 64 lower-case hexadecimal digits. Absent only where a
    /// record was imported from a system that kept none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        pattern = "^[0-9a-f]{64}$",
        example = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )]
    pub sha256: Option<String>,
}

/// A judge's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Signature {
    /// When it was signed.
    pub signed_at: Timestamp,
    /// Who signed it.
    pub signed_by: String,
}

/// A person on whom an entry was served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServedParty {
    /// Full name.
    #[schema(value_type = String)]
    pub name: Personal<String>,
    /// E-mail address, for electronic service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub email: Option<Personal<String>>,
}

/// When, and on whom, an entry was served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// When it was served.
    pub served_at: Timestamp,
    /// On whom.
    #[serde(default)]
    pub served_parties: Vec<ServedParty>,
    /// On which side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_parties_code: Option<ServedPartiesCode>,
}

/// A docket entry as it is filed: what doesn't change by service, striking or sealing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FiledEntry {
    /// The entry's id in its case.
    pub docket_entry_id: DocketEntryId,
    /// The entry's place on the docket record: 1, 2, 3 … with neither gap nor duplicate.
    /// The statement of taxpayer identification has 0; drafts have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// The kind of document.
    pub event_code: EventCode,
    /// The kind of document, in words.
    pub document_type: String,
    /// The title on the docket record.
    #[schema(value_type = String)]
    pub title: Personal<String>,
    /// Who filed it, as the docket record says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub filed_by: Option<Personal<String>>,
    /// The contacts who filed it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filers: Vec<ContactId>,
    /// The date of filing.
    pub filing_date: Timestamp,
    /// When the court received it.
    pub received_at: Timestamp,
    /// Pages of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_of_pages: Option<u32>,
    /// Whether it came on paper.
    #[serde(default)]
    pub is_paper: bool,
    /// Lodged, and not yet filed by leave of the court.
    #[serde(default)]
    pub lodged: bool,
    /// What the filer says of objections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objections: Option<Objections>,
    /// Whether something is still to be done about it.
    #[serde(default)]
    pub pending: bool,
    /// A draft is not yet on the record.
    #[serde(default)]
    pub is_draft: bool,
    /// A minute entry has no document.
    #[serde(default)]
    pub is_minute_entry: bool,
    /// Whether it stands on the docket record that everybody sees.
    pub is_on_docket_record: bool,
    /// The judge named in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<String>,
    /// The date by which an order wants something done, of one that does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The signature, of an order or a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Where the content is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<DocumentRef>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_that_the_service_gives_are_event_codes() {
        for code in AutomaticCode::ALL {
            assert_eq!(code.as_str().parse(), Ok(EventCode::from(*code)));
        }
    }

    #[test]
    fn codes_are_ordered_like_their_texts() {
        let texts = [
            "A", "A0", "AA", "B", "M000", "M0000001", "M001", "NOTR", "O",
        ];
        let codes = texts.map(|text| text.parse::<EventCode>().unwrap());
        assert!(codes.is_sorted());
        assert_eq!(codes.each_ref().map(EventCode::as_str), texts);
        assert!("M00000012".parse::<EventCode>().is_err());
        assert!("".parse::<EventCode>().is_err());
    }
}
