//! Operators by precedence, from `or` to `**`.

use super::{MAX_EXPRESSION_DEPTH, Parsed, Parser};
use crate::ast::{Arithmetic, Comparison, InNode, Node};

/// How many comparisons may follow each other, as in `a = b = c`.
const MAX_COMPARISONS: u32 = 8;

/// How many calls of [`Parser::binary`] may be open: two and a half for each level of nesting.
const MAX_CALLS: u32 = MAX_EXPRESSION_DEPTH / 2 * 5;

/// How strongly operators bind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Comparison,
    Additive,
    Multiplicative,
    Power,
    Operand,
}

impl Level {
    fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Comparison,
            Self::Comparison => Self::Additive,
            Self::Additive => Self::Multiplicative,
            Self::Multiplicative => Self::Power,
            Self::Power | Self::Operand => Self::Operand,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Operator {
    Or,
    And,
    Between,
    In,
    Compare(Comparison),
    Arithmetic(Arithmetic),
}

impl Operator {
    fn level(self) -> Level {
        match self {
            Self::Or => Level::Or,
            Self::And => Level::And,
            Self::Between | Self::In | Self::Compare(_) => Level::Comparison,
            Self::Arithmetic(Arithmetic::Add | Arithmetic::Subtract) => Level::Additive,
            Self::Arithmetic(Arithmetic::Multiply | Arithmetic::Divide) => Level::Multiplicative,
            Self::Arithmetic(Arithmetic::Power) => Level::Power,
        }
    }
}

impl Parser<'_> {
    /// The whole text as one expression.
    pub(crate) fn whole(&mut self) -> Parsed<Node> {
        let node = self.expression()?;
        self.end()?;
        Ok(node)
    }

    pub(super) fn end(&mut self) -> Parsed<()> {
        self.skip_space()?;
        if self.rest().is_empty() { Ok(()) } else { self.expected("the end or an operator") }
    }

    /// An expression, one level deeper.
    pub(super) fn expression(&mut self) -> Parsed<Node> {
        self.nested(Level::Or)
    }

    /// An expression without comparisons, as the ends of ranges and the right of `<` are.
    pub(super) fn additive(&mut self) -> Parsed<Node> {
        self.nested(Level::Additive)
    }

    fn nested(&mut self, level: Level) -> Parsed<Node> {
        self.enter()?;
        let range_end = std::mem::replace(&mut self.range_end, false);
        let node = self.binary(level)?;
        self.range_end = range_end;
        self.depth -= 1;
        Ok(node)
    }

    /// The high end of a range, behind which a `[` may close it.
    pub(super) fn high_end(&mut self) -> Parsed<Node> {
        self.enter()?;
        let range_end = std::mem::replace(&mut self.range_end, true);
        let node = self.binary(Level::Additive)?;
        self.range_end = range_end;
        self.depth -= 1;
        Ok(node)
    }

    /// Operands joined by operators of at least this level. Each call counts toward the stack, since
    /// one level of brackets may need one for each level of operators.
    fn binary(&mut self, level: Level) -> Parsed<Node> {
        if self.calls >= MAX_CALLS {
            return self.too_deep(MAX_EXPRESSION_DEPTH);
        }
        self.calls += 1;
        let node = self.chain(level)?;
        self.calls -= 1;
        Ok(node)
    }

    fn chain(&mut self, level: Level) -> Parsed<Node> {
        let mut left = self.operand()?;
        let mut comparisons = 0;
        while let Some((operator, length)) = self.operator()? {
            if operator.level() < level {
                break;
            }
            // Comparisons nest to the left; other chains are flat.
            comparisons += u32::from(operator.level() == Level::Comparison);
            if comparisons > MAX_COMPARISONS {
                return self.too_deep(MAX_COMPARISONS);
            }
            self.at += length;
            left = self.right_of(operator, left)?;
        }
        Ok(left)
    }

    /// The operator that stands next, with its length; it is not read yet.
    fn operator(&mut self) -> Parsed<Option<(Operator, usize)>> {
        self.skip_space()?;
        let word = self.word_at(self.at);
        let by_word = match word {
            "or" => Some(Operator::Or),
            "and" => Some(Operator::And),
            "between" => Some(Operator::Between),
            "in" => Some(Operator::In),
            _ => None,
        };
        if !word.is_empty() {
            return Ok(by_word.map(|operator| (operator, word.len())));
        }
        if let Some((comparison, length)) = self.comparison() {
            return Ok(Some((Operator::Compare(comparison), length)));
        }
        let rest = self.rest();
        let arithmetic = match rest.chars().next() {
            Some('*') if rest.starts_with("**") => Some((Arithmetic::Power, 2)),
            Some('+') => Some((Arithmetic::Add, 1)),
            Some('-' | '\u{2013}') => {
                Some((Arithmetic::Subtract, rest.chars().next().map_or(1, char::len_utf8)))
            }
            Some('*') => Some((Arithmetic::Multiply, 1)),
            Some('/') => Some((Arithmetic::Divide, 1)),
            Some(_) | None => None,
        };
        Ok(arithmetic.map(|(operator, length)| (Operator::Arithmetic(operator), length)))
    }

    /// The comparison that stands exactly here, with its length.
    pub(super) fn comparison(&self) -> Option<(Comparison, usize)> {
        let rest = self.rest();
        let all = [
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("!=", Comparison::NotEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
            ("==", Comparison::Equal),
            ("=", Comparison::Equal),
        ];
        let found = all.into_iter().find(|(symbol, _)| rest.starts_with(symbol));
        found.filter(|(symbol, _)| *symbol != "==").map(|(symbol, kind)| (kind, symbol.len()))
    }

    fn right_of(&mut self, operator: Operator, left: Node) -> Parsed<Node> {
        let tighter = operator.level().tighter();
        match operator {
            Operator::Or => Ok(joined_by_or(left, self.binary(tighter)?)),
            Operator::And => Ok(joined_by_and(left, self.binary(tighter)?)),
            Operator::Compare(comparison) => {
                let right = self.binary(tighter)?;
                Ok(Node::Compare(comparison, Box::new((left, right))))
            }
            Operator::Arithmetic(operator) => Ok(chained(left, operator, self.binary(tighter)?)),
            Operator::Between => {
                let low = self.binary(tighter)?;
                self.expect_word("and")?;
                let high = self.binary(tighter)?;
                Ok(Node::Between(Box::new((left, low, high))))
            }
            Operator::In => {
                let tests = self.tests_after_in()?;
                Ok(Node::In(Box::new(InNode { value: left, tests })))
            }
        }
    }
}

/// Only a chain just made here goes on: `(a or b) or c` may as well, `or` being associative.
fn joined_by_or(left: Node, right: Node) -> Node {
    if let Node::Or(mut all) = left {
        all.push(right);
        return Node::Or(all);
    }
    Node::Or(vec![left, right])
}

fn joined_by_and(left: Node, right: Node) -> Node {
    if let Node::And(mut all) = left {
        all.push(right);
        return Node::And(all);
    }
    Node::And(vec![left, right])
}

/// A chain to whose result one more operator is applied is the longer chain.
fn chained(left: Node, operator: Arithmetic, right: Node) -> Node {
    if let Node::Arithmetic(first, mut rest) = left {
        rest.push((operator, right));
        return Node::Arithmetic(first, rest);
    }
    Node::Arithmetic(Box::new(left), vec![(operator, right)])
}
