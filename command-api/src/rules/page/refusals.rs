//! The refusals, by their kind.

use super::{code, table};
use crate::refusal::RefusalCode;

const BEGINNING: &str = "\
## Refusals

A command that the rules don't allow is refused, and nothing is written. Each refusal has a code
that never changes its meaning, and a sentence that says what to do instead.
";

/// The kinds of refusal, by the HTTP status as which they are sent.
const KINDS: &[(u16, &str)] = &[
    (403, "The caller may not (HTTP 403)"),
    (404, "It is not there (HTTP 404)"),
    (
        409,
        "The case does not stand so that it can be done (HTTP 409)",
    ),
    (422, "The command says what can't be (HTTP 422)"),
];

/// The section of the page.
pub(super) fn section(refusals: &[RefusalCode]) -> String {
    let mut parts = vec![BEGINNING.to_owned()];
    let known = |status: u16| KINDS.iter().any(|(kind, _)| *kind == status);
    let others = |refusal: &&RefusalCode| !known(refusal.status);
    for (status, title) in KINDS {
        parts.push(format!("### {title}\n"));
        parts.push(rows(
            refusals.iter().filter(|refusal| refusal.status == *status),
        ));
    }
    if refusals.iter().any(|refusal| !known(refusal.status)) {
        parts.push("### Others\n".to_owned());
        parts.push(rows(refusals.iter().filter(others)));
    }
    parts.join("\n")
}

fn rows<'a>(refusals: impl Iterator<Item = &'a RefusalCode>) -> String {
    let row = |refusal: &RefusalCode| [code(refusal.code), refusal.meaning.to_owned()];
    table(["code", "when"], refusals.map(row))
}
