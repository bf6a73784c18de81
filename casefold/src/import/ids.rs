//! Ids that are derived from the source, so that importing it again gives the same ones.

use casefold_events::{CommandId, Digest, DocketNumber, EventId};
use uuid::{Builder, Uuid};

/// A UUID (version 8) from some fields: always the same from the same.
fn derive(domain: &str, fields: &[&[u8]]) -> Uuid {
    let digest = Digest::of_fields(domain, fields.iter().copied());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// An id within a case: the source's own where that is a UUID, or else one derived from the
/// docket number and the source's.
pub(super) fn id_in_case(case: DocketNumber, source_id: &str) -> Uuid {
    Uuid::try_parse(source_id).unwrap_or_else(|_| derived_in_case(case, source_id))
}

/// An id in the whole court: the source's own where that is a UUID, or else one derived from
/// it.
pub(super) fn id_in_court(source_id: &str) -> Uuid {
    let derived = || derive("casefold.import.court-id", &[source_id.as_bytes()]);
    Uuid::try_parse(source_id).unwrap_or_else(|_| derived())
}

/// An id within a case that the source doesn't have, or has twice.
pub(super) fn derived_in_case(case: DocketNumber, source_id: &str) -> Uuid {
    derive(
        "casefold.import.id",
        &[case.to_string().as_bytes(), source_id.as_bytes()],
    )
}

/// The id of the command that makes a step of an import, the first being 1. It names the
/// source by its digest, so another source of the same case makes other commands.
pub(super) fn command_id(
    source_digest: Digest,
    case: DocketNumber,
    step: usize,
) -> Option<CommandId> {
    CommandId::new(format!("{}:{case}:{step}", import_name(source_digest))).ok()
}

/// What ties the commits of one case's import together.
pub(super) fn import_name(source_digest: Digest) -> String {
    let digest = source_digest.to_string();
    format!("import:{}", &digest[..16])
}

/// The id of a step's event.
pub(super) fn event_id(command: &CommandId, at: usize) -> EventId {
    EventId(derive(
        "casefold.import.event",
        &[command.as_str().as_bytes(), &at.to_be_bytes()],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_a_uuid_is_kept_and_another_is_derived_from_it_always_the_same() {
        let case = DocketNumber::new(101, 20).unwrap();
        let other = DocketNumber::new(102, 20).unwrap();
        let kept = "b1aa4aa2-c214-424c-8870-d0049c5744d8";
        assert_eq!(id_in_case(case, kept).to_string(), kept);
        let derived = id_in_case(case, "entry-7");
        assert_eq!(derived, id_in_case(case, "entry-7"));
        assert_ne!(derived, id_in_case(case, "entry-8"));
        assert_ne!(derived, id_in_case(other, "entry-7"));
        assert_eq!(derived.get_version_num(), 8);
    }
}
