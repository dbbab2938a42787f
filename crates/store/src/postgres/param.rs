//! Values on their way into and out of PostgreSQL, in its binary form.
//!
//! An array is written in its wire form as its elements come, so that a batch is copied once.

use std::borrow::Cow;
use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::Row;
use tokio_postgres::types::{IsNull, ToSql, Type};

use crate::{Kind, StoreError, Value};

impl Kind {
    /// The type of an element.
    const fn element(self) -> Type {
        match self {
            Self::Integer => Type::INT8,
            Self::Text => Type::TEXT,
            Self::Bytes => Type::BYTEA,
        }
    }

    /// The type of an array, as a cast names it.
    pub(crate) const fn array(self) -> &'static str {
        match self {
            Self::Integer => "BIGINT[]",
            Self::Text => "TEXT[]",
            Self::Bytes => "BYTEA[]",
        }
    }
}

/// A parameter that its statement owns.
#[derive(Debug)]
pub(crate) enum Param {
    /// One value.
    One(Value<'static>),
    /// The values of a column, one a row.
    Many(Array),
}

impl Param {
    pub(crate) fn one(value: Value<'_>) -> Self {
        Self::One(value.into_owned())
    }
}

/// An array of one column's values, nulls among them.
#[derive(Debug)]
pub(crate) struct Array {
    kind: Kind,
    count: i32,
    has_nulls: bool,
    elements: Vec<u8>,
}

impl Array {
    pub(crate) const fn of(kind: Kind) -> Self {
        Self { kind, count: 0, has_nulls: false, elements: Vec::new() }
    }

    /// Adds a value.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the column holds something else, or more than a gigabyte.
    pub(crate) fn push(&mut self, value: &Value<'_>) -> Result<(), StoreError> {
        let whole;
        let bytes: Option<&[u8]> = match (self.kind, value) {
            (_, Value::Null) => None,
            (Kind::Integer, Value::Integer(number)) => {
                whole = number.to_be_bytes();
                Some(&whole)
            }
            (Kind::Text, Value::Text(text)) => Some(text.as_bytes()),
            (Kind::Bytes, Value::Bytes(bytes)) => Some(bytes),
            _ => return Err(StoreError::corrupt("a value came for a column of another kind")),
        };
        let length = bytes.map_or(Ok(-1), |bytes| i32::try_from(bytes.len()));
        let length = length.map_err(|_| StoreError::corrupt("a value is too large to store"))?;
        self.elements.extend_from_slice(&length.to_be_bytes());
        self.elements.extend_from_slice(bytes.unwrap_or_default());
        self.has_nulls |= bytes.is_none();
        self.count += 1;
        Ok(())
    }

    pub(crate) const fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// One dimension that begins at 1.
    fn write(&self, out: &mut BytesMut) {
        let dimensions = i32::from(self.count > 0);
        out.extend_from_slice(&dimensions.to_be_bytes());
        out.extend_from_slice(&i32::from(self.has_nulls).to_be_bytes());
        out.extend_from_slice(&self.kind.element().oid().to_be_bytes());
        if self.count > 0 {
            out.extend_from_slice(&self.count.to_be_bytes());
            out.extend_from_slice(&1_i32.to_be_bytes());
            out.extend_from_slice(&self.elements);
        }
    }
}

type Refused = Box<dyn Error + Sync + Send>;

impl ToSql for Param {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        match self {
            Self::One(Value::Null) => return Ok(IsNull::Yes),
            Self::One(Value::Integer(number)) if *wanted == Type::INT4 => {
                out.extend_from_slice(&i32::try_from(*number)?.to_be_bytes());
            }
            Self::One(Value::Integer(number)) if *wanted == Type::INT8 => {
                out.extend_from_slice(&number.to_be_bytes());
            }
            Self::One(Value::Text(text)) if *wanted == Type::TEXT => {
                out.extend_from_slice(text.as_bytes());
            }
            Self::One(Value::Bytes(bytes)) if *wanted == Type::BYTEA => {
                out.extend_from_slice(bytes);
            }
            Self::Many(array) => array.write(out),
            Self::One(_) => return Err(format!("a {wanted} is wanted").into()),
        }
        Ok(IsNull::No)
    }

    fn accepts(_wanted: &Type) -> bool {
        true // `to_sql` looks at the value too
    }

    fn to_sql_checked(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Refused> {
        self.to_sql(wanted, out)
    }
}

/// A column of an answer; nothing when it holds what no column of ours does.
pub(crate) fn read(row: &Row, column: usize) -> Option<Value<'_>> {
    let kind = row.columns().get(column)?.type_();
    if *kind == Type::INT8 {
        Some(row.try_get::<_, Option<i64>>(column).ok()?.map_or(Value::Null, Value::Integer))
    } else if *kind == Type::INT4 {
        let number = row.try_get::<_, Option<i32>>(column).ok()?;
        Some(number.map_or(Value::Null, |number| Value::Integer(number.into())))
    } else if *kind == Type::TEXT {
        let text = row.try_get::<_, Option<&str>>(column).ok()?;
        Some(text.map_or(Value::Null, |text| Value::Text(Cow::Borrowed(text))))
    } else if *kind == Type::BYTEA {
        let bytes = row.try_get::<_, Option<&[u8]>>(column).ok()?;
        Some(bytes.map_or(Value::Null, |bytes| Value::Bytes(Cow::Borrowed(bytes))))
    } else {
        None
    }
}
