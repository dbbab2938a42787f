//! Random expressions: of all types, mostly of fitting ones, without names.

/// A linear congruence: the same expressions on every computer.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Number,
    Text,
    Truth,
    Date,
    Moment,
    Length,
    Months,
    Numbers,
}

const KINDS: [Kind; 8] = [
    Kind::Number,
    Kind::Text,
    Kind::Truth,
    Kind::Date,
    Kind::Moment,
    Kind::Length,
    Kind::Months,
    Kind::Numbers,
];

pub fn expression(dice: &mut Dice) -> String {
    let kind = KINDS[dice.below(KINDS.len())];
    of(dice, kind, 3)
}

fn any(dice: &mut Dice, depth: u32) -> String {
    let kind = KINDS[dice.below(KINDS.len())];
    of(dice, kind, depth)
}

fn of(dice: &mut Dice, kind: Kind, depth: u32) -> String {
    if dice.below(60) == 0 {
        return "null".to_owned();
    }
    if dice.below(60) == 0 {
        return any(dice, 0);
    }
    if depth == 0 || dice.below(5) == 0 {
        return literal(dice, kind);
    }
    if dice.below(8) == 0 {
        let (truth, yes, no) = (
            of(dice, Kind::Truth, depth - 1),
            of(dice, kind, depth - 1),
            of(dice, kind, depth - 1),
        );
        return format!("if ({truth}) then ({yes}) else ({no})");
    }
    let mut sub = |kind| format!("({})", of(dice, kind, depth - 1));
    match kind {
        Kind::Number => {
            let (a, b, list, text, date, length) = (
                sub(Kind::Number),
                sub(Kind::Number),
                sub(Kind::Numbers),
                sub(Kind::Text),
                sub(Kind::Date),
                sub(Kind::Length),
            );
            match dice.below(16) {
                0 => format!("{a} + {b}"),
                1 => format!("{a} - {b}"),
                2 => format!("{a} * {b}"),
                3 => format!("{a} / {b}"),
                4 => format!("floor({a})"),
                5 => format!("abs({a})"),
                6 => format!("modulo({a}, {b})"),
                7 => format!("decimal({a}, {})", dice.below(4)),
                8 => format!("sum({list})"),
                9 => format!("max({list})"),
                10 => format!("count({list})"),
                11 => format!("string length({text})"),
                12 => format!("{date}.{}", dice.of(&["year", "month", "day", "weekday"])),
                13 => format!("{length}.{}", dice.of(&["days", "hours", "minutes", "seconds"])),
                14 => format!("{list}[{}]", dice.of(&["1", "2", "-1", "item > 1"])),
                _ => format!(
                    "number({}, \",\", \".\")",
                    dice.of(&["\"12.50\"", "\"abc\"", "\"1,000\"", "\"-7\""])
                ),
            }
        }
        Kind::Text => {
            let (a, b, number) = (sub(Kind::Text), sub(Kind::Text), sub(Kind::Number));
            match dice.below(9) {
                0 => format!("{a} + {b}"),
                1 => format!("upper case({a})"),
                2 => format!("substring({a}, {})", dice.of(&["1", "2", "-2", "9"])),
                3 => format!("substring before({a}, {b})"),
                4 => format!("substring after({a}, {b})"),
                5 => format!("string({number})"),
                6 => format!("replace({a}, {}, \"x\")", dice.of(&["\"a\"", "\"[bc]+\"", "\"^a\""])),
                7 => format!("string join([{a}, {b}], \"-\")"),
                _ => format!("substring({a}, {number})"),
            }
        }
        Kind::Truth => {
            let (truth, other) = (sub(Kind::Truth), sub(Kind::Truth));
            let same = KINDS[dice.below(KINDS.len())];
            let (a, b) = (
                format!("({})", of(dice, same, depth - 1)),
                format!("({})", of(dice, same, depth - 1)),
            );
            match dice.below(11) {
                0 => format!("{truth} and {other}"),
                1 => format!("{truth} or {other}"),
                2 => format!("not({truth})"),
                3 | 4 => format!("{a} {} {b}", dice.of(&["=", "!="])),
                5 | 6 | 7 => format!("{a} {} {b}", dice.of(&["<", "<=", ">", ">="])),
                8 => format!("{a} in [{b}..{b}]"),
                9 => {
                    let list = of(dice, Kind::Numbers, depth - 1);
                    format!("{} x in ({list}) satisfies x > 1", dice.of(&["some", "every"]))
                }
                _ => {
                    let text = format!("({})", of(dice, Kind::Text, depth - 1));
                    format!("{}({text}, \"a\")", dice.of(&["contains", "starts with", "ends with"]))
                }
            }
        }
        Kind::Date => {
            let (a, length, months, moment) =
                (sub(Kind::Date), sub(Kind::Length), sub(Kind::Months), sub(Kind::Moment));
            match dice.below(5) {
                0 => format!("{a} + {length}"),
                1 => format!("{a} - {months}"),
                2 => format!("{a} + {months}"),
                3 => format!("date({moment})"),
                _ => format!(
                    "date({}, {}, {})",
                    dice.of(&["2024", "1999"]),
                    dice.of(&["2", "12", "13"]),
                    dice.of(&["1", "29", "31"])
                ),
            }
        }
        Kind::Moment => {
            let (a, length, months, date) =
                (sub(Kind::Moment), sub(Kind::Length), sub(Kind::Months), sub(Kind::Date));
            match dice.below(4) {
                0 => format!("{a} + {length}"),
                1 => format!("{a} - {length}"),
                2 => format!("{a} + {months}"),
                _ => format!("date and time({date}, time(\"12:00:00\"))"),
            }
        }
        Kind::Length => {
            let (a, b, number, date, other) = (
                sub(Kind::Length),
                sub(Kind::Length),
                sub(Kind::Number),
                sub(Kind::Date),
                sub(Kind::Date),
            );
            match dice.below(5) {
                0 => format!("{a} + {b}"),
                1 => format!("{a} - {b}"),
                2 => format!("{a} * {number}"),
                3 => format!("{date} - {other}"),
                _ => format!("abs({a})"),
            }
        }
        Kind::Months => {
            let (a, b, date, other) =
                (sub(Kind::Months), sub(Kind::Months), sub(Kind::Date), sub(Kind::Date));
            match dice.below(4) {
                0 => format!("{a} + {b}"),
                1 => format!("{a} - {b}"),
                2 => format!("{a} * 2"),
                _ => format!("years and months duration({date}, {other})"),
            }
        }
        Kind::Numbers => {
            let (a, b, number) = (sub(Kind::Numbers), sub(Kind::Numbers), sub(Kind::Number));
            match dice.below(10) {
                0 => format!("[{number}, {number}, 3]"),
                1 => format!("for x in {a} return x + 1"),
                2 => format!("{a}[item > 1]"),
                3 => format!("append({a}, {number})"),
                4 => format!("concatenate({a}, {b})"),
                5 => format!("reverse({a})"),
                6 => format!("sort({a}, function(x, y) x < y)"),
                7 => format!("distinct values({a})"),
                8 => format!("sublist({a}, {})", dice.of(&["1", "2", "-1"])),
                _ => format!("remove({a}, 1)"),
            }
        }
    }
}

fn literal(dice: &mut Dice, kind: Kind) -> String {
    let all: &[&str] = match kind {
        Kind::Number => &[
            "0",
            "1",
            "2",
            "3",
            "-1",
            "0.1",
            "0.5",
            "100",
            "1234567890.123456789",
            "9999999999999999999999999999999999",
            "1e-3",
        ],
        Kind::Text => {
            &["\"\"", "\"a\"", "\"abc\"", "\"ABC\"", "\"caf\u{e9}\"", "\"\u{1f600}x\"", "\"a-b\""]
        }
        Kind::Truth => &["true", "false"],
        Kind::Date => &[
            "date(\"2024-02-29\")",
            "date(\"2023-12-31\")",
            "date(\"1970-01-01\")",
            "@\"2026-03-29\"",
        ],
        Kind::Moment => &[
            "date and time(\"2026-03-29T00:30:00\")",
            "date and time(\"2026-03-29T00:30:00Z\")",
            "date and time(\"2026-03-29T02:30:00+01:00\")",
            "date and time(\"2026-10-25T01:30:00@Europe/London\")",
            "@\"2020-01-01T00:00:00Z\"",
        ],
        Kind::Length => &[
            "duration(\"P1D\")",
            "duration(\"PT36H\")",
            "duration(\"-PT1S\")",
            "duration(\"PT0S\")",
            "@\"P2DT3H4M5.5S\"",
        ],
        Kind::Months => {
            &["duration(\"P1M\")", "duration(\"P1Y2M\")", "duration(\"-P3M\")", "@\"P0M\""]
        }
        Kind::Numbers => &["[1, 2, 3]", "[]", "[3, 1, 2, 1]", "[0.5]", "[1, null]"],
    };
    dice.of(all).to_owned()
}
