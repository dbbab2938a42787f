//! Characters: space and comments, words, symbols, string and number literals.

use super::{Parsed, Parser};
use crate::decimal::Decimal;
use crate::error::CompileError;

/// Whether a name may begin with the character.
pub(crate) fn starts_name(character: char) -> bool {
    match character {
        '\u{c0}'..='\u{2ff}' => !matches!(character, '\u{d7}' | '\u{f7}'),
        '\u{370}'..='\u{1fff}' => character != '\u{37e}' && !character.is_whitespace(),
        'a'..='z'
        | 'A'..='Z'
        | '_'
        | '\u{200c}'
        | '\u{200d}'
        | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}'
        | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}' => true,
        _ => false,
    }
}

/// Whether a name may go on with the character.
pub(crate) fn continues_name(character: char) -> bool {
    starts_name(character)
        || character.is_ascii_digit()
        || matches!(character, '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{feff}' | '\u{180e}' | '\u{200b}')
}

impl<'t> Parser<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Passes over white space and comments.
    pub(super) fn skip_space(&mut self) -> Parsed<()> {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(is_space);
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                let Some(end) = trimmed.get(2..).and_then(|body| body.find("*/")) else {
                    return self.unterminated("comment", self.at);
                };
                self.at += end + 4;
            } else {
                return Ok(());
            }
        }
    }

    pub(super) fn unterminated<T>(&self, what: &'static str, start: usize) -> Parsed<T> {
        Err(Box::new(CompileError::Unterminated { what, position: self.position(start) }))
    }

    pub(super) fn invalid<T>(&self, what: &'static str, start: usize) -> Parsed<T> {
        Err(Box::new(CompileError::InvalidLiteral { what, position: self.position(start) }))
    }

    /// The run of name characters at an offset, which may be empty.
    pub(super) fn word_at(&self, at: usize) -> &'t str {
        let rest = self.text.get(at..).unwrap_or("");
        if !rest.starts_with(starts_name) {
            return "";
        }
        let end = rest.find(|character| !continues_name(character)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or("")
    }

    /// The word that stands next, after space.
    pub(super) fn next_word(&mut self) -> Parsed<&'t str> {
        self.skip_space()?;
        Ok(self.word_at(self.at))
    }

    /// Whether this word stands next.
    pub(super) fn sees_word(&mut self, word: &str) -> Parsed<bool> {
        Ok(self.next_word()? == word)
    }

    /// Reads this word if it stands next.
    pub(super) fn take_word(&mut self, word: &str) -> Parsed<bool> {
        let found = self.sees_word(word)?;
        if found {
            self.at += word.len();
        }
        Ok(found)
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Parsed<()> {
        if self.take_word(word)? { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }

    /// Whether this symbol stands next.
    pub(super) fn sees(&mut self, symbol: &str) -> Parsed<bool> {
        self.skip_space()?;
        Ok(self.rest().starts_with(symbol))
    }

    /// Reads this symbol if it stands next.
    pub(super) fn take(&mut self, symbol: &str) -> Parsed<bool> {
        let found = self.sees(symbol)?;
        if found {
            self.at += symbol.len();
        }
        Ok(found)
    }

    pub(super) fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.take(symbol)? { Ok(()) } else { self.expected(&format!("`{symbol}`")) }
    }

    /// A single `.`, not the `..` of a range.
    pub(super) fn take_dot(&mut self) -> Parsed<bool> {
        Ok(!self.sees("..")? && self.take(".")?)
    }

    /// The next character, read.
    pub(super) fn bump(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.at += character.len_utf8();
        Some(character)
    }

    /// A string literal; the opening quote stands next.
    pub(super) fn string_literal(&mut self) -> Parsed<String> {
        let start = self.at;
        self.bump();
        let mut text = String::new();
        loop {
            match self.bump() {
                None => return self.unterminated("string", start),
                Some('"') => return Ok(text),
                Some('\\') => self.escape(start, &mut text)?,
                Some(character) => text.push(character),
            }
        }
    }

    /// What stands behind a backslash. Unknown escapes stay as they are, as patterns need them.
    fn escape(&mut self, start: usize, text: &mut String) -> Parsed<()> {
        let Some(character) = self.bump() else { return self.unterminated("string", start) };
        match character {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '"' | '\'' | '\\' => text.push(character),
            'u' => text.push(self.short_code_point()?),
            'U' => {
                let at = self.at;
                let code = self.hexadecimal(6);
                match code.and_then(char::from_u32) {
                    Some(decoded) => text.push(decoded),
                    None => return self.invalid("escape sequence", at.saturating_sub(2)),
                }
            }
            other => {
                text.push('\\');
                text.push(other);
            }
        }
        Ok(())
    }

    /// Four digits, or a pair of surrogates.
    fn short_code_point(&mut self) -> Parsed<char> {
        let start = self.at.saturating_sub(2);
        let mut code = self.hexadecimal(4);
        if let Some(high @ 0xd800..=0xdbff) = code {
            let paired = self.rest().starts_with("\\u");
            self.at += if paired { 2 } else { 0 };
            let low = self.hexadecimal(4).filter(|low| paired && (0xdc00..=0xdfff).contains(low));
            code = low.map(|low| 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00));
        }
        match code.and_then(char::from_u32) {
            Some(decoded) => Ok(decoded),
            None => self.invalid("escape sequence", start),
        }
    }

    fn hexadecimal(&mut self, count: usize) -> Option<u32> {
        let digits = self.rest().get(..count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += count;
        u32::from_str_radix(digits, 16).ok()
    }

    /// A number literal; a digit, or a point and a digit, stands next.
    pub(super) fn number_literal(&mut self) -> Parsed<Decimal> {
        let start = self.at;
        self.skip_digits();
        let rest = self.rest();
        if rest.starts_with('.') && rest.get(1..).is_some_and(starts_with_digit) {
            self.at += 1;
            self.skip_digits();
        }
        let power = self.exponent_length();
        self.at += power;
        let literal = self.text.get(start..self.at).unwrap_or("");
        literal.parse().or_else(|_| self.invalid("number", start))
    }

    fn skip_digits(&mut self) {
        self.at += self.rest().bytes().take_while(u8::is_ascii_digit).count();
    }

    /// How long the `e+10` is that stands next, 0 if there is none.
    fn exponent_length(&self) -> usize {
        let rest = self.rest();
        let Some(power) = rest.strip_prefix(['e', 'E']) else { return 0 };
        let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
        let count = digits.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 { 0 } else { rest.len() - digits.len() + count }
    }

    pub(super) fn sees_number(&self) -> bool {
        let rest = self.rest();
        starts_with_digit(rest) || rest.strip_prefix('.').is_some_and(starts_with_digit)
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|character: char| character.is_ascii_digit())
}
