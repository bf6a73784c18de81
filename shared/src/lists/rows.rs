//! The rows of a case.

use std::collections::BTreeSet;

use casefold_events::UserId;
use casefold_events::vocabulary::CaseStatus;

use super::line::cut;
use super::words::key_of_word;
use super::{
    CaseLine, DeadlineLine, EntryLine, Line, List, ListRow, NameLine, SessionLine, docket_sort,
    words,
};
use crate::case::Case;

/// The most words that a row of the search carries. With more of them a case would weigh
/// the square of its people.
const MAX_WORDS_IN_ROW: usize = 200;

/// Every row that a case has, in no order that means anything. No two have the same list,
/// key and sort text.
pub fn rows(case: &Case) -> Vec<ListRow> {
    let case_rows = CaseRows {
        case,
        line: CaseLine::of(case),
        docket_sort: docket_sort(case.docket_number),
    };
    let mut rows = Vec::new();
    case_rows.standing(&mut rows);
    case_rows.people(&mut rows);
    case_rows.trial(&mut rows);
    case_rows.petition(&mut rows);
    case_rows.deadlines(&mut rows);
    case_rows.entries(&mut rows);
    case_rows.names(&mut rows);
    rows
}

struct CaseRows<'a> {
    case: &'a Case,
    line: CaseLine,
    docket_sort: String,
}

impl CaseRows<'_> {
    /// A row of the case itself.
    fn of_case(&self, list: List, key: impl Into<String>, sort: String) -> ListRow {
        ListRow {
            list,
            key: key.into(),
            sort,
            line: Line::Case(self.line.clone()),
        }
    }

    /// A row of the case itself, in the order of docket numbers.
    fn by_docket(&self, list: List, key: impl Into<String>) -> ListRow {
        self.of_case(list, key, self.docket_sort.clone())
    }

    fn standing(&self, rows: &mut Vec<ListRow>) {
        let case = self.case;
        let (of_judge, of_city) = match case.status.is_closed() {
            false => (List::OpenOfJudge, List::OpenOfCity),
            true => (List::ClosedOfJudge, List::ClosedOfCity),
        };
        rows.push(self.by_docket(List::Status, case.status.as_str()));
        rows.push(self.by_docket(of_judge, &case.associated_judge));
        if let Some(city) = &case.preferred_trial_city {
            rows.push(self.by_docket(of_city, city));
        }
        if let Some(group) = &case.consolidation {
            rows.push(self.by_docket(List::Group, group.lead_docket_number.to_string()));
        }
        if let Some(answered_at) = case.answered_at
            && case.status == CaseStatus::NotAtIssue
        {
            let sort = format!("{answered_at}#{}", self.docket_sort);
            rows.push(self.of_case(List::AwaitingReadiness, "", sort));
        }
    }

    fn people(&self, rows: &mut Vec<ListRow>) {
        let contacts = self
            .case
            .parties
            .iter()
            .filter_map(|it| it.user_id.as_ref());
        let counsel = self.case.counsel.iter().map(|it| &it.user_id);
        let users: BTreeSet<&UserId> = contacts.chain(counsel).collect();
        for user in users {
            rows.push(self.by_docket(List::Person, user.as_str()));
        }
    }

    fn trial(&self, rows: &mut Vec<ListRow>) {
        let case = self.case;
        let trial = case.trial_session.iter().map(|session| (session, false));
        let hearings = case.hearings.iter().map(|hearing| (&hearing.session, true));
        let mut sessions = BTreeSet::new();
        for (session, is_hearing) in trial.chain(hearings) {
            let id = session.trial_session_id.to_string();
            if !sessions.insert(id.clone()) {
                continue;
            }
            rows.push(ListRow {
                list: List::TrialSession,
                key: id,
                sort: self.docket_sort.clone(),
                line: Line::Session(SessionLine {
                    case: self.line.clone(),
                    is_hearing,
                }),
            });
        }
        let is_free = case.blocked.is_none()
            && case.automatic_block.is_none()
            && case.trial_session.is_none();
        if let Some(city) = &case.preferred_trial_city
            && case.status == CaseStatus::AtIssue
            && is_free
        {
            let rank = if case.priority.is_some() { 0 } else { 1 };
            let sort = format!("{rank}#{}", self.docket_sort);
            rows.push(self.of_case(List::EligibleForTrial, city, sort));
        }
    }

    fn petition(&self, rows: &mut Vec<ListRow>) {
        let case = self.case;
        if case.status != CaseStatus::New || case.petition_served_at.is_some() {
            return;
        }
        let queue = match case.petition_checked_at {
            None => List::PetitionsToCheck,
            Some(_) => List::PetitionsToServe,
        };
        let sort = format!("{}#{}", case.received_at, self.docket_sort);
        rows.push(self.of_case(queue, "", sort));
    }

    fn deadlines(&self, rows: &mut Vec<ListRow>) {
        for deadline in &self.case.deadlines {
            rows.push(ListRow {
                list: List::Deadlines,
                key: String::new(),
                sort: format!(
                    "{}#{}#{}",
                    deadline.due, self.docket_sort, deadline.deadline_id
                ),
                line: Line::Deadline(DeadlineLine {
                    case: self.line.clone(),
                    deadline_id: deadline.deadline_id,
                    due: deadline.due,
                    description: cut(&deadline.description),
                }),
            });
        }
    }

    fn entries(&self, rows: &mut Vec<ListRow>) {
        let case = self.case;
        for entry in &case.open_entries {
            let sort = format!(
                "{}#{}#{:06}",
                entry.filing_date, self.docket_sort, entry.index
            );
            let line = EntryLine::of(self.line.clone(), entry);
            let mut add = |list, key: &str| {
                rows.push(ListRow {
                    list,
                    key: key.to_owned(),
                    sort: sort.clone(),
                    line: Line::Entry(line.clone()),
                });
            };
            if entry.pending {
                add(List::Pending, "");
                add(List::PendingOfJudge, &case.associated_judge);
            }
            if entry.to_serve && case.petition_served_at.is_some() {
                add(List::FilingsToServe, "");
            }
            if entry.to_check {
                add(List::FilingsToCheck, "");
            }
        }
    }

    fn names(&self, rows: &mut Vec<ListRow>) {
        let words = words(self.case);
        let line = NameLine {
            docket_number: self.line.docket_number,
            docket_number_with_suffix: self.line.docket_number_with_suffix.clone(),
            caption: self.line.caption.clone(),
            received_at: self.line.received_at,
            is_sealed: self.line.is_sealed,
            words: (words.len() <= MAX_WORDS_IN_ROW).then(|| words.clone()),
        };
        let of_public = match self.case.is_sealed() {
            false => List::Names,
            true => List::CourtNames,
        };
        let public = words.public.iter().map(|word| (of_public, word));
        let court = words.court.iter().map(|word| (List::CourtNames, word));
        for (list, word) in public.chain(court) {
            rows.push(ListRow {
                list,
                key: key_of_word(word).to_owned(),
                sort: format!("{word}#{}", self.docket_sort),
                line: Line::Name(line.clone()),
            });
        }
    }
}
