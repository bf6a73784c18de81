//! The trees.

use casefold_events::Digest;
use casefold_events::proof::merkle::{self, Peaks, leaf, path, root, root_by_path};
use proptest::prelude::*;

/// The leaves of the reference implementation's tests, in hexadecimal digits.
const INPUTS: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// The roots of the trees of the first 0, 1, 2 … of them.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn digest(text: &str) -> Digest {
    text.parse().unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let (pairs, _) = hex.as_bytes().as_chunks::<2>();
    pairs
        .iter()
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn inputs() -> Vec<Digest> {
    INPUTS.iter().map(|input| leaf(&bytes(input))).collect()
}

fn some_leaves(count: usize) -> Vec<Digest> {
    (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
}

#[test]
fn roots_are_those_of_the_reference_implementation() {
    let leaves = inputs();
    for (size, expected) in ROOTS.iter().enumerate() {
        assert_eq!(root(&leaves[..size]), digest(expected), "of {size} leaves");
    }
}

#[test]
fn paths_are_those_of_the_reference_implementation() {
    let leaves = inputs();
    let expected = |texts: &[&str]| Some(texts.iter().map(|text| digest(text)).collect());
    assert_eq!(
        path(&leaves, 0),
        expected(&[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ])
    );
    assert_eq!(
        path(&leaves, 5),
        expected(&[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ])
    );
    assert_eq!(
        path(&leaves[..3], 2),
        expected(&["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"])
    );
    assert_eq!(path(&leaves[..1], 0), Some(Vec::new()));
}

#[test]
fn every_leaf_of_every_size_has_a_path_to_the_root_and_no_other_place_has_it() {
    for size in 1..=70 {
        let leaves = some_leaves(size);
        let expected = Some(root(&leaves));
        for (index, leaf) in leaves.iter().enumerate() {
            let path = path(&leaves, index).unwrap();
            let (at, of) = (index as u64, size as u64);
            assert_eq!(root_by_path(*leaf, at, of, &path), expected, "{at} of {of}");
            for other in (0..of).filter(|other| *other != at) {
                assert_ne!(root_by_path(*leaf, other, of, &path), expected);
            }
            assert_eq!(root_by_path(*leaf, of, of, &path), None);
            let longer = [&path[..], &[*leaf]].concat();
            assert_eq!(root_by_path(*leaf, at, of, &longer), None);
            if let Some((_, shorter)) = path.split_last() {
                assert_ne!(root_by_path(*leaf, at, of, shorter), expected);
            }
        }
        assert_eq!(path(&leaves, size), None);
    }
    assert_eq!(root_by_path(leaf(b"x"), 0, 0, &[]), None);
}

#[test]
fn a_tree_that_grows_has_the_root_of_the_whole_at_every_size() {
    let leaves = some_leaves(300);
    let mut grown = Peaks::default();
    for (size, leaf) in leaves.iter().enumerate() {
        assert_eq!(grown.root(), root(&leaves[..size]), "of {size} leaves");
        assert_eq!(grown.peaks().len(), size.count_ones() as usize);
        let stored = Peaks::new(grown.size(), grown.peaks().to_vec()).unwrap();
        assert_eq!(stored, grown);
        assert_eq!(Peaks::new(grown.size() + 1, vec![*leaf; 64]), None);
        grown.push(*leaf);
    }
}

#[test]
fn a_leaf_is_never_taken_for_a_node() {
    let (left, right) = (leaf(b"left"), leaf(b"right"));
    let both = [left.as_bytes().as_slice(), right.as_bytes()].concat();
    assert_ne!(leaf(&both), merkle::node(&left, &right));
}

proptest! {
    #[test]
    fn any_changed_byte_of_a_leaf_or_of_its_path_leads_to_another_root(
        size in 1..200_usize,
        place in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        byte in 0..32_usize,
        change in 1..=255_u8,
    ) {
        let leaves = some_leaves(size);
        let index = place.index(size);
        let mut hashes = path(&leaves, index).unwrap();
        hashes.push(leaves[index]);
        let at = at.index(hashes.len());
        let mut changed = *hashes[at].as_bytes();
        changed[byte] ^= change;
        hashes[at] = Digest::from(changed);
        let leaf = hashes.pop().unwrap();
        let found = root_by_path(leaf, index as u64, size as u64, &hashes);
        prop_assert_ne!(found, Some(root(&leaves)));
    }
}
