//! Operands: literals, names, brackets, keywords, and what may follow them (`.x`, `[..]`, `(..)`).

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "by the language's rules every other type of value has one common result"
)]

use std::sync::Arc;

use super::frames::length_of;
use super::{Parsed, Parser};
use crate::ast::{
    EntryNode, FilterNode, ForNode, IteratorNode, Node, QuantifiedNode, Quantifier, RangeEnd,
    SourceNode, Step, TestNode,
};
use crate::builtins::{self, Builtin};
use crate::dialect::Unknown;
use crate::error::CompileError;
use crate::function::Function;
use crate::temporal::{Date, DateTime, DaysTime, Time, YearsMonths};
use crate::value::Value;

/// Words that end an operand, so that they do not belong to a name of several words.
const RESERVED: [&str; 14] = [
    "and",
    "or",
    "in",
    "between",
    "then",
    "else",
    "return",
    "satisfies",
    "instance",
    "if",
    "for",
    "some",
    "every",
    "function",
];

impl Parser<'_> {
    /// An operand with its signs and what follows it.
    pub(super) fn operand(&mut self) -> Parsed<Node> {
        let mut signs = 0usize;
        while self.take("-")? {
            signs += 1;
        }
        let mut node = self.postfixed()?;
        if self.take_word("instance")? {
            self.expect_word("of")?;
            let named = self.type_name()?;
            node = Node::InstanceOf(Box::new((node, named)));
        }
        // Two signs are not none: the negative of what is no number is null.
        let negations = if signs == 0 { 0 } else { 2 - signs % 2 };
        for _ in 0..negations {
            node = match node {
                Node::Constant(Value::Number(number)) => Node::Constant(number.negated().into()),
                other => Node::Negate(Box::new(other)),
            };
        }
        Ok(node)
    }

    fn postfixed(&mut self) -> Parsed<Node> {
        let base = self.primary()?;
        let mut steps = Vec::new();
        loop {
            if self.take_dot()? {
                steps.push(Step::Path(self.member_name()?));
            } else if self.sees("[")? && !self.closes_range() {
                self.at += 1;
                steps.push(self.filter()?);
            } else if self.sees("(")? {
                self.at += 1;
                steps.push(Step::Invoke(self.arguments()?, None));
            } else {
                break;
            }
        }
        Ok(after(base, steps))
    }

    /// Whether the `[` that stands next closes a range, as in `[1..5[`: no expression follows it.
    fn closes_range(&mut self) -> bool {
        if !self.range_end {
            return false;
        }
        let rest = self.rest().get(1..).unwrap_or("").trim_start();
        let word = rest.split(|character: char| !character.is_alphanumeric()).next().unwrap_or("");
        rest.is_empty()
            || rest.starts_with([')', ',', ']', '}', '=', '<', '>', '.', '!'])
            || RESERVED.contains(&word)
    }

    /// A name behind a point: a known member, or words as far as they go.
    fn member_name(&mut self) -> Parsed<Arc<str>> {
        let first = self.next_word()?;
        if first.is_empty() {
            if self.sees("\"")? {
                return self.string_literal().map(Into::into);
            }
            return self.expected("a name");
        }
        if let Some((name, length)) = self.frames.longest_member(self.rest(), first) {
            let goes_on = self.text.get(self.at + length..).unwrap_or("").trim_start();
            if !self.word_goes_on(goes_on) {
                self.at += length;
                return Ok(name);
            }
        }
        Ok(self.words()?.into())
    }

    /// Whether a text begins with a word that could belong to a name.
    fn word_goes_on(&self, text: &str) -> bool {
        let at = self.text.len() - text.len();
        let word = self.word_at(at);
        !word.is_empty() && !RESERVED.contains(&word)
    }

    /// Words up to the next reserved one, with single spaces.
    fn words(&mut self) -> Parsed<String> {
        let mut name = self.next_word()?.to_owned();
        self.at += name.len();
        loop {
            let before = self.at;
            self.skip_space()?;
            let part = self.name_part_at(self.at);
            if part.is_empty() || RESERVED.contains(&part) || self.at == before {
                self.at = before;
                return Ok(name);
            }
            name.push(' ');
            name.push_str(part);
            self.at += part.len();
        }
    }

    /// A word or a number, as in `line 2`.
    fn name_part_at(&self, at: usize) -> &str {
        let rest = self.text.get(at..).unwrap_or("");
        let end = rest.find(|next| !super::scan::continues_name(next)).unwrap_or(rest.len());
        rest.get(..end).unwrap_or("")
    }

    fn filter(&mut self) -> Parsed<Step> {
        self.frames.open_block();
        let item = self.frames.declare(&"item".into());
        self.frames.open_filter(item);
        let start = self.at;
        let condition = self.expression()?;
        let members_used = self.frames.close_block();
        self.frames.close_block();
        self.expect("]")?;
        // The word `item` may also be part of another name; that only costs a little speed.
        let uses_item =
            members_used || self.text.get(start..self.at).unwrap_or("").contains("item");
        Ok(Step::Filter(FilterNode { item, condition, uses_item }))
    }

    fn primary(&mut self) -> Parsed<Node> {
        self.skip_space()?;
        match self.peek() {
            Some('"') => Ok(Node::Constant(Value::string(self.string_literal()?))),
            Some('@') => self.at_literal(),
            Some('(') => self.parenthesis(),
            Some('[') => self.list_or_range(),
            Some(']') => {
                self.at += 1;
                let low = self.expression()?;
                self.range_from(RangeEnd::Open(low))
            }
            Some('{') => self.context(),
            Some('?') => self.input(),
            Some(_) if self.sees_number() => Ok(Node::Constant(self.number_literal()?.into())),
            Some(_) | None => self.word_or_name(),
        }
    }

    fn input(&mut self) -> Parsed<Node> {
        self.saw_input = true;
        match self.frames.resolve(&"?".into()) {
            Some(node) => {
                self.at += 1;
                Ok(node)
            }
            None => self.expected("an expression"),
        }
    }

    /// `@"2026-11-22"`.
    fn at_literal(&mut self) -> Parsed<Node> {
        let start = self.at;
        self.at += 1;
        if !self.sees("\"")? {
            return self.expected("a quoted date, time or duration");
        }
        let text = self.string_literal()?;
        match temporal(&text) {
            Some(value) => Ok(Node::Constant(value)),
            None => self.invalid("date, time or duration", start),
        }
    }

    /// `(..)`: brackets, a range without its ends, or a range such as `(< 5)`.
    fn parenthesis(&mut self) -> Parsed<Node> {
        self.at += 1;
        self.skip_space()?;
        if let Some((comparison, length)) = self.comparison() {
            self.at += length;
            let end = self.additive()?;
            self.expect(")")?;
            return Ok(Node::Test(Box::new(TestNode::Compare(comparison, end))));
        }
        if self.take("..")? {
            return self.range_to(RangeEnd::Unbounded);
        }
        let node = self.expression()?;
        if self.sees("..")? {
            return self.range_from(RangeEnd::Open(node));
        }
        self.expect(")")?;
        Ok(node)
    }

    fn list_or_range(&mut self) -> Parsed<Node> {
        self.at += 1;
        if self.take("..")? {
            return self.range_to(RangeEnd::Unbounded);
        }
        let mut items = Vec::new();
        if self.take("]")? {
            return Ok(Node::List(items));
        }
        loop {
            items.push(self.expression()?);
            if items.len() == 1 && self.sees("..")? {
                let Some(low) = items.pop() else { return self.expected("an expression") };
                return self.range_from(RangeEnd::Closed(low));
            }
            if !self.take(",")? {
                break;
            }
        }
        self.expect("]")?;
        Ok(Node::List(items))
    }

    /// The rest of a range whose low end was read.
    pub(super) fn range_from(&mut self, low: RangeEnd) -> Parsed<Node> {
        self.expect("..")?;
        if self.range_close()?.is_some() {
            return Ok(Node::Range(Box::new((low, RangeEnd::Unbounded))));
        }
        self.range_to(low)
    }

    fn range_to(&mut self, low: RangeEnd) -> Parsed<Node> {
        let high = self.high_end()?;
        let end = match self.range_close()? {
            Some(true) => RangeEnd::Closed(high),
            Some(false) => RangeEnd::Open(high),
            None => return self.expected("the end of a range"),
        };
        Ok(Node::Range(Box::new((low, end))))
    }

    /// The bracket that closes a range, and whether it holds its end.
    fn range_close(&mut self) -> Parsed<Option<bool>> {
        if self.take("]")? {
            return Ok(Some(true));
        }
        Ok((self.take(")")? || self.take("[")?).then_some(false))
    }

    fn context(&mut self) -> Parsed<Node> {
        self.at += 1;
        let mut entries: Vec<EntryNode> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        self.frames.open_block();
        while !self.take("}")? {
            if !entries.is_empty() {
                self.expect(",")?;
            }
            let start = self.at;
            let name: Arc<str> = self.key()?.into();
            if !seen.insert(Arc::clone(&name)) {
                let error = CompileError::Duplicate {
                    name: (*name).to_owned(),
                    position: self.position(start),
                };
                return Err(Box::new(error));
            }
            self.expect(":")?;
            let value = if self.sees_word("function")? {
                self.at += "function".len();
                self.function(Some(&name))?
            } else {
                self.expression()?
            };
            let local = self.frames.declare(&name);
            self.frames.add_member(&name);
            entries.push(EntryNode { name, local, value });
        }
        self.frames.close_block();
        Ok(Node::Context(entries))
    }

    /// The key of an entry, up to the colon: a string, or words and symbols.
    fn key(&mut self) -> Parsed<String> {
        if self.sees("\"")? {
            return self.string_literal();
        }
        self.declared_name(&[":"])
    }

    /// A name being declared: words and the symbols that names may hold, up to one of `ends`.
    pub(super) fn declared_name(&mut self, ends: &[&str]) -> Parsed<String> {
        if self.next_word()?.is_empty() {
            return self.expected("a name");
        }
        let mut name = String::new();
        loop {
            let before = self.at;
            self.skip_space()?;
            let spaced = self.at > before && !name.is_empty();
            let part = self.name_part_at(self.at).to_owned();
            let at_end =
                ends.iter().any(|end| self.rest().starts_with(end)) || (spaced && part == "in");
            if at_end {
                return Ok(name);
            }
            let symbol = self.peek().filter(|symbol| "./-'+*".contains(*symbol));
            if spaced && (!part.is_empty() || symbol.is_some()) {
                name.push(' ');
            }
            if !part.is_empty() {
                self.at += part.len();
                name.push_str(&part);
            } else if let Some(symbol) = symbol {
                self.at += symbol.len_utf8();
                name.push(symbol);
            } else {
                return Ok(name);
            }
        }
    }

    /// A keyword, a name in scope, a function of the language, or an unknown name.
    fn word_or_name(&mut self) -> Parsed<Node> {
        let word = self.word_at(self.at);
        if word.is_empty() {
            return self.expected("an expression");
        }
        let known = self.frames.longest(self.rest(), word);
        let known_length = known.as_ref().map_or(0, |(_, length)| *length);
        if known_length <= word.len()
            && let Some(node) = self.keyword(word)?
        {
            return Ok(node);
        }
        if let Some((builtin, length)) = self.builtin(known_length) {
            self.at += length;
            return self.call(builtin);
        }
        let start = self.at;
        if let Some((name, length)) = known {
            let goes_on = self.text.get(self.at + length..).unwrap_or("").trim_start();
            if !self.word_goes_on(goes_on) {
                self.at += length;
                return self.known(&name);
            }
        }
        let name: Arc<str> = self.words()?.into();
        if let Some(node) = self.frames.resolve(&name) {
            return Ok(node);
        }
        self.unknown(&name, start)
    }

    fn unknown(&mut self, name: &Arc<str>, start: usize) -> Parsed<Node> {
        if let Some(builtin) = builtins::find(name, self.dialect.extensions) {
            let function = Function::builtin(builtin);
            return Ok(Node::Constant(Value::Function(function)));
        }
        match self.dialect.unknown {
            Unknown::Null => Ok(Node::Constant(Value::Null)),
            Unknown::Refuse => Err(Box::new(CompileError::UnknownName {
                name: (**name).to_owned(),
                position: self.position(start),
            })),
        }
    }

    /// A name in scope; called like a function of the language it falls back on that.
    fn known(&mut self, name: &Arc<str>) -> Parsed<Node> {
        let Some(node) = self.frames.resolve(name) else { return self.expected("a name") };
        let Some(builtin) = builtins::find(name, self.dialect.extensions) else { return Ok(node) };
        if !self.take("(")? {
            return Ok(node);
        }
        let arguments = self.arguments()?;
        Ok(after(node, vec![Step::Invoke(arguments, Some(builtin))]))
    }

    /// A function of the language with an opening bracket behind it, if its name is longer than
    /// that of the variable that stands here.
    fn builtin(&mut self, known_length: usize) -> Option<(&'static Builtin, usize)> {
        let rest = self.rest();
        let first = self.word_at(self.at);
        builtins::beginning_with(first, self.dialect.extensions)
            .filter_map(|builtin| length_of(builtin.name, rest).map(|length| (builtin, length)))
            .filter(|(_, length)| *length > known_length)
            .filter(|(_, length)| rest.get(*length..).unwrap_or("").trim_start().starts_with('('))
            .max_by_key(|(_, length)| *length)
    }

    fn keyword(&mut self, word: &str) -> Parsed<Option<Node>> {
        let start = self.at;
        self.at += word.len();
        let node = match word {
            "null" => Node::Constant(Value::Null),
            "true" => Node::Constant(Value::Boolean(true)),
            "false" => Node::Constant(Value::Boolean(false)),
            "if" => self.conditional()?,
            "for" => self.for_each()?,
            "some" => self.quantified(Quantifier::Some)?,
            "every" => self.quantified(Quantifier::Every)?,
            "function" if self.sees("(")? => self.function(None)?,
            _ => {
                self.at = start;
                return Ok(None);
            }
        };
        Ok(Some(node))
    }

    fn conditional(&mut self) -> Parsed<Node> {
        let mut branches = Vec::new();
        loop {
            let condition = self.expression()?;
            self.expect_word("then")?;
            let value = self.expression()?;
            branches.push((condition, value));
            self.expect_word("else")?;
            if !self.take_word("if")? {
                break;
            }
        }
        let otherwise = self.expression()?;
        Ok(Node::If(branches, Box::new(otherwise)))
    }

    fn iterators(&mut self) -> Parsed<Vec<IteratorNode>> {
        let mut iterators = Vec::new();
        loop {
            let name: Arc<str> = self.declared_name(&[","])?.into();
            self.expect_word("in")?;
            let from = self.expression()?;
            let source = if self.take("..")? {
                SourceNode::Range(from, self.expression()?)
            } else {
                SourceNode::List(from)
            };
            let local = self.frames.declare(&name);
            iterators.push(IteratorNode { local, source });
            if !self.take(",")? {
                return Ok(iterators);
            }
        }
    }

    fn for_each(&mut self) -> Parsed<Node> {
        self.frames.open_block();
        let iterators = self.iterators()?;
        self.expect_word("return")?;
        let partial = self.frames.declare(&"partial".into());
        let start = self.at;
        let body = self.expression()?;
        self.frames.close_block();
        let mentions = self.text.get(start..self.at).unwrap_or("").contains("partial");
        let partial = mentions.then_some(partial);
        Ok(Node::For(Box::new(ForNode { iterators, partial, body })))
    }

    fn quantified(&mut self, quantifier: Quantifier) -> Parsed<Node> {
        self.frames.open_block();
        let iterators = self.iterators()?;
        self.expect_word("satisfies")?;
        let body = self.expression()?;
        self.frames.close_block();
        Ok(Node::Quantified(Box::new(QuantifiedNode { quantifier, iterators, body })))
    }
}

/// A node with steps behind it.
fn after(base: Node, mut steps: Vec<Step>) -> Node {
    if steps.is_empty() {
        return base;
    }
    if let Node::Postfix(base, mut before) = base {
        before.append(&mut steps);
        return Node::Postfix(base, before);
    }
    Node::Postfix(Box::new(base), steps)
}

/// The date, time or duration that a text denotes, whichever it is.
fn temporal(text: &str) -> Option<Value> {
    if text.strip_prefix('-').unwrap_or(text).starts_with('P') {
        let months = YearsMonths::parse(text).map(Value::YearsMonths);
        return months.or_else(|| DaysTime::parse(text).map(Value::DaysTime));
    }
    if text.contains('T') && !text.contains('@')
        || text.find('T') < text.find('@') && text.contains('T')
    {
        return DateTime::parse(text).map(Value::DateTime);
    }
    Date::parse(text).map(Value::Date).or_else(|| Time::parse(text).map(Value::Time))
}
