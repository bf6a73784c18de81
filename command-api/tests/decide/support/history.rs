//! What happened before.

use casefold_command_api::decide::Actor;
use casefold_events::case::consolidation::CaseConsolidated;
use casefold_events::case::docket::{DocketEntryFiled, DocketEntryServed, DocketEntryStricken};
use casefold_events::case::intake::{Fee, PetitionChecked, PetitionFiled, PetitionServed};
use casefold_events::case::parties::CounselAssociated;
use casefold_events::case::standing::CaseStatusChanged;
use casefold_events::case::trial::{Hearing, HearingSet, TrialSession};
use casefold_events::entry::{DocumentRef, FiledEntry, Service};
use casefold_events::ids::TrialSessionId;
use casefold_events::party::{Address, Contact, Counsel};
use casefold_events::vocabulary::{
    CaseStatus, CaseType, ContactType, CounselType, PartyType, ProcedureType, ServiceIndicator,
};
use casefold_events::{CaseEvent, ContactId, DocketEntryId, DocketNumber, Personal, UserId};
use casefold_shared::case::Case;
use uuid::Uuid;

use super::{RECEIVED, fold, number, petitioner, practitioner, respondents_counsel, time};

/// What happened to a case before.
#[derive(Clone, Debug)]
pub(crate) struct History {
    docket_number: DocketNumber,
    events: Vec<CaseEvent>,
    ids: u128,
    last_index: u32,
}

/// A petition of Nora Quist was filed electronically: entries 1 and 2, and 0 off the record.
pub(crate) fn filed() -> History {
    filed_with(|_| {})
}

/// A petition was filed that differs from that of [`filed`].
pub(crate) fn filed_with(change: impl FnOnce(&mut PetitionFiled)) -> History {
    let mut history = History {
        docket_number: number("101-26"),
        events: Vec::new(),
        ids: 0xA000,
        last_index: 0,
    };
    let mut petition = PetitionFiled {
        received_at: time(RECEIVED),
        is_paper: false,
        caption: "Nora Quist, Petitioner".into(),
        case_type: CaseType::Deficiency,
        procedure_type: ProcedureType::Regular,
        party_type: PartyType::Petitioner,
        preferred_trial_city: Some("Birmingham, Alabama".to_owned()),
        petitioners: vec![contact(1, "Nora Quist", Some(petitioner().user_id))],
        fee: Fee::NotPaid,
        irs_notice_date: None,
        mailing_date: None,
    };
    change(&mut petition);
    history.events.push(petition.into());
    history
        .entry("P")
        .entry_with("RQT", |entry| {
            entry.is_minute_entry = true;
            entry.document = None;
        })
        .entry_with("STIN", |entry| {
            entry.index = Some(0);
            entry.is_on_docket_record = false;
        })
}

/// The petition of [`filed`] was checked and served.
pub(crate) fn served() -> History {
    filed().checked().served()
}

/// The case of [`served`] is ready for trial.
pub(crate) fn at_issue(docket_number: &str) -> History {
    served().numbered(docket_number).status(CaseStatus::AtIssue)
}

impl History {
    pub(crate) fn numbered(mut self, docket_number: &str) -> Self {
        self.docket_number = number(docket_number);
        self
    }

    /// The same case before anything happened.
    pub(crate) fn emptied(mut self) -> Self {
        self.events.clear();
        self
    }

    pub(crate) fn and(mut self, event: impl Into<CaseEvent>) -> Self {
        self.events.push(event.into());
        self
    }

    pub(crate) fn checked(self) -> Self {
        self.and(PetitionChecked {})
    }

    pub(crate) fn served(self) -> Self {
        let served_at = time(RECEIVED);
        self.and(PetitionServed { served_at })
            .status(CaseStatus::NotAtIssue)
    }

    pub(crate) fn status(self, status: CaseStatus) -> Self {
        let closed_date = status.is_closed().then(|| time(RECEIVED));
        self.and(CaseStatusChanged {
            status,
            closed_date,
        })
    }

    /// An entry of this code was filed, with a document.
    pub(crate) fn entry(self, code: &str) -> Self {
        self.entry_with(code, |_| {})
    }

    pub(crate) fn entry_with(mut self, code: &str, change: impl FnOnce(&mut FiledEntry)) -> Self {
        self.ids += 1;
        let mut entry = FiledEntry {
            docket_entry_id: DocketEntryId(Uuid::from_u128(self.ids)),
            index: Some(self.last_index + 1),
            event_code: code.parse().unwrap(),
            document_type: code.to_owned(),
            title: code.into(),
            filed_by: None,
            filers: Vec::new(),
            filing_date: time(RECEIVED),
            received_at: time(RECEIVED),
            number_of_pages: Some(2),
            is_paper: false,
            lodged: false,
            objections: None,
            pending: false,
            is_draft: false,
            is_minute_entry: false,
            is_on_docket_record: true,
            judge: None,
            due: None,
            signature: None,
            document: Some(DocumentRef {
                key: "documents/1.pdf".to_owned(),
                sha256: None,
            }),
        };
        change(&mut entry);
        if entry.is_on_docket_record {
            self.last_index += 1;
        }
        self.and(DocketEntryFiled { entry })
    }

    /// A document of the court was drafted.
    pub(crate) fn draft(self, code: &str) -> Self {
        self.entry_with(code, as_draft)
    }

    /// What happened, in order.
    pub(crate) fn events(&self) -> Vec<CaseEvent> {
        self.events.clone()
    }

    /// The respondent's counsel appeared.
    pub(crate) fn with_respondents_counsel(self) -> Self {
        self.and(CounselAssociated {
            counsel: counsel(
                &respondents_counsel(),
                CounselType::IrsPractitioner,
                Vec::new(),
            ),
        })
    }

    /// Counsel for the first petitioner appeared.
    pub(crate) fn with_practitioner(self) -> Self {
        self.and(CounselAssociated {
            counsel: counsel(
                &practitioner(),
                CounselType::PrivatePractitioner,
                vec![contact_id(1)],
            ),
        })
    }

    /// The case was consolidated with others.
    pub(crate) fn consolidated(self, members: &[&str]) -> Self {
        let members: Vec<_> = members.iter().map(|member| number(member)).collect();
        self.and(CaseConsolidated {
            lead_docket_number: members[0],
            members,
        })
    }

    /// A hearing of the case was set in a session.
    pub(crate) fn heard_in(self, at: u128) -> Self {
        self.and(HearingSet {
            hearing: Hearing {
                session: session(at),
                calendar_notes: None,
            },
        })
    }

    pub(crate) fn case(&self) -> Case {
        fold(None, self.docket_number, &self.events)
    }
}

/// Makes a draft of an entry.
pub(crate) fn as_draft(entry: &mut FiledEntry) {
    entry.index = None;
    entry.is_draft = true;
    entry.is_on_docket_record = false;
}

pub(crate) fn session_id(at: u128) -> TrialSessionId {
    TrialSessionId(Uuid::from_u128(0x5E00 + at))
}

/// A trial session.
pub(crate) fn session(at: u128) -> TrialSession {
    TrialSession {
        trial_session_id: session_id(at),
        trial_date: time("2027-03-01T15:00:00.000Z"),
        trial_location: "Birmingham, Alabama".to_owned(),
        judge: Some("Buch".to_owned()),
    }
}

pub(crate) fn contact_id(number: u32) -> ContactId {
    ContactId(Uuid::from_u128(0xC000 + u128::from(number)))
}

pub(crate) fn contact(number: u32, name: &str, user_id: Option<UserId>) -> Contact {
    Contact {
        contact_id: contact_id(number),
        contact_type: ContactType::Petitioner,
        user_id,
        name: name.into(),
        secondary_name: None,
        in_care_of: None,
        title: None,
        address: Some(Personal::new(Address {
            address1: "68 Fabien Freeway".to_owned(),
            city: "Birmingham".to_owned(),
            ..Address::default()
        })),
        phone: None,
        email: Some("osborne@example.com".into()),
        service_indicator: ServiceIndicator::Electronic,
        is_address_sealed: false,
    }
}

fn counsel(actor: &Actor, counsel_type: CounselType, representing: Vec<ContactId>) -> Counsel {
    Counsel {
        user_id: actor.user_id.clone(),
        counsel_type,
        name: format!("Counsel {}", actor.role).into(),
        bar_number: None,
        firm_name: None,
        email: Some("counsel@example.com".into()),
        phone: None,
        address: None,
        service_indicator: ServiceIndicator::Electronic,
        representing,
    }
}

/// The id of the entry that was filed as the n-th of a history.
pub(crate) fn entry_id(at: u128) -> DocketEntryId {
    DocketEntryId(Uuid::from_u128(0xA000 + at))
}

/// A motion was filed as entry 3, the fourth of the history.
pub(crate) fn with_motion() -> History {
    served().entry("M006")
}

pub(crate) fn service_of(docket_entry_id: DocketEntryId) -> DocketEntryServed {
    let service = Service {
        served_at: time(RECEIVED),
        served_parties: Vec::new(),
        served_parties_code: None,
    };
    DocketEntryServed {
        docket_entry_id,
        service,
    }
}

pub(crate) fn striking_of(docket_entry_id: DocketEntryId) -> DocketEntryStricken {
    let (stricken_at, stricken_by) = (time(RECEIVED), "A clerk".to_owned());
    DocketEntryStricken {
        docket_entry_id,
        stricken_at,
        stricken_by,
    }
}
