//! The pass that holds a text to the limits before a tree is built of it. It does not judge whether
//! the text is XML; it only counts, in one walk, what the tree's cost depends on.

use super::MAX_XML_DEPTH;
use crate::problem::ProblemKind;

/// Attributes of one element.
const MAX_ATTRIBUTES: usize = 256;
/// Namespace declarations in force at one place.
const MAX_NAMESPACES: usize = 128;
/// Elements that declare a namespace.
const MAX_DECLARING: usize = 20_000;

type Refusal = (ProblemKind, usize);

struct Open {
    namespaces: usize,
}

struct Guard<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    declaring: usize,
}

pub(super) fn check(text: &str) -> Result<(), Refusal> {
    let mut guard = Guard { bytes: text.as_bytes(), at: 0, open: Vec::new(), declaring: 0 };
    while let Some(offset) = find(guard.bytes, guard.at, b"<") {
        guard.at = offset;
        guard.markup()?;
    }
    Ok(())
}

/// The offset of the first `pattern` at or after `from`.
fn find(bytes: &[u8], from: usize, pattern: &[u8]) -> Option<usize> {
    let rest = bytes.get(from..)?;
    let found = rest.windows(pattern.len()).position(|window| window == pattern)?;
    Some(from.saturating_add(found))
}

impl Guard<'_> {
    fn starts_with(&self, pattern: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(pattern))
    }

    fn skip_past(&mut self, pattern: &[u8]) {
        self.at = find(self.bytes, self.at, pattern)
            .map_or(self.bytes.len(), |found| found.saturating_add(pattern.len()));
    }

    fn markup(&mut self) -> Result<(), Refusal> {
        if self.starts_with(b"<!--") {
            self.at = self.at.saturating_add(4);
            self.skip_past(b"-->");
        } else if self.starts_with(b"<![CDATA[") {
            self.skip_past(b"]]>");
        } else if self.starts_with(b"<!") {
            return Err((ProblemKind::DocumentType, self.at));
        } else if self.starts_with(b"<?") {
            self.skip_past(b"?>");
        } else if self.starts_with(b"</") {
            self.open.pop();
            self.skip_past(b">");
        } else {
            self.start_tag()?;
        }
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), Refusal> {
        let begin = self.at;
        let mut quote: Option<u8> = None;
        let (mut attributes, mut namespaces, mut last) = (0usize, 0usize, b' ');
        self.at = self.at.saturating_add(1);
        while let Some(&byte) = self.bytes.get(self.at) {
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=') => attributes = attributes.saturating_add(1),
                (None, b'x') if last.is_ascii_whitespace() && self.starts_with(b"xmlns") => {
                    namespaces = namespaces.saturating_add(1);
                }
                (None, b'>') => break,
                (Some(_) | None, _) => {}
            }
            if quote.is_none() {
                last = byte;
            }
            self.at = self.at.saturating_add(1);
        }
        self.at = self.at.saturating_add(1);
        self.count(begin, attributes, namespaces, last == b'/')
    }

    fn count(
        &mut self,
        begin: usize,
        attributes: usize,
        namespaces: usize,
        closed: bool,
    ) -> Result<(), Refusal> {
        let outer = self.open.last().map_or(0, |open| open.namespaces);
        let in_force = outer.saturating_add(namespaces);
        self.declaring = self.declaring.saturating_add(usize::from(namespaces > 0));
        let too_many = |what, limit| Err((ProblemKind::TooMany { what, limit }, begin));
        if attributes > MAX_ATTRIBUTES {
            return too_many("attributes of an element", MAX_ATTRIBUTES);
        }
        if in_force > MAX_NAMESPACES {
            return too_many("namespaces in force", MAX_NAMESPACES);
        }
        if self.declaring > MAX_DECLARING {
            return too_many("elements that declare a namespace", MAX_DECLARING);
        }
        if !closed {
            if self.open.len() >= MAX_XML_DEPTH {
                return too_many("levels of elements", MAX_XML_DEPTH);
            }
            self.open.push(Open { namespaces: in_force });
        }
        Ok(())
    }
}
