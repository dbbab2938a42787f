//! The bounds on what is read, and the cheap scan that holds a file to them before it is parsed.

/// Largest file, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Most XML elements, attributes and texts in a file, together.
pub const MAX_NODES: u32 = 400_000;
/// Deepest nesting of XML elements.
pub const MAX_DEPTH: usize = 200;
/// Most attributes on one XML element.
pub const MAX_ATTRIBUTES: usize = 256;
/// Bound on the work of looking up namespaces: namespaces in scope, summed over elements and attributes.
pub const MAX_NAMESPACE_WORK: u64 = 40_000_000;
/// Most executable elements and sequence flows in one file.
pub const MAX_ELEMENTS: usize = 10_000;
/// Most problems that are listed.
pub const MAX_PROBLEMS: usize = 1_000;

use crate::ProblemKind;

/// Holds a text to the limits that the XML reader does not know, with the byte where it breaks one.
///
/// The scan agrees with the XML reader up to the first fault of form, where that reader stops.
pub(crate) fn scan(text: &str) -> Result<(), (usize, ProblemKind)> {
    let bytes = text.as_bytes();
    let mut scan = Scan { bytes, at: 0, namespaces: Vec::new(), in_scope: 0, work: 0 };
    while let Some(start) = scan.find(b"<", scan.at) {
        scan.at = start;
        scan.markup().map_err(|kind| (start, kind))?;
    }
    Ok(())
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Namespaces declared by each open element.
    namespaces: Vec<u64>,
    in_scope: u64,
    work: u64,
}

impl Scan<'_> {
    fn find(&self, what: &[u8], from: usize) -> Option<usize> {
        let rest = self.bytes.get(from..)?;
        if let [byte] = what {
            return rest.iter().position(|b| b == byte).map(|found| from + found);
        }
        rest.windows(what.len()).position(|window| window == what).map(|found| from + found)
    }

    fn starts(&self, what: &[u8]) -> bool {
        self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(what))
    }

    fn skip_past(&mut self, what: &[u8], from: usize) {
        self.at = self.find(what, from).map_or(self.bytes.len(), |found| found + what.len());
    }

    fn markup(&mut self) -> Result<(), ProblemKind> {
        if self.starts(b"<!--") {
            self.skip_past(b"-->", self.at + 4);
        } else if self.starts(b"<![CDATA[") {
            self.skip_past(b"]]>", self.at + 9);
        } else if self.starts(b"<?") {
            self.skip_past(b"?>", self.at + 2);
        } else if self.starts(b"<!") {
            return Err(ProblemKind::DocumentType);
        } else if self.starts(b"</") {
            let declared = self.namespaces.pop().unwrap_or(0);
            self.in_scope -= declared;
            self.skip_past(b">", self.at + 2);
        } else {
            self.start_tag()?;
        }
        Ok(())
    }

    fn start_tag(&mut self) -> Result<(), ProblemKind> {
        let (mut attributes, mut declared) = (0_usize, 0_u64);
        let mut quote = None;
        let mut last = b'<';
        self.at += 1;
        while let Some(&byte) = self.bytes.get(self.at) {
            match quote {
                Some(open) if byte == open => quote = None,
                None if byte == b'"' || byte == b'\'' => quote = Some(byte),
                None if byte == b'=' => attributes += 1,
                None if byte == b'>' => break,
                None if last.is_ascii_whitespace() && self.starts(b"xmlns") => declared += 1,
                Some(_) | None => {}
            }
            last = byte;
            self.at += 1;
        }
        self.at += 1;
        self.in_scope += declared;
        self.work += self.in_scope * (1 + attributes as u64) + (attributes * attributes) as u64;
        if attributes > MAX_ATTRIBUTES {
            return Err(ProblemKind::TooManyAttributes);
        }
        if self.work > MAX_NAMESPACE_WORK {
            return Err(ProblemKind::TooManyNamespaces);
        }
        if last == b'/' {
            self.in_scope -= declared;
        } else {
            self.namespaces.push(declared);
        }
        if self.namespaces.len() > MAX_DEPTH { Err(ProblemKind::TooDeep) } else { Ok(()) }
    }
}
