use expect_test::expect;

use super::*;
use crate::{Commitment, Salt};

fn key() -> SigningKey {
    SigningKey::from_seed("wealdmere.example", &[1; 32]).unwrap()
}

fn tree() -> Tree {
    let mut tree = Tree::new();
    for number in 0..3_u8 {
        tree.push(&Commitment::to(&Salt::from_bytes([number; 32]), &[number]));
    }
    tree
}

fn note() -> String {
    Checkpoint::of("wealdmere.example/log", &tree()).unwrap().sign(&key())
}

#[test]
fn a_checkpoint_and_its_key_have_these_bytes() {
    expect![[r"
        wealdmere.example/log
        3
        J06SzdA8dguNwRlnn4E6QK7jEMWNEvQlbpVIz+zEWt0=

        — wealdmere.example LxypL46f686vkKURBh5Nk9mN0Yek7dzpkvWMK1Cl7WacHmljLm8gD0PLCN1Q/Zd/slGM3wkJf41fO1Uw21fkYbs83w0=
    "]]
    .assert_eq(&note());
    expect!["wealdmere.example+2f1ca92f+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"]
        .assert_eq(&key().verifying_key().to_string());
}

/// The example in the documentation of Go's `golang.org/x/mod/sumdb/note`, whose form this is.
#[test]
fn a_key_and_a_signature_of_another_maker_are_read() {
    let written = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let key: VerifyingKey = written.parse().unwrap();
    assert_eq!(key.to_string(), written);
    let text = "If you think cryptography is the answer to your problem,\n\
                then you don't know what your problem is.\n";
    let signed = STANDARD
        .decode("x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=")
        .unwrap();
    assert_eq!(signed[..4], key.id());
    assert!(key.verifies(text.as_bytes(), signed[4..].try_into().unwrap()));
    assert!(!key.verifies(b"another text", signed[4..].try_into().unwrap()));
}

#[test]
fn a_note_opens_with_its_key_alone_and_only_whole() {
    let key = key().verifying_key();
    let opened = Checkpoint::open(&note(), &key).unwrap();
    assert_eq!(opened, Checkpoint::of("wealdmere.example/log", &tree()).unwrap());
    let other = SigningKey::from_seed("wealdmere.example", &[2; 32]).unwrap().verifying_key();
    assert_eq!(Checkpoint::open(&note(), &other), Err(NoteError::Unsigned));
    let bytes = note().into_bytes();
    for at in 0..bytes.len() {
        let mut spoiled = bytes.clone();
        spoiled[at] ^= 1;
        let Ok(spoiled) = String::from_utf8(spoiled) else { continue };
        assert!(Checkpoint::open(&spoiled, &key).is_err(), "byte {at}");
    }
    for length in 0..bytes.len() {
        let Ok(cut) = std::str::from_utf8(&bytes[..length]) else { continue };
        assert!(Checkpoint::open(cut, &key).is_err(), "cut to {length} bytes");
    }
}

#[test]
fn signatures_of_others_beside_it_are_passed_over() {
    let witness = SigningKey::from_seed("witness.example", &[9; 32]).unwrap();
    let beside = Checkpoint::of("wealdmere.example/log", &tree()).unwrap().sign(&witness);
    let line = beside.lines().last().unwrap();
    let both = format!("{}{line}\n", note());
    assert!(Checkpoint::open(&both, &key().verifying_key()).is_ok());
    assert!(Checkpoint::open(&both, &witness.verifying_key()).is_ok());
}

#[test]
fn what_is_signed_but_no_checkpoint_is_refused() {
    for text in [
        "origin\n3\n",
        "origin\n03\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n+3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n18446744073709551616\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "origin\n3\nAAAA\n",
        "\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    ] {
        let key = key();
        let mut signed = key.verifying_key().id().to_vec();
        signed.extend_from_slice(&key.sign(text.as_bytes()));
        let note = format!("{text}\n{SIGNATURE}{} {}\n", key.name.0, STANDARD.encode(signed));
        assert!(Checkpoint::open(&note, &key.verifying_key()).is_err(), "{text}");
    }
    let long = format!("{}{}", "x".repeat(MAX_NOTE_BYTES), note());
    assert_eq!(Checkpoint::open(&long, &key().verifying_key()), Err(NoteError::Form));
    assert_eq!(SigningKey::from_seed("two words", &[0; 32]).unwrap_err(), NoteError::Name);
    assert_eq!("a+00000000+AQ==".parse::<VerifyingKey>(), Err(NoteError::Key));
    assert_eq!(format!("{:?}", key()), "SigningKey(wealdmere.example, ..)");
}
