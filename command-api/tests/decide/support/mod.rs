//! Given, when, then: as types, so that they can't be said in another order.

mod drafts;
mod groups;
mod history;
mod people_and_records;

use std::collections::BTreeSet;

use casefold_command_api::command::{CaseCommand, FilePaperPetition, PetitionCommand};
use casefold_command_api::decide::{self, Actor, Ask, Decision};
use casefold_command_api::policy::{Occasion, POLICIES};
use casefold_command_api::refusal::Refusal;
use casefold_events::entry::FiledEntry;
use casefold_events::vocabulary::Role;
use casefold_events::{
    CaseEvent, CommandId, CorrelationId, Digest, DocketNumber, DraftCommit, EventId, StoredEvent,
    Timestamp, UserId, Version,
};
use casefold_shared::case::Case;
use serde_json::Value;
use uuid::Uuid;

pub(crate) use drafts::*;
pub(crate) use groups::*;
pub(crate) use history::*;

/// The time of every command in these tests.
pub(crate) const NOW: &str = "2026-11-23T12:00:00.000Z";
/// When every petition in these tests was received.
pub(crate) const RECEIVED: &str = "2026-03-02T09:00:00.000Z";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn number(text: &str) -> DocketNumber {
    text.parse().unwrap()
}

/// Somebody in a role, by the role's name.
pub(crate) fn actor(role: Role) -> Actor {
    let user_id = UserId::new(format!("{role}-1")).unwrap();
    Actor {
        user_id,
        role,
        name: Some("Somebody".into()),
    }
}

pub(crate) fn docket_clerk() -> Actor {
    actor(Role::DocketClerk)
}

pub(crate) fn petitions_clerk() -> Actor {
    actor(Role::PetitionsClerk)
}

pub(crate) fn petitioner() -> Actor {
    actor(Role::Petitioner)
}

pub(crate) fn practitioner() -> Actor {
    actor(Role::PrivatePractitioner)
}

pub(crate) fn respondents_counsel() -> Actor {
    actor(Role::IrsPractitioner)
}

/// Folds one more commit, sealed as it would be stored.
pub(crate) fn fold(case: Option<Case>, docket_number: DocketNumber, events: &[CaseEvent]) -> Case {
    let (version, hash) = case.as_ref().map_or((Version::ZERO, Digest::ZERO), |case| {
        (case.version, case.folded_from.head_hash)
    });
    let stored = events.iter().enumerate().map(|(at, event)| {
        let id = EventId(Uuid::from_u128(u128::from(version.0) << 32 | at as u128));
        StoredEvent::encode(id, event).unwrap()
    });
    let draft = DraftCommit {
        docket_number,
        version: version.next(),
        command_id: CommandId::new(format!("command-{}", version.0)).unwrap(),
        command: "Test".to_owned(),
        command_digest: Digest::ZERO,
        actor: petitioner().user_id,
        role: Role::Petitioner,
        recorded_at: time(NOW),
        effective_at: time(NOW),
        correlation_id: CorrelationId::new("test").unwrap(),
        causation: None,
        committed_with: Vec::new(),
        events: stored.collect(),
        source: None,
    };
    Case::fold(case, &draft.seal(hash)).unwrap()
}

/// What always holds of a case (domain of the court, "A case" and "The docket record").
pub(crate) fn assert_invariants(case: &Case) {
    assert_eq!(
        case.closed_date.is_some(),
        case.status.is_closed(),
        "closed date iff closed"
    );
    let indexes: Vec<_> = case
        .docket
        .on_record()
        .map(|entry| entry.filed.index)
        .collect();
    let dense: Vec<_> = (1..=case.docket.last_index()).map(Some).collect();
    assert_eq!(indexes, dense, "indexes have neither gap nor duplicate");
    let off_record = case.docket.off_record();
    let mut ids = BTreeSet::new();
    for entry in case.docket.on_record().chain(off_record) {
        assert!(ids.insert(entry.id()), "ids are unique in a case");
        let has_content = entry.filed.document.is_some() || entry.filed.is_minute_entry;
        assert!(
            !entry.is_served() || has_content,
            "what is served has a file or is a note"
        );
        if entry.is_stricken() {
            assert!(
                entry.filed.is_on_docket_record,
                "only what is on the record is stricken"
            );
        }
        if entry.filed.is_draft {
            assert!(
                !entry.filed.is_on_docket_record && entry.filed.index.is_none(),
                "a draft has no place on the record"
            );
            assert!(!entry.is_served(), "a draft is not served");
        }
        assert!(
            entry.archived_at.is_none() || entry.filed.is_draft,
            "drafts alone are archived"
        );
        let is_statement = entry.filed.event_code.as_str() == "STIN";
        assert!(
            !is_statement || !entry.filed.is_on_docket_record,
            "STIN is off the record"
        );
    }
    assert!(
        case.petitioners().next().is_some(),
        "the last petitioner stays"
    );
    people_and_records::assert_invariants(case);
    assert!(
        case.blocked.is_none() || case.priority.is_none(),
        "a case is never both blocked and prioritized"
    );
    if let Some(group) = &case.consolidation {
        assert!(group.members.len() > 1 && group.members.contains(&case.docket_number));
        assert_eq!(group.members.iter().min(), Some(&group.lead_docket_number));
    }
}

/// New ids, the same in each test.
pub(crate) fn ids() -> impl Iterator<Item = Uuid> {
    (0xF000..).map(Uuid::from_u128)
}

/// Ids that a case doesn't have yet, whatever happened to it.
pub(crate) fn ids_after(case: &Case) -> impl Iterator<Item = Uuid> + use<> {
    let base = 0x1_0000_0000 + u128::from(case.folded_from.events) * 0x1000;
    (base..).map(Uuid::from_u128)
}

pub(crate) struct Given(History);

pub(crate) fn given(history: History) -> Given {
    Given(history)
}

impl Given {
    pub(crate) fn when(self, command: Value) -> When {
        When {
            history: self.0,
            command: CaseCommand::parse(command).unwrap(),
        }
    }
}

pub(crate) struct When {
    history: History,
    command: CaseCommand,
}

impl When {
    pub(crate) fn by(self, actor: Actor) -> Then {
        let case = self.history.case();
        let mut ids = ids();
        let ask = Ask {
            actor: &actor,
            now: time(NOW),
            ids: &mut ids,
        };
        let decided = decide::case(&case, &self.command, ask);
        Then {
            before: Some(case),
            decided,
        }
    }
}

/// A petition is filed.
pub(crate) fn when_filed(command: Value) -> WhenFiled {
    WhenFiled(PetitionCommand::parse(command).unwrap())
}

pub(crate) struct WhenFiled(PetitionCommand);

impl WhenFiled {
    pub(crate) fn by(self, actor: Actor) -> Then {
        let mut ids = ids();
        let ask = Ask {
            actor: &actor,
            now: time(NOW),
            ids: &mut ids,
        };
        Then {
            before: None,
            decided: decide::petition(&self.0, ask),
        }
    }
}

pub(crate) struct Then {
    before: Option<Case>,
    decided: Result<Decision, Refusal>,
}

/// What came of a command.
pub(crate) struct Outcome {
    pub(crate) events: Vec<CaseEvent>,
    pub(crate) effective_at: Option<Timestamp>,
    /// What policies did then, each by its name.
    pub(crate) followed: Vec<(&'static str, Vec<CaseEvent>)>,
    pub(crate) case: Case,
}

impl Then {
    /// These events happened, by their types; they fold to a case of which everything holds
    /// that always does.
    #[track_caller]
    pub(crate) fn then_events<const N: usize>(self, types: [&str; N]) -> Outcome {
        let outcome = self.then_done();
        let found: Vec<_> = outcome.events.iter().map(CaseEvent::event_type).collect();
        assert_eq!(found, types);
        outcome
    }

    /// Something happened, and folds to a case as above.
    #[track_caller]
    pub(crate) fn then_done(self) -> Outcome {
        let Decision {
            events,
            effective_at,
            policy: _,
        } = self.decided.unwrap();
        let docket_number = self
            .before
            .as_ref()
            .map_or(number("101-26"), |c| c.docket_number);
        let case = fold(self.before.clone(), docket_number, &events);
        assert_indexes_as_written(&case, &events);
        let (case, followed) = match &self.before {
            Some(before) => follow(before, &events, case),
            None => (case, Vec::new()),
        };
        assert_invariants(&case);
        Outcome {
            events,
            effective_at,
            followed,
            case,
        }
    }

    #[track_caller]
    pub(crate) fn then_refused(self, code: &str) -> Refusal {
        let refusal = self.decided.expect_err("the command was not refused");
        assert_eq!(refusal.code(), code, "{refusal}");
        refusal
    }
}

/// What policies do after a command, each in a commit of its own.
pub(crate) fn follow(
    before: &Case,
    events: &[CaseEvent],
    after: Case,
) -> (Case, Vec<(&'static str, Vec<CaseEvent>)>) {
    let occasion = Occasion {
        before,
        events,
        at: time(NOW),
    };
    // Ids that no case has yet, whatever happened to it before.
    let base = u128::from(after.folded_from.events) << 64;
    let mut ids = (base..).map(Uuid::from_u128);
    let mut case = after;
    let mut followed = Vec::new();
    for policy in POLICIES {
        let events = policy.follow(&occasion, &case, &mut ids);
        if !events.is_empty() {
            let number = case.docket_number;
            case = fold(Some(case), number, &events);
            assert_indexes_as_written(&case, &events);
            followed.push((policy.name, events));
        }
    }
    (case, followed)
}

/// The index in an event is the one that the fold gives.
pub(crate) fn assert_indexes_as_written(case: &Case, events: &[CaseEvent]) {
    for event in events {
        if let CaseEvent::DocketEntryFiled(event) = event {
            let folded = case.docket.entry(event.entry.docket_entry_id).unwrap();
            assert_eq!(folded.filed.index, event.entry.index);
        }
    }
}

impl Outcome {
    /// These policies followed, and each did this, by the types of its events.
    #[track_caller]
    pub(crate) fn followed_by<const N: usize>(self, expected: [(&str, &[&str]); N]) -> Self {
        let types = |events: &[CaseEvent]| events.iter().map(CaseEvent::event_type).collect();
        let found: Vec<(&str, Vec<&str>)> = self
            .followed
            .iter()
            .map(|(name, events)| (*name, types(events)))
            .collect();
        assert_eq!(
            found,
            expected.map(|(name, events)| (name, events.to_vec()))
        );
        self
    }

    /// The entries that policies filed, in order.
    pub(crate) fn entries_by_policy(&self) -> impl Iterator<Item = &FiledEntry> {
        filed_in(self.followed.iter().flat_map(|(_, events)| events))
    }

    /// The codes and indexes of the entries that policies filed, in order.
    pub(crate) fn codes_by_policy(&self) -> Vec<(&str, Option<u32>)> {
        codes_of(self.entries_by_policy())
    }

    /// The titles of the entries that were filed, in order.
    pub(crate) fn titles(&self) -> Vec<&str> {
        self.filed_entries()
            .map(|entry| entry.title.expose().as_str())
            .collect()
    }

    /// The entries that were filed, in order.
    pub(crate) fn filed_entries(&self) -> impl Iterator<Item = &FiledEntry> {
        filed_in(&self.events)
    }

    /// The codes and indexes of the entries that were filed, in order.
    pub(crate) fn codes(&self) -> Vec<(&str, Option<u32>)> {
        codes_of(self.filed_entries())
    }

    /// The names on whom the entries were served, entry by entry.
    pub(crate) fn served_on(&self) -> Vec<Vec<&str>> {
        self.events
            .iter()
            .filter_map(|event| match event {
                CaseEvent::DocketEntryServed(event) => Some(&event.service.served_parties),
                _ => None,
            })
            .map(|parties| {
                parties
                    .iter()
                    .map(|party| party.name.expose().as_str())
                    .collect()
            })
            .collect()
    }
}

fn filed_in<'a>(
    events: impl IntoIterator<Item = &'a CaseEvent>,
) -> impl Iterator<Item = &'a FiledEntry> {
    events.into_iter().filter_map(|event| match event {
        CaseEvent::DocketEntryFiled(event) => Some(&event.entry),
        _ => None,
    })
}

fn codes_of<'a>(entries: impl Iterator<Item = &'a FiledEntry>) -> Vec<(&'a str, Option<u32>)> {
    entries
        .map(|entry| (entry.event_code.as_str(), entry.index))
        .collect()
}

/// A document as commands give it.
pub(crate) fn document() -> Value {
    serde_json::json!({
        "key": "documents/1.pdf",
        "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "numberOfPages": 3,
    })
}

/// The example of a paper petition, changed.
pub(crate) fn paper_petition_with(change: impl FnOnce(&mut Value)) -> Value {
    let mut body = FilePaperPetition::example();
    change(&mut body);
    body
}

/// What a petition makes.
pub(crate) const FILED: [&str; 4] = [
    "PetitionFiled",
    "DocketEntryFiled",
    "DocketEntryFiled",
    "DocketEntryFiled",
];
