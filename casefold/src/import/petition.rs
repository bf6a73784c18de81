//! The petition of a case, its fee, and where its first state is to be told from its
//! present one: caption, case type, procedure.

use casefold_events::case::intake::{Fee, FeeRecorded, PetitionFiled};
use casefold_events::case::standing::{CaptionChanged, CaseDetailsCorrected};
use casefold_events::party::Contact;
use casefold_events::vocabulary::{CaseType, DocketNumberSuffix, PartyType, ProcedureType};
use casefold_events::{DocketNumber, Timestamp};
use chrono::NaiveDate;

use super::reader::Reader;
use super::timeline::{Kind, Timeline};

/// What of the petition's steps depends on the rest of the history: corrections, which
/// bear no date in the source.
pub(super) struct Corrections {
    pub(super) caption: Option<CaptionChanged>,
    pub(super) details: Option<CaseDetailsCorrected>,
}

/// When the court received the petition, from the case's fields or else from the date of
/// its first filing.
pub(super) fn received_at(
    case: DocketNumber,
    first_filing: Option<Timestamp>,
    reader: &mut Reader<'_>,
) -> Timestamp {
    if let Some(at) = reader.time("receivedAt") {
        return at;
    }
    let created = reader
        .peek_text("createdAt")
        .and_then(super::dates::read_date);
    if let Some(at) = created.or(first_filing) {
        reader.supposed(
            "receivedAt",
            "the petition's date of receipt is that of the first record",
        );
        return at;
    }
    reader.supposed(
        "receivedAt",
        "the petition's date of receipt is the first day of its year",
    );
    // The same century as the order of docket numbers supposes.
    let century = if case.year() >= 70 { 1900 } else { 2000 };
    let first_day = NaiveDate::from_ymd_opt(century + i32::from(case.year()), 1, 1);
    let first_day = first_day
        .unwrap_or_default()
        .and_time(chrono::NaiveTime::MIN);
    Timestamp::new(first_day.and_utc())
}

/// Plans the petition and its fee.
pub(super) fn plan(
    received_at: Timestamp,
    petitioners: Vec<Contact>,
    reader: &mut Reader<'_>,
    timeline: &mut Timeline,
) -> Corrections {
    if petitioners.is_empty() {
        reader.unplaced("petitioners", "the case has no petitioner");
    }
    let (caption, changed) = captions(&petitioners, reader);
    let (case_type, procedure_type, details) = kinds(reader);
    let party_type = reader.word("partyType", PartyType::ALL, PartyType::as_str);
    if party_type.is_none() {
        reader.supposed("partyType", "the party type is Petitioner");
    }
    let petition = PetitionFiled {
        received_at,
        is_paper: reader.flag("isPaper").unwrap_or_default(),
        caption: caption.into(),
        case_type,
        procedure_type,
        party_type: party_type.unwrap_or(PartyType::Petitioner),
        preferred_trial_city: reader.text("preferredTrialCity"),
        petitioners,
        fee: Fee::NotPaid,
        irs_notice_date: reader.time("irsNoticeDate"),
        mailing_date: reader.text("mailingDate"),
    };
    timeline.add(
        Kind::Petition,
        "ImportPetition",
        received_at,
        vec![petition.into()],
    );
    fee(received_at, reader, timeline);
    Corrections {
        caption: changed,
        details,
    }
}

/// The caption on the petition, and the one that took its place.
fn captions(petitioners: &[Contact], reader: &mut Reader<'_>) -> (String, Option<CaptionChanged>) {
    let Some(caption) = reader.text("caseCaption") else {
        let initial = reader.text("initialCaption").unwrap_or_else(|| {
            reader.supposed(
                "caseCaption",
                "the caption is made of the petitioners' names",
            );
            let names: Vec<_> = petitioners
                .iter()
                .map(|p| p.name.expose().as_str())
                .collect();
            format!("{}, Petitioner", names.join(" & "))
        });
        return (initial, None);
    };
    match reader.text("initialCaption") {
        Some(initial) if initial != caption => (
            initial,
            Some(CaptionChanged {
                caption: caption.into(),
            }),
        ),
        Some(_) | None => (caption, None),
    }
}

/// Case type and procedure on the petition, and their correction. The source keeps the
/// first suffix of the docket number only; what it says for sure of the first type and
/// procedure is taken, and a suffix that says nothing for sure is reported.
fn kinds(reader: &mut Reader<'_>) -> (CaseType, ProcedureType, Option<CaseDetailsCorrected>) {
    let case_type = reader
        .word("caseType", CaseType::ALL, CaseType::as_str)
        .unwrap_or_else(|| {
            reader.supposed("caseType", "the case type is Other");
            CaseType::Other
        });
    let procedure = reader
        .word("procedureType", ProcedureType::ALL, ProcedureType::as_str)
        .unwrap_or_else(|| {
            reader.supposed("procedureType", "the procedure is Regular");
            ProcedureType::Regular
        });
    let suffix = DocketNumberSuffix::of(case_type, procedure);
    let written = reader.peek_text("docketNumberSuffix").map(str::to_owned);
    if written.as_deref() != suffix.map(DocketNumberSuffix::as_str) {
        reader.unplaced(
            "docketNumberSuffix",
            "it is not the suffix that follows from case type and procedure",
        );
    }
    let Some(initial) = reader
        .peek_text("initialDocketNumberSuffix")
        .map(str::to_owned)
    else {
        return (case_type, procedure, None);
    };
    // The court's system writes an underscore for no suffix.
    let initial = if initial == "_" {
        Some(None)
    } else {
        initial.parse().ok().map(Some)
    };
    if initial == Some(suffix) {
        return (case_type, procedure, None);
    }
    let Some((first_type, first_procedure)) =
        initial.and_then(|initial| first_kinds(initial, case_type, procedure))
    else {
        reader.unplaced(
            "initialDocketNumberSuffix",
            "it does not tell for sure what case type and procedure were at first",
        );
        return (case_type, procedure, None);
    };
    let details = CaseDetailsCorrected {
        case_type: (first_type != case_type).then_some(case_type),
        procedure_type: (first_procedure != procedure).then_some(procedure),
        ..CaseDetailsCorrected::default()
    };
    (first_type, first_procedure, Some(details))
}

/// The first case type and procedure, where the first suffix leaves no choice. What a
/// suffix doesn't depend on is taken to be as it is now.
fn first_kinds(
    initial: Option<DocketNumberSuffix>,
    case_type: CaseType,
    procedure: ProcedureType,
) -> Option<(CaseType, ProcedureType)> {
    use DocketNumberSuffix as Suffix;
    use ProcedureType::{Regular, Small};
    match initial {
        Some(Suffix::Disclosure) => Some((CaseType::Disclosure, procedure)),
        Some(Suffix::Whistleblower) => Some((CaseType::Whistleblower, procedure)),
        Some(Suffix::Passport) => Some((CaseType::Passport, procedure)),
        Some(Suffix::ExemptOrganization) => {
            Some((CaseType::DeclaratoryExemptOrganization, procedure))
        }
        Some(Suffix::RetirementPlan) => Some((CaseType::DeclaratoryRetirementPlan, procedure)),
        Some(Suffix::LienLevy) => Some((CaseType::Cdp, Regular)),
        Some(Suffix::SmallLienLevy) => Some((CaseType::Cdp, Small)),
        Some(Suffix::Small) => Some((case_type, Small)),
        None => Some((case_type, Regular)),
    }
    .filter(|(case_type, procedure)| DocketNumberSuffix::of(*case_type, *procedure) == initial)
}

/// The fee as it was paid or waived, at its date. A petition is filed unpaid.
fn fee(received_at: Timestamp, reader: &mut Reader<'_>, timeline: &mut Timeline) {
    let Some(status) = reader
        .peek_text("petitionPaymentStatus")
        .map(str::to_lowercase)
    else {
        return;
    };
    let (fee, at) = match status.as_str() {
        "not paid" => {
            // The petition says so already, in these words.
            if reader.peek_text("petitionPaymentStatus") == Some("Not paid") {
                reader.text("petitionPaymentStatus");
            }
            return;
        }
        "paid" => {
            let date = reader.time("petitionPaymentDate");
            let method = reader.text("petitionPaymentMethod");
            match (date, method) {
                (Some(paid_at), Some(method)) => (Fee::Paid { paid_at, method }, paid_at),
                (Some(paid_at), None) => {
                    reader.supposed("petitionPaymentMethod", "the method is \"not recorded\"");
                    (
                        Fee::Paid {
                            paid_at,
                            method: "not recorded".to_owned(),
                        },
                        paid_at,
                    )
                }
                (None, method) => {
                    reader.supposed("petitionPaymentDate", "the fee was paid with the petition");
                    let method = method.unwrap_or_else(|| "not recorded".to_owned());
                    (
                        Fee::Paid {
                            paid_at: received_at,
                            method,
                        },
                        received_at,
                    )
                }
            }
        }
        "waived" => {
            let waived_at = reader.time("petitionPaymentWaivedDate").unwrap_or_else(|| {
                reader.supposed("petitionPaymentWaivedDate", "the fee was waived on receipt");
                received_at
            });
            (Fee::Waived { waived_at }, waived_at)
        }
        _ => {
            reader.unplaced(
                "petitionPaymentStatus",
                "it is none of the court's words for it",
            );
            return;
        }
    };
    // The word itself is written by the event as the court writes it.
    if matches!(
        reader.peek_text("petitionPaymentStatus"),
        Some("Paid" | "Waived")
    ) {
        reader.text("petitionPaymentStatus");
    }
    timeline.add(
        Kind::Standing,
        "ImportFee",
        at,
        vec![FeeRecorded { fee }.into()],
    );
}
