//! Some cases, with their histories, and carrying commands out on them as the service does.

use casefold_command_api::command::{CaseCommand, EntryRef, GroupCommand, PetitionCommand};
use casefold_command_api::decide::{self, Actor, Ask};
use casefold_command_api::policy::{self, Occasion, POLICIES};
use casefold_command_api::refusal::Refusal;
use casefold_events::case::parties::CounselAssociated;
use casefold_events::party::Counsel;
use casefold_events::vocabulary::{CaseStatus, CounselType, Role, ServiceIndicator};
use casefold_events::{
    CaseEvent, CommandId, Commit, CorrelationId, Digest, DocketNumber, DraftCommit, EventId,
    StoredEvent, Timestamp, UserId, Version,
};
use casefold_shared::case::{Case, DocketEntry, DocketRecord};
use serde_json::json;
use uuid::Uuid;

use crate::support::{assert_indexes_as_written, number, time};

const NUMBERS: [&str; 3] = ["101-26", "102-26", "103-26"];
/// When the cases begin.
const BEGINNING: &str = "2026-03-02T09:00:00.000Z";

/// A case with the commits that made it.
pub(super) struct Told {
    pub(super) case: Case,
    pub(super) commits: Vec<Commit>,
}

/// The cases, the time, and the ids that were given.
pub(super) struct World {
    pub(super) cases: Vec<Told>,
    now: Timestamp,
    ids: u128,
}

/// Somebody in a role: the user whom the documentation's examples name, where they name one.
pub(super) fn somebody(role: Role) -> Actor {
    Actor {
        user_id: UserId::new(format!("dev-{role}")).unwrap(),
        role,
        name: Some("Somebody".into()),
    }
}

impl World {
    /// Cases that have come so far: petition filed (0), checked (1), served (2), ready for
    /// trial (3), each of the last two with the respondent's counsel.
    pub(super) fn begin(stages: [usize; 3]) -> Self {
        let mut world = Self {
            cases: Vec::new(),
            now: time(BEGINNING),
            ids: 0x1_0000_0000,
        };
        for (name, stage) in NUMBERS.into_iter().zip(stages) {
            world.begin_case(number(name), stage);
        }
        world
    }

    fn begin_case(&mut self, docket_number: DocketNumber, stage: usize) {
        let examples = PetitionCommand::examples();
        // Two of the cases begin on paper, as the examples of commands on several have it.
        let (name, body) = &examples[usize::from(docket_number.serial() != 103)];
        let petition = PetitionCommand::parse(body.clone()).unwrap();
        let role = match *name {
            "FilePetition" => Role::Petitioner,
            _ => Role::ClerkOfCourt,
        };
        let (actor, now) = (somebody(role), self.now);
        let mut ids = self.fresh_ids();
        let ask = Ask {
            actor: &actor,
            now,
            ids: &mut ids,
        };
        let decision = decide::petition(&petition, ask).unwrap();
        let commit = self.commit(docket_number, None, &decision.events, decision.effective_at);
        let case = Case::fold(None, &commit).unwrap();
        self.cases.push(Told {
            case,
            commits: vec![commit],
        });
        let at = self.cases.len() - 1;
        let clerk = somebody(Role::ClerkOfCourt);
        for name in ["QcPetition", "ServePetition"].into_iter().take(stage) {
            let command = CaseCommand::parse(json!({"type": name})).unwrap();
            self.carry_out(at, &command, &clerk).unwrap();
        }
        if stage >= 2 {
            self.append(at, &[respondents_counsel()], None);
        }
        if stage >= 3 {
            let ready = json!({"type": "UpdateCaseContext", "status": CaseStatus::AtIssue});
            let command = CaseCommand::parse(ready).unwrap();
            self.carry_out(at, &command, &clerk).unwrap();
        }
    }

    /// Lets time pass.
    pub(super) fn wait(&mut self, days: i64) {
        const DAY: i64 = 86_400_000;
        self.now = Timestamp::from_millis(self.now.as_millis() + days * DAY + 60_000);
    }

    /// Every id that stands in a case.
    pub(super) fn ids_of(&self, at: usize) -> Vec<String> {
        let case = &self.cases[at].case;
        let entries = case.docket.on_record().chain(case.docket.off_record());
        let contacts = case.parties.iter().map(|contact| contact.contact_id.0);
        let deadlines = case.deadlines.iter().map(|deadline| deadline.deadline_id.0);
        let sessions = case.trial_session.iter().map(|it| it.trial_session_id.0);
        entries
            .map(|entry| entry.id().0)
            .chain(contacts)
            .chain(deadlines)
            .chain(sessions)
            .map(|id| id.to_string())
            .collect()
    }

    /// Carries a command out on one case.
    pub(super) fn carry_out(
        &mut self,
        at: usize,
        command: &CaseCommand,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let whole = self.cases[at].case.clone();
        let part = with_entries(&whole, &command.entries());
        let decided = self.decide_again_and_again(
            actor,
            |ask| decide::case(&whole, command, ask),
            |ask| decide::case(&part, command, ask),
        )?;
        self.append(at, &decided.events, decided.effective_at);
        Ok(())
    }

    /// Carries a command out on several cases, which are loaded as the service loads them.
    pub(super) fn carry_out_on_several(
        &mut self,
        command: &GroupCommand,
        actor: &Actor,
    ) -> Result<(), Refusal> {
        let mut loaded: Vec<Case> = Vec::new();
        let mut wanted = command.docket_numbers().to_vec();
        while !wanted.is_empty() {
            let cases = self.cases.iter().map(|told| &told.case);
            loaded.extend(
                cases
                    .filter(|it| wanted.contains(&it.docket_number))
                    .cloned(),
            );
            wanted = decide::group_members(command, &loaded);
            wanted.retain(|it| loaded.iter().all(|case| case.docket_number != *it));
        }
        let entries = command.entries();
        let parts: Vec<_> = loaded.iter().map(|it| with_entries(it, &entries)).collect();
        let decided = self.decide_again_and_again(
            actor,
            |ask| decide::group(&loaded, command, ask),
            |ask| decide::group(&parts, command, ask),
        )?;
        for (docket_number, decision) in decided {
            let found = |told: &Told| told.case.docket_number == docket_number;
            let at = self.cases.iter().position(found).unwrap();
            self.append(at, &decision.events, decision.effective_at);
        }
        Ok(())
    }

    /// Decides, and decides again, over all entries and over those alone that the command
    /// asks for: deciding is pure, and asks for what it needs, so it is decided likewise.
    fn decide_again_and_again<T: PartialEq + std::fmt::Debug>(
        &mut self,
        actor: &Actor,
        over_all: impl Fn(Ask<'_>) -> Result<T, Refusal>,
        over_part: impl Fn(Ask<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let (now, given) = (self.now, self.ids);
        let decide = |over: &dyn Fn(Ask<'_>) -> Result<T, Refusal>| {
            let mut ids = (given..).map(Uuid::from_u128);
            let ask = Ask {
                actor,
                now,
                ids: &mut ids,
            };
            over(ask)
        };
        let decided = decide(&over_all);
        assert_eq!(decided, decide(&over_all), "deciding is pure");
        assert_eq!(
            decided,
            decide(&over_part),
            "deciding needs the entries it asks for"
        );
        self.ids += 0x1_0000;
        decided
    }

    /// Appends what was decided, and what follows by itself.
    fn append(&mut self, at: usize, events: &[CaseEvent], effective_at: Option<Timestamp>) {
        assert!(!events.is_empty(), "a decision has events");
        let before = self.cases[at].case.clone();
        self.append_one(at, events, effective_at, None);
        let occasion = Occasion {
            before: &before,
            events,
            at: effective_at.unwrap_or(self.now),
        };
        for policy in POLICIES {
            let mut ids = self.fresh_ids();
            let events = policy.follow(&occasion, &self.cases[at].case, &mut ids);
            if !events.is_empty() {
                self.append_one(at, &events, effective_at, Some(policy.name));
            }
        }
    }

    fn append_one(
        &mut self,
        at: usize,
        events: &[CaseEvent],
        effective_at: Option<Timestamp>,
        policy: Option<&'static str>,
    ) {
        let case = self.cases[at].case.clone();
        let mut commit = self.commit(case.docket_number, Some(&case), events, effective_at);
        if let Some(name) = policy {
            let mut draft = commit.draft;
            draft.command = name.to_owned();
            draft.actor = policy::actor();
            draft.role = Role::System;
            commit = draft.seal(case.folded_from.head_hash);
        }
        let told = &mut self.cases[at];
        told.case = Case::fold(Some(case), &commit).unwrap();
        assert_indexes_as_written(&told.case, events);
        told.commits.push(commit);
    }

    fn commit(
        &self,
        docket_number: DocketNumber,
        case: Option<&Case>,
        events: &[CaseEvent],
        effective_at: Option<Timestamp>,
    ) -> Commit {
        let (version, hash) = case.map_or((Version::ZERO, Digest::ZERO), |case| {
            (case.version, case.folded_from.head_hash)
        });
        let stored = events.iter().enumerate().map(|(nth, event)| {
            let id = EventId(Uuid::from_u128(u128::from(version.0) << 32 | nth as u128));
            StoredEvent::encode(id, event).unwrap()
        });
        let draft = DraftCommit {
            docket_number,
            version: version.next(),
            command_id: CommandId::new(format!("command-{}", version.0)).unwrap(),
            command: "Test".to_owned(),
            command_digest: Digest::ZERO,
            actor: UserId::new("somebody").unwrap(),
            role: Role::ClerkOfCourt,
            recorded_at: self.now,
            effective_at: effective_at.unwrap_or(self.now),
            correlation_id: CorrelationId::new("test").unwrap(),
            causation: None,
            committed_with: Vec::new(),
            events: stored.collect(),
            source: None,
        };
        draft.seal(hash)
    }

    fn fresh_ids(&mut self) -> impl Iterator<Item = Uuid> + use<> {
        let base = self.ids;
        self.ids += 0x1_0000;
        (base..).map(Uuid::from_u128)
    }
}

impl Told {
    /// The case, folded from the first commit on.
    pub(super) fn folded_anew(&self) -> Option<Case> {
        self.commits
            .iter()
            .fold(None, |case, commit| Some(Case::fold(case, commit).unwrap()))
    }
}

/// A case as a store loads it for a command: these entries on the record, and no others.
fn with_entries(case: &Case, entries: &[EntryRef]) -> Case {
    let (ids, indexes) = EntryRef::split(entries);
    let is_asked_for = |entry: &&DocketEntry| {
        let index = entry.filed.index;
        ids.contains(&entry.id()) || index.is_some_and(|index| indexes.contains(&index))
    };
    let docket = &case.docket;
    let on_record = docket.on_record().filter(is_asked_for).cloned();
    let off_record = docket.off_record().to_vec();
    Case {
        docket: DocketRecord::from_parts(on_record, off_record, docket.last_index()),
        ..case.clone()
    }
}

fn respondents_counsel() -> CaseEvent {
    CounselAssociated {
        counsel: Counsel {
            user_id: somebody(Role::IrsPractitioner).user_id,
            counsel_type: CounselType::IrsPractitioner,
            name: "Vera Lindholm".into(),
            bar_number: None,
            firm_name: None,
            email: Some("lindholm@example.com".into()),
            phone: None,
            address: None,
            service_indicator: ServiceIndicator::Electronic,
            representing: Vec::new(),
        },
    }
    .into()
}
