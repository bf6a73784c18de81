//! The life of one case: how it begins, what happens in it, how it ends.
//!
//! Every commit is what the service itself decides over the case as it stands, with what its
//! policies make of it; a command that the rules refuse is dropped, and something else
//! happens.

use casefold_command_api::command::{
    AddToTrialSession, CaseCommand, MarkReadyForTrial, QcPetition, ServePetition, UpdateCaseContext,
};
use casefold_command_api::decide::{self, Actor, Ask};
use casefold_events::Timestamp;
use casefold_events::case::intake::Fee;
use casefold_events::vocabulary::{CaseStatus, ProcedureType, Role};
use casefold_shared::case::Case;

use super::GenerateError;
use super::acts::{
    Act, Scene, Sent, answer, appear, decide_case, order, paper_answer, serve_order, session,
};
use super::chance::Chance;
use super::fate::Fate;
use super::people::{CITIES, City, judge, practitioner, respondent, staff, system};
use super::record::{Envelope, Record};
use super::shape::{Kind, Outline, end_of_time};
use super::tally::Tally;

const MILLIS_A_MINUTE: i64 = 60_000;
const MILLIS_A_DAY: i64 = 86_400_000;
/// The longest that usually passes between one commit and the next.
const LONGEST_PAUSE: i64 = 75 * MILLIS_A_DAY;
/// How long after the answer a case is found ready for trial.
const AFTER_ANSWER: i64 = 46 * MILLIS_A_DAY;
/// So many of a thousand answers come on paper.
const ANSWERS_ON_PAPER: u64 = 300;
/// So many of a thousand answered cases are found ready for trial; the others are settled
/// before.
const FOUND_READY: u64 = 650;
/// How often another act is asked for where one came to nothing.
const MOST_TRIES: usize = 12;
/// How many entries of a case wait for a clerk before one sees to them. A case lists 100 of them.
const MOST_WAITING: usize = 80;

/// What a case that will be consolidated has in common with the others of its group.
#[derive(Clone, Debug)]
pub(super) struct Common {
    pub(super) city: City,
    pub(super) procedure: ProcedureType,
    pub(super) respondent: Actor,
}

/// A case that lives.
pub(super) struct Life {
    pub(super) outline: Outline,
    pub(super) record: Record,
    pub(super) chance: Chance,
    pub(super) now: Timestamp,
    pub(super) tally: Tally,
    pub(super) city: City,
    pub(super) procedure: ProcedureType,
    /// What the group is to have in common, of a case that comes into one.
    pub(super) common: Option<Common>,
    /// How many commits there are to be.
    pub(super) target: usize,
    fate: Fate,
}

impl Life {
    /// A case before its petition, which is to have so many commits.
    pub(super) fn new(seed: u64, outline: Outline, target: usize, common: Option<Common>) -> Self {
        let mut chance = Chance::of(seed, "case", outline.nth);
        let city = chance.pick(&CITIES);
        let procedure =
            chance.weighted(&[(65, ProcedureType::Regular), (35, ProcedureType::Small)]);
        let fate = match common {
            Some(_) => Fate::Open,
            None => Fate::draw(target, &mut chance),
        };
        Self {
            record: Record::new(outline.docket_number),
            now: outline.received_at,
            tally: Tally::default(),
            city: common.as_ref().map_or(city, |it| it.city),
            procedure: common.as_ref().map_or(procedure, |it| it.procedure),
            chance,
            outline,
            common,
            target,
            fate,
        }
    }

    /// The case from its petition to its end.
    pub(super) fn live(&mut self) -> Result<(), GenerateError> {
        self.petition()?;
        self.open()?;
        self.middle(self.fate.commits())?;
        self.close()?;
        self.middle(0)
    }

    /// Up to where it can be consolidated: ready for trial.
    pub(super) fn live_until_ready(&mut self) -> Result<(), GenerateError> {
        self.petition()?;
        self.open()
    }

    /// How many commits there are still to be.
    pub(super) fn left(&self) -> usize {
        self.target.saturating_sub(self.record.commits.len())
    }

    /// How the petition came to be served and answered, as far as there is room for it.
    fn open(&mut self) -> Result<(), GenerateError> {
        let keep = self.fate.commits();
        if self.left() <= keep.min(2) {
            return Ok(());
        }
        self.check()?;
        if self.left() == 0 {
            return Ok(());
        }
        self.pause();
        let serve = ServePetition { effective_at: None };
        self.send_as(Role::PetitionsClerk, CaseCommand::ServePetition(serve))?;
        if self.common.is_none() && self.left() > keep + 5 && self.chance.per_mille(250) {
            self.pause();
            let counsel = practitioner(&mut self.chance);
            let (actor, command) = appear(&counsel, Some(1), self.city, &mut self.chance);
            self.send(actor, command)?;
        }
        if self.left() > keep && self.fate.is_answered() {
            self.answer(keep)?;
        }
        Ok(())
    }

    /// The petitions clerk checks the petition; the fee is paid by then, mostly.
    fn check(&mut self) -> Result<(), GenerateError> {
        self.pause();
        let now = self.now;
        // The note of the fee is a commit of its own.
        let fee = match self.chance.below(100) {
            _ if self.left() < 2 => None,
            0..=82 => Some(Fee::Paid {
                paid_at: now,
                method: self.chance.pick(&["Pay.gov", "Check", "Card"]).to_owned(),
            }),
            83..=88 => Some(Fee::Waived { waived_at: now }),
            _ => None,
        };
        let mut body = QcPetition {
            fee,
            ..QcPetition::default()
        };
        if self.common.is_none() && self.chance.per_mille(30) {
            body.procedure_type = Some(ProcedureType::Small);
        }
        self.send_as(Role::PetitionsClerk, CaseCommand::QcPetition(body))?;
        Ok(())
    }

    /// The respondent answers, mostly by counsel who appears; later the case is ready for
    /// trial.
    fn answer(&mut self, keep: usize) -> Result<(), GenerateError> {
        self.pause();
        let is_together = self.common.is_some();
        if !is_together && self.chance.per_mille(ANSWERS_ON_PAPER) {
            let filed = self.on_scene(paper_answer).flatten();
            self.send_some(filed)?;
        } else {
            let counsel = match &self.common {
                Some(common) => common.respondent.clone(),
                None => respondent(&mut self.chance),
            };
            let (actor, command) = appear(&counsel, None, self.city, &mut self.chance);
            self.send(actor, command)?;
            if self.left() <= keep && !is_together {
                return Ok(());
            }
            self.pause();
            let filed = self.on_scene(|scene| answer(counsel, scene));
            self.send_some(filed)?;
        }
        if is_together || (self.left() > keep && self.chance.per_mille(FOUND_READY)) {
            self.get_ready()?;
        }
        Ok(())
    }

    /// The service finds it ready once the answer is old enough; where there is no time for
    /// that any more, a clerk does.
    fn get_ready(&mut self) -> Result<(), GenerateError> {
        let later = Timestamp::from_millis(self.now.as_millis() + AFTER_ANSWER);
        if later < end_of_time() {
            self.now = later;
            self.send(
                system(),
                CaseCommand::MarkReadyForTrial(MarkReadyForTrial {}),
            )?;
        } else {
            self.set_status(CaseStatus::AtIssue, None)?;
        }
        Ok(())
    }

    /// Things happen until so many commits are left.
    pub(super) fn middle(&mut self, keep: usize) -> Result<(), GenerateError> {
        while self.left() > keep {
            self.pause();
            if !self.something()? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Something happens, if anything can.
    fn something(&mut self) -> Result<bool, GenerateError> {
        for _ in 0..MOST_TRIES {
            let act = self.act();
            if let Some((actor, command)) = self.on_scene(|scene| act.command(scene)).flatten()
                && self.send(actor, command)?
            {
                return Ok(true);
            }
        }
        // What is always possible.
        let letter = |scene: &mut Scene<'_>| Act::Correspondence.command(scene);
        match self.on_scene(letter).flatten() {
            Some((actor, command)) => self.send(actor, command),
            None => Ok(false),
        }
    }

    fn act(&mut self) -> Act {
        let waiting = self
            .record
            .case
            .as_ref()
            .map_or(0, |case| case.open_entries.len());
        if waiting > MOST_WAITING {
            let acts = [Act::ServeWaiting, Act::CheckWaiting, Act::SettlePending];
            return self.chance.pick(&acts);
        }
        match self.outline.kind {
            Kind::Usual | Kind::Crowded => Act::usual(&mut self.chance),
            Kind::Long => Act::of_long_case(&mut self.chance),
        }
    }

    /// How the case ends, as far as it does.
    fn close(&mut self) -> Result<(), GenerateError> {
        let Some(case) = self
            .record
            .case
            .as_ref()
            .filter(|case| case.petition_served_at.is_some())
        else {
            return Ok(());
        };
        let status = case.status;
        self.pause();
        match self.fate {
            Fate::Open => {}
            Fate::Decided(event_code) => {
                let decision = self.on_scene(|scene| decide_case(scene, event_code));
                if self.send_some(decision)? {
                    self.pause();
                    let service = self.on_scene(serve_order);
                    self.send_some(service)?;
                }
            }
            Fate::Calendared => {
                let body = AddToTrialSession {
                    session: session(self.city, self.now),
                    is_calendared: true,
                    effective_at: None,
                };
                self.send_as(Role::DocketClerk, CaseCommand::AddToTrialSession(body))?;
            }
            Fate::Given(to) if to != status => {
                let judge = judge(&mut self.chance);
                self.set_status(to, (!to.is_general_docket()).then_some(judge))?;
            }
            Fate::Given(_) => {
                let order = self.on_scene(order).flatten();
                self.send_some(order)?;
            }
        }
        Ok(())
    }

    fn set_status(
        &mut self,
        status: CaseStatus,
        judge: Option<String>,
    ) -> Result<bool, GenerateError> {
        let body = UpdateCaseContext {
            status: Some(status),
            judge,
            ..UpdateCaseContext::default()
        };
        self.send_as(Role::DocketClerk, CaseCommand::UpdateCaseContext(body))
    }

    fn send_some(&mut self, sent: Option<Sent>) -> Result<bool, GenerateError> {
        match sent {
            Some((actor, command)) => self.send(actor, command),
            None => Ok(false),
        }
    }

    /// Has a command decided, and records it where it is not refused.
    pub(super) fn send(
        &mut self,
        actor: Actor,
        command: CaseCommand,
    ) -> Result<bool, GenerateError> {
        let Some(case) = &self.record.case else {
            return Ok(false);
        };
        let (now, chance) = (self.now, &mut self.chance);
        let mut ids = std::iter::repeat_with(|| chance.id(now));
        let ask = Ask {
            actor: &actor,
            now,
            ids: &mut ids,
        };
        let decision = match decide::case(case, &command, ask) {
            Ok(decision) => decision,
            Err(refusal) => {
                self.tally.refused(command.name(), refusal.code());
                return Ok(false);
            }
        };
        let name = command.name();
        let about = Some(self.outline.docket_number);
        let envelope = Envelope::new(&command, name, about, &actor, now, chance)?;
        self.record.record(&envelope, decision, chance)?;
        self.tally.done(name);
        Ok(true)
    }

    fn on_scene<T>(&mut self, act: impl FnOnce(&mut Scene<'_>) -> T) -> Option<T> {
        let mut scene = Scene {
            case: self.record.case.as_ref()?,
            chance: &mut self.chance,
            now: self.now,
            city: self.city,
        };
        Some(act(&mut scene))
    }

    fn send_as(&mut self, role: Role, command: CaseCommand) -> Result<bool, GenerateError> {
        let clerk = staff(role, &mut self.chance);
        self.send(clerk, command)
    }

    /// Time passes, as much of it as leaves some for what is still to come.
    pub(super) fn pause(&mut self) {
        let rest = end_of_time().as_millis() - self.now.as_millis();
        let share = rest / (self.left() as i64 + 4);
        let longest = share.clamp(MILLIS_A_MINUTE, LONGEST_PAUSE);
        let pause = self.chance.below(longest.unsigned_abs());
        self.pass(1_000 + i64::try_from(pause).unwrap_or_default());
    }

    /// So many milliseconds pass, but never more than half of what there is: the end of time
    /// is not reached.
    pub(super) fn pass(&mut self, millis: i64) {
        let now = self.now.as_millis();
        let rest = end_of_time().as_millis() - now;
        self.now = Timestamp::from_millis(now + millis.min(rest / 2));
    }

    /// The case as it stands.
    pub(super) fn case(&self) -> Result<&Case, GenerateError> {
        let number = self.outline.docket_number;
        self.record
            .case
            .as_ref()
            .ok_or(GenerateError::NoPetition(number))
    }
}
