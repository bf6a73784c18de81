//! What consolidated cases share, changed for all of them at once; and the trial calendar,
//! on which they go together.

use std::collections::BTreeSet;

use casefold_events::{DocketNumber, Timestamp};
use casefold_shared::case::Case;

use super::consolidation::{Loaded, members_with};
use super::draft::Draft;
use super::{Ask, Decision, details, standing, trial};
use crate::command::{
    SetTrialCalendar, UpdateCaseContextInGroup, UpdateCaseDetails, UpdateCaseDetailsInGroup,
};
use crate::refusal::Refusal;
use crate::rules::statuses::is_consolidatable;

type Decisions = Vec<(DocketNumber, Decision)>;

impl Loaded<'_> {
    /// A clerk changes status or judge of a group.
    pub(super) fn update_context(
        &self,
        body: &UpdateCaseContextInGroup,
        ask: Ask<'_>,
    ) -> Result<Decisions, Refusal> {
        let cases = self.whole_group(&body.docket_numbers)?;
        let judge = body.judge.as_deref();
        decide_each(&cases, body.effective_at, ask, |case, draft| {
            standing::change(case, body.status, judge, draft)?;
            match body.status {
                Some(status) if !is_consolidatable(status) => {
                    Err(Refusal::GroupStatusNotAllowed { status })
                }
                Some(_) | None => Ok(()),
            }
        })
    }

    /// A clerk corrects procedure or place of trial of a group.
    pub(super) fn update_details(
        &self,
        body: &UpdateCaseDetailsInGroup,
        ask: Ask<'_>,
    ) -> Result<Decisions, Refusal> {
        let cases = self.whole_group(&body.docket_numbers)?;
        let shared = UpdateCaseDetails {
            procedure_type: body.procedure_type,
            preferred_trial_city: body.preferred_trial_city.clone(),
            ..UpdateCaseDetails::default()
        };
        decide_each(&cases, body.effective_at, ask, |case, draft| {
            details::correct(details::corrections(case, &shared), draft);
            Ok(())
        })
    }

    /// A clerk sets cases on a calendar. Of a group all are set, or none.
    pub(super) fn set_calendar(
        &self,
        body: &SetTrialCalendar,
        ask: Ask<'_>,
    ) -> Result<Decisions, Refusal> {
        let listed: BTreeSet<_> = body.docket_numbers.iter().copied().collect();
        let mut cases = Vec::with_capacity(listed.len());
        for number in &listed {
            let case = self.case(*number)?;
            require_listed(case, &listed)?;
            cases.push(case);
        }
        decide_each(&cases, body.effective_at, ask, |case, draft| {
            trial::calendar(case, &body.session, draft)
        })
    }

    /// The cases, where they are exactly those of one group.
    fn whole_group(&self, listed: &[DocketNumber]) -> Result<Vec<&Case>, Refusal> {
        self.one_group(listed)?;
        let listed: BTreeSet<_> = listed.iter().copied().collect();
        let mut cases = Vec::with_capacity(listed.len());
        for number in &listed {
            let case = self.case(*number)?;
            require_listed(case, &listed)?;
            cases.push(case);
        }
        Ok(cases)
    }
}

/// Lets a case pass whose whole group is listed.
fn require_listed(case: &Case, listed: &BTreeSet<DocketNumber>) -> Result<(), Refusal> {
    let members = members_with(case);
    match members.difference(listed).next() {
        Some(missing) => Err(Refusal::GroupIncomplete {
            docket_number: case.docket_number,
            missing: *missing,
        }),
        None => Ok(()),
    }
}

/// Decides case by case. Those for which nothing changes are left out.
fn decide_each(
    cases: &[&Case],
    effective_at: Option<Timestamp>,
    ask: Ask<'_>,
    change: impl Fn(&Case, &mut Draft<'_>) -> Result<(), Refusal>,
) -> Result<Decisions, Refusal> {
    let Ask { now, ids, .. } = ask;
    let at = effective_at.unwrap_or(now);
    let mut decisions = Vec::with_capacity(cases.len());
    for case in cases {
        let mut draft = Draft::on(case, at, &mut *ids);
        change(case, &mut draft)?;
        if !draft.is_empty() {
            decisions.push((case.docket_number, draft.decide(effective_at)?));
        }
    }
    if decisions.is_empty() {
        return Err(Refusal::NothingToChange);
    }
    Ok(decisions)
}
