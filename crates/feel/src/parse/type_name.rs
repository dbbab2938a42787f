//! Types as they are written behind `instance of` and in parameter lists.

use super::frames::length_of;
use super::{Parsed, Parser};
use crate::error::CompileError;
use crate::types::Type;

const SIMPLE: [(&str, Type); 16] = [
    ("date and time", Type::DateTime),
    ("dateTime", Type::DateTime),
    ("days and time duration", Type::DaysTime),
    ("dayTimeDuration", Type::DaysTime),
    ("years and months duration", Type::YearsMonths),
    ("year and month duration", Type::YearsMonths),
    ("yearMonthDuration", Type::YearsMonths),
    ("Any", Type::Any),
    ("Null", Type::Null),
    ("boolean", Type::Boolean),
    ("number", Type::Number),
    ("string", Type::String),
    ("date", Type::Date),
    ("time", Type::Time),
    ("days and time  duration", Type::DaysTime),
    ("years and months  duration", Type::YearsMonths),
];

impl Parser<'_> {
    /// A type.
    pub(crate) fn type_name(&mut self) -> Parsed<Type> {
        self.enter()?;
        let named = self.type_within()?;
        self.depth -= 1;
        Ok(named)
    }

    fn type_within(&mut self) -> Parsed<Type> {
        self.skip_space()?;
        let rest = self.rest();
        let found = SIMPLE.iter().find_map(|(name, named)| Some((length_of(name, rest)?, named)));
        if let Some((length, named)) = found {
            self.at += length;
            return Ok(named.clone());
        }
        let start = self.at;
        let word = self.word_at(start).to_owned();
        self.at += word.len();
        match word.as_str() {
            "list" => Ok(Type::List(Box::new(self.item_type()?.unwrap_or(Type::Any)))),
            "range" => Ok(Type::Range(Box::new(self.item_type()?.unwrap_or(Type::Any)))),
            "context" => self.context_type(),
            "function" => self.function_type(),
            "" => self.expected("a type"),
            _ => Err(Box::new(CompileError::UnknownName {
                name: word,
                position: self.position(start),
            })),
        }
    }

    fn item_type(&mut self) -> Parsed<Option<Type>> {
        if !self.take("<")? {
            return Ok(None);
        }
        let item = self.type_name()?;
        self.expect(">")?;
        Ok(Some(item))
    }

    fn context_type(&mut self) -> Parsed<Type> {
        let mut entries = Vec::new();
        if self.take("<")? {
            loop {
                let name = self.declared_name(&[":"])?;
                self.expect(":")?;
                entries.push((name.into(), self.type_name()?));
                if !self.take(",")? {
                    break;
                }
            }
            self.expect(">")?;
        }
        Ok(Type::Context(entries))
    }

    fn function_type(&mut self) -> Parsed<Type> {
        let mut parameters = Vec::new();
        if !self.take("<")? {
            return Ok(Type::Function(None));
        }
        while !self.take(">")? {
            if !parameters.is_empty() {
                self.expect(",")?;
            }
            parameters.push(self.type_name()?);
        }
        self.expect("->")?;
        let result = self.type_name()?;
        Ok(Type::Function(Some((parameters, Box::new(result)))))
    }
}
