//! Cases that go together: consolidated, acted on as one, and sometimes parted again.

use casefold_command_api::command::{
    ConsolidateCases, FileDocumentInGroup, GroupCommand, SetTrialCalendar, UnconsolidateCases,
    UpdateCaseContextInGroup,
};
use casefold_command_api::decide::{self, Actor, Ask, Decision};
use casefold_events::vocabulary::{CaseStatus, Role};
use casefold_events::{CommitRef, DocketNumber};

use super::GenerateError;
use super::acts::{attachment, code, session};
use super::life::{Common, Life};
use super::people::{judge, staff};
use super::record::{Envelope, reference};

/// Cases that live together: the lead first, and never none.
pub(super) struct Group {
    lead: Life,
    others: Vec<Life>,
    common: Common,
}

impl Group {
    /// A group of a lead and others, in the order of their docket numbers.
    pub(super) const fn new(lead: Life, others: Vec<Life>, common: Common) -> Self {
        Self {
            lead,
            others,
            common,
        }
    }

    /// The cases from their petitions to their ends.
    pub(super) fn live(&mut self) -> Result<(), GenerateError> {
        for life in self.all_mut() {
            life.live_until_ready()?;
        }
        let consolidate = ConsolidateCases {
            docket_numbers: self.numbers(),
            effective_at: None,
        };
        let clerk = staff(Role::DocketClerk, &mut self.lead.chance);
        if self.send(&clerk, &GroupCommand::ConsolidateCases(consolidate))? {
            self.act()?;
        }
        for life in self.all_mut() {
            life.middle(0)?;
        }
        Ok(())
    }

    /// The cases.
    pub(super) fn into_lives(self) -> impl Iterator<Item = Life> {
        std::iter::once(self.lead).chain(self.others)
    }

    fn act(&mut self) -> Result<(), GenerateError> {
        for _ in 0..=self.lead.chance.below(2) {
            self.file()?;
        }
        match self.lead.chance.below(10) {
            0..=3 => self.calendar()?,
            4..=6 => self.submit()?,
            _ => {}
        }
        if self.lead.chance.below(10) < 3 {
            self.part()?;
        }
        Ok(())
    }

    fn file(&mut self) -> Result<(), GenerateError> {
        let motion = FileDocumentInGroup {
            docket_numbers: self.numbers(),
            event_code: code("M000"),
            document_type: None,
            title: Some("Motion for Summary Judgment".into()),
            document: attachment(&mut self.lead.chance, self.lead.now, 30),
            lodged: false,
            objections: None,
        };
        let counsel = self.common.respondent.clone();
        self.send(&counsel, &GroupCommand::FileDocument(motion))?;
        Ok(())
    }

    fn calendar(&mut self) -> Result<(), GenerateError> {
        let calendar = SetTrialCalendar {
            session: session(self.common.city, self.lead.now),
            docket_numbers: self.numbers(),
            effective_at: None,
        };
        let clerk = staff(Role::PetitionsClerk, &mut self.lead.chance);
        self.send(&clerk, &GroupCommand::SetTrialCalendar(calendar))?;
        Ok(())
    }

    fn submit(&mut self) -> Result<(), GenerateError> {
        let submitted = UpdateCaseContextInGroup {
            docket_numbers: self.numbers(),
            status: Some(CaseStatus::Submitted),
            judge: Some(judge(&mut self.lead.chance)),
            effective_at: None,
        };
        let clerk = staff(Role::DocketClerk, &mut self.lead.chance);
        self.send(&clerk, &GroupCommand::UpdateCaseContext(submitted))?;
        Ok(())
    }

    /// The lead leaves: the others get another lead, or part as well.
    fn part(&mut self) -> Result<(), GenerateError> {
        let part = UnconsolidateCases {
            docket_numbers: vec![self.lead.outline.docket_number],
            effective_at: None,
        };
        let clerk = staff(Role::DocketClerk, &mut self.lead.chance);
        self.send(&clerk, &GroupCommand::UnconsolidateCases(part))?;
        Ok(())
    }

    /// Has a command over all the cases decided, and records it as one step where it is not
    /// refused.
    fn send(&mut self, actor: &Actor, command: &GroupCommand) -> Result<bool, GenerateError> {
        self.meet();
        let mut cases = Vec::with_capacity(1 + self.others.len());
        for life in self.all() {
            cases.push(life.case()?.clone());
        }
        let (now, name) = (self.lead.now, command.name());
        let chance = &mut self.lead.chance;
        let mut ids = std::iter::repeat_with(|| chance.id(now));
        let ask = Ask {
            actor,
            now,
            ids: &mut ids,
        };
        let decisions = match decide::group(&cases, command, ask) {
            Ok(decisions) => decisions,
            Err(refusal) => {
                self.lead.tally.refused(name, refusal.code());
                return Ok(false);
            }
        };
        let envelope = Envelope::new(command, name, None, actor, now, chance)?;
        self.lead.tally.done(name);
        self.record(&envelope, decisions)?;
        Ok(true)
    }

    fn record(
        &mut self,
        envelope: &Envelope<'_>,
        decisions: Vec<(DocketNumber, Decision)>,
    ) -> Result<(), GenerateError> {
        let next: Vec<_> = self.all().map(next_commit).collect();
        let mut planned = Vec::with_capacity(decisions.len());
        for (number, decision) in decisions {
            let cause = decision.policy.and_then(|(_, of)| {
                let in_case = |commit: &&CommitRef| commit.docket_number == of;
                next.iter().find(in_case).copied()
            });
            let life = self.life(number)?;
            let drafts = life
                .record
                .plan(envelope, decision, cause, &mut life.chance)?;
            planned.push((number, drafts));
        }
        let mut together: Vec<_> = planned
            .iter()
            .flat_map(|(_, drafts)| drafts.iter().map(reference))
            .collect();
        if together.len() == 1 {
            together.clear();
        }
        for (number, drafts) in planned {
            self.life(number)?.record.chain(drafts, &together);
        }
        Ok(())
    }

    /// The time comes to be the same in all the cases, a while later.
    fn meet(&mut self) {
        self.all_mut().for_each(Life::pause);
        let last = self.all().map(|life| life.now).max();
        if let Some(last) = last {
            self.all_mut().for_each(|life| life.now = last);
        }
    }

    fn life(&mut self, number: DocketNumber) -> Result<&mut Life, GenerateError> {
        self.all_mut()
            .find(|life| life.outline.docket_number == number)
            .ok_or(GenerateError::NoPetition(number))
    }

    fn all(&self) -> impl Iterator<Item = &Life> {
        std::iter::once(&self.lead).chain(&self.others)
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Life> {
        std::iter::once(&mut self.lead).chain(&mut self.others)
    }

    fn numbers(&self) -> Vec<DocketNumber> {
        self.all().map(|life| life.outline.docket_number).collect()
    }
}

fn next_commit(life: &Life) -> CommitRef {
    CommitRef {
        docket_number: life.outline.docket_number,
        version: life.record.version().next(),
    }
}
