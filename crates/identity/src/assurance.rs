//! How sure we are of a person: of who they are, and of this sign-in.
//!
//! The levels are those of GOV.UK One Login (GPG 45 for identity, its `Cl` and
//! `Cl.Cm` for authentication), so that a broker can carry them unchanged.

use serde::{Deserialize, Serialize};

/// How well somebody's identity was checked (GPG 45 levels of confidence).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum IdentityLevel {
    /// Not checked: they control the address, no more.
    #[default]
    P0,
    /// Low confidence.
    P1,
    /// Medium confidence.
    P2,
}

/// How strong the sign-in was.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum AuthenticationLevel {
    /// One factor, such as a code sent to an address (`Cl`).
    #[default]
    Low,
    /// Two factors, or a passkey that checked its user (`Cl.Cm`).
    Medium,
}

/// Both levels of one sign-in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Assurance {
    /// Who they are.
    pub identity: IdentityLevel,
    /// This sign-in.
    pub authentication: AuthenticationLevel,
}

impl Assurance {
    /// Whether both levels are at least those wanted.
    pub fn reaches(self, wanted: Self) -> bool {
        self.identity >= wanted.identity && self.authentication >= wanted.authentication
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_high_level_does_not_make_up_for_a_low_one() {
        let checked_face =
            Assurance { identity: IdentityLevel::P2, authentication: AuthenticationLevel::Low };
        let wanted =
            Assurance { identity: IdentityLevel::P1, authentication: AuthenticationLevel::Medium };
        assert!(checked_face.reaches(Assurance::default()));
        assert!(!checked_face.reaches(wanted));
    }
}
