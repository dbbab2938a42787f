//! Well-formed XML, indented by two spaces.

use std::fmt::Write as _;

/// Attributes that have a value are written.
pub(crate) type Attributes<'a> = [(&'a str, Option<&'a str>)];

#[derive(Default)]
pub(crate) struct Xml {
    out: String,
    open: Vec<String>,
    /// The start tag just written still lacks its `>`.
    pending: bool,
}

impl Xml {
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", self.out)
    }

    pub(crate) fn open(&mut self, tag: &str, attributes: &Attributes<'_>) {
        self.start(tag, attributes);
        self.open.push(tag.to_owned());
        self.pending = true;
    }

    pub(crate) fn close(&mut self) {
        let Some(tag) = self.open.pop() else { return };
        if std::mem::take(&mut self.pending) {
            self.out.push_str(" />\n");
        } else {
            self.indent();
            let _ = writeln!(self.out, "</{tag}>");
        }
    }

    pub(crate) fn leaf(&mut self, tag: &str, attributes: &Attributes<'_>) {
        self.start(tag, attributes);
        self.out.push_str(" />\n");
    }

    pub(crate) fn text(&mut self, tag: &str, attributes: &Attributes<'_>, text: &str) {
        self.start(tag, attributes);
        self.out.push('>');
        escape(text, &mut self.out);
        let _ = writeln!(self.out, "</{tag}>");
    }

    fn start(&mut self, tag: &str, attributes: &Attributes<'_>) {
        if std::mem::take(&mut self.pending) {
            self.out.push_str(">\n");
        }
        self.indent();
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in attributes {
            if let Some(value) = value {
                let _ = write!(self.out, " {name}=\"");
                escape(value, &mut self.out);
                self.out.push('"');
            }
        }
    }

    fn indent(&mut self) {
        for _ in &self.open {
            self.out.push_str("  ");
        }
    }
}

/// Escapes for both text and attributes. Line breaks and tabs are kept exactly; characters that XML 1.0 cannot
/// hold at all become the replacement character.
pub(crate) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            '\t' => out.push_str("&#9;"),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
}
