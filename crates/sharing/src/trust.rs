//! How sure a body has to be of a person: a vector of trust (RFC 8485) as GOV.UK One Login writes
//! it, `P2.Cl.Cm`: the identity's level of confidence (GPG 45), and one or two factors of sign-in.

use std::fmt;

/// Why a text is no vector of trust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a vector of trust: write P0, P1 or P2, then .Cl or .Cl.Cm")]
pub struct TrustError;

/// An identity's level and a sign-in's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct VectorOfTrust {
    identity: u8,
    two_factors: bool,
}

impl VectorOfTrust {
    /// Whether both parts are at least those wanted: one high level does not make up for a low one.
    pub fn reaches(self, wanted: Self) -> bool {
        self.identity >= wanted.identity && self.two_factors >= wanted.two_factors
    }
}

impl std::str::FromStr for VectorOfTrust {
    type Err = TrustError;

    fn from_str(text: &str) -> Result<Self, TrustError> {
        let (identity, factors) = text.split_once('.').ok_or(TrustError)?;
        let identity = match identity {
            "P0" => 0,
            "P1" => 1,
            "P2" => 2,
            _ => return Err(TrustError),
        };
        let two_factors = match factors {
            "Cl" => false,
            "Cl.Cm" => true,
            _ => return Err(TrustError),
        };
        Ok(Self { identity, two_factors })
    }
}

impl fmt::Display for VectorOfTrust {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let factors = if self.two_factors { "Cl.Cm" } else { "Cl" };
        write!(formatter, "P{}.{factors}", self.identity)
    }
}

impl<'de> serde::Deserialize<'de> for VectorOfTrust {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_high_level_does_not_make_up_for_a_low_one() {
        let read = |text: &str| text.parse::<VectorOfTrust>().unwrap();
        assert!(read("P2.Cl.Cm").reaches(read("P1.Cl")));
        assert!(!read("P2.Cl").reaches(read("P1.Cl.Cm")));
        assert!(!read("P1.Cl.Cm").reaches(read("P2.Cl")));
        for text in ["P0.Cl", "P1.Cl.Cm", "P2.Cl"] {
            assert_eq!(read(text).to_string(), text);
        }
        for text in ["", "P2", "P3.Cl", "Cl.P2", "P2.Cm", "P2.Cl.Cm.Cm"] {
            assert_eq!(text.parse::<VectorOfTrust>(), Err(TrustError), "{text}");
        }
    }
}
