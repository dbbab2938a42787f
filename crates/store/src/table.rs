//! One declaration per table: the row's type, its key, and the statements that write and page it.
//!
//! The statements are made of the same list of columns as the type, so that
//! they cannot drift apart; `sql.golden` shows each of them in full.

use crate::value::{Kind, Record, Value};
use crate::{Rows, StoreError};

/// A row of a projection table.
pub trait Row: Clone + PartialEq + std::fmt::Debug {
    /// What names the row within its body and shard.
    type Key: Clone + Ord + std::fmt::Debug;

    /// The table's name.
    const TABLE: &'static str;
    /// The columns in the order of [`Self::PUT`], the key's first, body and shard left out.
    const COLUMNS: &'static [(&'static str, Kind)];
    /// How many of them are the key's.
    const KEY_COLUMNS: usize;
    /// Inserts the row or replaces what stands under its key.
    const PUT: &'static str;
    /// Deletes the row under a key.
    const DELETE: &'static str;
    /// Reads the row under a key.
    const GET: &'static str;
    /// Reads the first rows in the order of the key.
    const FIRST_PAGE: &'static str;
    /// Reads the rows after a key.
    const NEXT_PAGE: &'static str;

    /// The row's key.
    fn key(&self) -> Self::Key;

    /// Gives the columns in the order of [`Self::PUT`], body and shard left out.
    fn bind<E>(&self, give: &mut impl FnMut(Value<'_>) -> Result<(), E>) -> Result<(), E>;

    /// Gives the key's columns.
    fn bind_key<E>(
        key: &Self::Key,
        give: &mut impl FnMut(Value<'_>) -> Result<(), E>,
    ) -> Result<(), E>;

    /// Reads the columns in the order of [`Self::GET`].
    fn read(record: &mut Record<'_>) -> Result<Self, StoreError>;

    /// The writes to this table in a batch.
    fn writes(rows: &Rows) -> &crate::Writes<Self>;

    /// The writes to this table in a batch, to add to.
    fn writes_mut(rows: &mut Rows) -> &mut crate::Writes<Self>;
}

macro_rules! table {
    (
        $(#[$doc:meta])*
        $row:ident by $key:ident in $table:ident
        ( $(#[$kdoc1:meta])* $k1:ident: $kt1:ty $(, $(#[$kdoc:meta])* $k:ident: $kt:ty)* $(,)? )
        { $(#[$fdoc1:meta])* $f1:ident: $ft1:ty $(, $(#[$fdoc:meta])* $f:ident: $ft:ty)* $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $row {
            $(#[$kdoc1])* pub $k1: $kt1,
            $($(#[$kdoc])* pub $k: $kt,)*
            $(#[$fdoc1])* pub $f1: $ft1,
            $($(#[$fdoc])* pub $f: $ft,)*
        }

        #[doc = concat!("What names a [`", stringify!($row), "`] within its body and shard.")]
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $key {
            $(#[$kdoc1])* pub $k1: $kt1,
            $($(#[$kdoc])* pub $k: $kt,)*
        }

        impl $crate::table::Row for $row {
            type Key = $key;
            const TABLE: &'static str = stringify!($table);
            const COLUMNS: &'static [(&'static str, $crate::value::Kind)] = &[
                (stringify!($k1), <$kt1 as $crate::value::Column>::KIND),
                $((stringify!($k), <$kt as $crate::value::Column>::KIND),)*
                (stringify!($f1), <$ft1 as $crate::value::Column>::KIND),
                $((stringify!($f), <$ft as $crate::value::Column>::KIND),)*
            ];
            const KEY_COLUMNS: usize = [stringify!($k1) $(, stringify!($k))*].len();
            const PUT: &'static str = concat!(
                "INSERT INTO ", stringify!($table), " (body, shard, ", stringify!($k1),
                $(", ", stringify!($k),)* ", ", stringify!($f1), $(", ", stringify!($f),)*
                ")\nVALUES (:body, :shard, :", stringify!($k1),
                $(", :", stringify!($k),)* ", :", stringify!($f1), $(", :", stringify!($f),)*
                ")\nON CONFLICT (body, shard, ", stringify!($k1), $(", ", stringify!($k),)*
                ")\nDO UPDATE SET ", stringify!($f1), " = excluded.", stringify!($f1),
                $(", ", stringify!($f), " = excluded.", stringify!($f),)*
            );
            const DELETE: &'static str = concat!(
                "DELETE FROM ", stringify!($table), "\n WHERE body = :body AND shard = :shard AND ",
                stringify!($k1), " = :", stringify!($k1),
                $(" AND ", stringify!($k), " = :", stringify!($k),)*
            );
            const GET: &'static str = concat!(
                "SELECT ", stringify!($k1), $(", ", stringify!($k),)* ", ", stringify!($f1),
                $(", ", stringify!($f),)* "\n  FROM ", stringify!($table),
                "\n WHERE body = :body AND shard = :shard AND ",
                stringify!($k1), " = :", stringify!($k1),
                $(" AND ", stringify!($k), " = :", stringify!($k),)* "\n LIMIT 1"
            );
            const FIRST_PAGE: &'static str = concat!(
                "SELECT ", stringify!($k1), $(", ", stringify!($k),)* ", ", stringify!($f1),
                $(", ", stringify!($f),)* "\n  FROM ", stringify!($table),
                "\n WHERE body = :body AND shard = :shard\n ORDER BY ",
                stringify!($k1), $(", ", stringify!($k),)* "\n LIMIT :limit"
            );
            const NEXT_PAGE: &'static str = concat!(
                "SELECT ", stringify!($k1), $(", ", stringify!($k),)* ", ", stringify!($f1),
                $(", ", stringify!($f),)* "\n  FROM ", stringify!($table),
                "\n WHERE body = :body AND shard = :shard\n   AND (",
                stringify!($k1), $(", ", stringify!($k),)* ") > (:",
                stringify!($k1), $(", :", stringify!($k),)* ")\n ORDER BY ",
                stringify!($k1), $(", ", stringify!($k),)* "\n LIMIT :limit"
            );

            fn key(&self) -> $key {
                $key { $k1: self.$k1.clone(), $($k: self.$k.clone(),)* }
            }

            fn bind<E>(
                &self,
                give: &mut impl FnMut($crate::value::Value<'_>) -> Result<(), E>,
            ) -> Result<(), E> {
                use $crate::value::Bind;
                give(Bind::bind(&self.$k1))?;
                $(give(Bind::bind(&self.$k))?;)*
                give(Bind::bind(&self.$f1))?;
                $(give(Bind::bind(&self.$f))?;)*
                Ok(())
            }

            fn bind_key<E>(
                key: &$key,
                give: &mut impl FnMut($crate::value::Value<'_>) -> Result<(), E>,
            ) -> Result<(), E> {
                use $crate::value::Bind;
                give(Bind::bind(&key.$k1))?;
                $(give(Bind::bind(&key.$k))?;)*
                Ok(())
            }

            fn read(record: &mut $crate::value::Record<'_>) -> Result<Self, $crate::StoreError> {
                Ok(Self {
                    $k1: record.take(stringify!($k1))?,
                    $($k: record.take(stringify!($k))?,)*
                    $f1: record.take(stringify!($f1))?,
                    $($f: record.take(stringify!($f))?,)*
                })
            }

            fn writes(rows: &$crate::Rows) -> &$crate::Writes<Self> {
                &rows.$table
            }

            fn writes_mut(rows: &mut $crate::Rows) -> &mut $crate::Writes<Self> {
                &mut rows.$table
            }
        }
    };
}
pub(crate) use table;
