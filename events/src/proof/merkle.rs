//! The hash trees of RFC 6962, section 2.1 (and RFC 9162, section 2.1): SHA-256, a leaf hashed
//! behind the byte 0 and a node behind the byte 1, a tree split at the largest power of two below
//! its size.
//!
//! Functions take the hashes of leaves ([`leaf`]), not what they are made of.

use crate::commit::Digest;

const LEAF: u8 = 0x00;
const NODE: u8 = 0x01;

/// The hash of a leaf.
pub fn leaf(data: &[u8]) -> Digest {
    let mut bytes = Vec::with_capacity(1 + data.len());
    bytes.push(LEAF);
    bytes.extend_from_slice(data);
    Digest::of(&bytes)
}

/// The hash of a node from those of its two halves.
pub fn node(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [NODE; 65];
    bytes[1..33].copy_from_slice(left.as_bytes());
    bytes[33..].copy_from_slice(right.as_bytes());
    Digest::of(&bytes)
}

/// The root of a tree of these leaves: the digest of nothing where there are none.
pub fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(&[]),
        [one] => *one,
        some => {
            let (left, right) = some.split_at(split(some.len()));
            node(&root(left), &root(right))
        }
    }
}

/// The path from a leaf to the root of a tree of these leaves: the hashes beside the way, the
/// lowest first. `None` where there is no such leaf.
pub fn path(leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    let mut path = Vec::new();
    (index < leaves.len()).then(|| {
        climb(leaves, index, &mut path);
        path
    })
}

fn climb(leaves: &[Digest], index: usize, path: &mut Vec<Digest>) {
    if leaves.len() < 2 {
        return;
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if index < left.len() {
        climb(left, index, path);
        path.push(root(right));
    } else {
        climb(right, index - left.len(), path);
        path.push(root(left));
    }
}

/// The root to which a path leads from a leaf of this index in a tree of this size. `None` where
/// no tree of the size has such a path. (RFC 9162, section 2.1.3.2.)
pub fn root_by_path(leaf: Digest, index: u64, size: u64, path: &[Digest]) -> Option<Digest> {
    if index >= size {
        return None;
    }
    let (mut at, mut last) = (index, size - 1);
    let mut root = leaf;
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = node(beside, &root);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = node(&root, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// The largest power of two below a size of two or more.
const fn split(size: usize) -> usize {
    1 << (usize::BITS - 1 - (size - 1).leading_zeros())
}

/// A tree that grows by a leaf at a time, as the roots of the perfect trees that it is made of,
/// the largest first: one for each bit of its size. They are all that is needed for the root and
/// for growing further.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peaks {
    size: u64,
    peaks: Vec<Digest>,
}

impl Peaks {
    /// A tree of this size and with these peaks; `None` where a tree of the size has not so many.
    pub fn new(size: u64, peaks: Vec<Digest>) -> Option<Self> {
        (peaks.len() == size.count_ones() as usize).then_some(Self { size, peaks })
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Digest) {
        let mut peak = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                peak = node(&left, &peak);
            }
        }
        self.peaks.push(peak);
        self.size += 1;
    }

    /// How many leaves the tree has.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The peaks, the largest first.
    pub fn peaks(&self) -> &[Digest] {
        &self.peaks
    }

    /// The root of the whole tree.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        let Some(smallest) = peaks.next() else {
            return Digest::of(&[]);
        };
        peaks.fold(*smallest, |right, left| node(left, &right))
    }
}
