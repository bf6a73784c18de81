//! What follows from event codes.

use super::{code, table};
use crate::rules::event_codes::{
    EVENT_CODES, Effect, EventCodeRule, Filer, FollowUp, Origin, SignatureRule,
};

const BEGINNING: &str = "\
## Documents and their event codes

Every entry on a docket record has an event code, which says what kind of document it is. The codes
below carry rules. A code of `M` and three digits is a motion even where it is not listed: the court
acts on it, so it is pending once it is filed. Any other code that is not listed is a filing of a
party without rules of its own.
";

/// The section of the page.
pub(super) fn section() -> String {
    [
        BEGINNING.to_owned(),
        "### With the petition, or by themselves\n".to_owned(),
        table(
            ["code", "document", "where it comes from"],
            EVENT_CODES.iter().filter_map(by_itself),
        ),
        "### Documents of the court\n".to_owned(),
        table(
            [
                "code",
                "document",
                "a judge signs it",
                "what serving it does",
            ],
            EVENT_CODES.iter().filter_map(of_court),
        ),
        "### Documents of parties\n".to_owned(),
        table(
            ["code", "document", "who files it", "once it is filed"],
            EVENT_CODES.iter().filter_map(of_parties),
        ),
    ]
    .join("\n")
}

fn by_itself(rule: &EventCodeRule) -> Option<[String; 3]> {
    let origin = match rule.origin {
        Origin::Petition => "comes with the petition, and is served with it",
        Origin::Automatic => "the service makes it when it happens",
        Origin::Court { .. } | Origin::Party { .. } => return None,
    };
    Some([
        code(rule.code),
        rule.document_type.to_owned(),
        origin.to_owned(),
    ])
}

fn of_court(rule: &EventCodeRule) -> Option<[String; 4]> {
    let (signature, effect) = match rule.origin {
        Origin::Court { signature, effect } => (signature, effect),
        Origin::Petition | Origin::Automatic | Origin::Party { .. } => return None,
    };
    let signature = match signature {
        SignatureRule::Required => "always",
        SignatureRule::Optional => "not necessarily",
    };
    let effect = match effect {
        Effect::None => String::new(),
        Effect::Closes(status) => format!("the case becomes {status}"),
        Effect::SetsDeadline => "a deadline is set".to_owned(),
    };
    let document = rule.document_type.to_owned();
    Some([code(rule.code), document, signature.to_owned(), effect])
}

fn of_parties(rule: &EventCodeRule) -> Option<[String; 4]> {
    let (follow_up, filer) = match rule.origin {
        Origin::Party { follow_up, filer } => (follow_up, filer),
        Origin::Petition | Origin::Automatic | Origin::Court { .. } => return None,
    };
    let filer = match filer {
        Filer::AnyParty => "any party",
        Filer::Respondent => "the respondent",
    };
    let follow_up = match follow_up {
        FollowUp::Pending => "it is pending: the court acts on it",
        FollowUp::None => "",
    };
    let document = rule.document_type.to_owned();
    Some([
        code(rule.code),
        document,
        filer.to_owned(),
        follow_up.to_owned(),
    ])
}
