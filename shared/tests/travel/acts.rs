//! Histories for travelling in: made of acts, some of which hold from earlier than they were
//! recorded.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "every test target uses a part of this"
)]

use std::sync::Arc;

use casefold_events::case::docket::{
    DocketEntryFiled, DocketEntrySealed, DocketEntryServed, DocketEntryUnsealed,
};
use casefold_events::case::intake::{Fee, PetitionFiled};
use casefold_events::case::parties::{ContactUpdated, PartyAdded};
use casefold_events::case::records::{Deadline, DeadlineAdded, DeadlineRemoved};
use casefold_events::case::standing::{CaptionChanged, CaseSealed, CaseUnsealed, JudgeAssigned};
use casefold_events::entry::{FiledEntry, Service};
use casefold_events::ids::DeadlineId;
use casefold_events::party::Contact;
use casefold_events::vocabulary::{
    CaseType, ContactType, PartyType, ProcedureType, Role, SealedTo, ServiceIndicator,
};
use casefold_events::{
    CaseEvent, CommandId, Commit, ContactId, CorrelationId, Digest, DocketEntryId, DocketNumber,
    DraftCommit, EventId, StoredEvent, Timestamp, UserId, Version,
};
use casefold_shared::case::Case;
use proptest::prelude::*;
use uuid::Uuid;

/// Something that happens. A number says to which of the entries or parties, counted round.
#[derive(Clone, Debug)]
pub enum Act {
    File,
    Draft,
    /// A draft goes on the record.
    Record(u32),
    Serve(u32),
    Seal(u32),
    Unseal(u32),
    Caption(u8),
    Judge(u8),
    AddParty,
    RenameParty(u8, u8),
    AddDeadline(u8),
    RemoveDeadline(u8),
    SealCase,
    UnsealCase,
}

/// A commit: its acts, how many seconds after the one before it is recorded, and how many
/// seconds before that it holds.
#[derive(Clone, Debug)]
pub struct Planned {
    pub acts: Vec<Act>,
    pub after: u8,
    pub back: u16,
}

pub fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        5 => Just(Act::File),
        2 => Just(Act::Draft),
        1 => any::<u32>().prop_map(Act::Record),
        2 => any::<u32>().prop_map(Act::Serve),
        1 => any::<u32>().prop_map(Act::Seal),
        1 => any::<u32>().prop_map(Act::Unseal),
        2 => (0..3_u8).prop_map(Act::Caption),
        1 => (0..3_u8).prop_map(Act::Judge),
        1 => Just(Act::AddParty),
        2 => (any::<u8>(), 0..3_u8).prop_map(|(who, name)| Act::RenameParty(who, name)),
        1 => (0..4_u8).prop_map(Act::AddDeadline),
        1 => (0..4_u8).prop_map(Act::RemoveDeadline),
        1 => Just(Act::SealCase),
        1 => Just(Act::UnsealCase),
    ]
}

fn planned() -> impl Strategy<Value = Planned> {
    let back = prop_oneof![4 => Just(0_u16), 1 => 0..40_u16];
    (prop::collection::vec(act(), 1..4), 0..4_u8, back).prop_map(|(acts, after, back)| Planned {
        acts,
        after,
        back,
    })
}

/// Plans of the commits after the petition.
pub fn plans(commits: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Planned>> {
    prop::collection::vec(planned(), commits)
}

/// The moment that is so many seconds after the petition.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(1_772_500_000_000 + second * 1_000)
}

/// The petition, and the commits that are planned.
pub fn history(docket_number: DocketNumber, plans: &[Planned]) -> Vec<Commit> {
    let mut writer = Writer {
        docket_number,
        commits: Vec::new(),
        entries: Vec::new(),
        drafts: Vec::new(),
        parties: vec![ContactId(Uuid::from_u128(1))],
        second: 0,
    };
    writer.commit(vec![petition()], 0, 0);
    for plan in plans {
        let events = plan.acts.iter().map(|act| writer.event(act)).collect();
        writer.commit(events, plan.after.into(), plan.back.into());
    }
    writer.commits
}

/// The pure fold of commits.
pub fn fold<'a>(commits: impl IntoIterator<Item = &'a Commit>) -> Case {
    let folded = commits
        .into_iter()
        .fold(None, |case, commit| Some(Case::fold(case, commit).unwrap()));
    folded.unwrap()
}

struct Writer {
    docket_number: DocketNumber,
    commits: Vec<Commit>,
    entries: Vec<DocketEntryId>,
    drafts: Vec<DocketEntryId>,
    parties: Vec<ContactId>,
    second: i64,
}

impl Writer {
    fn commit(&mut self, events: Vec<CaseEvent>, after: i64, back: i64) {
        let last = self.commits.last();
        let version = last.map_or(Version::ZERO, |last| last.version).next();
        let hash = last.map_or(Digest::ZERO, |last| last.hash);
        self.second += after;
        let stored = events.iter().zip(0_u128..).map(|(event, nth)| {
            let id = EventId(Uuid::from_u128(u128::from(version.0) << 32 | nth));
            StoredEvent::encode(id, event).unwrap()
        });
        let draft = DraftCommit {
            docket_number: self.docket_number,
            version,
            command_id: CommandId::new(format!("{}/{version}", self.docket_number)).unwrap(),
            command: "Test".to_owned(),
            command_digest: Digest::ZERO,
            actor: UserId::new(format!("clerk-{}", version.0 % 3)).unwrap(),
            role: Role::DocketClerk,
            recorded_at: at(self.second),
            effective_at: at(self.second - back),
            correlation_id: CorrelationId::new("travel").unwrap(),
            causation: None,
            committed_with: Vec::new(),
            source: None,
            events: stored.collect(),
        };
        self.commits.push(draft.seal(hash));
    }

    fn event(&mut self, act: &Act) -> CaseEvent {
        match act {
            Act::File => self.file(true),
            Act::Draft => self.file(false),
            Act::Record(which) => match self.drafts.pop() {
                Some(id) => filed(id, true),
                None => self.unsealed(*which),
            },
            Act::Serve(which) => DocketEntryServed {
                docket_entry_id: self.entry(*which),
                service: Service {
                    served_at: at(self.second),
                    served_parties: Vec::new(),
                    served_parties_code: None,
                },
            }
            .into(),
            Act::Seal(which) => DocketEntrySealed {
                docket_entry_id: self.entry(*which),
                sealed_to: SealedTo::Public,
            }
            .into(),
            Act::Unseal(which) => self.unsealed(*which),
            Act::Caption(which) => CaptionChanged {
                caption: format!("Caption {which}").into(),
            }
            .into(),
            Act::Judge(which) => JudgeAssigned {
                judge: format!("Judge {which}"),
            }
            .into(),
            Act::AddParty => {
                let id = ContactId(Uuid::from_u128(1 + self.parties.len() as u128));
                self.parties.push(id);
                PartyAdded {
                    contact: contact(id, ContactType::Petitioner, 0),
                }
                .into()
            }
            Act::RenameParty(who, name) => {
                let id = self.parties[usize::from(*who) % self.parties.len()];
                ContactUpdated {
                    contact: contact(id, ContactType::Petitioner, *name),
                }
                .into()
            }
            Act::AddDeadline(which) => DeadlineAdded {
                deadline: Deadline {
                    deadline_id: deadline(*which),
                    due: at(i64::from(*which)),
                    description: "Answer".into(),
                    set_by: None,
                },
            }
            .into(),
            Act::RemoveDeadline(which) => DeadlineRemoved {
                deadline_id: deadline(*which),
            }
            .into(),
            Act::SealCase => CaseSealed {
                sealed_at: at(self.second),
            }
            .into(),
            Act::UnsealCase => CaseUnsealed {}.into(),
        }
    }

    fn file(&mut self, on_record: bool) -> CaseEvent {
        let nth = self.entries.len() as u128;
        let id = DocketEntryId(Uuid::from_u128(0xE000_0000 + nth));
        self.entries.push(id);
        if !on_record {
            self.drafts.push(id);
        }
        filed(id, on_record)
    }

    fn entry(&self, which: u32) -> DocketEntryId {
        let nth = (which as usize).checked_rem(self.entries.len());
        let nobody = DocketEntryId(Uuid::nil());
        nth.map_or(nobody, |nth| self.entries[nth])
    }

    fn unsealed(&self, which: u32) -> CaseEvent {
        DocketEntryUnsealed {
            docket_entry_id: self.entry(which),
        }
        .into()
    }
}

fn deadline(which: u8) -> DeadlineId {
    DeadlineId(Uuid::from_u128(0xD000_0000 + u128::from(which)))
}

fn contact(contact_id: ContactId, contact_type: ContactType, name: u8) -> Contact {
    Contact {
        contact_id,
        contact_type,
        user_id: None,
        name: format!("Name {name}").into(),
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

fn petition() -> CaseEvent {
    PetitionFiled {
        received_at: at(0),
        is_paper: false,
        caption: "Vera Lindholm, Petitioner".into(),
        case_type: CaseType::Deficiency,
        procedure_type: ProcedureType::Small,
        party_type: PartyType::Petitioner,
        preferred_trial_city: None,
        petitioners: vec![contact(
            ContactId(Uuid::from_u128(1)),
            ContactType::Petitioner,
            0,
        )],
        fee: Fee::NotPaid,
        irs_notice_date: None,
        mailing_date: None,
    }
    .into()
}

fn filed(docket_entry_id: DocketEntryId, on_record: bool) -> CaseEvent {
    let entry = FiledEntry {
        docket_entry_id,
        index: None,
        event_code: "M000".parse().unwrap(),
        document_type: "Motion".to_owned(),
        title: format!("Motion {docket_entry_id}").into(),
        filed_by: Some("Petr. Vera Lindholm".into()),
        filers: Vec::new(),
        filing_date: at(0),
        received_at: at(0),
        number_of_pages: None,
        is_paper: false,
        lodged: false,
        objections: None,
        pending: false,
        is_draft: !on_record,
        is_minute_entry: false,
        is_on_docket_record: on_record,
        judge: None,
        due: None,
        signature: None,
        document: None,
    };
    DocketEntryFiled { entry }.into()
}

/// What held until a moment, by its definition and nothing else; `None` where the case had not
/// begun. With it, how many commits are left out.
pub fn held(commits: &[Commit], until: Timestamp) -> Option<(Case, u64)> {
    if commits[0].effective_at > until {
        return None;
    }
    let (counting, left_out): (Vec<_>, Vec<_>) = commits
        .iter()
        .partition(|commit| commit.effective_at <= until);
    let newest = *counting.last().unwrap();
    let mut in_order = counting;
    in_order[1..].sort_by_key(|commit| (commit.effective_at, commit.version));
    let mut case = None;
    for commit in in_order {
        case = Case::apply(case, commit, commit.decode().unwrap());
    }
    let mut case = case.unwrap();
    case.version = newest.version;
    case.folded_from.last_event_id = newest.events.last().unwrap().event_id;
    case.folded_from.last_command_id = newest.command_id.clone();
    case.folded_from.recorded_at = newest.recorded_at;
    case.folded_from.head_hash = newest.hash;
    // Each entry has the index that everybody knows it by.
    let whole = fold(commits);
    let index = |id: DocketEntryId| {
        let entry = whole.docket.entry(id).unwrap();
        entry.filed.index.unwrap()
    };
    let mut on_record: Vec<_> = case.docket.on_record().cloned().collect();
    for entry in &mut on_record {
        entry.filed.index = Some(index(entry.id()));
    }
    let last = on_record.iter().filter_map(|entry| entry.filed.index).max();
    let off_record = case.docket.off_record().to_vec();
    case.docket =
        casefold_shared::case::DocketRecord::from_parts(on_record, off_record, last.unwrap_or(0));
    for open in case.open_entries.edit() {
        Arc::make_mut(open).index = index(open.docket_entry_id);
    }
    Some((case, left_out.len() as u64))
}
