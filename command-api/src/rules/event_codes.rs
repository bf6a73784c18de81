//! What follows from a document's event code.
//!
//! Source: domain of the court, "The docket record". Codes that are not listed are filings
//! without rules of their own: a court adds such codes at will.

use casefold_events::entry::EventCode;
use casefold_events::vocabulary::CaseStatus;

/// An event code with its document type and its rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventCodeRule {
    /// The code.
    pub code: &'static str,
    /// The kind of document, in words.
    pub document_type: &'static str,
    /// Where such an entry comes from, and what follows from it.
    pub origin: Origin,
}

/// Where an entry comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It comes with the petition, and is served with it.
    Petition,
    /// The service makes it when something happens: a minute entry.
    Automatic,
    /// The court issues it.
    Court {
        /// Whether a judge signs it.
        signature: SignatureRule,
        /// What serving it does.
        effect: Effect,
    },
    /// A party files it.
    Party {
        /// Whether something is to be done about it once it is filed.
        follow_up: FollowUp,
        /// Who may file it.
        filer: Filer,
    },
}

/// Whether a document of the court is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureRule {
    /// By a judge.
    Required,
    /// Not necessarily.
    Optional,
}

/// What serving a document of the court does to the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// It gives the case this closed status.
    Closes(CaseStatus),
    /// It sets a deadline: the date by which it wants something done.
    SetsDeadline,
}

/// Whether something is to be done about a filing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowUp {
    /// The court acts on it: it is pending.
    Pending,
    /// Nothing.
    None,
}

/// Who may file a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filer {
    /// Any party.
    AnyParty,
    /// The respondent (an answer: Tax Court Rule 36).
    Respondent,
}

const ORDER: Origin = court(SignatureRule::Required, Effect::None);
const ORDER_WITH_DEADLINE: Origin = court(SignatureRule::Required, Effect::SetsDeadline);
const CLOSING: Origin = court(SignatureRule::Required, Effect::Closes(CaseStatus::Closed));
const DISMISSAL: Origin = court(
    SignatureRule::Required,
    Effect::Closes(CaseStatus::ClosedDismissed),
);
const NOTICE: Origin = court(SignatureRule::Optional, Effect::None);
const FILING: Origin = party(FollowUp::None);
const PENDING: Origin = party(FollowUp::Pending);

/// The table.
pub const EVENT_CODES: &[EventCodeRule] = &[
    code("P", "Petition", Origin::Petition),
    code("RQT", "Request for Place of Trial", Origin::Petition),
    code(
        "STIN",
        "Statement of Taxpayer Identification",
        Origin::Petition,
    ),
    code("NOTR", "Notice of Receipt of Petition", Origin::Automatic),
    code("FEE", "Filing Fee Paid", Origin::Automatic),
    code("FEEW", "Filing Fee Waived", Origin::Automatic),
    code("MINC", "Caption of case is amended", Origin::Automatic),
    code("MIND", "Docket Number is amended", Origin::Automatic),
    code("NCA", "Notice of Change of Address", Origin::Automatic),
    code(
        "NCP",
        "Notice of Change of Telephone Number",
        Origin::Automatic,
    ),
    code(
        "NCAP",
        "Notice of Change of Address and Telephone Number",
        Origin::Automatic,
    ),
    code(
        "NOCE",
        "Notice of Change of Email Address",
        Origin::Automatic,
    ),
    code("O", "Order", ORDER),
    code("OJR", "Order that jurisdiction is retained", ORDER),
    code("OSC", "Order to Show Cause", ORDER),
    code(
        "OST",
        "Order of Service of Transcript (Bench Opinion)",
        ORDER,
    ),
    code("OF", "Order for Filing Fee", ORDER_WITH_DEADLINE),
    code("OAP", "Order for Amended Petition", ORDER_WITH_DEADLINE),
    code(
        "OAPF",
        "Order for Amended Petition and Filing Fee",
        ORDER_WITH_DEADLINE,
    ),
    code("OD", "Order of Dismissal", DISMISSAL),
    code("ODD", "Order of Dismissal and Decision", DISMISSAL),
    code(
        "ODJ",
        "Order of Dismissal for Lack of Jurisdiction",
        DISMISSAL,
    ),
    code("OAD", "Order and Decision", CLOSING),
    code("DEC", "Decision", CLOSING),
    code("SDEC", "Stipulated Decision", CLOSING),
    code("MOP", "Memorandum Opinion", ORDER),
    code("SOP", "Summary Opinion", ORDER),
    code("TCOP", "T.C. Opinion", ORDER),
    code("NOT", "Notice", NOTICE),
    code("NTD", "Notice of Trial", NOTICE),
    code(
        "A",
        "Answer",
        Origin::Party {
            follow_up: FollowUp::None,
            filer: Filer::Respondent,
        },
    ),
    code("ADMR", "Administrative Record", FILING),
    code("APW", "Application for Waiver of Filing Fee", FILING),
    code("DISC", "Ownership Disclosure Statement", FILING),
    code("MISC", "Miscellaneous", FILING),
    code("NOEI", "Notice of Election to Intervene", FILING),
    code("PSDE", "Proposed Stipulated Decision", PENDING),
    code("SIAB", "Simultaneous Answering Brief", FILING),
    code("TE", "Trial Exhibits", FILING),
    code("M000", "Motion", PENDING),
    code("M006", "Motion for Continuance", PENDING),
];

/// The rules of a code; `None` where it has none of its own.
pub fn rule(event_code: &EventCode) -> Option<&'static EventCodeRule> {
    EVENT_CODES
        .iter()
        .find(|rule| rule.code == event_code.as_str())
}

/// Where an entry of a code comes from. A code without rules of its own is a party's filing,
/// and `M` with three digits is a motion, on which the court acts.
pub fn origin(event_code: &EventCode) -> Origin {
    match rule(event_code) {
        Some(rule) => rule.origin,
        None if is_motion(event_code) => PENDING,
        None => FILING,
    }
}

/// The court's words for a kind of document, where it has some.
pub fn document_type(event_code: &EventCode) -> Option<&'static str> {
    let listed = rule(event_code).map(|rule| rule.document_type);
    listed.or_else(|| is_motion(event_code).then_some("Motion"))
}

/// Whether it is the code of a motion: `M` with three digits.
pub fn is_motion(event_code: &EventCode) -> bool {
    let digits = event_code.as_str().strip_prefix('M');
    digits.is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit()))
}

const fn code(code: &'static str, document_type: &'static str, origin: Origin) -> EventCodeRule {
    EventCodeRule {
        code,
        document_type,
        origin,
    }
}

const fn court(signature: SignatureRule, effect: Effect) -> Origin {
    Origin::Court { signature, effect }
}

const fn party(follow_up: FollowUp) -> Origin {
    Origin::Party {
        follow_up,
        filer: Filer::AnyParty,
    }
}
