//! Where a case stands: seal, status, judge, consolidated group.

use casefold_events::case::consolidation::CaseConsolidated;
use casefold_events::case::standing::{CaseSealed, CaseStatusChanged, JudgeAssigned};
use casefold_events::vocabulary::CaseStatus;
use casefold_events::{DocketNumber, Timestamp};
use casefold_shared::case::CHIEF_JUDGE;

use super::petition::Corrections;
use super::reader::Reader;
use super::timeline::{Kind, Timeline};

/// Dates of the history on which the standing of a case rests where the source has none.
#[derive(Clone, Copy)]
pub(super) struct Dates {
    pub(super) received_at: Timestamp,
    pub(super) petition_served: Option<Timestamp>,
}

/// Plans how the case came to stand as it does. The source says how things are, and
/// seldom since when: what bears no date holds from the last date that the history knows.
pub(super) fn plan(
    dates: Dates,
    corrections: Corrections,
    group: &[DocketNumber],
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) {
    seal(dates, reader, timeline);
    consolidation(dates, group, reader, timeline);
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
    judge(last, reader, timeline);
    status(dates, last, reader, timeline);
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

fn judge(last: Timestamp, reader: &mut Reader<'_>, timeline: &mut Timeline) {
    if reader
        .peek_text("associatedJudge")
        .is_none_or(|judge| judge == CHIEF_JUDGE)
    {
        return;
    }
    if let Some(judge) = reader.text("associatedJudge") {
        timeline.add(
            Kind::Standing,
            "ImportJudge",
            last,
            vec![JudgeAssigned { judge }.into()],
        );
    }
}

fn status(dates: Dates, last: Timestamp, reader: &mut Reader<'_>, timeline: &mut Timeline) {
    // A case is new by itself; no event says so.
    if reader.peek_text("status") == Some(CaseStatus::New.as_str()) {
        open_with_closed_date(reader);
        return;
    }
    let Some(status) = reader.word("status", CaseStatus::ALL, CaseStatus::as_str) else {
        reader.supposed("status", "the case is New");
        return;
    };
    let (at, closed_date) = if status.is_closed() {
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
    let event = CaseStatusChanged {
        status,
        closed_date,
    }
    .into();
    timeline.add(Kind::Standing, "ImportStatus", at, vec![event]);
}

fn open_with_closed_date(reader: &mut Reader<'_>) {
    if reader.is_present("closedDate") {
        reader.unplaced("closedDate", "the case is not closed");
    }
}
