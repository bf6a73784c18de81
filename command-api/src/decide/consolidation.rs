//! Consolidated groups.
//!
//! The lead of a group is its lowest docket number, a group of one dissolves, and the cases
//! of a group share status, procedure, place of trial and judge (domain of the court,
//! "case").

use std::collections::{BTreeMap, BTreeSet};

use casefold_events::case::consolidation::{CaseConsolidated, CaseUnconsolidated};
use casefold_events::{CaseEvent, DocketNumber, Timestamp};
use casefold_shared::case::{Case, Consolidation};

use super::actor::Side;
use super::draft::Draft;
use super::{Ask, Decision, docket};
use crate::command::{FileDocumentInGroup, limits};
use crate::policy::LEAD_ELECTION;
use crate::refusal::Refusal;
use crate::rules::statuses::is_consolidatable;

/// The cases that a command over several was given.
pub(super) struct Loaded<'a> {
    cases: BTreeMap<DocketNumber, &'a Case>,
}

/// To which group each case belongs after a command; `None`: to none.
type Groups = BTreeMap<DocketNumber, Option<BTreeSet<DocketNumber>>>;

impl<'a> Loaded<'a> {
    pub(super) fn new(cases: &'a [Case]) -> Self {
        Self {
            cases: cases
                .iter()
                .map(|case| (case.docket_number, case))
                .collect(),
        }
    }

    /// One of the cases.
    ///
    /// # Errors
    /// [`Refusal::GroupChanged`] where it is not among them.
    pub(super) fn case(&self, docket_number: DocketNumber) -> Result<&'a Case, Refusal> {
        let case = self.cases.get(&docket_number).copied();
        case.ok_or(Refusal::GroupChanged { docket_number })
    }

    /// The members of the cases' groups that are not among the cases.
    pub(super) fn further_members(&self) -> Vec<DocketNumber> {
        let groups = self
            .cases
            .values()
            .filter_map(|case| case.consolidation.as_ref());
        let members: BTreeSet<_> = groups
            .flat_map(|group| group.members.iter().copied())
            .collect();
        members
            .into_iter()
            .filter(|number| !self.cases.contains_key(number))
            .collect()
    }

    /// Consolidates cases, with the groups that they are in already.
    pub(super) fn consolidate(&self, listed: &[DocketNumber]) -> Result<Groups, Refusal> {
        let mut members = BTreeSet::new();
        for number in listed {
            members.extend(members_with(self.case(*number)?));
        }
        if members.len() > limits::CASES {
            return Err(Refusal::GroupTooLarge {
                found: members.len(),
                most: limits::CASES,
            });
        }
        let mut lead = None;
        for number in &members {
            let case = self.case(*number)?;
            if !is_consolidatable(case.status) {
                let (docket_number, status) = (case.docket_number, case.status);
                return Err(Refusal::StatusNotConsolidatable {
                    docket_number,
                    status,
                });
            }
            require_alike(lead.get_or_insert(case), case)?;
        }
        Ok(members
            .iter()
            .map(|number| (*number, Some(members.clone())))
            .collect())
    }

    /// Takes cases out of their groups.
    pub(super) fn unconsolidate(&self, listed: &[DocketNumber]) -> Result<Groups, Refusal> {
        let mut groups = Groups::new();
        for number in listed {
            let case = self.case(*number)?;
            if case.consolidation.is_none() {
                return Err(Refusal::CaseNotConsolidated {
                    docket_number: *number,
                });
            }
            let mut rest = members_with(case);
            rest.retain(|member| !listed.contains(member));
            let stays = (rest.len() > 1).then(|| rest.clone());
            groups.extend(rest.into_iter().map(|member| (member, stays.clone())));
            groups.insert(*number, None);
        }
        Ok(groups)
    }

    /// What it does to each case that it comes to another group, or to none.
    pub(super) fn decide_groups(
        &self,
        groups: Groups,
        effective_at: Option<Timestamp>,
    ) -> Result<Vec<(DocketNumber, Decision)>, Refusal> {
        let mut decisions = Vec::with_capacity(groups.len());
        for (number, group) in groups {
            let before = self.case(number)?.consolidation.as_ref();
            if let Some(event) = group_event(before, group) {
                decisions.push((
                    number,
                    Decision {
                        events: vec![event],
                        effective_at,
                        policy: None,
                    },
                ));
            }
        }
        if decisions.is_empty() {
            return Err(Refusal::NothingToChange);
        }
        Ok(decisions)
    }

    /// Says of the cases that the sender did not list what made them change: a case of their
    /// group left it, the lead where it did.
    pub(super) fn by_election(
        &self,
        mut decisions: Vec<(DocketNumber, Decision)>,
        listed: &[DocketNumber],
    ) -> Vec<(DocketNumber, Decision)> {
        for (number, decision) in &mut decisions {
            let group = self.cases.get(number).map(|case| members_with(case));
            let left = group
                .filter(|_| !listed.contains(number))
                .and_then(|members| members.into_iter().find(|it| listed.contains(it)));
            decision.policy = left.map(|cause| (LEAD_ELECTION, cause));
        }
        decisions
    }

    /// Files one document to several cases of one group. Who is a party to one case of the
    /// group files to all of it.
    pub(super) fn file(
        &self,
        body: &FileDocumentInGroup,
        ask: Ask<'_>,
    ) -> Result<Vec<(DocketNumber, Decision)>, Refusal> {
        let Ask { actor, now, ids } = ask;
        // Which cases are of one group is not for whoever is a party to none of them.
        if self
            .cases
            .values()
            .all(|case| Side::find(case, actor).is_none())
        {
            return Err(Refusal::NotAParty);
        }
        let lead = self.one_group(&body.docket_numbers)?;
        let members = members_with(self.case(lead)?);
        let mut own = None;
        for number in members {
            let case = self.case(number)?;
            if let Some(side) = Side::find(case, actor) {
                own = Some((side, docket::filers(case, side, &[], actor)?));
                break;
            }
        }
        let Some((own_side, own_filers)) = own else {
            return Err(Refusal::NotAParty);
        };
        let filing = body.filing();
        let mut decisions = Vec::with_capacity(body.docket_numbers.len());
        for number in body.docket_numbers.iter().copied().collect::<BTreeSet<_>>() {
            let case = self.case(number)?;
            let (side, filers) = match Side::find(case, actor) {
                Some(side) => (side, docket::filers(case, side, &[], actor)?),
                None => (own_side, docket::filers_from_elsewhere(&own_filers)),
            };
            let mut draft = Draft::on(case, now, &mut *ids);
            docket::file_as(case, &filing, side, filers, &mut draft)?;
            decisions.push((number, draft.decide(None)?));
        }
        Ok(decisions)
    }

    /// The lead of the one group that all these cases are in.
    pub(super) fn one_group(&self, listed: &[DocketNumber]) -> Result<DocketNumber, Refusal> {
        let mut lead = None;
        for number in listed {
            let group = self
                .case(*number)?
                .consolidation
                .as_ref()
                .ok_or(Refusal::NotOneGroup)?;
            if *lead.get_or_insert(group.lead_docket_number) != group.lead_docket_number {
                return Err(Refusal::NotOneGroup);
            }
        }
        lead.ok_or(Refusal::NotOneGroup)
    }
}

/// The members of a case's group, the case among them.
pub(super) fn members_with(case: &Case) -> BTreeSet<DocketNumber> {
    let group = case
        .consolidation
        .iter()
        .flat_map(|group| group.members.iter().copied());
    group.chain([case.docket_number]).collect()
}

fn require_alike(one: &Case, other: &Case) -> Result<(), Refusal> {
    let what = if one.status != other.status {
        "status"
    } else if one.procedure_type != other.procedure_type {
        "procedure"
    } else if one.preferred_trial_city != other.preferred_trial_city {
        "place of trial"
    } else if one.associated_judge != other.associated_judge {
        "judge"
    } else {
        return Ok(());
    };
    Err(Refusal::CasesDiffer {
        one: one.docket_number,
        other: other.docket_number,
        what,
    })
}

/// What happens to a case that is in a group now, or in none, where that is not as before.
fn group_event(
    before: Option<&Consolidation>,
    group: Option<BTreeSet<DocketNumber>>,
) -> Option<CaseEvent> {
    let Some(members) = group else {
        return before.is_some().then(|| CaseUnconsolidated {}.into());
    };
    let lead_docket_number = *members.first()?;
    let members: Vec<_> = members.into_iter().collect();
    let same = before.is_some_and(|before| {
        before.members == members && before.lead_docket_number == lead_docket_number
    });
    (!same).then(|| {
        CaseConsolidated {
            lead_docket_number,
            members,
        }
        .into()
    })
}
