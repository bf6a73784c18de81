//! Packing a whole case, and heads of milestones.

use casefold_events::Version;
use casefold_shared::milestone::{PackError, at_or_before, pack, unpack};
use proptest::prelude::*;

use crate::acts::{fold, history, plans};

proptest! {
    #[test]
    fn a_case_that_is_packed_and_unpacked_is_the_same(plans in plans(0..12)) {
        let case = fold(&history("101-26".parse().unwrap(), &plans));
        prop_assert_eq!(unpack(&pack(&case).unwrap()).unwrap(), case);
    }

    #[test]
    fn what_is_damaged_is_never_taken_for_a_case(plans in plans(0..6), at in any::<usize>()) {
        let case = fold(&history("101-26".parse().unwrap(), &plans));
        let mut packed = pack(&case).unwrap();
        let at = at % packed.len();
        packed[at] ^= 0x55;
        if let Ok(unpacked) = unpack(&packed) {
            prop_assert_eq!(unpacked, case, "what was flipped was of no account");
        }
    }
}

#[test]
fn what_is_cut_off_or_of_another_form_is_refused() {
    let case = fold(&history("101-26".parse().unwrap(), &[]));
    let packed = pack(&case).unwrap();
    assert!(matches!(
        unpack(&packed[..packed.len() / 2]),
        Err(PackError::Compression(_))
    ));
    assert!(matches!(unpack(b""), Err(PackError::Compression(_))));
}

#[test]
fn a_milestone_stands_at_each_multiple() {
    let before = |version| at_or_before(Version(version), 256).0;
    assert_eq!(
        [0, 1, 255, 256, 257, 511, 512].map(before),
        [0, 0, 0, 256, 256, 256, 512]
    );
}
