//! Ids that an old payload lacks.

use uuid::{Builder, Uuid};

use crate::commit::Digest;

/// An id (a UUID of version 8) for what stands at a place of a payload. It follows from the
/// payload's text and the place alone, so whoever lifts the payload, whenever, gives the same
/// id; two cases get the same id only where their payloads are the same byte for byte.
pub(super) fn derived_id(payload: &str, place: &str) -> Uuid {
    let fields = [payload.as_bytes(), place.as_bytes()];
    let digest = Digest::of_fields("casefold.upcast.id", fields);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lifted payloads are never stored, so this value is what keeps ids the same from build
    /// to build.
    #[test]
    fn a_derived_id_is_pinned() {
        assert_eq!(
            derived_id("{}", "contactPrimary").to_string(),
            "436a31f6-03df-8119-ab2a-87d92e4fc827"
        );
        assert_ne!(
            derived_id("{}", "contactPrimary"),
            derived_id("{}", "contactSecondary")
        );
    }
}
