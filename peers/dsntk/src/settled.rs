//! What settles a disagreement: for each kind its mark in the smallest expression on which the two
//! disagree, and the clause of DMN 1.5.

use feel::Value;

use crate::peer::Answer;

/// Why two answers differ.
pub struct Settled {
    /// What they differ in, and which answer the clause asks for.
    pub what: &'static str,
    pub clause: &'static str,
    holds: fn(&str, &Answer, &Answer) -> bool,
}

const LISTS: [&str; 7] =
    ["remove(", "sublist(", "reverse(", "append(", "concatenate(", "distinct values(", "sort("];

const KINDS: [Settled; 20] = [
    Settled {
        what: "no expression may end the program: ours",
        clause: "10.3.2.13: what has no value is null",
        holds: |_, _, theirs| *theirs == Answer::Panicked,
    },
    Settled {
        what: "moments with zones are ordered by their instants: ours",
        clause: "10.3.2.3.6: value_dt counts seconds from one epoch, with the offset taken off",
        holds: |text, ours, theirs| {
            let zoned = text.matches("Z\")").count()
                + text.matches("Z\"").count()
                + text.matches("+01:00").count()
                + text.matches("@Europe").count();
            let ordered =
                [" < ", " <= ", " > ", " >= ", " in ["].iter().any(|sign| text.contains(sign));
            zoned >= 2 && ordered && is_truth(ours) && is_truth(theirs)
        },
    },
    Settled {
        what: "a moment with a zone is not equal to one without: ours",
        clause: "10.3.2.3.6: one has an offset, the other has none",
        holds: |text, ours, theirs| {
            let compared = text.contains(") = (") || text.contains(") != (");
            compared && text.contains("00:30:00\"") && is_truth(ours) && is_truth(theirs)
        },
    },
    Settled {
        what: "where a null goes that the sorting function cannot place is open",
        clause: "10.3.4: sort asks for a function that gives true or false",
        holds: |text, ours, theirs| {
            text.starts_with("sort(")
                && ours.to_string().contains("null")
                && theirs.to_string().contains("null")
        },
    },
    Settled {
        what: "a condition that is not true takes the other branch, whatever it is: ours",
        clause: "10.3.2.13: if FEEL(e1) is true then FEEL(e2) else FEEL(e3)",
        holds: |text, _, theirs| text.starts_with("if ") && is_null(theirs),
    },
    Settled {
        what: "null is equal to null and to nothing else, and is not null: ours",
        clause: "10.3.2.13: general semantics of equality",
        holds: |text, ours, theirs| {
            (text.contains(") = (") || text.contains(") != ("))
                && matches!(ours, Answer::Value(Value::Boolean(_)))
                && is_null(theirs)
        },
    },
    Settled {
        what: "a range without comparable ends is null, and to be in null is to be equal to it: ours",
        clause: "10.3.2.7 and 10.3.2.13: ranges, and e1 in e2",
        holds: |text, _, theirs| text.contains(" in [(") && is_null(theirs),
    },
    Settled {
        what: "null is of every type already and is not made a list of one null: ours",
        clause: "10.3.2.9.4: conversion to a singleton list",
        holds: |text, ours, theirs| {
            let counted = text.starts_with("count(") && is_number(theirs);
            is_null(ours) && (counted || text.starts_with("for ") && theirs.to_string() == "[null]")
        },
    },
    Settled {
        what: "elements that cannot be compared have no greatest one: ours",
        clause: "10.3.4.4: min and max",
        holds: |text, ours, theirs| {
            let called = text.starts_with("max(") || text.starts_with("min(");
            called && is_null(ours) && is_number(theirs)
        },
    },
    Settled {
        what: "nulls in the list are left out, with their separator: ours",
        clause: "10.3.4.3: string join",
        holds: |text, _, _| text.starts_with("string join("),
    },
    Settled {
        what: "a value stands for the list of it alone, and that list for the value: ours",
        clause: "10.3.2.9.4: conversion to and from a singleton list",
        holds: |text, _, theirs| {
            let list = LISTS.iter().any(|name| text.starts_with(name)) || text.contains("[item ");
            is_null(theirs) && (list || text.contains("(["))
        },
    },
    Settled {
        what: "a date and time with a zone and one without have no order: ours",
        clause: "10.3.2.13: general semantics of comparison: null where it is not defined",
        holds: |text, ours, theirs| {
            let moments =
                text.contains("00Z\")") || text.contains("London") || text.contains("+01:00");
            moments && is_null(ours) && *theirs == Answer::Value(Value::Boolean(false))
        },
    },
    Settled {
        what: "a duration may be longer than 292 years: ours",
        clause: "10.3.2.3.7: days and time durations have no bound",
        holds: |text, ours, theirs| {
            text.contains(" * ")
                && is_null(theirs)
                && matches!(ours, Answer::Value(Value::DaysTime(_)))
        },
    },
    Settled {
        what: "a date moved by part of a second back is on the day before: ours",
        clause: "10.3.2.13: addition of a date and a duration goes by its date and time",
        holds: |text, ours, theirs| {
            let dates = |answer: &Answer| matches!(answer, Answer::Value(Value::Date(_)));
            text.contains(" * (") && text.contains("-PT1S") && dates(ours) && dates(theirs)
        },
    },
    Settled {
        what: "a month counts where its day is reached, also backwards: ours",
        clause: "10.3.4.1: years and months duration: whole months between the two",
        holds: |text, _, _| text.starts_with("years and months duration("),
    },
    Settled {
        what: "the remainder has the divisor's sign and is smaller than it: ours",
        clause: "10.3.4.5: modulo = dividend - divisor * floor(dividend / divisor)",
        holds: |text, ours, theirs| {
            text.starts_with("modulo(") && is_number(ours) && is_number(theirs)
        },
    },
    Settled {
        what: "one value is its own greatest: ours",
        clause: "10.3.4.4: max(c1, .., cN), of any comparable type",
        holds: |text, ours, theirs| text.starts_with("max(") && !is_null(ours) && is_null(theirs),
    },
    Settled {
        what: "whether a number's trailing zeros show in its text is open",
        clause: "10.3.2.3.1 has a scale, 10.3.4.1 says only that the text is of the value",
        holds: |text, ours, theirs| text.starts_with("string(") && same_number(ours, theirs),
    },
    Settled {
        what: "whether the parts of a negative duration are negative, and seconds whole, is open",
        clause: "10.3.2.3.7 gives properties by XML Schema, whose durations have both",
        holds: |text, ours, theirs| {
            let part =
                [".days", ".hours", ".minutes", ".seconds"].iter().any(|p| text.ends_with(p));
            part && is_number(ours) && is_number(theirs)
        },
    },
    Settled {
        what: "a moment in a named zone has one instant, also where clocks go back: ours",
        clause: "10.3.2.3.6: value_dt, to which durations are added, is of the instant",
        holds: |text, _, _| text.contains("@Europe/London"),
    },
];

pub fn settled(text: &str, ours: &Answer, theirs: &Answer) -> Option<&'static Settled> {
    KINDS.iter().find(|kind| (kind.holds)(text, ours, theirs))
}

fn is_null(answer: &Answer) -> bool {
    *answer == Answer::Value(Value::Null)
}

fn is_truth(answer: &Answer) -> bool {
    matches!(answer, Answer::Value(Value::Boolean(_)))
}

fn is_number(answer: &Answer) -> bool {
    matches!(answer, Answer::Value(Value::Number(_)))
}

/// Texts of one number.
fn same_number(ours: &Answer, theirs: &Answer) -> bool {
    let number = |answer: &Answer| match answer {
        Answer::Value(Value::String(text)) => text.parse::<feel::Decimal>().ok(),
        _ => None,
    };
    number(ours).is_some() && number(ours) == number(theirs)
}
