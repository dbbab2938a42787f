use proptest::prelude::*;

use super::*;
use crate::Salt;

fn leaf(number: u64) -> Commitment {
    Commitment::to(&Salt::from_bytes([3; 32]), &number.to_be_bytes())
}

fn tree(size: u64) -> Tree {
    let mut tree = Tree::new();
    for number in 0..size {
        assert_eq!(tree.push(&leaf(number)), number);
    }
    tree
}

/// MTH of RFC 9162, section 2.1.1, as it is written there.
fn defined_root(leaves: &[Commitment]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [one] => one.leaf_hash(),
        many => {
            let cut = (1..many.len()).filter(|width| width.is_power_of_two()).max().unwrap();
            node_hash(&defined_root(&many[..cut]), &defined_root(&many[cut..]))
        }
    }
}

/// SUBPROOF of RFC 9162, section 2.1.4.1, as it is written there.
fn defined_consistency(old: usize, leaves: &[Commitment], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![defined_root(leaves)] };
    }
    let cut = (1..leaves.len()).filter(|width| width.is_power_of_two()).max().unwrap();
    let (left, right) = leaves.split_at(cut);
    if old <= cut {
        let mut path = defined_consistency(old, left, whole);
        path.push(defined_root(right));
        path
    } else {
        let mut path = defined_consistency(old - cut, right, false);
        path.push(defined_root(left));
        path
    }
}

#[test]
fn roots_and_consistency_are_those_of_the_standard_at_every_size() {
    let whole = tree(70);
    let leaves: Vec<Commitment> = (0..70).map(leaf).collect();
    for size in 0..=70 {
        let prefix = &leaves[..usize::try_from(size).unwrap()];
        assert_eq!(whole.root_at(size).unwrap(), defined_root(prefix), "{size}");
        assert_eq!(tree(size).root(), defined_root(prefix), "{size}");
        for old in 1..=size {
            let proof = whole.consistency(old, size).unwrap();
            let defined = defined_consistency(usize::try_from(old).unwrap(), prefix, true);
            assert_eq!(proof.hashes(), defined, "{old} of {size}");
        }
    }
}

#[test]
fn every_proof_of_a_small_tree_verifies_and_no_proof_verifies_elsewhere() {
    let tree = tree(21);
    for size in 1..=21 {
        let root = tree.root_at(size).unwrap();
        for index in 0..size {
            let proof = tree.inclusion(index, size).unwrap();
            for (other, at) in (0..21).flat_map(|other| (0..22).map(move |at| (other, at))) {
                let holds = proof.verify(&leaf(other), at, size, &root);
                assert_eq!(holds, other == index && at == index, "{index} of {size} at {at}");
            }
        }
    }
}

#[test]
fn what_is_not_there_has_no_proof() {
    let tree = tree(5);
    assert_eq!(tree.inclusion(5, 5), Err(OutOfRange { asked: 5, limit: 4 }));
    assert_eq!(tree.inclusion(0, 6), Err(OutOfRange { asked: 6, limit: 5 }));
    assert_eq!(tree.inclusion(0, 0), Err(OutOfRange { asked: 0, limit: 0 }));
    assert_eq!(tree.consistency(3, 2), Err(OutOfRange { asked: 3, limit: 2 }));
    assert_eq!(tree.root_at(6), Err(OutOfRange { asked: 6, limit: 5 }));
}

#[test]
fn a_proof_at_a_million_leaves_is_twenty_hashes() {
    let tree = tree(1 << 20);
    let proof = tree.inclusion(777_777, 1 << 20).unwrap();
    assert_eq!(proof.hashes().len(), 20);
    assert!(proof.verify(&leaf(777_777), 777_777, 1 << 20, &tree.root()));
}

proptest! {
    #[test]
    fn a_tree_is_the_beginning_of_each_later_one_and_of_no_other(
        sizes in (1_u64..300, 0_u64..300),
        spoiled in any::<prop::sample::Index>(),
        bit in 0_usize..256,
    ) {
        let (old, new) = (sizes.0.min(sizes.0 + sizes.1), sizes.0 + sizes.1);
        let tree = tree(new);
        let roots = (tree.root_at(old).unwrap(), tree.root());
        let proof = tree.consistency(old, new).unwrap();
        prop_assert!(proof.verify((old, &roots.0), (new, &roots.1)));
        if !proof.hashes().is_empty() {
            let mut hashes = proof.hashes().to_vec();
            let at = spoiled.index(hashes.len());
            let mut bytes = *hashes[at].as_bytes();
            bytes[bit / 8] ^= 1 << (bit % 8);
            hashes[at] = Digest::from_bytes(bytes);
            let spoiled = ConsistencyProof::from_hashes(hashes);
            prop_assert!(!spoiled.verify((old, &roots.0), (new, &roots.1)));
        }
        let short = ConsistencyProof::from_hashes(Vec::new());
        prop_assert_eq!(short.verify((old, &roots.0), (new, &roots.1)), old == new);
    }

    #[test]
    fn any_hashes_as_proofs_are_answered(
        hashes in prop::collection::vec(any::<[u8; 32]>(), 0..80),
        places in (any::<u64>(), any::<u64>()),
    ) {
        let hashes: Vec<Digest> = hashes.into_iter().map(Digest::from_bytes).collect();
        let root = leaf(1).leaf_hash();
        let inclusion = InclusionProof::from_hashes(hashes.clone());
        prop_assert!(!inclusion.verify(&leaf(2), places.0, places.1, &root));
        let consistency = ConsistencyProof::from_hashes(hashes);
        let empty = Digest::of(b"empty");
        prop_assert!(!consistency.verify((places.0, &root), (places.1, &empty)));
    }
}
