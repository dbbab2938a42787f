//! Rust text taken apart: code with comments and string contents blanked, the strings, and which
//! lines are tests.
//!
//! A scanner, not a parser: it knows comments, strings, characters and braces. Line numbers and
//! columns stay those of the file.

/// Rust text taken apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct RustCode {
    /// The text, with spaces for comments and for what stands in strings.
    pub(crate) code: String,
    /// The strings' contents, each with the line it begins on.
    pub(crate) strings: Vec<(usize, String)>,
    /// For each line, whether it stands under `#[cfg(test)]`.
    tests: Vec<bool>,
}

impl RustCode {
    pub(crate) fn read(text: &str) -> Self {
        let mut scanner = Scanner { text, at: 0, line: 1, code: String::new(), strings: vec![] };
        scanner.run();
        let Scanner { code, strings, .. } = scanner;
        let tests = test_lines(&code);
        Self { code, strings, tests }
    }

    /// Each line of code with its number and whether it is a test's.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let tests = self.tests.iter().copied().chain(std::iter::repeat(false));
        self.code.lines().zip(tests).zip(1..).map(|((line, test), number)| (number, line, test))
    }

    /// Whether the line stands under `#[cfg(test)]`.
    pub(crate) fn is_test(&self, line: usize) -> bool {
        self.tests.get(line.saturating_sub(1)).copied().unwrap_or(false)
    }
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    line: usize,
    code: String,
    strings: Vec<(usize, String)>,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn run(&mut self) {
        while let Some(next) = self.rest().chars().next() {
            if self.rest().starts_with("//") {
                let length = self.rest().find('\n').unwrap_or(self.rest().len());
                self.skip(length);
            } else if self.rest().starts_with("/*") {
                self.block_comment();
            } else if next == '"' {
                self.string(0, false);
            } else if let Some(hashes) = self.raw_string() {
                self.string(hashes, true);
            } else if next == '\'' {
                self.character();
            } else {
                self.keep(next.len_utf8());
            }
        }
    }

    /// Takes bytes over as code.
    fn keep(&mut self, length: usize) {
        let kept = self.rest().get(..length).unwrap_or("").to_owned();
        self.line += kept.matches('\n').count();
        self.code.push_str(&kept);
        self.at += length;
    }

    /// Leaves bytes out, keeping the lines.
    fn skip(&mut self, length: usize) {
        let skipped = self.rest().get(..length).unwrap_or("").to_owned();
        self.line += skipped.matches('\n').count();
        self.code.extend(skipped.chars().map(|one| if one == '\n' { '\n' } else { ' ' }));
        self.at += length;
    }

    fn block_comment(&mut self) {
        let (mut depth, mut length) = (0_usize, 0_usize);
        let rest = self.rest();
        while let Some(here) = rest.get(length..) {
            let (step, change) = match here.get(..2) {
                Some("/*") => (2, 1_isize),
                Some("*/") => (2, -1),
                _ => (here.chars().next().map_or(0, char::len_utf8), 0),
            };
            length += step;
            depth = depth.saturating_add_signed(change);
            if step == 0 || depth == 0 {
                break;
            }
        }
        self.skip(length);
    }

    /// How many hashes open a raw string here, when one does and no name runs into it.
    fn raw_string(&self) -> Option<usize> {
        let named = self.code.chars().next_back().is_some_and(|last| {
            last.is_alphanumeric() || last == '_' // the end of a name, not a prefix
        });
        let after = ["r", "br", "cr"].iter().find_map(|prefix| self.rest().strip_prefix(prefix))?;
        let hashes = after.chars().take_while(|one| *one == '#').count();
        (!named && after.get(hashes..)?.starts_with('"')).then_some(hashes)
    }

    fn string(&mut self, hashes: usize, raw: bool) {
        let opening = self.rest().find('"').map_or(1, |quote| quote + 1);
        self.keep(opening);
        let line = self.line;
        let length = if raw {
            let end = ["\"", &"#".repeat(hashes)].concat();
            self.rest().find(&end).unwrap_or(self.rest().len())
        } else {
            end_of_string(self.rest())
        };
        let content = self.rest().get(..length).unwrap_or("").to_owned();
        self.strings.push((line, content));
        self.skip(length);
        let closing = (1 + hashes).min(self.rest().len());
        self.keep(closing);
    }

    /// A character's quotes hide what stands between; a lifetime's quote hides nothing.
    fn character(&mut self) {
        let mut inside = self.rest().chars().skip(1);
        let length = match (inside.next(), inside.next()) {
            (Some('\\'), _) => {
                let escaped = self.rest().get(3..).and_then(|rest| rest.find('\''));
                escaped.map_or(1, |quote| quote + 4)
            }
            (Some(one), Some('\'')) => one.len_utf8() + 2,
            _ => 1,
        };
        if length == 1 { self.keep(1) } else { self.skip(length) }
    }
}

fn end_of_string(rest: &str) -> usize {
    let mut escaped = false;
    for (at, one) in rest.char_indices() {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    rest.len()
}

/// Lines of each item under `#[cfg(test)]`, up to the brace or semicolon that ends it.
fn test_lines(code: &str) -> Vec<bool> {
    let mut tests = vec![false; code.lines().count()];
    for (start, attribute) in code.match_indices("#[cfg(test)]") {
        let after = code.get(start + attribute.len()..).unwrap_or("");
        let (mut depth, mut length) = (0_usize, after.len());
        for (at, one) in after.char_indices() {
            match one {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 && matches!(one, '}' | ';') {
                length = at;
                break;
            }
        }
        let first = code.get(..start).unwrap_or("").matches('\n').count();
        let count = after.get(..length).unwrap_or("").matches('\n').count() + 1;
        tests.iter_mut().skip(first).take(count).for_each(|line| *line = true);
    }
    tests
}

/// Whether the word stands in the line with no letter, digit or underscore joined to its ends.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let joins = |one: Option<char>| one.is_some_and(|one| one.is_alphanumeric() || one == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
        let opens = word.starts_with(|one: char| one.is_alphanumeric());
        let closes = word.ends_with(|one: char| one.is_alphanumeric());
        !(opens && joins(before) || closes && joins(after))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_no_code() {
        let text = "let a = \"x // \\\" y\"; // HashMap\n/* a /* b */ c */ let b = r#\"q\"q\"#;\n";
        let read = RustCode::read(text);
        assert_eq!(read.code.lines().count(), 2);
        assert_eq!(read.code.split_whitespace().collect::<String>(), "leta=\"\";letb=r#\"\"#;");
        assert_eq!(read.strings, [(1, "x // \\\" y".into()), (2, "q\"q".into())]);
    }

    #[test]
    fn characters_and_lifetimes_do_not_open_strings() {
        let read = RustCode::read("fn a<'a>(x: &'a str) { x.find('\"'); y('\\''); z('é'); } // '");
        assert!(read.strings.is_empty());
        assert!(read.code.contains("fn a<'a>(x: &'a str) { x.find("), "{}", read.code);
    }

    #[test]
    fn lines_under_cfg_test_are_tests() {
        let read = RustCode::read("fn a() {}\n#[cfg(test)]\nmod t {\n  fn b() { }\n}\nfn c() {}\n");
        let tests: Vec<usize> =
            read.lines().filter(|(.., test)| *test).map(|(line, ..)| line).collect();
        assert_eq!(tests, [2, 3, 4, 5]);
    }

    #[test]
    fn a_word_is_whole() {
        assert!(has_word("a HashMap<u8>", "HashMap"));
        assert!(!has_word("a MyHashMap", "HashMap"));
        assert!(has_word("x.sleep(1)", "sleep("));
        assert!(!has_word("x.my_sleep(1)", "sleep("));
    }
}
