//! What somebody may do to items of commits who may write there, and repeats itself by its seed.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::support::Item;

/// Chance that repeats itself (SplitMix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, some: &'a [T]) -> &'a T {
        &some[self.below(some.len())]
    }
}

/// Everything over which a commit's hash is made, and the hash. An event's attributes have the
/// list's name before theirs.
pub(crate) const HASHED: [&str; 16] = [
    "prev_hash",
    "hash",
    "command_id",
    "command",
    "command_digest",
    "actor",
    "role",
    "recorded_at",
    "effective_at",
    "correlation_id",
    "causation_id",
    "committed_with",
    "events.id",
    "events.type",
    "events.v",
    "events.payload",
];

/// Changes one byte of an attribute; `false` where the commit has none of that name.
pub(crate) fn change_byte(item: &mut Item, attribute: &str, chance: &mut Chance) -> bool {
    if let Some(of_event) = attribute.strip_prefix("events.") {
        let Some(AttributeValue::L(events)) = item.get_mut("events") else {
            return false;
        };
        let nth = chance.below(events.len());
        let AttributeValue::M(event) = &mut events[nth] else {
            return false;
        };
        return change_value(event.get_mut(of_event).unwrap(), chance);
    }
    // A commit that holds from when it is recorded names that time once: another is put beside it.
    if attribute == "effective_at" && !item.contains_key(attribute) {
        let recorded_at = item["recorded_at"].clone();
        item.insert(attribute.to_owned(), recorded_at);
    }
    match item.get_mut(attribute) {
        None => false,
        Some(AttributeValue::L(list)) => {
            let nth = chance.below(list.len());
            change_value(&mut list[nth], chance)
        }
        Some(value) => change_value(value, chance),
    }
}

fn change_value(value: &mut AttributeValue, chance: &mut Chance) -> bool {
    match value {
        AttributeValue::S(text) => {
            *text = change_text(text, chance);
            true
        }
        AttributeValue::N(number) => {
            // Nothing but digits is a number.
            let other = (number.as_bytes()[0] - b'0' + 1 + chance.below(9) as u8) % 10;
            *number = other.to_string();
            true
        }
        AttributeValue::B(bytes) => {
            let mut changed = bytes.clone().into_inner();
            let at = chance.below(changed.len());
            changed[at] ^= 1 << chance.below(8);
            *bytes = Blob::new(changed);
            true
        }
        _ => false,
    }
}

/// A text with another byte in one place. A byte that makes it no text any more can't be stored,
/// so there any other ASCII character takes the place of a whole one.
fn change_text(text: &str, chance: &mut Chance) -> String {
    let at = chance.below(text.len());
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 1 << chance.below(8);
    if let Ok(changed) = String::from_utf8(bytes) {
        return changed;
    }
    let at = (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap();
    let old = text[at..].chars().next().unwrap();
    let new = loop {
        let new = char::from(chance.below(128) as u8);
        if new != old {
            break new;
        }
    };
    format!("{}{new}{}", &text[..at], &text[at + old.len_utf8()..])
}

/// Gives the contents of two items to one another's keys.
pub(crate) fn swap(one: &mut Item, other: &mut Item) {
    std::mem::swap(one, other);
    for key in ["pk", "sk"] {
        let of_one = one[key].clone();
        let of_other = other.insert(key.to_owned(), of_one).unwrap();
        one.insert(key.to_owned(), of_other);
    }
}

/// Puts two events of a commit in one another's place; `false` where it has but one.
pub(crate) fn swap_events(item: &mut Item, chance: &mut Chance) -> bool {
    let Some(AttributeValue::L(events)) = item.get_mut("events") else {
        return false;
    };
    if events.len() < 2 {
        return false;
    }
    let one = chance.below(events.len() - 1);
    events.swap(one, one + 1);
    true
}
