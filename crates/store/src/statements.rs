//! The list of statements: each has a name, and `sql.golden` shows all of them.
//!
//! A [`Statement`] is made by `statements!` alone, and connections take nothing
//! else, so that no SQL escapes the list or the tests that read it.

/// One SQL statement, written for SQLite and the PostgreSQL-wire databases alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Its name in the golden list.
    pub(crate) name: &'static str,
    /// The text, with `:name` parameters.
    pub(crate) sql: &'static str,
}

macro_rules! statements {
    ($($(#[$doc:meta])* $vis:vis $name:ident = $sql:expr;)+) => {
        $(
            $(#[$doc])*
            $vis const $name: $crate::statements::Statement =
                $crate::statements::Statement { name: stringify!($name), sql: $sql };
        )+
        /// Every statement of this subject.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[$crate::statements::Statement] = &[$($name),+];
    };
}
pub(crate) use statements;

#[cfg(test)]
pub(crate) mod tests;
