//! JSON in (RFC 8259): without recursion, with an explicit stack of open lists and objects.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{JsonError, JsonLimits};
use crate::context::Context;
use crate::decimal::Decimal;
use crate::value::{List, Value};

/// A list or object that is not closed yet.
enum Open {
    List(Vec<Value>),
    Object { entries: Vec<(Arc<str>, Value)>, seen: BTreeSet<Arc<str>>, name: Option<Arc<str>> },
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    limits: JsonLimits,
    values: usize,
}

/// Reads a whole text.
pub(super) fn value(text: &str, limits: JsonLimits) -> Result<Value, JsonError> {
    if text.len() > limits.bytes {
        return Err(JsonError::TooLarge { what: "bytes", limit: limits.bytes });
    }
    let mut reader = Reader { text, at: 0, limits, values: 0 };
    let value = reader.document()?;
    reader.skip_space();
    if reader.at < text.len() { reader.syntax() } else { Ok(value) }
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Value, JsonError> {
        let mut stack: Vec<Open> = Vec::new();
        loop {
            let Some(mut done) = self.begin(&mut stack)? else { continue };
            // A value that is done may close what holds it.
            loop {
                let Some(open) = stack.pop() else { return Ok(done) };
                match self.put(open, done)? {
                    Put::Closed(value) => done = value,
                    Put::Open(open) => {
                        stack.push(open);
                        break;
                    }
                }
            }
        }
    }

    /// Reads a plain value, or opens a list or object; an empty one is done at once.
    fn begin(&mut self, stack: &mut Vec<Open>) -> Result<Option<Value>, JsonError> {
        self.values += 1;
        if self.values > self.limits.values {
            return Err(JsonError::TooLarge { what: "values", limit: self.limits.values });
        }
        self.skip_space();
        match self.peek() {
            Some(b'[') => {
                self.open(stack)?;
                if self.take(b']') {
                    return Ok(Some(Value::List(List::default())));
                }
                stack.push(Open::List(Vec::new()));
                Ok(None)
            }
            Some(b'{') => {
                self.open(stack)?;
                if self.take(b'}') {
                    return Ok(Some(Value::Context(Context::new())));
                }
                let name = Some(self.name()?);
                let seen = name.iter().cloned().collect();
                stack.push(Open::Object { entries: Vec::new(), seen, name });
                Ok(None)
            }
            Some(b'"') => self.string().map(|text| Some(text.into())),
            Some(b'-' | b'0'..=b'9') => self.number().map(|number| Some(number.into())),
            Some(_) | None => self.word().map(Some),
        }
    }

    fn open(&mut self, stack: &[Open]) -> Result<(), JsonError> {
        self.at += 1;
        let depth = u32::try_from(stack.len()).unwrap_or(u32::MAX);
        if depth >= self.limits.depth {
            return Err(JsonError::TooLarge { what: "levels", limit: self.limits.depth as usize });
        }
        self.skip_space();
        Ok(())
    }

    /// Puts a value into what holds it, and reads the comma or the closing bracket behind it.
    fn put(&mut self, open: Open, value: Value) -> Result<Put, JsonError> {
        match open {
            Open::List(mut items) => {
                items.push(value);
                self.skip_space();
                if self.take(b']') {
                    return Ok(Put::Closed(Value::List(List::new(items)?)));
                }
                self.expect(b',')?;
                Ok(Put::Open(Open::List(items)))
            }
            Open::Object { mut entries, mut seen, name } => {
                entries.extend(name.map(|name| (name, value)));
                self.skip_space();
                if self.take(b'}') {
                    return Ok(Put::Closed(Value::Context(Context::from_entries(entries)?)));
                }
                self.expect(b',')?;
                self.skip_space();
                let byte = self.at;
                let name = self.name()?;
                if !seen.insert(Arc::clone(&name)) {
                    return Err(JsonError::Duplicate { byte });
                }
                Ok(Put::Open(Open::Object { entries, seen, name: Some(name) }))
            }
        }
    }

    fn name(&mut self) -> Result<Arc<str>, JsonError> {
        if self.peek() != Some(b'"') {
            return self.syntax();
        }
        let name = self.string()?.into();
        self.skip_space();
        self.expect(b':')?;
        Ok(name)
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Result<(), JsonError> {
        if self.take(byte) { Ok(()) } else { self.syntax() }
    }

    fn syntax<T>(&self) -> Result<T, JsonError> {
        Err(JsonError::Syntax { byte: self.at })
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn word(&mut self) -> Result<Value, JsonError> {
        let words = [
            ("null", Value::Null),
            ("true", Value::Boolean(true)),
            ("false", Value::Boolean(false)),
        ];
        for (word, value) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.syntax()
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Decimal, JsonError> {
        let start = self.at;
        self.take(b'-');
        let leading_zero = self.peek() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return self.syntax();
        }
        if self.take(b'.') && self.digits() == 0 {
            return self.syntax();
        }
        if self.take(b'e') || self.take(b'E') {
            let _signed = self.take(b'+') || self.take(b'-');
            if self.digits() == 0 {
                return self.syntax();
            }
        }
        let literal = self.text.get(start..self.at).unwrap_or("");
        let inexact = JsonError::InexactNumber { byte: start };
        Decimal::parse_exact(literal).ok_or(inexact)
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.at += 1;
        let mut content = String::new();
        loop {
            let rest = self.rest();
            let plain = rest.find(|next: char| next == '"' || next == '\\' || next < ' ');
            let Some(plain) = plain else { return self.syntax() };
            content.push_str(rest.get(..plain).unwrap_or(""));
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(content);
                }
                Some(b'\\') => content.push(self.escape()?),
                Some(_) | None => return self.syntax(),
            }
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let byte = self.text.as_bytes().get(self.at + 1).copied();
        let plain = match byte {
            Some(plain @ (b'"' | b'\\' | b'/')) => char::from(plain),
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => return self.code_point(),
            Some(_) | None => return self.syntax(),
        };
        self.at += 2;
        Ok(plain)
    }

    /// `\uXXXX`, or two of them that are a pair of surrogates.
    fn code_point(&mut self) -> Result<char, JsonError> {
        let mut code = self.unit()?;
        if (0xd800..=0xdbff).contains(&code) {
            if !self.rest().starts_with("\\u") {
                return self.syntax();
            }
            let low = self.unit()?;
            if !(0xdc00..=0xdfff).contains(&low) {
                return self.syntax();
            }
            code = 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        }
        match char::from_u32(code) {
            Some(decoded) => Ok(decoded),
            None => self.syntax(),
        }
    }

    fn unit(&mut self) -> Result<u32, JsonError> {
        let digits = self.rest().get(2..6).unwrap_or("");
        if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return self.syntax();
        }
        let unit =
            u32::from_str_radix(digits, 16).map_err(|_| JsonError::Syntax { byte: self.at })?;
        self.at += 6;
        Ok(unit)
    }
}

enum Put {
    Closed(Value),
    Open(Open),
}
