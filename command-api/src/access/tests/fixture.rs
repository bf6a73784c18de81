//! A case of two spouses, and its readers.

use casefold_events::case::consolidation::CaseConsolidated;
use casefold_events::case::docket::{
    DocketEntryFiled, DocketEntrySealed, DocketEntryServed, DocketEntryStricken,
};
use casefold_events::case::intake::{Fee, PetitionFiled, PetitionServed};
use casefold_events::case::parties::CounselAssociated;
use casefold_events::case::records::{
    CaseNoteWritten, Correspondence, CorrespondenceAdded, Deadline, DeadlineAdded, OtherStatistics,
    OtherStatisticsSet, Penalty, Statistic, StatisticAdded,
};
use casefold_events::case::standing::{CaseDetailsCorrected, CaseSealed};
use casefold_events::case::trial::{
    AddedToTrialSession, AutomaticallyBlocked, CaseCalendared, Hearing, HearingSet, TrialBlocked,
    TrialSession,
};
use casefold_events::entry::{DocumentRef, FiledEntry, ServedParty, Service};
use casefold_events::ids::{CorrespondenceId, DeadlineId, StatisticId, TrialSessionId};
use casefold_events::party::{Address, Contact, Counsel};
use casefold_events::vocabulary::{
    AutomaticBlockReason, CaseType, ContactType, CounselType, PartyType, ProcedureType, Role,
    SealedTo, ServedPartiesCode, ServiceIndicator, StatisticPeriod,
};
use casefold_events::{
    CaseEvent, CommandId, ContactId, CorrelationId, Digest, DocketEntryId, DraftCommit, EventId,
    Personal, StoredEvent, Timestamp, UserId,
};
use casefold_shared::case::Case;
use uuid::Uuid;

use crate::decide::Actor;

pub(super) const ASTRA: ContactId = ContactId(Uuid::from_u128(1));
pub(super) const BRUNO: ContactId = ContactId(Uuid::from_u128(2));

pub(super) fn at() -> Timestamp {
    "2026-03-01T09:00:00Z".parse().unwrap()
}

pub(super) fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

pub(super) fn actor(id: &str, role: Role) -> Actor {
    Actor {
        user_id: user(id),
        role,
        name: None,
    }
}

pub(super) fn clerk() -> Actor {
    actor("clerk", Role::DocketClerk)
}

/// A petitioner whose address is sealed, and who filed the STIN.
pub(super) fn astra() -> Actor {
    actor("astra", Role::Petitioner)
}

/// A petitioner with an address that is not sealed.
pub(super) fn bruno() -> Actor {
    actor("bruno", Role::Petitioner)
}

/// Counsel for Astra.
pub(super) fn counsel() -> Actor {
    actor("counsel", Role::PrivatePractitioner)
}

/// Counsel for the respondent.
pub(super) fn irs() -> Actor {
    actor("irs", Role::IrsPractitioner)
}

pub(super) fn superuser() -> Actor {
    actor("super", Role::IrsSuperuser)
}

pub(super) fn stranger() -> Actor {
    actor("stranger", Role::Petitioner)
}

pub(super) fn contact(id: ContactId, user_id: &str, name: &str) -> Contact {
    Contact {
        contact_id: id,
        contact_type: ContactType::Petitioner,
        user_id: Some(user(user_id)),
        name: name.into(),
        secondary_name: None,
        in_care_of: Some(format!("care of {name}").into()),
        title: None,
        address: Some(Personal::new(Address {
            address1: format!("{name} Street 1"),
            city: "Denver".to_owned(),
            ..Address::default()
        })),
        phone: Some(format!("+1 {name}").into()),
        email: Some(format!("{name}@example.org").into()),
        service_indicator: ServiceIndicator::Electronic,
        is_address_sealed: id == ASTRA,
    }
}

pub(super) fn counsel_of(
    user_id: &str,
    counsel_type: CounselType,
    representing: &[ContactId],
) -> CaseEvent {
    CounselAssociated {
        counsel: Counsel {
            user_id: user(user_id),
            counsel_type,
            name: format!("Counsel {user_id}").into(),
            bar_number: None,
            firm_name: None,
            email: None,
            phone: None,
            address: None,
            service_indicator: ServiceIndicator::Electronic,
            representing: representing.to_vec(),
        },
    }
    .into()
}

pub(super) fn petition() -> Vec<CaseEvent> {
    vec![
        PetitionFiled {
            received_at: at(),
            is_paper: false,
            caption: "Astra & Bruno, Petitioners".into(),
            case_type: CaseType::Deficiency,
            procedure_type: ProcedureType::Small,
            party_type: PartyType::PetitionerSpouse,
            preferred_trial_city: Some("Denver, Colorado".to_owned()),
            petitioners: vec![
                contact(ASTRA, "astra", "Astra"),
                contact(BRUNO, "bruno", "Bruno"),
            ],
            fee: Fee::NotPaid,
            irs_notice_date: None,
            mailing_date: None,
        }
        .into(),
        counsel_of("counsel", CounselType::PrivatePractitioner, &[ASTRA]),
        counsel_of("irs", CounselType::IrsPractitioner, &[]),
    ]
}

pub(super) fn fold(events: &[CaseEvent]) -> Case {
    fold_as("101-26", events)
}

pub(super) fn fold_as(docket_number: &str, events: &[CaseEvent]) -> Case {
    let events: Vec<_> = events
        .iter()
        .map(|event| StoredEvent::encode(EventId(Uuid::nil()), event).unwrap())
        .collect();
    let commit = DraftCommit {
        docket_number: docket_number.parse().unwrap(),
        version: casefold_events::Version(1),
        command_id: CommandId::new("c-1").unwrap(),
        command: "Test".to_owned(),
        command_digest: Digest::ZERO,
        actor: user("clerk"),
        role: Role::DocketClerk,
        recorded_at: at(),
        effective_at: at(),
        correlation_id: CorrelationId::new("r-1").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events,
        source: None,
    };
    Case::fold(None, &commit.seal(Digest::ZERO)).unwrap()
}

pub(super) fn case_with(more: impl IntoIterator<Item = CaseEvent>) -> Case {
    fold(&petition().into_iter().chain(more).collect::<Vec<_>>())
}

pub(super) fn served() -> CaseEvent {
    PetitionServed { served_at: at() }.into()
}

pub(super) fn sealed() -> CaseEvent {
    CaseSealed { sealed_at: at() }.into()
}

pub(super) const ENTRY: DocketEntryId = DocketEntryId(Uuid::from_u128(9));

pub(super) fn filed(change: impl FnOnce(&mut FiledEntry)) -> CaseEvent {
    let mut entry = FiledEntry {
        docket_entry_id: ENTRY,
        index: None,
        event_code: "M000".parse().unwrap(),
        document_type: "Motion".to_owned(),
        title: "Motion of Astra".into(),
        filed_by: Some("Petr. Astra".into()),
        filers: vec![ASTRA],
        filing_date: at(),
        received_at: at(),
        number_of_pages: Some(3),
        is_paper: false,
        lodged: false,
        objections: None,
        pending: true,
        is_draft: false,
        is_minute_entry: false,
        is_on_docket_record: true,
        judge: None,
        due: None,
        signature: None,
        document: Some(DocumentRef {
            key: "documents/motion".to_owned(),
            sha256: None,
        }),
    };
    change(&mut entry);
    DocketEntryFiled { entry }.into()
}

pub(super) fn on_record() -> CaseEvent {
    filed(|_| {})
}

pub(super) fn entry_served() -> CaseEvent {
    DocketEntryServed {
        docket_entry_id: ENTRY,
        service: Service {
            served_at: at(),
            served_parties: vec![ServedParty {
                name: "Bruno".into(),
                email: Some("Bruno@example.org".into()),
            }],
            served_parties_code: Some(ServedPartiesCode::Both),
        },
    }
    .into()
}

pub(super) fn entry_sealed(sealed_to: SealedTo) -> CaseEvent {
    DocketEntrySealed {
        docket_entry_id: ENTRY,
        sealed_to,
    }
    .into()
}

pub(super) fn entry_stricken() -> CaseEvent {
    DocketEntryStricken {
        docket_entry_id: ENTRY,
        stricken_at: at(),
        stricken_by: "Ines Brandt".to_owned(),
    }
    .into()
}

pub(super) const SESSION: TrialSessionId = TrialSessionId(Uuid::from_u128(20));

pub(super) fn session() -> TrialSession {
    TrialSession {
        trial_session_id: SESSION,
        trial_date: at(),
        trial_location: "Denver, Colorado".to_owned(),
        judge: Some("Judge Marlow".to_owned()),
    }
}

pub(super) fn in_session() -> CaseEvent {
    AddedToTrialSession { session: session() }.into()
}

pub(super) fn calendared() -> CaseEvent {
    CaseCalendared { session: session() }.into()
}

/// What the court keeps for itself, all of it, with "Court's own" in each text.
pub(super) fn kept_by_the_court() -> Vec<CaseEvent> {
    let reason = || "Court's own reason".into();
    vec![
        TrialBlocked { reason: reason() }.into(),
        DeadlineAdded {
            deadline: Deadline {
                deadline_id: DeadlineId(Uuid::from_u128(30)),
                due: at(),
                description: "Court's own deadline".into(),
                set_by: None,
            },
        }
        .into(),
        AutomaticallyBlocked {
            reason: AutomaticBlockReason::DueDate,
        }
        .into(),
        CorrespondenceAdded {
            correspondence: Correspondence {
                correspondence_id: CorrespondenceId(Uuid::from_u128(31)),
                title: "Court's own letter".into(),
                filing_date: at(),
                filed_by: "Ines Brandt".into(),
                number_of_pages: None,
                document: DocumentRef {
                    key: "documents/letter".to_owned(),
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
                irs_deficiency_cents: 12_345,
                determined_deficiency_cents: None,
                penalties: vec![Penalty {
                    name: "Court's own penalty".to_owned(),
                    irs_amount_cents: 1,
                    determined_amount_cents: None,
                }],
            },
        }
        .into(),
        OtherStatisticsSet {
            other_statistics: OtherStatistics {
                damages_cents: Some(77_001),
                litigation_costs_cents: Some(77_002),
            },
        }
        .into(),
        CaseNoteWritten {
            note: "Court's own note".into(),
        }
        .into(),
        CaseDetailsCorrected {
            mailing_date: Some("Court's own reading".to_owned()),
            ..CaseDetailsCorrected::default()
        }
        .into(),
        HearingSet {
            hearing: Hearing {
                session: session(),
                calendar_notes: Some("Court's own calendar".into()),
            },
        }
        .into(),
    ]
}

/// Cases 101-26 and 102-26, each of which says that its group has these.
pub(super) fn group_of(members: &[&str]) -> CaseEvent {
    let members: Vec<_> = members.iter().map(|it| it.parse().unwrap()).collect();
    CaseConsolidated {
        lead_docket_number: members[0],
        members,
    }
    .into()
}
