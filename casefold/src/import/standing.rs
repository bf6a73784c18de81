//! Where a case stands: seal, status, judge, consolidated group, figures, note, trial.

use casefold_events::case::consolidation::CaseConsolidated;
use casefold_events::case::standing::{CaseSealed, CaseStatusChanged, JudgeAssigned};
use casefold_events::case::trial::TrialSession;
use casefold_events::vocabulary::CaseStatus;
use casefold_events::{DocketNumber, Timestamp};
use casefold_shared::case::CHIEF_JUDGE;

use super::petition::Corrections;
use super::reader::Reader;
use super::timeline::{Kind, Timeline};
use super::trial::Sessions;
use super::{records, statistics, trial};

/// Dates of the history on which the standing of a case rests where the source has none.
#[derive(Clone, Copy)]
pub(super) struct Dates {
    pub(super) received_at: Timestamp,
    pub(super) petition_served: Option<Timestamp>,
}

/// What of a case's standing other items of the file tell.
pub(super) struct Surroundings<'a> {
    /// The cases of its consolidated group.
    pub(super) group: &'a [DocketNumber],
    /// The trial sessions that it names.
    pub(super) sessions: &'a Sessions,
}

/// Plans how the case came to stand as it does. The source says how things are, and
/// seldom since when: what bears no date holds from the last date that the history knows.
pub(super) fn plan(
    case: DocketNumber,
    dates: Dates,
    corrections: Corrections,
    around: &Surroundings<'_>,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) {
    seal(dates, reader, timeline);
    consolidation(dates, around.group, reader, timeline);
    let last = timeline.last_date().unwrap_or(dates.received_at);
    let Corrections { caption, details } = corrections;
    if let Some(details) = details {
        timeline.add(
            Kind::Standing,
            "ImportCorrections",
            last,
            vec![details.into()],
        );
    }
    if let Some(caption) = caption {
        timeline.add(Kind::Standing, "ImportCaption", last, vec![caption.into()]);
    }
    statistics::plan(case, last, reader, timeline);
    records::plan_note(last, reader, timeline);
    let session = trial::session(around.sessions, reader);
    let is_in_session = session.is_some();
    let stands = status(dates, last, session, reader, timeline);
    judge(stands.judge, last.max(stands.since), reader, timeline);
    trial::plan_blocks(stands.status, is_in_session, last, reader, timeline);
}

/// A case is sealed where it says so, or bears a date of sealing and doesn't say that it is
/// open. Without a date it is sealed from its beginning.
fn seal(dates: Dates, reader: &mut Reader<'_>, timeline: &mut Timeline) {
    let is_sealed = reader.peek_flag("isSealed");
    if is_sealed == Some(false) {
        if reader.is_present("sealedDate") {
            reader.unplaced("sealedDate", "the case is not sealed any more");
        }
        return;
    }
    let is_dated = reader.is_present("sealedDate");
    if is_sealed.is_none() && !is_dated {
        return;
    }
    let sealed_at = reader.time("sealedDate").unwrap_or_else(|| {
        reader.supposed("sealedDate", "the case is sealed from its beginning");
        dates.received_at
    });
    timeline.add(
        Kind::Sealing,
        "ImportCaseSeal",
        sealed_at,
        vec![CaseSealed { sealed_at }.into()],
    );
}

/// The group is every case of the file that names the same lead, and the lead.
fn consolidation(
    dates: Dates,
    group: &[DocketNumber],
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) {
    let Some(lead) = reader.peek_text("leadDocketNumber") else {
        return;
    };
    let Ok(lead) = lead.parse::<DocketNumber>() else {
        reader.unplaced("leadDocketNumber", "it is no docket number");
        return;
    };
    let mut members = group.to_vec();
    members.push(lead);
    members.sort_unstable();
    members.dedup();
    if members.len() < 2 {
        reader.unplaced(
            "leadDocketNumber",
            "no other case of the file is in the group",
        );
        return;
    }
    reader.text("leadDocketNumber");
    reader.supposed(
        "consolidatedAt",
        "the case is consolidated since the last thing it tells of",
    );
    let at = timeline.last_date().unwrap_or(dates.received_at);
    let event = CaseConsolidated {
        lead_docket_number: lead,
        members,
    }
    .into();
    timeline.add(Kind::Standing, "ImportConsolidation", at, vec![event]);
}

/// Plans whose case it is, where another judge has it than the history says already. Either
/// name stands in an event then.
fn judge(already: Option<String>, at: Timestamp, reader: &mut Reader<'_>, timeline: &mut Timeline) {
    let Some(stated) = reader.peek_text("associatedJudge") else {
        return;
    };
    if stated == already.as_deref().unwrap_or(CHIEF_JUDGE) {
        if already.is_some() {
            reader.text("associatedJudge");
        }
        return;
    }
    if let Some(judge) = reader.text("associatedJudge") {
        let events = vec![JudgeAssigned { judge }.into()];
        timeline.add(Kind::Standing, "ImportJudge", at, events);
    }
}

/// Where the history has brought the case.
struct Stands {
    status: CaseStatus,
    since: Timestamp,
    /// The judge who got the case with its status.
    judge: Option<String>,
}

fn status(
    dates: Dates,
    last: Timestamp,
    session: Option<TrialSession>,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) -> Stands {
    if reader.peek_text("status") == Some(CaseStatus::Calendared.as_str()) {
        open_with_closed_date(reader);
        return match session {
            Some(session) => {
                let judge = session.judge.clone();
                Stands {
                    status: CaseStatus::Calendared,
                    since: trial::plan_calendared(session, last, reader, timeline),
                    judge,
                }
            }
            None => calendared_nowhere(last, reader, timeline),
        };
    }
    if let Some(session) = session {
        trial::plan_session(session, last, reader, timeline);
    }
    let new = Stands {
        status: CaseStatus::New,
        since: dates.received_at,
        judge: None,
    };
    // A case is new by itself; no event says so.
    if reader.peek_text("status") == Some(CaseStatus::New.as_str()) {
        open_with_closed_date(reader);
        return new;
    }
    let Some(status) = reader.word("status", CaseStatus::ALL, CaseStatus::as_str) else {
        reader.supposed("status", "the case is New");
        return new;
    };
    let (since, closed_date) = if status.is_closed() {
        let closed = reader.time("closedDate").unwrap_or_else(|| {
            reader.supposed(
                "closedDate",
                "the case is closed since the last thing it tells of",
            );
            last
        });
        (closed, Some(closed))
    } else {
        open_with_closed_date(reader);
        // Serving the petition makes a case Not at Issue (domain of the court, "intake").
        let served = dates
            .petition_served
            .filter(|_| status == CaseStatus::NotAtIssue);
        (served.unwrap_or(last), None)
    };
    enter(status, closed_date, since, timeline)
}

fn enter(
    status: CaseStatus,
    closed_date: Option<Timestamp>,
    since: Timestamp,
    timeline: &mut Timeline,
) -> Stands {
    let event = CaseStatusChanged {
        status,
        closed_date,
    }
    .into();
    timeline.add(Kind::Standing, "ImportStatus", since, vec![event]);
    Stands {
        status,
        since,
        judge: None,
    }
}

/// Calendared implies a trial session with a date (domain of the court, "Always true"). A
/// case that says that it is Calendared and not where and when comes as near to it as can
/// be said without a lie: a judge who has it has it assigned, and without one it is what
/// every case is before it is calendared, ready for trial.
fn calendared_nowhere(last: Timestamp, reader: &mut Reader<'_>, timeline: &mut Timeline) -> Stands {
    let judge = reader.peek_text("associatedJudge");
    let status = if judge.is_some_and(|judge| judge != CHIEF_JUDGE) {
        CaseStatus::AssignedCase
    } else {
        CaseStatus::AtIssue
    };
    reader.unplaced(
        "status",
        format!("it is Calendared without a trial session that has a date, and becomes {status}"),
    );
    enter(status, None, last, timeline)
}

fn open_with_closed_date(reader: &mut Reader<'_>) {
    if reader.is_present("closedDate") {
        reader.unplaced("closedDate", "the case is not closed");
    }
}
