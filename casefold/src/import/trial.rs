//! Trial: the session in which a case is, hearings, and what keeps a case from trial or
//! hastens it.

use std::collections::HashMap;

use casefold_events::case::trial::{
    AddedToTrialSession, AutomaticallyBlocked, CaseCalendared, CasePrioritized, Hearing,
    HearingSet, TrialBlocked, TrialSession,
};
use casefold_events::ids::TrialSessionId;
use casefold_events::vocabulary::{AutomaticBlockReason, CaseStatus};
use casefold_events::{CaseEvent, Personal, Timestamp};

use super::dates::read_date;
use super::door::DoorItem;
use super::finding::Finding;
use super::ids::id_in_court;
use super::reader::{NOT_RECORDED, Reader};
use super::sessions::SourceSession;
use super::timeline::{Kind, Timeline};

/// The trial sessions of the file that the case names, by their ids.
pub(super) type Sessions = HashMap<String, SourceSession>;

/// The session in which the case is. A case says of it where and when it is; what it leaves
/// out, and who holds it, the session of the file tells.
pub(super) fn session(sessions: &Sessions, reader: &mut Reader<'_>) -> Option<TrialSession> {
    let Some(id) = reader.peek_text("trialSessionId").map(str::to_owned) else {
        for field in ["trialDate", "trialLocation"] {
            if reader.is_present(field) {
                reader.unplaced(field, "the case names no trial session with it");
            }
        }
        return None;
    };
    let known = sessions.get(&id).cloned().unwrap_or_default();
    one_session("trialDate", known, reader)
}

fn one_session(
    date_field: &str,
    known: SourceSession,
    reader: &mut Reader<'_>,
) -> Option<TrialSession> {
    let trial_date = if reader.is_present(date_field) {
        reader.time(date_field)?
    } else if let Some(date) = known.start_date.as_deref().and_then(read_date) {
        reader.supposed(date_field, "it is the first day of the session");
        date
    } else {
        reader.unplaced("trialSessionId", "nothing says when the session is");
        return None;
    };
    let trial_location = reader.text("trialLocation").or(known.trial_location);
    let trial_location = trial_location.unwrap_or_else(|| {
        reader.supposed("trialLocation", "where it is held is \"not recorded\"");
        NOT_RECORDED.to_owned()
    });
    let id = reader.converted("trialSessionId", |id| Some(id_in_court(id)))?;
    if reader.is_present("trialSessionId") {
        reader.unplaced(
            "trialSessionId",
            "it is no UUID as they are written; one is derived from it",
        );
    }
    Some(TrialSession {
        trial_session_id: TrialSessionId(id),
        trial_date,
        trial_location,
        judge: known.judge,
    })
}

/// Plans the step that makes a case Calendared. The court gives notice of the trial when it
/// sets the calendar.
pub(super) fn plan_calendared(
    session: TrialSession,
    last: Timestamp,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) -> Timestamp {
    let at = reader.time("noticeOfTrialDate");
    let reason = match at {
        Some(_) => "the case is calendared since the notice of its trial",
        None => "the case is calendared since the last thing it tells of",
    };
    reader.supposed("calendaredAt", reason);
    let at = at.unwrap_or(last);
    let event = CaseCalendared { session }.into();
    timeline.add(Kind::Standing, "ImportCalendar", at, vec![event]);
    at
}

/// Plans a session in which the case is without being on its calendar.
pub(super) fn plan_session(
    session: TrialSession,
    last: Timestamp,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) {
    reader.supposed(
        "addedToTrialSessionAt",
        "the case is in the session since the last thing it tells of",
    );
    let event = AddedToTrialSession { session }.into();
    timeline.add(Kind::Standing, "ImportTrialSession", last, vec![event]);
}

/// Plans every hearing. In the source it is a copy of its session.
pub(super) fn plan_hearings(
    items: &mut [DoorItem],
    sessions: &Sessions,
    last: Timestamp,
    timeline: &mut Timeline,
    findings: &mut Vec<Finding>,
) {
    for item in items {
        item.read(findings, |reader| {
            let Some(id) = reader.peek_text("trialSessionId").map(str::to_owned) else {
                reader.unplaced("trialSessionId", "the hearing names no trial session");
                return;
            };
            let mut known = sessions.get(&id).cloned().unwrap_or_default();
            let calendar_notes = known.calendar_notes.take();
            let judge = reader.within("judge", |judge| judge.text("name")).flatten();
            known.judge = judge.or(known.judge);
            let Some(session) = one_session("startDate", known, reader) else {
                return;
            };
            let calendar_notes = reader.text("calendarNotes").or(calendar_notes);
            reader.supposed(
                "hearingSetAt",
                "the hearing is set since the last thing the case tells of",
            );
            let hearing = Hearing {
                session,
                calendar_notes: calendar_notes.map(Personal::new),
            };
            let event = HearingSet { hearing }.into();
            timeline.add(Kind::Standing, "ImportHearing", last, vec![event]);
        });
    }
}

/// Plans what keeps a case from trial, by hand or by itself, or hastens it. A closed case
/// has none of them, a case is never both blocked and prioritized, and one that has a trial
/// date or priority is not blocked by itself (domain of the court, "Always true" and the
/// groups "case" and "records").
pub(super) fn plan_blocks(
    status: CaseStatus,
    is_in_session: bool,
    last: Timestamp,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) {
    let is_closed = status.is_closed();
    let is_blocked = holds("blocked", &["blockedReason", "blockedDate"], reader)
        && is_possible(
            !is_closed,
            "blocked",
            "a closed case is not blocked",
            reader,
        );
    if is_blocked {
        let reason = reason("blockedReason", reader);
        let at = since("blockedDate", last, reader);
        let event = TrialBlocked {
            reason: reason.into(),
        }
        .into();
        timeline.add(Kind::Standing, "ImportBlock", at, vec![event]);
    }
    let has_priority = holds("highPriority", &["highPriorityReason"], reader)
        && is_possible(
            !is_closed && !is_blocked,
            "highPriority",
            "a closed or blocked case has no priority",
            reader,
        );
    if has_priority {
        let reason = reason("highPriorityReason", reader);
        let at = since("highPriorityDate", last, reader);
        let event = CasePrioritized {
            reason: reason.into(),
        }
        .into();
        timeline.add(Kind::Standing, "ImportPriority", at, vec![event]);
    }
    let is_blocked_by_itself = holds(
        "automaticBlocked",
        &["automaticBlockedReason", "automaticBlockedDate"],
        reader,
    ) && is_possible(
        !is_closed && !has_priority && !is_in_session,
        "automaticBlocked",
        "a closed case, or one with priority or a trial date, is not blocked by itself",
        reader,
    );
    if is_blocked_by_itself && let Some(event) = automatic_block(reader) {
        let at = since("automaticBlockedDate", last, reader);
        timeline.add(Kind::Standing, "ImportAutomaticBlock", at, vec![event]);
    }
}

/// Whether a flag is set. What belongs to one that is not set is reported.
fn holds(flag: &str, others: &[&str], reader: &mut Reader<'_>) -> bool {
    let is_set = reader.peek_flag(flag) == Some(true);
    for other in others {
        if !is_set && reader.peek_text(other).is_some() {
            reader.unplaced(other, format!("{flag} is not set"));
        }
    }
    is_set
}

fn is_possible(
    is_possible: bool,
    flag: &str,
    reason: &'static str,
    reader: &mut Reader<'_>,
) -> bool {
    if !is_possible {
        reader.unplaced(flag, reason);
    }
    is_possible
}

fn reason(field: &str, reader: &mut Reader<'_>) -> String {
    reader.text(field).unwrap_or_else(|| {
        reader.supposed(field, "the reason is \"not recorded\"");
        NOT_RECORDED.to_owned()
    })
}

fn since(field: &str, last: Timestamp, reader: &mut Reader<'_>) -> Timestamp {
    reader.time(field).unwrap_or_else(|| {
        reader.supposed(field, "it holds since the last thing the case tells of");
        last
    })
}

fn automatic_block(reader: &mut Reader<'_>) -> Option<CaseEvent> {
    const FIELD: &str = "automaticBlockedReason";
    // The court's system names the two in this order.
    let both = reader.peek_text(FIELD) == Some("Pending Item and Due Date");
    let reason = if both {
        AutomaticBlockReason::DueDateAndPendingItem
    } else if reader.is_present(FIELD) {
        reader.word(
            FIELD,
            AutomaticBlockReason::ALL,
            AutomaticBlockReason::as_str,
        )?
    } else {
        reader.unplaced("automaticBlocked", "nothing says why");
        return None;
    };
    Some(AutomaticallyBlocked { reason }.into())
}
