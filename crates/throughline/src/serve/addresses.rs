//! The addresses that a body serves, from a file of comma-separated values.
//!
//! The first line names the columns, `uprn`, `address` and `postcode` among them; a value with a
//! comma stands in quotes, and a quote within it twice (RFC 4180, on one line each).

use std::path::Path;

use catalogue::{Problem, ProblemKind};
use runtime::Place;

/// The largest file: the addresses of the largest council take a tenth.
const FILE_BYTES: u64 = 256 * 1024 * 1024;
/// Mistakes of one file that are named.
const NAMED: usize = 20;
/// Columns that a file may have.
const COLUMNS: usize = 100;

/// Reads the addresses; none after noting why they cannot be read.
pub(super) fn read(path: &Path, problems: &mut Vec<Problem>) -> Vec<Place> {
    let name = path.display().to_string();
    let mut refuse = |line: usize, sentence: String, mend: &str| {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        problems.push(Problem::new(name.clone(), (line, 1), ProblemKind::Value, sentence, mend));
    };
    let text = match super::table::text_within(path, FILE_BYTES) {
        Ok(text) => text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text),
        Err(why) => {
            let mend = "Name a file in UTF-8 that this user may read.";
            refuse(1, format!("The file cannot be read: {why}."), mend);
            return Vec::new();
        }
    };
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let head = lines.next().and_then(|(_, line)| fields(line)).unwrap_or_default();
    let column = |name: &str| head.iter().position(|head| head.trim().eq_ignore_ascii_case(name));
    let (Some(uprn), Some(line), Some(postcode)) =
        (column("uprn"), column("address"), column("postcode"))
    else {
        let mend = "Begin the file with the line uprn,address,postcode.";
        refuse(1, "The first line does not name the columns.".to_owned(), mend);
        return Vec::new();
    };
    let mut places = Vec::new();
    let mut wrong = 0;
    for (number, text) in lines {
        match fields(text).and_then(|fields| place(&fields, [uprn, line, postcode])) {
            Some(place) => places.push(place),
            None if wrong < NAMED => {
                wrong += 1;
                let mend = "Write the UPRN in digits, the address and the postcode; quote what holds a comma.";
                refuse(number, "This is no address.".to_owned(), mend);
            }
            None => {}
        }
    }
    places
}

fn place(fields: &[String], [uprn, line, postcode]: [usize; 3]) -> Option<Place> {
    let field = |at: usize| fields.get(at).map(|text| text.trim()).filter(|text| !text.is_empty());
    let (uprn, line, postcode) = (field(uprn)?, field(line)?, field(postcode)?);
    let digits = uprn.len() <= 12 && uprn.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| Place {
        uprn: uprn.to_owned(),
        line: line.to_owned(),
        postcode: postcode.to_owned(),
    })
}

/// The fields of a line; `None` when its quotes do not match.
fn fields(line: &str) -> Option<Vec<String>> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        let field = fields.last_mut()?;
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            other => field.push(other),
        }
        if fields.len() > COLUMNS {
            return None;
        }
    }
    (!quoted).then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_hold_a_comma() {
        let read = |line| fields(line).map(|fields| fields.join("|"));
        assert_eq!(
            read("1,\"1 Mill Lane, Wealdmere\",ZZ1 0AA").unwrap(),
            "1|1 Mill Lane, Wealdmere|ZZ1 0AA"
        );
        assert_eq!(read("1,\"The \"\"Mill\"\"\",").unwrap(), "1|The \"Mill\"|");
        assert_eq!(read("1,\"open"), None);
    }
}
