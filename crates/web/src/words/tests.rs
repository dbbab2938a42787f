use std::fmt::Write as _;

use base::{Date, Language, Money, Timestamp};
use expect_test::expect;

use super::{ALL, Words};

const EN: Words = Words::of(Language::En);
const CY: Words = Words::of(Language::Cy);

#[test]
fn dates_times_money_and_counts_are_as_people_write_them() {
    let date = Date::new(2026, 11, 24).unwrap();
    let mut shown = String::new();
    for words in [EN, CY] {
        let due = [-2, -1, 0, 1, 2, 5].map(|days| words.due_in(days)).join("; ");
        let lasting = [0, 1, 2, 59, 60, 125, 2_880, 1_466].map(|minutes| words.duration(minutes));
        let clock = [(0, 0), (0, 5), (9, 0), (12, 0), (12, 1), (14, 30)];
        let clock = clock.map(|(hour, minute)| words.time(date.at_uk(hour, minute))).join(" ");
        let list = ["a", "b", "afal"].map(str::to_owned);
        let _ = writeln!(
            shown,
            "{}\n{}\n{}\n{}\n{clock}\n{due}\n{}\n{} {} {}\n{}\n",
            words.date(date),
            words.on_date(date),
            words.day_and_month(Date::new(2026, 2, 1).unwrap()),
            words.moment(date.at_uk(14, 30)),
            lasting.join("; "),
            words.money(Money::from_pence(1_050)),
            words.count(1_234_567),
            words.percent(975),
            words.list(&list),
        );
    }
    expect![[r"
        Tuesday 24 November 2026
        on Tuesday 24 November 2026
        1 February 2026
        2:30pm on Tuesday 24 November 2026
        midnight 12:05am 9am midday 12:01pm 2:30pm
        2 working days late; 1 working day late; due today; due in 1 working day; due in 2 working days; due in 5 working days
        under a minute; 1 minute; 2 minutes; 59 minutes; 1 hour; 2 hours 5 minutes; 2 days; 1 day
        £10.50 1,234,567 97.5%
        a, b and afal

        dydd Mawrth 24 Tachwedd 2026
        ddydd Mawrth 24 Tachwedd 2026
        1 Chwefror 2026
        2:30yp ddydd Mawrth 24 Tachwedd 2026
        hanner nos 12:05yb 9yb hanner dydd 12:01yp 2:30yp
        2 ddiwrnod gwaith yn hwyr; 1 diwrnod gwaith yn hwyr; i'w wneud heddiw; i'w wneud o fewn 1 diwrnod gwaith; i'w wneud o fewn 2 ddiwrnod gwaith; i'w wneud o fewn 5 diwrnod gwaith
        llai na munud; 1 munud; 2 funud; 59 munud; 1 awr; 2 awr 5 munud; 2 ddiwrnod; 1 diwrnod
        £10.50 1,234,567 97.5%
        a, b ac afal

    "]]
    .assert_eq(&shown);
}

#[test]
fn a_welsh_list_ends_as_its_last_word_asks() {
    let list = |last: &str| CY.list(&["e-bost".to_owned(), last.to_owned()]);
    assert_eq!(list("llythyrau"), "e-bost a llythyrau");
    assert_eq!(list("afalau"), "e-bost ac afalau");
    assert_eq!(list("y contractwr"), "e-bost a'r contractwr");
}

#[test]
fn times_are_those_of_the_united_kingdom() {
    let summer = Timestamp::parse("2026-07-01T13:30:00Z").unwrap();
    assert_eq!(EN.moment(summer), "2:30pm on Wednesday 1 July 2026");
    assert_eq!(CY.moment(summer), "2:30yp ddydd Mercher 1 Gorffennaf 2026");
}

#[test]
fn every_sentence_is_used() {
    let mut sources = String::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    gather(&root.join("src"), &mut sources);
    gather(&root.join("templates"), &mut sources);
    let unused: Vec<&str> =
        ALL.iter().map(|[key, _, _]| *key).filter(|key| !is_called(&sources, key)).collect();
    assert!(unused.is_empty(), "no page says these: {unused:?}");
}

/// Whether a method of the key's name is called somewhere.
fn is_called(sources: &str, key: &str) -> bool {
    sources.contains(&format!(".{key}("))
}

fn gather(folder: &std::path::Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, text);
        } else {
            text.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn the_two_languages_say_different_words() {
    /// Names and numbers that are the same in both.
    const SAME: [&str; 3] = ["channel_open311", "channel_api", "masked_caller"];
    for [key, english, welsh] in ALL {
        let same = english == welsh;
        assert_eq!(same, SAME.contains(key), "{key}: {english} | {welsh}");
    }
}

#[test]
fn no_sentence_says_what_we_never_say() {
    for [key, english, _] in ALL {
        let plain = english.to_lowercase();
        for never in
            ["submitted", "tamper", "certified", "please", "sorry", "inconvenience", "exception"]
        {
            assert!(!plain.contains(never), "{key}: {english}");
        }
    }
}

#[test]
fn no_welsh_word_that_mutates_stands_before_a_bodys_name() {
    let mutate = ["a", "am", "ar", "at", "â", "dan", "drwy", "gan", "heb", "i", "neu", "o", "yn"];
    for [key, _, welsh] in ALL {
        for word in mutate {
            assert!(!welsh.contains(&format!(" {word} {{body}}")), "{key}: {welsh}");
        }
    }
}
