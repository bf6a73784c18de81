//! The rows of a case: a pure function of the folded case.

use std::collections::BTreeSet;

use casefold_events::case::intake::Fee;
use casefold_events::case::records::{Correspondence, Deadline, Statistic};
use casefold_events::case::trial::Hearing;
use casefold_events::entry::DocumentRef;
use casefold_events::party::{Contact, Counsel};
use casefold_events::{DocketNumber, Timestamp, Version};
use casefold_shared::case::{Case, DocketEntry};

use super::value::{AddressColumns, Row, row};

/// All rows of a case at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRows {
    /// The case.
    pub docket_number: DocketNumber,
    /// The version: the rows replace those of an earlier one, and no others.
    pub version: Version,
    /// The row in the table `cases`.
    pub case: Row,
    /// The rows in the other tables, each table after those that it refers to; a table
    /// without a row of the case has an empty list.
    pub dependent: [(&'static str, Vec<Row>); 13],
}

/// The rows of a case. Its docket record must be whole ([`is_whole`]).
///
/// [`is_whole`]: casefold_shared::case::DocketRecord::is_whole
pub fn rows(case: &Case) -> CaseRows {
    let number = case.docket_number;
    let entries = || {
        case.docket
            .off_record()
            .iter()
            .chain(case.docket.on_record())
    };
    CaseRows {
        docket_number: number,
        version: case.version,
        case: case_row(case),
        dependent: [
            ("status_history", status_rows(case)),
            (
                "docket_entries",
                entries().map(|entry| entry_row(number, entry)).collect(),
            ),
            (
                "docket_entry_filers",
                entries()
                    .flat_map(|entry| filer_rows(number, entry))
                    .collect(),
            ),
            (
                "served_parties",
                entries()
                    .flat_map(|entry| served_rows(number, entry))
                    .collect(),
            ),
            (
                "parties",
                numbered(&case.parties, |at, party| party_row(number, at, party)),
            ),
            (
                "counsel",
                numbered(&case.counsel, |at, counsel| {
                    counsel_row(number, at, counsel)
                }),
            ),
            (
                "counsel_representing",
                case.counsel
                    .iter()
                    .flat_map(|it| representing_rows(number, it))
                    .collect(),
            ),
            ("consolidated_members", member_rows(case)),
            (
                "deadlines",
                case.deadlines
                    .iter()
                    .map(|it| deadline_row(number, it))
                    .collect(),
            ),
            (
                "hearings",
                case.hearings
                    .iter()
                    .map(|it| hearing_row(number, it))
                    .collect(),
            ),
            (
                "correspondence",
                case.correspondence
                    .iter()
                    .map(|it| letter_row(number, it))
                    .collect(),
            ),
            (
                "statistics",
                case.statistics
                    .iter()
                    .map(|it| statistic_row(number, it))
                    .collect(),
            ),
            (
                "penalties",
                case.statistics
                    .iter()
                    .flat_map(|it| penalty_rows(number, it))
                    .collect(),
            ),
        ],
    }
}

/// Rows of things whose order counts; the first has the position 1.
fn numbered<T>(things: &[T], row: impl Fn(u64, &T) -> Row) -> Vec<Row> {
    (1..)
        .zip(things)
        .map(|(at, thing)| row(at, thing))
        .collect()
}

fn case_row(case: &Case) -> Row {
    let (fee_status, fee_at, fee_method) = fee(&case.fee);
    let session = case.trial_session.as_ref();
    let (blocked, automatic, priority) = (
        case.blocked.as_ref(),
        case.automatic_block.as_ref(),
        case.priority.as_ref(),
    );
    let imported = case.imported.as_ref();
    row! {
        docket_number: case.docket_number,
        docket_year: u32::from(case.docket_number.year()),
        docket_serial: case.docket_number.serial(),
        suffix: case.docket_number_suffix().map(|suffix| suffix.as_str()),
        initial_suffix: case.initial_docket_number_suffix.map(|suffix| suffix.as_str()),
        version: case.version,
        head_hash: case.folded_from.head_hash,
        recorded_at: case.folded_from.recorded_at,
        caption: &case.caption,
        initial_caption: &case.initial_caption,
        case_type: case.case_type.as_str(),
        procedure_type: case.procedure_type.as_str(),
        party_type: case.party_type.as_str(),
        status: case.status.as_str(),
        status_since: case.status_history.last().map(|change| change.since),
        closed_date: case.closed_date,
        associated_judge: &case.associated_judge,
        preferred_trial_city: case.preferred_trial_city.as_ref(),
        received_at: case.received_at,
        is_paper: case.is_paper,
        petition_checked_at: case.petition_checked_at,
        petition_served_at: case.petition_served_at,
        irs_notice_date: case.irs_notice_date,
        mailing_date: case.mailing_date.as_ref(),
        answered_at: case.answered_at,
        fee_status: fee_status,
        fee_at: fee_at,
        fee_method: fee_method,
        sealed_at: case.sealed_at,
        lead_docket_number: case.consolidation.as_ref().map(|group| group.lead_docket_number),
        trial_session_id: session.map(|session| session.trial_session_id.0),
        trial_date: session.map(|session| session.trial_date),
        trial_location: session.map(|session| &session.trial_location),
        trial_judge: session.and_then(|session| session.judge.as_ref()),
        blocked_reason: blocked.map(|because| &because.reason),
        blocked_since: blocked.map(|because| because.since),
        automatic_block_reason: automatic.map(|block| block.reason.as_str()),
        automatic_block_since: automatic.map(|block| block.since),
        priority_reason: priority.map(|because| &because.reason),
        priority_since: priority.map(|because| because.since),
        damages_cents: case.other_statistics.and_then(|it| it.damages_cents),
        litigation_costs_cents: case.other_statistics.and_then(|it| it.litigation_costs_cents),
        case_note: case.case_note.as_ref(),
        import_digest: imported.map(|imported| &imported.source_digest),
        import_schema: imported.map(|imported| &imported.source_schema),
        import_version: imported.map(|imported| imported.version),
    }
}

fn fee(fee: &Fee) -> (&'static str, Option<Timestamp>, Option<&str>) {
    match fee {
        Fee::Paid { paid_at, method } => ("Paid", Some(*paid_at), Some(method)),
        Fee::NotPaid => ("Not paid", None, None),
        Fee::Waived { waived_at } => ("Waived", Some(*waived_at), None),
    }
}

fn status_rows(case: &Case) -> Vec<Row> {
    let history = &case.status_history;
    let next = history.iter().skip(1).map(|change| Some(change.since));
    let until = next.chain([None]);
    let changes = (1_u64..).zip(history.iter().zip(until));
    let row = |(position, (change, until)): (u64, (&casefold_shared::case::StatusChange, _))| {
        row! {
            docket_number: case.docket_number,
            position: position,
            status: change.status.as_str(),
            since: change.since,
            until: until,
            version: change.version,
        }
    };
    changes.map(row).collect()
}

fn entry_row(number: DocketNumber, entry: &DocketEntry) -> Row {
    let DocketEntry {
        filed,
        service,
        stricken,
        sealed_to,
        stamp,
        checked,
        archived_at,
        filed_in,
        changed_in,
    } = entry;
    let (service, stricken) = (service.as_ref(), stricken.as_ref());
    let (stamp, checked) = (stamp.as_ref(), checked.as_ref());
    let signature = filed.signature.as_ref();
    let document: Option<&DocumentRef> = filed.document.as_ref();
    row! {
        docket_number: number,
        docket_entry_id: filed.docket_entry_id.0,
        entry_index: filed.index,
        event_code: filed.event_code.as_str(),
        document_type: &filed.document_type,
        title: &filed.title,
        filed_by: filed.filed_by.as_ref(),
        filing_date: filed.filing_date,
        received_at: filed.received_at,
        number_of_pages: filed.number_of_pages,
        is_paper: filed.is_paper,
        lodged: filed.lodged,
        objections: filed.objections.map(|objections| objections.as_str()),
        pending: filed.pending,
        is_draft: filed.is_draft,
        is_minute_entry: filed.is_minute_entry,
        is_on_docket_record: filed.is_on_docket_record,
        judge: filed.judge.as_ref(),
        due: filed.due,
        signed_at: signature.map(|signature| signature.signed_at),
        signed_by: signature.map(|signature| &signature.signed_by),
        document_key: document.map(|document| &document.key),
        document_sha256: document.and_then(|document| document.sha256.as_ref()),
        served_at: service.map(|service| service.served_at),
        served_parties_code: service
            .and_then(|service| service.served_parties_code)
            .map(|code| code.as_str()),
        stricken_at: stricken.map(|stricken| stricken.stricken_at),
        stricken_by: stricken.map(|stricken| &stricken.stricken_by),
        sealed_to: sealed_to.map(|sealed_to| sealed_to.as_str()),
        stamp_disposition: stamp.map(|stamp| stamp.disposition.as_str()),
        stamped_at: stamp.map(|stamp| stamp.stamped_at),
        stamped_by: stamp.map(|stamp| &stamp.stamped_by),
        stamp_order: stamp.map(|stamp| stamp.order.0),
        stamp_text: stamp.and_then(|stamp| stamp.text.as_ref()),
        qc_at: checked.map(|checked| checked.qc_at),
        qc_by: checked.map(|checked| &checked.qc_by),
        archived_at: *archived_at,
        filed_in: *filed_in,
        changed_in: *changed_in,
    }
}

fn filer_rows(number: DocketNumber, entry: &DocketEntry) -> Vec<Row> {
    let distinct: BTreeSet<_> = entry.filed.filers.iter().collect();
    let filers = distinct.into_iter();
    let row = |filer: &casefold_events::ContactId| {
        row! {
            docket_number: number,
            docket_entry_id: entry.id().0,
            contact_id: filer.0,
        }
    };
    filers.map(row).collect()
}

fn served_rows(number: DocketNumber, entry: &DocketEntry) -> Vec<Row> {
    let served = entry
        .service
        .iter()
        .flat_map(|service| &service.served_parties);
    let served = (1_u64..).zip(served);
    let row = |(position, party): (u64, &casefold_events::entry::ServedParty)| {
        row! {
            docket_number: number,
            docket_entry_id: entry.id().0,
            position: position,
            name: &party.name,
            email: party.email.as_ref(),
        }
    };
    served.map(row).collect()
}

fn party_row(number: DocketNumber, position: u64, party: &Contact) -> Row {
    let address = AddressColumns::of(party.address.as_ref());
    row! {
        docket_number: number,
        contact_id: party.contact_id.0,
        position: position,
        contact_type: party.contact_type.as_str(),
        user_id: party.user_id.as_ref().map(|id| id.as_str()),
        name: &party.name,
        secondary_name: party.secondary_name.as_ref(),
        in_care_of: party.in_care_of.as_ref(),
        title: party.title.as_ref(),
        address1: address.address1,
        address2: address.address2,
        address3: address.address3,
        city: address.city,
        state: address.state,
        postal_code: address.postal_code,
        country: address.country,
        phone: party.phone.as_ref(),
        email: party.email.as_ref(),
        service_indicator: party.service_indicator.as_str(),
        is_address_sealed: party.is_address_sealed,
    }
}

fn counsel_row(number: DocketNumber, position: u64, counsel: &Counsel) -> Row {
    let address = AddressColumns::of(counsel.address.as_ref());
    row! {
        docket_number: number,
        user_id: counsel.user_id.as_str(),
        position: position,
        counsel_type: counsel.counsel_type.as_str(),
        name: &counsel.name,
        bar_number: counsel.bar_number.as_ref(),
        firm_name: counsel.firm_name.as_ref(),
        address1: address.address1,
        address2: address.address2,
        address3: address.address3,
        city: address.city,
        state: address.state,
        postal_code: address.postal_code,
        country: address.country,
        phone: counsel.phone.as_ref(),
        email: counsel.email.as_ref(),
        service_indicator: counsel.service_indicator.as_str(),
    }
}

fn representing_rows(number: DocketNumber, counsel: &Counsel) -> Vec<Row> {
    let distinct: BTreeSet<_> = counsel.representing.iter().collect();
    let row = |contact: &casefold_events::ContactId| {
        row! {
            docket_number: number,
            user_id: counsel.user_id.as_str(),
            contact_id: contact.0,
        }
    };
    distinct.into_iter().map(row).collect()
}

fn member_rows(case: &Case) -> Vec<Row> {
    let Some(group) = &case.consolidation else {
        return Vec::new();
    };
    let distinct: BTreeSet<_> = group.members.iter().copied().collect();
    let row = |member: DocketNumber| {
        row! {
            docket_number: case.docket_number,
            member_docket_number: member,
            is_lead: member == group.lead_docket_number,
        }
    };
    distinct.into_iter().map(row).collect()
}

fn deadline_row(number: DocketNumber, deadline: &Deadline) -> Row {
    row! {
        docket_number: number,
        deadline_id: deadline.deadline_id.0,
        due: deadline.due,
        description: &deadline.description,
        set_by: deadline.set_by.map(|entry| entry.0),
    }
}

fn hearing_row(number: DocketNumber, hearing: &Hearing) -> Row {
    let session = &hearing.session;
    row! {
        docket_number: number,
        trial_session_id: session.trial_session_id.0,
        trial_date: session.trial_date,
        trial_location: &session.trial_location,
        judge: session.judge.as_ref(),
        calendar_notes: hearing.calendar_notes.as_ref(),
    }
}

fn letter_row(number: DocketNumber, letter: &Correspondence) -> Row {
    row! {
        docket_number: number,
        correspondence_id: letter.correspondence_id.0,
        title: &letter.title,
        filing_date: letter.filing_date,
        filed_by: &letter.filed_by,
        number_of_pages: letter.number_of_pages,
        document_key: &letter.document.key,
        document_sha256: letter.document.sha256.as_ref(),
    }
}

fn statistic_row(number: DocketNumber, statistic: &Statistic) -> Row {
    row! {
        docket_number: number,
        statistic_id: statistic.statistic_id.0,
        period: statistic.period.as_str(),
        year: statistic.year.map(u32::from),
        last_date_of_period: statistic.last_date_of_period,
        irs_deficiency_cents: statistic.irs_deficiency_cents,
        determined_deficiency_cents: statistic.determined_deficiency_cents,
    }
}

fn penalty_rows(number: DocketNumber, statistic: &Statistic) -> Vec<Row> {
    numbered(&statistic.penalties, |position, penalty| {
        row! {
            docket_number: number,
            statistic_id: statistic.statistic_id.0,
            position: position,
            name: &penalty.name,
            irs_amount_cents: penalty.irs_amount_cents,
            determined_amount_cents: penalty.determined_amount_cents,
        }
    })
}
