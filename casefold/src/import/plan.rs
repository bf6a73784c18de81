//! A case's items to the commits of its history.

use std::collections::HashSet;

use casefold_events::canonical::CanonicalError;
use casefold_events::case::import::CaseImported;
use casefold_events::entry::EventCodeError;
use casefold_events::ids::CorrelationId;
use casefold_events::vocabulary::Role;
use casefold_events::{
    CommandId, ContactId, Digest, DocketNumber, DraftCommit, StoredEvent, Timestamp, UserId,
    Version,
};

use super::as_it_stood;
use super::door::{Door, Schema};
use super::entries::{self, Backdrop, MISCELLANEOUS};
use super::finding::Finding;
use super::ids::{command_id, event_id, import_name};
use super::residue::{PART_BYTES, Remains, canonical, parts, residue};
use super::rules::against_rules;
use super::source::{SourceCase, SourceItem};
use super::standing::{self, Dates, Surroundings};
use super::timeline::{Step, Timeline};
use super::{checks, parties, petition, records, trial};

/// Who imports, as the commits say it.
const ACTOR: &str = "import";

/// The history that explains a case, ready to be written.
#[derive(Clone, Debug)]
pub struct CasePlan {
    /// The case.
    pub docket_number: DocketNumber,
    /// SHA-256 over the case's items, in whatever order they stood.
    pub source_digest: Digest,
    /// How many items the case has.
    pub items: usize,
    /// How many docket entries it has, on and off the record.
    pub entries: usize,
    /// The commits, in order.
    pub commits: Vec<PlannedCommit>,
    /// What could not be placed.
    pub findings: Vec<Finding>,
    /// The size of what no event holds, in bytes.
    pub residue_bytes: usize,
    /// The same by field.
    pub remains: Remains,
}

/// One commit of a history, but for what depends on when and after what it is written.
#[derive(Clone, Debug)]
pub struct PlannedCommit {
    /// Derived from the source and the commit's place.
    pub command_id: CommandId,
    /// The command's name, `Import…`.
    pub command: &'static str,
    /// The digest of what the commit says: another source or another planner gives another.
    pub command_digest: Digest,
    /// When it happened.
    pub effective_at: Timestamp,
    /// What happened.
    pub events: Vec<StoredEvent>,
}

/// Why a case can't be planned. It is left alone, and the others go on.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The file has no item that is the case itself.
    #[error("case {0} has no item of its own")]
    NoCase(DocketNumber),
    /// An event has no canonical form.
    #[error("an event of case {0} can't be written")]
    Canonical(DocketNumber, #[source] CanonicalError),
    /// The event code for what has none is none.
    #[error(transparent)]
    Code(#[from] EventCodeError),
    /// An id that is derived from the docket number is none.
    #[error("no command id can be made for case {0}")]
    Id(DocketNumber),
}

/// Plans the history of a case. The same items always give the same plan.
///
/// # Errors
/// [`PlanError`] says why there is none.
pub fn plan_case(case: &SourceCase) -> Result<CasePlan, PlanError> {
    let number = case.docket_number;
    let mut findings = Vec::new();
    let mut door = Door::of(case, &mut findings).ok_or(PlanError::NoCase(number))?;
    let mut timeline = Timeline::default();
    tell(case, &mut door, &mut timeline, &mut findings)?;

    let source_digest = digest(case);
    let mut steps = timeline.into_steps();
    let dates = steps.iter().map(|step| step.effective_at);
    let residue = residue(case, &door);
    if let Some(last) = dates.max() {
        steps.extend(closing(case, &door, &residue.text, source_digest, last));
    }
    let of_2020 = match door.schema {
        // Of items with the same keys the last one counts.
        Schema::Of2020 => case.items.iter().rfind(|item| item.is_case()),
        Schema::Of2022 => None,
    };
    let commits: Vec<_> = steps
        .into_iter()
        .enumerate()
        .map(|(at, step)| commit(number, of_2020, source_digest, at + 1, step))
        .collect::<Result<_, _>>()?;
    let mut plan = CasePlan {
        docket_number: number,
        source_digest,
        items: case.items.len(),
        entries: door.entries.len(),
        commits,
        findings,
        residue_bytes: residue.text.len(),
        remains: residue.remains,
    };
    let against_rules = against_rules(&plan, &door.case.about);
    plan.findings.extend(against_rules);
    plan.findings.sort_by_key(|finding| finding.position);
    Ok(plan)
}

/// Tells the whole history, one theme after the other; the timeline puts it in order.
fn tell(
    case: &SourceCase,
    door: &mut Door,
    timeline: &mut Timeline,
    findings: &mut Vec<Finding>,
) -> Result<(), PlanError> {
    let miscellaneous = MISCELLANEOUS.parse()?;
    let number = case.docket_number;
    let counsel = parties::counsel(number, &mut door.counsel, findings);
    let represented: HashSet<ContactId> = counsel
        .iter()
        .flat_map(|counsel| counsel.representing.iter().copied())
        .collect();
    let first_filing = entries::first_filing(&door.entries);
    let users = &door.users;
    let (received_at, corrections) = door.case.read(findings, |reader| {
        let received_at = petition::received_at(number, first_filing, reader);
        let contacts = parties::contacts(number, users, &represented, reader);
        let petitioners = parties::plan_others(contacts, received_at, timeline);
        (
            received_at,
            petition::plan(received_at, petitioners, reader, timeline),
        )
    });
    parties::plan_counsel(counsel, received_at, timeline);
    let backdrop = Backdrop {
        case: number,
        received_at,
        miscellaneous,
    };
    let mut planned = entries::plan(&mut door.entries, &backdrop, timeline, findings);
    let filed = &mut planned.filed;
    checks::plan(number, &mut door.work, filed, timeline, findings);
    let last = |timeline: &Timeline| timeline.last_date().unwrap_or(received_at);
    let at = last(timeline);
    records::plan_correspondence(number, &mut door.correspondence, at, timeline, findings);
    records::plan_deadlines(number, &mut door.deadlines, at, timeline, findings);
    let at = last(timeline);
    trial::plan_hearings(&mut door.hearings, &case.sessions, at, timeline, findings);
    let dates = Dates {
        received_at,
        petition_served: planned.petition_served,
    };
    let around = Surroundings {
        group: &case.group,
        sessions: &case.sessions,
    };
    door.case.read(findings, |reader| {
        standing::plan(number, dates, corrections, &around, reader, timeline);
    });
    // Every commit says whose case it is.
    for item in door.items_mut() {
        item.read(findings, |reader| {
            reader.settled("docketNumber", &number.to_string());
        });
    }
    Ok(())
}

/// The commits that close the history, one for each part of the residue.
fn closing(
    case: &SourceCase,
    door: &Door,
    residue: &str,
    digest: Digest,
    at: Timestamp,
) -> Vec<Step> {
    let parts = parts(residue, PART_BYTES);
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let of = count(parts.len());
    let event = |(part, text): (usize, &str)| CaseImported {
        source_digest: digest.to_string(),
        source_schema: door.schema.as_str().to_owned(),
        source_items: count(case.items.len()),
        residue: text.into(),
        part: count(part + 1),
        parts: of,
    };
    parts
        .into_iter()
        .enumerate()
        .map(event)
        .map(|event| Step::closing("ImportResidue", at, event.into()))
        .collect()
}

/// SHA-256 over the case's items as canonical JSON, sorted: how they stood in the file
/// makes no difference.
fn digest(case: &SourceCase) -> Digest {
    let mut items: Vec<_> = case
        .items
        .iter()
        .map(|item| canonical(&item.fields))
        .collect();
    items.sort_unstable();
    Digest::of_fields("casefold.import.source", items.iter().map(String::as_bytes))
}

fn commit(
    case: DocketNumber,
    of_2020: Option<&SourceItem>,
    source: Digest,
    at: usize,
    step: Step,
) -> Result<PlannedCommit, PlanError> {
    let command_id = command_id(source, case, at).ok_or(PlanError::Id(case))?;
    let encode = |event_id, event| match of_2020 {
        Some(own) => as_it_stood::encode(own, event_id, event),
        None => StoredEvent::encode(event_id, event),
    };
    let events = step
        .events
        .iter()
        .enumerate()
        .map(|(at, event)| encode(event_id(&command_id, at), event))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| PlanError::Canonical(case, error))?;
    let effective_at = step.effective_at.to_string();
    let mut said = vec![step.command.as_bytes(), effective_at.as_bytes()];
    for event in &events {
        said.extend([event.event_type.as_bytes(), event.payload().as_bytes()]);
    }
    let command_digest = Digest::of_fields("casefold.import.step", said);
    Ok(PlannedCommit {
        command_id,
        command: step.command,
        command_digest,
        effective_at: step.effective_at,
        events,
    })
}

impl CasePlan {
    /// The commit of a step (0 is the first), recorded at a time, ready to be chained.
    pub fn draft(&self, step: usize, recorded_at: Timestamp) -> Option<DraftCommit> {
        let planned = self.commits.get(step)?;
        Some(DraftCommit {
            docket_number: self.docket_number,
            version: Version(step as u64 + 1),
            command_id: planned.command_id.clone(),
            command: planned.command.to_owned(),
            command_digest: planned.command_digest,
            actor: UserId::new(ACTOR).ok()?,
            role: Role::System,
            recorded_at,
            effective_at: planned.effective_at,
            correlation_id: CorrelationId::new(import_name(self.source_digest)).ok()?,
            causation: None,
            committed_with: Vec::new(),
            events: planned.events.clone(),
            source: None,
        })
    }
}
