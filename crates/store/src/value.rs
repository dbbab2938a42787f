//! How the program's types stand in columns: as integers, texts or bytes, nothing else.
//!
//! [`Bind`] writes a value, [`Column`] reads it back; a stored value that does
//! not read is [`StoreError::Corrupt`], never a default.

use std::borrow::Cow;

use base::{
    AccountId, BodyId, CaseId, Channel, ContactId, Date, Digest, DraftId, EffectId, Epoch,
    EventSeq, JobType, KeyId, Language, MessageId, Money, PersonHandle, Reference, Role,
    SectorPersonId, ServiceId, SessionId, Shard, SystemId, Timestamp, TouchReason,
};

use crate::StoreError;

/// A value on its way into or out of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Absent.
    Null,
    /// A whole number; also instants (milliseconds), money (pence) and truth values (0, 1).
    Integer(i64),
    /// A text; also names, keys and dates.
    Text(Cow<'a, str>),
    /// Bytes; also ids and digests.
    Bytes(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The same with its own copy of texts and bytes.
    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(number),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
        }
    }

    /// The same without a copy.
    pub(crate) fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(number) => Value::Integer(*number),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes)),
        }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers of 64 bits.
    Integer,
    /// Texts.
    Text,
    /// Bytes.
    Bytes,
}

/// What can be given to a statement.
pub trait Bind {
    /// The value as the column holds it.
    fn bind(&self) -> Value<'_>;
}

/// What can be read from a column.
pub trait Column: Sized {
    /// What its column holds.
    const KIND: Kind;

    /// Reads it; `None` when the column holds something else.
    fn read(value: Value<'_>) -> Option<Self>;
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        use rusqlite::types::{ToSqlOutput, ValueRef};
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl<T: Bind> Bind for Option<T> {
    fn bind(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Bind::bind)
    }
}

impl<T: Column> Column for Option<T> {
    const KIND: Kind = T::KIND;

    fn read(value: Value<'_>) -> Option<Self> {
        if value == Value::Null { Some(None) } else { T::read(value).map(Some) }
    }
}

impl<T: Bind> Bind for &T {
    fn bind(&self) -> Value<'_> {
        (*self).bind()
    }
}

macro_rules! integers {
    ($($type:ty),+) => { $(
        impl Bind for $type {
            fn bind(&self) -> Value<'_> {
                Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
            }
        }
        impl Column for $type {
            const KIND: Kind = Kind::Integer;

            fn read(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Integer(number) => Self::try_from(number).ok(),
                    Value::Null | Value::Text(_) | Value::Bytes(_) => None,
                }
            }
        }
    )+ };
}
integers!(i64, u64, u32, u16, u8);

macro_rules! numbers_within {
    ($($type:ident($inner:ty)),+) => { $(
        impl Bind for $type {
            fn bind(&self) -> Value<'_> {
                Value::Integer(i64::try_from(self.0).unwrap_or(i64::MAX))
            }
        }
        impl Column for $type {
            const KIND: Kind = Kind::Integer;

            fn read(value: Value<'_>) -> Option<Self> {
                <$inner>::read(value).map(Self)
            }
        }
    )+ };
}
numbers_within!(Epoch(u64), EventSeq(u64), Shard(u16));

impl Bind for bool {
    fn bind(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }
}

impl Column for bool {
    const KIND: Kind = Kind::Integer;

    fn read(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Integer(0) => Some(false),
            Value::Integer(1) => Some(true),
            Value::Integer(_) | Value::Null | Value::Text(_) | Value::Bytes(_) => None,
        }
    }
}

impl Bind for Timestamp {
    fn bind(&self) -> Value<'_> {
        Value::Integer(self.as_millis())
    }
}

impl Column for Timestamp {
    const KIND: Kind = Kind::Integer;

    fn read(value: Value<'_>) -> Option<Self> {
        i64::read(value).map(Self::from_millis)
    }
}

impl Bind for Money {
    fn bind(&self) -> Value<'_> {
        Value::Integer(self.pence())
    }
}

impl Column for Money {
    const KIND: Kind = Kind::Integer;

    fn read(value: Value<'_>) -> Option<Self> {
        i64::read(value).map(Self::from_pence)
    }
}

impl Bind for String {
    fn bind(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl Column for String {
    const KIND: Kind = Kind::Text;

    fn read(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.into_owned()),
            Value::Null | Value::Integer(_) | Value::Bytes(_) => None,
        }
    }
}

impl Bind for str {
    fn bind(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl Bind for &str {
    fn bind(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl Bind for Cow<'static, str> {
    fn bind(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl Column for Cow<'static, str> {
    const KIND: Kind = Kind::Text;

    fn read(value: Value<'_>) -> Option<Self> {
        String::read(value).map(Cow::Owned)
    }
}

impl Bind for Vec<u8> {
    fn bind(&self) -> Value<'_> {
        Value::Bytes(Cow::Borrowed(self))
    }
}

impl Column for Vec<u8> {
    const KIND: Kind = Kind::Bytes;

    fn read(value: Value<'_>) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes.into_owned()),
            Value::Null | Value::Integer(_) | Value::Text(_) => None,
        }
    }
}

macro_rules! fixed_bytes {
    ($($type:ty),+) => { $(
        impl Bind for $type {
            fn bind(&self) -> Value<'_> {
                Value::Bytes(Cow::Borrowed(self.as_bytes()))
            }
        }
        impl Column for $type {
            const KIND: Kind = Kind::Bytes;

            fn read(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Bytes(bytes) => Self::from_slice(&bytes),
                    Value::Null | Value::Integer(_) | Value::Text(_) => None,
                }
            }
        }
    )+ };
}
fixed_bytes!(
    AccountId,
    CaseId,
    ContactId,
    Digest,
    DraftId,
    EffectId,
    KeyId,
    MessageId,
    PersonHandle,
    SectorPersonId,
    SessionId
);

macro_rules! texts {
    ($($type:ty),+) => { $(
        impl Bind for $type {
            fn bind(&self) -> Value<'_> {
                Value::Text(Cow::Borrowed(self.as_str()))
            }
        }
        impl Column for $type {
            const KIND: Kind = Kind::Text;

            fn read(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Text(text) => text.parse().ok(),
                    Value::Null | Value::Integer(_) | Value::Bytes(_) => None,
                }
            }
        }
    )+ };
}
texts!(BodyId, ServiceId, SystemId, JobType, Reference);

impl Bind for Date {
    fn bind(&self) -> Value<'_> {
        Value::Text(Cow::Owned(self.to_string()))
    }
}

impl Column for Date {
    const KIND: Kind = Kind::Text;

    fn read(value: Value<'_>) -> Option<Self> {
        String::read(value)?.parse().ok()
    }
}

macro_rules! keyed {
    ($($type:ty, $all:expr, $key:ident);+ $(;)?) => { $(
        impl $crate::value::Bind for $type {
            fn bind(&self) -> $crate::value::Value<'_> {
                $crate::value::Value::Text(::std::borrow::Cow::Borrowed(self.$key()))
            }
        }
        impl $crate::value::Column for $type {
            const KIND: $crate::value::Kind = $crate::value::Kind::Text;

            fn read(value: $crate::value::Value<'_>) -> Option<Self> {
                let text = <String as $crate::value::Column>::read(value)?;
                $all.into_iter().find(|known| known.$key() == text)
            }
        }
    )+ };
}
pub(crate) use keyed;
keyed! {
    Channel, Channel::ALL, key;
    Language, Language::ALL, tag;
    Role, Role::ALL, key;
    TouchReason, TouchReason::ALL, key;
}

/// One row of an answer.
pub struct Record<'a> {
    row: Source<'a>,
    next: usize,
}

enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Record<'a> {
    pub(crate) const fn of(row: &'a rusqlite::Row<'a>) -> Self {
        Self { row: Source::Sqlite(row), next: 0 }
    }

    pub(crate) const fn of_postgres(row: &'a tokio_postgres::Row) -> Self {
        Self { row: Source::Postgres(row), next: 0 }
    }

    /// The next column, in the order of the statement; `name` is for the error.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the column holds something else.
    pub fn take<T: Column>(&mut self, name: &'static str) -> Result<T, StoreError> {
        let value = match self.row {
            Source::Sqlite(row) => from_sqlite(row, self.next),
            Source::Postgres(row) => crate::postgres::param::read(row, self.next),
        };
        self.next += 1;
        let read = value.and_then(T::read);
        read.ok_or_else(|| StoreError::corrupt(format!("column {name} holds a strange value")))
    }
}

fn from_sqlite<'a>(row: &'a rusqlite::Row<'a>, column: usize) -> Option<Value<'a>> {
    use rusqlite::types::ValueRef;
    match row.get_ref(column) {
        Ok(ValueRef::Null) => Some(Value::Null),
        Ok(ValueRef::Integer(number)) => Some(Value::Integer(number)),
        Ok(ValueRef::Text(text)) => {
            std::str::from_utf8(text).ok().map(|text| Value::Text(Cow::Borrowed(text)))
        }
        Ok(ValueRef::Blob(bytes)) => Some(Value::Bytes(Cow::Borrowed(bytes))),
        Ok(ValueRef::Real(_)) | Err(_) => None,
    }
}
