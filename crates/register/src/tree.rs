//! The tree of RFC 9162 section 2.1 over the leaves of all entries: SHA-256, 0x00 before a leaf,
//! 0x01 before the hashes of two halves.
//!
//! `ct-merkle` knows which nodes a proof needs and checks proofs. Its own tree is not used: it
//! answers the root of its present size only, while a statement about an earlier moment carries
//! the root of that moment, and it recomputes a whole path for every leaf of a bulk import.

use ct_merkle::{ConsistencyProof, RootHash, indices_for_consistency_proof};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// The size of the log and the root of its tree: what is printed on statements, exports and
/// backups, as `SIZE:ROOT` with the root in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// The number of entries.
    pub size: u64,
    pub root: Hash,
}

impl TreeHead {
    /// Whether `proof` (from [`Picture::consistency`](crate::Picture::consistency)) shows that the
    /// log of this head begins with the whole log of the `earlier` one.
    pub fn continues(&self, earlier: &TreeHead, proof: &[Hash]) -> bool {
        if earlier.size == 0 {
            return proof.is_empty() && earlier.root == empty_root();
        }
        let rfc = |head: &TreeHead| RootHash::<Sha256>::new(head.root.into(), head.size);
        let proof: Vec<_> = proof.iter().map(|&hash| hash.into()).collect();
        rfc(self)
            .verify_consistency(&rfc(earlier), &ConsistencyProof::from_digests(&proof))
            .is_ok()
    }
}

impl fmt::Display for TreeHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.size, hex::encode(self.root))
    }
}
impl fmt::Debug for TreeHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text that is no tree head.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a tree head: write SIZE:ROOT as printed, a number and 64 hexadecimal digits")]
pub struct NotATreeHead(pub String);

impl FromStr for TreeHead {
    type Err = NotATreeHead;
    fn from_str(text: &str) -> Result<TreeHead, NotATreeHead> {
        let parse = || {
            let (size, root) = text.split_once(':')?;
            let mut head = TreeHead {
                size: size.parse().ok()?,
                root: [0; 32],
            };
            hex::decode_to_slice(root, &mut head.root).ok()?;
            Some(head)
        };
        parse().ok_or_else(|| NotATreeHead(text.into()))
    }
}

/// The hash of a leaf's bytes.
pub(crate) fn leaf_hash(bytes: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(bytes)
        .finalize()
        .into()
}

fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// Every complete subtree: at level `k`, place `i`, the hash over the leaves `i * 2^k` up to
/// `(i + 1) * 2^k`. An append costs two hashes on average and any earlier root a few.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    pub(crate) fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    pub(crate) fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            match row.as_chunks::<2>() {
                ([.., [left, right]], []) => hash = node_hash(left, right),
                _ => return,
            }
        }
    }

    /// The head when the log had `size` entries; `size` is at most the present one.
    pub(crate) fn head(&self, size: u64) -> TreeHead {
        let root = if size == 0 {
            empty_root()
        } else {
            self.span(0, size)
        };
        TreeHead { size, root }
    }

    /// The hashes that prove that the tree of `newer` leaves begins with the one of `older`;
    /// `older <= newer`, and `newer` is at most the present size.
    pub(crate) fn consistency(&self, older: u64, newer: u64) -> Vec<Hash> {
        if older == 0 {
            return Vec::new();
        }
        // The positions are those of RFC 9420 appendix C: the trailing one bits tell the level.
        let node = |position: u64| {
            let width = 1 << position.trailing_ones();
            let start = (position + 1 - width) / 2;
            self.span(start, newer.min(start + width))
        };
        indices_for_consistency_proof(older, newer - older)
            .into_iter()
            .map(node)
            .collect()
    }

    /// The hash over the leaves from `start` up to `end`, where `start` is a multiple of the
    /// smallest power of two that covers the span.
    fn span(&self, start: u64, end: u64) -> Hash {
        let width = end - start;
        if width.is_power_of_two() {
            return self.levels[width.ilog2() as usize][(start / width) as usize];
        }
        let middle = start + (1 << width.ilog2());
        node_hash(&self.span(start, middle), &self.span(middle, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;

    /// The leaves and roots of the reference tests of Certificate Transparency.
    const VECTORS: [(&str, &str); 8] = [
        (
            "",
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        ),
        (
            "00",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        ),
        (
            "10",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        ),
        (
            "2021",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
        (
            "3031",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        ),
        (
            "40414243",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        ),
        (
            "5051525354555657",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        ),
        (
            "606162636465666768696a6b6c6d6e6f",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ),
    ];

    #[test]
    fn the_reference_roots() {
        let mut tree = Tree::default();
        for (leaf, root) in VECTORS {
            tree.push(leaf_hash(&hex::decode(leaf).expect("hexadecimal")));
            assert_eq!(hex::encode(tree.head(tree.size()).root), root);
        }
        for (size, (_, root)) in (1..).zip(VECTORS) {
            assert_eq!(hex::encode(tree.head(size).root), root, "an earlier root");
        }
    }

    #[test]
    fn heads_are_written_and_read() {
        let head = TreeHead {
            size: 7,
            root: [0xab; 32],
        };
        assert_eq!(head.to_string().parse(), Ok(head));
        for text in [
            "",
            "7",
            "7:ab",
            "x:00",
            &format!("-1:{}", "0".repeat(64)),
            &format!("7:{}", "0".repeat(65)),
        ] {
            assert!(text.parse::<TreeHead>().is_err(), "{text}");
        }
    }

    fn tree(size: u64) -> Tree {
        let mut tree = Tree::default();
        (0..size).for_each(|leaf| tree.push(leaf_hash(&leaf.to_be_bytes())));
        tree
    }

    proptest! {
        #[test]
        fn the_same_roots_and_proofs_as_the_library(newer in 1u64..300, cut in 0.0..1.0f64) {
            let older = 1 + ((newer - 1) as f64 * cut) as u64;
            let mut library = MemoryBackedTree::<Sha256, [u8; 8]>::new();
            (0..newer).for_each(|leaf| library.push(leaf.to_be_bytes()));
            let tree = tree(newer);
            prop_assert_eq!(tree.head(newer).root, <Hash>::from(*library.root().as_bytes()));
            let proof = library.prove_consistency((newer - older) as usize);
            prop_assert_eq!(tree.consistency(older, newer).concat(), proof.as_bytes());
        }

        #[test]
        fn a_proof_holds_between_any_two_sizes_and_no_other_log(one in 0u64..300, other in 0u64..300, bit in 0usize..256) {
            let (older, newer) = (one.min(other), one.max(other));
            let tree = tree(newer);
            let (earlier, later) = (tree.head(older), tree.head(newer));
            let proof = tree.consistency(older, newer);
            prop_assert!(later.continues(&earlier, &proof));

            let mut forged = earlier;
            forged.root[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!later.continues(&forged, &proof));
            if older > 0 && older < newer {
                prop_assert!(!earlier.continues(&later, &proof));
            }
        }
    }
}
