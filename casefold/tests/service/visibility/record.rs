//! A case in which everything is to be found, each text of it a secret with a name of its own.

use casefold_events::case::consolidation::CaseConsolidated;
use casefold_events::case::docket::{
    DocketEntryChecked, DocketEntryFiled, DocketEntrySealed, DocketEntryServed,
    DocketEntryStricken, MotionStamped, Stamp,
};
use casefold_events::case::intake::{Fee, PetitionChecked, PetitionFiled, PetitionServed};
use casefold_events::case::parties::CounselAssociated;
use casefold_events::case::records::{
    CaseNoteWritten, Correspondence, CorrespondenceAdded, Deadline, DeadlineAdded, Penalty,
    Statistic, StatisticAdded,
};
use casefold_events::case::standing::{CaseSealed, CaseStatusChanged};
use casefold_events::case::trial::{
    AddedToTrialSession, Hearing, HearingSet, TrialBlocked, TrialSession,
};
use casefold_events::entry::{DocumentRef, FiledEntry, ServedParty, Service};
use casefold_events::ids::{CorrespondenceId, DeadlineId, StatisticId, TrialSessionId};
use casefold_events::party::{Address, Contact, Counsel};
use casefold_events::vocabulary::{
    CaseStatus, CaseType, ContactType, CounselType, MotionDisposition, PartyType, ProcedureType,
    SealedTo, ServiceIndicator, StatisticPeriod,
};
use casefold_events::{CaseEvent, ContactId, DocketEntryId, DocketNumber, Personal, UserId};
use uuid::Uuid;

use crate::history::{at, docket};

/// The users who are the case's own.
pub(super) const NORA: &str = "nora";
pub(super) const BRUNO: &str = "bruno";
pub(super) const NORAS_COUNSEL: &str = "noras-counsel";
pub(super) const RESPONDENTS_COUNSEL: &str = "respondents-counsel";

/// Makes the events of one case.
pub(super) struct Record {
    serial: u32,
    word: &'static str,
}

impl Record {
    pub(super) fn of(docket_number: DocketNumber) -> Self {
        Self {
            serial: docket_number.serial(),
            word: "secret",
        }
    }

    /// The same with another word that each secret begins with.
    pub(super) fn saying(self, word: &'static str) -> Self {
        Self { word, ..self }
    }

    /// The secret of this name in this case.
    pub(super) fn secret(&self, name: &str) -> String {
        format!("{}-{name}-{}", self.word, self.serial)
    }

    /// A case of two spouses with everything that the court keeps, whose petition is not
    /// served yet.
    pub(super) fn whole(&self) -> Vec<CaseEvent> {
        let mut events = vec![self.petition(), self.noras_counsel(), respondents_counsel()];
        events.extend(self.entries());
        events.extend(self.kept_by_the_court());
        events
    }

    /// A case of one petitioner, and no more.
    pub(super) fn of_petitioner(&self, user: &str) -> Vec<CaseEvent> {
        let petitioner = self.contact(1, user, "sister");
        vec![self.petition_of(vec![petitioner], "sister-caption")]
    }

    pub(super) fn petition(&self) -> CaseEvent {
        let nora = Contact {
            is_address_sealed: true,
            ..self.contact(1, NORA, "sealed")
        };
        let bruno = self.contact(2, BRUNO, "open");
        self.petition_of(vec![nora, bruno], "caption")
    }

    pub(super) fn petition_of(&self, petitioners: Vec<Contact>, caption: &str) -> CaseEvent {
        PetitionFiled {
            received_at: at(0),
            is_paper: true,
            caption: self.secret(caption).into(),
            case_type: CaseType::Deficiency,
            procedure_type: ProcedureType::Small,
            party_type: PartyType::PetitionerSpouse,
            preferred_trial_city: None,
            petitioners,
            fee: Fee::NotPaid,
            irs_notice_date: None,
            mailing_date: Some(self.secret("mailing-date")),
        }
        .into()
    }

    /// A petitioner who is this user; each text of them is a secret of this kind.
    pub(super) fn contact(&self, number: u32, user: &str, kind: &str) -> Contact {
        let secret = |what: &str| self.secret(&format!("{kind}-{what}"));
        Contact {
            contact_id: contact_id(number),
            contact_type: ContactType::Petitioner,
            user_id: Some(UserId::new(user).unwrap()),
            name: secret("name").into(),
            secondary_name: None,
            in_care_of: Some(secret("care-of").into()),
            title: None,
            address: Some(Personal::new(Address {
                address1: secret("address"),
                city: "Denver".to_owned(),
                ..Address::default()
            })),
            phone: Some(secret("phone").into()),
            email: Some(format!("{}@example.org", secret("mail")).into()),
            service_indicator: ServiceIndicator::Electronic,
            is_address_sealed: false,
        }
    }

    pub(super) fn noras_counsel(&self) -> CaseEvent {
        let mut counsel = counsel(NORAS_COUNSEL, CounselType::PrivatePractitioner);
        counsel.representing = vec![contact_id(1)];
        counsel.phone = Some(self.secret("counsel-phone").into());
        CounselAssociated { counsel }.into()
    }

    /// An entry with a secret title and a secret key of its document.
    fn entry(&self, number: u32, name: &str, change: impl FnOnce(&mut FiledEntry)) -> CaseEvent {
        let mut entry = FiledEntry {
            docket_entry_id: entry_id(number),
            index: None,
            event_code: "M000".parse().unwrap(),
            document_type: "Motion".to_owned(),
            title: self.secret(&format!("{name}-title")).into(),
            filed_by: Some("Petr. Nora".into()),
            filers: vec![contact_id(1)],
            filing_date: at(1),
            received_at: at(1),
            number_of_pages: Some(1),
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
                key: self.secret(&format!("{name}-document")),
                sha256: None,
            }),
        };
        change(&mut entry);
        DocketEntryFiled { entry }.into()
    }

    fn served(&self, number: u32) -> CaseEvent {
        DocketEntryServed {
            docket_entry_id: entry_id(number),
            service: Service {
                served_at: at(2),
                served_parties: vec![ServedParty {
                    name: self.secret("served-name").into(),
                    email: Some(format!("{}@example.org", self.secret("served-mail")).into()),
                }],
                served_parties_code: None,
            },
        }
        .into()
    }

    pub(super) fn entries(&self) -> Vec<CaseEvent> {
        let stamp = Stamp {
            disposition: MotionDisposition::Granted,
            stamped_at: at(3),
            stamped_by: "Judge Marlow".to_owned(),
            order: entry_id(9),
            text: Some(self.secret("stamp").into()),
        };
        vec![
            self.entry(1, "served", |_| {}),
            self.served(1),
            MotionStamped {
                docket_entry_id: entry_id(1),
                stamp,
            }
            .into(),
            DocketEntryChecked {
                docket_entry_id: entry_id(1),
                qc_at: at(3),
                qc_by: self.secret("check"),
            }
            .into(),
            self.entry(2, "filed", |_| {}),
            self.entry(3, "order", |entry| {
                entry.event_code = "OAP".parse().unwrap();
            }),
            self.entry(4, "sealed-to-public", |_| {}),
            self.served(4),
            sealed(4, SealedTo::Public),
            self.entry(5, "sealed-to-external", |_| {}),
            self.served(5),
            sealed(5, SealedTo::External),
            self.entry(6, "stricken", |_| {}),
            self.served(6),
            DocketEntryStricken {
                docket_entry_id: entry_id(6),
                stricken_at: at(3),
                stricken_by: "Ines Brandt".to_owned(),
            }
            .into(),
            self.entry(7, "stin", |entry| {
                entry.event_code = "STIN".parse().unwrap();
                entry.index = Some(0);
                entry.is_on_docket_record = false;
            }),
            self.entry(8, "draft", |entry| {
                entry.event_code = "O".parse().unwrap();
                entry.is_draft = true;
                entry.is_on_docket_record = false;
            }),
        ]
    }

    fn session(&self, id: u128, place: &str) -> TrialSession {
        TrialSession {
            trial_session_id: TrialSessionId(Uuid::from_u128(id)),
            trial_date: at(100),
            trial_location: self.secret(place),
            judge: None,
        }
    }

    pub(super) fn kept_by_the_court(&self) -> Vec<CaseEvent> {
        vec![
            TrialBlocked {
                reason: self.secret("block").into(),
            }
            .into(),
            DeadlineAdded {
                deadline: Deadline {
                    deadline_id: DeadlineId(Uuid::from_u128(30)),
                    due: at(50),
                    description: self.secret("deadline").into(),
                    set_by: None,
                },
            }
            .into(),
            CorrespondenceAdded {
                correspondence: Correspondence {
                    correspondence_id: CorrespondenceId(Uuid::from_u128(31)),
                    title: self.secret("letter-title").into(),
                    filing_date: at(4),
                    filed_by: "Ines Brandt".into(),
                    number_of_pages: None,
                    document: DocumentRef {
                        key: self.secret("letter-document"),
                        sha256: None,
                    },
                },
            }
            .into(),
            StatisticAdded {
                statistic: Statistic {
                    statistic_id: StatisticId(Uuid::from_u128(32)),
                    period: StatisticPeriod::Year,
                    year: Some(2024),
                    last_date_of_period: None,
                    irs_deficiency_cents: 1,
                    determined_deficiency_cents: None,
                    penalties: vec![Penalty {
                        name: self.secret("penalty"),
                        irs_amount_cents: 1,
                        determined_amount_cents: None,
                    }],
                },
            }
            .into(),
            CaseNoteWritten {
                note: self.secret("note").into(),
            }
            .into(),
            AddedToTrialSession {
                session: self.session(40, "planned-trial"),
            }
            .into(),
            HearingSet {
                hearing: Hearing {
                    session: self.session(41, "hearing"),
                    calendar_notes: Some(self.secret("calendar-notes").into()),
                },
            }
            .into(),
        ]
    }
}

/// The petition was checked and served.
pub(super) fn petition_served() -> Vec<CaseEvent> {
    vec![
        PetitionChecked {}.into(),
        PetitionServed { served_at: at(1) }.into(),
        CaseStatusChanged {
            status: CaseStatus::NotAtIssue,
            closed_date: None,
        }
        .into(),
    ]
}

/// The whole case was sealed.
pub(super) fn case_sealed() -> Vec<CaseEvent> {
    vec![CaseSealed { sealed_at: at(5) }.into()]
}

/// The case was consolidated with others.
pub(super) fn consolidated(serials: &[u32]) -> Vec<CaseEvent> {
    let members: Vec<_> = serials.iter().map(|serial| docket(*serial)).collect();
    vec![
        CaseConsolidated {
            lead_docket_number: members[0],
            members,
        }
        .into(),
    ]
}

pub(super) fn respondents_counsel() -> CaseEvent {
    CounselAssociated {
        counsel: counsel(RESPONDENTS_COUNSEL, CounselType::IrsPractitioner),
    }
    .into()
}

/// Counsel who is this user, and represents nobody.
pub(super) fn counsel(user: &str, counsel_type: CounselType) -> Counsel {
    Counsel {
        user_id: UserId::new(user).unwrap(),
        counsel_type,
        name: "Vera Lindholm".into(),
        bar_number: None,
        firm_name: None,
        email: None,
        phone: None,
        address: None,
        service_indicator: ServiceIndicator::Electronic,
        representing: Vec::new(),
    }
}

fn sealed(number: u32, sealed_to: SealedTo) -> CaseEvent {
    DocketEntrySealed {
        docket_entry_id: entry_id(number),
        sealed_to,
    }
    .into()
}

pub(super) fn contact_id(number: u32) -> ContactId {
    ContactId(Uuid::from_u128(0xC000 + u128::from(number)))
}

fn entry_id(number: u32) -> DocketEntryId {
    DocketEntryId(Uuid::from_u128(0xE000 + u128::from(number)))
}
