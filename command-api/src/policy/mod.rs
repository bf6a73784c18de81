//! Policies: what follows by a rule, whatever command brought it about.
//!
//! A command's own commit has what its sender asked for, and what the court's table of
//! commands says that it does. What follows from that by itself is a policy's: its events
//! are a commit of their own, by the role `system`, that names the commit that caused it
//! and is appended in the same step. So an audit tells what a clerk did from what the
//! service did, and nobody ever sees the one without the other.
//!
//! A policy is pure: the case before and after, and what happened, in; events out. They are
//! asked in the order of [`POLICIES`], each over what the ones before it have left.

mod notices;
mod orders;
mod representation;
mod trial;

use casefold_events::{CaseEvent, CommandId, CommitRef, Digest, Timestamp, UserId};
use casefold_shared::case::Case;
use uuid::Uuid;

use crate::decide::draft::Draft;
pub(crate) use notices::note_fee;

/// What makes policies act: a command that was decided over a case.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    /// The case before the command.
    pub before: &'a Case,
    /// What the command did.
    pub events: &'a [CaseEvent],
    /// From when that holds.
    pub at: Timestamp,
}

/// A policy.
pub struct Policy {
    /// Its name, which stands where a command's name does in its commits.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub meaning: &'static str,
    follow: fn(&Occasion<'_>, &Case, &mut Draft<'_>),
}

/// Every policy, in the order in which they are asked.
pub const POLICIES: &[Policy] = &[
    Policy {
        name: "ServiceOfRepresented",
        meaning: "A party whom counsel represents is not served any more: counsel is. When \
                  nobody represents a party any more, they are served again.",
        follow: representation::serve_counsel_instead,
    },
    Policy {
        name: "ContactNotices",
        meaning: "When a contact's address, telephone number or e-mail address changes after \
                  the petition was served, a notice of it goes on the record (NCA, NCP, NCAP, \
                  NOCE).",
        follow: notices::of_contacts,
    },
    Policy {
        name: "CaptionNotices",
        meaning: "When the caption or the docket number's suffix changes after the petition \
                  was served, a note of it goes on the record (MINC, MIND).",
        follow: notices::of_caption_and_number,
    },
    Policy {
        name: "FeeEntries",
        meaning: "When the filing fee is found paid or waived, a note of it goes on the record \
                  (FEE, FEEW).",
        follow: notices::of_fee,
    },
    Policy {
        name: "DeadlinesFromOrders",
        meaning: "An order that wants something done by a date (OF, OAP, OAPF) sets a deadline \
                  when it is served.",
        follow: orders::set_deadlines,
    },
    Policy {
        name: "JudgeReset",
        meaning: "A case that comes to the general docket goes back to the Chief Judge.",
        follow: trial::reset_judge,
    },
    Policy {
        name: "DropTrialSession",
        meaning: "A case that leaves Calendared, or is closed, leaves its trial session.",
        follow: trial::drop_session,
    },
    Policy {
        name: "AutomaticBlocking",
        meaning: "A case with an open deadline or a pending entry is kept from trial, unless it \
                  has a trial date or high priority; when it has none any more, it no longer is.",
        follow: trial::block_automatically,
    },
];

/// The policy that gives a group a new lead, or dissolves it, when cases leave it. It is part
/// of deciding over a group, for it is about cases that the command doesn't name.
pub const LEAD_ELECTION: &str = "LeadElection";

/// Who acts when a policy does.
pub const ACTOR: &str = "casefold";

impl Policy {
    /// What the policy does on an occasion to the case as it stands after it; nothing, where
    /// it has nothing to do.
    pub fn follow(
        &self,
        occasion: &Occasion<'_>,
        after: &Case,
        ids: &mut dyn Iterator<Item = Uuid>,
    ) -> Vec<CaseEvent> {
        let mut draft = Draft::on(after, occasion.at, ids);
        (self.follow)(occasion, after, &mut draft);
        draft.into_events()
    }
}

/// The user id of [`ACTOR`].
pub fn actor() -> UserId {
    // The name is an id by its form; the nil UUID, which is one as well, never stands in.
    UserId::new(ACTOR).unwrap_or_else(|_| UserId::from(Uuid::nil()))
}

/// The digest that stands for a command's body in a policy's commit.
pub fn digest(policy: &str, cause: CommitRef) -> Digest {
    let (case, version) = (cause.docket_number.to_string(), cause.version.0.to_string());
    let fields = [policy.as_bytes(), case.as_bytes(), version.as_bytes()];
    Digest::of_fields("casefold.policy.v1", fields)
}

/// The command id of a policy's commit: one for each cause, so that a policy acts once on it.
pub fn command_id(policy: &str, cause: CommitRef) -> CommandId {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest(policy, cause).as_bytes()[..16]);
    CommandId::from(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
