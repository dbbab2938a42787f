//! Names that people choose and that stand in addresses: bodies, services, systems.
//!
//! A name is 1 to 64 lower-case letters, digits and single hyphens, beginning
//! with a letter, so that it is safe in a path, a file name and a table.

use std::sync::Arc;

/// The longest name, in bytes.
const NAME_BYTES: usize = 64;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a name: use 1 to 64 lower-case letters, digits and single hyphens (underscores in a question), a letter first"
)]
pub struct NameError;

/// Shares the text when it keeps the rules of a name whose words `joiner` joins.
fn checked(text: &str, joiner: char) -> Result<Arc<str>, NameError> {
    let letter_first = text.starts_with(|first: char| first.is_ascii_lowercase());
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let tidy = !text.ends_with(joiner)
        && !text.contains([joiner, joiner].iter().collect::<String>().as_str());
    let plain = text.chars().all(|letter| plain(letter) || letter == joiner);
    if letter_first && plain && tidy && text.len() <= NAME_BYTES {
        Ok(Arc::from(text))
    } else {
        Err(NameError)
    }
}

macro_rules! typed_name {
    ($(#[$doc:meta])* $name:ident, $joiner:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The name's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                checked(text, $joiner).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                checked(&text, $joiner).map(Self).map_err(serde::de::Error::custom)
            }
        }
    };
}

typed_name! {
    /// A public body, such as `millbrook`.
    BodyId, '-'
}
typed_name! {
    /// A service, such as `missed-bin-collection`.
    ServiceId, '-'
}
typed_name! {
    /// A back-office system of a body, such as `waste-contractor`.
    SystemId, '-'
}
typed_name! {
    /// A question of a service, such as `bin_type`; joined by underscores, so that it is a name in
    /// FEEL, JSON and a form alike.
    QuestionId, '_'
}
typed_name! {
    /// A kind of job that a process hands to a connector, such as `report-missed-bin`.
    JobType, '-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_rules() {
        for good in ["a", "missed-bin-collection", "body2"] {
            assert!(good.parse::<ServiceId>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "a--b", "A", "2a", "a_b", "a/b", "é", &"a".repeat(65)] {
            assert_eq!(bad.parse::<ServiceId>(), Err(NameError), "{bad}");
        }
        assert!("bin_type".parse::<QuestionId>().is_ok());
        assert!("bin-type".parse::<QuestionId>().is_err(), "FEEL would read a subtraction");
    }
}
