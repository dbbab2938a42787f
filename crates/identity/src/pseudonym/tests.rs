use proptest::prelude::*;

use super::*;

const ONE: KeyEpoch = KeyEpoch(1);

fn body(name: &str) -> BodyId {
    name.parse().unwrap()
}

fn bytes(hex: &str) -> [u8; 32] {
    *hex.parse::<base::Digest>().unwrap().as_bytes()
}

fn secret(master: &MasterKey, name: &str, epoch: KeyEpoch) -> BodySecret {
    BodySecret::from_shares(&[master.share(&body(name), epoch).unwrap()]).unwrap()
}

fn person(number: u8) -> PersonHandle {
    handle_from_random(&[number; 64]).unwrap()
}

fn permit(from: &str, to: &str) -> Permit {
    Permit::granted_by_gate(body(from), body(to))
}

/// Computed by an independent program written from RFC 9496 and RFC 5869 in plain integers.
#[test]
fn pseudonyms_equal_an_independent_computation() {
    let uniform: [u8; 64] = std::array::from_fn(|place| u8::try_from(place).unwrap());
    let handle = handle_from_random(&uniform).unwrap();
    assert_eq!(
        handle.to_string(),
        "2e7c4964f91f5f2b074a9bc147ef973c08dbe29683746f979f11358065a2d155"
    );
    let (first, second) = (MasterKey::from_bytes([7; 32]), MasterKey::from_bytes([9; 32]));
    for (name, epoch, expected) in [
        ("millbrook", 1, "f6d46712c08b8a8a978896309ae2b3adfaa54fccbe9baa29e807c0844f46655d"),
        ("eastshire", 1, "8ad51e7185c0349b3571ba7de924af61c3190cb06543d43c4e54b99531250158"),
        ("millbrook", 2, "ec7b64ff127bc1168321d7802801179d66bd4b383ab0c4248f309dfc4adb6c6c"),
    ] {
        let id = secret(&first, name, KeyEpoch(epoch)).pseudonym(handle).unwrap();
        assert_eq!(id.to_string(), expected, "{name} {epoch}");
    }
    let shares = [&second, &first].map(|key| key.share(&body("millbrook"), ONE).unwrap());
    let both = BodySecret::from_shares(&shares).unwrap().pseudonym(handle).unwrap();
    let expected = "9aa8dcfcb4e14b244ac99667ace892986614132e2789f1f9c4bbbb9ecaf49b22";
    assert_eq!(both.to_string(), expected);
}

/// RFC 9496, appendix A.1: multiples of the generator.
#[test]
fn a_share_multiplies_as_the_standard_says() {
    let generator = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76";
    let generator = handle_from_slice(&bytes(generator)).unwrap();
    for (factor, expected) in [
        (2, "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"),
        (3, "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259"),
    ] {
        let mut stored = [0; 32];
        stored[0] = factor;
        let share = Share::from_stored(body("millbrook"), ONE, stored).unwrap();
        let id = BodySecret::from_shares(&[share]).unwrap().pseudonym(generator).unwrap();
        assert_eq!(id.to_string(), expected);
    }
}

/// RFC 9496, appendix A.2: encodings that must be refused.
#[test]
fn bytes_that_are_no_persons_point_are_refused() {
    for hex in [
        "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
        "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ] {
        assert_eq!(handle_from_slice(&bytes(hex)), Err(PointError::NotCanonical), "{hex}");
        let raw = PersonHandle::from_bytes(bytes(hex));
        let refused = secret(&MasterKey::from_bytes([1; 32]), "millbrook", ONE).pseudonym(raw);
        assert_eq!(refused, Err(KeyError::Point(PointError::NotCanonical)), "{hex}");
    }
    assert_eq!(handle_from_slice(&[0; 32]), Err(PointError::Identity));
    assert_eq!(sector_id_from_slice(&[0; 32]), Err(PointError::Identity));
    for length in [0, 31, 33] {
        assert_eq!(sector_id_from_slice(&vec![0; length]), Err(PointError::NotCanonical));
    }
}

#[test]
fn shares_that_do_not_belong_together_are_refused() {
    let key = MasterKey::from_bytes([1; 32]);
    let mine = key.share(&body("millbrook"), ONE).unwrap();
    let next = key.share(&body("millbrook"), KeyEpoch(2)).unwrap();
    let other = key.share(&body("eastshire"), ONE).unwrap();
    for stranger in [&next, &other] {
        let mixed = BodySecret::from_shares(&[mine.clone(), stranger.clone()]);
        assert!(matches!(mixed, Err(KeyError::WrongBody { .. })));
        assert!(matches!(mine.without(stranger), Err(KeyError::WrongBody { .. })));
    }
    assert!(matches!(BodySecret::from_shares(&[]), Err(KeyError::ShareCount { count: 0 })));
    let many = vec![mine; MAX_TRANSCRYPTORS + 1];
    assert!(matches!(BodySecret::from_shares(&many), Err(KeyError::ShareCount { count: 9 })));
    let zero = Share::from_stored(body("millbrook"), ONE, [0; 32]);
    assert_eq!(zero.err(), Some(KeyError::Zero));
    let above_the_order = Share::from_stored(body("millbrook"), ONE, [0xff; 32]);
    assert_eq!(above_the_order.err(), Some(KeyError::NotCanonical));
}

#[test]
fn secrets_do_not_print() {
    let key = MasterKey::from_bytes([0xab; 32]);
    let share = key.share(&body("millbrook"), ONE).unwrap();
    let whole = secret(&key, "millbrook", ONE);
    assert_eq!(
        format!("{key:?} {share:?} {whole:?}"),
        "MasterKey(..) Share(millbrook, 1, ..) BodySecret(millbrook, 1, ..)"
    );
}

#[test]
fn a_translation_needs_its_own_permit() {
    let key = MasterKey::from_bytes([3; 32]);
    let [district, county, agency] =
        ["millbrook", "eastshire", "agency"].map(|name| secret(&key, name, ONE));
    let there = district.pseudonym(person(5)).unwrap();
    let leave = || permit("millbrook", "eastshire");
    let carried = translate(leave(), &district, &county, there).unwrap();
    assert_eq!(carried, county.pseudonym(person(5)).unwrap());
    for (from, to) in [(&district, &agency), (&county, &district), (&agency, &county)] {
        let refused = translate(leave(), from, to, there);
        assert!(matches!(refused, Err(KeyError::WrongBody { .. })), "{from:?} {to:?}");
    }
}

/// Two full tables in the hands of somebody without a secret: no row of one equals a row of the
/// other, and putting both in order pairs people no better than chance does.
#[test]
fn two_bodies_tables_do_not_join() {
    let key = MasterKey::from_bytes([3; 32]);
    let table = |name: &str| -> Vec<(SectorPersonId, u8)> {
        let secret = secret(&key, name, ONE);
        let mut rows: Vec<_> =
            (1..=200).map(|number| (secret.pseudonym(person(number)).unwrap(), number)).collect();
        rows.sort_unstable();
        rows
    };
    let (district, county) = (table("millbrook"), table("eastshire"));
    assert_eq!(district, table("millbrook"), "a pseudonym is always the same");
    let known: std::collections::BTreeSet<_> = district.iter().map(|(id, _)| id).collect();
    assert_eq!(known.len(), 200);
    assert!(county.iter().all(|(id, _)| !known.contains(id)));
    let pairs = district.iter().zip(&county).filter(|((_, one), (_, other))| one == other).count();
    assert!(pairs <= 6, "{pairs} pairs; chance gives one");
    // A body's own secret opens nothing either: it gives that body's own points again.
    let own = secret(&key, "millbrook", ONE);
    let reached =
        county.iter().map(|(id, _)| own.pseudonym(PersonHandle::from_bytes(*id.as_bytes())));
    assert!(reached.flatten().all(|id| !known.contains(&id)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// One transcryptor, then two, then up to the most there may be: no pseudonym changes, and
    /// the first operator's old master key no longer gives the secret's factor it keeps.
    #[test]
    fn a_transcryptor_joins_without_changing_a_pseudonym(
        first in any::<[u8; 32]>(),
        newcomers in prop::collection::vec(any::<[u8; 32]>(), 1..MAX_TRANSCRYPTORS),
        random in prop::collection::vec(any::<u8>(), 64),
    ) {
        let handle = handle_from_random(&random.try_into().unwrap()).unwrap();
        let millbrook = body("millbrook");
        let old = MasterKey::from_bytes(first).share(&millbrook, ONE).unwrap();
        let before = BodySecret::from_shares(std::slice::from_ref(&old)).unwrap().pseudonym(handle)?;
        let mut kept = old;
        let mut others = Vec::new();
        for newcomer in newcomers {
            let brought = MasterKey::from_bytes(newcomer).share(&millbrook, ONE).unwrap();
            kept = kept.without(&brought).unwrap();
            others.push(brought);
            let stored = Share::from_stored(millbrook.clone(), ONE, *kept.expose()).unwrap();
            let all: Vec<Share> = others.iter().cloned().chain([stored]).collect();
            prop_assert_eq!(BodySecret::from_shares(&all).unwrap().pseudonym(handle)?, before);
            prop_assert_ne!(BodySecret::from_shares(&others).unwrap().pseudonym(handle)?, before);
        }
    }

    /// There and back again is the same person, by whatever road; a re-key is the next secret.
    #[test]
    fn translations_compose(master in any::<[u8; 32]>(), random in 1_u8..) {
        let key = MasterKey::from_bytes(master);
        let [a, b, c] = ["a", "b", "c"].map(|name| secret(&key, name, ONE));
        let in_a = a.pseudonym(person(random))?;
        let in_b = translate(permit("a", "b"), &a, &b, in_a)?;
        let by_b = translate(permit("b", "c"), &b, &c, in_b)?;
        prop_assert_eq!(by_b, translate(permit("a", "c"), &a, &c, in_a)?);
        prop_assert_eq!(translate(permit("b", "a"), &b, &a, in_b)?, in_a);
        let next = secret(&key, "a", KeyEpoch(2));
        prop_assert_eq!(a.rekey(&next, in_a)?, next.pseudonym(person(random))?);
        prop_assert!(a.rekey(&b, in_a).is_err());
    }
}
