//! Setting a large trial calendar, step by step.
//!
//! A step is one `SetTrialCalendar` of at most 100 cases, carried out on all of them or on
//! none. Before it, each case is decided by itself, a consolidated group as one, so that a
//! case that is refused doesn't stop the others. What is set stays set: sent again, after a
//! crash or a time-out, the calendar goes on where it stopped. Before it runs out of time it
//! stops by itself and says which cases are left.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use casefold_events::{DocketNumber, Version};
use casefold_shared::case::Case;
use casefold_shared::gateway::EntrySelection;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::load::{Found, Purpose};
use super::told::{Answers, Tally, Told};
use super::{Answer, CommandError, Request, Service};
use crate::command::{Body, SetTrialCalendar, TrialCalendar, limits};
use crate::decide::Ask;
use crate::decide::calendar::{self, Outlook, Packing};
use crate::refusal::Refusal;

/// How many cases are read at once.
pub(super) const READS_AT_ONCE: usize = 16;

/// How many cases are looked at before their steps are sent: the work of one step, so that
/// little is lost where a large calendar is cut short.
const WAVE: usize = limits::CASES;

/// What became of a trial calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarReport {
    /// In how many steps cases were set.
    pub steps: usize,
    /// What became of each case, in the order of their docket numbers.
    pub cases: BTreeMap<DocketNumber, CalendarOutcome>,
}

/// What became of a case of a trial calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarOutcome {
    /// It was set; its version now.
    Calendared(Version),
    /// It was set already; its version.
    Already(Version),
    /// The rules refuse it.
    Refused(Refusal),
    /// There is no such case.
    NoSuchCase,
    /// Others changed it, or a case of its group, each time it was decided.
    Contended,
    /// It was not looked at, for the time was up.
    Left,
}

/// Cases that are set together or not at all.
type Unit = Vec<Case>;

/// A calendar on its way.
struct Stepping<'a> {
    service: &'a Service,
    request: &'a Request<TrialCalendar>,
    report: CalendarReport,
    told: Told<'a>,
    tally: &'a Tally,
}

/// Its steps were told of one by one.
impl Answers for CalendarReport {
    fn answers(&self) -> &[Answer] {
        &[]
    }
}

impl Service {
    /// Sets a trial calendar of up to [`limits::CALENDAR`] cases. An idempotency key has no
    /// meaning here: a case is calendared once, whoever asks how often. Once it has taken as
    /// long as `time`, no further cases are looked at; the first hundred always are.
    ///
    /// # Errors
    /// [`CommandError`] where the calendar as a whole is refused, or the store failed. What
    /// was set before stays set.
    pub async fn set_calendar(
        &self,
        request: &Request<TrialCalendar>,
        time: Duration,
    ) -> Result<CalendarReport, CommandError> {
        let told = Told {
            command: SetTrialCalendar::NAME,
            correlation_id: &request.correlation_id,
            docket_number: None,
        };
        let tally = Tally::default();
        let work = self.step_through(request, time, told, &tally);
        self.telling(told, &tally, work).await
    }

    async fn step_through(
        &self,
        request: &Request<TrialCalendar>,
        time: Duration,
        told: Told<'_>,
        tally: &Tally,
    ) -> Result<CalendarReport, CommandError> {
        let mut ids = std::iter::empty();
        calendar::admit(&request.command, &self.ask(request, &mut ids))?;
        let report = CalendarReport {
            steps: 0,
            cases: BTreeMap::new(),
        };
        let stepping = Stepping {
            service: self,
            request,
            report,
            told,
            tally,
        };
        stepping.run(time).await
    }

    /// What deciding over a calendar needs. It makes no new ids.
    fn ask<'a>(
        &self,
        request: &'a Request<TrialCalendar>,
        ids: &'a mut std::iter::Empty<uuid::Uuid>,
    ) -> Ask<'a> {
        Ask {
            actor: &request.actor,
            now: self.clock.now(),
            ids,
        }
    }
}

impl Stepping<'_> {
    async fn run(mut self, time: Duration) -> Result<CalendarReport, CommandError> {
        let since = Instant::now();
        let mut rest: BTreeSet<_> = self
            .request
            .command
            .docket_numbers
            .iter()
            .copied()
            .collect();
        let mut packing = Packing::new(limits::CASES);
        while !rest.is_empty() {
            let wave = rest.iter().take(WAVE).copied().collect();
            let cases = self.load(wave, &mut rest).await?;
            for unit in self.ready(cases) {
                if let Some(step) = packing.add(unit) {
                    self.send(step).await?;
                }
            }
            if since.elapsed() >= time {
                break;
            }
        }
        let left = rest
            .into_iter()
            .map(|number| (number, CalendarOutcome::Left));
        self.report.cases.extend(left);
        if let Some(step) = packing.finish() {
            self.send(step).await?;
        }
        Ok(self.report)
    }

    /// Reads cases, and those of the rest that are consolidated with them.
    async fn load(
        &mut self,
        wave: Vec<DocketNumber>,
        rest: &mut BTreeSet<DocketNumber>,
    ) -> Result<Vec<Case>, CommandError> {
        let mut cases: Vec<Case> = Vec::with_capacity(wave.len());
        let mut wanted = wave;
        while !wanted.is_empty() {
            for number in &wanted {
                rest.remove(number);
            }
            let service = self.service;
            let generation = service.generation(Purpose::Deciding).await?;
            let reads: Vec<_> = wanted
                .iter()
                .map(|number| service.find(generation, *number, EntrySelection::None, None))
                .collect();
            let found: Vec<_> = stream::iter(reads)
                .buffered(READS_AT_ONCE)
                .try_collect()
                .await?;
            for (number, found) in wanted.iter().zip(found) {
                match found {
                    Found::Head(Some(case)) => cases.push(*case),
                    // No key was given, so nothing is found to be repeated.
                    Found::Head(None) | Found::Repeated(_) => {
                        let outcome = CalendarOutcome::NoSuchCase;
                        self.report.cases.insert(*number, outcome);
                    }
                }
            }
            let groups = cases.iter().filter_map(|case| case.consolidation.as_ref());
            let members = groups.flat_map(|group| group.members.iter().copied());
            let members: BTreeSet<_> = members.filter(|number| rest.contains(number)).collect();
            wanted = members.into_iter().collect();
        }
        Ok(cases)
    }

    /// Reports the cases that are set already, or can't be, and gives the others.
    fn ready(&mut self, cases: Vec<Case>) -> Vec<Unit> {
        let mut units = Vec::new();
        for unit in calendar::units(cases) {
            let mut ids = std::iter::empty();
            let ask = self.service.ask(self.request, &mut ids);
            let outlooks = calendar::outlook(&unit, &self.request.command, ask);
            let mut ready = Unit::new();
            for (case, outlook) in unit.into_iter().zip(outlooks) {
                let outcome = match outlook {
                    Outlook::Ready => {
                        ready.push(case);
                        continue;
                    }
                    Outlook::Set => CalendarOutcome::Already(case.version),
                    Outlook::Refused(refusal) => CalendarOutcome::Refused(refusal),
                };
                self.report.cases.insert(case.docket_number, outcome);
            }
            if !ready.is_empty() {
                units.push(ready);
            }
        }
        units
    }

    /// Carries a step out. Where a case of it has changed so that it can't be set any more,
    /// each unit becomes a step of its own.
    async fn send(&mut self, step: Vec<Unit>) -> Result<(), CommandError> {
        let units: Vec<_> = step.iter().map(|unit| numbers(unit)).collect();
        if self.set(step.into_iter().flatten().collect()).await? {
            return Ok(());
        }
        for unit in units {
            let cases = self.load(unit, &mut BTreeSet::new()).await?;
            for unit in self.ready(cases) {
                let unit_numbers = numbers(&unit);
                if !self.set(unit).await? {
                    let contended = |number| (number, CalendarOutcome::Contended);
                    let contended = unit_numbers.into_iter().map(contended);
                    self.report.cases.extend(contended);
                }
            }
        }
        Ok(())
    }

    /// Sets cases, all of them or none, and says which.
    async fn set(&mut self, cases: Vec<Case>) -> Result<bool, CommandError> {
        let numbers = numbers(&cases);
        let request = Request {
            actor: self.request.actor.clone(),
            command: self.request.command.step(numbers),
            idempotency_key: None,
            correlation_id: self.request.correlation_id.clone(),
            source: self.request.source.clone(),
            if_match: None,
        };
        let since = Instant::now();
        let (service, tally) = (self.service, self.tally);
        match service.command_group_on(&request, Some(cases), tally).await {
            Ok(answers) => {
                self.told.carried_out(&answers, since.elapsed());
                self.report.steps += 1;
                for answer in answers {
                    let outcome = CalendarOutcome::Calendared(answer.version);
                    self.report.cases.insert(answer.docket_number, outcome);
                }
                Ok(true)
            }
            Err(CommandError::Refused(_) | CommandError::Contended) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn numbers(cases: &[Case]) -> Vec<DocketNumber> {
    cases.iter().map(|case| case.docket_number).collect()
}
