use std::fmt::Write as _;

use expect_test::expect;
use proptest::prelude::*;

use super::*;

fn link(number: u8) -> LinkId {
    LinkId::from_bytes([number; 16])
}

fn merge(number: u8, kept: u8, absorbed: u8) -> AliasCommand<u8> {
    AliasCommand::Merge { link: link(number), kept, absorbed }
}

fn unmerge(number: u8) -> AliasCommand<u8> {
    AliasCommand::Unmerge { link: link(number) }
}

fn run(table: &mut AliasTable<u8>, command: AliasCommand<u8>) -> Result<(), AliasRejection> {
    for event in decide_alias(table, command)? {
        table.apply(&event);
    }
    Ok(())
}

fn table(commands: &[AliasCommand<u8>]) -> AliasTable<u8> {
    let mut table = AliasTable::default();
    for command in commands {
        run(&mut table, *command).unwrap();
    }
    table
}

#[test]
fn the_kept_side_stands_for_both() {
    let table = table(&[merge(1, 10, 20), merge(2, 30, 20)]);
    assert_eq!([10, 20, 30, 40].map(|id| table.resolve(id)), [30, 30, 30, 40]);
    assert_eq!(table.aliases(20), [10, 20, 30]);
    assert_eq!(table.aliases(40), [40]);
    assert_eq!(table.links(30), [(link(1), 10, 20), (link(2), 30, 20)]);
}

#[test]
fn an_unmerge_in_the_middle_leaves_what_the_other_merge_makes() {
    let mut both = table(&[merge(1, 10, 20), merge(2, 30, 20)]);
    run(&mut both, unmerge(1)).unwrap();
    assert_eq!(both, table(&[merge(2, 30, 20)]));
    assert_eq!([10, 20, 30].map(|id| both.resolve(id)), [10, 30, 30]);
    run(&mut both, unmerge(2)).unwrap();
    assert_eq!(both, AliasTable::default());
}

#[test]
fn what_the_table_does_not_allow_is_refused() {
    let mut merged = table(&[merge(1, 10, 20), AliasCommand::ReKey { from: 20, to: 21 }]);
    let refusals = [
        (merge(2, 20, 10), AliasRejection::AlreadyOne),
        (merge(2, 5, 5), AliasRejection::AlreadyOne),
        (merge(1, 5, 6), AliasRejection::LinkExists { link: link(1) }),
        (unmerge(9), AliasRejection::NoSuchLink { link: link(9) }),
        (AliasCommand::ReKey { from: 20, to: 22 }, AliasRejection::SpellingInUse),
        (AliasCommand::ReKey { from: 10, to: 21 }, AliasRejection::SpellingInUse),
        (AliasCommand::ReKey { from: 10, to: 20 }, AliasRejection::SpellingInUse),
        (AliasCommand::ReKey { from: 7, to: 7 }, AliasRejection::SpellingInUse),
    ];
    for (command, refusal) in refusals {
        assert_eq!(run(&mut merged, command), Err(refusal), "{command:?}");
    }
}

#[test]
fn one_person_has_a_bounded_number_of_pseudonyms() {
    let mut table: AliasTable<u32> = AliasTable::default();
    let mut last = Ok(());
    for number in 1..=300_u32 {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let link = LinkId::from_bytes(bytes);
        let command = AliasCommand::Merge { link, kept: 0, absorbed: number };
        last = decide_alias(&table, command).map(|events| {
            for event in &events {
                table.apply(event);
            }
        });
    }
    assert_eq!(last, Err(AliasRejection::TooMany));
    assert_eq!(table.aliases(0).len(), MAX_ALIASES);
}

#[test]
fn a_rekeyed_pseudonym_is_found_under_every_spelling() {
    let table = table(&[
        merge(1, 10, 20),
        AliasCommand::ReKey { from: 10, to: 11 },
        AliasCommand::ReKey { from: 11, to: 12 },
        AliasCommand::ReKey { from: 5, to: 6 },
    ]);
    assert_eq!([10, 11, 12, 20, 5].map(|id| table.resolve(id)), [12, 12, 12, 12, 6]);
    assert_eq!(table.aliases(20), [10, 11, 12, 20]);
    assert_eq!(table.aliases(6), [5, 6]);
}

#[test]
fn events_keep_their_written_form() {
    let id = |byte| SectorPersonId::from_bytes([byte; 32]);
    let events = [
        AliasEvent::Merged { link: link(1), kept: id(0xaa), absorbed: id(0xbb) },
        AliasEvent::Unmerged { link: link(1) },
        AliasEvent::ReKeyed { from: id(0xaa), to: id(0xcc) },
    ];
    let mut lines = String::new();
    for event in &events {
        let json = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<AliasEvent>(&json).unwrap(), *event);
        writeln!(lines, "{} v{} {json}", event.name(), event.version()).unwrap();
    }
    expect![[r#"
        alias.merged v1 {"merged":{"link":"01010101-0101-0101-0101-010101010101","kept":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","absorbed":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"}}
        alias.unmerged v1 {"unmerged":{"link":"01010101-0101-0101-0101-010101010101"}}
        alias.rekeyed v1 {"re_keyed":{"from":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","to":"cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"}}
    "#]].assert_eq(&lines);
}

#[derive(Debug, Clone)]
enum Act {
    Merge(u8, u8, u8),
    Unmerge(u8),
    ReKey(u8),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0_u8..40, 0_u8..12, 0_u8..12).prop_map(|(link, a, b)| Act::Merge(link, a, b)),
        3 => (0_u8..40).prop_map(Act::Unmerge),
        1 => (0_u8..12).prop_map(Act::ReKey),
    ]
}

/// The table that the remaining merges make when they are made in the order of their ids, by
/// repainting a whole array: another way to the same answer.
fn painted(merges: &BTreeMap<u8, (u8, u8)>, spelling: &BTreeMap<u8, u8>) -> Vec<u8> {
    let current = |id: u8| spelling.get(&id).copied().unwrap_or(id);
    let mut stands: Vec<u8> = (0..=u8::MAX).collect();
    for (kept, absorbed) in merges.values() {
        let kept = stands[usize::from(current(*kept))];
        let absorbed = stands[usize::from(current(*absorbed))];
        for who in stands.iter_mut().filter(|who| **who == absorbed) {
            *who = kept;
        }
    }
    (0..=u8::MAX).map(|id| stands[usize::from(current(id))]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// After every act the table equals the one painted anew; when each merge has been taken
    /// back, in any order, nothing is left of it.
    #[test]
    fn merges_and_unmerges_are_exact(acts in prop::collection::vec(act(), 0..40), order in any::<u64>()) {
        let mut table = AliasTable::default();
        let mut only_rekeys = AliasTable::default();
        let (mut merges, mut spelling) = (BTreeMap::new(), BTreeMap::new());
        let mut fresh = 100_u8;
        for act in acts {
            match act {
                Act::Merge(number, kept, absorbed) => {
                    if run(&mut table, merge(number, kept, absorbed)).is_ok() {
                        merges.insert(number, (kept, absorbed));
                    }
                }
                Act::Unmerge(number) => {
                    let done = run(&mut table, unmerge(number)).is_ok();
                    prop_assert_eq!(done, merges.remove(&number).is_some());
                }
                Act::ReKey(from) => {
                    let command = AliasCommand::ReKey { from, to: fresh };
                    if run(&mut table, command).is_ok() {
                        run(&mut only_rekeys, command).unwrap();
                        spelling.insert(from, fresh);
                        fresh += 1;
                    }
                }
            }
            let stands: Vec<u8> = (0..=u8::MAX).map(|id| table.resolve(id)).collect();
            prop_assert_eq!(&stands, &painted(&merges, &spelling));
            for id in 0..12 {
                let same = |other: &u8| stands[usize::from(*other)] == stands[usize::from(id)];
                let known = (0..=u8::MAX).filter(same).collect::<Vec<_>>();
                prop_assert_eq!(table.aliases(id), known);
            }
        }
        let mut left: Vec<u8> = merges.into_keys().collect();
        left.sort_by_key(|number| u64::from(*number).wrapping_mul(order | 1).rotate_left(17));
        for number in left {
            run(&mut table, unmerge(number)).unwrap();
        }
        prop_assert_eq!(table, only_rekeys);
    }
}
