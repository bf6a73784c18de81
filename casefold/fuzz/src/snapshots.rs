//! Cases, as they stand in the snapshot table and in milestones.

use casefold_shared::case::Case;
use casefold_shared::dynamodb::{case_from_rows, case_to_rows};
use casefold_shared::gateway::Generation;
use casefold_shared::{milestone, packing};
use serde_json::Value;

use crate::Outcome;
use crate::items::item;

/// What deflate makes of one byte at most, with room for what surrounds it.
const MOST_GROWTH: usize = 1_100;

/// A list of rows as JSON; the JSON of a milestone's case; or anything that is packed.
///
/// # Panics
/// Where a case that was read is not the one that is stored.
pub fn snapshot(data: &[u8]) -> Outcome {
    match data.first() {
        Some(b'[') => rows(data),
        Some(b'{') => packing::pack(data).map_or(Outcome::Refused, |packed| milestone(&packed)),
        Some(_) | None => packed(data),
    }
}

fn rows(data: &[u8]) -> Outcome {
    let Ok(values) = serde_json::from_slice::<Vec<Value>>(data) else {
        return Outcome::Refused;
    };
    let Some(rows) = values.into_iter().map(item).collect::<Option<Vec<_>>>() else {
        return Outcome::Refused;
    };
    let Ok(Some(case)) = case_from_rows(rows) else {
        return Outcome::Refused;
    };
    let again = case_to_rows(Generation::OF_CASES, &case).expect("what was read is written");
    let read = case_from_rows(again).expect("what is written is read");
    assert_eq!(read.as_ref(), Some(&case));
    Outcome::Taken
}

fn packed(data: &[u8]) -> Outcome {
    let Ok(bytes) = packing::unpack(data) else {
        return Outcome::Refused;
    };
    assert!(bytes.len() <= data.len() * MOST_GROWTH);
    let again = packing::pack(&bytes).expect("it is packed");
    assert_eq!(packing::unpack(&again).expect("it is unpacked"), bytes);
    milestone(data);
    Outcome::Taken
}

fn milestone(packed: &[u8]) -> Outcome {
    let Ok(case) = milestone::unpack(packed) else {
        return Outcome::Refused;
    };
    same_again(&case);
    Outcome::Taken
}

fn same_again(case: &Case) {
    let packed = milestone::pack(case).expect("a case is packed");
    assert_eq!(&milestone::unpack(&packed).expect("and unpacked"), case);
}
