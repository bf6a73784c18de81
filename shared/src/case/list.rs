//! Lists of a case that its copies share.
//!
//! A command is decided over a copy of the folded case, and a process keeps folded cases; so
//! copying a case must cost little, however much stands in it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A list of which copies are one, until one of them is [edited](Self::edit). It reads, and is
/// serialized, as the slice of its items.
pub struct SharedList<T>(Option<Arc<Vec<T>>>);

impl<T> SharedList<T> {
    /// A list of nothing, for which nothing is allocated.
    pub const fn new() -> Self {
        Self(None)
    }
}

impl<T: Clone> SharedList<T> {
    /// The items, to be changed. They are copied first where another list shares them.
    pub fn edit(&mut self) -> &mut Vec<T> {
        Arc::make_mut(self.0.get_or_insert_default())
    }

    /// Keeps those of which something holds. Nothing is copied where it holds of all.
    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        if !self.iter().all(&keep) {
            self.edit().retain(keep);
        }
    }
}

impl<T> Deref for SharedList<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
}

impl<'a, T> IntoIterator for &'a SharedList<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> From<Vec<T>> for SharedList<T> {
    fn from(items: Vec<T>) -> Self {
        Self((!items.is_empty()).then(|| Arc::new(items)))
    }
}

impl<T> FromIterator<T> for SharedList<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Vec::from_iter(items).into()
    }
}

// Derived, these would ask the same of the items, though the items are shared.
impl<T> Clone for SharedList<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Default for SharedList<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: PartialEq> PartialEq for SharedList<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for SharedList<T> {}

impl<T: PartialEq, const N: usize> PartialEq<[T; N]> for SharedList<T> {
    fn eq(&self, other: &[T; N]) -> bool {
        **self == *other
    }
}

impl<T: fmt::Debug> fmt::Debug for SharedList<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T: Serialize> Serialize for SharedList<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for SharedList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_is_edited_leaves_the_other_as_it_was() {
        let one = SharedList::from(vec![1, 2]);
        let mut other = one.clone();
        other.edit().push(3);
        assert_eq!((&*one, &*other), ([1, 2].as_slice(), [1, 2, 3].as_slice()));
    }

    #[test]
    fn an_empty_list_is_the_same_however_it_came_about() {
        let mut emptied = SharedList::from(vec![1]);
        emptied.retain(|_| false);
        assert_eq!(emptied, SharedList::new());
        assert_eq!(serde_json::to_string(&emptied).unwrap(), "[]");
        assert_eq!(
            serde_json::from_str::<SharedList<u8>>("[]").unwrap(),
            SharedList::new()
        );
        assert_eq!(format!("{emptied:?}"), "[]");
    }
}
