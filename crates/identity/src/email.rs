//! E-mail addresses: one spelling for each mailbox.
//!
//! The rule: white space around the address goes; the domain becomes its ASCII
//! form by UTS 46 (which normalises to NFC and lower case, so `MÜNCHEN.example`
//! and `xn--mnchen-3ya.example` are one); the part before the `@` is plain ASCII
//! and becomes lower case, because phones write a capital first letter and no
//! mailbox in use tells case apart. Letters outside ASCII before the `@` are
//! refused, as GOV.UK Notify refuses them. The one spelling is both what the
//! blind index is made of and where the code is sent: whoever reads the code
//! controls the very address that was indexed.

use std::fmt;

use base::{BlindKey, Digest};
use zeroize::ZeroizeOnDrop;

/// The longest address, in bytes (RFC 5321 with its two brackets taken off).
const ADDRESS_BYTES: usize = 254;
/// The longest part before the `@`.
const LOCAL_BYTES: usize = 64;
/// The longest input that is looked at: white space and long international names included.
const INPUT_BYTES: usize = 1_024;

/// Why a text is not an address that we can send a code to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// Nothing was typed.
    #[error("no address was given")]
    Empty,
    /// Longer than mail allows.
    #[error("address is longer than {ADDRESS_BYTES} bytes")]
    TooLong,
    /// It has no `@`, or a part of it that mail does not allow.
    #[error("not an e-mail address such as name@example.com")]
    Malformed,
}

/// An address in its one spelling. It never prints by `Debug`, and leaves memory when dropped.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// [`EmailError`] when mail cannot be sent there.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        if typed.len() > INPUT_BYTES {
            return Err(EmailError::TooLong);
        }
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(EmailError::Empty);
        }
        let (local, domain) = typed.rsplit_once('@').ok_or(EmailError::Malformed)?;
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| EmailError::Malformed)?;
        if !local_is_good(local) || !domain_is_good(&domain) {
            return Err(EmailError::Malformed);
        }
        let address = format!("{}@{domain}", local.to_ascii_lowercase());
        if address.len() > ADDRESS_BYTES { Err(EmailError::TooLong) } else { Ok(Self(address)) }
    }

    /// The address, for sending mail and for sealing.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The keyed index under which the address is found again.
    pub fn index(&self, key: &BlindKey) -> Digest {
        key.index("email", self.0.as_bytes())
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EmailAddress(..)")
    }
}

/// The dot-atom of RFC 5322: quoted parts and comments are refused.
fn local_is_good(local: &str) -> bool {
    let atoms_are_good = local.split('.').all(|atom| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&byte))
    });
    local.len() <= LOCAL_BYTES && atoms_are_good
}

/// At least two labels, the last one not all digits, so that no bare address slips in.
fn domain_is_good(domain: &str) -> bool {
    let Some((_, last)) = domain.rsplit_once('.') else { return false };
    last.len() >= 2 && last.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mailbox_has_one_spelling() {
        for (typed, spelling) in [
            (" Gwen.Rhys@Example.ORG\t", "gwen.rhys@example.org"),
            ("o'neil+bins@example.org", "o'neil+bins@example.org"),
            ("a@MÜNCHEN.example", "a@xn--mnchen-3ya.example"),
            ("a@mu\u{308}nchen.example", "a@xn--mnchen-3ya.example"),
            ("a@xn--mnchen-3ya.example", "a@xn--mnchen-3ya.example"),
        ] {
            let address = EmailAddress::parse(typed).unwrap();
            assert_eq!(address.as_str(), spelling, "{typed:?}");
            assert_eq!(EmailAddress::parse(address.as_str()).unwrap(), address);
            assert_eq!(format!("{address:?}"), "EmailAddress(..)");
        }
    }

    #[test]
    fn what_mail_does_not_allow_is_refused() {
        assert_eq!(EmailAddress::parse("  "), Err(EmailError::Empty));
        for typed in [
            "gwen",
            "@example.org",
            "gwen@",
            "gwen@localhost",
            "gwen@127.0.0.1",
            "a b@example.org",
            ".a@example.org",
            "a..b@example.org",
            "\"a b\"@example.org",
            "a@b@example.org",
            "a@exa mple.org",
            "a@-example.org",
            "a@example..org",
            "a@example.org\r\nBcc: x@y.org",
            "mi\u{212a}e@example.org",
            "a@[127.0.0.1]",
            "a@example.org.",
        ] {
            assert_eq!(EmailAddress::parse(typed), Err(EmailError::Malformed), "{typed:?}");
        }
        let long = format!("{}@example.org", "a".repeat(2_000));
        assert_eq!(EmailAddress::parse(&long), Err(EmailError::TooLong));
        let long_local = format!("{}@example.org", "a".repeat(65));
        assert_eq!(EmailAddress::parse(&long_local), Err(EmailError::Malformed));
    }
}
