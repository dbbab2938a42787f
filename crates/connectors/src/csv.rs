//! A row of comma-separated values as a back office reads it: RFC 4180 in UTF-8.
//!
//! One line of headings and one of cells, each ended by CR LF; a cell is quoted where it must be.
//! A spreadsheet takes a text that begins with `=`, `+`, `-`, `@`, a tab or a line break for a
//! formula and carries it out, so such a text gets an apostrophe before it: what a resident types
//! is never run on somebody else's desk. Numbers and dates are written as they are.

use feel::Value;

use crate::expression::{Failed, text_of};

/// The longest cell, in bytes.
pub(crate) const MAX_CELL_BYTES: usize = 8_000;

/// What makes a spreadsheet carry a text out; the wide forms are those of East Asian keyboards.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Why a value cannot be a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoCell {
    /// A list or a context.
    NotPlain,
    /// It is too long.
    TooLong,
}

/// The text of a value in a cell; nothing for null.
pub(crate) fn cell(value: &Value) -> Result<String, NoCell> {
    let text = text_of(value).map_err(|Failed| NoCell::NotPlain)?.unwrap_or_default();
    if text.len() > MAX_CELL_BYTES {
        return Err(NoCell::TooLong);
    }
    // No reader of tables expects another control character, so it leaves a mark in its place.
    let expected = |letter: char| !letter.is_control() || matches!(letter, '\t' | '\r' | '\n');
    let text: String =
        text.chars().map(|letter| if expected(letter) { letter } else { '\u{fffd}' }).collect();
    let is_text = matches!(value, Value::String(_));
    Ok(if is_text && text.starts_with(FORMULA) { format!("'{text}") } else { text })
}

/// A line of cells.
pub(crate) fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = cells.into_iter().map(quoted).collect();
    format!("{}\r\n", quoted.join(","))
}

fn quoted(cell: &str) -> String {
    let plain = !cell.contains(['"', ',', '\r', '\n']) && cell.trim() == cell;
    if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads lines as RFC 4180 has them, without using anything above.
    fn read(text: &str) -> Vec<Vec<String>> {
        let mut lines = Vec::new();
        let (mut cells, mut cell, mut inside) = (Vec::new(), String::new(), false);
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '"' if inside && letters.peek() == Some(&'"') => {
                    letters.next();
                    cell.push('"');
                }
                '"' => inside = !inside,
                ',' if !inside => cells.push(std::mem::take(&mut cell)),
                '\r' if !inside && letters.peek() == Some(&'\n') => {
                    letters.next();
                    cells.push(std::mem::take(&mut cell));
                    lines.push(std::mem::take(&mut cells));
                }
                other => cell.push(other),
            }
        }
        assert!(!inside && cell.is_empty() && cells.is_empty(), "{text:?} ends in a line");
        lines
    }

    #[test]
    fn a_formula_is_disarmed_and_a_number_is_not() {
        let text = |text: &str| cell(&Value::from(text.to_owned()));
        for formula in ["=1+1", "+44 1632 960000", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1"] {
            assert_eq!(text(formula), Ok(format!("'{formula}")));
        }
        for plain in ["", "1 Mill Lane", "O'Brien", "a=b", "Tŷ Mawr"] {
            assert_eq!(text(plain), Ok(plain.to_owned()));
        }
        assert_eq!(cell(&Value::from(-2_i64)), Ok("-2".to_owned()));
        assert_eq!(cell(&Value::Null), Ok(String::new()));
        assert_eq!(text("a\u{0}b"), Ok("a\u{fffd}b".to_owned()));
        assert_eq!(text(&"x".repeat(MAX_CELL_BYTES + 1)), Err(NoCell::TooLong));
        assert_eq!(cell(&Value::list(vec![]).unwrap()), Err(NoCell::NotPlain));
    }

    #[test]
    fn cells_are_quoted_where_they_must_be() {
        let cells = ["plain", "a,b", "say \"hush\"", "two\r\nlines", " blank"];
        assert_eq!(
            line(cells),
            "plain,\"a,b\",\"say \"\"hush\"\"\",\"two\r\nlines\",\" blank\"\r\n"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(cells in proptest::collection::vec("[^\\x00-\\x08]{0,20}", 1..6)) {
            let written = line(cells.iter().map(String::as_str));
            prop_assert_eq!(read(&written), vec![cells]);
        }
    }
}
