//! Dialect: which FEEL is read and how its errors behave.

/// What a name means that nobody declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unknown {
    /// The text does not compile.
    Refuse,
    /// It is null, as in process expressions where a variable may not have been set yet.
    Null,
}

/// Which functions there are beyond the standard's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extensions {
    /// None.
    None,
    /// Camunda 8's: `is defined`, `get or else`, `is blank`, `trim`, `assert`, `uuid` and so on.
    Camunda,
}

/// What becomes of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NullPolicy {
    /// DMN 1.5: an error gives null, logic is three-valued.
    Standard,
    /// DMN 1.6 B-FEEL: comparing incompatible values gives false and logic is two-valued.
    BFeel,
}

/// Which FEEL is read and how its errors behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dialect {
    /// What an unknown name means.
    pub unknown: Unknown,
    /// Functions beyond the standard.
    pub extensions: Extensions,
    /// What becomes of errors.
    pub nulls: NullPolicy,
}

impl Dialect {
    /// The standard's FEEL; unknown names are refused.
    pub const STANDARD: Self = Self {
        unknown: Unknown::Refuse,
        extensions: Extensions::None,
        nulls: NullPolicy::Standard,
    };
    /// Camunda 8's FEEL in processes; unknown names are null.
    pub const CAMUNDA: Self = Self {
        unknown: Unknown::Null,
        extensions: Extensions::Camunda,
        nulls: NullPolicy::Standard,
    };
    /// DMN 1.6 B-FEEL; unknown names are refused.
    pub const B_FEEL: Self =
        Self { unknown: Unknown::Refuse, extensions: Extensions::None, nulls: NullPolicy::BFeel };
}
