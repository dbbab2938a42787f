//! What a form sends: names and values, read strictly and within bounds.

/// The longest body of a form, in bytes.
pub(crate) const FORM_BYTES: usize = 64 * 1024;
/// The most values of a form or a query.
const MOST_VALUES: usize = 200;
/// The longest name, in bytes.
const NAME_BYTES: usize = 120;

/// A form or a query is not readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("form is not readable")]
pub(crate) struct FormError;

/// Names and values in the order in which they came.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl std::fmt::Debug for Fields {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Fields {
    /// Reads `application/x-www-form-urlencoded`. Bytes that are not UTF-8, too many values and
    /// too long names are refused.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, FormError> {
        let mut fields = Vec::new();
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if fields.len() == MOST_VALUES {
                return Err(FormError);
            }
            let mut parts = pair.splitn(2, |byte| *byte == b'=');
            let name = decoded(parts.next().unwrap_or_default())?;
            let value = decoded(parts.next().unwrap_or_default())?;
            if name.len() > NAME_BYTES {
                return Err(FormError);
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// The first value of a name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a name, or nothing, without the spaces around it.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.first(name).unwrap_or_default().trim()
    }

    /// Every value of a name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(of, _)| of == name).map(|(_, value)| value.clone()).collect()
    }

    /// Every name with its value.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds a value.
    pub(crate) fn put(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// The same values without those of a name, as a query.
    pub(crate) fn query_without(&self, name: &str) -> String {
        let pair =
            |(name, value): &(String, String)| format!("{}={}", encoded(name), encoded(value));
        let pairs: Vec<String> = self.0.iter().filter(|(of, _)| of != name).map(pair).collect();
        pairs.join("&")
    }
}

fn decoded(text: &[u8]) -> Result<String, FormError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        let hex = (*first == b'%').then(|| tail.split_first_chunk::<2>()).flatten();
        let byte = hex.and_then(|([high, low], _)| Some(digit(*high)? * 16 + digit(*low)?));
        match (byte, hex) {
            (Some(byte), Some((_, after))) => {
                bytes.push(byte);
                rest = after;
            }
            _ => bytes.push(if *first == b'+' { b' ' } else { *first }),
        }
    }
    String::from_utf8(bytes).map_err(|_| FormError)
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// A value as it stands in a query.
pub(crate) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_is_read_as_browsers_write_it() {
        let fields = Fields::parse(b"q=a+b%20c&q=%C5%B5&empty&=x&pc=100%").unwrap();
        assert_eq!(fields.all("q"), ["a b c", "\u{175}"]);
        assert_eq!(fields.first("empty"), Some(""));
        assert_eq!(fields.first("pc"), Some("100%"));
        assert_eq!(fields.query_without("q"), "empty=&=x&pc=100%25");
        assert!(Fields::parse(b"q=%FF").is_err(), "not UTF-8");
        assert!(Fields::parse("a=1&".repeat(201).as_bytes()).is_err(), "too many");
        assert!(Fields::parse("a".repeat(121).as_bytes()).is_err(), "too long a name");
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = Fields::parse(&bytes);
        }

        #[test]
        fn what_is_written_reads_back(name in "[a-z]{1,20}", value in "\\PC{0,40}") {
            let query = format!("{}={}", encoded(&name), encoded(&value));
            let fields = Fields::parse(query.as_bytes()).unwrap();
            prop_assert_eq!(fields.first(&name), Some(value.as_str()));
        }
    }
}
