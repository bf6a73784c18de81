//! What follows by itself.

use super::{code, table};
use crate::policy::{LEAD_ELECTION, POLICIES};

const BEGINNING: &str = "\
## What follows by itself

Some things follow from an event whoever brought it about. The service then does them in the same
step, in commits of its own that name their cause, and nobody has to ask for them.
";

/// What [`LEAD_ELECTION`] does: it is decided with a command over a group.
const ELECTION: &str = "When a group loses its lead, its lowest docket number becomes the lead; a \
                        group of one case is dissolved.";

/// The section of the page.
pub(super) fn section() -> String {
    let rows = POLICIES
        .iter()
        .map(|policy| [code(policy.name), policy.meaning.to_owned()])
        .chain([[code(LEAD_ELECTION), ELECTION.to_owned()]]);
    [
        BEGINNING.to_owned(),
        table(["policy", "what it does"], rows),
    ]
    .join("\n")
}
