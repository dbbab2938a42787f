//! JSON there and back.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::JsonLimits;
use crate::value::Value;

fn check(text: &str, expected: &Expect) {
    let result = match Value::from_json(text, JsonLimits::STANDARD) {
        Ok(value) => value.to_json(),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&result);
}

#[test]
fn what_is_read_is_written_canonically() {
    check(
        r#" { "b" : [ 1.50 , -0 , 1e3 , 1e-3 ] , "a" : "x\/\"\u00e9\ud83d\ude00\u0001" , "for" : null } "#,
        &expect![[r#"{"b":[1.5,0,1000,0.001],"a":"x/\"é😀\u0001","for":null}"#]],
    );
    check("1234567890123456789012345678901234", &expect!["1234567890123456789012345678901234"]);
    check(
        "12345678901234567890123456789012345",
        &expect!["number at byte 0 cannot be held exactly"],
    );
    check(
        "1234567890123456789012345678901234000",
        &expect!["1234567890123456789012345678901234000"],
    );
    check("0.1000000000000000000000000000000000000000", &expect!["0.1"]);
    check(r#"{"a":1,"a":2}"#, &expect!["name given twice at byte 7"]);
    check(r#""a" x"#, &expect!["not JSON at byte 4"]);
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6)
                .prop_map(|items| Value::list(items).unwrap()),
            proptest::collection::vec((any::<String>(), inner), 0..12)
                .prop_map(|entries| Value::context(entries).unwrap()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_value_comes_back(value in any_value()) {
        let text = value.to_json();
        let back = Value::from_json(&text, JsonLimits::STANDARD).unwrap();
        prop_assert_eq!(&back, &value);
        prop_assert_eq!(back.to_json(), text);
    }

    #[test]
    fn any_text_is_read_without_harm(text in r#"[\[\]{}",:a\\u0-9eE.+ -]{0,60}"#) {
        let _ = Value::from_json(&text, JsonLimits::STANDARD);
    }
}
