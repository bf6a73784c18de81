//! Several sequences, each in order, as one. Pure.

use std::collections::VecDeque;

use crate::gateway::SortOrder;

/// Merges what comes page by page from several shards. An item is given once every shard that
/// could still have an earlier one has been read so far.
#[derive(Debug)]
pub struct Merge<K, T> {
    order: SortOrder,
    shards: Vec<Shard<K, T>>,
}

#[derive(Debug)]
struct Shard<K, T> {
    items: VecDeque<(K, T)>,
    is_at_end: bool,
}

impl<K: Ord + Copy, T> Merge<K, T> {
    /// A merge of so many shards, of which nothing has been read.
    pub fn new(shards: usize, order: SortOrder) -> Self {
        let shard = |_| Shard {
            items: VecDeque::new(),
            is_at_end: false,
        };
        Self {
            order,
            shards: (0..shards).map(shard).collect(),
        }
    }

    /// The shards that must be read on before the next item can be told.
    pub fn wanting(&self) -> Vec<usize> {
        let shards = self.shards.iter().enumerate();
        let wanting = shards.filter(|(_, it)| it.items.is_empty() && !it.is_at_end);
        wanting.map(|(at, _)| at).collect()
    }

    /// Adds what was read of a shard, in order, and whether that was its end.
    pub fn add(&mut self, shard: usize, items: Vec<(K, T)>, is_at_end: bool) {
        if let Some(shard) = self.shards.get_mut(shard) {
            shard.items.extend(items);
            shard.is_at_end = is_at_end;
        }
    }

    /// Whether nothing is left, in any shard.
    pub fn is_at_end(&self) -> bool {
        self.shards
            .iter()
            .all(|it| it.items.is_empty() && it.is_at_end)
    }
}

/// Gives the next item; `None` where a shard must be read first, or all are at their end.
impl<K: Ord + Copy, T> Iterator for Merge<K, T> {
    type Item = (K, T);

    fn next(&mut self) -> Option<(K, T)> {
        if !self.wanting().is_empty() {
            return None;
        }
        let fronts = self.shards.iter().enumerate();
        let fronts = fronts.filter_map(|(at, shard)| Some((shard.items.front()?.0, at)));
        let (_, at) = match self.order {
            SortOrder::Ascending => fronts.min(),
            SortOrder::Descending => fronts.max(),
        }?;
        self.shards.get_mut(at)?.items.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_merged_is_in_order_and_whole_however_it_comes(
            numbers in prop::collection::btree_set(0_u32..10_000, 0..200),
            shards in 1_usize..9,
            page in 1_usize..20,
            descending: bool,
        ) {
            let order = if descending { SortOrder::Descending } else { SortOrder::Ascending };
            let mut expected: Vec<_> = numbers.into_iter().collect();
            if descending {
                expected.reverse();
            }
            let mut rest: Vec<Vec<u32>> = vec![Vec::new(); shards];
            for number in &expected {
                rest[*number as usize * 7 % shards].push(*number);
            }
            let mut merge = Merge::new(shards, order);
            let mut merged = Vec::new();
            while !merge.is_at_end() {
                for shard in merge.wanting() {
                    let read = page.min(rest[shard].len());
                    let left = rest[shard].split_off(read);
                    let read = std::mem::replace(&mut rest[shard], left);
                    let read = read.into_iter().map(|number| (number, ())).collect();
                    merge.add(shard, read, rest[shard].is_empty());
                }
                merged.extend(merge.by_ref().map(|(number, ())| number));
            }
            prop_assert_eq!(merged, expected);
        }
    }
}
