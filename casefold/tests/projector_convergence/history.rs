//! Histories of cases, made of events.

use casefold_events::case::consolidation::{CaseConsolidated, CaseUnconsolidated};
use casefold_events::case::docket::{
    DocketEntryFiled, DocketEntrySealed, DocketEntryServed, DocketEntryStricken,
    DocketEntryUnsealed,
};
use casefold_events::case::intake::{Fee, PetitionFiled};
use casefold_events::case::parties::{ContactUpdated, PartyAdded};
use casefold_events::case::standing::{CaptionChanged, CaseStatusChanged, JudgeAssigned};
use casefold_events::entry::{FiledEntry, Service};
use casefold_events::party::Contact;
use casefold_events::vocabulary::{
    CaseStatus, CaseType, ContactType, PartyType, ProcedureType, Role, SealedTo, ServiceIndicator,
};
use casefold_events::{
    CaseEvent, CommandId, Commit, ContactId, CorrelationId, Digest, DocketEntryId, DocketNumber,
    DraftCommit, EventId, StoredEvent, Timestamp, UserId, Version,
};
use proptest::prelude::*;
use uuid::Uuid;

/// Something that happens to a case. A number says to which of the entries filed so far, in
/// their order, counted round and round.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    File { on_record: bool, title_bytes: usize },
    Serve(usize),
    Strike(usize),
    Seal(usize),
    Unseal(usize),
    Status(usize),
    Judge(u8),
    Caption(u8),
    AddParty,
    UpdateParty,
    Consolidate,
    Unconsolidate,
}

/// The acts of the commits after the petition, a list a commit.
pub(crate) type Acts = Vec<Vec<Act>>;

pub(crate) fn acts() -> impl Strategy<Value = Acts> {
    let commit = prop::collection::vec(act(), 1..4);
    // Some records are long from the start, so that later commits meet them in pages.
    let file = Act::File {
        on_record: true,
        title_bytes: 30,
    };
    let many = (20..80_usize).prop_map(move |many| vec![vec![file.clone(); many]]);
    let start = prop_oneof![2 => Just(Vec::new()), 1 => many];
    (start, prop::collection::vec(commit, 0..12)).prop_map(|(start, rest)| [start, rest].concat())
}

fn act() -> impl Strategy<Value = Act> {
    let which = any::<usize>;
    // Some titles are long enough for a record to outgrow the item that it begins in.
    let title_bytes = prop_oneof![4 => 10..200_usize, 1 => 20_000..60_000_usize];
    prop_oneof![
        6 => (prop::bool::weighted(0.8), title_bytes)
            .prop_map(|(on_record, title_bytes)| Act::File { on_record, title_bytes }),
        4 => which().prop_map(Act::Serve),
        1 => which().prop_map(Act::Strike),
        2 => which().prop_map(Act::Seal),
        1 => which().prop_map(Act::Unseal),
        1 => which().prop_map(Act::Status),
        1 => any::<u8>().prop_map(Act::Judge),
        1 => any::<u8>().prop_map(Act::Caption),
        1 => Just(Act::AddParty),
        1 => Just(Act::UpdateParty),
        1 => Just(Act::Consolidate),
        1 => Just(Act::Unconsolidate),
    ]
}

/// The petition, and a commit for each of the lists of acts.
pub(crate) fn history(docket_number: DocketNumber, acts: &Acts) -> Vec<Commit> {
    let mut writer = Writer::begin(docket_number);
    for commit in acts {
        writer.commit(commit);
    }
    writer.commits
}

/// A commit chained to the last of a history, with an event that no build knows.
pub(crate) fn undecodable(history: &[Commit]) -> Commit {
    let last = history.last().expect("a history has a petition");
    let mut event = last.events[0].clone();
    event.event_type = "CaseTeleported".to_owned();
    draft(last.docket_number, last.version.next(), vec![event]).seal(last.hash)
}

/// A commit chained to another, of one harmless event.
pub(crate) fn following(last: &Commit) -> Commit {
    assigned(last, "Judge Colvin")
}

/// A commit chained to another, by which the case is given to a judge.
pub(crate) fn assigned(last: &Commit, judge: &str) -> Commit {
    let event = JudgeAssigned {
        judge: judge.to_owned(),
    }
    .into();
    let version = last.version.next();
    draft(
        last.docket_number,
        version,
        stored(last.docket_number, version, &[event]),
    )
    .seal(last.hash)
}

fn draft(docket_number: DocketNumber, version: Version, events: Vec<StoredEvent>) -> DraftCommit {
    let at = Timestamp::from_millis(1_700_000_000_000 + i64::try_from(version.0).unwrap());
    DraftCommit {
        docket_number,
        version,
        command_id: CommandId::new(format!("{docket_number}/{version}")).unwrap(),
        command: "Example".to_owned(),
        command_digest: Digest::of(&version.0.to_be_bytes()),
        actor: UserId::new("clerk").unwrap(),
        role: Role::DocketClerk,
        recorded_at: at,
        effective_at: at,
        correlation_id: CorrelationId::new("history").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events,
        source: None,
    }
}

fn stored(case: DocketNumber, version: Version, events: &[CaseEvent]) -> Vec<StoredEvent> {
    let id = |at: usize| {
        let at = u128::try_from(at).unwrap();
        EventId(Uuid::from_u128(
            u128::from(case.serial()) << 64 | u128::from(version.0) << 16 | at,
        ))
    };
    let encode = |(at, event)| StoredEvent::encode(id(at), event).unwrap();
    events.iter().enumerate().map(encode).collect()
}

struct Writer {
    docket_number: DocketNumber,
    commits: Vec<Commit>,
    entries: Vec<DocketEntryId>,
    parties: Vec<ContactId>,
}

impl Writer {
    fn begin(docket_number: DocketNumber) -> Self {
        let mut writer = Self {
            docket_number,
            commits: Vec::new(),
            entries: Vec::new(),
            parties: Vec::new(),
        };
        let petition = PetitionFiled {
            received_at: writer.at(),
            is_paper: false,
            caption: "Vera Lindholm, Petitioner".into(),
            case_type: CaseType::Deficiency,
            procedure_type: ProcedureType::Regular,
            party_type: PartyType::Petitioner,
            preferred_trial_city: None,
            petitioners: vec![writer.contact()],
            fee: Fee::NotPaid,
            irs_notice_date: None,
            mailing_date: None,
        };
        let events = vec![
            petition.into(),
            writer.file("P", true, 8),
            writer.file("RQT", true, 26),
            writer.file("STIN", false, 40),
        ];
        writer.append(&events);
        writer
    }

    fn commit(&mut self, acts: &[Act]) {
        let events: Vec<_> = acts.iter().map(|act| self.event(act)).collect();
        self.append(&events);
    }

    fn append(&mut self, events: &[CaseEvent]) {
        let version = self.version();
        let prev_hash = self.commits.last().map_or(Digest::ZERO, |last| last.hash);
        let events = stored(self.docket_number, version, events);
        self.commits
            .push(draft(self.docket_number, version, events).seal(prev_hash));
    }

    fn version(&self) -> Version {
        Version(self.commits.len() as u64 + 1)
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_millis(1_690_000_000_000 + i64::try_from(self.version().0).unwrap())
    }

    fn event(&mut self, act: &Act) -> CaseEvent {
        let at = self.at();
        let docket_entry = |which: &usize| self.entries[which % self.entries.len()];
        match act {
            Act::File {
                on_record,
                title_bytes,
            } => self.file("M000", *on_record, *title_bytes),
            Act::Serve(entry) => DocketEntryServed {
                docket_entry_id: docket_entry(entry),
                service: Service {
                    served_at: at,
                    served_parties: Vec::new(),
                    served_parties_code: None,
                },
            }
            .into(),
            Act::Strike(entry) => DocketEntryStricken {
                docket_entry_id: docket_entry(entry),
                stricken_at: at,
                stricken_by: "Clerk".to_owned(),
            }
            .into(),
            Act::Seal(entry) => DocketEntrySealed {
                docket_entry_id: docket_entry(entry),
                sealed_to: SealedTo::Public,
            }
            .into(),
            Act::Unseal(entry) => DocketEntryUnsealed {
                docket_entry_id: docket_entry(entry),
            }
            .into(),
            Act::Status(status) => {
                let status = CaseStatus::ALL[status % CaseStatus::ALL.len()];
                CaseStatusChanged {
                    status,
                    closed_date: status.is_closed().then_some(at),
                }
                .into()
            }
            Act::Judge(judge) => JudgeAssigned {
                judge: format!("Judge {judge}"),
            }
            .into(),
            Act::Caption(caption) => CaptionChanged {
                caption: format!("Caption {caption}").into(),
            }
            .into(),
            Act::AddParty => PartyAdded {
                contact: self.contact(),
            }
            .into(),
            Act::UpdateParty => {
                let known = self.parties[0];
                let mut contact = self.contact();
                contact.contact_id = known;
                ContactUpdated { contact }.into()
            }
            Act::Consolidate => CaseConsolidated {
                lead_docket_number: self.docket_number,
                members: vec![self.docket_number, DocketNumber::new(999, 99).unwrap()],
            }
            .into(),
            Act::Unconsolidate => CaseUnconsolidated {}.into(),
        }
    }

    fn file(&mut self, code: &str, on_record: bool, title_bytes: usize) -> CaseEvent {
        let docket_entry_id = DocketEntryId(Uuid::from_u128(
            u128::from(self.docket_number.serial()) << 64 | (self.entries.len() as u128 + 1),
        ));
        self.entries.push(docket_entry_id);
        let entry = FiledEntry {
            docket_entry_id,
            index: None,
            event_code: code.parse().unwrap(),
            document_type: "Example".to_owned(),
            title: "x".repeat(title_bytes).into(),
            filed_by: None,
            filers: Vec::new(),
            filing_date: self.at(),
            received_at: self.at(),
            number_of_pages: None,
            is_paper: false,
            lodged: false,
            objections: None,
            pending: title_bytes.is_multiple_of(3),
            is_draft: false,
            is_minute_entry: false,
            is_on_docket_record: on_record,
            judge: None,
            due: None,
            signature: None,
            document: None,
        };
        DocketEntryFiled { entry }.into()
    }

    fn contact(&mut self) -> Contact {
        let number = self.parties.len() as u128 + 1;
        let contact_id = ContactId(Uuid::from_u128(number));
        self.parties.push(contact_id);
        Contact {
            contact_id,
            contact_type: ContactType::Petitioner,
            user_id: Some(UserId::new(format!("user-{}", number % 3)).unwrap()),
            name: format!("Nora{number} Quist").into(),
            secondary_name: None,
            in_care_of: None,
            title: None,
            address: None,
            phone: None,
            email: None,
            service_indicator: ServiceIndicator::Paper,
            is_address_sealed: false,
        }
    }
}
