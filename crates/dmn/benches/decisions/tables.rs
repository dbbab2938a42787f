//! The tables that are measured.

use std::fmt::Write as _;

use feel::{Context, Value};

const COLOURS: [&str; 8] = ["red", "green", "blue", "white", "black", "pink", "grey", "brown"];
/// Tree tables cut a cube of this edge.
const EDGE: u64 = 1_000_000;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Rules that part the space by a range of a number, another number, one of eight words and a truth
/// value, over and over for more columns; two outputs and a reason.
pub(crate) fn partition(rules: usize, columns: usize) -> Outcome<String> {
    let mut text = String::new();
    for rule in 0..rules {
        let (low, limit) = (rule / 4 * 10, if rule % 2 == 0 { "<= 50" } else { "> 50" });
        let words: Vec<String> = COLOURS.iter().map(|word| format!("\"{word}\"")).collect();
        let flag = if rule / 2 % 2 == 0 { "true" } else { "false" };
        let cells =
            [format!("[{low}..{})", low + 10), limit.to_owned(), words.join(", "), flag.into()];
        text.push_str("<rule>");
        for cell in cells.iter().cycle().take(columns) {
            write!(text, "<inputEntry><text><![CDATA[{cell}]]></text></inputEntry>")?;
        }
        for output in [format!("{rule}"), format!("\"outcome {rule}\"")] {
            write!(text, "<outputEntry><text>{output}</text></outputEntry>")?;
        }
        write!(text, "<annotationEntry><text>By rule {rule}.</text></annotationEntry></rule>")?;
    }
    let outputs = r#"<output name="x"/><output name="y"/><annotation name="reason:en"/>"#;
    model_of(columns, outputs, &text)
}

/// Inputs for [`partition`], spread over its rules.
pub(crate) fn inputs(rules: usize, columns: usize) -> Outcome<Vec<Context>> {
    let spans = i64::try_from(rules.div_ceil(4))?;
    let colours = COLOURS.into_iter().cycle();
    let each = (0..50i64).zip(colours).map(|(n, colour)| {
        let values = [
            Value::from(n * 7 % (spans * 10)),
            Value::from(n * 2),
            Value::from(colour),
            Value::from(n % 3 == 0),
        ];
        let values = values.iter().cycle().take(columns).cloned();
        Ok(Context::from_entries((0..columns).map(|column| format!("i{column}")).zip(values))?)
    });
    each.collect()
}

/// Boxes made from a cube by splitting it again and again; then some taken out, and some widened.
pub(crate) fn tree(rules: usize, columns: usize, out: usize, widened: usize) -> Outcome<String> {
    let mut boxes = vec![vec![(0u64, EDGE); columns]];
    let mut state = 7u64;
    while boxes.len() < rules {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let at = usize::try_from(state >> 33)? % boxes.len();
        let axis = usize::try_from(state >> 40)? % columns;
        let old = boxes.swap_remove(at);
        let Some(&(low, high)) = old.get(axis).filter(|(low, high)| high - low > 1) else {
            boxes.push(old);
            continue;
        };
        let cut = low + 1 + (state >> 20) % (high - low - 1);
        let with = |range| {
            let mut new = old.clone();
            new.splice(axis..=axis, [range]);
            new
        };
        boxes.extend([with((low, cut)), with((cut, high))]);
    }
    boxes.drain(..out);
    for (number, cells) in boxes.iter_mut().rev().take(widened).enumerate() {
        if let Some(range) = cells.get_mut(number % columns) {
            *range = (range.0 / 2, range.1.midpoint(EDGE));
        }
    }
    let mut text = String::new();
    for cells in &boxes {
        text.push_str("<rule>");
        for &(low, high) in cells {
            // The cube's walls are left open, so that it is all there is.
            let cell = match (low, high) {
                (0, EDGE) => "-".to_owned(),
                (0, high) => format!("<![CDATA[< {high}, null]]>"),
                (low, EDGE) => format!("<![CDATA[>= {low}]]>"),
                (low, high) => format!("[{low}..{high})"),
            };
            write!(text, "<inputEntry><text>{cell}</text></inputEntry>")?;
        }
        text.push_str("<outputEntry><text>1</text></outputEntry></rule>");
    }
    model_of(columns, "<output/>", &text)
}

fn model_of(columns: usize, outputs: &str, rules: &str) -> Outcome<String> {
    let (mut data, mut needs, mut inputs) = (String::new(), String::new(), String::new());
    for column in 0..columns {
        write!(data, r#"<inputData id="i{column}" name="i{column}"/>"#)?;
        write!(
            needs,
            r##"<informationRequirement><requiredInput href="#i{column}"/></informationRequirement>"##
        )?;
        write!(inputs, "<input><inputExpression><text>i{column}</text></inputExpression></input>")?;
    }
    Ok(format!(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" namespace="n">{data}
        <decision id="outcome" name="outcome">{needs}<decisionTable>{inputs}{outputs}{rules}</decisionTable></decision></definitions>"#
    ))
}
